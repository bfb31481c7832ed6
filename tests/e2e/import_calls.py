"""dpvd admin import as a test runs it, with files made for it."""

import contextlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from register_files import organization_numbers, write_csv, write_json
from support import DPVD, ROOT, equal, unique

FOLDER = Path(tempfile.mkdtemp(prefix="dpvd-e2e-import-"))
DEMO = ("910646192", "991825827", "974760673", "910820605", "910568183", "810514442")
ASE, OYVIND, PAL = "15819010029", "55819010012", "15519010094"
NUMBERS = list(organization_numbers(12, 31000000))


@contextlib.contextmanager
def files():
    """The files of a program go away with it."""
    try:
        yield
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


def run(server, register, path, *options):
    return subprocess.run(
        [DPVD, "-c", server.env["CONFIG_FILE"], "admin", "import", register, "--file", path,
         *options], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
        check=False)


def imported(server, register, path, *options):
    """The summary of an import that must succeed, and what it said meanwhile."""
    done = run(server, register, path, "--json", *options)
    equal(done.returncode, 0, f"exit status of the import, which said {done.stderr}")
    return {**json.loads(done.stdout), "said": done.stderr}


def refused(server, register, path, *options):
    """What an import that must fail said."""
    done = run(server, register, path, *options)
    equal((done.returncode, done.stdout), (1, ""), f"end of the import, which said {done.stderr}")
    return done.stderr


def counts(summary):
    return tuple(summary[name] for name in ("added", "changed", "removed", "unchanged", "refused"))


def file_of(text, name="file.csv"):
    path = FOLDER / f"{unique('f')}-{name}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def csv_file(header, *rows):
    path = FOLDER / f"{unique('f')}.csv"
    write_csv(path, header.split(";"), [row.split(";") for row in rows])
    return path


def json_file(*elements, name="file.json"):
    path = FOLDER / f"{unique('f')}-{name}"
    write_json(path, elements)
    return path


def clean(server):
    """The demo organisations and persons are there, and nothing else is in the registers."""
    demo = (ROOT / "sql" / "demo.sql").read_text(encoding="utf-8")
    server.sql(f"DELETE FROM dpvd.organization WHERE number <> ALL ('{{{','.join(DEMO)}}}'); "
               f"{demo} TRUNCATE dpvd.organization_role, dpvd.notification_address, "
               "dpvd.person_contact, dpvd.personal_contact;")


def content(server, table):
    """Every row with the transaction that wrote it."""
    return server.sql(f"SELECT xmin, t.* FROM dpvd.{table} t ORDER BY t::text;")


def audit_row(server):
    return server.sql("SELECT endpoint, operation, result, user_name FROM dpvd.audit_log "
                      "WHERE endpoint = 'admin' ORDER BY id DESC LIMIT 1;")[0]
