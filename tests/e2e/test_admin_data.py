#!/usr/bin/python3
"""dpvd admin and what is stored: withdrawal of a message, the end of an agreement, reports
(domain.md 10.4, 10.6)."""

import json
import signal
import subprocess

from admin_calls import (
    CODE, PASSWORD, admin, audited, done, faults, insert, new_sender, new_user, refused)
from receipt_calls import get, receipt_of
from support import (
    ACTION_INSERT, BASIC, DPVD, ON_BEHALF_NUMBER, Xml, attachment, attachments, case, case_table,
    connect, contains, equal, exchange, insert_envelope, literal, main, member, members,
    soap_headers, true, unique, wait_until)

PERSON = "15819010029"

# Tables that hold rows of a message, and whether a withdrawal leaves their rows.
MESSAGE_TABLES = ("correspondence", "attachment", "reply_option", "notification_order",
                  "sdp_order", "status_event", "correspondence_state", "receipt")


def sender_id(server, number):
    return int(server.value(f"SELECT id FROM dpvd.sender WHERE organization_number = '{number}';"))


def rows_of(server, number, table):
    return server.count(table, f"sender_id = {sender_id(server, number)}")


def id_of(server, reference):
    return int(server.message(reference, "id")[0])


def rich_message(secret):
    """Every field that can hold content holds the secret."""
    option = member("c0910", "ReplyOption", Xml(member("c0910", "URL", members(
        "c0910", ("LinkText", "LinkURL"),
        {"LinkText": secret, "LinkURL": f"https://etat.example/{secret}"}))))
    return {
        "MessageTitle": secret, "MessageSummary": secret, "MessageBody": secret,
        "CustomMessageData": secret, "ReplyOptions": Xml(option),
        "Attachments": attachments(
            attachment(secret.encode() * 60000, FileName=f"{secret}.pdf", Name=secret),
            attachment(secret.encode(), FileName=f"{secret}.txt", Name=secret,
                       SendersReference=secret)),
    }


def add_orders(server, reference, secret):
    """What the sender ordered beside the message, and sendings of which one is over."""
    key = server.message(reference, "sender_id, id")
    of = ", ".join(key)
    server.sql(f"""
        INSERT INTO dpvd.notification_order (sender_id, correspondence_id, number, type,
            token_numbers, token_values, endpoint_transports, endpoint_addresses)
        VALUES ({of}, 1, 'VarselDPVMedRevarsel', '{{1,2}}', '{{{secret},{secret}}}', '{{2}}', '{{x}}'),
               ({of}, 2, 'VarselDPVUtenRevarsel', '{{}}', '{{}}', '{{}}', '{{}}'),
               ({of}, 3, 'VarselDPVUtenRevarsel', '{{}}', '{{}}', '{{}}', '{{}}')
        ON CONFLICT DO NOTHING;
        INSERT INTO dpvd.notification (sender_id, correspondence_id, number, order_number,
            transport, recipient, address, reminder, due, sent, cancelled)
        VALUES ({of}, 101, 1, 2, 'a@b.example', 'a@b.example', false, now(), now(), NULL),
               ({of}, 102, 1, 2, 'a@b.example', 'a@b.example', true, now(), NULL, NULL),
               ({of}, 103, 2, 2, 'a@b.example', 'a@b.example', false, now(), now(), NULL),
               ({of}, 104, 3, 2, 'a@b.example', 'a@b.example', false, now(), NULL, now());
        INSERT INTO dpvd.sdp_order (sender_id, correspondence_id, copy_altinn, primary_document,
            title, not_sensitive_title, email_text, email_address, sms_text)
        VALUES ({of}, true, '{secret}', '{secret}', '{secret}', '{secret}', 'a@b.example',
                '{secret}');
        INSERT INTO dpvd.standalone (sender_id, id, system_user_id, created)
        SELECT sender_id, id + 1000000, system_user_id, created FROM dpvd.correspondence
         WHERE senders_reference = {literal(reference)};
        INSERT INTO dpvd.reference_claim (sender_id, senders_reference)
        SELECT sender_id, senders_reference FROM dpvd.correspondence
         WHERE (sender_id, id) = ({of});""")


def find_everywhere(server, text):
    """Tables that hold the text, in any column and as bytes too."""
    tables = [row[0] for row in server.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'dpvd' "
        "AND table_type = 'BASE TABLE';")]
    hexed = text.encode().hex()
    return [table for table in tables if server.count(
        f"{table} t", f"strpos(t::text, {literal(text)}) > 0 OR strpos(t::text, '{hexed}') > 0")]


# ---------------------------------------------------------------- messages


@case
def message_is_shown_without_content(server):
    number = new_sender(server)
    user, reference, secret = new_user(server, number), unique("ref"), unique("hemmelig")
    insert(server, user, ExternalShipmentReference=reference, **rich_message(secret)).accepted()
    said = admin(server, "message", "show", "--sender", number, "--reference", reference, "--json")
    shown = json.loads(said.stdout)
    equal((shown["reference"], shown["status"], shown["attachments"], shown["attachment_bytes"],
           shown["text_bytes"], shown["service_code"], shown["service_edition"]),
          (reference, "created", 2, 60001 * len(secret), 4 * len(secret), "4255", 10), "message")
    equal(done(server, "message", "show", "--sender", number, "--id", shown["id"]), shown, "by id")
    true(secret not in said.stdout, "content is shown")
    equal(audited(server, "operation, correspondence_id, senders_reference"),
          ["admin message show", str(shown["id"]), reference], "audit row")


@case
def person_as_recipient_is_shown_without_the_last_digits(server):
    number = new_sender(server)
    user, reference = new_user(server, number), unique("ref")
    insert(server, user, ExternalShipmentReference=reference, Reportee=PERSON).accepted()
    equal(done(server, "message", "show", "--sender", number, "--reference", reference)["reportee"],
          PERSON[:6] + "*****", "recipient")


@case
def reference_of_several_messages_asks_for_the_id(server):
    number = new_sender(server)
    user, reference = new_user(server, number), unique("ref")
    for title in ("en", "to"):
        insert(server, user, ExternalShipmentReference=reference, MessageTitle=title).accepted()
    ids = [row[0] for row in server.sql(f"SELECT id FROM dpvd.correspondence WHERE "
                                        f"senders_reference = '{reference}' ORDER BY id;")]
    said = refused(server, "message", "withdraw", "--sender", number, "--reference", reference,
                   "--reason", "x", "--yes")
    contains(said, "--id: " + ", ".join(ids), "what it says")
    done(server, "message", "withdraw", "--sender", number, "--id", ids[1], "--reason", "x", "--yes")
    equal(server.sql(f"SELECT correspondence_id FROM dpvd.withdrawal WHERE sender_id = "
                     f"{sender_id(server, number)};"), [[ids[1]]], "withdrawn messages")


@case
def message_of_another_sender_is_not_found(server):
    reference = unique("ref")
    server.insert(ExternalShipmentReference=reference).accepted()
    number = new_sender(server)
    for which in (("--reference", reference), ("--id", id_of(server, reference))):
        contains(refused(server, "message", "withdraw", "--sender", number, *which, "--reason", "x",
                         "--yes"), "the sender has no message", "what it says")


@case_table({
    "neither": ((), "either --reference or --id"),
    "both": (("--reference", "x", "--id", "1"), "either --reference or --id"),
    "an id that is none": (("--id", "x"), "--id"),
    "an id that is too large": (("--id", "2147483648"), "--id"),
    "an unknown reference": (("--reference", "ukjent"), "no message"),
})
def message_is_refused_with(server, which, part):
    contains(refused(server, "message", "show", "--sender", "991825827", *which), part, "why")


# ---------------------------------------------------------------- withdrawal


@case
def withdrawn_message_has_no_content_anywhere(server):
    number = new_sender(server)
    user, reference, secret = new_user(server, number), unique("ref"), unique("hemmelig")
    insert(server, user, ExternalShipmentReference=reference, **rich_message(secret)).accepted()
    add_orders(server, reference, secret)
    before = {table: rows_of(server, number, table) for table in MESSAGE_TABLES}
    sizes = server.sql(f"SELECT size, sha256 FROM dpvd.attachment WHERE sender_id = "
                       f"{sender_id(server, number)} ORDER BY number;")
    true(len(find_everywhere(server, secret)) >= 5, "tables that hold content before")
    said = done(server, "message", "withdraw", "--sender", number, "--reference", reference,
                "--reason", "sendt til feil mottaker", "--yes", "--operator", "kari")
    equal((said["status"], said["withdrawal_reason"], said["attachments"],
           said["attachment_bytes"]),
          ("withdrawn", "sendt til feil mottaker", 2, 60001 * len(secret)), "what it says")
    equal(find_everywhere(server, secret), [], "tables that hold content after")
    equal({table: rows_of(server, number, table) for table in MESSAGE_TABLES}, before, "rows")
    equal(rows_of(server, number, "attachment_chunk"), 0, "pieces of attachments")
    equal(server.sql(f"SELECT size, sha256 FROM dpvd.attachment WHERE sender_id = "
                     f"{sender_id(server, number)} ORDER BY number;"), sizes, "sizes and digests")
    equal(server.message(reference, "title"), ["Meldingen er trukket tilbake"], "title")
    equal(audited(server, "operation, result, user_name, correspondence_id"),
          ["admin message withdraw", "ok", "kari", str(said["id"])], "audit row")


@case
def withdrawal_cancels_what_was_not_sent(server):
    number = new_sender(server)
    user, reference = new_user(server, number), unique("ref")
    insert(server, user, ExternalShipmentReference=reference).accepted()
    add_orders(server, reference, "x")
    said = done(server, "message", "withdraw", "--sender", number, "--reference", reference,
                "--reason", "x", "--yes")
    equal((said["notifications"], said["notifications_sent"], said["notifications_cancelled"]),
          (4, 2, 2), "notifications")


@case
def status_and_receipt_of_a_withdrawn_message_stay(server):
    number = new_sender(server)
    user, reference = new_user(server, number), unique("ref")
    receipt = insert(server, user, ExternalShipmentReference=reference).accepted()
    done(server, "message", "withdraw", "--sender", number, "--reference", reference, "--reason",
         "x", "--yes")
    found, = server.history([reference], user=user, password=PASSWORD).statuses()
    equal([kind for kind, _ in found.changes], ["Created"], "status changes")
    again = get(server, number=receipt["ReceiptId"], user=user, password=PASSWORD)
    equal(receipt_of(again)["ReceiptId"], receipt["ReceiptId"], "receipt")


@case
def same_request_after_a_withdrawal_is_a_new_message(server):
    """Also where a reference may be used once only."""
    number = new_sender(server)
    user, reference = new_user(server, number), unique("ref")
    body = insert_envelope(systemUserName=user, systemPassword=PASSWORD, SystemUserCode=CODE,
                           ExternalShipmentReference=reference)
    with server.process(duplicate_reference="refuse") as (_, url):
        connection = connect(url)

        def send():
            return exchange(connection, "POST", BASIC, body, soap_headers(ACTION_INSERT)).accepted()

        first = send()
        equal(send(), first, "repeat")
        done(server, "message", "withdraw", "--sender", number, "--reference", reference,
             "--reason", "x", "--yes")
        second = send()
        equal(send(), second, "repeat of the new one")
        connection.close()
    true(second["ReceiptId"] != first["ReceiptId"], "the first receipt comes again")
    equal(rows_of(server, number, "correspondence"), 2, "messages")


@case
def withdrawal_asks_first_and_is_done_once(server):
    number = new_sender(server)
    user, reference = new_user(server, number), unique("ref")
    insert(server, user, ExternalShipmentReference=reference).accepted()
    words = ("message", "withdraw", "--sender", number, "--reference", reference, "--reason", "x")
    for answer in ("", "no\n", "y\n", "yes"):
        said = refused(server, *words, stdin=answer)
        contains(said, reference, "what is shown first")
        contains(said, "nothing was done", f"what it says to {answer!r}")
    equal(server.message(reference, "title"), ["Vedtak i sak 24/417"], "title")
    equal(done(server, *words, stdin="yes\n")["status"], "withdrawn", "status")
    contains(refused(server, *words, "--yes"), "withdrawn already", "the second time")


@case
def reason_must_not_name_a_person(server):
    number = new_sender(server)
    said = refused(server, "message", "withdraw", "--sender", number, "--id", "1", "--yes",
                   "--reason", f"sendt til {PERSON}")
    contains(said, "--reason", "what it says")
    true(PERSON not in said, "it is repeated")


# ---------------------------------------------------------------- the end of an agreement


@case
def terminated_sender_is_refused_everywhere(server):
    number = new_sender(server)
    user, reference = new_user(server, number, "--addresses", "127.0.0.1"), unique("ref")
    receipt = insert(server, user, ExternalShipmentReference=reference).accepted()
    said = done(server, "sender", "terminate", "--number", number, "--reason", "oppsagt", "--yes")
    equal((said["status"], said["status_reason"], said["receipt"]), ("terminated", "oppsagt", 1),
          "what it says")
    for password in (PASSWORD, "et annet passord"):
        faults(insert(server, user, password), 5)
        faults(server.history([reference], user=user, password=password), 5)
        faults(server.details(user=user, password=password), 5)
    faults(get(server, number=receipt["ReceiptId"], user=user, password=PASSWORD), 5)
    for words in (("sender", "change", "--number", number, "--name", "x"),
                  ("sender", "resume", "--number", number),
                  ("sender", "suspend", "--number", number, "--reason", "x"),
                  ("system-user", "unlock", "--name", user),
                  ("system-user", "change", "--name", user, "--code", "X")):
        contains(refused(server, *words), "terminated", f"{words}")
    rows = server.sql(f"SELECT operation, result FROM dpvd.audit_log WHERE sender_id = "
                      f"{sender_id(server, number)} AND operation LIKE '%terminate' ORDER BY id;")
    equal([row[1] for row in rows], ["begun", "ok"], "audit rows")


@case
def termination_removes_the_senders_data_and_keeps_the_recipients_messages(server):
    number = new_sender(server, "--manager", "A")
    user, reference, body = new_user(server, number), unique("ref"), unique("innhold")
    insert(server, user, ExternalShipmentReference=reference, **rich_message(body)).accepted()
    add_orders(server, reference, "x")
    kept = ("correspondence", "attachment", "attachment_chunk", "reply_option", "status_event",
            "notification")
    before = {table: rows_of(server, number, table) for table in kept}
    true(all(before.values()), f"rows before: {before}")
    done(server, "sender", "terminate", "--number", number, "--reason", "oppsagt", "--yes")
    equal({table: rows_of(server, number, table) for table in kept}, before, "kept rows")
    for table in ("correspondence_state", "receipt", "receipt_reference", "sdp_state", "sdp_order",
                  "reference_claim", "standalone", "sender_contact"):
        equal(rows_of(server, number, table), 0, f"rows of {table}")
    equal(server.sql(f"SELECT number FROM dpvd.notification_order WHERE sender_id = "
                     f"{sender_id(server, number)};"), [["1"]], "orders that a reminder needs")
    equal(server.sql(f"SELECT password_hash, allowed_addresses FROM dpvd.system_user WHERE name = "
                     f"'{user}';"), [["*", "{}"]], "credentials")
    shown = done(server, "sender", "show", "--number", number)
    equal({"accepted_by", "manager"} & set(shown), set(), "what is known of people")
    equal(server.message(reference, "title, body"), [body, body], "the message")
    withdrawn = done(server, "message", "withdraw", "--sender", number, "--id",
                     id_of(server, reference), "--reason", "x", "--yes")
    equal(withdrawn["status"], "withdrawn", "a message can still be withdrawn")


@case
def termination_shows_counts_and_asks(server):
    number = new_sender(server)
    user = new_user(server, number)
    insert(server, user).accepted()
    words = ("sender", "terminate", "--number", number, "--reason", "oppsagt")
    said = refused(server, *words, stdin="no\n")
    contains(said, "         1  correspondence_state\n", "counts")
    contains(said, "nothing was done", "what it says")
    insert(server, user).accepted()
    equal(done(server, *words, stdin="yes\n")["correspondence_state"], 2, "removed rows")


def add_receipts(server, number, count):
    server.sql(f"""
        INSERT INTO dpvd.receipt (sender_id, id, status, created, last_changed, text)
        SELECT {sender_id(server, number)}, -n, 1, now(), now(), 'x'
          FROM generate_series(1, {count}) n;
        INSERT INTO dpvd.receipt_reference (sender_id, receipt_id, type, value)
        SELECT sender_id, id, 6, 'x' FROM dpvd.receipt
         WHERE sender_id = {sender_id(server, number)};""")


@case
def large_sender_is_removed_piece_by_piece(server):
    number, other = new_sender(server), new_sender(server)
    add_receipts(server, number, 25001)
    add_receipts(server, other, 10)
    said = done(server, "sender", "terminate", "--number", number, "--reason", "x", "--yes")
    equal((said["receipt"], said["receipt_reference"]), (25001, 25001), "removed rows")
    equal((rows_of(server, number, "receipt"), rows_of(server, other, "receipt")), (0, 10), "left")


@case
def termination_that_was_stopped_is_in_force_and_goes_on(server):
    """Somebody holds a receipt, so that the command waits in the middle; there it is killed."""
    number = new_sender(server)
    user = new_user(server, number)
    insert(server, user).accepted()
    words = [DPVD, "-c", server.env["CONFIG_FILE"], "admin", "sender", "terminate", "--number",
             number, "--reason", "oppsagt", "--yes"]
    psql = server.env["PSQL"]
    with subprocess.Popen(["sh", "-c", psql], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as holder:
        holder.stdin.write(f"BEGIN; SELECT 'held' FROM dpvd.receipt WHERE sender_id = "
                           f"{sender_id(server, number)} FOR UPDATE;\n")
        holder.stdin.flush()
        contains(holder.stdout.readline(), "held", "psql")
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            wait_until(lambda: server.count("sender", f"organization_number = '{number}' "
                                                      f"AND status = 3"), 60, "it is in force")
            wait_until(lambda: rows_of(server, number, "correspondence_state") == 0, 60,
                       "what stands before receipts is gone")
            faults(insert(server, user), 5)
            child.send_signal(signal.SIGKILL)
        holder.stdin.write("ROLLBACK;\n")
        holder.stdin.close()
        holder.wait(60)
    equal(rows_of(server, number, "receipt"), 1, "receipts that are left")
    again = ("sender", "add", "--kind", "dpv-customer", "--number", number, "--name", "N",
             "--terms", "1.3", "--accepted-by", "A")
    contains(refused(server, *again), "run sender terminate again", "what add says")
    said = done(server, "sender", "terminate", "--number", number, "--reason", "en annen", "--yes")
    equal((said["receipt"], said["status_reason"]), (1, "oppsagt"), "what it says")


@case
def sender_that_left_may_come_back(server):
    number = new_sender(server)
    user = new_user(server, number)
    insert(server, user).accepted()
    old = sender_id(server, number)
    done(server, "sender", "terminate", "--number", number, "--reason", "x", "--yes")
    said = done(server, "sender", "add", "--kind", "dpv-customer", "--number", number, "--name",
                "Nytt navn", "--terms", "1.4", "--accepted-by", "B")
    equal((said["status"], said["terms"], sender_id(server, number)), ("active", "1.4", old),
          "the sender")
    faults(insert(server, user), 989)
    done(server, "system-user", "set-password", "--name", user, "--password-file", "-",
         stdin=PASSWORD)
    insert(server, user).accepted()


# ---------------------------------------------------------------- reports


def count_usage(server, year, rows):
    """rows: actual number, technical number, messages, unverified."""
    for actual, technical, messages, unverified in rows:
        server.sql(f"INSERT INTO dpvd.usage_count VALUES ({year}, '{actual}', "
                   f"{sender_id(server, technical)}, {messages}, {unverified});")


def same(row, **wanted):
    equal({name: row.get(name) for name in wanted}, wanted, "row")


@case
def usage_is_reported_by_actual_and_technical_sender(server):
    customer, intermediary = new_sender(server), new_sender(server)
    owner = new_sender(server, "--code", "USG", kind="service-owner")
    count_usage(server, 2017, [(customer, customer, 100, 0), (customer, intermediary, 7900, 0),
                               (owner, owner, 90000, 0),
                               (ON_BEHALF_NUMBER, intermediary, 3, 3)])
    rows = done(server, "report", "usage", "--year", "2017")
    equal([row["actual_sender"] for row in rows], [owner, customer, customer, ON_BEHALF_NUMBER],
          "order")
    same(rows[0], kind="service-owner", messages=90000, total=90000, percent_of_quota=None)
    same(rows[1], technical_sender=intermediary, messages=7900, total=8000, percent_of_quota=80)
    same(rows[2], technical_sender=customer, messages=100, total=8000, percent_of_quota=80)
    same(rows[3], kind="no agreement", unverified=3, total=3, name="ØVRE SANDVÆR KOMMUNE")
    equal(done(server, "report", "usage", "--year", "2016"), [], "another year")
    contains(admin(server, "report", "usage", "--year", "2016").stdout, "(none)", "for people")


@case
def quota_report_tells_who_is_near_it(server):
    amounts = {"good": 7999, "nearly used up": 8000, "used up": 10000}
    numbers = {state: new_sender(server) for state in amounts}
    owner = new_sender(server, "--code", "QUO", kind="service-owner")
    count_usage(server, 2018, [(numbers[state], numbers[state], amount, 0)
                               for state, amount in amounts.items()] + [(owner, owner, 50000, 0)])
    rows = {row["actual_sender"]: row for row in done(server, "report", "quota", "--year", "2018")}
    for state, amount in amounts.items():
        same(rows[numbers[state]], state=state, messages=amount, quota=10000, percent=amount // 100)
    same(rows[owner], state="none", messages=50000, quota=None, percent=None)
    rows = done(server, "report", "quota", "--year", "2018", "-o", "quota=20000")
    equal({row["state"] for row in rows}, {"good", "none"}, "states with another quota")


@case
def this_years_count_is_shown_with_the_sender(server):
    number = new_sender(server)
    year = done(server, "sender", "show", "--number", number)["created"][:4]
    count_usage(server, year, [(number, number, 12, 0)])
    equal(done(server, "sender", "show", "--number", number)["messages_this_year"], 12, "count")


@case
def unverified_actual_senders_are_reported(server):
    number = new_sender(server)
    user = new_user(server, number)
    for day, verified in (("2019-05-01 00:00 Europe/Oslo", "false"),
                          ("2019-05-31 23:59:59 Europe/Oslo", "NULL"),
                          ("2019-05-15 12:00 Europe/Oslo", "true"),
                          ("2019-04-30 23:59:59 Europe/Oslo", "false"),
                          ("2019-06-01 00:00 Europe/Oslo", "false")):
        reference = unique("ref")
        insert(server, user, ExternalShipmentReference=reference,
               OnBehalfOfOrgNr=ON_BEHALF_NUMBER).accepted()
        server.sql(f"UPDATE dpvd.correspondence SET created = '{day}', actual_verified = {verified} "
                   f"WHERE senders_reference = '{reference}';")
    insert(server, user).accepted()
    rows = done(server, "report", "on-behalf-of", "--from", "2019-05-01", "--to", "2019-05-31")
    equal(len(rows), 1, f"rows {rows}")
    same(rows[0], technical_sender=number, actual_sender=ON_BEHALF_NUMBER, messages=2,
         unverified=1, not_checked=1, now="no agreement", actual_name="ØVRE SANDVÆR KOMMUNE")
    equal(done(server, "report", "on-behalf-of", "--from", "2019-01-01", "--to", "2019-01-02"), [],
          "other days")


@case_table({
    "days in the wrong order": (("on-behalf-of", "--from", "2026-02-02", "--to", "2026-02-01"),
                                "--to"),
    "a day that is none": (("on-behalf-of", "--from", "2026-02-30", "--to", "2026-03-01"),
                           "--from"),
    "a year that is none": (("usage", "--year", "i fjor"), "--year"),
    "a year too early": (("quota", "--year", "1999"), "--year"),
})
def report_is_refused_with(server, words, part):
    contains(refused(server, "report", *words), part, "what it says")


if __name__ == "__main__":
    main(allow_synthetic_persons="on", login_failures=5)
