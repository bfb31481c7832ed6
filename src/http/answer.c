#include "http/answer.h"

#include <stdio.h>
#include <stdlib.h>

enum { RETRY_AFTER_SECONDS = 5 };

void http_answer_text(struct http_exchange *exchange, int status, const char *text)
{
    buf_free(&exchange->answer.body);
    exchange->answer.status = status;
    exchange->answer.content_type = "text/plain; charset=utf-8";
    buf_add_text(&exchange->answer.body, text); /* without memory: an empty body */
    buf_add_text(&exchange->answer.body, "\n");
}

void answer_refusal(struct http_exchange *exchange, int status, const char *text)
{
    http_answer_text(exchange, status, text);
    exchange->answer.close = true;
    if (status == 503)
        exchange->answer.retry_after = RETRY_AFTER_SECONDS;
}

void http_refuse(struct http_exchange *exchange, const struct err *err)
{
    switch (err->kind) {
    case ERR_TOO_LARGE:
        answer_refusal(exchange, 413, "the body is too large");
        break;
    case ERR_BUSY:
        answer_refusal(exchange, 503, "busy, try again later");
        break;
    case ERR_NOT_FOUND:
        answer_refusal(exchange, 404, "not found");
        break;
    case ERR_INTERNAL:
        answer_refusal(exchange, 500, "internal error");
        break;
    default:
        answer_refusal(exchange, 400, "bad request");
        break;
    }
}

static bool add_headers(const struct http_exchange *exchange, struct MHD_Response *response,
                        bool has_body, bool close)
{
    char seconds[16];
    const char *const headers[][2] = {
        {"X-Request-Id", exchange->id},
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"},
        {"Content-Type", has_body ? exchange->answer.content_type : NULL},
        {"Allow", exchange->answer.allow},
        {"Retry-After", exchange->answer.retry_after > 0 ? seconds : NULL},
        {"Connection", close ? "close" : NULL},
    };

    snprintf(seconds, sizeof(seconds), "%d", exchange->answer.retry_after);
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (headers[i][1] != NULL &&
            MHD_add_response_header(response, headers[i][0], headers[i][1]) != MHD_YES)
            return false;
    }
    return true;
}

/* The body moves into the response. */
static struct MHD_Response *create(struct buf *body)
{
    static char nothing[1];
    struct MHD_Response *response =
        body->data == NULL
            ? MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT)
            : MHD_create_response_from_buffer_with_free_callback(body->len, body->data, free);

    if (response != NULL)
        *body = (struct buf){0};
    return response;
}

bool answer_queue(struct http_exchange *exchange, struct MHD_Connection *mhd, bool close,
                  uint64_t *length_out)
{
    struct MHD_Response *response = NULL;
    bool ok = false;

    if (exchange->answer.status == 0)
        answer_refusal(exchange, 500, "internal error");
    close = close || exchange->answer.close;
    *length_out = exchange->answer.body.len;
    response = create(&exchange->answer.body);
    if (response == NULL)
        return false;
    ok = add_headers(exchange, response, *length_out > 0, close) &&
         MHD_queue_response(mhd, (unsigned)exchange->answer.status, response) == MHD_YES;
    MHD_destroy_response(response);
    return ok;
}
