#!/usr/bin/python3
"""Many notifications while two notifiers are killed again and again: all are sent, each once. Only
what a kill met between the mail server's OK and our commit is sent twice, at most one a kill, and is
counted (security.md 5, 6). DPVD_NOTIFICATIONS says how many there are, SEED repeats the choice of
moments."""

import collections
import os
import random
import time

from gateways import MailServer
from notifying import Notifier, an_address, insert, order
from support import case, equal, main, true, wait_until

COUNT = int(os.environ.get("DPVD_NOTIFICATIONS", "600"))
SEED = int(os.environ.get("SEED", random.randrange(1 << 32)))
POINTS = 50  # of one message


def count(server, what):
    return int(server.value(f"SELECT count(*) FROM dpvd.notification n WHERE {what};"))


def started(server):
    """Whatever is under way."""
    return server.sql("SELECT sender_id, correspondence_id, number FROM dpvd.notification "
                      "WHERE started IS NOT NULL;")


def settled(server, keys):
    """What a kill left half done is tried once more, and not a third time: the next kill waits."""
    places = ", ".join(f"({', '.join(key)})" for key in keys)
    return not keys or count(server, "n.sent IS NULL AND (n.sender_id, n.correspondence_id, "
                                     f"n.number) IN ({places})") == 0


class Pair:
    """Two notifiers, of which one dies at a time."""

    def __init__(self, server, mail, chance):
        self.server, self.mail, self.chance = server, mail, chance
        self.members = [self._start(), self._start()]
        self.kills = 0

    def _start(self):
        return Notifier(self.server, smtp_url=self.mail.url, log_level="info")

    def kill_one(self):
        victim = self.members.pop(self.chance.randrange(2))
        victim.kill()
        self.kills += 1
        self.members.append(self._start())
        wait_until(lambda: self.server.value(
            "SELECT count(*) FROM pg_stat_activity "
            f"WHERE application_name = '{victim.name}';") == "0", 60, "the database knows of it")
        left = started(self.server)
        wait_until(lambda: settled(self.server, left), 60, "what was under way is tried again")

    def stop(self):
        for member in self.members:
            member.__exit__()


@case
def all_are_sent_once_while_notifiers_die(server):
    addresses = [an_address() for _ in range(COUNT)]
    for i in range(0, COUNT, POINTS):
        insert(server, order(*(("Email", to) for to in addresses[i:i + POINTS])))
    with MailServer() as mail:
        pair = Pair(server, mail, random.Random(SEED))
        try:
            left = COUNT
            while left > COUNT // 10:
                time.sleep(pair.chance.uniform(0, 0.3))
                pair.kill_one()
                wait_until(lambda: count(server, "n.sent IS NULL") < left, 60, "progress")
                left = count(server, "n.sent IS NULL")
            wait_until(lambda: count(server, "n.sent IS NULL") == 0, 120, "the rest is sent")
        finally:
            pair.stop()
        sent = collections.Counter(m.recipients[0] for m in mail.mails)
        twice = [address for address in addresses if sent[address] == 2]
        equal([address for address in addresses if sent[address] not in (1, 2)], [],
              "neither lost nor sent more than twice")
        true(len(twice) <= pair.kills, f"{len(twice)} doubles of {pair.kills} kills")
        for address in twice:
            first, second = (m["Message-ID"] for m in mail.mails if m.recipients == [address])
            equal(first, second, "Message-ID of a double")
    marked = {row[0] for row in server.sql(
        "SELECT n.address FROM dpvd.notification n WHERE n.repeated;")}
    equal([address for address in twice if address not in marked], [], "doubles that are not marked")
    equal(count(server, "n.failed IS NOT NULL"), 0, "given up")
    print(f"seed {SEED}: {COUNT} notifications, {pair.kills} kills, {len(marked)} repeated, "
          f"{len(twice)} sent twice")


if __name__ == "__main__":
    main()
