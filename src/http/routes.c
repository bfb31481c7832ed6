#include "http/routes.h"

#include <string.h>

const struct http_route *routes_find(const struct http_route *routes, const char *path,
                                     bool operators)
{
    for (const struct http_route *route = routes; route->path != NULL; route++) {
        if (route->operators_only == operators && strcmp(route->path, path) == 0)
            return route;
    }
    return NULL;
}

bool routes_allow(const struct http_route *route, const char *method)
{
    if (strcmp(method, "POST") == 0)
        return route->post;
    return route->get && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0);
}

const char *routes_methods(const struct http_route *route)
{
    if (route->get)
        return route->post ? "GET, HEAD, POST" : "GET, HEAD";
    return route->post ? "POST" : "";
}
