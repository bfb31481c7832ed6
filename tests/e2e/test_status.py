#!/usr/bin/python3
"""Status queries: which messages they hold, in which order, and where they end (domain.md 5)."""

from support import (
    ACTION_HISTORY, NIL, Xml, answer_is, attachment, attachments, case, case_table, equal,
    history_envelope, literal, main, member, unique)

ANSWERED = 20   # the settings that are lowered here
REFERENCES = 50

CREATED, READ, CONFIRMED, RESERVED = 1, 2, 6, 10


def make(server, count, prefix="status", **values):
    """So many accepted messages; their references."""
    references = [unique(f"{prefix}-{i}") for i in range(count)]
    for reference in references:
        server.insert(ExternalShipmentReference=reference, **values).accepted()
    return references


def key(reference):
    """SQL that is true for the rows of the message in status_event and correspondence_state."""
    return ("(SELECT sender_id, id FROM dpvd.correspondence "
            f"WHERE senders_reference = {literal(reference)})")


def change_status(server, reference, status, when):
    """What the recipient's side will do: the event and, in the same transaction, the state."""
    server.sql(f"""
        BEGIN;
        INSERT INTO dpvd.status_event (sender_id, correspondence_id, type, happened)
        SELECT sender_id, id, {status}, '{when}' FROM dpvd.correspondence
         WHERE senders_reference = {literal(reference)};
        UPDATE dpvd.correspondence_state SET current_status = {status}, history = history
               || int8send((extract(epoch FROM timestamptz '{when}') * 1000000)::bigint)
               || int2send({status}::smallint)
         WHERE (sender_id, id) = {key(reference)};
        COMMIT;""")


def set_notifications(server, reference, entries):
    """entries: (1 SMS or 2 e-mail, recipient, time sent or None)."""
    packed = "".join(
        " || " + (f"int8send((extract(epoch FROM timestamptz '{sent}') * 1000000)::bigint)" if sent
                  else "int8send('-9223372036854775808'::bigint)")
        + f" || '\\x0{transport}'::bytea || int2send(octet_length({literal(recipient)})::smallint)"
        + f" || convert_to({literal(recipient)}, 'UTF8')"
        for transport, recipient, sent in entries)
    sent = "true" if any(entry[2] for entry in entries) else "false"
    server.sql(f"UPDATE dpvd.correspondence_state SET notified = {sent}, "
               f"notifications = ''::bytea{packed} WHERE (sender_id, id) = {key(reference)};")


def set_created(server, reference, when):
    server.sql(f"UPDATE dpvd.correspondence_state SET created = '{when}' "
               f"WHERE (sender_id, id) = {key(reference)};")


# ---------------------------------------------------------------- history


@case
def unknown_references_are_absent(server):
    known = make(server, 2)
    asked = [unique("x"), known[0], unique("x"), known[1], unique("x")]
    equal(server.history(asked).references(), known, "references")


@case
def repeated_reference_is_answered_once(server):
    one, two = make(server, 2)
    equal(server.history([two, one, two, two, one]).references(), [two, one], "references")


@case
def references_are_answered_in_the_order_of_the_request(server):
    references = make(server, 5)
    asked = [references[i] for i in (3, 0, 4, 1, 2)]
    equal(server.history(asked).references(), asked, "references")


@case
def all_messages_of_a_reference_are_answered_by_their_id(server):
    before, after = make(server, 2)
    shared = unique("shared")
    reportees = ["910820605", "910568183", "810514442"]
    for reportee in reportees:
        server.insert(ExternalShipmentReference=shared, Reportee=reportee).accepted()
    statuses = server.history([after, shared, before]).statuses()
    equal([status.reference for status in statuses], [after, shared, shared, shared, before],
          "references")
    equal([status.reportee for status in statuses[1:4]], reportees, "reportees")
    ids = [status.id for status in statuses[1:4]]
    equal(ids, sorted(set(ids)), "CorrespondenceIDs")


@case_table({"list missing": (None,), "list nil": (NIL,), "list empty": ([],),
             "only nil and empty strings": ([NIL, "", NIL],)})
def history_is_empty_for(server, references):
    if references is NIL:
        body = history_envelope(None).replace(
            "<w0910:CorrespondenceStatusHistoryRequest>",
            "<w0910:CorrespondenceStatusHistoryRequest>"
            + member("w0910", "CorrespondenceSendersReferences", NIL))
        answer = server.post(body, ACTION_HISTORY)
    else:
        answer = server.history(references)
    answer_is(answer, "history-empty.answer.xml")


@case
def nil_and_empty_strings_among_references_are_ignored(server):
    one, two = make(server, 2)
    equal(server.history([NIL, one, "", NIL, two]).references(), [one, two], "references")


@case
def references_are_compared_exactly(server):
    reference = unique("Exact Æ")
    server.insert(ExternalShipmentReference=reference).accepted()
    close = [reference.lower(), reference.upper(), reference + " ", " " + reference,
             reference[:-1], reference[:-1] + "%", reference.replace("Æ", "A\u0308")]
    equal(server.history(close).references(), [], "close references")
    equal(server.history([reference]).references(), [reference], "reference")


@case_table({"SQL": ("'; DROP TABLE dpvd.correspondence; --",), "an array": ('{"a","b"}',),
             "backslashes": ("a\\b\\\\c",), "markup": ("<a>&b;</a>",),
             "other scripts": ("заказ-заявка-訂單-\U0001f4ee",)})
def reference_may_hold(server, reference):
    server.insert(ExternalShipmentReference=reference).accepted()
    equal(server.history([reference]).references(), [reference], "history")
    equal(server.details(SendersReference=reference).references(), [reference], "details")


@case
def changes_are_answered_in_time_order_in_norwegian_time(server):
    (reference,) = make(server, 1)
    change_status(server, reference, READ, "2030-01-15 12:28:38.86Z")
    change_status(server, reference, CONFIRMED, "2030-07-15 12:00:00Z")
    status = server.history([reference]).statuses()[0]
    equal([change[0] for change in status.changes], ["Created", "Read", "Confirmed"], "types")
    equal([change[1] for change in status.changes[1:]],
          ["2030-01-15T13:28:38.86", "2030-07-15T14:00:00"], "dates")
    equal(status.changes[0][1], status.created, "date of Created")


@case
def notifications_are_answered_as_the_documented_example(server):
    (reference,) = make(server, 1)
    set_notifications(server, reference, [
        (2, "post@bedrift.example", "2017-10-16 10:55:30.983Z"),
        (2, "ærlig+øl@bedrift.example", "2017-10-16 10:55:31Z"),
        (1, "91929394", "2017-10-16 10:55:31.02Z"),
        (2, "post@bedrift.example", None), (1, "91929394", None)])
    equal(server.history([reference]).statuses()[0].notifications, [
        ("Email", "post@bedrift.example", "2017-10-16T12:55:30.983"),
        ("Email", "ærlig+øl@bedrift.example", "2017-10-16T12:55:31"),
        ("SMS", "91929394", "2017-10-16T12:55:31.02"),
        ("Email", "post@bedrift.example", None), ("SMS", "91929394", None)], "notifications")


def notify(kind, *transports):
    """Notifications with one order: end points without addresses."""
    points = Xml("".join(member("not", "ReceiverEndPoint", Xml(
        member("not", "TransportType", transport))) for transport in transports))
    return Xml(member("not", "Notification", Xml(
        member("not", "LanguageCode", "1044") + member("not", "NotificationType", kind)
        + member("not", "ReceiverEndPoints", points))))


@case
def first_notifications_and_reminders_are_planned_as_in_the_worked_example(server):
    (reference,) = make(server, 1, Notifications=notify("VarselDPVMedRevarsel", "Email", "SMS"))
    answer = server.history([reference])
    first = [("Email", "post@blaabaer.example", None), ("Email", "regnskap@blaabaer.example", None),
             ("SMS", "91929394", None)]
    equal(answer.statuses()[0].notifications, first + first, "notifications")
    equal([dict(sent.attrib) for sent in answer.all("c1311:SentDate")],
          [{"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"}] * 6, "SentDate")


@case
def template_without_reminder_is_planned_once(server):
    (reference,) = make(server, 1, Notifications=notify("VarselDPVUtenRevarsel", "SMS"))
    equal(server.history([reference]).statuses()[0].notifications, [("SMS", "91929394", None)],
          "notifications")


@case
def planned_notification_is_not_a_sent_one(server):
    (reference,) = make(server, 1, Notifications=notify("VarselDPVUtenRevarsel", "SMS"))
    for sent, expected in (("true", []), ("false", [reference])):
        answer = server.details(SendersReference=reference, NotificationSent=sent)
        equal(answer.references(), expected, f"NotificationSent {sent}")


@case
def reserved_message_is_created_and_reserved_at_the_same_time(server):
    (reference,) = make(server, 1, Reportee="55819010012", IsReservable="true",
                        Notifications=notify("VarselDPVUtenRevarsel", "Email"))
    status = server.history([reference]).statuses()[0]
    equal(status.changes, [("Created", status.created), ("Reserved", status.created)], "changes")
    equal(status.notifications, [], "notifications")
    for current, expected in (("Reserved", [reference]), ("Created", [])):
        answer = server.details(SendersReference=reference, CurrentStatus=current)
        equal(answer.references(), expected, f"CurrentStatus {current}")


@case
def unsent_date_of_a_notification_is_nil(server):
    (reference,) = make(server, 1)
    set_notifications(server, reference, [(1, "91929394", None)])
    sent = next(server.history([reference]).all("c1311:SentDate"))
    equal(dict(sent.attrib), {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"},
          "attributes of SentDate")


@case
def message_that_is_not_yet_visible_is_answered(server):
    (reference,) = make(server, 1, VisibleDateTime="2035-01-01")
    equal(server.history([reference]).references(), [reference], "references")


@case
def created_date_is_the_receipts_last_changed(server):
    reference = unique("created")
    receipt = server.insert(ExternalShipmentReference=reference).accepted()
    equal(server.history([reference]).statuses()[0].created, receipt["LastChanged"], "CreatedDate")


@case
def receipt_id_is_not_the_correspondence_id_but_leads_to_it(server):
    reference = unique("ids")
    receipt = server.insert(ExternalShipmentReference=reference).accepted()
    found = server.history([reference]).statuses()[0].id
    equal(server.message(reference, "id, receipt_id"), [str(found), receipt["ReceiptId"]], "ids")


# ---------------------------------------------------------------- limits


@case
def full_page_of_references_does_not_reach_the_limit(server):
    references = make(server, ANSWERED, "page")
    answer = server.history(references + references[:5])
    equal((answer.references(), answer.limit_reached()), (references, False))


@case
def one_reference_more_than_a_page_reaches_the_limit(server):
    references = make(server, ANSWERED + 1, "page")
    answer = server.history(references)
    equal((answer.references(), answer.limit_reached()), (references[:ANSWERED], True))


@case
def messages_of_one_reference_reach_the_limit(server):
    shared = unique("many")
    for number in range(ANSWERED + 1):
        server.insert(ExternalShipmentReference=shared, MessageTitle=f"Brev {number}").accepted()
    answer = server.history([shared])
    equal((len(answer.statuses()), answer.limit_reached()), (ANSWERED, True))
    details = server.details(SendersReference=shared)
    equal((len(details.statuses()), details.limit_reached()), (ANSWERED, True))


@case
def most_references_are_taken_and_one_more_is_refused(server):
    references = [unique("most") for _ in range(REFERENCES)]
    equal(server.history(references).status, 200, "HTTP status of the most")
    answer = server.history(references + ["one more"])
    equal((answer.status, answer.fault().code), (500, "Client"))


# ---------------------------------------------------------------- details


@case
def details_are_newest_first(server):
    references = make(server, 3, "newest", ServiceEdition="2")
    listed = server.details(ServiceEditionCode="2").references()
    equal(listed, references[::-1], "references")


@case_table({
    "NotSet": ("NotSet", True, True), "Created": ("Created", True, False),
    "Read": ("Read", False, True), "Confirmed": ("Confirmed", False, False),
    "Reserved": ("Reserved", False, False), "absent": (None, True, True)})
def current_status_is_the_latest_one(server, status, has_created, has_read):
    created, read = make(server, 2, "current")
    change_status(server, read, READ, "2030-01-01Z")
    for reference, expected in ((created, has_created), (read, has_read)):
        answer = server.details(SendersReference=reference, CurrentStatus=status)
        equal(answer.references(), [reference] if expected else [], f"answer to {status}")


@case_table({"true": ("true", False, True), "false": ("false", True, False),
             "nil": (NIL, True, True), "1": ("1", False, True), "absent": (None, True, True)})
def notification_sent_filters_by_what_was_sent(server, value, has_planned, has_sent):
    planned, sent = make(server, 2, "notified")
    set_notifications(server, planned, [(1, "91929394", None)])
    set_notifications(server, sent, [(1, "91929394", "2030-01-01Z"), (1, "91929394", None)])
    for reference, expected in ((planned, has_planned), (sent, has_sent)):
        answer = server.details(SendersReference=reference, NotificationSent=value)
        equal(answer.references(), [reference] if expected else [], reference)


@case_table({
    "after the time itself": ({"CreatedAfterDate": "2020-06-15T12:00:00"}, True),
    "after a millisecond later": ({"CreatedAfterDate": "2020-06-15T12:00:00.001"}, False),
    "before the time itself": ({"CreatedBeforeDate": "2020-06-15T12:00:00"}, False),
    "before a millisecond later": ({"CreatedBeforeDate": "2020-06-15T12:00:00.001"}, True),
    "within its day": ({"CreatedAfterDate": "2020-06-15", "CreatedBeforeDate": "2020-06-16"},
                       True),
    "in UTC": ({"CreatedAfterDate": "2020-06-15T10:00:00Z",
                "CreatedBeforeDate": "2020-06-15T10:00:01Z"}, True),
    "an empty span": ({"CreatedAfterDate": "2020-06-16", "CreatedBeforeDate": "2020-06-15"},
                      False),
    "year 1": ({"CreatedAfterDate": "0001-01-01T00:00:00",
                "CreatedBeforeDate": "0001-01-01T00:00:00"}, True),
    "nil dates": ({"CreatedAfterDate": NIL, "CreatedBeforeDate": NIL}, True),
})
def created_filters_from_inclusive_to_exclusive(server, values, passes):
    (reference,) = make(server, 1, "created")
    set_created(server, reference, "2020-06-15 10:00:00Z")
    equal(server.details(SendersReference=reference, **values).references(),
          [reference] if passes else [], "references")


@case_table({
    "reportee": ({"Reportee": "910820605"}, True),
    "another reportee": ({"Reportee": "910568183"}, False),
    "part of a reportee": ({"Reportee": "91082060"}, False),
    "nil and empty strings": ({"Reportee": NIL}, True),
    "another edition": ({"ServiceEditionCode": "9"}, False),
    "all together": ({"Reportee": "910820605", "CurrentStatus": "Created",
                      "NotificationSent": "false", "CreatedAfterDate": "2020-01-01",
                      "CreatedBeforeDate": "2100-01-01"}, True),
    "all but one": ({"Reportee": "910820605", "CurrentStatus": "Read",
                     "CreatedAfterDate": "2020-01-01"}, False),
})
def details_combine(server, values, passes):
    (reference,) = make(server, 1, "combine")
    answer = server.details(SendersReference=reference, **values)
    equal(answer.references(), [reference] if passes else [], "references")


@case
def details_repeat_the_service(server):
    answer = server.details(ServiceEditionCode="7")
    equal((answer.texts("c1602:ServiceCode"), answer.texts("c1602:ServiceEditionCode")),
          (["4255"], ["7"]), "service")


@case_table({"missing": (None,), "nil": (NIL,), "empty": ("",)})
def service_code_is_needed(server, value):
    fault = server.details(ServiceCode=value).fault()
    equal((fault.code, fault.error_id), ("Client", 40006), fault.message)


@case_table({"unknown code": ({"ServiceCode": "9999"},),
             "unknown edition": ({"ServiceEditionCode": "99"},),
             "edition 0": ({"ServiceEditionCode": "0"},)})
def service_must_exist(server, values):
    fault = server.details(**values).fault()
    equal((fault.code, fault.error_id), ("Client", 40013), fault.message)


@case
def refused_message_is_in_no_status_answer(server):
    reference = unique("refused")
    receipt = server.insert(ExternalShipmentReference=reference,
                            Attachments=attachments(attachment(FileName="a:b"))).receipt()
    equal(receipt["ReceiptStatusCode"], "ValidationFailed", "receipt")
    equal(server.history([reference]).statuses(), [], "history")
    equal(server.details(SendersReference=reference).statuses(), [], "details")


@case
def only_digital_mailbox_is_searched_when_correspondence_is_not_included(server):
    (reference,) = make(server, 1, "sdp")
    for include, expected in (("true", [reference]), ("false", [])):
        options = Xml(member("c1602", "IncludeCorrespondence", include))
        answer = server.details(SendersReference=reference, SdpSearchOptions=options)
        equal(answer.references(), expected, f"references when {include}")


@case
def every_status_call_has_an_audit_row_with_its_count(server):
    references = make(server, 2, "audit")
    server.history(references + ["unknown"])
    server.details(SendersReference=references[0])
    rows = server.sql("SELECT operation, result, answered FROM dpvd.audit_log "
                      "ORDER BY id DESC LIMIT 2;")
    equal(rows, [["GetCorrespondenceStatusDetailsBasicV3", "ok", "1"],
                 ["GetCorrespondenceStatusHistoryBasic", "ok", "2"]], "audit rows")


if __name__ == "__main__":
    main(references_answered=ANSWERED, max_references=REFERENCES)
