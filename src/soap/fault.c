#include "soap/fault.h"

#include "base/ident.h"
#include "base/log.h"

#include <string.h>

/* One row a kind: whose fault, how loud, does the answer carry an AltinnFault. */
struct shape {
    bool ours;   /* Server/Receiver: the caller should try again */
    bool altinn; /* with AltinnFault */
    enum log_level level;
    const char *outcome;
};

static const struct shape shapes[] = {
    [ERR_INVALID] = {false, true, LOG_INFO, "refused"},
    [ERR_MALFORMED] = {false, false, LOG_WARN, "malformed"},
    [ERR_TOO_LARGE] = {false, true, LOG_INFO, "refused"},
    [ERR_DENIED] = {false, true, LOG_WARN, "denied"},
    [ERR_NOT_FOUND] = {false, true, LOG_INFO, "refused"},
    [ERR_CONFLICT] = {false, true, LOG_INFO, "refused"},
    [ERR_BUSY] = {true, true, LOG_ERROR, "unavailable"},
    [ERR_UNCERTAIN] = {true, true, LOG_ERROR, "unavailable"},
    [ERR_INTERNAL] = {true, true, LOG_ERROR, "unavailable"},
};

/* Clients retry on the words "non-functional error" (domain.md 4.1): never in a refusal. */
static const char malfunction[] = "A non-functional error occurred. Try again.";
static const char reason[] = "An errror occurred"; /* sic: what production wrote */

enum { ERROR_EXTERNAL_SYSTEM = 989 };

static const char *const namespaces[] = {
    [SOAP_VERSION_11] = "http://schemas.xmlsoap.org/soap/envelope/",
    [SOAP_VERSION_12] = "http://www.w3.org/2003/05/soap-envelope",
};

const char *fault_content_type(enum soap_version version)
{
    return version == SOAP_VERSION_12 ? "application/soap+xml; charset=utf-8"
                                      : "text/xml; charset=utf-8";
}

static void add_member(struct buf *body, const char *name, const char *text)
{
    buf_add_format(body, "<%s>", name);
    buf_add_xml(body, text, strlen(text));
    buf_add_format(body, "</%s>", name);
}

static void add_altinn_fault(struct buf *body, const struct err *err, const char *text)
{
    buf_add_text(body,
                 "<AltinnFault xmlns=\"http://www.altinn.no/services/common/fault/2009/10\">");
    add_member(body, "AltinnErrorMessage", text);
    add_member(body, "AltinnExtendedErrorMessage", "No information available");
    add_member(body, "AltinnLocalizedErrorMessage", text);
    add_member(body, "ErrorGuid", err->guid);
    buf_add_format(body, "<ErrorID>%d</ErrorID>", err->code);
    add_member(body, "UserGuid", "-no value-");
    add_member(body, "UserId", err->code == ERROR_EXTERNAL_SYSTEM ? "" : "0");
    buf_add_text(body, "</AltinnFault>");
}

static void open_fault(struct buf *body, enum soap_version version, const char *code,
                       const char *text)
{
    buf_add_format(body,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<s:Envelope xmlns:s=\"%s\"><s:Body><s:Fault>",
                   namespaces[version]);
    if (version == SOAP_VERSION_12) {
        buf_add_format(body,
                       "<s:Code><s:Value>s:%s</s:Value></s:Code><s:Reason>"
                       "<s:Text xml:lang=\"nb-NO\">",
                       code);
        buf_add_xml(body, text, strlen(text));
        buf_add_text(body, "</s:Text></s:Reason>");
        return;
    }
    buf_add_format(body, "<faultcode>s:%s</faultcode><faultstring xml:lang=\"nb-NO\">", code);
    buf_add_xml(body, text, strlen(text));
    buf_add_text(body, "</faultstring>");
}

static void close_fault(struct buf *body)
{
    buf_add_text(body, "</s:Fault></s:Body></s:Envelope>");
}

static struct buf *begin_answer(struct http_exchange *exchange, enum soap_version version,
                                int status)
{
    buf_free(&exchange->answer.body);
    exchange->answer.status = status;
    exchange->answer.content_type = fault_content_type(version);
    return &exchange->answer.body;
}

static const char *code_of(enum soap_version version, bool ours)
{
    if (version == SOAP_VERSION_12)
        return ours ? "Receiver" : "Sender";
    return ours ? "Server" : "Client";
}

static void write_fault(struct buf *body, enum soap_version version, const struct shape *shape,
                        const struct err *err)
{
    const bool twelve = version == SOAP_VERSION_12;

    open_fault(body, version, code_of(version, shape->ours), shape->altinn ? reason : err->msg);
    if (shape->altinn) {
        buf_add_text(body, twelve ? "<s:Detail>" : "<detail>");
        add_altinn_fault(body, err, shape->ours ? malfunction : err->msg);
        buf_add_text(body, twelve ? "</s:Detail>" : "</detail>");
    }
    close_fault(body);
}

void fault_answer(struct http_exchange *exchange, enum soap_version version, struct err *err)
{
    const struct shape *shape = &shapes[err->kind == ERR_NONE ? ERR_INTERNAL : err->kind];
    struct buf *body = begin_answer(exchange, version, 500);
    uint8_t uuid[16];

    if (err->guid[0] == '\0' && ident_uuid(uuid))
        ident_uuid_text(uuid, err->guid);
    if (shape->ours)
        err->code = 0; /* R3 of domain.md 4.2 */
    write_fault(body, version, shape, err);
    exchange->outcome = shape->outcome;
    log_event(shape->level, "fault", F_STR("kind", err_kind_name(err->kind)),
              F_INT("error_id", err->code), F_STR("guid", err->guid), F_STR("error", err->msg));
}

void fault_version_mismatch(struct http_exchange *exchange)
{
    struct buf *body = begin_answer(exchange, SOAP_VERSION_11, 500);

    open_fault(body, SOAP_VERSION_11, "VersionMismatch",
               "The endpoint does not speak the SOAP version of the message");
    close_fault(body);
    exchange->outcome = "malformed";
    log_event(LOG_WARN, "fault", F_STR("kind", "version_mismatch"));
}

void fault_must_understand(struct http_exchange *exchange, enum soap_version version)
{
    struct buf *body = begin_answer(exchange, version, 500);

    open_fault(body, version, "MustUnderstand",
               "A header that must be understood is not understood");
    close_fault(body);
    exchange->outcome = "malformed";
    log_event(LOG_WARN, "fault", F_STR("kind", "must_understand"));
}
