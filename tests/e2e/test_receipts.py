#!/usr/bin/python3
"""The receipt service: who may read which receipt, how it is found and listed (domain.md 9)."""

import functools
import logging

import requests
import zeep
import zeep.exceptions
import zeep.transports

from receipt_calls import (
    ARCHIVE, BATCH, END_USER, EXTERNAL, OUTBOUND, OWNER, PARTY, PATH, SENDERS, WREC,
    accepted, add_sub_receipts, call, envelope, get, listing, read, receipt_of, receipts_of,
    refused, result, save, set_changed, update)
from support import (
    DEMO2_NUMBER, DEMO_NUMBER, NAMESPACES, NIL, ON_BEHALF_NUMBER, REFERENCE, REPORTEE,
    SAVED, Skip, attachment, attachments, case, case_table, contains, equal, local, main,
    soap_headers, true, unique)

BINDING = "{%s}BasicHttpBinding_IReceiptAgencyExternalBasic" % WREC
REFERENCE_WSDL = REFERENCE / "ReceiptAgencyExternalBasic.wsdl"
PERSON = "15819010029"
ANSWERED = 10  # the setting that is lowered here

logging.getLogger("zeep").setLevel(logging.ERROR)


# ---------------------------------------------------------------- get


@case
def receipt_of_a_message_is_found_by_its_number(server):
    reference, receipt = accepted(server)
    found = receipt_of(get(server, number=receipt["ReceiptId"]))
    equal(found, {
        "LastChanged": receipt["LastChanged"], "ParentReceiptId": "0", "ReceiptHistory": "",
        "ReceiptId": receipt["ReceiptId"], "ReceiptStatus": "OK", "ReceiptTemplate": "",
        "ReceiptText": SAVED, "ReceiptType": "Correspondence",
        "References": [(EXTERNAL, reference), (OWNER, DEMO_NUMBER), (PARTY, REPORTEE)],
        "SubReceipts": []}, "receipt")


@case
def first_version_has_the_names_of_the_insert_answer(server):
    reference, receipt = accepted(server)
    found = receipt_of(get(server, "", number=receipt["ReceiptId"]))
    del receipt["References"]
    for name in ("References", "SubReceipts"):
        receipt.pop(name, None)
    equal({name: found[name] for name in receipt}, receipt, "members")
    equal(found["References"], [(EXTERNAL, reference), (OWNER, DEMO_NUMBER), (PARTY, REPORTEE)])
    equal(list(found), "LastChanged ParentReceiptId ReceiptHistory ReceiptId ReceiptStatusCode "
          "ReceiptText ReceiptTypeName References SubReceipts".split(), "order")


@case
def second_version_writes_every_member_in_order_with_nil_and_empty(server):
    _, receipt = accepted(server)
    body = get(server, number=receipt["ReceiptId"]).body.decode()
    places = [body.index(f":{name}") for name in (
        "LastChanged>", "ParentReceiptId>0<", "ReceiptHistory/>", "ReceiptId>", "ReceiptStatus>OK<",
        'ReceiptTemplate xsi:nil="true"/>', "ReceiptText>", "ReceiptType>Correspondence<",
        "References>", "ReferenceType>", "ReferenceValue>", 'SubReceipts xsi:nil="true"/>')]
    equal(places, sorted(places), "places of the members")


@case_table({"first version": ("",), "second version": ("V2",)})
def receipt_is_found_by_its_shipment_reference(server, version):
    reference, receipt = accepted(server)
    found = receipt_of(get(server, version, references=[(EXTERNAL, reference)]))
    equal(found["ReceiptId"], receipt["ReceiptId"], "ReceiptId")


@case
def newest_of_several_is_answered(server):
    reference = unique("several")
    for number in range(3):
        _, last = accepted(server, ExternalShipmentReference=reference, MessageTitle=f"B{number}")
    found = receipt_of(get(server, references=[(EXTERNAL, reference)]))
    equal(found["ReceiptId"], last["ReceiptId"], "ReceiptId")


@case_table({kind: (kind,) for kind in (ARCHIVE, OUTBOUND, BATCH, END_USER, EXTERNAL, SENDERS)})
def added_reference_leads_to_the_receipt(server, kind):
    _, receipt = accepted(server)
    value = unique("added ÆØÅ")
    update(server, ReceiptId=receipt["ReceiptId"], references=[(kind, value)])
    for version in ("", "V2"):
        found = receipt_of(get(server, version, references=[(kind, value)]))
        equal(found["ReceiptId"], receipt["ReceiptId"], "ReceiptId")
        true((kind, value) in found["References"], f"{kind} is answered")
    refused(get(server, references=[(kind, value.lower())]), 30008)
    other = BATCH if kind != BATCH else ARCHIVE
    refused(get(server, references=[(other, value)]), 30008)
    refused(get(server, references=[(kind, value)], user="demo2"), 30008)


@case_table({
    "the number first": (lambda ref, number: {"number": number, "references": [(EXTERNAL, "x")]},
                         True),
    "number 0 is none": (lambda ref, number: {"number": 0, "references": [(EXTERNAL, ref)]}, True),
    "the first usable reference": (lambda ref, number: {"references": [
        (PARTY, REPORTEE), (EXTERNAL, ""), (BATCH, NIL), (EXTERNAL, ref), (EXTERNAL, "x")]}, True),
    "only the first usable one": (lambda ref, number: {"references": [
        (EXTERNAL, "x"), (EXTERNAL, ref)]}, False),
    "not a party": (lambda ref, number: {"references": [(PARTY, REPORTEE)]}, False),
    "not the owner": (lambda ref, number: {"references": [(OWNER, DEMO_NUMBER)]}, False),
    "nothing": (lambda ref, number: {}, False),
    "an empty list": (lambda ref, number: {"references": []}, False),
    "an unknown number": (lambda ref, number: {"number": 2147483647}, False),
    "a negative number": (lambda ref, number: {"number": -1}, False),
})
def get_receipt_takes(server, search, found):
    reference, receipt = accepted(server)
    for version in ("", "V2"):
        answer = get(server, version, **search(reference, receipt["ReceiptId"]))
        if found:
            equal(receipt_of(answer)["ReceiptId"], receipt["ReceiptId"], "ReceiptId")
        else:
            refused(answer, 30008)


@case_table({"GetReceiptBasic": ("GetReceiptBasic", 30008),
             "GetReceiptBasicV2": ("GetReceiptBasicV2", 30008),
             "GetReceiptListBasic": ("GetReceiptListBasic", 30101),
             "GetReceiptListBasicV2": ("GetReceiptListBasicV2", 30101),
             "SaveReceiptBasic": ("SaveReceiptBasic", 0),
             "UpdateReceiptBasic": ("UpdateReceiptBasic", 0)})
def call_without_arguments(server, operation, error_id):
    refused(call(server, operation), error_id)


@case
def receipts_of_refused_messages_are_found(server):
    reference = unique("refused")
    refusal = server.insert(ExternalShipmentReference=reference,
                            Attachments=attachments(attachment(FileName="a:b"))).receipt()
    equal(refusal["ReceiptStatusCode"], "ValidationFailed", "status")
    for search in ({"number": refusal["ReceiptId"]}, {"references": [(EXTERNAL, reference)]}):
        found = receipt_of(get(server, **search))
        equal((found["ReceiptStatus"], found["ReceiptText"]),
              ("ValidationFailed", refusal["ReceiptText"]), "receipt")
        equal(found["References"], [(EXTERNAL, reference), (OWNER, DEMO_NUMBER)], "references")
        refused(get(server, user="demo2", **search), 30008)
    listed = receipts_of(listing(server, begin=refusal["LastChanged"]))
    true(refusal["ReceiptId"] in [one["ReceiptId"] for one in listed], "it is listed")


@case
def person_as_recipient_is_not_named(server):
    _, receipt = accepted(server, Reportee=PERSON)
    answer = get(server, number=receipt["ReceiptId"])
    equal([kind for kind, _ in receipt_of(answer)["References"]], [EXTERNAL, OWNER], "references")
    true(PERSON.encode() not in answer.body, "the number is not answered")


@case
def sub_receipts_come_with_their_receipt(server):
    reference, receipt = accepted(server)
    subs = add_sub_receipts(server, receipt, "One address is missing", "Another one")
    for version, status in (("", "ReceiptStatusCode"), ("V2", "ReceiptStatus")):
        for search in ({"number": receipt["ReceiptId"]}, {"references": [(EXTERNAL, reference)]}):
            found = receipt_of(get(server, version, **search))
            equal((found["ReceiptId"], found[status]), (receipt["ReceiptId"], "OK"), "receipt")
            equal([(sub["ReceiptId"], sub["ParentReceiptId"], sub[status], sub["ReceiptText"],
                    sub["SubReceipts"]) for sub in found["SubReceipts"]],
                  [(subs[0], receipt["ReceiptId"], "ValidationFailed", "One address is missing",
                    []),
                   (subs[1], receipt["ReceiptId"], "ValidationFailed", "Another one", [])], "subs")
    alone = receipt_of(get(server, number=subs[1]))
    equal((alone["ReceiptId"], alone["ParentReceiptId"], alone["SubReceipts"]),
          (subs[1], receipt["ReceiptId"], []), "a sub-receipt alone")
    listed = receipts_of(listing(server, begin=receipt["LastChanged"], end=receipt["LastChanged"]))
    mine = [one for one in listed if one["ReceiptId"] in [receipt["ReceiptId"], *subs]]
    equal([(one["ReceiptId"], len(one["SubReceipts"])) for one in mine],
          [(receipt["ReceiptId"], 2)], "listed")


# ---------------------------------------------------------------- tenants


@case
def receipts_of_others_are_not_there(server):
    reference, receipt = accepted(server)
    number = receipt["ReceiptId"]
    for version in ("", "V2"):
        missing = refused(get(server, version, number=2147483647, user="demo2"), 30008)
        foreign = refused(get(server, version, number=number, user="demo2"), 30008)
        equal(foreign.message, missing.message, "text")
        refused(get(server, version, references=[(EXTERNAL, reference)], user="demo2"), 30008)
        listed = result(listing(server, version, user="demo2", begin="2000-01-01"))
        true(all(one["References"][1] == (OWNER, DEMO2_NUMBER) for one in map(read, listed)),
             "owners of what is listed")
    for answer in (update(server, user="demo2", ReceiptId=number),
                   save(server, user="demo2", ReceiptId=number)):
        equal(refused(answer, 30008).message, missing.message, "text")
    equal(receipt_of(get(server, number=number))["ReceiptText"], SAVED, "text")


@case
def same_reference_of_two_senders_are_two_receipts(server):
    reference = unique("both")
    for user, code, owner in (("demo", "TTD_DEMO", DEMO_NUMBER),
                              ("demo2", "DEM_DEMO", DEMO2_NUMBER)):
        accepted(server, ExternalShipmentReference=reference, systemUserName=user,
                 systemPassword=user + "-password", SystemUserCode=code)
        found = receipt_of(get(server, references=[(EXTERNAL, reference)], user=user))
        true((OWNER, owner) in found["References"], f"owner of what {user} finds")


@case
def actual_sender_may_read_but_not_write(server):
    reference, receipt = accepted(server, OnBehalfOfOrgNr=DEMO2_NUMBER)
    number = receipt["ReceiptId"]
    for version in ("", "V2"):
        for search in ({"number": number}, {"references": [(EXTERNAL, reference)]}):
            found = receipt_of(get(server, version, user="demo2", **search))
            equal(found["ReceiptId"], number, "ReceiptId")
            true((OWNER, DEMO_NUMBER) in found["References"], "the owner is named")
    contains(refused(update(server, user="demo2", ReceiptId=number), 0).message, "owner")
    contains(refused(save(server, user="demo2", ReceiptId=number), 0).message, "owner")
    listed = receipts_of(listing(server, user="demo2", begin=receipt["LastChanged"]))
    true(number not in [one["ReceiptId"] for one in listed], "it is not the actual sender's own")
    other, unread = accepted(server, OnBehalfOfOrgNr=ON_BEHALF_NUMBER)
    refused(get(server, number=unread["ReceiptId"], user="demo2"), 30008)
    refused(get(server, references=[(EXTERNAL, other)], user="demo2"), 30008)


@case_table({name: (name,) for name in (
    "GetReceiptBasic", "GetReceiptBasicV2", "GetReceiptListBasic", "GetReceiptListBasicV2",
    "SaveReceiptBasic", "UpdateReceiptBasic")})
def credentials_are_checked(server, operation):
    for user, password in (("demo", "wrong"), ("nobody", "demo-password"), (NIL, NIL), ("", "")):
        refused(call(server, operation, user=user, password=password), 989)


@case
def test_operation_needs_no_credentials(server):
    answer = server.request("POST", PATH, envelope("<base:Test/>"),
                            soap_headers(NAMESPACES["base"] + "/IAltinnContractBase/Test"))
    equal((answer.status, local(answer.tree.find("s:Body", NAMESPACES)[0])), (200, "TestResponse"))


# ---------------------------------------------------------------- list


@case_table({
    "between": ("2021-06-14T12:00:00", "2021-06-16T12:00:00", True),
    "from the time itself": ("2021-06-15T14:00:00.123", None, True),
    "to the time itself": (None, "2021-06-15T14:00:00.123", True),
    "from and to the time itself": ("2021-06-15T14:00:00.123", "2021-06-15T14:00:00.123", True),
    "from a millisecond later": ("2021-06-15T14:00:00.124", None, False),
    "to a millisecond earlier": (None, "2021-06-15T14:00:00.122", False),
    "in UTC": ("2021-06-15T12:00:00Z", "2021-06-15T12:00:01Z", True),
    "days": ("2021-06-15", "2021-06-16", True),
    "year 1 is not given": ("0001-01-01T00:00:00", "0001-01-01T00:00:00", True),
    "dates at the end of time": ("1000-01-01", "9999-12-31T23:59:59.999", True),
})
def dates_hold_for_the_last_change(server, begin, end, inside):
    server.sql("UPDATE dpvd.receipt SET last_changed = '2019-01-01Z';")
    _, receipt = accepted(server)
    set_changed(server, receipt, "2021-06-15 12:00:00.123456Z")
    for version in ("", "V2"):
        listed = receipts_of(listing(server, version, begin=begin, end=end))
        equal(receipt["ReceiptId"] in [one["ReceiptId"] for one in listed], inside, "is listed")


@case_table({"first version": ("", "ReceiptExternal"), "second version": ("V2", "Receipt")})
def list_is_newest_first_and_has_an_end(server, version, element):
    newest = [accepted(server)[1]["ReceiptId"] for _ in range(ANSWERED + 1)][::-1]
    answer = listing(server, version)
    equal([one["ReceiptId"] for one in receipts_of(answer)], newest[:ANSWERED], "receipts")
    equal({local(one) for one in result(answer)}, {element}, "elements")


@case_table({"first version": ("",), "second version": ("V2",)})
def list_of_nothing_is_empty(server, version):
    for options in ({"kind": "PreFill"}, {"begin": "2050-01-01"}, {"end": "2001-01-01"}):
        element = result(listing(server, version, **options))
        equal((len(element), element.attrib), (0, {}), "list")


@case_table({"NotSet": ("NotSet",), "missing": (None,), "nil": (NIL,)})
def type_of_the_list_is_needed(server, kind):
    for version in ("", "V2"):
        refused(listing(server, version, kind=kind), 30101)


@case
def broker_service_is_a_type_of_the_second_version(server):
    equal(receipts_of(listing(server, kind="BrokerService")), [], "receipts")
    refused(listing(server, "", kind="BrokerService"), 0)


@case_table({"a day": ("2021-06-16", "2021-06-15"), "a millisecond":
             ("2021-06-16T00:00:00.001", "2021-06-16")})
def from_after_to_is_refused(server, begin, end):
    for version in ("", "V2"):
        refused(listing(server, version, begin=begin, end=end), 30102)


@case
def date_that_is_none_is_refused(server):
    contains(refused(listing(server, begin="soon"), 0).message, "dateFrom")
    contains(refused(listing(server, "", end="2021-02-30"), 0).message, "dateTo")


@case
def added_references_are_listed_with_their_receipt(server):
    _, one = accepted(server)
    _, two = accepted(server)
    for receipt in (one, two):
        update(server, ReceiptId=receipt["ReceiptId"],
               references=[(ARCHIVE, "AR1"), (BATCH, "7"), (BATCH, "6")])
    listed = receipts_of(listing(server))
    equal([receipt["ReceiptId"] for receipt in listed[:2]], [two["ReceiptId"], one["ReceiptId"]])
    for receipt in listed[:2]:
        equal(receipt["References"][3:], [(BATCH, "6"), (BATCH, "7"), (ARCHIVE, "AR1")],
              "references")


# ---------------------------------------------------------------- the contract


@functools.cache
def client_of(location, url, certificate):
    session = requests.Session()
    session.trust_env = False
    session.verify = certificate
    transport = zeep.transports.Transport(session=session, timeout=30, operation_timeout=30)
    client = zeep.Client(location, transport=transport, settings=zeep.Settings(strict=True))
    return client.create_service(BINDING, url + PATH)


def service_of(server, contract):
    if contract == "reference" and not REFERENCE_WSDL.exists():
        raise Skip("the reference contract is not beside this repository")
    location = str(REFERENCE_WSDL) if contract == "reference" else server.url + PATH + contract
    return client_of(location, server.url, server.certificate)


@case_table({"reference WSDL": ("reference",), "own WSDL": ("?wsdl",),
             "own single WSDL": ("?singleWsdl",)})
def zeep_calls_every_operation(server, contract):
    service = service_of(server, contract)
    login = {"systemUserName": "demo", "systemPassword": "demo-password"}
    reference, inserted = accepted(server)
    number = int(inserted["ReceiptId"])
    service.Test()
    first = service.GetReceiptBasic(**login, receipt={"References": {"Reference": [
        {"ReferenceTypeName": EXTERNAL, "ReferenceValue": reference}]}})
    equal((first.ReceiptId, first.ReceiptTypeName, first.ReceiptStatusCode),
          (number, "Correspondence", "OK"), "first version")
    second = service.GetReceiptBasicV2(**login, receipt={"ReceiptId": number})
    equal((second.ReceiptId, second.ReceiptType, second.ReceiptStatus, second.ReceiptTemplate),
          (number, "Correspondence", "OK", None), "second version")
    equal([found.ReferenceType for found in second.References.Reference],
          [EXTERNAL, OWNER, PARTY], "reference types")
    listed = service.GetReceiptListBasic(**login, receiptTypeName="Correspondence",
                                         dateFrom="2020-01-01T00:00:00", dateTo=None)
    equal(listed[0].ReceiptId, number, "newest of the list")
    listed = service.GetReceiptListBasicV2(**login, receiptTypeName="Correspondence",
                                           dateFrom="2020-01-01T00:00:00")
    equal(listed[0].ReceiptId, number, "newest of the second list")
    changed = service.UpdateReceiptBasic(**login, receipt={
        "ReceiptId": number, "ReceiptStatus": "Rejected", "ReceiptText": "Avvist", "References": {
            "Reference": [{"ReferenceType": BATCH, "ReferenceValue": "7"}]}})
    equal((changed.ReceiptStatus, changed.References.Reference[3].ReferenceValue),
          ("Rejected", "7"), "updated")
    made = service.SaveReceiptBasic(**login, receipt={
        "ReceiptStatusCode": "OK", "ReceiptText": "Sendt"})
    equal((made.ReceiptTypeName, made.ReceiptText), ("Outbound", "Sendt"), "saved")
    try:
        service.GetReceiptBasicV2(**login, receipt={"ReceiptId": 2147483647})
        raise AssertionError("no fault")
    except zeep.exceptions.Fault as fault:
        contains(fault.detail.findtext(".//{*}ErrorID"), "30008", "ErrorID")


if __name__ == "__main__":
    # zeep keeps connections; one that is closed just when it is used again is not tried again.
    main(receipts_answered=ANSWERED, allow_synthetic_persons="on", idle_timeout="10m")
