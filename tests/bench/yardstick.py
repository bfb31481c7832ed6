"""pgbench running the SQL that dpvd runs for one message, one transaction a message.

Nothing is copied from the program: PostgreSQL's own log of two inserts tells the statements and
their parameters. What was equal in both stays as it was; what differed gets new values in each
transaction. pgbench sends parameters as text, so the attachment goes as plain characters: as many
bytes cross the socket as with dpvd, and making them a bytea costs PostgreSQL little (of what was
tried, hexadecimal halves the rate at 200 KB, the escape form takes a tenth more CPU than this).
"""

import collections
import re
import subprocess
import time

STATEMENT = re.compile(
    r"^\S+ \S+ \S+ \[(\d+)\] LOG:  (?:execute [^:]+|statement): (.*?)\n"
    r"(?:\S+ \S+ \S+ \[\d+\] DETAIL:  parameters: (.*?)\n)?(?=\S+ \S+ \S+ \[|\Z)",
    re.M | re.S)
PARAMETER = re.compile(r"\$\d+ = (?:(NULL)|'((?:[^']|'')*)')")
WRITING = re.compile(r"\bINSERT INTO dpvd\.(?!audit_seal|usage_)")
BACKGROUND = re.compile(r"^(dpvd\.)?(audit_(seal|head)|usage_\w+)$")  # filled behind the messages

Statement = collections.namedtuple("Statement", "sql values")


def parse_log(log):
    """{pid: [Statement]} of a piece of PostgreSQL's log."""
    sessions = collections.defaultdict(list)
    for pid, sql, parameters in STATEMENT.findall(log):
        values = [None if null else text.replace("''", "'").replace("\n\t", "\n")
                  for null, text in PARAMETER.findall(parameters)]
        sessions[pid].append(Statement(sql.replace("\n\t", "\n").rstrip().rstrip(";"), values))
    return sessions


def record_insert(rig, size):
    """The statements of one insert, in their order."""
    path = f"{rig.dir}/pg.log"
    with open(path) as log:
        log.seek(0, 2)
        rig.load("insert", bytes=size, requests=1)
        time.sleep(0.2)
        sessions = parse_log(log.read())
    written = [s for s in sessions.values() if any(WRITING.search(one.sql) for one in s)]
    if len(written) != 1:
        raise RuntimeError(f"{len(written)} sessions wrote while one message was stored")
    return written[0]


def record(rig, size):
    """Two recordings that must have the same statements."""
    rig.psql("ALTER SYSTEM SET log_statement = 'all';\nSELECT pg_reload_conf();")
    time.sleep(0.3)
    try:
        first, second = record_insert(rig, size), record_insert(rig, size)
    finally:
        rig.psql("ALTER SYSTEM RESET log_statement;\nSELECT pg_reload_conf();")
    if [s.sql for s in first] != [s.sql for s in second]:
        raise RuntimeError("two inserts ran different statements")
    return first, second


def expression(value, size):
    """How pgbench makes a value that must be new in each transaction, or None: any will do."""
    if re.fullmatch(r"\\x[0-9a-f]{64}", value):
        return "sha256(int8send(:number))"  # digests
    if value.startswith("\\x") and len(value) == 2 * size + 2:
        return "convert_to(:content, 'UTF8')"
    if re.fullmatch(r"[0-9a-f]{24}", value):
        return ":number"  # the load generator's references
    return None


def statement_lines(number, one, other, size):
    """One statement for pgbench, and the constants it needs."""
    constants = {}

    def replace(match):
        index = int(match[1]) - 1
        value, again = one.values[index], other.values[index]
        if value is None:
            return "NULL"
        made = expression(value, size) if value != again else None
        if made is not None:
            return made
        name = f"p{number}_{index + 1}"
        constants[name] = value
        return ":" + name

    return re.sub(r"\$(\d+)", replace, one.sql), constants


def write_script(path, recording, size):
    """The pgbench script: constants once per client; what reads; what writes. Each of the two is one
    pipeline, which is one round trip and, as the program sends it, one transaction."""
    statements, constants = [], {}
    for number, (one, other) in enumerate(zip(*recording)):
        sql, needed = statement_lines(number, one, other, size)
        statements.append(sql)
        constants.update(needed)
    first_write = next(i for i, sql in enumerate(statements) if WRITING.search(sql))
    columns = ["'" + value.replace("'", "''") + "' AS " + name for name, value in constants.items()]
    columns.append(f"repeat('x', {size}) AS content")  # never compressed: STORAGE EXTERNAL
    with open(path, "w") as script:
        script.write("\\if :loaded = 0\nSELECT " + ",\n".join(columns) + "\n\\gset\n")
        script.write("\\set loaded 1\n\\endif\n\\set number random(1, 9000000000000000000)\n")
        for pipeline in statements[:first_write], statements[first_write:]:
            script.write("\\startpipeline\n")
            for sql in pipeline:
                script.write(sql + ";\n")
            script.write("\\endpipeline\n")


def row_counts(rig):
    """Rows of every table that dpvd's role may fill."""
    tables = rig.psql("SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'p') "
                      "AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' "
                      "AND NOT relispartition ORDER BY 1;")
    return {table: int(rig.psql(f"SELECT count(*) FROM {table};")[0]) for table in tables
            if not BACKGROUND.match(table)}


def rows_added(rig, work):
    before = row_counts(rig)
    work()
    after = row_counts(rig)
    return {table: after[table] - before[table] for table in after if after[table] != before[table]}


class Yardstick:
    def __init__(self, rig, size):
        self.rig, self.size = rig, size
        self.script = rig.path(f"insert-{size}.sql")
        write_script(self.script, record(rig, size), size)
        ours = rows_added(rig, lambda: rig.load("insert", bytes=size, requests=1))
        theirs = rows_added(rig, lambda: subprocess.run(self.command("-t", "1"), check=True,
                                                        stdout=subprocess.DEVNULL))
        if ours != theirs:
            raise RuntimeError(f"dpvd adds {ours} a message, pgbench adds {theirs}")

    def command(self, *options):
        env = self.rig.env
        return [f"{env['PG_BIN']}/pgbench", "-n", "-M", "prepared", "-h", env["PG_SOCKET"],
                "-U", "dpvd_app", "-D", "loaded=0", "-f", self.script, *options,
                env["PG_DATABASE"]]

    def measure(self, clients, seconds):
        """Transactions a second and PostgreSQL's CPU milliseconds for each. Connecting, preparing
        and the first plans are over after a second, which is not counted: dpvd's are old."""
        command = self.command("-c", str(clients), "-j", str(min(2, clients)), "-P", "1",
                               "-T", str(seconds + 1))
        with subprocess.Popen(command, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as pgbench:
            first = pgbench.stderr.readline()
            before = self.rig.cpu()[1]
            output, rest = pgbench.communicate()
            used = self.rig.cpu()[1] - before
        warm = re.match(r"progress: ([\d.]+) s, ([\d.]+) tps", first)
        if pgbench.returncode != 0 or warm is None:
            raise RuntimeError(f"pgbench failed: {first}{rest}")
        count = (int(re.search(r"actually processed: (\d+)", output)[1])
                 - float(warm[1]) * float(warm[2]))
        return {"rate": count / (seconds + 1 - float(warm[1])), "pg_ms": used * 1000 / count}
