/* Reads CSV as it comes, piece by piece (RFC 4180): a header line with the names of columns in any
 * order; `;` or `,`, whichever stands in the header first; quotes; line breaks LF or CRLF; UTF-8,
 * with or without byte order mark. */
#ifndef DPVD_REGISTERS_CSV_H
#define DPVD_REGISTERS_CSV_H

#include "registers/column.h"
#include "registers/entry.h"

#include <stddef.h>

struct csv;

/* columns, ended by one without name, sink and context outlive it. NULL: memory ran out. */
struct csv *csv_new(const struct column *columns, entry_sink *sink, void *context);
void csv_free(struct csv **csv);

/* Hands on each entry as soon as it is complete. false: what the sink says, or ERR_INVALID for a
 * file that is not worth reading on: a header that is not right, a value without end. */
bool csv_feed(struct csv *csv, const void *data, size_t n, struct err *err);

/* The file is complete. ERR_INVALID: it ends in quotes, or has no header. *broken_out: there was no
 * line break behind the last line, which has been handed on all the same. */
bool csv_finish(struct csv *csv, bool *broken_out, struct err *err);

/* The header has this column. */
bool csv_has(const struct csv *csv, size_t column);

#endif
