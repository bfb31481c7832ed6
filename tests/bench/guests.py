"""Connections that do nothing, or next to nothing, beside a good client."""

import resource
import socket
import threading
import urllib.parse

IDLE = 1000
SLOW = 200
REQUEST = (b"POST /ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc HTTP/1.1\r\n"
           b"Host: bench\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: 100000\r\n\r\n"
           b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">')


class Guests:
    """Idle keep-alive connections that were served once, and slow senders: half of them are slow
    in the headers, half in the body; whom the server sends away comes back."""

    def __init__(self, rig):
        url = urllib.parse.urlsplit(rig.env["BASE_URL"])
        self.address = (url.hostname, url.port)
        self.idle, self.slow = [], []
        self.ended = threading.Event()
        self.feeder = threading.Thread(target=self._feed)

    def __enter__(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        for _ in range(IDLE):
            self.idle.append(socket.create_connection(self.address, timeout=10))
            self.idle[-1].sendall(b"GET /health/live HTTP/1.1\r\nHost: bench\r\n\r\n")
            if not self.idle[-1].recv(4096).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("an idle connection was not served")
        self.slow = [self._slow_one(number) for number in range(SLOW)]
        self.feeder.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        if self.feeder.ident:
            self.feeder.join()
        for guest in self.idle + [one[0] for one in self.slow]:
            guest.close()

    def _slow_one(self, number):
        """[socket, what is still to be sent, number]"""
        at = 20 if number % 2 == 0 else len(REQUEST) - 10
        guest = socket.create_connection(self.address, timeout=10)
        guest.sendall(REQUEST[:at])
        return [guest, REQUEST[at:] + b" " * 90000, number]

    def _feed(self):
        while not self.ended.wait(1):
            for one in self.slow:
                try:
                    one[0].sendall(one[1][:1])
                    one[1] = one[1][1:]
                except OSError:
                    one[0].close()
                    try:
                        one[:] = self._slow_one(one[2])
                    except OSError:
                        pass  # the server is full: tries again in a second

    def still_connected(self):
        """How many idle connections the server has kept."""
        count = 0
        for guest in self.idle:
            guest.setblocking(False)
            try:
                guest.recv(1)
            except BlockingIOError:
                count += 1
            except OSError:
                pass
        return count


def measure(rig, seconds):
    rig.load("insert", bytes=10240, requests=10)
    alone = rig.load("insert", bytes=10240, seconds=seconds)
    with Guests(rig) as guests:
        beside = rig.load("insert", bytes=10240, seconds=seconds)
        beside["kept"] = guests.still_connected()
    beside["alone_p95_ms"] = alone["p95_ms"]
    return beside
