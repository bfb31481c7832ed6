"""Hostile XML: what is made of a good request, which has the letter @ in one of its texts."""

import functools

import external_calls
import receipt_calls
from hostile import request, trap_url
from support import BASIC, Xml, insert_envelope, member

KIB = 1024
MIB = 1024 * KIB
TWELVE = "application/soap+xml; charset=utf-8"


# ---------------------------------------------------------------- good requests


def basic_insert():
    return BASIC, "text/xml; charset=utf-8", insert_envelope(
        ExternalShipmentReference="hostile", MessageTitle="@")


def external_insert():
    body = external_calls.insert_body(ExternalShipmentReference="hostile", MessageTitle="@")
    return external_calls.EXTERNAL, TWELVE, external_calls.envelope(
        body, external_calls.security())


def receipt_list():
    inner = Xml(member("wrec", "systemUserName", "demo")
                + member("wrec", "systemPassword", "demo-password")
                + member("wrec", "receiptTypeName", "@"))
    return receipt_calls.PATH, "text/xml; charset=utf-8", receipt_calls.envelope(
        member("wrec", "GetReceiptListBasicV2", inner))


ENDPOINTS = {"Basic": basic_insert, "External": external_insert, "Receipt": receipt_list}


# ---------------------------------------------------------------- what is done to them


def first(data):
    return lambda text: data + text


def last(data):
    return lambda text: text + data


def inside(data):
    return lambda text: text.replace(b"@", data)


def doctype(subset, use=b"&e;"):
    """A document type with this internal subset, and the entity in use."""
    return lambda text: (b"<!DOCTYPE s [" + subset() + b"]>" if callable(subset) else
                         b"<!DOCTYPE s [" + subset + b"]>") + text.replace(b"@", use)


def nested(count):
    return inside(b"<a>" * count + b"</a>" * count)


def attributes(count, form=b'a%d="1"'):
    return lambda text: text.replace(
        b"@", b"<a " + b" ".join(form % i for i in range(count)) + b"/>")


def laughs():
    lines = [b'<!ENTITY e0 "ha">'] + [
        b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 30)]
    return b"".join(lines) + b'<!ENTITY e "&e29;">'


def external(form):
    return lambda: form.replace(b"URL", trap_url().encode())


def encoded(encoding, declared=None, mark=b""):
    declaration = b"" if declared is None else (
        b'<?xml version="1.0" encoding="' + declared.encode() + b'"?>')
    return lambda text: mark + (declaration + text).decode().encode(encoding)


def cut(parts, of):
    return lambda text: text[:len(text) * parts // of]


def collide(text):
    """Names that differ in their ends only, as many as fit into what a tag may have."""
    names = b" ".join(b"a" * 200 + b"%02d='1'" % i for i in range(70))
    return text.replace(b"@", b"<a " + names + b"/>")


ENTITIES = {
    "entity of a file": doctype(b'<!ENTITY e SYSTEM "file:///etc/passwd">'),
    "entity of a directory": doctype(b'<!ENTITY e SYSTEM "file:///">'),
    "entity of a URL": doctype(external(b'<!ENTITY e SYSTEM "URL">')),
    "public entity of a URL": doctype(external(b'<!ENTITY e PUBLIC "x" "URL">')),
    "parameter entity of a URL": doctype(external(b'<!ENTITY % p SYSTEM "URL"> %p;'), b""),
    "parameter entity that defines another": doctype(
        b"<!ENTITY % p '<!ENTITY e \"x\">'> %p;"),
    "unparsed entity": doctype(external(b'<!NOTATION n SYSTEM "URL">'
                                        b'<!ENTITY e SYSTEM "URL" NDATA n>')),
    "billion laughs": doctype(laughs),
    "quadratic blow-up": doctype(b'<!ENTITY e "' + b"x" * 50_000 + b'">', b"&e;" * 20_000),
    "entity that holds itself": doctype(b'<!ENTITY e "&e;">'),
    "two entities that hold each other": doctype(b'<!ENTITY e "&f;"><!ENTITY f "&e;">'),
    "default attributes": doctype(b'<!ATTLIST s a CDATA "x">', b""),
    "document type without anything": first(b"<!DOCTYPE s>"),
    "document type of a URL": lambda text: b'<!DOCTYPE s SYSTEM "' + trap_url().encode() + b'">'
                              + text,
    "public document type": lambda text: b'<!DOCTYPE s PUBLIC "x" "' + trap_url().encode()
                            + b'">' + text,
    "document type of a megabyte": doctype(b"<!-- " + b"x" * MIB + b" -->", b""),
    "document type behind the declaration": first(b'<?xml version="1.0"?><!DOCTYPE s>'),
    "document type behind white space": first(b"\r\n\t <!DOCTYPE s>"),
    "document type in other letters": first(b"<!doctype s>"),
    "document type in a text": inside(b"<!DOCTYPE s>"),
    "entity that is not declared": inside(b"&nbsp;"),
    "conditional section": inside(b"<![INCLUDE[x]]>"),
    "element declaration": inside(b"<!ELEMENT a ANY>"),
}

SIZES = {
    "33 levels": nested(33),
    "10,000 levels": nested(10_000),
    "300,000 levels without ends": inside(b"<a>" * 300_000),
    "65 attributes": attributes(65),
    "100,000 attributes": attributes(100_000),
    "100,000 namespaces": attributes(100_000, b'xmlns:a%d="u"'),
    "attribute names that collide": collide,
    "attributes twice": inside(b'<a b="1" b="2"/>'),
    "name of a megabyte": inside(b"<" + b"a" * MIB + b"/>"),
    "prefix of a megabyte": inside(b"<" + b"a" * MIB + b":b/>"),
    "attribute of a megabyte": inside(b'<a b="' + b"x" * MIB + b'"/>'),
    "namespace of a megabyte": inside(b'<a xmlns="' + b"x" * MIB + b'"/>'),
    "comment of a megabyte": inside(b"<!--" + b"x" * MIB + b"-->"),
    "instruction of a megabyte": inside(b"<?a " + b"x" * MIB + b"?>"),
    "white space in a tag": inside(b"<a" + b" " * MIB + b"/>"),
    "text of a megabyte": inside(b"x" * MIB),
    "section of a megabyte": inside(b"<![CDATA[" + b"x" * MIB + b"]]>"),
    "characters by number, a megabyte": inside(b"&#120;" * 170_000),
    "250,000 elements": inside(b"<a/>" * 250_000),
}

CHARACTERS = {
    **{f"character {name}": inside(b"&#" + name.encode() + b";") for name in (
        "0", "x0", "1", "x8", "x1f", "xD800", "xDFFF", "xFFFE", "xFFFF", "x110000", "4294967361",
        "x100000041", "x", "", "-1", "X41", "xG", "99999999999999999999")},
    **{f"bytes {data.hex()}": inside(data) for data in (
        b"\x00", b"\x01", b"\x0c", b"\x1f", b"\x80", b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf",
        b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xf0\x80\x80\xaf", b"\xf8\x88\x80\x80\x80",
        b"\xed\xa0\x80\xed\xb0\x80", b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xf4\x90\x80\x80",
        b"\xfe", b"\xff", b"\xe2\x82", b"\xc3")},
    "declared as UTF-7": encoded("utf-8", "utf-7"),
    "declared as EBCDIC": encoded("utf-8", "EBCDIC-CP-US"),
    "declared as UCS-4": encoded("utf-8", "ucs-4"),
    "declared as UTF-16": lambda text: encoded("utf-8", "utf-16")(text)[:-1],
    "in EBCDIC": encoded("cp500", "cp500"),
    "in UTF-32 with mark": encoded("utf-32"),
    "in UTF-7": lambda text: text.replace(b"<", b"+ADw-").replace(b">", b"+AD4-"),
    "UTF-16 mark before UTF-8": first(b"\xff\xfe"),
    "half a mark": first(b"\xef\xbb"),
    "half a character of UTF-16": lambda text: ("\ufeff" + text.decode()).encode("utf-16-le")[:-1],
}

SHAPES = {
    **{f"the first {parts} of 16 parts": cut(parts, 16) for parts in range(16)},
    "without its last byte": lambda text: text[:-1],
    "followed by a letter": last(b"x"),
    "followed by a NUL": last(b"\0"),
    "followed by another": lambda text: text * 2,
    "preceded by a letter": first(b"x"),
    "preceded by a declaration of version 1.1": first(b'<?xml version="1.1"?>'),
    "preceded by two declarations": first(b'<?xml version="1.0"?>' * 2),
    "with an unknown prefix": inside(b"<no:a/>"),
    "with crossing elements": inside(b"<a><b></a></b>"),
    "with an end too many": inside(b"</a>"),
    "with the end of a section": inside(b"]]>"),
    "with an open section": inside(b"<![CDATA["),
    "with an open comment": inside(b"<!--"),
    "with an open tag": inside(b"<a "),
    "with < in an attribute": inside(b"<a b='<'/>"),
    "with the xml prefix bound": inside(b"<a xmlns:xml='urn:x'/>"),
    "all zero": lambda text: bytes(len(text)),
    "backwards": lambda text: text[::-1],
}

FAMILIES = {**ENTITIES, **SIZES, **CHARACTERS, **SHAPES}


def hostile(endpoint, change):
    path, media, text = ENDPOINTS[endpoint]()
    return request(path, change(text.encode()), media)


TABLE = {f"{name} at {endpoint}": (functools.partial(hostile, endpoint, change),)
         for name, change in FAMILIES.items() for endpoint in ENDPOINTS}
