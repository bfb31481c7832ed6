"""Clients that send letters and repeat each until it is answered, one answer in ten thrown away,
and the look at the database afterwards: all that was acknowledged is there, once."""

import dataclasses
import http.client
import random
import threading
import time

from support import (
    ACTION_INSERT, BASIC, attachment, attachments, connect, contains, equal, exchange,
    insert_envelope, literal, sha256, soap_headers, wait_until)

CLIENTS = 8
PATIENCE = 300  # seconds until a letter must have its receipt, whatever happens meanwhile
NON_FUNCTIONAL = "non-functional error"


@dataclasses.dataclass
class Letter:
    reference: str
    data: bytes
    receipt: dict | None = None  # of the first answer

    def envelope(self):
        """The same letter each time, but for the date that clients compute anew."""
        visible = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        return insert_envelope(ExternalShipmentReference=self.reference, VisibleDateTime=visible,
                               MessageTitle=f"Brev {self.reference}",
                               Attachments=attachments(attachment(self.data)))


class Client(threading.Thread):
    """Sends one letter after the other until it is told to stop; finishes the last one."""

    def __init__(self, url, name, seed, sizes, pause, finished):
        super().__init__(name=name, daemon=True)
        self.url = url
        self.random = random.Random(seed)
        self.sizes = sizes
        self.pause = pause
        self.finished = finished
        self.letters = []
        self.thrown_away = 0
        self.wrong = []  # answers that no client should ever get
        self.connection = None
        self.certificate = None  # of a server with TLS

    def run(self):
        while not self.finished.is_set():
            number = len(self.letters)
            large = 1_200_000 if number % 10 == 9 else 500
            size = self.random.choice(self.sizes or (100, 5_000, 60_000, large))
            letter = Letter(f"{self.name}-{number}", self.random.randbytes(size))
            self.letters.append(letter)
            deadline = time.monotonic() + PATIENCE
            while not self.deliver(letter):
                if time.monotonic() > deadline:
                    self.wrong.append(f"{letter.reference}: no receipt within {PATIENCE} s")
                    break
                time.sleep(0.05)  # a client's pause before it tries again
            self.finished.wait(self.pause)
        self.disconnect()

    def deliver(self, letter):
        """True once a receipt came that was kept; a second one must be the same."""
        try:
            if self.connection is None:
                self.connection = connect(self.url, self.certificate)
            answer = exchange(self.connection, "POST", BASIC, letter.envelope(),
                              soap_headers(ACTION_INSERT))
        except (OSError, http.client.HTTPException):
            self.disconnect()
            return False
        try:
            return self.take(letter, answer)
        except AssertionError as error:
            self.wrong.append(f"{letter.reference}: {error}")
            return False

    def take(self, letter, answer):
        if answer.status in (502, 503, 504):  # also a proxy's
            return False
        if answer.status != 200:
            fault = answer.fault()
            equal(fault.code, "Server", f"code of the fault {fault.message!r}")
            contains(fault.message, NON_FUNCTIONAL, "AltinnErrorMessage")
            return False
        receipt = answer.accepted()
        if letter.receipt is not None:
            equal(receipt, letter.receipt, "receipt after the first one")
            return True
        letter.receipt = receipt
        if self.random.random() < 0.1:
            self.thrown_away += 1
            return False
        return True

    def disconnect(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Load:
    """Clients at work between entering and leaving; sizes of attachments, large ones among them
    unless given; pause: seconds from one letter to the next."""

    def __init__(self, url, prefix, seed, sizes=(), pause=0):
        self.finished = threading.Event()
        self.clients = [
            Client(url, f"{prefix}-{i}", f"{seed}-{prefix}-{i}", sizes, pause, self.finished)
            for i in range(CLIENTS)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.finished.set()
        for client in self.clients:
            client.join(PATIENCE + 30)

    def letters(self):
        return [letter for client in self.clients for letter in client.letters]

    def acknowledged(self):
        return sum(letter.receipt is not None for letter in self.letters())


def check_nothing_lost_or_doubled(server, load, prefix):
    equal([wrong for client in load.clients for wrong in client.wrong], [], "wrong answers")
    expected = {letter.reference: letter for letter in load.letters()}
    equal([r for r, letter in expected.items() if letter.receipt is None], [], "without receipt")
    mine = f"senders_reference LIKE {literal(prefix + '-%')}"
    rows = server.sql(f"""
        SELECT c.senders_reference, c.receipt_id, r.correspondence_id = c.id, r.status,
               encode(sha256(a.content || coalesce(k.content, '')), 'hex')
          FROM dpvd.correspondence c
          LEFT JOIN dpvd.receipt r ON (r.sender_id, r.id) = (c.sender_id, c.receipt_id)
          LEFT JOIN dpvd.attachment a ON (a.sender_id, a.correspondence_id) = (c.sender_id, c.id)
          LEFT JOIN dpvd.attachment_chunk k ON (k.sender_id, k.correspondence_id, k.number)
                                             = (a.sender_id, a.correspondence_id, a.number)
         WHERE c.{mine} ORDER BY c.id;""")
    found = {row[0]: row[1:] for row in rows}
    equal(len(found), len(rows), "different references of all rows")
    equal(found, {reference: [letter.receipt["ReceiptId"], "t", "1", sha256(letter.data)]
                  for reference, letter in expected.items()}, "messages")
    equal(server.count("receipt", mine), len(expected), "receipts")
    audit = server.sql("SELECT senders_reference FROM dpvd.audit_log "
                       f"WHERE result = 'accepted' AND {mine};")
    equal(sorted(row[0] for row in audit), sorted(expected), "audit rows of acceptance")
    for table in ("status_event", "correspondence_state"):
        equal(server.count(table), server.count("correspondence"), f"rows of {table}")
    seen = server.history(sorted(expected)[:1000]).references()
    equal(seen, sorted(expected)[:1000], "references in the history")


def progress(load):
    """Waits until the clients have got further by some messages: all of it is up again."""
    goal = load.acknowledged() + CLIENTS
    wait_until(lambda: load.acknowledged() >= goal, PATIENCE, "messages go in again")
