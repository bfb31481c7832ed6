#!/usr/bin/python3
"""The addressed endpoint as zeep calls it: by the reference WSDL and the server's own, over HTTP and
HTTPS, with its UsernameToken and its WS-Addressing."""

import functools
import logging

import requests
import zeep
import zeep.exceptions
import zeep.transports
from lxml import etree
from zeep.wsse.username import UsernameToken

from external_calls import EXTERNAL, TOKEN_REFUSED, WSU, make_secret, secret_key, time_text
from support import (
    DEMO_NUMBER, NAMESPACES, REFERENCE_EXTERNAL, REPORTEE, SAVED, Skip, case_table, equal, main,
    sha256, unique)

BINDING = "{%s}CustomBinding_ICorrespondenceAgencyExternal" % NAMESPACES["w0910"]
TITLE = "Vedtak om påbygg på Ærøy"

# Imports without a place are normal in these WSDLs.
logging.getLogger("zeep").setLevel(logging.ERROR)


@functools.cache
def client_of(location, certificate):
    session = requests.Session()
    session.trust_env = False
    session.verify = certificate
    transport = zeep.transports.Transport(session=session, timeout=30, operation_timeout=30)
    return zeep.Client(location, transport=transport, settings=zeep.Settings(strict=True))


def timestamp():
    """As clients that follow the policy send it."""
    element = etree.Element("{%s}Timestamp" % WSU)
    etree.SubElement(element, "{%s}Created" % WSU).text = time_text()
    etree.SubElement(element, "{%s}Expires" % WSU).text = time_text(300)
    return element


class External:
    """The endpoint as one zeep client sees it."""

    def __init__(self, server, contract, tls=False, **token):
        url = server.tls_url if tls else server.url
        if contract == "reference" and not REFERENCE_EXTERNAL.exists():
            raise Skip("the reference contract is not beside this repository")
        location = str(REFERENCE_EXTERNAL) if contract == "reference" else url + EXTERNAL + contract
        self.client = client_of(location, server.certificate)
        self.client.wsse = UsernameToken(**{"username": "demo", "password": "demo-password",
                                            **token})
        self.service = self.client.create_service(BINDING, url + EXTERNAL)

    def make(self, prefix, name, **values):
        return self.client.get_type("{%s}%s" % (NAMESPACES[prefix], name))(**values)

    def insert(self, reference, attachments=()):
        items = [self.make("rel1010", "BinaryAttachmentV2", FileName=name, Name=name, Data=data)
                 for name, data in attachments]
        content = self.make(
            "c1010", "ExternalContentV2", LanguageCode="1044", MessageTitle=TITLE, MessageBody="x",
            Attachments={"BinaryAttachments": {"BinaryAttachmentV2": items}} if items else None)
        letter = self.make("c1010", "InsertCorrespondenceV2", ServiceCode="4255",
                           ServiceEdition="10", Reportee=REPORTEE, Content=content)
        return self.service.InsertCorrespondenceV2(
            SystemUserCode="TTD_DEMO", ExternalShipmentReference=reference, Correspondence=letter)

    def insert_first(self, reference):
        content = self.make("c0910", "ExternalContent", LanguageCode="1044", MessageTitle=TITLE,
                            MessageBody="x")
        letter = self.make("c0910", "InsertCorrespondence", ServiceCode="4255",
                           ServiceEdition="10", Reportee=REPORTEE, Content=content)
        return self.service.InsertCorrespondence(
            SystemUserCode="TTD_DEMO", ExternalReference=reference, Correspondence=letter)

    def references_by_history(self, references):
        answer = self.service.GetCorrespondenceStatusHistory(
            CorrespondenceSendersReferences={"string": references})
        return self.references(answer.CorrespondenceStatusInformation)

    def references_by_details(self, version, **values):
        prefix, name = {"": ("c1311", "CorrespondenceStatusFilter"),
                        "V2": ("c1410", "CorrespondenceStatusFilterV2"),
                        "V3": ("c1602", "CorrespondenceStatusFilterV3")}[version]
        criteria = self.make(prefix, name, ServiceCode="4255", ServiceEditionCode=10, **values)
        answer = self.service["GetCorrespondenceStatusDetails" + version](filterCriteria=criteria)
        if version == "V3":
            return self.references(answer.CorrespondenceStatusInformation)
        found = answer.StatusList
        entries = [] if found is None else found.Status if version == "" else found.StatusV2
        return [entry.SendersReference for entry in entries]

    @staticmethod
    def references(information):
        found = information.CorrespondenceStatusDetailsList
        return [] if found is None else [entry.SendersReference for entry in found.StatusV2]


CLIENTS = {
    "reference WSDL over http": ("reference", False),
    "reference WSDL over https": ("reference", True),
    "own WSDL over http": ("?wsdl", False),
    "own WSDL over https": ("?wsdl", True),
    "own single WSDL over https": ("?singleWsdl", True),
}


@case_table(CLIENTS)
def test_operation_answers(server, contract, tls):
    External(server, contract, tls).service.Test()


@case_table({name: row for name, row in CLIENTS.items() if row[0] != "reference"})
def own_wsdl_leads_back_to_the_server(server, contract, tls):
    client = External(server, contract, tls).client
    url = server.tls_url if tls else server.url
    equal(client.service._binding_options["address"], url + EXTERNAL, "address")
    client.service.Test()


@case_table(CLIENTS)
def message_is_stored_and_its_status_found(server, contract, tls):
    external = External(server, contract, tls)
    reference = unique("zeep")
    pdf = b"%PDF-1.4 " + bytes(range(256)) * 100
    receipt = external.insert(reference, [("vedtak på søknad.pdf", pdf)])
    equal((receipt.ReceiptStatusCode, receipt.ReceiptText), ("OK", SAVED), "receipt")
    equal(server.message(reference, "title, technical_number"), [TITLE, DEMO_NUMBER], "message")
    equal(server.content_hashes(reference), [sha256(pdf)], "content")
    equal(external.references_by_history([reference, "x"]), [reference], "history")
    for version in ("", "V2", "V3"):
        equal(external.references_by_details(version, SendersReference=reference), [reference],
              "details " + version)


@case_table(CLIENTS)
def first_version_of_insert(server, contract, tls):
    reference = unique("zeep")
    equal(External(server, contract, tls).insert_first(reference).ReceiptStatusCode, "OK", "receipt")
    equal(server.message(reference, "title"), [TITLE], "message")


@case_table(CLIENTS)
def service_is_made_from_a_template(server, contract, tls):
    info = External(server, contract, tls).service.CreateSimpleCorrespondenceService(
        templateServiceCode="4255", templateServiceEditionCode=10)
    equal(info.ExternalServiceEditionCode, 1, "edition")


@case_table(CLIENTS)
def timestamp_of_the_policy(server, contract, tls):
    External(server, contract, tls, timestamp_token=timestamp()).service.Test()


@case_table(CLIENTS)
def digest_of_a_secret(server, contract, tls):
    external = External(server, contract, tls, password=make_secret(server), use_digest=True)
    external.service.Test()
    equal(external.references_by_history(["x"]), [], "history")


@case_table(CLIENTS)
def wrong_password_is_the_fault_that_clients_look_for(server, contract, tls):
    try:
        External(server, contract, tls, password="wrong").service.Test()
    except zeep.exceptions.Fault as fault:
        equal(fault.message, TOKEN_REFUSED, "reason")
        equal([code.localname for code in fault.subcodes], ["InvalidSecurityToken"], "subcode")
        return
    raise AssertionError("no fault")


@case_table(CLIENTS)
def broken_rule_is_an_altinn_fault(server, contract, tls):
    external = External(server, contract, tls)
    try:
        external.insert("")
    except zeep.exceptions.Fault as fault:
        element = external.client.get_element("{%s}AltinnFault" % NAMESPACES["fault"])
        detail = fault.detail.find("{%s}AltinnFault" % NAMESPACES["fault"])
        equal(element.parse(detail, external.client.wsdl.types).ErrorID, 40005, "ErrorID")
        return
    raise AssertionError("no fault")


if __name__ == "__main__":
    main(secret_key=secret_key())
