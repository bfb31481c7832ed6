#include "admin/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

void ask_forget(char password[ASK_PASSWORD_SIZE])
{
    explicit_bzero(password, ASK_PASSWORD_SIZE);
}

/* Reads without a buffer of stdio, where the password would stay. n is what was read. */
static bool read_all(int fd, char *room, size_t size, size_t *n, struct err *err)
{
    ssize_t got = 1;

    for (*n = 0; *n < size && got > 0; *n += got > 0 ? (size_t)got : 0) {
        got = read(fd, room + *n, size - *n);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got < 0)
            return err_set(err, ERR_INVALID, "the password cannot be read: %s", strerror(errno));
        else if (got > 0 && memchr(room + *n, '\n', (size_t)got) != NULL && isatty(fd) == 1)
            size = *n + (size_t)got; /* a terminal has no end */
    }
    return true;
}

/* Cuts the line break off; what stands behind it makes it no password. */
static bool take_line(char *line, size_t n, struct err *err)
{
    char *end = memchr(line, '\n', n);

    if (n == ASK_PASSWORD_SIZE)
        return err_set(err, ERR_INVALID, "the password is too long");
    if (memchr(line, '\0', n) != NULL || (end != NULL && (size_t)(end - line) + 1 != n))
        return err_set(err, ERR_INVALID, "a password is one line and nothing else");
    line[n] = '\0';
    if (end != NULL)
        *end = '\0';
    if (end != NULL && end > line && end[-1] == '\r')
        end[-1] = '\0';
    return line[0] != '\0' || err_set(err, ERR_INVALID, "the password is empty");
}

static bool read_line(int fd, char password_out[ASK_PASSWORD_SIZE], struct err *err)
{
    size_t n = 0;

    return read_all(fd, password_out, ASK_PASSWORD_SIZE, &n, err) &&
           take_line(password_out, n, err);
}

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        return; /* the terminal is gone: reading from it will tell */
}

/* Whatever happens meanwhile, the terminal shows what is typed again afterwards. */
static bool read_hidden(int terminal, const char *prompt, char password_out[ASK_PASSWORD_SIZE],
                        struct err *err)
{
    struct termios shown;
    struct termios hidden;
    sigset_t signals;
    sigset_t before;
    bool ok = false;

    if (tcgetattr(terminal, &shown) != 0)
        return err_set(err, ERR_INVALID, "the terminal: %s", strerror(errno));
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    sigfillset(&signals);
    sigprocmask(SIG_BLOCK, &signals, &before);
    tcsetattr(terminal, TCSAFLUSH, &hidden);
    say(terminal, prompt);
    ok = read_line(terminal, password_out, err);
    say(terminal, "\n");
    tcsetattr(terminal, TCSAFLUSH, &shown);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static bool ask_twice(char password_out[ASK_PASSWORD_SIZE], struct err *err)
{
    const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    char again[ASK_PASSWORD_SIZE] = "";
    bool ok = false;

    if (terminal < 0)
        return err_set(err, ERR_INVALID, "there is no terminal: use --password-file");
    ok = read_hidden(terminal, "Password: ", password_out, err) &&
         read_hidden(terminal, "The same again: ", again, err);
    if (ok && strcmp(password_out, again) != 0)
        ok = err_set(err, ERR_INVALID, "the two passwords are not the same");
    ask_forget(again);
    close(terminal);
    return ok;
}

bool ask_password(const char *file, char password_out[ASK_PASSWORD_SIZE], struct err *err)
{
    int fd = STDIN_FILENO;
    bool ok = false;

    if (file == NULL)
        return ask_twice(password_out, err);
    if (strcmp(file, "-") == 0)
        return read_line(STDIN_FILENO, password_out, err);
    fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_INVALID, "%s: %s", file, strerror(errno));
    ok = read_line(fd, password_out, err);
    close(fd);
    return ok;
}

bool ask_yes(const char *question)
{
    char answer[16] = "";

    fprintf(stderr, "%s Type yes to go on: ", question);
    fflush(stderr);
    return fgets(answer, sizeof(answer), stdin) != NULL && strcmp(answer, "yes\n") == 0;
}
