#include "soap/codec_text.h"

#include "xml/datetime.h"

#include <stddef.h>

char *codec_text(const char *text)
{
    return (char *)(uintptr_t)text;
}

char *codec_datetime(struct arena *arena, int64_t when)
{
    char *text = arena_alloc(arena, DATETIME_TEXT_SIZE);

    if (text != NULL)
        datetime_format(when, text);
    return text;
}
