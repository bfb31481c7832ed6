"""What must hold after each hostile request: the server lives, nothing is stored, the answer is
well-formed and tells nothing, and the log has whole lines only (security.md 2 and 4)."""

import functools
import os
import re
import socket
import subprocess
import time
from pathlib import Path

from lxml import etree

from support import equal, open_socket, parse_log_line, true

PATIENCE = 60  # seconds: a stop, not a measure
TABLES = ("correspondence", "attachment", "receipt", "notification", "status_event", "sender",
          "system_user")
SOAP = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")

# What an answer must never hold: words of the engine, of the database, places and addresses.
REVEALING = re.compile("|".join((
    r"(?i:gsoap|stdsoap|microhttpd|libxml|postgres|libpq|gnutls|openssl|libcurl)",
    r"\b(?:SELECT|INSERT INTO|DELETE FROM|UPDATE [a-z]|FROM [a-z]|WHERE [a-z])\b",
    r"\bdpvd\b", r"\bpg_\w", r"(?i:sqlstate|relation \"|column \"|syntax error)",
    r"(?<![\w./:])/(?:usr|etc|tmp|var|home|root|lib|src|build|proc)/", r"\w\.[ch]:\d",
    r"\b0x[0-9a-fA-F]{6,}", r"\b\d+\.\d+\.\d+\b", r"^(?i:server|via|x-powered-by):",
    r"(?i:traceback|backtrace|assert|segfault|sanitizer|root:x)")), re.M)

# Raw controls of C0 and C1, and what turns the direction of text.
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]")


class Database:
    """One psql for all questions: a program each would take longer than the attacks."""

    def __init__(self, server):
        # pylint: disable=consider-using-with
        self.psql = subprocess.Popen(["sh", "-c", "exec " + server.env["PSQL"]], text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def rows(self, sql):
        self.psql.stdin.write(sql + "\n\\echo .\n")
        self.psql.stdin.flush()
        lines = []
        while True:
            line = self.psql.stdout.readline()
            true(line != "", f"psql has ended after {sql}")
            if line == ".\n":
                return lines
            lines.append(line.rstrip("\n"))

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


class Watch:
    """The server as it was before an attack, and what has come of it."""

    def __init__(self, server):
        self.server, self.pid = server, server.pid
        self.database = Database(server)
        self.log = open(server.env["LOG_FILE"], "rb")  # pylint: disable=consider-using-with
        self.log.seek(0, os.SEEK_END)
        self.memory = resident_mib(self.pid)
        self.attacks = 0

    def stored(self):
        columns = ", ".join(f"(SELECT count(*) FROM dpvd.{table})" for table in TABLES)
        return self.database.rows(f"SELECT {columns};")

    def lives(self):
        equal(self.server.get("/health/live").status, 200, "HTTP status of a good call")
        equal(self.server.pid, self.pid, "process")
        true(Path(f"/proc/{self.pid}").exists(), "the server has ended")

    def logged(self, request):
        """The new lines of the log, of which one is that of the request (None: if there are any)."""
        text = b""

        def complete():
            nonlocal text
            text += self.log.read()
            if request is None:
                return text == b"" or text.endswith(b"\n")
            return (text.endswith(b"\n") and b"event=request" in text
                    and request.encode() in text)

        deadline = time.monotonic() + PATIENCE
        while not complete():  # far more often than wait_until looks
            true(time.monotonic() < deadline, f"the log has no line of {request}")
            time.sleep(0.0005)
        return text


@functools.cache
def watch(server):
    return Watch(server)


def resident_mib(pid):
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"^VmRSS:\s+(\d+)", status, re.M)[1]) / 1024


# ---------------------------------------------------------------- requests as bytes


def request(path, body=b"", media="text/xml; charset=utf-8", method="POST", headers=()):
    """A request whose connection is closed behind it."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {media}",
             f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def send(url, data):
    """All that comes back until the server closes the connection."""
    with open_socket(url, timeout=PATIENCE) as sock:
        received = b""
        try:
            sock.sendall(data)
            while piece := sock.recv(1 << 16):
                received += piece
        except ConnectionError:
            pass  # refused before all was sent
        return received


class Reply:
    """The first answer in what came back; status 0: there is none."""

    def __init__(self, received):
        self.head, _, rest = received.partition(b"\r\n\r\n")
        self.status = int(self.head.split()[1]) if self.head else 0
        if rest.startswith(self.head + b"\r\n"):  # the library sends its own refusal's head twice
            rest = rest.partition(b"\r\n\r\n")[2]
        self.lines = dict(line.split(": ", 1)
                          for line in self.head.decode("latin-1").split("\r\n")[1:])
        length = int(self.lines.get("Content-Length", len(rest)))
        self.body, self.rest = rest[:length], rest[length:]

    @property
    def tree(self):
        return etree.fromstring(self.body)

    @property
    def error_id(self):
        return self.tree.findtext(".//{*}ErrorID")


# ---------------------------------------------------------------- what must hold


def reveals_nothing(text, own=()):
    """own: words of the request that the answer may repeat."""
    for word in filter(None, own):
        text = text.replace(word, "")
    found = REVEALING.search(text)
    true(found is None, f"the answer reveals {found and found[0]!r}: {text[:800]!r}")


def log_is_whole(text):
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        raise AssertionError(f"the log is not UTF-8: {error}") from error
    for line in decoded.splitlines() if decoded else ():
        true({"ts", "level", "event"} <= set(parse_log_line(line)), f"no log line: {line!r}")
    found = RAW.search(decoded)
    true(found is None, f"the log holds {found and found[0]!r}")


def is_clean(reply):
    """An XML answer is an envelope, with a fault unless it succeeded; any other is one short
    line; there is no other kind."""
    media = reply.lines.get("Content-Type", "")
    if media.startswith(("text/xml", "application/soap+xml")):
        tag = etree.QName(reply.tree)
        true(tag.namespace in SOAP and tag.localname == "Envelope", f"answer {tag.text}")
        fault = reply.tree.find("{*}Body/{*}Fault")
        equal(fault is None, reply.status == 200, f"no fault and success: {reply.status}")
    elif reply.body:
        true(len(reply.body) < 2000, f"a long answer: {reply.body[:200]!r}")


def survives(server, data, statuses, own=(), new_rows=None):
    """Sends the bytes and looks at all that the server did; the answer. new_rows: a function of
    the rows of TABLES before and after; without one they must be the same."""
    seen = watch(server)
    before = seen.stored()
    reply = Reply(send(server.url, data))
    seen.attacks += 1
    true(reply.status in statuses, f"HTTP status {reply.status}, expected one of {statuses}: "
                                   f"{reply.head!r} {getattr(reply, 'body', b'')[:600]!r}")
    if reply.status:
        equal(reply.rest, b"", "what follows the answer")
        is_clean(reply)
        body = "\n".join(reply.tree.itertext()) if own else reply.body.decode()
        reveals_nothing(reply.head.decode("latin-1") + "\n" + body, own)
    log_is_whole(seen.logged(reply.lines.get("X-Request-Id") if reply.status else None))
    seen.lives()
    after = seen.stored()
    if new_rows is None:
        equal(after, before, f"rows of {TABLES}")
    else:
        new_rows(before, after)
    return reply


# ---------------------------------------------------------------- a place that nobody may call


@functools.cache
def trap():
    """A listener on loopback; what a request names as elsewhere points to it."""
    return socket.create_server(("127.0.0.1", 0), backlog=50)


def trap_url():
    return f"http://127.0.0.1:{trap().getsockname()[1]}/"


def nobody_called():
    trap().setblocking(False)
    try:
        connection, _ = trap().accept()
    except BlockingIOError:
        return
    connection.close()
    raise AssertionError("the server has called an address that a request named")

