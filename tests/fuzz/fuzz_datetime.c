/* xs:dateTime: the whole input is the text. */
#include "fuzz/fuzz.h"
#include "xml/datetime.h"

#include <stdlib.h>
#include <string.h>

#define FIRST INT64_C(-62135683200000000) /* a day before year 1 */
#define LAST INT64_C(253402387200000000)  /* a day behind year 9999 */

/* What is shown is read as the same moment, to the millisecond; only the hour that comes twice is
 * read as its first occurrence, and years end at 1 and 9999. */
static void hold_round_trip(int64_t when)
{
    char text[DATETIME_TEXT_SIZE] = "";
    char again[DATETIME_TEXT_SIZE] = "";
    struct datetime shown = {0};

    datetime_format(when, text);
    fuzz_hold(strlen(text) >= 19 && strlen(text) <= 23, "the form of an answer");
    fuzz_hold(datetime_parse(text, &shown), "what is shown is read");
    if (!shown.given)
        return;
    datetime_format(shown.when, again);
    fuzz_hold(strcmp(text, again) == 0, "what is read is shown alike");
}

static void hold_history(int64_t when)
{
    char text[DATETIME_TEXT_SIZE] = "";
    const size_t size = sizeof("Apr  9 2018  9:01AM") - 1;

    datetime_format_history(when, text);
    fuzz_hold(strlen(text) == size && text[size - 1] == 'M', "the form of a history");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static bool ready;
    struct fuzz_input input = {data, n};
    char *text = fuzz_rest(&input);
    struct datetime datetime = {0};
    int64_t any = 0;

    if (!ready)
        fuzz_hold(datetime_setup(), "there is time zone data");
    ready = true;
    if (datetime_parse(text, &datetime) && datetime.given) {
        fuzz_hold(datetime.when > FIRST && datetime.when < LAST, "years are 1 to 9999");
        hold_round_trip(datetime.when);
        hold_history(datetime.when);
    }
    memcpy(&any, data, n < sizeof(any) ? n : sizeof(any));
    hold_round_trip(any);
    hold_history(any);
    free(text);
    return 0;
}
