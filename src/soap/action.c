#include "soap/action.h"

#include "base/bytes.h"

#include <string.h>

static const char blank[] = " \t\r\n";

static bool is_action(const struct wire_operation *op, struct bytes action)
{
    return strlen(op->action) == action.len && memcmp(op->action, action.data, action.len) == 0;
}

static struct bytes trimmed(const char *text, size_t n)
{
    while (n > 0 && strchr(blank, *text) != NULL) {
        text++;
        n--;
    }
    while (n > 0 && strchr(blank, text[n - 1]) != NULL)
        n--;
    return (struct bytes){(const uint8_t *)text, n};
}

bool action_names_another(const struct wire_operation *operation, const char *text, size_t n)
{
    const struct bytes action = trimmed(text, text == NULL ? 0 : n);

    if (action.len == 0 || is_action(operation, action))
        return false;
    for (const struct wire_endpoint *e = wire_endpoints; e->name != NULL; e++) {
        for (const struct wire_operation *other = e->operations; other->name != NULL; other++) {
            if (is_action(other, action))
                return true;
        }
    }
    return false;
}

/* text is what follows the name of a header or parameter: quoted or not. */
static bool value_names_another(const struct wire_operation *operation, const char *text)
{
    text += strspn(text, " \t");
    if (*text == '"') {
        text++;
        return action_names_another(operation, text, strcspn(text, "\""));
    }
    return action_names_another(operation, text, strcspn(text, "; \t"));
}

bool action_http_names_another(const struct wire_operation *operation,
                               const struct http_exchange *exchange)
{
    static const char name[] = "action=";
    const char *parameter =
        exchange->content_type == NULL ? NULL : strcasestr(exchange->content_type, name);

    return (exchange->soap_action != NULL &&
            value_names_another(operation, exchange->soap_action)) ||
           (parameter != NULL && value_names_another(operation, parameter + sizeof(name) - 1));
}
