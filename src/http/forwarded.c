#include "http/forwarded.h"

#include <string.h>
#include <strings.h>

/* A piece of a header. */
struct part {
    const char *text;
    size_t n;
};

enum { NODE_SIZE = 64 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct part trim(struct part part)
{
    for (; part.n > 0 && is_blank(part.text[0]); part.n--)
        part.text++;
    while (part.n > 0 && is_blank(part.text[part.n - 1]))
        part.n--;
    return part;
}

static bool is_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
    }
    return n > 0 && n <= 5;
}

/* Is the quote at place i of the text taken back by a backslash? */
static bool is_escaped(const char *text, size_t i)
{
    size_t backslashes = 0;

    while (backslashes < i && text[i - 1 - backslashes] == '\\')
        backslashes++;
    return backslashes % 2 == 1;
}

/* Takes the last element off the list, from the right: a nearer proxy has written further right,
 * and what somebody before it has written cannot change where its own element begins. */
static struct part take_last(struct part *list, bool quotes)
{
    struct part last = {list->text, list->n};
    bool quoted = false;
    size_t i = list->n;

    while (i > 0 && (quoted || list->text[i - 1] != ',')) {
        i--;
        if (quotes && list->text[i] == '"' && !is_escaped(list->text, i))
            quoted = !quoted;
    }
    last.text += i;
    last.n -= i;
    list->n = i > 0 ? i - 1 : 0;
    return trim(last);
}

/* An address with what proxies put around it: brackets, a port. `unknown`, a name made up for
 * secrecy (`_x`) and anything else is no address. */
static bool read_node(struct part node, struct address *address_out)
{
    const char *colon = memchr(node.text, ':', node.n);
    const char *end = node.text + node.n;

    if (node.n > 0 && node.text[0] == '[') {
        const char *close = memchr(node.text, ']', node.n);

        if (close == NULL || colon == NULL || colon > close ||
            (close + 1 != end &&
             (close[1] != ':' || !is_digits(close + 2, (size_t)(end - close - 2)))))
            return false;
        return address_parse(node.text + 1, (size_t)(close - node.text - 1), address_out);
    }
    /* One colon is a port's, more are an IPv6 address without brackets. */
    if (colon != NULL && memchr(colon + 1, ':', (size_t)(end - colon - 1)) == NULL)
        return is_digits(colon + 1, (size_t)(end - colon - 1)) &&
               address_parse(node.text, (size_t)(colon - node.text), address_out);
    return address_parse(node.text, node.n, address_out);
}

/* Reads a token or a quoted string at the beginning of rest and takes it off; what is longer than
 * any node is cut, and then is none. */
static bool read_value(struct part *rest, char value[NODE_SIZE], size_t *n_out)
{
    const bool quoted = rest->n > 0 && rest->text[0] == '"';
    size_t i = quoted ? 1 : 0;
    size_t n = 0;

    for (; i < rest->n && (quoted ? rest->text[i] != '"' : rest->text[i] != ';'); i++) {
        if (quoted && rest->text[i] == '\\' && ++i == rest->n)
            return false;
        if (n < NODE_SIZE)
            value[n++] = rest->text[i];
    }
    if (quoted && i++ == rest->n)
        return false;
    if (!quoted) /* blanks before the ; */
        n = trim((struct part){value, n}).n;
    rest->text += i;
    rest->n -= i;
    *n_out = n;
    return true;
}

/* forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] ) (RFC 7239, 4): its only for=.
 */
static bool read_element(struct part element, struct address *address_out)
{
    struct address found = {0};
    bool given = false;

    for (struct part rest = trim(element); rest.n > 0; rest = trim(rest)) {
        const char *equals = NULL;
        struct part name = {rest.text, 0};
        char value[NODE_SIZE];
        size_t n = 0;

        if (rest.text[0] == ';') {
            rest = (struct part){rest.text + 1, rest.n - 1};
            continue;
        }
        equals = memchr(rest.text, '=', rest.n);
        name.n = equals == NULL ? 0 : (size_t)(equals - rest.text);
        if (equals == NULL || !headers_is_token(name.text, name.n))
            return false;
        rest = (struct part){equals + 1, rest.n - name.n - 1};
        if (!read_value(&rest, value, &n) || (trim(rest).n > 0 && trim(rest).text[0] != ';'))
            return false;
        if (name.n != 3 || strncasecmp(name.text, "for", 3) != 0)
            continue;
        if (given || !read_node((struct part){value, n}, &found))
            return false;
        given = true;
    }
    if (given)
        *address_out = found;
    return given;
}

/* Goes through a header of this name, its lines and their elements from the last to the first.
 * found_out: there is an element at all. false: one that counts has no address. */
static bool read_header(const struct header_line *lines, size_t count, const char *name,
                        const struct networks *trusted, bool *found_out, struct address *client)
{
    const bool quotes = strcmp(name, "Forwarded") == 0;

    for (size_t i = count; i > 0; i--) {
        struct part list = {lines[i - 1].value, lines[i - 1].value_len};

        if (lines[i - 1].name_len != strlen(name) ||
            strncasecmp(lines[i - 1].name, name, strlen(name)) != 0)
            continue;
        while (list.n > 0) {
            const struct part element = take_last(&list, quotes);

            if (element.n == 0) /* RFC 9110, 5.6.1.2 */
                continue;
            *found_out = true;
            if (!(quotes ? read_element(element, client) : read_node(element, client)))
                return false;
            if (!networks_contain(trusted, client))
                return true;
        }
    }
    return true;
}

static bool same(const struct address *a, const struct address *b)
{
    return a->v6 == b->v6 && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* A proxy that writes one of the headers may pass the other on as the caller sent it: with both, a
 * difference is a lie by somebody. */
bool forwarded_client(const struct header_line *lines, size_t count, const struct networks *trusted,
                      struct address *client_out, const char **reason_out)
{
    struct address standard = {0};
    struct address common = {0};
    bool has_standard = false;
    bool has_common = false;

    if (!read_header(lines, count, "Forwarded", trusted, &has_standard, &standard)) {
        *reason_out = "Forwarded names no address";
        return false;
    }
    if (!read_header(lines, count, "X-Forwarded-For", trusted, &has_common, &common)) {
        *reason_out = "X-Forwarded-For names no address";
        return false;
    }
    if (has_standard && has_common && !same(&standard, &common)) {
        *reason_out = "Forwarded and X-Forwarded-For differ";
        return false;
    }
    if (has_standard || has_common)
        *client_out = has_standard ? standard : common;
    return true;
}
