/* A notification from its template to the e-mail: a byte with bits for what it is, then a line for
 * each short text, then the text. */
#include "delivery/mime.h"
#include "fuzz/fuzz.h"
#include "model/identifier.h"
#include "model/notification_text.h"
#include "xml/utf8.h"

#include <stdlib.h>
#include <string.h>

enum {
    SUBJECT,
    PREFIX,
    MARK,
    LANGUAGE,
    TOKEN,
    NAME,
    NUMBER,
    SERVICE_CODE,
    SERVICE_NAME,
    FROM_NAME,
    FROM,
    REPLY_TO,
    TO,
    MESSAGE_ID,
    TEXT,
    FIELDS
};

enum { IS_SMS = 1, IS_PERSON = 2, ADDRESS_MAX = 254, LINE_MAX_BYTES = 76, HEADER_MAX_BYTES = 998 };

/* ------------------------------------------------------------------ the texts */

/* Control characters are allowed. */
static bool is_utf8(const char *text)
{
    const size_t n = strlen(text);
    uint8_t *copy = malloc(n + 1);
    size_t whole = 0;
    bool good = false;

    fuzz_hold(copy != NULL, "memory is left");
    for (size_t i = 0; i < n; i++)
        copy[i] = (unsigned char)text[i] < ' ' ? ' ' : (unsigned char)text[i];
    good = utf8_check(copy, n, &whole) && whole == n;
    free(copy);
    return good;
}

/* Beyond \n and \t there is nothing that moves a cursor. */
static bool has_control(const char *text, bool single_line)
{
    char *copy = strdup(text);
    bool found = false;

    fuzz_hold(copy != NULL, "memory is left");
    for (char *p = copy; !single_line && *p != '\0'; p++)
        *p = *p == '\n' || *p == '\t' ? ' ' : *p;
    found = identifier_has_control(copy);
    free(copy);
    return found;
}

/* An identity number that stands alone; what is part of a longer number is none. */
static bool names_person(const char *text)
{
    static const char digits[] = "0123456789";
    char number[12] = "";

    while (*text != '\0') {
        const size_t n = strspn(text, digits);

        if (n == sizeof(number) - 1) {
            memcpy(number, text, n);
            if (identifier_is_person(number, true))
                return true;
        }
        text += n;
        text += strcspn(text, digits);
    }
    return false;
}

static void hold_text(const struct notification_text *text, bool sms)
{
    fuzz_hold(!identifier_is_blank(text->subject), "a subject is not blank");
    fuzz_hold(!identifier_is_blank(text->text), "a text is not blank");
    fuzz_hold(!has_control(text->subject, true), "a subject is one line");
    fuzz_hold(!has_control(text->text, false), "a text has only line ends");
    fuzz_hold(!names_person(text->subject) && !names_person(text->text), "nobody is named");
    fuzz_hold(!sms || identifier_length(text->text) <= SMS_CHARACTERS, "an SMS has its length");
    fuzz_hold(sms || !text->cut, "only an SMS is cut");
    fuzz_hold(is_utf8(text->subject) && is_utf8(text->text), "texts stay UTF-8");
}

static bool all_utf8(char *const *fields)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (!is_utf8(fields[i]))
            return false;
    }
    return true;
}

static void make_text(struct arena *arena, char *const *fields, uint8_t bits,
                      struct notification_text *text_out)
{
    const char *tokens[] = {fields[TOKEN], NULL, fields[NAME]};
    const struct service_name services[] = {{fields[SERVICE_CODE], 1, fields[SERVICE_NAME]}};
    const struct notification_wording wording = {
        .subject = fields[SUBJECT],
        .text = fields[TEXT],
        .prefix = fields[PREFIX],
        .mark = fields[MARK],
        .language_code = fields[LANGUAGE],
        .tokens = tokens,
        .token_count = sizeof(tokens) / sizeof(tokens[0]),
        .sms = (bits & IS_SMS) != 0,
        .macros = {.person = (bits & IS_PERSON) != 0,
                   .number = fields[NUMBER],
                   .name = fields[NAME],
                   .service = fields[SERVICE_NAME],
                   .portal = "Altinn.no",
                   .services = services,
                   .service_count = 1},
    };

    fuzz_hold(notification_text_make(arena, &wording, text_out), "memory is left");
    if (all_utf8(fields))
        hold_text(text_out, wording.sms);
}

/* ------------------------------------------------------------------ the e-mail */

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Takes a character of quoted-printable or of Q off *at. */
static char decoded(const char **at, bool word)
{
    const char c = *(*at)++;
    int high = 0;
    int low = 0;

    if (c != '=')
        return c == '_' && word ? ' ' : c;
    high = hex_value((*at)[0]);
    low = high < 0 ? -1 : hex_value((*at)[1]);
    fuzz_hold(high >= 0 && low >= 0, "an escape has two digits");
    *at += 2;
    return (char)(high * 16 + low);
}

/* RFC 2045, 6.7: line by line, each shorter than allowed. */
static void hold_body(const char *body, const char *text)
{
    size_t n = 0;

    while (*body != '\0') {
        const size_t line = strcspn(body, "\r\n");
        const char *end = body + line;
        const bool soft = line > 0 && end[-1] == '=';

        fuzz_hold(line <= LINE_MAX_BYTES && end[0] == '\r' && end[1] == '\n', "lines of a body");
        fuzz_hold(*body != '.', "a line does not begin with a dot");
        while (body < end - soft)
            fuzz_hold(text[n] != '\0' && decoded(&body, false) == text[n++],
                      "the body is the text");
        fuzz_hold(soft || text[n] == '\n' || text[n] == '\0', "lines end where the text's do");
        n += !soft && text[n] == '\n';
        body = end + 2;
    }
    fuzz_hold(text[n] == '\0', "the whole text is in the body");
}

/* RFC 2047: what stands behind Subject. */
static void hold_subject(const char *at, const char *subject)
{
    static const char begin[] = "=?UTF-8?Q?";

    while (strncmp(at, begin, sizeof(begin) - 1) == 0) {
        at += sizeof(begin) - 1;
        while (strncmp(at, "?=", 2) != 0)
            fuzz_hold(decoded(&at, true) == *subject++, "the words are the subject");
        at += 2;
        at += strncmp(at, "\r\n =?", 5) == 0 ? 3 : 0;
    }
    fuzz_hold(*subject == '\0', "the whole subject is in the words");
}

/* Each line is one of ours in our order, or goes on with the one before. */
static void hold_header(const char *header, const char *end, const char *subject)
{
    static const char *const names[] = {"Date: ",
                                        "From: ",
                                        "Reply-To: ",
                                        "To: ",
                                        "Subject: ",
                                        "Message-ID: ",
                                        "Auto-Submitted: ",
                                        "X-Auto-Response-Suppress: ",
                                        "MIME-Version: ",
                                        "Content-Type: ",
                                        "Content-Transfer-Encoding: ",
                                        "Content-Language: "};
    size_t next = 0;

    while (header < end) {
        const size_t line = strcspn(header, "\r\n");

        fuzz_hold(line > 0 && line <= HEADER_MAX_BYTES, "lines of a header");
        fuzz_hold(header[line] == '\r' && header[line + 1] == '\n', "no bare line end");
        if (*header != ' ') {
            while (next < 12 && strncmp(header, names[next], strlen(names[next])) != 0)
                next++;
            fuzz_hold(next < 12, "nobody adds a header");
            if (next < 12 && strcmp(names[next], "Subject: ") == 0 && is_utf8(subject))
                hold_subject(header + strlen("Subject: "), subject);
            next++;
        }
        header += line + 2;
    }
    fuzz_hold(next == 12, "all headers are there");
}

static void hold_mail(const struct mail *mail)
{
    struct buf out = {0};
    const char *end = NULL;

    fuzz_hold(mime_write(mail, &out), "memory is left");
    fuzz_hold(strlen(out.data) == out.len, "there is no zero in it");
    for (size_t i = 0; i < out.len; i++)
        fuzz_hold((unsigned char)out.data[i] < 0x7f, "it is ASCII");
    end = strstr(out.data, "\r\n\r\n");
    fuzz_hold(end != NULL, "a header ends");
    hold_header(out.data, end + 2, mail->subject);
    hold_body(end + 4, mail->text);
    buf_free(&out);
}

static void write_mail(char *const *fields, const struct notification_text *text, uint8_t bits)
{
    hold_mail(&(struct mail){.message_id = fields[MESSAGE_ID],
                             .from_name = fields[FROM_NAME],
                             .from = fields[FROM],
                             .reply_to = fields[REPLY_TO],
                             .to = fields[TO],
                             .language_code = fields[LANGUAGE],
                             .subject = text->subject,
                             .text = text->text,
                             .date = (int64_t)bits << 50});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input = {data, n};
    const uint8_t bits = fuzz_byte(&input);
    struct arena *arena = arena_new();
    struct notification_text text = {0};
    char *fields[FIELDS];

    for (size_t i = 0; i < FIELDS; i++) {
        fields[i] = i == TEXT ? fuzz_rest(&input) : fuzz_line(&input);
        if (i >= FROM && i <= MESSAGE_ID && strlen(fields[i]) > ADDRESS_MAX)
            fields[i][ADDRESS_MAX] = '\0';
    }
    fuzz_hold(arena != NULL, "memory is left");
    make_text(arena, fields, bits, &text);
    write_mail(fields, &text, bits);
    /* What no template has touched may hold anything. */
    write_mail(fields, &(struct notification_text){fields[SUBJECT], fields[TEXT], false}, bits);
    for (size_t i = 0; i < FIELDS; i++)
        free(fields[i]);
    arena_free(&arena);
    return 0;
}
