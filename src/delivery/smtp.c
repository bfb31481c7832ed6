#include "delivery/gateway_internal.h"

#include <stdlib.h>
#include <string.h>

struct smtp {
    CURL *curl;
    char *password;      /* NULL: none */
    const char *from;    /* of the envelope: where bounces go */
    struct buf mail;     /* under way */
    size_t read;         /* of it */
    bool handed_over;    /* all of it, so that the server may have taken it */
    enum smtp_step step; /* of the last command */
    bool leaving;        /* what is answered to QUIT says nothing */
    char reply[GATEWAY_REASON_SIZE];
    char problem[CURL_ERROR_SIZE];
};

/* ------------------------------------------------------------------ callbacks of the transfer */

static size_t give_mail(char *room, size_t size, size_t count, void *context)
{
    struct smtp *smtp = context;
    size_t n = smtp->mail.len - smtp->read;

    if (n > size * count)
        n = size * count;
    memcpy(room, smtp->mail.data + smtp->read, n);
    smtp->read += n;
    smtp->handed_over = smtp->handed_over || n == 0;
    return n;
}

/* Lines that the server answers with; the last one says what became of the last command. */
static size_t take_reply(char *data, size_t size, size_t count, void *context)
{
    struct smtp *smtp = context;

    if (!smtp->leaving)
        gateway_copy(smtp->reply, sizeof(smtp->reply), data, size * count);
    return size * count;
}

static bool begins(const char *data, size_t n, const char *command)
{
    const size_t length = strlen(command);

    return n >= length && memcmp(data, command, length) == 0;
}

/* Which command a refusal answers is told here alone. Nothing of it is kept: passwords pass by. */
static int watch(CURL *curl, curl_infotype type, char *data, size_t n, void *context)
{
    struct smtp *smtp = context;

    (void)curl;
    if (type != CURLINFO_HEADER_OUT)
        return 0;
    if (begins(data, n, "QUIT\r\n"))
        smtp->leaving = true;
    else if (begins(data, n, "RCPT TO:"))
        smtp->step = SMTP_RECIPIENT;
    else if (begins(data, n, "DATA\r\n"))
        smtp->step = SMTP_DATA;
    else
        smtp->step = SMTP_OPENING;
    return 0;
}

/* ------------------------------------------------------------------ one mail */

/* "250 2.0.0 Ok: queued as 4F1C" without its code. */
static const char *reply_text(const struct smtp *smtp)
{
    return strlen(smtp->reply) > 4 ? smtp->reply + 4 : "";
}

static void judge(const struct smtp *smtp, CURLcode result, struct gateway_answer *answer)
{
    const enum smtp_step step =
        smtp->step == SMTP_DATA && !smtp->handed_over ? SMTP_RECIPIENT : smtp->step;
    const char *reason = smtp->problem[0] == '\0' ? curl_easy_strerror(result) : smtp->problem;
    const char *id = reply_text(smtp);
    long code = 0;

    if (result == CURLE_OK) {
        answer->outcome = SENDING_TAKEN;
        gateway_copy(answer->gateway_id, sizeof(answer->gateway_id), id, strlen(id));
        return;
    }
    curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &code);
    answer->outcome = sending_of_smtp(step, code);
    if (code >= 400)
        reason = smtp->reply;
    gateway_copy(answer->reason, sizeof(answer->reason), reason, strlen(reason));
}

static bool set_envelope(struct smtp *smtp, const struct curl_slist *recipients)
{
    return curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, smtp->from) == CURLE_OK &&
           curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK;
}

/* An address that ends the command it stands in is none. */
static bool is_safe(const char *address)
{
    return strpbrk(address, "<>\r\n \t") == NULL;
}

static void smtp_send(void *state, const struct notice *notice, struct gateway_answer *answer)
{
    struct smtp *smtp = state;
    struct curl_slist *recipients =
        is_safe(notice->to) ? curl_slist_append(NULL, notice->to) : NULL;

    smtp->mail.len = smtp->read = 0;
    smtp->handed_over = smtp->leaving = false;
    smtp->step = SMTP_OPENING;
    smtp->reply[0] = smtp->problem[0] = '\0';
    if (!is_safe(notice->to))
        answer->outcome = SENDING_REFUSED;
    else if (recipients == NULL || !gateway_write_mail(notice, &smtp->mail) ||
             !set_envelope(smtp, recipients))
        answer->outcome = SENDING_LATER;
    else
        judge(smtp, curl_easy_perform(smtp->curl), answer);
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
}

/* ------------------------------------------------------------------ the gateway */

static void smtp_close(void *state)
{
    struct smtp *smtp = state;

    curl_easy_cleanup(smtp->curl);
    if (smtp->password != NULL)
        explicit_bzero(smtp->password, strlen(smtp->password));
    free(smtp->password);
    buf_free(&smtp->mail);
    free(smtp);
}

static const struct gateway_kind smtp_kind = {smtp_send, smtp_close};

static long tls_level(const char *setting)
{
    if (strcmp(setting, "require") == 0)
        return CURLUSESSL_ALL;
    return strcmp(setting, "try") == 0 ? CURLUSESSL_TRY : CURLUSESSL_NONE;
}

static bool set_callbacks(struct smtp *smtp)
{
    CURL *curl = smtp->curl;

    return curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_mail) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_READDATA, smtp) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_reply) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERDATA, smtp) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, watch) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, smtp->problem) == CURLE_OK;
}

static bool set_up(struct smtp *smtp, const struct config *config)
{
    CURL *curl = smtp->curl = gateway_curl(config, "smtp,smtps");

    return curl != NULL && set_callbacks(smtp) &&
           curl_easy_setopt(curl, CURLOPT_URL, config->smtp_url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_USE_SSL, tls_level(config->smtp_tls)) == CURLE_OK &&
           (config->smtp_user[0] == '\0' ||
            (curl_easy_setopt(curl, CURLOPT_USERNAME, config->smtp_user) == CURLE_OK &&
             curl_easy_setopt(curl, CURLOPT_PASSWORD,
                              smtp->password == NULL ? "" : smtp->password) == CURLE_OK));
}

bool smtp_open(const struct config *config, struct gateway *gateway, struct err *err)
{
    struct smtp *smtp = calloc(1, sizeof(*smtp));

    if (smtp == NULL)
        return err_no_memory(err);
    smtp->from = config->mail_from;
    if (!gateway_secret(config->smtp_password_file, &smtp->password, err)) {
        smtp_close(smtp);
        return err_wrap(err, "smtp_password_file");
    }
    if (!set_up(smtp, config)) {
        smtp_close(smtp);
        return err_set(err, ERR_INVALID, "smtp_url or another smtp setting cannot be used");
    }
    gateway->kind = &smtp_kind;
    gateway->state = smtp;
    return true;
}
