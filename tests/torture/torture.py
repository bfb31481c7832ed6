#!/usr/bin/python3
"""Faults under load: torture.py [--minutes N] [--seed N] (security.md 5; 6, goals 1 to 3, 6, 8, 9).

Eight clients send letters, each again and again until it is acknowledged, while dpvd, its notifier
and PostgreSQL are killed, stopped, cut off and deprived of disk and time. After every round nothing
may be lost or doubled. The seed fixes the faults, their order and parameters, all letters and which
answers are thrown away; the moments within dpvd and PostgreSQL are the machine's.
"""

import argparse
import collections
import os
import random
import shutil
import statistics
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

# pylint: disable=wrong-import-position
from faults import KINDS  # noqa: E402
from gateways import MailServer, SmsServer  # noqa: E402
from house import CLOCK_LIBRARY, MEGA, House  # noqa: E402
from load import Load  # noqa: E402
from plan import HOUR, rounds  # noqa: E402
from support import ROOT, stop_on_signals  # noqa: E402
from verify import Sendings, Verifier  # noqa: E402

LOGS = Path(os.environ.get("DPVD_BUILD", ROOT / "build" / "release")) / "logs"
CHANNELS = 2             # of every notifier, each with one notification under way
FAR_ABOVE = 120          # seconds to the next acknowledgement that no busy machine explains
LEAST_DISK = 3000 * MEGA
DISK_A_MINUTE = 600 * MEGA


def disk_size(seconds):
    """Room for what the clients send in this time, and PostgreSQL's log of it."""
    return LEAST_DISK + int(seconds / 60 * DISK_A_MINUTE)


class Torture:
    """A run: rounds until the time is over, and every kind of fault was there."""

    def __init__(self, house, load, mail, sms, seed, tell=print):
        self.house = house
        self.load = load
        self.seed = seed
        self.tell = tell
        self.verifier = Verifier(house, load)
        self.sendings = Sendings(house, mail, sms)
        self.kinds = self._possible_kinds()
        self.done = collections.Counter()
        self.waits = collections.defaultdict(list)

    def _possible_kinds(self):
        missing = [kind for kind, fault in KINDS.items()
                   if fault.needs_disk and not self.house.disk.is_mounted]
        for kind in missing:
            self.tell(f"skipped: no mount, so there is no fault '{kind}'")
        return [kind for kind in KINDS if kind not in missing]

    def run(self, seconds):
        """Number of rounds."""
        end = time.monotonic() + seconds
        for number, faults in enumerate(rounds(self.seed, self.kinds), 1):
            self.round(number, faults)
            if time.monotonic() > end and len(self.done) == len(self.kinds):
                return number

    def round(self, number, faults):
        before = self.load.counts
        self.load.resume()
        self._progress("the beginning of the round")
        waits = [self.suffer(fault) for fault in faults]
        self.load.pause()
        self.verifier.check()
        new = self.load.counts - before
        faults = ", ".join(f"{fault.kind} {wait:.1f}" for fault, wait in zip(faults, waits))
        self.tell(f"round {number}: {faults} s; {new.acknowledged} acknowledged, {new.repeated} "
                  f"repeated, {new.thrown_away} thrown away, {new.refused} refused, {new.broken} "
                  f"broken, {new.asked} status; lost 0, doubled 0")

    def suffer(self, fault):
        """Seconds from the end of the fault to the next acknowledgement."""
        time.sleep(fault.dice.random() * 0.7)
        mended = KINDS[fault.kind](self.house, self.load, fault.dice)
        self._progress(f"fault {fault.number}, {fault.kind}")
        wait = time.monotonic() - mended
        self.house.check_alive()
        self.done[fault.kind] += 1
        self.waits[fault.kind].append(wait)
        return wait

    def _progress(self, what):
        if not self.load.wait_for_progress(FAR_ABOVE):
            wrong = self.load.wrong
            raise AssertionError(f"after {what}: " + (
                "; ".join(wrong[:3]) if wrong
                else f"no acknowledgement within {FAR_ABOVE} s; {self.load.counts}"))

    def finish(self):
        """All of it once more, and what was sent; then a clean end."""
        self.house.clock.set(self.house.clock.furthest + HOUR)
        letters = self.verifier.check(everything=True)
        allowed = CHANNELS * sum(KINDS[kind].hits * times for kind, times in self.done.items())
        planned, twice, given_up, arrived = self.sendings.check(allowed)
        self.house.server.terminate()
        self.house.notifier.terminate()
        self._sum_up(letters)
        self.tell(f"{planned} notifications, {twice} arrived twice, {given_up} given up as unknown "
                  f"after two interruptions ({arrived} of them had arrived); {allowed} could be")

    def _sum_up(self, letters):
        counts = self.load.counts
        for kind, waits in sorted(self.waits.items()):
            goal = KINDS[kind].goal
            self.tell(f"{kind:20} {len(waits):4} times, back after {statistics.median(waits):.1f} "
                      f"s (median), {max(waits):.1f} s (most)"
                      + ("" if goal is None else f"; goal {goal} s"))
        self.tell(f"{letters} letters acknowledged, {counts.repeated} calls repeated, "
                  f"{counts.thrown_away} answers thrown away, {self.house.uncertain_commits()} "
                  "commits of unknown end; lost 0, doubled 0")


def torture(seconds, seed, tell=print):
    """Raises what is wrong, with all logs kept; number of rounds."""
    with MailServer() as mail, SmsServer() as sms, \
            House(disk_size(seconds), smtp_url=mail.url, sms_url=sms.url) as house, \
            Load(house.url, seed) as load:
        run = Torture(house, load, mail, sms, seed, tell)
        try:
            count = run.run(seconds)
            run.finish()
        except Exception:
            tell(f"logs are kept in {keep_logs(house, seed)}")
            raise
    for report in house.sanitizer_reports:
        raise AssertionError(report)
    return count


def keep_logs(house, seed):
    folder = LOGS / f"torture-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    for log in house.folder.glob("*.log"):
        shutil.copy(log, folder)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    asked = parser.parse_args()
    if not CLOCK_LIBRARY.exists():
        sys.exit(f"{CLOCK_LIBRARY} is missing; make it with: make programs")
    stop_on_signals()
    print(f"seed {asked.seed}", flush=True)
    try:
        torture(asked.minutes * 60, asked.seed, lambda line: print(line, flush=True))
    except AssertionError as error:
        sys.exit(f"VIOLATION, seed {asked.seed}: {error}")
    except Exception:  # pylint: disable=broad-except
        traceback.print_exc()
        sys.exit(f"ended early, seed {asked.seed}")


if __name__ == "__main__":
    main()
