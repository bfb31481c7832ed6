"""A private server and PostgreSQL in a temporary folder, and what can be measured on them."""

import http.client
import os
import re
import resource
import shlex
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
TICKS = os.sysconf("SC_CLK_TCK")


def process_seconds(pid, children_too=False):
    """CPU seconds of a process with its threads, optionally with its ended children."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if children_too else 13])) / TICKS


def children_of(parent):
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as stat:
                if int(stat.read().rpartition(")")[2].split()[1]) == parent:
                    yield int(name)
        except OSError:
            pass  # it has ended meanwhile


def machine_seconds():
    """CPU seconds that all programs have used, or a host has withheld, since the machine began."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_kib(pid, field):
    """VmRSS or VmHWM of a process."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(rf"^{field}:\s+(\d+)", status.read(), re.M)[1])


class Rig:
    """dev.sh in a folder of its own; leaves nothing behind."""

    def __init__(self, dpvd, load):
        self.dpvd, self.load_program = os.path.abspath(dpvd), os.path.abspath(load)
        self.folder = tempfile.mkdtemp(prefix="dpvd-bench-", dir=os.environ.get("BENCH_DIR"))
        os.chmod(self.folder, 0o755)  # as root, the cluster belongs to another user
        self.dir = os.path.join(self.folder, "run")
        self.env = {}
        self.strangers = []  # other programs' share of the cores while we measured

    def __enter__(self):
        try:
            self.dev("start")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if os.path.exists(os.path.join(self.dir, "lock")):
            subprocess.run(self._dev("stop"), stdout=subprocess.DEVNULL, start_new_session=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _dev(self, verb, *more):
        return [os.path.join(ROOT, "scripts", "dev.sh"), verb, "--dir", self.dir, *more]

    def dev(self, verb, *more):
        """Runs dev.sh and reads what it wrote into dev.env."""
        environment = dict(os.environ, DPVD_BIN=self.dpvd)
        command = subprocess.Popen(self._dev(verb, *more), env=environment,
                                   stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            status = command.wait()
        except BaseException:
            command.wait()  # its own limits end it; half a start could not be undone
            raise
        if status != 0:
            raise RuntimeError(f"dev.sh {verb} failed")
        with open(os.path.join(self.dir, "dev.env")) as lines:
            self.env = dict(word.split("=", 1) for word in shlex.split(lines.read()))
        self.dpvd_pid = int(self.env["DPVD_PID"] or 0)
        self.pg_pid = int(self.env["PG_PID"] or 0)

    def path(self, name):
        return os.path.join(self.folder, name)

    def psql(self, sql):
        """Runs SQL as the superuser; the answer as a list of lines."""
        return subprocess.run(shlex.split(self.env["PSQL"]), input=sql, text=True, check=True,
                              stdout=subprocess.PIPE).stdout.splitlines()

    def load_command(self, operation, **options):
        command = [self.load_program, "--url", self.env["BASE_URL"], "--operation", operation,
                   "--user", self.env["DEMO_USER"], "--password", self.env["DEMO_PASSWORD"]]
        for name, value in options.items():
            command += [f"--{name}", str(value)] if value is not True else [f"--{name}"]
        return command

    def load(self, operation, **options):
        """One run of the load generator: {"rate": ..., "p50_ms": ..., ...}."""
        run = subprocess.run(self.load_command(operation, **options), text=True,
                             stdout=subprocess.PIPE)
        if not run.stdout:
            raise RuntimeError(f"the load generator failed, exit {run.returncode}")
        return {name: float(value) for name, value in
                (word.split("=") for word in run.stdout.split())}

    def answer(self, operation, **options):
        """The body of the answer to one request as the load generator makes it."""
        command = self.load_command(operation, **options) + ["--print"]
        request = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        head, body = request.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        connection = http.client.HTTPConnection(self.env["BASE_URL"].partition("//")[2], timeout=60)
        connection.request("POST", lines[0].split()[1], body,
                           dict(line.split(": ", 1) for line in lines[1:]))
        return connection.getresponse().read()

    def cpu(self):
        """CPU seconds used so far: (dpvd, PostgreSQL with all its processes)."""
        database = process_seconds(self.pg_pid, children_too=True)
        for child in children_of(self.pg_pid):
            try:
                database += process_seconds(child)
            except OSError:
                pass
        return process_seconds(self.dpvd_pid), database

    def with_cpu(self, work):
        """Does work() and gives (its result, CPU seconds of dpvd, of PostgreSQL)."""
        began, machine = time.monotonic(), machine_seconds() - children_seconds()
        before = self.cpu()
        result = work()
        time.sleep(0.02)  # let the last answer's clean-up be counted
        own, database = (after - earlier for after, earlier in zip(self.cpu(), before))
        machine = machine_seconds() - children_seconds() - machine
        cores = os.cpu_count() * (time.monotonic() - began)
        self.strangers.append(max(0, machine - own - database) / cores)
        return result, own, database

    def strangers_percent(self):
        return 100 * statistics.median(self.strangers)
