/* Files that hold a key or a password: nobody else may read them. */
#ifndef DPVD_BASE_SECRET_FILE_H
#define DPVD_BASE_SECRET_FILE_H

#include "base/err.h"

#include <stdio.h>

/* Opens it for reading; the caller closes it. NULL with ERR_INVALID that names the file: it cannot
 * be read, or others may read it, too. Its group may, if it is root's, as in Debian's
 * /etc/ssl/private. */
FILE *secret_file_open(const char *path, struct err *err);

#endif
