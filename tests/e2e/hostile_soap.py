"""Hostile envelopes, headers of WS-Security and WS-Addressing, and media types."""

import functools
import gzip

from external_calls import (
    ACTION_TEST, EXTERNAL, NAMES, addressing, anonymous, block, envelope as addressed, insert_body,
    security, soap_type, timestamp, token)
from hostile import request, trap_url
from hostile_xml import MIB, TWELVE
from support import (
    ACTION_HISTORY, ACTION_INSERT, BASIC, NAMESPACES, Xml, attachment, attachments,
    envelope, history_envelope, insert_envelope, member)

SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"
XOP = "http://www.w3.org/2004/08/xop/include"


def basic(text, headers=(), media="text/xml; charset=utf-8"):
    return request(BASIC, text, media, headers=headers)


def insert(**values):
    return insert_envelope(ExternalShipmentReference="hostile", **values)


def operation(text):
    """What stands in the Body."""
    return text.partition("<s:Body>")[2].partition("</s:Body>")[0]


def replaced(old, new):
    def make():
        text = insert()
        assert old in text, old
        return basic(text.replace(old, new))
    return make


def with_data(content):
    return lambda: basic(insert(Attachments=attachments(attachment(Data=Xml(content)))))


def credentials(prefix="w0910"):
    return (member(prefix, "systemUserName", "demo")
            + member(prefix, "systemPassword", "demo-password"))


def include(href):
    return f'<x:Include xmlns:x="{XOP}" href="{href}"/>'


# ---------------------------------------------------------------- envelopes, all refused

SOAP = {
    "two operations": lambda: basic(envelope(operation(insert()) * 2)),
    "an operation and a Test": lambda: basic(envelope("<base:Test/>" + operation(insert()))),
    "a Test and an operation": lambda: basic(envelope(operation(insert()) + "<base:Test/>")),
    "two bodies": replaced("</s:Body>", "</s:Body><s:Body/>"),
    "an empty body first": replaced("<s:Body>", "<s:Body/><s:Body>"),
    "a body in the body": lambda: basic(envelope("<s:Body>" + operation(insert()) + "</s:Body>")),
    "an envelope in the body": lambda: basic(envelope(insert())),
    "an operation in the header": lambda: basic(envelope("", operation(insert()))),
    "an operation behind the body": lambda: basic(envelope("").replace(
        "</s:Body>", "</s:Body>" + operation(insert()))),
    "an operation beside the body": lambda: basic(envelope("").replace(
        "<s:Body>", operation(insert()) + "<s:Body>")),
    "a header behind the body": replaced("</s:Body>", "</s:Body><s:Header/>"),
    "two headers": replaced("<s:Body>", "<s:Header/><s:Header/><s:Body>"),
    "no body": lambda: basic(envelope("").replace("<s:Body></s:Body>", "")),
    "no envelope": lambda: basic(operation(insert())),
    "a fault as request": lambda: basic(envelope(
        "<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring></s:Fault>")),
    "an answer as request": lambda: basic(envelope("<w0910:InsertCorrespondenceBasicV2Response/>")),
    "an envelope of SOAP 1.2": lambda: basic(insert().replace(NAMESPACES["s"], NAMES["s"])),
    "an envelope of no SOAP": lambda: basic(insert().replace(NAMESPACES["s"], "urn:soap")),
    "an envelope without namespace": lambda: basic(
        insert().replace("<s:", "<").replace("</s:", "</")),
    "a body of SOAP 1.2": replaced("<s:Body>", f'<s:Body xmlns:s="{NAMES["s"]}">'),
    "an operation of another namespace": replaced(
        "<w0910:InsertCorrespondenceBasicV2>",
        '<w0910:InsertCorrespondenceBasicV2 xmlns:w0910="urn:x">'),
    "an operation in capitals": lambda: basic(
        insert().replace("InsertCorrespondenceBasicV2", "INSERTCORRESPONDENCEBASICV2")),
    "a header to be understood": lambda: basic(insert().replace(
        "<s:Body>", '<s:Header><x xmlns="urn:x" s:mustUnderstand="1"/></s:Header><s:Body>')),
    "one header to be understood behind ten": lambda: basic(insert().replace(
        "<s:Body>", "<s:Header>" + "<y/>" * 10
        + '<x xmlns="urn:x" s:mustUnderstand="1"/></s:Header><s:Body>')),
    "10,000 headers": lambda: basic(insert().replace(
        "<s:Body>", "<s:Header>" + "<y/>" * 10_000 + "</s:Header><s:Body>")),
    "the action of another operation": lambda: basic(
        insert(), [f'SOAPAction: "{ACTION_HISTORY}"']),
    "the action of a query": lambda: basic(insert(), [f'SOAPAction: "{ACTION_TEST}"']),
    "an insert called a Test": lambda: basic(insert(), [f"SOAPAction: {ACTION_TEST}"]),
    "a Test called an insert": lambda: basic(
        envelope("<base:Test/>"), [f'SOAPAction: "{ACTION_INSERT}"']),
    "two actions": lambda: basic(
        insert(), [f'SOAPAction: "{ACTION_INSERT}"', f'SOAPAction: "{ACTION_TEST}"']),
    "100,001 references": lambda: basic(history_envelope(["x"]).replace(
        "<arr:string>x</arr:string>", "<arr:string>x</arr:string>" * 100_001)),
    "a million references": lambda: basic(history_envelope(["x"]).replace(
        "<arr:string>x</arr:string>", "<arr:string/>" * 1_000_000)),
    "credentials in the header": lambda: basic(insert(systemUserName=None, systemPassword=None)
                                               .replace("<s:Body>", "<s:Header>" + credentials()
                                                        + "</s:Header><s:Body>")),
    "password in the header": lambda: basic(insert(systemPassword=None).replace(
        "<s:Body>", "<s:Header>" + member("w0910", "SystemPassword", "demo-password")
        + "</s:Header><s:Body>")),
    "credentials of a query in its body": lambda: basic(history_envelope(["x"], None, None).replace(
        "<w0910:CorrespondenceSendersReferences>",
        credentials() + "<w0910:CorrespondenceSendersReferences>")),
    "nil credentials": replaced("<w0910:systemPassword>demo-password</w0910:systemPassword>",
                                '<w0910:systemPassword i:nil="true"/>'),
    "a nil operation": lambda: basic(envelope(
        '<w0910:InsertCorrespondenceBasicV2 i:nil="true"/>')),
    "an empty operation": lambda: basic(envelope("<w0910:InsertCorrespondenceBasicV2/>")),
    "references to other elements": lambda: basic(envelope(
        '<w0910:InsertCorrespondenceBasicV2 href="#a"/>')),
    "a graph of references": lambda: basic(insert(MessageTitle=Xml(
        "".join(f'<x id="a{i}" href="#a{i + 1}"/>' for i in range(20_000))), systemPassword="x")),
    "credentials by reference": replaced(
        "<w0910:systemPassword>demo-password</w0910:systemPassword>",
        '<w0910:systemPassword href="#p"/><x id="p">demo-password</x>'),
    "XOP of a file": with_data(include("file:///etc/passwd")),
    "XOP of a URL": lambda: with_data(include(trap_url()))(),
    "XOP of a missing part": with_data(include("cid:missing@x")),
    "XOP of nothing": with_data(include("")),
    "elements in base64": with_data("QUJD<a/>QUJD"),
    "base64 with a NUL by number": with_data("QUJD&#0;"),
    "base64 with padding inside": with_data("QQ==QUJD"),
    "base64 of five letters": with_data("QUJDR"),
    "base64 in the alphabet of URLs": with_data("_-_-"),
}

# ---------------------------------------------------------------- WS-*, all refused


def external(header, body=None):
    return request(EXTERNAL, addressed(body or insert_body(ExternalShipmentReference="hostile"),
                                       header), TWELVE)


def elsewhere(name):
    return lambda: external(addressing(**{name: anonymous(trap_url())}) + security())


def signature(content, methods=""):
    return block("d:Signature", block("d:SignedInfo", methods + content), xmlns_d=SIGNATURE)


def transform(algorithm, content=""):
    return block("d:Reference", block("d:Transforms", block(
        "d:Transform", content, Algorithm=algorithm)), URI="")


STYLE = ('<t:stylesheet version="1.0" xmlns:t="http://www.w3.org/1999/XSL/Transform">'
         '<t:template match="/"><t:for-each select="//. | //.."/></t:template></t:stylesheet>')

# What the server does not verify is no credential, whoever signed it.
UNVERIFIED = {
    "nothing": "",
    "a signature": signature(transform(SIGNATURE + "enveloped-signature")),
    "a signature of another message": signature(block("d:Reference", "", URI="#other")),
    "a signature with XSLT": signature(transform("http://www.w3.org/TR/1999/REC-xslt-19991116",
                                                 STYLE)),
    "a signature with XPath": signature(transform("http://www.w3.org/TR/1999/REC-xpath-19991116",
                                                  "<d:XPath>//. | //@*</d:XPath>")),
    "a signature of a file": signature(block("d:Reference", "", URI="file:///etc/passwd")),
    "a signature of a URL": None,
    "1,000 references": signature(block("d:Reference", "", URI="") * 1000),
    "an HMAC of one bit": signature("", block("d:SignatureMethod", block(
        "d:HMACOutputLength", "1"), Algorithm=SIGNATURE + "hmac-sha1")),
    "a certificate": block("wsse:BinarySecurityToken", "MIIB", ValueType="urn:x509", wsu_Id="x"),
    "a certificate that is none": block("wsse:BinarySecurityToken", "\x7f" * 5000),
    "encrypted data": block("e:EncryptedData", block("e:CipherData", ""),
                            xmlns_e=ENCRYPTION, Type=ENCRYPTION + "Element"),
    "an encrypted key": block("e:EncryptedKey", block("e:EncryptionMethod", "", Algorithm=(
        ENCRYPTION + "rsa-1_5")), xmlns_e=ENCRYPTION),
    "a SAML assertion": block("a:Assertion", block("a:Subject", block("a:NameID", "demo")),
                              xmlns_a="urn:oasis:names:tc:SAML:2.0:assertion"),
    "a token of a context": block("c:SecurityContextToken", block("c:Identifier", "urn:x"),
                                  xmlns_c="http://schemas.xmlsoap.org/ws/2005/02/sc"),
    "a reference to a token": block("wsse:SecurityTokenReference", block(
        "wsse:Reference", "", URI="#x")),
}


def unverified(content):
    if content is None:
        content = signature(block("d:Reference", "", URI=trap_url()))
    return external(security(content or timestamp()))


WS = {
    **{f"only {name}": functools.partial(unverified, content)
       for name, content in UNVERIFIED.items()},
    "ReplyTo to a third party": elsewhere("ReplyTo"),
    "FaultTo to a third party": elsewhere("FaultTo"),
    "FaultTo to a third party of a wrong password": lambda: external(
        addressing(FaultTo=anonymous(trap_url())) + security(token(password="x"))),
    "ReplyTo without address": lambda: external(addressing(ReplyTo="<x/>") + security()),
    "ReplyTo with nothing": lambda: external(addressing(ReplyTo="") + security()),
    "FaultTo with nothing": lambda: external(addressing(FaultTo="") + security()),
    "From and ReplyTo with nothing": lambda: external(
        addressing(From="", ReplyTo="") + security()),
    "1,000 tokens": lambda: external(security(token() * 1000)),
    "a token in a token": lambda: external(security(block("wsse:UsernameToken", token()))),
    "a token outside of Security": lambda: external(token()),
    "a nil user": lambda: external(security(token().replace(
        "<wsse:Username>", '<wsse:Username i:nil="true">'))),
    "Security in another namespace": lambda: external(security().replace(
        NAMES["wsse"], "urn:x").replace("<wsse:Security", '<wsse:Security xmlns:wsse="urn:x"')),
    "a nonce of a megabyte": lambda: external(security(token(nonce="A" * MIB))),
    "a nonce of 60 KB": lambda: external(security(token(nonce="A" * 60_000))),
    "a user of 60 KB": lambda: external(security(token(user="x" * 60_000))),
    "a password of 60 KB": lambda: external(security(token(password="x" * 60_000))),
    "a Created of 60 KB": lambda: external(security(token(created="2" * 60_000))),
    "a Created of the year 292277026596": lambda: external(security(
        timestamp() + token(created="292277026596-01-01T00:00:00Z"))),
    "an acknowledgement elsewhere that must be understood": lambda: external(
        block("r:CreateSequence", block("r:AcksTo", anonymous(trap_url())),
              xmlns_r="http://schemas.xmlsoap.org/ws/2005/02/rm", s_mustUnderstand="1")
        + security()),
    "a sequence that is created": lambda: external(security(), block(
        "r:CreateSequence", block("r:AcksTo", anonymous(trap_url())),
        xmlns_r="http://schemas.xmlsoap.org/ws/2005/02/rm")),
    "an envelope of SOAP 1.1": lambda: request(EXTERNAL, addressed(
        insert_body(), security(), soap=NAMESPACES["s"]), "text/xml; charset=utf-8"),
    "an action of another endpoint": lambda: request(
        EXTERNAL, addressed(insert_body(), security()), soap_type(ACTION_INSERT)),
}

# ---------------------------------------------------------------- media types and codings


def multipart(part_type="application/xop+xml", parts=1, end=b"--b--\r\n"):
    head = (f"Content-Type: {part_type}; charset=utf-8\r\nContent-ID: <root>\r\n\r\n").encode()
    return b"".join(b"--b\r\n" + head + insert().encode() + b"\r\n" for _ in range(parts)) + end


def posted(media, body, headers=()):
    return lambda: request(BASIC, body() if callable(body) else body, media, headers=headers)


GZIP = ["Content-Encoding: gzip"]
XML = "text/xml; charset=utf-8"
RELATED = 'multipart/related; type="application/xop+xml"; start="<root>"; boundary=b'

MEDIA = {
    "MTOM": posted(RELATED, multipart),
    "SOAP with attachments": posted('multipart/related; type="text/xml"; boundary=b',
                                    lambda: multipart("text/xml")),
    "a cut multipart": posted(RELATED, lambda: multipart(end=b"")),
    "10,000 parts": posted(RELATED, lambda: b"--b\r\n\r\nx\r\n" * 10_000),
    "the same Content-ID twice": posted(RELATED, lambda: multipart(parts=2)),
    "a multipart that says text/xml": posted(XML, multipart),
    "a form": posted("application/x-www-form-urlencoded", insert),
    "an upload": posted("multipart/form-data; boundary=b", multipart),
    "DIME": posted("application/dime", lambda: b"\x0c\x20\0\0\0\0\0\x29\xff\xff\xff\xff"),
    "DIME that says text/xml": posted(XML, lambda: b"\x0c\x20\0\0\0\0\0\x29\xff\xff\xff\xff"),
    "JSON": posted("application/json", b"{}"),
    "octets": posted("application/octet-stream", insert),
    "no media type": posted("", insert),
    "a media type of 8 KB": posted("text/" + "x" * 8000, insert),
    "XML in Latin-1": posted("text/xml; charset=iso-8859-1", insert),
    "two charsets": posted("text/xml; charset=utf-8; charset=utf-16", insert),
    "gzip that is none": posted(XML, insert, GZIP),
    "gzip that is cut": posted(XML, lambda: gzip.compress(insert().encode())[:-9], GZIP),
    "gzip with something behind": posted(
        XML, lambda: gzip.compress(insert().encode()) + b"x", GZIP),
    "gzip of two members": posted(XML, lambda: gzip.compress(insert().encode()) * 2, GZIP),
    "gzip with a wrong checksum": posted(
        XML, lambda: gzip.compress(insert().encode())[:-8] + bytes(8), GZIP),
    "a bomb": posted(XML, lambda: gzip.compress(b" " * 30_000_000 + insert().encode()), GZIP),
    "a bomb in a bomb": posted(
        XML, lambda: gzip.compress(gzip.compress(b" " * 30_000_000)), GZIP),
    "gzip in gzip": posted(XML, lambda: gzip.compress(gzip.compress(insert().encode())),
                           ["Content-Encoding: gzip, gzip"]),
    "two codings": posted(XML, lambda: gzip.compress(insert().encode()), GZIP * 2),
    "a coding nobody knows": posted(XML, insert, ["Content-Encoding: br"]),
}



# ---------------------------------------------------------------- what does no harm


def history(references=("x",), old="<s:Body>", new="<s:Body>"):
    text = history_envelope(references)
    assert old in text, old
    return basic(text.replace(old, new))


def in_header(content):
    return lambda: history(old="<s:Header>", new="<s:Header>" + (
        content() if callable(content) else content))


def schema_location():
    return (f'<s:Envelope i:schemaLocation="urn:x {trap_url()}" '
            f'i:noNamespaceSchemaLocation="{trap_url()}" ')


def tokens_beside(content):
    if content is None:
        content = signature(block("d:Reference", "", URI=trap_url()))
    return request(EXTERNAL, addressed("<base:Test/>", security(token(), content)), TWELVE)


# Answered as if it were not there.
INERT = {
    **{f"{name} beside a token": functools.partial(tokens_beside, content)
       for name, content in UNVERIFIED.items()},
    "10,000 times the same reference": lambda: history(["x"] * 10_000),
    "no references": lambda: history([]),
    "no list of references": lambda: history(None, "</s:Body>", "</s:Body>"),
    "an inclusion of a file": in_header('<x:include xmlns:x="http://www.w3.org/2001/XInclude" '
                                        'href="file:///etc/passwd" parse="text"/>'),
    "an inclusion of a URL": in_header(
        lambda: f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{trap_url()}"/>'),
    "a style sheet": lambda: basic(
        f'<?xml-stylesheet type="text/xsl" href="{trap_url()}"?>' + history_envelope(["x"])),
    "places of schemas": lambda: history(old="<s:Envelope ", new=schema_location()),
    "an array of a million": lambda: history(
        old="<w0910:CorrespondenceSendersReferences>",
        new='<w0910:CorrespondenceSendersReferences a:arrayType="i:string[1000000000]" '
            'xmlns:a="http://schemas.xmlsoap.org/soap/encoding/">'),
    "an encoding style": lambda: history(
        old="<s:Body>", new='<s:Body s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'),
    "a type of another namespace": lambda: history(
        old="<arr:string>", new='<arr:string i:type="x:Evil" xmlns:x="urn:x">'),
    "a graph of references": in_header("".join(
        f'<x id="a{i}" href="#a{i + 1}"/>' for i in range(50))),
    "a reference to itself": lambda: history(old="<arr:string>",
                                             new='<arr:string id="a" href="#a">'),
    "addresses elsewhere": in_header(lambda: "".join(
        f'<{name} xmlns="{NAMES["wsa"]}"><Address>{trap_url()}</Address></{name}>'
        for name in ("ReplyTo", "FaultTo", "From"))),
}
