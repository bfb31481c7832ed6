#!/usr/bin/env python3
"""make bench: measures dpvd beside PostgreSQL itself and prints the table of what is aimed at.

BENCH_ROUNDS=N    rounds of each alternating measurement (5)
BENCH_QUICK=1     about two minutes: 2 short rounds, 200,000 messages
BENCH_ROWS=N      measures the status query once more with so many messages, 10000000 for instance:
                  they need half a gigabyte a million and minutes to be made
BENCH_DIR=FOLDER  where the temporary cluster lies (default: the system's temporary folder)
"""

import argparse
import os
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
import details
import guests
import imports
import inserts
import notices
import probes
import process
import standby
import status
from rig import Rig

ROW = "| {:<52} | {:<26} | {:<22} | {:<34} |"


def settings():
    quick = os.environ.get("BENCH_QUICK", "") not in ("", "0")
    return {
        "quick": quick,
        "rounds": int(os.environ.get("BENCH_ROUNDS", 2 if quick else 5)),
        "seconds": 2 if quick else 4,
        "messages": 200_000 if quick else 1_000_000,
        "rows": int(os.environ.get("BENCH_ROWS", 0)),
        "noticed": 1_000 if quick else 5_000,
    }


def say(text):
    print(f"... {text}", file=sys.stderr, flush=True)


def measure(rig, wish):
    found = {}
    say("a new database")
    found["young"] = inserts.measure_young(rig, 2)
    found["insert"], found["clients"] = inserts.measure(rig, wish["rounds"], wish["seconds"], say)
    found["notices"] = notices.measure(rig, wish["rounds"], wish["seconds"], wish["noticed"], say)
    found["standby"] = standby.measure(rig, wish["rounds"], wish["seconds"], say)
    say("idle and slow connections")
    found["guests"] = guests.measure(rig, wish["seconds"])
    say("refusals")
    found["probes"] = probes.measure(rig)
    say("memory and start")
    found["memory"] = process.peak_memory(rig)
    found["start"] = process.start_time(rig, wish["rounds"])
    inserts.empty(rig)
    found["status"] = status.measure(rig, wish["rounds"], wish["messages"], say)
    found["details"] = details.measure(rig, wish["messages"], say)
    if wish["rows"] > wish["messages"]:
        found["more"] = status.measure(rig, wish["rounds"], wish["rows"], say, wish["messages"])
    found["import"] = imports.measure(rig, wish["messages"], say)
    return found


def print_head(rig, wish):
    filesystem = subprocess.run(["stat", "-f", "-c", "%T", rig.folder], text=True,
                                stdout=subprocess.PIPE).stdout.strip()
    version = rig.psql("SHOW server_version;")[0]
    durable = "; ".join(f"{name} {rig.psql(f'SHOW {name};')[0]}"
                        for name in ("fsync", "synchronous_commit", "shared_buffers"))
    quick = " (quick: read nothing into small differences)" if wish["quick"] else ""
    print(f"dpvd beside pgbench and psql, {wish['rounds']} alternating rounds of "
          f"{wish['seconds']} s{quick}.")
    print(f"{process.machine()}; PostgreSQL {version}; {durable}; cluster on {filesystem}.")
    print("Ratios are medians of the rounds' ratios. Absolute figures belong to the machine of "
          "this run.\n")


def ratio(one):
    return f"{one['ratio']:.2f} ({one['ratio_low']:.2f}-{one['ratio_high']:.2f})"


def more_row(found, wish):
    """The status query with more messages against the same with fewer."""
    if "more" not in found:
        return ("the same at 10 M against 1 M messages", "<= 1.5", "<= 1.25",
                "BENCH_ROWS=10000000 measures it")
    return (f"the same of {wish['rows']:,} against {wish['messages']:,}", "<= 1.5", "<= 1.25",
            f"{found['more']['median'] / found['status']['median']:.2f} (best "
            f"{found['more']['best'] / found['status']['best']:.2f})")


def table_rows(found, wish):
    noticed, beside = found["notices"], found["standby"]
    insert, state = found["insert"], found["status"]
    small, large = insert["10 KB", 8], insert["200 KB", 8]
    rate64, tail64 = found["clients"]["10 KB"]
    return [
        ("insert 10 KB, 8 clients, against pgbench", ">= 0.85", ">= 1.5", ratio(small)),
        ("insert 200 KB, 8 clients, against pgbench", ">= 0.90", ">= 1.0", ratio(large)),
        ("own CPU per insert, 10 KB / 200 KB, 8 clients", "<= 0.15 / <= 0.6 ms",
         "<= 0.10 / <= 0.35 ms", f"{small['own_ms']:.2f} / {large['own_ms']:.2f} ms"),
        (f"10,000 status of {wish['messages']:,} messages against \\copy", "<= 3", "<= 1.8",
         f"{state['ratio']:.2f} (best {state['best_ratio']:.2f})"),
        more_row(found, wish),
        ("peak RSS above idle, one 40 MB attachment", "<= 100 MB", "<= 30 MB",
         f"{found['memory'][1]:.0f} MB"),
        ("1000 idle + 200 slow connections, a good client", "p95 <= 100 ms", "p95 <= 20 ms",
         f"p95 {found['guests']['p95_ms']:.1f} ms"),
        ("refusal: unknown user, wrong password, locked user", "within 25 % or 5 ms", "the same",
         " / ".join(f"{ms:.1f}" for ms in found["probes"].values()) + " ms"),
        ("64 connections against 8, 10 KB", ">= 0.9, p99 <= 5 x p50", ">= 1.0, p99 <= 3 x p50",
         f"{rate64:.2f}, p99 {tail64:.1f} x p50"),
        ("start to first stored message", "<= 0.2 s", "<= 0.1 s", f"{found['start']:.3f} s"),
        (f"import of {wish['messages']:,} organisations", "<= 300 s", "<= 60 s",
         f"{found['import']['first']['seconds']:.0f} s, again "
         f"{found['import']['second']['seconds']:.0f} s"),
        ("with a synchronous standby on the same machine", ">= 0.55", ">= 0.8",
         f"10 KB {beside['10 KB']:.2f}, 200 KB {beside['200 KB']:.2f}"),
        ("insert 10 KB, notifying one address against none", ">= 0.85", ">= 0.85",
         f"{noticed['ratios'][1]:.2f}"),
        ("insert 10 KB, notifying three against none", ">= 0.85", ">= 0.85",
         f"{noticed['ratios'][3]:.2f}"),
        ("notifications sent a second, one / two notifiers", "-", "-",
         f"{noticed[1]:.0f} / {noticed[2]:.0f}"),
    ]


def print_table(found, wish):
    print(ROW.format("property", "first stage", "aim", "this run"))
    print(ROW.format(*["---"] * 4))
    for row in table_rows(found, wish):
        print(ROW.format(*row))


def print_inserts(found):
    print("\ninsert            dpvd/s  pgbench/s  ratio   CPU ms: own  PostgreSQL  pgbench's   "
          "p50     p95     p99 ms  errors")
    for (size, clients), one in found["insert"].items():
        print(f"{size:>6} {clients:>3} clients {one['rate']:7.0f} {one['pgbench_rate']:10.0f} "
              f"{one['ratio']:6.2f} {one['own_ms']:13.3f} {one['pg_ms']:11.3f} "
              f"{one['pgbench_pg_ms']:10.3f} {one['p50_ms']:7.2f} {one['p95_ms']:7.2f} "
              f"{one['p99_ms']:9.2f} {one['errors']:7.0f}")
    rate, tail = found["clients"]["200 KB"]
    print(f"64 connections against 8 at 200 KB: {rate:.2f}, p99 {tail:.1f} x p50")


def print_rest(found, messages):
    state, beside = found["status"], found["guests"]
    print(f"\n10,000 status: best {state['best']:.1f} ms, median {state['median']:.1f} ms, "
          f"{state['bytes'] / 1e6:.1f} MB, CPU {state['own_ms']:.1f} own + {state['pg_ms']:.1f} "
          f"PostgreSQL ms, errors {state['errors']:.0f}")
    print(f"\\copy of the same rows: best {state['copy_best']:.1f} ms, "
          f"median {state['copy_median']:.1f} ms")
    print(f"status details, newest 10,000: best {state['details_best']:.1f} ms, "
          f"median {state['details_median']:.1f} ms")
    print(f"good client beside 1000 idle and 200 slow: p50 {beside['p50_ms']:.2f}, p95 "
          f"{beside['p95_ms']:.2f}, p99 {beside['p99_ms']:.2f} ms, errors {beside['errors']:.0f} "
          f"(alone: p95 {beside['alone_p95_ms']:.2f} ms); idle connections kept "
          f"{beside['kept']}")
    print(f"status details of one sender's {messages:,} messages, over HTTP:")
    for name, count, best, median, plan in found["details"]:
        print(f"  {name:<30} {count:6} found, best {best:6.1f} ms, median {median:6.1f} ms; {plan}")
    print("a new database's first messages: PostgreSQL CPU "
          + ", ".join(f"{ms:.2f}" for ms in found["young"]) + " ms each")
    imports.tell(found["import"])
    print(f"memory at rest {found['memory'][0]:.1f} MB")


def end_on_signal(number, _):
    raise SystemExit(128 + number)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dpvd", required=True, help="the server's program")
    parser.add_argument("--load", required=True, help="the load generator's program")
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_on_signal)
    wish = settings()
    with Rig(arguments.dpvd, arguments.load) as rig:
        print_head(rig, wish)
        found = measure(rig, wish)
        print_table(found, wish)
        print_inserts(found)
        print_rest(found, wish["messages"])
        print(f"other programs used {rig.strangers_percent():.0f} % of the cores meanwhile "
              "(median); above a few per cent only the ratios mean something")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
