"""Three PostgreSQL clusters, a primary and two synchronous standbys, that change roles."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

from support import IMPATIENT, equal, wait_until

SETTINGS = """
# of three nodes: no commit returns before one of the others has it on disk
synchronous_standby_names = 'ANY 1 (*)'
wal_receiver_status_interval = '1s'
wal_retrieve_retry_interval = '100ms'
wal_keep_size = '512MB' # pg_rewind looks back
restart_after_crash = off
"""


def owner_of(path):
    """Words before a command that make it run as the owner of path: PostgreSQL is never root."""
    if os.geteuid() != 0:
        return []
    owner = pwd.getpwuid(os.stat(path).st_uid)
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--init-groups"]


def dpvd_settings(hosts):
    """dpvd's connection strings for the clusters with these socket folders."""
    roles = {"database": "app", "database_owner": "owner", "database_background": "background",
             "database_auditor": "auditor"}
    return {setting: f"host={hosts} port=5432 dbname=dpvd user=dpvd_{role} "
                     "target_session_attrs=read-write" for setting, role in roles.items()}


def processes_below(pid):
    """The children of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


class Node:
    """One cluster: its folder, the folder of its socket, and its postmaster as our child."""

    def __init__(self, programs, name, data, socket):
        self.name = name
        self.programs = Path(programs)
        self.data = Path(data)
        self.socket = Path(socket)
        self.log = self.data.parent / f"{name}.node.log"
        self.child = None

    def run(self, program, *words):
        """A program of PostgreSQL; what it said."""
        done = subprocess.run([*owner_of(self.data), self.programs / program, *words],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                              cwd="/", check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")
        return done.stdout

    def conninfo(self, user="postgres", database="postgres"):
        return f"host={self.socket} port=5432 user={user} dbname={database}"

    def sql(self, text, database="postgres"):
        """Rows as lists of strings."""
        answer = self.run("psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d",
                          self.conninfo(database=database), "-c", text)
        return [line.split("|") for line in answer.splitlines()]

    def value(self, text, database="postgres"):
        return self.sql(text, database)[0][0]

    def answers(self):
        try:
            self.sql("SELECT 1")
        except (RuntimeError, subprocess.TimeoutExpired):
            if self.child.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended: {self.log.read_text()[-600:]}") from None
            return False
        return True

    def start(self):
        with self.log.open("ab") as output:
            self.child = subprocess.Popen(
                [*owner_of(self.data), self.programs / "postgres", "-D", self.data, "-k",
                 self.socket], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/")
        wait_until(self.answers, 120, f"the {self.name} node answers")

    def all_processes(self):
        """Stops the postmaster, so that it makes no more, and names it and its children."""
        os.kill(self.child.pid, signal.SIGSTOP)
        return [self.child.pid, *processes_below(self.child.pid)]

    def freeze(self):
        for pid in self.all_processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in reversed(self.all_processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def kill(self):
        """What a power cut leaves."""
        if self.child is None:
            return
        pids = self.all_processes()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.child.wait()
        self.child = None
        wait_until(lambda: all(map(is_gone, pids)), 60, "all of PostgreSQL's processes are gone")
        # Its number may soon be another process's, for which a successor would take it.
        for lock in (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.5432*")):
            lock.unlink(missing_ok=True)

    def stop(self):
        """A clean end."""
        self.child.send_signal(signal.SIGINT)
        equal(self.child.wait(120), 0, "exit status of PostgreSQL")
        self.child = None

    def promote(self):
        equal(self.value("SELECT pg_promote(true, 120)"), "t", "promoted")

    def make_slot(self, name):
        self.sql(f"SELECT pg_create_physical_replication_slot('{name}') WHERE NOT EXISTS "
                 f"(SELECT FROM pg_replication_slots WHERE slot_name = '{name}')")

    def drop_slots(self):
        self.sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                 "WHERE NOT active")

    def copy(self, primary):
        """A base backup of the running primary, which follows it once started."""
        primary.make_slot(self.name)
        self.run("pg_basebackup", "-D", self.data, "-R", "-S", self.name, "-c", "fast", "-N", "-d",
                 primary.conninfo())

    def rewind(self, primary):
        """Makes this dead node, which may have written what nobody else has, a standby."""
        primary.sql("CHECKPOINT")
        primary.make_slot(self.name)
        try:
            self.run("pg_rewind", "-D", self.data, "-R", "-N", "--source-server",
                     primary.conninfo())
        except RuntimeError as error:
            print(f"    pg_rewind could not, a new copy is made: {error}", flush=True)
            for path in self.data.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            self.copy(primary)
        with (self.data / "postgresql.auto.conf").open("a") as conf:
            conf.write(f"primary_slot_name = '{self.name}'\n")

    def turn_to(self, primary):
        """Makes this running standby follow another primary."""
        primary.make_slot(self.name)
        self.sql(f"ALTER SYSTEM SET primary_conninfo = '{primary.conninfo()}'")
        self.sql("SELECT pg_reload_conf()")

    def standbys(self):
        return int(self.value("SELECT count(*) FROM pg_stat_replication "
                              "WHERE sync_state IN ('sync', 'quorum')"))

    def written(self):
        """How far this standby has the primary's log, in bytes."""
        return int(self.value("SELECT pg_last_wal_receive_lsn() - '0/0'"))


class Nodes:
    """The cluster of a server of scripts/dev.sh as primary, and two standbys, one of which a commit
    waits for. The server itself is stopped: dpvd is to be started with settings()."""

    def __init__(self, server):
        self.server = server
        socket = Path(server.env["PG_SOCKET"])
        programs = server.env["PG_BIN"]
        self.primary = Node(programs, "first", server.folder / "pg", socket)
        self.standbys = [Node(programs, name, server.folder / name, socket / name)
                         for name in ("second", "third")]
        self.dead = None

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def build(self):
        self.server.dev("kill-server")
        self.server.dev("stop-pg")
        with (self.primary.data / "postgresql.conf").open("a") as conf:
            conf.write(SETTINGS)
        self.primary.start()
        for node in self.standbys:
            for folder in (node.data, node.socket):
                folder.mkdir(mode=0o700)
                shutil.chown(folder, os.stat(self.primary.data).st_uid)
            node.copy(self.primary)
            node.start()
        self.wait_for(2)
        self.aim()

    def end(self):
        for node in self.all():
            node.kill()

    def all(self):
        return [self.primary, *self.standbys, *filter(None, [self.dead])]

    def wait_for(self, count):
        wait_until(lambda: self.primary.standbys() == count, 120, f"{count} standbys follow")

    def settings(self, *nodes, **more):
        """dpvd's settings for these nodes, all unless said otherwise."""
        hosts = ",".join(str(node.socket) for node in nodes or self.all())
        return {"require_standby": 1, **IMPATIENT, **more, **dpvd_settings(hosts)}

    def aim(self):
        """The server's sql() and value() go to the present primary."""
        self.server.env["PSQL"] = (
            f"{self.primary.programs}/psql -X -q -At -v ON_ERROR_STOP=1 -h {self.primary.socket} "
            "-p 5432 -U postgres -d dpvd")

    def promote(self):
        """The standby that has most takes over from the primary, which must be dead or fenced; the
        other one follows it. Returns the time of the promotion by monotonic()."""
        self.dead = self.primary
        self.primary = max(self.standbys, key=Node.written)
        self.standbys.remove(self.primary)
        self.primary.promote()
        promoted = time.monotonic()
        for node in self.standbys:
            node.turn_to(self.primary)
        self.aim()
        return promoted

    def rejoin(self):
        """The dead former primary comes back as a standby."""
        self.dead.rewind(self.primary)
        self.dead.start()
        self.dead.drop_slots()
        self.standbys.append(self.dead)
        self.dead = None
        self.wait_for(2)
