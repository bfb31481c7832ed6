/* The guard in front of gSOAP: reads a SOAP envelope as it arrives, refuses what no client needs,
 * lifts attachment content out, and leaves a small, clean UTF-8 document. */
#ifndef DPVD_XML_GUARD_H
#define DPVD_XML_GUARD_H

#include "base/blob.h"
#include "base/err.h"
#include "xml/envelope.h"

#include <stddef.h>
#include <stdint.h>

struct guard_limits {
    size_t max_depth;  /* elements */
    size_t max_markup; /* bytes of one tag, comment or processing instruction */
    /* Of one element, namespace declarations included; four times as many declarations may be in
     * scope. */
    size_t max_attributes;
    size_t max_elements;
    size_t max_text;       /* bytes of text between two tags, as sent */
    size_t max_long_text;  /* the same of MessageBody, CustomMessageData, FormDataXml */
    size_t max_references; /* `string` elements below CorrespondenceSendersReferences */
    size_t max_attachments;
    uint64_t max_attachment_bytes; /* decoded, together; beyond, content is counted and dropped */
    const char *spool_directory;
    size_t spool_threshold; /* an attachment up to this size stays in memory */
};

/* Of the envelope's namespace. */
enum guard_soap { GUARD_SOAP_NONE, GUARD_SOAP_11, GUARD_SOAP_12, GUARD_SOAP_OTHER };

struct guard;

/* content_type is the HTTP header (its charset counts; may be NULL). limits must outlive the guard.
 * NULL when memory ran out. */
struct guard *guard_new(const struct guard_limits *limits, const char *content_type);

/* The next bytes of the body. false: the request is refused; the guard then only answers
 * guard_soap. ERR_MALFORMED: not XML, or hostile; ERR_TOO_LARGE: a limit; ERR_INVALID with the
 * element named: base64 that is none (the contract is broken, not XML); ERR_BUSY: no room. */
bool guard_feed(struct guard *guard, const void *data, size_t n, struct err *err);

/* The body is complete; checks that the document is. Errors as guard_feed. */
bool guard_finish(struct guard *guard, struct err *err);

/* Which SOAP the envelope speaks, as far as read. */
enum guard_soap guard_soap(const struct guard *guard);

/* The clean document after guard_finish: UTF-8, NUL-terminated, no XML declaration, comments, PIs,
 * DOCTYPE or CDATA sections, no header blocks that are addressed to others; each lifted Data holds
 * its attachment's index as decimal digits (empty or nil Data is left as it was). Other nil
 * elements inside of the operation are left out, with all they hold. Owned by the guard. */
const char *guard_document(const struct guard *guard, size_t *len_out);

/* Local name and namespace of the first child of the Body, "" if there is none. */
const char *guard_operation(const struct guard *guard);
const char *guard_operation_namespace(const struct guard *guard);

/* Blocks of the Header that are for us, in order. */
const struct envelope_block *guard_blocks(const struct guard *guard, size_t *count_out);

/* What wsa:MessageID holds, as XML text that may be written as it is; NULL if none was read. */
const char *guard_message_id(const struct guard *guard);

/* Attachments lifted, in document order, finished (blob_sha256 is valid). Over max_attachments or
 * max_attachment_bytes guard_overflow is true: they are still counted, but all content is gone,
 * guard_attachment is NULL for every index, and the request is answered with a receipt. */
size_t guard_attachment_count(const struct guard *guard);
const struct blob *guard_attachment(const struct guard *guard, size_t index);
bool guard_overflow(const struct guard *guard);

void guard_free(struct guard **guard);

#endif
