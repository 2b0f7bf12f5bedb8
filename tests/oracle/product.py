"""The judged side: configuration *text* of a described network through the product's public functions."""

from __future__ import annotations

import datetime
import json
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import yaml

from network.analysis import compute
from network.analysis.packets import Packet as Header
from network.analysis.state import Port
from network.config import read_device
from network.config.model import Cable, Snapshot
from network.policy.model import parse_policy
from network.policy.separation import Separation
from network.policy.verify import verify
from network.policy.witness import Tracer
from tests.oracle import emit
from tests.oracle.net import Net, Network, Packet, Router

if TYPE_CHECKING:
    from network.analysis.state import State
    from network.policy.verdict import Result
    from network.policy.witness import Way

TODAY = datetime.date(2026, 11, 22)


class Row(NamedTuple):
    """A route in a form that both sides can give."""

    protocol: str
    distance: int
    metric: int
    hops: frozenset[tuple[str, int | None]]


def snapshot_of(network: Network) -> Snapshot:
    """Read a described network's texts."""
    devices = {}
    for name, box in network.devices.items():
        text = emit.router(box) if isinstance(box, Router) else emit.firewall(box)
        devices[name] = read_device(text, f"configs/{name}.cfg")
    cables = [Cable(one[0], one[1], other[0], other[1]) for one, other in network.cables]
    return Snapshot(devices, cables)


class Product:
    """One network as the product sees it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.snapshot = snapshot_of(network)
        self.policy = parse_policy(yaml.safe_dump(emit.policy(network), sort_keys=False))

    @cached_property
    def state(self) -> State:
        """The computed state without failures."""
        return compute(self.snapshot)

    def routes(self, state: State | None = None) -> dict[tuple[str, str], dict[Net, Row]]:
        """Return every IOS table without the device's own addresses."""
        found: dict[tuple[str, str], dict[Net, Row]] = {}
        for (device, vrf), table in (state or self.state).ribs.items():
            if not isinstance(self.network.devices[device], Router):
                continue
            rows = {}
            for prefix, route in table.items():
                if prefix.family != 4 or route.protocol in ("local", "hsrp", "bgp-local"):
                    continue
                hops = frozenset((hop.interface or "Null0", hop.address) for hop in route.next_hops)
                rows[Net(prefix.value, prefix.length)] = Row(route.protocol, route.distance, route.metric, hops)
            found[device, vrf] = rows
        return found

    @cached_property
    def tracer(self) -> Tracer:
        """The product's packet tracer."""
        judge = Separation(self.policy)
        judge.prepare(self.state)
        return Tracer(judge.forwarding(self.state))

    def trace(self, device: str, interface: str, packet: Packet) -> list[Way]:
        """Return the ways of a packet that comes in by an interface."""
        header = Header(
            packet.protocol, packet.src, packet.dst, packet.sport, packet.dport, established=int(packet.ack)
        )
        return self.tracer.paths(Port(device, interface), header)

    def verify(self, failures: int = 0) -> Result:
        """Return the product's verdict on separation and flows (without the other rules)."""
        return verify(self.snapshot, self.policy, today=TODAY, failures=failures, rules=False, jobs=1)[0]


def dump(network: Network) -> str:
    """Return a network as text for a report."""
    parts = []
    for name, box in network.devices.items():
        parts.append(f"===== {name}\n" + (emit.router(box) if isinstance(box, Router) else emit.firewall(box)))
    parts.append("cables: " + json.dumps(network.cables))
    parts.append(yaml.safe_dump(emit.policy(network), sort_keys=False))
    return "\n".join(parts)
