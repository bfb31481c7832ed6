#!/usr/bin/python3
"""Every refusal of InsertCorrespondence that is built: the answer that domain.md 4.2-4.5 and 4.12
promise, and what it leaves behind: no message, a receipt where the answer is one, an audit row, a
log line, and nowhere a password or content."""

import re

from insert_calls import (
    LEFT, end_points, last_audit_row, left_behind, notification, notifications, with_more)
from support import (
    ACTION_DETAILS, ACTION_HISTORY, ACTION_INSERT, ON_BEHALF_NUMBER, NIL, Xml, attachment,
    attachments, case, case_table, contains, details_envelope, equal, history_envelope,
    insert_envelope, literal, main, member, true, unique)

SECRET_PASSWORD = "hemmelig-passord-9b1d"
SECRET_CONTENT = "hemmelig-innhold-4c7e"

LONG = "ø" * 256  # one more than allowed, in characters, not bytes


# ---------------------------------------------------------------- credentials


def credentials(user, password):
    return {"systemUserName": user, "systemPassword": password}


WRONG_CREDENTIALS = {
    "wrong password": ("demo", SECRET_PASSWORD),
    "password of another user": ("demo", "demo2-password"),
    "password in other letters": ("demo", "Demo-password"),
    "password with a blank": ("demo", "demo-password "),
    "empty password": ("demo", ""),
    "nil password": ("demo", NIL),
    "password missing": ("demo", None),
    "password of 10,000 characters": ("demo", "x" * 10000),
    "unknown user": ("nobody", "demo-password"),
    "user in other letters": ("DEMO", "demo-password"),
    "user with a blank": ("demo ", "demo-password"),
    "empty user": ("", "demo-password"),
    "nil user": (NIL, "demo-password"),
    "user missing": (None, "demo-password"),
    "both missing": (None, None),
    "SQL in the user": ("demo' OR '1'='1", "demo-password"),
}

CALLS = {
    "insert": lambda user, password: (insert_envelope(**credentials(user, password)),
                                      ACTION_INSERT),
    "history": lambda user, password: (history_envelope(["x"], user, password), ACTION_HISTORY),
    "details": lambda user, password: (details_envelope(user, password), ACTION_DETAILS),
}


def without_guid(answer):
    body, count = re.subn(rb"<(\w+:)?ErrorGuid>[0-9a-f-]{36}<", b"<ErrorGuid><", answer.body)
    equal(count, 1, "ErrorGuids in the answer")
    return body


@case_table({f"{call}, {name}": (make, *who) for call, make in CALLS.items()
             for name, who in WRONG_CREDENTIALS.items()})
def is_989_with_the_same_bytes(server, make, user, password):
    before = left_behind(server)
    answer = server.post(*make(user, password))
    equal((answer.status, answer.fault().code, answer.fault().error_id), (500, "Client", 989))
    equal(without_guid(answer), without_guid(server.post(*make("nobody", "nothing"))), "bytes")
    equal(left_behind(server), with_more(before, audit=2), LEFT)


@case
def good_then_wrong_then_good_password(server):
    """A verified password may be remembered, a wrong one must not profit from it."""
    server.insert().accepted()
    equal(server.insert(systemPassword="wrong").fault().error_id, 989, "ErrorID")
    server.insert().accepted()


@case
def wrong_password_comes_before_every_other_problem(server):
    answer = server.insert(systemPassword="wrong", MessageTitle=None, Reportee="1", CaseID="1",
                           ExternalShipmentReference="", ServiceCode="0")
    equal(answer.fault().error_id, 989, "ErrorID")


@case
def audit_row_of_a_wrong_password_names_the_user_and_the_fault(server):
    fault = server.insert(systemPassword=SECRET_PASSWORD).fault()
    row = last_audit_row(server, "operation, user_name, result, error_id, error_guid, sender_id")
    equal(row, ["InsertCorrespondenceBasicV2", "demo", "fault", "989",
                fault.members["ErrorGuid"], ""], "audit row")


# ---------------------------------------------------------------- faults with a documented ErrorID


def missing(name):
    return {f"{name} {how}": {name: value}
            for how, value in {"missing": None, "nil": NIL, "empty": ""}.items()}


def order(**values):
    """Notifications with one order."""
    return notifications(notification(**values))


def xml_attachment():
    inner = Xml(member("c1010", "FormDataXml", "<a/>"))
    listed = Xml(member("c1010", "XmlAttachmentV2", inner))
    return {"Attachments": Xml(member("c1010", "XmlAttachmentList", listed))}


FAULTS = {
    40005: missing("ExternalShipmentReference"),
    40006: missing("ServiceCode"),
    40007: {**missing("Reportee"),
            "Reportee missing, with notifications": {"Reportee": None, **order()}},
    40003: {**missing("MessageTitle"), "MessageTitle blank": {"MessageTitle": " \t\n "}},
    40002: {"MessageBody missing": {"MessageBody": None}, "MessageBody nil": {"MessageBody": NIL}},
    40001: {**missing("LanguageCode"),
            **{f"LanguageCode {code}": {"LanguageCode": code}
               for code in ("1083", "nb")},
            "language of a notification": order(LanguageCode="1083"),
            "no language of a notification": order(LanguageCode=None)},
    1: {"Correspondence missing": {"Correspondence": None},
        "Correspondence nil": {"Correspondence": NIL},
        "Content missing": {"Content": None},
        "Content nil": {"Content": NIL},
        "NotificationType missing": order(NotificationType=None),
        "NotificationType empty": order(NotificationType="")},
    40013: {"unknown service": {"ServiceCode": "9999"},
            "service in other form": {"ServiceCode": "04255"},
            "unknown edition": {"ServiceEdition": "99"},
            "edition that is no number": {"ServiceEdition": "ten"},
            "edition 0": {"ServiceEdition": "0"},
            "negative edition": {"ServiceEdition": "-10"},
            "edition beyond an int": {"ServiceEdition": "4294967306"}},
    40016: {"first check digit of a person": {"Reportee": "15819010019"},
            "second check digit of a person": {"Reportee": "15819010028"},
            "month 19": {"Reportee": "15199010031"},
            "zeros": {"Reportee": "00000000000"}},
    60012: {"unknown organisation": {"Reportee": "974760665"},
            "check digit of an organisation": {"Reportee": "910820604"},
            "unknown person": {"Reportee": "01810010068"},
            "8 digits": {"Reportee": "91082060"},
            "10 digits": {"Reportee": "9108206050"},
            "12 digits": {"Reportee": "158190100299"},
            "blanks inside": {"Reportee": "910 820 605"},
            "prefix NO": {"Reportee": "NO910820605"},
            "suffix MVA": {"Reportee": "910820605MVA"},
            "letters": {"Reportee": "abcdefghi"},
            "digits of another script": {"Reportee": "٩١٠٨٢٠٦٠٥"}},
    60001: {"CaseID": {"CaseID": "24417"}, "CaseID 0": {"CaseID": "0"}},
    40012: {"XmlAttachment": xml_attachment()},
    40014: {"11 notifications": {"Notifications": Xml(order()["Notifications"] * 11)},
            "51 end points": order(ReceiverEndPoints=end_points(*[("Email", None)] * 51))},
    40015: {"TransportType IM": order(ReceiverEndPoints=end_points(("IM", None))),
            "TransportType nil": order(ReceiverEndPoints=end_points((NIL, "a@b.example"))),
            "TransportType missing": order(ReceiverEndPoints=end_points((None, "a@b.example")))},
    40020: {"FromAddress": order(FromAddress="ikke en adresse")},
    30009: {f"address with {transport}":
            order(ReceiverEndPoints=end_points((transport, "a@b.example")))
            for transport in ("Both", "SMSPreferred", "EmailPreferred",
                              "PriorityEmailSMSReminder")},
}


@case_table({f"{error} for {name}": (error, values)
             for error, cases in FAULTS.items() for name, values in cases.items()})
def fault(server, error, values):
    before = left_behind(server)
    answer = server.insert(**{"MessageBody": SECRET_CONTENT, **values})
    found = answer.fault()
    equal((answer.status, found.code, found.error_id), (500, "Client", error), found.message)
    true("non-functional error" not in found.message, "clients would try again")
    equal(left_behind(server), with_more(before), LEFT)
    equal(last_audit_row(server, "result, error_id, error_guid"),
          ["fault", str(error), found.members["ErrorGuid"]], "audit row")


# ---------------------------------------------------------------- receipts ValidationFailed


def one(**values):
    """Attachments with one that is wrong after one that is right."""
    return {"Attachments": attachments(attachment(), attachment(**values))}


def reply(*parts):
    """ReplyOptions with one option of these parts."""
    return {"ReplyOptions": Xml(member("c0910", "ReplyOption", Xml("".join(parts))))}


def url(link):
    return member("c0910", "URL", Xml(member("c0910", "LinkText", "Les mer")
                                      + member("c0910", "LinkURL", link)))


ARCHIVE = member("c0910", "ArchiveReference", Xml(member("c0910", "ArchiveRef", "AR1")))
SERVICE = member("c0910", "Service", Xml(member("c0910", "ServiceCode", "4255")))
NO_SERVICE = member("c0910", "Service", Xml(member("c0910", "ServiceEdition", "1")))
BLANK_ARCHIVE = member("c0910", "ArchiveReference", Xml(member("c0910", "ArchiveRef", " ")))

VALIDATION_FAILED = {
    "SystemUserCode": {"code of 51 characters": {"SystemUserCode": "TTD_".ljust(51, "x")}},
    "ExternalShipmentReference": {
        "reference of 256 characters": {"ExternalShipmentReference": LONG}},
    "MessageTitle": {
        "title of 1,001 characters": {"MessageTitle": "å" * 1001},
        "title of two lines": {"MessageTitle": "a\nb"},
        "title with a carriage return": {"MessageTitle": Xml("a&#13;b")}},
    "MessageSummary": {"summary of 4,001 characters": {"MessageSummary": "å" * 4001}},
    "MessageBody": {"body of 1,000,001 characters": {"MessageBody": "å" * 1000001}},
    "MessageSender": {
        "sender of 256 characters": {"MessageSender": LONG},
        "sender with a line break": {"MessageSender": "a\nb"},
        "sender with a tab": {"MessageSender": "a\tb"},
        "sender with markup": {"MessageSender": "<b>Etaten</b>"}},
    "ArchiveReference": {"archive reference of 51 characters": {"ArchiveReference": "å" * 51}},
    "OnBehalfOfOrgNr": {
        "check digit of the actual sender": {"OnBehalfOfOrgNr": "974760674"},
        "unknown actual sender": {"OnBehalfOfOrgNr": "974760665"},
        "actual sender of 8 digits": {"OnBehalfOfOrgNr": "97476067"},
        "actual sender that is a person": {"OnBehalfOfOrgNr": "15819010029"},
        "actual sender with blanks": {"OnBehalfOfOrgNr": " " + ON_BEHALF_NUMBER}},
    "FileName": {
        "file name with a colon": one(FileName="C:vedtak.pdf"),
        "file name with a backslash": one(FileName="a\\vedtak.pdf"),
        "file name with a slash": one(FileName="../vedtak.pdf"),
        "file name with a line break": one(FileName="vedtak\n.pdf"),
        "file name with a tab": one(FileName="vedtak\t.pdf"),
        "file name with a C1 control": one(FileName="vedtak\x85.pdf"),
        "file name of 256 characters": one(FileName=LONG),
        "file name empty": one(FileName=""),
        "file name missing": one(FileName=None),
        "file name nil": one(FileName=NIL)},
    "Name": {"display name of 256 characters": one(Name=LONG)},
    "Data": {
        "attachment empty": one(Data=""),
        "attachment of white space": one(Data=" \n "),
        "attachment nil": one(Data=NIL),
        "attachment missing": one(Data=None)},
    "ReplyOption": {
        "reply option of no kind": reply(),
        "reply option of two kinds": reply(ARCHIVE, url("https://a.example/")),
        "reply option of all kinds": reply(SERVICE, ARCHIVE, url("https://a.example/")),
        "link to ftp": reply(url("ftp://a.example/")),
        "link with script": reply(url("javascript:alert(1)")),
        "link without scheme": reply(url("www.a.example")),
        "link missing": reply(url(None)),
        "link of 256 characters": reply(url("https://a.example/".ljust(256, "x"))),
        "service without code as reply option": reply(NO_SERVICE),
        "blank archive reference as reply option": reply(BLANK_ARCHIVE)},
    "NotificationType": {"unknown template": order(NotificationType="VarselDPV")},
}


@case_table({name: (element, values)
             for element, cases in VALIDATION_FAILED.items() for name, values in cases.items()})
def validation_fails_for(server, element, values):
    reference = values.get("ExternalShipmentReference", unique("refused"))
    before = left_behind(server)
    receipt = server.insert(**{**values, "ExternalShipmentReference": reference}).receipt()
    contains(receipt["ReceiptText"], element, "ReceiptText")
    equal((receipt["ReceiptStatusCode"], receipt["ReceiptTypeName"], receipt["ParentReceiptId"],
           receipt["ReceiptHistory"], receipt["SubReceipts"]),
          ("ValidationFailed", "Correspondence", "0", "", ""), "receipt")
    equal(receipt["References"]["ExternalShipmentReference"], reference, "reference")
    equal(left_behind(server), with_more(before, receipts=1), LEFT)
    equal(server.sql("SELECT id, text, correspondence_id FROM dpvd.receipt "
                     f"WHERE senders_reference = {literal(reference)};"),
          [[receipt["ReceiptId"], receipt["ReceiptText"], ""]], "stored receipt")
    equal(last_audit_row(server, "receipt_id, correspondence_id, senders_reference"),
          [receipt["ReceiptId"], "", reference], "audit row")


@case
def reference_that_fits_no_index_is_refused_all_the_same(server):
    receipt = server.insert(ExternalShipmentReference="ø" * 9000).receipt()
    equal(receipt["ReceiptStatusCode"], "ValidationFailed")
    contains(receipt["ReceiptText"], "ExternalShipmentReference", "ReceiptText")


@case
def user_name_of_60_kb_is_cut_in_the_audit_log(server):
    equal(server.insert(systemUserName="x" * 60000).fault().error_id, 989, "ErrorID")
    equal(last_audit_row(server, "length(user_name)"), ["600"], "audit row")


@case
def identity_number_as_a_user_name_is_masked_in_the_audit_log(server):
    equal(server.insert(systemUserName="15819010029").fault().error_id, 989, "ErrorID")
    equal(last_audit_row(server, "user_name"), ["158190*****"], "audit row")


@case
def too_many_reply_options_are_refused(server):
    option = member("c0910", "ReplyOption", Xml(ARCHIVE))
    receipt = server.insert(ReplyOptions=Xml(option * 101)).receipt()
    equal(receipt["ReceiptStatusCode"], "ValidationFailed")
    contains(receipt["ReceiptText"], "ReplyOptions", "ReceiptText")


@case
def synthetic_person_is_refused_where_the_setting_is_off(server):
    server.restart(allow_synthetic_persons="off")
    equal(server.insert(Reportee="15819010029").fault().error_id, 40016, "ErrorID")
    server.restart(allow_synthetic_persons="on")
    server.insert(Reportee="15819010029").accepted()


# ---------------------------------------------------------------- what is not refused


ACCEPTED = {
    "empty edition": {"ServiceEdition": ""},
    "reference of 255 characters": {"ExternalShipmentReference": "ø" * 255},
    "reference with blanks around": {"ExternalShipmentReference": " a b "},
    "title of 1,000 characters": {"MessageTitle": "å" * 1000},
    "empty body": {"MessageBody": ""},
    "body of 1,000,000 characters": {"MessageBody": "å" * 1000000},
    "summary of 4,000 characters": {"MessageSummary": "å" * 4000},
    "empty summary": {"MessageSummary": ""},
    "English": {"LanguageCode": "1033"},
    "nynorsk": {"LanguageCode": "2068"},
    "sender of 255 characters": {"MessageSender": "ø" * 255},
    "empty actual sender": {"OnBehalfOfOrgNr": ""},
    "archive reference of 50 characters": {"ArchiveReference": "å" * 50},
    "file name of 255 characters": {"Attachments": attachments(attachment(FileName="ø" * 255))},
    "file name with characters that Windows forbids":
        {"Attachments": attachments(attachment(FileName='a<b>"c"|d?*.pdf'))},
    "file name twice": {"Attachments": attachments(attachment(b"1"), attachment(b"2"))},
    "no display name": {"Attachments": attachments(attachment(Name=None))},
    "empty attachment list": {"Attachments": attachments()},
    "link of 255 characters": reply(url("https://a.example/".ljust(255, "x"))),
    "archive reference as reply option": reply(ARCHIVE),
    "service as reply option": reply(SERVICE),
    "due date in the past": {"DueDateTime": "2011-07-01"},
    "sub-unit": {"Reportee": "910568183"},
    "organisation without any address": {"Reportee": "810514442"},
    "person with a synthetic number": {"Reportee": "15819010029"},
    "person with a D-number": {"Reportee": "55819010012"},
    "notification without end points": order(),
    "notification by a transport of a later contract":
        order(ReceiverEndPoints=end_points(("PriorityEmailSMSReminder", None))),
    "bad notification address": order(ReceiverEndPoints=end_points(("Email", "ingen adresse"))),
}


@case_table({name: (values,) for name, values in ACCEPTED.items()})
def accepted(server, values):
    reference = values.get("ExternalShipmentReference", unique("accepted"))
    server.insert(**{**values, "ExternalShipmentReference": reference}).accepted()
    server.message(reference, "id")


@case
def missing_edition_is_the_newest(server):
    for how, value in {"missing": None, "nil": NIL}.items():
        reference = unique("edition")
        server.insert(ExternalShipmentReference=reference, ServiceEdition=value).accepted()
        equal(server.message(reference, "service_edition"), ["10"], f"edition when {how}")


@case
def missing_system_user_code_is_the_callers_own(server):
    for value in (None, NIL, ""):
        reference = unique("code")
        server.insert(ExternalShipmentReference=reference, SystemUserCode=value).accepted()
        equal(server.message(reference, "system_user_code"), ["TTD_DEMO"], "code")


@case
def missing_system_user_code_of_a_caller_without_one_is_40008(server):
    server.sql("INSERT INTO dpvd.system_user (sender_id, name, password_hash) "
               "SELECT sender_id, 'demo-no-code', password_hash FROM dpvd.system_user "
               "WHERE name = 'demo';")
    for value in (None, NIL, ""):
        answer = server.insert(systemUserName="demo-no-code", SystemUserCode=value)
        equal(answer.fault().error_id, 40008, "ErrorID")
    server.insert(systemUserName="demo-no-code", SystemUserCode="TTD_DEMO").accepted()


# ---------------------------------------------------------------- what is written down


@case
def audit_row_of_an_accepted_message_names_who_and_what(server):
    reference = unique("audit")
    receipt = server.insert(ExternalShipmentReference=reference, OnBehalfOfOrgNr=ON_BEHALF_NUMBER,
                            Attachments=attachments(attachment(b"12345"))).accepted()
    message = server.message(reference, "id")[0]
    row = last_audit_row(
        server, "endpoint, operation, client, result, senders_reference, receipt_id, "
        "correspondence_id, service_code, service_edition, organization, actual_number, "
        "attachments, attachment_bytes")
    equal(row, ["CorrespondenceAgencyExternalBasic", "InsertCorrespondenceBasicV2", "127.0.0.1",
                "accepted", reference, receipt["ReceiptId"], message, "4255", "10", "910820605",
                ON_BEHALF_NUMBER, "1", "5"], "audit row")


@case
def audit_log_cannot_be_changed(server):
    for change in ("UPDATE dpvd.audit_log SET result = 'x'", "DELETE FROM dpvd.audit_log",
                   "TRUNCATE dpvd.audit_log"):
        for role in ("dpvd_owner", "dpvd_app"):
            try:
                server.sql(f"SET ROLE {role}; {change};")
            except RuntimeError:
                continue
            raise AssertionError(f"{role} may {change}")


@case
def every_call_has_a_log_line_with_its_id(server):
    answers = [server.insert(), server.insert(CaseID="1"), server.insert(MessageTitle="x" * 1001),
               server.insert(systemPassword="wrong"), server.history(["x"])]
    for answer in answers:
        server.logged("req=" + answer.headers["X-Request-Id"])


@case
def log_and_audit_hold_no_content_and_no_password(server):
    """Stands last: looks at what all cases above have left."""
    secret = {name: SECRET_CONTENT for name in
              ("MessageTitle", "MessageSummary", "MessageBody", "CustomMessageData")}
    answers = [
        server.insert(**secret, Attachments=attachments(
            attachment(SECRET_CONTENT.encode(), FileName=SECRET_CONTENT))),
        server.insert(**secret, CaseID="1"),
        server.insert(**{**secret, "MessageTitle": SECRET_CONTENT + "x" * 1000}),
        server.insert(**secret, systemPassword=SECRET_PASSWORD)]
    answers[0].accepted()
    answers[1].fault()
    answers[2].receipt()
    answers[3].fault()
    for answer in answers:
        server.logged("req=" + answer.headers["X-Request-Id"])
    audit = "\n".join("|".join(row) for row in server.sql("SELECT * FROM dpvd.audit_log;"))
    for place, text in {"log": server.log(), "audit log": audit}.items():
        for secret_word in (SECRET_CONTENT, SECRET_PASSWORD, "demo-password", "demo2-password",
                            "15819010029"):
            true(secret_word not in text, f"{secret_word!r} stands in the {place}")


if __name__ == "__main__":
    main(allow_synthetic_persons="on")
