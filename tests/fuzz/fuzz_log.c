/* Lines of the log: a byte for their form, a line for the request's id, the rest is a value. */
#include "base/log.h"
#include "fuzz/fuzz.h"
#include "xml/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <yajl/yajl_tree.h>

enum { LINE_SIZE = 64 * 1024 };

/* What is written while standard error leads into a file that is only in memory. */
static size_t log_value(const char *value, char line[LINE_SIZE])
{
    const int fd = memfd_create("log", MFD_CLOEXEC);
    const int before = dup(STDERR_FILENO);
    ssize_t n = 0;

    fuzz_hold(fd >= 0 && before >= 0 && dup2(fd, STDERR_FILENO) >= 0, "descriptors are left");
    log_event(LOG_ERROR, "event", F_STR("value", value), F_INT("number", -1));
    fuzz_hold(dup2(before, STDERR_FILENO) >= 0, "descriptors are left");
    n = pread(fd, line, LINE_SIZE - 1, 0);
    fuzz_hold(n >= 0, "a line is read");
    line[n] = '\0';
    close(before);
    close(fd);
    return (size_t)n;
}

/* One line that steers no terminal, whatever the value is. */
static void hold_line(const char *line, size_t n)
{
    size_t whole = 0;

    fuzz_hold(n > 0 && strlen(line) == n && strchr(line, '\n') == line + n - 1, "a line is one");
    for (size_t i = 0; i < n - 1; i++)
        fuzz_hold((unsigned char)line[i] >= ' ' && line[i] != 0x7f, "it has no control character");
    /* U+FFFE and U+FFFF are UTF-8, but nothing for XML. */
    fuzz_hold((utf8_check((const uint8_t *)line, n, &whole) && whole == n) ||
                  strncmp(line + whole, "\xef\xbf", 2) == 0,
              "it is UTF-8");
}

static bool is_utf8(const char *text)
{
    size_t whole = 0;
    const size_t n = strlen(text);

    return utf8_check((const uint8_t *)text, n, &whole) && whole == n;
}

static void hold_json(const char *line, const char *value)
{
    static const char *path[] = {"value", NULL};
    yajl_val root = yajl_tree_parse(line, NULL, 0);
    const char *read = root == NULL ? NULL : YAJL_GET_STRING(yajl_tree_get(root, path, yajl_t_any));

    fuzz_hold(read != NULL, "it is JSON");
    fuzz_hold(!is_utf8(value) || strcmp(read, value) == 0, "a value is what it was");
    yajl_tree_free(root);
}

/* Nothing but the end of the value follows the value. */
static void hold_logfmt(const char *line)
{
    static const char tail[] = " number=-1\n";
    const char *value = strstr(line, " value=");
    const char *end = line + strlen(line) - strlen(tail);

    fuzz_hold(value != NULL && strcmp(end, tail) == 0, "fields stand in their order");
    value += strlen(" value=");
    if (*value != '"') {
        fuzz_hold(memchr(value, ' ', (size_t)(end - value)) == NULL, "a plain value is a word");
        return;
    }
    for (value++; value < end && *value != '"'; value++)
        value += *value == '\\';
    fuzz_hold(value == end - 1, "quotes end where the value does");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static char line[LINE_SIZE];
    struct fuzz_input input = {data, n};
    const bool json = fuzz_byte(&input) % 2 == 1;
    char *id = fuzz_line(&input);
    char *value = fuzz_rest(&input);

    log_setup(LOG_ERROR, json ? LOG_JSON : LOG_LOGFMT);
    log_set_request(is_utf8(id) && strlen(id) < 16 && strchr(id, ' ') == NULL ? id : NULL);
    hold_line(line, log_value(value, line));
    if (json)
        hold_json(line, value);
    else
        hold_logfmt(line);
    free(id);
    free(value);
    return 0;
}
