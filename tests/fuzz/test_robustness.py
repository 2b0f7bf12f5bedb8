"""Fuzzed, truncated and oddly encoded configurations: a device or a ``BunriError`` with its place, nothing else,
ever.
"""

from __future__ import annotations

import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING

import pytest

from bunri.messages import BunriError
from network.config import read_device
from network.config.model import Device
from network.config.text import decode
from tests.fuzz.samples import CONFIGS, texts
from tests.oracle.scale import scaled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JUNK = ("\x00", "\t", "\x1b[2J", "é", "野洲", "\u3000", '"', "^C", "(", "[", "\\", "%", "{}", "~", "\ufeff", "0" * 400)


def read(data: bytes) -> Device | None:
    """Read bytes as the loader does; ``None`` for a clear refusal."""
    try:
        return read_device(decode(data), "fuzz.cfg")
    except BunriError as refusal:
        shown = [message.lines() for message in refusal.messages]
    assert all(shown)
    return None


def truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data))]


def behead(data: bytes, random: Random) -> bytes:
    return data[random.randrange(len(data)) :]


def flip(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randrange(1, 30)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def lines(data: bytes, random: Random) -> bytes:
    """Delete, double, exchange and indent lines, and cut words out of them."""
    found = data.split(b"\n")
    for _ in range(random.randrange(1, 40)):
        at, other = random.randrange(len(found)), random.randrange(len(found))
        match random.randrange(6):
            case 0:
                found[at] = b""
            case 1:
                found.insert(at, found[other])
            case 2:
                found[at], found[other] = found[other], found[at]
            case 3:
                found[at] = b" " * random.randrange(9) + found[at].lstrip()
            case 4:
                words = found[at].split()
                found[at] = b" " + b" ".join(words[: random.randrange(len(words) + 1)])
            case _:
                words = found[at].split() or [b"x"]
                words[random.randrange(len(words))] = random.choice(found[other].split() or [b"-1"])
                found[at] = b" " * (len(found[at]) - len(found[at].lstrip())) + b" ".join(words)
    return b"\n".join(found)


def numbers(data: bytes, random: Random) -> bytes:
    """Put impossible numbers where numbers are."""
    found = data.split(b" ")
    at = [n for n, word in enumerate(found) if word[:1].isdigit()]
    for n in random.sample(at, min(len(at), 12)):
        found[n] = random.choice(
            (b"-1", b"99999999999", b"256.1.1.1", b"1.2.3", b"4095", b"0", b"1-", b"5-3", b"1e9", b"0x1")
        )
    return b" ".join(found)


def junk(data: bytes, random: Random) -> bytes:
    text = data.decode(errors="replace")
    for _ in range(random.randrange(1, 12)):
        at = random.randrange(len(text))
        text = text[:at] + random.choice(JUNK) + text[at:]
    return text.encode()


MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (truncate, behead, flip, lines, lines, numbers, junk)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_fuzzed_text_is_read_or_refused(part: int) -> None:
    """600 texts at scale 1, 12,000 at scale 20."""
    for seed in range(part, scaled(600), 5):
        random = Random(seed)
        data = random.choice(texts()).encode()
        for _ in range(random.choice((1, 1, 2))):
            data = random.choice(MUTATIONS)(data, random) or b"\n"
        try:
            read(data)
        except Exception as crash:
            raise AssertionError(f"seed {seed}: {crash!r}") from crash


def facts(text: str) -> object:
    """Return what a text says, without line numbers."""
    device = read_device(text, "x.cfg")
    return (
        device.hostname,
        sorted((n, i.vrf, tuple(i.addresses), i.shutdown, i.acl_in) for n, i in device.interfaces.items()),
        [(r.vrf, r.prefix, r.next_hop, r.interface) for r in device.static_routes],
        [line.source.text.strip() for line in device.unmodelled],
    )


CLEAN = (CONFIGS / "honcho-sc1.cfg").read_text(encoding="utf-8")
FORTI = (CONFIGS / "honcho-fw1.cfg").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [CLEAN, FORTI], ids=["ios", "fortios"])
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: "".join(line + ("\r\n" if n % 2 else "\n") for n, line in enumerate(text.split("\n"))).encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: "".join(f"{line}   \n" for line in text.split("\n")).encode(),
    ],
    ids=["crlf", "cr", "mixed", "bom", "utf-16", "trailing-space"],
)
def test_the_encoding_of_a_text_changes_nothing(text: str, change: Callable[[str], bytes]) -> None:
    assert facts(decode(change(text))) == facts(text)


def test_what_a_terminal_adds_changes_nothing() -> None:
    """``show running-config`` as it comes from a logged session: prompt, headers, paging."""
    body = CLEAN.split("\n")
    paged = []
    for number, line in enumerate(body):
        paged.append(("\x08" * 9 + " " * 8 + "\x08" * 9 if number % 24 == 1 and number > 24 else "") + line)
        if number % 24 == 0 and number:
            paged[-1] += "\n --More-- "
    session = (
        "honcho-sc1#show running-config\nBuilding configuration...\n\n"
        "Current configuration : 12345 bytes\n!\n! Last configuration change at 10:00:00 JST Sun Nov 22 2026\n!\n"
    )
    assert facts(session + CLEAN + "\nhoncho-sc1#") == facts(CLEAN)
    assert facts(session + "\n".join(paged) + "\nhoncho-sc1#exit\n") == facts(CLEAN)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc-jp"])
def test_japanese_descriptions_are_read_in_any_encoding(encoding: str) -> None:
    text = CLEAN.replace(" description to seccloud C0047", " description 野洲市役所 本庁舎").encode(encoding)
    device = read(text)
    assert device is not None
    assert facts(CLEAN) == facts(CLEAN.replace(" description to seccloud C0047", " description x"))
    assert [line.source.text for line in device.unmodelled] == []
    assert len(device.interfaces) == len(read_device(CLEAN, "x").interfaces)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\x00" * 100, b"hello world\n", b"{}", b"<html></html>", bytes(range(256))]
)
def test_what_is_no_configuration_is_refused(data: bytes) -> None:
    assert read(data) is None


BIG = {
    "acl": "hostname x\nip access-list extended A\n" + " permit tcp 10.0.0.0 0.0.0.255 host 10.1.1.1 eq 443\n" * 18000,
    "interfaces": "hostname x\n"
    + "".join(f"interface Vlan{n % 4094}\n ip address 10.0.0.1 255.0.0.0\n" for n in range(20000)),
    "one-line": "hostname x\ninterface Vlan1\n description " + "x" * 1_000_000 + "\n",
    "words": "hostname x\nip route " + "1 " * 500_000 + "\n",
    "deep": "hostname x\n" + "".join(" " * (n % 500) + "interface x\n" for n in range(4000)),
    "quote": '#config-version=FGT\nconfig firewall policy\n edit 1\n set name "' + "x\n" * 500_000,
    "forti": "#config-version=FGT\n" + "config firewall address\n" * 40000,
    "banner": "hostname x\nbanner motd ^C\n" + "interface Vlan1\n" * 60000,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", BIG)
def test_a_megabyte_ends(kind: str, tmp_path: Path) -> None:
    """In a process of its own, so that a hang fails this test and not the run."""
    file = tmp_path / "big.cfg"
    file.write_text(BIG[kind], encoding="utf-8")
    program = (
        "import sys\nfrom pathlib import Path\nfrom bunri.messages import BunriError\n"
        "from network.config import load_snapshot\n"
        "try: load_snapshot(Path(sys.argv[1]))\nexcept BunriError: pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
