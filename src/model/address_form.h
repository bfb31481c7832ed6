/* Addresses of notifications: what is well-formed, and in which form they are used. */
#ifndef DPVD_MODEL_ADDRESS_FORM_H
#define DPVD_MODEL_ADDRESS_FORM_H

#include "model/message.h"

#include <stddef.h>

/* Room for 254 characters of UTF-8, the longest e-mail address. */
enum { ADDRESS_FORM_SIZE = 254 * 4 + 1 };

/* What is wrong with an address: ErrorIDs (domain.md 6.5). */
enum address_problem {
    ADDRESS_GOOD = 0,
    ADDRESS_BAD_EMAIL = 30010,
    ADDRESS_BAD_COUNTRY_CODE = 30302,
    ADDRESS_BAD_NORWEGIAN_NUMBER = 30303,
};

/* Writes the form in which a notification goes to an address: E.164 of a mobile number (spaces are
 * removed), the trimmed e-mail address (domain.md 2.5). transport: SMS or Email. form_out is ""
 * when something is wrong. */
enum address_problem address_form(enum transport_type transport, const char *recipient,
                                  char form_out[ADDRESS_FORM_SIZE]);

/* Where text begins without the white space around it, and how many bytes it then has. */
const char *address_trim(const char *text, size_t *length_out);

#endif
