"""Inserting with a synchronous standby on the same machine, beside inserting without one."""

import os
import shutil
import statistics
import subprocess
import time

import inserts

NAME = "bench"
PATIENCE = 60  # seconds


class Standby:
    """A copy of the cluster that follows it; runs inside of the with block."""

    def __init__(self, rig):
        self.rig = rig
        self.folder = os.path.join(rig.dir, "standby")
        self.cluster = os.path.join(rig.dir, "pg")

    def _run(self, program, *arguments):
        owner = os.stat(self.cluster)
        identity = {"user": owner.st_uid, "group": owner.st_gid,
                    "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run([os.path.join(self.rig.env["PG_BIN"], program), *arguments], check=True,
                       cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **identity)

    def copy(self):
        """With a slot: what is written while it is stopped is kept for it."""
        owner = os.stat(self.cluster)
        os.mkdir(self.folder, 0o700)
        os.chown(self.folder, owner.st_uid, owner.st_gid)
        self._run("pg_basebackup", "-D", self.folder, "-R", "-c", "fast", "-C", "-S", NAME, "-h",
                  self.rig.env["PG_SOCKET"], "-U", "postgres",
                  "-d", f"application_name={NAME}")

    def forget(self):
        self.rig.psql(f"SELECT pg_drop_replication_slot('{NAME}');")
        shutil.rmtree(self.folder)

    def __enter__(self):
        self._run("pg_ctl", "start", "-w", "-D", self.folder, "-l", f"{self.folder}/standby.log",
                  "-o", "-c port=5433 -c listen_addresses='' -c cluster_name=bench")
        self._commit_waits_for(NAME)
        return self

    def __exit__(self, *_):
        self._commit_waits_for("")
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self.folder)

    def _commit_waits_for(self, name):
        self.rig.psql(f"ALTER SYSTEM SET synchronous_standby_names = '{name}';\n"
                      "SELECT pg_reload_conf();")
        until = time.monotonic() + PATIENCE
        state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync';"
        while (self.rig.psql(state)[0] == "1") != bool(name):
            if time.monotonic() > until:
                raise RuntimeError(f"synchronous_standby_names = '{name}' had no effect")
            time.sleep(0.05)


def one_round(rig, standby, size, seconds, with_first):
    """Messages a second with the standby against those without."""
    rates = {}
    inserts.prepare(rig, size)
    for synchronous in (True, False) if with_first else (False, True):
        options = {"bytes": size, "clients": 8, "seconds": seconds}
        if synchronous:
            with standby:
                rig.load("insert", bytes=size, clients=8, requests=50)
                rates[True] = rig.load("insert", **options)["rate"]
        else:
            rates[False] = rig.load("insert", **options)["rate"]
    return rates[True] / rates[False]


def measure(rig, count, seconds, say):
    """{size: median ratio}"""
    say("a synchronous standby")
    standby = Standby(rig)
    standby.copy()
    found = {name: statistics.median(one_round(rig, standby, size, seconds, turn % 2 == 0)
                                     for turn in range(count))
             for name, size in inserts.SIZES.items()}
    standby.forget()
    return found
