"""Interface names: one canonical long form, as the vendor prints it in a configuration.

``Gi1/0/1``, ``gi 1/0/1`` and ``GigabitEthernet1/0/1`` are one port. FortiOS names (``port1``, ``wan1``) have no short form
and come back unchanged.
"""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Kind = Literal["physical", "subinterface", "svi", "loopback", "tunnel", "port-channel", "other"]

# Long forms in the order in which IOS resolves an abbreviation (the shortest common usage first).
LONG = (
    "GigabitEthernet",
    "FastEthernet",
    "Ethernet",
    "TenGigabitEthernet",
    "TwoGigabitEthernet",
    "TwentyFiveGigE",
    "FiveGigabitEthernet",
    "FortyGigabitEthernet",
    "HundredGigE",
    "FourHundredGigE",
    "AppGigabitEthernet",
    "Port-channel",
    "Vlan",
    "Loopback",
    "Tunnel",
    "Serial",
    "Null",
    "BDI",
    "BVI",
    "Dialer",
    "Cellular",
    "ATM",
    "POS",
    "Async",
    "Multilink",
    "MFR",
    "nve",
    "Virtual-Template",
    "Virtual-Access",
    "Virtual-TokenRing",
    "Embedded-Service-Engine",
    "Service-Engine",
    "ucse",
    "GMPLS",
    "TokenRing",
    "Fddi",
    "Group-Async",
    "Wlan-GigabitEthernet",
    "LISP",
    "pseudowire",
    "Control",
    "Management",
    "StackPort",
    "StackSub-St",
    "Bluetooth",
    "LongReachEthernet",
    "Hssi",
    "BRI",
    "vmi",
    "NVI",
    "SDR",
)
_BY_LOWER = {long.lower(): long for long in LONG}
# Abbreviations that vendors and people use although they are prefixes of more than one long form.
_SHORT = {
    "gi": "GigabitEthernet",
    "ge": "GigabitEthernet",
    "gig": "GigabitEthernet",
    "fa": "FastEthernet",
    "e": "Ethernet",
    "g": "GigabitEthernet",
    "f": "FastEthernet",
    "et": "Ethernet",
    "eth": "Ethernet",
    "te": "TenGigabitEthernet",
    "ten": "TenGigabitEthernet",
    "tw": "TwoGigabitEthernet",
    "twe": "TwentyFiveGigE",
    "fi": "FiveGigabitEthernet",
    "fo": "FortyGigabitEthernet",
    "fou": "FourHundredGigE",
    "hu": "HundredGigE",
    "ap": "AppGigabitEthernet",
    "po": "Port-channel",
    "vl": "Vlan",
    "lo": "Loopback",
    "tu": "Tunnel",
    "se": "Serial",
    "nu": "Null",
    "fortygige": "FortyGigabitEthernet",
    "twentyfivegigabitethernet": "TwentyFiveGigE",
    "hundredgigabitethernet": "HundredGigE",
}
_SPLIT = re.compile(r"([A-Za-z][A-Za-z-]*?)\s*(\d[\d/.:]*)$")

# Mbit/s that a name implies, for the OSPF cost (RFC 2328 leaves it to the vendor: reference bandwidth / bandwidth).
SPEED = {
    "GigabitEthernet": 1000,
    "AppGigabitEthernet": 1000,
    "FastEthernet": 100,
    "Ethernet": 10,
    "TenGigabitEthernet": 10_000,
    "TwoGigabitEthernet": 2500,
    "FiveGigabitEthernet": 5000,
    "TwentyFiveGigE": 25_000,
    "FortyGigabitEthernet": 40_000,
    "HundredGigE": 100_000,
    "FourHundredGigE": 400_000,
    "Vlan": 1000,
    "BDI": 1000,
    "BVI": 1000,
    "Port-channel": 1000,
    "Loopback": 8000,
}


def split(name: str) -> tuple[str, str] | None:
    """Split ``Gi1/0/1`` into its type and its number; ``None`` if it has no number at its end."""
    found = _SPLIT.match(name.strip())
    return (found[1], found[2]) if found else None


@lru_cache(maxsize=65536)
def canonical_interface(name: str) -> str:
    """Return the long form of an IOS interface name; a name that is not an IOS interface comes back stripped only."""
    parts = split(name)
    if parts is None:
        return name.strip()
    kind, number = parts
    lower = kind.lower()
    long = _BY_LOWER.get(lower) or _SHORT.get(lower)
    if long is None and len(lower) > 1 and lower != "port":  # FortiOS calls its ports "port1"
        options = [long for key, long in _BY_LOWER.items() if key.startswith(lower)]
        long = options[0] if len(options) == 1 else None
    return long + number if long else name.strip()


def is_ios_interface(name: str) -> bool:
    """Return whether ``name`` (long or short) names an IOS interface with a number."""
    parts = split(canonical_interface(name))
    return parts is not None and parts[0] in LONG


def kind_of(name: str) -> Kind:
    """Return the kind of a canonical IOS interface name."""
    parts = split(name)
    if parts is None:
        return "other"
    base, number = parts
    if base == "Loopback":
        return "loopback"
    if base == "Tunnel":
        return "tunnel"
    if "." in number:
        return "subinterface"
    if base in {"Vlan", "BDI", "BVI"}:
        return "svi"
    if base == "Port-channel":
        return "port-channel"
    if base in {
        "Null",
        "nve",
        "NVI",
        "Virtual-Template",
        "Virtual-Access",
        "LISP",
        "pseudowire",
        "Dialer",
        "Multilink",
    }:
        return "other"
    return "physical"
