"""How long a refusal takes, by what is wrong with the credentials: that must tell nobody what it is."""

import http.client
import statistics
import time

PROBES = 40
PATH = "/ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc"
SPACE = "http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10"
REQUEST = ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="{space}">'
           "<s:Header><c:SystemUserName>{user}</c:SystemUserName>"
           "<c:SystemPassword>not-the-password</c:SystemPassword></s:Header>"
           "<s:Body><c:CorrespondenceStatusHistoryRequest/></s:Body></s:Envelope>")


def refusal(connection, user):
    """Milliseconds until a wrong password is refused."""
    began = time.monotonic()
    connection.request("POST", PATH, REQUEST.format(space=SPACE, user=user),
                       {"Content-Type": "text/xml; charset=utf-8"})
    answer = connection.getresponse()
    text = answer.read()
    took = 1000 * (time.monotonic() - began)
    if answer.status != 500 or b"<ErrorID>989<" not in text:
        raise RuntimeError(f"a wrong password was answered with {answer.status}")
    return took


def measure(rig):
    """Medians in ms of refusing an unknown user, a wrong password and a user that is locked out;
    the kinds take turns, so that what else the machine does meets all of them."""
    rig.psql("INSERT INTO dpvd.system_user (sender_id, name, password_hash) "
             "SELECT sender_id, 'probe-' || n, password_hash FROM dpvd.system_user, "
             f"generate_series(0, {PROBES}) n WHERE name = 'demo';")
    connection = http.client.HTTPConnection(rig.env["BASE_URL"].partition("//")[2], timeout=60)
    locked = f"probe-{PROBES}"
    for _ in range(6):
        refusal(connection, locked)
    took = {"unknown": [], "wrong": [], "locked": []}
    for number in range(PROBES):
        took["unknown"].append(refusal(connection, f"nobody-{number}"))
        took["wrong"].append(refusal(connection, f"probe-{number}"))
        took["locked"].append(refusal(connection, locked))
    connection.close()
    return {kind: statistics.median(times) for kind, times in took.items()}
