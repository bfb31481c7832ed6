"""A dpvd whose allocations, reads and writes can be made to fail while it serves one call."""

import contextlib
import enum
import http.client
import mmap
import os
import struct
import subprocess
import time

from support import (
    DPVD, IMPATIENT, connect, contains, equal, exchange, listening_url, true, wait_until)

LIBRARY = DPVD.parent / "faults.so"
NON_FUNCTIONAL = "non-functional error"
SETTLE_SECONDS = 60  # a busy machine may take its time
ANSWER_SECONDS = 40  # beyond all deadlines below


class Kind(enum.IntEnum):
    """Of tests/faults/faults.h."""
    NONE = 0
    MEMORY = 1
    ERROR = 2
    SHORT = 3
    DATABASE = 4


class Control:
    """struct faults of tests/faults/faults.h, in a file that test and server share."""

    NAMES = ("kind", "lasting", "at", "calls", "failed", "blocks")

    def __init__(self, path):
        path.write_bytes(bytes(8 * len(self.NAMES)))
        with path.open("r+b") as file:
            self.room = mmap.mmap(file.fileno(), 0)

    def __getitem__(self, name):
        return struct.unpack_from("=q", self.room, 8 * self.NAMES.index(name))[0]

    def __setitem__(self, name, value):
        struct.pack_into("=q", self.room, 8 * self.NAMES.index(name), value)

    @contextlib.contextmanager
    def armed(self, kind, at, lasting=False):
        """While it is entered calls are counted, and those from `at` on fail: one or all."""
        self["lasting"], self["at"], self["calls"], self["failed"] = int(lasting), at, 0, 0
        self["kind"] = kind
        try:
            yield
        finally:
            self["kind"] = Kind.NONE


class Faulty:
    """dpvd as a child with the library of faults, one thread of each kind, on a server's database."""

    def __init__(self, server, **settings):
        self.server = server
        self.settings = {
            "listen": "127.0.0.1:0", "tls_listen": "", "admin_listen": "", "workers": 1,
            "http_threads": 1, "notifier": "off", "audit_seal_interval": 0, "usage_interval": "1h",
            "spool_directory": server.folder, **IMPATIENT, **settings}
        self.log = server.folder / "dpvd-faulty.log"
        self.control = Control(server.folder / "faults")
        self.child = None
        self.url = None
        self.descriptors = 0

    def __enter__(self):
        self.start()
        return self

    def revive(self):
        """Starts it again if it ended, and gives it time if not."""
        if self.child.poll() is not None:
            self.start()
        wait_until(self.ready, SETTLE_SECONDS, "the faulty dpvd is ready again")

    def start(self):
        sanitized = "asan" in DPVD.parts
        preload = {"LD_PRELOAD": str(LIBRARY), "DPVD_FAULTS": str(self.server.folder / "faults")}
        options = os.environ.get("ASAN_OPTIONS", "")
        if sanitized:
            preload["ASAN_OPTIONS"] = "verify_asan_link_order=0:" + options
        with self.log.open("wb") as output:
            self.child = subprocess.Popen(
                [DPVD, "serve", "-c", self.server.env["CONFIG_FILE"],
                 *self.server.options(**self.settings)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, **preload})
        try:
            self.url = wait_until(lambda: listening_url(self.text()), SETTLE_SECONDS,
                                  "the faulty dpvd listens")
            wait_until(self.ready, SETTLE_SECONDS, "the faulty dpvd is ready")
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Its exit status, after a clean stop if that is still possible."""
        if self.child.poll() is None:
            self.child.terminate()
        try:
            return self.child.wait(SETTLE_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def exchange(self, method, path, body=None, headers=None):
        connection = connect(self.url, timeout=ANSWER_SECONDS)
        try:
            return exchange(connection, method, path, body, headers)
        finally:
            connection.close()

    def ready(self):
        try:
            return self.exchange("GET", "/health/ready").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def rest(self):
        """Notes how many descriptors it has when nothing is under way."""
        counts = []
        wait_until(lambda: counts.append(self.open_descriptors()) or
                   (len(counts) >= 30 and len(set(counts[-30:])) == 1), SETTLE_SECONDS, "rest")
        self.descriptors = counts[-1]

    def settled(self):
        """The connection of the last call is closed, and with it all of its work is done."""
        wait_until(lambda: self.open_descriptors() <= self.descriptors, SETTLE_SECONDS,
                   f"descriptors are back at {self.descriptors}")

    def attempt(self, call, kind, at, lasting=False):
        """The answer to a call with a fault, or None when the connection was closed without one."""
        answer = None
        with self.control.armed(kind, at, lasting):
            started = time.monotonic()
            try:
                answer = self.exchange(*call)
            except (OSError, http.client.HTTPException):
                true(time.monotonic() - started < ANSWER_SECONDS, "no answer at all")
            self.settled()
        equal(self.child.poll(), None, "exit status of a server that has to go on")
        return answer


def is_clean_refusal(answer):
    """It says that the caller should try again, and nothing else."""
    if answer.status == 503 or (answer.status == 500 and b"Envelope" not in answer.body):
        return
    fault = answer.fault()
    code = fault.code[1] if isinstance(fault.code, tuple) else fault.code
    true((answer.status, code) in ((500, "Server"), (500, "Receiver")),
         f"HTTP {answer.status}, {code} fault {fault.text!r} {fault.message!r}")
    contains(fault.message, NON_FUNCTIONAL, "AltinnErrorMessage")
