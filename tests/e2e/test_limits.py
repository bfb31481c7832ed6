#!/usr/bin/python3
"""Every setting that bounds what comes in: exactly at its limit a request passes, one above is
refused with the answer that is defined for it."""

import gzip
import random

from external_calls import call, insert_body, security, token
from insert_calls import end_points, notification, notifications
from support import (
    Xml, attachment, attachments, case, case_table, envelope, equal, history_envelope, main, member,
    unique)

KIB = 1024
LIMITS = {
    "max_body": 200 * KIB, "max_inflated": 300 * KIB, "max_inflate_ratio": 2,
    "max_header_bytes": 4 * KIB, "max_header_lines": 20,
    "max_depth": 12, "max_markup": 2 * KIB, "max_attributes": 32, "max_elements": 1000,
    "max_text": 8 * KIB, "max_long_text": 20 * KIB, "max_references": 50, "references_answered": 50,
    "max_attachments": 3, "max_attachment_bytes": 30 * KIB, "spool_threshold": 10 * KIB,
    "max_reference_length": 30, "max_title_length": 40, "max_summary_length": 50,
    "max_body_length": 60, "max_sender_length": 20, "max_reply_options": 2, "max_notifications": 2,
    "max_endpoints": 3,
}
PASSED, FAULT, RECEIPT = "passed", "fault", "ValidationFailed"


def told(answer):
    """What became of a request, in a word, and the text that says why."""
    if answer.status not in (200, 500):
        return answer.status, answer.body.decode()
    if answer.status == 500:
        fault = answer.fault()
        return FAULT, fault.text if fault.members is None else fault.message
    status = answer.tree.findtext(".//{*}ReceiptStatusCode")
    return PASSED if status in (None, "OK") else status, answer.body.decode()


def is_bounded(send, limit, above):
    """send(n) makes the request of size n."""
    at_limit, text = told(send(limit))
    equal(at_limit, PASSED, f"outcome at {limit}, which said {text[:300]!r}")
    beyond, text = told(send(limit + 1))
    equal(beyond, above, f"outcome at {limit + 1}, which said {text[:300]!r}")


def test_call(server, content="", header="", **options):
    """A Test with something in its operation or header."""
    return server.post(envelope(f"<base:Test>{content}</base:Test>", header), **options)


# ---------------------------------------------------------------- HTTP


def padded(server, n, **options):
    text = envelope("<base:Test/>")
    return server.post(text + " " * (n - len(text)), **options)


def chunked(server, n):
    text = envelope("<base:Test/>").encode()
    text += b" " * (n - len(text))
    return server.post(text[i:i + 4000] for i in range(0, n, 4000))


def inflated(server, n):
    """What is hard to pack, but for blanks at its end, so that the ratio is not met first."""
    noise = random.Random(1).randbytes(110 * KIB).hex()
    text = envelope("<base:Test/>") + "".join(
        f"<!-- {noise[i:i + 1000]} -->" for i in range(0, len(noise), 1000))
    return server.post(gzip.compress((text + " " * (n - len(text))).encode()),
                       headers={"Content-Encoding": "gzip"})


def with_head_of(server, n):
    """The head as http.client sends it has this many bytes."""
    host = f"Host: {server.url.partition('//')[2]}"
    rest = f"GET /health/live HTTP/1.1\r\n{host}\r\nAccept-Encoding: identity\r\nX: \r\n\r\n"
    return server.get("/health/live", X="x" * (n - len(rest)))


def with_lines(server, n):
    """Two of the lines are http.client's own."""
    return server.get("/health/live", **{f"X-{i}": "y" for i in range(n - 2)})


@case_table({"with a length": (padded,), "in chunks": (chunked,)})
def body_has_at_most_max_body(server, send):
    is_bounded(lambda n: send(server, n), LIMITS["max_body"], 413)


@case
def packed_body_has_at_most_max_inflated(server):
    is_bounded(lambda n: inflated(server, n), LIMITS["max_inflated"], 413)


@case_table({"bytes": (with_head_of, "max_header_bytes"),
             "lines": (with_lines, "max_header_lines")})
def head_has_at_most_its(server, send, setting):
    limit = LIMITS[setting]
    equal([send(server, n).status for n in (limit, limit + 1)], [200, 431], "HTTP status")


# ---------------------------------------------------------------- XML


def nested(server, n):
    """Three levels are those of the envelope."""
    return test_call(server, "<a>" * (n - 3) + "</a>" * (n - 3))


def element(form):
    """An element whose tag has n bytes."""
    return lambda server, n: test_call(server, form(n))


def elements(server, n):
    return test_call(server, "<a/>" * (n - 3))


def attributes(server, n):
    return test_call(server, "<a " + " ".join(f'b{i}="1"' for i in range(n)) + "/>")


def namespaces(server, n):
    return test_call(server, "<a " + " ".join(f'xmlns:b{i}="u"' for i in range(n)) + "/>")


XML = {
    "max_depth": (nested,),
    "max_markup": (element(lambda n: "<a" + " " * (n - 4) + "/>"),
                   element(lambda n: '<a b="' + "x" * (n - 9) + '"/>'),
                   element(lambda n: "<!--" + "x" * (n - 7) + "-->"),
                   element(lambda n: "<?a " + "x" * (n - 6) + "?>")),
    "max_attributes": (attributes, namespaces),
    "max_elements": (elements,),
    "max_text": (element(lambda n: "<a>" + "x" * n + "</a>"),
                 element(lambda n: "<a><![CDATA[" + "x" * n + "]]></a>")),
    "max_long_text": tuple(element(lambda n, name=name: f"<{name}>" + "x" * n + f"</{name}>")
                           for name in ("MessageBody", "CustomMessageData", "FormDataXml")),
}


@case_table({f"{setting} {number}": (setting, send) for setting, sends in XML.items()
             for number, send in enumerate(sends, 1)})
def xml_stays_within(server, setting, send):
    is_bounded(lambda n: send(server, n), LIMITS[setting], FAULT)


@case
def query_has_at_most_max_references(server):
    is_bounded(lambda n: server.post(history_envelope(["x"] * n)), LIMITS["max_references"], FAULT)


# ---------------------------------------------------------------- messages


def letters(name):
    return lambda n: {name: "å" * n}


def option(n):
    parts = member("c0910", "ArchiveReference", Xml(member("c0910", "ArchiveRef", "AR1")))
    return {"ReplyOptions": Xml(member("c0910", "ReplyOption", Xml(parts)) * n)}


def points(n):
    listed = end_points(*[("Email", "a@b.example")] * n)
    return notifications(notification(ReceiverEndPoints=listed))


MESSAGES = {
    "max_reference_length": (letters("ExternalShipmentReference"), RECEIPT),
    "max_title_length": (letters("MessageTitle"), RECEIPT),
    "max_summary_length": (letters("MessageSummary"), RECEIPT),
    "max_body_length": (letters("MessageBody"), RECEIPT),
    "max_sender_length": (letters("MessageSender"), RECEIPT),
    "max_reply_options": (option, RECEIPT),
    "max_notifications": (lambda n: notifications(*[notification()] * n), FAULT),
    "max_endpoints": (points, FAULT),
    "max_attachments": (lambda n: {"Attachments": attachments(*[attachment()] * n)}, RECEIPT),
    "max_attachment_bytes": (lambda n: {"Attachments": attachments(
        attachment(b"x" * 1000), attachment(b"x" * (n - 1000)))}, RECEIPT),
}


@case_table({name: (name, *row) for name, row in MESSAGES.items()})
def message_stays_within(server, setting, make, above):
    def send(n):
        return server.insert(**{"ExternalShipmentReference": unique("l"), **make(n)})

    is_bounded(send, LIMITS[setting], above)


@case_table({name: (name, *row) for name, row in MESSAGES.items() if row[1] == RECEIPT})
def addressed_message_stays_within(server, setting, make, above):
    def send(n):
        return call(server, insert_body(**{"ExternalShipmentReference": unique("l"), **make(n)}))

    is_bounded(send, LIMITS[setting], above)


@case
def what_is_larger_than_the_spool_threshold_is_kept_whole(server):
    for size in (LIMITS["spool_threshold"], LIMITS["spool_threshold"] + 1):
        reference = unique("spool")
        server.insert(ExternalShipmentReference=reference,
                      Attachments=attachments(attachment(b"x" * size))).accepted()
        equal(server.value("SELECT a.size FROM dpvd.attachment a JOIN dpvd.correspondence c "
                           "ON (a.sender_id, a.correspondence_id) = (c.sender_id, c.id) "
                           f"WHERE c.senders_reference = '{reference}';"), str(size), "size")


# ---------------------------------------------------------------- credentials


@case_table({"Basic": (lambda server, n: server.insert(systemPassword="x" * n),),
             "External": (lambda server, n: call(server, "<base:Test/>", security(
                 token(password="x" * n))),)})
def password_of_any_length_is_wrong_in_the_same_way(server, send):
    """128 bytes are hashed, more are not: nobody can see the limit."""
    bodies = set()
    for n in (128, 129, 8 * KIB):
        text = send(server, n).body.decode()
        guid = text.partition("<ErrorGuid>")[2].partition("<")[0]
        bodies.add(text.replace(guid, "") if guid else text)
    equal(len(bodies), 1, "different answers")


if __name__ == "__main__":
    main(**LIMITS)
