#!/usr/bin/python3
"""Messages of a calendar year are counted in the background, and the quota counts (domain.md 10.6)."""

import re

from support import (
    ON_BEHALF_NUMBER, PATIENCE, case, contains, equal, main, true, unique, wait_until)

QUOTA = 5
DEMO2 = {"systemUserName": "demo2", "systemPassword": "demo2-password",
         "SystemUserCode": "DEM_DEMO"}


def wait_for_all(server):
    wait_until(lambda: server.value(
        "SELECT count(*) FROM dpvd.audit_log l, dpvd.usage_mark m "
        "WHERE l.transaction > m.transaction;") == "0", PATIENCE, "all is counted")


def counted(server, actual_number):
    return int(server.value("SELECT coalesce(sum(messages), 0) FROM dpvd.usage_count "
                            f"WHERE actual_number = '{actual_number}';"))


def send(server, count, **values):
    for _ in range(count):
        server.insert(ExternalShipmentReference=unique("usage"), **values).accepted()


def warnings(server):
    text = server.admin("/metrics").body.decode()
    return int(re.search(r"^dpvd_quota_warnings_total (\d+)$", text, re.M)[1])


@case
def quota_is_warned_of_and_then_blocks(server):
    customer = {**DEMO2, "OnBehalfOfOrgNr": ON_BEHALF_NUMBER}
    equal(warnings(server), 0, "warnings at first")
    send(server, QUOTA - 2, **customer)
    wait_until(lambda: counted(server, ON_BEHALF_NUMBER) == QUOTA - 2, PATIENCE, "counted")
    equal(warnings(server), 0, "warnings below 80 %")
    send(server, 2, **customer)
    wait_until(lambda: counted(server, ON_BEHALF_NUMBER) == QUOTA, PATIENCE, "counted")
    wait_until(lambda: warnings(server) == 2, PATIENCE, "two warnings")
    for percent in (80, 100):
        contains(server.log(), f"event=quota_warning actual={ON_BEHALF_NUMBER}", "log")
        contains(server.log(), f"percent={percent} ", "log")
    receipt = server.insert(ExternalShipmentReference=unique("usage"), **customer).receipt()
    equal(receipt["ReceiptStatusCode"], "Rejected", "receipt")
    contains(receipt["ReceiptText"], str(QUOTA), "text")


@case
def service_owner_has_no_quota(server):
    before = warnings(server)
    send(server, QUOTA + 1)
    wait_until(lambda: counted(server, "910646192") == QUOTA + 1, PATIENCE, "counted")
    send(server, 1)
    equal(warnings(server), before, "warnings")


@case
def repeat_is_not_counted(server):
    reference = unique("usage")
    for _ in range(3):
        server.insert(ExternalShipmentReference=reference, **DEMO2).accepted()
    send(server, 1, **DEMO2)
    wait_for_all(server)
    equal(counted(server, "991825827"), 2, "messages")


@case
def restart_counts_nothing_twice(server):
    wait_for_all(server)
    before = server.sql("SELECT * FROM dpvd.usage_count ORDER BY 1, 2, 3;")
    server.restart()
    send(server, 1, **DEMO2)
    wait_until(lambda: counted(server, "991825827") == 3, PATIENCE, "counted")
    after = server.sql("SELECT * FROM dpvd.usage_count ORDER BY 1, 2, 3;")
    equal(len(after), len(before), "rows")
    true(sum(one != other for one, other in zip(before, after)) == 1, "another row has changed")


if __name__ == "__main__":
    main(quota=QUOTA, quota_block="on", usage_interval="100ms")
