/* Units of sizes (bytes) and times (milliseconds), for the table of settings and its reader. */
#ifndef DPVD_BASE_CONFIG_INTERNAL_H
#define DPVD_BASE_CONFIG_INTERNAL_H

#include <stdint.h>

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)

#endif
