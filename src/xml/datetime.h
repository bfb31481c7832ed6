/* xs:dateTime as Altinn II's clients write it and as its answers show it (domain.md 2.5). */
#ifndef DPVD_XML_DATETIME_H
#define DPVD_XML_DATETIME_H

#include <stdbool.h>
#include <stdint.h>

enum { DATETIME_TEXT_SIZE = 32 };

/* What a client sent. Year 1 and an absent element both mean "not given". */
struct datetime {
    bool given;
    int64_t when; /* microseconds since 1970 UTC */
};

/* Reads date and time or a bare date, with or without offset or Z, up to 9 digits of fraction (cut
 * to microseconds); surrounding white space is allowed. Without offset it is Europe/Oslo's time
 * (the process runs with TZ set to it; the ambiguous hour in autumn is its first occurrence; a time
 * that the spring change skips is moved forward). 24:00:00 is the next day's start; leap second 60
 * is 59. Anything else, an empty text or an impossible date: false. */
bool datetime_parse(const char *text, struct datetime *datetime_out);

/* Norwegian local time without offset, 0 to 3 digits of fraction, trailing zeros cut. Cheap, and
 * safe in every thread; years are kept within 1 to 9999. */
void datetime_format(int64_t when, char text_out[DATETIME_TEXT_SIZE]);

/* The same moment as receipt histories show it (domain.md 4.7): "Apr  9 2018  9:01AM". */
void datetime_format_history(int64_t when, char text_out[DATETIME_TEXT_SIZE]);

/* Sets TZ to Europe/Oslo for the process; false when the time zone data is not installed. To be
 * called before threads start and before any other function here. */
bool datetime_setup(void);

#endif
