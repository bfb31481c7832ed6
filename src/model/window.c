#include "model/window.h"

#include <ctype.h>
#include <stddef.h>
#include <time.h>

enum { DAY_MINUTES = 24 * 60, CLOCK_LENGTH = 5 };

/* "09:00" in minutes, -1 if it is none. */
static int read_clock(const char *text)
{
    int minutes = 0;

    for (size_t i = 0; i < CLOCK_LENGTH; i++) {
        if (i == 2 ? text[i] != ':' : !isdigit((unsigned char)text[i]))
            return -1;
    }
    if (text[3] > '5')
        return -1;
    minutes = ((text[0] - '0') * 10 + (text[1] - '0')) * 60 + (text[3] - '0') * 10 + text[4] - '0';
    return minutes > DAY_MINUTES ? -1 : minutes;
}

bool window_parse(const char *text, struct window *window_out)
{
    struct window window = {.from = read_clock(text)};

    if (window.from < 0 || text[CLOCK_LENGTH] != '-')
        return false;
    window.to = read_clock(text + CLOCK_LENGTH + 1);
    if (window.to <= window.from || text[2 * CLOCK_LENGTH + 1] != '\0')
        return false;
    *window_out = window;
    return true;
}

bool window_is_open(const struct window *window, int64_t when)
{
    const time_t seconds = (time_t)(when / 1000000);
    struct tm tm = {0};
    int minutes = 0;

    localtime_r(&seconds, &tm);
    minutes = tm.tm_hour * 60 + tm.tm_min;
    return minutes >= window->from && minutes < window->to;
}
