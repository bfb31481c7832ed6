#!/usr/bin/python3
"""Mono's WCF calls the addressed endpoint: its encoding, its addressing, its data contracts."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from external_calls import EXTERNAL
from support import ROOT, Skip, case, equal, main, true

SOURCE = ROOT / "tests" / "e2e" / "mono" / "ExternalClient.cs"
LIBRARY = Path("/usr/lib/mono/4.5/System.ServiceModel.dll")


def run(*command, home):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=120, stdin=subprocess.DEVNULL, check=False, cwd=home,
                          env={"PATH": "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8"})
    return done.returncode, done.stdout + done.stderr


@case
def wcf_sends_and_understands(server):
    missing = [name for name in ("mono", "mcs") if shutil.which(name) is None]
    if missing or not LIBRARY.exists():
        raise Skip("without Mono's WCF (Debian's mono-mcs, libmono-system-servicemodel4.0a-cil)")
    with tempfile.TemporaryDirectory(prefix="dpvd-e2e-mono-") as home:
        status, said = run("mcs", "-nologo", "-r:System.ServiceModel",
                           "-r:System.Runtime.Serialization", "-out:client.exe", SOURCE, home=home)
        equal(status, 0, f"exit status of mcs, which said {said}")
        status, said = run("mono", "client.exe", server.url + EXTERNAL, home=home)
    lines = [line for line in said.splitlines() if line.startswith("FAIL")]
    equal((status, lines), (0, []), f"what failed; it said {said[-1500:]}")
    true("3 passed, 0 failed" in said, said[-500:])
    equal(server.sql("SELECT title, body, visible_asked IS NULL, due IS NULL FROM "
                     "dpvd.correspondence WHERE senders_reference LIKE 'mono-%';"),
          [["Vedtak om påbygg på Ærøy", "<p>x & y</p>", "t", "t"]], "message")


if __name__ == "__main__":
    main()
