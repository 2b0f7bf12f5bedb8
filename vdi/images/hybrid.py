"""The three-in-one terminal (N15): what pools, brokers and terminals imply for flows and redirection, and the check.

The PC stands in 内部情報系; 基幹系 desktops and インターネット系 session hosts are reached by a display protocol to
their broker and in no other way. So the flows between the zones that N15 gives reason for must be exactly those that
the pools imply: each flow too many is a door, each one too few an outage.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunri.intent import City
    from bunri.intent.terminals import DesktopPool

# Transports of each display protocol by port (Horizon: Blast 443 and 8443, PCoIP 4172; MS-RDPBCGR, MS-RDPEUDP: 3389).
_UDP = {"blast": {8443}, "pcoip": {4172}, "rdp": {3389}}
BASIS, STRICT = "N15", "kikan"


@dataclass(frozen=True, slots=True, order=True)
class Implied:
    """A flow that the pools imply: from a network of terminals to one broker's address and port."""

    source: IPv4Network
    broker: IPv4Network
    protocol: str
    port: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold: ``kind``, the pool or flow, and words in both languages."""

    kind: Literal["flow-missing", "flow-extra", "redirection", "two-factor", "not-display-only"]
    subject: str
    ja: str
    en: str


def implied(city: City) -> set[Implied]:
    """Return every flow that hybrid terminals need: from each of their networks to each broker and display port.

    Wireless terminals get the TCP form alone: a display protocol over UDP gains nothing on a shared medium that
    repeats lost frames itself, and every port that is not opened is one door less.
    """
    return {item for pool in city.desktops.pools.values() for item in _of_pool(city, pool)}


def declared(city: City) -> set[Implied]:
    """Return the declared flows that N15 gives reason for, one entry a network, broker and port."""
    return {
        Implied(source, broker, flow.protocol, port)
        for flow in city.flows
        if flow.basis == BASIS
        for source in flow.sources
        for broker in flow.destinations
        for first, last in flow.ports
        for port in range(first, last + 1)
    }


def check(city: City) -> tuple[Finding, ...]:
    """Return everything in which the inventory departs from the three-in-one model; pure."""
    return (*_flows(city), *_pools(city))


def _flows(city: City) -> Iterator[Finding]:
    wanted, found = implied(city), declared(city)
    for item in sorted(wanted - found):
        yield Finding(
            "flow-missing", _text(item), "必要な通信が宣言されていません", "a flow that pools need is not declared"
        )
    for item in sorted(found - wanted):
        yield Finding("flow-extra", _text(item), "どのプールも必要としない通信です", "no pool needs this declared flow")
    brokers = {item.broker for item in wanted}
    terminals = {item.source for item in wanted}
    pools = {pool.zone for pool in city.desktops.pools.values()}
    for flow in city.flows:
        # A terminal that reaches into the pool's zone by anything else than a display protocol undoes the separation.
        if (
            flow.target in pools
            and flow.basis != BASIS
            and terminals & set(flow.sources) & set(_inside(city, flow.origin))
        ):
            others = sorted(str(network) for network in flow.destinations if network not in brokers)
            if flow.origin != flow.target and others:
                yield Finding("not-display-only", flow.id, "画面転送以外で届きます", f"reaches {', '.join(others[:3])}")


def _pools(city: City) -> Iterator[Finding]:
    strict = {zone.zone for zone in city.desktops.pools.values() if zone.two_factor}
    for name, pool in city.desktops.pools.items():
        if pool.zone == STRICT and pool.zone not in strict:
            yield Finding("two-factor", name, "2要素認証が必要です（3-7）", "two factors are needed (3-7)")
        for protocol in pool.protocols if pool.zone == STRICT else ():
            for what in ("clipboard", "drives", "printers", "screen_capture"):
                if getattr(protocol, what):
                    text = f"{protocol.name} {what}"
                    yield Finding("redirection", name, f"{text} は無効にします（3-5）", f"{text} must be off (3-5)")


def _of_pool(city: City, pool: DesktopPool) -> Iterator[Implied]:
    for source, wired in _terminals(city).items():
        for name in pool.brokers:
            broker = IPv4Network(city.servers.servers[name].address)
            for protocol in pool.protocols:
                for port in protocol.ports:
                    yield Implied(source, broker, "tcp", port)
                    if wired and port in _UDP[protocol.name]:
                        yield Implied(source, broker, "udp", port)


def _terminals(city: City) -> dict[IPv4Network, bool]:
    """Return the networks of the hybrid terminals' classes at every site, and whether they are wired."""
    found: dict[IPv4Network, bool] = {}
    for name in city.desktops.hybrid_classes:
        terminals = city.dot1x.classes[name]
        vlans = {terminals.vlan, *(choice.vlan for choice in terminals.choices)}
        found |= {item.prefix: terminals.wireless is None for item in city.segments if item.vlan in vlans}
    return found


def _inside(city: City, zone: str) -> list[IPv4Network]:
    return [item.prefix for item in city.segments if city.zone_of_vlan(item.vlan) == zone]


def _text(item: Implied) -> str:
    return f"{item.protocol} {item.source} → {item.broker}:{item.port}"
