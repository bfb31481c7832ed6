"""What the end-to-end tests share: a server of their own, calls on the wire, SQL, and the report.

As a program, `support.py COMMAND...` runs COMMAND beside a fresh server whose dev.env is in its
environment (the tests in other languages use that), and ends with COMMAND's exit status.
"""

import base64
import contextlib
import dataclasses
import hashlib
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
DPVD = Path(os.environ.get("DPVD_BIN", ROOT / "build" / "release" / "dpvd"))
REFERENCE = ROOT.parent / "shared" / "contract" / "reference"
REFERENCE_BASIC = REFERENCE / "CorrespondenceAgencyExternalBasic.wsdl"
REFERENCE_EXTERNAL = REFERENCE / "CorrespondenceAgencyExternal.wsdl"
BASIC = "/ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc"

NAMESPACES = {
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
    "s12": "http://www.w3.org/2003/05/soap-envelope",
    "i": "http://www.w3.org/2001/XMLSchema-instance",
    "base": "http://www.altinn.no/services/2009/10",
    "fault": "http://www.altinn.no/services/common/fault/2009/10",
    "w0910": "http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10",
    "c0910": "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2009/10",
    "c1010": "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2010/10",
    "c1311": "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2013/11",
    "c1410": "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2014/10",
    "c1602": "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2016/02",
    "not": "http://schemas.altinn.no/services/ServiceEngine/Notification/2009/10",
    "rel1010": "http://www.altinn.no/services/ServiceEngine/ReporteeElementList/2010/10",
    "rec": "http://schemas.altinn.no/services/Intermediary/Receipt/2009/10",
    "arr": "http://schemas.microsoft.com/2003/10/Serialization/Arrays",
}

ACTION_TEST = NAMESPACES["base"] + "/IAltinnContractBase/Test"
ACTION_BASIC = NAMESPACES["w0910"] + "/ICorrespondenceAgencyExternalBasic/"
ACTION_INSERT = ACTION_BASIC + "InsertCorrespondenceBasicV2"
ACTION_HISTORY = ACTION_BASIC + "GetCorrespondenceStatusHistoryBasic"
ACTION_DETAILS = ACTION_BASIC + "GetCorrespondenceStatusDetailsBasicV3"

SAVED = "Correspondence Saved Successfully"
DEMO_NUMBER = "910646192"
DEMO2_NUMBER = "991825827"
ON_BEHALF_NUMBER = "974760673"
REPORTEE = "910820605"

PATIENCE = 60  # seconds within which what must happen does, however busy the machine is


# ---------------------------------------------------------------- building requests


class Xml(str):
    """Content of an element that is XML already, or NIL."""


NIL = Xml("\0nil")

PARAMETERS = ("systemUserName", "systemPassword", "SystemUserCode", "ExternalShipmentReference")
CORRESPONDENCE = (
    "ServiceCode ServiceEdition Reportee Content VisibleDateTime AllowSystemDeleteDateTime "
    "DueDateTime ArchiveReference ReplyOptions Notifications AllowForwarding CaseID MessageSender "
    "IsReservable SdpOptions OnBehalfOfOrgNr"
).split()
CONTENT = (
    "LanguageCode MessageTitle MessageSummary MessageBody Attachments CustomMessageData"
).split()
ATTACHMENT = "DestinationType FunctionType FileName Name Encrypted Data SendersReference".split()
FILTER = (
    "CreatedAfterDate CreatedBeforeDate CurrentStatus NotificationSent Reportee SdpSearchOptions "
    "SendersReference ServiceCode ServiceEditionCode"
).split()

DEMO_INSERT = {
    "systemUserName": "demo",
    "systemPassword": "demo-password",
    "SystemUserCode": "TTD_DEMO",
    "ServiceCode": "4255",
    "ServiceEdition": "10",
    "Reportee": REPORTEE,
    "LanguageCode": "1044",
    "MessageTitle": "Vedtak i sak 24/417",
    "MessageBody": "<p>Søknaden er innvilget.</p>",
}


def member(prefix, name, value):
    """One element: absent for None, xsi:nil for NIL, as it is for Xml, else escaped text."""
    if value is None:
        return ""
    if value is NIL:
        return f'<{prefix}:{name} i:nil="true"/>'
    content = value if isinstance(value, Xml) else escape(str(value))
    return f"<{prefix}:{name}>{content}</{prefix}:{name}>"


def members(prefix, names, values):
    return Xml("".join(member(prefix, name, values.get(name)) for name in names))


def refuse_unknown(values, *known):
    unknown = set(values).difference(*known)
    if unknown:
        raise TypeError(f"no such member: {', '.join(sorted(unknown))}")


def envelope(body, header=""):
    declarations = " ".join(f'xmlns:{p}="{uri}"' for p, uri in NAMESPACES.items() if p != "s12")
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f"<s:Envelope {declarations}>{head}<s:Body>{body}</s:Body></s:Envelope>"


def test_envelope():
    return envelope("<base:Test/>")


def insert_envelope(**values):
    """InsertCorrespondenceBasicV2; every element of the request by its own name."""
    refuse_unknown(values, PARAMETERS, CORRESPONDENCE, CONTENT, ["Correspondence"])
    values = {**DEMO_INSERT, **values}
    if "ExternalShipmentReference" not in values:
        values["ExternalShipmentReference"] = unique("ref")
    if "Content" not in values:
        values["Content"] = members("c1010", CONTENT, values)
    if "Correspondence" not in values:
        values["Correspondence"] = members("c1010", CORRESPONDENCE, values)
    inner = members("w0910", PARAMETERS + ("Correspondence",), values)
    return envelope(member("w0910", "InsertCorrespondenceBasicV2", inner))


def attachment(data=b"%PDF-1.4 demo", **values):
    """One BinaryAttachmentV2; data are its bytes unless Data itself is given."""
    refuse_unknown(values, ATTACHMENT)
    values = {"FileName": "vedtak.pdf", "Name": "Vedtak", **values}
    if "Data" not in values:
        values["Data"] = base64.b64encode(data).decode()
    return member("rel1010", "BinaryAttachmentV2", members("rel1010", ATTACHMENT, values))


def attachments(*items):
    """The value of Attachments with these BinaryAttachmentV2 elements."""
    return Xml(member("c1010", "BinaryAttachments", Xml("".join(items))))


def history_envelope(references, user="demo", password="demo-password", password_first=False):
    """references: strings or NIL; None leaves the list out."""
    items = None if references is None else Xml("".join(member("arr", "string", r)
                                                        for r in references))
    header = [member("w0910", "SystemUserName", user), member("w0910", "SystemPassword", password)]
    if password_first:
        header.reverse()
    inner = Xml(member("w0910", "CorrespondenceSendersReferences", items))
    return envelope(member("w0910", "CorrespondenceStatusHistoryRequest", inner), "".join(header))


def details_envelope(user="demo", password="demo-password", **values):
    """GetCorrespondenceStatusDetailsBasicV3 with these members of the filter."""
    refuse_unknown(values, FILTER)
    values = {"ServiceCode": "4255", "ServiceEditionCode": "10", **values}
    inner = (member("w0910", "systemUserName", user) + member("w0910", "systemPassword", password)
             + member("w0910", "filterCriteria", members("c1602", FILTER, values)))
    return envelope(member("w0910", "GetCorrespondenceStatusDetailsBasicV3", Xml(inner)))


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


# ---------------------------------------------------------------- calls and answers


@dataclasses.dataclass
class Fault:
    code: str
    text: str
    members: dict | None  # of AltinnFault in the order of the answer; None: there is none

    @property
    def error_id(self):
        return None if self.members is None else int(self.members["ErrorID"])

    @property
    def message(self):
        return "" if self.members is None else self.members["AltinnErrorMessage"]


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def tree(self):
        return etree.fromstring(self.body)

    def all(self, path):
        return self.tree.iterfind(".//" + path, NAMESPACES)

    def texts(self, path):
        return [element.text or "" for element in self.all(path)]

    def receipt(self):
        """Members of the receipt by local name; References as a dict of their own."""
        equal(self.status, 200, f"HTTP status of {self.body[:600]!r}")
        result = next(self.all("w0910:InsertCorrespondenceBasicV2Result"))
        receipt = {local(child): child.text or "" for child in result}
        receipt["References"] = {
            reference.findtext("rec:ReferenceTypeName", None, NAMESPACES):
                reference.findtext("rec:ReferenceValue", None, NAMESPACES)
            for reference in result.iterfind("rec:References/rec:Reference", NAMESPACES)}
        return receipt

    def accepted(self):
        receipt = self.receipt()
        equal(receipt["ReceiptStatusCode"], "OK", f"receipt {receipt['ReceiptText']!r}")
        return receipt

    def fault(self):
        """The SOAP 1.1 fault of an answer that must be one."""
        element = self.tree.find("s:Body/s:Fault", NAMESPACES)
        if element is None:
            raise AssertionError(f"HTTP {self.status} without a fault: {self.body[:600]!r}")
        altinn = element.find("detail/fault:AltinnFault", NAMESPACES)
        found = None if altinn is None else {local(child): child.text or "" for child in altinn}
        prefix, _, code = element.findtext("faultcode").rpartition(":")
        equal(element.nsmap.get(prefix), NAMESPACES["s"], "namespace of the fault code")
        return Fault(code, element.findtext("faultstring"), found)

    def statuses(self):
        """The StatusV2 entries of a status answer, in its order."""
        equal(self.status, 200, f"HTTP status of {self.body[:600]!r}")
        return [Status.read(element) for element in self.all("c1410:StatusV2")]

    def references(self):
        return [status.reference for status in self.statuses()]

    def limit_reached(self):
        path = "c1602:CorrespondenceStatusInformation/c1602:LimitReached"
        information = self.tree.find(".//" + path, NAMESPACES)
        if information is None:  # the history result has its own element of that name
            information = next(self.all("w0910:CorrespondenceStatusInformation/c1602:LimitReached"))
        return information.text == "true"


@dataclasses.dataclass
class Status:
    id: int
    created: str
    reportee: str
    reference: str
    changes: list        # (type, date)
    notifications: list  # (transport, recipient, date or None)

    @classmethod
    def read(cls, element):
        def text(path):
            return element.findtext("c1410:" + path, None, NAMESPACES)

        changes = [(change.findtext("c1410:StatusType", None, NAMESPACES),
                    change.findtext("c1410:StatusDate", None, NAMESPACES))
                   for change in element.iterfind(".//c1410:StatusChangeV2", NAMESPACES)]
        notifications = [(entry.findtext("c1311:TransportType", None, NAMESPACES),
                          entry.findtext("c1311:Recipient", None, NAMESPACES),
                          entry.findtext("c1311:SentDate", None, NAMESPACES) or None)
                         for entry in element.iterfind(".//c1311:Notification", NAMESPACES)]
        return cls(int(text("CorrespondenceID")), text("CreatedDate"), text("Reportee"),
                   text("SendersReference"), changes, notifications)


def local(element):
    return etree.QName(element).localname


def connect(url, certificate=None, timeout=30):
    """An http.client connection to scheme://host:port."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=certificate)
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout,
                                           context=context)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)


def open_socket(url, timeout=30):
    """A TCP connection to the listener of a URL, without TLS."""
    parts = urllib.parse.urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=timeout)


def exchange(connection, method, path, body=None, headers=None):
    """One request on a connection that stays open; a text goes out in UTF-8."""
    body = body.encode() if isinstance(body, str) else body
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def soap_headers(action, content_type="text/xml; charset=utf-8"):
    """The usual headers of a SOAP 1.1 call; None leaves one out."""
    headers = {"Content-Type": content_type,
               "SOAPAction": None if action is None else f'"{action}"'}
    return {name: value for name, value in headers.items() if value is not None}


# ---------------------------------------------------------------- the server


# A machine that stands still for some seconds must not make a good call one that waited too long.
PATIENT = {"database_connect_timeout": "20s", "database_lock_timeout": "40s",
           "database_deadline": "60s"}

# What dpvd has without such settings, for tests that are about waits.
IMPATIENT = {"database_connect_timeout": "2s", "database_lock_timeout": "5s",
             "database_deadline": "8s"}


class Server:
    """An instance of its own, made and ended by scripts/dev.sh; settings are those of dpvd."""

    def __init__(self, **settings):
        # Most tests give one user many wrong passwords, and none of them is about that.
        self.settings = {"login_failures": 0, **PATIENT, **settings}
        self.folder = Path(tempfile.mkdtemp(prefix="dpvd-e2e-"))
        self.folder.chmod(0o755)
        self.env = {}
        self.sanitizer_reports = []  # known once it is closed
        self.beside = contextlib.ExitStack()  # what ends before it

    def __enter__(self):
        try:
            self.dev("start", *self.options(**self.settings))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    @staticmethod
    def options(**settings):
        return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]

    def restart(self, **settings):
        """Stops dpvd cleanly and starts it again, with these settings from now on."""
        self.dev("restart-server", *self.options(**settings))

    def dev(self, verb, *arguments):
        """A verb of scripts/dev.sh; dev.env is read again afterwards."""
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [ROOT / "scripts" / "dev.sh", verb, "--dir", self.folder, *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=600, check=False)
            output.seek(0)
            said = output.read().decode(errors="replace")
        if done.returncode != 0:
            raise RuntimeError(f"dev.sh {verb} ended with {done.returncode}: {said}")
        self._read_env()
        return said

    def _read_env(self):
        path = self.folder / "dev.env"
        if path.exists():
            words = shlex.split(path.read_text(encoding="utf-8"), comments=True)
            self.env = dict(word.split("=", 1) for word in words if "=" in word)

    def close(self):
        try:
            self.beside.close()
            if (self.folder / "lock").exists():
                self.dev("stop")
            self.sanitizer_reports = [report for log in self.folder.glob("dpvd*.log")
                                      for report in SANITIZER_REPORT.findall(log.read_text())]
        finally:
            if os.environ.get("E2E_KEEP"):
                print(f"kept {self.folder}")
            else:
                shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def process(self, wait=True, **settings):
        """A further dpvd on the same database as a child of this program, on a free port, without
        TLS: (subprocess.Popen, its URL once it listens)."""
        settings = {"listen": "127.0.0.1:0", "tls_listen": "", "admin_listen": "", **settings}
        log = self.folder / f"{unique('dpvd')}.log"
        with log.open("wb") as output:
            child = subprocess.Popen(
                [DPVD, "serve", "-c", self.env["CONFIG_FILE"], *self.options(**settings)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            url = wait and wait_until(lambda: listening_url(log.read_text(encoding="utf-8")), 60,
                                      "a second dpvd listens")
            yield child, url
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()

    @property
    def url(self):
        return self.env["BASE_URL"]

    @property
    def tls_url(self):
        return self.env["TLS_URL"]

    @property
    def admin_url(self):
        return self.env["ADMIN_URL"]

    @property
    def pid(self):
        return int(self.env["DPVD_PID"])

    @property
    def certificate(self):
        return self.env["TLS_CERTIFICATE"]

    def connect(self, tls=False, timeout=30):
        return connect(self.tls_url if tls else self.url, self.certificate, timeout)

    def request(self, method, path, body=None, headers=None, tls=False, timeout=30):
        """One request on a connection of its own."""
        connection = self.connect(tls, timeout)
        try:
            return exchange(connection, method, path, body, headers)
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, body, action=None, headers=None, **options):
        """POSTs an envelope to the Basic endpoint."""
        return self.request("POST", BASIC, body, {**soap_headers(action), **(headers or {})},
                            **options)

    def insert(self, **values):
        return self.post(insert_envelope(**values), ACTION_INSERT)

    def history(self, references, **options):
        return self.post(history_envelope(references, **options), ACTION_HISTORY)

    def details(self, **values):
        return self.post(details_envelope(**values), ACTION_DETAILS)

    def admin(self, path):
        connection = connect(self.admin_url)
        try:
            return exchange(connection, "GET", path)
        finally:
            connection.close()

    def sql(self, text):
        """Rows as lists of strings."""
        done = subprocess.run(["sh", "-c", self.env["PSQL"]], input=text, capture_output=True,
                              text=True, timeout=60, check=False)
        if done.returncode != 0 or "ERROR" in done.stderr:
            raise RuntimeError(f"SQL failed: {done.stderr.strip()} in {text}")
        return [line.split("|") for line in done.stdout.splitlines()]

    def value(self, text):
        """The only value of the only row."""
        rows = self.sql(text)
        equal((len(rows), len(rows[0]) if rows else 0), (1, 1), f"size of the answer to {text}")
        return rows[0][0]

    def count(self, table, condition="true"):
        return int(self.value(f"SELECT count(*) FROM dpvd.{table} WHERE {condition};"))

    def counts(self, *tables):
        """Rows in each of the tables."""
        columns = ", ".join(f"(SELECT count(*) FROM dpvd.{table})" for table in tables)
        return [int(number) for number in self.sql(f"SELECT {columns};")[0]]

    def message(self, reference, columns):
        """Columns of the only message with this reference."""
        rows = self.sql(f"SELECT {columns} FROM dpvd.correspondence "
                        f"WHERE senders_reference = {literal(reference)};")
        equal(len(rows), 1, f"messages with reference {reference}")
        return rows[0]

    def content_hashes(self, reference):
        """SHA-256 in hex of the attachments of the messages with this reference, in order, taken
        over the stored bytes and equal to the stored digest."""
        rows = self.sql(f"""
            SELECT encode(sha256(a.content || coalesce(rest.content, '')), 'hex'),
                   encode(a.sha256, 'hex'),
                   octet_length(a.content || coalesce(rest.content, '')) = a.size
              FROM dpvd.correspondence c
              JOIN dpvd.attachment a ON (a.sender_id, a.correspondence_id) = (c.sender_id, c.id)
              LEFT JOIN LATERAL (
                   SELECT string_agg(k.content, '' ORDER BY k.chunk) AS content
                     FROM dpvd.attachment_chunk k
                    WHERE (k.sender_id, k.correspondence_id, k.number)
                        = (a.sender_id, a.correspondence_id, a.number)) rest ON true
             WHERE c.senders_reference = {literal(reference)}
             ORDER BY c.sender_id, c.id, a.number;""")
        for content, digest, right_size in rows:
            equal((digest, right_size), (content, "t"), "stored digest and size")
        return [row[0] for row in rows]

    def log(self):
        return Path(self.env["LOG_FILE"]).read_text(encoding="utf-8")

    def logged(self, text):
        """Waits until the log holds the text: a request's line follows its answer."""
        wait_until(lambda: text in self.log(), 60, f"{text!r} stands in the log")

    def log_lines(self, event):
        """Log lines of one event as dicts, oldest first."""
        return [line for line in map(parse_log_line, whole_lines(self.log()))
                if line.get("event") == event]

    def ready(self):
        try:
            return self.get("/health/ready").status == 200
        except OSError:
            return False


SANITIZER_REPORT = re.compile(r".*(?:(?:ERROR|WARNING): \w+Sanitizer|runtime error: ).*")


def whole_lines(log):
    """All lines but one that is still being written."""
    return log.rpartition("\n")[0].splitlines()


def listening_url(log):
    """From the log of a server that has one listener; None before it listens."""
    for line in map(parse_log_line, whole_lines(log)):
        if line.get("event") == "listening":
            return "http://" + line["address"]
    return None


LOGFMT_FIELD = re.compile(r'([A-Za-z0-9_.]+)=(?:"((?:[^"\\]|\\.)*)"|([^" ]*))(?: |$)')


def parse_log_line(line):
    """Fields of a logfmt or JSON line; an empty dict for anything else."""
    if line.startswith("{"):
        return json.loads(line)
    fields = {}
    position = 0
    while position < len(line):
        field = LOGFMT_FIELD.match(line, position)
        if field is None:
            return {}
        fields[field[1]] = field[3] if field[2] is None else field[2]
        position = field.end()
    return fields


def keep_secret(path):
    """Nobody may read the file but the server's user, who is postgres when tests run as root."""
    path.chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(path, "postgres")
    return path


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def literal(text):
    """An SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def wait_until(condition, seconds, what):
    """Polls until condition() is true and returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def at_once(calls):
    """Runs the calls in threads that start together; their results in order."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


# ---------------------------------------------------------------- claims and the report


def equal(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(f"{what}: {actual!r}, expected {expected!r}")


def contains(text, part, what="text"):
    if part not in text:
        raise AssertionError(f"{what}: no {part!r} in {text!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


PLACEHOLDERS = {
    "{dateTime}": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,2}[1-9])?",
    "{id}": r"[1-9]\d{0,9}",
    "{guid}": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}


XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def same_xml(actual, expected, where=""):
    """Elements, attributes, their order and texts are the same whatever the prefixes; a text of
    the expected one may be a placeholder. White space between elements and xml:lang, which a
    faultstring may have or not, do not count."""
    where += "/" + local(expected)
    attributes = {name: value for name, value in actual.attrib.items() if name != XML_LANG}
    equal(actual.tag, expected.tag, "element in " + where)
    equal(attributes, dict(expected.attrib), "attributes of " + where)
    equal([local(child) for child in actual], [local(child) for child in expected],
          "children of " + where)
    if len(expected) == 0:
        text, wanted = actual.text or "", (expected.text or "").strip()
        pattern = PLACEHOLDERS.get(wanted, re.escape(wanted))
        true(re.fullmatch(pattern, text), f"text of {where}: {text!r}, expected {wanted!r}")
    for child, wanted in zip(actual, expected):
        same_xml(child, wanted, where)


def answer_is(answer, file_name, **values):
    """The answer is tests/data/FILE with {name} replaced by each value."""
    text = (DATA / file_name).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace("{" + name + "}", escape(str(value)))
    wanted = etree.fromstring(text.encode(), etree.XMLParser(remove_comments=True))
    same_xml(answer.tree, wanted)


class Skip(Exception):
    """Raised by a case that cannot run here, with the reason."""


_cases = []


def case(function):
    """Registers a claim; its name is the function's, its argument the server."""
    _cases.append((_words(function), function))
    return function


def case_table(rows):
    """Registers one claim for each row: a dict from name to the further arguments (a tuple)."""
    def register(function):
        for name, row in rows.items():
            _cases.append((f"{_words(function)}: {name}",
                           lambda server, row=row: function(server, *row)))
        return function
    return register


def _words(function):
    return function.__name__.strip("_").replace("_", " ")


def _reason(error):
    """One line: what was wrong and where in the test."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if frame.filename != __file__]
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    kind = "" if isinstance(error, AssertionError) else type(error).__name__ + ": "
    return " ".join(f"{kind}{error}".split())[:1500] + place


class Report:
    """One line a case as it ends, and the sum."""

    def __init__(self):
        self.counts = {"ok": 0, "FAIL": 0, "skip": 0}

    def tell(self, word, name, reason=None):
        self.counts[word] += 1
        print(f"{word:4}{name}" if reason is None else f"{word:4} {name}: {reason}", flush=True)

    def run(self, name, function, server):
        try:
            function(server)
            self.tell("ok", name)
        except Skip as skip:
            self.tell("skip", name, str(skip))
        except Exception as error:  # pylint: disable=broad-except
            self.tell("FAIL", name, _reason(error))

    def end(self):
        """Prints the sum; the program's exit status."""
        skipped = f", {self.counts['skip']} skipped" if self.counts["skip"] else ""
        print(f"{self.counts['ok']} passed, {self.counts['FAIL']} failed{skipped}", flush=True)
        return 0 if self.counts["FAIL"] == 0 else 1


def stop_on_signals():
    """SIGTERM and SIGHUP end the program as an exception does: servers are closed."""
    def stop(number, _frame):
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)


def main(**settings):
    """Runs the program's cases against a server of its own and exits."""
    stop_on_signals()
    report = Report()
    with Server(**settings) as server:
        for name, function in _cases:
            report.run(name, function, server)
    for found in server.sanitizer_reports:
        report.tell("FAIL", "no report of a sanitizer", found)
    sys.exit(report.end())


def _run_beside_server(command):
    stop_on_signals()
    with Server() as server:
        env = {**os.environ, **server.env}
        if REFERENCE_BASIC.exists():
            env["REFERENCE_WSDL"] = str(REFERENCE_BASIC)
            env["REFERENCE_EXTERNAL_WSDL"] = str(REFERENCE_EXTERNAL)
        status = subprocess.run(command, env=env, check=False).returncode
    for found in server.sanitizer_reports:
        print(found)
    sys.exit(status or len(server.sanitizer_reports) > 0)


if __name__ == "__main__":
    _run_beside_server(sys.argv[1:])
