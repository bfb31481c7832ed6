#!/usr/bin/python3
"""What the running dpvd has given up (security.md 3.2): system calls, rights, core dumps."""

import os
import re
import signal
import subprocess
from pathlib import Path

from support import (
    DPVD, Skip, case, case_table, contains, equal, main, parse_log_line, true, wait_until)


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
    # Until it is gone, each of them may still cut off a call.
    pids = ",".join(row[0] for row in server.sql(
        "SELECT pid FROM pg_stat_activity WHERE usename LIKE 'dpvd%';"))
    there = f"FROM pg_stat_activity WHERE pid IN ({pids})"
    server.sql(f"SELECT pg_terminate_backend(pid) {there};")
    wait_until(lambda: server.value(f"SELECT count(*) {there};") == "0", 60, "all are gone")
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


def ends_at_once(server, verb="serve", **settings):
    """What it says, on standard error, of why it does not start."""
    settings = {"listen": "127.0.0.1:0", "tls_listen": "", "admin_listen": "127.0.0.1:0",
                **settings}
    done = subprocess.run([DPVD, verb, "-c", server.env["CONFIG_FILE"],
                           *server.options(**settings)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          check=False)
    equal(done.returncode, 1, f"exit status of {verb} with {settings}, which said {done.stderr}")
    return done.stderr


@case
def root_is_refused(server):
    if os.geteuid() != 0:
        raise Skip("this is not run as root")
    for verb in ("serve", "work"):
        contains(ends_at_once(server, verb, allow_root="off"), "does not run as root", verb)


@case_table({
    "secret_key": ("secret_key", {}),
    "audit_key": ("audit_key", {}),
    "tls_key": ("tls_key", {"tls_listen": "127.0.0.1:0"}),
    "smtp_password_file": ("smtp_password_file", {"smtp_url": "smtp://127.0.0.1:9/x",
                                                  "smtp_user": "u"}),
    "sms_secret_file": ("sms_secret_file", {"sms_url": "http://127.0.0.1:9/"}),
})
def a_secret_that_others_may_read_is_refused(server, setting, settings):
    path = server.folder / f"{setting}.open"
    path.write_text("0" * 64 + "\n", encoding="utf-8")
    path.chmod(0o644)
    said = ends_at_once(server, **settings, **{setting: path})
    contains(said, f"{path}: others may read", "what dpvd says")


main(notifier="on")
