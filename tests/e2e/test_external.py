#!/usr/bin/python3
"""The addressed endpoint envelope by envelope: UsernameToken, WS-Addressing, and the faults of
both."""

import datetime

from external_calls import (
    ACTION, ACTION_TEST, ADDRESSING_FAULT, ANONYMOUS, EXTERNAL, NAMES, SOAP_FAULT, WSA, WSSE,
    addressing, anonymous, block, call, details_body, envelope, history_body, insert_body,
    message_id, post, security, soap_type, time_text, timestamp, token)
from support import (
    DEMO_NUMBER, NAMESPACES, Xml, attachment, attachments, case, case_table, connect, equal,
    exchange, main, member, sha256, true, unique)

TEST = "<base:Test/>"
INSERT = ACTION + "InsertCorrespondenceV2"


def stored(server):
    """What must not change when a request is refused."""
    return server.counts("correspondence", "attachment", "receipt")


# ---------------------------------------------------------------- operations and answers


OPERATIONS = {
    "Test": (ACTION_TEST, lambda: TEST),
    "InsertCorrespondence": (None, lambda: insert_body("InsertCorrespondence")),
    "InsertCorrespondenceV2": (None, insert_body),
    "GetCorrespondenceStatusDetails": (None, lambda: details_body("")),
    "GetCorrespondenceStatusDetailsV2": (None, lambda: details_body("V2")),
    "GetCorrespondenceStatusDetailsV3": (None, lambda: details_body("V3")),
    "GetCorrespondenceStatusHistory": (None, lambda: history_body(["x"])),
    "CreateSimpleCorrespondenceService": (None, lambda: Xml(member(
        "w0910", "CreateSimpleCorrespondenceService",
        Xml(member("w0910", "templateServiceCode", "4255")
            + member("w0910", "templateServiceEditionCode", "10"))))),
}


@case_table({name: (action or ACTION + name, body) for name, (action, body) in OPERATIONS.items()})
def operation_answers_with_its_header(server, action, body):
    related = message_id()
    header = addressing(action, related, ReplyTo=anonymous()) + security(timestamp(), token())
    answer = call(server, body(), header, content_type=soap_type(action))
    equal(answer.status, 200, f"HTTP status of {answer.body!r}")
    equal(answer.headers["Content-Type"], "application/soap+xml; charset=utf-8", "Content-Type")
    equal((answer.action, answer.relates_to), (action + "Response", related), "header")
    check_timestamp(answer)
    equal([e.get("{%s}mustUnderstand" % NAMES["s"]) for e in answer.tree[0]], ["1", None, "1"],
          "mustUnderstand")


def check_timestamp(answer):
    stamp = answer.timestamp
    equal(stamp.get("{%s}Id" % NAMES["wsu"]), "_0", "Id of the Timestamp")
    created, expires = (datetime.datetime.strptime(child.text, "%Y-%m-%dT%H:%M:%S.%fZ")
                        for child in stamp)
    equal(expires - created, datetime.timedelta(minutes=5), "validity")
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    true(abs(now - created) < datetime.timedelta(minutes=2), f"Created {created}, now {now}")
    equal(len(answer.tree.find("s:Header/wsse:Security", NAMES)), 1, "parts of Security")


@case
def message_is_stored_as_that_of_the_token(server):
    reference = unique("external")
    pdf = b"%PDF-1.4 external"
    call(server, insert_body(ExternalShipmentReference=reference,
                             Attachments=attachments(attachment(pdf)))).accepted()
    equal(server.message(reference, "technical_number, title"),
          [DEMO_NUMBER, "Vedtak i sak 24/417"], "message")
    equal(server.content_hashes(reference), [sha256(pdf)], "content")
    for body in (history_body([reference]), details_body("", SendersReference=reference),
                 details_body("V2", SendersReference=reference),
                 details_body("V3", SendersReference=reference)):
        equal(call(server, body).references(), [reference], "references")


@case
def same_message_on_both_endpoints_is_stored_once(server):
    reference = unique("both")
    first = server.insert(ExternalShipmentReference=reference).accepted()
    answer = call(server, insert_body(ExternalShipmentReference=reference)).accepted()
    equal(answer.text(".//rec:ReceiptId"), first["ReceiptId"], "ReceiptId")


@case
def without_message_id_nothing_is_related(server):
    equal(call(server, TEST).relates_to, None, "RelatesTo")
    equal(call(server, TEST, addressing(None, " ") + security()).relates_to, None, "RelatesTo")


@case
def message_id_comes_back_as_it_was(server):
    header = addressing(None, "\n  a&amp;b<![CDATA[<c>]]> <!-- x -->\n") + security()
    equal(call(server, TEST, header).relates_to, "a&b<c>", "RelatesTo")


# ---------------------------------------------------------------- the token


@case_table({
    "without Type": (lambda: token(kind=None),),
    "with Nonce and Created": (lambda: token(nonce="MTIz", created=time_text()),),
    "with an old Created": (lambda: token(nonce="MTIz", created="2019-01-01T00:00:00Z"),),
    "with a Created of the future": (lambda: token(nonce="MTIz", created="2099-01-01T00:00:00Z"),),
    "with Created without zone": (lambda: token(created="2024-03-11T08:14:22"),),
    "with an empty Nonce": (lambda: token(nonce=""),),
    "behind a Timestamp": (lambda: timestamp() + token(),),
    "before a Timestamp": (lambda: token() + timestamp(),),
    "with a Timestamp that expired within the skew": (lambda: timestamp(-500, -200) + token(),),
    "with a Timestamp of the future within the skew": (lambda: timestamp(200, 500) + token(),),
    "with a Timestamp without Expires":
        (lambda: block("wsu:Timestamp", block("wsu:Created", time_text())) + token(),),
    "with unknown parts": (lambda: "<x/>" + token() + "<y xmlns='urn:y'><z/></y>",),
})
def token_is_taken(server, content):
    equal(call(server, TEST, security(content())).status, 200, "HTTP status")


@case
def nonce_may_be_repeated_with_a_password_in_clear_text(server):
    header = security(token(nonce="c2FtZQ==", created=time_text()))
    equal([call(server, TEST, header).status for _ in range(2)], [200, 200], "HTTP status")


@case_table({
    "1": ("1",), "true": ("true",), "0": ("0",),
})
def must_understand_of_security_may_be(server, value):
    equal(call(server, TEST, security(must_understand=value)).status, 200, "HTTP status")


@case
def security_may_stand_before_and_behind_addressing(server):
    blocks = addressing(INSERT, message_id())
    for header in (security() + blocks, blocks + security()):
        call(server, insert_body(), header).accepted()


@case_table({
    "no header": (lambda: "",),
    "no token": (lambda: security(timestamp()),),
    "empty security": (lambda: security(""),),
    "wrong password": (lambda: security(token(password="wrong")),),
    "password in other case": (lambda: security(token(password="Demo-password")),),
    "password with a blank": (lambda: security(token(password="demo-password ")),),
    "longer password": (lambda: security(token(password="demo-password" * 20)),),
    "unknown user": (lambda: security(token(user="nobody")),),
    "user in other case": (lambda: security(token(user="DEMO")),),
    "no user": (lambda: security(token(user=None)),),
    "no password": (lambda: security(token(password=None)),),
    "empty password": (lambda: security(token(password="")),),
    "unknown type": (lambda: security(token(kind="Hash")),),
    "type of another profile": (lambda: security(token(kind="urn:other#PasswordText")),),
    "digest of a password": (lambda: security(token(kind="Digest", nonce="MTIz",
                                                     created=time_text())),),
    "digest without nonce": (lambda: security(token(kind="Digest", created=time_text())),),
    "bad nonce": (lambda: security(token(nonce="***", created=time_text())),),
    "long nonce": (lambda: security(token(nonce="MTIz" * 300, created=time_text())),),
    "bad Created": (lambda: security(token(created="yesterday")),),
    "two tokens": (lambda: security(token(), token()),),
    "a good token behind a bad one": (lambda: security(token(password="x"), token()),),
    "two timestamps": (lambda: security(timestamp(), timestamp(), token()),),
    "two headers": (lambda: security() + security(),),
    "expired Timestamp": (lambda: security(timestamp(-1000, -310), token()),),
    "Timestamp of the future": (lambda: security(timestamp(400, 700), token()),),
    "odd Timestamp": (lambda: security(
        "<wsu:Timestamp><wsu:Expires>x</wsu:Expires></wsu:Timestamp>", token()),),
    "for another role": (lambda: security(s_role="urn:another"),),
    "for no role": (lambda: security(s_role=NAMES["s"] + "/role/none"),),
    "parameters of Basic": (lambda: "<w0910:SystemUserName>demo</w0910:SystemUserName>"
                                    "<w0910:SystemPassword>demo-password</w0910:SystemPassword>",),
})
def token_is_refused(server, header):
    before = stored(server)
    related = message_id()
    for body in (TEST, insert_body(), history_body(["x"])):
        answer = call(server, body, addressing(None, related) + header())
        answer.refused_token()
        equal(answer.relates_to, related, "RelatesTo")
    equal(stored(server), before, "rows")


@case
def unknown_user_and_wrong_password_look_the_same(server):
    bodies = {call(server, TEST, security(content)).body
              for content in (token(user="nobody"), token(password="x"), token(user=None),
                              timestamp(-1000, -310) + token())}
    equal(len(bodies), 1, "different answers")


@case
def refused_token_leaves_its_audit_row(server):
    user = unique("who")
    call(server, insert_body(), security(token(user=user))).refused_token()
    equal(server.sql("SELECT endpoint, operation, result, error_id FROM dpvd.audit_log "
                     f"WHERE user_name = '{user}';"),
          [["CorrespondenceAgencyExternal", "InsertCorrespondenceV2", "fault", "989"]], "audit")


@case
def password_stands_in_no_answer_and_no_log(server):
    secret = unique("secret")
    answer = call(server, TEST, security(token(password=secret)))
    true(secret not in answer.body.decode(), "the password is in the answer")
    true("demo-password" not in call(server, TEST).body.decode(), "the password is in the answer")
    server.logged(answer.headers["X-Request-Id"])
    true(secret not in server.log(), "the password is in the log")


@case
def too_many_wrong_passwords_lock_the_user_out(server):
    with server.process(login_failures=2) as (_, url):
        def status(user, password):
            body = envelope(TEST, security(token(user, password)))
            return exchange(connect(url), "POST", EXTERNAL, body,
                            {"Content-Type": soap_type()}).status

        equal([status("demo2", "wrong") for _ in range(2)], [500, 500], "HTTP status")
        equal(status("demo2", "demo2-password"), 500, "HTTP status of the right password")
    server.sql("DELETE FROM dpvd.login_failure;")


# ---------------------------------------------------------------- addressing


@case_table({
    "no addressing": (lambda: "",),
    "only an action": (lambda: addressing(INSERT),),
    "an empty action": (lambda: addressing(""),),
    "an action that nobody knows": (lambda: addressing("urn:unknown"),),
    "white space around": (lambda: addressing(f"\n {INSERT}\n",
                                              ReplyTo=anonymous(f" {ANONYMOUS}\n")),),
    "any To": (lambda: addressing(INSERT, To="http://192.0.2.1/elsewhere"),),
    "anonymous To": (lambda: addressing(INSERT, To=ANONYMOUS),),
    "anonymous FaultTo": (lambda: addressing(INSERT, FaultTo=anonymous()),),
    "From somewhere": (lambda: addressing(INSERT, From=anonymous("http://192.0.2.1/")),),
    "relations": (lambda: addressing(INSERT) + 2 * block("wsa:RelatesTo", "urn:x"),),
    "a ReplyTo for another role": (lambda: block("wsa:ReplyTo", anonymous("http://192.0.2.1/"),
                                                 s_role="urn:another"),),
    "unknown blocks": (lambda: "<x/><y xmlns='urn:y' s:mustUnderstand='0'>text<z/></y>",),
    "what another must understand": (lambda: "<y xmlns='urn:y' s:mustUnderstand='1' "
                                             "s:role='urn:another'/>",),
})
def header_is_taken(server, header):
    call(server, insert_body(), header() + security()).accepted()


INVALID = "InvalidAddressingHeader"


@case_table({
    "ReplyTo elsewhere": (addressing(ReplyTo=anonymous("http://192.0.2.1/")), INVALID,
                          "OnlyAnonymousAddressSupported", "ReplyTo"),
    "ReplyTo none": (addressing(ReplyTo=anonymous(WSA + "/none")), INVALID,
                     "OnlyAnonymousAddressSupported", "ReplyTo"),
    "FaultTo elsewhere": (addressing(FaultTo=anonymous("http://192.0.2.1/")), INVALID,
                          "OnlyAnonymousAddressSupported", "FaultTo"),
    "anonymous with more": (addressing(ReplyTo=anonymous(ANONYMOUS + "/x")), INVALID,
                            "OnlyAnonymousAddressSupported", "ReplyTo"),
    "ReplyTo without address": (addressing(ReplyTo=""), INVALID, "MissingAddressInEPR", "ReplyTo"),
    "FaultTo without address": (addressing(FaultTo=""), INVALID, "MissingAddressInEPR", "FaultTo"),
    "two ReplyTo": (2 * addressing(ReplyTo=anonymous()), INVALID, "InvalidCardinality", "ReplyTo"),
    "two To": (2 * addressing(To=ANONYMOUS), INVALID, "InvalidCardinality", "To"),
    "two actions": (2 * addressing(INSERT), INVALID, "InvalidCardinality", "Action"),
    "two identifiers": (2 * addressing(None, "urn:x"), INVALID, "InvalidCardinality", "MessageID"),
    "action of another operation": (addressing(ACTION + "InsertCorrespondence"),
                                    "ActionNotSupported", None, "Action"),
    "action of another endpoint": (addressing(
        NAMESPACES["w0910"] + "/ICorrespondenceAgencyExternalBasic/InsertCorrespondenceBasicV2"),
        "ActionNotSupported", None, "Action"),
})
def header_is_refused(server, header, subcode, subsubcode, name):
    before = stored(server)
    answer = call(server, insert_body(), header + security())
    check_addressing_fault(answer, subcode, subsubcode, name)
    equal(stored(server), before, "rows")


def check_addressing_fault(answer, subcode, subsubcode, name):
    equal(answer.fault().code, (NAMES["s"], "Sender"), "code")
    equal(answer.code("s:Code/s:Subcode"), (WSA, subcode), "subcode")
    equal(answer.code("s:Code/s:Subcode/s:Subcode"), subsubcode and (WSA, subsubcode), "inner one")
    equal(answer.text(".//wsa:ProblemHeaderQName").rpartition(":")[2], name, "header")
    equal((answer.action, answer.timestamp), (ADDRESSING_FAULT, None), "header")


@case_table({
    "media type": ({"content_type": soap_type(ACTION + "InsertCorrespondence")},),
    "SOAPAction": ({"headers": {"SOAPAction": f'"{ACTION}InsertCorrespondence"'}},),
    "media type beside a good SOAPAction": (
        {"content_type": soap_type(ACTION + "InsertCorrespondence"),
         "headers": {"SOAPAction": f'"{INSERT}"'}},),
})
def operation_of_another_name_is_refused_in(server, options):
    check_addressing_fault(call(server, insert_body(), **options), "ActionNotSupported", None,
                           "Action")


# ---------------------------------------------------------------- other faults


@case
def broken_rule_is_an_altinn_fault_with_the_whole_header(server):
    related = message_id()
    header = addressing(INSERT, related) + security()
    answer = call(server, insert_body(CaseID="1"), header)
    fault = answer.fault()
    equal((fault.code, fault.text, fault.error_id),
          ((NAMES["s"], "Sender"), "An errror occurred", 60001), "fault")
    equal(list(fault.members), [
        "AltinnErrorMessage", "AltinnExtendedErrorMessage", "AltinnLocalizedErrorMessage",
        "ErrorGuid", "ErrorID", "UserGuid", "UserId"], "members")
    equal((answer.action, answer.relates_to), (INSERT + "AltinnFaultFault", related), "header")
    check_timestamp(answer)
    server.logged(fault.members["ErrorGuid"])


@case
def value_that_does_not_fit_is_an_altinn_fault_that_names_it(server):
    fault = call(server, insert_body(AllowForwarding="maybe")).fault()
    equal((fault.error_id, "AllowForwarding" in fault.message), (0, True), fault.message)


@case
def wrong_address_is_an_altinn_fault_5(server):
    server.sql("UPDATE dpvd.system_user SET allowed_addresses = '{192.0.2.0/24}' "
               "WHERE name = 'demo2';")
    answer = call(server, TEST, security(token("demo2", "demo2-password")))
    server.sql("UPDATE dpvd.system_user SET allowed_addresses = '{}' WHERE name = 'demo2';")
    equal((answer.fault().error_id, answer.action), (5, ACTION_TEST + "AltinnFaultFault"), "fault")


@case
def block_that_must_be_understood_is_named(server):
    header = security() + "<x:Reliable xmlns:x='urn:x' s:mustUnderstand='true'/>"
    answer = call(server, TEST, addressing(None, "urn:1") + header)
    equal(answer.fault().code, (NAMES["s"], "MustUnderstand"), "code")
    equal((answer.action, answer.relates_to), (SOAP_FAULT, "urn:1"), "header")
    found = answer.tree.find("s:Header/s:NotUnderstood", NAMES)
    prefix, _, name = found.get("qname").partition(":")
    equal((found.nsmap[prefix], name), ("urn:x", "Reliable"), "block")


@case
def soap_1_1_gets_a_version_mismatch_with_the_way_up(server):
    answer = post(server, envelope(TEST, security(), soap=NAMESPACES["s"]),
                  content_type="text/xml; charset=utf-8")
    equal(answer.status, 500, "HTTP status")
    equal(answer.headers["Content-Type"], "text/xml; charset=utf-8", "Content-Type")
    equal(answer.tree.findtext(".//faultcode").rpartition(":")[2], "VersionMismatch", "faultcode")
    supported = answer.tree.find(".//s:Upgrade/s:SupportedEnvelope", NAMES)
    prefix, _, name = supported.get("qname").partition(":")
    equal((supported.nsmap[prefix], name), (NAMES["s"], "Envelope"), "supported")


@case
def soap_1_2_on_basic_gets_a_version_mismatch_in_soap_1_1(server):
    answer = server.post(envelope(TEST), headers={"Content-Type": soap_type()})
    equal(answer.fault().code, "VersionMismatch", "faultcode")
    equal(answer.headers["Content-Type"], "text/xml; charset=utf-8", "Content-Type")


@case_table({
    "no operation": ("",),
    "an operation of Basic": (member("w0910", "InsertCorrespondenceBasicV2", ""),),
    "an operation of another namespace": ("<Test xmlns='urn:x'/>",),
})
def body_is_refused(server, body):
    answer = call(server, body, addressing(None, "urn:1") + security())
    equal((answer.fault().code, answer.fault().members), ((NAMES["s"], "Sender"), None), "fault")
    equal((answer.action, answer.relates_to), (SOAP_FAULT, "urn:1"), "header")


@case
def rubbish_is_answered_in_soap_1_2(server):
    answer = post(server, "rubbish")
    equal((answer.status, answer.tree.tag), (400, "{%s}Envelope" % NAMES["s"]), "answer")


@case
def broken_body_is_related_when_the_header_was_read(server):
    text = envelope("<base:Test>", addressing(None, "urn:1") + security())
    equal(post(server, text).relates_to, "urn:1", "RelatesTo")


@case
def contract_is_served(server):
    answer = server.get(EXTERNAL + "?wsdl")
    equal(answer.status, 200, "HTTP status")
    true((server.url + EXTERNAL).encode() in answer.body, "the address is not in the WSDL")


if __name__ == "__main__":
    main()
