#include "admin/secret.h"

#include "base/clock.h"
#include "base/vault.h"
#include "service/wsse.h"
#include "store/desk.h"
#include "store/secret_store.h"

#include <openssl/crypto.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WHO_SIZE = 101, SCRATCH_SIZE = 4096 };

/* Who is named, else whose process it is. */
static void find_operator(const struct command_call *call, char who_out[WHO_SIZE])
{
    const char *named = command_value(call, "--operator");
    char scratch[SCRATCH_SIZE];
    struct passwd entry = {0};
    struct passwd *found = NULL;

    if (named != NULL)
        snprintf(who_out, WHO_SIZE, "%s", named);
    else if (getpwuid_r(getuid(), &entry, scratch, sizeof(scratch), &found) == 0 && found != NULL)
        snprintf(who_out, WHO_SIZE, "%s", entry.pw_name);
    else
        snprintf(who_out, WHO_SIZE, "uid %u", (unsigned)getuid());
}

/* Writes the row that tells of it, and commits. */
static bool finish(const struct command_call *call, struct desk *desk,
                   const struct secret_owner *owner, int64_t began, struct err *err)
{
    char who[WHO_SIZE];
    char operation[64];

    find_operator(call, who);
    snprintf(operation, sizeof(operation), "admin %s %s", call->command->group,
             call->command->action);
    return secret_store_audit(desk, owner, operation, who, began, err) && desk_commit(desk, err);
}

static bool store_sealed(const struct command_call *call, const struct vault *vault,
                         const char *secret, struct err *err)
{
    const int64_t now = clock_now();
    uint8_t sealed[WSSE_SECRET_SIZE - 1 + VAULT_OVERHEAD];
    char place[WSSE_PLACE_SIZE];
    struct secret_owner owner = {0};
    struct desk *desk = NULL;
    bool ok = desk_open(call->config, call->config->database_owner, &desk, err) &&
              secret_store_find(desk, command_value(call, "--name"), &owner, err);

    if (ok) {
        wsse_place(owner.system_user_id, place);
        ok = vault_seal(vault, place, secret, WSSE_SECRET_SIZE - 1, sealed, err) &&
             secret_store_put(desk, owner.system_user_id, (struct bytes){sealed, sizeof(sealed)},
                              now, err) &&
             finish(call, desk, &owner, now, err);
    }
    desk_close(&desk);
    return ok;
}

/* Shown when it is in force, and never again. */
static bool run_make(const struct command_call *call, struct err *err)
{
    char secret[WSSE_SECRET_SIZE];
    struct vault *vault = NULL;
    bool ok = false;

    if (call->config->secret_key[0] == '\0')
        return err_set(err, ERR_INVALID, "secret_key is not set");
    ok = vault_open(call->config->secret_key, &vault, err) && wsse_make_secret(secret, err) &&
         store_sealed(call, vault, secret, err);
    if (ok)
        puts(secret);
    OPENSSL_cleanse(secret, sizeof(secret));
    vault_close(&vault);
    return ok;
}

static bool run_remove(const struct command_call *call, struct err *err)
{
    const int64_t now = clock_now();
    struct secret_owner owner = {0};
    struct desk *desk = NULL;
    const bool ok = desk_open(call->config, call->config->database_owner, &desk, err) &&
                    secret_store_find(desk, command_value(call, "--name"), &owner, err) &&
                    secret_store_remove(desk, owner.system_user_id, err) &&
                    finish(call, desk, &owner, now, err);

    desk_close(&desk);
    return ok;
}

static const struct command_option options[] = {
    {"--name", "NAME", true}, {"--operator", "NAME", false}, {0}};

const struct command secret_commands[] = {
    {"system-user", "make-secret",
     "give it a secret for PasswordDigest, in place of the one it has, and print it this once",
     options, run_make},
    {"system-user", "remove-secret", "take it away: PasswordDigest is refused again", options,
     run_remove},
    {0},
};
