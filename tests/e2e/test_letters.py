#!/usr/bin/python3
"""SdpOptions, the wish to forward to a digital mailbox (domain.md 4.8, 5.4): what is refused, and
what is told of letters that nobody has a mailbox for."""

import receipt_calls
from insert_calls import is_accepted, is_refused, letter
from support import (
    NAMESPACES, NIL, REPORTEE, Xml, case, case_table, equal, literal, local, main, member, unique)

ANSWERED = 3  # the setting that is lowered here


NO_MAILBOX = ("Rejected", "SdpOptions: the letter could not be sent, no digital mailbox is known "
              "for the reportee")
PERSON = "15819010029"


def told_by(kind, text, *days):
    """SdpNotifications of one kind, repeated after so many days."""
    repetitions = Xml("".join(member("c1602", "DaysDelayed", str(day)) for day in days))
    return letter(SdpNotifications=Xml(member("c1602", kind, Xml(
        member("c1602", "NotificationText", text) + member("c1602", "Repetitions", repetitions)))))


SETTING = "SdpSetting must be ForwardOnly or CopyAltinn"
DOCUMENT = "PrimaryDocumentFileName is not the FileName of an attachment"
EMAIL_TEXT = "NotificationText of EmailNotification must have 1 to 500 characters"
SMS_TEXT = "NotificationText of SmsNotification must have 1 to 700 characters"
REPETITIONS = "Repetitions must have 1 to 10 DaysDelayed, each from 0 to 25"

VALIDATION_FAILED = {
    "SdpSetting missing": (letter(SdpSetting=None), SETTING),
    "no attachment": ({**letter(), "Attachments": None}, "SdpOptions need an attachment"),
    "main document missing": (letter(PrimaryDocumentFileName=None),
                              "PrimaryDocumentFileName is missing"),
    "main document in other letters": (letter(PrimaryDocumentFileName="Vedtak.pdf"), DOCUMENT),
    "main document of another name": (letter(PrimaryDocumentFileName="vedtak"), DOCUMENT),
    "e-mail without text": (told_by("EmailNotification", "", 1), EMAIL_TEXT),
    "e-mail of 501 characters": (told_by("EmailNotification", "ø" * 501, 1), EMAIL_TEXT),
    "SMS without text": (told_by("SmsNotification", NIL, 1), SMS_TEXT),
    "SMS of 701 characters": (told_by("SmsNotification", "ø" * 701, 1), SMS_TEXT),
    "no repetition in the list": (told_by("SmsNotification", "a"), REPETITIONS),
    "11 repetitions": (told_by("EmailNotification", "a", *range(11)), REPETITIONS),
    "repetition after 26 days": (told_by("SmsNotification", "a", 26), REPETITIONS),
}


@case_table(VALIDATION_FAILED)
def validation_fails_for(server, values, text):
    is_refused(server, values, "ValidationFailed", text)


@case_table({"e-mail of 500 characters": (told_by("EmailNotification", "ø" * 500, 1),),
             "SMS of 700 characters": (told_by("SmsNotification", "ø" * 700, 0, 25),),
             "10 repetitions": (told_by("EmailNotification", "a", *range(10)),)})
def letter_is_taken_with(server, values):
    is_accepted(server, values, [NO_MAILBOX])


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


# BackupAltinn and SdpSetting: is there a message?
BACKUPS = {f"{setting}, backup {backup or 'not given'}, {kind}":
           (reportee, {"SdpSetting": setting, "BackupAltinn": backup}, backup != "false")
           for setting in ("ForwardOnly", "CopyAltinn") for backup in ("true", "false", None, NIL)
           for kind, reportee in (("person", PERSON), ("organisation", REPORTEE))}


@case_table({name.replace(NIL, "nil"): row for name, row in BACKUPS.items()})
def nobody_has_a_mailbox(server, reportee, values, is_stored):
    reference = unique("letter")
    values = {**letter(**values), "Reportee": reportee, "ExternalShipmentReference": reference}
    if is_stored:
        receipt, _ = is_accepted(server, values, [NO_MAILBOX])
    else:
        receipt = is_refused(server, values, "Rejected",
                             "SdpOptions: no digital mailbox is known for the reportee", letters=1)
    history = server.history([reference])
    equal([status.reference for status in history.statuses()], [reference] * is_stored, "messages")
    (entry,) = letters(history)
    equal((entry["CorrespondenceId"] is not None, entry["Reportee"], entry["StatusHistory"]),
          (is_stored, reportee, [("NoMailBox", receipt["LastChanged"])]), "letter")


@case_table({"its reportee": ({"Reportee": REPORTEE}, True),
             "another reportee": ({"Reportee": PERSON}, False),
             "its service": ({"ServiceEditionCode": "10"}, True),
             "another service": ({"ServiceEditionCode": "9"}, False),
             "dates around it": ({"CreatedAfterDate": "2020-01-01",
                                  "CreatedBeforeDate": "2100-01-01"}, True),
             "dates before it": ({"CreatedBeforeDate": "2020-01-01"}, False)})
def filter_holds_for_letters_too(server, values, passes):
    reference, _ = send(server)
    answer = server.details(SendersReference=reference, SdpSearchOptions=options("true"), **values)
    equal([entry["Reference"] for entry in letters(answer)], [reference] * passes, "letters")


def letter_limit(answer):
    return [element.findtext("c1602:LimitReached", None, NAMESPACES)
            for element in answer.tree.iterfind(".//{*}SdpStatusInformation")]


@case
def list_of_letters_has_a_limit_of_its_own(server):
    shared = unique("many")
    for number in range(ANSWERED + 1):
        refusal = server.insert(**letter(BackupAltinn="false"), MessageTitle=f"Brev {number}",
                                ExternalShipmentReference=shared).receipt()
        equal(refusal["ReceiptStatusCode"], "Rejected", "receipt")
        for answer in (server.history([shared]),
                       server.details(SendersReference=shared, SdpSearchOptions=options("true"))):
            full = number == ANSWERED
            equal((len(letters(answer)), letter_limit(answer), answer.limit_reached()),
                  (ANSWERED if full else number + 1, ["true" if full else "false"], False),
                  "letters, whether there are more, and messages")


@case
def repeated_letter_and_receipt_service_tell_the_same_sub_receipt(server):
    reference, answer = send(server)
    again = server.insert(**{**letter(), "ExternalShipmentReference": reference})
    equal(receipt_calls.receipt_of(again), receipt_calls.receipt_of(answer), "repeated answer")
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
        "LastChangedDateTime": receipt_calls.receipt_of(answer)["LastChanged"],
        "Reference": reference, "Reportee": status.reportee, "SdpId": number,
        "StatusHistory": [("NoMailBox", status.created)]}], "letters")


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
    main(allow_synthetic_persons="on", references_answered=ANSWERED)
