#include "xml/parser_memory.h"

#include <libxml/xmlmemory.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local bool failed;

static void *noted(void *block)
{
    failed = failed || block == NULL;
    return block;
}

static void *allocate(size_t size)
{
    return noted(malloc(size));
}

static void *resize(void *old, size_t size)
{
    return noted(realloc(old, size));
}

static char *copy(const char *text)
{
    return noted(strdup(text));
}

bool parser_memory_watch(void)
{
    return xmlMemSetup(free, allocate, resize, copy) == 0;
}

bool parser_memory_failed(void)
{
    const bool answer = failed;

    failed = false;
    return answer;
}
