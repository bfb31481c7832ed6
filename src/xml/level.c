#include "xml/level.h"

#include <string.h>

static const char lists_2009[] =
    "http://www.altinn.no/services/ServiceEngine/ReporteeElementList/2009/10";
static const char lists_2010[] =
    "http://www.altinn.no/services/ServiceEngine/ReporteeElementList/2010/10";
static const char instance[] = "http://www.w3.org/2001/XMLSchema-instance";

struct rule {
    const char *name;
    const char *space; /* NULL: any */
    int parent;        /* enum level_kind, -1: any */
    enum level_kind kind;
};

static const struct rule rules[] = {
    {"Data", lists_2010, LEVEL_ATTACHMENT_2010, LEVEL_DATA},
    {"Data", lists_2009, LEVEL_ATTACHMENT_2009, LEVEL_DATA},
    {"BinaryAttachmentV2", lists_2010, -1, LEVEL_ATTACHMENT_2010},
    {"BinaryAttachment", lists_2009, -1, LEVEL_ATTACHMENT_2009},
    {"string", NULL, LEVEL_REFERENCES, LEVEL_REFERENCE},
    {"CorrespondenceSendersReferences", NULL, -1, LEVEL_REFERENCES},
    {"MessageBody", NULL, -1, LEVEL_LONG_TEXT},
    {"CustomMessageData", NULL, -1, LEVEL_LONG_TEXT},
    {"FormDataXml", NULL, -1, LEVEL_LONG_TEXT},
};

enum level_kind level_kind(enum level_kind parent, const char *space, const char *name)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct rule *rule = &rules[i];

        if (rule->name[0] != name[0] || strcmp(rule->name, name) != 0)
            continue;
        if (rule->parent != -1 && rule->parent != (int)parent)
            continue;
        if (rule->space == NULL || (space != NULL && strcmp(rule->space, space) == 0))
            return rule->kind;
    }
    return LEVEL_PLAIN;
}

bool level_is_nil(const char *space, const char *name, const char *value, int n)
{
    if (space == NULL || strcmp(name, "nil") != 0 || strcmp(space, instance) != 0)
        return false;
    return (n == 4 && memcmp(value, "true", 4) == 0) || (n == 1 && value[0] == '1');
}
