#!/usr/bin/python3
"""A database that came back from a dump or a base backup serves as if nothing had been."""

import contextlib
import json
import os
import shutil
import subprocess

from nodes import Node, dpvd_settings
from notifying import order
from senders import Letter
from support import (
    ACTION_DETAILS, ACTION_HISTORY, ACTION_INSERT, BASIC, DPVD, Xml, attachment, attachments, case,
    connect, contains, details_envelope, equal, exchange, history_envelope, insert_envelope, main,
    soap_headers, true, unique, wait_until)

COUNTED = "SELECT coalesce(sum(messages), 0) FROM dpvd.usage_count"


class Noted(Letter):
    """A letter whose recipient is to be notified."""

    def envelope(self):
        return insert_envelope(ExternalShipmentReference=self.reference, MessageTitle="Brev",
                               Notifications=Xml(order(("Email", "post@example.com"))),
                               Attachments=attachments(attachment(self.data)))


LETTERS = [Noted(unique("kept"), b"%PDF " + bytes(range(256)) * size) for size in (1, 20, 8000)]


def call(url, body, action):
    connection = connect(url, timeout=60)
    with contextlib.closing(connection):
        return exchange(connection, "POST", BASIC, body, soap_headers(action))


def statuses(url):
    """All that a sender can ask about its messages, as bytes."""
    references = [letter.reference for letter in LETTERS]
    return [call(url, history_envelope(references), ACTION_HISTORY).body,
            call(url, details_envelope(), ACTION_DETAILS).body]


def run(server, options, *words):
    command = [DPVD, "-c", server.env["CONFIG_FILE"], *server.options(**options), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300,
                          stdin=subprocess.DEVNULL, check=False)


def dpvd(server, options, *words):
    done = run(server, options, *words)
    return done.returncode, done.stdout + done.stderr


def verified(server, options, *more):
    done = run(server, options, "admin", "audit", "verify", "--json", *more)
    true(done.stdout.startswith("{"), f"verify said {done.stdout}{done.stderr}")
    return done.returncode, json.loads(done.stdout)  # after 5 s stderr tells how far it is


def all_sealed(server, options, *more):
    def look():
        status, found = verified(server, options, *more)
        return (found["waiting"] == 0 or status != 0) and (status, found)

    return wait_until(look, 60, "everything is sealed")


def settings(node):
    return dpvd_settings(node.socket)


class Before:
    """What the server said and had before it was backed up."""

    def __init__(self, server):
        for letter in LETTERS:
            letter.receipt = call(server.url, letter.envelope(), ACTION_INSERT).accepted()
        # A cluster that has lived for a while: a new one's transactions have lower numbers.
        server.sql("DO $$ BEGIN FOR i IN 1..20000 LOOP PERFORM pg_current_xact_id(); COMMIT; "
                   "END LOOP; END $$;")
        call(server.url, LETTERS[0].envelope(), ACTION_INSERT).accepted()
        self.statuses = statuses(server.url)
        _, found = all_sealed(server, {})
        self.seal = f"{found['last']}:{found['hash']}"
        self.seals = found["seals"]
        equal(server.count("notification"), len(LETTERS), "notifications")


def check_goes_on(server, node, before):
    """As before, and further from there."""
    new = Letter(unique("new"), b"%PDF new")
    options = settings(node)
    brisk = {"usage_interval": "100ms", "audit_seal_interval": "50ms", **options,
             "workers": 4}  # a cluster of initdb's has room for 100 connections
    with server.process(notifier="off", **brisk) as (_, url):
        equal(statuses(url), before.statuses, "status answers")
        for letter in LETTERS:
            again = call(url, letter.envelope(), ACTION_INSERT).accepted()
            equal(again, letter.receipt, f"receipt of {letter.reference} to the repeated call")
        receipt = call(url, new.envelope(), ACTION_INSERT).accepted()
        given = max(int(letter.receipt["ReceiptId"]) for letter in LETTERS)
        true(int(receipt["ReceiptId"]) > given, "a receipt's number came twice")
        status, found = all_sealed(server, options, "--expect", before.seal)
        equal((status, found["integrity"]), (0, "intact"), f"the audit log, {found}")
        true(found["seals"] > before.seals, "nothing was sealed since")
        wait_until(lambda: node.value(COUNTED, "dpvd") == str(len(LETTERS) + 1), 60,
                   "every message is counted for the quota, once")
        for table, more in (("correspondence", 1), ("attachment", 1), ("notification", 0)):
            equal(node.value(f"SELECT count(*) FROM dpvd.{table}", "dpvd"),
                  str(len(LETTERS) + more), f"rows of {table}")


@contextlib.contextmanager
def new_node(server, name):
    """An empty folder that may become a cluster; what runs in it ends."""
    node = Node(server.env["PG_BIN"], name, server.folder / name, server.folder / f"{name}.socket")
    for folder in (node.data, node.socket):
        folder.mkdir(mode=0o700)
        shutil.chown(folder, os.stat(server.folder / "pg").st_uid)
    try:
        yield node
    finally:
        node.kill()


BEFORE = []


def before(server):
    if not BEFORE:
        BEFORE.append(Before(server))
    return BEFORE[0]


def source(server):
    return Node(server.env["PG_BIN"], "source", server.folder / "pg", server.env["PG_SOCKET"])


@case
def dump_in_a_new_cluster_serves_on_after_migrate(server):
    was = before(server)
    roles = source(server).run("pg_dumpall", "--roles-only", "-d", source(server).conninfo())
    with new_node(server, "dumped") as node:
        dump = node.data.parent / "dumped.socket" / "dump"
        source(server).run("pg_dump", "-Fc", "-f", dump, "-d",
                           source(server).conninfo(database="dpvd"))
        node.run("initdb", "-D", node.data, "-U", "postgres", "-A", "trust", "-N")
        with (node.data / "postgresql.conf").open("a") as conf:
            conf.write("listen_addresses = ''\n")
        node.start()
        for line in roles.splitlines():
            if line.startswith(("CREATE ROLE dpvd", "ALTER ROLE dpvd")):
                node.sql(line)
        node.run("pg_restore", "--create", "-d", node.conninfo(), dump)
        check_nothing_is_written_yet(server, node)
        status, said = dpvd(server, settings(node), "migrate")
        equal(status, 0, f"exit status of migrate, which said {said}")
        contains(said, "event=restored", "what migrate said")
        equal(dpvd(server, settings(node), "migrate"), (0, ""), "a second migrate")
        check_goes_on(server, node, was)


def check_nothing_is_written_yet(server, node):
    count = "SELECT count(*) FROM dpvd.audit_log"
    rows = node.value(count, "dpvd")
    for words in (["admin", "sender", "list"], ["admin", "audit", "verify"]):
        status, said = dpvd(server, settings(node), *words)
        equal(status, 1, f"exit status of {words}, which said {said}")
        contains(said, "run dpvd migrate", "what it said")
    nowhere = {"listen": "127.0.0.1:0", "tls_listen": "", "admin_listen": ""}
    status, said = dpvd(server, {**settings(node), **nowhere}, "serve")
    equal(status, 1, f"exit status of serve, which said {said}")
    contains(said, "run dpvd migrate", "what the server said")
    equal(node.value(count, "dpvd"), rows, "rows of the audit log")


@case
def base_backup_serves_on(server):
    was = before(server)
    with new_node(server, "copied") as node:
        node.run("pg_basebackup", "-D", node.data, "-c", "fast", "-N", "-d",
                 source(server).conninfo())
        node.start()
        check_goes_on(server, node, was)


if __name__ == "__main__":
    main(usage_interval="1h", notifier="off", audit_seal_interval="50ms")
