#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 64 * 1024 };

struct block {
    struct block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char data[];
};

struct arena {
    struct block *first; /* kept over resets */
    struct block *last;
};

static struct block *block_new(size_t size)
{
    struct block *block = NULL;

    if (size > SIZE_MAX - sizeof(*block))
        return NULL;
    block = malloc(sizeof(*block) + size);
    if (block != NULL) {
        block->next = NULL;
        block->used = 0;
        block->size = size;
    }
    return block;
}

struct arena *arena_new(void)
{
    struct arena *arena = malloc(sizeof(*arena));

    if (arena == NULL)
        return NULL;
    arena->first = arena->last = block_new(BLOCK_SIZE);
    if (arena->first == NULL) {
        free(arena);
        return NULL;
    }
    return arena;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct block *block = arena->last;
    void *p = NULL;

    if (size > SIZE_MAX - align)
        return NULL;
    size = (size + align - 1) & ~(align - 1);
    if (block->size - block->used < size) {
        block = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
        if (block == NULL)
            return NULL;
        arena->last->next = block;
        arena->last = block;
    }
    p = block->data + block->used;
    block->used += size;
    return memset(p, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(arena, count * size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t n)
{
    char *copy = n == SIZE_MAX ? NULL : arena_alloc(arena, n + 1);

    if (copy != NULL)
        memcpy(copy, text, n);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_format(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    char *text = NULL;
    int n = 0;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    text = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);
    if (text == NULL)
        return NULL;
    va_start(args, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, args);
    va_end(args);
    return text;
}

static void blocks_free(struct block *block)
{
    while (block != NULL) {
        struct block *next = block->next;

        free(block);
        block = next;
    }
}

void arena_reset(struct arena *arena)
{
    blocks_free(arena->first->next);
    arena->first->next = NULL;
    arena->first->used = 0;
    arena->last = arena->first;
}

void arena_free(struct arena **arena)
{
    if (*arena == NULL)
        return;
    blocks_free((*arena)->first);
    free(*arena);
    *arena = NULL;
}
