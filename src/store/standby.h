/* How many synchronous standbys a server waits for. */
#ifndef DPVD_STORE_STANDBY_H
#define DPVD_STORE_STANDBY_H

#include <stddef.h>

/* By its setting synchronous_standby_names: "ANY 2 (a, b)" and "FIRST 2 (a, b)" wait for two, and
 * so does "2 (a, b)"; a plain list for one, an empty text for none. */
size_t standby_count(const char *names);

#endif
