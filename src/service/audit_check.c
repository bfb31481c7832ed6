#include "service/audit_check.h"

#include "model/merkle.h"
#include "store/seal_store.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_AT_ONCE = 5000, SEALS_AT_ONCE = 1000 };

/* Rows in order, page by page. */
struct stream {
    struct pg_result *page;
    int index;
    struct audit_place place; /* of the last row that was read */
    bool has_row;             /* row and record are those that come next */
    struct audit_row row;
    struct record record;
};

struct walk {
    struct db *db;
    const struct audit_check *check;
    struct audit_result *result;
    struct stream rows;
    struct seal_head head;
    struct record seal_record;
};

static void find(struct walk *walk, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void find(struct walk *walk, const char *fmt, ...)
{
    va_list args;

    if (walk->result->wrong)
        return;
    walk->result->wrong = true;
    va_start(args, fmt);
    vsnprintf(walk->result->finding, sizeof(walk->result->finding), fmt, args);
    va_end(args);
}

static void find_in(struct walk *walk, const struct seal *seal, const char *what)
{
    find(walk, "seal %lld (%lld rows, id %lld to %lld): %s", (long long)seal->number,
         (long long)seal->rows, (long long)seal->first.id, (long long)seal->last.id, what);
}

/* ------------------------------------------------------------------ rows */

/* Makes the next row the current one, unless there is one. */
static bool fetch_row(struct walk *walk, struct err *err)
{
    struct stream *rows = &walk->rows;

    if (rows->has_row)
        return true;
    if (rows->page == NULL || rows->index == seal_store_count(rows->page)) {
        seal_store_free(&rows->page);
        rows->index = 0;
        if (!seal_store_rows(walk->db, rows->place, ROWS_AT_ONCE, &rows->page, err))
            return false;
        if (seal_store_count(rows->page) == 0)
            return true;
    }
    if (!seal_store_row(rows->page, rows->index++, &rows->record, &rows->row, err))
        return false;
    rows->place = rows->row.place;
    rows->has_row = true;
    return true;
}

/* What a seal says of its rows, from the rows. */
struct sum {
    struct seal seal;
    struct merkle merkle;
};

static void add_to(struct sum *sum, const struct audit_row *row)
{
    if (sum->seal.rows == 0) {
        sum->seal.first = row->place;
        sum->seal.earliest = sum->seal.latest = row->received;
    }
    if (row->received < sum->seal.earliest)
        sum->seal.earliest = row->received;
    if (row->received > sum->seal.latest)
        sum->seal.latest = row->received;
    sum->seal.last = row->place;
    sum->seal.rows++;
    merkle_add(&sum->merkle, row->hash);
}

static bool same_place(struct audit_place a, struct audit_place b)
{
    return a.transaction == b.transaction && a.id == b.id;
}

static void judge_rows(struct walk *walk, const struct seal *seal, struct sum *sum)
{
    uint8_t root[RECORD_HASH_SIZE] = {0};
    const struct seal *seen = &sum->seal;
    char text[96];

    if (seen->rows != seal->rows) {
        snprintf(text, sizeof(text), "%lld rows are there", (long long)seen->rows);
        find_in(walk, seal, text);
        return;
    }
    if (seen->rows > 0)
        merkle_root(&sum->merkle, root);
    if (memcmp(root, seal->root, sizeof(root)) != 0 || !same_place(seen->first, seal->first) ||
        !same_place(seen->last, seal->last) || seen->earliest != seal->earliest ||
        seen->latest != seal->latest)
        find_in(walk, seal, "its rows are not what was sealed");
}

/* All rows up to the last one of the seal belong to it. */
static bool check_rows(struct walk *walk, const struct seal *seal, struct err *err)
{
    const struct audit_check *check = walk->check;
    struct stream *rows = &walk->rows;
    struct sum sum = {0};

    for (;;) {
        if (!fetch_row(walk, err))
            return false;
        if (!rows->has_row || audit_place_is_behind(rows->row.place, seal->last))
            break;
        rows->has_row = false;
        add_to(&sum, &rows->row);
        walk->result->rows++;
        if (check->on_row != NULL && !check->on_row(check->context, &rows->row, &rows->record, err))
            return false;
    }
    judge_rows(walk, seal, &sum);
    return true;
}

/* ------------------------------------------------------------------ seals */

static void check_signature(struct walk *walk, const struct seal *seal)
{
    const struct signer_keys *keys = walk->check->keys;

    if (!seal->is_signed) {
        if (keys != NULL && walk->result->is_signed > 0)
            find_in(walk, seal, "it is not signed, though earlier ones are");
        return;
    }
    if (!signer_verify(seal->signer, seal->hash, sizeof(seal->hash), seal->signature))
        find_in(walk, seal, "its signature is wrong");
    else if (keys != NULL && !signer_knows(keys, seal->signer))
        find_in(walk, seal, "it is signed with another key");
    walk->result->is_signed++;
}

static bool check_seal(struct walk *walk, const struct seal *seal, struct err *err)
{
    const struct audit_check *check = walk->check;
    const struct seal *before = &walk->result->last;
    uint8_t hash[RECORD_HASH_SIZE];

    seal_record(seal, &walk->seal_record);
    if (walk->seal_record.failed)
        return err_no_memory(err);
    record_hash(&walk->seal_record, hash);
    if (seal->number != before->number + 1)
        find(walk, "seal %lld is missing", (long long)before->number + 1);
    if (memcmp(hash, seal->hash, sizeof(hash)) != 0)
        find_in(walk, seal, "its hash is wrong");
    if (memcmp(seal->previous, before->hash, sizeof(seal->previous)) != 0)
        find_in(walk, seal, "it does not follow the seal before it");
    check_signature(walk, seal);
    if (check->on_seal != NULL && !check->on_seal(check->context, seal, &walk->seal_record, err))
        return false;
    if (!check_rows(walk, seal, err))
        return false;
    walk->result->seals++;
    walk->result->last = *seal;
    if (check->on_progress != NULL)
        check->on_progress(check->context, walk->result->seals, walk->result->rows,
                           check->first > 0 ? check->last - check->first + 1 : walk->head.number);
    return true;
}

static bool is_over(const struct walk *walk)
{
    return walk->result->wrong && walk->check->on_row == NULL;
}

static bool check_seals(struct walk *walk, int64_t last, struct err *err)
{
    struct pg_result *seals = NULL;
    int count = 0;
    bool ok = true;

    do {
        ok = seal_store_seals(walk->db, walk->result->last.number, SEALS_AT_ONCE, &seals, err);
        count = ok ? seal_store_count(seals) : 0;
        for (int i = 0; ok && i < count && !is_over(walk); i++) {
            struct seal seal = {0};

            seal_store_seal(seals, i, &seal);
            if (seal.number > last) {
                count = 0;
                break;
            }
            ok = check_seal(walk, &seal, err);
        }
        seal_store_free(&seals);
    } while (ok && count > 0 && walk->result->last.number < last && !is_over(walk));
    if (ok && walk->result->last.number < last)
        find(walk, "seal %lld is missing", (long long)walk->result->last.number + 1);
    return ok;
}

/* The seal before the first one that is asked for: its hash and its last row are where that begins.
 */
static bool begin_behind(struct walk *walk, int64_t number, struct err *err)
{
    struct pg_result *seals = NULL;

    if (number == 0)
        return true;
    if (!seal_store_seals(walk->db, number - 1, 1, &seals, err))
        return false;
    if (seal_store_count(seals) == 1)
        seal_store_seal(seals, 0, &walk->result->last);
    if (walk->result->last.number != number)
        find(walk, "seal %lld is missing", (long long)number);
    else
        walk->rows.place = walk->result->last.last;
    walk->result->last.number = number;
    seal_store_free(&seals);
    return true;
}

static bool check_end(struct walk *walk, struct err *err)
{
    const struct seal_head *head = &walk->head;
    int64_t impossible = 0;

    if (is_over(walk))
        return true;
    if (!head->found || head->newest != head->number ||
        memcmp(head->hash, walk->result->last.hash, sizeof(head->hash)) != 0)
        find(walk, "the chain does not end where its head says");
    if (!seal_store_count_behind(walk->db, head->last, &walk->result->waiting, &impossible, err))
        return false;
    if (impossible > 0)
        find(walk, "%lld rows are of transactions that have not begun", (long long)impossible);
    return true;
}

bool audit_check(struct db *db, const struct audit_check *check, struct audit_result *result_out,
                 struct err *err)
{
    struct audit_result result = {0};
    struct walk walk = {.db = db, .check = check, .result = &result, .rows.place.id = INT64_MIN};
    bool ok = seal_store_head(db, &walk.head, err);

    if (ok && check->first > 0)
        ok = begin_behind(&walk, check->first - 1, err) && check_seals(&walk, check->last, err);
    else if (ok)
        ok = check_seals(&walk, walk.head.number, err) && check_end(&walk, err);
    seal_store_free(&walk.rows.page);
    record_free(&walk.rows.record);
    record_free(&walk.seal_record);
    if (ok)
        *result_out = result;
    return ok;
}
