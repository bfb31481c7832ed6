#include "soap/reply.h"

#include "base/clock.h"

#include <string.h>

#define ADDRESSING "http://www.w3.org/2005/08/addressing"
#define ENVELOPE "http://www.w3.org/2003/05/soap-envelope"
#define WSS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-"

static bool add_timestamp(const struct reply *reply, struct buf *out)
{
    const int64_t now = clock_now();
    char created[CLOCK_TEXT_SIZE];
    char expires[CLOCK_TEXT_SIZE];

    clock_format_utc(now, created);
    clock_format_utc(now + reply->lifetime, expires);
    return buf_add_format(
        out,
        "<o:Security xmlns:o=\"" WSS "secext-1.0.xsd\" xmlns:s=\"" ENVELOPE
        "\" s:mustUnderstand=\"1\">"
        "<u:Timestamp xmlns:u=\"" WSS "utility-1.0.xsd\" u:Id=\"_0\">"
        "<u:Created>%s</u:Created><u:Expires>%s</u:Expires></u:Timestamp></o:Security>",
        created, expires);
}

bool reply_add_blocks(const struct reply *reply, struct reply_action action, bool timestamp,
                      struct buf *out)
{
    if (!buf_add_format(out,
                        "<a:Action xmlns:a=\"" ADDRESSING "\" xmlns:s=\"" ENVELOPE
                        "\" s:mustUnderstand=\"1\">%s%s</a:Action>",
                        action.action, action.suffix))
        return false;
    if (reply->message_id != NULL &&
        !buf_add_format(out, "<a:RelatesTo xmlns:a=\"" ADDRESSING "\">%s</a:RelatesTo>",
                        reply->message_id))
        return false;
    return !timestamp || add_timestamp(reply, out);
}
