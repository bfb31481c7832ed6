"""What tests of notifications share: messages that order some, a notifier of their own, and what the
database holds of them."""

import contextlib
import http.client
import os
import re
import subprocess
import urllib.parse

from support import DPVD, Xml, equal, literal, member, unique, wait_until

SUBJECT = "Ny melding tilgjengelig i Altinn.no for BLÅBÆR OG RØMME AS"
TEXT = "Du har fått brev fra oss"


def order(*end_points, template="VarselDPVUtenRevarsel", tokens=(TEXT,), **values):
    """One Notification; end points are (transport, address or None)."""
    points = "".join(
        member("not", "ReceiverEndPoint", Xml(
            member("not", "TransportType", transport)
            + member("not", "ReceiverAddress", address)))
        for transport, address in end_points)
    texts = "".join(
        member("not", "TextToken", Xml(member("not", "TokenNum", number)
                                       + member("not", "TokenValue", token)))
        for number, token in enumerate(tokens))
    values = {"LanguageCode": "1044", "NotificationType": template, "TextTokens": Xml(texts),
              "ReceiverEndPoints": Xml(points), **values}
    names = ("FromAddress ShipmentDateTime LanguageCode NotificationType TextTokens "
             "ReceiverEndPoints").split()
    return member("not", "Notification", Xml("".join(
        member("not", name, values.get(name)) for name in names)))


def insert(server, *orders, **values):
    """A message with these notifications: its reference."""
    reference = unique("notify")
    server.insert(ExternalShipmentReference=reference, Notifications=Xml("".join(orders)),
                  **values).accepted()
    return reference


def an_address():
    return f"{unique('post')}@example.com"


def a_number():
    a_number.last = getattr(a_number, "last", 40000000) + 1
    return str(a_number.last)


class Notifier:
    """dpvd work as a child, with a quick pace and an open window."""

    def __init__(self, server, **settings):
        settings = {"admin_listen": "127.0.0.1:0", "notifier_interval": "20ms",
                    "notification_retry": "100ms", "sms_window": "00:00-24:00", "smtp_tls": "off",
                    "log_level": "debug", "gateway_timeout": "20s", "environment": "production",
                    **settings}
        self.name = unique("dpvd-work")
        self.log = server.folder / f"{self.name}.log"
        with self.log.open("wb") as output:
            self.child = subprocess.Popen(
                [DPVD, "work", "-c", server.env["CONFIG_FILE"], *server.options(**settings)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, "PGAPPNAME": self.name})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.terminate()
        self.child.wait(60)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def logged(self, text):
        return text in self.log.read_text(encoding="utf-8")

    @property
    def admin(self):
        found = wait_until(lambda: re.search(r"listener=admin_listen address=(\S+)\s",
                                             self.log.read_text(encoding="utf-8")),
                           60, "dpvd work listens to operators")
        return urllib.parse.urlsplit("//" + found.group(1))

    def metrics(self):
        connection = http.client.HTTPConnection(self.admin.hostname, self.admin.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", "/metrics")
            lines = connection.getresponse().read().decode().splitlines()
        return {line.rsplit(" ", 1)[0]: line.rsplit(" ", 1)[1] for line in lines
                if line.startswith(("dpvd_notif", "dpvd_gateway"))}

    def counted(self, channel, outcome):
        name = f'dpvd_notifications_total{{channel="{channel}",outcome="{outcome}"}}'
        return int(self.metrics()[name])


def rows(server, reference, columns):
    return server.sql(
        f"SELECT {columns} FROM dpvd.notification n JOIN dpvd.correspondence c "
        "ON c.sender_id = n.sender_id AND c.id = n.correspondence_id "
        f"WHERE c.senders_reference = {literal(reference)} ORDER BY n.number;")


def wait_rows(server, reference, columns, expected):
    """Until the rows are like this; what they were instead is told."""
    try:
        wait_until(lambda: rows(server, reference, columns) == expected, 120, columns)
    except AssertionError:
        equal(rows(server, reference, columns), expected, columns)


def wait_sent(server, reference, *sent):
    wait_rows(server, reference, "n.sent IS NOT NULL", [["t" if s else "f"] for s in sent])


def read(server, reference):
    """What the recipient's side does when a message is opened."""
    server.sql(f"""
        WITH m AS (SELECT sender_id, id FROM dpvd.correspondence
                    WHERE senders_reference = {literal(reference)}),
        event AS (INSERT INTO dpvd.status_event SELECT sender_id, id, 2, now() FROM m)
        UPDATE dpvd.correspondence_state SET current_status = 2, history = history
            || int8send((extract(epoch FROM now()) * 1000000)::bigint) || int2send(2::smallint)
         WHERE (sender_id, id) IN (SELECT sender_id, id FROM m);""")
