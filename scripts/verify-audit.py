#!/usr/bin/python3
"""Verify an export of dpvd's audit log, without dpvd and without its database.

usage: verify-audit.py [--key PUBLIC.pem] [--expect NUMBER:HASH] EXPORT

EXPORT is what `dpvd admin audit export` wrote. Recomputed are: the hash of every row, the Merkle
root of every seal over its rows, the hash of every seal, the chain from each seal to the one before
it, and the digest over the whole file. With --key (one or more Ed25519 public keys in PEM; needs
the program openssl) the export and its seals must be signed with one of these keys. --expect names
a seal that was noted elsewhere and has to be in the export. Ends with 0 if all is intact, with 1 if
something is wrong, with 2 if it was used wrongly.

What is hashed (SHA-256) of a row, a seal, the head or the end: one tag byte (0, 2, 3, 3), then for
each member in the order of the line: length of the name, name, length of the value, value. Lengths
are 8 bytes, big-endian; values are UTF-8 as JSON shows them, texts without quotes and escapes. A
node of the tree is SHA-256 of byte 1, left and right (RFC 6962, 2.1). A signature is over the hash.
"""

import argparse
import functools
import hashlib
import json
import re
import subprocess
import sys
import tempfile

TAGS = {"row": 0, "seal": 2, "export": 3, "end": 3}
ZEROS = "00" * 32
# RFC 8410, 4: what stands before the 32 bytes of a key.
KEY_PREFIX = bytes.fromhex("302a300506032b6570032100")


class Wrong(Exception):
    """What is wrong, and where."""


def check(condition, what):
    if not condition:
        raise Wrong(what)


# ---------------------------------------------------------------- hashes


def plain(value):
    """A value as its JSON shows it, as bytes."""
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, int):
        return str(value).encode()
    check(isinstance(value, str), "a value is neither text, number nor switch")
    return value.encode()


def measured(data):
    return len(data).to_bytes(8, "big") + data


def record_hash(kind, members):
    check(isinstance(members, dict), f"{kind}: not an object")
    pairs = (measured(name.encode()) + measured(plain(value)) for name, value in members.items())
    return hashlib.sha256(bytes([TAGS[kind]]) + b"".join(pairs)).digest()


def merkle_root(leaves):
    """The root over one leaf or more; an odd one moves up as it is, which is RFC 6962's tree."""
    while len(leaves) > 1:
        pairs = [hashlib.sha256(b"\x01" + left + right).digest()
                 for left, right in zip(leaves[::2], leaves[1::2])]
        leaves = pairs + leaves[len(pairs) * 2:]
    return leaves[0]


# ---------------------------------------------------------------- signatures


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False)


def read_keys(path):
    """The raw Ed25519 public keys of a PEM file, in hex."""
    with open(path, encoding="ascii") as file:
        blocks = re.findall(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----\n?",
                            file.read(), re.DOTALL)
    keys = set()
    for block in blocks:
        done = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"],
                              input=block.encode(), capture_output=True, check=False)
        if done.returncode == 0 and done.stdout.startswith(KEY_PREFIX):
            keys.add(done.stdout[len(KEY_PREFIX):].hex())
    if not keys:
        raise OSError(f"{path}: no Ed25519 public key in PEM")
    return keys


@functools.lru_cache(maxsize=None)
def is_signed(key, digest, signature):
    """The signature is this key's over the digest; all in hex."""
    with tempfile.NamedTemporaryFile() as der, tempfile.NamedTemporaryFile() as data, \
            tempfile.NamedTemporaryFile() as name:
        for file, content in ((der, KEY_PREFIX + bytes.fromhex(key)), (data, bytes.fromhex(digest)),
                              (name, bytes.fromhex(signature))):
            file.write(content)
            file.flush()
        return openssl("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", der.name,
                       "-rawin", "-in", data.name, "-sigfile", name.name).returncode == 0


def hex_of(value, size, what):
    check(isinstance(value, str) and re.fullmatch("[0-9a-f]{%d}" % (2 * size), value),
          f"{what}: not {size} bytes in hex")
    return value


def check_signature(line, kind, what, keys):
    """True if the line is signed; with keys, by one of them. Without keys it is not looked at."""
    signer = line[kind].get("signer")
    if signer is None:
        check("signature" not in line, f"{what}: a signature without signer")
        return False
    signature = hex_of(line.get("signature"), 64, f"{what}: signature")
    if keys is not None:
        check(signer in keys, f"{what}: signed with another key")
        check(is_signed(signer, line["hash"], signature), f"{what}: its signature is wrong")
    return True


# ---------------------------------------------------------------- the export


class Verifier:
    """Takes the lines of an export one by one; `finish` at the end."""

    def __init__(self, keys=None, expect=None):
        self.keys = keys
        self.expect = expect
        self.digest = hashlib.sha256()
        self.counts = {"seals": 0, "rows": 0, "leaves": 0}
        self.head = self.seal = self.end = None  # what the last such line held
        self.last_hash = None
        self.leaves = []
        self.places = []  # of the rows of this seal: (transaction, id, received), None for a leaf
        self.behind = (-1, 0)  # the last row of the seal before
        self.signed = 0
        self.met = False

    def take(self, raw, number):
        """One line, as bytes with its line break."""
        try:
            line = json.loads(raw.decode())
        except ValueError as error:
            raise Wrong(f"line {number} is not JSON") from error
        check(isinstance(line, dict) and line, f"line {number} is not an object")
        check(self.end is None, f"line {number}: something stands behind the end")
        kind = next(iter(line))
        allowed = {"leaf": {"leaf"}, "row": {"row", "hash"}}.get(
            kind, {kind, "hash", "signature"})
        check(set(line) <= allowed and (kind == "leaf" or kind in TAGS),
              f"line {number} is of no known kind")
        check((kind == "export") == (number == 1), f"line {number}: the head is not the first line")
        if kind != "leaf":
            self.check_hash(line, kind, f"line {number}")
        getattr(self, "take_" + kind)(line, f"line {number}")
        if kind != "end":
            self.digest.update(raw)

    @staticmethod
    def check_hash(line, kind, what):
        found = record_hash(kind, line[kind]).hex()
        name = f" (id {line['row'].get('id')})" if kind == "row" else ""
        name = f" (number {line['seal'].get('number')})" if kind == "seal" else name
        check(line.get("hash") == found, f"{what}: this {kind}{name} has another hash")

    def take_export(self, line, what):
        check(line["export"].get("format") == 1, f"{what}: unknown format")
        check("signature" not in line, f"{what}: a head is not signed")
        self.head = line["export"]

    def take_seal(self, line, what):
        self.finish_seal()
        seal = line["seal"]
        if self.seal is not None:
            check(seal.get("number") == self.seal["number"] + 1,
                  f"{what}: seal {self.seal['number'] + 1} is missing")
            check(seal.get("previous") == self.last_hash,
                  f"{what}: seal {seal['number']} does not follow the one before it")
        elif seal.get("number") == 1:
            check(seal.get("previous") == ZEROS, f"{what}: the first seal follows something")
        if check_signature(line, "seal", what, self.keys):
            self.signed += 1
        else:
            check(self.keys is None or self.signed == 0, f"{what}: not signed, as earlier ones are")
        if self.expect == f"{seal.get('number')}:{line['hash']}":
            self.met = True
        self.seal, self.last_hash = seal, line["hash"]
        self.counts["seals"] += 1

    def take_row(self, line, what):
        check(self.seal is not None, f"{what}: a row without a seal")
        row = line["row"]
        self.leaves.append(bytes.fromhex(line["hash"]))
        self.places.append((row.get("transaction"), row.get("id"), row.get("received")))
        self.counts["rows"] += 1

    def take_leaf(self, line, what):
        check(self.seal is not None, f"{what}: a leaf without a seal")
        self.leaves.append(bytes.fromhex(hex_of(line["leaf"], 32, what)))
        self.places.append(None)
        self.counts["leaves"] += 1

    def finish_seal(self):
        """All rows of the seal are there."""
        if self.seal is None:
            return
        seal = self.seal
        what = f"seal {seal['number']} (id {seal['first_id']} to {seal['last_id']})"
        check(len(self.leaves) == seal["rows"],
              f"{what}: {len(self.leaves)} rows instead of {seal['rows']}")
        check(merkle_root(self.leaves).hex() == seal["root"],
              f"{what}: its rows are not what was sealed")
        first = (seal["first_transaction"], seal["first_id"])
        last = (seal["last_transaction"], seal["last_id"])
        order = [place[:2] for place in self.places if place is not None]
        check(order == sorted(set(order)) and self.behind < first <= last
              and all(first <= place <= last for place in order), f"{what}: its order is wrong")
        for index, place in ((0, first), (-1, last)):
            check(self.places[index] is None or self.places[index][:2] == place,
                  f"{what}: its first or last row is another one")
        times = [place[2] for place in self.places if place is not None]
        check(all(seal["earliest"] <= time <= seal["latest"] for time in times),
              f"{what}: a row was received at another time")
        self.behind, self.leaves, self.places = last, [], []

    def take_end(self, line, what):
        self.finish_seal()
        end = line["end"]
        check(end.get("sha256") == self.digest.hexdigest(), f"{what}: digest over the lines before")
        for name in ("format", "from", "to"):
            check(end.get(name) == self.head.get(name), f"{what}: {name} is not that of the head")
        for name, count in self.counts.items():
            check(end.get(name) == count, f"{what}: {count} {name}, not {end.get(name)}")
        if not check_signature(line, "end", what, self.keys):
            check(self.keys is None, f"{what}: the export is not signed")
        self.end = end

    def finish(self):
        check(self.end is not None, "the export has no end")
        check(self.expect is None or self.met, "the expected seal is not there")
        check(self.end.get("integrity") == "intact",
              f"dpvd found the log wrong: {self.end.get('finding')}")


def verify(lines, keys=None, expect=None):
    """Verifies the lines (bytes) of an export; the Verifier with its counts, or Wrong."""
    verifier = Verifier(keys, expect)
    try:
        for number, raw in enumerate(lines, 1):
            verifier.take(raw, number)
        verifier.finish()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Wrong(f"a line is not as it should be: {error!r}") from error
    return verifier


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--key", metavar="PUBLIC.pem")
    parser.add_argument("--expect", metavar="NUMBER:HASH")
    parser.add_argument("export", metavar="EXPORT")
    options = parser.parse_args()
    try:
        keys = read_keys(options.key) if options.key else None
        with open(options.export, "rb") as file:
            found = verify(file, keys, options.expect)
    except Wrong as wrong:
        print(f"wrong: {wrong}")
        sys.exit(1)
    except OSError as error:
        print(f"verify-audit.py: {error}", file=sys.stderr)
        sys.exit(2)
    signatures = "not looked at (no --key)" if keys is None else f"{found.signed} seals and the end"
    print(f"intact: {found.counts['rows']} rows and {found.counts['leaves']} hashes of rows under "
          f"{found.counts['seals']} seals; signatures: {signatures}")
    if found.seal is not None:
        print(f"last seal: {found.seal['number']}:{found.last_hash}")


if __name__ == "__main__":
    main()
