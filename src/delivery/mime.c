#include "delivery/mime.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Of a line of quoted-printable, and of an encoded word without its frame (RFC 2045, 6.7; RFC 2047,
 * 2). */
enum { LINE_MAX_BYTES = 75, WORD_MAX_BYTES = 54, CHARACTER_MAX_BYTES = 4 };

static const char hex[] = "0123456789ABCDEF";

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x80)
            return false;
    }
    return true;
}

/* Letters and digits stand for themselves in an encoded word of any header (RFC 2047, 5 (3)). */
static bool is_plain(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static size_t character_bytes(const char *text)
{
    size_t n = 1;

    while (n < CHARACTER_MAX_BYTES && ((unsigned char)text[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static bool add_hex(struct buf *out, unsigned char c)
{
    const char escaped[3] = {'=', hex[c >> 4], hex[c & 15]};

    return buf_add(out, escaped, sizeof(escaped));
}

/* ------------------------------------------------------------------ headers */

/* Characters of an encoded word, of which none is divided; returns how much of the text it took, 0
 * when memory ran out. Line breaks are encoded like anything else: they end no header. */
static size_t add_word(struct buf *out, const char *text)
{
    size_t room = WORD_MAX_BYTES;
    size_t taken = 0;
    bool ok = buf_add_text(out, "=?UTF-8?Q?");

    while (ok && text[taken] != '\0') {
        const unsigned char c = (unsigned char)text[taken];
        const size_t n = character_bytes(text + taken);
        const size_t size = is_plain(c) || c == ' ' ? 1 : 3 * n;

        if (size > room)
            break;
        room -= size;
        if (size == 1)
            ok = buf_add(out, c == ' ' ? "_" : text + taken, 1);
        else
            for (size_t i = 0; ok && i < n; i++)
                ok = add_hex(out, (unsigned char)text[taken + i]);
        taken += n;
    }
    return ok && buf_add_text(out, "?=") ? taken : 0;
}

/* Text in a header, as encoded words on lines of their own. Empty text is one empty word. */
static bool add_words(struct buf *out, const char *text)
{
    do {
        const size_t taken = add_word(out, text);

        if (taken == 0 && *text != '\0')
            return false;
        text += taken;
        if (*text != '\0' && !buf_add_text(out, "\r\n "))
            return false;
    } while (*text != '\0');
    return true;
}

static bool is_safe(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text <= ' ' || *text == 0x7f || strchr("<>()\"\\,;:", *text) != NULL)
            return false;
    }
    return true;
}

/* "Name: <address>". An address that a header cannot hold is left to the envelope: it has letters
 * that only some servers take in a header, or characters that no address has. */
static bool add_address(struct buf *out, const char *name, const char *display, const char *address)
{
    if (!is_ascii(address) || !is_safe(address))
        return buf_add_format(out, "%s: undisclosed-recipients:;\r\n", name);
    if (display == NULL || display[0] == '\0')
        return buf_add_format(out, "%s: <%s>\r\n", name, address);
    return buf_add_format(out, "%s: ", name) && add_words(out, display) &&
           buf_add_format(out, "\r\n <%s>\r\n", address);
}

static bool add_reply_to(struct buf *out, const char *address)
{
    if (address == NULL || !is_ascii(address) || !is_safe(address))
        return true;
    return buf_add_format(out, "Reply-To: <%s>\r\n", address);
}

/* Day and month names are English whatever the locale (RFC 5322, 3.3). */
static bool add_date(struct buf *out, int64_t when)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t seconds = (time_t)(when / 1000000);
    struct tm tm = {0};

    gmtime_r(&seconds, &tm);
    return buf_add_format(out, "Date: %s, %d %s %04d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday],
                          tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                          tm.tm_sec);
}

static const char *language_tag(const char *language_code)
{
    if (language_code != NULL && strcmp(language_code, "1033") == 0)
        return "en";
    return language_code != NULL && strcmp(language_code, "2068") == 0 ? "nn" : "nb";
}

/* Auto-Submitted keeps vacation messages from answering (RFC 3834, 5). */
static bool add_header(struct buf *out, const struct mail *mail)
{
    const char *message_id = is_ascii(mail->message_id) && is_safe(mail->message_id)
                                 ? mail->message_id
                                 : "invalid@localhost";

    return add_date(out, mail->date) && add_address(out, "From", mail->from_name, mail->from) &&
           add_reply_to(out, mail->reply_to) && add_address(out, "To", NULL, mail->to) &&
           buf_add_text(out, "Subject: ") && add_words(out, mail->subject) &&
           buf_add_format(out,
                          "\r\nMessage-ID: <%s>\r\n"
                          "Auto-Submitted: auto-generated\r\n"
                          "X-Auto-Response-Suppress: All\r\n"
                          "MIME-Version: 1.0\r\n"
                          "Content-Type: text/plain; charset=utf-8\r\n"
                          "Content-Transfer-Encoding: quoted-printable\r\n"
                          "Content-Language: %s\r\n\r\n",
                          message_id, language_tag(mail->language_code));
}

/* ------------------------------------------------------------------ body */

/* A space or tab at the end of a line would be lost; a dot or "From " at its beginning, encoded, is
 * nothing that a server could take for something else. */
static bool stands_for_itself(const char *at, bool line_begins)
{
    const unsigned char c = (unsigned char)*at;

    if (c == ' ' || c == '\t')
        return at[1] != '\n' && at[1] != '\0';
    if (line_begins && (c == '.' || c == 'F'))
        return false;
    return c > ' ' && c < 0x7f && c != '=';
}

/* Quoted-printable (RFC 2045, 6.7). */
static bool add_body(struct buf *out, const char *text)
{
    size_t column = 0;
    bool ok = true;

    for (; ok && *text != '\0'; text++) {
        bool plain = stands_for_itself(text, column == 0);

        if (*text == '\n') {
            ok = buf_add_text(out, "\r\n");
            column = 0;
            continue;
        }
        if (column + (plain ? 1 : 3) > LINE_MAX_BYTES) {
            ok = buf_add_text(out, "=\r\n");
            column = 0;
            plain = stands_for_itself(text, true);
        }
        ok = ok && (plain ? buf_add(out, text, 1) : add_hex(out, (unsigned char)*text));
        column += plain ? 1 : 3;
    }
    return ok && (column == 0 || buf_add_text(out, "\r\n"));
}

bool mime_write(const struct mail *mail, struct buf *out)
{
    return add_header(out, mail) && add_body(out, mail->text);
}
