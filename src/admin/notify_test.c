#include "admin/notify_test.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/ident.h"
#include "delivery/gateway.h"
#include "delivery/originator.h"
#include "model/plan.h"

#include <stdio.h>

/* "dpvd.test." and a UUID. */
enum { ID_SIZE = 64 };

static bool make_id(char id[ID_SIZE], struct err *err)
{
    uint8_t uuid[16];
    char text[IDENT_UUID_SIZE];

    if (!ident_uuid(uuid))
        return err_set(err, ERR_INTERNAL, "no random numbers");
    ident_uuid_text(uuid, text);
    snprintf(id, ID_SIZE, "dpvd.test.%s", text);
    return true;
}

static bool tell(const struct gateway_answer *answer, struct err *err)
{
    if (answer->outcome != SENDING_TAKEN)
        return err_set(err, ERR_BUSY, "not taken (%s): %s", sending_outcome_name(answer->outcome),
                       answer->reason);
    printf("taken: %s\n", answer->gateway_id[0] == '\0' ? "no id was given" : answer->gateway_id);
    return true;
}

static bool send_to(const struct config *config, enum transport_type transport, const char *to,
                    struct err *err)
{
    const bool mail = transport == TRANSPORT_EMAIL;
    struct notice notice = {.to = to, .language_code = "1033", .date = clock_now()};
    struct gateway_answer answer = {0};
    struct gateway *gateway = NULL;
    char id[ID_SIZE];

    notice.id = id;
    notice.subject = notice.text = "Test message of dpvd: æøå";
    if (mail)
        originator_mail(config, NULL, &notice);
    else
        originator_sms(config, NULL, &notice);
    if (!make_id(id, err) || !originator_verify(config, err) ||
        !gateway_open(config, transport, &gateway, err))
        return false;
    if (gateway == NULL)
        return err_set(err, ERR_INVALID, "%s is not set", mail ? "smtp_url" : "sms_url");
    gateway_send(gateway, &notice, &answer);
    gateway_close(&gateway);
    return tell(&answer, err);
}

static bool test(const struct command_call *call, enum transport_type transport, struct err *err)
{
    const char *given = command_value(call, "--to");
    struct arena *arena = arena_new();
    const char *to = NULL;
    int problem = 0;
    bool ok = false;

    if (arena == NULL)
        return err_no_memory(err);
    problem = plan_normalize(arena, transport, given, &to);
    if (problem != 0)
        err_set(err, ERR_INVALID, "\"%s\" is no address (%d)", given, problem);
    else if (to == NULL)
        err_no_memory(err);
    else
        ok = send_to(call->config, transport, to, err);
    arena_free(&arena);
    return ok;
}

bool notify_test_mail(const struct command_call *call, struct err *err)
{
    return test(call, TRANSPORT_EMAIL, err);
}

bool notify_test_sms(const struct command_call *call, struct err *err)
{
    return test(call, TRANSPORT_SMS, err);
}
