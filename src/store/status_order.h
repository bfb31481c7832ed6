/* Brings status entries into the order in which they were asked for. */
#ifndef DPVD_STORE_STATUS_ORDER_H
#define DPVD_STORE_STATUS_ORDER_H

#include "base/arena.h"
#include "model/status.h"

#include <stdbool.h>
#include <stddef.h>

/* By the place of their reference in references (which are distinct), then by CorrespondenceID.
 * false: memory ran out. */
bool status_order(struct arena *arena, const char *const *references, size_t count,
                  struct status_entry *entries, size_t entry_count);

#endif
