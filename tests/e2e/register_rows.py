"""Rows of the registers that the demo data lack. Every organisation, person and sender made here is
a new one, so that no case depends on what another has left."""

import itertools

from support import literal, unique

_organizations = itertools.count(1)
_persons = itertools.count(1)

SUSPENDED, TERMINATED = 2, 3


def _check_digit(digits, weights):
    """Modulus 11; None when the number is never given (domain.md 2.5)."""
    check = (11 - sum(int(d) * w for d, w in zip(digits, weights)) % 11) % 11
    return None if check == 10 else str(check)


def organization_number():
    """A valid number of the synthetic series that nobody has."""
    while True:
        digits = f"3{next(_organizations):07d}"
        check = _check_digit(digits, (3, 2, 7, 6, 5, 4, 3, 2))
        if check is not None:
            return digits + check


def person_number():
    """A valid synthetic number: born in a month that is moved by 80."""
    while True:
        digits = f"0281{next(_persons):05d}"
        first = _check_digit(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2))
        second = first and _check_digit(digits + first, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))
        if first is not None and second is not None:
            return digits + first + second


def _text(value):
    return "NULL" if value is None else literal(value)


def organization(server, emails=(), mobiles=(), parent=None, status=1):
    """Its number. status: 1 active, 2 deleted, 3 bankrupt."""
    number = organization_number()
    rows = [(2, address) for address in emails] + [(1, address) for address in mobiles]
    addresses = "".join(
        "INSERT INTO dpvd.notification_address (organization_number, kind, address) "
        f"VALUES ('{number}', {kind}, {literal(address)});" for kind, address in rows)
    server.sql("INSERT INTO dpvd.organization (number, name, form, parent_number, status) "
               f"VALUES ('{number}', 'Prøve {number} AS', 'AS', {_text(parent)}, {status});"
               + addresses)
    return number


def person(server, email=None, mobile=None, verified="now()", reserved=False, dead=False):
    """The number of one that the contact register knows; verified is SQL."""
    number = person_number()
    server.sql(f"""
        INSERT INTO dpvd.person (number, first_name, last_name, dead)
        VALUES ('{number}', 'Prøve', 'Person', {dead});
        INSERT INTO dpvd.person_contact (number, email, mobile, reserved, verified)
        VALUES ('{number}', {_text(email)}, {_text(mobile)}, {reserved}, {verified});""")
    return number


def role(server, unit, holder="15819010029", kind="DAGL", until=None):
    """holder has the role there, until a date or for ever."""
    server.sql("INSERT INTO dpvd.organization_role (organization_number, type, holder, valid_to) "
               f"VALUES ('{unit}', '{kind}', '{holder}', {_text(until)});")


def personal_contact(server, unit, holder, email=None, mobile=None, services="{}"):
    server.sql("INSERT INTO dpvd.personal_contact "
               "(organization_number, person_number, email, mobile, services) VALUES "
               f"('{unit}', '{holder}', {_text(email)}, {_text(mobile)}, {literal(services)});")


def sender(server, kind=2, status=1, code=None):
    """The number of a service owner (1) or DPV customer (2) of its own."""
    number = organization(server)
    server.sql("INSERT INTO dpvd.sender (kind, organization_number, code, name, status, "
               f"status_reason) VALUES ({kind}, '{number}', {_text(code)}, 'Prøve {number}', "
               f"{status}, {'NULL' if status == 1 else literal('test')});")
    return number


def caller(server, number, code="PRV_TEST"):
    """Credentials of a new system user of a sender, as members of a message."""
    name = unique("user")
    server.sql(f"""
        INSERT INTO dpvd.system_user (sender_id, name, code, password_hash)
        SELECT (SELECT id FROM dpvd.sender WHERE organization_number = '{number}'),
               {literal(name)}, {_text(code)}, password_hash
          FROM dpvd.system_user WHERE name = 'demo';""")
    return {"systemUserName": name, "systemPassword": "demo-password", "SystemUserCode": None}


def service(server, owner=None, kind=1, active=True):
    """The code of a new service, edition 1. owner: number of a sender; none: a common service.
    kind: 1 correspondence, 2 another."""
    code = "P" + unique("")[-6:]
    owner_id = f"(SELECT id FROM dpvd.sender WHERE organization_number = {_text(owner)})"
    server.sql("INSERT INTO dpvd.service (code, edition, owner_id, name, common, type, active) "
               f"VALUES ('{code}', 1, {owner_id}, 'Prøve', {owner is None}, {kind}, {active});")
    return code


def template(server, email=None, sms=None, reminder=None, language="1044"):
    """The name of a new template."""
    name = unique("template")
    server.sql("INSERT INTO dpvd.notification_template "
               "(name, language_code, subject, email_text, sms_text, reminder_prefix) VALUES "
               f"('{name}', '{language}', 'Ny melding', {_text(email)}, {_text(sms)}, "
               f"{_text(reminder)});")
    return name
