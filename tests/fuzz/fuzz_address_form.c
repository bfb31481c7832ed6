/* Addresses of notifications: S for an SMS or anything else for an e-mail, then the address. */
#include "fuzz/fuzz.h"
#include "model/address_form.h"
#include "model/identifier.h"

#include <stdlib.h>
#include <string.h>

static bool is_e164(const char *text)
{
    const size_t digits = strlen(text) - 1;

    return text[0] == '+' && text[1] != '0' && digits >= 7 && digits <= 15 &&
           identifier_is_digits(text + 1, digits);
}

/* An address goes into the header of an e-mail and into commands of SMTP. */
static bool is_harmless(const char *text)
{
    const char *at = strchr(text, '@');

    return at != NULL && at != text && at[1] != '\0' && strchr(at + 1, '@') == NULL &&
           strpbrk(text, " \t\r\n<>;,\"") == NULL && !identifier_has_control(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input = {data, n};
    const enum transport_type transport =
        fuzz_byte(&input) == 'S' ? TRANSPORT_SMS : TRANSPORT_EMAIL;
    char *text = fuzz_rest(&input);
    char form[ADDRESS_FORM_SIZE] = "x";
    char again[ADDRESS_FORM_SIZE] = "x";
    const enum address_problem problem = address_form(transport, text, form);

    fuzz_hold((problem == ADDRESS_GOOD) == (form[0] != '\0'), "a form is of a good address");
    if (problem == ADDRESS_GOOD) {
        fuzz_hold(transport == TRANSPORT_SMS ? is_e164(form) : is_harmless(form), "the form");
        fuzz_hold(address_form(transport, form, again) == ADDRESS_GOOD && strcmp(form, again) == 0,
                  "the form of a form is itself");
    } else {
        fuzz_hold((problem == ADDRESS_BAD_EMAIL) == (transport == TRANSPORT_EMAIL), "the ErrorID");
    }
    free(text);
    return 0;
}
