/* Which route stands behind a path. */
#ifndef DPVD_HTTP_ROUTES_H
#define DPVD_HTTP_ROUTES_H

#include "http/server.h"

/* The row with exactly this path among those of the operators' listener, or among all others;
 * NULL if there is none. */
const struct http_route *routes_find(const struct http_route *routes, const char *path,
                                     bool operators);

bool routes_allow(const struct http_route *route, const char *method);

/* The Allow header of the route, a constant. */
const char *routes_methods(const struct http_route *route);

#endif
