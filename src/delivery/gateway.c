#include "delivery/gateway.h"

#include "base/secret_file.h"
#include "delivery/gateway_internal.h"
#include "delivery/mime.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE_SECONDS = 30, SECRET_MAX = 4096 };

/* ------------------------------------------------------------------ nowhere */

static void null_send(void *state, const struct notice *notice, struct gateway_answer *answer)
{
    (void)state;
    (void)notice;
    answer->outcome = SENDING_TAKEN;
}

static void null_close(void *state)
{
    (void)state;
}

static const struct gateway_kind null_kind = {null_send, null_close};

/* ------------------------------------------------------------------ what the kinds share */

void gateway_copy(char *room, size_t size, const char *text, size_t n)
{
    size_t length = 0;

    for (size_t i = 0; i < n && length + 1 < size; i++) {
        const char c = text[i];

        if (c == '\r' || c == '\n')
            break;
        room[length++] = (char)(c >= ' ' && c < 0x7f ? c : '?');
    }
    room[length] = '\0';
}

static bool write_mail(const struct notice *notice, const char *message_id, struct buf *out)
{
    const struct mail mail = {
        .message_id = message_id,
        .from_name = notice->from_name,
        .from = notice->from,
        .reply_to = notice->reply_to,
        .to = notice->to,
        .language_code = notice->language_code,
        .subject = notice->subject,
        .text = notice->text,
        .date = notice->date,
    };

    return mime_write(&mail, out);
}

bool gateway_write_mail(const struct notice *notice, struct buf *out)
{
    const char *domain = strrchr(notice->from, '@');
    struct buf id = {0};
    const bool ok =
        buf_add_format(&id, "%s%s", notice->id, domain == NULL ? "@localhost" : domain) &&
        write_mail(notice, id.data, out);

    buf_free(&id);
    return ok;
}

static bool read_line(FILE *file, char **line_out)
{
    char line[SECRET_MAX];

    if (fgets(line, sizeof(line), file) == NULL)
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    *line_out = strdup(line);
    return *line_out != NULL;
}

bool gateway_secret(const char *path, char **secret_out, struct err *err)
{
    FILE *file = NULL;
    bool ok = false;

    if (path[0] == '\0')
        return true;
    file = secret_file_open(path, err);
    if (file == NULL)
        return false;
    ok = read_line(file, secret_out);
    fclose(file);
    return ok || err_set(err, ERR_INVALID, "%s holds no line", path);
}

static bool set_common(CURL *curl, const struct config *config, const char *protocols)
{
    const char *ca = config->gateway_ca;
    const long seconds = (long)(config->gateway_timeout + 999) / 1000; /* also for the farewell */

    return curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOPROXY, "*") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)config->gateway_timeout) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)config->gateway_timeout) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, seconds) == CURLE_OK &&
           (ca[0] == '\0' || (curl_easy_setopt(curl, CURLOPT_CAINFO, ca) == CURLE_OK &&
                              curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK));
}

CURL *gateway_curl(const struct config *config, const char *protocols)
{
    CURL *curl = curl_easy_init();

    if (curl != NULL && !set_common(curl, config, protocols)) {
        curl_easy_cleanup(curl);
        curl = NULL;
    }
    return curl;
}

/* ------------------------------------------------------------------ gateways */

static void begin_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool open_kind(const struct config *config, enum transport_type transport,
                      struct gateway *gateway, struct err *err)
{
    const bool mail = transport == TRANSPORT_EMAIL;
    const char *url = mail ? config->smtp_url : config->sms_url;

    if (begins(url, "spool:"))
        return spool_open(url + strlen("spool:"), transport, gateway, err);
    if (strcmp(url, "null:") == 0) {
        gateway->kind = &null_kind;
        return true;
    }
    if (mail && (begins(url, "smtp://") || begins(url, "smtps://")))
        return smtp_open(config, gateway, err);
    if (!mail && (begins(url, "http://") || begins(url, "https://")))
        return sms_open(config, gateway, err);
    return err_set(err, ERR_INVALID, "%s: \"%s\" is no address of a gateway",
                   mail ? "smtp_url" : "sms_url", url);
}

bool gateway_open(const struct config *config, enum transport_type transport,
                  struct gateway **gateway_out, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *url = transport == TRANSPORT_EMAIL ? config->smtp_url : config->sms_url;
    struct gateway *gateway = NULL;

    *gateway_out = NULL;
    if (url[0] == '\0')
        return true;
    pthread_once(&once, begin_curl);
    gateway = calloc(1, sizeof(*gateway));
    if (gateway == NULL)
        return err_no_memory(err);
    if (!open_kind(config, transport, gateway, err)) {
        free(gateway);
        return false;
    }
    *gateway_out = gateway;
    return true;
}

void gateway_send(struct gateway *gateway, const struct notice *notice,
                  struct gateway_answer *answer_out)
{
    *answer_out = (struct gateway_answer){0};
    gateway->kind->send(gateway->state, notice, answer_out);
}

void gateway_close(struct gateway **gateway)
{
    if (*gateway == NULL)
        return;
    (*gateway)->kind->close((*gateway)->state);
    free(*gateway);
    *gateway = NULL;
}
