#!/usr/bin/python3
"""Attacks on the running server: each is refused cleanly, leaves nothing and learns nothing."""

import re

import hostile_http
import hostile_soap
import hostile_words
import hostile_xml
from hostile import log_is_whole, nobody_called, request, resident_mib, survives, watch
from support import (
    BASIC, case, case_table, equal, insert_envelope, main, open_socket, true, unique, wait_until)


@case_table({name: (make,) for name, make in hostile_xml.ENDPOINTS.items()})
def request_that_all_this_was_made_of_is_good_at(server, make):
    path, media, text = make()
    survives(server, request(path, text.replace("@", "Correspondence"), media), (200,),
             new_rows=lambda before, after: None)


@case_table(hostile_xml.TABLE)
def xml_is_refused(server, make):
    survives(server, make(), (400, 500))


@case_table({name: (make,) for name, make in hostile_soap.SOAP.items()})
def envelope_is_refused_with(server, make):
    survives(server, make(), (400, 500))


@case_table({name: (make,) for name, make in hostile_soap.WS.items()})
def addressed_envelope_is_refused_with(server, make):
    survives(server, make(), (500,))


@case_table({name: (make,) for name, make in hostile_soap.MEDIA.items()})
def body_is_refused_that_is(server, make):
    survives(server, make(), (400, 413, 415, 431, 500))


@case_table({name: (make,) for name, make in hostile_http.SMUGGLING.items()})
def insert_is_not_smuggled_behind(server, make):
    survives(server, make(), (0, 400, 404, 405, 411, 413, 417, 431, 501, 505))


@case_table(hostile_http.TARGETS)
def nothing_is_found_with(server, data):
    survives(server, data, (400, 404, 405, 413, 414, 417, 431, 500))


@case
def requests_that_end_early_are_dropped(server):
    seen = watch(server)
    before = seen.stored()
    for data in hostile_http.cut_requests():
        with open_socket(server.url) as sock:
            sock.sendall(data)
        seen.attacks += 1
    wait_until(lambda: connections(server) <= 1, 60, "all connections are given back")
    equal(seen.stored(), before, "rows")
    log_is_whole(seen.logged(None))
    seen.lives()


def connections(server):
    found = re.search(r"^dpvd_connections (\d+)", server.admin("/metrics").body.decode(), re.M)
    return int(found[1])


@case_table(hostile_words.REFUSALS)
def word_is_refused_as(server, make, word):
    survives(server, make(word), (500,), own=[word])


@case_table({f"{field}, {name}": (make, word) for field, make in hostile_words.UNKNOWN.items()
             for name, word in hostile_words.WORDS.items() if word.strip()})
def word_is_found_nowhere_as(server, make, word):
    reply = survives(server, make(word), (200,), own=[hostile_words.as_read(word)])
    equal(list(reply.tree.iter("{*}StatusV2")), [], "messages")


@case_table({f"{field}, {name}": (field, make, word)
             for field, make in hostile_words.KEPT.items()
             for name, word in hostile_words.WORDS.items()
             if word.strip() or field != "display_sender"})  # which has a preset
def word_is_only_a_word_as(server, field, make, word):
    """It is refused, or kept as it is."""
    seen, reference = watch(server), unique("kept")
    data = request(BASIC, insert_envelope(**{"ExternalShipmentReference": reference, **make(word)}))
    reply = survives(server, data, (200, 500), own=[hostile_words.as_read(word)],
                     new_rows=at_most_one_message)
    if reply.tree.findtext(".//{*}ReceiptStatusCode") == "OK":
        table = "attachment" if field == "file_name" else "correspondence"
        key = "correspondence_id" if field == "file_name" else "id"
        found = seen.database.rows(
            f"SELECT encode(convert_to({field}, 'UTF8'), 'hex') FROM dpvd.{table} "
            f"ORDER BY {key} DESC LIMIT 1;")
        equal(bytes.fromhex(found[0]).decode(), hostile_words.as_read(word), field)


def at_most_one_message(before, after):
    (messages, attached, receipts, *rest), (old, old_attached, old_receipts, *old_rest) = (
        list(map(int, rows[0].split("|"))) for rows in (after, before))
    true(messages - old <= 1 and attached - old_attached <= 1 and receipts - old_receipts <= 1,
         f"rows before {before} and after {after}")
    equal(rest[2:], old_rest[2:], "senders and system users")


@case_table({name: (make,) for name, make in hostile_soap.INERT.items()})
def request_is_answered_as_if_there_were_not(server, make):
    reply = survives(server, make(), (200,))
    equal(list(reply.tree.iter("{*}StatusV2")), [], "messages")


@case
def no_attack_made_the_server_call_anybody(server):
    del server
    nobody_called()


@case
def memory_after_all_attacks_is_what_it_was(server):
    seen = watch(server)
    grown = resident_mib(seen.pid) - seen.memory
    print(f"     {seen.attacks} attacks, {grown:+.0f} MiB")
    true(grown <= 192, f"{grown:.0f} MiB more after {seen.attacks} attacks")


if __name__ == "__main__":
    main()
