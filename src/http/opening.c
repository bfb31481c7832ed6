#include "http/opening.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "http/answer.h"
#include "http/body.h"
#include "http/forwarded.h"
#include "http/headers.h"
#include "http/routes.h"

#include <string.h>

enum { LINES_MAX = 1000, VERSION_SIZE = 8 };

/* The header lines as MHD found them, in its memory. */
struct lines {
    struct header_line *line;
    size_t count;
    size_t most;
    const char *end; /* where the next line must begin */
    bool as_sent;    /* so far */
};

/* MHD keeps the head as it came but for terminators, which it overwrites with zeros. A line that
 * is not followed by the next one two bytes on was ended by a bare line feed, was folded, or holds
 * a zero byte: MHD takes all three, others on the way might read them differently. */
static enum MHD_Result add_line(void *cls, enum MHD_ValueKind kind, const char *name,
                                size_t name_len, const char *value, size_t value_len)
{
    struct lines *lines = cls;

    (void)kind;
    if (lines->count < lines->most)
        lines->line[lines->count] = (struct header_line){name, name_len, value, value_len};
    lines->count++;
    lines->as_sent = lines->as_sent && name == lines->end && value != NULL;
    if (value != NULL)
        lines->end = value + value_len + 2;
    return MHD_YES;
}

static size_t head_size(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info == NULL ? 0 : info->header_size;
}

/* One space between the parts of the request line, and CR LF at its end. */
static bool line_as_sent(const struct request *r, const struct opening *o)
{
    const char *path_end = o->url + strlen(r->exchange.path);

    if (r->exchange.query != NULL)
        path_end += 1 + strlen(r->exchange.query);
    return headers_is_token(o->method, strlen(o->method)) &&
           o->url == o->method + strlen(o->method) + 1 && o->version == path_end + 1 &&
           headers_target_ok(r->exchange.path) &&
           (r->exchange.query == NULL || headers_is_visible(r->exchange.query));
}

/* Behind a trusted proxy the caller is whom the proxy names. */
static void read_client(struct request *r, const struct lines *lines)
{
    struct address client = {0};
    const char *reason = NULL;

    if (!r->connection->trusted)
        return;
    address_parse(r->connection->client, strlen(r->connection->client), &client);
    if (forwarded_client(lines->line, lines->count, &r->server->proxies, &client, &reason))
        address_text(&client, r->exchange.client);
    else
        log_event(LOG_WARN, "forwarded_odd", F_STR("proxy", r->connection->client),
                  F_STR("reason", reason));
}

/* Fills the facts; 0, or the status to refuse the request with. */
static int read_head(struct request *r, const struct opening *o, struct header_facts *facts,
                     const char **reason)
{
    const struct config *config = r->server->config;
    const size_t size = head_size(r->mhd);
    struct header_line room[LINES_MAX] __attribute__((uninitialized)); /* large, hardly filled */
    struct lines lines = {.line = room,
                          .most = (size_t)config->max_header_lines,
                          .end = o->version + VERSION_SIZE + 2,
                          .as_sent = true};
    int status = 0;

    if (!line_as_sent(r, o)) {
        *reason = "the request line is malformed";
        return 400;
    }
    MHD_get_connection_values_n(r->mhd, MHD_HEADER_KIND, add_line, &lines);
    if (lines.count > lines.most || size > (size_t)config->max_header_bytes) {
        *reason = "too many headers";
        return 431;
    }
    if (!lines.as_sent || lines.end + 2 != o->method + size) {
        *reason = "the headers are malformed";
        return 400;
    }
    status =
        headers_read(lines.line, lines.count, strcmp(o->version, "HTTP/1.0") == 0, facts, reason);
    if (status == 0)
        read_client(r, &lines);
    return status;
}

static void fill_exchange(struct request *r, const struct opening *o,
                          const struct header_facts *facts)
{
    r->exchange.started = clock_monotonic();
    r->exchange.method = o->method;
    r->exchange.host = facts->host;
    r->exchange.content_type = facts->content_type;
    r->exchange.soap_action = facts->soap_action;
    r->announced = facts->chunked || facts->length > 0;
    r->coding = facts->coding;
    /* MHD takes bare line feeds between chunks, and proxies may see other chunks there: what stands
     * behind the last one is not believed to be a request of the same caller. */
    r->exchange.answer.close = facts->chunked && r->connection->trusted;
}

/* A path that is not there may be asked for again on the same connection, when no body stands in
 * the way. */
static enum MHD_Result refuse_path(struct request *r)
{
    if (r->announced)
        return request_refuse_early(r, 404, "not found");
    http_answer_text(&r->exchange, 404, "not found");
    r->stage = STAGE_ANSWER;
    return MHD_YES;
}

static enum MHD_Result open_body(struct request *r, const struct header_facts *facts)
{
    const struct config *config = r->server->config;
    const int64_t length = facts->chunked ? ADMISSION_UNKNOWN : facts->length;
    /* How much a packed body will hold nobody knows. */
    const int64_t held = facts->coding == CODING_NONE ? length : ADMISSION_UNKNOWN;

    if (!facts->chunked && facts->length < 0)
        return request_refuse_early(r, 411, "a length is required");
    if (length > config->max_body)
        return request_refuse_early(r, 413, "the body is too large");
    if (r->announced && !admission_begin(r->server->admission, &r->ticket, held))
        return request_refuse_early(r, 503, "busy, try again later");
    body_begin(r);
    /* Nobody is made to send what is not wanted; what is too much to drain is not waited for. */
    if (r->refused && r->announced && (facts->expects_continue || length > config->drain_bytes))
        return body_end(r);
    return MHD_YES;
}

enum MHD_Result opening_handle(struct request *r, const struct opening *o)
{
    const bool operators = r->connection->loop->operators;
    struct header_facts facts = {.length = -1};
    const char *reason = NULL;
    const int status = read_head(r, o, &facts, &reason);
    const struct http_route *route = NULL;

    fill_exchange(r, o, &facts);
    if (status != 0)
        return request_refuse_early(r, status, reason);
    route = routes_find(r->server->routes, r->exchange.path, operators);
    if (route == NULL)
        return refuse_path(r);
    if (!routes_allow(route, o->method)) {
        r->exchange.answer.allow = routes_methods(route);
        return request_refuse_early(r, 405, "method not allowed");
    }
    r->exchange.route = route;
    r->stage = STAGE_BODY;
    r->ticket.address = r->connection->address;
    r->ticket.ready = body_ready;
    if (strcmp(o->method, "POST") == 0 && route->body_open != NULL)
        return open_body(r, &facts);
    if (r->announced)
        return request_refuse_early(r, facts.length > r->server->config->max_body ? 413 : 400,
                                    "no body is expected here");
    return MHD_YES;
}
