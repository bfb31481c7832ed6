/* What a command tells: rows of named values, as a table for people or as JSON. */
#ifndef DPVD_ADMIN_SHEET_H
#define DPVD_ADMIN_SHEET_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum sheet_form {
    SHEET_ONE,  /* a line for each value; an object */
    SHEET_LIST, /* a line for each row under a line of names; an array of objects */
};

struct sheet_cell;

/* Starts as {0}. Every row has the same names in the same order. Names and texts are not copied. */
struct sheet {
    enum sheet_form form;
    struct sheet_cell *cells;
    size_t count;
    size_t room;
    size_t columns; /* known when the second row begins; 0: there is one row at most */
    bool failed;    /* memory ran out on the way */
};

/* Begins the next row of a list. */
void sheet_row(struct sheet *sheet);

/* A value that is not there, NULL or time 0, is left empty, and left out of JSON. */
void sheet_text(struct sheet *sheet, const char *name, const char *text);
void sheet_number(struct sheet *sheet, const char *name, int64_t number);
void sheet_switch(struct sheet *sheet, const char *name, bool on);

/* Norwegian time for people, UTC in JSON. */
void sheet_time(struct sheet *sheet, const char *name, int64_t when);

/* The day of it in Norway. */
void sheet_day(struct sheet *sheet, const char *name, int64_t when);

bool sheet_print(const struct sheet *sheet, bool json, FILE *out, struct err *err);

void sheet_free(struct sheet *sheet);

#endif
