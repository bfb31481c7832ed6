#!/usr/bin/python3
"""Stand-alone notifications: who is told, what is refused, that a call is stored once and sent once
(domain.md 6.7). How a notification is worded and sent is that of messages: test_notify.py."""

import datetime
import json
import logging

import requests
import zeep
import zeep.exceptions
import zeep.transports

from admin_calls import done
from gateways import MailServer, SmsServer
from notifying import SUBJECT, Notifier, a_number, an_address
from register_rows import (
    caller, organization, person, person_number, personal_contact, role, sender, service, template)
from standalone_calls import (
    ACTION, NAMES, OPERATION, PATH, WNOT, a_text, about, end_points, entry, envelope, planned,
    results, send)
from support import (
    ACTION_TEST, DEMO_NUMBER, REFERENCE, REPORTEE, NIL, Skip, Xml, at_once, case, case_table, contains, equal,
    literal, main, member, soap_headers, true, wait_until)

REFERENCE_WSDL = REFERENCE / "NotificationAgencyExternalBasic.wsdl"
BINDING = "{%s}BasicHttpBinding_INotificationAgencyExternalBasic" % WNOT
PERSON, RESERVED = "15819010029", "55819010012"
MAILS = [("Email", "post@blaabaer.example"), ("Email", "regnskap@blaabaer.example")]
NUMBER = [("SMS", "91929394")]
TABLES = "standalone notification_order notification correspondence receipt".split()

logging.getLogger("zeep").setLevel(logging.ERROR)


def wait_sent(server, text, *sent):
    expected = [["t" if s else "f"] for s in sent]
    wait_until(lambda: planned(server, text, "n.sent IS NOT NULL") == expected, 60,
               f"sent: {sent}")


def refused(server, error_id, *entries, text=None, **options):
    """A fault with this number, of which nothing but an audit row stays."""
    before = server.counts(*TABLES)
    answer = send(server, *entries, **options)
    fault = answer.fault()
    equal((answer.status, fault.code, fault.error_id), (500, "Client", error_id), fault.message)
    equal(server.counts(*TABLES), before, "rows")
    equal(server.sql("SELECT result, error_id, operation FROM dpvd.audit_log WHERE error_guid = "
                     f"{literal(fault.members['ErrorGuid'])};"),
          [["fault", str(error_id), OPERATION + options.get("version", "V3")]], "audit row")
    if text is not None:
        contains(fault.message, text)
    return fault


# ---------------------------------------------------------------- the three operations


@case
def test_needs_no_credentials(server):
    answer = server.request("POST", PATH, envelope("<base:Test/>"), soap_headers(ACTION_TEST))
    equal((answer.status, len(answer.tree.findall(".//base:TestResponse", NAMES))), (200, 1))


@case
def the_first_version_answers_nothing(server):
    text = a_text()
    answer = send(server, entry(("Email", an_address()), tokens=[text]), version="")
    equal(answer.status, 200)
    (response,) = answer.tree.findall(f".//wnot:{OPERATION}Response", NAMES)
    equal((len(response), response.text), (0, None), "content of the response")
    equal(len(planned(server, text, "1")), 1, "planned")


@case
def the_second_version_names_the_reserved(server):
    reserved = person(server, email=an_address(), reserved=True)
    free = person(server, email=an_address())
    path = f".//wnot:{OPERATION}V2Result"
    answer = send(server, *(entry(("Email", None), tokens=[a_text()], ReporteeNumber=number,
                                  IsReservable="true") for number in (reserved, free)),
                  version="V2")
    equal([found.text for found in answer.tree.findall(path, NAMES)],
          [f"Reserved against electronic communication: {reserved}"])
    answer = send(server, entry(("Email", None), tokens=[a_text()], ReporteeNumber=free,
                                IsReservable="true"), version="V2")
    equal([(found.text, dict(found.attrib)) for found in answer.tree.findall(path, NAMES)],
          [(None, {})], "nobody is reserved")


@case
def the_third_version_tells_where_it_goes(server):
    address = an_address()
    answer = send(server, entry(("Email", address), ("SMS", None), tokens=[a_text()]),
                  entry(("Email", None), tokens=[a_text()], NotificationType="General"))
    name = "BLÅBÆR OG RØMME AS"
    equal(results(answer), [
        ("VarselDPVUtenRevarsel", REPORTEE, [("Email", address, False, None),
                                             ("SMS", "91929394", True, name)]),
        ("General", REPORTEE, [(kind, to, True, name) for kind, to in MAILS])])


# ---------------------------------------------------------------- who is told

TRANSPORTS = {
    "Email": ([("Email", None)], MAILS),
    "SMS": ([("SMS", None)], NUMBER),
    "Both": ([("Both", None)], MAILS + NUMBER),
    "no end point is Both": ([], MAILS + NUMBER),
    "EmailPreferred": ([("EmailPreferred", None)], MAILS),
    "SMSPreferred": ([("SMSPreferred", None)], NUMBER),
    "an address of the sender's own": ([("SMS", "+4740506070")], [("SMS", "+4740506070")]),
    "the same address twice": ([("SMS", "91929394"), ("SMS", None)], NUMBER),
}


@case_table(TRANSPORTS)
def end_points_are_those_of_messages(server, points, expected):
    text = a_text()
    equal(end_points(send(server, entry(*points, tokens=[text]))), expected)
    kinds = {"Email": "2", "SMS": "1"}
    equal(planned(server, text, "n.transport, n.recipient, n.reminder"),
          [[kinds[kind], to, "f"] for kind, to in expected], "stored")


@case
def a_sub_unit_falls_back_to_its_main_unit(server):
    unit = organization(server, parent=REPORTEE)
    equal(end_points(send(server, entry(("Email", None), tokens=[a_text()], ReporteeNumber=unit))),
          MAILS)


@case
def personal_contacts_are_told_of_a_service_alone(server):
    official, everything, only_this, only_that = (an_address() for _ in range(4))
    unit = organization(server, emails=[official])
    holders = [person(server) for _ in range(3)]
    for holder in holders:
        role(server, unit, holder)
    personal_contact(server, unit, holders[0], everything)
    personal_contact(server, unit, holders[1], only_this, services="{4255/10}")
    personal_contact(server, unit, holders[2], only_that, services="{4255/1}")

    def told(**values):
        return sorted(to for _, to in end_points(send(server, entry(
            ("Email", None), tokens=[a_text()], ReporteeNumber=unit, **values))))

    equal(told(), [official], "without Service")
    equal(told(Service=about("4255", 10)), sorted([official, everything, only_this]), "of it")
    equal(told(Service=about("5504", 1)), [official], "of confidential mail")


@case
def roles_have_no_meaning(server):
    roles = Xml(member("sn1506", "RoleName", "Post/arkiv") + member("sn1506", "RoleName", NIL))
    equal(end_points(send(server, entry(("SMS", None), tokens=[a_text()], Roles=roles))), NUMBER)


@case
def a_reserved_person_is_told_of_what_is_not_reservable(server):
    address = an_address()
    number = person(server, email=address, reserved=True)
    for reservable, expected in ((None, [("Email", address)]), ("false", [("Email", address)]),
                                 ("true", [])):
        text = a_text()
        answer = send(server, entry(("Email", None), tokens=[text], ReporteeNumber=number,
                                    IsReservable=reservable))
        equal(results(answer)[0][1:], (number, [(kind, to, True, "Prøve Person")
                                                for kind, to in expected]), reservable)
        equal(len(planned(server, text, "1")), len(expected), "planned")


# ---------------------------------------------------------------- what is refused


def of(**registered):
    """Addresses of a new organisation instead of REPORTEE's."""
    return lambda server: {"ReporteeNumber": organization(server, **registered)}


FAULTS = {
    "no NotificationType": (1, [("Email", None)], {"NotificationType": None}),
    "an unknown NotificationType": (1, [("Email", None)], {"NotificationType": "Varsel"}),
    "an unknown language": (40001, [("Email", None)], {"LanguageID": 1045}),
    "no language": (40001, [("Email", None)], {"LanguageID": None}),
    "a FromAddress that is none": (40020, [("Email", None)], {"FromAddress": "post@"}),
    "IM": (40015, [("IM", None)], {}),
    "no TransportType": (40015, [(None, None)], {}),
    "an address with Both": (30009, [("Both", "post@a.example")], {}),
    "an address with SMSPreferred": (30009, [("SMSPreferred", "91929394")], {}),
    "an address with EmailPreferred": (30009, [("EmailPreferred", "post@a.example")], {}),
    "a wrong e-mail address": (30010, [("Email", "post@a-.example")], {}),
    "a wrong country code": (30302, [("SMS", "+99912345678")], {}),
    "a wrong Norwegian number": (30303, [("SMS", "21929394")], {}),
    "SMS without number": (30301, [("SMS", None)], of(emails=["a@b.example"])),
    "Email without e-mail": (30304, [("Email", None)], of(mobiles=["91929394"])),
    "Email of a person without data": (30306, [("Email", None)],
                                       lambda server: {"ReporteeNumber": person(server)}),
    "SMSPreferred without any": (30307, [("SMSPreferred", None)], of()),
    "EmailPreferred without any": (30308, [("EmailPreferred", None)], of()),
    "Both with e-mail alone": (30309, [("Both", None)], of(emails=["a@b.example"])),
    "Both with SMS alone": (30309, [("Both", None)], of(mobiles=["91929394"])),
    "no end point, with e-mail alone": (30309, [], of(emails=["a@b.example"])),
    "Both without any": (30304, [("Both", None)], of()),
    "PriorityEmailSMSReminder without any": (30312, [("PriorityEmailSMSReminder", None)], of()),
    "a registered address that is none": (30010, [("Email", None)], of(emails=["a@b-.example"])),
    "too many end points": (40014, [("Email", f"a{i}@b.example") for i in range(51)], {}),
    "no reportee": (40007, [("Email", "a@b.example")], {"ReporteeNumber": None}),
    "no number": (60012, [("Email", "a@b.example")], {"ReporteeNumber": "91082060"}),
    "an unknown organisation": (60012, [("Email", "a@b.example")],
                                {"ReporteeNumber": "974760673"[::-1]}),
    "an unknown person": (60012, [("Email", "a@b.example")],
                          lambda _: {"ReporteeNumber": person_number()}),
    "a wrong personal number": (40016, [("Email", "a@b.example")],
                                {"ReporteeNumber": "15819010028"}),
    "a deleted organisation": (60012, [("Email", "a@b.example")],
                               of(emails=["a@b.example"], status=2)),
    "a dead person": (60012, [("Email", "a@b.example")],
                      lambda server: {"ReporteeNumber": person(server, dead=True)}),
    "an unknown service": (40013, [("Email", None)], {"Service": about("4255", 99)}),
    "a service without code": (40013, [("Email", None)], {"Service": about(NIL, 1)}),
    "a service of another": (5, [("Email", None)], lambda server: {
        "Service": about(service(server, owner=sender(server, kind=1)), 1)}),
    "a template without text for the channel": (1, [("SMS", None)], lambda server: {
        "NotificationType": template(server, email="{0}")}),
}


@case_table(FAULTS)
def every_problem_is_a_fault(server, error_id, points, values):
    values = values(server) if callable(values) else values
    good = entry(("Email", an_address()), tokens=[a_text()])
    refused(server, error_id, good, entry(*points, tokens=[a_text()], **values))


@case
def the_text_names_the_address_to_the_caller_and_not_to_the_log(server):
    number = person(server, email="dulgt@b-.example")
    fault = refused(server, 30010, entry(("Email", None), tokens=[a_text()],
                                         ReporteeNumber=number))
    equal(fault.message, "The ReceiverAddress/User profile must contain a valid emailaddress. "
                         f"Address: dulgt@b-.example, User: {number[:6]}*****")
    long = "ø" * 254 + "@b.example"
    message = refused(server, 30010, entry(("Email", long), tokens=[a_text()])).message
    true(message.endswith("ø"), "the text was cut between two characters")
    server.logged(fault.members["ErrorGuid"])
    for secret in ("dulgt@b-.example", number, "ø" * 20):
        true(secret not in server.log(), f"{secret} is in the log")


@case
def a_call_without_entries_or_with_too_many_is_refused(server):
    refused(server, 1)
    refused(server, 1, '<sn0910:StandaloneNotification i:nil="true"/>')
    many = [entry(("Email", f"{n}@b.example")) for n in range(101)]
    refused(server, 40014, *many)
    text = a_text()
    answer = send(server, *(entry(("Email", f"{n}@b.example"), tokens=[text])
                            for n in range(100)))
    equal(len(results(answer)), 100)
    equal(len(planned(server, text, "1")), 100)


@case
def only_active_senders_may(server):
    one = entry(("Email", an_address()), tokens=[a_text()])
    equal(send(server, one, password="wrong").fault().error_id, 989)
    for status, error_id in ((1, None), (2, 5), (3, 5)):
        login = caller(server, sender(server, status=status))
        options = {"user": login["systemUserName"], "password": login["systemPassword"]}
        if error_id is None:
            equal(send(server, one, **options).status, 200, "a DPV customer")
        else:
            refused(server, error_id, one, **options)


# ---------------------------------------------------------------- once


@case
def the_same_call_again_sends_nothing_and_has_the_first_answer(server):
    text, address = a_text(), an_address()
    unit = organization(server, emails=[address])
    values = {"tokens": [text], "ReporteeNumber": unit}
    first = send(server, entry(("Email", None), **values))
    server.sql(f"DELETE FROM dpvd.notification_address WHERE organization_number = '{unit}';")
    soon = (datetime.datetime.now(datetime.timezone.utc)
            + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    again = send(server, entry(("Email", None), ShipmentDateTime=soon, **values))
    equal(again.body, first.body)
    equal(send(server, entry(("Email", None), **values), version="").status, 200,
          "through another operation")
    equal(planned(server, text, "n.recipient"), [[address]])
    equal(server.sql("SELECT result, count(*), count(digest), count(organization) "
                     "FROM dpvd.audit_log WHERE correspondence_id = (SELECT correspondence_id "
                     f"FROM dpvd.notification_order WHERE reportee = '{unit}') "
                     "GROUP BY 1 ORDER BY 1;"), [["ordered", "1", "1", "1"],
                                                 ["retry", "2", "2", "0"]], "audit rows")


@case
def the_same_call_at_once_is_stored_once(server):
    text = a_text()
    one = entry(("Email", an_address()), tokens=[text])
    answers = at_once([lambda: send(server, one) for _ in range(8)])
    equal({answer.body for answer in answers}, {answers[0].body})
    equal(len(planned(server, text, "1")), 1)


@case
def what_differs_is_sent(server):
    text, address = a_text(), an_address()
    later = ["2040-01-01T08:00:00Z", "2040-01-02T08:00:00Z"]
    one = entry(("Email", address), tokens=[text])
    calls = [[one], [one, one], *([entry(("Email", address), tokens=[text], ShipmentDateTime=when)]
                                  for when in later),
             [entry(("Email", address), tokens=[text], UseServiceOwnerShortNameAsSenderOfSms="true")]]
    for entries in calls:
        equal(send(server, *entries).status, 200)
    equal(send(server, one, user="demo2").status, 200, "another sender")
    equal(len(planned(server, text, "1")), 7)


@case
def after_some_hours_it_is_another_call(server):
    text = a_text()
    one = entry(("Email", an_address()), tokens=[text])
    for age, rows in ((0, 1), (11, 1), (2, 2), (11, 2)):
        server.sql(f"UPDATE dpvd.standalone s SET created = created - interval '{age} h' FROM "
                   "dpvd.notification_order o WHERE o.sender_id = s.sender_id AND "
                   f"o.correspondence_id = s.id AND {literal(text)} = ANY (o.token_values);")
        equal(len(end_points(send(server, one))), 1, "answer")
        equal(len(planned(server, text, "1")), rows, f"after {age} hours")


@case
def repetitions_need_not_be_looked_for(server):
    text = a_text()
    one = entry(("Email", an_address()), tokens=[text])
    with server.process(standalone_repeat=0) as (_, url):
        for _ in range(2):
            equal(len(end_points(send(server, one, url=url))), 1)
    equal(planned(server, text, "s.digest IS NULL"), [["t"], ["t"]])


# ---------------------------------------------------------------- on its way


@case
def it_goes_out_as_those_of_messages_do(server):
    text, address, numbers = a_text() + " $reporteeName$", an_address(), (a_number(), a_number())
    answer = send(server, entry(("Email", address), ("SMS", numbers[0]), tokens=[text],
                                UseServiceOwnerShortNameAsSenderOfSms="true",
                                FromAddress="saksbehandler@etat.example"),
                  entry(("SMS", numbers[1]), tokens=[text], Service=about("4255", 10),
                        ReporteeNumber=PERSON))
    equal(answer.status, 200)
    with MailServer() as mail, SmsServer() as sms, Notifier(
            server, smtp_url=mail.url, sms_url=sms.url, mail_from="noreply@altinn.example"):
        wait_sent(server, text, True, True, True)
        (got,) = mail.to(address)
        expected = text.replace("$reporteeName$", "BLÅBÆR OG RØMME AS")
        equal((got["Subject"], got.text), (SUBJECT, expected))
        equal((str(got["From"]), str(got["Reply-To"])),
              ("noreply@altinn.example", "saksbehandler@etat.example"))
        said = {body["to"]: (body["from"], body["text"])
                for body in (json.loads(call.body) for call in sms.calls)}
        equal([said["+47" + number] for number in numbers],
              [("Testdep", expected), ("Altinn", text.replace("$reporteeName$", "Åse Bjørnstø"))])
    equal(server.sql("SELECT DISTINCT a.result, a.endpoint FROM dpvd.audit_log a JOIN "
                     "dpvd.notification_order o ON o.sender_id = a.sender_id AND "
                     "o.correspondence_id = a.correspondence_id WHERE "
                     f"{literal(text)} = ANY (o.token_values) ORDER BY 1;"),
          [["ordered", "NotificationAgencyExternalBasic"], ["sent", "notifier"]], "audit rows")


@case
def a_test_installation_marks_it_and_identity_numbers_are_hidden(server):
    text, address = f"{a_text()} {PERSON}", an_address()
    send(server, entry(("Email", address), tokens=[text]))
    with MailServer() as mail, Notifier(server, smtp_url=mail.url, environment="test"):
        wait_sent(server, text, True)
        (got,) = mail.to(address)
        equal(got.text, "[TEST] " + text.replace(PERSON, PERSON[:6] + "*****"))


@case
def there_is_no_reminder(server):
    """Of a message that nobody can read nobody can be reminded."""
    text, address = a_text(), an_address()
    send(server, entry(("Email", address), tokens=[text], NotificationType="VarselDPVMedRevarsel"))
    equal(planned(server, text, "n.reminder"), [["f"]])


@case
def it_waits_for_its_shipment(server):
    text, address = a_text(), an_address()
    soon = (datetime.datetime.now(datetime.timezone.utc)
            + datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    send(server, entry(("Email", address), tokens=[text], ShipmentDateTime=soon),
         entry(("Email", an_address()), tokens=[text]))
    with MailServer() as mail:
        with Notifier(server, smtp_url=mail.url):
            wait_sent(server, text, False, True)
        with Notifier(server, smtp_url=mail.url, clock_offset=2 * 86400 + 60):
            wait_sent(server, text, True, True)


@case
def one_that_a_notifier_died_with_is_repeated_once(server):
    text, address = a_text(), an_address()
    send(server, entry(("Email", address), tokens=[text]))
    with MailServer() as mail:
        mail.gate.clear()
        with Notifier(server, smtp_url=mail.url) as notifier:
            wait_until(lambda: mail.to(address), 60, "the mail server has it")
            notifier.kill()
            mail.gate.set()
        with Notifier(server, smtp_url=mail.url):
            wait_sent(server, text, True)
        equal(len({got["Message-ID"] for got in mail.to(address)}), 1, "Message-IDs")


@case
def the_operator_lists_and_cancels_it(server):
    text, addresses = a_text(), (an_address(), an_address())
    send(server, entry(*(("Email", to) for to in addresses), tokens=[text]))
    (number,) = {row[0] for row in planned(server, text, "n.correspondence_id")}
    choice = ("--sender", DEMO_NUMBER, "--id", number)
    listed = done(server, "notify", "list", *choice, "--state", "any")
    equal([(row["recipient"], row["state"]) for row in listed],
          [(to, "waiting") for to in addresses])
    equal(done(server, "notify", "cancel", *choice, "--number", 1, "--reason", "feil adresse"),
          {"cancelled": 1})
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        wait_sent(server, text, False, True)
        equal([len(mail.to(to)) for to in addresses], [0, 1], "mails")


# ---------------------------------------------------------------- clients


def client_of(server, contract):
    if contract == "reference" and not REFERENCE_WSDL.exists():
        raise Skip("the reference contract is not beside this repository")
    location = str(REFERENCE_WSDL) if contract == "reference" else server.url + PATH + contract
    session = requests.Session()
    session.trust_env = False
    client = zeep.Client(location, transport=zeep.transports.Transport(session=session))
    return client.create_service(BINDING, server.url + PATH)


@case_table({"reference WSDL": ("reference",), "own WSDL": ("?wsdl",),
             "own single WSDL": ("?singleWsdl",)})
def zeep_calls_every_operation(server, contract):
    calls = client_of(server, contract)
    login = {"systemUserName": "demo", "systemPassword": "demo-password"}

    def order(**values):
        return {"StandaloneNotification": [{
            "LanguageID": 1044, "NotificationType": "TokenTextOnly", "ReporteeNumber": REPORTEE,
            "IsReservable": False, "Service": {"ServiceCode": "4255", "ServiceEdition": 10},
            "Roles": {"RoleName": ["DAGL"]}, "ShipmentDateTime": "0001-01-01T00:00:00",
            "ReceiverEndPoints": {"ReceiverEndPoint": [{"TransportType": "SMS"}]},
            "TextTokens": {"TextToken": [{"TokenNum": 0, "TokenValue": a_text()}]}, **values}]}

    calls.Test()
    equal(calls.SendStandaloneNotificationBasic(**login, standaloneNotifications=order()), None)
    equal(calls.SendStandaloneNotificationBasicV2(
        **login, standaloneNotifications=order(ReporteeNumber=RESERVED, IsReservable=True)),
          f"Reserved against electronic communication: {RESERVED}")
    (result,) = calls.SendStandaloneNotificationBasicV3(**login, standaloneNotifications=order())
    (point,) = result.EndPoints.EndPointResult
    equal((result.NotificationType, result.ReporteeNumber, point.TransportType,
           point.ReceiverAddress, point.RetrieveFromProfile),
          ("TokenTextOnly", REPORTEE, "SMS", "91929394", True))
    try:
        calls.SendStandaloneNotificationBasicV3(
            **login, standaloneNotifications=order(LanguageID=7))
    except zeep.exceptions.Fault as fault:
        equal(fault.detail.findtext(".//fault:ErrorID", None, NAMES), "40001")
    else:
        raise AssertionError("zeep saw no fault")


@case
def a_value_that_is_none_is_named(server):
    body = envelope(member("wnot", OPERATION, Xml(
        member("wnot", "systemUserName", "demo") + member("wnot", "systemPassword", "x")
        + member("wnot", "standaloneNotifications", Xml(
            "<sn0910:StandaloneNotification><not:LanguageID>norsk</not:LanguageID>"
            "</sn0910:StandaloneNotification>")))))
    fault = server.request("POST", PATH, body, soap_headers(ACTION + OPERATION)).fault()
    equal((fault.code, fault.error_id), ("Client", 0))
    contains(fault.message, "LanguageID")


if __name__ == "__main__":
    main(notifier="off", allow_synthetic_persons="on")
