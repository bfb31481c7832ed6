"""Clients that send letters, each again and again until it is acknowledged, and ask for their
status in between. Some of the answers they never read."""

import dataclasses
import http.client
import random
import select
import threading
import time

from plan import EARLY, KILO, LATE, Letter
from support import (
    ACTION_HISTORY, ACTION_INSERT, BASIC, Answer, connect, contains, equal, history_envelope,
    soap_headers)

CLIENTS = 8
PATIENCE = 400        # seconds in which every letter must be acknowledged
PAUSE = 0.02          # between letters
RETRY_PAUSE = 0.05    # before the same one is tried again
ANSWER_TIMEOUT = 60
PIECE = 64 * KILO
TEMPORARY = "non-functional error"


@dataclasses.dataclass
class Counts:
    acknowledged: int = 0
    repeated: int = 0
    thrown_away: int = 0
    refused: int = 0     # faults and 503 that ask to try again
    broken: int = 0      # connections
    asked: int = 0       # for status

    def __add__(self, other):
        return Counts(*(a + b for a, b in zip(dataclasses.astuple(self),
                                              dataclasses.astuple(other))))

    def __sub__(self, other):
        return Counts(*(a - b for a, b in zip(dataclasses.astuple(self),
                                              dataclasses.astuple(other))))


class Client(threading.Thread):
    def __init__(self, load, number):
        super().__init__(name=f"client {number}", daemon=True)
        self.load = load
        self.number = number
        self.random = random.Random(f"{load.seed} client {number}")
        self.letters = []
        self.counts = Counts()
        self.wrong = []  # what no client should ever see
        self.connection = None
        self.idle = threading.Event()

    def run(self):
        try:
            self.work()
        except Exception as error:  # pylint: disable=broad-except
            self.wrong.append(f"{self.name} failed: {error!r}")
        finally:
            self.idle.set()
            self.disconnect()

    def work(self):
        while self.load.wait_for_turn(self.idle):
            letter = Letter(self.load.seed, self.number, len(self.letters))
            self.letters.append(letter)
            self.deliver(letter)
            if letter.again and letter.receipt:
                self.deliver(letter)
            letter.forget_body()
            if self.random.random() < 0.03:
                self.ask_for_status()
            time.sleep(PAUSE)

    def deliver(self, letter):
        """Until an answer was read that acknowledges the letter."""
        deadline = time.monotonic() + PATIENCE
        attempt = 0
        while not self.claim(letter.reference, lambda: self.attempt(letter, attempt)):
            attempt += 1
            if time.monotonic() > deadline:
                self.wrong.append(f"{letter.reference}: no receipt within {PATIENCE} s")
                return
            time.sleep(RETRY_PAUSE)

    def claim(self, what, call):
        """The call's answer; False when the connection broke or the answer was wrong."""
        try:
            return call()
        except (OSError, http.client.HTTPException):
            self.counts.broken += 1
            self.disconnect()
        except AssertionError as error:
            self.wrong.append(f"{what}: {error}")
        return False

    def attempt(self, letter, number):
        """True when the letter is acknowledged."""
        if number > 0 or letter.receipt:
            self.counts.repeated += 1
        ask = letter.ask(number)
        self.send(letter.body, ACTION_INSERT, letter.chunked)
        if ask in (EARLY, LATE):
            self.counts.thrown_away += 1
            if ask == LATE:
                select.select([self.connection.sock], [], [], ANSWER_TIMEOUT)
            self.disconnect()
            return False
        answer = self.read()
        if self.is_temporary(answer):
            return False
        receipt = answer.accepted()
        if letter.receipt is None:
            self.counts.acknowledged += 1
            letter.receipt = receipt
        equal(receipt, letter.receipt, "receipt after the first one")
        return True

    def send(self, body, action, chunked=False):
        if self.connection is None:
            self.connection = connect(self.load.url, timeout=ANSWER_TIMEOUT)
        headers = soap_headers(action)
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
            pieces = (body[at:at + PIECE] for at in range(0, len(body), PIECE))
            self.connection.request("POST", BASIC, pieces, headers, encode_chunked=True)
        else:
            self.connection.request("POST", BASIC, body, headers)

    def read(self):
        response = self.connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def is_temporary(self, answer):
        """A refusal that asks to try again; any other one is wrong."""
        if answer.status == 200:
            return False
        self.counts.refused += 1
        if answer.status != 503:
            fault = answer.fault()
            equal(fault.code, "Server", f"code of the fault {fault.message!r}")
            contains(fault.message, TEMPORARY, "AltinnErrorMessage")
        return True

    def ask_for_status(self):
        """Of some letters that were acknowledged: each is there once, with the id it had before."""
        known = [letter for letter in self.letters if letter.receipt]
        if known:
            chosen = self.random.sample(known, min(30, len(known)))
            self.claim("status", lambda: self.check_status(chosen))

    def check_status(self, letters):
        body = history_envelope([letter.reference for letter in letters]).encode()
        self.send(body, ACTION_HISTORY)
        answer = self.read()
        if self.is_temporary(answer):
            return
        self.counts.asked += 1
        statuses = {status.reference: status.id for status in answer.statuses()}
        equal(len(statuses), len(answer.statuses()), "different references in the history")
        equal(statuses, {letter.reference: letter.id or statuses.get(letter.reference)
                         for letter in letters}, "references and ids in the history")
        for letter in letters:
            letter.id = statuses[letter.reference]

    def disconnect(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Load:
    """The clients, at work between entering and leaving unless they are paused."""

    def __init__(self, url, seed):
        self.url = url
        self.seed = seed
        self.ended = False
        self.gate = threading.Event()
        self.clients = [Client(self, number) for number in range(CLIENTS)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.ended = True
        self.gate.set()
        for client in self.clients:
            client.join(5)  # daemons: one that is stuck does not outlive the program

    def wait_for_turn(self, idle):
        """A client's question before each letter; False: it is over. Who is not idle has seen the
        gate open since: however late a client wakes up, it goes through no gate that was closed."""
        idle.clear()
        while not self.gate.is_set():
            idle.set()
            self.gate.wait()
            idle.clear()
        return not self.ended

    def resume(self):
        self.gate.set()

    def pause(self):
        """Returns when every letter that was begun is acknowledged, or is beyond hope."""
        self.gate.clear()
        for client in self.clients:
            client.idle.wait()

    @property
    def counts(self):
        return sum((client.counts for client in self.clients), Counts())

    @property
    def wrong(self):
        return [wrong for client in self.clients for wrong in list(client.wrong)]

    @property
    def letters(self):
        return [letter for client in self.clients for letter in list(client.letters)]

    def wait_for_progress(self, seconds):
        """Until another letter is acknowledged; False: none was."""
        before, deadline = self.counts.acknowledged, time.monotonic() + seconds
        while self.counts.acknowledged == before:
            if time.monotonic() > deadline or self.wrong:
                return False
            time.sleep(0.01)
        return True
