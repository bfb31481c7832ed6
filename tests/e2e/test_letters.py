#!/usr/bin/python3
"""SdpOptions, the wish to forward to a digital mailbox (domain.md 4.8, 5.4): what is refused, and
what is told of letters that nobody has a mailbox for."""

import receipt_calls
from support import (
    NAMESPACES, Xml, attachment, attachments, case, case_table, contains, equal, literal, local,
    main, member, unique)


def letter(**values):
    """SdpOptions for the only attachment."""
    values = {"PrimaryDocumentFileName": "vedtak.pdf", "SdpSetting": "CopyAltinn", **values}
    names = "BackupAltinn PrimaryDocumentFileName SdpNotifications SdpSetting".split()
    return {"Attachments": attachments(attachment(FileName="vedtak.pdf")),
            "SdpOptions": Xml("".join(member("c1602", name, values.get(name)) for name in names))}


def told_by(kind, text, *days):
    """SdpNotifications of one kind, repeated after so many days."""
    repetitions = Xml("".join(member("c1602", "DaysDelayed", str(day)) for day in days))
    return letter(SdpNotifications=Xml(member("c1602", kind, Xml(
        member("c1602", "NotificationText", text) + member("c1602", "Repetitions", repetitions)))))


def refused(server, values, status, element):
    reference = unique("letter")
    receipt = server.insert(**{**values, "ExternalShipmentReference": reference}).receipt()
    equal(receipt["ReceiptStatusCode"], status, receipt["ReceiptText"])
    contains(receipt["ReceiptText"], element, "ReceiptText")
    equal(server.sql("SELECT count(*) FROM dpvd.correspondence_state "
                     f"WHERE senders_reference = '{reference}';"), [["0"]], "messages")


VALIDATION_FAILED = {
    "SdpSetting": {"SdpSetting missing": letter(SdpSetting=None)},
    "SdpOptions": {"letter without attachment": {**letter(), "Attachments": None}},
    "PrimaryDocumentFileName": {
        "main document missing": letter(PrimaryDocumentFileName=None),
        "main document in other letters": letter(PrimaryDocumentFileName="Vedtak.pdf")},
    "EmailNotification": {
        "e-mail without text": told_by("EmailNotification", "", 1),
        "e-mail of 501 characters": told_by("EmailNotification", "ø" * 501, 1)},
    "SmsNotification": {"SMS of 701 characters": told_by("SmsNotification", "ø" * 701, 1)},
    "DaysDelayed": {
        "no repetition in the list": told_by("SmsNotification", "a"),
        "11 repetitions": told_by("EmailNotification", "a", *range(11)),
        "repetition after 26 days": told_by("SmsNotification", "a", 26)},
}


@case_table({name: (element, values)
             for element, cases in VALIDATION_FAILED.items() for name, values in cases.items()})
def validation_fails_for(server, element, values):
    refused(server, values, "ValidationFailed", element)


@case
def letter_without_a_copy_in_the_inbox_is_rejected(server):
    refused(server, letter(BackupAltinn="false"), "Rejected", "SdpOptions")


# ---------------------------------------------------------------- what is told


def send(server, **values):
    reference = unique("letter")
    return reference, server.insert(
        **{**letter(), **values, "ExternalShipmentReference": reference})


def letters(answer):
    """The SDP part of a status answer."""
    equal(answer.status, 200, f"HTTP status of {answer.body[:600]!r}")
    found = []
    for element in answer.all("c1602:SdpStatusDetails"):
        entry = {local(child): child.text for child in element}
        entry["StatusHistory"] = [
            (change.findtext("c1602:Status", None, NAMESPACES),
             change.findtext("c1602:StatusDateTime", None, NAMESPACES))
            for change in element.iterfind(".//c1602:SdpStatusChange", NAMESPACES)]
        found.append(entry)
    return found


def options(include):
    return Xml(member("c1602", "IncludeCorrespondence", include))


@case
def message_of_a_letter_without_mailbox_is_stored_with_a_sub_receipt(server):
    _, answer = send(server)
    receipt = receipt_calls.receipt_of(answer)
    equal((receipt["ReceiptStatusCode"], receipt["ReceiptText"]),
          ("OK", "Correspondence Saved Successfully"), "receipt")
    (sub,) = receipt["SubReceipts"]
    equal((sub["ReceiptStatusCode"], sub["ParentReceiptId"], sub["ReceiptTypeName"]),
          ("Rejected", receipt["ReceiptId"], "Correspondence"), "sub-receipt")
    contains(sub["ReceiptText"], "no digital mailbox", "ReceiptText")


@case
def repeated_letter_and_receipt_service_tell_the_same_sub_receipt(server):
    reference, answer = send(server)
    again = server.insert(**{**letter(), "ExternalShipmentReference": reference})
    equal(receipt_calls.receipt_of(again), receipt_calls.receipt_of(answer), "receipt of the repeat")
    sub = receipt_calls.receipt_of(answer)["SubReceipts"][0]
    looked_up = receipt_calls.receipt_of(receipt_calls.get(server, "", sub["ParentReceiptId"]))
    equal([(one["ReceiptId"], one["ReceiptText"]) for one in looked_up["SubReceipts"]],
          [(sub["ReceiptId"], sub["ReceiptText"])], "sub-receipts of GetReceipt")
    equal(len(letters(server.history([reference]))), 1, "letters")


@case
def history_tells_of_the_letter_beside_the_message(server):
    reference, answer = send(server)
    history = server.history([reference, unique("other")])
    status = history.statuses()[0]
    number = server.sql(f"SELECT id FROM dpvd.sdp_state "
                        f"WHERE senders_reference = {literal(reference)};")[0][0]
    equal(letters(history), [{
        "CorrespondenceId": str(status.id), "CreatedDateTime": status.created,
        "LastChangedDateTime": receipt_calls.receipt_of(answer)["LastChanged"], "Reference": reference,
        "Reportee": status.reportee, "SdpId": number,
        "StatusHistory": [("NoMailBox", status.created)]}], "letters")


@case
def rejected_letter_has_a_status_without_message(server):
    reference, answer = send(server, **{
        "SdpOptions": letter(BackupAltinn="false")["SdpOptions"]})
    receipt = receipt_calls.receipt_of(answer)
    equal(receipt["ReceiptStatusCode"], "Rejected", receipt["ReceiptText"])
    history = server.history([reference])
    equal(history.statuses(), [], "messages")
    (entry,) = letters(history)
    equal((entry["CorrespondenceId"], entry["Reference"], entry["StatusHistory"]),
          (None, reference, [("NoMailBox", receipt["LastChanged"])]), "letter")


@case_table({"not asked for": (None, True, False), "beside messages": ("true", True, True),
             "alone": ("false", False, True)})
def details_tell_of_letters_when_they_are(server, include, messages, tells):
    reference, _ = send(server)
    answer = server.details(SendersReference=reference,
                            SdpSearchOptions=None if include is None else options(include))
    equal(answer.references(), [reference] if messages else [], "messages")
    equal([one["Reference"] for one in letters(answer)], [reference] if tells else [], "letters")


@case
def letters_of_others_are_not_told(server):
    reference, _ = send(server)
    for user in ("demo", "demo2"):
        found = letters(server.history([reference], user=user, password=user + "-password"))
        equal(len(found), 1 if user == "demo" else 0, f"letters for {user}")


if __name__ == "__main__":
    main()
