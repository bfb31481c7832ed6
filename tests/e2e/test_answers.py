#!/usr/bin/python3
"""What InsertCorrespondence answers where the answer depends on the registers: senders and their
right to send, services, confidential mail, the quota, and which of several problems is told
(domain.md 3.3, 3.4, 4.2-4.6, 10.6, 11.2), each with its text and with what it leaves behind."""

from insert_calls import (
    insert_at, is_fault, is_refused, is_stored, notification, notifications)
from receipt_calls import get, listing, receipt_of, receipts_of, refused
from register_rows import (
    SUSPENDED, TERMINATED, caller, organization, person, personal_contact, role, sender, service,
    template)
from support import (
    DEMO2_NUMBER, DEMO_NUMBER, ON_BEHALF_NUMBER, attachment, attachments, case, case_table,
    contains, equal, main, unique, wait_until)

DEAD_PERSON = "24889110011"
DEMO2 = {"systemUserName": "demo2", "systemPassword": "demo2-password",
         "SystemUserCode": "DEM_DEMO"}
QUOTA = 3


# ---------------------------------------------------------------- recipients


@case_table({"deleted organisation":
             (lambda server: organization(server, status=2),
              "Reportee: the organization is deleted and its inbox is not accessible"),
             "dead person": (lambda server: DEAD_PERSON,
                             "Reportee: the person is registered as dead")})
def recipient_is_rejected(server, make, text):
    is_refused(server, {"Reportee": make(server)}, "Rejected", text)


@case_table({"bankrupt organisation": (lambda server: organization(server, status=3),),
             "organisation in which nobody has a role": (organization,),
             "sub-unit of a deleted organisation":
                 (lambda server: organization(server, parent=organization(server, status=2)),),
             "person with protected address":
                 (lambda server: protected(server, person(server)),)})
def recipient_is_stored(server, make):
    is_stored(server, {"Reportee": make(server)})


def protected(server, number):
    server.sql(f"UPDATE dpvd.person SET protection = 2 WHERE number = '{number}';")
    return number


# ---------------------------------------------------------------- services

NOT_A_SERVICE = "SBL External error - Service code and service edition are not a valid service"
NOT_ITS_OWN = "The sender is not authorized to use the service"


@case_table({
    "an inactive service": (lambda server: service(server, active=False), {}, 40013,
                            NOT_A_SERVICE),
    "a service of another type": (lambda server: service(server, kind=2), {}, 40019,
                                  "SBL External error - The service is not a correspondence "
                                  "service"),
    "the service of another owner":
        (lambda server: service(server, owner=sender(server, kind=1)), {}, 5, NOT_ITS_OWN),
    "a service owner's service used by a customer":
        (lambda server: service(server, owner=DEMO_NUMBER), DEMO2, 5, NOT_ITS_OWN),
    "a customer's own service, which it may not have":
        (lambda server: service(server, owner=DEMO2_NUMBER), DEMO2, 5, NOT_ITS_OWN),
})
def fault_for(server, make, who, error_id, text):
    is_fault(server, {**who, "ServiceCode": make(server), "ServiceEdition": "1"}, error_id, text)


@case
def service_owners_own_service_is_stored(server):
    is_stored(server, {"ServiceCode": service(server, owner=DEMO_NUMBER), "ServiceEdition": "1"})


@case_table({"another owner's service":
             (lambda server: service(server, owner=sender(server, kind=1)), 5),
             "a customer's own service": (lambda server: service(server, owner=DEMO2_NUMBER), 5),
             "an unknown service": (lambda server: "9998", 40013)})
def status_details_are_refused_for(server, make, error_id):
    refused(server.details(ServiceCode=make(server), ServiceEditionCode="1"), error_id)


# ---------------------------------------------------------------- technical senders


@case_table({"its code and a department": ("DEM_PLAN",), "the code alone": ("DEM",),
             "a hyphen": ("DEM-PLAN",)})
def system_user_code_of_another_sender_is_5(server, code):
    is_fault(server, {"SystemUserCode": code}, 5,
             "SystemUserCode belongs to another service owner")


@case_table({"its own": ("TTD",), "its own with a department": ("TTD_PLAN",),
             "its user name": ("demo",), "what begins like another's": ("DEMX_1",)})
def system_user_code_is_stored_that_is(server, code):
    is_stored(server, {"SystemUserCode": code})


@case
def suspended_caller_may_only_look(server):
    number = sender(server)
    who = caller(server, number)
    receipt, reference = is_stored(server, {**who, "Reportee": organization(server)})
    login = {"user": who["systemUserName"], "password": who["systemPassword"]}
    server.sql(f"UPDATE dpvd.sender SET status = {SUSPENDED}, status_reason = 'test' "
               f"WHERE organization_number = '{number}';")
    is_fault(server, who, 5, "The sender is not authorized to send messages")
    equal(server.history([reference], **login).references(), [reference], "history")
    equal(server.details(SendersReference=reference, **login).references(), [reference], "details")
    found = receipt_of(get(server, number=receipt["ReceiptId"], **login))
    equal(found["ReceiptText"], receipt["ReceiptText"], "receipt")
    listed = receipts_of(listing(server, begin=receipt["LastChanged"], **login))
    equal([one["ReceiptId"] for one in listed], [receipt["ReceiptId"]], "list of receipts")
    server.sql("UPDATE dpvd.sender SET status = 1, status_reason = NULL "
               f"WHERE organization_number = '{number}';")
    is_stored(server, who)


@case
def terminated_caller_may_nothing(server):
    who = caller(server, sender(server, status=TERMINATED))
    login = {"user": who["systemUserName"], "password": who["systemPassword"]}
    is_fault(server, who, 5, "The sender is not authorized to send messages")
    for answer in (server.history(["x"], **login), server.details(**login),
                   get(server, number=1, **login), listing(server, **login)):
        refused(answer, 5)


# ---------------------------------------------------------------- actual senders

SUSPENDED_TEXT = "OnBehalfOfOrgNr: the actual sender is suspended"
NO_AGREEMENT = "OnBehalfOfOrgNr: the actual sender has no agreement on sending messages"

# who sends on whose behalf: (values, what is stored with off, warn and enforce: actual_verified, or
# the text of a rejection)
ACTUAL_SENDERS = {
    "nobody else": (lambda server: {}, "t", "t", "t"),
    "itself": (lambda server: {"OnBehalfOfOrgNr": DEMO_NUMBER}, "t", "t", "t"),
    "an active customer": (lambda server: {"OnBehalfOfOrgNr": sender(server)}, "", "t", "t"),
    "an active service owner":
        (lambda server: {"OnBehalfOfOrgNr": sender(server, kind=1)}, "", "t", "t"),
    "an organisation without agreement":
        (lambda server: {"OnBehalfOfOrgNr": organization(server)}, "", "f", NO_AGREEMENT),
    "one that has left":
        (lambda server: {"OnBehalfOfOrgNr": sender(server, status=TERMINATED)}, "", "f",
         NO_AGREEMENT),
    "a suspended one":
        (lambda server: {"OnBehalfOfOrgNr": sender(server, status=SUSPENDED)},
         *[SUSPENDED_TEXT] * 3),
}


@case_table({check: (check, place) for place, check in enumerate(("off", "warn", "enforce"))})
def on_behalf_of_is_checked_as_the_setting_says(server, check, place):
    with server.process(on_behalf_of_check=check) as (_, url):
        for name, (make, *expected) in ACTUAL_SENDERS.items():
            values = make(server)
            if len(expected[place]) > 1:
                is_refused(server, values, "Rejected", expected[place], url)
                continue
            _, reference = is_stored(server, values, url=url)
            equal(server.message(reference, "actual_verified"), [expected[place]], name)
            equal(server.sql("SELECT actual_verified FROM dpvd.audit_log "
                             f"WHERE senders_reference = '{reference}';"), [[expected[place]]],
                  "audit row for " + name)


@case
def actual_senders_are_only_noted_where_nothing_is_set(server):
    _, reference = is_stored(server, {"OnBehalfOfOrgNr": ON_BEHALF_NUMBER})
    equal(server.message(reference, "actual_verified"), ["f"], "actual_verified")


# ---------------------------------------------------------------- quota


USED_UP = (f"The actual sender may send no more than {QUOTA} messages in a calendar year without "
           "a full agreement")
BLOCKING = {"quota": QUOTA, "quota_block": "on"}
THIS_YEAR = "extract(year FROM now() AT TIME ZONE 'Europe/Oslo')::int"


def has_sent(server, number, messages, year=THIS_YEAR):
    """The count of an actual sender, all but one message of it sent by others."""
    for by, share in ((DEMO2_NUMBER, 1), (DEMO_NUMBER, messages - 1)):
        server.sql("INSERT INTO dpvd.usage_count (year, actual_number, sender_id, messages) "
                   f"SELECT {year}, '{number}', id, {share} FROM dpvd.sender "
                   f"WHERE organization_number = '{by}';")
    return number


@case
def actual_sender_is_rejected_when_its_quota_is_used_up(server):
    full = has_sent(server, sender(server), QUOTA)
    almost, free = has_sent(server, sender(server), QUOTA - 1), sender(server)
    last_year = has_sent(server, sender(server), QUOTA, THIS_YEAR + " - 1")
    owner = has_sent(server, sender(server, kind=1), QUOTA)
    other = has_sent(server, organization(server), QUOTA)
    by_full, by_free = caller(server, full), caller(server, free)
    with server.process(**BLOCKING) as (_, url):
        for values in (by_full, {"OnBehalfOfOrgNr": full}, {**by_free, "OnBehalfOfOrgNr": full},
                       {**by_full, "OnBehalfOfOrgNr": full}, {"OnBehalfOfOrgNr": other}):
            is_refused(server, values, "Rejected", USED_UP, url)
        for values in ({**by_full, "OnBehalfOfOrgNr": almost}, by_free,
                       {"OnBehalfOfOrgNr": last_year}, caller(server, last_year),
                       {"OnBehalfOfOrgNr": owner}, caller(server, owner)):
            is_stored(server, values, url=url)
    is_stored(server, by_full)  # where the setting does not say so, nobody is stopped


@case
def messages_are_counted_until_the_quota_is_used_up(server):
    customer = sender(server)
    who = caller(server, customer)
    with server.process(**BLOCKING, usage_interval="100ms") as (_, url):
        for _ in range(QUOTA):
            is_stored(server, who, url=url)
        wait_until(lambda: [[str(QUOTA)]] == server.sql(
            f"SELECT messages FROM dpvd.usage_count WHERE actual_number = '{customer}';"),
            60, "the messages are counted")
        is_refused(server, who, "Rejected", USED_UP, url)


# ---------------------------------------------------------------- confidential mail

CONFIDENTIAL = {"ServiceCode": "5504", "ServiceEdition": "1"}
NO_NOTIFICATION = "Notifications: a confidential message needs a notification"
NO_ROLE = "Reportee: nobody there has a role that could give access to confidential mail"
NO_ADDRESS = ("Notifications: no address is known for the notification that a confidential "
              "message needs")


def unit(server, roles=(("DAGL", "15819010029"),), until=None, emails=("post@prove.example",),
         mobiles=()):
    """An organisation with these roles: (type, holder)."""
    number = organization(server, emails, mobiles)
    for kind, holder in roles:
        role(server, number, holder, kind, until)
    return number


def with_contact(server):
    """Nobody can have been delegated the service yet, so nobody is told in person."""
    number = unit(server, emails=())
    personal_contact(server, number, "15819010029", "egen@prove.example")
    return number


TO_ALL = notifications(notification())
BY_SMS = notifications(notification(("SMS", None)))

REJECTED = {
    "no Notifications": (unit, {}, NO_NOTIFICATION),
    "an empty list of Notifications": (unit, notifications(), NO_NOTIFICATION),
    "a template without text in the language":
        (unit, lambda server: notifications(notification(
            NotificationType=template(server, email="{0}", language="1033"))), NO_NOTIFICATION),
    "a template without text for its only end point":
        (unit, lambda server: notifications(notification(
            ("SMS", "91929394"), NotificationType=template(server, email="{0}"))),
         NO_NOTIFICATION),
    "a recipient without roles": (lambda server: unit(server, roles=()), TO_ALL, NO_ROLE),
    "a recipient with other roles":
        (lambda server: unit(server, roles=[("REPR", "15819010029"), ("BOBE", "15819010029"),
                                            ("KONT", "15819010029")]), TO_ALL, NO_ROLE),
    "a recipient whose partner is an organisation":
        (lambda server: unit(server, roles=[("DTPR", "910820605"), ("DTSO", "910820605"),
                                            ("KOMP", "910820605")]), TO_ALL, NO_ROLE),
    "a recipient whose role is over":
        (lambda server: unit(server, until="2020-01-01"), TO_ALL, NO_ROLE),
    "no address": (lambda server: unit(server, emails=()), TO_ALL, NO_ADDRESS),
    "no number for an SMS": (unit, BY_SMS, NO_ADDRESS),
    "a bad address": (unit, notifications(notification(("Email", "ingen adresse"))), NO_ADDRESS),
    "bad addresses in the register":
        (lambda server: unit(server, emails=["ingen adresse"], mobiles=["12345678"]), TO_ALL,
         NO_ADDRESS),
    "addresses of persons only": (with_contact, TO_ALL, NO_ADDRESS),
    "a person without address": (person, TO_ALL, NO_ADDRESS),
    "a person without notification":
        (lambda server: person(server, email="egen@prove.example"), {}, NO_NOTIFICATION),
}


@case_table(REJECTED)
def confidential_message_is_rejected_with(server, make, values, text):
    values = values(server) if callable(values) else values
    is_refused(server, {**CONFIDENTIAL, "Reportee": make(server), **values}, "Rejected", text)


def sub_unit(server):
    return organization(server, parent=unit(server))


CONFIDENTIAL_ACCEPTED = {
    **{f"a {kind} that is a person":
       (lambda server, kind=kind: unit(server, roles=[(kind, "15819010029")]), TO_ALL)
       for kind in ("DAGL", "LEDE", "INNH", "BEST", "DTSO", "DTPR", "KOMP")},
    "a DAGL that is an organisation":
        (lambda server: unit(server, roles=[("DAGL", "910820605")]), TO_ALL),
    "a role that is not over yet": (lambda server: unit(server, until="2100-01-01"), TO_ALL),
    "roles and addresses of the main unit": (sub_unit, TO_ALL),
    "an address of the sender's":
        (lambda server: unit(server, emails=()),
         notifications(notification(("Email", "mottak@prove.example")))),
    "a second notification that is usable":
        (unit, notifications(notification(("SMS", None)), notification(("Email", None)))),
    "a person": (lambda server: person(server, email="egen@prove.example"), TO_ALL),
}


@case_table(CONFIDENTIAL_ACCEPTED)
def confidential_message_is_stored_with(server, make, values):
    reference = unique("confidential")
    receipt = insert_at(server.url, ExternalShipmentReference=reference, Reportee=make(server),
                        **CONFIDENTIAL, **values).accepted()
    equal(server.message(reference, "receipt_id"), [receipt["ReceiptId"]], "message")
    equal([len(status.notifications) > 0 for status in server.history([reference]).statuses()],
          [True], "notifications")


@case_table({"true": ("true", "t"), "false": ("false", "f"), "nothing": (None, "t")})
def confidential_message_keeps_what_it_says_of_forwarding(server, value, stored):
    _, reference = is_stored(server, {**CONFIDENTIAL, "Reportee": unit(server), **TO_ALL,
                                        "AllowForwarding": value})
    equal(server.message(reference, "allow_forwarding"), [stored], "allow_forwarding")


# ---------------------------------------------------------------- which problem is told

FIRST_FAILING = (  # the answer, and what it is for; the first one is told of all that follow
    ("ErrorID 989", {"systemPassword": "wrong"}),
    ("ErrorID 40005", {"ExternalShipmentReference": ""}),
    ("ErrorID 40006", {"ServiceCode": None}),
    ("ErrorID 40007", {"Reportee": ""}),
    ("ErrorID 40003", {"MessageTitle": " "}),
    ("ErrorID 40002", {"MessageBody": None}),
    ("ErrorID 40001", {"LanguageCode": "1083"}),
    ("ErrorID 60001", {"CaseID": "1"}),
    ("ValidationFailed MessageSender", {"MessageSender": "a\nb"}),
    ("ValidationFailed OnBehalfOfOrgNr", {"OnBehalfOfOrgNr": "974760674"}),
    ("ErrorID 60012", {"Reportee": "91082060"}),
    ("ErrorID 40013", {"ServiceCode": "9999"}),
    ("ValidationFailed MessageTitle", {"MessageTitle": "x" * 1001}),
    ("ValidationFailed FileName", {"Attachments": attachments(attachment(FileName="a:b"))}),
    ("ErrorID 40015", notifications(notification(("IM", None)))),
    ("ValidationFailed NotificationType", notifications(notification(NotificationType="none"))),
    ("Rejected Notifications", {**CONFIDENTIAL, "Notifications": None}),
)


@case
def first_failing_check_wins(server):
    for place, (expected, _) in enumerate(FIRST_FAILING):
        values = {}
        for _, wrong in reversed(FIRST_FAILING[place:]):
            values.update(wrong)
        contains(told_shortly(server.insert(**values)), expected, "answer")


def told_shortly(answer):
    if answer.status == 500:
        return f"ErrorID {answer.fault().error_id}"
    receipt = answer.receipt()
    return f"{receipt['ReceiptStatusCode']} {receipt['ReceiptText']}"


if __name__ == "__main__":
    main(allow_synthetic_persons="on")
