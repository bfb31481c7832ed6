#!/usr/bin/python3
"""One good client beside a crowd that holds connections open or sends slowly."""

import contextlib
import resource
import socket
import statistics
import threading
import time

from support import (
    ACTION_INSERT, ACTION_TEST, BASIC, attachment, attachments, case, equal, exchange,
    insert_envelope, main, open_socket, sha256, soap_headers, test_envelope, true, unique)

IDLE = 1000
SLOW = 200
CALLS = 15
P95 = 9  # seconds that nearly all rounds of three calls may take
PATIENCE = 30  # seconds that a round of the good client may take: a stop, not a measure


def head(length):
    return (f"POST {BASIC} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; charset=utf-8\r\n"
            f'SOAPAction: "{ACTION_TEST}"\r\nContent-Length: {length}\r\n\r\n').encode()


@contextlib.contextmanager
def idle_connections(server):
    """Connections that were used once and are kept open; they must still work afterwards."""
    connections = [server.connect() for _ in range(IDLE)]
    for connection in connections:
        equal(exchange(connection, "GET", "/health/live").status, 200, "status of an idle client")
    yield connections
    for connection in connections:
        connection.close()


@contextlib.contextmanager
def slow_senders(server):
    """Half of them in their headers, half in a body of 1 MB, a few bytes each half second."""
    sockets = [open_socket(server.url) for _ in range(SLOW)]
    finished = threading.Event()

    def trickle():
        for number, sock in enumerate(sockets):
            sock.sendall(b"POST " + BASIC.encode() if number % 2 else head(1 << 20))
        while not finished.wait(0.5):
            for number, sock in enumerate(sockets):
                with contextlib.suppress(OSError):  # the server may end one that is too slow
                    sock.sendall(b"x" if number % 2 else b"<!-- -->")

    thread = threading.Thread(target=trickle, daemon=True)
    thread.start()
    yield
    finished.set()
    thread.join()
    for sock in sockets:
        sock.close()


def good_calls(server):
    """Inserts, status queries and Tests on connections old and new; all must succeed in time, and
    nearly all sooner. How soon is told: other programs may keep the machine busy."""
    connection = server.connect(timeout=PATIENCE)
    took = []
    for number in range(CALLS):
        started = time.monotonic()
        reference = unique("good")
        data = b"%d" % number * 5000
        body = insert_envelope(ExternalShipmentReference=reference,
                               Attachments=attachments(attachment(data)))
        exchange(connection, "POST", BASIC, body, soap_headers(ACTION_INSERT)).accepted()
        equal(server.history([reference]).references(), [reference], "history")
        equal(server.post(test_envelope(), ACTION_TEST, tls=True).status, 200, "status over TLS")
        took.append(time.monotonic() - started)
        true(took[-1] < PATIENCE, "a round of calls took too long")
        equal(server.content_hashes(reference), [sha256(data)], "content")
    connection.close()
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
    print(f"     a round of three calls: median {1000 * statistics.median(took):.1f} ms, "
          f"p95 {1000 * p95:.1f} ms")
    true(p95 < P95, f"p95 of a round is {p95:.1f} s")


@case
def good_client_is_served_beside_idle_and_slow_ones(server):
    with idle_connections(server) as connections, slow_senders(server):
        good_calls(server)
        for connection in connections:
            answer = exchange(connection, "POST", BASIC, test_envelope(), soap_headers(ACTION_TEST))
            equal(answer.status, 200, "status of a client that was idle")


@case
def good_client_is_served_beside_ones_that_do_not_read(server):
    """Pipelined requests whose answers nobody takes."""
    request = f"GET {BASIC}?singleWsdl HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    sockets = [open_socket(server.url) for _ in range(20)]
    for sock in sockets:
        sock.sendall(request * 100)
    good_calls(server)
    for sock in sockets:
        sock.close()


@case
def sender_that_never_ends_its_headers_is_cut_off(server):
    with server.process(header_timeout="1s") as (_, url):
        with open_socket(url) as sock:
            sock.sendall(b"POST " + BASIC.encode() + b" HTTP/1.1\r\n")
            equal(is_cut_off(sock, b"X: y\r\n"), True, "cut off")


@case
def sender_of_a_body_that_is_too_slow_is_cut_off(server):
    with server.process(body_grace="1s") as (_, url):
        with open_socket(url) as sock:
            sock.sendall(head(1 << 20))
            equal(is_cut_off(sock, b"<!-- -->"), True, "cut off")


def is_cut_off(sock, piece):
    """Sends a piece every 100 ms until the server ends the connection, at most 60 s."""
    deadline = time.monotonic() + 60
    sock.settimeout(0.1)
    while time.monotonic() < deadline:
        try:
            sock.sendall(piece)
            if sock.recv(4096) == b"":
                return True
        except socket.timeout:
            continue
        except OSError:
            return True
    return False


@case
def idle_connection_is_closed_in_the_end(server):
    with server.process(idle_timeout="1s") as (_, url):
        # A client that stands still for a second is too late even with its request.
        with open_socket(url, timeout=60) as sock, contextlib.suppress(ConnectionError):
            sock.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            while sock.recv(4096) != b"":
                pass


@case
def connections_of_all_clients_are_given_back(server):
    def open_connections():
        for line in server.admin("/metrics").body.decode().splitlines():
            if "connections" in line and not line.startswith("#"):
                return float(line.rpartition(" ")[2])
        raise AssertionError("no metric for connections")

    deadline = time.monotonic() + 60
    while open_connections() > 20:
        true(time.monotonic() < deadline, f"{open_connections()} connections are still open")
        time.sleep(0.1)


def room_for_descriptors():
    """The crowd needs more than the usual 1024 here; the server sees to itself."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = IDLE + SLOW + 200
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


if __name__ == "__main__":
    room_for_descriptors()
    # However busy the machine is, the crowd stays until a case ends.
    main(header_timeout="10m", body_grace="10m", idle_timeout="10m")
