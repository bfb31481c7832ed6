#include "support/pg_process.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 15 };

void pg_die(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fputs("PostgreSQL for tests: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

void pg_folder_remove(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const struct passwd *find_user(const char *name)
{
    static struct passwd user;
    static char room[4096];
    struct passwd *found = NULL;

    return getpwnam_r(name, &user, room, sizeof(room), &found) == 0 ? found : NULL;
}

static const struct passwd *server_user(void)
{
    const struct passwd *user = NULL;

    if (geteuid() != 0)
        return NULL;
    user = find_user("postgres");
    return user != NULL ? user : find_user("nobody");
}

/* In the child: PostgreSQL refuses to be root. It goes down with whoever started it. */
static void become_server_user(const struct passwd *user)
{
    if (user != NULL && (initgroups(user->pw_name, user->pw_gid) != 0 ||
                         setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
}

void pg_folder_make(const char *below, char folder_out[PG_PATH_SIZE])
{
    const struct passwd *user = server_user();

    snprintf(folder_out, PG_PATH_SIZE, "%.100s%s", below != NULL ? below : "/tmp/dpvd-pg",
             below != NULL ? "/XXXXXX" : "-XXXXXX");
    if (mkdtemp(folder_out) == NULL)
        pg_die("mkdtemp: %s", strerror(errno));
    if (user != NULL && chown(folder_out, user->pw_uid, user->pw_gid) != 0)
        pg_die("chown: %s", strerror(errno));
}

static void find_program(const char *name, char program_out[PG_PATH_SIZE])
{
    char pattern[PG_PATH_SIZE];
    glob_t found = {0};
    const char *best = NULL;

    snprintf(pattern, sizeof(pattern), "/usr/lib/postgresql/*/bin/%s", name);
    if (glob(pattern, 0, NULL, &found) != 0)
        pg_die("no %s below /usr/lib/postgresql", name);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        if (best == NULL || strverscmp(found.gl_pathv[i], best) > 0)
            best = found.gl_pathv[i];
    }
    snprintf(program_out, PG_PATH_SIZE, "%s", best);
    globfree(&found);
}

/* What the child does between fork and exec. */
static void enter(const char *folder, const char *log_name)
{
    const int log_file =
        chdir(folder) == 0 ? open(log_name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

    if (log_file < 0 || dup2(log_file, STDOUT_FILENO) < 0 || dup2(log_file, STDERR_FILENO) < 0)
        _exit(126);
}

pid_t pg_launch(const char *folder, const char *const *arguments, const char *log_name)
{
    const struct passwd *user = server_user();
    char program[PG_PATH_SIZE];
    char *words[ARGUMENTS_MAX + 1] = {NULL};
    pid_t pid = 0;

    find_program(arguments[0], program);
    for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL; i++) {
        words[i] = strdup(i == 0 ? program : arguments[i]); /* initdb looks for its own folder */
        if (words[i] == NULL)
            pg_die("out of memory");
    }
    pid = fork();
    if (pid == 0) {
        become_server_user(user);
        enter(folder, log_name);
        execv(program, words);
        _exit(127);
    }
    if (pid < 0)
        pg_die("fork: %s", strerror(errno));
    for (size_t i = 0; words[i] != NULL; i++)
        free(words[i]);
    return pid;
}

void pg_show_log(const char *folder, const char *log_name)
{
    char path[2 * PG_PATH_SIZE];
    char line[1024];
    FILE *file = NULL;

    snprintf(path, sizeof(path), "%s/%s", folder, log_name);
    file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        fputs(line, stderr);
    if (file != NULL)
        fclose(file);
}
