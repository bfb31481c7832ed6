"""Notifications: how fast they go out to a mail server, and what ordering them costs an insert."""

import os
import statistics
import subprocess
import sys
import time

import inserts

SINK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sink.py")
PATIENCE = 600  # seconds for all to be sent
WAITING = ("SELECT count(*) FROM dpvd.notification "
           "WHERE sent IS NULL AND failed IS NULL AND cancelled IS NULL;")
SENT = "SELECT count(*) FROM dpvd.notification WHERE sent IS NOT NULL;"


def number(rig, sql):
    return int(rig.psql(sql)[0])


def start_notifier(rig, port, log):
    settings = {"smtp_url": f"smtp://127.0.0.1:{port}/bench", "smtp_tls": "off",
                "sms_url": "null:", "sms_window": "00:00-24:00", "notifier_interval": "20ms",
                "admin_listen": "", "environment": "production", "allow_synthetic_persons": "off"}
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    return subprocess.Popen([rig.dpvd, "work", "-c", rig.env["CONFIG_FILE"], *options],
                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                            start_new_session=True)


def wait_sent(rig, notifiers):
    """Seconds from the first look at which some were sent to the last, how many were in them."""
    until = time.monotonic() + PATIENCE
    began, before = None, 0
    while number(rig, WAITING) > 0:
        if time.monotonic() > until or any(one.poll() is not None for one in notifiers):
            raise RuntimeError(f"{number(rig, WAITING)} notifications were not sent")
        if began is None:
            before = number(rig, SENT)
            began = time.monotonic() if before > 0 else None
        time.sleep(0.05)
    if began is None:
        raise RuntimeError("all notifications were sent before the first look: order more")
    return time.monotonic() - began, number(rig, SENT) - before


def send(rig, messages, notifiers):
    """Notifications a second of so many notifiers, for messages of three notifications each: two go
    to a mail server on this machine, one to a gateway that is none."""
    inserts.empty(rig)
    rig.load("insert", bytes=1024, clients=8, requests=messages)
    sink = subprocess.Popen([sys.executable, SINK], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True)
    children = []
    try:
        port = int(sink.stdout.readline())
        with open(rig.path("work.log"), "w") as log:
            for _ in range(notifiers):
                children.append(start_notifier(rig, port, log))
            seconds, count = wait_sent(rig, children)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(60)
        sink.stdin.close()
        sink.wait(10)
    return count / seconds


def register(rig, addresses):
    """So many addresses of the recipient are registered, e-mail first."""
    rig.psql("UPDATE dpvd.notification_address a SET deleted = p.position > "
             f"{addresses} FROM (SELECT id, row_number() OVER (ORDER BY id) AS position "
             "FROM dpvd.notification_address WHERE organization_number = '910820605') p "
             "WHERE p.id = a.id;")


def insert_cost(rig, addresses, count, seconds):
    """Median over alternating rounds: rate with a notification order, which goes to so many
    registered addresses, against the rate without."""
    ratios = []
    register(rig, addresses)
    for turn in range(count):
        rates = {}
        inserts.prepare(rig, inserts.SIZES["10 KB"])
        for plain in (False, True) if turn % 2 == 0 else (True, False):
            options = {"plain": True} if plain else {}
            result = rig.load("insert", bytes=inserts.SIZES["10 KB"], clients=8, seconds=seconds,
                              **options)
            rates[plain] = result["rate"]
        ratios.append(rates[False] / rates[True])
    return statistics.median(ratios)


def measure(rig, count, seconds, messages, say):
    say("notifications: inserting with and without")
    found = {"ratios": {addresses: insert_cost(rig, addresses, count, seconds)
                        for addresses in (1, 3)}}
    for notifiers in (1, 2):
        say(f"notifications: {notifiers} notifier(s)")
        found[notifiers] = send(rig, messages, notifiers)
    inserts.empty(rig)
    return found
