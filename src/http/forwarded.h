/* Who calls through proxies: Forwarded (RFC 7239) and X-Forwarded-For. */
#ifndef DPVD_HTTP_FORWARDED_H
#define DPVD_HTTP_FORWARDED_H

#include "base/address.h"
#include "http/headers.h"

/* For a request that came from a trusted proxy: the right-most address in its headers that is no
 * trusted proxy itself, the left-most one when all are; untouched when no such header is there.
 * What stands further left is the caller's own word and not even read. false: the headers name no
 * address, or two that differ; the reason is a constant. */
bool forwarded_client(const struct header_line *lines, size_t count, const struct networks *trusted,
                      struct address *client_out, const char **reason_out);

#endif
