/* One request on a connection: from its first line to the last byte of its answer. */
#ifndef DPVD_HTTP_REQUEST_H
#define DPVD_HTTP_REQUEST_H

#include "http/connection.h"
#include "http/inflater.h"

enum request_stage {
    STAGE_HEADERS, /* nothing but the request line is known */
    STAGE_BODY,    /* the body is coming */
    STAGE_ANSWER,  /* the answer is being made, or stands ready */
};

struct request {
    struct http_exchange exchange;
    enum request_stage stage;
    struct http_server *server;
    struct connection *connection;
    struct MHD_Connection *mhd;
    char *target; /* path and query, where exchange.path and .query point */
    struct ticket ticket;
    struct job job;
    bool announced;     /* there was a body in the headers */
    bool body_is_open;  /* body_free is still to be called */
    bool route_refused; /* a packed body was refused by the route, not by us */
    bool refused;       /* the rest of the body is drained */
    bool asleep;        /* it waited for room */
    int64_t granted;    /* bytes that waiting has taken into the account */
    int64_t drained;
    enum content_coding coding;
    struct inflater *inflater; /* of a body that is packed */
    uint64_t answer_bytes;
};

/* MHD's callbacks; cls is the loop. */
void *request_line(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result request_handle(void *cls, struct MHD_Connection *mhd, const char *url,
                               const char *method, const char *version, const char *data,
                               size_t *size, void **context);
void request_completed(void *cls, struct MHD_Connection *mhd, void **context,
                       enum MHD_RequestTerminationCode code);

/* The pool's callbacks. */
void request_serve(struct job *job, void *worker);
void request_refuse(struct job *job);

/* Ends the route's body and gives its bytes back; harmless when there is none. */
void request_release_body(struct request *request);

/* Answers at once, without reading a body; the connection is closed after it. */
enum MHD_Result request_refuse_early(struct request *request, int status, const char *text);

/* Hands the answer that stands in the exchange to MHD. */
enum MHD_Result request_answer(struct request *request);

#endif
