#!/usr/bin/python3
"""Notifications when things go wrong: notifiers that meet or die, gateways that refuse, fail or are
gone, senders that send by the hundred (domain.md 6, security.md 5)."""

from gateways import MailServer, SmsServer, closed_port
from notifying import Notifier, a_number, an_address, insert, order, rows, wait_rows, wait_sent
from support import at_once, case, case_table, equal, literal, main, true, wait_until


# ---------------------------------------------------------------- once, whatever happens


@case
def two_notifiers_send_everything_once(server):
    addresses = [an_address() for _ in range(60)]
    references = [insert(server, *(order(("Email", to)) for to in addresses[i:i + 6]))
                  for i in range(0, 60, 6)]
    with MailServer() as mail, Notifier(server, smtp_url=mail.url) as one, \
            Notifier(server, smtp_url=mail.url) as two:
        for reference in references:
            wait_sent(server, reference, *[True] * 6)
        equal([len(mail.to(to)) for to in addresses], [1] * 60, "mails to each")
        equal(one.counted("email", "repeated") + two.counted("email", "repeated"), 0, "repeats")
    for status in server.history(references).statuses():
        true(all(entry[2] for entry in status.notifications), "all SentDates are there")


@case
def a_mail_whose_notifier_died_is_repeated_once(server):
    address = an_address()
    reference = insert(server, order(("Email", address)))
    with MailServer() as mail:
        mail.gate.clear()
        with Notifier(server, smtp_url=mail.url) as notifier:
            wait_until(lambda: mail.to(address), 60, "the mail is handed over")
            notifier.kill()
        mail.gate.set()
        with Notifier(server, smtp_url=mail.url) as notifier:
            wait_sent(server, reference, True)
            equal(notifier.counted("email", "repeated"), 1, "metric")
            wait_until(lambda: notifier.logged("notification_repeated"), 60, "the log")
        first, second = mail.to(address)
        equal(first["Message-ID"], second["Message-ID"], "Message-ID")
    equal(rows(server, reference, "n.repeated, n.started"), [["t", ""]])


@case
def there_is_no_second_repeat(server):
    address = an_address()
    reference = insert(server, order(("Email", address)))
    with MailServer() as mail:
        mail.gate.clear()
        for sent in (1, 2):
            with Notifier(server, smtp_url=mail.url) as notifier:
                wait_until(lambda: len(mail.to(address)) == sent, 60, "the mail is handed over")
                notifier.kill()
        mail.gate.set()
        with Notifier(server, smtp_url=mail.url) as notifier:
            wait_rows(server, reference, "n.sent, n.failed IS NOT NULL, n.reason",
                      [["", "t", "unknown"]])
            wait_until(lambda: notifier.counted("email", "failed") == 1, 60, "metric")
        equal(len(mail.to(address)), 2, "mails")


@case
def what_was_only_claimed_is_no_repeat(server):
    """The notifier dies with a batch in its hands, of which one was under way."""
    address = an_address()
    reference = insert(server, *(order(("Email", f"{n}-{address}")) for n in range(5)))
    with MailServer() as mail:
        mail.gate.clear()
        with Notifier(server, smtp_url=mail.url) as notifier:
            wait_until(lambda: mail.mails, 60, "the first mail is handed over")
            notifier.kill()
        mail.gate.set()
        with Notifier(server, smtp_url=mail.url):
            wait_sent(server, reference, *[True] * 5)
    equal(server.value("SELECT count(*) FROM dpvd.notification n JOIN dpvd.correspondence c "
                       "ON c.sender_id = n.sender_id AND c.id = n.correspondence_id "
                       f"WHERE n.repeated AND c.senders_reference = {literal(reference)};"), "1")


@case
def a_lost_connection_loses_no_mail(server):
    address = an_address()
    reference = insert(server, order(("Email", address)))
    with MailServer() as mail:
        mail.gate.clear()
        with Notifier(server, smtp_url=mail.url) as notifier:
            wait_until(lambda: mail.to(address), 60, "the mail is handed over")
            server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                       "WHERE usename = 'dpvd_background';")
            mail.gate.set()
            wait_sent(server, reference, True)
            equal(len(mail.to(address)), 1, "mails")
            equal(notifier.counted("email", "repeated"), 0, "repeats")


@case
def what_was_sent_is_noted_although_another_took_it_over(server):
    """The first notifier waits for the gateway while its connections are cut; the second one takes
    over, and dies in the same place."""
    address = an_address()
    reference = insert(server, order(("Email", address)))
    with MailServer() as mail:
        mail.gate.clear()
        with Notifier(server, smtp_url=mail.url, gateway_timeout="120s"):
            wait_until(lambda: len(mail.to(address)) == 1, 60, "the mail is handed over")
            server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                       "WHERE usename = 'dpvd_background';")
            with Notifier(server, smtp_url=mail.url) as other:
                wait_until(lambda: len(mail.to(address)) == 2, 60, "it is handed over again")
                other.kill()
            mail.gate.set()
            wait_sent(server, reference, True)
    equal(rows(server, reference, "n.repeated, n.failed, n.reason"), [["t", "", ""]])


# ---------------------------------------------------------------- when it does not work


@case_table({
    "a full mailbox": ("452 4.2.2 Mailbox full", "later: 452 4.2.2 Mailbox full"),
    "a server that is closing": ("421 4.3.2 Bye", "gateway: 421 4.3.2 Bye"),
})
def it_is_tried_again_after(server, reply, reason):
    address = an_address()
    reference = insert(server, order(("Email", address)))
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        mail.answers[address] = reply
        wait_rows(server, reference, "n.tries > 0, n.reason, n.sent, n.failed",
                  [["t", reason, "", ""]])
        del mail.answers[address]
        wait_sent(server, reference, True)
    equal(rows(server, reference, "n.reason"), [[""]], "reason")


@case
def a_refused_address_fails_at_once_and_the_others_go_on(server):
    bad, good = an_address(), an_address()
    reference = insert(server, order(("Email", bad), ("Email", good)))
    with MailServer() as mail:
        mail.answers[bad] = "550 5.1.1 No such user"
        with Notifier(server, smtp_url=mail.url) as notifier:
            wait_rows(server, reference, "n.sent IS NULL, n.failed IS NULL, n.tries, n.reason",
                      [["t", "f", "1", "refused: 550 5.1.1 No such user"], ["f", "t", "1", ""]])
            wait_until(lambda: notifier.counted("email", "failed") == 1, 60, "metric")
    entries = server.history([reference]).statuses()[0].notifications
    equal([bool(entry[2]) for entry in entries], [False, True], "SentDate")
    equal(server.sql("SELECT a.result FROM dpvd.audit_log a JOIN dpvd.correspondence c "
                     "ON c.sender_id = a.sender_id AND c.id = a.correspondence_id WHERE "
                     f"a.endpoint = 'notifier' AND c.senders_reference = {literal(reference)} "
                     "ORDER BY 1;"), [["failed"], ["sent"]], "audit rows")


@case
def after_a_while_it_is_given_up(server):
    address = an_address()
    reference = insert(server, order(("Email", address)))
    with MailServer() as mail:
        mail.answers[address] = "451 4.7.1 Later"
        with Notifier(server, smtp_url=mail.url, notification_give_up="1s"):
            wait_rows(server, reference, "n.failed IS NOT NULL, n.tries >= 4, n.sent",
                      [["t", "t", ""]])


@case
def a_dead_mail_server_holds_up_neither_sms_nor_messages(server):
    address, number = an_address(), a_number()
    with closed_port() as port, SmsServer() as sms, Notifier(
            server, smtp_url=f"smtp://127.0.0.1:{port}", sms_url=sms.url) as notifier:
        reference = insert(server, order(("Email", address), ("SMS", number)))
        wait_sent(server, reference, False, True)
        wait_until(lambda: notifier.metrics()['dpvd_gateway_up{channel="email"}'] == "0", 60,
                   "the gateway is down in the metrics")
        wait_until(lambda: int(notifier.metrics()['dpvd_notifications_due{channel="email"}']) > 0,
                   60, "the queue shows in the metrics")
        insert(server)
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        wait_sent(server, reference, True, True)


@case
def one_sender_does_not_wait_for_another_ones_hundreds(server):
    mass = [insert(server, *(order(("Email", an_address())) for _ in range(10)))
            for _ in range(12)]
    address = an_address()
    single = insert(server, order(("Email", address)), systemUserName="demo2",
                    systemPassword="demo2-password", SystemUserCode=None)
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        wait_sent(server, single, True)
        place = [mail_.recipients for mail_ in mail.mails].index([address])
        true(place < 40, f"it was number {place} of 121")
        for reference in mass:
            wait_sent(server, reference, *[True] * 10)


@case
def a_rate_is_kept(server):
    reference = insert(server, *(order(("Email", an_address())) for _ in range(8)))
    with MailServer() as mail, Notifier(server, smtp_url=mail.url, smtp_rate=240):
        wait_sent(server, reference, *[True] * 8)
    (row,) = server.sql(
        "SELECT extract(epoch FROM max(n.sent) - min(n.sent)) FROM dpvd.notification n "
        "JOIN dpvd.correspondence c ON c.sender_id = n.sender_id AND c.id = n.correspondence_id "
        f"WHERE c.senders_reference = {literal(reference)};")
    true(float(row[0]) >= 0.7, f"8 mails in {row[0]} s, four a second are allowed")


@case
def inserts_and_notifiers_do_not_disturb_each_other(server):
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        references = at_once([lambda: insert(server, order(("Email", an_address())))] * 8)
        for reference in references:
            wait_sent(server, reference, True)


if __name__ == "__main__":
    main(notifier="off")
