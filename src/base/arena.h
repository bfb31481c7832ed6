/* Memory of one request: taken piece by piece, given back all at once. */
#ifndef DPVD_BASE_ARENA_H
#define DPVD_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* An arena that keeps its first block (64 KB) over resets; NULL when memory ran out. */
struct arena *arena_new(void);

/* Zeroed, suitably aligned memory that lives until arena_reset; NULL when memory ran out. */
void *arena_alloc(struct arena *arena, size_t size);

/* Room for count items of size bytes, checked for overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size);

char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t n);
char *arena_format(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void arena_reset(struct arena *arena);
void arena_free(struct arena **arena);

#endif
