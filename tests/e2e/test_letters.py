#!/usr/bin/python3
"""SdpOptions, the wish to forward to a digital mailbox (domain.md 4.8): what is refused."""

from support import (
    Xml, attachment, attachments, case, case_table, contains, equal, main, member, unique)


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


if __name__ == "__main__":
    main()
