"""What is tortured: a PostgreSQL cluster of its own on a small disk of its own, dpvd serve and dpvd
work as children of this program, and the clock that they see."""

import contextlib
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from support import DPVD, IMPATIENT, ROOT, Server, true, wait_until

CLOCK_LIBRARY = Path(os.environ.get("DPVD_BUILD", ROOT / "build" / "release")) / "torture/clock.so"
DATABASE_PATIENCE = 90
STOP_PATIENCE = 60
MEGA = 1 << 20


class Disk:
    """A file system of so many bytes in a sparse file; is_mounted is false where that is not
    allowed, or where the file could not become as large as that."""

    def __init__(self, image, folder, size):
        self.folder = folder
        self.ballast = folder / "ballast"
        with image.open("wb") as file:
            file.truncate(size)
        self.is_mounted = shutil.disk_usage(image.parent).free > size \
            and self._works("mkfs.ext4", "-q", "-F", "-m", "0", image) \
            and self._works("mount", "-o", "loop", image, folder)
        if self.is_mounted:
            folder.chmod(0o755)

    @staticmethod
    def _works(*command):
        try:
            return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, check=False).returncode == 0
        except OSError:
            return False

    def fill(self):
        """Takes all blocks that are free now."""
        with self.ballast.open("ab") as file:
            piece = 1 << 30
            while piece >= 4096:
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, piece)
                except OSError:
                    piece //= 2

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def close(self):
        if not self.is_mounted:
            return
        self.free()
        try:
            wait_until(lambda: self._works("umount", self.folder), 10, "the disk is unmounted")
        except AssertionError:  # somebody was left behind: it goes when he goes
            self._works("umount", "--lazy", self.folder)


class Clock:
    """The wall clock of dpvd, moved by clock.so; real time goes on beneath."""

    def __init__(self, path):
        self.path = path
        self.offset = self.furthest = 0
        self.set(0)
        path.chmod(0o644)

    def set(self, offset):
        self.offset = offset
        self.furthest = max(self.furthest, offset)
        with self.path.open("r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("q", offset))

    @property
    def env(self):
        # The sanitizers' library wants to be the first one, and can live with being the second.
        options = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": str(CLOCK_LIBRARY), "TORTURE_CLOCK": str(self.path),
                "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0".lstrip(":")}


class Child:
    """A dpvd that is started, killed and started again."""

    def __init__(self, house, verb, *options):
        self.house = house
        self.verb = verb
        self.options = options
        self.process = None

    def start(self):
        """The moment at which it was started."""
        with (self.house.folder / f"dpvd-{self.verb}.log").open("ab") as output:
            self.process = subprocess.Popen(
                [DPVD, self.verb, "-c", self.house.env["CONFIG_FILE"], *self.options],
                env={**os.environ, **self.house.clock.env}, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output)
        return time.monotonic()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def terminate(self):
        """A clean end, which it must say was one."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(STOP_PATIENCE)
        true(status == 0, f"dpvd {self.verb} ended with {status} after SIGTERM")

    @contextlib.contextmanager
    def stopped(self):
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def check_alive(self):
        status = self.process.poll()
        true(status is None, f"dpvd {self.verb} ended by itself with {status}")

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class House(Server):
    """disk_size in bytes; settings are those of dpvd."""

    def __init__(self, disk_size, **settings):
        super().__init__(**{**IMPATIENT, "notification_retry": "100ms", "smtp_tls": "off",
                            "sms_window": "00:00-24:00", "notification_give_up": "30d", **settings})
        self.outside = Path(tempfile.mkdtemp(prefix="dpvd-torture-"))
        self.outside.chmod(0o755)
        self.disk_size = disk_size
        self.disk = None
        self.clock = Clock(self.outside / "clock")
        self.server = Child(self, "serve")
        self.notifier = Child(self, "work", *self.options(admin_listen=""))

    def __enter__(self):
        self.disk = Disk(self.outside / "disk", self.folder, self.disk_size)
        super().__enter__()
        self.dev("kill-server")
        self.server.start()
        self.notifier.start()
        return self

    def close(self):
        self.server.close()
        self.notifier.close()
        try:
            super().close()
            if self.disk is not None:
                self.disk.close()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
            shutil.rmtree(self.outside, ignore_errors=True)

    # ------------------------------------------------------------ PostgreSQL

    def postmaster(self):
        return int((self.folder / "pg" / "postmaster.pid").read_text().split()[0])

    def kill_postmaster(self):
        """The postmaster alone: its children notice, each in its time."""
        os.kill(self.postmaster(), signal.SIGKILL)

    def kill_database(self):
        self.dev("kill-pg")

    def database_runs(self):
        try:
            return self.value("SELECT 1;") == "1"
        except (RuntimeError, OSError, subprocess.TimeoutExpired):
            return False

    def start_database(self):
        """The moment at which the start began that succeeded: what a killed postmaster has left may
        bar its successor for a while."""
        deadline = time.monotonic() + DATABASE_PATIENCE
        while True:
            begun = time.monotonic()
            try:
                self.dev("start-pg")
                return begun
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def restart_database(self):
        self.dev("stop-pg")
        return self.start_database()

    def backends(self, condition="true"):
        return [int(row[0]) for row in self.sql(
            "SELECT pid FROM pg_stat_activity WHERE usename IN ('dpvd_app', 'dpvd_background') "
            f"AND {condition} ORDER BY pid;")]

    def check_alive(self):
        self.server.check_alive()
        self.notifier.check_alive()

    def uncertain_commits(self):
        log = self.folder / "dpvd-serve.log"
        return log.read_text(encoding="utf-8", errors="replace").count("event=commit_uncertain")

    def verify_audit(self):
        """What `dpvd admin audit verify` has to say, or None when all is well."""
        done = subprocess.run([DPVD, "-c", self.env["CONFIG_FILE"], "admin", "audit", "verify"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                              check=False)
        return None if done.returncode == 0 else done.stdout + done.stderr
