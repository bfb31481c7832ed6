#!/usr/bin/python3
"""dpvd as its operator sees it: command line, settings, log, health, metrics, certificate."""

import json
import os
import re
import signal
import ssl
import subprocess
import urllib.parse
import warnings

from support import (
    BASIC, DPVD, PATIENCE, ROOT, Skip, case, case_table, connect, contains, equal, exchange, main,
    open_socket, parse_log_line, true, wait_until, whole_lines)

def run(*arguments, env=None):
    return subprocess.run([DPVD, *map(str, arguments)], capture_output=True, text=True,
                          timeout=PATIENCE, env={**os.environ, **(env or {})},
                          stdin=subprocess.DEVNULL, check=False)


def succeeds(*arguments, env=None):
    done = run(*arguments, env=env)
    equal(done.returncode, 0, f"exit status of {arguments}, which said {done.stderr}")
    return done.stdout


def config_of(server):
    return server.env["CONFIG_FILE"]


def settings_in(text):
    return dict(line.split(" = ", 1) if " = " in line else (line.rstrip(" ="), "")
                for line in text.splitlines())


# ---------------------------------------------------------------- the command line


@case
def version_is_told(server):
    del server
    true(re.search(r"\d", succeeds("version")), "no number in the version")


@case
def check_accepts_the_configuration_that_runs(server):
    succeeds("check", "-c", config_of(server))


@case
def config_shows_every_setting_and_masks_secrets(server):
    shown = settings_in(succeeds("config", "-c", config_of(server)))
    equal(shown["listen"], urllib.parse.urlsplit(server.url).netloc, "listen")
    equal(shown["environment"], "test", "environment")
    for secret in ("database", "database_owner", "database_auditor"):
        equal(shown[secret], "********", secret)
    true(server.env["PG_SOCKET"] not in "".join(shown.values()), "the database is shown")


@case
def settings_come_from_file_then_environment_then_command_line(server):
    file = server.folder / "order.conf"
    file.write_text("# a comment\n\nworkers = 3\n  queue_limit=7  \nmax_body = 2m\n")
    shown = settings_in(succeeds("config", "-c", file, "-o", "queue_limit=9",
                                 env={"DPVD_WORKERS": "5", "DPVD_QUEUE_LIMIT": "8"}))
    equal((shown["workers"], shown["queue_limit"], shown["max_body"]),
          ("5", "9", str(2 * 1024 * 1024)), "settings")


def is_refused(done, verb):
    """Failed, or used wrongly, but neither served nor crashed."""
    true(done.returncode in (1, 2), f"exit status of {verb}: {done.returncode}")


@case_table({
    "unknown key": ("listen = 127.0.0.1:1\ncolour = blue\n", 2, "colour"),
    "letters in a number": ("\n# x\nworkers = many\n", 3, "workers"),
    "number out of range": ("workers = 100000\n", 1, "workers"),
    "number below the range": ("max_depth = 1\n", 1, "max_depth"),
    "size without sense": ("max_body = 3 apples\n", 1, "max_body"),
    "unknown choice": ("log_format = xml\n", 1, "log_format"),
    "switch": ("duplicate_detection = perhaps\n", 1, "duplicate_detection"),
    "no assignment": ("workers\n", 1, "workers"),
})
def configuration_is_refused_with_file_and_line(server, text, line, word):
    file = server.folder / "refused.conf"
    file.write_text(text)
    for verb in ("check", "serve"):
        done = run(verb, "-c", file)
        is_refused(done, verb)
        contains(done.stderr, f"{file}:{line}", f"what {verb} says")
        contains(done.stderr, word, f"what {verb} says")


@case_table({
    "environment": ((), {"DPVD_WORKERS": "many"}, "DPVD_WORKERS"),
    "command line": (("-o", "workers=many"), {}, "workers"),
    "file that is not there": (("-c", "/nowhere/dpvd.conf"), {}, "/nowhere/dpvd.conf"),
    "key file that cannot be read": (
        ("-o", "tls_listen=127.0.0.1:0", "-o", "tls_certificate=/nowhere/a.pem",
         "-o", "tls_key=/nowhere/b.pem"), {}, "/nowhere/a.pem"),
    "values that do not fit each other": (("-o", "held_bytes=1m"), {}, "max_body"),
})
def start_is_refused_for_bad(server, arguments, env, word):
    del server
    done = run("check", *arguments, env=env)
    is_refused(done, "check")
    contains(done.stderr, word, "what it says")


@case_table({"unknown verb": ("dance",), "unknown option": ("check", "--dance"),
             "option without value": ("check", "-c"), "too many verbs": ("check", "config")})
def usage_error_ends_with_2(server, *arguments):
    del server
    done = run(*arguments)
    equal(done.returncode, 2, "exit status")
    true(done.stderr != "", "nothing was said")


@case
def second_server_on_the_same_ports_ends_with_1_and_says_which(server):
    done = run("serve", "-c", config_of(server))
    equal(done.returncode, 1, "exit status")
    contains(done.stderr, urllib.parse.urlsplit(server.url).netloc, "what it says")


@case
def migrate_again_changes_nothing(server):
    before = server.sql("SELECT * FROM dpvd.schema_migration ORDER BY name;")
    succeeds("migrate", "-c", config_of(server))
    equal(server.sql("SELECT * FROM dpvd.schema_migration ORDER BY name;"), before, "migrations")
    true(before, "no migrations recorded")


@case_table({
    "an unknown migration": (
        "INSERT INTO dpvd.schema_migration (name, sha256) "
        "VALUES ('999_later', sha256('later'));",
        "DELETE FROM dpvd.schema_migration WHERE name = '999_later';"),
    "a changed migration": (
        "UPDATE dpvd.schema_migration SET sha256 = sha256(sha256) WHERE name LIKE '001%';", None),
})
def start_and_migrate_refuse_a_database_with(server, spoil, mend):
    before = server.sql("SELECT name, encode(sha256, 'hex') FROM dpvd.schema_migration;")
    server.sql(spoil)
    try:
        equal(run("migrate", "-c", config_of(server)).returncode, 1, "exit status of migrate")
        with server.process(wait=False) as (child, _):
            try:
                equal(child.wait(PATIENCE), 1, "exit status of serve")
            except subprocess.TimeoutExpired as still_running:
                raise AssertionError("the server started") from still_running
    finally:
        server.sql(mend or "".join(
            f"UPDATE dpvd.schema_migration SET sha256 = '\\x{digest}' WHERE name = '{name}';"
            for name, digest in before))


@case
def readme_has_the_settings_of_the_program(server):
    del server
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    inside = readme.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0]
    equal(inside.strip().splitlines(), succeeds("config", "--table").strip().splitlines(),
          "table in README.md")


@case
def readme_has_the_checks_of_the_program(server):
    del server
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    inside = readme.partition("<!-- rules -->")[2].partition("<!-- /rules -->")[0]
    equal(inside.strip().splitlines(), succeeds("rules").strip().splitlines(), "table in README.md")


# ---------------------------------------------------------------- health and metrics


@case
def health_answers_on_the_main_listener(server):
    for path in ("/health/live", "/health/ready"):
        equal(server.get(path).status, 200, path)
        equal(server.request("GET", path, tls=True).status, 200, path + " over TLS")


@case
def metrics_are_for_operators_only(server):
    equal(server.get("/metrics").status, 404, "status on the main listener")
    answer = server.admin("/metrics")
    equal(answer.status, 200, "status on the operators' listener")
    contains(answer.headers["Content-Type"], "text/plain", "Content-Type")
    equal(server.admin(BASIC + "?wsdl").status, 404, "the service on the operators' listener")


METRIC = re.compile(r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_]\w*="([^"\\\n]|\\.)*",?)*\})? \S+')


def samples(server):
    """Metrics by their full name with labels; every line must be of the format."""
    found = {}
    for line in server.admin("/metrics").body.decode().splitlines():
        if not line or line.startswith("#"):
            continue
        true(METRIC.fullmatch(line), f"not a Prometheus sample: {line!r}")
        name, _, value = line.rpartition(" ")
        found[name] = float(value)
    return found


@case
def metrics_count_requests_by_operation_and_outcome(server):
    before = samples(server)
    server.insert().accepted()
    server.insert(systemPassword="wrong").fault()
    server.history(["x"])

    def grown(operation):
        return [name for name, value in samples(server).items()
                if operation in name and value > before.get(name, 0)]

    for operation, count in (("InsertCorrespondenceBasicV2", 2),
                             ("GetCorrespondenceStatusHistoryBasic", 1)):
        # A request is counted when its answer is on its way.
        wait_until(lambda operation=operation, count=count: len(grown(operation)) >= count,
                   PATIENCE, f"{count} metrics of {operation} have grown")


@case
def metrics_tell_of_memory_connections_and_database(server):
    names = " ".join(samples(server))
    for word in ("held", "connections", "database"):
        contains(names, word, "names of the metrics")


# ---------------------------------------------------------------- the log


def call_once(server):
    """One good and one refused call; their request ids once the log knows them."""
    ids = [answer.headers["X-Request-Id"]
           for answer in (server.insert(), server.insert(CaseID="1"))]
    for request_id in ids:
        server.logged(request_id)
    return ids


def every_line_parses(written, parse):
    lines = [parse(line) for line in written]
    for fields, line in zip(lines, written):
        true({"ts", "level", "event"} <= set(fields), f"not a log line: {line!r}")
        true(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", fields["ts"]), line)
        true(fields["level"] in ("error", "warn", "info", "debug"), line)
    return lines


@case
def logfmt_lines_parse_and_carry_the_request_id(server):
    ids = call_once(server)
    lines = every_line_parses(whole_lines(server.log()), parse_log_line)
    for request_id in ids:
        true([line for line in lines if line.get("req") == request_id], f"no line of {request_id}")


@case
def json_lines_parse_and_carry_the_request_id(server):
    old = len(server.log())
    server.restart(log_format="json")
    try:
        ids = call_once(server)
        written = [line for line in whole_lines(server.log()[old:]) if line.startswith("{")]
        lines = every_line_parses(written, json.loads)
        for request_id in ids:
            true([line for line in lines if line.get("req") == request_id],
                 f"no line of {request_id}")
    finally:
        server.restart(log_format="logfmt")


@case
def values_of_the_caller_cannot_forge_log_lines(server):
    old = len(server.log())
    answers = [server.insert(systemUserName='x" level=error\nts=2000 event=forged'),
               server.request("GET", "/a%0Aevent=forged?b=\"c\"")]
    answers[0].fault()
    for answer in answers:
        server.logged("req=" + answer.headers["X-Request-Id"])
    lines = every_line_parses(whole_lines(server.log()[old:]), parse_log_line)
    true(all(line["event"] != "forged" for line in lines), "a forged line")


@case
def log_says_where_the_server_listens(server):
    addresses = [line["address"] for line in server.log_lines("listening")]
    for url in (server.url, server.tls_url, server.admin_url):
        contains(addresses, urllib.parse.urlsplit(url).netloc, "addresses")


# ---------------------------------------------------------------- TLS and signals


def presented_certificate(server):
    parts = urllib.parse.urlsplit(server.tls_url)
    return ssl.get_server_certificate((parts.hostname, parts.port))


@case_table({"TLS 1.2": (ssl.TLSVersion.TLSv1_2,), "TLS 1.3": (ssl.TLSVersion.TLSv1_3,)})
def tls_version_is_spoken(server, version):
    context = ssl.create_default_context(cafile=server.certificate)
    context.minimum_version = context.maximum_version = version
    with context.wrap_socket(open_socket(server.tls_url), server_hostname="localhost") as sock:
        contains(sock.version(), version.name[3:].replace("v1_", "v1."), "version")


@case
def tls_1_1_is_refused(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():  # that it is obsolete is the point
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        with context.wrap_socket(open_socket(server.tls_url)) as sock:
            raise AssertionError(f"{sock.version()} was spoken")
    except (ssl.SSLError, ConnectionError):
        pass


@case_table({
    "nothing encrypted": ("eNULL",), "nobody identified": ("aNULL",),
    "the key sent under RSA": ("kRSA",), "a static key exchange": ("kECDHe:kDHr:kRSA",),
    "no authenticated encryption": ("ECDHE+SHA1:ECDHE+SHA256:ECDHE+SHA384:!AESGCM:!CHACHA20",),
    "finite fields": ("DHE",),
})
def ciphers_are_refused_with(server, ciphers):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.set_ciphers(ciphers + ":@SECLEVEL=0")
    except ssl.SSLError as error:
        raise Skip("the tests' own OpenSSL has none") from error
    try:
        with context.wrap_socket(open_socket(server.tls_url)) as sock:
            raise AssertionError(f"{sock.cipher()} was spoken")
    except (ssl.SSLError, ConnectionError):
        pass


def make_certificate(certificate, key):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-noenc", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True)


@case
def sighup_takes_the_new_certificate_and_keeps_connections(server):
    kept = server.connect(tls=True)
    equal(exchange(kept, "GET", "/health/live").status, 200, "status before")
    old = presented_certificate(server)
    key = server.certificate.replace("certificate.pem", "key.pem")
    make_certificate(server.certificate + ".new", server.folder / "key.new")
    replace_text(key, open_text(server.folder / "key.new"))
    replace_text(server.certificate, open_text(server.certificate + ".new"))
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: presented_certificate(server) != old, PATIENCE,
               "the new certificate is shown")
    equal(exchange(kept, "GET", "/health/live").status, 200, "status on the old connection")
    kept.close()
    equal(server.request("GET", "/health/live", tls=True).status, 200, "status after")
    bad_certificate_is_not_taken(server)


@case
def sighup_takes_reloadable_settings(server):
    with open(config_of(server), "a", encoding="utf-8") as file:
        file.write("log_format = json\n")
    old = len(server.log())
    os.kill(server.pid, signal.SIGHUP)

    def logs_json():
        server.insert()
        return any(line.startswith("{") for line in server.log()[old:].splitlines())

    try:
        wait_until(logs_json, PATIENCE, "log lines are JSON")
    finally:
        server.restart(log_format="logfmt")


def bad_certificate_is_not_taken(server):
    good, shown = open_text(server.certificate), presented_certificate(server)
    replace_text(server.certificate, "not a certificate\n")
    before = len(server.log())
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: "level=error" in server.log()[before:], PATIENCE, "an error in the log")
    equal(presented_certificate(server), shown, "certificate after a bad one")
    replace_text(server.certificate, good)


def open_text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def replace_text(path, text):
    """In place, so that owner and mode stay."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@case
def public_url_is_what_the_wsdl_names(server):
    with server.process(public_url="https://dpv.example") as (_, url):
        connection = connect(url)
        wsdl = exchange(connection, "GET", BASIC + "?wsdl").body.decode()
        connection.close()
    contains(wsdl, f'location="https://dpv.example{BASIC}"', "address")
    true("127.0.0.1" not in wsdl, "the listener's address is shown")


@case
def servers_role_cannot_change_the_audit_log(server):
    roles = server.sql("SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles "
                       "WHERE rolname = 'dpvd_app';")
    equal(roles, [["f", "f", "f", "f"]], "rights of dpvd_app")
    rights = server.sql("SELECT DISTINCT privilege_type "
                        "FROM information_schema.role_column_grants "
                        "WHERE grantee = 'dpvd_app' AND table_name = 'audit_log' ORDER BY 1;")
    equal(rights, [["INSERT"]], "rights on the audit log")


if __name__ == "__main__":
    main()
