#!/usr/bin/python3
"""Notifications that really go out: through a mail server and an SMS gateway, now or in a week
(domain.md 6). Each case has addresses of its own, so that what others left in the queue does not
matter."""

import contextlib
import datetime
import http.client
import json
import subprocess
import zoneinfo

from gateways import MailServer, SmsServer
from notifying import (
    SUBJECT, TEXT, Notifier, a_number, an_address, insert, order, read, rows, wait_rows, wait_sent)
from register_rows import organization, role
from support import (
    DPVD, REPORTEE, case, case_table, contains, equal, literal, main, true, wait_until)

WEEK = 7 * 86400
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")

UNOPENED = {  # in the subject, in the text
    "1044": ("Uåpnet taushetsbelagt post til Prøve", "Påminnelse: Prøve"),
    "2068": ("Uopna teiepliktig post til Prøve", "Påminning: Prøve"),
    "1033": ("Unopened confidential mail for Prøve", "Reminder: Prøve"),
}


# ---------------------------------------------------------------- the way of a notification


@case
def mail_and_sms_go_out_and_the_sender_sees_it(server):
    address, number = an_address(), a_number()
    reference = insert(server, order(("Email", address), ("SMS", number),
                                     FromAddress="saksbehandler@etat.example"))
    equal([entry[2] for entry in server.history([reference]).statuses()[0].notifications],
          [None, None], "SentDate before")
    with MailServer() as mail, SmsServer() as sms, Notifier(
            server, smtp_url=mail.url, sms_url=sms.url, sms_id='"id":"',
            mail_from="noreply@altinn.example") as notifier:
        wait_sent(server, reference, True, True)
        for channel in ("email", "sms"):  # counted behind the commit
            wait_until(lambda channel=channel: notifier.counted(channel, "sent") >= 1, 60, channel)
        (got,) = mail.to(address)
        equal((got["Subject"], got.text), (SUBJECT, TEXT))
        equal((str(got["From"]), str(got["Reply-To"])),
              ("noreply@altinn.example", "saksbehandler@etat.example"))
        bodies = [json.loads(call.body) for call in sms.calls]
        (body,) = [body for body in bodies if body["to"] == "+47" + number]
        equal((body["text"], body["from"]), (TEXT, "Altinn"))
        contains(got["Message-ID"], f"<{body['id'].rsplit('.', 1)[0]}.1@")
    entries = server.history([reference]).statuses()[0].notifications
    equal([entry[:2] for entry in entries], [("Email", address), ("SMS", number)])
    true(all(entry[2] for entry in entries), f"SentDate after: {entries}")
    equal(server.details(SendersReference=reference, NotificationSent="true").references(),
          [reference], "NotificationSent")
    equal(rows(server, reference, "n.gateway_id, n.tries, n.started, n.claimed_by")[1],
          ["sms-7", "1", "", ""])
    equal(server.sql("SELECT result, count(*) FROM dpvd.audit_log a JOIN dpvd.correspondence c "
                     "ON c.sender_id = a.sender_id AND c.id = a.correspondence_id "
                     f"WHERE a.endpoint = 'notifier' AND c.senders_reference = "
                     f"{literal(reference)} GROUP BY 1;"), [["sent", "2"]], "audit rows")


@case
def nobody_sees_the_address_or_the_text_in_the_log(server):
    address, number = an_address(), a_number()
    reference = insert(server, order(("Email", address), ("SMS", number), tokens=("Hemmelig",)))
    with MailServer() as mail, SmsServer() as sms, Notifier(
            server, smtp_url=mail.url, sms_url=sms.url) as notifier:
        mail.answers[address] = f"421 4.3.2 No {address} today"
        wait_until(lambda: notifier.logged("gateway_down"), 60, "a gateway that is down is logged")
        mail.answers[address] = f"550 5.1.1 {address} unknown"
        wait_rows(server, reference, "n.sent IS NOT NULL, n.failed IS NOT NULL",
                  [["f", "t"], ["t", "f"]])
        wait_until(lambda: notifier.logged("notification_failed"), 60, "a failure is logged")
        for secret in (address, number, "Hemmelig"):
            true(not notifier.logged(secret), f"{secret} is in the log")


@case
def a_reminder_follows_after_a_week(server):
    prefixes = {"1044": "Påminnelse: ", "2068": "Påminning: ", "1033": "Reminder: "}
    addresses = {language: an_address() for language in prefixes}
    reference = insert(server, *(
        order(("Email", addresses[language]), template="VarselDPVMedRevarsel",
              LanguageCode=language) for language in prefixes))
    with MailServer() as mail:
        with Notifier(server, smtp_url=mail.url):
            wait_sent(server, reference, *[True] * 3, *[False] * 3)
        with Notifier(server, smtp_url=mail.url, clock_offset=WEEK - 3600):
            probe = insert(server, order(("Email", an_address())))
            wait_sent(server, probe, True)  # whoever was due was served
        wait_sent(server, reference, *[True] * 3, *[False] * 3)
        with Notifier(server, smtp_url=mail.url, clock_offset=WEEK + 60):
            wait_sent(server, reference, *[True] * 6)
        for language, prefix in prefixes.items():
            first, reminder = mail.to(addresses[language])
            equal((first.text, reminder.text), (TEXT, prefix + TEXT))
            equal(first["Subject"], reminder["Subject"], "subject")
    entries = server.history([reference]).statuses()[0].notifications
    equal([bool(entry[2]) for entry in entries], [True] * 6, "SentDate")


@case
def a_message_that_was_read_has_no_reminder(server):
    address, other = an_address(), an_address()
    reference, unread = (insert(server, order(("Email", to), template="VarselDPVMedRevarsel"))
                         for to in (address, other))
    with MailServer() as mail:
        with Notifier(server, smtp_url=mail.url):
            wait_sent(server, reference, True, False)
            wait_sent(server, unread, True, False)
        read(server, reference)
        with Notifier(server, smtp_url=mail.url, clock_offset=WEEK + 60):
            wait_sent(server, unread, True, True)
            wait_rows(server, reference, "n.cancelled IS NOT NULL, n.reason",
                      [["f", ""], ["t", "read"]])
        equal((len(mail.to(address)), len(mail.to(other))), (1, 2), "mails")
    entries = server.history([reference]).statuses()[0].notifications
    equal([bool(entry[2]) for entry in entries], [True, False], "it stays listed")


@case
def unopened_confidential_mail_is_reminded_of(server):
    """Also when the sender asked for no reminder, without a word of its own (domain.md 3.3 g)."""
    addresses = {language: an_address() for language in UNOPENED}
    references = {}
    for language, address in addresses.items():
        reportee = organization(server, emails=[address])
        role(server, reportee)
        references[language] = insert(
            server, order(("Email", None), LanguageCode=language), Reportee=reportee,
            ServiceCode="5504", ServiceEdition="1", MessageTitle="Om barnevern")
    read_one = insert(server, order(("Email", None)), Reportee=reportee, ServiceCode="5504",
                      ServiceEdition="1")
    with MailServer() as mail:
        with Notifier(server, smtp_url=mail.url):
            for reference in (*references.values(), read_one):
                wait_sent(server, reference, True, False)
        read(server, read_one)
        with Notifier(server, smtp_url=mail.url, clock_offset=WEEK + 60):
            for reference in references.values():
                wait_sent(server, reference, True, True)
            wait_rows(server, read_one, "n.reason", [[""], ["read"]])
        for language, (subject, text) in UNOPENED.items():
            reminder = mail.to(addresses[language])[-1]
            true(subject in reminder["Subject"], f"subject {reminder['Subject']!r}")
            true(text in reminder.text, f"text {reminder.text!r}")
            true("barnevern" not in reminder.text + reminder["Subject"], "the title is not told")


@case
def a_sender_that_has_left_changes_nothing(server):
    """With its agreement its status rows are gone (domain.md 10.4), its recipients are not."""
    reference = insert(server, order(("Email", an_address()), template="VarselDPVMedRevarsel"))
    server.sql("DELETE FROM dpvd.correspondence_state s USING dpvd.correspondence c "
               "WHERE c.sender_id = s.sender_id AND c.id = s.id "
               f"AND c.senders_reference = {literal(reference)};")
    with MailServer() as mail:
        with Notifier(server, smtp_url=mail.url):
            wait_sent(server, reference, True, False)
        with Notifier(server, smtp_url=mail.url, clock_offset=WEEK + 60):
            wait_sent(server, reference, True, True)


@case
def the_week_begins_when_the_first_one_was_sent(server):
    """Due a week after the message, but the first notification went out three days late."""
    address, probe_address = an_address(), an_address()
    reference = insert(server, order(("Email", address), template="VarselDPVMedRevarsel"))
    with MailServer() as mail:
        with Notifier(server, smtp_url=mail.url, clock_offset=3 * 86400):
            wait_sent(server, reference, True, False)
        probe = insert(server, order(("Email", probe_address)))
        with Notifier(server, smtp_url=mail.url, clock_offset=WEEK + 60):
            wait_sent(server, probe, True)
            wait_rows(server, reference, "n.next_try > n.due + interval '2 days'",
                      [[""], ["t"]])
        equal(len(mail.to(address)), 1, "mails after a week")
        with Notifier(server, smtp_url=mail.url, clock_offset=WEEK + 3 * 86400 + 60):
            wait_sent(server, reference, True, True)


@case
def nothing_goes_out_before_it_is_visible_or_to_be_shipped(server):
    soon = (datetime.datetime.now(datetime.timezone.utc)
            + datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    hidden = insert(server, order(("Email", an_address())), VisibleDateTime=soon)
    held = insert(server, order(("Email", an_address()), ShipmentDateTime=soon))
    at_once_ = insert(server, order(("Email", an_address())))
    with MailServer() as mail:
        with Notifier(server, smtp_url=mail.url):
            wait_sent(server, at_once_, True)
        equal((rows(server, hidden, "n.sent"), rows(server, held, "n.sent")), ([[""]], [[""]]))
        with Notifier(server, smtp_url=mail.url, clock_offset=2 * 86400 + 60):
            wait_sent(server, hidden, True)
            wait_sent(server, held, True)


@case
def sms_wait_for_the_morning(server):
    """The notifier's clock runs so far ahead that it is a second before nine in Oslo."""
    now = datetime.datetime.now(OSLO)
    nine = (now + datetime.timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    offset = int(nine.timestamp() - now.timestamp()) - 2
    address, number = an_address(), a_number()
    reference = insert(server, order(("Email", address), ("SMS", number)))
    with MailServer() as mail, SmsServer() as sms, Notifier(
            server, smtp_url=mail.url, sms_url=sms.url, sms_window="09:00-17:15",
            clock_offset=offset):
        wait_sent(server, reference, True, True)
    sent = rows(server, reference, "extract(epoch FROM n.sent)")
    true(float(sent[1][0]) >= nine.timestamp(), f"sent at {sent[1]}, nine is {nine.timestamp()}")


@case
def a_withdrawn_message_is_not_told_of(server):
    reference = insert(server, order(("Email", an_address())))
    server.sql("INSERT INTO dpvd.withdrawal SELECT sender_id, id, now(), 'mis-sent' "
               f"FROM dpvd.correspondence WHERE senders_reference = {literal(reference)};")
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        wait_rows(server, reference, "n.sent, n.cancelled IS NOT NULL, n.reason",
                  [["", "t", "withdrawn"]])


# ---------------------------------------------------------------- texts


@case
def outside_of_production_the_text_says_so(server):
    address, number = an_address(), a_number()
    reference = insert(server, order(("Email", address), ("SMS", number)))
    with MailServer() as mail, SmsServer() as sms, Notifier(
            server, smtp_url=mail.url, sms_url=sms.url, environment="test",
            portal_name="Etatens innboks"):
        wait_sent(server, reference, True, True)
        (got,) = mail.to(address)
        equal((got["Subject"], got.text),
              ("[TEST] Ny melding tilgjengelig i Etatens innboks for BLÅBÆR OG RØMME AS",
               "[TEST] " + TEXT))
        texts = [json.loads(call.body)["text"] for call in sms.calls
                 if json.loads(call.body)["to"] == "+47" + number]
        equal(texts, ["[TEST] " + TEXT])


@case
def tokens_macros_and_identity_numbers(server):
    address = an_address()
    reference = insert(server, order(
        ("Email", address), template="TokenTextOnly",
        tokens=("Om\r\nBcc: x@example.org $reporteeNumber$", "Gjelder 15819010029 i {0}\n"
                "$reporteePostalArea$: $servicename|SC:5504|SEC:1$, $servicename$")))
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        wait_sent(server, reference, True)
    (got,) = mail.to(address)
    equal((got["Subject"], got["Bcc"]), ("Om Bcc: x@example.org " + REPORTEE, None))
    equal(got.text.splitlines(),
          ["Gjelder 158190***** i {0}", "BRUMUNDDAL: Taushetsbelagt post fra det offentlige, "
           "Post fra det offentlige innenfor administrasjon"])


@case
def without_tokens_the_subject_is_said(server):
    number = a_number()
    reference = insert(server, order(("SMS", number), tokens=()))
    with SmsServer() as sms, Notifier(server, sms_url=sms.url):
        wait_sent(server, reference, True)
    equal([json.loads(call.body)["text"] for call in sms.calls
           if json.loads(call.body)["to"] == "+47" + number], [SUBJECT])


@case
def a_service_owner_may_show_its_short_name(server):
    numbers = a_number(), a_number()
    owner, plain = (insert(server, order(("SMS", number))) for number in numbers)
    server.sql("UPDATE dpvd.notification_order o SET short_name = true FROM dpvd.correspondence c "
               "WHERE c.sender_id = o.sender_id AND c.id = o.correspondence_id "
               f"AND c.senders_reference = {literal(owner)};")
    with SmsServer() as sms, Notifier(server, sms_url=sms.url):
        wait_sent(server, owner, True)
        wait_sent(server, plain, True)
    shown = {json.loads(call.body)["to"]: json.loads(call.body)["from"] for call in sms.calls}
    equal([shown["+47" + number] for number in numbers], ["Testdep", "Altinn"])


@case
def the_from_address_of_our_own_domain_is_used(server):
    address = an_address()
    reference = insert(server, order(("Email", address), FromAddress="post@Etat.example"))
    with MailServer() as mail, Notifier(server, smtp_url=mail.url,
                                        mail_domains="x.example, etat.example"):
        wait_sent(server, reference, True)
    (got,) = mail.to(address)
    equal((str(got["From"]), got["Reply-To"]), ("post@Etat.example", None))


# ---------------------------------------------------------------- life


@case
def serve_sends_too_unless_it_is_told_not_to(server):
    reference = insert(server, order(("Email", an_address())))
    with MailServer() as mail:
        with server.process(notifier="on", notifier_interval="20ms", smtp_url=mail.url,
                            smtp_tls="off"):
            wait_sent(server, reference, True)


@case
def work_ends_cleanly_and_listens_to_operators_only(server):
    with MailServer() as mail, Notifier(server, smtp_url=mail.url) as notifier:
        admin = notifier.admin
        equal(notifier.log.read_text(encoding="utf-8").count("event=listening"), 1, "listeners")
        connection = http.client.HTTPConnection(admin.hostname, admin.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", "/health/live")
            equal(connection.getresponse().status, 200)
        notifier.child.terminate()
        equal(notifier.child.wait(60), 0, "exit status")


@case_table({
    "a window": ({"sms_window": "9-17"}, "sms_window"),
    "a sender": ({"mail_from": "nobody"}, "mail_from"),
    "a gateway": ({"smtp_url": "ftp://x"}, "is no address of a gateway"),
})
def a_wrong_setting_is_told_by_check_and_at_the_start(server, settings, text):
    for verb in ("check", "work"):
        done = subprocess.run(
            [DPVD, verb, "-c", server.env["CONFIG_FILE"], *server.options(**settings)],
            capture_output=True, text=True, timeout=60, check=False)
        equal(done.returncode, 1, verb)
        contains(done.stderr, text)


if __name__ == "__main__":
    main(notifier="off")
