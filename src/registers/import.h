/* A register from a file: read, checked, compared and merged in one transaction, or not at all. */
#ifndef DPVD_REGISTERS_IMPORT_H
#define DPVD_REGISTERS_IMPORT_H

#include "registers/check.h"
#include "store/desk.h"

enum import_format { IMPORT_BY_LOOK, IMPORT_CSV, IMPORT_JSON };

struct import_counts {
    int64_t entries; /* in the file */
    int64_t added;
    int64_t changed;
    int64_t removed;
    int64_t unchanged;
    int64_t refused;
    int64_t doubles;  /* another entry of the same key follows */
    int64_t left_out; /* nothing that the register has a place for */
    int64_t missing;  /* not in a full file; removed, or kept for a reason */
    int64_t nameless; /* refused, and nobody knows what they stand for */
};

enum import_step { IMPORT_READS, IMPORT_COMPARES, IMPORT_WRITES };

/* Who is told meanwhile. */
struct import_watch {
    void *context;
    void (*complain)(void *context, const struct complaint *complaint); /* of the first ones */

    /* Often while it reads; percent is -1 where it is not known. */
    void (*progress)(void *context, enum import_step step, const struct import_counts *counts,
                     int percent);
};

enum { IMPORT_COMPLAINTS_MAX = 100 };

struct import_order {
    const struct registry *registry;
    const char *path; /* "-": the standard input */
    enum import_format format;
    bool full;           /* what is not in the file is removed */
    bool force;          /* even if that is much */
    bool dry_run;        /* nothing is written */
    bool synthetic;      /* persons of test populations are accepted */
    int64_t max_refused; /* more refuse the file; -1: any number may be refused */
    const char *who;     /* for the audit log; NULL: the Unix user */
    struct import_watch watch;
};

struct import_result {
    struct import_counts counts;
    bool json;
    bool broken;   /* no line break behind the last line */
    bool withheld; /* nothing is removed, because of nameless entries */
    int64_t microseconds;
};

/* Commits what it did, with its row of the audit log; a file that is refused has one too, a dry run
 * none. On false nothing has changed. ERR_INVALID: the file, or what it would do, is not right. */
bool import_run(struct desk *desk, const struct import_order *order,
                struct import_result *result_out, struct err *err);

#endif
