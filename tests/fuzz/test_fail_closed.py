"""Every line replaced by an unknown one: the line must be named as unmodelled, and nothing may then be "proved".

Certainly irrelevant, by this page's own list and for its own reasons:

- text inside a banner: it is shown to people, never executed;
- a line inside an interface that is shut down: no frame passes it, whatever else the line says (only in verdicts).
"""

from __future__ import annotations

import re

import pytest

from network.config import read_device
from tests.fuzz.samples import CONFIGS
from tests.oracle.generate import generate
from tests.oracle.net import Router
from tests.oracle.product import Product, emit
from tests.oracle.scale import SCALE

STEP = 41  # lines of a text that are replaced together lie so far apart


def banner(lines: list[str]) -> set[int]:
    """Return the numbers of lines inside banners."""
    found: set[int] = set()
    end = ""
    for number, line in enumerate(lines):
        if end:
            if end in line:
                end = ""
            else:
                found.add(number)
        elif match := re.match(r"banner \S+ (\S+)", line):
            end = match[1] if match[1].startswith("^") else match[1][0]
    return found


def unknown(lines: list[str], number: int) -> str:
    line = lines[number]
    return " " * (len(line) - len(line.lstrip(" "))) + f"zzz-unknown-{number} 1"


DEVICES = sorted(path.stem for path in CONFIGS.glob("*.cfg"))
SMALL = ["honcho-sc1", "comm-yasu-sw1", "honcho-fw1", "honcho-wlc1", "backup-ce1", "library-acc01"]


@pytest.mark.slow
@pytest.mark.parametrize("name", DEVICES if SCALE >= 4 else SMALL)
def test_every_unknown_line_is_named(name: str) -> None:
    lines = (CONFIGS / f"{name}.cfg").read_text(encoding="utf-8").splitlines()
    shown = banner(lines)
    for offset in range(0, STEP, 1 if SCALE >= 4 else 6):
        numbers = [n for n in range(offset, len(lines), STEP) if n not in shown and not lines[n].startswith("banner")]
        text = list(lines)
        for number in numbers:
            text[number] = unknown(lines, number)
        device = read_device("\n".join(text) + "\n", f"{name}.cfg")
        named = {line.source.text.strip() for line in device.unmodelled}
        missing = [n for n in numbers if unknown(lines, n).strip() not in named]
        assert not missing, f"{name}: silently ignored in place of {[lines[n] for n in missing]}"


@pytest.mark.slow
def test_no_unknown_line_is_proved() -> None:
    """Whole verdicts: every line of small proved networks (some of them at scale 1)."""
    checked = 0
    for seed in range(400):
        if checked >= (12 if SCALE >= 4 else 3):
            break
        network = generate(seed)
        if len(network.devices) > 3 or Product(network).verify().verdict != "proved":
            continue
        checked += 1
        for name, box in network.devices.items():
            lines = (emit.router(box) if isinstance(box, Router) else emit.firewall(box)).splitlines()
            shut = [n for n, line in enumerate(lines) if line.strip() == "shutdown"]
            for number in range(0, len(lines), 1 if SCALE >= 4 else 3):
                if any(_stanza(lines, number) == _stanza(lines, n) for n in shut):
                    continue
                product = Product(network)
                text = [*lines[:number], unknown(lines, number), *lines[number + 1 :]]
                product.snapshot.devices[name] = read_device("\n".join(text) + "\n", f"configs/{name}.cfg")
                assert product.verify().verdict != "proved", f"seed {seed}, {name}: {lines[number]!r} replaced"
    assert checked


def _stanza(lines: list[str], number: int) -> int:
    while number and lines[number].startswith(" "):
        number -= 1
    return number
