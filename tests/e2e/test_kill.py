#!/usr/bin/python3
"""What was acknowledged is there once, whatever is killed: test_kill.py [SEED]

Eight clients send messages, each again and again until it is answered, one answer in ten thrown
away, while dpvd and PostgreSQL are killed by SIGKILL at random moments. Everything random comes
from the seed, which is printed; the moments within the server are the machine's.
"""

import dataclasses
import http.client
import random
import signal
import sys
import threading
import time

from support import (
    ACTION_INSERT, BASIC, attachment, attachments, case, connect, contains, equal, exchange,
    insert_envelope, literal, main, sha256, soap_headers, true, wait_until)

CLIENTS = 8
KILL_SECONDS = 28
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(1 << 32)
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

    def __init__(self, url, name, seed, finished):
        super().__init__(name=name, daemon=True)
        self.url = url
        self.random = random.Random(seed)
        self.finished = finished
        self.letters = []
        self.thrown_away = 0
        self.wrong = []  # answers that no client should ever get
        self.connection = None

    def run(self):
        while not self.finished.is_set():
            number = len(self.letters)
            size = self.random.choice((100, 5_000, 60_000, 1_200_000 if number % 10 == 9 else 500))
            letter = Letter(f"{self.name}-{number}", self.random.randbytes(size))
            self.letters.append(letter)
            deadline = time.monotonic() + 60
            while not self.deliver(letter):
                if time.monotonic() > deadline:
                    self.wrong.append(f"{letter.reference}: no receipt within 60 s")
                    break
                time.sleep(0.05)  # a client's pause before it tries again
        self.disconnect()

    def deliver(self, letter):
        """True once a receipt came that was kept; a second one must be the same."""
        try:
            if self.connection is None:
                self.connection = connect(self.url)
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
        if answer.status == 503:
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
    """Clients at work between entering and leaving."""

    def __init__(self, url, prefix):
        self.finished = threading.Event()
        self.clients = [Client(url, f"{prefix}-{i}", f"{SEED}-{prefix}-{i}", self.finished)
                        for i in range(CLIENTS)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.finished.set()
        for client in self.clients:
            client.join(90)

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


KILLS = {  # verbs of dev.sh that kill, and those that bring it back
    "server": (["kill-server"], ["start"]),
    "database": (["kill-pg"], ["start-pg"]),
    "both": (["kill-server", "kill-pg"], ["start-pg", "start"]),
    "both, the database first": (["kill-pg", "kill-server"], ["start-pg", "start"]),
}


def progress(load):
    """Waits until the clients have got further by some messages: all of it is up again."""
    goal = load.acknowledged() + CLIENTS
    wait_until(lambda: load.acknowledged() >= goal, 30, "messages go in again")


@case
def acknowledged_messages_survive_kills_and_none_is_doubled(server):
    dice = random.Random(SEED)
    kills = dict.fromkeys(KILLS, 0)
    with Load(server.url, "kill") as load:
        end = time.monotonic() + KILL_SECONDS
        while time.monotonic() < end or min(kills.values()) == 0:
            progress(load)
            time.sleep(dice.random() * 0.5)  # the moment of the kill
            what = min(kills, key=lambda name: (kills[name], dice.random()))
            kills[what] += 1
            for verb in [*KILLS[what][0], *KILLS[what][1]]:
                server.dev(verb)
        progress(load)
    check_nothing_lost_or_doubled(server, load, "kill")
    letters, thrown = len(load.letters()), sum(client.thrown_away for client in load.clients)
    print(f"    killed {kills}; {letters} messages, {thrown} answers thrown away")


@case
def database_away_is_a_fault_that_asks_to_try_again(server):
    server.insert().accepted()
    server.dev("stop-pg")
    try:
        for answer in (server.insert(), server.history(["x"]), server.details()):
            fault = answer.fault()
            equal((answer.status, fault.code, fault.error_id), (500, "Server", 0), fault.message)
            contains(fault.message, NON_FUNCTIONAL, "AltinnErrorMessage")
            true("postgres" not in fault.message.lower() and "socket" not in fault.message,
                 f"internals in {fault.message!r}")
        wait_until(lambda: server.get("/health/ready").status == 503, 5, "readiness is red")
        equal(server.get("/health/live").status, 200, "liveness")
    finally:
        server.dev("start-pg")
    wait_until(server.ready, 2, "readiness is green after the database's return")
    server.insert().accepted()


@case
def insert_works_within_2_seconds_of_the_databases_return(server):
    for away in ("stop-pg", "kill-pg"):
        server.dev(away)
        equal(server.insert().status, 500, "HTTP status while it is away")
        server.dev("start-pg")
        wait_until(lambda: server.insert().status == 200, 2, f"insert after {away}")


@case
def sigterm_in_the_middle_of_load_loses_nothing_and_exits_0(server):
    with server.process(shutdown_timeout="20s") as (child, url):
        with Load(url, "term") as load:
            wait_until(lambda: load.acknowledged() >= 10 * CLIENTS, 30, "load is on")
            child.send_signal(signal.SIGTERM)
            equal(child.wait(25), 0, "exit status")
            for client in load.clients:
                client.url = server.url  # the other process serves on
    check_nothing_lost_or_doubled(server, load, "term")


@case
def sigterm_ends_an_idle_server_at_once(server):
    with server.process() as (child, url):
        connection = connect(url)
        equal(exchange(connection, "GET", "/health/live").status, 200, "HTTP status")
        started = time.monotonic()
        child.send_signal(signal.SIGTERM)
        equal(child.wait(25), 0, "exit status")
        true(time.monotonic() - started < 10, "an idle connection held the server up")
        connection.close()


@case
def connections_of_the_database_that_are_cut_cost_no_message(server):
    cut = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
           "WHERE usename = 'dpvd_app';")
    with Load(server.url, "cut") as load:
        for _ in range(10):
            progress(load)
            server.sql(cut)
        progress(load)
    check_nothing_lost_or_doubled(server, load, "cut")


if __name__ == "__main__":
    print(f"seed {SEED}")
    main()
