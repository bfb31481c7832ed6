#include "admin/audit.h"

#include "admin/audit_export.h"
#include "base/clock.h"
#include "base/ident.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HASH_TEXT_SIZE = 2 * RECORD_HASH_SIZE + 1, PROGRESS_MICROSECONDS = 5 * 1000 * 1000 };

/* What verify watches out for on its way. */
struct verification {
    const char *hash; /* expected of seal number; NULL: nothing is */
    int64_t number;
    bool met;
    int64_t told; /* when progress was, on clock_monotonic */
};

static bool note_seal(void *context, const struct seal *seal, const struct record *record,
                      struct err *err)
{
    struct verification *verification = context;
    char hash[HASH_TEXT_SIZE];

    (void)record;
    (void)err;
    ident_hex(seal->hash, sizeof(seal->hash), hash);
    if (verification->hash != NULL && seal->number == verification->number)
        verification->met = strcmp(hash, verification->hash) == 0;
    return true;
}

static void tell_progress(void *context, int64_t seals, int64_t rows, int64_t all_seals)
{
    struct verification *verification = context;
    const int64_t now = clock_monotonic();

    if (now - verification->told < PROGRESS_MICROSECONDS)
        return;
    verification->told = now;
    fprintf(stderr, "dpvd: %lld of %lld seals, %lld rows\n", (long long)seals, (long long)all_seals,
            (long long)rows);
}

/* "17:0123...", as an earlier verification or the log told it. */
static bool read_expected(const char *text, struct verification *verification, struct err *err)
{
    char *end = NULL;

    if (text == NULL)
        return true;
    errno = 0;
    verification->number = strtoll(text, &end, 10);
    if (errno != 0 || verification->number < 1 || *end != ':' ||
        strspn(end + 1, "0123456789abcdef") != HASH_TEXT_SIZE - 1 ||
        strlen(end + 1) != HASH_TEXT_SIZE - 1)
        return err_set(err, ERR_INVALID, "\"%s\" is not number:hash of a seal", text);
    verification->hash = end + 1;
    return true;
}

static bool tell_json(const struct audit_result *result, const char *hash, struct err *err)
{
    struct record record = {0};
    const char *integrity = result->wrong ? "wrong" : "intact";
    bool ok = false;

    record_begin(&record, RECORD_EXPORT);
    record_text(&record, "integrity", integrity, strlen(integrity));
    if (result->wrong)
        record_text(&record, "finding", result->finding, strlen(result->finding));
    record_number(&record, "seals", result->seals);
    record_number(&record, "signed", result->is_signed);
    record_number(&record, "rows", result->rows);
    record_number(&record, "waiting", result->waiting);
    record_number(&record, "last", result->last.number);
    record_text(&record, "hash", hash, strlen(hash));
    record_end(&record);
    ok = record.failed ? err_no_memory(err) : puts(record.json.data) >= 0;
    record_free(&record);
    return ok;
}

static bool tell(const struct audit_result *result, bool json, struct err *err)
{
    char hash[HASH_TEXT_SIZE];

    ident_hex(result->last.hash, sizeof(result->last.hash), hash);
    if (json)
        return tell_json(result, hash, err) && !result->wrong;
    if (result->wrong) {
        printf("wrong: %s\n", result->finding);
        return false;
    }
    printf("intact: %lld rows under %lld seals (%lld signed), %lld rows wait for a seal\n"
           "last seal: %lld:%s\n",
           (long long)result->rows, (long long)result->seals, (long long)result->is_signed,
           (long long)result->waiting, (long long)result->last.number, hash);
    return true;
}

static bool run_verify(const struct command_call *call, struct err *err)
{
    const char *key_file = command_value(call, "--key");
    struct verification verification = {.told = clock_monotonic()};
    struct audit_check check = {
        .context = &verification, .on_seal = note_seal, .on_progress = tell_progress};
    struct audit_result result = {0};
    struct signer_keys keys = {0};
    struct db *db = NULL;
    bool ok = false;

    if (!read_expected(command_value(call, "--expect"), &verification, err) ||
        (key_file != NULL && !signer_read_keys(key_file, &keys, err)) ||
        !db_open_as(call->config, call->config->database_auditor, &db, err))
        return false;
    check.keys = key_file == NULL ? NULL : &keys;
    ok = audit_check(db, &check, &result, err);
    db_close(&db);
    if (!ok)
        return false;
    if (!result.wrong && verification.hash != NULL && !verification.met) {
        result.wrong = true;
        snprintf(result.finding, sizeof(result.finding), "seal %lld is not the expected one",
                 (long long)verification.number);
    }
    return tell(&result, command_value(call, "--json") != NULL, err);
}

/* A file of its own, for its owner's eyes. */
static FILE *open_out(const char *path, struct err *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

    if (out == NULL)
        err_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
    return out;
}

static bool export_to(const struct command_call *call, FILE *out, struct audit_result *result_out,
                      struct err *err)
{
    struct audit_export what = {.from = command_value(call, "--from"),
                                .to = command_value(call, "--to")};
    struct signer *signer = NULL;
    struct db *db = NULL;
    bool ok =
        call->config->audit_key[0] == '\0' || signer_open(call->config->audit_key, &signer, err);

    what.signer = signer;
    ok = ok && db_open_as(call->config, call->config->database_auditor, &db, err) &&
         audit_export(db, &what, out, result_out, err);
    db_close(&db);
    signer_close(&signer);
    return ok;
}

/* Half an export is none. */
static bool close_out(FILE *out, const char *path, bool ok, struct err *err)
{
    const bool flushed = fflush(out) == 0 && ferror(out) == 0;

    if (ok && !flushed)
        err_set(err, ERR_BUSY, "the export cannot be written: %s", strerror(errno));
    ok = ok && flushed;
    if (path != NULL)
        fclose(out);
    if (path != NULL && !ok)
        unlink(path);
    return ok;
}

static bool run_export(const struct command_call *call, struct err *err)
{
    const char *path = command_value(call, "--out");
    FILE *out = path == NULL ? stdout : open_out(path, err);
    struct audit_result result = {0};

    if (out == NULL)
        return false;
    if (!close_out(out, path, export_to(call, out, &result, err), err))
        return false;
    if (result.wrong)
        fprintf(stderr, "dpvd: exported, but the log is wrong: %s\n", result.finding);
    return !result.wrong;
}

static bool run_key(const struct command_call *call, struct err *err)
{
    struct signer *signer = NULL;
    bool ok = false;

    if (call->config->audit_key[0] == '\0')
        return err_set(err, ERR_INVALID, "audit_key is not set");
    ok = signer_open(call->config->audit_key, &signer, err) &&
         signer_print_public(signer, stdout, err);
    signer_close(&signer);
    return ok;
}

static const struct command_option verify_options[] = {
    {"--key", "FILE", false}, {"--expect", "NUMBER:HASH", false}, {"--json", NULL, false}, {0}};
static const struct command_option export_options[] = {
    {"--from", "DATE", true}, {"--to", "DATE", true}, {"--out", "FILE", false}, {0}};
static const struct command_option no_options[] = {{0}};

const struct command audit_commands[] = {
    {"audit", "verify",
     "recompute all seals; --key: public keys to trust, --expect: a seal that must be there",
     verify_options, run_verify},
    {"audit", "export",
     "write the rows of these days, both included, so that scripts/verify-audit.py can check them",
     export_options, run_export},
    {"audit", "key", "print the public key that belongs to audit_key", no_options, run_key},
    {0},
};
