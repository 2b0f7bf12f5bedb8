"""Secrets: markers in intended text, filled in only in memory at deployment.

Intended configurations hold ``<vault:NAME>`` or ``<vault:NAME:ENCODING>`` where a secret stands. A marker is one
word without
blanks, so every reader and comparison can take it as an opaque word. ``fill`` replaces the markers; what a device would
transform on input is put in already in the transformed form, so that the running configuration equals the filled
text and drift stays quiet:

* ``type7``: Cisco's reversible type 7 (the published constant, XOR); it hides from glances only, as the device's
  own does.
* ``type9``: scrypt, N = 16384, r = 1, p = 1 (RFC 7914), in Cisco's base-64 alphabet, as ``enable secret 9``.

The salts are derived from the secret, its name and the device, so that the same input gives the same text on every run.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from bunri.messages import BunriError, Message, Where, error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MARKER = re.compile(r"<vault:(?P<name>[a-z][a-z0-9_]*)(?::(?P<encoding>[a-z0-9]+))?>")
_TYPE7 = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_CISCO64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_STANDARD64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_CISCO = str.maketrans(_STANDARD64, _CISCO64)
# Shorter vault values would be found by chance in ordinary words.
SHORTEST = 8


def type7(secret: str, salt: int) -> str:
    """Return Cisco type 7 text of ``secret``; ``salt`` is the start in the key, 0..15."""
    data = secret.encode("ascii")
    return f"{salt:02d}" + "".join(f"{byte ^ _TYPE7[(salt + i) % len(_TYPE7)]:02X}" for i, byte in enumerate(data))


def type9(secret: str, salt: str) -> str:
    """Return Cisco type 9 text of ``secret`` (scrypt, RFC 7914); ``salt`` is 14 characters of Cisco's alphabet."""
    digest = hashlib.scrypt(secret.encode(), salt=salt.encode(), n=16384, r=1, p=1, dklen=32)
    text = base64.b64encode(digest).decode("ascii").rstrip("=").translate(_TO_CISCO)
    return f"$9${salt}${text}"


def encode(secret: str, encoding: str, context: str) -> str:
    """Return ``secret`` in ``encoding`` ("", "type7", "type9"); the salt follows from the secret and ``context``."""
    if not encoding:
        return secret
    seed = hmac.new(secret.encode(), context.encode(), hashlib.sha256).digest()
    if encoding == "type7":
        return type7(secret, seed[0] % 16)
    if encoding == "type9":
        return type9(secret, "".join(_CISCO64[byte % 64] for byte in seed[:14]))
    raise ValueError(f"unknown encoding {encoding}")


def fill(text: str, secrets: Mapping[str, str], device: str = "") -> str:
    """Return ``text`` with every marker filled from ``secrets``. Keep the result in memory; never write or log it.

    :raises BunriError: RND004 for a name that the vault lacks or an encoding that does not exist; the message names the
        marker, never a value.
    """

    def value(match: re.Match[str]) -> str:
        name, encoding = match["name"], match["encoding"] or ""
        line = text.count("\n", 0, match.start()) + 1
        if name not in secrets or encoding not in ("", "type7", "type9"):
            raise error("RND004", Where(device=device, line=line, key=name), marker=match[0])
        return encode(secrets[name], encoding, f"{device} {name}")

    return MARKER.sub(value, text)


def names(text: str) -> frozenset[str]:
    """Return the names of all vault entries that ``text`` asks for."""
    return frozenset(match["name"] for match in MARKER.finditer(text))


def refuse_leaks(texts: Iterable[tuple[str, str]], secrets: Mapping[str, str]) -> None:
    """Raise RND005 when a value of the vault stands in one of the (file, text) pairs. The message does not repeat it.

    A value is looked for as it is and in base 64; type 7 text is found by decoding every word that looks like one.
    Values shorter than :data:`SHORTEST` characters are RND006: they cannot be told from ordinary words.
    """
    short = sorted(name for name, value in secrets.items() if len(value) < SHORTEST)
    if short:
        raise BunriError(*(Message("RND006", Where(key=name), {"shortest": SHORTEST}) for name in short))
    needles = {value: name for name, value in secrets.items()}
    needles |= {base64.b64encode(value.encode()).decode().rstrip("="): name for name, value in secrets.items()}
    if not needles:
        return
    problems: list[Message] = []
    for file, text in texts:
        for needle, name in needles.items():
            at = text.find(needle)
            if at >= 0:
                problems.append(Message("RND005", Where(file, text.count("\n", 0, at) + 1, key=name), {"name": name}))
        for match in _HEX7.finditer(text) if "7 0" in text or "7 1" in text else ():
            plain = _plain7(match[1])
            if plain in needles:
                line = text.count("\n", 0, match.start()) + 1
                problems.append(Message("RND005", Where(file, line, key=needles[plain]), {"name": needles[plain]}))
    if problems:
        raise BunriError(*problems)


_HEX7 = re.compile(r"\b7 ((?:0[0-9]|1[0-5])(?:[0-9A-F]{2}){4,})\b")


def _plain7(text: str) -> str:
    salt = int(text[:2])
    data = bytes.fromhex(text[2:])
    return bytes(byte ^ _TYPE7[(salt + i) % len(_TYPE7)] for i, byte in enumerate(data)).decode("latin-1")
