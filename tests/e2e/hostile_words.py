"""Words that mean something to a database, a shell, a terminal, a mail or a spreadsheet, and the
fields of calls that they may stand in."""

import external_calls
import receipt_calls
from hostile import request
from hostile_xml import TWELVE
from support import (
    BASIC, Xml, attachment, attachments, details_envelope, history_envelope, insert_envelope,
    member)

WORDS = {
    "SQL that is true": "x' OR '1'='1",
    "SQL that drops": "x'; DROP TABLE dpvd.correspondence; --",
    "SQL in dollars": "$$; SELECT pg_sleep(9); $$",
    "SQL of a union": "x') UNION SELECT name, password_hash FROM dpvd.system_user --",
    "a parameter": "$1",
    "a backslash and a quote": "\\'; --",
    "a pattern": "%",
    "an underscore pattern": "____",
    "a name of LDAP": "*)(uid=*))(|(uid=*",
    "a line break": "x\nlevel=error event=forged",
    "a carriage return": Xml("x&#13;&#10;ts=2000 level=error event=forged"),
    "a colour of a terminal": "x\u009b31mred",
    "a turn of direction": "x\u202etxt.exe\u2066",
    "a line separator": "x\u2028y\u2029z",
    "a path": "../../../../etc/passwd",
    "a path of Windows": "..\\..\\windows\\win.ini",
    "a look-up": "${jndi:ldap://127.0.0.1:1/a}",
    "a template": "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "a format": "%s%s%s%n%x",
    "a shell": "$(touch /tmp/dpvd-was-here); `id` | cat &",
    "a formula": "=HYPERLINK(\"http://127.0.0.1:1/\"&A1)",
    "a script": "<script>alert(1)</script>",
    "an end of CDATA": "]]>",
    "headers of a mail": "x\r\nBcc: y@z.example\r\n\r\n.\r\n",
    "an encoded word": "=?utf-8?B?DQpCY2M6IHlAei5leGFtcGxl?=",
    "a delimiter of the audit log": "a|b,c;d\"e",
    "3,000 characters": "ø" * 3000,
    "characters that combine": "Z\u0351\u036b\u0343" * 20,
    "beyond the basic plane": "\U0010fffd\U0001f4a9",
    "a Cyrillic letter": "d\u0435mo",
    "wide letters": "\uff44\uff45\uff4d\uff4f",
    "an empty text": "",
    "blanks": "   ",
}


def insert(**values):
    return lambda word: request(BASIC, insert_envelope(**{
        "ExternalShipmentReference": "hostile", **{name: value(word) if callable(value) else value
                                                   for name, value in values.items()}}))


def same(word):
    return word


def external(**values):
    return lambda word: request(external_calls.EXTERNAL, external_calls.envelope(
        external_calls.insert_body(ExternalShipmentReference="hostile"),
        external_calls.security(external_calls.token(**{
            name: str(word).replace("&#13;&#10;", "\r\n") for name in values}))), TWELVE)


def receipts(name, user=None, password=None):
    """A call of the receipt service; the word stands where there is a function."""
    def make(word):
        kind = word if user is None and password is None else "Correspondence"
        inner = (member("wrec", "receiptTypeName", kind) if name == "GetReceiptListBasicV2" else
                 member("wrec", "receipt", Xml(member("rec1506", "ReceiptId", kind))))
        login = (member("wrec", "systemUserName", "demo" if user is None else user(word))
                 + member("wrec", "systemPassword",
                          "demo-password" if password is None else password(word)))
        return request(receipt_calls.PATH, receipt_calls.envelope(
            member("wrec", name, Xml(login + inner))))
    return make


# Fields in which such a word is refused, whatever it is; the last ones cost a hash each.
REFUSED = {
    "user": insert(systemUserName=same),
    "service code": insert(ServiceCode=same),
    "edition": insert(ServiceEdition=lambda word: word if str(word).strip() else "x"),
    "recipient": insert(Reportee=same),
    "language": insert(LanguageCode=same),
    "date": insert(VisibleDateTime=same),
    "edition of details": lambda word: request(BASIC, details_envelope(ServiceEditionCode=word)),
    "receipt": receipts("GetReceiptBasicV2"),
}
HASHED = {
    "password": insert(systemPassword=same),
    "user of a history": lambda word: request(BASIC, history_envelope(["x"], word)),
    "user of details": lambda word: request(BASIC, details_envelope(word)),
    "user of a token": external(user=True),
    "password of a token": external(password=True),
    "nonce of a token": lambda word: external(password=True, nonce=True)(word),
    "user of receipts": receipts("GetReceiptListBasicV2", user=same),
    "password of receipts": receipts("GetReceiptListBasicV2", password=same),
}

REFUSALS = {
    **{f"{field}, {name}": (make, word) for field, make in REFUSED.items()
       for name, word in WORDS.items()},
    **{f"{field}, {name}": (make, word) for place, (field, make) in enumerate(HASHED.items())
       for name, word in list(WORDS.items())[place % 4::4]},
}

# Fields in which it is compared with what is stored, and found nowhere.
UNKNOWN = {
    "reference of a history": lambda word: request(BASIC, history_envelope([word])),
    "reference of details": lambda word: request(BASIC, details_envelope(SendersReference=word)),
}


def as_read(word):
    """What XML makes of it."""
    return (str(word).replace("&#13;&#10;", "\r\n") if isinstance(word, Xml)
            else word.replace("\r\n", "\n"))


# Fields that keep what they get, or refuse it: the column, and its member of the request.
KEPT = {
    "title": lambda word: {"MessageTitle": word},
    "body": lambda word: {"MessageBody": word},
    "display_sender": lambda word: {"MessageSender": word},
    "senders_reference": lambda word: {"ExternalShipmentReference": word},
    "file_name": lambda word: {"Attachments": attachments(attachment(FileName=word))},
}
