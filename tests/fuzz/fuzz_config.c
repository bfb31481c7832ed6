/* The configuration file: the whole input is the file. */
#include "base/config.h"
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PATH_SIZE = 64 };

/* A file that is only in memory; path_out names it. */
static int memory_file(const void *data, size_t n, char path_out[PATH_SIZE])
{
    const int fd = memfd_create("config", MFD_CLOEXEC);

    fuzz_hold(fd >= 0 && write(fd, data, n) == (ssize_t)n, "memory is left");
    snprintf(path_out, PATH_SIZE, "/proc/self/fd/%d", fd);
    return fd;
}

static void hold_ranges(const struct config *config)
{
    for (const struct config_setting *s = config_settings; s->name != NULL; s++) {
        const char *at = (const char *)config + s->offset;
        int64_t number = 0;

        if (s->type == CONFIG_TEXT || s->type == CONFIG_CHOICE)
            continue;
        memcpy(&number, at, sizeof(number));
        if (s->type == CONFIG_SWITCH)
            fuzz_hold(number == 0 || number == 1, "a switch is on or off");
        else
            fuzz_hold(number >= s->min && number <= s->max, "a number is in its range");
    }
}

static char *printed(const struct config *config, size_t *n_out)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, n_out);

    fuzz_hold(out != NULL, "memory is left");
    config_print(config, out);
    fclose(out);
    return text;
}

static struct config presets(void)
{
    struct config config = {0};
    struct err err = {0};

    fuzz_hold(config_init(&config, &err), "presets are good");
    return config;
}

/* What is printed is a file that says the same. */
static void hold_round_trip(const struct config *config)
{
    char path[PATH_SIZE];
    size_t n = 0;
    size_t again_n = 0;
    char *text = printed(config, &n);
    char *again = NULL;
    const int fd = memory_file(text, n, path);
    struct config other = presets();
    struct err err = {0};

    fuzz_hold(config_load(&other, path, &err), "what is printed is read");
    again = printed(&other, &again_n);
    fuzz_hold(strcmp(text, again) == 0, "what is printed and read is the same");
    config_free(&other);
    free(again);
    free(text);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[PATH_SIZE];
    struct config config = presets();
    struct err err = {0};
    const int fd = memory_file(data, n, path);

    if (config_load(&config, path, &err)) {
        hold_ranges(&config);
        hold_round_trip(&config);
        config_verify(&config, &err);
    } else {
        fuzz_hold(strncmp(err.msg, path, strlen(path)) == 0, "an error names file and line");
    }
    config_free(&config);
    close(fd);
    return 0;
}
