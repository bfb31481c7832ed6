#!/usr/bin/python3
"""A message is accepted exactly once, whatever its sender repeats, and belongs to its sender alone
(security.md 5, domain.md 4.11)."""

import functools

from support import (
    ACTION_INSERT, BASIC, NIL, Xml, at_once, attachment, attachments, case, case_table, connect,
    contains, equal, exchange, insert_envelope, literal, main, member, sha256, soap_headers, true,
    unique)

DEMO2 = {"systemUserName": "demo2", "systemPassword": "demo2-password",
         "SystemUserCode": "DEM_DEMO"}


def rows(server, reference):
    """(messages, receipts, audit results in order) of a reference."""
    where = f"senders_reference = {literal(reference)}"
    results = server.sql(f"SELECT result FROM dpvd.audit_log WHERE {where} ORDER BY id;")
    return (server.count("correspondence", where), server.count("receipt", where),
            [row[0] for row in results])


def stands_once(server, reference, repeats):
    equal(rows(server, reference), (1, 1, ["accepted"] + ["retry"] * repeats), "rows")


@case
def same_request_twice_gets_the_first_receipt(server):
    reference = unique("twice")
    values = {"ExternalShipmentReference": reference, "Attachments": attachments(attachment())}
    first = server.insert(**values).accepted()
    equal(server.insert(**values).accepted(), first, "second receipt")
    stands_once(server, reference, 1)
    equal(len(server.content_hashes(reference)), 1, "attachments")
    equal(len(server.history([reference]).statuses()), 1, "messages in the history")


def with_notification(shipment):
    inner = Xml(member("not", "ShipmentDateTime", shipment) + member("not", "LanguageCode", "1044")
                + member("not", "NotificationType", "VarselDPVUtenRevarsel"))
    return {"Notifications": Xml(member("not", "Notification", inner))}


@case_table({
    "VisibleDateTime": ({"VisibleDateTime": "2030-01-01"}, {"VisibleDateTime": "2030-01-02"}),
    "VisibleDateTime given at all": ({}, {"VisibleDateTime": "2030-01-01"}),
    "DueDateTime": ({"DueDateTime": "2030-01-01"}, {"DueDateTime": "2030-01-02T12:00:00Z"}),
    "AllowSystemDeleteDateTime": ({"AllowSystemDeleteDateTime": "2030-01-01"},
                                  {"AllowSystemDeleteDateTime": NIL}),
    "ShipmentDateTime": (with_notification("2030-01-01"), with_notification("2030-01-02")),
    "SystemUserCode": ({"SystemUserCode": "TTD_DEMO"}, {"SystemUserCode": "TTD_OTHER"}),
    "SystemUserCode given at all": ({"SystemUserCode": "TTD_DEMO"}, {"SystemUserCode": None}),
    "nil for absent": ({"MessageSummary": None}, {"MessageSummary": NIL}),
    "empty list for none": ({"Attachments": None}, {"Attachments": attachments()}),
    "lines in base64": ({"Attachments": attachments(attachment(Data="JVBERi0xLjQK"))},
                        {"Attachments": attachments(attachment(Data="JVBE\r\nRi0x\r\nLjQK\r\n"))}),
})
def still_the_same_message_with_other(server, first, second):
    reference = unique("same")
    receipt = server.insert(ExternalShipmentReference=reference, **first).accepted()
    equal(server.insert(ExternalShipmentReference=reference, **second).accepted(), receipt,
          "second receipt")
    stands_once(server, reference, 1)


@case
def still_the_same_message_in_other_spelling_of_xml(server):
    reference = unique("spelling")
    body = insert_envelope(ExternalShipmentReference=reference)
    receipt = server.post(body, ACTION_INSERT).accepted()
    other = body.replace("c1010:", "x:").replace("xmlns:c1010", "xmlns:x")
    other = other.replace("><", ">\n <!-- --> <")
    equal(server.post(other, ACTION_INSERT).accepted(), receipt, "second receipt")
    stands_once(server, reference, 1)


@case_table({
    "title": ({"MessageTitle": "Et annet vedtak"},),
    "letters of the title": ({"MessageTitle": "VEDTAK I SAK 24/417"},),
    "body": ({"MessageBody": "<p>Noe annet.</p>"},),
    "summary": ({"MessageSummary": "Kort"},),
    "language": ({"LanguageCode": "2068"},),
    "reportee": ({"Reportee": "910568183"},),
    "service edition": ({"ServiceEdition": "9"},),
    "attachment content": ({"Attachments": attachments(attachment(b"other"))},),
    "attachment name": ({"Attachments": attachments(attachment(b"content", FileName="b.pdf"))},),
    "second attachment": ({"Attachments": attachments(*[attachment(b"content")] * 2)},),
    "display sender": ({"MessageSender": "Etaten"},),
    "actual sender": ({"OnBehalfOfOrgNr": "974760673"},),
    "custom data": ({"CustomMessageData": "<a/>"},),
    "a notification": (with_notification("2030-01-01"),),
})
def second_message_for_the_same_reference_with_other(server, values):
    reference = unique("other")
    common = {"ExternalShipmentReference": reference,
              "Attachments": attachments(attachment(b"content"))}
    first = server.insert(**common).accepted()
    second = server.insert(**{**common, **values}).accepted()
    true(first["ReceiptId"] != second["ReceiptId"], "the same receipt for another message")
    equal(rows(server, reference), (2, 2, ["accepted", "accepted"]), "rows")
    equal(len(server.history([reference]).statuses()), 2, "messages in the history")


@case
def same_content_with_another_reference_is_another_message(server):
    first, second = (server.insert(ExternalShipmentReference=unique("ref")).accepted()
                     for _ in range(2))
    true(first["ReceiptId"] != second["ReceiptId"], "the same receipt")


@case
def ten_identical_calls_at_once_are_one_message(server):
    for _ in range(5):
        reference = unique("ten")
        values = {"ExternalShipmentReference": reference,
                  "Attachments": attachments(attachment(reference.encode() * 1000))}
        answers = at_once([functools.partial(server.insert, **values)] * 10)
        receipts = [answer.accepted() for answer in answers]
        equal(receipts, receipts[:1] * 10, "receipts")
        stands_once(server, reference, 9)
        equal(len(server.content_hashes(reference)), 1, "attachments")


@case
def refused_request_leaves_no_key_behind(server):
    reference = unique("mended")
    number = "910820621"
    equal(server.insert(ExternalShipmentReference=reference, Reportee=number).fault().error_id,
          60012, "ErrorID")
    server.sql(f"INSERT INTO dpvd.organization (number, name) VALUES ('{number}', 'Nystartet AS');")
    server.insert(ExternalShipmentReference=reference, Reportee=number).accepted()


@case
def retry_gets_its_receipt_though_the_recipient_was_deleted_since(server):
    reference = unique("deleted")
    number = "910820648"
    server.sql(f"INSERT INTO dpvd.organization (number, name) VALUES ('{number}', 'Avviklet AS');")
    first = server.insert(ExternalShipmentReference=reference, Reportee=number).accepted()
    server.sql("UPDATE dpvd.organization SET status = 2, deleted = '2025-01-01' "
               f"WHERE number = '{number}';")
    equal(server.insert(ExternalShipmentReference=reference, Reportee=number).accepted(), first,
          "second receipt")
    receipt = server.insert(ExternalShipmentReference=reference + "x", Reportee=number).receipt()
    equal(receipt["ReceiptStatusCode"], "Rejected", "receipt of a new message")


# ---------------------------------------------------------------- two senders


@case
def same_request_of_another_sender_is_a_message_of_its_own(server):
    reference = unique("tenant")
    first = server.insert(ExternalShipmentReference=reference).accepted()
    second = server.insert(ExternalShipmentReference=reference, **DEMO2).accepted()
    equal(second["References"]["OwnerPartyReference"], "991825827", "owner")
    true(first["ReceiptId"] != second["ReceiptId"], "the same receipt")
    equal(rows(server, reference), (2, 2, ["accepted", "accepted"]), "rows")


@case
def status_never_shows_the_other_senders_message(server):
    reference = unique("private")
    server.insert(ExternalShipmentReference=reference).accepted()
    mine = {"user": "demo2", "password": "demo2-password"}
    equal(server.history([reference], **mine).statuses(), [], "history")
    equal(server.details(SendersReference=reference, **mine).statuses(), [], "details")
    listed = server.details(**mine).references()
    true(reference not in listed, "the message is in the other sender's list")
    equal(server.history([reference]).references(), [reference], "own history")


@case
def actual_sender_does_not_see_what_another_sent_on_its_behalf(server):
    reference = unique("behalf")
    server.insert(ExternalShipmentReference=reference, OnBehalfOfOrgNr="991825827").accepted()
    equal(server.history([reference], user="demo2", password="demo2-password").statuses(), [],
          "history of the actual sender")


@case
def system_users_of_one_sender_share_messages(server):
    server.sql("INSERT INTO dpvd.system_user (sender_id, name, code, password_hash) "
               "SELECT sender_id, 'demo-second', 'TTD_TWO', password_hash FROM dpvd.system_user "
               "WHERE name = 'demo';")
    reference = unique("shared")
    first = server.insert(ExternalShipmentReference=reference).accepted()
    second = server.insert(ExternalShipmentReference=reference, systemUserName="demo-second",
                           SystemUserCode="TTD_TWO").accepted()
    equal(second, first, "receipt of the second system user")
    equal(server.history([reference], user="demo-second").references(), [reference], "history")


# ---------------------------------------------------------------- many at once


@case
def different_messages_at_once_get_their_own_receipt_and_content(server):
    contents = {unique(f"at-once-{i}"): b"%d " % i * 5000 for i in range(64)}

    def send(reference, data):
        return server.insert(ExternalShipmentReference=reference, MessageTitle=f"Sak {reference}",
                             Attachments=attachments(attachment(data))).accepted()

    receipts = at_once([functools.partial(send, *item) for item in contents.items()])
    equal(len({receipt["ReceiptId"] for receipt in receipts}), 64, "different receipts")
    for (reference, data), receipt in zip(contents.items(), receipts):
        equal(receipt["References"]["ExternalShipmentReference"], reference, "reference")
        equal(server.content_hashes(reference), [sha256(data)], "content")
        equal(server.message(reference, "title, receipt_id"),
              [f"Sak {reference}", receipt["ReceiptId"]], "message")


@case
def one_bad_message_among_good_ones_hurts_no_other(server):
    references = [unique(f"mixed-{i}") for i in range(32)]

    def send(number, reference):
        bad = {"CaseID": "1"} if number % 8 == 0 else {}
        return server.insert(ExternalShipmentReference=reference, **bad)

    answers = at_once([functools.partial(send, *item) for item in enumerate(references)])
    for number, answer in enumerate(answers):
        if number % 8 == 0:
            equal(answer.fault().error_id, 60001, "ErrorID")
        else:
            answer.accepted()
    equal(len(server.history(references).statuses()), 28, "messages")


@case
def client_that_leaves_before_the_answer_finds_its_receipt_later(server):
    reference = unique("left")
    body = insert_envelope(ExternalShipmentReference=reference)
    for _ in range(3):
        connection = server.connect()
        connection.request("POST", BASIC, body, soap_headers(ACTION_INSERT))
        connection.close()
    server.post(body, ACTION_INSERT).accepted()
    equal(server.count("correspondence", f"senders_reference = {literal(reference)}"), 1,
          "messages")


# ---------------------------------------------------------------- settings; these stand last


@case
def used_reference_is_refused_where_the_setting_says_so(server):
    reference = unique("refuse")
    first = server.insert(ExternalShipmentReference=reference).accepted()
    server.restart(duplicate_reference="refuse")
    equal(server.insert(ExternalShipmentReference=reference).accepted(), first, "true repeat")
    fault = server.insert(ExternalShipmentReference=reference, MessageTitle="Annet").fault()
    equal((fault.code, fault.error_id), ("Client", 0), fault.message)
    contains(fault.message, "reference already used", "AltinnErrorMessage")
    true(first["ReceiptId"] not in fault.message, "details of the first message are told")
    server.insert(ExternalShipmentReference=reference, **DEMO2).accepted()
    equal(rows(server, reference)[:2], (2, 2), "messages and receipts")


@case
def one_of_many_messages_with_one_reference_is_taken_where_the_setting_says_so(server):
    """Stands behind the case that set duplicate_reference=refuse."""
    reference = unique("race")
    answers = at_once([lambda title=f"Tittel {n}": server.post(
        insert_envelope(ExternalShipmentReference=reference, MessageTitle=title), ACTION_INSERT)
        for n in range(8)])
    equal(sorted(answer.status for answer in answers), [200] + [500] * 7, "HTTP statuses")
    for answer in answers:
        if answer.status == 500:
            contains(answer.fault().message, "reference already used", "AltinnErrorMessage")
    equal(server.count("correspondence", f"senders_reference = {literal(reference)}"), 1,
          "messages")
    equal(server.count("audit_log", f"senders_reference = {literal(reference)} "
                                    "AND result = 'conflict'"), 7, "audit rows")


@case
def second_process_on_the_same_database_knows_the_message(server):
    reference = unique("second")
    first = server.insert(ExternalShipmentReference=reference).accepted()
    with server.process() as (_, url):
        connection = connect(url)
        answer = exchange(connection, "POST", BASIC,
                          insert_envelope(ExternalShipmentReference=reference),
                          soap_headers(ACTION_INSERT))
        connection.close()
    equal(answer.accepted(), first, "receipt of the second process")
    stands_once(server, reference, 1)


if __name__ == "__main__":
    main()
