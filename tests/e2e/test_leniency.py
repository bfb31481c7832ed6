#!/usr/bin/python3
"""Messages as clients of every make write them, and what Basic forgives."""

import base64
import gzip
import zlib

from external_calls import (
    ACTION, ACTION_TEST, WSA, WSSE, call, history_body, insert_body, post, soap_type, time_text)
from support import (
    DATA, DEMO_NUMBER, NAMESPACES, NIL, Xml, attachment, attachments, case, case_table, equal,
    history_envelope, insert_envelope, main, sha256, true, unique)

INSERT = ACTION + "InsertCorrespondenceV2"

# ---------------------------------------------------------------- clients of every make


def recorded(name, **values):
    text = (DATA / "external" / name).read_text(encoding="utf-8")
    values = {"created": time_text(), "expires": time_text(300), **values}
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


AAS = "Møte på Ås".encode()


@case_table({
    "WCF": ("wcf-insert.xml", "wcf-external-1", "Innkalling til møte på Ås",
            "<p>Møtet er i rom 3 &amp; starter kl. 9.</p>", AAS),
    "Spring-WS": ("springws-insert.xml", "springws-1", "Melding fra integrasjonspunktet",
                  "Innhold", AAS),
    "Axis": ("axis-insert.xml", "axis-1", "Rapport", "Rapporten er klar.",
             ("Møte på Ås. " * 40).encode()),
    "SoapUI": ("soapui-insert.xml", "soapui-1", "Vedtak <3 & mer",
               "<p>Søknaden er <b>innvilget</b> & sendt.</p>", AAS),
})
def message_of(server, name, reference, title, body, content):
    answer = post(server, recorded(name), content_type=soap_type(INSERT)).accepted()
    equal(answer.action, INSERT + "Response", "Action")
    true(answer.relates_to, "RelatesTo is missing")
    equal(server.message(reference, "title, body, reportee, technical_number"),
          [title, body, "910820605", DEMO_NUMBER], "message")
    equal(server.content_hashes(reference), [sha256(content)], "content")


@case_table({
    "UTF-8 with byte order mark": (lambda text: b"\xef\xbb\xbf" + text.encode(), "utf-8"),
    "UTF-16": (lambda text: text.encode("utf-16"), "utf-16"),
    "UTF-16 of little end": (lambda text: text.encode("utf-16-le"), "utf-16le"),
})
def wcf_writes(server, encode, charset):
    reference = unique("encoded")
    body = encode(recorded("wcf-insert.xml").replace("wcf-external-1", reference))
    post(server, body, content_type=f"application/soap+xml; charset={charset}").accepted()
    equal(server.message(reference, "title"), ["Innkalling til møte på Ås"], "title")


@case
def wcf_history_in_chunks(server):
    reference = unique("chunked")
    call(server, insert_body(ExternalShipmentReference=reference)).accepted()
    body = recorded("wcf-history.xml", reference=reference).encode()
    pieces = (body[i:i + 97] for i in range(0, len(body), 97))
    equal(post(server, pieces).references(),
          [reference], "references")


@case
def unset_dates_of_wcf_are_not_given(server):
    reference = unique("minvalue")
    call(server, insert_body(ExternalShipmentReference=reference, DueDateTime="0001-01-01T00:00:00",
                             VisibleDateTime="0001-01-01T00:00:00")).accepted()
    equal(server.message(reference, "due IS NULL, visible_asked IS NULL"), ["t", "t"], "dates")


@case
def cdata_of_9_megabytes_is_an_attachment(server):
    reference = unique("cdata")
    data = b"x" * 6_900_000
    item = attachment(Data=Xml("<![CDATA[" + base64.b64encode(data).decode() + "]]>"))
    call(server, insert_body(ExternalShipmentReference=reference,
                             Attachments=attachments(item))).accepted()
    equal(server.content_hashes(reference), [sha256(data)], "content")


@case
def nil_and_empty_list_in_a_history(server):
    equal(call(server, history_body([NIL, ""])).references(), [], "references")


# ---------------------------------------------------------------- compressed bodies


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODINGS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without its frame": ("deflate", raw_deflate),
}


@case_table(CODINGS)
def body_comes_as(server, coding, pack):
    reference = unique("packed")
    body = pack(recorded("wcf-insert.xml").replace("wcf-external-1", reference).encode())
    post(server, body, headers={"Content-Encoding": coding}).accepted()
    equal(server.message(reference, "title"), ["Innkalling til møte på Ås"], "title")


@case
def basic_takes_gzip_in_chunks(server):
    reference = unique("packed")
    body = gzip.compress(insert_envelope(ExternalShipmentReference=reference).encode())
    pieces = (body[i:i + 50] for i in range(0, len(body), 50))
    server.post(pieces, headers={"Content-Encoding": "gzip"}).accepted()


@case
def large_attachment_comes_packed(server):
    reference = unique("packed")
    data = b"".join(b"%d\n" % i for i in range(1_000_000))
    item = attachment(Data=base64.b64encode(data).decode())
    body = gzip.compress(insert_envelope(ExternalShipmentReference=reference,
                                         Attachments=attachments(item)).encode(), 1)
    server.post(body, headers={"Content-Encoding": "gzip"}).accepted()
    equal(server.content_hashes(reference), [sha256(data)], "content")


@case_table({
    "what is not packed": (lambda packed: b"<s:Envelope/>", 400),
    "what is cut": (lambda packed: packed[:-1], 500),
    "what goes on behind its end": (lambda packed: packed + b"x", 500),
    "nothing": (lambda packed: b"", 400),
    "a bomb": (lambda packed: gzip.compress(bytes(40_000_000)), 400),
    "a bomb behind an envelope": (lambda packed: gzip.compress(
        insert_envelope().encode() + b" " * 40_000_000), 413),
})
def nothing_is_stored_of(server, make, status):
    before = server.counts("correspondence", "receipt")
    body = make(gzip.compress(insert_envelope().encode()))
    answer = server.post(body, headers={"Content-Encoding": "gzip"})
    equal(answer.status, status, "HTTP status")
    equal(server.counts("correspondence", "receipt"), before, "rows")


@case
def other_codings_are_refused(server):
    answer = server.post(b"x", headers={"Content-Encoding": "br"})
    equal(answer.status, 415, "HTTP status")


# ---------------------------------------------------------------- Basic is as lenient


def basic_history(header, reference):
    text = history_envelope([reference])
    return text.replace("<s:Header>", "<s:Header>" + header)


@case_table({
    "addressing elsewhere": (f"<ReplyTo xmlns='{WSA}'><Address>http://192.0.2.1/</Address></ReplyTo>"
                             f"<MessageID xmlns='{WSA}'>urn:x</MessageID>",),
    "an action of another": (f"<Action xmlns='{WSA}'>{ACTION_TEST}</Action>",),
    "addressing that another must understand":
        (f"<To xmlns='{WSA}' s:mustUnderstand='1' s:actor='urn:x'>x</To>",),
    "security": (f"<Security xmlns='{WSSE}'/>",),
})
def basic_ignores(server, header):
    answer = server.post(basic_history(header, "x"))
    equal((answer.status, answer.tree.find("s:Header", NAMESPACES)), (200, None), "answer")


@case_table({
    "addressing": (f"<To xmlns='{WSA}' s:mustUnderstand='1'>x</To>",),
    "security": (f"<Security xmlns='{WSSE}' s:mustUnderstand='1'/>",),
    "a part that the contract has not": ("<w0910:Other s:mustUnderstand='1'/>",),
})
def basic_does_not_understand(server, header):
    equal(server.post(basic_history(header, "x")).fault().code, "MustUnderstand", "faultcode")


if __name__ == "__main__":
    main()
