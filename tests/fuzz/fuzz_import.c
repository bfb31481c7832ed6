/* Files of registers: two bytes say which register and how it is cut, the rest is the file, which
 * may be compressed; CSV or JSON by its look. */
#include "fuzz/fuzz.h"
#include "registers/check.h"
#include "registers/csv.h"
#include "registers/source.h"
#include "xml/datetime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { AS_JSON = 0x40, SYNTHETIC = 0x20, UNPACKED_MAX = 1024 * 1024 };

/* One reading of a file. */
struct reading {
    const struct registry *registry;
    struct form_setting setting;
    struct csv *csv;
    struct json *json;
    struct buf rows;
    int64_t entries;
};

/* What COPY takes for one row: as many values as there are columns, and no more. */
static void hold_row(const struct reading *reading, const char *row, size_t n)
{
    size_t tabs = 0;

    fuzz_hold(strlen(row) == n && row[n - 1] == '\n', "a row ends once");
    for (size_t i = 0; i < n - 1; i++) {
        tabs += row[i] == '\t';
        fuzz_hold(row[i] == '\t' || ((unsigned char)row[i] >= 0x20 && row[i] != 0x7f),
                  "a row has no control character");
        if (row[i] != '\\')
            continue;
        i++;
        fuzz_hold(row[i] == '\\' || (row[i] == 'N' && row[i - 2] == '\t' &&
                                     (row[i + 1] == '\t' || row[i + 1] == '\n')),
                  "a backslash is one, or NULL");
    }
    fuzz_hold(tabs == 3 + registry_columns(reading->registry), "a row has all its values");
}

static bool take(void *context, struct entry *entry, struct err *err)
{
    struct reading *reading = context;
    const struct registry *registry = reading->registry;
    const size_t before = reading->rows.len;
    struct complaint complaint = {0};
    enum verdict verdict = VERDICT_FINE;
    bool holds = true;

    (void)err;
    arena_reset(reading->setting.arena);
    if (reading->json != NULL && entry->damage == NULL && registry->convert != NULL)
        fuzz_hold(registry->convert(reading->setting.arena, entry, &holds), "memory is left");
    reading->entries++;
    if (!holds)
        return true;
    fuzz_hold(check_entry(registry, &reading->setting, entry, reading->entries, &reading->rows,
                          &verdict, &complaint),
              "memory is left");
    fuzz_hold((verdict == VERDICT_FINE) == (complaint.what == NULL), "a refusal has a reason");
    fuzz_hold((verdict > VERDICT_REFUSED) == (reading->rows.len == before), "who is named is kept");
    if (reading->rows.len > before)
        hold_row(reading, reading->rows.data + before, reading->rows.len - before);
    return true;
}

static bool feed(void *context, const void *data, size_t n, struct err *err)
{
    struct reading *reading = context;

    return reading->json != NULL ? json_feed(reading->json, data, n, err)
                                 : csv_feed(reading->csv, data, n, err);
}

static bool finish(struct reading *reading, struct err *err)
{
    bool broken = false;

    return reading->json != NULL ? json_finish(reading->json, err)
                                 : csv_finish(reading->csv, &broken, err);
}

static bool read_all(struct reading *reading, struct fuzz_input file, bool as_json, uint8_t cut,
                     struct err *err)
{
    bool ok = false;

    reading->setting.arena = arena_new();
    if (as_json)
        reading->json = json_new(reading->registry->json, take, reading);
    else
        reading->csv = csv_new(reading->registry->columns, take, reading);
    fuzz_hold(reading->setting.arena != NULL && (reading->json != NULL || reading->csv != NULL),
              "memory is left");
    ok = fuzz_pieces(file.data, file.n, cut, feed, reading, err) && finish(reading, err);
    fuzz_hold(ok || err->kind == ERR_INVALID, "a file that is refused is invalid");
    json_free(&reading->json);
    csv_free(&reading->csv);
    arena_free(&reading->setting.arena);
    return ok;
}

/* The file as it is when it is unpacked; false: it cannot be. */
static bool unpack(struct fuzz_input packed, struct buf *plain)
{
    const int fd = memfd_create("register", MFD_CLOEXEC);
    struct source *source = NULL;
    struct bytes piece = {.len = 1};
    struct err err = {0};
    char path[64];
    bool ok = true;

    fuzz_hold(fd >= 0 && write(fd, packed.data, packed.n) == (ssize_t)packed.n, "memory is left");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    fuzz_hold(source_open(path, &source, &err), "the file is there");
    while (ok && piece.len > 0 && plain->len < UNPACKED_MAX) {
        ok = source_read(source, &piece, &err);
        fuzz_hold(!ok || buf_add(plain, piece.data, piece.len), "memory is left");
        fuzz_hold(source_percent(source) >= -1 && source_percent(source) <= 100, "a percentage");
    }
    source_close(&source);
    close(fd);
    return ok;
}

static const struct registry *choose(uint8_t choice)
{
    size_t count = 0;

    while (registries[count].name != NULL)
        count++;
    fuzz_hold(count > 0, "there are registers");
    return &registries[choice % count];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static bool ready;
    struct fuzz_input input = {data, n};
    const uint8_t choice = fuzz_byte(&input);
    const uint8_t cut = fuzz_byte(&input);
    const struct registry *registry = choose(choice % SYNTHETIC);
    const bool as_json = (choice & AS_JSON) != 0 && registry->json != NULL;
    const bool synthetic = (choice & SYNTHETIC) != 0;
    struct reading whole = {.registry = registry, .setting = {.synthetic = synthetic}};
    struct reading pieces = {.registry = registry, .setting = {.synthetic = synthetic}};
    struct err err = {0};
    struct err cut_err = {0};
    struct buf plain = {0};

    if (!ready)
        fuzz_hold(datetime_setup(), "there is time zone data");
    ready = true;
    if (unpack(input, &plain)) {
        const struct fuzz_input file = {(const uint8_t *)plain.data, plain.len};
        const bool good = read_all(&whole, file, as_json, 0, &err);

        fuzz_hold(read_all(&pieces, file, as_json, cut, &cut_err) == good, "a cut changes nothing");
        fuzz_hold(whole.entries == pieces.entries, "a cut changes no entry");
        fuzz_hold(whole.rows.len == pieces.rows.len &&
                      (whole.rows.len == 0 ||
                       memcmp(whole.rows.data, pieces.rows.data, whole.rows.len) == 0),
                  "a cut changes no row");
    }
    buf_free(&whole.rows);
    buf_free(&pieces.rows);
    buf_free(&plain);
    return 0;
}
