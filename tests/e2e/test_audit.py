#!/usr/bin/python3
"""The audit log: what is in it, how it is sealed, and that nobody changes it without being seen."""

import importlib.util
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from support import (
    DPVD, NIL, REPORTEE, ROOT, attachment, attachments, case, case_table, contains, equal,
    keep_secret, literal, main, true, unique, wait_until)

VERIFIER = ROOT / "scripts" / "verify-audit.py"
TRIALS = 1000
DAYS = ("--from", "2000-01-01", "--to", "2199-12-31")
KEYS = Path(tempfile.mkdtemp(prefix="dpvd-e2e-keys-"))


def load_verifier():
    spec = importlib.util.spec_from_file_location("verify_audit", VERIFIER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify_audit = load_verifier()


def make_key(name):
    """An Ed25519 key pair: the paths of both halves."""
    private, public = KEYS / f"{name}.pem", KEYS / f"{name}.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    return keep_secret(private), public


def admin(server, *words):
    return subprocess.run([DPVD, "-c", server.env["CONFIG_FILE"], "admin", *map(str, words)],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                          check=False)


def verified(server, *options):
    """What verify says as JSON, and its exit status."""
    done = admin(server, "audit", "verify", "--json", *options)
    true(done.stdout.startswith("{"), f"verify said {done.stdout}{done.stderr}")
    return json.loads(done.stdout), done.returncode


def all_sealed(server):
    return wait_until(lambda: (found := verified(server)[0])["waiting"] == 0 and found, 60,
                      "everything is sealed")


def write_seals(server, count):
    """Some calls, and a seal behind each of them."""
    for _ in range(count):
        server.insert().accepted()
        server.insert(systemPassword="wrong").fault()
        all_sealed(server)


def exported(server, *options):
    """The lines of an export of everything, as bytes."""
    done = admin(server, "audit", "export", *DAYS, *options)
    equal(done.returncode, 0, f"exit status of export, which said {done.stderr}")
    return done.stdout.encode().splitlines(keepends=True)


def stand_alone(server, lines, *options):
    """The verifier as a program, on a file with these lines."""
    path = server.folder / unique("export")
    path.write_bytes(b"".join(lines))
    return subprocess.run([VERIFIER, *map(str, options), path], capture_output=True, text=True,
                          timeout=60, check=False)


# ---------------------------------------------------------------- an honest log


@case
def untouched_log_is_intact_for_both_verifiers(server):
    write_seals(server, 3)
    found, status = verified(server, "--key", PUBLIC)
    equal((found["integrity"], found["waiting"], status), ("intact", 0, 0), "verify")
    equal((found["seals"], found["rows"]), tuple(server.counts("audit_seal", "audit_log")), "sums")
    equal(found["signed"], found["seals"], "signed seals")
    done = stand_alone(server, exported(server), "--key", PUBLIC, "--expect",
                       f"{found['last']}:{found['hash']}")
    equal(done.returncode, 0, f"exit status of the verifier, which said {done.stdout}{done.stderr}")
    contains(done.stdout, f"{found['rows']} rows", "what it says")
    contains(admin(server, "audit", "verify").stdout, "intact: ", "what verify says")


@case
def every_acknowledged_reference_is_exported(server):
    references = [unique("audited") for _ in range(5)]
    for reference in references:
        server.insert(ExternalShipmentReference=reference).accepted()
    all_sealed(server)
    rows = [json.loads(line)["row"] for line in exported(server) if line.startswith(b'{"row"')]
    seen = [row["senders_reference"] for row in rows if row["result"] == "accepted"]
    for reference in references:
        equal(seen.count(reference), 1, f"rows of {reference}")


@case
def public_key_is_told(server):
    done = admin(server, "audit", "key")
    equal((done.returncode, done.stdout), (0, PUBLIC.read_text()), "the key")


@case
def lag_is_a_metric(server):
    server.insert().accepted()
    all_sealed(server)


    def lag():
        line = re.search(r"^dpvd_audit_lag_seconds (\d+)$", server.admin("/metrics").body.decode(),
                         re.MULTILINE)
        return line and int(line[1])

    wait_until(lambda: (seconds := lag()) is not None and seconds < 20, 60, "a lag below 20 s")


@case
def what_waited_while_nobody_sealed_is_sealed_after_a_restart(server):
    server.restart(audit_seal_interval="0")
    try:
        server.insert().accepted()
        true(verified(server)[0]["waiting"] > 0, "somebody sealed")
    finally:
        server.restart(audit_seal_interval="20ms")
    equal(all_sealed(server)["integrity"], "intact", "integrity")


@case
def several_dpvd_seal_one_chain(server):
    with server.process(audit_seal_interval="20ms"), server.process(audit_seal_interval="20ms"):
        write_seals(server, 3)
        server.dev("kill-server")
        server.sql("INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, result) "
                   "VALUES (now(), 1, 'e', 'o', 'ok');")
        all_sealed(server)
    server.dev("start")
    equal(all_sealed(server)["integrity"], "intact", "integrity")


@case
def transaction_that_commits_late_is_sealed_then(server):
    """psql holds a row back while others are written."""
    before = all_sealed(server)["rows"]
    held = server.env["PSQL"].replace("psql ", "psql -v ON_ERROR_STOP=1 ", 1)
    with subprocess.Popen(["sh", "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as child:
        child.stdin.write("BEGIN; INSERT INTO dpvd.audit_log (received, duration, endpoint, "
                          "operation, result) VALUES (now(), 1, 'late', 'o', 'ok');\n"
                          "SELECT 'written';\n")
        child.stdin.flush()
        contains(child.stdout.readline(), "written", "psql")
        server.insert().accepted()
        equal(verified(server)[0]["waiting"], 1, "rows that wait")
        child.stdin.write("COMMIT;\n")
        child.stdin.close()
        child.wait(60)
    found = all_sealed(server)
    equal((found["rows"], found["integrity"]), (before + 2, "intact"), "sealed rows")


# ---------------------------------------------------------------- the command line


@case_table({
    "nothing": (), "a group alone": ("audit",), "an unknown group": ("dance", "now"),
    "an unknown action": ("audit", "burn"), "an unknown option": ("audit", "verify", "--dance"),
    "an option twice": ("audit", "verify", "--json", "--json"),
    "an option without value": ("audit", "verify", "--key"),
    "no dates": ("audit", "export"), "no end": ("audit", "export", "--from", "2026-01-01"),
})
def admin_is_used_wrongly_with(server, *words):
    done = admin(server, *words)
    equal(done.returncode, 2, "exit status")
    contains(done.stderr, "usage:", "what it says")


@case_table({
    "a date that is none": (("export", "--from", "2026-02-30", "--to", "2026-03-01"), "2026-02-30"),
    "a date with time": (("export", "--from", "2026-02-01T00", "--to", "2026-03-01"), "T00"),
    "dates in the wrong order": (("export", "--from", "2026-02-02", "--to", "2026-02-01"), "--to"),
    "a file that is there": (("export", *DAYS, "--out", "/etc/passwd"), "/etc/passwd"),
    "a key that is none": (("verify", "--key", "/etc/passwd"), "/etc/passwd"),
    "a seal that is none": (("verify", "--expect", "1:zz"), "1:zz"),
})
def admin_fails_and_says_why_for(server, words, part):
    done = admin(server, "audit", *words)
    equal(done.returncode, 1, "exit status")
    contains(done.stderr, part, "what it says")


@case
def admin_help_lists_the_commands(server):
    done = admin(server, "--help")
    equal(done.returncode, 0, "exit status")
    contains(done.stdout, "audit verify", "what it says")


@case
def export_into_a_file_is_for_its_owner(server):
    path = server.folder / unique("export")
    equal(admin(server, "audit", "export", *DAYS, "--out", path).returncode, 0, "exit status")
    equal(path.stat().st_mode & 0o777, 0o600, "mode")
    contains(path.read_text(), '"integrity":"intact"', "last line")


@case
def days_without_calls_give_an_empty_export(server):
    done = admin(server, "audit", "export", "--from", "2001-01-01", "--to", "2001-01-31")
    equal((done.returncode, len(done.stdout.splitlines())), (0, 2), "lines")
    equal(stand_alone(server, [done.stdout.encode()]).returncode, 0, "exit status")


@case
def rows_of_other_days_are_hashes_only(server):
    server.sql("INSERT INTO dpvd.audit_log (received, duration, endpoint, operation, result, "
               "senders_reference) SELECT ('2020-02-' || d || ' 12:00+00')::timestamptz, 1, 'e', 'o', 'ok', "
               "'day-' || d FROM generate_series(10, 14) d;")
    all_sealed(server)
    done = admin(server, "audit", "export", "--from", "2020-02-11", "--to", "2020-02-12")
    rows = re.findall("day-..", done.stdout)
    equal(rows, ["day-11", "day-12"], "exported rows")
    done = stand_alone(server, [done.stdout.encode()], "--key", PUBLIC)
    equal(done.returncode, 0, f"exit status of the verifier, which said {done.stdout}")
    contains(done.stdout, "2 rows and ", "what it says")


# ---------------------------------------------------------------- what must not be in the log


@case
def nothing_secret_gets_into_a_row(server):
    """Every field of an insert holds a secret; only what domain.md 10.1 asks for comes back."""
    secret = unique("hemmelig")
    known = server.count("audit_log")
    person = server.sql("SELECT number FROM dpvd.person WHERE NOT dead;")[0][0]
    hidden = {"MessageTitle": secret, "MessageSummary": secret, "MessageBody": secret,
              "CustomMessageData": secret, "Attachments": attachments(attachment(
                  secret.encode(), FileName=f"{secret}.pdf", Name=secret, SendersReference=secret))}
    server.insert(**hidden).accepted()
    server.insert(**{**hidden, "CustomMessageData": NIL, "Reportee": person})
    server.insert(**{**hidden, "MessageTitle": secret * 100})
    server.insert(**{**hidden, "systemPassword": secret}).fault()
    server.insert(**{**hidden, "systemUserName": person, "systemPassword": secret}).fault()
    server.insert(**{**hidden, "systemUserName": f" {person} ", "systemPassword": secret}).fault()
    server.insert(**{**hidden, "CaseID": "1"}).fault()
    server.insert(**{**hidden, "ServiceCode": secret[:7]})
    server.insert(**{**hidden, "Reportee": person[:9] + "00"})
    server.history([secret], password=secret)
    server.details(Reportee=person)
    server.insert().accepted()
    true(server.count("audit_log") >= known + 11, "calls without a row")
    for text in (secret, person, "demo-password", secret.encode().hex()):
        equal(server.sql(f"SELECT l.* FROM dpvd.audit_log l WHERE strpos(l::text, {literal(text)})"
                         f" > 0;"), [], f"rows with {text}")
    contains(str(server.sql("SELECT organization FROM dpvd.audit_log;")), REPORTEE, "recipients")


# ---------------------------------------------------------------- a log that was changed


REPLICA = "SET session_replication_role = replica; "


@case_table({
    "a changed row": ("UPDATE dpvd.audit_log SET client = '6.6.6.6' WHERE id = 3;", "audit_log"),
    "a deleted row": ("DELETE FROM dpvd.audit_log WHERE id = 3;", "audit_log"),
    "a row moved to the end": ("UPDATE dpvd.audit_log SET transaction = '9999999' WHERE id = 3;",
                               "audit_log"),
    "a changed seal": ("UPDATE dpvd.audit_seal SET rows = rows + 1 WHERE number = 2;",
                       "audit_seal"),
    "a deleted seal": ("DELETE FROM dpvd.audit_seal WHERE number = 2;", "audit_seal"),
})
def verify_and_export_find(server, change, table):
    server.restart(audit_seal_interval="0")
    write_on = server.sql
    write_on(f"CREATE TABLE kept AS TABLE dpvd.{table};")
    try:
        write_on(REPLICA + change)
        found, status = verified(server)
        equal((found["integrity"], status), ("wrong", 1), "verify")
        contains(found["finding"], "seal ", "finding")
        contains(admin(server, "audit", "verify").stdout, found["finding"], "the same in words")
        done = admin(server, "audit", "export", *DAYS)
        equal(done.returncode, 1, "exit status of export")
        contains(done.stdout.splitlines()[-1], '"integrity":"wrong"', "last line")
        equal(stand_alone(server, [done.stdout.encode()]).returncode, 1, "the stand-alone verifier")
    finally:
        write_on(REPLICA + f"DELETE FROM dpvd.{table}; INSERT INTO dpvd.{table} "
                 f"{'OVERRIDING SYSTEM VALUE ' if table == 'audit_log' else ''}TABLE kept; "
                 f"DROP TABLE kept;")
        server.restart(audit_seal_interval="20ms")
    equal(all_sealed(server)["integrity"], "intact", "integrity after it was mended")


@case
def chain_that_was_cut_and_mended_is_found_by_a_noted_seal(server):
    """Whoever may do everything can make a log that fits itself: what was noted elsewhere tells."""
    write_seals(server, 2)
    found = all_sealed(server)
    noted = ("--expect", f"{found['last']}:{found['hash']}")
    equal(verified(server, *noted)[1], 0, "exit status before")
    forged = ("--expect", f"{found['last']}:{'0' * 64}")
    equal(verified(server, *forged)[1], 1, "exit status with another hash")
    later = ("--expect", f"{found['last'] + 1000}:{found['hash']}")
    equal(verified(server, *later)[1], 1, "exit status when it is gone")
    equal(stand_alone(server, exported(server), *forged).returncode, 1, "the stand-alone verifier")


@case
def seals_of_another_key_are_found(server):
    _, public = make_key(unique("other"))
    found, status = verified(server, "--key", public)
    equal((found["integrity"], status), ("wrong", 1), "verify")
    contains(found["finding"], "another key", "finding")
    done = stand_alone(server, exported(server), "--key", public)
    equal(done.returncode, 1, "the stand-alone verifier")
    contains(done.stdout, "another key", "what it says")
    both = KEYS / "both.pub"
    both.write_text(public.read_text() + PUBLIC.read_text())
    equal(verified(server, "--key", both)[1], 0, "exit status with both keys")
    equal(stand_alone(server, exported(server), "--key", both).returncode, 0, "the same")


# ---------------------------------------------------------------- exports that were changed


def other(value, rng):
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.choice((-1, 1)) * rng.randint(1, 1000)
    if re.fullmatch("[0-9a-f]{64,}", value):
        place = rng.randrange(len(value))
        return value[:place] + f"{int(value[place], 16) ^ rng.randint(1, 15):x}" + value[place + 1:]
    return value + rng.choice("xyz0") if rng.random() < 0.5 or not value else value[:-1] + "~"


def dump(line):
    return (json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def forge(lines):
    """Makes the end fit what stands before it, as whoever has no key can."""
    body, end = lines[:-1], json.loads(lines[-1])
    end["end"]["sha256"] = verify_audit.hashlib.sha256(b"".join(body)).hexdigest()
    for name, start in (("seals", b'{"seal"'), ("rows", b'{"row"'), ("leaves", b'{"leaf"')):
        end["end"][name] = sum(line.startswith(start) for line in body)
    end["hash"] = verify_audit.record_hash("end", end["end"]).hex()
    return [*body, dump(end)]


def change_member(raw, rng):
    """Another value, or one more or one less, with a hash that fits."""
    line = json.loads(raw)
    kind = next(iter(line))
    if kind == "leaf":
        return dump({"leaf": other(line["leaf"], rng)})
    members = line[kind]
    name = rng.choice(list(members))
    action = rng.randrange(4)
    if action == 0:
        del members[name]
    elif action == 1:
        members["more"] = "x"
    else:
        members[name] = other(members[name], rng)
    line["hash"] = verify_audit.record_hash(kind, members).hex()
    return dump(line)


def manipulated(lines, rng):
    """One random manipulation of what stands between head and end, made to fit otherwise."""
    lines = list(lines)
    a, b = rng.sample(range(1, len(lines) - 1), 2)
    action = rng.randrange(6)
    if action < 3:
        lines[a] = change_member(lines[a], rng)
    elif action == 3:
        del lines[a]
    elif action == 4:
        lines[a], lines[b] = lines[b], lines[a]
    else:
        lines.insert(b, lines[a])
    return forge(lines)


def finds(lines, **options):
    try:
        verify_audit.verify(lines, **options)
    except verify_audit.Wrong:
        return True
    return False


@case
def a_thousand_manipulations_of_an_export_are_found(server):
    write_seals(server, 10)
    lines = exported(server)
    last = all_sealed(server)
    noted = f"{last['last']}:{last['hash']}"
    true(not finds(lines, expect=noted), "an untouched export is wrong")
    true(not finds(forge(lines), expect=noted), "a forged end is noticed without key")
    rng = random.Random(1)
    missed = 0
    for _ in range(TRIALS):
        changed = manipulated(lines, rng)
        if b"".join(changed) != b"".join(lines):
            missed += not finds(changed, expect=noted)
    equal(missed, 0, "manipulations that were not found")


@case
def with_the_key_nothing_at_all_can_be_changed(server):
    lines = exported(server)
    keys = verify_audit.read_keys(PUBLIC)
    true(not finds(lines, keys=keys), "an untouched export is wrong")
    rng = random.Random(2)
    for trial in range(100):
        changed = list(lines)
        place = rng.randrange(len(lines))
        at = rng.randrange(len(lines[place]) - 1)
        byte = bytes([lines[place][at] ^ rng.randint(1, 127)])
        changed[place] = lines[place][:at] + byte + lines[place][at + 1:]
        true(finds(changed, keys=keys), f"trial {trial}: line {place}, byte {at}")
    true(finds(lines[:-1], keys=keys), "an export without end is intact")
    unsigned = json.loads(lines[-1])
    del unsigned["signature"], unsigned["end"]["signer"]
    true(finds(forge([*lines[:-1], dump(unsigned)]), keys=keys), "an unsigned export is intact")


if __name__ == "__main__":
    try:
        os.chmod(KEYS, 0o755)
        PRIVATE, PUBLIC = make_key("audit")
        main(audit_key=PRIVATE, audit_seal_interval="20ms")
    finally:
        shutil.rmtree(KEYS, ignore_errors=True)
