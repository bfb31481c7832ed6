#!/usr/bin/env python3
"""make soak N=1000000: inserts so many letters and shows what grows meanwhile, slice by slice.

SOAK_MINUTES=M  ends after so many minutes, however few were inserted (60)
BENCH_DIR=FOLDER  where the temporary cluster lies; a million letters need 8 GB there

Ends with 1 when memory, descriptors or threads of the server grew after the first slices, or an
insert failed. Times are shown, but not judged."""

import argparse
import os
import statistics
import sys
import time

sys.dont_write_bytecode = True
from rig import Rig, memory_kib, process_seconds

SLICES = 20
BYTES = 2048
CLIENTS = 8
WARM = 3  # slices that may still fill caches and arenas
MAX_GROWTH = 8  # MB, of what remains
COLUMNS = "{:>5} {:>10} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8} {:>5} {:>8} {:>10}"


def descriptors(pid):
    """The fewest of some looks: the load's connections take a moment to be closed."""
    counts = []
    for _ in range(10):
        counts.append(len(os.listdir(f"/proc/{pid}/fd")))
        time.sleep(0.1)
    return min(counts)


def one_slice(rig, count):
    pid = rig.dpvd_pid
    used = process_seconds(pid)
    found = rig.load("insert", bytes=BYTES, clients=CLIENTS, requests=count)
    found["own_ms"] = (process_seconds(pid) - used) * 1000 / max(1, found["messages"])
    found["memory"] = memory_kib(pid, "VmRSS") / 1024
    found["descriptors"] = descriptors(pid)
    found["threads"] = len(os.listdir(f"/proc/{pid}/task"))
    found["database"] = int(rig.psql("SELECT pg_database_size(current_database());")[0]) / 1e6
    return found


def show(number, total, one):
    print(COLUMNS.format(number, f"{total:,}", f"{one['rate']:.0f}", f"{one['p50_ms']:.2f}",
                         f"{one['p95_ms']:.2f}", f"{one['p99_ms']:.2f}", f"{one['own_ms']:.3f}",
                         f"{one['memory']:.1f}", one["descriptors"], one["threads"],
                         f"{one['database']:.0f} MB"), flush=True)


def run(rig, count, minutes):
    """The slices, as many as there was time for."""
    slices, total, until = [], 0, time.monotonic() + 60 * minutes
    print(COLUMNS.format("slice", "letters", "a second", "p50 ms", "p95 ms", "p99 ms", "own ms",
                         "RSS MB", "fds", "threads", "database"))
    rig.load("insert", bytes=BYTES, clients=CLIENTS, requests=200)
    while len(slices) < SLICES and time.monotonic() < until:
        slices.append(one_slice(rig, max(1, count // SLICES)))
        total += int(slices[-1]["messages"])
        show(len(slices), total, slices[-1])
    return slices


def grown(slices, name):
    """How much more there is at the end than after the first slices; medians of three."""
    after = statistics.median(one[name] for one in slices[WARM - 1:WARM + 2])
    return statistics.median(one[name] for one in slices[-3:]) - after


def judge(slices):
    """What is wrong, in words."""
    failed = sum(one["errors"] for one in slices)
    troubles = [f"{failed:.0f} inserts failed"] if failed else []
    if len(slices) < WARM + 3:
        return troubles + ["too few slices to say what grows"]
    if grown(slices, "memory") > MAX_GROWTH:
        troubles.append(f"memory grew by {grown(slices, 'memory'):.1f} MB")
    for name in ("descriptors", "threads"):
        if grown(slices, name) > 0:
            troubles.append(f"{grown(slices, name):.0f} more {name}")
    return troubles


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dpvd", required=True, help="the server's program")
    parser.add_argument("--load", required=True, help="the load generator's program")
    parser.add_argument("count", nargs="?", type=int, default=100_000)
    arguments = parser.parse_args()
    with Rig(arguments.dpvd, arguments.load) as rig:
        slices = run(rig, arguments.count, float(os.environ.get("SOAK_MINUTES", 60)))
    troubles = judge(slices)
    first, last = (statistics.median(one["p50_ms"] for one in part)
                   for part in (slices[:WARM], slices[-WARM:]))
    print(f"p50 of the last slices against the first: {last / first:.2f}; "
          + ("; ".join(troubles) or "flat: memory, descriptors, threads"))
    return 1 if troubles else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
