"""Parameter types of the IOS-XE grammar: what a token must look like, and how the device writes it back.

Service names: IOS-XE IP addressing command reference ("permit (IP)"), interface names and their short forms:
"interface".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets as random_secrets
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Interface
from typing import TYPE_CHECKING

from passlib.hash import cisco_type7, md5_crypt

if TYPE_CHECKING:
    from collections.abc import Callable

INTERFACE_TYPES = (
    "Loopback",
    "Port-channel",
    "Tunnel",
    "FastEthernet",
    "GigabitEthernet",
    "TwoGigabitEthernet",
    "FiveGigabitEthernet",
    "TenGigabitEthernet",
    "TwentyFiveGigE",
    "FortyGigabitEthernet",
    "HundredGigE",
    "AppGigabitEthernet",
    "Bluetooth",
    "Serial",
    "NVI",
    "Null",
    "Vlan",
)
SHORT = {
    "Loopback": "Lo",
    "Port-channel": "Po",
    "Tunnel": "Tu",
    "FastEthernet": "Fa",
    "GigabitEthernet": "Gi",
    "TwoGigabitEthernet": "Tw",
    "FiveGigabitEthernet": "Fi",
    "TenGigabitEthernet": "Te",
    "TwentyFiveGigE": "Twe",
    "FortyGigabitEthernet": "Fo",
    "HundredGigE": "Hu",
    "AppGigabitEthernet": "Ap",
    "Bluetooth": "Bl",
    "Vlan": "Vl",
}
LOGICAL = ("Loopback", "Port-channel", "Tunnel", "Vlan", "Null", "NVI")
_IFNAME = re.compile(r"([A-Za-z][A-Za-z-]*?)\s*(\d+(?:/\d+){0,3}(?:\.\d+)?)$")


@lru_cache(maxsize=65536)
def interface_name(token: str, _argument: str = "") -> str | None:
    """Return the full interface name (``Gi1/0/1`` → ``GigabitEthernet1/0/1``), or ``None``."""
    hit = _IFNAME.match(token)
    if not hit:
        return None
    word, number = hit[1].lower(), hit[2]
    if word == "twe":  # the device's own short form of TwentyFiveGigE
        return f"TwentyFiveGigE{number}"
    found = [kind for kind in INTERFACE_TYPES if kind.lower() == word]
    found = found or [kind for kind in INTERFACE_TYPES if kind.lower().startswith(word)]
    return f"{found[0]}{number}" if found else None


@lru_cache(maxsize=65536)
def split_interface(name: str) -> tuple[str, tuple[int, ...]]:
    """Return an interface's type and its numbers, for sorting."""
    hit = re.match(r"([A-Za-z-]+?)([\d/.]*)$", name)
    if hit is None:
        return name, ()
    return hit[1], tuple(int(part) for part in re.split(r"[/.]", hit[2]) if part)


def short_interface(name: str) -> str:
    """Return the name as ``show`` tables print it (``Gi1/0/1``)."""
    kind, _ = split_interface(name)
    return SHORT.get(kind, kind) + name[len(kind) :]


@lru_cache(maxsize=65536)
def interface_order(name: str) -> tuple[int, tuple[int, ...]]:
    """Sort key: the order in which the device writes its interfaces."""
    kind, numbers = split_interface(name)
    rank = INTERFACE_TYPES.index(kind) if kind in INTERFACE_TYPES else len(INTERFACE_TYPES)
    return rank, numbers


def vlan_list(token: str, _argument: str = "") -> str | None:
    """Return a VLAN list with its ranges joined (``1,2,3`` → ``1-3``), or ``None``."""
    ids = vlan_ids(token)
    return join_ids(ids) if ids else None


def vlan_ids(token: str) -> set[int]:
    """Return the ids of a VLAN list; the empty set if it is not one."""
    ids: set[int] = set()
    for part in token.split(","):
        hit = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        if not hit:
            return set()
        low, high = int(hit[1]), int(hit[2] or hit[1])
        if not 1 <= low <= high <= 4094:
            return set()
        ids.update(range(low, high + 1))
    return ids


def join_ids(ids: set[int]) -> str:
    """Write VLAN ids as the device does: two neighbours by comma, three or more as a range."""
    parts: list[str] = []
    ordered = sorted(ids)
    index = 0
    while index < len(ordered):
        last = index
        while last + 1 < len(ordered) and ordered[last + 1] == ordered[last] + 1:
            last += 1
        if last - index >= 2:
            parts.append(f"{ordered[index]}-{ordered[last]}")
        else:
            parts.extend(str(number) for number in ordered[index : last + 1])
        index = last + 1
    return ",".join(parts)


TCP_PORTS = {
    179: "bgp", 19: "chargen", 514: "cmd", 13: "daytime", 9: "discard", 53: "domain", 7: "echo", 512: "exec",
    79: "finger", 21: "ftp", 20: "ftp-data", 70: "gopher", 101: "hostname", 113: "ident", 194: "irc", 543: "klogin",
    544: "kshell", 513: "login", 515: "lpd", 135: "msrpc", 119: "nntp", 109: "pop2", 110: "pop3", 25: "smtp",
    111: "sunrpc", 49: "tacacs", 517: "talk", 23: "telnet", 37: "time", 540: "uucp", 43: "whois", 80: "www",
}  # fmt: skip
UDP_PORTS = {
    512: "biff", 68: "bootpc", 67: "bootps", 9: "discard", 195: "dnsix", 53: "domain", 7: "echo", 500: "isakmp",
    434: "mobile-ip", 42: "nameserver", 138: "netbios-dgm", 137: "netbios-ns", 139: "netbios-ss", 4500: "non500-isakmp",
    123: "ntp", 496: "pim-auto-rp", 520: "rip", 161: "snmp", 162: "snmptrap", 111: "sunrpc", 514: "syslog",
    49: "tacacs", 517: "talk", 69: "tftp", 37: "time", 513: "who", 177: "xdmcp",
}  # fmt: skip
_PORT_NAMES = set(TCP_PORTS.values()) | set(UDP_PORTS.values())


def _ip(token: str, _argument: str) -> str | None:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", token):
        return None
    return token if all(int(part) <= 255 for part in token.split(".")) else None


def _mask(token: str, _argument: str) -> str | None:
    if _ip(token, "") is None:
        return None
    value = int(IPv4Address(token))
    inverse = value ^ 0xFFFFFFFF
    return token if inverse & (inverse + 1) == 0 else None


def _int(token: str, argument: str) -> str | None:
    if not token.isdigit() or len(token) > 10:
        return None
    low, _, high = argument.partition("-")
    return str(int(token)) if int(low) <= int(token) <= int(high) else None


def _cidr(token: str, _argument: str) -> str | None:
    if not re.fullmatch(r"[\d.]+/\d{1,2}", token):
        return None
    try:
        return str(IPv4Network(token, strict=False))
    except ValueError:
        return None


def _ip6(token: str, _argument: str) -> str | None:
    try:
        return token.upper() if "/" in token and IPv6Interface(token) else None
    except (AddressValueError, ValueError):
        return None


def _asn(token: str, _argument: str) -> str | None:
    if token.isdigit() and 1 <= int(token) <= 4294967295:
        return token
    return token if re.fullmatch(r"\d{1,5}\.\d{1,5}", token) else None


def _area(token: str, _argument: str) -> str | None:
    return token if token.isdigit() or _ip(token, "") else None


def _pattern(pattern: str) -> Callable[[str, str], str | None]:
    compiled = re.compile(pattern)
    return lambda token, _argument: token if compiled.fullmatch(token) else None


def _port(token: str, _argument: str) -> str | None:
    if token.isdigit():
        return token if int(token) <= 65535 else None
    return token if token in _PORT_NAMES else None


def _mac(token: str, _argument: str) -> str | None:
    digits = re.sub(r"[.:-]", "", token).lower()
    if not re.fullmatch(r"[0-9a-f]{12}", digits):
        return None
    return ".".join(digits[i : i + 4] for i in (0, 4, 8))


def _vlan(token: str, _argument: str) -> str | None:
    return token if token.isdigit() and 1 <= int(token) <= 4094 else None


_any_word = _pattern(r"[^\s?]+")

TYPES: dict[str, Callable[[str, str], str | None]] = {
    "word": _any_word,
    "vrf": _any_word,
    "vrfname": _pattern(r"[^\s?]{1,32}"),
    "user": _any_word,
    "hostname": _pattern(r"[A-Za-z][A-Za-z0-9_.-]{0,62}"),
    "aclname": _pattern(r"[A-Za-z0-9_][^\s?]*"),
    "int": _int,
    "seq": lambda token, _argument: _int(token, "1-2147483647"),
    "signed": _pattern(r"[+-]?\d+"),
    "percent": _pattern(r"\d{1,3}(\.\d{1,2})?"),
    "ip": _ip,
    "nbr": _pattern(r"\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]+|[A-Za-z][\w-]*"),
    "mask": _mask,
    "wild": _ip,
    "aclnet": lambda _token, _argument: None,  # two tokens: read by the pair rule below
    "cidr": _cidr,
    "ip6prefix": _ip6,
    "ifname": interface_name,
    "vlan": _vlan,
    "vlans": vlan_list,
    "asn": _asn,
    "area": _area,
    "rd": _pattern(r"[\d.]+:\d+"),
    "port": _port,
    "mac": _mac,
    "hex7": lambda token, _argument: token if type7_valid(token) else None,
    "hexserial": _pattern(r"[0-9A-Fa-f]{2,40}"),
    "clear9": _pattern(r"(?![0-9]$)[^\s?]{1,256}"),
    "clear7": _pattern(r"(?![0-9]$)[^\s?]{1,256}"),
    "clearntp": _pattern(r"[^\s?]{1,32}"),
}


def acl_network(address: str, wildcard: str) -> str | None:
    """Return an ACL's address and wildcard mask as the device writes them (``host``, ``any``, host bits cleared)."""
    if _ip(address, "") is None or _ip(wildcard, "") is None:
        return None
    care = int(IPv4Address(wildcard)) ^ 0xFFFFFFFF
    if care == 0:
        return "any"
    network = IPv4Address(int(IPv4Address(address)) & care)
    return f"host {network}" if care == 0xFFFFFFFF else f"{network} {wildcard}"


# ---- secrets ------------------------------------------------------------------------------------------------------

_CISCO64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_STANDARD64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_CISCO = str.maketrans(_STANDARD64, _CISCO64)


def _encode(digest: bytes) -> str:
    return base64.b64encode(digest).decode().rstrip("=").translate(_TO_CISCO)


def type9(clear: str, salt: str | None = None) -> str:
    """Return a type 9 secret (scrypt, N=16384, r=1, p=1, 14-character salt; RFC 7914)."""
    salt = salt or "".join(random_secrets.choice(_CISCO64) for _ in range(14))
    digest = hashlib.scrypt(clear.encode(), salt=salt.encode(), n=16384, r=1, p=1, dklen=32)
    return f"$9${salt}${_encode(digest)}"


def type8(clear: str, salt: str) -> str:
    """Return a type 8 secret (PBKDF2-HMAC-SHA256, 20000 rounds; RFC 8018)."""
    return f"$8${salt}${_encode(hashlib.pbkdf2_hmac('sha256', clear.encode(), salt.encode(), 20000, 32))}"


def type7(clear: str, salt: int | None = None) -> str:
    """Return the reversible type 7 form; ``salt`` is 0..15, random by default."""
    return str((cisco_type7 if salt is None else cisco_type7.using(salt=salt)).hash(clear))


def type7_valid(token: str) -> bool:
    """Whether a token is type 7 text: a salt below 16, then pairs of hexadecimal digits."""
    return bool(re.fullmatch(r"(0\d|1[0-5])([0-9A-Fa-f]{2})+", token))


def secret_valid(kind: str, text: str) -> bool:
    """Whether ``text`` is well formed for ``secret 5|8|9``."""
    if kind == "5":
        return bool(re.fullmatch(r"\$1\$[^$]{1,8}\$[./0-9A-Za-z]{22}", text))
    return bool(re.fullmatch(rf"\${kind}\$[./0-9A-Za-z]{{14}}\$[./0-9A-Za-z]{{43}}", text))


def secret_matches(kind: str, stored: str, clear: str) -> bool:
    """Whether ``clear`` is the password behind a stored secret of the given type ("" and "0" are clear text)."""
    if kind in ("", "0"):
        return hmac.compare_digest(stored, clear)
    if kind == "7":
        return hmac.compare_digest(str(cisco_type7.decode(stored)), clear)
    if kind == "5":
        return bool(md5_crypt.verify(clear, stored))
    salt = stored.split("$")[2]
    made = type8(clear, salt) if kind == "8" else type9(clear, salt)
    return hmac.compare_digest(made, stored)
