"""Parts of messages, what their answers tell, and what they leave behind."""

from receipt_calls import read, result
from support import (
    ACTION_INSERT, BASIC, NAMESPACES, SAVED, Xml, attachment, attachments, connect, equal,
    exchange, insert_envelope, member, soap_headers, unique)

EXTERNAL, OWNER = "ExternalShipmentReference", "OwnerPartyReference"
ONCE, WITH_REMINDER = "VarselDPVUtenRevarsel", "VarselDPVMedRevarsel"


# ---------------------------------------------------------------- parts of a message


def end_points(*points):
    """ReceiverEndPoints of (TransportType, ReceiverAddress) pairs."""
    return Xml("".join(member("not", "ReceiverEndPoint", Xml(
        member("not", "TransportType", transport) + member("not", "ReceiverAddress", address)))
        for transport, address in points))


def notification(*points, **values):
    """One Notification with these end points; None for an address leaves it out."""
    values = {"LanguageCode": "1044", "NotificationType": ONCE, **values}
    if points:
        values["ReceiverEndPoints"] = end_points(*points)
    names = "FromAddress ShipmentDateTime LanguageCode NotificationType ReceiverEndPoints".split()
    return member("not", "Notification",
                  Xml("".join(member("not", name, values.get(name)) for name in names)))


def notifications(*items):
    return {"Notifications": Xml("".join(items))}


def letter(**values):
    """SdpOptions for the only attachment."""
    values = {"PrimaryDocumentFileName": "vedtak.pdf", "SdpSetting": "CopyAltinn", **values}
    names = "BackupAltinn PrimaryDocumentFileName SdpNotifications SdpSetting".split()
    return {"Attachments": attachments(attachment(FileName="vedtak.pdf")),
            "SdpOptions": Xml("".join(member("c1602", name, values.get(name)) for name in names))}


# ---------------------------------------------------------------- calls


def insert_at(url, **values):
    """InsertCorrespondenceBasicV2 at another dpvd than the server's own."""
    connection = connect(url)
    try:
        return exchange(connection, "POST", BASIC, insert_envelope(**values),
                        soap_headers(ACTION_INSERT))
    finally:
        connection.close()


def told(answer):
    """The whole receipt of an answer: References as pairs, SubReceipts as receipts."""
    return read(result(answer))


def subs_told(receipt):
    """(status, text) of its sub-receipts."""
    name = "ReceiptStatusCode" if "ReceiptStatusCode" in receipt else "ReceiptStatus"
    return [(sub[name], sub["ReceiptText"]) for sub in receipt["SubReceipts"]]


def sub_receipts_are_nil(answer):
    nil = next(answer.all("rec:SubReceipts")).get("{%s}nil" % NAMESPACES["i"])
    equal(nil, "true", "nil of SubReceipts")


# ---------------------------------------------------------------- what is left behind


PARTS = ("correspondence", "attachment", "notification_order", "notification", "reply_option",
         "sdp_order", "status_event", "correspondence_state")
LEFT = "rows of (messages and their parts, receipts, SDP states, audit log)"


def left_behind(server):
    *parts, receipts, letters, audit = server.counts(*PARTS, "receipt", "sdp_state", "audit_log")
    return parts, receipts, letters, audit


def with_more(before, receipts=0, letters=0, audit=1):
    parts, *others = before
    return parts, *(old + more for old, more in zip(others, (receipts, letters, audit)))


def last_audit_row(server, columns):
    return server.sql(f"SELECT {columns} FROM dpvd.audit_log ORDER BY id DESC LIMIT 1;")[0]


def is_refused(server, values, status, text, url=None, letters=0):
    """The receipt has this status and text and is stored; nothing else is left but an audit row."""
    values = {"ExternalShipmentReference": unique("refused"), **values}
    before = left_behind(server)
    answer = insert_at(url or server.url, **values)
    receipt = told(answer)
    number, reference = receipt["ReceiptId"], values["ExternalShipmentReference"]
    owner, *stored = last_audit_row(server, """
        (SELECT organization_number FROM dpvd.sender s WHERE s.id = sender_id),
        receipt_id, correspondence_id, senders_reference,
        (SELECT concat_ws('/', r.text, r.parent_id, r.correspondence_id, r.senders_reference)
           FROM dpvd.receipt r WHERE r.id = receipt_id)""")
    equal({name: receipt[name] for name in receipt if name not in ("LastChanged", "ReceiptId")}, {
        "ParentReceiptId": "0", "ReceiptHistory": "", "ReceiptStatusCode": status,
        "ReceiptText": text, "ReceiptTypeName": "Correspondence",
        "References": [(EXTERNAL, reference), (OWNER, owner)], "SubReceipts": []}, "receipt")
    sub_receipts_are_nil(answer)
    equal(left_behind(server), with_more(before, receipts=1, letters=letters), LEFT)
    equal(stored, [number, "", reference, f"{text}/{reference}"], "audit row and stored receipt")
    return receipt


def is_fault(server, values, error_id, text, url=None):
    """An AltinnFault; nothing is left but an audit row."""
    before = left_behind(server)
    answer = insert_at(url or server.url, **values)
    fault = answer.fault()
    equal((answer.status, fault.code, fault.error_id, fault.message),
          (500, "Client", error_id, text), "fault")
    equal(left_behind(server), with_more(before), LEFT)
    equal(last_audit_row(server, "result, error_id, error_guid, receipt_id"),
          ["fault", str(error_id), fault.members["ErrorGuid"], ""], "audit row")


def is_accepted(server, values, subs=(), url=None):
    """The receipt says OK, and its sub-receipts are these (status, text) pairs; the whole receipt
    and the reference."""
    reference = values.get("ExternalShipmentReference", unique("accepted"))
    answer = insert_at(url or server.url, **{**values, "ExternalShipmentReference": reference})
    receipt = told(answer)
    equal((receipt["ReceiptStatusCode"], receipt["ReceiptText"], receipt["ParentReceiptId"]),
          ("OK", SAVED, "0"), "receipt")
    equal(subs_told(receipt), list(subs), "sub-receipts")
    if not subs:
        sub_receipts_are_nil(answer)
    for sub in receipt["SubReceipts"]:
        equal((sub["ParentReceiptId"], sub["ReceiptTypeName"], sub["ReceiptHistory"],
               sub["LastChanged"], sub["References"], sub["SubReceipts"]),
              (receipt["ReceiptId"], "Correspondence", "", receipt["LastChanged"],
               receipt["References"], []), "members of a sub-receipt")
    numbers = [int(one["ReceiptId"]) for one in [receipt, *receipt["SubReceipts"]]]
    equal(numbers, sorted(set(numbers)), "numbers of the receipts")
    return receipt, reference


def is_stored(server, values, url=None):
    """The same without any problem, and the message is there."""
    receipt, reference = is_accepted(server, values, url=url)
    equal(server.message(reference, "receipt_id"), [receipt["ReceiptId"]], "message")
    return receipt, reference
