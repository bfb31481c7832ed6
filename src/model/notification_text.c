#include "model/notification_text.h"

#include "base/buf.h"
#include "model/identifier.h"
#include "model/receipt.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_DIGITS = 3 };

/* Subjects of the templates of Digital post til virksomheter. */
static const char *standard_subject(const char *language_code)
{
    if (language_code != NULL && strcmp(language_code, "1033") == 0)
        return "New message available at $portalName$ for $reporteeName$";
    if (language_code != NULL && strcmp(language_code, "2068") == 0)
        return "Ny melding tilgjengeleg i $portalName$ for $reporteeName$";
    return "Ny melding tilgjengelig i $portalName$ for $reporteeName$";
}

/* "{12}": its length, and the number; 0 if no token stands here. */
static size_t read_token(const char *text, size_t *number_out)
{
    size_t digits = 0;
    size_t number = 0;

    while (digits < TOKEN_DIGITS && isdigit((unsigned char)text[1 + digits])) {
        number = number * 10 + (size_t)(text[1 + digits] - '0');
        digits++;
    }
    if (digits == 0 || text[1 + digits] != '}')
        return 0;
    *number_out = number;
    return digits + 2;
}

/* Tokens are put in once: what a token looks like does not matter. NULL: memory ran out. */
static char *put_tokens(struct arena *arena, const char *text,
                        const struct notification_wording *wording)
{
    struct buf out = {0};
    char *filled = NULL;
    bool ok = true;

    while (ok && *text != '\0') {
        size_t number = 0;
        const size_t length = *text == '{' ? read_token(text, &number) : 0;
        const size_t plain = length > 0 ? 0 : 1 + strcspn(text + 1, "{");

        if (length == 0)
            ok = buf_add(&out, text, plain);
        else if (number < wording->token_count && wording->tokens[number] != NULL)
            ok = buf_add_text(&out, wording->tokens[number]);
        text += length + plain;
    }
    if (ok)
        filled = arena_strndup(arena, out.data == NULL ? "" : out.data, out.len);
    buf_free(&out);
    return filled;
}

static bool is_c1(const char *at)
{
    return (unsigned char)at[0] == 0xc2 && (unsigned char)at[1] >= 0x80 &&
           (unsigned char)at[1] < 0xa0;
}

/* Takes control characters out, in place. Line ends become \n, or in a single line a space, as a
 * tab does there. */
static void clean(char *text, bool single_line)
{
    const char *from = text;
    char *to = text;

    while (*from != '\0') {
        const unsigned char c = (unsigned char)*from;

        if (c == '\r' || c == '\n') {
            from += c == '\r' && from[1] == '\n' ? 1 : 0;
            *to++ = single_line ? ' ' : '\n';
        } else if (is_c1(from)) {
            from++;
        } else if (c == '\t') {
            *to++ = single_line ? ' ' : '\t';
        } else if (c >= 0x20 && c != 0x7f) {
            *to++ = *from;
        }
        from++;
    }
    *to = '\0';
}

/* Tokens, then macros; cleaned, for what cleaning empties is blank. NULL: memory ran out. */
static char *fill(struct arena *arena, const char *text, const struct notification_wording *wording,
                  bool single_line)
{
    char *filled = text == NULL ? arena_strdup(arena, "") : put_tokens(arena, text, wording);

    if (filled != NULL)
        filled = macro_expand(arena, filled, &wording->macros);
    if (filled != NULL)
        clean(filled, single_line);
    return filled;
}

/* Cuts behind so many characters, in place. */
static bool cut_at(char *text, size_t characters)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        if (((unsigned char)*text & 0xc0) != 0x80 && count++ == characters) {
            *text = '\0';
            return true;
        }
    }
    return false;
}

bool notification_text_make(struct arena *arena, const struct notification_wording *wording,
                            struct notification_text *text_out)
{
    const char *mark = wording->mark == NULL ? "" : wording->mark;
    const char *prefix = wording->prefix == NULL ? "" : wording->prefix;
    char *subject = fill(arena, wording->subject, wording, true);
    char *text = fill(arena, wording->text, wording, false);

    if (subject != NULL && identifier_is_blank(subject))
        subject = fill(arena, standard_subject(wording->language_code), wording, true);
    if (subject == NULL || text == NULL)
        return false;
    if (identifier_is_blank(text))
        text = subject;
    text = arena_format(arena, "%s%s%s", mark, prefix, text);
    subject = arena_format(arena, "%s%s", mark, subject);
    if (text == NULL || subject == NULL)
        return false;
    clean(subject, true);
    clean(text, false);
    receipt_mask(subject);
    receipt_mask(text);
    text_out->subject = subject;
    text_out->text = text;
    text_out->cut = wording->sms && cut_at(text, SMS_CHARACTERS);
    return true;
}
