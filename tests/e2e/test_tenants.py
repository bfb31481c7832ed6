#!/usr/bin/python3
"""Two senders never see each other's messages, whatever operation asks for them."""

import os
from pathlib import Path

import external_calls
import receipt_calls
from external_calls import details_body, history_body, security, token
from receipt_calls import EXTERNAL, envelope, listing, update
from support import (
    ACTION_BASIC, DEMO_NUMBER, DEMO2_NUMBER, PATIENCE, Xml, at_once, attachment,
    attachments, case, case_table, equal, main, member, members, true, unique, wait_until)

SENDERS = {"demo": ("TTD_DEMO", DEMO_NUMBER), "demo2": ("DEM_DEMO", DEMO2_NUMBER)}
PREFIXES = {"": "c1311", "V2": "c1410", "V3": "c1602"}
SDP = Xml(member("c1602", "PrimaryDocumentFileName", "vedtak.pdf")
          + member("c1602", "SdpSetting", "CopyAltinn"))
WITH_LETTERS = Xml(member("c1602", "IncludeCorrespondence", "true"))


def send(server, user, **values):
    """A message with a letter to a digital mailbox: its reference and receipt."""
    reference = unique("tenant")
    code, _ = SENDERS[user]
    receipt = server.insert(**{
        "ExternalShipmentReference": reference, "systemUserName": user,
        "systemPassword": user + "-password", "SystemUserCode": code, "Reportee": "15819010029",
        "Attachments": attachments(attachment()), "SdpOptions": SDP, **values}).accepted()
    return reference, receipt["ReceiptId"]


def details(version, **values):
    """GetCorrespondenceStatusDetailsBasic of one version."""
    def ask(server, user, reference, _):
        chosen = {"ServiceCode": "4255", "ServiceEditionCode": "10", **values}
        if chosen.get("SendersReference"):
            chosen["SendersReference"] = reference
        inner = (member("w0910", "systemUserName", user)
                 + member("w0910", "systemPassword", user + "-password")
                 + member("w0910", "filterCriteria",
                          members(PREFIXES[version], sorted(chosen), chosen)))
        operation = "GetCorrespondenceStatusDetailsBasic" + version
        return server.post(envelope(member("w0910", operation, Xml(inner))),
                           ACTION_BASIC + operation)
    return ask


def addressed(body):
    """An operation of the SOAP 1.2 endpoint; body gets the reference."""
    def ask(server, user, reference, _):
        return external_calls.call(server, body(reference),
                                   security(token(user, user + "-password")))
    return ask


def get(version, search):
    """GetReceiptBasic; search gets reference and number of the receipt."""
    def ask(server, user, reference, number):
        return receipt_calls.get(server, version, user=user, **search(reference, number))
    return ask


def spread_numbers(server):
    """No number of a message is also that of a receipt or a letter."""
    server.sql("SELECT setval(name, greatest(nextval(name), least)) FROM (VALUES "
               "('dpvd.correspondence_id'::regclass, 1000000000), ('dpvd.receipt_id', 1100000000), "
               "('dpvd.sdp_id', 1200000000)) AS s (name, least);")


QUESTIONS = {
    "history": lambda server, user, reference, _: server.history(
        [reference], user=user, password=user + "-password"),
    "addressed history": addressed(lambda reference: history_body([reference])),
    **{f"details{version} by reference": details(version, SendersReference=True)
       for version in PREFIXES},
    **{f"details{version} of the service": details(version) for version in PREFIXES},
    "details with letters": details("V3", SdpSearchOptions=WITH_LETTERS),
    "details with letters by reference": details("V3", SendersReference=True,
                                                 SdpSearchOptions=WITH_LETTERS),
    **{f"addressed details{version} by reference": addressed(
        lambda reference, version=version: details_body(version, SendersReference=reference))
       for version in PREFIXES},
    **{f"addressed details{version} of the service": addressed(
        lambda _, version=version: details_body(version)) for version in PREFIXES},
    **{f"receipt{version} by number": get(version, lambda _, number: {"number": number})
       for version in ("", "V2")},
    **{f"receipt{version} by reference": get(
        version, lambda reference, _: {"references": [(EXTERNAL, reference)]})
       for version in ("", "V2")},
    **{f"list{version} of receipts": lambda server, user, *_, version=version: listing(
        server, version, user=user, begin="2000-01-01") for version in ("", "V2")},
    "update of a receipt": lambda server, user, _, number: update(
        server, user=user, ReceiptId=number),
}


@case_table({name: (ask,) for name, ask in QUESTIONS.items()})
def question_is_answered_to_the_sender_alone(server, ask):
    for user, other in (("demo", "demo2"), ("demo2", "demo")):
        reference, number = send(server, user)
        mark = reference.encode()
        own = ask(server, user, reference, number)
        equal((own.status, mark in own.body), (200, True), f"what {user} is answered")
        foreign = ask(server, other, reference, number)
        true(mark not in foreign.body, f"{other} sees it: {foreign.body[:600]!r}")


@case_table({name: (ask,) for name, ask in QUESTIONS.items()})
def one_reference_of_both_is_answered_to_each_by_its_own(server, ask):
    spread_numbers(server)
    reference = unique("both")
    sent = {user: send(server, user, ExternalShipmentReference=reference) for user in SENDERS}
    numbers = {user: server.sql(
        "SELECT c.id, coalesce(s.id, 0) FROM dpvd.correspondence c LEFT JOIN dpvd.sdp_state s "
        f"ON s.correspondence_id = c.id WHERE c.receipt_id = {number};")[0]
        for user, (_, number) in sent.items()}
    for user, other in (("demo", "demo2"), ("demo2", "demo")):
        number = sent[user][1]
        answer = ask(server, user, reference, number)
        equal(answer.status, 200, f"HTTP status of {answer.body[:600]!r}")
        for strange in (sent[other][1], *numbers[other]):
            true(f">{strange}<".encode() not in answer.body, f"number {strange} is in the answer")


@case
def messages_sent_at_the_same_time_stay_apart(server):
    """Several tenants share transactions then."""
    sent = at_once([lambda user=user: (user, send(server, user)) for user in list(SENDERS) * 12])
    for user, (reference, number) in sent:
        _, owner = SENDERS[user]
        found = receipt_calls.receipt_of(receipt_calls.get(server, number=number, user=user))
        true((receipt_calls.OWNER, owner) in found["References"], f"owner of {reference}")
        row = server.sql(
            "SELECT DISTINCT s.organization_number, c.technical_number FROM dpvd.correspondence c "
            "JOIN dpvd.attachment a ON a.correspondence_id = c.id "
            "JOIN dpvd.receipt r ON r.correspondence_id = c.id "
            "JOIN dpvd.sdp_state l ON l.correspondence_id = c.id "
            "JOIN dpvd.sender s ON s.id = c.sender_id AND s.id = a.sender_id "
            "AND s.id = r.sender_id AND s.id = l.sender_id "
            f"WHERE c.senders_reference = '{reference}';")
        equal(row, [[owner, owner]], f"rows of {reference}")


@case
def role_above_the_rules_is_told(server):
    with open(server.env["CONFIG_FILE"], encoding="utf-8") as lines:
        settings = dict(line.strip().split(" = ", 1) for line in lines if " = " in line)
    true("row-level security" not in server.log(), "the right role is complained of")
    with server.process(database=settings["database_owner"]) as (child, _):
        log = Path(os.readlink(f"/proc/{child.pid}/fd/2"))
        wait_until(lambda: "row-level security" in log.read_text(encoding="utf-8"), PATIENCE,
                   "the wrong role is told")


if __name__ == "__main__":
    main(allow_synthetic_persons="on")
