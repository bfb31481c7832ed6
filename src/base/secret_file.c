#include "base/secret_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* What nobody but its owner may do, and with a file of root's its group. */
static bool is_private(const struct stat *status)
{
    const mode_t others = status->st_uid == 0 ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;

    return (status->st_mode & others) == 0;
}

FILE *secret_file_open(const char *path, struct err *err)
{
    struct stat status = {0};
    FILE *file = fopen(path, "re");

    if (file == NULL || fstat(fileno(file), &status) != 0) {
        err_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
    } else if (!is_private(&status)) {
        err_set(err, ERR_INVALID, "%s: others may read or write it; chmod 600 it", path);
    } else {
        return file;
    }
    if (file != NULL)
        fclose(file);
    return NULL;
}
