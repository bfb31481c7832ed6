/* Fills the settings that say how an SMS gateway is called. */
#ifndef DPVD_DELIVERY_SMS_TEMPLATE_H
#define DPVD_DELIVERY_SMS_TEMPLATE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* How a value is written where it stands, so that it stays one value. */
enum sms_encoding {
    SMS_HEADER, /* printable ASCII only */
    SMS_JSON,   /* a string with its quotes */
    SMS_FORM,   /* percent-encoded: forms and URLs */
    SMS_XML,    /* with references for & < > " */
};

struct sms_values {
    const char *to; /* E.164 */
    const char *from;
    const char *text;
    const char *id;
    const char *secret; /* NULL: "" */
};

/* Appends n bytes of a template, with {to}, {to_digits} (without the plus), {from}, {text}, {id}
 * and {secret} replaced. false: memory ran out. */
bool sms_fill(const char *template, size_t n, enum sms_encoding encoding,
              const struct sms_values *values, struct buf *out);

#endif
