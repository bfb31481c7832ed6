#!/usr/bin/python3
"""The published contract as zeep reads it: the reference WSDL and the server's own, over HTTP and
HTTPS, send and read back what a case system would."""

import datetime
import functools
import logging
import random

import requests
import zeep
import zeep.exceptions
import zeep.transports
from lxml import etree

from support import (
    BASIC, DEMO2_NUMBER, DEMO_NUMBER, NAMESPACES, ON_BEHALF_NUMBER, REFERENCE_BASIC,
    REPORTEE, SAVED, Skip, case, case_table, equal, main, sha256, true, unique)

BINDING = "{%s}BasicHttpBinding_ICorrespondenceAgencyExternalBasic" % NAMESPACES["w0910"]
TITLE = "Vedtak om påbygg på Ærøy"
BODY = "<p>Søknaden er innvilget. Blåbær & rømme < 3 > 2.</p>"
FILE_NAME = "vedtak på søknad æøå.pdf"
SILENT_NUMBER = "810514442"  # has no address for notifications

# Imports without a place are normal in these WSDLs.
logging.getLogger("zeep").setLevel(logging.ERROR)


@functools.cache
def client_of(location, url, certificate):
    session = requests.Session()
    session.trust_env = False
    session.verify = certificate
    transport = zeep.transports.Transport(session=session, timeout=30, operation_timeout=30)
    settings = zeep.Settings(strict=True, xml_huge_tree=True)
    client = zeep.Client(location, transport=transport, settings=settings)
    return client, client.create_service(BINDING, url + BASIC)


class Basic:
    """The endpoint as one zeep client sees it."""

    def __init__(self, server, contract, tls=False):
        self.server = server
        url = server.tls_url if tls else server.url
        if contract == "reference":
            if not REFERENCE_BASIC.exists():
                raise Skip("the reference contract is not beside this repository")
            location = str(REFERENCE_BASIC)
        else:
            location = url + BASIC + contract
        self.client, self.service = client_of(location, url, server.certificate)

    def make(self, prefix, name, **values):
        return self.client.get_type("{%s}%s" % (NAMESPACES[prefix], name))(**values)

    def insert(self, reference, user="demo", attachments=(), title=TITLE, **values):
        items = [self.make("rel1010", "BinaryAttachmentV2", FileName=name, Name=name, Data=data)
                 for name, data in attachments]
        content = self.make(
            "c1010", "ExternalContentV2", LanguageCode="1044", MessageTitle=title, MessageBody=BODY,
            Attachments={"BinaryAttachments": {"BinaryAttachmentV2": items}} if items else None)
        letter = self.make("c1010", "InsertCorrespondenceV2", **{
            "ServiceCode": "4255", "ServiceEdition": "10", "Reportee": REPORTEE,
            "Content": content, **values})
        return self.service.InsertCorrespondenceBasicV2(
            systemUserName=user, systemPassword=user + "-password",
            SystemUserCode="TTD_DEMO" if user == "demo" else "DEM_DEMO",
            ExternalShipmentReference=reference, Correspondence=letter)

    def history(self, references, password="demo-password", user_first=False):
        headers = {"SystemUserName": "demo", "SystemPassword": password}
        if user_first:  # zeep itself writes them in the WSDL's order
            headers = [header_element(name, text) for name, text in headers.items()]
        return self.service.GetCorrespondenceStatusHistoryBasic(
            CorrespondenceSendersReferences={"string": references}, _soapheaders=headers)

    def details(self, **values):
        criteria = self.make("c1602", "CorrespondenceStatusFilterV3", **{
            "ServiceCode": "4255", "ServiceEditionCode": 10, **values})
        return self.service.GetCorrespondenceStatusDetailsBasicV3(
            systemUserName="demo", systemPassword="demo-password", filterCriteria=criteria)

    def references(self, **values):
        """References of the messages that pass the filter."""
        listed = self.details(**values).CorrespondenceStatusInformation
        return [entry.SendersReference for entry in entries(listed)]


def header_element(name, text):
    element = etree.Element("{%s}%s" % (NAMESPACES["w0910"], name))
    element.text = text
    return element


def entries(information):
    found = information.CorrespondenceStatusDetailsList
    return [] if found is None else found.StatusV2


def newest():
    """For the cases that look at the server more than at the contract."""
    return "reference" if REFERENCE_BASIC.exists() else "?wsdl"


CLIENTS = {
    "reference WSDL over http": ("reference", False),
    "reference WSDL over https": ("reference", True),
    "own WSDL over http": ("?wsdl", False),
    "own WSDL over https": ("?wsdl", True),
    "own single WSDL over http": ("?singleWsdl", False),
    "own single WSDL over https": ("?singleWsdl", True),
}


@case_table(CLIENTS)
def test_operation_answers(server, contract, tls):
    Basic(server, contract, tls).service.Test()


@case_table({name: row for name, row in CLIENTS.items() if row[0] != "reference"})
def own_wsdl_leads_back_to_the_server(server, contract, tls):
    client = Basic(server, contract, tls).client
    client.service.Test()
    url = server.tls_url if tls else server.url
    equal(client.service._binding_options["address"], url + BASIC, "address")


@case_table(CLIENTS)
def pdf_of_200_kb_and_norwegian_letters_arrive_unchanged(server, contract, tls):
    basic = Basic(server, contract, tls)
    reference = unique("pdf")
    pdf = b"%PDF-1.4\n" + random.Random(reference).randbytes(200_000) + b"%%EOF\n"
    receipt = basic.insert(reference, attachments=[(FILE_NAME, pdf)])
    equal((receipt.ReceiptStatusCode, receipt.ReceiptText, receipt.ReceiptTypeName),
          ("OK", SAVED, "Correspondence"), "receipt")
    equal({r.ReferenceTypeName: r.ReferenceValue for r in receipt.References.Reference},
          {"ExternalShipmentReference": reference, "OwnerPartyReference": DEMO_NUMBER},
          "references")
    equal(server.message(reference, "title, body, reportee"), [TITLE, BODY, REPORTEE], "message")
    equal(server.content_hashes(reference), [sha256(pdf)], "content")
    equal(server.sql("SELECT file_name, size FROM dpvd.attachment WHERE sha256 = "
                     f"'\\x{sha256(pdf)}';"), [[FILE_NAME, str(len(pdf))]], "attachment")


def technical_name(server):
    return server.value(f"SELECT name FROM dpvd.organization WHERE number = '{DEMO_NUMBER}';")


def other_name(server):
    return server.value(f"SELECT name FROM dpvd.organization WHERE number = '{ON_BEHALF_NUMBER}';")


@case_table({
    "neither": ({}, DEMO_NUMBER, technical_name),
    "MessageSender": ({"MessageSender": "Skjønnsretten i Øst"}, DEMO_NUMBER,
                      lambda _: "Skjønnsretten i Øst"),
    "OnBehalfOfOrgNr": ({"OnBehalfOfOrgNr": ON_BEHALF_NUMBER}, ON_BEHALF_NUMBER, other_name),
    "both": ({"OnBehalfOfOrgNr": ON_BEHALF_NUMBER, "MessageSender": "Plan & bygg"},
             ON_BEHALF_NUMBER, lambda _: "Plan & bygg"),
})
def senders_are_kept_apart_with(server, values, actual, display):
    reference = unique("behalf")
    receipt = Basic(server, newest()).insert(reference, **values)
    equal(receipt.ReceiptStatusCode, "OK", receipt.ReceiptText)
    equal(server.message(reference, "technical_number, actual_number, display_sender"),
          [DEMO_NUMBER, actual, display(server)], "senders")


@case_table(CLIENTS)
def sub_receipts_tell_that_nobody_could_be_notified(server, contract, tls):
    point = {"TransportType": "Email"}
    notifications = {"Notification": [{
        "LanguageCode": "1044", "NotificationType": "VarselDPVMedRevarsel",
        "ReceiverEndPoints": {"ReceiverEndPoint": [point, {"TransportType": "SMS"}]}}]}
    receipt = Basic(server, contract, tls).insert(
        unique("sub"), Reportee=SILENT_NUMBER, Notifications=notifications)
    equal((receipt.ReceiptStatusCode, receipt.ReceiptText), ("OK", SAVED), "receipt")
    subs = receipt.SubReceipts.ReceiptExternal
    equal([(sub.ReceiptStatusCode, sub.ReceiptTypeName, sub.ParentReceiptId) for sub in subs],
          [("Rejected", "Correspondence", receipt.ReceiptId)] * 2, "sub-receipts")
    equal([sub.ReceiptText[-7:] for sub in subs], ["(30304)", "(30301)"], "ErrorIDs")
    equal(len({receipt.ReceiptId, *[sub.ReceiptId for sub in subs]}), 3, "numbers of receipts")


@case
def receipt_names_the_technical_sender_as_owner(server):
    receipt = Basic(server, newest()).insert(unique("owner"), user="demo2",
                                             OnBehalfOfOrgNr=ON_BEHALF_NUMBER)
    owners = [r.ReferenceValue for r in receipt.References.Reference
              if r.ReferenceTypeName == "OwnerPartyReference"]
    equal(owners, [DEMO2_NUMBER], "OwnerPartyReference")


@case_table({f"{name}, {order}": (*row, user_first)
             for name, row in CLIENTS.items()
             for order, user_first in {"user name first": True, "password first": False}.items()})
def history_of_three_references(server, contract, tls, user_first):
    basic = Basic(server, contract, tls)
    references = [unique(f"history-{i}") for i in range(3)]
    for reference in references:
        equal(basic.insert(reference).ReceiptStatusCode, "OK", "receipt")
    answer = basic.history(references, user_first=user_first)
    found = answer.CorrespondenceStatusInformation
    equal([entry.SendersReference for entry in entries(found)], references, "references")
    equal({(entry.Reportee, entry.StatusChanges.StatusChangeV2[0].StatusType,
            len(entry.StatusChanges.StatusChangeV2)) for entry in entries(found)},
          {(REPORTEE, "Created", 1)}, "states")
    equal(found.LimitReached, False, "LimitReached")
    equal(answer.SdpStatusInformation.LimitReached, False, "LimitReached of SDP")


@case_table({"10,000 references": (10_000, False), "10,001 references": (10_001, True)})
def page_holds(server, count, limit_reached):
    basic = Basic(server, newest())
    known = [unique(f"page-{i}") for i in range(3)]
    for reference in known:
        basic.insert(reference)
    asked = [f"unknown-{i}" for i in range(count)]
    asked[0], asked[count // 2], asked[-1] = known
    found = basic.history(asked).CorrespondenceStatusInformation
    equal([entry.SendersReference for entry in entries(found)], known[:2 if limit_reached else 3],
          "references")
    equal(found.LimitReached, limit_reached, "LimitReached")


@case_table(CLIENTS)
def details_of_one_reference(server, contract, tls):
    basic = Basic(server, contract, tls)
    reference = unique("details")
    basic.insert(reference)
    answer = basic.details(SendersReference=reference)
    equal((answer.ServiceCode, answer.ServiceEditionCode), ("4255", 10), "service")
    equal([entry.SendersReference for entry in entries(answer.CorrespondenceStatusInformation)],
          [reference], "references")


HOUR = datetime.timedelta(hours=1)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


@case_table({
    "NotSet": (True, lambda: {"CurrentStatus": "NotSet"}),
    "Created": (True, lambda: {"CurrentStatus": "Created"}),
    "Read": (False, lambda: {"CurrentStatus": "Read"}),
    "Reserved": (False, lambda: {"CurrentStatus": "Reserved"}),
    "created after an hour ago": (True, lambda: {"CreatedAfterDate": now() - HOUR}),
    "created after the next hour": (False, lambda: {"CreatedAfterDate": now() + HOUR}),
    "created before the next hour": (True, lambda: {"CreatedBeforeDate": now() + HOUR}),
    "created before an hour ago": (False, lambda: {"CreatedBeforeDate": now() - HOUR}),
    "after is later than before": (False, lambda: {"CreatedAfterDate": now() + HOUR,
                                                   "CreatedBeforeDate": now() - HOUR}),
    "its reportee": (True, lambda: {"Reportee": REPORTEE}),
    "another reportee": (False, lambda: {"Reportee": "910568183"}),
    "no notification sent": (True, lambda: {"NotificationSent": False}),
    "a notification sent": (False, lambda: {"NotificationSent": True}),
    "nil dates and strings": (True, lambda: {
        "CreatedAfterDate": zeep.xsd.Nil, "CreatedBeforeDate": zeep.xsd.Nil,
        "Reportee": zeep.xsd.Nil, "NotificationSent": zeep.xsd.Nil}),
    "another edition": (False, lambda: {"ServiceEditionCode": 9}),
})
def details_filter(server, passes, values):
    basic = Basic(server, newest())
    reference = unique("filter")
    basic.insert(reference)
    equal(basic.references(SendersReference=reference, **values()), [reference] if passes else [],
          "references")


@case
def details_without_reference_hold_the_message(server):
    basic = Basic(server, newest())
    reference = unique("all")
    basic.insert(reference)
    true(reference in basic.references(CurrentStatus="NotSet"), "the message is not in the list")


@case_table(CLIENTS)
def wrong_password_is_altinn_fault_989_with_seven_members(server, contract, tls):
    basic = Basic(server, contract, tls)
    try:
        basic.history([unique("none")], password="wrong")
    except zeep.exceptions.Fault as fault:
        check_fault_989(basic, fault)
    else:
        raise AssertionError("no fault")


def check_fault_989(basic, fault):
    equal(fault.message, "An errror occurred", "faultstring")
    element = basic.client.get_element("{%s}AltinnFault" % NAMESPACES["fault"])
    detail = fault.detail.find("{%s}AltinnFault" % NAMESPACES["fault"])
    names = [child.tag.rpartition("}")[2] for child in detail]
    equal(names, ["AltinnErrorMessage", "AltinnExtendedErrorMessage",
                  "AltinnLocalizedErrorMessage", "ErrorGuid", "ErrorID", "UserGuid", "UserId"],
          "members")
    altinn = element.parse(detail, basic.client.wsdl.types)
    equal(altinn.ErrorID, 989, "ErrorID")
    equal(altinn.AltinnErrorMessage, "Incorrect username/password/pin given for user", "message")
    equal(altinn.AltinnLocalizedErrorMessage, altinn.AltinnErrorMessage, "localized message")
    equal(altinn.AltinnExtendedErrorMessage, "No information available", "extended message")
    equal(len(altinn.ErrorGuid), 36, "length of ErrorGuid")
    equal((altinn.UserGuid, altinn.UserId or ""), ("-no value-", ""), "user")


if __name__ == "__main__":
    # zeep keeps connections; one that is closed just when it is used again is not tried again.
    main(idle_timeout="10m")
