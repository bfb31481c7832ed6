#include "fuzz/lines.h"

#include <stdlib.h>
#include <string.h>

static void add(struct lines *lines, const char *line)
{
    const size_t name_len = strcspn(line, ":");
    const char *value = line + name_len + (line[name_len] == ':');
    struct header_line *item = &lines->items[lines->count];
    char **memory = &lines->memory[2 * lines->count];

    value += strspn(value, " \t");
    memory[0] = strndup(line, name_len);
    memory[1] = strdup(value);
    fuzz_hold(memory[0] != NULL && memory[1] != NULL, "memory is left");
    *item = (struct header_line){memory[0], name_len, memory[1], strlen(memory[1])};
    while (item->value_len > 0 && strchr(" \t\r", memory[1][item->value_len - 1]) != NULL)
        memory[1][--item->value_len] = '\0';
    lines->count++;
}

void lines_take(struct fuzz_input *input, struct lines *lines_out)
{
    bool more = true;

    *lines_out = (struct lines){0};
    while (more) {
        char *line = fuzz_line(input);

        more = line[0] != '\0' && line[0] != '\r';
        if (more && lines_out->count < LINES_MAX)
            add(lines_out, line);
        free(line);
    }
}

void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < 2 * lines->count; i++)
        free(lines->memory[i]);
    lines->count = 0;
}
