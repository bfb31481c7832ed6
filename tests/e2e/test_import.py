#!/usr/bin/python3
"""Imports of registers: what is refused and removed, and that half a file changes nothing."""

import gzip
import subprocess

from import_calls import (
    ASE, DEMO, FOLDER, NUMBERS, OYVIND, PAL, audit_row, clean, content, counts, csv_file, file_of,
    files, imported, json_file, refused, run)
from register_files import unit
from support import DPVD, case, case_table, contains, equal, main, true


# ---------------------------------------------------------------- refused entries


@case
def a_broken_row_is_told_with_its_line_and_the_rest_is_taken(server):
    clean(server)
    path = file_of(f"organization;type;holder\n910820605;DAGL;{ASE}\n910820605;DAGL;15819010020\n"
                   f'910820605;"DA\nGL";{ASE}\n910820605\n{NUMBERS[0]};LEDE;{OYVIND}\n'
                   f"810514442;LEDE;{PAL}\n")
    summary = imported(server, "roles", path)
    equal(counts(summary), (2, 0, 0, 0, 4), "summary")
    equal([(found["line"], found["entry"], found["column"]) for found in summary["refusals"]],
          [(3, 2, "holder"), (4, 3, "type"), (6, 4, ""), (7, 5, "organization")], "refusals")
    contains(summary["said"], "line 3 (entry 2): holder is neither", "standard error")
    contains(summary["said"], "line 6 (entry 4) does not have as many values", "standard error")


@case
def no_number_of_a_person_is_told(server):
    clean(server)
    path = file_of(f"number;email;mobile\n{ASE};a;\n{ASE}0;;\n;{ASE};\n{PAL};;{ASE}\n{OYVIND};;\n")
    for options in ([], ["--json"], ["--max-refused", "0"]):
        done = run(server, "contacts", path, *options)
        for number in (ASE, PAL, OYVIND):
            true(number not in done.stdout + done.stderr, f"{number} in {done}")
    true(not any(number in server.log() for number in (ASE, PAL, OYVIND)), "a number in the log")


@case
def more_refused_entries_than_allowed_change_nothing(server):
    clean(server)
    path = csv_file("organization;type;holder", f"910820605;DAGL;{ASE}", "910820605;DAGL;1",
                    f"{NUMBERS[0]};DAGL;{ASE}")
    contains(refused(server, "roles", path, "--max-refused", "0"), "more than 0 entries", "at once")
    contains(refused(server, "roles", path, "--max-refused", "1"), "more than 1 entries", "later")
    equal(server.count("organization_role"), 0, "roles")
    equal(counts(imported(server, "roles", path, "--max-refused", "2")), (1, 0, 0, 0, 2), "summary")


@case
def only_the_first_hundred_refusals_are_listed(server):
    clean(server)
    rows = [f"910820605;DAGL;{number}" for number in range(150)]
    summary = imported(server, "roles", csv_file("organization;type;holder", *rows))
    equal((summary["refused"], len(summary["refusals"])), (150, 100), "refused and listed")
    contains(summary["said"], "and 50 more", "standard error")


@case
def of_one_key_the_last_entry_counts(server):
    clean(server)
    path = csv_file("number;name", f"{NUMBERS[0]};first", f"{NUMBERS[0]};second", f"{NUMBERS[0]};")
    summary = imported(server, "organizations", path)
    equal((counts(summary), summary["doubles"]), ((1, 0, 0, 0, 1), 1), "summary")
    equal(server.value(f"SELECT name FROM dpvd.organization WHERE number = '{NUMBERS[0]}';"),
          "second", "the name")


# ---------------------------------------------------------------- files that are not whole


def cuts(data):
    return [data[:n] for n in range(0, len(data) - 2, max(1, len(data) // 40))]


@case_table({
    "JSON": ("organizations", lambda: json_file(*(unit(n, 1) for n in NUMBERS)), []),
    "compressed JSON": ("organizations",
                        lambda: json_file(*(unit(n, 1) for n in NUMBERS), name="file.json.gz"), []),
    "compressed CSV": ("organizations", lambda: file_of(gzip.compress(
        "".join(["number;name\n", *(f"{n};navn\n" for n in NUMBERS)]).encode()), "file.gz"), []),
    "a full CSV": ("contacts", lambda: file_of(
        f'number;email\n{ASE};"aase@bjoernstoe.example"\n{PAL};"paal@haavaer.example"\n'
        .replace(";", ",")), ["--full", "--force"]),
})
def a_cut_file_changes_nothing(server, register, make, options):
    clean(server)
    imported(server, "contacts", csv_file("number;email;mobile", f"{OYVIND};;41020304"))
    before = content(server, "organization"), content(server, "person_contact")
    path = make()
    whole = path.read_bytes()
    tried = 0
    for data in cuts(whole):
        if register == "contacts" and data.endswith(b"\n"):
            continue  # at a line break nobody can tell; that is what the guard below is for
        path.write_bytes(data)
        contains(refused(server, register, path, *options), "dpvd: ", "standard error")
        tried += 1
    true(tried > 20, f"only {tried} cuts")
    equal((content(server, "organization"), content(server, "person_contact")), before, "registers")
    equal(audit_row(server)[2], "refused", "the audit log")
    path.write_bytes(whole)
    true(imported(server, register, path, *options)["added"] > 0, "the whole file was not taken")


@case
def the_line_of_a_syntax_error_is_told(server):
    path = file_of("[\n{},\n{\"navn\":}\n]\n")
    contains(refused(server, "organizations", path), "line 3: ", "standard error")
    path = file_of('number;name\n910820605;A\n991825827;"B\n')
    contains(refused(server, "organizations", path), "line 3: the file ends in a quoted value", "CSV")


@case
def a_last_line_without_line_break_is_odd_and_in_a_full_file_wrong(server):
    clean(server)
    path = file_of(f"number;name\n{NUMBERS[0]};A")
    contains(refused(server, "organizations", path, "--full"), "no line break", "a full file")
    contains(imported(server, "organizations", path)["said"], "no line break", "another one")
    equal(server.count("organization", f"number = '{NUMBERS[0]}'"), 1, "organisations")


# ---------------------------------------------------------------- what a full file removes


@case
def more_than_a_quarter_is_removed_by_force_only(server):
    clean(server)
    header = "organization;type;holder"
    rows = [f"910820605;R{n};{ASE}" for n in range(8)]
    imported(server, "roles", csv_file(header, *rows))
    contains(refused(server, "roles", csv_file(header, *rows[3:]), "--full"), "3 of 8 entries",
             "standard error")
    equal(server.count("organization_role"), 8, "roles")
    equal(imported(server, "roles", csv_file(header, *rows[2:]), "--full")["removed"], 2, "removed")
    contains(refused(server, "roles", csv_file(header), "--full"), "6 of 6", "an empty file")
    equal(imported(server, "roles", csv_file(header), "--full", "--force")["removed"], 6, "by force")


@case
def what_a_refused_entry_names_stays(server):
    clean(server)
    header = "organization;type;holder;to"
    rows = [f"910820605;R{n};{ASE};" for n in range(8)]
    imported(server, "roles", csv_file(header, *rows))
    summary = imported(server, "roles", csv_file(header, *rows[:6], rows[6] + "tomorrow"), "--full")
    equal(counts(summary), (0, 0, 1, 6, 1), "summary")
    equal(server.count("organization_role", "type = 'R6'"), 1, "the role of the refused entry")


@case
def entries_that_nobody_can_name_let_nothing_be_removed(server):
    clean(server)
    header = "organization;type;holder"
    rows = [f"910820605;R{n};{ASE}" for n in range(8)]
    imported(server, "roles", csv_file(header, *rows))
    path = csv_file(header, *rows[:6], f"910820605;R6;{ASE}0", f"910820605;NEW;{PAL}")
    summary = imported(server, "roles", path, "--full")
    equal((counts(summary), summary["kept"]), ((1, 0, 0, 6, 1), 2), "summary")
    contains(run(server, "roles", path, "--full").stdout, "nothing was removed", "standard output")
    equal(imported(server, "roles", path, "--full", "--force")["removed"], 2, "by force")


# ---------------------------------------------------------------- trying, auditing


@case
def a_dry_run_tells_the_same_and_writes_nothing(server):
    clean(server)
    path = csv_file("number;name", "910820605;NYTT NAVN", f"{NUMBERS[0]};A", "1;B", *(
        f"{number};A" for number in DEMO[:3]))
    before, rows = content(server, "organization"), server.count("audit_log")
    dry = imported(server, "organizations", path, "--full", "--force", "--dry-run")
    equal((content(server, "organization"), server.count("audit_log")), (before, rows), "rows")
    contains(run(server, "organizations", path, "--dry-run").stdout, "dry run", "standard output")
    wet = imported(server, "organizations", path, "--full", "--force")
    equal((counts(dry), dry["dry_run"]), (counts(wet), True), "what it told")


@case
def each_import_has_a_row_in_the_audit_log(server):
    clean(server)
    imported(server, "organizations", csv_file("number;name", f"{NUMBERS[0]};A", "1;B"),
             "--operator", "Åse")
    equal(audit_row(server), ["admin", "import organizations",
                              "ok: added 1, changed 0, removed 0, refused 1", "Åse"], "the row")
    refused(server, "sub-units", file_of("[{}"), "--operator", "Åse")
    equal(audit_row(server), ["admin", "import sub-units", "refused", "Åse"], "a refused file")


# ---------------------------------------------------------------- beside others


@case
def progress_is_told_and_standard_input_is_a_file(server):
    clean(server)
    said = FOLDER / "said"
    with said.open("wb") as errors, subprocess.Popen(
            [DPVD, "-c", server.env["CONFIG_FILE"], "admin", "import", "organizations", "--file",
             "-", "--dry-run"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=errors) as child:
        child.stdin.write(b"number;name\n")
        rows = 0
        while b"entries read" not in said.read_bytes():
            child.stdin.write(f"{NUMBERS[0]};{'A' * 200}\n".encode() * 1000)
            rows += 1000
            true(rows < 10_000_000, "no progress was told")
        output, _ = child.communicate(timeout=120)
    equal(child.returncode, 0, f"exit status of {output}")
    contains(output.decode(), f"{rows} entries in", "standard output")


@case
def a_second_import_into_the_same_register_is_told_to_wait(server):
    clean(server)
    path = csv_file("number;name", f"{NUMBERS[0]};A")
    with subprocess.Popen(server.env["PSQL"].split(), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as other:
        other.stdin.write("SELECT pg_advisory_lock(8101718523420), 'locked';\n")
        other.stdin.flush()
        contains(other.stdout.readline(), "locked", "the other session")
        contains(refused(server, "organizations", path), "another import", "organisations")
        contains(refused(server, "sub-units", path), "another import", "sub-units")
        imported(server, "contacts", csv_file("number;email", f"{ASE};"))
        other.stdin.write("SELECT pg_advisory_unlock(8101718523420), 'unlocked';\n")
        other.stdin.close()
        contains(other.stdout.readline(), "unlocked", "the other session")
    imported(server, "organizations", path)


# ---------------------------------------------------------------- wrong use


@case_table({
    "another format": (["organizations", "--file", "x", "--format", "xml"], 1, "csv or json"),
    "no file": (["organizations"], 2, "--file FILE is missing"),
    "a file that is not there": (["roles", "--file", "/nowhere"], 1, "/nowhere: "),
    "no number": (["roles", "--file", "x", "--max-refused", "x"], 1, "is no number"),
    "another register": (["senders", "--file", "x"], 2, "usage"),
})
def wrong_use_is_told(server, words, status, text):
    done = subprocess.run([DPVD, "-c", server.env["CONFIG_FILE"], "admin", "import", *words],
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                          check=False)
    equal(done.returncode, status, f"exit status; it said {done.stderr}")
    contains(done.stderr, text, "what it said")


@case
def persons_in_json_are_refused(server):
    contains(refused(server, "persons", file_of("[]")), "persons come as CSV only", "what it said")


if __name__ == "__main__":
    with files():
        main(allow_synthetic_persons="on")
