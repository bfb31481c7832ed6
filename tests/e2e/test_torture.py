#!/usr/bin/python3
"""A short form of tests/torture: every kind of fault once, for DPVD_TORTURE_SECONDS at least; the
seed is DPVD_TORTURE_SEED, or any. And what the torture says when something is wrong."""

import os
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "torture"))

# pylint: disable=wrong-import-position
from house import House  # noqa: E402
from load import Load  # noqa: E402
from support import PATIENCE, Report, contains, equal, stop_on_signals, wait_until  # noqa: E402
from torture import LEAST_DISK, torture  # noqa: E402
from verify import Verifier  # noqa: E402

SECONDS = int(os.environ.get("DPVD_TORTURE_SECONDS", "100"))
SEED = int(os.environ.get("DPVD_TORTURE_SEED", random.SystemRandom().randrange(1 << 32)))
LETTERS = 40

UNSEALED = """SELECT count(*) FROM dpvd.audit_log
               WHERE (transaction, id) > ALL (SELECT last_transaction, last_id
                                                FROM dpvd.audit_seal);"""
BREAK = "SET session_replication_role = replica; UPDATE dpvd."
WRONG = {  # table, column, what becomes of it in every row, what is said of that
    "a message that is gone": ("correspondence", "senders_reference", "reverse({})", "LOST"),
    "a changed byte": ("attachment", "content", "set_byte({0}, 0, get_byte({0}, 0) # 1)", "sha256"),
    "a refused receipt": ("receipt", "status", "1 - {}", "what is stored"),
    "another recipient of a notification":
        ("notification", "recipient", "reverse({})", "what is stored"),
    "a state of another message":
        ("correspondence_state", "senders_reference", "reverse({})", "what is stored"),
    "no audit row": ("audit_log", "senders_reference", "reverse({})", "no audit row"),
}


def what_is_wrong_is_found(_):
    with House(LEAST_DISK, notifier="off") as house, Load(house.url, SEED) as load:
        load.resume()
        wait_until(lambda: load.counts.acknowledged >= LETTERS, PATIENCE, "letters are sent")
        load.pause()
        Verifier(house, load).check()
        for name, (table, column, change, said) in WRONG.items():
            # A row that is sealed while it is wrong would be wrong for ever.
            wait_until(lambda: house.value(UNSEALED) == "0", PATIENCE, "all rows are sealed")
            statement = f"{BREAK}{table} SET {column} = {change.format(column)};"
            house.sql(statement)
            contains(violation(house, load), said, f"what is said of {name}")
            house.sql(statement)  # each is its own opposite
        equal(violation(house, load), "", "what is said when all is well again")


def violation(house, load):
    try:
        Verifier(house, load).check()
    except AssertionError as error:
        return str(error)
    return ""


def main():
    stop_on_signals()
    report = Report()

    def tell(line):
        if line.startswith("skipped: "):
            report.tell("skip", "a fault", line.removeprefix("skipped: "))
        else:
            print(f"    {line}", flush=True)

    print(f"seed {SEED}", flush=True)
    report.run("what is wrong is found", what_is_wrong_is_found, None)
    report.run("nothing acknowledged is lost or doubled under any fault",
               lambda _: torture(SECONDS, SEED, tell), None)
    sys.exit(report.end())


if __name__ == "__main__":
    main()
