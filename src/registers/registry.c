#include "registers/registry.h"

#include <string.h>

enum { NAME_LENGTH = 255, POSTAL_LENGTH = 100, FORM_LENGTH = 10, ROLE_LENGTH = 20 };

#define TEXT(length)                                                                               \
    {                                                                                              \
        .form = FORM_TEXT, .max = (length)                                                         \
    }
#define WORD(length)                                                                               \
    {                                                                                              \
        .form = FORM_WORD, .max = (length)                                                         \
    }
#define FORM(which)                                                                                \
    {                                                                                              \
        .form = FORM_##which                                                                       \
    }

/* ------------------------------------------------------------------ organisations */

/* An address as Enhetsregisteret writes it. */
enum { LINES = 3, CODE = LINES, AREA, COUNTRY, COUNTRY_CODE, ADDRESS_FIELDS };

enum {
    NUMBER,
    NAME,
    UNIT_FORM,
    PARENT,
    ADDRESS,
    POSTAL_CODE = ADDRESS + LINES,
    POSTAL_AREA,
    STATUS,
    DELETED,
    /* of the JSON form only */
    POST_ADDRESS,
    BUSINESS_ADDRESS = POST_ADDRESS + ADDRESS_FIELDS,
    PLACE_ADDRESS = BUSINESS_ADDRESS + ADDRESS_FIELDS,
    BANKRUPT = PLACE_ADDRESS + ADDRESS_FIELDS,
    UNIT_FIELDS
};

static const char *const statuses[] = {"active", "deleted", "bankrupt", NULL};

#define UNIT_COLUMNS(of_sub_unit)                                                                  \
    {"number", FORM(ORGANIZATION), true, true}, {"name", TEXT(NAME_LENGTH), true, false},          \
        {"form", WORD(FORM_LENGTH), of_sub_unit, false},                                           \
        {"parent", FORM(ORGANIZATION), of_sub_unit, false},                                        \
        {"address1", TEXT(NAME_LENGTH), false, false},                                             \
        {"address2", TEXT(NAME_LENGTH), false, false},                                             \
        {"address3", TEXT(NAME_LENGTH), false, false},                                             \
        {"postal_code", TEXT(POSTAL_LENGTH), false, false},                                        \
        {"postal_area", TEXT(POSTAL_LENGTH), false, false},                                        \
        {"status", {.form = FORM_CHOICE, .choices = statuses, .first = 1}, false, false},          \
        {"deleted", FORM(DATE), false, false},                                                     \
    {                                                                                              \
        0                                                                                          \
    }

static const struct column organization_columns[] = {UNIT_COLUMNS(false)};
static const struct column sub_unit_columns[] = {UNIT_COLUMNS(true)};

#define VALUE(member, number)                                                                      \
    {                                                                                              \
        .name = (member), .field = (number), .room = 1                                             \
    }
#define ADDRESS_MEMBERS(first)                                                                     \
    {.name = "adresse", .field = (first), .room = LINES}, VALUE("postnummer", (first) + CODE),     \
        VALUE("poststed", (first) + AREA), VALUE("land", (first) + COUNTRY),                       \
        VALUE("landkode", (first) + COUNTRY_CODE),                                                 \
    {                                                                                              \
        0                                                                                          \
    }

static const struct json_node post_address[] = {ADDRESS_MEMBERS(POST_ADDRESS)};
static const struct json_node business_address[] = {ADDRESS_MEMBERS(BUSINESS_ADDRESS)};
static const struct json_node place_address[] = {ADDRESS_MEMBERS(PLACE_ADDRESS)};
static const struct json_node unit_form[] = {VALUE("kode", UNIT_FORM), {0}};

/* Both of "enheter" and of "underenheter", which has the address of a place. */
static const struct json_node unit_members[] = {
    VALUE("organisasjonsnummer", NUMBER),
    VALUE("navn", NAME),
    VALUE("overordnetEnhet", PARENT),
    VALUE("konkurs", BANKRUPT),
    VALUE("slettedato", DELETED),
    {.name = "organisasjonsform", .members = unit_form},
    {.name = "postadresse", .members = post_address},
    {.name = "forretningsadresse", .members = business_address},
    {.name = "beliggenhetsadresse", .members = place_address},
    {0}};
static const struct json_node unit_json = {.use = JSON_ENTRY, .members = unit_members};

static bool has_address(char *const *address)
{
    for (int i = 0; i <= AREA; i++) {
        if (address[i] != NULL)
            return true;
    }
    return false;
}

/* The address that letters go to, as far as there is one. */
static char **choose_address(struct entry *entry)
{
    static const size_t places[] = {POST_ADDRESS, BUSINESS_ADDRESS};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (has_address(entry->fields + places[i]))
            return entry->fields + places[i];
    }
    return entry->fields + PLACE_ADDRESS;
}

static bool convert_address(struct arena *arena, struct entry *entry)
{
    char *const *address = choose_address(entry);
    const char *area = address[AREA];

    for (int i = 0; i < LINES; i++)
        entry->fields[ADDRESS + i] = address[i];
    entry->fields[POSTAL_CODE] = address[CODE];
    entry->fields[POSTAL_AREA] = address[AREA];
    if (address[COUNTRY_CODE] == NULL || address[COUNTRY] == NULL ||
        strcmp(address[COUNTRY_CODE], "NO") == 0)
        return true;
    entry->fields[POSTAL_AREA] = arena_format(arena, "%s%s%s", area == NULL ? "" : area,
                                              area == NULL ? "" : ", ", address[COUNTRY]);
    return entry->fields[POSTAL_AREA] != NULL;
}

static bool is_true(const char *text)
{
    return text != NULL && strcmp(text, "true") == 0;
}

static bool convert_unit(struct arena *arena, struct entry *entry, bool *holds_out)
{
    const char *status = entry->fields[DELETED] != NULL     ? "deleted"
                         : is_true(entry->fields[BANKRUPT]) ? "bankrupt"
                                                            : "active";

    *holds_out = true;
    entry->fields[STATUS] = arena_strdup(arena, status);
    return entry->fields[STATUS] != NULL && convert_address(arena, entry);
}

static bool is_sub_unit(const char *form)
{
    return form != NULL && (strcmp(form, "BEDR") == 0 || strcmp(form, "AAFY") == 0);
}

static const char *judge_unit(const char **values, size_t *column_out)
{
    if (values[PARENT] != NULL && strcmp(values[PARENT], values[NUMBER]) == 0) {
        *column_out = PARENT;
        return "the organisation itself";
    }
    if (values[DELETED] != NULL && (values[STATUS] == NULL || strcmp(values[STATUS], "2") != 0)) {
        *column_out = DELETED;
        return "given, but the status is not deleted";
    }
    return NULL;
}

static const char *judge_organization(const struct form_setting *setting, struct entry *entry,
                                      const char **values, size_t *column_out)
{
    (void)setting;
    (void)entry;
    if (is_sub_unit(values[UNIT_FORM])) {
        *column_out = UNIT_FORM;
        return "that of a sub-unit, which have an import of their own";
    }
    return judge_unit(values, column_out);
}

static const char *judge_sub_unit(const struct form_setting *setting, struct entry *entry,
                                  const char **values, size_t *column_out)
{
    (void)setting;
    (void)entry;
    if (!is_sub_unit(values[UNIT_FORM])) {
        *column_out = UNIT_FORM;
        return "not that of a sub-unit (BEDR, AAFY)";
    }
    return judge_unit(values, column_out);
}

/* ------------------------------------------------------------------ roles */

enum {
    ROLE_ORGANIZATION,
    ROLE_TYPE,
    ROLE_HOLDER,
    ROLE_FROM,
    ROLE_TO,
    /* of the JSON form only */
    ROLE_CHANGED,
    ROLE_PERSON,
    ROLE_UNIT,
    ROLE_LEFT,
    ROLE_STRUCK
};

static const struct column role_columns[] = {{"organization", FORM(ORGANIZATION), true, true},
                                             {"type", WORD(ROLE_LENGTH), true, true},
                                             {"holder", FORM(PARTY), true, true},
                                             {"from", FORM(DATE), false, true},
                                             {"to", FORM(DATE), false, false},
                                             {0}};

static const struct json_node role_type[] = {VALUE("kode", ROLE_TYPE), {0}};
static const struct json_node role_person[] = {VALUE("fodselsnummer", ROLE_PERSON), {0}};
static const struct json_node role_unit[] = {VALUE("organisasjonsnummer", ROLE_UNIT), {0}};
static const struct json_node role_members[] = {
    VALUE("fratraadt", ROLE_LEFT),           VALUE("avregistrert", ROLE_STRUCK),
    {.name = "type", .members = role_type},  {.name = "person", .members = role_person},
    {.name = "enhet", .members = role_unit}, {0}};
static const struct json_node group_members[] = {
    VALUE("sistEndret", ROLE_CHANGED),
    {.name = "roller", .use = JSON_ENTRY, .members = role_members},
    {0}};
static const struct json_node role_owner_members[] = {
    VALUE("organisasjonsnummer", ROLE_ORGANIZATION),
    {.name = "rollegrupper", .use = JSON_SCOPE, .members = group_members},
    {0}};
static const struct json_node role_json = {.use = JSON_SCOPE, .members = role_owner_members};

/* The public file has no identity numbers: what persons hold there cannot be taken. Of a role that
 * was given up the register knows only since when its group is as it is. */
static bool convert_role(struct arena *arena, struct entry *entry, bool *holds_out)
{
    char **fields = entry->fields;
    const bool ended = is_true(fields[ROLE_LEFT]) || is_true(fields[ROLE_STRUCK]);

    (void)arena;
    fields[ROLE_HOLDER] = fields[ROLE_PERSON] != NULL ? fields[ROLE_PERSON] : fields[ROLE_UNIT];
    fields[ROLE_TO] = ended ? fields[ROLE_CHANGED] : NULL;
    *holds_out = fields[ROLE_HOLDER] != NULL && (!ended || fields[ROLE_TO] != NULL);
    return true;
}

static const char *judge_role(const struct form_setting *setting, struct entry *entry,
                              const char **values, size_t *column_out)
{
    (void)setting;
    (void)entry;
    if (values[ROLE_TO] == NULL || values[ROLE_FROM] == NULL ||
        strcmp(values[ROLE_TO], values[ROLE_FROM]) >= 0)
        return NULL;
    *column_out = ROLE_TO;
    return "before the role begins";
}

/* ------------------------------------------------------------------ notification addresses */

enum { ADDRESS_ORGANIZATION, ADDRESS_KIND, ADDRESS_ADDRESS };

static const char *const kinds[] = {"sms", "email", NULL};

static const struct column address_columns[] = {
    {"organization", FORM(ORGANIZATION), true, true},
    {"kind", {.form = FORM_CHOICE, .choices = kinds, .first = 1}, true, true},
    {"address", TEXT(NAME_LENGTH), true, true},
    {"confirmed", FORM(TIME), false, false},
    {"deleted", FORM(SWITCH), false, false},
    {0}};

static const char *judge_address(const struct form_setting *setting, struct entry *entry,
                                 const char **values, size_t *column_out)
{
    static const struct form_rules mobile = FORM(MOBILE);
    static const struct form_rules email = FORM(EMAIL);

    *column_out = ADDRESS_ADDRESS;
    return form_check(setting, strcmp(values[ADDRESS_KIND], "1") == 0 ? &mobile : &email,
                      entry->fields[ADDRESS_ADDRESS], &values[ADDRESS_ADDRESS]);
}

/* ------------------------------------------------------------------ persons */

static const char *const protections[] = {"open", "confidential", "strictly-confidential", NULL};

static const struct column person_columns[] = {
    {"number", FORM(PERSON), true, true},
    {"first_name", TEXT(NAME_LENGTH), true, false},
    {"middle_name", TEXT(NAME_LENGTH), false, false},
    {"last_name", TEXT(NAME_LENGTH), true, false},
    {"address1", TEXT(NAME_LENGTH), false, false},
    {"address2", TEXT(NAME_LENGTH), false, false},
    {"address3", TEXT(NAME_LENGTH), false, false},
    {"postal_code", TEXT(POSTAL_LENGTH), false, false},
    {"postal_area", TEXT(POSTAL_LENGTH), false, false},
    {"dead", FORM(SWITCH), false, false},
    {"protection", {.form = FORM_CHOICE, .choices = protections, .first = 0}, false, false},
    {0}};

static const struct column contact_columns[] = {{"number", FORM(PERSON), true, true},
                                                {"email", FORM(EMAIL), false, false},
                                                {"mobile", FORM(MOBILE), false, false},
                                                {"language", WORD(FORM_LENGTH), false, false},
                                                {"reserved", FORM(SWITCH), false, false},
                                                {"verified", FORM(TIME), false, false},
                                                {0}};

static const struct column personal_contact_columns[] = {
    {"organization", FORM(ORGANIZATION), true, true},
    {"person", FORM(PERSON), true, true},
    {"email", FORM(EMAIL), false, false},
    {"mobile", FORM(MOBILE), false, false},
    {"services", FORM(SERVICES), false, false},
    {0}};

/* ------------------------------------------------------------------ all of them */

const struct registry registries[] = {
    {"organizations", REGISTER_ORGANIZATIONS, organization_columns, &unit_json, convert_unit,
     judge_organization},
    {"sub-units", REGISTER_SUB_UNITS, sub_unit_columns, &unit_json, convert_unit, judge_sub_unit},
    {"roles", REGISTER_ROLES, role_columns, &role_json, convert_role, judge_role},
    {"addresses", REGISTER_ADDRESSES, address_columns, NULL, NULL, judge_address},
    {"persons", REGISTER_PERSONS, person_columns, NULL, NULL, NULL},
    {"contacts", REGISTER_CONTACTS, contact_columns, NULL, NULL, NULL},
    {"personal-contacts", REGISTER_PERSONAL_CONTACTS, personal_contact_columns, NULL, NULL, NULL},
    {0},
};

_Static_assert((int)UNIT_FIELDS <= (int)ENTRY_FIELDS_MAX, "an entry has room for all");

const struct registry *registry_find(const char *name)
{
    for (const struct registry *registry = registries; registry->name != NULL; registry++) {
        if (strcmp(registry->name, name) == 0)
            return registry;
    }
    return NULL;
}

size_t registry_columns(const struct registry *registry)
{
    size_t n = 0;

    while (registry->columns[n].name != NULL)
        n++;
    return n;
}
