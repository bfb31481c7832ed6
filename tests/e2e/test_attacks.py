#!/usr/bin/python3
"""Attacks on the running server: each is refused cleanly, leaves nothing and learns nothing."""

import re

import hostile_http
import hostile_soap
import hostile_words
import hostile_xml
from hostile import log_is_whole, nobody_called, resident_mib, survives, watch
from support import case, case_table, equal, main, open_socket, true, wait_until


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
