#include "delivery/gateway_internal.h"
#include "delivery/sms_template.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ANSWER_MAX = 4096 };

struct sms {
    const struct config *config;
    CURL *curl;
    char *secret; /* NULL: none */
    enum sms_encoding encoding;
    char answer[ANSWER_MAX + 1]; /* as much of it as is looked at */
    size_t answered;
    char problem[CURL_ERROR_SIZE];
};

/* The request as it is built for one SMS. */
struct request {
    struct buf url;
    struct buf body;
    struct curl_slist *headers;
};

/* ------------------------------------------------------------------ the request */

static bool add_header(struct request *request, const char *line)
{
    struct curl_slist *longer = curl_slist_append(request->headers, line);

    if (longer == NULL)
        return false;
    request->headers = longer;
    return true;
}

static const char *content_type(enum sms_encoding encoding)
{
    switch (encoding) {
    case SMS_FORM:
        return "Content-Type: application/x-www-form-urlencoded";
    case SMS_XML:
        return "Content-Type: text/xml; charset=utf-8";
    default:
        return "Content-Type: application/json";
    }
}

/* One of them, without the blanks around it. */
static bool add_filled(struct request *request, const char *template, size_t n,
                       const struct sms_values *values, bool *typed)
{
    struct buf line = {0};
    bool ok = true;

    while (n > 0 && *template == ' ') {
        template ++;
        n--;
    }
    while (n > 0 && template[n - 1] == ' ')
        n--;
    if (n == 0)
        return true;
    ok = sms_fill(template, n, SMS_HEADER, values, &line) && add_header(request, line.data);
    *typed = *typed || (ok && strncasecmp(line.data, "Content-Type:", 13) == 0);
    buf_free(&line);
    return ok;
}

/* sms_headers are separated by |. */
static bool add_headers(struct request *request, const struct sms *sms,
                        const struct sms_values *values)
{
    const char *template = sms->config->sms_headers;
    bool typed = false;

    while (*template != '\0') {
        const size_t n = strcspn(template, "|");

        if (!add_filled(request, template, n, values, &typed))
            return false;
        template += n + (template[n] == '|');
    }
    return typed || add_header(request, content_type(sms->encoding));
}

static bool build(struct request *request, const struct sms *sms, const struct notice *notice)
{
    const struct config *config = sms->config;
    const struct sms_values values = {
        .to = notice->to,
        .from = notice->from,
        .text = notice->text,
        .id = notice->id,
        .secret = sms->secret,
    };

    return sms_fill(config->sms_url, strlen(config->sms_url), SMS_FORM, &values, &request->url) &&
           sms_fill(config->sms_body, strlen(config->sms_body), sms->encoding, &values,
                    &request->body) &&
           add_headers(request, sms, &values);
}

static bool set_request(CURL *curl, const struct request *request, const char *method)
{
    const bool get = strcmp(method, "GET") == 0;

    return curl_easy_setopt(curl, CURLOPT_URL, request->url.data) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, request->headers) == CURLE_OK &&
           (get ? curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) == CURLE_OK
                : curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->body.len) ==
                          CURLE_OK &&
                      curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                                       request->body.data == NULL ? "" : request->body.data) ==
                          CURLE_OK &&
                      curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK);
}

static void request_free(struct sms *sms, struct request *request)
{
    curl_easy_setopt(sms->curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(sms->curl, CURLOPT_POSTFIELDS, NULL);
    curl_slist_free_all(request->headers);
    buf_free(&request->url);
    buf_free(&request->body);
}

/* ------------------------------------------------------------------ the answer */

static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
    struct sms *sms = context;
    const size_t n = size * count;
    const size_t room = ANSWER_MAX - sms->answered;
    const size_t taken = n < room ? n : room;

    memcpy(sms->answer + sms->answered, data, taken);
    sms->answered += taken;
    sms->answer[sms->answered] = '\0';
    return n;
}

/* What stands behind the text sms_id in the answer, up to a character that no id has. */
static void read_id(const struct sms *sms, struct gateway_answer *answer)
{
    const char *marker = sms->config->sms_id;
    const char *found = marker[0] == '\0' ? NULL : strstr(sms->answer, marker);

    if (found != NULL) {
        found += strlen(marker);
        gateway_copy(answer->gateway_id, sizeof(answer->gateway_id), found,
                     strcspn(found, "\"'<>,;} \t\r\n"));
    }
}

/* The gateway's answer may repeat number and text: only its status is kept. */
static void judge_answer(const struct sms *sms, struct gateway_answer *answer)
{
    const char *accept = sms->config->sms_accept;
    long status = 0;

    curl_easy_getinfo(sms->curl, CURLINFO_RESPONSE_CODE, &status);
    answer->outcome = sending_of_http(status);
    if (answer->outcome == SENDING_TAKEN && accept[0] != '\0' &&
        strstr(sms->answer, accept) == NULL) {
        answer->outcome = SENDING_LATER;
        snprintf(answer->reason, sizeof(answer->reason), "HTTP %ld without sms_accept", status);
    } else if (answer->outcome == SENDING_TAKEN) {
        read_id(sms, answer);
    } else {
        snprintf(answer->reason, sizeof(answer->reason), "HTTP %ld", status);
    }
}

/* Once a request went out, the gateway may have taken it. */
static void judge_failure(const struct sms *sms, CURLcode result, struct gateway_answer *answer)
{
    const char *reason = sms->problem[0] == '\0' ? curl_easy_strerror(result) : sms->problem;
    long sent = 0;

    curl_easy_getinfo(sms->curl, CURLINFO_REQUEST_SIZE, &sent);
    answer->outcome = sent > 0 ? SENDING_UNKNOWN : SENDING_GATEWAY;
    gateway_copy(answer->reason, sizeof(answer->reason), reason, strlen(reason));
}

static void sms_send(void *state, const struct notice *notice, struct gateway_answer *answer)
{
    struct sms *sms = state;
    struct request request = {0};

    sms->answered = 0;
    sms->answer[0] = sms->problem[0] = '\0';
    answer->outcome = SENDING_LATER;
    if (build(&request, sms, notice) && set_request(sms->curl, &request, sms->config->sms_method)) {
        const CURLcode result = curl_easy_perform(sms->curl);

        if (result == CURLE_OK)
            judge_answer(sms, answer);
        else
            judge_failure(sms, result, answer);
    }
    request_free(sms, &request);
}

/* ------------------------------------------------------------------ the gateway */

static void sms_close(void *state)
{
    struct sms *sms = state;

    curl_easy_cleanup(sms->curl);
    if (sms->secret != NULL)
        explicit_bzero(sms->secret, strlen(sms->secret));
    free(sms->secret);
    free(sms);
}

static const struct gateway_kind sms_kind = {sms_send, sms_close};

static bool set_up(struct sms *sms, const struct config *config)
{
    CURL *curl = sms->curl = gateway_curl(config, "http,https");

    return curl != NULL && curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, sms) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, sms->problem) == CURLE_OK &&
           (config->sms_user[0] == '\0' ||
            (curl_easy_setopt(curl, CURLOPT_USERNAME, config->sms_user) == CURLE_OK &&
             curl_easy_setopt(curl, CURLOPT_PASSWORD, sms->secret == NULL ? "" : sms->secret) ==
                 CURLE_OK));
}

static enum sms_encoding encoding_of(const char *setting)
{
    if (strcmp(setting, "form") == 0)
        return SMS_FORM;
    return strcmp(setting, "xml") == 0 ? SMS_XML : SMS_JSON;
}

bool sms_open(const struct config *config, struct gateway *gateway, struct err *err)
{
    struct sms *sms = calloc(1, sizeof(*sms));

    if (sms == NULL)
        return err_no_memory(err);
    sms->config = config;
    sms->encoding = encoding_of(config->sms_encoding);
    if (!gateway_secret(config->sms_secret_file, &sms->secret, err)) {
        sms_close(sms);
        return err_wrap(err, "sms_secret_file");
    }
    if (!set_up(sms, config)) {
        sms_close(sms);
        return err_no_memory(err);
    }
    gateway->kind = &sms_kind;
    gateway->state = sms;
    return true;
}
