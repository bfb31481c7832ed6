#!/usr/bin/python3
"""PasswordDigest over machine-made secrets, nonces that count once, and wsse_strict."""

import base64
import os
import subprocess

from external_calls import (
    EXTERNAL, call, digest_token, envelope, insert_body, make_secret, post, secret_command,
    secret_key, security, soap_type, time_text, token)
from support import (
    DPVD, at_once, case, case_table, connect, contains, equal, exchange, main, true, unique)

TEST = "<base:Test/>"


def status(server, content):
    return call(server, TEST, security(content)).status


# ---------------------------------------------------------------- digests


@case
def digest_of_the_secret_is_taken(server):
    secret = make_secret(server)
    call(server, insert_body(ExternalShipmentReference=unique("digest")),
         security(digest_token(secret))).accepted()
    equal(status(server, digest_token(secret, nonce=b"x")), 200, "HTTP status")
    equal(status(server, token()), 200, "HTTP status with the password in clear text")


@case
def secret_is_no_password(server):
    secret = make_secret(server)
    call(server, TEST, security(token(password=secret))).refused_token()
    call(server, TEST, security(digest_token("demo-password"))).refused_token()


@case_table({
    "of another secret": (lambda secret: digest_token(secret[:-1] + "~"),),
    "of another user": (lambda secret: digest_token(secret, user="demo2"),),
    "of nobody": (lambda secret: digest_token(secret, user="nobody"),),
    "for another nonce": (lambda secret: digest_token(
        secret, nonce=b"x", **{"kind": "Digest"}).replace("eA==", "eQ=="),),
    "for another time": (lambda secret: digest_token(secret, created=time_text(-60)).replace(
        "<wsu:Created>2", "<wsu:Created>3"),),
    "without Nonce": (lambda secret: token(password="x" * 28, kind="Digest",
                                           created=time_text()),),
    "without Created": (lambda secret: token(password="x" * 28, kind="Digest", nonce="eA=="),),
    "that is too old": (lambda secret: digest_token(secret, created=time_text(-700)),),
    "of the future": (lambda secret: digest_token(secret, created=time_text(400)),),
    "that is short": (lambda secret: digest_token(secret, password="AAAA"),),
    "that is no base64": (lambda secret: digest_token(secret, password="*" * 28),),
    "that is empty": (lambda secret: digest_token(secret, password=""),),
    "that is not there": (lambda secret: digest_token(secret, password=None),),
})
def digest_is_refused(server, make):
    secret = make_secret(server)
    call(server, TEST, security(make(secret))).refused_token()
    equal(status(server, digest_token(secret)), 200, "HTTP status of a good one")


@case
def digest_is_taken_once(server):
    header = security(digest_token(make_secret(server)))
    equal(call(server, TEST, header).status, 200, "HTTP status")
    call(server, TEST, header).refused_token()
    line = server.log_lines("login_refused")[-1]
    equal(line["reason"], "repeated nonce", "reason")


@case
def of_ten_at_once_one_is_taken(server):
    header = security(digest_token(make_secret(server)))
    answers = at_once([lambda: call(server, TEST, header).status] * 10)
    equal(sorted(answers), [200] + [500] * 9, "HTTP status")


@case
def nonce_is_used_up_over_restarts_and_by_other_processes(server):
    text = envelope(TEST, security(digest_token(make_secret(server))))
    equal(post(server, text).status, 200, "HTTP status")
    with server.process() as (_, url):
        answer = exchange(connect(url), "POST", EXTERNAL, text, {"Content-Type": soap_type()})
        equal(answer.status, 500, "HTTP status of the other process")


@case
def refused_token_uses_up_no_nonce(server):
    secret = make_secret(server)
    nonce = os.urandom(16)
    wrong = digest_token("wrong", nonce=nonce)
    call(server, TEST, security(wrong)).refused_token()
    equal(status(server, digest_token(secret, nonce=nonce)), 200, "HTTP status")


@case
def new_secret_replaces_the_old_one(server):
    old, new = make_secret(server), make_secret(server)
    true(old != new, "the same secret twice")
    call(server, TEST, security(digest_token(old))).refused_token()
    equal(status(server, digest_token(new)), 200, "HTTP status")


@case
def removed_secret_is_refused(server):
    secret = make_secret(server, "demo2")
    equal(status(server, digest_token(secret, user="demo2")), 200, "HTTP status")
    equal(secret_command(server, "remove-secret", "demo2").returncode, 0, "remove-secret")
    call(server, TEST, security(digest_token(secret, user="demo2"))).refused_token()
    contains(secret_command(server, "remove-secret", "demo2").stderr, "no secret")


@case
def secret_is_nowhere_in_clear_text(server):
    secret = make_secret(server)
    call(server, TEST, security(digest_token(secret)))
    sealed = bytes.fromhex(server.value(
        "SELECT encode(s.sealed, 'hex') FROM dpvd.system_user_secret s "
        "JOIN dpvd.system_user u ON u.id = s.system_user_id WHERE u.name = 'demo';"))
    true(secret.encode() not in sealed, "the secret is in the database")
    true(base64.urlsafe_b64decode(secret + "=") not in sealed, "the secret is in the database")
    true(secret not in server.log(), "the secret is in the log")


@case
def secret_of_one_user_opens_in_no_other_row(server):
    secret = make_secret(server)
    server.sql("INSERT INTO dpvd.system_user_secret SELECT o.id, s.sealed, s.created "
               "FROM dpvd.system_user_secret s JOIN dpvd.system_user u ON u.id = s.system_user_id, "
               "dpvd.system_user o WHERE u.name = 'demo' AND o.name = 'demo2';")
    call(server, TEST, security(digest_token(secret, user="demo2"))).refused_token()
    server.logged("secret_unreadable")
    server.sql("DELETE FROM dpvd.system_user_secret s USING dpvd.system_user u "
               "WHERE u.id = s.system_user_id AND u.name = 'demo2';")


@case
def audit_log_tells_who_made_it(server):
    operator = unique("operator")
    make_secret(server, "demo", "--operator", operator)
    equal(server.sql("SELECT a.operation, a.result, u.name FROM dpvd.audit_log a "
                     "JOIN dpvd.system_user u ON u.id = a.system_user_id "
                     f"WHERE a.user_name = '{operator}';"),
          [["admin system-user make-secret", "ok", "demo"]], "audit")


@case
def unknown_user_gets_no_secret(server):
    done = secret_command(server, "make-secret", "nobody")
    equal((done.returncode, done.stdout), (1, ""), "make-secret")


@case
def without_a_key_digests_are_refused(server):
    text = envelope(TEST, security(digest_token(make_secret(server))))
    with server.process(secret_key="") as (_, url):
        answer = exchange(connect(url), "POST", EXTERNAL, text, {"Content-Type": soap_type()})
        equal(answer.status, 500, "HTTP status")
    done = subprocess.run([DPVD, "-c", server.env["CONFIG_FILE"], "-o", "secret_key=", "admin",
                           "system-user", "make-secret", "--name", "demo"],
                          capture_output=True, text=True, check=False)
    contains(done.stderr, "secret_key is not set")


@case
def wrong_digests_lock_the_user_out(server):
    secret = make_secret(server, "demo2")
    with server.process(login_failures=2) as (_, url):
        def answer(value):
            text = envelope(TEST, security(digest_token(value, user="demo2")))
            return exchange(connect(url), "POST", EXTERNAL, text,
                            {"Content-Type": soap_type()}).status

        equal([answer("wrong"), answer("wrong"), answer(secret)], [500] * 3, "HTTP status")
    server.sql("DELETE FROM dpvd.login_failure;")


# ---------------------------------------------------------------- strict


@case
def strict_wants_a_fresh_token_with_a_new_nonce(server):
    with server.process(wsse_strict="on") as (_, url):
        def answer(**values):
            text = envelope(TEST, security(token(**values)))
            return exchange(connect(url), "POST", EXTERNAL, text,
                            {"Content-Type": soap_type()}).status

        nonce = base64.b64encode(os.urandom(16)).decode()
        equal(answer(nonce=nonce, created=time_text()), 200, "HTTP status of a good one")
        equal(answer(nonce=nonce, created=time_text()), 500, "HTTP status of a repeated nonce")
        equal(answer(nonce="MTIz", created=time_text(-700)), 500, "HTTP status of an old one")
        equal(answer(created=time_text()), 500, "HTTP status without Nonce")
        equal(answer(nonce="MTIz"), 500, "HTTP status without Created")
        equal(answer(), 500, "HTTP status without both")
        equal(answer(nonce="MTIz", created=time_text()), 200, "HTTP status of another nonce")


if __name__ == "__main__":
    main(secret_key=secret_key())
