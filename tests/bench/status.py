"""Status of 10,000 messages among many, beside psql's \\copy of the same packed rows."""

import re
import statistics

REFERENCES = 10000
BLOCK = 7  # queries in a row

# Packed as src/model/status.h says: 3.25 status changes and 2 notifications a message, 20 senders
# in turn, references in no order.
SEED = """
SET search_path = dpvd, public;
SET synchronous_commit = off;
INSERT INTO correspondence_state (sender_id, id, senders_reference, created, reportee,
    service_code, service_edition, current_status, notified, history, notifications)
SELECT CASE i % 20 WHEN 0 THEN {sender} ELSE 1000000 + i % 20 END, 100000000 + i,
    md5(i::text)::uuid, to_timestamp(t / 1e6), '910820605', '4255', 10, 6, true,
    int8send(t) || '\\x0001' || int8send(t + 3600000000) || '\\x0002' ||
    int8send(t + 7200000000) || '\\x0006' ||
    CASE i % 4 WHEN 0 THEN int8send(t + 7300000000) || '\\x000a' ELSE '' END,
    int8send(t + 1000000) || '\\x02' || int2send(21::int2) || 'post@firma-nr.example'::bytea ||
    CASE i % 4 WHEN 1 THEN '\\x8000000000000000' ELSE int8send(t + 1100000) END || '\\x01' ||
    int2send(11::int2) || '+4799900000'::bytea
FROM generate_series({first}, {messages}) i,
    LATERAL (SELECT 1700000000000000 + i * 1000003::bigint) AS x (t);
VACUUM ANALYZE correspondence_state;
DROP TABLE IF EXISTS public.bench_reference;
CREATE TABLE public.bench_reference AS
    SELECT senders_reference AS reference FROM correspondence_state WHERE sender_id = {sender}
    ORDER BY md5(senders_reference || 'any order') LIMIT {references};
ANALYZE public.bench_reference;
"""

COPY = (r"\copy (SELECT id, created, reportee, senders_reference, history, notifications"
        " FROM dpvd.correspondence_state WHERE sender_id = {sender} AND senders_reference ="
        " ANY (ARRAY(SELECT reference FROM public.bench_reference)))"
        " TO '/dev/null' (FORMAT binary)\n")


def seed(rig, messages, present=0):
    """Fills the table beyond those that are present; gives the demo sender's id."""
    sender = rig.psql("SELECT sender_id FROM dpvd.system_user WHERE name = "
                      f"'{rig.env['DEMO_USER']}';")[0]
    rig.psql("SET client_min_messages = warning;\n" + SEED.format(
        sender=sender, first=present + 1, messages=messages, references=REFERENCES))
    with open(rig.path("references"), "w") as out:
        out.write("\n".join(rig.psql("SELECT reference FROM public.bench_reference;")) + "\n")
    return sender


def check_answer(rig, operation, **options):
    """The answer has all the messages; the load generator itself compares lengths only."""
    answer = rig.answer(operation, **options)
    entries = len(re.findall(rb"<[a-z0-9]*:?StatusV2>", answer))
    changes = len(re.findall(rb"<[a-z0-9]*:?StatusChangeV2>", answer))
    notifications = len(re.findall(rb"<[a-z0-9]*:?Recipient>", answer))
    if (entries, notifications) != (REFERENCES, 2 * REFERENCES) or changes < 3 * REFERENCES:
        raise RuntimeError(f"{operation}: {entries} messages, {changes} status changes and "
                           f"{notifications} notifications in the answer")


def copy_times(rig, sender):
    """Milliseconds of each of a block of \\copy."""
    lines = rig.psql("\\timing on\n" + COPY.format(sender=sender) * (BLOCK + 1))
    return [float(line.split()[1]) for line in lines if line.startswith("Time:")][-BLOCK:]


def history(rig):
    options = {"references": rig.path("references")}
    rig.load("history", requests=1, **options)
    return rig.with_cpu(lambda: rig.load("history", requests=BLOCK, **options))


def one_round(rig, sender):
    copied = copy_times(rig, sender)
    answered, own, database = history(rig)
    return {
        "copy_best": min(copied), "copy_median": statistics.median(copied),
        "best": answered["best_ms"], "median": answered["p50_ms"],
        "ratio": answered["p50_ms"] / statistics.median(copied),
        "best_ratio": answered["best_ms"] / min(copied),
        "own_ms": own * 1000 / BLOCK, "pg_ms": database * 1000 / BLOCK,
        "bytes": answered["answer_bytes"], "errors": answered["errors"],
    }


def measure(rig, count, messages, say, present=0):
    """The references are drawn anew from all messages."""
    say(f"status: making {messages - present:,} messages")
    sender = seed(rig, messages, present)
    check_answer(rig, "history", references=rig.path("references"))
    check_answer(rig, "details")
    rounds = []
    for number in range(count):
        say(f"status, round {number + 1} of {count}")
        rounds.append(one_round(rig, sender))
    result = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    result["best"] = min(one["best"] for one in rounds)
    result["copy_best"] = min(one["copy_best"] for one in rounds)
    result["errors"] = sum(one["errors"] for one in rounds)
    details = rig.load("details", requests=BLOCK)
    result["details_best"], result["details_median"] = details["best_ms"], details["p50_ms"]
    return result
