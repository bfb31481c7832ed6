#!/usr/bin/env python3
"""A mail server that takes everything and keeps nothing; prints its port, then ends with its input."""

import asyncio
import sys


class Sink(asyncio.Protocol):
    """One session of SMTP (RFC 5321), as fast as asyncio goes."""

    def connection_made(self, transport):
        self.transport, self.rest, self.in_data = transport, b"", False
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data):
        self.rest += data
        while self.take():
            pass

    def take(self):
        """Takes one command, or the whole of one mail, if it has come."""
        end = b"\r\n.\r\n" if self.in_data else b"\r\n"
        line, found, rest = self.rest.partition(end)
        if not found:
            return False
        self.rest = rest
        self.transport.write(b"250 taken\r\n" if self.in_data else self.answer(line[:4].upper()))
        self.in_data = not self.in_data and line[:4].upper() == b"DATA"
        return not self.transport.is_closing()

    def answer(self, verb):
        if verb == b"EHLO":
            return b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
        if verb == b"DATA":
            return b"354 go on\r\n"
        if verb == b"QUIT":
            self.transport.close()
            return b"221 bye\r\n"
        return b"250 ok\r\n"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
