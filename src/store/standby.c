#include "store/standby.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *skip_space(const char *p)
{
    while (isspace((unsigned char)*p))
        p++;
    return p;
}

static const char *skip_word(const char *p, const char *word)
{
    const size_t n = strlen(word);

    return strncasecmp(p, word, n) == 0 && isspace((unsigned char)p[n]) ? skip_space(p + n) : p;
}

size_t standby_count(const char *names)
{
    const char *p = skip_space(names);
    char *end = NULL;
    unsigned long count = 0;

    if (*p == '\0')
        return 0;
    p = skip_word(skip_word(p, "ANY"), "FIRST");
    count = strtoul(p, &end, 10);
    return end != p && *skip_space(end) == '(' ? count : 1;
}
