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

/* What a fault is about decides which blocks its Header has. */
struct dress {
    const char *action; /* NULL: the operation's, for AltinnFault */
    const char *blocks; /* further ones, as XML, or NULL */
};

/* WS-Addressing 1.0 SOAP binding, 6: faults of addressing, and those that SOAP itself defines. */
static const char addressing_fault[] = "http://www.w3.org/2005/08/addressing/fault";
static const char soap_fault[] = "http://www.w3.org/2005/08/addressing/soap/fault";

static void add_header(struct buf *body, const struct reply *reply, const struct dress *dress)
{
    const bool altinn = dress->action == NULL && reply->action != NULL;
    const struct reply_action action = {altinn                  ? reply->action
                                        : dress->action == NULL ? soap_fault
                                                                : dress->action,
                                        altinn ? "AltinnFaultFault" : ""};

    if (!reply->addressed && dress->blocks == NULL)
        return;
    buf_add_text(body, "<s:Header>");
    if (reply->addressed)
        reply_add_blocks(reply, action, dress->action == NULL, body);
    if (dress->blocks != NULL)
        buf_add_text(body, dress->blocks);
    buf_add_text(body, "</s:Header>");
}

/* subcode is XML, and only SOAP 1.2 has it; NULL: none. */
struct cause {
    const char *code;
    const char *subcode;
    const char *text;
};

static void add_cause(struct buf *body, enum soap_version version, const struct cause *cause)
{
    if (version == SOAP_VERSION_12) {
        buf_add_format(body,
                       "<s:Code><s:Value>s:%s</s:Value>%s</s:Code><s:Reason>"
                       "<s:Text xml:lang=\"nb-NO\">",
                       cause->code, cause->subcode == NULL ? "" : cause->subcode);
        buf_add_xml(body, cause->text, strlen(cause->text));
        buf_add_text(body, "</s:Text></s:Reason>");
        return;
    }
    buf_add_format(body, "<faultcode>s:%s</faultcode><faultstring xml:lang=\"nb-NO\">",
                   cause->code);
    buf_add_xml(body, cause->text, strlen(cause->text));
    buf_add_text(body, "</faultstring>");
}

static void open_fault(struct buf *body, const struct reply *reply, const struct dress *dress,
                       const struct cause *cause)
{
    buf_add_format(body,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<s:Envelope xmlns:s=\"%s\">",
                   namespaces[reply->version]);
    add_header(body, reply, dress);
    buf_add_text(body, "<s:Body><s:Fault>");
    add_cause(body, reply->version, cause);
}

static void close_fault(struct buf *body)
{
    buf_add_text(body, "</s:Fault></s:Body></s:Envelope>");
}

static struct buf *begin_answer(struct http_exchange *exchange, enum soap_version version)
{
    buf_free(&exchange->answer.body);
    exchange->answer.status = 500;
    exchange->answer.content_type = fault_content_type(version);
    return &exchange->answer.body;
}

static const char *code_of(enum soap_version version, bool ours)
{
    if (version == SOAP_VERSION_12)
        return ours ? "Receiver" : "Sender";
    return ours ? "Server" : "Client";
}

static void write_altinn_fault(struct buf *body, const struct reply *reply, bool ours,
                               const struct err *err)
{
    const bool twelve = reply->version == SOAP_VERSION_12;
    const struct dress dress = {NULL, NULL};
    const struct cause cause = {code_of(reply->version, ours), NULL, reason};

    open_fault(body, reply, &dress, &cause);
    buf_add_text(body, twelve ? "<s:Detail>" : "<detail>");
    add_altinn_fault(body, err, ours ? malfunction : err->msg);
    buf_add_text(body, twelve ? "</s:Detail>" : "</detail>");
    close_fault(body);
}

static void write_bare_fault(struct buf *body, const struct reply *reply, bool ours,
                             const struct err *err)
{
    const struct dress dress = {soap_fault, NULL};
    const struct cause cause = {code_of(reply->version, ours), NULL, err->msg};

    open_fault(body, reply, &dress, &cause);
    close_fault(body);
}

/* The same whatever is wrong: clients look for this text (CONTRACT.md 9). */
static void write_security_fault(struct buf *body, const struct reply *reply)
{
    const struct dress dress = {soap_fault, NULL};
    const struct cause cause = {
        "Sender",
        "<s:Subcode><s:Value xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/"
        "oasis-200401-wss-wssecurity-secext-1.0.xsd\">wsse:InvalidSecurityToken</s:Value>"
        "</s:Subcode>",
        "An error occurred when processing the security tokens in the message."};

    open_fault(body, reply, &dress, &cause);
    close_fault(body);
}

static bool is_security(const struct reply *reply, const struct err *err)
{
    return reply->token && err->kind == ERR_DENIED && err->code == ERROR_EXTERNAL_SYSTEM;
}

void fault_answer(struct http_exchange *exchange, const struct reply *reply, struct err *err)
{
    const struct shape *shape = &shapes[err->kind == ERR_NONE ? ERR_INTERNAL : err->kind];
    struct buf *body = begin_answer(exchange, reply->version);
    uint8_t uuid[16];

    if (err->guid[0] == '\0' && ident_uuid(uuid))
        ident_uuid_text(uuid, err->guid);
    if (shape->ours)
        err->code = 0; /* R3 of domain.md 4.2 */
    if (is_security(reply, err))
        write_security_fault(body, reply);
    else if (shape->altinn)
        write_altinn_fault(body, reply, shape->ours, err);
    else
        write_bare_fault(body, reply, shape->ours, err);
    exchange->outcome = shape->outcome;
    log_event(shape->level, "fault", F_STR("kind", err_kind_name(err->kind)),
              F_INT("error_id", err->code), F_STR("guid", err->guid),
              F_STR("error", err->personal ? "it names an address" : err->msg));
}

/* Of SOAP itself and of addressing: nobody is asked to look at a log for these. */
static void end_protocol_fault(struct http_exchange *exchange, const char *kind)
{
    close_fault(&exchange->answer.body);
    exchange->outcome = "malformed";
    log_event(LOG_WARN, "fault", F_STR("kind", kind));
}

void fault_version_mismatch(struct http_exchange *exchange, const struct reply *reply)
{
    const struct reply eleven = {.version = SOAP_VERSION_11};
    const struct dress dress = {
        NULL, reply->version == SOAP_VERSION_12
                  ? "<u:Upgrade xmlns:u=\"http://www.w3.org/2003/05/soap-envelope\">"
                    "<u:SupportedEnvelope qname=\"u:Envelope\"/></u:Upgrade>"
                  : NULL};
    const struct cause cause = {"VersionMismatch", NULL,
                                "The endpoint does not speak the SOAP version of the message"};

    open_fault(begin_answer(exchange, SOAP_VERSION_11), &eleven, &dress, &cause);
    end_protocol_fault(exchange, "version_mismatch");
}

/* SOAP 1.2 part 1, 5.4.8: which one it is; SOAP 1.1 has no word for it. */
static void name_block(struct buf *out, enum soap_version version, struct fault_block block)
{
    if (version != SOAP_VERSION_12)
        return;
    buf_add_text(out, "<s:NotUnderstood xmlns:b=\"");
    buf_add_xml(out, block.space, strlen(block.space));
    buf_add_text(out, "\" qname=\"b:");
    buf_add_xml(out, block.name, strlen(block.name));
    buf_add_text(out, "\"/>");
}

void fault_must_understand(struct http_exchange *exchange, const struct reply *reply,
                           struct fault_block block)
{
    struct buf blocks = {0};
    const struct cause cause = {"MustUnderstand", NULL,
                                "A header that must be understood is not understood"};

    name_block(&blocks, reply->version, block);
    open_fault(begin_answer(exchange, reply->version), reply,
               &(struct dress){soap_fault, blocks.data}, &cause);
    end_protocol_fault(exchange, "must_understand");
    buf_free(&blocks);
}

/* Subcodes within subcodes: the outer one says what kind of header is wrong, the inner one how. */
static void add_subcodes(struct buf *out, const struct fault_addressing *problem)
{
    static const char value[] = "<s:Subcode><s:Value "
                                "xmlns:a=\"http://www.w3.org/2005/08/addressing\">a:%s</s:Value>";

    buf_add_format(out, value, problem->subcode);
    if (problem->subsubcode != NULL) {
        buf_add_format(out, value, problem->subsubcode);
        buf_add_text(out, "</s:Subcode>");
    }
    buf_add_text(out, "</s:Subcode>");
}

void fault_addressing(struct http_exchange *exchange, const struct reply *reply,
                      const struct fault_addressing *problem)
{
    const struct dress dress = {addressing_fault, NULL};
    struct buf subcodes = {0};
    struct buf *body = begin_answer(exchange, reply->version);
    struct cause cause = {"Sender", NULL, problem->text};

    add_subcodes(&subcodes, problem);
    cause.subcode = subcodes.data;
    open_fault(body, reply, &dress, &cause);
    buf_add_format(body,
                   "<s:Detail><a:ProblemHeaderQName "
                   "xmlns:a=\"http://www.w3.org/2005/08/addressing\">a:%s</a:ProblemHeaderQName>"
                   "</s:Detail>",
                   problem->header);
    end_protocol_fault(exchange, "addressing");
    buf_free(&subcodes);
}
