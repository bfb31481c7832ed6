#!/usr/bin/python3
"""What the operator does about notifications: looks, tries again, cancels, changes texts."""

from admin_calls import audited, done, refused
from gateways import MailServer
from notifying import Notifier, an_address, insert, order, wait_rows, wait_sent
from support import (
    DEMO2_NUMBER, DEMO_NUMBER, case, case_table, contains, equal, literal, main, true, unique,
    wait_until)


def message_id(server, reference):
    return server.value("SELECT id FROM dpvd.correspondence "
                        f"WHERE senders_reference = {literal(reference)};")


def fail(server, mail, *addresses):
    """A message whose notifications were all refused: its reference and number."""
    reference = insert(server, *(order(("Email", address)) for address in addresses))
    for address in addresses:
        mail.answers[address] = "550 5.1.1 No such user"
    with Notifier(server, smtp_url=mail.url):
        wait_rows(server, reference, "n.failed IS NOT NULL", [["t"]] * len(addresses))
    mail.answers.clear()
    return reference, message_id(server, reference)


@case
def what_has_failed_is_listed_and_shown_with_its_reason(server):
    address = an_address()
    with MailServer() as mail:
        _, number = fail(server, mail, address)
    (listed,) = [row for row in done(server, "notify", "list") if str(row["id"]) == number]
    equal((listed["sender"], listed["channel"], listed["state"], listed["tries"]),
          (DEMO_NUMBER, "email", "failed", 1))
    true("recipient" not in listed and "reason" not in listed, f"only of one message: {listed}")
    (shown,) = done(server, "notify", "list", "--sender", DEMO_NUMBER, "--id", number)
    equal((shown["recipient"], shown["reason"]), (address, "refused: 550 5.1.1 No such user"))
    equal(done(server, "notify", "list", "--sender", DEMO2_NUMBER, "--state", "any"), [])
    equal(audited(server)[:2], ["admin notify list", "ok"])


@case
def what_has_failed_is_tried_again(server):
    addresses = an_address(), an_address()
    with MailServer() as mail:
        reference, number = fail(server, mail, *addresses)
        equal(done(server, "notify", "retry", "--sender", DEMO_NUMBER, "--id", number,
                   "--number", 2), {"tried_again": 1})
        with Notifier(server, smtp_url=mail.url):
            wait_sent(server, reference, False, True)
        equal(done(server, "notify", "retry", "--failed-since", "2020-01-01")["tried_again"] >= 1,
              True)
        with Notifier(server, smtp_url=mail.url):
            wait_sent(server, reference, True, True)
    equal(done(server, "notify", "retry", "--sender", DEMO_NUMBER, "--id", number),
          {"tried_again": 0}, "what was sent")


@case
def what_waits_is_cancelled(server):
    addresses = an_address(), an_address()
    reference = insert(server, *(order(("Email", address)) for address in addresses))
    number = message_id(server, reference)
    equal(done(server, "notify", "cancel", "--sender", DEMO_NUMBER, "--id", number, "--number", 1,
               "--reason", "feil adresse"), {"cancelled": 1})
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        wait_rows(server, reference, "n.sent IS NOT NULL, n.cancelled IS NOT NULL, n.reason",
                  [["f", "t", "feil adresse"], ["t", "f", ""]])
        equal(len(mail.to(addresses[0])), 0, "mails")
    equal(done(server, "notify", "cancel", "--sender", DEMO_NUMBER, "--id", number,
               "--reason", "igjen"), {"cancelled": 0})


@case
def what_is_under_way_cannot_be_cancelled_but_withdrawn_and_is_told_as_sent(server):
    address = an_address()
    reference = insert(server, order(("Email", address)))
    number = message_id(server, reference)
    with MailServer() as mail:
        mail.gate.clear()
        with Notifier(server, smtp_url=mail.url):
            wait_until(lambda: mail.to(address), 60, "the mail is handed over")
            equal(done(server, "notify", "cancel", "--sender", DEMO_NUMBER, "--id", number,
                       "--reason", "for sent"), {"cancelled": 0})
            done(server, "message", "withdraw", "--sender", DEMO_NUMBER, "--id", number,
                 "--reason", "feilsendt", "--yes")
            mail.gate.set()
            wait_sent(server, reference, True)


@case_table({
    "an id without its sender": (("list", "--id", 1), "--id needs --sender"),
    "another state": (("list", "--state", "gone"), "--state"),
    "nothing to try again": (("retry",), "--failed-since"),
    "no reason": (("cancel", "--sender", DEMO_NUMBER, "--id", 1), "--reason"),
})
def it_is_refused_without_what_is_needed(server, words, text):
    contains(refused(server, "notify", *words, status=2 if words[0] == "cancel" else 1), text)


# ---------------------------------------------------------------- templates


@case
def templates_are_listed_and_shown(server):
    names = {(row["name"], row["language"]): row for row in done(server, "template", "list")}
    equal((names["VarselDPVMedRevarsel", "1044"]["reminder"],
           names["VarselDPVUtenRevarsel", "1044"]["reminder"]), (True, False))
    (shown,) = done(server, "template", "show", "--name", "VarselDPVMedRevarsel", "--language",
                    "2068")
    equal((shown["subject"], shown["email"], shown["reminder"]),
          ("Ny melding tilgjengeleg i $portalName$ for $reporteeName$", "{0}", "Påminning: "))
    contains(refused(server, "template", "show", "--name", "Finnes ikke"), "no such template")


@case
def a_template_of_ones_own_is_used_at_once(server):
    name, address = unique("Mal"), an_address()
    done(server, "template", "set", "--name", name, "--language", "1044", "--subject", "Om {0}",
         "--email", "Kjære $reporteeName$", "--from", "post@etat.example")
    reference = insert(server, order(("Email", address), template=name, tokens=("huset",)))
    done(server, "template", "set", "--name", name, "--language", "1044", "--email",
         "Hei, $reporteeName$", "--from", "")
    equal(audited(server)[:2], ["admin template set", "ok"])
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        wait_sent(server, reference, True)
    (got,) = mail.to(address)
    equal((got["Subject"], got.text, got["Reply-To"]),
          ("Om huset", "Hei, BLÅBÆR OG RØMME AS", None))


@case
def a_notification_whose_template_is_gone_fails(server):
    name = unique("Mal")
    done(server, "template", "set", "--name", name, "--language", "1044", "--email", "Hei")
    reference = insert(server, order(("Email", an_address()), template=name))
    done(server, "template", "set", "--name", name, "--language", "1044", "--email", "", "--sms",
         "Hei")
    with MailServer() as mail, Notifier(server, smtp_url=mail.url):
        wait_rows(server, reference, "n.failed IS NOT NULL, n.reason",
                  [["t", "refused: its template is gone"]])


@case_table({
    "no text": (("--subject", "x"), "says nothing"),
    "no address": (("--email", "x", "--from", "x"), "no e-mail address"),
    "a line break": (("--email", "a\nb"), "control characters"),
    "another language": (("--language", "1083", "--email", "x"), "--language"),
})
def a_template_is_refused_with(server, words, text):
    language = () if "--language" in words else ("--language", "1044")
    contains(refused(server, "template", "set", "--name", unique("Mal"), *language, *words), text)


if __name__ == "__main__":
    main(notifier="off")
