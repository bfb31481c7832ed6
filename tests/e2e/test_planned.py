#!/usr/bin/python3
"""What becomes of the notifications of a message: who is told by which channel, first and as a
reminder, as the status answers list it, and the sub-receipts of what is not possible (domain.md
4.9, 4.10, 5.5, 6.2-6.5). What stops the whole message stands in test_rules.py and
test_answers.py."""

from insert_calls import (
    LEFT, ONCE, WITH_REMINDER, is_accepted, is_refused, left_behind, notification, notifications,
    subs_told, told, with_more)
from receipt_calls import EXTERNAL, OWNER, get, listing, receipt_of, receipts_of, refused
from register_rows import organization, person, personal_contact, role, template
from support import (
    DEMO2_NUMBER, DEMO_NUMBER, NAMESPACES, NIL, Xml, case, case_table, envelope, equal, literal,
    main, member, true, unique)

A, B, C = "en@prove.example", "to+øl@prove.example", "tre@prove.example"
N, M = "91929394", "+4740506070"
FULL = {"emails": [A, B], "mobiles": [N]}
MAILS = {"emails": [A, B]}
NUMBERS = {"mobiles": [N, M]}
NOT_IDENTIFIED = ("Rejected", "Unable to properly identify notification receivers")


def email(*addresses):
    return [("Email", address) for address in addresses]


def sms(*numbers):
    return [("SMS", number) for number in numbers]


def listed(server, reference, **service):
    """(TransportType, Recipient) of a message in status answers; nothing has been sent."""
    (history,) = server.history([reference]).statuses()
    (details,) = server.details(SendersReference=reference, **service).statuses()
    equal(details.notifications, history.notifications, "notifications in details")
    equal([date for _, _, date in history.notifications], [None] * len(history.notifications),
          "SentDate")
    return [(transport, recipient) for transport, recipient, _ in history.notifications]


def rows(server, reference, columns):
    return server.sql(f"""
        SELECT {columns} FROM dpvd.notification n JOIN dpvd.correspondence c
            ON (c.sender_id, c.id) = (n.sender_id, n.correspondence_id)
         WHERE c.senders_reference = {literal(reference)} ORDER BY n.number;""")


def planned(server, reportee, values, first, reminders=(), subs=()):
    """Sends a message and looks at all that must have come of it."""
    future = {"VisibleDateTime": "2040-01-01"}  # so that nothing is sent while we look
    receipt, reference = is_accepted(server, {**future, "Reportee": reportee, **values}, subs)
    expected = [*first, *reminders]
    equal(listed(server, reference), expected, "status answer")
    kinds = {"Email": "2", "SMS": "1"}
    equal(rows(server, reference, "n.transport, n.recipient, n.reminder, n.sent IS NULL, "
                                  "n.cancelled IS NULL"),
          [[kinds[transport], recipient, "ft"[place >= len(first)], "t", "t"]
           for place, (transport, recipient) in enumerate(expected)], "planned rows")
    return receipt, reference


# ---------------------------------------------------------------- texts


def missing(reportee, error_id):
    """The sub-receipt when the registers have no address."""
    person = len(reportee) == 11
    number = reportee[:6] + "*****" if person else reportee
    fragment = "" if person else ", no official (kofuvi) notification endpoints found"
    return ("Rejected", "One or more notification endpoint addresses is missing. Altinn does not "
            f"have an address to fill the missing address Reportee: {number}{fragment} "
            f"({error_id})")


WANTED = {30010: "a valid emailaddress", 30302: "a mobile number with a valid country code",
          30303: "a valid Norwegian mobile number"}


def bad(address, reportee, error_id):
    """The sub-receipt of an address that is none."""
    return ("ValidationFailed", f"The ReceiverAddress/User profile must contain {WANTED[error_id]}."
            f" Address: {address}, User: {reportee} ({error_id})")


# ---------------------------------------------------------------- transport types

# addresses of the organisation, end points, first notifications, reminders with a template that has
# them, ErrorID of the sub-receipt
TRANSPORTS = {
    "SMS": (FULL, ["SMS"], sms(N), sms(N), None),
    "SMS to all numbers": (NUMBERS, ["SMS"], sms(N, M), sms(N, M), None),
    "SMS without number": (MAILS, ["SMS"], [], [], 30301),
    "SMS without any address": ({}, ["SMS"], [], [], 30301),
    "Email": (FULL, ["Email"], email(A, B), email(A, B), None),
    "Email without e-mail": (NUMBERS, ["Email"], [], [], 30304),
    "Email without any address": ({}, ["Email"], [], [], 30304),
    "Both": (FULL, ["Both"], email(A, B) + sms(N), email(A, B) + sms(N), None),
    "Both with e-mail only": (MAILS, ["Both"], email(A, B), email(A, B), None),
    "Both with numbers only": (NUMBERS, ["Both"], sms(N, M), sms(N, M), None),
    "Both without any address": ({}, ["Both"], [], [], 30304),
    "SMSPreferred": (FULL, ["SMSPreferred"], sms(N), sms(N), None),
    "SMSPreferred with e-mail only": (MAILS, ["SMSPreferred"], email(A, B), email(A, B), None),
    "SMSPreferred without any address": ({}, ["SMSPreferred"], [], [], 30307),
    "EmailPreferred": (FULL, ["EmailPreferred"], email(A, B), email(A, B), None),
    "EmailPreferred with numbers only": (NUMBERS, ["EmailPreferred"], sms(N, M), sms(N, M), None),
    "EmailPreferred without any address": ({}, ["EmailPreferred"], [], [], 30308),
    "PriorityEmailSMSReminder":
        (FULL, ["PriorityEmailSMSReminder"], email(A, B), sms(N), None),
    "PriorityEmailSMSReminder with e-mail only":
        (MAILS, ["PriorityEmailSMSReminder"], email(A, B), email(A, B), None),
    "PriorityEmailSMSReminder with numbers only":
        (NUMBERS, ["PriorityEmailSMSReminder"], sms(N, M), sms(N, M), None),
    "PriorityEmailSMSReminder without any address":
        ({}, ["PriorityEmailSMSReminder"], [], [], 30312),
    "no end point": (FULL, [], email(A, B) + sms(N), email(A, B) + sms(N), None),
    "no end point and no address": ({}, [], [], [], 30304),
    "SMS before Email": (FULL, ["SMS", "Email"], email(A, B) + sms(N), email(A, B) + sms(N), None),
}


@case_table(TRANSPORTS)
def is_planned(server, addresses, transports, first, reminders, error_id):
    reportee = organization(server, **addresses)
    points = [(transport, None) for transport in transports]
    subs = [missing(reportee, error_id)] if error_id else []
    for kind, later in ((ONCE, []), (WITH_REMINDER, reminders)):
        planned(server, reportee, notifications(notification(*points, NotificationType=kind)),
                first, later, subs)


@case
def nothing_is_planned_without_notifications(server):
    planned(server, organization(server, **FULL), {}, [])
    planned(server, organization(server, **FULL), notifications(), [])


# ---------------------------------------------------------------- addresses of the sender's

# end points with addresses, first notifications; the organisation has A, B and N
GIVEN = {
    "an e-mail address": ([("Email", "æ+1@sender.example")], email("æ+1@sender.example")),
    "a number as it was written": ([("SMS", "0047 405 06 070")], sms("0047 405 06 070")),
    "a foreign number": ([("SMS", "+46701234567")], sms("+46701234567")),
    "an empty address for none": ([("SMS", "")], sms(N)),
    "an empty address with Both": ([("Both", "")], email(A, B) + sms(N)),
    "one end point with and one without": ([("SMS", "40506070"), ("Email", None)],
                                           email(A, B) + sms("40506070")),
    "a number three times": ([("SMS", "+4740506070"), ("SMS", "40506070"),
                              ("SMS", "004740506070")], sms("+4740506070")),
    "an address twice": ([("Email", C), ("Email", C)], email(C)),
    "an address in other letters": ([("Email", C), ("Email", C.upper())], email(C)),
    "a registered address, too": ([("Email", B), ("Both", None), ("SMS", "+47" + N)],
                                  email(B, A) + sms(N)),
}


@case_table(GIVEN)
def addresses_are_taken_as_given(server, points, first):
    reportee = organization(server, **FULL)
    planned(server, reportee, notifications(notification(*points)), first)
    planned(server, reportee,
            notifications(notification(*points, NotificationType=WITH_REMINDER)), first, first)


@case
def numbers_are_kept_in_international_form_beside_what_was_given(server):
    numbers = ["0047 405 06 070", "91929394", "+46 70 123 45 67", "0046701234568"]
    _, reference = planned(
        server, organization(server),
        notifications(notification(*[("SMS", number) for number in numbers])), sms(*numbers))
    equal(rows(server, reference, "n.address"),
          [["+4740506070"], ["+4791929394"], ["+46701234567"], ["+46701234568"]], "addresses")


@case
def as_many_as_the_limits_allow_are_planned(server):
    addresses = [f"nr{number}@prove.example" for number in range(50)]
    fifty = notifications(notification(*email(*addresses)))
    planned(server, organization(server), fifty, email(*addresses))
    ten = notifications(*[notification()] * 10)
    planned(server, organization(server, emails=[A]), ten, email(A) * 10)


@case
def duplicates_of_two_notifications_are_both_planned(server):
    reportee = organization(server, **FULL)
    two = notifications(notification(("Email", None), NotificationType=WITH_REMINDER),
                        notification(("Both", None), LanguageCode="1033"))
    _, reference = planned(server, reportee, two, email(A, B, A, B) + sms(N), email(A, B))
    equal([number for (number,) in rows(server, reference, "n.order_number")],
          list("1122211"), "numbers of the Notification elements")


@case_table({
    "e-mail without @": ("Email", "ingen adresse", 30010),
    "e-mail with a label that ends in a hyphen": ("Email", "post@appoint-.no", 30010),
    "two e-mail addresses": ("Email", "a@prove.example;b@prove.example", 30010),
    "unknown country code": ("SMS", "+999123456", 30302),
    "unknown country code after zeros": ("SMS", "00999123456", 30302),
    "Norwegian number that is no mobile": ("SMS", "22222222", 30303),
    "Norwegian number with a digit too few": ("SMS", "+479192939", 30303),
    "letters for a number": ("SMS", "ni en ni to", 30303),
})
def bad_address_is_told_and_the_others_go_on(server, transport, address, error_id):
    reportee = organization(server, **FULL)
    values = notifications(notification((transport, address), ("Email", C), ("SMS", "40506070"),
                                        NotificationType=WITH_REMINDER))
    first = email(C) + sms("40506070")
    planned(server, reportee, values, first, first, [bad(address, reportee, error_id)])


@case
def only_bad_addresses_leave_a_message_that_tells_nobody(server):
    reportee = organization(server, **FULL)
    addresses = ["ingen adresse", "post@appoint-.no"]
    planned(server, reportee, notifications(notification(*email(*addresses))), [],
            subs=[bad(address, reportee, 30010) for address in addresses])


@case
def same_problem_is_told_once(server):
    reportee = organization(server, emails=["ingen adresse"])
    values = notifications(*[notification(("Email", None), NotificationType=WITH_REMINDER)] * 2)
    planned(server, reportee, values, [],
            subs=[bad("ingen adresse", reportee, 30010), missing(reportee, 30304)])


@case_table({"missing": (None,), "nil": (NIL,), "empty": ("",), "good": ("avsender@a.example",)})
def from_address_may_be(server, value):
    planned(server, organization(server, emails=[A]),
            notifications(notification(FromAddress=value)), email(A))


# ---------------------------------------------------------------- registered addresses


@case
def bad_registered_address_is_skipped(server):
    reportee = organization(server, emails=["post@appoint-.no", A], mobiles=["22222222", N])
    planned(server, reportee, notifications(notification(("Both", None))), email(A) + sms(N),
            subs=[bad("post@appoint-.no", reportee, 30010), bad("22222222", reportee, 30303)])


@case
def deleted_address_is_not_used(server):
    reportee = organization(server, emails=[A, B])
    server.sql("UPDATE dpvd.notification_address SET deleted = true "
               f"WHERE organization_number = '{reportee}' AND address = '{A}';")
    planned(server, reportee, notifications(notification(("Email", None))), email(B))


@case
def registered_number_in_two_forms_is_one(server):
    reportee = organization(server, mobiles=["+47" + N, N])
    planned(server, reportee, notifications(notification()), sms("+47" + N))


MAIN_UNIT = {"emails": [A], "mobiles": [N]}


@case_table({
    "nothing of its own": ({}, "Both", email(A) + sms(N), None),
    "an e-mail address of its own": ({"emails": [B]}, "Both", email(B), None),
    "only the other kind of its own": ({"mobiles": [M]}, "Email", [], 30304),
})
def sub_unit_has(server, addresses, transport, first, error_id):
    reportee = organization(server, parent=organization(server, **MAIN_UNIT), **addresses)
    planned(server, reportee, notifications(notification((transport, None))), first,
            subs=[missing(reportee, error_id)] if error_id else [])


@case
def main_unit_does_not_use_addresses_of_its_sub_units(server):
    reportee = organization(server)
    organization(server, parent=reportee, **FULL)
    planned(server, reportee, notifications(notification()), [], subs=[missing(reportee, 30304)])


# ---------------------------------------------------------------- persons of an organisation


@case_table({
    "a role that reads ordinary mail": ({"kind": "DAGL"}, "{}", True),
    "a contact person": ({"kind": "KONT"}, "{}", True),
    "a role that is not over yet": ({"kind": "LEDE", "until": "2100-01-01"}, "{}", True),
    "a role that is over": ({"kind": "DAGL", "until": "2020-01-01"}, "{}", False),
    "a role that reads nothing": ({"kind": "REVI"}, "{}", False),
    "no role": (None, "{}", False),
    "a wish to hear of this service": ({"kind": "DAGL"}, "{4255/1,4255/10}", True),
    "a wish to hear of another service": ({"kind": "DAGL"}, "{4255/1,4255/100}", False),
})
def person_with_contact_information_is_told_by(server, role_there, services, is_told):
    reportee, holder = organization(server, emails=[A]), person(server)
    if role_there:
        role(server, reportee, holder, **role_there)
    personal_contact(server, reportee, holder, C, M, services)
    planned(server, reportee, notifications(notification()),
            email(A, C) + sms(M) if is_told else email(A))


@case
def persons_are_told_where_the_organisation_has_no_address(server):
    reportee, holder = organization(server), person(server)
    role(server, reportee, holder)
    personal_contact(server, reportee, holder, C)
    planned(server, reportee, notifications(notification()), email(C))


@case
def persons_address_that_is_the_organisations_is_one(server):
    reportee, holder = organization(server, emails=[A], mobiles=[N]), person(server)
    role(server, reportee, holder)
    personal_contact(server, reportee, holder, A.upper(), "+47" + N)
    planned(server, reportee, notifications(notification()), email(A) + sms(N))


@case_table({"no address of its own": ([], email(B, C, A)),
             "an address of its own": ([N], email(C) + sms(N))})
def persons_of_a_sub_unit_with(server, mobiles, first):
    """A at the main unit and C at the sub-unit, by a role at the main unit."""
    parent = organization(server, emails=[B])
    reportee = organization(server, mobiles=mobiles, parent=parent)
    for unit, address in ((parent, A), (reportee, C)):
        holder = person(server)
        role(server, parent, holder)
        personal_contact(server, unit, holder, address)
    planned(server, reportee, notifications(notification()), first)


@case
def persons_are_not_told_of_confidential_mail(server):
    reportee, holder = organization(server, emails=[A]), person(server)
    role(server, reportee, holder)
    personal_contact(server, reportee, holder, C, M)
    _, reference = is_accepted(server, {
        "Reportee": reportee, "ServiceCode": "5504", "ServiceEdition": "1",
        "VisibleDateTime": "2040-01-01", **notifications(notification())})
    equal(listed(server, reference, ServiceCode="5504", ServiceEditionCode="1"),
          email(A) + email(A), "status answer with our own reminder")


# ---------------------------------------------------------------- persons as recipients

KNOWN = {"email": A, "mobile": N}

PERSONS = {
    "addresses": (KNOWN, "Both", email(A) + sms(N), None),
    "no number": ({"email": A}, "SMS", [], 30301),
    "no e-mail": ({"mobile": N}, "Email", [], 30306),
    "no address": ({}, "Both", [], 30306),
    "addresses that are too old":
        ({**KNOWN, "verified": "now() - interval '549 days'"}, "Both", [], 30306),
    "addresses that are almost too old":
        ({**KNOWN, "verified": "now() - interval '547 days'"}, "Both", email(A) + sms(N), None),
    "addresses that were never verified": ({**KNOWN, "verified": "NULL"}, "Both", [], 30306),
    "a reservation that is not asked for":
        ({**KNOWN, "reserved": True}, "Both", email(A) + sms(N), None),
    "nothing for SMSPreferred": ({}, "SMSPreferred", [], 30307),
    "nothing for EmailPreferred": ({}, "EmailPreferred", [], 30308),
}


@case_table(PERSONS)
def person_has(server, contact, transport, first, error_id):
    reportee = person(server, **contact)
    planned(server, reportee,
            notifications(notification((transport, None), NotificationType=WITH_REMINDER)),
            first, first, [missing(reportee, error_id)] if error_id else [])


@case
def senders_address_for_a_person_needs_no_register(server):
    planned(server, person(server), notifications(notification(("Email", C))), email(C))


@case
def numbers_of_persons_are_masked_in_sub_receipts(server):
    reportee = person(server)
    masked = reportee[:6] + "*****"
    planned(server, reportee, notifications(notification(("Email", "ingen " + reportee))), [],
            subs=[bad("ingen " + masked, masked, 30010)])
    equal(server.count("receipt", f"text LIKE '%{reportee}%'"), 0, "stored numbers")


# ---------------------------------------------------------------- templates


@case_table({
    "e-mail only": ({"email": "{0}"}, "Both", email(A, B), None),
    "SMS only": ({"sms": "{0}"}, "Both", sms(N), None),
    "SMS only, e-mail asked for": ({"sms": "{0}"}, "Email", [], NOT_IDENTIFIED),
    "e-mail only, SMS asked for": ({"email": "{0}"}, "SMS", [], NOT_IDENTIFIED),
    "e-mail only, SMS preferred": ({"email": "{0}"}, "SMSPreferred", email(A, B), None),
    "no text at all": ({}, "Both", [], NOT_IDENTIFIED),
    "another language only": ({"email": "{0}", "language": "1033"}, "Email", [], NOT_IDENTIFIED),
})
def template_has(server, texts, transport, first, sub):
    name = template(server, **texts)
    planned(server, organization(server, **FULL),
            notifications(notification((transport, None), NotificationType=name)), first,
            subs=[sub] if sub else [])


@case
def end_points_without_text_are_dropped_silently_beside_others(server):
    name = template(server, email="{0}", reminder="Påminnelse: ")
    planned(server, organization(server, **FULL),
            notifications(notification(("SMS", M), ("Email", None), NotificationType=name)),
            email(A, B), email(A, B))


@case_table({name: (name,) for name in (
    "VarselDPVUtenRevarsel", "VarselDPVMedRevarsel", "TokenTextOnly", "Correspondence", "General")})
def template_is_there_in_three_languages(server, name):
    reportee = organization(server, emails=[A])
    for language in ("1033", "1044", "2068"):
        later = email(A) if name == WITH_REMINDER else []
        planned(server, reportee, notifications(notification(
            ("Email", None), NotificationType=name, LanguageCode=language)), email(A), later)


@case_table({"unknown": ("VarselDPV",), "in other letters": ("varseldpvutenrevarsel",),
             "with a blank": (ONCE + " ",)})
def template_is_refused_that_is(server, name):
    is_refused(server, notifications(notification(), notification(NotificationType=name)),
               "ValidationFailed", "NotificationType is not a known notification template")


# ---------------------------------------------------------------- when

DUE = {
    "at once": ({}, None, "created"),
    "when the message is visible": ({"VisibleDateTime": "2040-06-01T12:00:00"}, None,
                                    "2040-06-01 10:00:00Z"),
    "at the shipment time": ({}, "2041-01-01T12:00:00", "2041-01-01 11:00:00Z"),
    "when the message is visible, later than the shipment time":
        ({"VisibleDateTime": "2040-06-01T12:00:00Z"}, "2040-05-31", "2040-06-01 12:00:00Z"),
    "at the shipment time, later than the visible one":
        ({"VisibleDateTime": "2040-06-01"}, "2040-06-02T00:00:00Z", "2040-06-02 00:00:00Z"),
    "at once when both are past": ({"VisibleDateTime": "2010-01-01"}, "2011-01-01", "created"),
    "at once when the shipment time is of year 1": ({}, "0001-01-01T00:00:00", "created"),
}


@case_table(DUE)
def is_due(server, values, shipment, due):
    wanted = "c.created" if due == "created" else f"timestamptz '{due}'"
    order = notification(("Email", A), ShipmentDateTime=shipment, NotificationType=WITH_REMINDER)
    _, reference = is_accepted(server, {"Reportee": organization(server), **values,
                                        **notifications(order)})
    equal(rows(server, reference, f"n.reminder, n.due - {wanted}"),
          [["f", "00:00:00"], ["t", "7 days"]], "due after what is expected")


# ---------------------------------------------------------------- reservation

RESERVED_TEXT = ("Rejected", "Reportee is reserved against electronic communication")


def details_by(server, version, reference):
    """The status list of an older version as (StatusType, StatusDate) lists."""
    prefix = {"": "c1311", "V2": "c1410"}[version]
    names = {"SendersReference": reference, "ServiceCode": "4255", "ServiceEditionCode": "10"}
    criteria = Xml("".join(member(prefix, name, value) for name, value in names.items()))
    operation = "GetCorrespondenceStatusDetailsBasic" + version
    body = envelope(member("w0910", operation, Xml(
        member("w0910", "systemUserName", "demo") + member("w0910", "systemPassword",
                                                           "demo-password")
        + member("w0910", "filterCriteria", criteria))))
    answer = server.post(body, f"{NAMESPACES['w0910']}/ICorrespondenceAgencyExternalBasic/"
                         + operation)
    equal(answer.status, 200, f"HTTP status of {answer.body[:600]!r}")
    return [[(change.findtext(f"{prefix}:StatusType", None, NAMESPACES),
              change.findtext(f"{prefix}:StatusDate", None, NAMESPACES))
             for change in status.iterfind(f".//{prefix}:StatusChange{version}", NAMESPACES)]
            for status in answer.all(f"{prefix}:Status{version}")]


@case
def reserved_person_is_not_told_and_the_sender_is(server):
    reportee = person(server, reserved=True, **KNOWN)
    receipt, reference = planned(
        server, reportee, {"IsReservable": "true", **notifications(notification())}, [],
        subs=[RESERVED_TEXT])
    changes = [("Created", receipt["LastChanged"]), ("Reserved", receipt["LastChanged"])]
    (history,) = server.history([reference]).statuses()
    equal(history.changes, changes, "history")
    for status, expected in (("Reserved", [reference]), ("NotSet", [reference]), ("Created", []),
                             (None, [reference])):
        answer = server.details(SendersReference=reference, CurrentStatus=status)
        equal(answer.references(), expected, f"details by {status}")
    (details,) = server.details(SendersReference=reference).statuses()
    equal(details.changes, changes, "third version")
    equal(details_by(server, "V2", reference), [changes], "second version")
    equal(details_by(server, "", reference), [changes[:1]], "first version")
    equal(server.sql(f"""
        SELECT e.type, e.happened = c.created FROM dpvd.status_event e JOIN dpvd.correspondence c
            ON (c.sender_id, c.id) = (e.sender_id, e.correspondence_id)
         WHERE c.senders_reference = {literal(reference)} ORDER BY 1;"""),
          [["1", "t"], ["10", "t"]], "events")


@case_table({
    "no wish to respect it": (lambda server: person(server, email=A, reserved=True), "false"),
    "nothing about it": (lambda server: person(server, email=A, reserved=True), None),
    "a person who is not reserved": (lambda server: person(server, email=A), "true"),
    "an organisation": (lambda server: organization(server, emails=[A]), "true"),
})
def reservation_has_no_effect_with(server, make, reservable):
    _, reference = planned(server, make(server), {"IsReservable": reservable,
                                                  **notifications(notification())}, email(A))
    equal([kind for kind, _ in server.history([reference]).statuses()[0].changes], ["Created"],
          "history")


@case
def person_unknown_to_the_contact_register_is_not_reserved(server):
    reportee = person(server)
    server.sql(f"DELETE FROM dpvd.person_contact WHERE number = '{reportee}';")
    planned(server, reportee, {"IsReservable": "true"}, [])


# ---------------------------------------------------------------- sub-receipts


def several_problems(server):
    """A message with three problems, and how they are told."""
    reportee = organization(server, mobiles=[N])
    values = {"Reportee": reportee, "ExternalShipmentReference": unique("problems"),
              **notifications(notification(("Email", "ingen adresse"), ("Email", None),
                                           ("SMS", "22222222"), ("SMS", None)))}
    return values, [
        bad("ingen adresse", reportee, 30010), missing(reportee, 30304),
        bad("22222222", reportee, 30303)]


@case_table({
    "several problems": (several_problems,),
    "a reservation": (lambda server: (
        {"Reportee": person(server, reserved=True), "IsReservable": "true",
         "ExternalShipmentReference": unique("reserved")}, [RESERVED_TEXT]),)})
def repeat_gets_the_same_sub_receipts(server, make):
    values, subs = make(server)
    first, reference = is_accepted(server, values, subs)
    before = left_behind(server)
    for _ in range(2):
        equal(told(server.insert(**values)), first, "repeated answer")
    equal(left_behind(server), with_more(before, audit=2), LEFT)
    equal(server.sql("SELECT result FROM dpvd.audit_log WHERE senders_reference = "
                     f"'{reference}' ORDER BY id;"), [["accepted"], ["retry"], ["retry"]], "audit")


@case
def sub_receipts_are_found_with_their_receipt(server):
    values, subs = several_problems(server)
    receipt, reference = is_accepted(server, values, subs)
    numbers = [sub["ReceiptId"] for sub in receipt["SubReceipts"]]
    for version in ("", "V2"):
        for search in ({"number": receipt["ReceiptId"]}, {"references": [(EXTERNAL, reference)]}):
            found = receipt_of(get(server, version, **search))
            equal(found["ReceiptId"], receipt["ReceiptId"], "ReceiptId")
            equal(subs_told(found), subs, "sub-receipts")
            equal([(sub["ReceiptId"], sub["ParentReceiptId"]) for sub in found["SubReceipts"]],
                  [(number, receipt["ReceiptId"]) for number in numbers], "numbers")
    alone = receipt_of(get(server, number=numbers[1]))
    equal((alone["ParentReceiptId"], alone["ReceiptStatus"], alone["ReceiptText"]),
          (receipt["ReceiptId"], *subs[1]), "a sub-receipt alone")
    true((OWNER, DEMO_NUMBER) in alone["References"], "the owner of a sub-receipt")
    inside = [one for one in receipts_of(listing(server, begin=receipt["LastChanged"]))
              if one["ReceiptId"] in [receipt["ReceiptId"], *numbers]]
    equal([(one["ReceiptId"], subs_told(one)) for one in inside], [(receipt["ReceiptId"], subs)],
          "list of receipts")


@case
def sub_receipts_are_found_by_the_actual_sender_and_nobody_else(server):
    values, subs = several_problems(server)
    receipt, reference = is_accepted(server, {**values, "OnBehalfOfOrgNr": DEMO2_NUMBER}, subs)
    _, other = is_accepted(server, *several_problems(server))
    for search in ({"number": receipt["ReceiptId"]}, {"references": [(EXTERNAL, reference)]}):
        found = receipt_of(get(server, user="demo2", **search))
        equal((found["ReceiptId"], subs_told(found)), (receipt["ReceiptId"], subs), "receipt")
    refused(get(server, user="demo2", references=[(EXTERNAL, other)]), 30008)


@case
def person_numbers_stand_in_neither_log(server):
    """Stands last: looks at what all cases above have left."""
    log = server.log()
    audit = "\n".join("|".join(row) for row in server.sql("SELECT * FROM dpvd.audit_log;"))
    numbers = [row[0] for row in server.sql("SELECT number FROM dpvd.person;")]
    equal([number for number in numbers if number in log or number in audit], [], "numbers found")


if __name__ == "__main__":
    main(allow_synthetic_persons="on")
