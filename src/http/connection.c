#include "http/connection.h"

#include "base/address.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info == NULL ? NULL : info->socket_context;
}

/* The address as text, and as the key of its accounts: an IPv6 subscriber has at least a /64, so
 * the rest of the address says nothing about who it is. */
static void read_address(const struct sockaddr *peer, char client[64],
                         uint8_t key[ADDRESS_KEY_SIZE])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)peer;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)peer;

    memset(key, 0, ADDRESS_KEY_SIZE);
    strncpy(client, "unknown", 64);
    if (peer == NULL)
        return;
    if (peer->sa_family == AF_INET) {
        memcpy(key, mapped, sizeof(mapped));
        memcpy(key + sizeof(mapped), &v4->sin_addr, 4);
    } else if (peer->sa_family == AF_INET6) {
        memcpy(key, &v6->sin6_addr, ADDRESS_KEY_SIZE);
    }
    if (memcmp(key, mapped, sizeof(mapped)) == 0) {
        inet_ntop(AF_INET, key + sizeof(mapped), client, 64);
    } else {
        inet_ntop(AF_INET6, key, client, 64);
        memset(key + 8, 0, 8);
    }
}

static const struct sockaddr *peer_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return info == NULL ? NULL : info->client_addr;
}

static int socket_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info == NULL ? -1 : info->connect_fd;
}

static bool is_trusted(const struct http_server *server, const char *client)
{
    struct address address = {0};

    return address_parse(client, strlen(client), &address) &&
           networks_contain(&server->proxies, &address);
}

/* MHD cannot be told here to drop the connection: a shut socket makes it do so. */
static void opened(struct loop *loop, struct MHD_Connection *mhd, void **socket_context)
{
    struct http_server *server = loop->server;
    struct connection *c = calloc(1, sizeof(*c));
    uint8_t key[ADDRESS_KEY_SIZE];

    if (c == NULL) {
        shutdown(socket_of(mhd), SHUT_RDWR);
        return;
    }
    *socket_context = c;
    c->loop = loop;
    read_address(peer_of(mhd), c->client, key);
    c->trusted = is_trusted(server, c->client);
    c->watch.fd = socket_of(mhd);
    c->watch.client = c->client;
    atomic_fetch_add(&loop->connections, 1);
    if (!loop->operators)
        atomic_fetch_add(&server->connections, 1);
    c->address = admission_connect(server->admission, key);
    reaper_add(server->reaper, &c->watch);
    if (c->address == NULL) {
        shutdown(c->watch.fd, SHUT_RDWR);
        log_event(LOG_WARN, "connection_refused", F_STR("client", c->client),
                  F_STR("reason", "too many of its address"));
    }
}

static void closed(struct connection *c)
{
    struct http_server *server = c->loop->server;

    reaper_remove(server->reaper, &c->watch, c->linger);
    admission_disconnect(server->admission, &c->address);
    atomic_fetch_sub(&c->loop->connections, 1);
    if (!c->loop->operators)
        atomic_fetch_sub(&server->connections, 1);
    free(c);
}

void connection_notify(void *cls, struct MHD_Connection *mhd, void **socket_context,
                       enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        opened(cls, mhd, socket_context);
    } else if (*socket_context != NULL) {
        closed(*socket_context);
        *socket_context = NULL;
    }
}
