#include "store/operator_audit.h"

#include "base/clock.h"
#include "model/identifier.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

enum { NAME_SIZE = 256, NAME_CHARACTERS = 100, SCRATCH_SIZE = 4096 };

static const char insert_row[] =
    "INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, user_name, result, "
    "sender_id, system_user_id, organization, senders_reference, receipt_id, correspondence_id, "
    "service_code, service_edition) "
    "VALUES ($1, $2, 'admin', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/* Who logged in, also behind su and sudo; without a login whose process it is. */
static void find_login_name(char name_out[NAME_SIZE])
{
    char scratch[SCRATCH_SIZE];
    struct passwd entry = {0};
    struct passwd *found = NULL;

    if (getlogin_r(name_out, NAME_SIZE) == 0)
        return;
    if (getpwuid_r(getuid(), &entry, scratch, sizeof(scratch), &found) == 0 && found != NULL)
        snprintf(name_out, NAME_SIZE, "%s", entry.pw_name);
    else
        snprintf(name_out, NAME_SIZE, "uid %u", (unsigned)getuid());
}

static void add_number(struct params *params, int32_t number)
{
    if (number != 0)
        params_int4(params, number);
    else
        params_null(params);
}

static int32_t elapsed(int64_t began)
{
    const int64_t duration = clock_now() - began;

    if (duration < 0)
        return 0;
    return duration > INT32_MAX ? INT32_MAX : (int32_t)duration;
}

bool operator_audit(struct desk *desk, const struct operator_act *act, struct err *err)
{
    struct params params = {0};
    char login_name[NAME_SIZE] = "";
    const char *who = act->who;

    if (who == NULL) {
        find_login_name(login_name);
        who = login_name;
    }
    params_time(&params, act->began);
    params_int4(&params, elapsed(act->began));
    params_text(&params, act->operation);
    params_text_cut(&params, identifier_masked(who), NAME_CHARACTERS);
    params_text(&params, act->result);
    add_number(&params, act->sender_id);
    add_number(&params, act->system_user_id);
    params_text(&params, act->organization);
    params_text(&params, act->senders_reference);
    add_number(&params, act->receipt_id);
    add_number(&params, act->correspondence_id);
    params_text(&params, act->service_code);
    add_number(&params, act->service_edition);
    return desk_query(desk, insert_row, &params, NULL, err);
}
