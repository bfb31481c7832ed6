"""What must hold of everything that was acknowledged, and of what was planned to be sent."""

import collections
import json

from support import equal, true, wait_until

PAGE = 2000             # letters of one statement
HISTORY_PAGE = 500      # references of one status query
SENDING_PATIENCE = 400  # seconds until one more notification is sent
TOLD = 5                # of many violations

# One row a message: all that was stored of it, the digest taken over the stored bytes.
MESSAGES = """
SELECT c.senders_reference, c.id, c.receipt_id, r.correspondence_id, r.status,
       (SELECT coalesce(string_agg(encode(sha256(a.content || coalesce(rest.content, '')), 'hex')
                 || CASE WHEN a.sha256 = sha256(a.content || coalesce(rest.content, ''))
                          AND a.size = octet_length(a.content || coalesce(rest.content, ''))
                         THEN '' ELSE ' (another digest or size is stored)' END, ' '), '')
          FROM dpvd.attachment a
          LEFT JOIN LATERAL (
               SELECT string_agg(k.content, '' ORDER BY k.chunk) AS content
                 FROM dpvd.attachment_chunk k
                WHERE (k.sender_id, k.correspondence_id, k.number)
                    = (a.sender_id, a.correspondence_id, a.number)) rest ON true
         WHERE (a.sender_id, a.correspondence_id) = (c.sender_id, c.id)),
       (SELECT coalesce(string_agg(n.recipient, ' ' ORDER BY n.recipient COLLATE "C"), '')
          FROM dpvd.notification n
         WHERE (n.sender_id, n.correspondence_id) = (c.sender_id, c.id)),
       (SELECT count(*) FROM dpvd.status_event e
         WHERE (e.sender_id, e.correspondence_id) = (c.sender_id, c.id)),
       (SELECT count(*) FROM dpvd.correspondence_state s
         WHERE (s.sender_id, s.id, s.senders_reference)
             = (c.sender_id, c.id, c.senders_reference))
  FROM dpvd.correspondence c
  LEFT JOIN dpvd.receipt r ON (r.sender_id, r.id) = (c.sender_id, c.receipt_id)
 WHERE c.id > {after} ORDER BY c.id LIMIT {page};"""

ACCEPTED = """SELECT senders_reference, count(*) FROM dpvd.audit_log
               WHERE result = 'accepted' AND correspondence_id > {after} GROUP BY 1;"""
RECEIPTS = "SELECT count(*) FROM dpvd.receipt WHERE correspondence_id > {after};"
SAME_DIGEST = """SELECT count(*) FROM (SELECT FROM dpvd.correspondence
                  GROUP BY sender_id, digest HAVING count(*) > 1) twice;"""

WAITING = """SELECT count(*) FROM dpvd.notification
              WHERE sent IS NULL AND cancelled IS NULL AND failed IS NULL;"""
NOTIFICATIONS = """
SELECT format('dpvd.%s.%s.%s', sender_id, correspondence_id, number), transport, address,
       CASE WHEN sent IS NOT NULL THEN 'sent' WHEN failed IS NOT NULL THEN 'failed'
            ELSE 'cancelled' END, repeated, coalesce(reason, '')
  FROM dpvd.notification;"""
NOTED = """SELECT count(*) FROM dpvd.audit_log
            WHERE endpoint = 'notifier' AND result = 'sent';"""


class Violation(AssertionError):
    pass


def _some(items):
    items = sorted(items)
    return f"{len(items)}: {', '.join(map(str, items[:TOLD]))}"


def none_of(items, what):
    if items:
        raise Violation(f"{what}, {_some(items)}")


class Verifier:
    """Looks at what is new since the last time, or at everything."""

    def __init__(self, house, load):
        self.house = house
        self.load = load
        self.seen = 0      # letters of each client
        self.last_id = 0   # of a message

    def check(self, everything=False):
        """Of letters that are all acknowledged, while nothing is sent; how many."""
        none_of(self.load.wrong, "answers that no client should see")
        start = [0] * len(self.load.clients) if everything or not self.seen else self.seen
        letters = {letter.reference: letter for client, first in zip(self.load.clients, start)
                   for letter in client.letters[first:]}
        none_of([r for r, letter in letters.items() if letter.receipt is None],
                "letters without receipt")
        last = self._check_rows(letters, 0 if everything else self.last_id)
        self._check_history(list(letters.values()))
        found = self.house.verify_audit()
        true(found is None, f"the audit log does not verify: {found}")
        self.seen = [len(client.letters) for client in self.load.clients]
        self.last_id = last
        return len(letters)

    def _check_rows(self, letters, after):
        first, times = after, collections.Counter()
        while True:
            rows = self.house.sql(MESSAGES.format(after=after, page=PAGE))
            for row in rows:
                times[row[0]] += 1
                if row[0] in letters:
                    self._check_message(letters[row[0]], row)
            if len(rows) < PAGE:
                last = int(rows[-1][1]) if rows else after
                break
            after = int(rows[-1][1])
        none_of(letters.keys() - times.keys(), "LOST: acknowledged, but not stored")
        none_of([r for r, n in times.items() if n > 1], "DOUBLED: stored more than once")
        none_of(times.keys() - letters.keys(), "stored, but never sent")
        equal(self.house.value(SAME_DIGEST), "0", "digests that two messages have")
        accepted = {r: int(n) for r, n in self.house.sql(ACCEPTED.format(after=first))}
        none_of(set(letters) - accepted.keys(), "no audit row of the acceptance")
        none_of([r for r, n in accepted.items() if n > 1], "two audit rows of the acceptance")
        equal(int(self.house.value(RECEIPTS.format(after=first))), len(letters), "receipts")
        return last

    @staticmethod
    def _check_message(letter, row):
        reference, number, receipt, of_receipt, status, digest, recipients, events, states = row
        letter.id = letter.id or int(number)
        equal({"id": int(number), "receipt": receipt, "message of the receipt": of_receipt,
               "status": status, "sha256": digest, "notifications": recipients,
               "events": events, "states": states},
              {"id": letter.id, "receipt": letter.receipt["ReceiptId"],
               "message of the receipt": number, "status": "1", "sha256": letter.digest,
               "notifications": " ".join(letter.recipients), "events": "1", "states": "1"},
              f"what is stored of {reference}")

    def _check_history(self, letters):
        for at in range(0, len(letters), HISTORY_PAGE):
            page = letters[at:at + HISTORY_PAGE]
            statuses = self.house.history([letter.reference for letter in page]).statuses()
            equal(sorted((s.reference, s.id, s.changes[0][0], len(s.notifications))
                         for s in statuses),
                  sorted((letter.reference, letter.id, "Created",
                          len(letter.recipients)) for letter in page),
                  "status history")


class Sendings:
    """What the gateways were given, against what was planned."""

    def __init__(self, house, mail, sms):
        self.house = house
        self.mail = mail
        self.sms = sms

    def _given(self):
        """How often each notification arrived, by its id and address."""
        given = collections.Counter()
        for mail in self.mail.mails:
            given[mail["Message-ID"].strip("<> ").split("@")[0], "2", *mail.recipients] += 1
        for call in self.sms.calls:
            body = json.loads(call.body)
            given[body["id"], "1", body["to"]] += 1
        return given

    def _waiting(self):
        return int(self.house.value(WAITING))

    def _wait_for_all(self):
        """However many they are, as long as they become fewer."""
        while (waiting := self._waiting()) > 0:
            wait_until(lambda before=waiting: self._waiting() < before, SENDING_PATIENCE,
                       f"one of {waiting} notifications is sent")

    def check(self, allowed):
        """Everything is due; (planned, arrived twice, given up, arrived of these). allowed: how
        often a fault may have fallen between a gateway's OK and the note of it."""
        self._wait_for_all()
        given = self._given()
        twice, given_up, planned, arrived = [], [], 0, 0
        for name, transport, address, state, repeated, reason in self.house.sql(NOTIFICATIONS):
            planned += 1
            times = given.pop((name, transport, address), 0)
            if state == "failed" and reason == "unknown" and repeated == "t" and times <= 2:
                given_up.append(name)  # interrupted twice: nobody knows, and that is told
                arrived += times > 0
            elif state != "sent":
                raise Violation(f"notification {name} is {state}: {reason}")
            elif times > 2 or times < 1 or (times == 2 and repeated == "f"):
                raise Violation(f"notification {name} arrived {times} times, repeated: {repeated}")
            elif times == 2:
                twice.append(name)
        none_of(given, "notifications that nobody has planned")
        true(len(twice) + len(given_up) <= allowed,
             f"{_some(twice)} arrived twice, {_some(given_up)} were given up; {allowed} may be")
        equal(int(self.house.value(NOTED)), planned - len(given_up), "audit rows of sending")
        return planned, len(twice), len(given_up), arrived
