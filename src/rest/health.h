/* Is the process alive, can it take messages: for load balancers and service managers. */
#ifndef DPVD_REST_HEALTH_H
#define DPVD_REST_HEALTH_H

#include "http/server.h"
#include "store/monitor.h"

/* GET /health/live: 200 as long as requests are served. */
struct http_route health_live_route(void);

/* GET /health/ready: 200 while the database answers, else 503. monitor must outlive the route. */
struct http_route health_ready_route(struct monitor *monitor);

#endif
