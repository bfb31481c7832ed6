#include "store/reach_store.h"

#include "model/identifier.h"
#include "store/exchange.h"
#include "store/row.h"

#include <stdio.h>
#include <string.h>

enum { SERVICE_SIZE = 64 };

/* The first column: what a row tells. */
enum part { PART_OFFICIAL = 1, PART_PERSONAL = 2, PART_PERSON = 3, PART_TEMPLATE = 4 };

/* While rows are sorted into the two lists; both have room for all. */
struct reading {
    struct arena *arena;
    const PGresult *result;
    bool falls_back;            /* the organisation has no official address of its own */
    bool persons;               /* their personal contacts are told too */
    char service[SERVICE_SIZE]; /* "code/edition" */
    struct contact *contacts;
    size_t contact_count;
    struct template *templates;
    size_t template_count;
};

bool reach_store_send(struct db *db, struct arena *arena, const struct message *message,
                      int64_t now, struct err *err)
{
    const bool person = identifier_is_digits(message->reportee, 11);
    const char **names = arena_array(arena, message->notification_count, sizeof(*names));
    struct params params = {0};

    for (size_t i = 0; names != NULL && i < message->notification_count; i++)
        names[i] = message->notifications[i].type;
    params_text(&params, message->reportee);
    if (names == NULL || !params_texts(&params, arena, names, message->notification_count)) {
        exchange_drop(db); /* what was sent before has no end */
        return err_no_memory(err);
    }
    params_time(&params, person ? now - db->config->contact_age * 1000 : now);
    return exchange_send(db, person ? STMT_REACH_PERSON : STMT_REACH_ORGANIZATION, &params, err);
}

/* An organisation's own official addresses come first. */
static bool has_own_address(const PGresult *result)
{
    struct row row = {.result = result};

    return PQntuples(result) > 0 && row_int2(&row) == PART_OFFICIAL && !row_bool(&row);
}

/* Among the services that the person wants to be told about; none: about all. services are
 * separated by spaces. */
static bool is_wanted(const char *services, const char *service)
{
    const size_t n = strlen(service);

    if (services == NULL || services[0] == '\0')
        return true;
    for (const char *at = services; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, service, n) == 0 && (at[n] == ' ' || at[n] == '\0'))
            return true;
    }
    return false;
}

static void add_contact(struct reading *reading, enum transport_type transport, const char *address)
{
    if (address != NULL && address[0] != '\0')
        reading->contacts[reading->contact_count++] = (struct contact){transport, address};
}

static void read_pair(struct reading *reading, struct row *row)
{
    add_contact(reading, TRANSPORT_EMAIL, row_text(row));
    add_contact(reading, TRANSPORT_SMS, row_text(row));
}

static void read_template(struct reading *reading, struct row *row)
{
    struct template *template = &reading->templates[reading->template_count++];

    template->name = row_text(row);
    template->language_code = row_text(row);
    row_skip(row, 1);
    template->has_email = row_bool(row);
    template->has_sms = row_bool(row);
    template->has_reminder = row_bool(row);
}

static bool read_row(struct reading *reading, int number)
{
    struct row row = {.arena = reading->arena, .result = reading->result, .row = number};
    struct row services = {.result = reading->result, .row = number, .column = 6};
    const enum part part = (enum part)row_int2(&row);
    const bool of_main_unit = row_bool(&row);
    enum transport_type transport = TRANSPORT_NOT_GIVEN;

    row_skip(&row, 1);
    transport = (enum transport_type)row_int2(&row);
    if (of_main_unit && !reading->falls_back)
        return true;
    if (part == PART_TEMPLATE)
        read_template(reading, &row);
    else if (part == PART_OFFICIAL)
        add_contact(reading, transport, row_text(&row));
    else if (part == PART_PERSON ||
             (reading->persons && is_wanted(row_text_inside(&services), reading->service)))
        read_pair(reading, &row);
    return !row.failed;
}

/* Nobody can have been given access to confidential mail yet (domain.md 3.3), and without a service
 * nobody can be asked for what it wants to know of (domain.md 6.7). */
bool reach_store_read(struct arena *arena, const PGresult *result, const struct message *message,
                      const struct service *service, struct reach *reach_out)
{
    const size_t rows = (size_t)PQntuples(result);
    struct reading reading = {.arena = arena,
                              .result = result,
                              .falls_back = !has_own_address(result),
                              .persons = message->service_code != NULL && !service->confidential};

    /* Personal contacts give two each. */
    reading.contacts = arena_array(arena, 2 * rows, sizeof(*reading.contacts));
    reading.templates = arena_array(arena, rows, sizeof(*reading.templates));
    if (reading.contacts == NULL || reading.templates == NULL)
        return false;
    snprintf(reading.service, sizeof(reading.service), "%s/%d",
             message->service_code == NULL ? "" : message->service_code, service->edition);
    for (size_t i = 0; i < rows; i++) {
        if (!read_row(&reading, (int)i))
            return false;
    }
    *reach_out = (struct reach){.contacts = reading.contacts,
                                .contact_count = reading.contact_count,
                                .templates = reading.templates,
                                .template_count = reading.template_count};
    return true;
}
