#!/usr/bin/python3
"""The Basic endpoint byte by byte: what HTTP, XML and SOAP it takes and what exactly it answers."""

import base64
import http.client
import random
import subprocess
import urllib.parse

from support import (
    ACTION_BASIC, ACTION_DETAILS, ACTION_HISTORY, ACTION_INSERT, ACTION_TEST, BASIC, DATA,
    NAMESPACES, NIL, ON_BEHALF_NUMBER, REFERENCE_BASIC, ROOT, SAVED, Skip, Xml, answer_is,
    attachment, attachments, case, case_table, contains, details_envelope, envelope, equal,
    exchange, history_envelope, insert_envelope, main, member, open_socket, sha256,
    soap_headers, test_envelope, true, unique)

KIB = 1024
MIB = 1024 * KIB
MAX_BODY = 6 * MIB
MAX_ATTACHMENT_BYTES = 3 * MIB
WSDL = {"wsdl": "http://schemas.xmlsoap.org/wsdl/", "soap": "http://schemas.xmlsoap.org/wsdl/soap/",
        "xsd": "http://www.w3.org/2001/XMLSchema"}


def stored(server):
    """What must not change when a request is refused."""
    return server.counts("correspondence", "attachment", "receipt")


# ---------------------------------------------------------------- answers


@case
def test_answers_an_empty_wrapper(server):
    answer = server.post(test_envelope(), ACTION_TEST)
    equal(answer.status, 200, "HTTP status")
    equal(answer.headers["Content-Type"], "text/xml; charset=utf-8", "Content-Type")
    answer_is(answer, "test.answer.xml")


@case
def receipt_has_all_members_in_contract_order(server):
    reference = unique("receipt")
    answer = server.insert(ExternalShipmentReference=reference)
    equal(answer.status, 200, "HTTP status")
    equal(answer.headers["Content-Type"], "text/xml; charset=utf-8", "Content-Type")
    answer_is(answer, "insert-receipt.answer.xml", status="OK", text=SAVED, reference=reference)


@case
def receipt_is_not_mostly_namespace_declarations(server):
    body = server.insert().body.decode()
    declared = sum(len(part.split('"')[1]) for part in body.split("xmlns")[1:])
    true(declared * 2 < len(body), f"{declared} of {len(body)} bytes are namespace names")


@case
def history_has_all_members_in_contract_order(server):
    reference = unique("history")
    server.insert(ExternalShipmentReference=reference).accepted()
    answer_is(server.history([reference]), "history.answer.xml", reference=reference)


@case
def details_have_all_members_in_contract_order(server):
    reference = unique("details")
    server.insert(ExternalShipmentReference=reference).accepted()
    include = Xml(member("c1602", "IncludeCorrespondence", "true"))
    answer = server.details(SendersReference=reference, SdpSearchOptions=include)
    answer_is(answer, "details.answer.xml", reference=reference)


@case
def empty_history_has_both_parts(server):
    answer_is(server.history([unique("nothing")]), "history-empty.answer.xml")


def answer_is_fault(answer, message, error, user):
    code = answer.tree.findtext(".//faultcode")  # its prefix is the server's choice
    answer_is(answer, "fault.answer.xml", code=code, message=message, error=error, user=user)


@case
def fault_of_a_wrong_password_has_all_members_and_an_empty_user_id(server):
    answer = server.insert(systemPassword="wrong")
    equal(answer.status, 500, "HTTP status")
    equal(answer.headers["Content-Type"], "text/xml; charset=utf-8", "Content-Type")
    equal(answer.fault().code, "Client", "fault code")
    answer_is_fault(answer, "Incorrect username/password/pin given for user", 989, "")


@case
def fault_of_a_broken_rule_has_all_members_and_user_id_0(server):
    answer = server.insert(CaseID="1")
    equal(answer.status, 500, "HTTP status")
    answer_is_fault(answer, answer.fault().message, 60001, "0")


@case
def every_fault_has_a_guid_of_its_own_that_the_log_knows(server):
    guids = [server.insert(CaseID="1").fault().members["ErrorGuid"] for _ in range(2)]
    true(guids[0] != guids[1], f"the same ErrorGuid twice: {guids[0]}")
    for guid in guids:
        server.logged(guid)


@case
def every_answer_has_a_request_id_that_the_log_knows(server):
    answer = server.post(test_envelope(), ACTION_TEST)
    server.logged("req=" + answer.headers["X-Request-Id"])


@case
def no_answer_names_the_engine(server):
    for answer in (server.post(test_envelope(), ACTION_TEST), server.post("<x", ACTION_TEST)):
        said = (str(answer.headers) + answer.body.decode()).lower()
        for name in ("gsoap", "microhttpd", "libxml", "postgres"):
            true(name not in said, f"{name} in {said}")


# ---------------------------------------------------------------- HTTP


@case_table({
    "quoted": (f'"{ACTION_INSERT}"',),
    "unquoted": (ACTION_INSERT,),
    "empty": ("",),
    "empty quoted": ('""',),
    "missing": (None,),
})
def soap_action_is_taken(server, action):
    headers = {**soap_headers(None), **({} if action is None else {"SOAPAction": action})}
    server.post(insert_envelope(), headers=headers).accepted()


@case_table({
    "Test": (ACTION_TEST,),
    "history": (ACTION_HISTORY,),
    "an operation of the WSDL": (ACTION_BASIC + "InsertCorrespondenceBasic",),
})
def soap_action_of_another_operation_is_refused(server, action):
    before = stored(server)
    answer = server.post(insert_envelope(), action)
    equal((answer.status, answer.fault().code), (500, "Client"))
    equal(stored(server), before, "rows")


@case_table({
    "SOAP 1.1": ("text/xml; charset=utf-8",),
    "without charset": ("text/xml",),
    "charset quoted and in capitals": ('text/xml;charset="UTF-8"',),
    "SOAP 1.2": ("application/soap+xml; charset=utf-8",),
    "SOAP 1.2 with action": (f'application/soap+xml; charset=utf-8; action="{ACTION_INSERT}"',),
})
def media_type_is_taken(server, content_type):
    answer = server.post(insert_envelope(), headers=soap_headers(None, content_type))
    answer.accepted()
    equal(answer.headers["Content-Type"], "text/xml; charset=utf-8", "Content-Type")


@case
def action_of_the_media_type_that_names_another_operation_is_refused(server):
    content_type = f'application/soap+xml; charset=utf-8; action="{ACTION_TEST}"'
    answer = server.post(insert_envelope(), headers=soap_headers(None, content_type))
    equal((answer.status, answer.fault().code), (500, "Client"))


@case_table({
    "JSON": ("application/json",),
    "plain text": ("text/plain; charset=utf-8",),
    "form": ("application/x-www-form-urlencoded",),
    "a longer name": ("text/xml2",),
})
def other_media_type_is_415(server, content_type):
    before = stored(server)
    answer = server.post(insert_envelope(), headers=soap_headers(ACTION_INSERT, content_type))
    equal(answer.status, 415, "HTTP status")
    equal(stored(server), before, "rows")


@case_table({
    "root": ("/",),
    "service of another name": ("/ServiceEngineExternal/Other.svc",),
    "endpoint that is not built": ("/ServiceEngineExternal/CorrespondenceAgencyExternalAEC.svc?wsdl",),
    "below the service": (BASIC + "/x",),
    "metrics on the main listener": ("/metrics",),
})
def path_is_unknown(server, path):
    equal(server.get(path).status, 404, "status of GET")
    equal(server.request("POST", path, test_envelope(), soap_headers(ACTION_TEST)).status, 404,
          "status of POST")


@case_table({"GET": ("GET",), "PUT": ("PUT",), "DELETE": ("DELETE",)})
def method_is_not_for_the_service(server, method):
    answer = server.request(method, BASIC)
    equal(answer.status, 405, "HTTP status")
    contains(answer.headers["Allow"] or "", "POST", "Allow")


@case
def query_of_a_post_is_ignored(server):
    answer = server.request("POST", BASIC + "?a=b&wsdl", test_envelope(),
                            soap_headers(ACTION_TEST))
    answer_is(answer, "test.answer.xml")


@case
def connection_serves_many_requests(server):
    connection = server.connect()
    for _ in range(3):
        answer_is(exchange(connection, "POST", BASIC, test_envelope(), soap_headers(ACTION_TEST)),
                  "test.answer.xml")
    connection.close()


@case
def https_answers_the_same(server):
    reference = unique("tls")
    answer = server.post(insert_envelope(ExternalShipmentReference=reference), ACTION_INSERT,
                         tls=True)
    answer_is(answer, "insert-receipt.answer.xml", status="OK", text=SAVED, reference=reference)


@case
def chunked_body_is_taken(server):
    reference = unique("chunked")
    data = bytes(range(256)) * 200
    body = insert_envelope(ExternalShipmentReference=reference,
                           Attachments=attachments(attachment(data))).encode()
    pieces = (body[i:i + 999] for i in range(0, len(body), 999))
    server.post(pieces, ACTION_INSERT).accepted()
    equal(server.content_hashes(reference), [sha256(data)], "content")


def raw_head(length, version="1.1", extra=()):
    lines = [f"POST {BASIC} HTTP/{version}", "Host: 127.0.0.1",
             "Content-Type: text/xml; charset=utf-8", f'SOAPAction: "{ACTION_TEST}"',
             *([] if length is None else [f"Content-Length: {length}"]), *extra]
    return "\r\n".join(lines + ["", ""]).encode()


def read_response(sock):
    response = http.client.HTTPResponse(sock)
    response.begin()
    return response, response.read()


@case
def expect_100_continue_is_answered_before_the_body(server):
    body = test_envelope().encode()
    with open_socket(server.url) as sock:
        sock.sendall(raw_head(len(body), extra=["Expect: 100-continue"]))
        equal(sock.recv(4096).split(b"\r\n")[0], b"HTTP/1.1 100 Continue", "first answer")
        sock.sendall(body)
        response, _ = read_response(sock)
    equal(response.status, 200, "HTTP status")


@case
def http_1_0_is_answered_and_closed(server):
    body = test_envelope().encode()
    with open_socket(server.url) as sock:
        sock.sendall(raw_head(len(body), version="1.0") + body)
        response, answer = read_response(sock)
        equal(response.status, 200, "HTTP status")
        equal(response.getheader("Transfer-Encoding"), None, "Transfer-Encoding")
        true(answer.rstrip().endswith(b">"), "the answer is cut")
        equal(sock.recv(1), b"", "bytes after the answer")


@case_table({
    "length and chunked": (["Content-Length: 5", "Transfer-Encoding: chunked"],),
    "two lengths": (["Content-Length: 5", "Content-Length: 6"],),
    "two equal lengths": (["Content-Length: 5", "Content-Length: 5"],),
    "transfer coding that is not chunked": (["Transfer-Encoding: gzip, chunked"],),
    "negative length": (["Content-Length: -5"],),
})
def ambiguous_length_is_refused_and_closed(server, extra):
    with open_socket(server.url) as sock:
        sock.sendall(raw_head(None, extra=extra) + b"0\r\n\r\n")
        response, _ = read_response(sock)
        true(response.status in (400, 411, 413, 501), f"HTTP status {response.status}")
        equal(sock.recv(1), b"", "bytes after the answer")


def request_head(method, *headers):
    return "\r\n".join([f"{method} {BASIC} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode()


@case_table({
    "405": (405, request_head("GET")),
    "411": (411, request_head("POST", "Content-Type: text/xml")),
    "413": (413, raw_head(MAX_BODY + 1)),
    "415": (415, request_head("POST", "Content-Type: text/plain", "Content-Length: 0")),
    "431 for one long header": (431, request_head("GET", "X: " + "y" * 20 * KIB)),
    "431 for many headers": (431, request_head("GET", *[f"X-{i}: y" for i in range(200)])),
    "400": (400, request_head("POST", "Content-Length: 5", "Content-Length: 6")),
})
def refusal_closes_the_connection(server, status, request):
    with open_socket(server.url) as sock:
        sock.sendall(request)
        response, _ = read_response(sock)
        equal(response.status, status, "HTTP status")
        equal(response.getheader("Connection", "").lower(), "close", "Connection")
        equal(sock.recv(1), b"", "bytes after the answer")


@case
def announced_body_over_the_limit_is_413_at_once(server):
    with open_socket(server.url) as sock:
        sock.sendall(raw_head(MAX_BODY + 1, extra=["Expect: 100-continue"]))
        response, _ = read_response(sock)
        equal(response.status, 413, "HTTP status")
        equal(response.getheader("Connection", "").lower(), "close", "Connection")


@case
def chunked_body_over_the_limit_is_413(server):
    before = stored(server)
    pieces = (b" " * 64 * KIB for _ in range(MAX_BODY // (64 * KIB) + 1))  # the last is too much
    connection = server.connect()
    answer = exchange(connection, "POST", BASIC, pieces, soap_headers(ACTION_INSERT))
    connection.close()
    equal(answer.status, 413, "HTTP status")
    equal(stored(server), before, "rows")


# ---------------------------------------------------------------- the served WSDL


def addresses(wsdl):
    return [address.get("location") for address in wsdl.iterfind(".//soap:address", WSDL)]


@case
def wsdl_names_the_address_the_caller_used(server):
    equal(addresses(server.get(BASIC + "?wsdl").tree), [server.url + BASIC], "address")
    over_tls = server.request("GET", BASIC + "?wsdl", tls=True)
    equal(addresses(over_tls.tree), [server.tls_url + BASIC], "address over TLS")
    named = server.get(BASIC + "?wsdl", Host="dpv.example:8080")
    equal(addresses(named.tree), ["http://dpv.example:8080" + BASIC], "address of a named host")


@case
def host_header_cannot_break_the_wsdl(server):
    answer = server.get(BASIC + "?wsdl", Host='x"/><evil a="')
    if answer.status == 200:
        equal(list(answer.tree.iter("{*}evil")), [], "injected elements")
    else:
        equal(answer.status, 400, "HTTP status")


@case
def single_wsdl_imports_nothing(server):
    answer = server.get(BASIC + "?singleWsdl")
    contains(answer.headers["Content-Type"], "text/xml", "Content-Type")
    fetched = [node.get("schemaLocation") for node in answer.tree.iterfind(".//xsd:import", WSDL)
               if node.get("schemaLocation")]
    equal(fetched + list(answer.tree.iterfind(".//wsdl:import", WSDL)), [], "imports")


@case
def wsdl_and_all_it_imports_are_served(server):
    seen, waiting = set(), [server.url + BASIC + "?wsdl"]
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        parts = urllib.parse.urlsplit(url)
        answer = server.get(f"{parts.path}?{parts.query}")
        equal(answer.status, 200, f"HTTP status of {url}")
        waiting += [urllib.parse.urljoin(url, place) for node in answer.tree.iter("{*}import")
                    for place in [node.get("schemaLocation") or node.get("location")] if place]
    true(len(seen) > 5, f"only {len(seen)} documents")


@case_table({"no such schema": ("?xsd=nothing.xsd",), "a path": ("?xsd=../../etc/passwd",)})
def schema_is_unknown(server, query):
    equal(server.get(BASIC + query).status, 404, "HTTP status")


@case
def served_wsdl_is_the_reference_contract(server):
    tool = ROOT.parent / "shared" / "contract" / "contract-diff"
    if not tool.exists() or not REFERENCE_BASIC.exists():
        raise Skip("the reference contract is not beside this repository")
    served = server.folder / "served.wsdl"
    served.write_bytes(server.get(BASIC + "?singleWsdl").body)
    done = subprocess.run([tool, "--allow-additions", REFERENCE_BASIC, served],
                          capture_output=True, text=True, check=False)
    equal(done.returncode, 0, f"contract-diff says {done.stdout}{done.stderr}")


# ---------------------------------------------------------------- SOAP


@case
def soap_1_2_envelope_is_a_version_mismatch(server):
    before = stored(server)
    body = insert_envelope().replace(NAMESPACES["s"], NAMESPACES["s12"])
    answer = server.post(body, headers=soap_headers(None, "application/soap+xml; charset=utf-8"))
    equal(answer.status, 500, "HTTP status")
    codes = answer.texts("faultcode") + answer.texts("s12:Code/s12:Value")
    equal([code.rpartition(":")[2] for code in codes], ["VersionMismatch"], "fault codes")
    equal(stored(server), before, "rows")


def with_header(body, header):
    return body.replace("<s:Body>", f"<s:Header>{header}</s:Header><s:Body>")


@case
def header_that_must_be_understood_is_a_must_understand_fault(server):
    before = stored(server)
    header = '<x:Route xmlns:x="urn:x" s:mustUnderstand="1">here</x:Route>'
    answer = server.post(with_header(insert_envelope(), header), ACTION_INSERT)
    equal((answer.status, answer.fault().code), (500, "MustUnderstand"))
    equal(stored(server), before, "rows")


@case_table({
    "unknown": ('<x:Route xmlns:x="urn:x">here</x:Route>',),
    "with mustUnderstand 0": ('<x:Route xmlns:x="urn:x" s:mustUnderstand="0">here</x:Route>',),
    "for another actor":
        ('<x:Route xmlns:x="urn:x" s:mustUnderstand="1" s:actor="urn:other">here</x:Route>',),
})
def header_is_ignored(server, header):
    server.post(with_header(insert_envelope(), header), ACTION_INSERT).accepted()


@case
def credentials_marked_must_understand_are_understood(server):
    body = history_envelope([]).replace(
        "<w0910:SystemUserName>", '<w0910:SystemUserName s:mustUnderstand="1">').replace(
        "<w0910:SystemPassword>", '<w0910:SystemPassword s:mustUnderstand="1">')
    answer_is(server.post(body, ACTION_HISTORY), "history-empty.answer.xml")


@case
def details_by_soap_headers_are_not_authenticated(server):
    body = details_envelope(user=None, password=None)
    header = (member("w0910", "SystemUserName", "demo")
              + member("w0910", "SystemPassword", "demo-password"))
    answer = server.post(with_header(body, header), ACTION_DETAILS)
    equal(answer.fault().error_id, 989, "ErrorID")


@case
def addressing_headers_are_ignored(server):
    answer = server.post((DATA / "insert-cxf-addressed.xml").read_bytes(), ACTION_INSERT)
    answer_is(answer, "insert-receipt.answer.xml", status="OK", text=SAVED, reference="cxf-1")
    equal(answer.headers["Content-Type"], "text/xml; charset=utf-8", "Content-Type")


@case_table({
    "operation is unknown": ("<w0910:Nothing/>",),
    "operation is in another namespace": ("<w0910:Test/>",),
    "body is empty": ("",),
})
def body_holds_no_operation(server, body):
    answer = server.post(envelope(body))
    equal((answer.status, answer.fault().code), (500, "Client"))


# ---------------------------------------------------------------- XML that is refused


def broken_title(data):
    return insert_envelope(MessageTitle="@").encode().replace(b"@", data)


DOCTYPE = b'<!DOCTYPE s:Envelope [<!ENTITY a "b">]>'


@case_table({
    "bad UTF-8": (broken_title(b"\xc3\x28"),),
    "overlong UTF-8": (broken_title(b"\xc0\xaf"),),
    "UTF-8 of a surrogate": (broken_title(b"\xed\xa0\x80"),),
    "ISO-8859-1 that says UTF-8": (broken_title("æøå".encode("latin-1")),),
    "character 0": (broken_title(b"&#0;"),),
    "control character": (broken_title(b"&#1;"),),
    "unknown entity": (broken_title(b"&auml;"),),
    "lone ampersand": (broken_title(b"& "),),
    "cut off": (insert_envelope().encode()[:-40],),
    "text after the end": (insert_envelope().encode() + b"x",),
    "second document": (insert_envelope().encode() * 2,),
    "wrong end tag": (broken_title(b"<a></b>"),),
    "prefix that is not declared": (broken_title(b"<unknown:a/>"),),
    "attribute twice": (broken_title(b'<a b="1" b="2"/>'),),
    "DOCTYPE in the middle": (broken_title(DOCTYPE),),
    "100 levels": (broken_title(b"<a>" * 100 + b"</a>" * 100),),
    "1000 attributes": (broken_title(
        b"<a " + b" ".join(b'b%d="1"' % i for i in range(1000)) + b"/>"),),
    "tag of 100 KB": (broken_title(b'<a b="' + b"x" * 100 * KIB + b'"/>'),),
    "comment of 100 KB": (broken_title(b"<!--" + b"x" * 100 * KIB + b"-->"),),
    "title of 100 KB": (broken_title(b"x" * 100 * KIB),),
})
def broken_soap_is_a_fault_without_altinn_fault(server, body):
    equal(refused_without_altinn_fault(server, body), 500, "HTTP status")


@case_table({
    "first": (DOCTYPE + insert_envelope().encode(),),
    "after the declaration": (b'<?xml version="1.0"?>' + DOCTYPE + insert_envelope().encode(),),
    "after a comment": (b"<!-- x -->" + DOCTYPE + insert_envelope().encode(),),
    "in UTF-16": (("\ufeff" + DOCTYPE.decode() + insert_envelope()).encode("utf-16-le"),),
})
def doctype_is_refused(server, body):
    status = refused_without_altinn_fault(server, body)
    true(status in (400, 500), f"HTTP status {status}")


def refused_without_altinn_fault(server, body):
    """Nothing is stored and the log has a line; the HTTP status."""
    before = stored(server)
    answer = server.post(body, ACTION_INSERT)
    fault = answer.fault()
    equal((fault.code, fault.members), ("Client", None), "fault")
    equal(stored(server), before, "rows")
    server.logged("req=" + answer.headers["X-Request-Id"])
    return answer.status


@case_table({
    "empty": (b"",),
    "a word": (b"hello",),
    "JSON": (b'{"Test": {}}',),
    "zero bytes": (bytes(100),),
    "a page": (b"<html><body>Test</body></html>",),
})
def body_that_is_no_soap_is_400(server, body):
    answer = server.post(body, ACTION_TEST)
    equal(answer.status, 400, "HTTP status")


@case_table({
    "media type": (b"", "text/xml; charset=iso-8859-1"),
    "declaration": (b'<?xml version="1.0" encoding="iso-8859-1"?>', "text/xml"),
})
def encoding_that_is_no_unicode_is_refused_from_the(server, declaration, content_type):
    before = stored(server)
    answer = server.post(declaration + insert_envelope(MessageTitle="Blåbær").encode("latin-1"),
                         headers=soap_headers(ACTION_INSERT, content_type))
    true(answer.status in (400, 415, 500), f"HTTP status {answer.status}")
    equal(stored(server), before, "rows")


# ---------------------------------------------------------------- XML that breaks the contract


def order(**values):
    """The value of Notifications with one order."""
    names = ("FromAddress ShipmentDateTime LanguageCode NotificationType TextTokens "
             "ReceiverEndPoints").split()
    values = {"LanguageCode": "1044", "NotificationType": "VarselDPVUtenRevarsel", **values}
    return Xml(member("not", "Notification",
                      Xml("".join(member("not", name, values.get(name)) for name in names))))


def end_point(transport):
    return Xml(member("not", "ReceiverEndPoint", Xml(member("not", "TransportType", transport))))


def token(number):
    return Xml(member("not", "TextToken", Xml(member("not", "TokenNum", number)
                                              + member("not", "TokenValue", "x"))))


@case_table({
    "unknown enum value": ("DestinationType", {
        "Attachments": attachments(attachment(DestinationType="Everyone"))}),
    "enum value in other letters": ("FunctionType", {
        "Attachments": attachments(attachment(FunctionType="invoice"))}),
    "empty enum": ("DestinationType", {
        "Attachments": attachments(attachment(DestinationType=""))}),
    "unknown transport": ("TransportType", {
        "Notifications": order(ReceiverEndPoints=end_point("Pigeon"))}),
    "boolean": ("Encrypted", {"Attachments": attachments(attachment(Encrypted="maybe"))}),
    "empty boolean": ("AllowForwarding", {"AllowForwarding": ""}),
    "letters in an int": ("CaseID", {"CaseID": "abc"}),
    "int of 33 bits": ("CaseID", {"CaseID": "4294967296"}),
    "fraction in an int": ("TokenNum", {"Notifications": order(TextTokens=token("1.5"))}),
    "no dateTime": ("VisibleDateTime", {"VisibleDateTime": "tomorrow"}),
    "empty dateTime": ("DueDateTime", {"DueDateTime": ""}),
    "a day that is not": ("VisibleDateTime", {"VisibleDateTime": "2030-02-30T12:00:00"}),
    "month 13": ("AllowSystemDeleteDateTime", {"AllowSystemDeleteDateTime": "2030-13-01"}),
    "Norwegian date": ("ShipmentDateTime", {"Notifications": order(ShipmentDateTime="1.7.2030")}),
    "base64 with a foreign letter": ("Data", {
        "Attachments": attachments(attachment(Data="JVBERi0x!A=="))}),
    "base64 cut off": ("Data", {"Attachments": attachments(attachment(Data="JVBERi0xL"))}),
    "base64 with an early end": ("Data", {
        "Attachments": attachments(attachment(Data="JVBE==Ri0x"))}),
})
def insert_that_breaks_the_contract_is_told_the_element(server, element, values):
    before = stored(server)
    answer = server.insert(**values)
    contract_fault(answer, element)
    equal(stored(server), before, "rows")


@case_table({
    "letters in an int": ("ServiceEditionCode", "ten"),
    "empty int": ("ServiceEditionCode", ""),
    "unknown enum value": ("CurrentStatus", "Opened"),
    "recipient's status": ("CurrentStatus", "Archived"),
    "no boolean": ("NotificationSent", "yes"),
    "no dateTime": ("CreatedAfterDate", "yesterday"),
    "empty dateTime": ("CreatedBeforeDate", ""),
})
def filter_that_breaks_the_contract_is_told_the_element(server, element, value):
    contract_fault(server.details(**{element: value}), element)


def contract_fault(answer, element):
    equal(answer.status, 500, "HTTP status")
    fault = answer.fault()
    equal((fault.code, fault.error_id), ("Client", 0), f"fault {fault.message!r}")
    contains(fault.message, element, "AltinnErrorMessage")
    true("non-functional error" not in fault.message, "clients would try again")


# ---------------------------------------------------------------- XML that is read leniently


@case_table({
    "bare date": ("2030-07-01", "2030-06-30 22:00:00"),
    "no offset in summer": ("2030-07-01T12:00:00", "2030-07-01 10:00:00"),
    "no offset in winter": ("2030-01-01T12:00:00", "2030-01-01 11:00:00"),
    "Z": ("2030-07-01T12:00:00Z", "2030-07-01 12:00:00"),
    "offset": ("2030-07-01T12:00:00-05:30", "2030-07-01 17:30:00"),
    "7 digits of fraction": ("2030-07-01T12:00:00.1234567Z", "2030-07-01 12:00:00.123456"),
    "1 digit of fraction": ("2030-07-01T12:00:00.5+02:00", "2030-07-01 10:00:00.5"),
    "white space around": ("\n 2030-07-01T12:00:00Z ", "2030-07-01 12:00:00"),
})
def visible_date_is_read(server, text, expected):
    reference = unique("date")
    server.insert(ExternalShipmentReference=reference, VisibleDateTime=text).accepted()
    equal(server.message(reference, "visible AT TIME ZONE 'UTC'"), [expected], "visible")


@case
def date_of_year_1_is_not_given(server):
    reference = unique("date")
    unset = "0001-01-01T00:00:00"
    server.insert(ExternalShipmentReference=reference, VisibleDateTime=unset,
                  DueDateTime=unset).accepted()
    equal(server.message(reference, "visible = created, due IS NULL"), ["t", "t"], "dates")


@case
def nil_members_are_absent_members(server):
    reference = unique("nil")
    nothing = dict.fromkeys((
        "MessageSummary Attachments CustomMessageData AllowSystemDeleteDateTime ArchiveReference "
        "ReplyOptions Notifications AllowForwarding CaseID MessageSender IsReservable SdpOptions "
        "OnBehalfOfOrgNr").split(), NIL)
    first = server.insert(ExternalShipmentReference=reference, **nothing).accepted()
    again = server.insert(ExternalShipmentReference=reference).accepted()
    equal(again, first, "receipt of the request without them")


@case
def nil_items_of_lists_are_skipped(server):
    nil = Xml('<rel1010:BinaryAttachmentV2 i:nil="true"/>')
    reference = unique("nil-item")
    server.insert(ExternalShipmentReference=reference,
                  Attachments=attachments(nil, attachment(b"one"), nil)).accepted()
    equal(server.content_hashes(reference), [sha256(b"one")], "attachments")


@case
def wcf_request_is_taken_byte_for_byte(server):
    answer = server.post((DATA / "insert-wcf.xml").read_bytes(), ACTION_INSERT)
    answer_is(answer, "insert-receipt.answer.xml", status="OK", text=SAVED, reference="wcf-1")
    equal(server.message("wcf-1", "title"), ["Innkalling til møte på Ås"], "title")
    equal(server.content_hashes("wcf-1"), [sha256("Møte på Ås".encode())], "content")


@case
def full_request_is_kept_as_given(server):
    answer = server.post((DATA / "insert-full.xml").read_bytes(), ACTION_INSERT)
    answer_is(answer, "insert-receipt.answer.xml", status="OK", text=SAVED, reference="full-1")
    row = server.message(
        "full-1", "service_edition, language_code, title, summary, body, custom_data, "
        "actual_number, display_sender, archive_reference, allow_forwarding, is_reservable, "
        "visible AT TIME ZONE 'UTC', due AT TIME ZONE 'UTC', "
        "allow_system_delete AT TIME ZONE 'UTC'")
    equal(row, [
        "1", "2068", "Løyve til påbygg på Øvre Årdal", "Kommunen har handsama søknaden.",
        "<h1>Løyve</h1><p>Søknaden er <b>innvilga</b> & vedtaket ligg ved.</p>",
        '<Add key="sak" value="24/418"/>', ON_BEHALF_NUMBER,
        "Plan- og bygningsetaten", "AR4711902", "f", "t", "2030-07-01 08:00:00.123456",
        "2030-12-24 12:00:00", "2030-12-31 23:00:00"], "message")
    plan = sha256(bytes(range(10)))
    equal(server.content_hashes("full-1"), [sha256(b"Gebyr: 4 000 kr\n"), plan, plan], "contents")


@case_table({
    "xsi:type": ("<c1010:LanguageCode", "<c1010:LanguageCode "
                 'xmlns:x="http://www.w3.org/2001/XMLSchema" i:type="x:string"'),
    "unknown member": ("<c1010:Reportee>",
                       "<c1010:Later><c1010:Deep>x</c1010:Deep></c1010:Later><c1010:Reportee>"),
    "unknown member of another namespace": ("<c1010:Reportee>",
                                            '<x xmlns="urn:x" y="z">1</x><c1010:Reportee>'),
    "comment between members": ("<c1010:Reportee>", "<!-- to whom --><c1010:Reportee>"),
    "comment in a text": ("<c1010:Reportee>91", "<c1010:Reportee>9<!-- -->1"),
    "CDATA in a text": ("<c1010:Reportee>910820605", "<c1010:Reportee><![CDATA[91082]]>0605"),
    "character references": ("<c1010:Reportee>910", "<c1010:Reportee>&#57;&#x31;0"),
    "white space between members": ("<c1010:Reportee>", "\r\n\t <c1010:Reportee>"),
    "unknown attribute": ("<c1010:Reportee>", '<c1010:Reportee a="b" i:nil="false">'),
})
def request_is_read_leniently(server, old, new):
    body = insert_envelope()
    contains(body, old, "request")
    server.post(body.replace(old, new), ACTION_INSERT).accepted()


@case
def late_member_is_read(server):
    reference = unique("late")
    body = insert_envelope(ExternalShipmentReference=reference)
    body = body.replace(member("c1010", "ServiceEdition", "10"), "").replace(
        "</w0910:Correspondence>",
        member("c1010", "ServiceEdition", "3") + "</w0910:Correspondence>")
    server.post(body, ACTION_INSERT).accepted()
    equal(server.message(reference, "service_edition"), ["3"], "edition")


@case_table({
    "characters of markup": ("A & B < C > D \" '",),
    "beyond the basic plane": ("Post \U0001f4ee til Øystre Slidre €",),
})
def title_is_kept(server, title):
    reference = unique("title")
    server.insert(ExternalShipmentReference=reference, MessageTitle=title).accepted()
    equal(server.message(reference, "title"), [title], "title")


@case_table({
    "UTF-8 with BOM": ("utf-8-sig", "text/xml; charset=utf-8"),
    "UTF-16 big-endian with BOM": ("bom-be", "text/xml; charset=utf-16"),
    "UTF-16 little-endian with BOM": ("bom-le", "text/xml"),
    "UTF-16LE by media type": ("utf-16-le", "text/xml; charset=utf-16le"),
    "UTF-16BE by media type": ("utf-16-be", "text/xml; charset=utf-16be"),
})
def encoding_is_read(server, encoding, content_type):
    reference = unique("encoding")
    text = insert_envelope(ExternalShipmentReference=reference, MessageTitle="Blåbær på Ærø")
    if encoding.startswith("bom-"):
        body = ("\ufeff" + text).encode("utf-16-" + encoding[4:])
    else:
        body = text.encode(encoding)
    server.post(body, headers=soap_headers(ACTION_INSERT, content_type)).accepted()
    equal(server.message(reference, "title"), ["Blåbær på Ærø"], "title")


def lines(data, end):
    text = base64.b64encode(data).decode()
    return Xml(end.join(text[i:i + 76] for i in range(0, len(text), 76)) + end)


@case_table({"LF": ("\n",), "CR LF": ("\r\n",), "CR as reference": ("&#13;\n",),
             "blanks and tabs": (" \t",)})
def base64_in_lines_is_decoded(server, end):
    reference = unique("base64")
    data = bytes(range(256)) * 17
    server.insert(ExternalShipmentReference=reference,
                  Attachments=attachments(attachment(Data=lines(data, end)))).accepted()
    equal(server.content_hashes(reference), [sha256(data)], "content")


@case_table({"0 over": (0,), "1 over": (1,), "2 over": (2,)})
def base64_of_every_ending_is_decoded(server, over):
    reference = unique("ending")
    data = b"abc" * 700 + b"xyz"[:over]
    server.insert(ExternalShipmentReference=reference,
                  Attachments=attachments(attachment(data))).accepted()
    equal(server.content_hashes(reference), [sha256(data)], "content")


# ---------------------------------------------------------------- sizes of attachments


@case_table({f"{size} bytes": (size,)
             for size in (1, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 12345)})
def attachment_is_kept_whole(server, size):
    reference = unique("size")
    data = random.Random(size).randbytes(size)
    server.insert(ExternalShipmentReference=reference,
                  Attachments=attachments(attachment(b"before"), attachment(data),
                                          attachment(b"after"))).accepted()
    equal(server.content_hashes(reference), [sha256(b"before"), sha256(data), sha256(b"after")],
          "contents")


def refused(server, reference, **values):
    """The message leaves a receipt and nothing else; its text."""
    before = stored(server)
    answer = server.insert(ExternalShipmentReference=reference, **values)
    receipt = answer.receipt()
    answer_is(answer, "insert-receipt.answer.xml", status="ValidationFailed",
              text=receipt["ReceiptText"], reference=reference)
    equal(stored(server), [before[0], before[1], before[2] + 1], "rows")
    return receipt["ReceiptText"]


@case
def hundred_attachments_are_taken_and_one_more_is_refused(server):
    items = [attachment(b"%d" % i) for i in range(101)]
    reference = unique("hundred")
    server.insert(ExternalShipmentReference=reference,
                  Attachments=attachments(*items[:100])).accepted()
    equal(server.content_hashes(reference), [sha256(b"%d" % i) for i in range(100)], "contents")
    refused(server, unique("hundred-one"), Attachments=attachments(*items))


@case
def attachments_up_to_the_limit_are_taken_and_a_byte_more_is_refused(server):
    half = bytes(MAX_ATTACHMENT_BYTES // 2)
    reference = unique("large")
    server.insert(ExternalShipmentReference=reference,
                  Attachments=attachments(attachment(half), attachment(half))).accepted()
    equal(server.content_hashes(reference), [sha256(half)] * 2, "contents")
    refused(server, unique("larger"),
            Attachments=attachments(attachment(half), attachment(half + b"x")))


@case
def refused_attachments_leave_the_connection_in_use(server):
    body = insert_envelope(Attachments=attachments(attachment(bytes(MAX_ATTACHMENT_BYTES + 1))))
    connection = server.connect()
    equal(exchange(connection, "POST", BASIC, body, soap_headers(ACTION_INSERT)).receipt()
          ["ReceiptStatusCode"], "ValidationFailed", "status")
    answer_is(exchange(connection, "POST", BASIC, test_envelope(), soap_headers(ACTION_TEST)),
              "test.answer.xml")
    connection.close()


if __name__ == "__main__":
    main(max_body=MAX_BODY, max_attachment_bytes=MAX_ATTACHMENT_BYTES)
