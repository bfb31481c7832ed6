#!/usr/bin/python3
"""Java classes as JAX-WS generates them, from the reference WSDL where it is there, call the
addressed endpoint by the server's own WSDL: what senders with CXF and its like have."""

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

from external_calls import EXTERNAL
from support import REFERENCE_EXTERNAL, ROOT, Skip, case, equal, main, true

JARS = Path("/usr/share/java")
NAMES = (
    "jaxws-tools jaxws-rt jaxws-api jaxb-xjc jaxb-core jaxb-runtime jaxb-api codemodel xsom rngom "
    "dtd-parser istack-commons-runtime istack-commons-tools txw2 relaxngDatatype javax.activation "
    "jws-api geronimo-annotation-1.3-spec javax.xml.soap-api saaj-impl stax-ex streambuffer "
    "metro-policy gmbal glassfish-management-api mimepull FastInfoset xml-resolver stax2-api "
    "woodstox-core").split()
SOURCE = ROOT / "tests" / "e2e" / "java" / "ExternalClient.java"
WORK = Path(tempfile.mkdtemp(prefix="dpvd-e2e-java-"))


def class_path():
    return ":".join(str(JARS / f"{name}.jar") for name in NAMES)


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=200, stdin=subprocess.DEVNULL, check=False, cwd=WORK)
    return done.returncode, done.stdout + done.stderr


@functools.cache
def compiled():
    """The folder of the client's classes and of those that it needs."""
    missing = [name for name in ("java", "javac") if shutil.which(name) is None]
    missing += [name for name in NAMES if not (JARS / f"{name}.jar").exists()]
    if missing:
        raise Skip("without JAX-WS (Debian's libjaxws-java): " + " ".join(missing))
    wsdl = ROOT / "wsdl" / "CorrespondenceAgencyExternal.wsdl"
    source, classes = WORK / "source", WORK / "classes"
    for folder in (source, classes):
        folder.mkdir()
    status, said = run("java", "-cp", class_path(), "com.sun.tools.ws.WsImport", "-Xnocompile",
                       "-quiet", "-extension", "-d", classes, "-s", source,
                       REFERENCE_EXTERNAL if REFERENCE_EXTERNAL.exists() else wsdl)
    equal(status, 0, f"exit status of wsimport, which said {said}")
    status, said = run("javac", "-nowarn", "-proc:none", "-encoding", "UTF-8", "-cp", class_path(),
                       "-d", classes, *source.rglob("*.java"), SOURCE)
    equal(status, 0, f"exit status of javac, which said {said[-1500:]}")
    return classes


@case
def java_calls_every_kind_of_operation(server):
    url = server.url + EXTERNAL
    status, said = run("java", "-Dfile.encoding=UTF-8", "-cp", f"{compiled()}:{class_path()}",
                       "ExternalClient", url + "?wsdl", url)
    lines = [line for line in said.splitlines() if line.startswith("FAIL")]
    equal((status, lines), (0, []), f"what failed; it said {said[-1500:]}")
    true("6 passed, 0 failed" in said, said[-500:])


@case
def what_java_sent_is_stored(server):
    compiled()
    rows = server.sql(
        "SELECT DISTINCT c.title, c.body, a.file_name, a.size, "
        "encode(sha256(a.content), 'hex') = encode(a.sha256, 'hex') FROM dpvd.correspondence c "
        "JOIN dpvd.attachment a ON (a.sender_id, a.correspondence_id) = (c.sender_id, c.id) "
        "WHERE c.senders_reference LIKE 'java-%';")
    equal(rows, [["Vedtak om påbygg på Ærøy", "<p>x & y</p>", "vedtak på søknad.pdf", "50000",
                  "t"]], "message")


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(WORK, ignore_errors=True)
