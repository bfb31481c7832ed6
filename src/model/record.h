/* Named values in one fixed form, to be hashed and shown: rows of the audit log, seals, exports.
 *
 * The canonical bytes are one tag byte, then for each value in order: length of the name, name,
 * length of the value, value; lengths are 8 bytes, big-endian. Values are written as JSON shows
 * them, texts without quotes and escapes. A value that is null is left out, so that a column which
 * is added later changes no hash of an earlier row. */
#ifndef DPVD_MODEL_RECORD_H
#define DPVD_MODEL_RECORD_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_HASH_SIZE = 32 };

/* So that nothing can be taken for something else. 1 is a node of a tree of rows (merkle.h). */
enum record_tag { RECORD_ROW = 0, RECORD_SEAL = 2, RECORD_EXPORT = 3 };

/* Starts as {0}. failed: memory ran out on the way. */
struct record {
    struct buf canonical;
    struct buf json; /* {"id":1,...}, without line break */
    bool failed;
};

/* Empties it for the next one; its memory stays. */
void record_begin(struct record *record, enum record_tag tag);

void record_number(struct record *record, const char *name, int64_t value);
void record_unsigned(struct record *record, const char *name, uint64_t value);
void record_switch(struct record *record, const char *name, bool value);
void record_text(struct record *record, const char *name, const char *value, size_t n);
void record_hex(struct record *record, const char *name, const void *data, size_t n);

/* "2026-01-31T12:00:00.123456Z" from microseconds since 1970 UTC; as a number where that year has
 * not four digits. */
void record_time(struct record *record, const char *name, int64_t when);

void record_end(struct record *record);
void record_hash(const struct record *record, uint8_t hash_out[RECORD_HASH_SIZE]);
void record_free(struct record *record);

#endif
