#include "model/address_form.h"
#include "model/identifier.h"
#include "model/plan_internal.h"

#include <string.h>

enum { PERSON_DIGITS = 11, TOLD_CHARACTERS = 254 };

static bool is_person(const char *reportee)
{
    return identifier_is_digits(reportee, PERSON_DIGITS);
}

static const char *masked(char *text)
{
    if (text != NULL)
        receipt_mask(text);
    return text;
}

/* An address as a receipt tells it: on one line, and masked before it is cut. */
static const char *told_address(struct arena *arena, const char *recipient)
{
    char *text = arena_strdup(arena, recipient);
    size_t characters = 0;
    char *at = text;

    if (text == NULL)
        return NULL;
    receipt_mask(text);
    for (; *at != '\0'; at++) {
        if (((unsigned char)*at & 0xc0) != 0x80 && characters++ == TOLD_CHARACTERS)
            break;
        if ((unsigned char)*at < ' ')
            *at = ' ';
    }
    *at = '\0';
    return text;
}

/* What the address should be. The first is a text of Altinn II. */
static const char *wanted(int error_id)
{
    switch (error_id) {
    case ADDRESS_BAD_EMAIL:
        return "a valid emailaddress";
    case ADDRESS_BAD_COUNTRY_CODE:
        return "a mobile number with a valid country code";
    default:
        return "a valid Norwegian mobile number";
    }
}

const char *plan_bad_address_text(struct arena *arena, const char *reportee, const char *recipient,
                                  int error_id)
{
    const char *told = told_address(arena, recipient);

    if (told == NULL)
        return NULL;
    return masked(arena_format(
        arena, "The ReceiverAddress/User profile must contain %s. Address: %s, User: %s (%d)",
        wanted(error_id), told, reportee, error_id));
}

const char *plan_missing_text(struct arena *arena, const char *reportee, int error_id)
{
    return masked(arena_format(
        arena,
        "One or more notification endpoint addresses is missing. Altinn does not have an address "
        "to fill the missing address Reportee: %s%s (%d)",
        reportee, is_person(reportee) ? "" : ", no official (kofuvi) notification endpoints found",
        error_id));
}

int plan_missing_error_id(enum transport_type transport, const char *reportee)
{
    switch (transport) {
    case TRANSPORT_SMS:
        return 30301;
    case TRANSPORT_SMS_PREFERRED:
        return 30307;
    case TRANSPORT_EMAIL_PREFERRED:
        return 30308;
    case TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER:
        return 30312;
    default:
        return is_person(reportee) ? 30306 : 30304;
    }
}
