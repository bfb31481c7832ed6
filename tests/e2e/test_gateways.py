#!/usr/bin/python3
"""How e-mail and SMS are handed over: a mail server with STARTTLS and AUTH, an HTTP gateway, and
everything that they may answer."""

import base64
import json
import subprocess
import tempfile
import urllib.parse
import xml.etree.ElementTree
from pathlib import Path

from gateways import PASSWORD, USER, MailServer, SmsServer, closed_port, make_certificate
from support import DPVD, Report, case_table, contains, equal, keep_secret, true
from support import _cases as cases
from support import case

FOLDER = Path(tempfile.mkdtemp(prefix="dpvd-e2e-gateways-"))
CERTIFICATE, KEY = make_certificate()
OTHER_CERTIFICATE, _ = make_certificate()
TEXT = "Test message of dpvd: æøå"
ADDRESS, NUMBER = "post+dpv@example.com", "91929394"


def secret(value):
    path = FOLDER / f"secret-{len(list(FOLDER.iterdir()))}"
    path.write_bytes(value + b"\n")
    return keep_secret(path)


def send(kind, to, **settings):
    """dpvd admin notify test-...: (exit status, what it said)."""
    settings = {"gateway_timeout": "60s", **settings}
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    done = subprocess.run([DPVD, *options, "admin", "notify", f"test-{kind}", "--to", to],
                          capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def mail(server, to=ADDRESS, **settings):
    return send("mail", to, smtp_url=server.url, **{"smtp_tls": "off", **settings})


def sms(server, to=NUMBER, path="/", **settings):
    return send("sms", to, sms_url=server.url + path, **settings)


# ---------------------------------------------------------------- e-mail


@case
def a_mail_arrives_as_it_was_meant(_):
    with MailServer() as server:
        status, said = mail(server, mail_from="noreply@post.example.no", mail_from_name="Ærlig Etat")
        equal((status, said), (0, "taken: 2.0.0 Ok: queued as 1\n"))
        got = server.mails[0]
        equal((got.sender, got.recipients), ("noreply@post.example.no", [ADDRESS]))
        equal((got.text, got["Subject"], got["To"]), (TEXT, TEXT, ADDRESS))
        equal(str(got["From"]), "Ærlig Etat <noreply@post.example.no>")
        equal((got["Auto-Submitted"], got["Reply-To"]), ("auto-generated", None))
        contains(got["Message-ID"], "<dpvd.test.")
        contains(got["Message-ID"], "@post.example.no>")
        equal(got.parsed.get_content_type(), "text/plain")
        equal(got.parsed.defects, [])


@case
def starttls_and_a_password_are_used(_):
    with MailServer(tls=(CERTIFICATE, KEY), auth=True) as server:
        status, said = mail(server, smtp_tls="require", gateway_ca=CERTIFICATE,
                            smtp_user=USER.decode(), smtp_password_file=secret(PASSWORD))
        equal((status, said[:6]), (0, "taken:"), said)
        equal((server.mails[0].secure, server.mails[0].user), (True, USER))


@case
def a_wrong_password_blames_the_gateway_and_is_shown_nowhere(_):
    with MailServer(tls=(CERTIFICATE, KEY), auth=True) as server:
        status, said = mail(server, smtp_tls="require", gateway_ca=CERTIFICATE,
                            smtp_user=USER.decode(), smtp_password_file=secret(b"feil-passord"))
        equal(status, 1)
        contains(said, "not taken (gateway)")
        true("feil-passord" not in said, said)


@case
def nothing_goes_out_in_clear_when_tls_is_required(_):
    with MailServer() as server:
        status, said = mail(server, smtp_tls="require")
        equal((status, server.mails), (1, []))
        contains(said, "not taken (gateway)")


@case
def a_certificate_that_nobody_vouches_for_is_refused(_):
    with MailServer(tls=(CERTIFICATE, KEY)) as server:
        status, said = mail(server, smtp_tls="require", gateway_ca=OTHER_CERTIFICATE)
        equal((status, server.mails), (1, []))
        contains(said, "not taken (gateway)")


@case_table({
    "an unknown recipient": ("RCPT", "550 5.1.1 No such user", "refused"),
    "a full mailbox": ("RCPT", "452 4.2.2 Mailbox full", "later"),
    "a text that is spam": ("DATA", "554 5.7.1 No", "refused"),
    "greylisting after the text": ("DATA", "451 4.7.1 Later", "later"),
    "a server that goes down": ("DATA", "421 4.3.2 Bye", "gateway"),
    "a sender that may not send": ("MAIL", "553 5.7.1 Not you", "gateway"),
})
def a_mail_server_says_no(_, command, reply, outcome):
    with MailServer() as server:
        server.answers[command] = reply
        status, said = mail(server)
        equal((status, server.mails), (1, []))
        contains(said, f"not taken ({outcome}): {reply}")


@case
def an_answer_that_never_came_is_an_unknown_outcome(_):
    with MailServer() as server:
        server.stall = True
        status, said = mail(server)
        equal((status, len(server.mails)), (1, 1))
        contains(said, "not taken (unknown)")


@case
def a_mail_server_that_hangs_is_left_after_gateway_timeout(_):
    """A short time, unless the machine is too busy to hand the text over in it."""
    for timeout in ("300ms", "2s", "10s", "60s"):
        with MailServer() as server:
            server.gate.clear()
            status, said = mail(server, gateway_timeout=timeout)
            equal(status, 1)
            if server.mails:
                contains(said, "not taken (unknown)")
                return
    raise AssertionError(f"the text was never handed over: {said}")


@case
def nobody_listens(_):
    with closed_port() as port:
        status, said = send("mail", ADDRESS, smtp_url=f"smtp://127.0.0.1:{port}", smtp_tls="off")
        equal(status, 1)
        contains(said, "not taken (gateway)")


@case
def letters_beyond_ascii_need_a_server_that_takes_them(_):
    with MailServer(utf8=True) as server:
        equal(mail(server, to="blåbær@example.com")[0], 0)
        equal(server.mails[0].recipients, ["blåbær@example.com"])
        equal(server.mails[0]["To"], "undisclosed-recipients:;")
    with MailServer() as server:
        equal((mail(server, to="blåbær@example.com")[0], server.mails), (1, []))


# ---------------------------------------------------------------- SMS


@case
def json_is_the_preset(_):
    with SmsServer() as server:
        equal(sms(server, sms_id='"id":"'), (0, "taken: sms-7\n"))
        call = server.calls[0]
        equal((call.method, call.path, call.headers["Content-Type"]),
              ("POST", "/", "application/json"))
        body = json.loads(call.body)
        true(body.pop("id").startswith("dpvd.test."), "its id is ours")
        equal(body, {"to": "+4791929394", "from": "Altinn", "text": TEXT})


@case
def a_form_with_basic_authentication(_):
    with SmsServer() as server:
        equal(sms(server, path="/send?unit={id}", sms_encoding="form", sms_user="etat",
                  sms_secret_file=secret(b"p&ss"), sms_sender="2050",
                  sms_body="to={to_digits}&from={from}&msg={text}&key={secret}")[0], 0)
        call = server.calls[0]
        equal(urllib.parse.parse_qs(call.body.decode()),
              {"to": ["4791929394"], "from": ["2050"], "msg": [TEXT], "key": ["p&ss"]})
        contains(call.path, "/send?unit=dpvd.test.")
        equal(call.headers["Authorization"], "Basic " + base64.b64encode(b"etat:p&ss").decode())


@case
def xml_with_headers_of_its_own(_):
    with SmsServer() as server:
        equal(sms(server, sms_encoding="xml", sms_method="PUT", sms_secret_file=secret(b"t0ken"),
                  sms_headers="Authorization: Bearer {secret} | X-To: {to} | "
                              "content-type: application/vnd.sms+xml",
                  sms_body='<sms to="{to}"><text>{text} &amp; &lt;{from}&gt;</text></sms>')[0], 0)
        call = server.calls[0]
        equal((call.method, call.headers["Authorization"], call.headers["X-To"]),
              ("PUT", "Bearer t0ken", "+4791929394"))
        equal([value for name, value in call.headers.items() if name.lower() == "content-type"],
              ["application/vnd.sms+xml"])
        equal(xml.etree.ElementTree.fromstring(call.body).findtext("text"), TEXT + " & <Altinn>")


@case
def a_get_has_everything_in_its_url(_):
    with SmsServer() as server:
        equal(sms(server, path="/?m={text}&n={to}", sms_method="GET")[0], 0)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(server.calls[0].path).query)
        equal((server.calls[0].method, server.calls[0].body, query),
              ("GET", b"", {"m": [TEXT], "n": ["+4791929394"]}))


@case_table({str(status): (status, outcome) for status, outcome in {
    400: "refused", 401: "gateway", 404: "gateway", 429: "gateway", 500: "later", 503: "gateway",
    504: "unknown", 301: "gateway"}.items()})
def an_sms_gateway_says_no(_, status, outcome):
    with SmsServer() as server:
        server.status = status
        server.answer = b"+4791929394: " + TEXT.encode()
        code, said = sms(server)
        equal((code, len(server.calls)), (1, 1))
        equal(said, f"dpvd: not taken ({outcome}): HTTP {status}\n")


@case
def a_success_without_the_word_for_it_is_none(_):
    with SmsServer() as server:
        equal(sms(server, sms_accept='"result":"OK"')[0], 0)
        server.answer = b'{"result":"NOT OK"}'
        code, said = sms(server, sms_accept='"result":"OK"')
        equal(code, 1)
        contains(said, "not taken (later)")


@case
def an_sms_gateway_that_does_not_answer_may_have_taken_it(_):
    with SmsServer() as server:
        server.stall = True
        code, said = sms(server)
        equal(code, 1)
        contains(said, "not taken (unknown)")
    with closed_port() as port:
        code, said = send("sms", NUMBER, sms_url=f"http://127.0.0.1:{port}")
        contains(said, "not taken (gateway)")


# ---------------------------------------------------------------- files, and settings


@case
def a_folder_is_a_gateway_too(_):
    folder = Path(tempfile.mkdtemp(dir=FOLDER))
    equal(send("mail", ADDRESS, smtp_url=f"spool:{folder}")[0], 0)
    equal(send("sms", NUMBER, sms_url=f"spool:{folder}")[0], 0)
    names = sorted(path.suffix for path in folder.iterdir())
    equal(names, [".eml", ".json"])
    equal(json.loads(next(folder.glob("*.json")).read_text(encoding="utf-8"))["text"], TEXT)
    equal(send("mail", ADDRESS, smtp_url="null:"), (0, "taken: no id was given\n"))


@case_table({
    "no gateway": ("mail", ADDRESS, {}, "smtp_url is not set"),
    "no address": ("mail", "post@", {"smtp_url": "null:"}, "no address (30010)"),
    "no number": ("sms", "123", {"sms_url": "null:"}, "no address"),
    "another scheme": ("mail", ADDRESS, {"smtp_url": "http://x"}, "is no address of a gateway"),
    "no folder": ("sms", NUMBER, {"sms_url": "spool:/nowhere"}, "/nowhere"),
    "no password file": ("mail", ADDRESS,
                         {"smtp_url": "smtp://x", "smtp_password_file": "/nowhere"},
                         "smtp_password_file: /nowhere"),
    "no sender": ("mail", ADDRESS, {"smtp_url": "null:", "mail_from": "x"}, "mail_from"),
    "a long sender": ("sms", NUMBER, {"sms_url": "null:", "sms_sender": "Tolv tegn her"},
                      "sms_sender"),
})
def a_setting_that_cannot_be_used_is_named(_, kind, to, settings, text):
    status, said = send(kind, to, **settings)
    equal(status, 1)
    contains(said, text)


def main():
    report = Report()
    for name, function in cases:
        report.run(name, function, None)
    raise SystemExit(report.end())


if __name__ == "__main__":
    main()
