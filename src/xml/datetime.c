#include "xml/datetime.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY INT64_C(86400)
#define MICRO INT64_C(1000000)

enum { CACHED_DAYS = 128 }; /* more than two months of status, each day asked for once */

struct fields {
    int year, month, day;
    int hour, minute, second;
    int64_t micros;
    bool has_offset;
    int offset; /* seconds east of UTC */
};

/* Days since 1970 of a date in the Gregorian calendar, and back. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    /* Years here begin in March, so that the leap day is their last. */
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static void date_from_days(int64_t days, struct fields *f)
{
    const int64_t z = days + 719468;
    const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    const int64_t doe = z - era * 146097;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int64_t mp = (5 * doy + 2) / 153;

    f->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    f->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    f->year = (int)(yoe + era * 400 + (f->month <= 2));
}

static int64_t floor_div(int64_t n, int64_t by)
{
    return n / by - (n % by < 0);
}

/* Exactly n digits. */
static bool take_number(const char **at, int n, int *out)
{
    int number = 0;

    for (int i = 0; i < n; i++) {
        const char c = (*at)[i];

        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (c - '0');
    }
    *at += n;
    *out = number;
    return true;
}

static bool take(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, struct fields *f)
{
    static const int lengths[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = false;

    if (!take_number(at, 4, &f->year) || !take(at, '-') || !take_number(at, 2, &f->month) ||
        !take(at, '-') || !take_number(at, 2, &f->day))
        return false;
    leap = f->year % 4 == 0 && (f->year % 100 != 0 || f->year % 400 == 0);
    return f->year >= 1 && f->month >= 1 && f->month <= 12 && f->day >= 1 &&
           f->day <= lengths[f->month] + (leap && f->month == 2);
}

/* 1 to 9 digits; what is beyond the microsecond is cut. */
static bool take_fraction(const char **at, int64_t *micros)
{
    int64_t scale = MICRO / 10;
    int n = 0;

    for (; **at >= '0' && **at <= '9'; (*at)++, n++) {
        *micros += (**at - '0') * scale;
        scale /= 10;
    }
    return n >= 1 && n <= 9;
}

static bool take_time(const char **at, struct fields *f)
{
    if (!take_number(at, 2, &f->hour) || !take(at, ':') || !take_number(at, 2, &f->minute) ||
        !take(at, ':') || !take_number(at, 2, &f->second))
        return false;
    if (take(at, '.') && !take_fraction(at, &f->micros))
        return false;
    if (f->hour == 24)
        return f->minute == 0 && f->second == 0 && f->micros == 0;
    if (f->second == 60)
        f->second = 59;
    return f->hour < 24 && f->minute < 60 && f->second < 60;
}

/* XML Schema part 2, 3.2.7.3: up to 14 hours. */
static bool take_offset(const char **at, struct fields *f)
{
    const char sign = **at;
    int hours = 0;
    int minutes = 0;

    f->has_offset = true;
    if (take(at, 'Z'))
        return true;
    (*at)++;
    if (!take_number(at, 2, &hours) || !take(at, ':') || !take_number(at, 2, &minutes))
        return false;
    f->offset = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
    return minutes < 60 && hours * 60 + minutes <= 14 * 60;
}

static bool read_fields(const char *text, struct fields *f)
{
    static const char blank[] = " \t\r\n";
    const char *at = text + strspn(text, blank);

    if (!take_date(&at, f))
        return false;
    if (take(&at, 'T') && !take_time(&at, f))
        return false;
    if ((*at == 'Z' || *at == '+' || *at == '-') && !take_offset(&at, f))
        return false;
    return at[strspn(at, blank)] == '\0';
}

/* Seconds between local time and UTC at a moment. */
static int offset_at(int64_t seconds)
{
    const time_t t = (time_t)seconds;
    struct tm tm = {0};

    return localtime_r(&t, &tm) == NULL ? 0 : (int)tm.tm_gmtoff;
}

/* The moment at which clocks show so many seconds since 1970. The offsets a day before and after
 * are those around a change, if there is one: the earlier offset names the first occurrence of an
 * hour that comes twice, and moves an hour that never comes forward. */
static int64_t from_local(int64_t shown)
{
    const int before = offset_at(shown - DAY);
    const int after = offset_at(shown + DAY);

    if (offset_at(shown - before) == before || offset_at(shown - after) != after)
        return shown - before;
    return shown - after;
}

bool datetime_parse(const char *text, struct datetime *datetime_out)
{
    struct fields f = {0};
    int64_t seconds = 0;
    int of_day = 0;

    if (!read_fields(text, &f))
        return false;
    if (f.year == 1) {
        *datetime_out = (struct datetime){0};
        return true;
    }
    of_day = f.hour * 3600 + f.minute * 60 + f.second;
    seconds = days_from_date(f.year, f.month, f.day) * DAY + of_day;
    seconds = f.has_offset ? seconds - f.offset : from_local(seconds);
    *datetime_out = (struct datetime){.given = true, .when = seconds * MICRO + f.micros};
    return true;
}

/* As offset_at, but the day's offset is remembered; a day on which it changes is not. */
static int cached_offset_at(int64_t seconds)
{
    static _Thread_local struct {
        int64_t day;
        int offset;
        bool known;
    } cache[CACHED_DAYS];
    const int64_t day = floor_div(seconds, DAY);
    const size_t slot = (size_t)((uint64_t)day % CACHED_DAYS);
    int offset = 0;

    if (cache[slot].known && cache[slot].day == day)
        return cache[slot].offset;
    offset = offset_at(day * DAY);
    if (offset != offset_at(day * DAY + DAY))
        return offset_at(seconds);
    cache[slot].day = day;
    cache[slot].offset = offset;
    cache[slot].known = true;
    return offset;
}

static char *put_number(char *p, int digits, int number)
{
    for (int i = digits - 1; i >= 0; i--) {
        p[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return p + digits;
}

static char *put(char *p, int digits, int number, char after)
{
    p = put_number(p, digits, number);
    *p = after;
    return p + 1;
}

/* The Norwegian date of a moment, and the second of its day. */
static int shown_at(int64_t when, struct fields *f)
{
    const int64_t first = days_from_date(1, 1, 1) * DAY;
    const int64_t last = days_from_date(10000, 1, 1) * DAY - 1;
    int64_t seconds = floor_div(when, MICRO);

    seconds += cached_offset_at(seconds);
    seconds = seconds < first ? first : seconds > last ? last : seconds;
    date_from_days(floor_div(seconds, DAY), f);
    return (int)(seconds - floor_div(seconds, DAY) * DAY);
}

void datetime_format(int64_t when, char text_out[DATETIME_TEXT_SIZE])
{
    const int millis = (int)((when % MICRO + MICRO) % MICRO / 1000);
    struct fields f = {0};
    const int of_day = shown_at(when, &f);
    char *p = text_out;

    p = put(p, 4, f.year, '-');
    p = put(p, 2, f.month, '-');
    p = put(p, 2, f.day, 'T');
    p = put(p, 2, of_day / 3600, ':');
    p = put(p, 2, of_day / 60 % 60, ':');
    p = put_number(p, 2, of_day % 60);
    if (millis > 0) {
        *p++ = '.';
        p = put_number(p, 3, millis);
        while (p[-1] == '0')
            p--;
    }
    *p = '\0';
}

void datetime_format_history(int64_t when, char text_out[DATETIME_TEXT_SIZE])
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct fields f = {0};
    const int of_day = shown_at(when, &f);
    const int hour = of_day / 3600;

    snprintf(text_out, DATETIME_TEXT_SIZE, "%.3s %2d %04d %2d:%02d%s", months + 3 * (f.month - 1),
             f.day, f.year, hour % 12 == 0 ? 12 : hour % 12, of_day / 60 % 60,
             hour < 12 ? "AM" : "PM");
}

/* Without its data libc takes any name for UTC. */
static bool has_norwegian_zone(void)
{
    const int64_t winter = days_from_date(2026, 1, 15) * DAY;
    const int64_t summer = days_from_date(2026, 7, 15) * DAY;

    tzset();
    return offset_at(winter) == 3600 && offset_at(summer) == 7200;
}

bool datetime_setup(void)
{
    return setenv("TZ", "Europe/Oslo", 1) == 0 && has_norwegian_zone();
}
