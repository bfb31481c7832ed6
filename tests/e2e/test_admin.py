#!/usr/bin/python3
"""dpvd admin: senders, system users and services, and that what an operator does takes effect in a
running server at once (domain.md 2.2, 2.3, 10.6), where verified passwords are remembered for a
minute."""

import json
import os
import pty
import subprocess
import time
from pathlib import Path

from admin_calls import (
    PASSWORD, admin, audited, done, faults, insert, new_number, new_sender, new_user, refused)
from support import (
    DEMO_NUMBER, DPVD, case, case_table, contains, equal, literal, main, true, unique, wait_until)

PERSON = "15819010029"


def by(rows, **wanted):
    """The only row with these values."""
    found = [row for row in rows if all(row.get(k) == v for k, v in wanted.items())]
    equal(len(found), 1, f"rows with {wanted} in {rows}")
    return found[0]


# ---------------------------------------------------------------- senders


@case
def sender_is_added_with_its_agreement_and_contacts(server):
    number = new_number()
    said = done(server, "sender", "add", "--kind", "service-owner", "--number", number,
                "--name", "Blåbæretaten", "--name-nn", "Blåbæretaten nn", "--name-en", "Berries",
                "--code", "BLB", "--short-name", "Blabaer", "--terms", "1.3",
                "--accepted-by", "Åse Bjørnstø", "--accepted", "2024-01-31",
                "--manager", "Pål Håvær", "--manager-email", "paal@etat.example",
                "--manager-phone", "+47 91929394", "--deputy", "Øyvind Sæther",
                "--deputy-email", "oyvind@etat.example", "--deputy-phone", "22334455",
                "--shared-mailbox", "post@etat.example", "--operator", "kari")
    wanted = {"number": number, "kind": "service-owner", "name": "Blåbæretaten",
              "name_nn": "Blåbæretaten nn", "name_en": "Berries", "code": "BLB",
              "short_name": "Blabaer", "status": "active", "terms": "1.3",
              "accepted": "2024-01-31", "accepted_by": "Åse Bjørnstø", "manager": "Pål Håvær",
              "manager_email": "paal@etat.example", "manager_phone": "+47 91929394",
              "deputy": "Øyvind Sæther", "deputy_email": "oyvind@etat.example",
              "deputy_phone": "22334455", "shared_mailbox": "post@etat.example",
              "system_users": 0, "messages_this_year": 0}
    equal({name: said[name] for name in wanted}, wanted, "what it says")
    equal(done(server, "sender", "show", "--number", number), said, "what show says")
    stored = server.sql(f"SELECT id, kind, agreement_accepted = '2024-01-30 23:00Z' "
                        f"FROM dpvd.sender WHERE organization_number = '{number}';")[0]
    equal(stored[1:], ["1", "t"], "stored sender")
    rows = server.sql(f"SELECT operation, result, user_name, duration > 0 FROM dpvd.audit_log "
                      f"WHERE sender_id = {stored[0]} ORDER BY id;")
    equal(rows[0], ["admin sender add", "ok", "kari", "t"], "audit row")
    equal(rows[1][0], "admin sender show", "audit row of the look-up")


@case
def customer_needs_no_code_and_is_told_what_the_terms_ask_for(server):
    number = new_number()
    said = admin(server, "sender", "add", "--kind", "dpv-customer", "--number", number, "--name",
                 "En kunde", "--terms", "1.3", "--accepted-by", "X")
    equal(said.returncode, 0, f"exit status, with {said.stderr}")
    contains(said.stderr, "--manager", "note")
    contains(said.stderr, "--shared-mailbox", "note")
    contains(said.stdout, f"number              {number}\n", "lines for people")
    true("code " not in said.stdout, "a line of what is not there")
    quiet = admin(server, "sender", "change", "--number", number, "--manager", "A",
                  "--shared-mailbox", "a@b.example")
    equal((quiet.returncode, quiet.stderr), (0, ""), "with contacts")


@case
def change_leaves_what_is_not_given_and_takes_away_what_is_empty(server):
    number = new_sender(server, "--manager", "A", "--manager-phone", "22334455", "--deputy", "B",
                        "--name-en", "English")
    said = done(server, "sender", "change", "--number", number, "--manager", "C", "--deputy", "",
                "--name-en", "", "--terms", "1.4", "--kind", "service-owner", "--code", "CHG")
    equal((said["manager"], said["manager_phone"], said["terms"], said["kind"], said["code"]),
          ("C", "22334455", "1.4", "service-owner", "CHG"), "what it says")
    equal({"deputy", "name_en"} & set(said), set(), "what was taken away")
    contains(refused(server, "sender", "change", "--number", number, "--code", ""), "--code",
             "a service owner without code")
    contains(refused(server, "sender", "change", "--number", number, "--name", ""), "--name",
             "a sender without name")
    equal(done(server, "sender", "show", "--number", number), said, "after refusals")


@case
def senders_are_listed_by_status(server):
    number, other = new_sender(server), new_sender(server)
    done(server, "sender", "suspend", "--number", other, "--reason", "misbruk")
    rows = done(server, "sender", "list", "--status", "active")
    by(rows, number=number, status="active")
    true(other not in [row["number"] for row in rows], "a suspended one among the active ones")
    by(done(server, "sender", "list", "--status", "suspended"), number=other, status="suspended")
    true(len(done(server, "sender", "list")) >= 4, "all of them")
    lines = admin(server, "sender", "list").stdout.splitlines()
    columns = {lines[0].index("name")} | {line.index("Etat ") for line in lines if "Etat " in line}
    equal(len(columns), 1, "aligned columns")


SENDER = ("--kind", "dpv-customer", "--name", "N", "--terms", "1", "--accepted-by", "A")


@case_table({
    "a check digit that is wrong": (("--number", "910646193"), "--number"),
    "a number that is none": (("--number", "NO910646192"), "--number"),
    "a number that is taken": (("--number", DEMO_NUMBER), "already"),
    "an unknown kind": (("--kind", "friend"), "service-owner, dpv-customer"),
    "a service owner without code": (("--kind", "service-owner"), "--code"),
    "a code of four letters": (("--code", "ABCD"), "--code"),
    "a code in small letters": (("--code", "abc"), "--code"),
    "a code that is taken": (("--code", "TTD"), "code"),
    "a short name with blanks": (("--short-name", "to ord"), "--short-name"),
    "a short name that is long": (("--short-name", "tolvbokstaver"), "--short-name"),
    "a day that is none": (("--accepted", "2026-02-30"), "--accepted"),
    "a day to come": (("--accepted", "2999-01-01"), "--accepted"),
    "an e-mail address that is none": (("--manager-email", "a@b@c"), "--manager-email"),
    "a phone number that is none": (("--deputy-phone", "ring meg"), "--deputy-phone"),
    "a mailbox that is none": (("--shared-mailbox", "nei"), "--shared-mailbox"),
    "a blank name": (("--name", " "), "--name"),
    "a name with a line break": (("--name", "a\nb"), "--name"),
    "a name that is long": (("--name", "å" * 256), "--name"),
    "a person as signatory": (("--accepted-by", f"Åse {PERSON}"), "--accepted-by"),
    "an operator without name": (("--operator", " "), "--operator"),
})
def sender_is_refused_with(server, options, part):
    before = server.count("sender")
    words = dict(zip(SENDER[::2], SENDER[1::2]), **{"--number": new_number()})
    words.update(zip(options[::2], options[1::2]))
    said = refused(server, "sender", "add", *(word for pair in words.items() for word in pair))
    contains(said, part, "what it says")
    true(PERSON not in said, "an identity number is repeated")
    equal(server.count("sender"), before, "senders")


@case_table({
    "show": ("show",), "resume": ("resume",), "suspend": ("suspend", "--reason", "x"),
    "change": ("change", "--name", "x"), "terminate": ("terminate", "--reason", "x", "--yes"),
})
def nobody_knows_the_sender_for(server, *words):
    number = new_number()
    contains(refused(server, "sender", *words, "--number", number), f"{number} is no sender", "why")
    equal(audited(server, "operation, result"), [f"admin sender {words[0]}", "failed"], "audit row")


@case_table({
    "no number": (("sender", "show"), "--number NUMBER is missing"),
    "no reason": (("sender", "suspend", "--number", DEMO_NUMBER), "--reason"),
    "a password as option": (("system-user", "set-password", "--name", "demo", "--password", "x"),
                             "no option"),
    "an unknown action": (("sender", "dance"), "usage:"),
    "no edition": (("service", "retire", "--code", "1"), "--edition"),
    "no days": (("report", "on-behalf-of"), "--from"),
    "no sender": (("message", "show", "--id", "1"), "--sender"),
})
def command_is_used_wrongly_with(server, words, part):
    contains(refused(server, *words, status=2), part, "what it says")


@case
def usage_lists_every_command(server):
    said = admin(server, "--help")
    equal(said.returncode, 0, "exit status")
    for command in ("sender add", "sender terminate", "system-user set-password", "service list",
                    "message withdraw", "report on-behalf-of", "audit verify"):
        contains(said.stdout, f"dpvd admin {command}", "usage")


# ---------------------------------------------------------------- what a sender may, at once


@case
def suspended_sender_may_still_ask_but_not_send(server):
    number = new_sender(server)
    user, reference = new_user(server, number), unique("ref")
    insert(server, user, ExternalShipmentReference=reference).accepted()
    said = done(server, "sender", "suspend", "--number", number, "--reason", "sender reklame")
    equal((said["status"], said["status_reason"]), ("suspended", "sender reklame"), "what it says")
    faults(insert(server, user), 5)
    faults(insert(server, user, ExternalShipmentReference=reference), 5)
    equal(server.history([reference], user=user, password=PASSWORD).references(), [reference],
          "status")
    contains(refused(server, "sender", "suspend", "--number", number, "--reason", "x"), "already",
             "twice")
    equal(done(server, "sender", "resume", "--number", number)["status"], "active", "resumed")
    insert(server, user).accepted()
    contains(refused(server, "sender", "resume", "--number", number), "already", "twice")


@case
def new_password_counts_at_once_and_the_old_one_no_longer(server):
    user = new_user(server, new_sender(server))
    insert(server, user).accepted()
    done(server, "system-user", "set-password", "--name", user, "--password-file", "-",
         stdin="et annet passord\n")
    faults(insert(server, user), 989)
    insert(server, user, "et annet passord").accepted()
    equal(server.value(f"SELECT password_hash LIKE '$y$j9T$%' FROM dpvd.system_user "
                       f"WHERE name = '{user}';"), "t", "kind of hash")


@case
def lock_acts_at_once_and_unlock_too(server):
    user = new_user(server, new_sender(server))
    insert(server, user).accepted()
    equal(done(server, "system-user", "lock", "--name", user)["locked"], True, "locked")
    fault = insert(server, user).fault()
    equal((fault.error_id, fault.message),
          (989, f"The EndUserSystem System with ID: {user} is locked out."), "while it is locked")
    equal(done(server, "system-user", "unlock", "--name", user)["locked"], False, "locked")
    insert(server, user).accepted()


@case
def unlock_forgives_wrong_passwords(server):
    user = new_user(server, new_sender(server))
    for _ in range(5):
        faults(insert(server, user, "feil passord"), 989)
    faults(insert(server, user), 989)
    rows = done(server, "system-user", "list")
    equal(by(rows, name=user)["locked_out_from"], 1, "addresses it is locked out from")
    equal(done(server, "system-user", "unlock", "--name", user)["locked_out_from"], 0, "after it")
    insert(server, user).accepted()


@case
def addresses_count_at_once(server):
    user = new_user(server, new_sender(server), "--addresses", "127.0.0.0/8, 2001:DB8::/48")
    insert(server, user).accepted()
    said = done(server, "system-user", "change", "--name", user, "--addresses",
                "192.0.2.1,2001:db8:0::1")
    equal(said["addresses"], "192.0.2.1/32, 2001:db8::1/128", "what it says")
    fault = insert(server, user).fault()
    equal((fault.error_id, fault.message),
          (5, f"AgencySystem {user} is not authorized to call service from ip 127.0.0.1"),
          "from another address")
    equal(done(server, "system-user", "change", "--name", user, "--addresses", "")["addresses"], "",
          "what it says")
    insert(server, user).accepted()


@case_table({
    "an address that is none": (("--addresses", "300.1.1.1"), "--addresses"),
    "a network with bits behind it": (("--addresses", "192.0.2.1/24"), "--addresses"),
    "a name": (("--addresses", "localhost"), "--addresses"),
    "a code that is long": (("--code", "X" * 51), "--code"),
    "another sender's code": (("--code", "TTD"), "belongs to another"),
    "another sender's code and more": (("--code", "TTD_X"), "belongs to another"),
    "another sender's code and a hyphen": (("--code", "TTD-X"), "belongs to another"),
    "a name with blanks": (("--name", "to ord"), "--name"),
    "an identity number as name": (("--name", PERSON), "--name"),
    "a name that is taken": (("--name", "demo"), "already"),
    "an unknown sender": (("--sender", "974760673"), "is no sender"),
    "a number that is none": (("--sender", "123"), "--sender"),
    "a file that is not there": (("--password-file", "/nowhere/at/all"), "/nowhere/at/all"),
})
def system_user_is_refused_with(server, options, part):
    before = server.count("system_user")
    words = {"--name": unique("user"), "--sender": "991825827", "--password-file": "-"}
    words.update(zip(options[::2], options[1::2]))
    said = refused(server, "system-user", "add", *(word for pair in words.items() for word in pair),
                   stdin=PASSWORD)
    contains(said, part, "what it says")
    equal(server.count("system_user"), before, "system users")


@case
def code_of_a_system_user_is_changed_and_taken_away(server):
    user = new_user(server, new_sender(server))
    equal(done(server, "system-user", "change", "--name", user, "--code", "NY_1")["code"], "NY_1",
          "code")
    insert(server, user, SystemUserCode=None).accepted()
    true("code" not in done(server, "system-user", "change", "--name", user, "--code", ""), "code")
    faults(insert(server, user, SystemUserCode=None), 40008)


@case
def system_users_are_listed_by_sender(server):
    number = new_sender(server)
    users = sorted(new_user(server, number) for _ in range(2))
    rows = done(server, "system-user", "list", "--sender", number)
    equal([row["name"] for row in rows], users, "names")
    true(len(done(server, "system-user", "list")) >= 4, "all of them")
    equal(done(server, "system-user", "list", "--sender", new_sender(server)), [], "of a new one")


# ---------------------------------------------------------------- secrets


@case_table({
    "eleven bytes": ("elleve byte",),
    "129 bytes": ("x" * 129,),
    "more than is ever read": ("x" * 10000,),
    "nothing": ("",),
    "an empty line": ("\n",),
    "two lines": ("et-langt-nok-passord\nog mer\n",),
    "a control character": ("et-langt\tpassord",),
})
def password_is_refused_with(server, text):
    user = new_user(server, new_sender(server))
    said = refused(server, "system-user", "set-password", "--name", user, "--password-file", "-",
                   stdin=text)
    contains(said, "password", "what it says")
    true(len(text) < 5 or text.strip() not in said, "the password is repeated")
    insert(server, user).accepted()


@case
def password_comes_from_a_file(server):
    user = new_user(server, new_sender(server))
    path = server.folder / unique("password")
    for text in ("uten linjeskift på slutten", "fra en annen maskin\r\n", "x" * 128 + "\n"):
        path.write_text(text, encoding="utf-8", newline="")
        done(server, "system-user", "set-password", "--name", user, "--password-file", path)
        insert(server, user, text.rstrip("\r\n")).accepted()


def at_terminal(server, typed, *words):
    """The command in a terminal of its own, where each line is typed when a colon asks for it:
    exit status, and all that the terminal showed."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(DPVD, [str(DPVD), "-c", server.env["CONFIG_FILE"], "admin", *words])
    shown, answered, deadline = "", 0, time.monotonic() + 60
    os.set_blocking(terminal, False)
    while time.monotonic() < deadline:
        try:
            piece = os.read(terminal, 4096)
        except BlockingIOError:
            time.sleep(0.01)
            continue
        except OSError:
            break
        if not piece:
            break
        shown += piece.decode()
        if shown.count(": ") > answered and shown.endswith(": ") and answered < len(typed):
            os.write(terminal, typed[answered].encode() + b"\n")
            answered += 1
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


@case
def password_is_asked_for_twice_and_never_shown(server):
    user = new_user(server, new_sender(server))
    words = ("system-user", "set-password", "--name", user)
    status, shown = at_terminal(server, ["hemmelig nok 1", "hemmelig nok 1"], *words)
    equal(status, 0, f"exit status, with {shown}")
    true("hemmelig" not in shown, f"the password is shown: {shown}")
    insert(server, user, "hemmelig nok 1").accepted()
    status, shown = at_terminal(server, ["hemmelig nok 2", "hemmelig nok 3"], *words)
    equal(status, 1, "exit status of two passwords that differ")
    contains(shown, "not the same", "what it says")
    insert(server, user, "hemmelig nok 1").accepted()


@case
def without_terminal_a_file_is_asked_for(server):
    user = new_user(server, new_sender(server))
    said = subprocess.run([DPVD, "-c", server.env["CONFIG_FILE"], "admin", "system-user",
                           "set-password", "--name", user], stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=60, check=False, start_new_session=True)
    equal(said.returncode, 1, "exit status")
    contains(said.stderr, "--password-file", "what it says")


@case
def password_is_in_no_process_list_log_or_audit_row(server):
    secret = unique("hemmelig-passord")
    user = new_user(server, new_sender(server))
    words = [DPVD, "-c", server.env["CONFIG_FILE"], "admin", "system-user", "set-password",
             "--name", user, "--password-file", "-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as child:
        child.stdin.write(secret)
        child.stdin.flush()
        process = Path(f"/proc/{child.pid}")
        for name in ("cmdline", "environ"):
            true(secret.encode() not in (process / name).read_bytes(), f"it stands in {name}")
        said, _ = child.communicate(timeout=60)
    equal(child.returncode, 0, f"exit status, with {said}")
    true(secret not in said, "it is said")
    insert(server, user, secret).accepted()
    true(secret not in server.log(), "it is logged")
    equal(server.sql(f"SELECT l.* FROM dpvd.audit_log l "
                     f"WHERE strpos(l::text, {literal(secret)}) > 0;"), [], "audit rows with it")


# ---------------------------------------------------------------- services


@case
def service_is_added_retired_and_activated(server):
    number = new_sender(server, "--code", "SVC", kind="service-owner")
    user, code = new_user(server, number), f"{int(time.time()) % 90000 + 10000}"
    key = ("--code", code, "--edition", "2")
    said = done(server, "service", "add", *key, "--owner", number, "--name", "Egen tjeneste",
                "--name-nn", "Eiga teneste", "--name-en", "Own service", "--level", "4",
                "--role", "Egen rolle", "--confirmation")
    equal(said, {"code": code, "edition": 2, "active": True, "owner": number,
                 "type": "correspondence", "level": 4, "common": False, "confidential": False,
                 "confirmation": True, "role": "Egen rolle", "name": "Egen tjeneste",
                 "name_nn": "Eiga teneste", "name_en": "Own service"}, "what it says")
    equal(by(done(server, "service", "list"), code=code, edition=2), said, "what list says")
    contains(refused(server, "service", "add", *key, "--owner", number, "--name", "x"), "already",
             "twice")
    service = {"ServiceCode": code, "ServiceEdition": "2"}
    insert(server, user, **service).accepted()
    faults(server.insert(**service), 5)
    equal(done(server, "service", "retire", *key)["active"], False, "retired")
    faults(insert(server, user, **service), 40013)
    equal(done(server, "service", "activate", *key)["active"], True, "active again")
    insert(server, user, **service).accepted()
    equal(audited(server, "operation, service_code, service_edition"),
          ["admin service activate", code, "2"], "audit row")


@case
def common_service_is_open_to_all(server):
    code = f"K{int(time.time()) % 90000}"
    done(server, "service", "add", "--code", code, "--edition", "1", "--owner", "operator",
         "--name", "Felles", "--common")
    server.insert(ServiceCode=code, ServiceEdition="1").accepted()


@case_table({
    "a code that is long": (("--code", "12345678"), "--code"),
    "a code with a hyphen": (("--code", "12-3"), "--code"),
    "edition 0": (("--edition", "0"), "--edition"),
    "an edition that is none": (("--edition", "1x"), "--edition"),
    "a level that is none": (("--level", "5"), "--level"),
    "an unknown type": (("--type", "form"), "--type"),
    "a DPV customer as owner": (("--owner", "991825827"), "no service owner"),
    "an unknown owner": (("--owner", "974760673"), "is no sender"),
    "a common service of a sender": (("--owner", DEMO_NUMBER, "--common"), "--common"),
    "a service that is there": (("--code", "4255", "--edition", "10"), "already"),
})
def service_is_refused_with(server, options, part):
    words = {"--code": "77", "--edition": "1", "--owner": "operator", "--name": "N"}
    switches = [word for word in options if word == "--common"]
    options = [word for word in options if word != "--common"]
    words.update(zip(options[::2], options[1::2]))
    before = server.count("service")
    said = refused(server, "service", "add", *(word for pair in words.items() for word in pair),
                   *switches)
    contains(said, part, "what it says")
    equal(server.count("service"), before, "services")


@case
def unknown_service_cannot_be_retired(server):
    contains(refused(server, "service", "retire", "--code", "4255", "--edition", "99"), "4255/99",
             "what it says")


# ---------------------------------------------------------------- who did it


@case
def audit_names_the_operator_but_no_person(server):
    done(server, "service", "list")
    who = audited(server, "user_name")[0]
    true(who not in ("", "(an identity number)"), f"the login name is {who!r}")
    contains(refused(server, "service", "list", "--operator", PERSON), "--operator", "what it says")
    equal(server.count("audit_log", f"user_name LIKE '%{PERSON}%'"), 0, "rows with a person")


@case
def database_that_is_away_is_told(server):
    said = admin(server, "sender", "list", "-o", "database_owner=host=/nowhere dbname=dpvd")
    equal((said.returncode, said.stdout), (1, ""), "exit status")
    contains(said.stderr, "dpvd: ", "what it says")


@case
def what_is_shown_cannot_steer_a_terminal(server):
    number = new_sender(server)
    server.sql(f"UPDATE dpvd.sender SET name = 'a' || chr(27) || '[2J' || chr(155) || 'b' "
               f"WHERE organization_number = '{number}';")
    contains(admin(server, "sender", "show", "--number", number).stdout, "a?[2J?b", "lines")
    name = json.loads(admin(server, "sender", "show", "--number", number, "--json").stdout)["name"]
    equal(name, "a\x1b[2J\x9bb", "JSON")


if __name__ == "__main__":
    main(login_failures=5)
