#!/usr/bin/python3
"""Who may call from where: the caller's address behind proxies, lists of allowed addresses, and
user names that are locked out after too many wrong passwords (domain.md 2.3 and 11.2).

The server trusts this machine and 10.0.0.0/8 as proxies, so that X-Forwarded-For makes a call come
from any address. Every case has users and addresses of its own."""

import itertools
from pathlib import Path

from support import (
    ACTION_DETAILS, ACTION_HISTORY, ACTION_INSERT, at_once, case, case_table, connect, contains,
    details_envelope, equal, exchange, history_envelope, insert_envelope, literal, main, soap_headers,
    true, unique, wait_until, BASIC)

GOOD = "demo-password"
WRONG = "hemmelig-passord-2f7a"
WRONG_TEXT = "Incorrect username/password/pin given for user"
HOUR = 3600

_addresses = itertools.count(1)


def new_address():
    number = next(_addresses)
    return f"198.18.{number // 256}.{number % 256}"


def new_user(server, allowed="{}"):
    """A system user of the demo sender; its password is GOOD."""
    name = unique("user")
    server.sql(f"""
        INSERT INTO dpvd.system_user (sender_id, name, password_hash, allowed_addresses)
        SELECT sender_id, {literal(name)}, password_hash, {literal(allowed)}
          FROM dpvd.system_user WHERE name = 'demo';""")
    return name


def insert(user, password):
    return insert_envelope(systemUserName=user, systemPassword=password), ACTION_INSERT


def history(user, password):
    return history_envelope(["x"], user, password), ACTION_HISTORY


def details(user, password):
    return details_envelope(user, password), ACTION_DETAILS


CALLS = {"insert": (insert,), "history": (history,), "details": (details,)}


def call(server, user, password=GOOD, client=None, make=insert, url=None, **headers):
    """A call that comes from client, through the proxy that this machine is."""
    body, action = make(user, password)
    headers = {**soap_headers(action), **headers}
    if client is not None:
        headers["X-Forwarded-For"] = client
    connection = connect(url or server.url)
    try:
        return exchange(connection, "POST", BASIC, body, headers)
    finally:
        connection.close()


def wrong(server, user, client, times=1, **options):
    for _ in range(times):
        fault = call(server, user, WRONG, client, **options).fault()
        equal((fault.error_id, fault.message), (989, WRONG_TEXT), "wrong password")


def is_locked(answer, user):
    fault = answer.fault()
    equal((answer.status, fault.code, fault.error_id, fault.message, fault.members["UserId"]),
          (500, "Client", 989, f"The EndUserSystem System with ID: {user} is locked out.", ""),
          "right password while locked")


def is_wrong_address(answer, user, client):
    fault = answer.fault()
    equal((answer.status, fault.code, fault.error_id, fault.message),
          (500, "Client", 5,
           f"AgencySystem {user} is not authorized to call service from ip {client}"),
          "right password from a wrong address")


def lock(server, **options):
    """A new user that is locked out from a new address: both."""
    user, client = new_user(server), new_address()
    wrong(server, user, client, times=5, **options)
    return user, client


def audited(server, columns):
    return server.sql(f"SELECT {columns} FROM dpvd.audit_log ORDER BY id DESC LIMIT 1;")[0]


# ---------------------------------------------------------------- the caller's address

CLIENTS = {
    "no header": ({}, "127.0.0.1"),
    "one address": ({"X-Forwarded-For": "203.0.113.1"}, "203.0.113.1"),
    "IPv6 with port": ({"X-Forwarded-For": "[2001:DB8::1]:4711"}, "2001:db8::1"),
    "a chain of proxies": ({"X-Forwarded-For": "6.6.6.6, 203.0.113.1, 10.1.1.1, 10.2.2.2"},
                           "203.0.113.1"),
    "a proxy that is not ours": ({"X-Forwarded-For": "203.0.113.1, 192.0.2.9"}, "192.0.2.9"),
    "proxies only": ({"X-Forwarded-For": "10.1.1.1, 10.2.2.2"}, "10.1.1.1"),
    "garbage before it": ({"X-Forwarded-For": "\"<x>, 203.0.113.1"}, "203.0.113.1"),
    "Forwarded": ({"Forwarded": 'for=6.6.6.6, For="[2001:db8::2]:80";proto=https, for=10.1.1.1'},
                  "2001:db8::2"),
    "both": ({"Forwarded": "for=203.0.113.1", "X-Forwarded-For": "203.0.113.1"}, "203.0.113.1"),
    "two that differ": ({"Forwarded": "for=203.0.113.1", "X-Forwarded-For": "203.0.113.2"},
                        "127.0.0.1"),
    "unknown": ({"Forwarded": "for=unknown"}, "127.0.0.1"),
    "a name made up": ({"Forwarded": "for=_gazonk"}, "127.0.0.1"),
    "no address at all": ({"X-Forwarded-For": "203.0.113.1 203.0.113.2"}, "127.0.0.1"),
    "a thousand addresses": ({"X-Forwarded-For": "10.1.1.1, " * 1000 + "203.0.113.1"},
                             "203.0.113.1"),
}


@case_table(CLIENTS)
def caller_is_whom_the_proxy_names(server, headers, client):
    answer = call(server, "demo", **headers)
    answer.accepted()
    equal(audited(server, "client, result"), [client, "accepted"], "audit row")
    request = answer.headers["X-Request-Id"]
    lines = wait_until(lambda: [line for line in server.log_lines("request")
                                if line["req"] == request], 60, "the request's log line")
    equal(lines[0]["client"], client, "client in the log")
    odd = [line["proxy"] for line in server.log_lines("forwarded_odd") if line["req"] == request]
    equal(odd, ["127.0.0.1"] if headers and client == "127.0.0.1" else [], "log lines of oddities")


@case
def headers_of_a_peer_that_is_no_trusted_proxy_are_ignored(server):
    user = new_user(server, "{203.0.113.1}")
    with server.process(trusted_proxies="10.0.0.0/8,192.0.2.1") as (_, url):
        for headers in ({"X-Forwarded-For": "203.0.113.1"}, {"Forwarded": "for=203.0.113.1"}):
            is_wrong_address(call(server, user, url=url, **headers), user, "127.0.0.1")
            equal(audited(server, "client"), ["127.0.0.1"], "audit row")
    call(server, user, client="203.0.113.1").accepted()


# ---------------------------------------------------------------- allowed addresses

PLACES = {
    "anywhere": ("{}", "203.0.113.1", True),
    "an address": ("{203.0.113.1}", "203.0.113.1", True),
    "another address": ("{203.0.113.1}", "203.0.113.2", False),
    "a network": ("{192.0.2.0/24,203.0.113.0/29}", "203.0.113.7", True),
    "beside a network": ("{192.0.2.0/24,203.0.113.0/29}", "203.0.113.8", False),
    "an IPv6 address": ("{2001:db8::5}", "2001:db8:0::5", True),
    "an IPv6 network": ("{2001:db8:7::/48}", "2001:db8:7:ffff::1", True),
    "beside an IPv6 network": ("{2001:db8:7::/48}", "2001:db8:8::1", False),
    "IPv6 for IPv4": ("{0.0.0.0/0}", "2001:db8::1", False),
}


@case_table({f"{name}, {place}": (*make, *row) for name, make in CALLS.items()
             for place, row in PLACES.items()})
def allowed_addresses(server, make, allowed, client, good):
    user = new_user(server, allowed)
    answer = call(server, user, client=client, make=make)
    if good:
        equal(answer.status, 200, "HTTP status")
    else:
        is_wrong_address(answer, user, client)


@case
def wrong_address_is_audited_and_logged_and_stores_nothing(server):
    user = new_user(server, "{203.0.113.1}")
    before = server.counts("correspondence", "receipt", "login_failure")
    answer = call(server, user, client="192.0.2.44")
    equal(server.counts("correspondence", "receipt", "login_failure"), before, "rows")
    equal(audited(server, "result, error_id, error_guid, client, user_name IS NULL, "
                          "system_user_id = (SELECT id FROM dpvd.system_user "
                          f"WHERE name = {literal(user)})"),
          ["wrong_address", "5", answer.fault().members["ErrorGuid"], "192.0.2.44", "t", "t"],
          "audit row")
    line = server.log_lines("login_refused")[-1]
    equal((line["reason"], line["client"]), ("wrong_address", "192.0.2.44"), "log line")


@case
def wrong_password_from_a_wrong_address_is_a_wrong_password(server):
    wrong(server, new_user(server, "{203.0.113.1}"), "192.0.2.45")


@case
def list_counts_at_once_although_the_password_is_remembered(server):
    user, client = new_user(server), new_address()
    call(server, user, client=client).accepted()
    server.sql("UPDATE dpvd.system_user SET allowed_addresses = '{203.0.113.1}' "
               f"WHERE name = {literal(user)};")
    is_wrong_address(call(server, user, client=client), user, client)


# ---------------------------------------------------------------- locking out


@case_table(CALLS)
def five_wrong_passwords_lock_a_user_out(server, make):
    user, client = new_user(server), new_address()
    call(server, user, client=client).accepted()  # is remembered, and does not help
    wrong(server, user, client, times=4, make=make)
    call(server, user, client=client).accepted()  # does not begin the count anew
    wrong(server, user, client, make=make)
    for locked_call, in CALLS.values():
        is_locked(call(server, user, client=client, make=locked_call), user)
    wrong(server, user, client, times=2, make=make)


@case
def lock_is_for_one_address(server):
    user, client = lock(server)
    call(server, user, client=new_address()).accepted()
    call(server, new_user(server), client=client).accepted()
    is_locked(call(server, user, client=client), user)


@case
def lock_is_for_an_ipv6_network(server):
    user = new_user(server)
    for last in "12345":
        wrong(server, user, "2001:db8:0:1::" + last)
    is_locked(call(server, user, client="2001:db8:0:1:ffff::1"), user)
    call(server, user, client="2001:db8:0:2::1").accepted()


@case
def lock_ends_after_an_hour(server):
    user, client = lock(server)
    with server.process(clock_offset=HOUR - 300) as (_, url):
        is_locked(call(server, user, client=client, url=url), user)
    with server.process(clock_offset=HOUR + 1) as (_, url):
        call(server, user, client=client, url=url).accepted()
        wrong(server, user, client, times=4, url=url)
        call(server, user, client=client, url=url).accepted()


@case
def lock_of_a_second_ends_after_a_second(server):
    user, client = new_user(server), new_address()
    with server.process(login_lock="1s", login_failures=2) as (_, url):
        wrong(server, user, client, times=2, url=url)
        wait_until(lambda: call(server, user, client=client, url=url).status == 200, 60, "it ends")


@case
def failures_count_together_for_a_quarter_of_an_hour(server):
    user, client = new_user(server), new_address()
    wrong(server, user, client, times=4)
    with server.process(clock_offset=15 * 60 + 1) as (_, url):
        wrong(server, user, client, times=4, url=url)
        call(server, user, client=client, url=url).accepted()
        wrong(server, user, client, url=url)
        is_locked(call(server, user, client=client, url=url), user)


@case
def lock_holds_at_every_server_and_over_a_restart(server):
    user, client = lock(server)
    with server.process() as (_, url):
        is_locked(call(server, user, client=client, url=url), user)
    server.restart()
    is_locked(call(server, user, client=client), user)


@case
def failures_at_several_servers_add_up(server):
    user, client = new_user(server), new_address()
    with server.process() as (_, url):
        wrong(server, user, client, times=3, url=url)
        wrong(server, user, client, times=2)
        is_locked(call(server, user, client=client, url=url), user)


@case
def failures_at_the_same_time_all_count(server):
    user, client = new_user(server), new_address()
    at_once([lambda: wrong(server, user, client)] * 5)
    is_locked(call(server, user, client=client), user)


@case
def no_failures_switch_it_off(server):
    user, client = lock(server)
    with server.process(login_failures=0) as (_, url):
        wrong(server, user, client, times=6, url=url)
        call(server, user, client=client, url=url).accepted()


@case
def operator_locks_a_user_from_everywhere(server):
    user = new_user(server)
    call(server, user, client=new_address()).accepted()
    server.sql("UPDATE dpvd.system_user SET locked_until = 'infinity' "
               f"WHERE name = {literal(user)};")
    for make, in CALLS.values():
        is_locked(call(server, user, client=new_address(), make=make), user)
    wrong(server, user, new_address())
    server.sql(f"UPDATE dpvd.system_user SET locked_until = now() WHERE name = {literal(user)};")
    call(server, user, client=new_address()).accepted()


# ---------------------------------------------------------------- what a stranger learns


def without_guid(answer):
    return answer.body.replace(answer.fault().members["ErrorGuid"].encode(), b"")


@case_table(CALLS)
def unknown_user_and_locked_user_get_the_same_bytes(server, make):
    user, client = lock(server)
    nobody = unique("nobody")
    wanted = without_guid(call(server, nobody, WRONG, client, make))
    for _ in range(7):
        equal(without_guid(call(server, nobody, WRONG, client, make)), wanted, "unknown user")
        equal(without_guid(call(server, user, WRONG, client, make)), wanted, "locked user")


def cpu_seconds(server):
    """What all threads of the server have computed so far, whatever else the machine does."""
    threads = Path(f"/proc/{server.pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


@case
def unknown_user_and_locked_user_cost_the_same(server):
    """A hash for each: nothing about the user name can be told from how long a refusal takes."""
    user, client = lock(server)
    fresh = new_user(server)
    cost = {name: 0.0 for name in (unique("nobody"), user, fresh)}
    for _ in range(20):
        for name in cost:
            before = cpu_seconds(server)
            wrong(server, name, new_address() if name == fresh else client)
            cost[name] += cpu_seconds(server) - before
    true(max(cost.values()) < 1.6 * min(cost.values()),
         f"CPU seconds of unknown, locked and other user: {list(cost.values())}")


@case
def unknown_users_are_counted_under_a_digest(server):
    nobody, client = unique("nobody"), new_address()
    wrong(server, nobody, client, times=6)
    equal(server.sql("SELECT cardinality(failed), locked IS NOT NULL FROM dpvd.login_failure WHERE "
                     f"user_hash = sha256({literal(nobody)}::bytea) AND source = '{client}';"),
          [["0", "t"]], "its row")


@case_table({"missing": (None,), "far too long": ("x" * 10000,)})
def password_that_is_no_guess_does_not_count(server, password):
    user, client = new_user(server), new_address()
    for _ in range(6):
        equal(call(server, user, password, client).fault().message, WRONG_TEXT)
    call(server, user, client=client).accepted()


@case
def successes_write_nothing_about_logins(server):
    user, client = new_user(server), new_address()
    wrong(server, user, client, times=2)
    versions = "SELECT ctid, xmin FROM dpvd.login_failure ORDER BY ctid;"
    before = server.sql(versions)
    for make, in CALLS.values():
        equal(call(server, user, client=client, make=make).status, 200, "HTTP status")
    equal(server.sql(versions), before, "versions of the rows")


# ---------------------------------------------------------------- what stays


@case
def lock_is_audited_and_logged(server):
    user, client = lock(server)
    equal(audited(server, "result, error_id, user_name, client, sender_id"),
          ["fault", "989", user, client, ""], "audit row of a wrong password")
    is_locked(call(server, user, client=client), user)
    equal(audited(server, "result, error_id, user_name, client, sender_id IS NULL"),
          ["locked", "989", "", client, "f"], "audit row of the right one")
    wrong(server, user, client)
    lines = [line["reason"] for line in server.log_lines("login_refused")
             if line["client"] == client]
    equal(lines, ["wrong password"] * 5 + ["locked", "wrong password while locked"], "log lines")
    number = server.value(f"SELECT id FROM dpvd.system_user WHERE name = {literal(user)};")
    equal([line["system_user"] for line in server.log_lines("login_locked")
           if line["client"] == client], [number], "log line of the lock")


@case
def failures_that_count_no_longer_are_removed(server):
    lock(server)
    with server.process(clock_offset=25 * HOUR):
        wait_until(lambda: server.counts("login_failure") == [0], 60, "no rows")


@case
def password_stands_nowhere(server):
    """Stands last: looks at what all cases above have left."""
    for table in ("audit_log", "login_failure"):
        rows = "\n".join("|".join(row) for row in server.sql(f"SELECT * FROM dpvd.{table};"))
        true(WRONG not in rows and GOOD not in rows, f"a password stands in {table}")
    contains(server.log(), "login_locked", "log")
    true(WRONG not in server.log() and GOOD not in server.log(), "a password stands in the log")


if __name__ == "__main__":
    main(login_failures=5, trusted_proxies="127.0.0.1, 10.0.0.0/8", max_header_bytes="32k")
