#include "soap/security.h"

#include "base/base64.h"
#include "xml/datetime.h"

#include <string.h>

#define PROFILE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"

enum { NONCE_TEXT_MAX = 1024 };

static const char secext[] =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

bool security_knows(const struct envelope_block *block)
{
    return strcmp(block->name, "Security") == 0 && strcmp(block->space, secext) == 0;
}

static size_t count_blocks(const struct guard *guard)
{
    size_t count = 0;
    const struct envelope_block *blocks = guard_blocks(guard, &count);
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += security_knows(&blocks[i]);
    return found;
}

/* Times of WS-Security are UTC, whether they say so or not (WSS 1.0, 10). */
static bool read_time(struct arena *arena, const char *text, struct moment *moment_out,
                      struct token *token, struct err *err)
{
    struct datetime datetime = {0};
    const char *utc = NULL;

    if (text == NULL)
        return true;
    utc = arena_format(arena, "%.*sZ", (int)strcspn(text + strspn(text, " \t\r\n"), " \t\r\n"),
                       text + strspn(text, " \t\r\n"));
    if (utc == NULL)
        return err_no_memory(err);
    if (!datetime_parse(utc, &datetime) && !datetime_parse(text, &datetime))
        token->malformed = "odd time";
    *moment_out = (struct moment){datetime.given, datetime.when};
    return true;
}

static bool read_nonce(struct arena *arena, const struct wsse__Nonce *nonce, struct token *token,
                       struct err *err)
{
    const char *text = nonce == NULL || nonce->__item == NULL ? "" : nonce->__item;
    struct base64 state = {0};
    const size_t n = strlen(text);
    uint8_t *room = NULL;

    if (n > NONCE_TEXT_MAX) {
        token->malformed = "odd nonce";
        return true;
    }
    room = arena_alloc(arena, n / 4 * 3 + 3);
    if (room == NULL)
        return err_no_memory(err);
    token->nonce_size = base64_decode(&state, text, n, room);
    token->nonce = room;
    if (!base64_done(&state))
        token->malformed = "odd nonce";
    return true;
}

/* Without Type it is in clear text (UsernameToken profile 1.0, 3.1). */
static void read_type(const struct wsse__Password *password, struct token *token)
{
    const char *type = password == NULL ? NULL : password->Type;

    if (type == NULL || type[0] == '\0' || strcmp(type, PROFILE "#PasswordText") == 0)
        return;
    token->digest = strcmp(type, PROFILE "#PasswordDigest") == 0;
    if (!token->digest)
        token->malformed = "unknown type of password";
}

static bool read_user(struct arena *arena, const struct wsse__UsernameToken *in,
                      struct credentials *credentials, struct token *token, struct err *err)
{
    credentials->user_name = in->Username;
    credentials->password = in->Password == NULL ? NULL : in->Password->__item;
    token->created_text = in->wsu__Created;
    read_type(in->Password, token);
    return read_nonce(arena, in->Nonce, token, err) &&
           read_time(arena, in->wsu__Created, &token->created, token, err);
}

static bool read_header(struct arena *arena, const struct wsse__Security *header,
                        struct credentials *credentials, struct token *token, struct err *err)
{
    const struct wsu__Timestamp *timestamp = header->wsu__Timestamp;

    if (header->__sizeUsernameToken > 1 || header->__sizeTimestamp > 1)
        token->malformed = "two tokens or timestamps";
    if (header->__sizeTimestamp == 1 &&
        (!read_time(arena, timestamp->Created, &token->header_created, token, err) ||
         !read_time(arena, timestamp->Expires, &token->header_expires, token, err)))
        return false;
    return header->__sizeUsernameToken != 1 ||
           read_user(arena, header->UsernameToken, credentials, token, err);
}

bool security_read(struct arena *arena, const struct guard *guard,
                   const struct wsse__Security *header, struct credentials *credentials_out,
                   struct err *err)
{
    struct token *token = arena_alloc(arena, sizeof(*token));
    struct credentials credentials = {.token = token};

    if (token == NULL)
        return err_no_memory(err);
    if (count_blocks(guard) > 1)
        token->malformed = "two security headers";
    else if (header != NULL && !read_header(arena, header, &credentials, token, err))
        return false;
    *credentials_out = credentials;
    return true;
}
