#!/usr/bin/python3
"""What the running dpvd has given up (security.md 3.2): system calls, rights, core dumps."""

import os
import re
import signal
import subprocess
from pathlib import Path

from support import DPVD, Skip, case, contains, equal, main, parse_log_line, true, wait_until


def threads(pid):
    """What /proc says of every thread: a list of dicts."""
    return [dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines()
                 if ":\t" in line)
            for task in Path(f"/proc/{pid}/task").iterdir()]


def is_sanitized(server):
    return bool(server.log_lines("not_confined")) and \
        server.log_lines("not_confined")[-1]["reason"] == "built with a sanitizer"


@case
def every_thread_makes_only_the_calls_it_needs(server):
    if is_sanitized(server):
        raise Skip("built with a sanitizer")
    equal([line["by"] for line in server.log_lines("confined")], ["seccomp"], "log")
    found = threads(server.pid)
    true(len(found) > 4, "there are several threads")
    equal({(thread["Seccomp"], thread["NoNewPrivs"]) for thread in found}, {("2", "1")}, "threads")
    # The second one, against further listeners, was laid over the threads that ran already.
    equal({thread.get("Seccomp_filters", "2") for thread in found}, {"2"}, "filters")


@case
def it_is_confined_before_it_listens(server):
    if is_sanitized(server):
        raise Skip("built with a sanitizer")
    events = [parse_log_line(line).get("event") for line in server.log().splitlines()]
    true(events.index("confined") < events.index("listening"), "confined before it listens")


@case
def no_core_dump_holds_its_secrets(server):
    limits = Path(f"/proc/{server.pid}/limits").read_text()
    true(re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE), "a core file has no size")


@case
def a_confined_server_reloads_and_finds_its_database_again(server):
    os.kill(server.pid, signal.SIGHUP)
    server.logged("event=reloaded")
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'dpvd%';")
    wait_until(server.ready, 60, "the server is ready again")
    equal(server.insert().receipt()["ReceiptStatusCode"], "OK", "receipt")


@case
def seccomp_can_be_switched_off_and_that_is_logged(server):
    if is_sanitized(server):
        raise Skip("built with a sanitizer")
    with server.process(seccomp="off") as (child, _):
        log = Path(os.readlink(f"/proc/{child.pid}/fd/2")).read_text()
        line = next(filter(lambda fields: fields.get("event") == "not_confined",
                           map(parse_log_line, log.splitlines())))
        equal((line["level"], line["reason"]), ("warn", "seccomp = off"), "log line")
        equal({thread["Seccomp"] for thread in threads(child.pid)}, {"0"}, "threads")
        equal({thread["NoNewPrivs"] for thread in threads(child.pid)}, {"1"}, "no new rights")


@case
def root_is_refused(server):
    if os.geteuid() != 0:
        raise Skip("this is not run as root")
    for verb in ("serve", "work"):
        done = subprocess.run(
            [DPVD, verb, "-c", server.env["CONFIG_FILE"],
             *server.options(allow_root="off", listen="127.0.0.1:0", tls_listen="",
                             admin_listen="127.0.0.1:0")],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        equal(done.returncode, 1, f"exit status of {verb}")
        contains(done.stderr, "does not run as root", verb)


main(notifier="on")
