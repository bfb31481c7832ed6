#!/usr/bin/python3
"""The receipt service: what senders write into receipts, and what every call leaves in the audit
log (domain.md 9)."""

from receipt_calls import (
    ARCHIVE, BATCH, EXTERNAL, OUTBOUND, OWNER, PARTY, accepted, add_sub_receipts, edit, get,
    listing, receipt_of, receipts_of, refused, save, set_changed, update)
from support import (
    DEMO2_NUMBER, DEMO_NUMBER, NIL, PATIENCE, SAVED, at_once, case, case_table, contains,
    equal, main, true, unique, wait_until)

PERSON = "15819010029"


# ---------------------------------------------------------------- update


@case
def update_moves_the_old_text_to_the_history(server):
    _, receipt = accepted(server)
    set_changed(server, receipt, "2018-04-19 07:01:30Z")
    number = receipt["ReceiptId"]
    first = receipt_of(update(server, ReceiptId=number, ReceiptText="Hentet"))
    equal((first["ReceiptText"], first["ReceiptHistory"], first["ReceiptStatus"]),
          ("Hentet - Receipt updated by AgencySystem: TTD_DEMO",
           f"Apr 19 2018  9:01AM - OK - {SAVED}", "OK"), "receipt")
    true(first["LastChanged"] > "2018-05", "LastChanged is later")
    equal(server.value(f"SELECT last_changed >= created FROM dpvd.receipt WHERE id = {number};"),
          "t", "LastChanged is now")
    second = receipt_of(update(server, ReceiptId=number, ReceiptText="Feil & <b>",
                               ReceiptStatus="Rejected"))
    equal((second["ReceiptText"], second["ReceiptStatus"]),
          ("Feil & <b> - Receipt updated by AgencySystem: TTD_DEMO", "Rejected"), "receipt")
    lines = second["ReceiptHistory"].split("\n")
    equal(lines[1:], first["ReceiptHistory"].split("\n"), "older lines")
    contains(lines[0], " - OK - Hentet - Receipt updated by AgencySystem: TTD_DEMO", "newest line")
    equal(receipt_of(get(server, number=number)), second, "what is stored")


@case
def update_finds_a_receipt_by_its_archive_reference(server):
    _, receipt = accepted(server)
    archive = unique("AR")
    update(server, ReceiptId=receipt["ReceiptId"], references=[(ARCHIVE, archive)])
    changed = receipt_of(update(server, ArchiveReference=archive, ReceiptText="Arkivert"))
    equal(changed["ReceiptId"], receipt["ReceiptId"], "ReceiptId")
    contains(changed["ReceiptText"], "Arkivert")
    refused(update(server, ArchiveReference=archive, user="demo2"), 30008)
    refused(update(server, ArchiveReference=unique("AR")), 30008)


@case
def update_changes_sub_receipts_too(server):
    _, receipt = accepted(server)
    one, two = add_sub_receipts(server, receipt, "One", "Two")
    sub = edit("rec1506", ReceiptId=two, ReceiptStatus="OK", ReceiptText="Rettet",
               references=[(BATCH, "9")])
    changed = receipt_of(update(server, ReceiptId=receipt["ReceiptId"], subs=[sub]))
    equal([(found["ReceiptId"], found["ReceiptStatus"], found["ReceiptText"])
           for found in changed["SubReceipts"]],
          [(one, "ValidationFailed", "One"),
           (two, "OK", "Rettet - Receipt updated by AgencySystem: TTD_DEMO")], "sub-receipts")
    contains(changed["SubReceipts"][1]["ReceiptHistory"], " - ValidationFailed - Two")
    equal(changed["SubReceipts"][1]["References"], [(OWNER, DEMO_NUMBER), (BATCH, "9")])


@case
def update_of_a_foreign_sub_receipt_changes_nothing(server):
    _, receipt = accepted(server)
    _, other = accepted(server)
    (foreign,) = add_sub_receipts(server, other, "Other")
    for number in (foreign, other["ReceiptId"], 2147483647):
        sub = edit("rec1506", ReceiptId=number, ReceiptStatus="OK", ReceiptText="Rettet")
        refused(update(server, ReceiptId=receipt["ReceiptId"], subs=[sub]), 30008)
    equal(receipt_of(get(server, number=receipt["ReceiptId"]))["ReceiptText"], SAVED, "text")


def sub_of(**values):
    return edit("rec1506", **{"ReceiptStatus": "OK", "ReceiptText": "x", **values})


@case_table({
    "both ids": ({"ArchiveReference": "AR1"}, "ArchiveReference"),
    "no text": ({"ReceiptText": None}, "ReceiptText"),
    "nil text": ({"ReceiptText": NIL}, "ReceiptText"),
    "blank text": ({"ReceiptText": "  "}, "ReceiptText"),
    "long text": ({"ReceiptText": "x" * 1001}, "ReceiptText"),
    "no status": ({"ReceiptStatus": None}, "status"),
    "status NotSet": ({"ReceiptStatus": "NotSet"}, "status"),
    "unknown status": ({"ReceiptStatus": "Fine"}, "ReceiptStatus"),
    "the owner as a reference": ({"references": [(BATCH, "1"), (OWNER, DEMO2_NUMBER)]},
                                 "OwnerPartyReference"),
    "a reference without type": ({"references": [(None, "1")]}, "ReferenceType"),
    "a reference of type NotSet": ({"references": [("NotSet", "1")]}, "ReferenceType"),
    "a reference without value": ({"references": [(BATCH, NIL)]}, "ReferenceValue"),
    "a long reference": ({"references": [(BATCH, "x" * 256)]}, "ReferenceValue"),
    "a reference of two lines": ({"references": [(BATCH, "a\nb")]}, "ReferenceValue"),
    "too many references": ({"references": [(BATCH, str(i)) for i in range(101)]}, "references"),
    "a sub-receipt without id": ({"subs": [sub_of()]}, "sub-receipt"),
    "a sub-receipt twice": ({"subs": [sub_of(ReceiptId=1), sub_of(ReceiptId=1)]}, "sub-receipt"),
    "a third level": ({"subs": [sub_of(ReceiptId=1, subs=[sub_of(ReceiptId=2)])]}, "sub-receipt"),
    "a sub-receipt without text": ({"subs": [sub_of(ReceiptId=1, ReceiptText=NIL)]},
                                   "ReceiptText"),
})
def update_refuses(server, values, part):
    _, receipt = accepted(server)
    contains(refused(update(server, ReceiptId=receipt["ReceiptId"], **values), 0).message, part)
    found = receipt_of(get(server, number=receipt["ReceiptId"]))
    equal((found["ReceiptText"], found["LastChanged"], len(found["References"])),
          (SAVED, receipt["LastChanged"], 3), "receipt afterwards")


@case
def update_without_a_receipt_finds_none(server):
    refused(update(server), 30008)
    refused(update(server, ReceiptId=0), 30008)
    refused(update(server, ReceiptId=2147483647), 30008)


@case
def identity_numbers_are_masked(server):
    _, receipt = accepted(server)
    text = f"Levert til {PERSON} og {PERSON[:6]} {PERSON[6:]}, konto 12345678901"
    answer = update(server, ReceiptId=receipt["ReceiptId"], ReceiptText=text,
                    references=[(PARTY, PERSON)])
    contains(receipt_of(answer)["ReceiptText"],
             "Levert til 158190***** og 158190 *****, konto 12345678901 - ")
    contains(receipt_of(answer)["References"], (PARTY, "158190*****"))
    equal(server.count("receipt", f"text LIKE '%{PERSON}%'"), 0, "stored numbers")
    created = save(server, ReceiptText=text)
    contains(receipt_of(created)["ReceiptText"], "158190*****")


@case
def updates_at_the_same_time_lose_nothing(server):
    _, receipt = accepted(server)
    texts = [f"Text {i}" for i in range(4)]
    answers = at_once([lambda text=text: update(server, ReceiptId=receipt["ReceiptId"],
                                                ReceiptText=text) for text in texts])
    stored = [text for text, answer in zip(texts, answers) if answer.status == 200]
    found = receipt_of(get(server, number=receipt["ReceiptId"]))
    everything = found["ReceiptText"] + "\n" + found["ReceiptHistory"]
    equal(len(found["ReceiptHistory"].split("\n")), len(stored), "lines of history")
    true(stored and all(text + " - " in everything for text in stored), "every text is there")


@case
def history_is_bounded(server):
    _, receipt = accepted(server)
    text = "Ø" * 1000
    for _ in range(12):
        last = receipt_of(update(server, ReceiptId=receipt["ReceiptId"], ReceiptText=text))
    true(10000 < len(last["ReceiptHistory"].encode()) <= 16384, "bytes of history")
    true(all(" - OK - ØØ" in line for line in last["ReceiptHistory"].split("\n")), "whole lines")


# ---------------------------------------------------------------- save


@case
def save_makes_a_receipt_of_the_callers(server):
    shipment = unique("shipment")
    made = receipt_of(save(server, ReceiptStatusCode="UnExpectedError", ReceiptText="Ikke sendt",
                           references=[(OUTBOUND, shipment), (EXTERNAL, "x"),
                                       (OUTBOUND, shipment)]))
    equal({name: made[name] for name in made if name not in ("LastChanged", "ReceiptId")}, {
        "ParentReceiptId": "0", "ReceiptHistory": "", "ReceiptStatusCode": "UnExpectedError",
        "ReceiptText": "Ikke sendt", "ReceiptTypeName": "Outbound", "SubReceipts": [],
        "References": [(OWNER, DEMO_NUMBER), (EXTERNAL, "x"), (OUTBOUND, shipment)]}, "receipt")
    for search in ({"number": made["ReceiptId"]}, {"references": [(OUTBOUND, shipment)]}):
        equal(receipt_of(get(server, "", **search)), made, "receipt as stored")
        refused(get(server, user="demo2", **search), 30008)
    listed = receipts_of(listing(server, "", kind="Outbound"))
    equal(listed[0], made, "receipt as listed")
    equal([one for one in receipts_of(listing(server, user="demo2", kind="Outbound"))
           if one["ReceiptId"] == made["ReceiptId"]], [], "listed for others")


@case
def save_of_a_known_receipt_is_an_update(server):
    made = receipt_of(save(server, references=[(ARCHIVE, archive := unique("AR"))]))
    before = server.count("receipt")
    by_number = receipt_of(save(server, ReceiptId=made["ReceiptId"], ReceiptText="To"))
    by_archive = receipt_of(save(server, ArchiveReference=archive, ReceiptText="Tre"))
    equal(server.count("receipt"), before, "receipts")
    equal((by_number["ReceiptId"], by_archive["ReceiptId"]), (made["ReceiptId"],) * 2, "ids")
    equal(by_archive["ReceiptText"], "Tre - Receipt updated by AgencySystem: TTD_DEMO", "text")
    equal(len(by_archive["ReceiptHistory"].split("\n")), 2, "lines of history")
    refused(save(server, ArchiveReference=unique("AR")), 30008)


@case_table({
    "no text": ({"ReceiptText": None},), "no status": ({"ReceiptStatusCode": None},),
    "the owner as a reference": ({"references": [(OWNER, DEMO2_NUMBER)]},),
    "sub-receipts of a new one": ({"subs": [edit("rec", ReceiptId=1, ReceiptStatusCode="OK",
                                                 ReceiptText="x")]},),
    "both ids": ({"ReceiptId": 1, "ArchiveReference": "AR1"},)})
def save_refuses(server, values):
    before = server.count("receipt")
    refused(save(server, **values), 0)
    equal(server.count("receipt"), before, "receipts")


# ---------------------------------------------------------------- suspended senders, audit


def set_status(server, status):
    server.sql(f"UPDATE dpvd.sender SET status = {status}, status_reason = 'test' "
               f"WHERE organization_number = '{DEMO2_NUMBER}';")


@case
def suspended_sender_reads_and_one_that_left_does_not(server):
    made = receipt_of(save(server, user="demo2"))
    number = made["ReceiptId"]
    try:
        set_status(server, 2)
        equal(receipt_of(get(server, number=number, user="demo2"))["ReceiptId"], number)
        true(receipts_of(listing(server, kind="Outbound", user="demo2")), "the list is answered")
        refused(update(server, ReceiptId=number, user="demo2"), 5)
        refused(save(server, user="demo2"), 5)
        set_status(server, 3)
        refused(get(server, number=number, user="demo2"), 5)
        refused(listing(server, user="demo2"), 5)
        refused(update(server, ReceiptId=number, user="demo2"), 5)
        refused(save(server, user="demo2"), 5)
    finally:
        set_status(server, 1)


@case
def every_call_has_an_audit_row(server):
    reference, receipt = accepted(server)
    number = receipt["ReceiptId"]
    newest = int(server.value("SELECT max(id) FROM dpvd.audit_log;"))
    get(server, number=number)
    listing(server, begin=receipt["LastChanged"])
    update(server, ReceiptId=number)
    made = receipt_of(save(server))
    fault = refused(get(server, references=[(EXTERNAL, "none")]), 30008)
    refused(listing(server, kind="NotSet"), 30101)
    rows = wait_until(lambda: len(found := server.sql(
        "SELECT endpoint, operation, result, error_id, senders_reference, receipt_id, answered, "
        f"error_guid FROM dpvd.audit_log WHERE id > {newest} ORDER BY id;")) == 6 and found,
        PATIENCE, "six audit rows")
    end = "ReceiptAgencyExternalBasic"
    equal([row[:7] for row in rows], [
        [end, "GetReceiptBasicV2", "ok", "", reference, number, "1"],
        [end, "GetReceiptListBasicV2", "ok", "", "", "", "1"],
        [end, "UpdateReceiptBasic", "updated", "", reference, number, ""],
        [end, "SaveReceiptBasic", "created", "", "", made["ReceiptId"], ""],
        [end, "GetReceiptBasicV2", "fault", "30008", "none", "", "0"],
        [end, "GetReceiptListBasicV2", "fault", "30101", "", "", "0"]], "audit rows")
    equal(rows[4][7], fault.members["ErrorGuid"], "ErrorGuid")


if __name__ == "__main__":
    main()
