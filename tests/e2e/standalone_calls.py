"""Calls of the service for stand-alone notifications, and how their answers are read."""

import contextlib

from notifying import TEXT
from support import (
    NAMESPACES, REPORTEE, Xml, connect, equal, exchange, literal, local, member, refuse_unknown,
    soap_headers, unique)

PATH = "/ServiceEngineExternal/NotificationAgencyExternalBasic.svc"
WNOT = "http://www.altinn.no/services/ServiceEngine/Notification/2010/10"
ACTION = WNOT + "/INotificationAgencyExternalBasic/"
NAMES = {**NAMESPACES, "wnot": WNOT,
         "sn0910": "http://schemas.altinn.no/services/ServiceEngine/StandaloneNotificationBE/2009/10",
         "sn1506": "http://schemas.altinn.no/services/ServiceEngine/StandaloneNotificationBE/2015/06",
         "not1506": "http://schemas.altinn.no/services/ServiceEngine/Notification/2015/06"}
MEMBERS = ("FromAddress IsReservable LanguageID NotificationType ReceiverEndPoints ReporteeNumber "
           "Roles Service ShipmentDateTime TextTokens UseServiceOwnerShortNameAsSenderOfSms").split()
OPERATION = "SendStandaloneNotificationBasic"


def about(code, edition):
    """A Service."""
    return Xml(member("sn1506", "ServiceCode", code) + member("sn1506", "ServiceEdition", edition))


def entry(*end_points, tokens=(TEXT,), **values):
    """One StandaloneNotification; end points are (transport, address or None)."""
    refuse_unknown(values, MEMBERS)
    points = "".join(
        member("not", "ReceiverEndPoint", Xml(
            member("not", "TransportType", transport) + member("not", "ReceiverAddress", address)))
        for transport, address in end_points)
    texts = "".join(
        member("not", "TextToken", Xml(member("not", "TokenNum", number)
                                       + member("not", "TokenValue", token)))
        for number, token in enumerate(tokens))
    values = {"LanguageID": 1044, "NotificationType": "VarselDPVUtenRevarsel",
              "ReporteeNumber": REPORTEE, "ReceiverEndPoints": Xml(points),
              "TextTokens": Xml(texts), **values}
    return member("not", "StandaloneNotification", Xml("".join(
        member("not", name, values.get(name)) for name in MEMBERS)))


def envelope(body):
    declarations = " ".join(f'xmlns:{p}="{uri}"' for p, uri in NAMES.items() if p != "s12")
    return f"<s:Envelope {declarations}><s:Body>{body}</s:Body></s:Envelope>"


def send(server, *entries, version="V3", user="demo", password=None, url=None):
    """One call with these entries; url is that of another dpvd than the server's."""
    orders = Xml("".join(entries).replace("not:StandaloneNotification>",
                                          "sn0910:StandaloneNotification>"))
    body = (member("wnot", "systemUserName", user)
            + member("wnot", "systemPassword",
                     user + "-password" if password is None else password)
            + member("wnot", "standaloneNotifications", orders))
    connection = server.connect() if url is None else connect(url)
    with contextlib.closing(connection):
        return exchange(connection, "POST", PATH,
                        envelope(member("wnot", OPERATION + version, Xml(body))),
                        soap_headers(ACTION + OPERATION + version))


def results(answer):
    """(NotificationType, ReporteeNumber, end points) of each entry of a V3 answer; end points are
    (transport, address, from a register, name)."""
    equal(answer.status, 200, f"HTTP status of {answer.body[:600]!r}")
    found = []
    for result in answer.tree.iterfind(".//not1506:NotificationResult", NAMES):
        points = [{local(child): child.text for child in point}
                  for point in result.iterfind("not1506:EndPoints/not1506:EndPointResult", NAMES)]
        found.append((result.findtext("not1506:NotificationType", None, NAMES),
                      result.findtext("not1506:ReporteeNumber", None, NAMES),
                      [(point["TransportType"], point["ReceiverAddress"],
                        point["RetrieveFromProfile"] == "true", point["Name"])
                       for point in points]))
    return found


def end_points(answer):
    """(transport, address) of all entries."""
    return [point[:2] for _, _, points in results(answer) for point in points]


def planned(server, text, columns):
    """What the database holds of the sendings with this text."""
    return server.sql(
        f"SELECT {columns} FROM dpvd.notification n JOIN dpvd.notification_order o "
        "ON o.sender_id = n.sender_id AND o.correspondence_id = n.correspondence_id "
        "AND o.number = n.order_number LEFT JOIN dpvd.standalone s ON s.sender_id = o.sender_id "
        f"AND s.id = o.correspondence_id WHERE {literal(text)} = ANY (o.token_values) "
        "ORDER BY n.correspondence_id, n.number;")


def a_text():
    """One that no other case sends: another one is another call."""
    return unique("Du har fått brev")
