#!/usr/bin/python3
"""One call with a fault at its Nth allocation, read or write: test_faults.py [all|SEED]

Such a call is refused cleanly or succeeds, and the same call without a fault then succeeds, once.
Usually some N of each call are tried, evenly spread from a random one on, whose seed is printed;
`make faults` tries all of them.
"""

import http.client
import random
import sys

import external_calls
from external_calls import EXTERNAL, insert_body, security
from faulty import Faulty, Kind, is_clean_refusal
from insert_calls import notification, notifications
from support import (
    ACTION_HISTORY, ACTION_INSERT, BASIC, attachment, attachments, case_table, equal,
    history_envelope, insert_envelope, literal, main, sha256, soap_headers, true, unique,
    wait_until)

ALL = sys.argv[1:2] == ["all"]
SEED = random.SystemRandom().randrange(1 << 32) if ALL or len(sys.argv) < 2 else int(sys.argv[1])
DICE = random.Random(SEED)
SAMPLE = 4  # faults of each kind in each call, unless it is all
STRAY_BLOCKS = 100  # a new connection to the database holds some more or fewer


# ---------------------------------------------------------------- calls


class Insert:
    """A message of its own, with an attachment and a notification."""

    size = 300
    path = BASIC
    headers = soap_headers(ACTION_INSERT)

    def __init__(self, _server):
        self.sent = {}  # hash of the attachment by reference
        self.receipts = {}

    def make_unchecked(self):
        return "POST", self.path, self.envelope(unique("faults"), b"x" * self.size), self.headers

    def make(self):
        """(reference, what Faulty.exchange needs)."""
        reference, data = unique("faults"), DICE.randbytes(self.size)
        self.sent[reference] = sha256(data)
        return reference, ("POST", self.path, self.envelope(reference, data), self.headers)

    @staticmethod
    def read(answer):
        return answer

    @staticmethod
    def values(reference, data):
        return {"ExternalShipmentReference": reference,
                "Attachments": attachments(attachment(data)),
                **notifications(notification(("Email", "post@example.com")))}

    def envelope(self, reference, data):
        return insert_envelope(**self.values(reference, data))

    def check(self, reference, answer):
        """It is the receipt of the message, the same each time."""
        receipt = answer.accepted()
        equal(receipt, self.receipts.setdefault(reference, receipt), "receipt")

    def check_all(self, server):
        """Each message is there once and whole."""
        rows = server.sql(f"""
            SELECT c.senders_reference, string_agg(c.receipt_id::text, ' '),
                   min((SELECT count(*) FROM dpvd.notification n
                         WHERE (n.sender_id, n.correspondence_id) = (c.sender_id, c.id))),
                   min((SELECT count(*) FROM dpvd.status_event e
                         WHERE (e.sender_id, e.correspondence_id) = (c.sender_id, c.id))),
                   min((SELECT count(*) FROM dpvd.audit_log l
                         WHERE (l.sender_id, l.correspondence_id, l.result)
                             = (c.sender_id, c.id, 'accepted'))),
                   min((SELECT encode(sha256(string_agg(p.content, '' ORDER BY p.chunk)), 'hex')
                          FROM (SELECT 0, a.content FROM dpvd.attachment a
                                 WHERE (a.sender_id, a.correspondence_id) = (c.sender_id, c.id)
                                UNION ALL
                                SELECT 1 + k.chunk, k.content FROM dpvd.attachment_chunk k
                                 WHERE (k.sender_id, k.correspondence_id) = (c.sender_id, c.id))
                               AS p (chunk, content)))
              FROM dpvd.correspondence c
             WHERE c.senders_reference IN ({', '.join(map(literal, self.sent))})
             GROUP BY c.senders_reference;""")
        expected = {reference: [self.receipts[reference]["ReceiptId"], "1", "1", "1", digest]
                    for reference, digest in self.sent.items()}
        equal({row[0]: row[1:] for row in rows}, expected, "what is stored")


class LargeInsert(Insert):
    """Its attachment goes through a spool file, and into chunks."""

    size = 1_200_000


class AddressedInsert(Insert):
    """SOAP 1.2 with a UsernameToken."""

    path = EXTERNAL
    headers = {"Content-Type": external_calls.soap_type()}

    def envelope(self, reference, data):
        return external_calls.envelope(insert_body(**self.values(reference, data)), security())

    @staticmethod
    def read(answer):
        return external_calls.Addressed(answer.status, answer.headers, answer.body)

    def check(self, reference, answer):
        answer = self.read(answer).accepted()
        receipt = {"ReceiptId": answer.tree.findtext(".//rec:ReceiptId", None,
                                                     external_calls.NAMES)}
        equal(receipt, self.receipts.setdefault(reference, receipt), "receipt")


class Status:
    """The history of some messages."""

    def __init__(self, server):
        self.references = [unique("status") for _ in range(3)]
        for reference in self.references:
            server.insert(ExternalShipmentReference=reference).accepted()

    def make_unchecked(self):
        return self.make()[1]

    def make(self):
        return None, ("POST", BASIC, history_envelope(self.references),
                      soap_headers(ACTION_HISTORY))

    @staticmethod
    def read(answer):
        return answer

    def check(self, _reference, answer):
        equal(sorted(answer.references()), sorted(self.references), "references")

    def check_all(self, _server):
        pass


# ---------------------------------------------------------------- one sweep


def try_one(faulty, call, fault):
    """False when the fault lies beyond the end of the call."""
    reference, request = call.make()
    answer = faulty.attempt(request, *fault)
    reached = faulty.control["failed"] > 0
    if answer is not None and answer.status == 200:
        call.check(reference, answer)
    elif answer is not None:
        is_clean_refusal(call.read(answer))
    call.check(reference, faulty.exchange(*request))
    faulty.settled()
    return reached


def sweep(faulty, call, problems, kind, lasting):
    """All N, or some, until a fault was out of reach a few times; how many were tried."""
    faulty.attempt(call.make_unchecked(), kind, 0)
    stride = 1 if ALL else max(1, faulty.control["calls"] // SAMPLE)
    at = 1 + DICE.randrange(stride)
    tried = beyond = 0
    while beyond < (3 if ALL else 1) and len(problems) < 100:
        try:
            reached = try_one(faulty, call, (kind, at, lasting))
        except (AssertionError, OSError, http.client.HTTPException) as error:
            problems.append(f"{kind.name} {at}{' lasting' * lasting}: {error}"[:500])
            faulty.revive()
            reached = True
        beyond = 0 if reached else beyond + 1
        tried += reached
        at += stride
    return tried


def blocks_at_rest(faulty):
    """Blocks of memory that it holds when nothing is under way, ready and with all connections."""
    wait_until(lambda: faulty.ready() and faulty.open_descriptors() == faulty.descriptors, 60,
               f"ready, with {faulty.descriptors} descriptors")
    return faulty.control["blocks"]


def warm_up(faulty, call):
    faulty.descriptors = sys.maxsize
    for _ in range(3):
        reference, request = call.make()
        call.check(reference, faulty.exchange(*request))
    faulty.rest()


@case_table({
    "an insert": (Insert,),
    "a large insert": (LargeInsert,),
    "an addressed insert": (AddressedInsert,),
    "a status call": (Status,),
})
def fails_cleanly_or_succeeds(server, make_call):
    with Faulty(server) as faulty:
        call, problems, tried = make_call(server), [], {}
        warm_up(faulty, call)
        blocks = blocks_at_rest(faulty)
        for kind in (Kind.MEMORY, Kind.ERROR, Kind.SHORT):
            for lasting in (False, True):
                name = kind.name.lower() + " from there on" * lasting
                tried[name] = sweep(faulty, call, problems, kind, lasting)
        print(f"    tried {tried}", flush=True)
        equal(problems, [], "problems")
        more = blocks_at_rest(faulty) - blocks
        true(more < STRAY_BLOCKS, f"{more} blocks of memory more than before")
        call.check_all(server)
        equal(faulty.stop(), 0, "exit status")


if __name__ == "__main__":
    print(f"seed {SEED}")
    main()
