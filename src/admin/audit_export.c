#include "admin/audit_export.h"

#include "admin/options.h"
#include "base/clock.h"
#include "base/ident.h"
#include "store/seal_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1, HEX_SIZE = 2 * SEAL_SIGNATURE_SIZE + 1 };

/* What is written, and the digest over it. */
struct writer {
    FILE *out;
    struct ident_hash *hash;
    struct buf line;
    int64_t from;
    int64_t to; /* exclusive */
    int64_t rows;
    int64_t leaves;
};

static bool flush_line(struct writer *writer, bool complete, struct err *err)
{
    struct buf *line = &writer->line;

    if (!complete || !buf_add(line, "\n", 1))
        return err_no_memory(err);
    ident_hash_add(writer->hash, line->data, line->len);
    if (fwrite(line->data, 1, line->len, writer->out) != line->len)
        return err_set(err, ERR_BUSY, "the export cannot be written: %s", strerror(errno));
    line->len = 0;
    return true;
}

static bool add_hex(struct buf *line, const char *name, const uint8_t *data, size_t n)
{
    char hex[HEX_SIZE];

    ident_hex(data, n, hex);
    return buf_add_format(line, ",\"%s\":\"%s\"", name, hex);
}

/* {"kind":{record},"hash":"..."[,"signature":"..."]} */
static bool write_record(struct writer *writer, const char *kind, const struct record *record,
                         const uint8_t *hash, const uint8_t *signature, struct err *err)
{
    struct buf *line = &writer->line;
    const bool ok =
        !record->failed && buf_add_format(line, "{\"%s\":", kind) &&
        buf_add(line, record->json.data, record->json.len) &&
        add_hex(line, "hash", hash, RECORD_HASH_SIZE) &&
        (signature == NULL || add_hex(line, "signature", signature, SEAL_SIGNATURE_SIZE)) &&
        buf_add(line, "}", 1);

    return flush_line(writer, ok, err);
}

static bool write_seal(void *context, const struct seal *seal, const struct record *record,
                       struct err *err)
{
    return write_record(context, "seal", record, seal->hash,
                        seal->is_signed ? seal->signature : NULL, err);
}

static bool write_row(void *context, const struct audit_row *row, const struct record *record,
                      struct err *err)
{
    struct writer *writer = context;
    char hex[HEX_SIZE];

    if (row->received >= writer->from && row->received < writer->to) {
        writer->rows++;
        return write_record(writer, "row", record, row->hash, NULL, err);
    }
    writer->leaves++;
    ident_hex(row->hash, sizeof(row->hash), hex);
    return flush_line(writer, buf_add_format(&writer->line, "{\"leaf\":\"%s\"}", hex), err);
}

static void add_text(struct record *record, const char *name, const char *value)
{
    record_text(record, name, value, strlen(value));
}

static void begin_record(struct record *record, const struct audit_export *what)
{
    record_begin(record, RECORD_EXPORT);
    record_number(record, "format", FORMAT);
    add_text(record, "from", what->from);
    add_text(record, "to", what->to);
}

static bool write_head(struct writer *writer, const struct audit_export *what, struct err *err)
{
    struct record record = {0};
    uint8_t hash[RECORD_HASH_SIZE];
    bool ok = false;

    begin_record(&record, what);
    record_time(&record, "made", clock_now());
    record_end(&record);
    record_hash(&record, hash);
    ok = write_record(writer, "export", &record, hash, NULL, err);
    record_free(&record);
    return ok;
}

/* Signed, it vouches for every byte before it. */
static bool write_end(struct writer *writer, const struct audit_export *what,
                      const struct audit_result *result, struct err *err)
{
    struct record record = {0};
    uint8_t hash[RECORD_HASH_SIZE];
    uint8_t signature[SEAL_SIGNATURE_SIZE];
    bool ok = true;

    begin_record(&record, what);
    record_number(&record, "seals", result->seals);
    record_number(&record, "rows", writer->rows);
    record_number(&record, "leaves", writer->leaves);
    ident_hash_finish(writer->hash, hash);
    record_hex(&record, "sha256", hash, sizeof(hash));
    add_text(&record, "integrity", result->wrong ? "wrong" : "intact");
    if (result->wrong)
        add_text(&record, "finding", result->finding);
    if (what->signer != NULL)
        record_hex(&record, "signer", signer_public(what->signer), SIGNER_KEY_SIZE);
    record_end(&record);
    record_hash(&record, hash);
    if (what->signer != NULL)
        ok = signer_sign(what->signer, hash, sizeof(hash), signature, err);
    ok = ok &&
         write_record(writer, "end", &record, hash, what->signer == NULL ? NULL : signature, err);
    record_free(&record);
    return ok;
}

static bool write_all(struct db *db, struct writer *writer, const struct audit_export *what,
                      struct audit_result *result_out, struct err *err)
{
    struct audit_check check = {.context = writer, .on_seal = write_seal, .on_row = write_row};

    if (!seal_store_range(db, writer->from, writer->to, &check.first, &check.last, err) ||
        !write_head(writer, what, err))
        return false;
    if (check.first > 0 && !audit_check(db, &check, result_out, err))
        return false;
    return write_end(writer, what, result_out, err);
}

bool audit_export(struct db *db, const struct audit_export *what, FILE *out,
                  struct audit_result *result_out, struct err *err)
{
    struct writer writer = {.out = out};
    bool ok = false;

    *result_out = (struct audit_result){0};
    if (!options_read_day(what->from, false, &writer.from, err) ||
        !options_read_day(what->to, true, &writer.to, err))
        return false;
    if (writer.from >= writer.to)
        return err_set(err, ERR_INVALID, "--to lies before --from");
    writer.hash = ident_hash_new();
    ok = writer.hash == NULL ? err_no_memory(err) : write_all(db, &writer, what, result_out, err);
    ident_hash_free(&writer.hash);
    buf_free(&writer.line);
    return ok;
}
