#!/usr/bin/python3
"""What is secret stands in no answer, log, audit row or metric, and a caller that is refused for
its credentials learns nothing about whose they are (security.md 3.3 and 4)."""

import re

import external_calls
import receipt_calls
from external_calls import digest_token, history_body, insert_body, security, secret_key, token
from insert_calls import notification, notifications
from register_rows import SUSPENDED, TERMINATED, caller, sender
from support import (
    ACTION_INSERT, ACTION_TEST, BASIC, NIL, Xml, attachment, attachments, case_table,
    details_envelope, envelope, equal, history_envelope, insert_envelope, literal, main, member,
    soap_headers, true, unique, wait_until)

PERSON = "15819010029"

# ---------------------------------------------------------------- who is refused


def basic_insert(server, user, password):
    return server.post(insert_envelope(systemUserName=user, systemPassword=password,
                                       ExternalShipmentReference="x"))


def basic_history(server, user, password):
    return server.post(history_envelope(["x"], user, password))


def basic_details(server, user, password):
    return server.post(details_envelope(user, password))


def receipts(server, user, password):
    credentials = Xml(member("wrec", "systemUserName", user)
                      + member("wrec", "systemPassword", password))
    body = receipt_calls.envelope(member("wrec", "GetReceiptListBasicV2", credentials))
    return server.request("POST", receipt_calls.PATH, body, soap_headers(None))


def addressed(body):
    def ask(server, user, password):
        nil = password is NIL
        text = security(token(user, None if nil else password))
        return external_calls.call(server, body, text)
    return ask


CALLS = {
    "insert": basic_insert, "history": basic_history, "details": basic_details,
    "receipts": receipts, "addressed insert": addressed(insert_body()),
    "addressed history": addressed(history_body(["x"])),
    "addressed Test": addressed("<base:Test/>"),
}


def user_of(server, **values):
    return caller(server, sender(server, **values))["systemUserName"]


def changed(server, change):
    name = user_of(server)
    server.sql(f"UPDATE dpvd.system_user SET {change} WHERE name = {literal(name)};")
    return name


def locked_out(server):
    """So many wrong passwords that the right one is refused, too."""
    who = caller(server, sender(server))
    for _ in range(5):
        basic_history(server, who["systemUserName"], "wrong")
    fault = basic_history(server, who["systemUserName"], who["systemPassword"]).fault()
    true("locked" in fault.message, f"not locked out: {fault.message}")
    return who["systemUserName"]


STRANGERS = {
    "wrong password": (user_of, "wrong"),
    "password of another": (user_of, "demo2-password"),
    "empty password": (user_of, ""),
    "nil password": (user_of, NIL),
    "password of 10 KB": (user_of, "x" * 10_000),
    "locked out": (locked_out, "wrong"),
    "locked by an operator": (lambda server: changed(server, "locked_until = 'infinity'"), "wrong"),
    "from a wrong address":
        (lambda server: changed(server, "allowed_addresses = '{192.0.2.1}'"), "wrong"),
    "of a terminated sender": (lambda server: user_of(server, status=TERMINATED), "wrong"),
    "of a suspended sender": (lambda server: user_of(server, status=SUSPENDED), "wrong"),
    "user in capitals": (lambda server: user_of(server).upper(), "wrong"),
    "user with a blank": (lambda server: user_of(server) + " ", "wrong"),
}


def seen_by_a_stranger(answer):
    """Status, headers and bytes without what is new in each answer."""
    text = re.sub("<ErrorGuid>[^<]*<", "<ErrorGuid><", answer.body.decode())
    headers = [(name, value) for name, value in answer.headers.items()
               if name not in ("Date", "X-Request-Id")]
    return answer.status, headers, text


@case_table(STRANGERS)
def stranger_learns_no_more_than_of_an_unknown_user(server, make, password):
    name = make(server)
    for call, ask in CALLS.items():
        unknown = seen_by_a_stranger(ask(server, unique("nobody"), "wrong"))
        equal(seen_by_a_stranger(ask(server, name, password)), unknown, f"answer to {call}")


# ---------------------------------------------------------------- what stands where


class Marks:
    """Secret words of one run, each of which says where it was given."""

    def __init__(self):
        names = ("title summary body custom file name content from address password cookie query "
                 "broken digest mail")
        self.words = {name: unique("secret-" + name) for name in names.split()}

    def __getattr__(self, name):
        return self.words[name]

    def letter(self):
        """Members of a message with all that is secret in it."""
        return {"MessageTitle": self.title, "MessageSummary": self.summary,
                "MessageBody": self.body, "CustomMessageData": self.custom, "Reportee": PERSON,
                "Attachments": attachments(attachment(self.content.encode(), Name=self.name,
                                                      FileName=self.file + ".pdf")),
                **notifications(notification(("Email", f"{self.mail}@b.example")))}


def all_calls(server, marks, secret):
    """Answers to calls of every kind and outcome: name, answer."""
    letter = marks.letter()
    wrong = {"systemPassword": marks.password}
    yield "insert", server.insert(**letter)
    yield "insert with a fault", server.insert(**letter, CaseID="1")
    yield "insert with a receipt", server.insert(**{**letter, "MessageTitle": marks.title * 99})
    yield "insert with a bad date", server.insert(**letter, VisibleDateTime=marks.title)
    yield "insert with a bad name", server.insert(**{**letter, "Attachments": attachments(
        attachment(FileName=marks.file + "/"))})
    yield "insert with bad base64", server.insert(**{**letter, "Attachments": attachments(
        attachment(Data="!" + marks.content))})
    yield "insert with a wrong password", server.insert(**{**letter, **wrong})
    yield "insert with an action of another", server.post(insert_envelope(**letter), ACTION_TEST)
    yield "insert that is broken", server.post(
        insert_envelope(**letter).replace("</s:Body>", f"<{marks.broken}>"), ACTION_INSERT)
    yield "insert of an entity", server.post(
        f"<!DOCTYPE {marks.broken}>" + insert_envelope(**letter), ACTION_INSERT)
    yield "no operation", server.post(envelope(f"<{marks.broken}/>"))
    yield "history", server.post(history_envelope(["x"], password=marks.password))
    yield "details", server.post(details_envelope(password=marks.password))
    yield "receipts", receipts(server, "demo", marks.password)
    for name, header in {
            "good token": security(), "wrong token": security(token(password=marks.password)),
            "digest": security(digest_token(secret)),
            "wrong digest": security(digest_token(marks.digest)),
            "two tokens": security(token(password=marks.password), token())}.items():
        yield name, external_calls.call(server, insert_body(**letter), header)
    yield "addressed with a fault", external_calls.call(server, insert_body(**letter, CaseID="1"))
    yield "another media type", server.post(insert_envelope(**wrong), headers=soap_headers(
        None, "text/plain"))
    yield "a query", server.request("POST", BASIC + f"?password={marks.query}", envelope(
        "<base:Test/>"), {"Cookie": marks.cookie, "Authorization": f"Basic {marks.cookie}",
                          **soap_headers(ACTION_TEST)})
    yield "an unknown path", server.get(f"/none?password={marks.query}",
                                        Authorization=f"Bearer {marks.cookie}")


def stands_nowhere(places, words):
    for place, text in places.items():
        for word in words:
            true(word not in text, f"{word!r} stands in {place}")


@case_table({"logfmt": ("logfmt",), "JSON": ("json",)})
def secrets_stand_in_no_answer_log_audit_row_or_metric(server, log_format):
    secret = external_calls.make_secret(server)
    server.restart(log_level="debug", log_format=log_format, login_failures=0)
    marks = Marks()
    ids = []
    for name, answer in all_calls(server, marks, secret):
        ids.append(answer.headers["X-Request-Id"])
        stands_nowhere({f"the answer to {name}": str(answer.headers) + answer.body.decode()},
                       [*marks.words.values(), secret, "demo-password", PERSON])
    wait_until(lambda: all(one in server.log() for one in ids), 60, "all calls are logged")
    equal(server.count("correspondence", f"title = {literal(marks.title)}") >= 1, True, "a message")
    rows = "\n".join("|".join(row) for table in ("audit_log", "login_failure")
                     for row in server.sql(f"SELECT * FROM dpvd.{table};"))
    stands_nowhere({"the log": server.log(), "the audit log": rows,
                    "the metrics": server.admin("/metrics").body.decode()},
                   [*marks.words.values(), secret, "demo-password", PERSON])


if __name__ == "__main__":
    main(login_failures=5, allow_synthetic_persons="on", secret_key=secret_key())
