"""What the tests of `dpvd admin` share: running it, and senders and system users of their own."""

import json
import random
import subprocess

from support import DPVD, equal, unique

PASSWORD = "et-langt-nok-passord"
CODE = "KODE"

_taken = set()


def new_number():
    """An organisation number with the right check digit that no other call has given."""
    while True:
        digits = [random.choice((2, 3))] + [random.randint(0, 9) for _ in range(7)]
        check = 11 - sum(d * w for d, w in zip(digits, (3, 2, 7, 6, 5, 4, 3, 2))) % 11
        number = "".join(map(str, digits)) + str(check % 11)
        if check != 10 and number not in _taken:
            _taken.add(number)
            return number


def admin(server, *words, stdin=""):
    """Runs a command; what is asked for on standard input is in stdin."""
    return subprocess.run([DPVD, "-c", server.env["CONFIG_FILE"], "admin", *map(str, words)],
                          input=stdin, capture_output=True, text=True, timeout=120, check=False)


def done(server, *words, stdin=""):
    """A command that must succeed: what it says as JSON."""
    result = admin(server, *words, "--json", stdin=stdin)
    equal(result.returncode, 0, f"exit status of {words}, which said {result.stderr}")
    return json.loads(result.stdout)


def refused(server, *words, stdin="", status=1):
    """A command that must fail: what it says on standard error."""
    result = admin(server, *words, stdin=stdin)
    equal((result.returncode, result.stdout), (status, ""), f"{words}, which said {result.stderr}")
    return result.stderr


def new_sender(server, *options, kind="dpv-customer", **values):
    """A sender of its own: its number."""
    number = new_number()
    values = {"name": f"Etat {number}", "terms": "1.3", "accepted-by": "Kari Ås", **values}
    done(server, "sender", "add", "--kind", kind, "--number", number, *options,
         *(word for name, value in values.items() for word in (f"--{name}", value)))
    return number


def new_user(server, number, *options):
    """A system user of the sender with PASSWORD: its name."""
    name = unique("user")
    done(server, "system-user", "add", "--name", name, "--sender", number, "--code", CODE,
         "--password-file", "-", *options, stdin=PASSWORD + "\n")
    return name


def insert(server, user, password=PASSWORD, **values):
    return server.insert(**{"systemUserName": user, "systemPassword": password,
                            "SystemUserCode": CODE, **values})


def faults(answer, error_id):
    equal(answer.fault().error_id, error_id, "ErrorID")


def audited(server, columns="operation, result, user_name"):
    """The newest row of the operator's."""
    return server.sql(f"SELECT {columns} FROM dpvd.audit_log WHERE endpoint = 'admin' "
                      f"ORDER BY id DESC LIMIT 1;")[0]
