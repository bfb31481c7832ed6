"""Status details by filter: one sender with all of many messages, and how PostgreSQL finds them."""

import http.client
import os
import re
import statistics
import time

PATH = "/ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc"
SERVICES = "http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10"
FILTER = "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2016/02"
RUNS = 5

# Message i was created i seconds before now. Nearly all are read; fifty are confirmed and as many
# were never notified, spread over all of them; a recipient has a hundred.
SEED = """
SET search_path = dpvd, public;
SET synchronous_commit = off;
INSERT INTO correspondence_state (sender_id, id, senders_reference, created, reportee,
    service_code, service_edition, current_status, notified, history, notifications)
SELECT {sender}, 200000000 + i, 'details-' || i, to_timestamp(t / 1e6),
    CASE WHEN i % ({messages} / 100) = 7 THEN '810514442' ELSE '910820605' END, '4255', 1,
    CASE WHEN i % ({messages} / 50) = 3 THEN 6 ELSE 2 END, i % ({messages} / 50) <> 5,
    int8send(t) || '\\x0001' || int8send(t + 3600000000) || '\\x0002',
    int8send(t + 1000000) || '\\x02' || int2send(21::int2) || 'post@firma-nr.example'::bytea
FROM generate_series(1, {messages}) i,
    LATERAL (SELECT (extract(epoch FROM date_trunc('second', now())) * 1000000)::bigint
        - i * 1000000::bigint) AS x (t);
VACUUM ANALYZE correspondence_state;
"""


def filters(messages):
    def seconds_ago(n):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - n))

    return {
        "newest": {},
        "created in one hour": {"CreatedAfterDate": seconds_ago(messages // 2 + 3600),
                                "CreatedBeforeDate": seconds_ago(messages // 2)},
        "CurrentStatus Read": {"CurrentStatus": "Read"},
        "CurrentStatus Confirmed, rare": {"CurrentStatus": "Confirmed"},
        "NotificationSent true": {"NotificationSent": "true"},
        "NotificationSent false, rare": {"NotificationSent": "false"},
        "Reportee": {"Reportee": "810514442"},
        "SendersReference": {"SendersReference": f"details-{messages // 3}"},
        "all at once": {"CreatedBeforeDate": seconds_ago(0), "CurrentStatus": "Read",
                        "NotificationSent": "true", "Reportee": "810514442"},
    }


def envelope(rig, criteria):
    order = ["CreatedAfterDate", "CreatedBeforeDate", "CurrentStatus", "NotificationSent",
             "Reportee", "SendersReference", "ServiceCode", "ServiceEditionCode"]
    criteria = {"ServiceCode": "4255", "ServiceEditionCode": "1", **criteria}
    inner = "".join(f"<f:{name}>{criteria[name]}</f:{name}>" for name in order if name in criteria)
    return (f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<GetCorrespondenceStatusDetailsBasicV3 xmlns="{SERVICES}">'
            f'<systemUserName>{rig.env["DEMO2_USER"]}</systemUserName>'
            f'<systemPassword>{rig.env["DEMO2_PASSWORD"]}</systemPassword>'
            f'<filterCriteria xmlns:f="{FILTER}">{inner}</filterCriteria>'
            "</GetCorrespondenceStatusDetailsBasicV3></s:Body></s:Envelope>").encode()


def ask(rig, criteria):
    """(messages in the answer, milliseconds)."""
    connection = http.client.HTTPConnection(rig.env["BASE_URL"].partition("//")[2], timeout=60)
    began = time.monotonic()
    connection.request("POST", PATH, envelope(rig, criteria),
                       {"Content-Type": "text/xml; charset=utf-8"})
    answer = connection.getresponse().read()
    took = (time.monotonic() - began) * 1000
    connection.close()
    if b"LimitReached>" not in answer:
        raise RuntimeError(f"status details: {answer[:500]!r}")
    return len(re.findall(rb"<[a-z0-9]*:?StatusV2>", answer)), took


def explain(rig, wanted):
    """The scans of each filter's plan, as auto_explain sees them in the server's own sessions."""
    rig.psql("ALTER ROLE dpvd_app SET session_preload_libraries = 'auto_explain'; "
             "ALTER ROLE dpvd_app SET auto_explain.log_min_duration = 0; "
             "ALTER ROLE dpvd_app SET auto_explain.log_format = 'text';")
    rig.dev("restart-server")
    log = os.path.join(rig.dir, "pg.log")
    plans = {}
    for name, criteria in wanted.items():
        with open(log) as lines:
            lines.seek(0, os.SEEK_END)
            ask(rig, criteria)
            text = lines.read()
        found = re.findall(r"(\w[\w ]* Scan(?: Backward)?)(?: using (\w+))? on (\w+)", text)
        plans[name] = ", ".join(sorted({f"{how} {index or table}" for how, index, table in found
                                        if "correspondence_state" in (index or table)}))
    rig.psql("ALTER ROLE dpvd_app RESET ALL;")
    rig.dev("restart-server")
    return plans


def measure(rig, messages, say):
    """[(filter, messages found, best ms, median ms, plan)]."""
    say(f"status details: making {messages:,} messages of one sender")
    sender = rig.psql("SELECT sender_id FROM dpvd.system_user WHERE name = "
                      f"'{rig.env['DEMO2_USER']}';")[0]
    rig.psql(SEED.format(sender=sender, messages=messages))
    wanted = filters(messages)
    plans = explain(rig, wanted)
    rows = []
    for name, criteria in wanted.items():
        ask(rig, criteria)
        answers = [ask(rig, criteria) for _ in range(RUNS)]
        times = [took for _, took in answers]
        rows.append((name, answers[0][0], min(times), statistics.median(times), plans[name]))
    return rows
