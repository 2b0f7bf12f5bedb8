"""What must still work after a change: neighbours, routes per VRF, authenticated sessions. Pure; ``ios.py`` asks.

A change may lose what it is meant to lose; the judgement therefore looks at the planned difference: a port that is
changed may lose its neighbour or session, a change of routing may lose routes, but never all that a VRF had learnt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_VRF = re.compile(r"^(?:vrf definition|ip vrf) (\S+)", re.MULTILINE)
_ROUTE = re.compile(
    r"^(?P<code>[A-Zia-z][*A-Z0-9a-z% ]{0,6}?)\s+(?P<prefix>\d+\.\d+\.\d+\.\d+/\d+)\s.*?(?:via|is directly)",
    re.MULTILINE,
)
_SESSION = re.compile(
    r"^(?P<interface>[A-Z][A-Za-z]+\d\S*)\s+(?P<mac>[0-9a-f.]{14})\s.*\b(?P<state>Auth|Unauth|AUTHZ|Authz)\b"
)
_ROUTING_LINE = re.compile(
    r"^[+\- ]*(router |network |neighbor |ip route |ip address |vrf |redistribute |ip prefix-list|route-map)"
)
_INTERFACE_LINE = re.compile(r"^[+\-! ]*interface (\S+)")
_SHORT = re.compile(r"^([A-Za-z]{2})[A-Za-z-]*(\d.*)$")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a device reported. ``routes``: VRF → learnt prefixes; ``sessions``: interface → authorised MAC addresses."""

    neighbours: dict[str, frozenset[str]] = field(default_factory=dict)
    routes: dict[str, frozenset[str]] = field(default_factory=dict)
    sessions: dict[str, frozenset[str]] = field(default_factory=dict)


def vrfs_of(config: str) -> list[str]:
    """Return the VRFs that a configuration defines."""
    return _VRF.findall(config)


def short_interface(name: str) -> str:
    """Return the two-letter form of an interface name, so that long and short names are equal."""
    match = _SHORT.match(name)
    return f"{match[1].capitalize()}{match[2]}" if match else name


def learnt_routes(output: str) -> frozenset[str]:
    """Return the prefixes of ``show ip route vrf X`` that were learnt from others: not connected, local, static."""
    found = set()
    for match in _ROUTE.finditer(output):
        if match["code"].strip()[:1] in ("O", "B", "D", "R", "i"):
            found.add(match["prefix"])
    return frozenset(found)


def authorised_sessions(output: str) -> dict[str, frozenset[str]]:
    """Return interface → MAC addresses of the authorised rows of ``show authentication sessions``."""
    found: dict[str, set[str]] = {}
    for line in output.splitlines():
        match = _SESSION.match(line)
        if match and match["state"] != "Unauth":
            found.setdefault(short_interface(match["interface"]), set()).add(match["mac"])
    return {interface: frozenset(macs) for interface, macs in found.items()}


def losses(before: Facts, after: Facts, diff: str) -> list[str]:
    """Return what was lost and is not explained by ``diff`` (the device's own difference); empty means all is well."""
    changed = {short_interface(match[1]) for line in diff.splitlines() if (match := _INTERFACE_LINE.match(line))}
    routing = any(_ROUTING_LINE.match(line) for line in diff.splitlines())
    lost: list[str] = []
    for interface, names in sorted(before.neighbours.items()):
        gone = names - after.neighbours.get(interface, frozenset())
        if gone and interface not in changed:
            lost.append(f"neighbour {', '.join(sorted(gone))} on {interface}")
    for vrf, prefixes in sorted(before.routes.items()):
        now = after.routes.get(vrf, frozenset())
        gone = prefixes - now
        if gone and (not routing or not now):
            lost.append(f"{len(gone)} learnt route(s) in VRF {vrf or 'global'}: {', '.join(sorted(gone)[:3])}")
    for interface, macs in sorted(before.sessions.items()):
        gone = macs - after.sessions.get(interface, frozenset())
        if gone and interface not in changed:
            lost.append(f"authenticated session(s) {', '.join(sorted(gone))} on {interface}")
    return lost
