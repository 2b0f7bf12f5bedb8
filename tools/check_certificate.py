#!/usr/bin/env python3
"""Check a certificate of ``bunri verify --certificate`` with nothing but Python's standard library.

The certificate holds the forwarding tables and, for every zone, a set of packets by node. This program derives again,
with a
decision-diagram engine of its own, that each zone's sets contain all packets where the zone starts, that no arc leads
out of them,
and that what they hold at another zone's exits is declared. It imports nothing of the project.

    python tools/check_certificate.py CERTIFICATE [SNAPSHOT]

With SNAPSHOT (the folder that was verified) the configurations' digests are compared too. Exit code: 0 the
certificate proves the
separation, 1 it does not, 2 it cannot be read.
"""

import hashlib
import json
import sys
from pathlib import Path

FORMAT = "bunri-certificate-1"


class Diagrams:
    """Reduced ordered binary decision diagrams: sets of packets over numbered variables; 0 is empty, 1 is
    everything."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.rows = [(last, 0, 0), (last, 1, 1)]
        self.numbers: dict[tuple[int, int, int], int] = {}
        self.known: dict[tuple[int, int, bool], int] = {}
        self.without: dict[tuple[int, int, int], int] = {}
        self.spans: dict[tuple[int, int, tuple[tuple[int, int], ...]], int] = {}

    def node(self, variable: int, low: int, high: int) -> int:
        """Return the node that tests ``variable``."""
        if low == high:
            return low
        row = (variable, low, high)
        found = self.numbers.get(row)
        if found is None:
            found = len(self.rows)
            self.rows.append(row)
            self.numbers[row] = found
        return found

    def load(self, rows: list[list[int]]) -> list[int]:
        """Return our numbers of written nodes; a row may only refer to rows before it and to later variables."""
        result = [0, 1]
        for index, (variable, low, high) in enumerate(rows[2:], 2):
            if not (0 <= variable < self.last and 0 <= low < index and 0 <= high < index):
                raise ValueError(f"set {index} is malformed")
            below = min(self.rows[result[low]][0], self.rows[result[high]][0])
            if below <= variable:
                raise ValueError(f"set {index} breaks the variable order")
            result.append(self.node(variable, result[low], result[high]))
        return result

    def meet(self, one: int, other: int, *, minus: bool = False) -> int:
        """Return the intersection; with ``minus`` what is in ``one`` and not in ``other``."""
        if one == 0 or (minus and other == 1) or (not minus and other == 0):
            return 0
        if (minus and other == 0) or (not minus and other == 1):
            return one
        if one == other:
            return 0 if minus else one
        key = (one, other, minus)
        found = self.known.get(key)
        if found is None:
            a, b = self.rows[one], self.rows[other]
            top = min(a[0], b[0])
            a0, a1 = a[1:] if a[0] == top else (one, one)
            b0, b1 = b[1:] if b[0] == top else (other, other)
            found = self.node(top, self.meet(a0, b0, minus=minus), self.meet(a1, b1, minus=minus))
            self.known[key] = found
        return found

    def join(self, one: int, other: int) -> int:
        """Return the union."""
        return self.meet(1, self.meet(self.meet(1, one, minus=True), other, minus=True), minus=True)

    def forget(self, one: int, first: int, bits: int) -> int:
        """Return the set without any condition on ``bits`` variables from ``first``."""
        row = self.rows[one]
        if row[0] >= first + bits:
            return one
        key = (one, first, bits)
        found = self.without.get(key)
        if found is None:
            low, high = self.forget(row[1], first, bits), self.forget(row[2], first, bits)
            found = self.join(low, high) if row[0] >= first else self.node(row[0], low, high)
            self.without[key] = found
        return found

    def ranges(self, first: int, bits: int, spans: list[list[int]]) -> int:
        """Return the packets whose field (``bits`` variables from ``first``) lies in one of the closed ranges."""
        return self._ranges(first, bits, tuple(sorted((low, high) for low, high in spans)))

    def _ranges(self, first: int, bits: int, spans: tuple[tuple[int, int], ...]) -> int:
        if not spans:
            return 0
        if any(low <= 0 and high >= (1 << bits) - 1 for low, high in spans):
            return 1
        key = (first, bits, spans)
        found = self.spans.get(key)
        if found is None:
            half = 1 << bits - 1
            below = tuple((low, min(high, half - 1)) for low, high in spans if low < half)
            above = tuple((max(low, half) - half, high - half) for low, high in spans if high >= half)
            found = self.node(first, self._ranges(first + 1, bits - 1, below), self._ranges(first + 1, bits - 1, above))
            self.spans[key] = found
        return found


class Certificate:
    """A certificate that was read, and the steps of its check."""

    def __init__(self, data: dict) -> None:
        if data.get("format") != FORMAT:
            raise ValueError(f"not a certificate of the form {FORMAT}")
        self.data = data
        self.tables = data["tables"]
        self.fields = self.tables["fields"]
        last = max(first + bits for first, bits in self.fields.values())
        self.diagrams = Diagrams(last)
        self.sets = self.diagrams.load(self.tables["sets"])
        self.problems: list[str] = []

    def check(self) -> list[str]:
        """Return every problem; an empty list means that the separation is proved."""
        text = json.dumps(self.tables, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        if hashlib.sha256(text).hexdigest() != self.data["sha256"]:
            self.problems.append("the tables do not have the digest that the certificate names")
        for zones in self.tables["segments"]:
            if len(zones) > 1:
                self.problems.append(f"one segment belongs to {' and '.join(zones)}")
        for zone in self.tables["zones"]:
            self.zone(zone)
        return self.problems

    def destinations(self, spans: list[list[int]]) -> int:
        """Return the packets to these addresses."""
        return self.diagrams.ranges(*self.fields["dst"], spans)

    def zone(self, zone: str) -> None:
        """Check one zone's sets: they hold every start, no arc leaves them, foreign exits get only what is declared."""
        diagrams = self.diagrams
        proof = self.data["proof"].get(zone)
        if proof is None:
            self.problems.append(f"{zone}: no proof")
            return
        held = {}
        for node, (spans, bad) in proof.items():
            held[node] = diagrams.meet(self.destinations(spans), self.sets[bad], minus=True)
        for start in self.tables["starts"][zone]:
            if held.get(str(start)) != 1:
                self.problems.append(f"{zone}: {self.name(start)} does not hold every packet that may start there")
        for node, here in held.items():
            if here and node not in self.tables["arcs"]:
                self.problems.append(f"{zone}: {self.name(node)} has no table")
            for target, spans, guard, rewrite in self.tables["arcs"].get(node, ()):
                moved = diagrams.meet(diagrams.meet(here, self.sets[guard]), self.destinations(spans))
                for name, values in rewrite:
                    first, bits = self.fields[name]
                    moved = diagrams.meet(diagrams.forget(moved, first, bits), diagrams.ranges(first, bits, values))
                if moved:
                    self.arrive(zone, node, str(target), moved, held)

    def arrive(self, zone: str, node: str, target: str, moved: int, held: dict[str, int]) -> None:
        """Check the packets that one arc moves."""
        if target in self.tables["exits"]:
            zones = self.tables["exits"][target]
            for other in zones if zone not in zones else ():
                allowed = self.sets[self.tables["allowed"][f"{zone}>{other}"]]
                if self.diagrams.meet(moved, allowed, minus=True):
                    self.problems.append(
                        f"{zone}: from {self.name(node)} undeclared packets reach {other} at {self.name(target)}"
                    )
        elif self.name(target).startswith("exit "):
            self.problems.append(f"{zone}: {self.name(target)} has no zones in the tables")
        elif self.diagrams.meet(moved, held.get(target, 0), minus=True):
            self.problems.append(f"{zone}: packets leave the proof from {self.name(node)} to {self.name(target)}")

    def name(self, number: object) -> str:
        """Return a node's name."""
        return str(self.tables["names"].get(str(number), number))

    def snapshot(self, folder: Path) -> None:
        """Compare the configurations' digests."""
        for file, digest in self.data["configurations"].items():
            path = folder / file
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                self.problems.append(f"{file} is not the file that was verified")
        found = {f"configs/{path.name}" for path in (folder / "configs").iterdir() if path.suffix == ".cfg"}
        for extra in sorted(found - set(self.data["configurations"])):
            self.problems.append(f"{extra} was not verified")


def main(arguments: list[str]) -> int:
    """Check the certificate named on the command line."""
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    sys.setrecursionlimit(10000)
    try:
        certificate = Certificate(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
        problems = certificate.check()
        if len(arguments) == 2:
            certificate.snapshot(Path(arguments[1]))
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as problem:
        print(f"証明書を読めません / cannot read the certificate: {problem}", file=sys.stderr)
        return 2
    for problem in problems:
        print(problem)
    if problems:
        print("証明になっていません / NOT PROVED by this certificate")
        return 1
    zones = ", ".join(certificate.tables["zones"])
    print(f"証明書は正しいです / the certificate proves the separation of: {zones}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
