"""Inserting letters: rounds of dpvd and pgbench in turn, at each size and number of clients."""

import statistics

from yardstick import Yardstick

SIZES = {"10 KB": 10 * 1024, "200 KB": 200 * 1024}
CLIENTS = (1, 8, 64)
MESSAGE_TABLES = ("correspondence, receipt, correspondence_state, audit_log, attachment, "
                  "notification_order, notification, status_event")


def empty(rig):
    rig.psql("SET session_replication_role = replica;\n"  # no triggers
             "SET client_min_messages = warning;\nSET search_path = dpvd;\n"
             f"TRUNCATE {MESSAGE_TABLES} CASCADE;")


def prepare(rig, size):
    """Each round begins alike, whoever is first: a few messages, statistics of them for the
    planner, and a fresh checkpoint."""
    empty(rig)
    rig.load("insert", bytes=size, clients=8, requests=400)
    rig.psql("ANALYZE;\nCHECKPOINT;")
    rig.load("insert", bytes=size, clients=8, requests=200)


def measure_dpvd(rig, size, clients, seconds):
    result, own, database = rig.with_cpu(
        lambda: rig.load("insert", bytes=size, clients=clients, seconds=seconds))
    messages = max(1, result["messages"])
    result["own_ms"] = own * 1000 / messages
    result["pg_ms"] = database * 1000 / messages
    return result


def one_round(rig, yardsticks, seconds, dpvd_first):
    """{(size, clients): (dpvd, pgbench)}"""
    found = {}
    for name, size in SIZES.items():
        prepare(rig, size)
        for clients in CLIENTS:
            def dpvd():
                return measure_dpvd(rig, size, clients, seconds)

            def pgbench():
                return yardsticks[name].measure(clients, seconds)

            if dpvd_first:
                ours, theirs = dpvd(), pgbench()
            else:
                theirs, ours = pgbench(), dpvd()
            found[name, clients] = (ours, theirs)
    return found


def summary(rounds, key):
    """Medians over the rounds, and of the ratios of each round."""
    ours = [one[key][0] for one in rounds]
    theirs = [one[key][1] for one in rounds]
    ratios = [a["rate"] / b["rate"] for a, b in zip(ours, theirs)]
    result = {name: statistics.median(one[name] for one in ours) for name in ours[0]}
    result["errors"] = sum(one["errors"] for one in ours)
    result["pgbench_rate"] = statistics.median(one["rate"] for one in theirs)
    result["pgbench_pg_ms"] = statistics.median(one["pg_ms"] for one in theirs)
    result["ratio"] = statistics.median(ratios)
    result["ratio_low"], result["ratio_high"] = min(ratios), max(ratios)
    return result


def clients_ratio(rounds, size):
    """64 connections against 8: (median ratio of the rates, median p99/p50 at 64)."""
    rates = [one[size, 64][0]["rate"] / one[size, 8][0]["rate"] for one in rounds]
    tails = [one[size, 64][0]["p99_ms"] / max(0.001, one[size, 64][0]["p50_ms"]) for one in rounds]
    return statistics.median(rates), statistics.median(tails)


def measure_young(rig, seconds):
    """PostgreSQL's CPU milliseconds a message, three times in a row on a new database: as long as
    the planner has no statistics it must not choose plans whose cost grows with the table."""
    rig.load("insert", bytes=SIZES["10 KB"], requests=1)  # the password's hash
    return [measure_dpvd(rig, SIZES["10 KB"], 8, seconds)["pg_ms"] for _ in range(3)]


def measure(rig, count, seconds, say):
    """({(size, clients): summary}, {size: clients_ratio})"""
    yardsticks = {name: Yardstick(rig, size) for name, size in SIZES.items()}
    rounds = []
    for number in range(count):
        say(f"insert, round {number + 1} of {count}")
        rounds.append(one_round(rig, yardsticks, seconds, number % 2 == 0))
    empty(rig)
    return ({key: summary(rounds, key) for key in rounds[0]},
            {name: clients_ratio(rounds, name) for name in SIZES})
