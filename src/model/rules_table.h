/* The table of all checks as documentation. */
#ifndef DPVD_MODEL_RULES_TABLE_H
#define DPVD_MODEL_RULES_TABLE_H

#include <stdio.h>

/* Markdown: each check in the order in which they are made, with its section of the handbook, its
 * answer and its text. The README holds it. */
void rules_print_table(FILE *out);

#endif
