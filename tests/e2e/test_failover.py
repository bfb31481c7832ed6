#!/usr/bin/python3
"""Primary, synchronous standbys, and what clients were told: test_failover.py [SEED]

DPVD_FAILOVERS and DPVD_CANCELS are the numbers of fail-overs and of cancelled waits for the
standby. The moments come from the seed, which is printed, and from the machine.
"""

import contextlib
import os
import random
import sys
import time

from nodes import Nodes
from senders import Load, check_nothing_lost_or_doubled, progress
from support import (
    ACTION_HISTORY, ACTION_INSERT, BASIC, SAVED, case, connect, contains, equal, exchange,
    history_envelope, insert_envelope, literal, main, soap_headers, true, unique, wait_until)

FAILOVERS = int(os.environ.get("DPVD_FAILOVERS", "2"))
CANCELS = int(os.environ.get("DPVD_CANCELS", "50"))
CANCELS_A_ROUND = 25
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(1 << 32)
GENTLE = {"sizes": (100, 500, 5_000), "pause": 0.1}


class Site:
    """A dpvd that knows all nodes; what the look at the database needs of a server."""

    def __init__(self, server, nodes, url):
        self.nodes = nodes
        self.url = url
        self.sql, self.value, self.count = server.sql, server.value, server.count

    def post(self, body, action):
        connection = connect(self.url, timeout=60)
        with contextlib.closing(connection):
            return exchange(connection, "POST", BASIC, body, soap_headers(action))

    def insert(self, **values):
        return self.post(insert_envelope(**values), ACTION_INSERT)

    def history(self, references):
        return self.post(history_envelope(references), ACTION_HISTORY)


NODES = {}


def nodes_of(server):
    """One set for all cases; it ends with the server."""
    if server not in NODES:
        NODES[server] = server.beside.enter_context(Nodes(server))
    return NODES[server]


@contextlib.contextmanager
def site(server, nodes, *some, **more):
    with server.process(**nodes.settings(*some, **more)) as (_, url):
        yield Site(server, nodes, url)


def fail_over(nodes, load):
    """The primary dies and a standby takes over; the dead one comes back while clients send.
    Seconds from the promotion to the first new receipt."""
    nodes.primary.kill()
    before = load.acknowledged()
    promoted = nodes.promote()
    wait_until(lambda: load.acknowledged() > before, 240, "a first receipt")
    took = time.monotonic() - promoted
    nodes.rejoin()
    return took


@case
def acknowledged_messages_survive_fail_overs_and_none_is_doubled(server):
    dice = random.Random(SEED)
    nodes = nodes_of(server)
    waits = []
    with site(server, nodes) as here:
        with Load(here.url, "over", SEED, **GENTLE) as load:
            while len(waits) < FAILOVERS:
                progress(load)
                time.sleep(dice.random() * 0.5)  # the moment of the kill
                waits.append(fail_over(nodes, load))
            progress(load)
        check_nothing_lost_or_doubled(here, load, "over")
    waits.sort()
    print(f"    {len(waits)} fail-overs, {len(load.letters())} messages; first receipt "
          f"{waits[len(waits) // 2]:.1f} s after the promotion, {waits[-1]:.1f} s at worst")


def cut_waits(nodes, goal, how):
    """Cancels waits for the standby until there were so many; how: cancel or terminate."""
    done = 0
    deadline = time.monotonic() + 120
    while done < goal:
        done += int(nodes.primary.value(
            f"SELECT count(*) FILTER (WHERE pg_{how}_backend(pid)) FROM pg_stat_activity "
            "WHERE wait_event = 'SyncRep' AND usename LIKE 'dpvd%'"))
        true(time.monotonic() < deadline, f"only {done} waits to {how} within 120 s")
    return done


@case
def cancelled_wait_for_the_standby_is_never_a_receipt(server):
    cut = {"cancel": 0, "terminate": 0}
    rounds = letters = stored_alone = 0
    nodes = nodes_of(server)
    with site(server, nodes) as here:
        while sum(cut.values()) < CANCELS:
            prefix = f"cut{rounds}"
            how = ("cancel", "terminate")[rounds % 2]
            goal = min(CANCELS_A_ROUND, CANCELS - sum(cut.values()))
            for node in nodes.standbys:
                node.freeze()
            with Load(here.url, prefix, SEED, **GENTLE) as load:
                cut[how] += cut_waits(nodes, goal, how)
                stored_alone += here.count("correspondence",
                                           f"senders_reference LIKE {literal(prefix + '-%')}")
                equal(load.acknowledged(), 0, "receipts while no standby had anything")
                lose_or_go_on(nodes, rounds)
                progress(load)
            check_nothing_lost_or_doubled(here, load, prefix)
            letters += len(load.letters())
            rounds += 1
    true(stored_alone > 0, "no cancelled wait left a message on the primary alone")
    print(f"    cut off {cut} in {rounds} rounds, {stored_alone} messages stood on the primary "
          f"alone, {letters} messages in the end")


def lose_or_go_on(nodes, number):
    """The standbys come back; of two times once the primary is gone for good, with all that only
    it had."""
    if number % 2 == 0:
        nodes.primary.kill()
    for node in nodes.standbys:
        node.thaw()
    if number % 2 == 1:
        return
    nodes.promote()
    nodes.rejoin()


def refused(answer):
    fault = answer.fault()
    equal((answer.status, fault.code, fault.error_id), (500, "Server", 0), fault.message)


@case
def old_primary_that_lives_on_acknowledges_nothing(server):
    reference = unique("fenced")
    nodes = nodes_of(server)
    with site(server, nodes) as here, \
            site(server, nodes, nodes.primary, database_deadline="2s",
                 database_lock_timeout="1s") as left_behind:
        wait_until(lambda: left_behind.insert().status == 200, 60, "it is in work")
        old = nodes.primary
        old.freeze()
        nodes.promote()
        old.thaw()

        def keeps_what_was_cut_off():
            refused(left_behind.insert(ExternalShipmentReference=reference))  # waits, for nobody
            old.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
                    "WHERE wait_event = 'SyncRep'")
            return old.value("SELECT count(*) FROM dpvd.correspondence WHERE "
                             f"senders_reference = {literal(reference)}", "dpvd") == "1"

        # With its short deadline a call may also end before it comes to its commit.
        wait_until(keeps_what_was_cut_off, 60, "the old primary keeps what was cut off")
        refused(left_behind.insert(ExternalShipmentReference=reference))  # the repeated call, too
        equal(here.count("correspondence", f"senders_reference = {literal(reference)}"), 0,
              "messages on the new primary")
        old.kill()
        nodes.rejoin()
        receipt = wait_until(lambda: (answer := here.insert(ExternalShipmentReference=reference))
                             .status == 200 and answer.accepted(), 60, "the retry is acknowledged")
        contains(receipt["ReceiptText"], SAVED, "text of the receipt")
        equal(here.count("correspondence", f"senders_reference = {literal(reference)}"), 1,
              "messages after the retry")


if __name__ == "__main__":
    print(f"seed {SEED}")
    main()
