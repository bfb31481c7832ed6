/* Runs PostgreSQL's programs in a folder of their own, as a user that they accept. */
#ifndef DPVD_TESTS_SUPPORT_PG_PROCESS_H
#define DPVD_TESTS_SUPPORT_PG_PROCESS_H

#include <sys/types.h>

enum { PG_PATH_SIZE = 256 };

/* Ends the process with a message. */
void pg_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* A new folder that the user owns; below another one, or in /tmp if that is NULL. */
void pg_folder_make(const char *below, char folder_out[PG_PATH_SIZE]);
void pg_folder_remove(const char *folder);

/* Starts a program of the newest PostgreSQL in the folder, with its output in a file there. It gets
 * SIGQUIT when this process ends. */
pid_t pg_launch(const char *folder, const char *const *arguments, const char *log_name);

/* Copies such a file to standard error. */
void pg_show_log(const char *folder, const char *log_name);

#endif
