"""What a seed means: the order of the faults with their parameters, what every letter holds, and
which of its answers are thrown away. When each of it happens is the machine's."""

import dataclasses
import random
from functools import cached_property

from notifying import order
from support import Xml, attachment, attachments, insert_envelope, sha256

FAULTS_A_ROUND = 5
KILO = 1 << 10
SIZES = (10 * KILO,) * 95 + (200 * KILO,) * 4 + (1500 * KILO,)  # the last is spooled
HOUR, YEAR = 3600, 365 * 24 * 3600
CLOCKS = (0, HOUR, -HOUR, YEAR, -YEAR)

READ, EARLY, LATE = "read", "early", "late"


@dataclasses.dataclass(frozen=True)
class Fault:
    kind: str
    number: int
    seed: str

    @property
    def dice(self):
        """Parameters of the fault: the same ones every time."""
        return random.Random(self.seed)


def rounds(seed, kinds):
    """Rounds of faults without end. Every kind comes once before one comes twice."""
    dice = random.Random(f"{seed} plan")
    deck, number = [], 0
    while True:
        chosen = []
        for _ in range(FAULTS_A_ROUND):
            if not deck:
                deck = sorted(kinds)
                dice.shuffle(deck)
            number += 1
            chosen.append(Fault(deck.pop(), number, f"{seed} fault {number}"))
        yield chosen


class Letter:
    """A message of a client. Its bytes are made when they are needed: there are many letters."""

    def __init__(self, seed, client, number):
        self.reference = f"t{seed}-{client}-{number}"
        dice = random.Random(f"{self.reference} shape")
        self.chunked = dice.random() < 0.05
        self.size = dice.choice(SIZES)
        if self.size == 10 * KILO:
            self.size = dice.randint(1, 20 * KILO)
        self.orders = dice.choice(("none", "none", "registered", "explicit", "both"))
        self.asks = [dice.choices((READ, EARLY, LATE), (90, 5, 5))[0] for _ in range(8)]
        self.again = dice.random() < 0.05  # repeated once more after it was acknowledged
        self.digest = None
        self.receipt = None
        self.id = None  # CorrespondenceID, once a status answer told it

    @cached_property
    def body(self):
        data = random.Random(f"{self.reference} bytes").randbytes(self.size)
        self.digest = sha256(data)
        return insert_envelope(
            ExternalShipmentReference=self.reference, MessageTitle=f"Brev {self.reference}",
            Attachments=attachments(attachment(data)),
            Notifications=Xml("".join(self._orders())) if self.orders != "none" else None).encode()

    def forget_body(self):
        del self.__dict__["body"]

    def ask(self, attempt):
        """What the client does with the answer to an attempt; the ninth one is surely read."""
        return self.asks[attempt] if attempt < len(self.asks) else READ

    @property
    def address(self):
        return f"{self.reference}@example.com"

    def _orders(self):
        if self.orders in ("registered", "both"):
            yield order(("Email", None), ("SMS", None))
        if self.orders in ("explicit", "both"):
            yield order(("Email", self.address))

    @property
    def recipients(self):
        """Whom it notifies, in order; the demo data register three addresses of the recipient."""
        registered = ["91929394", "post@blaabaer.example", "regnskap@blaabaer.example"]
        return sorted((registered if self.orders in ("registered", "both") else [])
                      + ([self.address] if self.orders in ("explicit", "both") else []))
