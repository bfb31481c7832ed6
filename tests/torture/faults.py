"""What is done to the house. Every fault breaks something and mends it again, and returns the
moment at which it was mended, from when on the next acknowledgement is waited for."""

import contextlib
import os
import signal
import time

from plan import CLOCKS, HOUR
from support import wait_until

HOLD = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'; SELECT pg_reload_conf();"
LET_GO = "ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf();"
CUT_IN_COMMIT = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE usename IN ('dpvd_app', 'dpvd_background') AND wait_event = 'SyncRep';"""
AHEAD = """SELECT extract(epoch FROM created - now()) FROM dpvd.correspondence
            ORDER BY sender_id DESC, id DESC LIMIT 1;"""
CUT_PATIENCE = 20
FULL_PATIENCE = 30
NEXT_SEGMENT = "SELECT pg_logical_emit_message(true, 'torture', 'x'); SELECT pg_switch_wal();"
SEGMENTS = 40  # of WAL, more than are kept for use again

KINDS = {}


def fault(name, goal=None, hits=0, needs_disk=False):
    """goal: seconds to the next acknowledgement. hits: how many notifiers it may interrupt between
    a gateway's OK and the note of it."""
    def register(function):
        function.goal, function.hits, function.needs_disk = goal, hits, needs_disk
        KINDS[name] = function
        return function
    return register


@fault("server killed", goal=2, hits=1)
def kill_server(house, load, dice):
    house.server.kill()
    time.sleep(dice.random() * 0.5)
    return house.server.start()


@fault("notifier killed", hits=1)
def kill_notifier(house, load, dice):
    house.notifier.kill()
    time.sleep(dice.random() * 0.5)
    return house.notifier.start()


@fault("database killed", goal=10, hits=2)
def kill_database(house, load, dice):
    house.kill_database()
    time.sleep(dice.random())
    return house.start_database()


@fault("postmaster killed", goal=10, hits=2)
def kill_postmaster(house, load, dice):
    house.kill_postmaster()
    time.sleep(dice.random())
    return house.start_database()


@fault("all killed", goal=10, hits=2)
def kill_all(house, load, dice):
    victims = [house.server.kill, house.notifier.kill, house.kill_database]
    dice.shuffle(victims)
    for kill in victims:
        kill()
        time.sleep(dice.random() * 0.2)
    begun = house.start_database()
    house.server.start()
    house.notifier.start()
    return begun


@fault("backend killed", goal=10, hits=2)
def kill_backend(house, load, dice):
    """PostgreSQL then ends all of its backends and recovers."""
    others = house.backends()
    begun = time.monotonic()
    _signal(dice.choice(others), signal.SIGKILL)
    wait_until(lambda: not any(_is_alive(pid) for pid in others), 60, "all backends end")
    wait_until(house.database_runs, 90, "the database has recovered")
    return begun


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@fault("server restarted")
def restart_server(house, load, dice):
    house.server.terminate()
    time.sleep(dice.random() * 0.5)
    return house.server.start()


@fault("database restarted", hits=2)
def restart_database(house, load, dice):
    return house.restart_database()


@fault("server stopped")
def stop_server(house, load, dice):
    with house.server.stopped():
        time.sleep(0.3 + dice.random() * 3)
    return time.monotonic()


@fault("backends stopped", hits=2)
def stop_backends(house, load, dice):
    """Mostly for a moment, at times for longer than dpvd waits for an answer."""
    backends = house.backends()
    chosen = dice.sample(backends, min(len(backends), dice.randint(1, 6)))
    try:
        for pid in chosen:
            _signal(pid, signal.SIGSTOP)
        time.sleep(dice.choice((0.5, 1, 2, 10)))
    finally:
        for pid in chosen:
            _signal(pid, signal.SIGCONT)
    return time.monotonic()


def _signal(pid, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


@fault("connections cut", hits=2)
def cut_connections(house, load, dice):
    for _ in range(dice.randint(1, 4)):
        share = dice.choice((0.1, 0.5, 1))
        house.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN "
                  f"('dpvd_app', 'dpvd_background') AND random() <= {share};")
        time.sleep(dice.random() * 0.3)
    return time.monotonic()


@fault("cut in commit", hits=2)
def cut_in_commit(house, load, dice):
    """COMMIT waits for a standby that never comes, written down already, and its connection is cut
    there: whoever sent it cannot know."""
    house.sql(HOLD)
    try:
        wanted = dice.randint(4, 12)
        deadline = time.monotonic() + CUT_PATIENCE
        while wanted > 0 and time.monotonic() < deadline:
            wanted -= int(house.value(CUT_IN_COMMIT))
            time.sleep(0.02)
    finally:
        house.sql(LET_GO)
    return time.monotonic()


@fault("disk full", goal=10, hits=2, needs_disk=True)
def fill_disk(house, load, dice):
    """Data, WAL, log and spool are on it. Until an insert was refused for it, and a while longer;
    in every other case WAL is used up first, for which PostgreSQL ends itself."""
    use_up_wal = dice.random() < 0.5
    refused = load.counts.refused
    until = time.monotonic() + FULL_PATIENCE
    enough = None
    try:
        house.disk.fill()
        if use_up_wal:
            _use_up_wal(house)
        while time.monotonic() < (enough or until):
            house.disk.fill()
            if enough is None and load.counts.refused > refused:
                enough = time.monotonic() + 0.5 + dice.random() * 3
            time.sleep(0.02)
    finally:
        house.disk.free()
    freed = time.monotonic()
    _stand_in_for_systemd(house)
    return freed


def _use_up_wal(house):
    with contextlib.suppress(RuntimeError):
        for _ in range(SEGMENTS):
            house.disk.fill()
            house.sql(NEXT_SEGMENT)


def _stand_in_for_systemd(house):
    """A postmaster that finds no room for its recovery ends, and is started again by systemd."""
    def recovered():
        if house.database_runs():
            return True
        with contextlib.suppress(RuntimeError):
            house.dev("start-pg")  # nothing, where it still runs
        return False
    wait_until(recovered, 120, "the database is back after the disk was full")


@fault("clock moved")
def move_clock(house, load, dice):
    house.clock.set(dice.choice([c for c in CLOCKS if c != house.clock.offset]))
    moved = time.monotonic()
    wait_until(lambda: abs(float(house.value(AHEAD)) - house.clock.offset) < HOUR / 2, 60,
               "the clock of new messages is the moved one")
    return moved
