"""Secrets in configuration lines: masked before anything keeps the line, digested where a mismatch matters.

A placeholder ``<vault:name>`` is not a secret and stays.
"""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

import hashlib

MASK = "<masked>"
_TYPES = frozenset({"0", "4", "5", "6", "7", "8", "9", "ascii", "hex", "encrypted", "clear", "ENC", "level"})
# Words after which (with an optional type number) a secret stands, on IOS.
_AFTER = frozenset({
    "password", "secret", "key-string", "md5", "sha", "psk", "set-key", "server-key", "pre-shared-key", "authentication-key",
    "sha256", "aes", "des", "3des", "passphrase", "shared-secret", "common-name-password", "key-hash", "auth-key", "hash",
    "pac", "sae", "des56", "wpa-psk", "ntlm-password", "wep",
})  # fmt: skip
_KEY = frozenset({"key"})
_COMMUNITY = frozenset({"community"})
SUSPICIOUS = _AFTER | _KEY | {"snmp-server", "standby", "vrrp", "glbp", "isakmp", "message-digest-key"}
_NOT_SECRET = frozenset({
    "chain", "generate", "config-key", "encryption", "256", "128", "192", "RO", "RW", "auth", "priv", "any", "retry",
    "ascii", "hex", "text", "rotate", "zeroize", "storage", "policy",
})  # fmt: skip


def digest(secret: str) -> str:
    """Return a short digest by which two secrets can be compared; the secret cannot be had back from it."""
    return hashlib.blake2b(secret.encode("utf-8", "surrogatepass"), digest_size=8, person=b"bunri-key").hexdigest()


def _hide(words: list[str], index: int) -> None:
    while index < len(words) - 1 and (words[index] in _TYPES or (words[index].isdigit() and len(words[index]) < 3)):
        index += 1
    if index < len(words) and not words[index].startswith("<vault:") and words[index] not in _NOT_SECRET:
        words[index] = MASK


def mask(text: str, words: list[str]) -> str:
    """Return an IOS line with its secrets replaced by ``<masked>``. ``words`` is the line split at blanks."""
    if SUSPICIOUS.isdisjoint(words) or words[0] in {"description", "remark"}:
        return text
    hidden = list(words)
    if "config-key" in words:
        _hide(hidden, len(words) - 1)
    first = [word for word in words[:3] if word != "no"]
    for index, word in enumerate(words):
        if word in _AFTER:
            # ``neighbor A password 7 X``, ``ip ospf message-digest-key 1 md5 7 X``, ``ntp authentication-key 1 md5 X``
            following = index + 1
            if word == "pre-shared-key" and words[following : following + 1] in (["address"], ["hostname"]):
                continue
            if word == "authentication-key" and first[0] == "ntp":
                continue
            if word in {"aes", "des", "3des", "sha", "md5", "sha256"} and first[0] in {"crypto", "encryption", "hash"}:
                continue
            if word == "aes" and following < len(words) and words[following] in {"128", "192", "256"}:
                following += 1
            _hide(hidden, following)
        elif word == "key" and first[0] not in {"crypto", "ip", "ipv6", "tunnel"} and len(words) > index + 1:
            if first[0] == "key" and len(words) == 2 and words[1].isdigit():
                continue  # ``key 1`` of a key chain
            _hide(hidden, index + 1)
        elif word == "isakmp" and "key" in words:
            _hide(hidden, words.index("key") + 1)
        elif word == "community" and first[0] == "snmp-server":
            _hide(hidden, index + 1)
        elif word == "host" and first[0] == "snmp-server":
            _snmp_host(hidden)
        elif word == "authentication" and first[0] in {"standby", "vrrp", "glbp"} and len(words) > index + 1:
            if words[index + 1] == "text":
                _hide(hidden, index + 2)
            elif words[index + 1] != "md5":
                _hide(hidden, index + 1)
    if hidden == words:
        return text
    indent = text[: len(text) - len(text.lstrip())]
    return indent + " ".join(hidden)


def _snmp_host(words: list[str]) -> None:
    """``snmp-server host A [vrf V] [traps|informs] [version 1|2c|3 [auth|priv|noauth]] COMMUNITY …``: hide the community."""
    index = words.index("host") + 2
    while index < len(words):
        word = words[index]
        if word in {"vrf", "version"}:
            index += 2
        elif word in {"traps", "informs", "auth", "noauth", "priv", "trap"}:
            index += 1
        else:
            _hide(words, index)
            return
