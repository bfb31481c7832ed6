"""Calls of the addressed endpoint with UsernameToken, and how its answers are read."""

import atexit
import base64
import dataclasses
import datetime
import functools
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from support import (
    CONTENT, CORRESPONDENCE, DEMO_INSERT, DPVD, NAMESPACES, Answer, Fault, Xml, equal, keep_secret,
    local, member, members, unique)

EXTERNAL = "/ServiceEngineExternal/CorrespondenceAgencyExternal.svc"
ACTION = NAMESPACES["w0910"] + "/ICorrespondenceAgencyExternal/"
ACTION_TEST = NAMESPACES["base"] + "/IAltinnContractBase/Test"
WSA = "http://www.w3.org/2005/08/addressing"
ANONYMOUS = WSA + "/anonymous"
SOAP_FAULT = WSA + "/soap/fault"
ADDRESSING_FAULT = WSA + "/fault"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = WSS + "wssecurity-secext-1.0.xsd"
WSU = WSS + "wssecurity-utility-1.0.xsd"
PASSWORD = WSS + "username-token-profile-1.0#Password"
TOKEN_REFUSED = "An error occurred when processing the security tokens in the message."

NAMES = {**{p: uri for p, uri in NAMESPACES.items() if p not in ("s", "s12")},
         "s": NAMESPACES["s12"], "wsa": WSA, "wsse": WSSE, "wsu": WSU}


def envelope(body, header="", soap=NAMES["s"]):
    declarations = " ".join(f'xmlns:{p}="{uri}"' for p, uri in {**NAMES, "s": soap}.items())
    return (f"<s:Envelope {declarations}><s:Header>{header}</s:Header>"
            f"<s:Body>{body}</s:Body></s:Envelope>")


# ---------------------------------------------------------------- header blocks


def time_text(seconds=0):
    """UTC as WS-Security writes it, so many seconds from now."""
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def block(name, content, **attributes):
    words = "".join(f" {key.replace('_', ':')}={quoteattr(value)}"
                    for key, value in attributes.items())
    return f"<{name}{words}>{content}</{name}>"


def token(user="demo", password="demo-password", kind="Text", nonce=None, created=None):
    """A UsernameToken; kind None leaves the Type out, any of the texts None its element."""
    kind = {} if kind is None else {"Type": kind if ":" in kind else PASSWORD + kind}
    return block("wsse:UsernameToken", "".join((
        "" if user is None else block("wsse:Username", escape(user)),
        "" if password is None else block("wsse:Password", escape(password), **kind),
        "" if nonce is None else block("wsse:Nonce", nonce),
        "" if created is None else block("wsu:Created", created))))


def digest_token(secret, user="demo", nonce=None, created=None, **changes):
    """PasswordDigest as the UsernameToken profile 1.0, 3.1 defines it."""
    nonce = os.urandom(16) if nonce is None else nonce
    created = time_text() if created is None else created
    digest = hashlib.sha1(nonce + created.encode() + secret.encode()).digest()
    values = {"password": base64.b64encode(digest).decode(), "kind": "Digest",
              "nonce": base64.b64encode(nonce).decode(), "created": created, **changes}
    return token(user, **values)


def timestamp(created=0, expires=300):
    return block("wsu:Timestamp", block("wsu:Created", time_text(created))
                 + block("wsu:Expires", time_text(expires)), wsu_Id="_0")


def security(*content, must_understand="1", **attributes):
    return block("wsse:Security", "".join(content or (token(),)),
                 s_mustUnderstand=must_understand, **attributes)


def addressing(action=None, message_id=None, **blocks):
    """wsa:Action, wsa:MessageID and further blocks as XML; None leaves one out."""
    return "".join((
        "" if action is None else block("wsa:Action", action, s_mustUnderstand="1"),
        "" if message_id is None else block("wsa:MessageID", message_id),
        *(block("wsa:" + name, content) for name, content in blocks.items())))


def anonymous(address=ANONYMOUS):
    return block("wsa:Address", address)


# ---------------------------------------------------------------- bodies


def insert_body(wrapper="InsertCorrespondenceV2", **values):
    values = {**DEMO_INSERT, **values}
    reference = values.get("ExternalShipmentReference") or unique("ref")
    first = wrapper == "InsertCorrespondence"
    prefix = "c0910" if first else "c1010"
    content = values.get("Content", members(prefix, CONTENT, values))
    letter = members(prefix, CORRESPONDENCE, {**values, "Content": content})
    return member("w0910", wrapper, Xml(
        member("w0910", "SystemUserCode", values["SystemUserCode"])
        + member("w0910", "ExternalReference" if first else "ExternalShipmentReference", reference)
        + member("w0910", "Correspondence", letter)))


def history_body(references):
    items = Xml("".join(member("arr", "string", reference) for reference in references))
    return member("w0910", "CorrespondenceStatusHistoryRequest",
                  Xml(member("w0910", "CorrespondenceSendersReferences", items)))


def details_body(version="V3", **values):
    prefix = {"": "c1311", "V2": "c1410", "V3": "c1602"}[version]
    values = {"ServiceCode": "4255", "ServiceEditionCode": "10", **values}
    return member("w0910", "GetCorrespondenceStatusDetails" + version, Xml(member(
        "w0910", "filterCriteria", members(prefix, sorted(values), values))))


# ---------------------------------------------------------------- calls


@dataclasses.dataclass
class Addressed(Answer):
    """An answer in SOAP 1.2 with its header."""

    def text(self, path):
        return self.tree.findtext(path, None, NAMES)

    @property
    def action(self):
        return self.text("s:Header/wsa:Action")

    @property
    def relates_to(self):
        return self.text("s:Header/wsa:RelatesTo")

    @property
    def timestamp(self):
        return self.tree.find("s:Header/wsse:Security/wsu:Timestamp", NAMES)

    def fault(self):
        element = self.tree.find("s:Body/s:Fault", NAMES)
        if element is None:
            raise AssertionError(f"HTTP {self.status} without a fault: {self.body[:600]!r}")
        equal(self.status, 500, "HTTP status")
        altinn = element.find("s:Detail/fault:AltinnFault", NAMES)
        found = None if altinn is None else {local(child): child.text or "" for child in altinn}
        return Fault(self.code("s:Code"), element.findtext("s:Reason/s:Text", None, NAMES), found)

    def code(self, path):
        """A code of the fault as (namespace, name); its prefix is the server's choice."""
        value = self.tree.find(f"s:Body/s:Fault/{path}/s:Value", NAMES)
        if value is None:
            return None
        prefix, _, name = value.text.rpartition(":")
        return value.nsmap.get(prefix), name

    def refused_token(self):
        """It is the one fault for everything that is wrong with credentials."""
        fault = self.fault()
        equal((fault.code, self.code("s:Code/s:Subcode"), fault.text, fault.members),
              ((NAMES["s"], "Sender"), (WSSE, "InvalidSecurityToken"), TOKEN_REFUSED, None),
              "fault")
        equal((self.action, self.timestamp), (SOAP_FAULT, None), "header")

    def receipt_status(self):
        equal(self.status, 200, f"HTTP status of {self.body[:800]!r}")
        return [element.text for element in self.tree.iterfind(".//rec:ReceiptStatusCode", NAMES)]

    def accepted(self):
        equal(self.receipt_status(), ["OK"], "receipt")
        return self

    def references(self):
        equal(self.status, 200, f"HTTP status of {self.body[:800]!r}")
        return [element.text for name in ("c1311", "c1410") for element in
                self.tree.iterfind(f".//{name}:SendersReference", NAMES)]


def soap_type(action=None):
    return "application/soap+xml; charset=utf-8" + ("" if action is None else f'; action="{action}"')


def post(server, body, content_type=soap_type(), headers=None, **options):
    answer = server.request("POST", EXTERNAL, body,
                            {"Content-Type": content_type, **(headers or {})}, **options)
    return Addressed(answer.status, answer.headers, answer.body)


def call(server, body, header=None, **options):
    """A body with this header; without one, that of a plain good call."""
    return post(server, envelope(body, security() if header is None else header), **options)


# ---------------------------------------------------------------- secrets


@functools.cache
def secret_key():
    """A file with a key for the setting of that name, which the server's user can read."""
    folder = Path(tempfile.mkdtemp(prefix="dpvd-e2e-secret-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "secret.key"
    path.write_text("# test\n" + os.urandom(32).hex() + "\n", encoding="utf-8")
    folder.chmod(0o755)
    return keep_secret(path)


def secret_command(server, action, name="demo", *words):
    """dpvd admin system-user ACTION."""
    return subprocess.run(
        [DPVD, "-c", server.env["CONFIG_FILE"], "-o", f"secret_key={secret_key()}", "admin",
         "system-user", action, "--name", name, *words],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)


def make_secret(server, name="demo", *words):
    done = secret_command(server, "make-secret", name, "--json", *words)
    equal((done.returncode, done.stderr), (0, ""), "make-secret")
    secret = json.loads(done.stdout)["secret"]
    equal(len(secret), 43, "length of the secret")
    return secret


def message_id():
    return f"urn:uuid:{uuid.uuid4()}"
