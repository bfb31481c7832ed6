/* Numbers and addresses of parties: what is well-formed (domain.md 2.5). */
#ifndef DPVD_MODEL_IDENTIFIER_H
#define DPVD_MODEL_IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>

/* Nine digits with a right check digit (mod 11); any first digit. */
bool identifier_is_organization(const char *text);

/* National identity number or D-number: eleven digits, a calendar date, both check digits.
 * Synthetic months (+40, +80) only when allowed. */
bool identifier_is_person(const char *text, bool allow_synthetic);

/* Exactly count digits and nothing else; NULL is not. */
bool identifier_is_digits(const char *text, size_t count);

/* One e-mail address of at most 254 characters: local part, @, domain labels that neither begin nor
 * end with a hyphen, or an IPv4 address; letters beyond ASCII are allowed, `;` and spaces not. */
bool identifier_is_email(const char *text);

/* Characters (not bytes) of UTF-8 text. */
size_t identifier_length(const char *text);

/* Contains a control character: C0 (line breaks included), DEL or C1. */
bool identifier_has_control(const char *text);

/* NULL, empty or nothing but white space. */
bool identifier_is_blank(const char *text);

/* The text for the audit log: "(an identity number)" instead of one that holds an identity number
 * (domain.md 10.2), as somebody may write who takes the field for another one. NULL: NULL. */
const char *identifier_masked(const char *text);

#endif
