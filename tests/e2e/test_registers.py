#!/usr/bin/python3
"""Every register from its file: added, changed, removed, and there at once."""

import json
import subprocess

from import_calls import (
    ASE, DEMO, FOLDER, NUMBERS, OYVIND, PAL, clean, content, counts, csv_file, files, imported,
    json_file)
from register_files import many_units, unit, write_json
from support import DPVD, SAVED, case, case_table, equal, main, true

MANY = 50_000
UNIT = "number;name;form;parent;address1;address2;address3;postal_code;postal_area;status;deleted"

# Each register: table, header, rows at first; the same with the first one changed, the second one
# gone and another one new; what is then in the table (columns, rows).
REGISTERS = {
    "organizations": (
        "organization", UNIT,
        [f"{NUMBERS[0]};A;AS;;Vei 1;;;0150;OSLO;;", f"{NUMBERS[1]};B;;;;;;;;;",
         *(f"{number};C;AS;;;;;;;bankrupt;" for number in NUMBERS[2:8]),
         *(f"{number};D;;;;;;;;;" for number in DEMO if number != "910568183")],
        [f"{NUMBERS[0]};A;ANS;;Vei 2;;;0150;OSLO;;", f"{NUMBERS[8]};N;;;;;;;;deleted;2026-01-31",
         *(f"{number};C;AS;;;;;;;bankrupt;" for number in NUMBERS[2:8]),
         *(f"{number};D;;;;;;;;;" for number in DEMO if number != "910568183")],
        ("number, name, form, address, status, deleted IS NOT NULL",
         f"number IN ('{NUMBERS[0]}', '{NUMBERS[1]}', '{NUMBERS[8]}')",
         [[NUMBERS[0], "A", "ANS", '{"Vei 2"}', "1", "f"], [NUMBERS[1], "B", "", "{}", "2", "t"],
          [NUMBERS[8], "N", "", "{}", "2", "t"]])),
    "sub-units": (
        "organization", UNIT,
        [f"{NUMBERS[0]};A;BEDR;910820605;;;;;;;", f"{NUMBERS[1]};B;AAFY;910820605;;;;;;;",
         *(f"{number};C;BEDR;910820605;;;;;;;" for number in (*NUMBERS[2:8], "910568183"))],
        [f"{NUMBERS[0]};A;BEDR;991825827;;;;;;;", f"{NUMBERS[8]};N;BEDR;910820605;;;;;;;",
         *(f"{number};C;BEDR;910820605;;;;;;;" for number in (*NUMBERS[2:8], "910568183"))],
        ("number, parent_number, status", f"number IN ('{NUMBERS[0]}', '{NUMBERS[1]}', "
         f"'{NUMBERS[8]}')",
         [[NUMBERS[0], "991825827", "1"], [NUMBERS[1], "910820605", "2"],
          [NUMBERS[8], "910820605", "1"]])),
    "roles": (
        "organization_role", "organization;type;holder;from;to",
        [f"910820605;DAGL;{ASE};2020-01-01;", f"910820605;LEDE;{OYVIND};;",
         "910820605;REPR;991825827;;", f"810514442;LEDE;{PAL};;", f"810514442;KOMP;{PAL};;"],
        [f"910820605;DAGL;{ASE};2020-01-01;2026-01-31", f"910820605;DAGL;{PAL};2026-02-01;",
         "910820605;REPR;991825827;;", f"810514442;LEDE;{PAL};;", f"810514442;KOMP;{PAL};;"],
        ("type, holder, valid_from, valid_to", "organization_number = '910820605'",
         [["DAGL", PAL, "2026-02-01", ""], ["DAGL", ASE, "2020-01-01", "2026-01-31"],
          ["REPR", "991825827", "-infinity", ""]])),
    "addresses": (
        "notification_address", "organization;kind;address;confirmed;deleted",
        ["910820605;email;a@blaabaer.example;2025-01-02T12:00:00Z;", "910820605;sms;91929394;;",
         "991825827;sms;91929394;;", "991825827;email;b@blaabaer.example;;",
         "991825827;email;c@blaabaer.example;;"],
        ["910820605;email;a@blaabaer.example;2026-01-02T12:00:00Z;", "910820605;sms;41929394;;",
         "991825827;sms;91929394;;", "991825827;email;b@blaabaer.example;;",
         "991825827;email;c@blaabaer.example;;"],
        ("kind, address, confirmed AT TIME ZONE 'UTC', deleted",
         "organization_number = '910820605'",
         [["1", "41929394", "", "f"], ["1", "91929394", "", "t"],
          ["2", "a@blaabaer.example", "2026-01-02 12:00:00", "f"]])),
    "contacts": (
        "person_contact", "number;email;mobile;language;reserved;verified",
        [f"{ASE};aase@bjoernstoe.example;;nb;nei;", f"{OYVIND};;;;ja;", f"{PAL};;41020304;;;",
         "12857510281;;;;;", "24889110011;;;;;"],
        [f"{ASE};;;nb;ja;2026-01-31", f"{PAL};;41020304;;;",
         "12857510281;;;;;", "24889110011;;;;;"],
        ("number, email, mobile, language, reserved, verified IS NOT NULL",
         f"number IN ('{ASE}', '{OYVIND}')", [[ASE, "", "", "nb", "t", "t"]])),
    "personal-contacts": (
        "personal_contact", "organization;person;email;mobile;services",
        [f"910820605;{ASE};aase@bjoernstoe.example;;", f"910820605;{OYVIND};;41020304;",
         f"991825827;{ASE};;41020304;", f"991825827;{PAL};;41020304;", f"810514442;{PAL};;41020304;"],
        [f"910820605;{ASE};aase@bjoernstoe.example;41020304;4255/10 5504/1",
         f"910820605;{PAL};;41020304;",
         f"991825827;{ASE};;41020304;", f"991825827;{PAL};;41020304;", f"810514442;{PAL};;41020304;"],
        ("person_number, email, mobile, services", "organization_number = '910820605'",
         [[PAL, "", "41020304", "{}"],
          [ASE, "aase@bjoernstoe.example", "41020304", "{4255/10,5504/1}"]])),
}


@case_table({name: (name, *row) for name, row in REGISTERS.items()})
def entries_are_added_changed_and_removed_and_the_same_file_writes_nothing(
        server, register, table, header, first, second, expected):
    clean(server)
    columns, condition, rows = expected
    imported(server, register, csv_file(header, *first))
    before = content(server, table)
    again = imported(server, register, csv_file(header, *first), "--full")
    equal(counts(again), (0, 0, 0, len(first), 0), "the same file once more")
    equal(content(server, table), before, "rows, and who wrote them")
    summary = imported(server, register, csv_file(header, *second), "--full")
    equal(summary["removed"], 1, f"removed of {summary}")
    equal(summary["changed"] + summary["added"], len([r for r in second if r not in first]),
          f"written of {summary}")
    order = columns.split(",", 1)[0]
    equal(server.sql(f"SELECT {columns} FROM dpvd.{table} WHERE {condition} ORDER BY {order}, 2;"),
          rows, "what is in the register")
    before = content(server, table)
    again = imported(server, register, csv_file(header, *second), "--full")
    equal(counts(again), (0, 0, 0, len(second), 0), "the second file once more")
    equal(content(server, table), before, "rows, and who wrote them")



# ---------------------------------------------------------------- what the file does not say


@case
def columns_that_the_file_lacks_stay_as_they_are(server):
    clean(server)
    imported(server, "contacts", csv_file(
        "number;email;mobile;language;reserved;verified",
        f"{ASE};aase@bjoernstoe.example;41020304;nb;nei;2026-01-31"))
    imported(server, "contacts", csv_file("number;reserved", f"{ASE};ja", f"{PAL};ja"))
    equal(server.sql("SELECT number, email, mobile, language, reserved, verified IS NOT NULL "
                     "FROM dpvd.person_contact ORDER BY number;"),
          [[PAL, "", "", "", "t", "f"], [ASE, "aase@bjoernstoe.example", "41020304", "nb", "t", "t"]],
          "reservations alone")
    imported(server, "organizations", csv_file("number;name", "910820605;NYTT NAVN"))
    equal(server.sql("SELECT name, form, address, postal_code, status FROM dpvd.organization "
                     "WHERE number = '910820605';"),
          [["NYTT NAVN", "AS", '{"Storgata 3","Postboks 12"}', "2380", "1"]], "a name alone")


@case
def persons_are_added_and_changed_and_stay(server):
    header = "number;first_name;middle_name;last_name;dead;protection"
    before = server.count("person")
    ids = server.sql("SELECT number, id FROM dpvd.person ORDER BY number;")
    summary = imported(server, "persons", csv_file(
        header, f"{ASE};Åse;;Bjørnstø;ja;strictly-confidential", "01010150074;Ny;;Person;;"),
        "--full")
    equal((summary["added"], summary["changed"], summary["removed"], summary["kept"]),
          (1, 1, 0, before - 1), "summary")
    equal(server.value(f"SELECT dead AND protection = 2 FROM dpvd.person WHERE number = '{ASE}';"),
          "t", "what changed")
    equal(server.sql("SELECT number, id FROM dpvd.person WHERE number <> '01010150074' "
                     "ORDER BY number;"), ids, "numbers that logs know")
    server.sql("DELETE FROM dpvd.person WHERE number = '01010150074'; "
               "UPDATE dpvd.person SET dead = false, protection = 0 "
               f"WHERE number = '{ASE}';")


# ---------------------------------------------------------------- the public files


@case
def public_files_of_both_kinds_and_of_roles_are_taken(server):
    clean(server)
    main_unit, closed, sub_unit = NUMBERS[:3]
    place = {"adresse": ["Kaivegen 5"], "postnummer": "9008", "poststed": "TROMSØ", "landkode": "NO"}
    imported(server, "organizations", json_file(
        unit(main_unit, 1), unit(closed, 2, konkurs=False, slettedato="2026-01-31"),
        name="enheter.json.gz"))
    imported(server, "sub-units", json_file({
        "organisasjonsnummer": sub_unit, "navn": "AVD TROMSØ", "organisasjonsform": {"kode": "BEDR"},
        "overordnetEnhet": main_unit, "beliggenhetsadresse": place}))
    equal(server.sql("SELECT number, form, parent_number, address, status, deleted "
                     f"FROM dpvd.organization WHERE number IN ('{main_unit}', '{closed}', "
                     f"'{sub_unit}') ORDER BY number;"),
          [[main_unit, "ENK", "", '{"Torgallmenningen 2"}', "1", ""],
           [closed, "SA", "", '{"Prøveveien 3"}', "2", "2026-01-31"],
           [sub_unit, "BEDR", main_unit, '{"Kaivegen 5"}', "1", ""]], "organisations")


def role_file(*roles):
    groups = [{"type": {"kode": "X"}, "sistEndret": "2026-01-31", "roller": list(roles)}]
    return json_file({"organisasjonsnummer": "910820605", "rollegrupper": groups})


@case
def public_roles_of_persons_are_neither_taken_nor_removed(server):
    clean(server)
    imported(server, "roles", csv_file("organization;type;holder", f"910820605;DAGL;{ASE}",
                                       "910820605;REPR;991825827", "910820605;BOBE;991825827"))
    person = {"type": {"kode": "DAGL"}, "fratraadt": False,
              "person": {"fodselsdato": "1990-01-15", "navn": {"fornavn": "Åse"}}}
    other = {"type": {"kode": "BOBE"}, "enhet": {"organisasjonsnummer": "974760673"}}
    stays = {"type": {"kode": "REPR"}, "enhet": {"organisasjonsnummer": "991825827"},
             "fratraadt": False}
    summary = imported(server, "roles", role_file(person, other, stays), "--full", "--force")
    equal((counts(summary), summary["left_out"]), ((1, 0, 1, 1, 0), 1), "summary")
    equal(server.sql("SELECT type, holder FROM dpvd.organization_role ORDER BY type;"),
          [["BOBE", "974760673"], ["DAGL", ASE], ["REPR", "991825827"]], "roles")
    imported(server, "roles", role_file({**stays, "fratraadt": True}))
    equal(server.value("SELECT valid_to FROM dpvd.organization_role WHERE type = 'REPR';"),
          "2026-01-31", "the end of a role that was given up")


# ---------------------------------------------------------------- beside a running server


@case
def a_running_server_sees_what_was_imported_at_once(server):
    clean(server)
    number = NUMBERS[0]
    equal(server.insert(Reportee=number).fault().error_id, 60012, "before")
    imported(server, "organizations", csv_file("number;name", f"{number};NY BEDRIFT"))
    equal(server.insert(Reportee=number).accepted()["ReceiptText"], SAVED, "afterwards")
    others = [f"{demo};A" for demo in DEMO if demo != "910568183"]
    equal(imported(server, "organizations", csv_file("number;name", *others), "--full")["removed"],
          1, "removed")
    equal(server.insert(Reportee=number).receipt()["ReceiptStatusCode"], "Rejected", "when deleted")


@case
def fifty_thousand_organisations_come_while_the_server_serves(server):
    clean(server)
    path = FOLDER / "enheter.json.gz"
    write_json(path, many_units(MANY))
    with subprocess.Popen([DPVD, "-c", server.env["CONFIG_FILE"], "admin", "import",
                           "organizations", "--file", path, "--json"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as child:
        sent = 0
        while child.poll() is None:
            server.insert().accepted()
            sent += 1
        equal((child.returncode, counts(json.load(child.stdout))), (0, (MANY, 0, 0, 0, 0)),
              "the import")
    true(sent > 0, "no message was sent meanwhile")
    before = server.value("SELECT max(xmin::text::bigint) FROM dpvd.organization;")
    equal(counts(imported(server, "organizations", path)), (0, 0, 0, MANY, 0), "once more")
    equal(server.value("SELECT max(xmin::text::bigint) FROM dpvd.organization;"), before, "xmin")
    equal(server.count("organization", "form = 'AS' AND status = 3") > 0, True, "bankrupt ones")


if __name__ == "__main__":
    with files():
        main(allow_synthetic_persons="on")
