#include "registers/import.h"

#include "base/clock.h"
#include "registers/csv.h"
#include "registers/json.h"
#include "registers/source.h"
#include "store/operator_audit.h"

#include <inttypes.h>
#include <stdio.h>

/* More than one part in so many is not removed without being told twice. */
enum { REMOVED_PART = 4, ROWS_SIZE = 256 * 1024, TEXT_SIZE = 256 };

struct import {
    struct desk *desk;
    const struct import_order *order;
    struct import_result *result;
    struct form_setting setting;
    struct csv *csv;
    struct json *json;
    struct buf rows; /* on their way into the database */
    bool given[ENTRY_FIELDS_MAX];
    size_t given_count;
    int64_t complaints;
    int64_t began;
};

static void tell(const struct import *import, enum import_step step, int percent)
{
    import->order->watch.progress(import->order->watch.context, step, &import->result->counts,
                                  percent);
}

/* ------------------------------------------------------------------ refusals */

static void complain(struct import *import, const struct complaint *complaint)
{
    if (import->complaints++ < IMPORT_COMPLAINTS_MAX)
        import->order->watch.complain(import->order->watch.context, complaint);
}

static bool check_refused(const struct import *import, struct err *err)
{
    const int64_t max = import->order->max_refused;

    return max < 0 || import->result->counts.refused <= max ||
           err_set(err, ERR_INVALID, "more than %" PRId64 " entries would be refused", max);
}

/* ------------------------------------------------------------------ reading */

static bool flush(struct import *import, struct err *err)
{
    const bool ok = desk_copy(import->desk, import->rows.data, import->rows.len, err);

    import->rows.len = 0;
    return ok;
}

static bool take_checked(struct import *import, struct entry *entry, struct err *err)
{
    struct import_counts *counts = &import->result->counts;
    struct complaint complaint = {0};
    enum verdict verdict = VERDICT_FINE;

    if (!check_entry(import->order->registry, &import->setting, entry, counts->entries,
                     &import->rows, &verdict, &complaint))
        return err_no_memory(err);
    if (import->rows.len >= ROWS_SIZE && !flush(import, err))
        return false;
    if (verdict == VERDICT_FINE)
        return true;
    counts->refused++;
    counts->nameless += verdict == VERDICT_NAMELESS;
    complain(import, &complaint);
    return check_refused(import, err);
}

static bool take_entry(void *context, struct entry *entry, struct err *err)
{
    struct import *import = context;
    const struct registry *registry = import->order->registry;
    bool holds = true;

    import->result->counts.entries++;
    arena_reset(import->setting.arena);
    if (import->json != NULL && entry->damage == NULL && registry->convert != NULL &&
        !registry->convert(import->setting.arena, entry, &holds))
        return err_no_memory(err);
    if (!holds) {
        import->result->counts.left_out++;
        return true;
    }
    return take_checked(import, entry, err);
}

/* JSON begins with an array or, wrongly, with an object; a header line with neither. */
static bool looks_like_json(struct bytes piece)
{
    for (size_t i = 0; i < piece.len; i++) {
        if (piece.data[i] != ' ' && piece.data[i] != '\t' && piece.data[i] != '\r' &&
            piece.data[i] != '\n')
            return piece.data[i] == '[' || piece.data[i] == '{';
    }
    return false;
}

static bool open_reader(struct import *import, struct bytes piece, struct err *err)
{
    const struct registry *registry = import->order->registry;
    const enum import_format format = import->order->format;

    if (format == IMPORT_CSV || (format == IMPORT_BY_LOOK && !looks_like_json(piece))) {
        import->csv = csv_new(registry->columns, take_entry, import);
        return import->csv != NULL || err_no_memory(err);
    }
    if (registry->json == NULL)
        return err_set(err, ERR_INVALID, "%s come as CSV only", registry->name);
    import->result->json = true;
    import->json = json_new(registry->json, take_entry, import);
    return import->json != NULL || err_no_memory(err);
}

static bool feed(struct import *import, struct bytes piece, struct err *err)
{
    if (import->csv == NULL && import->json == NULL && !open_reader(import, piece, err))
        return false;
    return import->csv != NULL ? csv_feed(import->csv, piece.data, piece.len, err)
                               : json_feed(import->json, piece.data, piece.len, err);
}

static bool finish(struct import *import, struct err *err)
{
    if (import->json != NULL)
        return json_finish(import->json, err);
    if (!csv_finish(import->csv, &import->result->broken, err))
        return false;
    return !import->result->broken || !import->order->full ||
           err_set(err, ERR_INVALID,
                   "there is no line break behind the last line: the file may be cut");
}

static void note_columns(struct import *import)
{
    const struct column *columns = import->order->registry->columns;

    for (size_t i = 0; columns[i].name != NULL; i++) {
        if (!columns[i].key)
            import->given[import->given_count++] = import->csv == NULL || csv_has(import->csv, i);
    }
}

static bool read_source(struct import *import, struct source *source, struct err *err)
{
    struct bytes piece = {0};

    do {
        if (!source_read(source, &piece, err) || !feed(import, piece, err))
            return false;
        tell(import, IMPORT_READS, source_percent(source));
    } while (piece.len > 0);
    if (!finish(import, err) || !flush(import, err))
        return false;
    note_columns(import);
    return true;
}

/* The COPY is ended whatever came of the file. */
static bool read_file(struct import *import, struct err *err)
{
    struct source *source = NULL;
    struct err ignored = {0};
    int64_t rows = 0;
    bool ok = false;

    if (!source_open(import->order->path, &source, err))
        return false;
    ok = register_store_begin(import->desk, import->order->registry->id, err);
    if (ok) {
        ok = read_source(import, source, err);
        ok = desk_copy_end(import->desk, &rows, ok ? err : &ignored) && ok;
    }
    source_close(&source);
    return ok;
}

/* ------------------------------------------------------------------ merging */

static bool refuse_unknown(struct import *import, struct err *err)
{
    struct register_place places[IMPORT_COMPLAINTS_MAX];
    size_t listed = 0;
    int64_t refused = 0;

    if (!register_store_refuse_unknown(import->desk, import->order->registry->id,
                                       IMPORT_COMPLAINTS_MAX, places, &listed, &refused, err))
        return false;
    for (size_t i = 0; i < listed; i++)
        complain(import, &(struct complaint){.number = places[i].entry,
                                             .line = places[i].line,
                                             .column = "organization",
                                             .what = "not in the register of organisations"});
    import->result->counts.refused += refused;
    return check_refused(import, err);
}

/* A file that was cut in a lucky place looks whole: it is the many that it lacks that tell. Entries
 * that nobody can name may be any of those that seem to be missing. */
static bool judge_missing(struct import *import, int64_t present, struct err *err)
{
    struct import_counts *counts = &import->result->counts;

    if (!register_store_removes(import->order->registry->id))
        return true;
    import->result->withheld = counts->nameless > 0 && counts->missing > 0 && !import->order->force;
    if (import->result->withheld)
        return true;
    if (counts->missing > present / REMOVED_PART && !import->order->force)
        return err_set(err, ERR_INVALID,
                       "%" PRId64 " of %" PRId64 " entries are not in the file; to remove more "
                       "than a quarter takes --force",
                       counts->missing, present);
    counts->removed = counts->missing;
    return true;
}

/* Public files of roles lack those of persons, which are then no reason to remove them. */
static bool find_missing(struct import *import, struct err *err)
{
    struct import_counts *counts = &import->result->counts;
    int64_t present = 0;

    if (!import->order->full)
        return true;
    return register_store_missing(import->desk, import->order->registry->id, counts->left_out > 0,
                                  &present, &counts->missing, err) &&
           judge_missing(import, present, err);
}

static bool compare(struct import *import, struct err *err)
{
    const enum register_id id = import->order->registry->id;
    struct import_counts *counts = &import->result->counts;

    tell(import, IMPORT_COMPARES, -1);
    if (!register_store_prepare(import->desk, id, import->given, import->given_count,
                                &counts->doubles, err) ||
        !refuse_unknown(import, err) ||
        !register_store_compare(import->desk, id, &counts->added, &counts->changed, err) ||
        !find_missing(import, err))
        return false;
    counts->unchanged = counts->entries - counts->left_out - counts->refused - counts->doubles -
                        counts->added - counts->changed;
    return true;
}

static bool write_difference(struct import *import, struct err *err)
{
    const enum register_id id = import->order->registry->id;
    const struct import_counts *counts = &import->result->counts;
    const int64_t now = clock_now();

    if (counts->added + counts->changed + counts->removed == 0)
        return true;
    tell(import, IMPORT_WRITES, -1);
    return register_store_merge(import->desk, id, now, err) &&
           (counts->removed == 0 ||
            register_store_remove(import->desk, id, counts->left_out > 0, now, err)) &&
           register_store_settle(import->desk, id, err);
}

/* ------------------------------------------------------------------ the whole */

static bool audit(const struct import *import, const char *result, struct err *err)
{
    char operation[TEXT_SIZE];
    const struct operator_act act = {.operation = operation,
                                     .who = import->order->who,
                                     .result = result,
                                     .began = import->began};

    snprintf(operation, sizeof(operation), "import %s", import->order->registry->name);
    return operator_audit(import->desk, &act, err);
}

static bool commit(struct import *import, struct err *err)
{
    const struct import_counts *counts = &import->result->counts;
    char text[TEXT_SIZE];

    snprintf(text, sizeof(text),
             "ok: added %" PRId64 ", changed %" PRId64 ", removed %" PRId64 ", refused %" PRId64,
             counts->added, counts->changed, counts->removed, counts->refused);
    return audit(import, text, err) && desk_commit(import->desk, err);
}

/* What went wrong is what is told; a row that cannot be written adds nothing to it. */
static bool give_up(const struct import *import, const struct err *err)
{
    struct err ignored = {0};

    if (desk_rollback(import->desk, &ignored) && !import->order->dry_run &&
        audit(import, err->kind == ERR_INVALID ? "refused" : "failed", &ignored))
        desk_commit(import->desk, &ignored);
    return false;
}

static bool run(struct import *import, struct err *err)
{
    if (!read_file(import, err) || !compare(import, err))
        return give_up(import, err);
    if (import->order->dry_run)
        return desk_rollback(import->desk, err);
    return (write_difference(import, err) && commit(import, err)) || give_up(import, err);
}

bool import_run(struct desk *desk, const struct import_order *order,
                struct import_result *result_out, struct err *err)
{
    struct import import = {.desk = desk,
                            .order = order,
                            .result = result_out,
                            .setting = {.arena = arena_new(), .synthetic = order->synthetic},
                            .began = clock_now()};
    const int64_t began = clock_monotonic();
    bool ok = false;

    *result_out = (struct import_result){0};
    if (import.setting.arena == NULL)
        return err_no_memory(err);
    ok = run(&import, err);
    csv_free(&import.csv);
    json_free(&import.json);
    buf_free(&import.rows);
    arena_free(&import.setting.arena);
    result_out->microseconds = clock_monotonic() - began;
    return ok;
}
