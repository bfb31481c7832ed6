/* What commands ask of whoever sits at the terminal, and secrets that come from files. */
#ifndef DPVD_ADMIN_ASK_H
#define DPVD_ADMIN_ASK_H

#include "base/err.h"

#include <stdbool.h>

/* Room for the longest password and what shows that it is too long. */
enum { ASK_PASSWORD_SIZE = 256 };

/* A password: the only line of a file, "-" for standard input; NULL: asked for twice at the
 * terminal without being shown. The caller wipes it with ask_forget. */
bool ask_password(const char *file, char password_out[ASK_PASSWORD_SIZE], struct err *err);

void ask_forget(char password[ASK_PASSWORD_SIZE]);

/* Puts a question on standard error; whether standard input answers "yes". */
bool ask_yes(const char *question);

#endif
