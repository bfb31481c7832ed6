"""Gateways for notifications: a mail server (aiosmtpd) and an HTTP gateway for SMS, both real, both
obedient: what they answer is set by the test."""

import asyncio
import contextlib
import dataclasses
import email
import email.policy
import http.server
import socket
import ssl
import subprocess
import tempfile
import threading
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = b"dpvd", b"hemmelig"


def make_certificate():
    """A self-signed certificate for 127.0.0.1: the paths of certificate and key."""
    folder = Path(tempfile.mkdtemp(prefix="dpvd-e2e-tls-"))
    folder.chmod(0o755)
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
         certificate], check=True, stderr=subprocess.DEVNULL)
    return certificate, key


@contextlib.contextmanager
def closed_port():
    """A port that nobody listens at, nor anybody else can while this is entered."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@dataclasses.dataclass
class Mail:
    sender: str
    recipients: list
    content: bytes
    secure: bool
    user: bytes

    @property
    def parsed(self):
        return email.message_from_bytes(self.content, policy=email.policy.default)

    def __getitem__(self, header):
        return self.parsed[header]

    @property
    def text(self):
        return self.parsed.get_content().rstrip("\r\n").replace("\r\n", "\n")


class MailServer:
    """answers: command or recipient to reply. stall: DATA is taken, but no answer comes before the
    connection is closed. gate: while it is not set, DATA is taken but not answered."""

    def __init__(self, tls=None, auth=False, utf8=False):
        self.mails = []
        self.seen = 0
        self.answers = {}
        self.stall = False
        self.gate = threading.Event()
        self.gate.set()
        self._options = {"enable_SMTPUTF8": utf8, "hostname": "mail.test", "timeout": 600}
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._options.update(tls_context=context, require_starttls=True)
        if auth:
            self._options.update(authenticator=self._authenticate, auth_required=True,
                                 auth_require_tls=tls is not None)
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, **self._options), "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gate.set()
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    @staticmethod
    def _authenticate(_server, session, _envelope, _mechanism, data):
        session.dpvd_user = data.login
        success = (data.login, data.password) == (USER, PASSWORD)
        return AuthResult(success=success, handled=success)

    async def handle_MAIL(self, _server, _session, envelope, address, options):
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        self.seen += 1
        reply = self.answers.get(address) or self.answers.get("RCPT")
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.mails.append(Mail(envelope.mail_from, list(envelope.rcpt_tos), envelope.content,
                               session.ssl is not None, getattr(session, "dpvd_user", None)))
        await self._loop.run_in_executor(None, self.gate.wait)
        if self.stall:
            server.transport.abort()
        return f"250 2.0.0 Ok: queued as {len(self.mails)}"

    def to(self, address):
        return [mail for mail in list(self.mails) if mail.recipients == [address]]


@dataclasses.dataclass
class Call:
    method: str
    path: str
    headers: dict
    body: bytes


class SmsServer:
    """status and answer are what every call gets. stall: a call is taken but not answered."""

    def __init__(self):
        self.calls = []
        self.status = 200
        self.answer = b'{"result":"OK","id":"sms-7"}'
        self.stall = False
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _handler(self):
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                gateway.calls.append(Call(self.command, self.path, dict(self.headers), body))
                if gateway.stall:
                    self.close_connection = True
                    return
                with contextlib.suppress(ConnectionError):  # the caller may have been killed
                    self.send_response(gateway.status)
                    self.send_header("Content-Length", str(len(gateway.answer)))
                    self.end_headers()
                    self.wfile.write(gateway.answer)

            do_GET = do_POST = do_PUT = serve

            def log_message(self, *_):
                pass

        return Handler

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"
