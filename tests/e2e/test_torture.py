#!/usr/bin/python3
"""A short form of tests/torture: every kind of fault once, for DPVD_TORTURE_SECONDS at least; the seed
is DPVD_TORTURE_SEED, or any."""

import os
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "torture"))

# pylint: disable=wrong-import-position
from support import Report, stop_on_signals  # noqa: E402
from torture import torture  # noqa: E402

SECONDS = int(os.environ.get("DPVD_TORTURE_SECONDS", "100"))
SEED = int(os.environ.get("DPVD_TORTURE_SEED", random.SystemRandom().randrange(1 << 32)))


def main():
    stop_on_signals()
    report = Report()

    def tell(line):
        if line.startswith("skipped: "):
            report.tell("skip", "a fault", line.removeprefix("skipped: "))
        else:
            print(f"    {line}", flush=True)

    print(f"seed {SEED}", flush=True)
    report.run("nothing acknowledged is lost or doubled under any fault",
               lambda _: torture(SECONDS, SEED, tell), None)
    sys.exit(report.end())


if __name__ == "__main__":
    main()
