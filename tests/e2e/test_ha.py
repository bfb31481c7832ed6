#!/usr/bin/python3
"""The sample files in scripts/ha do what the README says of them, as far as one machine allows."""

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import urllib.parse

from senders import Load, check_nothing_lost_or_doubled, progress
from support import (
    ACTION_INSERT, BASIC, DPVD, ROOT, Skip, case, connect, contains, equal, exchange,
    insert_envelope, main, soap_headers, true, wait_until)

SAMPLES = ROOT / "scripts" / "ha"
HAPROXY = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
PATRONI = shutil.which("patroni")
CALLER = "198.51.100.7"


def need(program, name):
    if program is None:
        raise Skip(f"{name} is not installed")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def replaced(name, *pairs):
    """A sample with regular expressions replaced, each of which must be there."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    for pattern, value in pairs:
        text, count = re.subn(pattern, value, text)
        true(count > 0, f"{name} has no {pattern}")
    return text


def haproxy_file(server, urls):
    """The sample for this certificate, on a free port, before these dpvd."""
    pem = server.folder / "haproxy.pem"
    tls = server.folder / "tls"
    pem.write_text((tls / "certificate.pem").read_text() + (tls / "key.pem").read_text())
    pem.chmod(0o600)
    port = free_port()
    hosts = [urllib.parse.urlsplit(url).netloc for url in urls]
    path = server.folder / "haproxy.cfg"
    path.write_text(replaced("haproxy.cfg", (r"bind :443", f"bind 127.0.0.1:{port}"),
                             (r"/etc/haproxy/dpvd\.pem", str(pem)),
                             (r"192\.0\.2\.11:8080", hosts[0]), (r"192\.0\.2\.12:8080", hosts[1])))
    return path, f"https://localhost:{port}"


def start_haproxy(server, urls):
    """HAProxy as a child with the sample file, and its URL once it has found a dpvd; None for the
    URL when another program was quicker to take its port."""
    path, url = haproxy_file(server, urls)
    said = server.folder / "haproxy.log"
    with said.open("wb") as log:
        child = subprocess.Popen([HAPROXY, "-db", "-f", path], stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=log)

    def serves():
        if child.poll() is not None:
            contains(said.read_text(), "Address already in use", "why haproxy ended")
            return "taken"
        try:
            with contextlib.closing(connect(url, server.certificate)) as connection:
                return exchange(connection, "GET", "/health/ready").status == 200 and "serves"
        except OSError:
            return False

    try:
        return child, wait_until(serves, 60, "haproxy serves") == "serves" and url
    except BaseException:
        child.kill()
        child.wait()
        raise


@contextlib.contextmanager
def haproxy(server, *urls):
    """The URL of HAProxy with the sample file before these dpvd."""
    for _ in range(5):
        child, url = start_haproxy(server, urls)
        if url:
            break
    try:
        true(url, "no port was free for long enough")
        yield url
    finally:
        child.kill()
        child.wait()


@case
def sample_of_haproxy_is_valid(server):
    need(HAPROXY, "haproxy")
    path, _ = haproxy_file(server, [server.url, server.url])
    done = subprocess.run([HAPROXY, "-c", "-f", path], capture_output=True, text=True, timeout=60,
                          check=False)
    equal(done.returncode, 0, f"exit status of haproxy -c, which said {done.stdout}{done.stderr}")
    true("WARNING" not in done.stderr, done.stderr)


@case
def sample_of_patroni_is_valid(server):
    need(PATRONI, "patroni")
    path = server.folder / "patroni.yml"
    with socket.create_server(("127.0.0.1", 0)) as etcd:
        path.write_text(replaced(
            "patroni.yml", (r"192\.0\.2\.\d+:2379", f"127.0.0.1:{etcd.getsockname()[1]}"),
            (r"( listen: )192\.0\.2\.21:\d+", lambda found: f"{found[1]}127.0.0.1:{free_port()}"),
            (r"/var/lib/postgresql/15/dpvd", str(server.folder / "patroni")),
            (r"/usr/lib/postgresql/15/bin", server.env["PG_BIN"])))
        done = subprocess.run([PATRONI, "--validate-config", path], capture_output=True, text=True,
                              timeout=60, check=False)
    equal((done.returncode, done.stdout + done.stderr), (0, ""), "patroni --validate-config")


@case
def sample_of_dpvd_is_valid(server):
    done = subprocess.run([DPVD, "-c", SAMPLES / "dpvd.conf", "config"], capture_output=True,
                          text=True, timeout=60, check=False)
    equal(done.returncode, 0, f"exit status of config, which said {done.stderr}")
    contains(done.stdout, "\nrequire_standby = 1\n", "what is in force")
    del server


class TlsLoad(Load):
    """Clients that check the proxy's certificate."""

    def __init__(self, server, url, prefix):
        super().__init__(url, prefix, prefix, sizes=(100, 5_000, 300_000), pause=0.02)
        for client in self.clients:
            client.certificate = server.certificate


@case
def calls_survive_a_dpvd_that_is_killed_and_name_their_caller(server):
    need(HAPROXY, "haproxy")
    settings = {"trusted_proxies": "127.0.0.1", "held_percent_per_address": "100"}
    with server.process(**settings) as (one, one_url), server.process(**settings) as (_, two_url), \
            haproxy(server, one_url, two_url) as url:
        with TlsLoad(server, url, "proxied") as load:
            progress(load)
            one.send_signal(signal.SIGKILL)
            progress(load)
            progress(load)
        check_nothing_lost_or_doubled(server, load, "proxied")
    log = "".join(path.read_text(encoding="utf-8") for path in server.folder.glob("dpvd-*.log"))
    contains(log, "client=127.0.0.1", "the caller's address in the log")


@case
def callers_get_a_soap_fault_while_no_dpvd_is_ready(server):
    need(HAPROXY, "haproxy")
    with server.process() as (_, one), server.process() as (_, two), \
            haproxy(server, one, two) as url:
        server.dev("stop-pg")
        try:
            log = server.folder / "haproxy.log"
            wait_until(lambda: "backend dpvd has no server available" in log.read_text(), 60,
                       "haproxy finds nobody ready")
            with contextlib.closing(connect(url, server.certificate)) as connection:
                answer = exchange(connection, "POST", BASIC, insert_envelope(),
                                  soap_headers(ACTION_INSERT))
        finally:
            server.dev("start-pg")
    fault = answer.fault()
    equal((answer.status, fault.code, fault.error_id), (500, "Server", 0), fault.message)


@case
def caller_cannot_name_another_address(server):
    need(HAPROXY, "haproxy")
    with server.process(trusted_proxies="127.0.0.1") as (_, one), \
            haproxy(server, one, one) as url, \
            contextlib.closing(connect(url, server.certificate)) as connection:
        forged = {"X-Forwarded-For": CALLER, "Forwarded": f"for={CALLER}"}
        equal(exchange(connection, "GET", "/health/live", headers=forged).status, 200, "status")
    log = "".join(path.read_text(encoding="utf-8") for path in server.folder.glob("dpvd-*.log"))
    true(CALLER not in log, "a forged address was believed")
    true("forwarded_odd" not in log, "what the proxy wrote is odd")


if __name__ == "__main__":
    main()
