"""Hostile HTTP around a good insert: framing in two meanings, cut and endless requests."""

from hostile import request
from support import ACTION_INSERT, BASIC, insert_envelope

KIB = 1024


def insert():
    return insert_envelope(ExternalShipmentReference="hostile").encode()


def head(*lines, target=BASIC, method="POST", version="HTTP/1.1", host=True):
    lines = [f"{method} {target} {version}", *(["Host: 127.0.0.1"] if host else []),
             "Content-Type: text/xml; charset=utf-8", *lines, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def smuggled():
    """What a proxy before the server would take for a body, and a careless server for a request."""
    return request(BASIC, insert(), headers=[f'SOAPAction: "{ACTION_INSERT}"'])


def before_smuggled(*lines, body=b"0\r\n\r\n", **options):
    return lambda: head(*lines, **options) + body + smuggled()


LENGTH = "Content-Length: 5"
CHUNKED = "Transfer-Encoding: chunked"

# A good insert stands behind each: it must not be taken for a request.
SMUGGLING = {
    "a length and chunked": before_smuggled(LENGTH, CHUNKED),
    "chunked and a length": before_smuggled(CHUNKED, LENGTH),
    "chunked and a length of nothing": before_smuggled(CHUNKED, "Content-Length: 0"),
    "two lengths": before_smuggled(LENGTH, "Content-Length: 0"),
    "two equal lengths": before_smuggled(LENGTH, LENGTH),
    "a list of lengths": before_smuggled("Content-Length: 5, 5"),
    **{f"a length of {text!r}": before_smuggled(f"Content-Length: {text}") for text in (
        "", "+5", "-5", "0x5", "5 5", "5;", "5e0", "5.0", "five", "\xb2", "\t", "1" * 400)},
    **{f"a transfer coding of {text!r}": before_smuggled(f"Transfer-Encoding: {text}") for text in (
        "", "identity", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "xchunked",
        "chunked;q=1", '"chunked"', "chunked\x0b", "chunked\x00", "ch\xfcnked")},
    "two transfer codings": before_smuggled(CHUNKED, CHUNKED),
    "chunked twice in two ways": before_smuggled(CHUNKED, "Transfer-Encoding: identity"),
    "a blank before the colon": before_smuggled("Transfer-Encoding : chunked"),
    "a tab before the colon": before_smuggled("Content-Length\t: 5"),
    "a folded coding": before_smuggled("Transfer-Encoding:\r\n chunked"),
    "a folded length": before_smuggled("Content-Length:\r\n\t5"),
    "a line that begins with a blank": before_smuggled(" " + CHUNKED),
    "a coding behind a bare LF": before_smuggled(f"X: y\n{CHUNKED}"),
    "a coding behind a bare CR": before_smuggled(f"X: y\r{CHUNKED}"),
    "a NUL in a header": before_smuggled("X: y\0z", LENGTH),
    "a NUL in a name": before_smuggled("X\0: y", LENGTH),
    "chunked in HTTP/1.0": before_smuggled(CHUNKED, version="HTTP/1.0"),
    "no colon": before_smuggled("Content-Length 5"),
    "no name": before_smuggled(": 5"),
    "no host": before_smuggled(LENGTH, host=False),
    "two hosts": before_smuggled("Host: other", LENGTH),
    **{f"a chunk size of {size!r}": before_smuggled(CHUNKED, body=f"{size}\r\n".encode("latin-1"))
       for size in ("", "-1", "0x5", "g", "5 ", " 5", "+5", "FFFFFFFFFFFFFFFFF", "\xb2", "5\n")},
    "a chunk longer than its size": before_smuggled(CHUNKED, body=b"3\r\n<a><b>\r\n0\r\n\r\n"),
    "a body of a query": before_smuggled(LENGTH, method="GET", target=BASIC + "?wsdl"),
    "a body of another method": before_smuggled(LENGTH, method="PUT"),
    "an absolute target": before_smuggled(LENGTH, target="http://127.0.0.1" + BASIC),
    "an asterisk": before_smuggled(LENGTH, target="*", method="OPTIONS"),
    "a tunnel": before_smuggled(LENGTH, target="127.0.0.1:1", method="CONNECT"),
    "a trace": before_smuggled(LENGTH, method="TRACE"),
    "a method of two words": before_smuggled(LENGTH, method="PO ST"),
    "a method in lower case": before_smuggled(LENGTH, method="post"),
    "a version without number": before_smuggled(LENGTH, version="HTTP/"),
    "HTTP/2": lambda: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9) + smuggled(),
    "an upgrade in clear text": before_smuggled(
        "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk",
        "Content-Length: 5, 6"),
    "TLS on the plain port": lambda: bytes.fromhex("16030100050100000100") + smuggled(),
}

# The method, the target and the host: where they lead.
TARGETS = {
    **{f"the target {target!r}": (head(LENGTH, target=target) + b"<a/>\n",) for target in (
        "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/", "//" + BASIC[1:], BASIC + "/",
        BASIC + "/..", BASIC + "%00", BASIC + ".bak", "/metrics", "/WEB-INF/web.xml", "/.config",
        "/" + "a" * 8000, BASIC.lower(), "/;" + BASIC, "\\")},
    **{f"the query {query!r}": (head(method="GET", target=BASIC + "?" + query),) for query in (
        "xsd=../../../../etc/passwd", "xsd=/etc/passwd", "xsd=%2e%2e%2f", "xsd=file:///etc/passwd",
        "xsd=x%00.xsd", "xsd=", "disco", "xsd=" + "a" * 5000, "wsdl=../wsdl1", "%00wsdl")},
    **{f"the host {host!r}": (head("Host: " + host, method="GET", target=BASIC + "?wsdl",
                                   host=False),) for host in (
        'a"><b', "a b", "a/b", "a@b", "a\tb", "<", "a'b", "a\x80b", "", "a\\b")},
    "a thousand headers": (head(*[f"X-{i}: y" for i in range(1000)], method="GET"),),
    "a header of 17 KB": (head("X: " + "y" * 17 * KIB, method="GET"),),
    "a header of 2 MB": (head("X: " + "y" * 2048 * KIB, method="GET"),),
    "a target of 2 MB": (head(target="/" + "y" * 2048 * KIB, method="GET"),),
    "a cookie of 17 KB": (head("Cookie: " + "a=b; " * 3500, method="GET"),),
    "a terabyte": (head("Content-Length: 1099511627776"),),
    "a length beyond 64 bits": (head("Content-Length: 18446744073709551621"),),
    "an expectation": (head("Expect: 200-tea", LENGTH),),
}


def cut_requests():
    """Requests whose sender ends in their middle: parts of head and body, whole and in chunks."""
    body = insert()
    whole = request(BASIC, body)
    chunks = head(CHUNKED) + b"".join(
        b"%x\r\n" % len(body[i:i + 200]) + body[i:i + 200] + b"\r\n"
        for i in range(0, len(body), 200)) + b"0\r\n\r\n"
    for data in (whole, chunks):
        for part in range(1, 16):
            yield data[:len(data) * part // 16]
        yield data[:-1]
