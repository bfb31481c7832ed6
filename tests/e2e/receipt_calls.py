"""Calls of the receipt service and how their answers are read."""

from support import (
    NAMESPACES, Xml, equal, literal, local, member, members, soap_headers, unique)

PATH = "/IntermediaryExternal/ReceiptAgencyExternalBasic.svc"
WREC = "http://www.altinn.no/services/Intermediary/Receipt/2009/10"
REC1506 = "http://schemas.altinn.no/services/Intermediary/Receipt/2015/06"
ACTION = WREC + "/IReceiptAgencyExternalBasic/"

NAMES = {**NAMESPACES, "wrec": WREC, "rec1506": REC1506}

EXTERNAL, END_USER, SENDERS, BATCH, OUTBOUND, OWNER, PARTY, ARCHIVE = (
    "ExternalShipmentReference", "EndUserSystemReference", "SendersReference", "BatchReference",
    "OutboundShipmentReference", "OwnerPartyReference", "PartyReference", "ArchiveReference")

SAVE = {
    "rec": "ArchiveReference ReceiptId ReceiptStatusCode ReceiptText References SubReceipts",
    "rec1506": "ArchiveReference ReceiptId ReceiptStatus ReceiptText References SubReceipts"}


def envelope(body):
    declarations = " ".join(f'xmlns:{p}="{uri}"' for p, uri in NAMES.items() if p != "s12")
    return f"<s:Envelope {declarations}><s:Body>{body}</s:Body></s:Envelope>"


def call(server, operation, *inner, user="demo", password=None):
    """One operation with these elements behind the credentials."""
    password = user + "-password" if password is None else password
    content = Xml(member("wrec", "systemUserName", user)
                  + member("wrec", "systemPassword", password) + "".join(inner))
    body = envelope(member("wrec", operation, content))
    return server.request("POST", PATH, body, soap_headers(ACTION + operation))


def reference_list(prefix, references):
    """references: (type, value) pairs; None leaves the list out."""
    if references is None:
        return None
    name = "ReferenceTypeName" if prefix == "rec" else "ReferenceType"
    return Xml("".join(member(prefix, "Reference", Xml(
        member(prefix, name, kind) + member(prefix, "ReferenceValue", value)))
        for kind, value in references))


def get(server, version="V2", number=None, references=None, **options):
    prefix = "rec1506" if version == "V2" else "rec"
    search = Xml(member(prefix, "ReceiptId", number)
                 + member(prefix, "References", reference_list(prefix, references)))
    return call(server, "GetReceiptBasic" + version, member("wrec", "receipt", search), **options)


def listing(server, version="V2", kind="Correspondence", begin=None, end=None, **options):
    return call(server, "GetReceiptListBasic" + version, member("wrec", "receiptTypeName", kind),
                member("wrec", "dateFrom", begin), member("wrec", "dateTo", end), **options)


def edit(prefix, subs=None, references=None, **values):
    values["References"] = reference_list(prefix, references)
    if subs is not None:
        name = "ReceiptSave" if prefix == "rec1506" else "ReceiptSaveExternal"
        values["SubReceipts"] = Xml("".join(member(prefix, name, sub) for sub in subs))
    return members(prefix, SAVE[prefix].split(), values)


def update(server, user="demo", **values):
    values = {"ReceiptStatus": "OK", "ReceiptText": "Levert", **values}
    return call(server, "UpdateReceiptBasic", member("wrec", "receipt", edit("rec1506", **values)),
                user=user)


def save(server, user="demo", **values):
    values = {"ReceiptStatusCode": "OK", "ReceiptText": "Sendt", **values}
    return call(server, "SaveReceiptBasic", member("wrec", "receipt", edit("rec", **values)),
                user=user)


def read(element):
    """A receipt as a dict: texts by local name, References as pairs, SubReceipts as receipts."""
    receipt = {local(child): child.text or "" for child in element}
    prefix = "rec1506" if REC1506 in element[0].tag else "rec"
    receipt["References"] = [tuple(part.text for part in reference) for reference in
                             element.iterfind(f"{prefix}:References/{prefix}:Reference", NAMES)]
    receipt["SubReceipts"] = [read(sub) for sub in
                              element.iterfind(f"{prefix}:SubReceipts/*", NAMES)]
    return receipt


def result(answer):
    equal(answer.status, 200, f"HTTP status of {answer.body[:600]!r}")
    return answer.tree.find("s:Body", NAMESPACES)[0][0]


def receipt_of(answer):
    return read(result(answer))


def receipts_of(answer):
    return [read(element) for element in result(answer)]


def refused(answer, error_id):
    fault = answer.fault()
    equal((answer.status, fault.code, fault.error_id), (500, "Client", error_id), fault.message)
    return fault


def accepted(server, **values):
    """A stored message: its reference and its receipt."""
    reference = values.setdefault("ExternalShipmentReference", unique("receipt"))
    return reference, server.insert(**values).accepted()


def add_sub_receipts(server, receipt, *texts):
    """What a problem with notifications leaves below a receipt; their numbers."""
    return [server.value(
        "INSERT INTO dpvd.receipt (sender_id, id, parent_id, status, created, last_changed, text) "
        "SELECT sender_id, nextval('dpvd.receipt_id'), id, 3, created, last_changed, "
        f"{literal(text)} FROM dpvd.receipt WHERE id = {receipt['ReceiptId']} RETURNING id;")
        for text in texts]


def set_changed(server, receipt, when):
    server.sql(f"UPDATE dpvd.receipt SET last_changed = '{when}' "
               f"WHERE id = {receipt['ReceiptId']};")
