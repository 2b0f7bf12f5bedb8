"""The routing table that a virtual device shows: connected, local and static routes of its own configuration.

Dynamic routes come from outside: ``Lab(routes=…)`` takes a function that returns a computed table (for example of
``bunri routes``); without one a device shows what it knows by itself, and says nothing about OSPF or BGP routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING

from network.lab.links import protocol_up

if TYPE_CHECKING:
    from network.lab.ios_device import IosDevice


@dataclass(frozen=True, slots=True)
class Route:
    """One route. ``protocol``: connected, local, static, ospf, bgp; ``kind`` refines OSPF (ospf-e2 …)."""

    prefix: IPv4Network
    protocol: str
    next_hop: str = ""
    interface: str = ""
    distance: int = 0
    metric: int = 0
    kind: str = ""


def routes(device: IosDevice, vrf: str) -> list[Route]:
    """Return the table of one VRF ("" is the global one)."""
    found: list[Route] = []
    for name, section in device.running.interfaces().items():
        if section.value("vrf", "forwarding") != vrf or not protocol_up(device, name):
            continue
        for entry in section.find("ip", "address"):
            if len(entry.words) >= 4:
                address = IPv4Interface(f"{entry.words[2]}/{entry.words[3]}")
                found.append(Route(address.network, "connected", interface=name))
                if address.network.prefixlen < 32:
                    found.append(Route(IPv4Network(address.ip), "local", interface=name))
    connected = [route for route in found if route.protocol == "connected"]
    start = ("ip", "route", "vrf", vrf) if vrf else ("ip", "route")
    for entry in device.running.root.find(*start):
        words = entry.words[len(start) :]
        if not words or words[0] == "vrf":
            continue
        prefix = IPv4Network(f"{words[0]}/{words[1]}")
        hop, interface, rest = "", "", list(words[2:])
        if rest and not rest[0][0].isdigit():
            interface = rest.pop(0)
        if rest and rest[0].count(".") == 3:
            hop = rest.pop(0)
        distance = int(rest[0]) if rest and rest[0].isdigit() else 1
        if hop and not interface:
            via = next((route for route in connected if IPv4Address(hop) in route.prefix), None)
            if via is None:
                continue
        elif interface not in ("Null0", "") and not protocol_up(device, interface):
            continue
        found.append(Route(prefix, "static", hop, interface, distance))
    own = {(route.prefix, route.protocol) for route in found}
    computed = device.computed_routes(device.spec.hostname, vrf)
    found.extend(
        route for route in computed if (route.prefix, route.protocol) not in own and route.protocol in ("ospf", "bgp")
    )
    best: dict[IPv4Network, int] = {}
    for route in found:
        if route.protocol != "local":
            best[route.prefix] = min(best.get(route.prefix, 255), route.distance)
    return sorted(
        (route for route in found if route.protocol == "local" or route.distance == best[route.prefix]),
        key=lambda route: (route.prefix, route.protocol, route.next_hop),
    )
