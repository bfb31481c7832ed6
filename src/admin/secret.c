#include "admin/secret.h"

#include "admin/act.h"
#include "admin/system_user.h"
#include "base/vault.h"
#include "service/wsse.h"
#include "store/secret_store.h"

static bool store_sealed(struct act *act, const struct vault *vault, int32_t system_user_id,
                         const char *secret, struct err *err)
{
    uint8_t sealed[WSSE_SECRET_SIZE - 1 + VAULT_OVERHEAD];
    char place[WSSE_PLACE_SIZE];

    wsse_place(system_user_id, place);
    return vault_seal(vault, place, secret, WSSE_SECRET_SIZE - 1, sealed, err) &&
           secret_store_put(act->desk, system_user_id, (struct bytes){sealed, sizeof(sealed)},
                            act->now, err);
}

/* Shown when it is in force, and never again. */
static bool make(struct act *act, struct err *err)
{
    struct system_user_record user = {0};
    char *secret = arena_alloc(act->arena, WSSE_SECRET_SIZE);
    struct vault *vault = NULL;
    bool ok = false;

    if (act->call->config->secret_key[0] == '\0')
        return err_set(err, ERR_INVALID, "secret_key is not set");
    if (secret == NULL)
        return err_no_memory(err);
    ok = system_user_need(act, &user, err) &&
         vault_open(act->call->config->secret_key, &vault, err) && wsse_make_secret(secret, err) &&
         store_sealed(act, vault, user.id, secret, err);
    vault_close(&vault);
    sheet_text(&act->sheet, "name", user.name);
    sheet_text(&act->sheet, "secret", secret);
    return ok;
}

static bool take_away(struct act *act, struct err *err)
{
    struct system_user_record user = {0};

    if (!system_user_need(act, &user, err) || !secret_store_remove(act->desk, user.id, err))
        return false;
    sheet_text(&act->sheet, "name", user.name);
    return true;
}

static bool run_make(const struct command_call *call, struct err *err)
{
    return act_run(call, make, err);
}

static bool run_remove(const struct command_call *call, struct err *err)
{
    return act_run(call, take_away, err);
}

static const struct command_option options[] = {
    {"--name", "NAME", true}, {"--operator", "NAME", false}, {"--json", NULL, false}, {0}};

const struct command secret_commands[] = {
    {"system-user", "make-secret",
     "give it a secret for PasswordDigest, in place of the one it has, and print it this once",
     options, run_make},
    {"system-user", "remove-secret", "take it away: PasswordDigest is refused again", options,
     run_remove},
    {0},
};
