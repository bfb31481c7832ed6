/* Lets memory run out at a chosen moment. Sanitizers bring a malloc of their own: with them nothing
 * fails, and what a test then sees is plain success. */
#ifndef DPVD_TESTS_UNIT_NO_MEMORY_H
#define DPVD_TESTS_UNIT_NO_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static _Thread_local long allocations_left; /* 0: without end */

/* The n-th allocation of this thread fails, and those after it succeed again; 0: none. */
static void memory_fails_at(long n)
{
    allocations_left = n;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* glibc's own, below the names that this file takes. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *data, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static bool is_out_of_memory(void)
{
    if (allocations_left == 0 || --allocations_left > 0)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return is_out_of_memory() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_out_of_memory() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *data, size_t size)
{
    return is_out_of_memory() ? NULL : __libc_realloc(data, size);
}

#endif
#endif
