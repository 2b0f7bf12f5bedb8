"""Small networks written as configuration text, for tables of expected routes."""

from __future__ import annotations

from network.analysis import compute
from network.analysis.command import rows
from network.analysis.state import State
from network.config import read_device
from network.config.model import Cable, Snapshot


def network(*texts: str, cables: list[tuple[str, str, str, str]] | None = None) -> Snapshot:
    """Return a snapshot of some configurations; cables are (node, interface, node, interface)."""
    devices = {}
    for number, text in enumerate(texts):
        device = read_device(text, f"{number}.cfg")
        devices[device.hostname] = device
    return Snapshot(devices, None if cables is None else [Cable(*cable) for cable in cables])


def state(*texts: str, cables: list[tuple[str, str, str, str]] | None = None) -> State:
    """Return the computed state of some configurations."""
    return compute(network(*texts, cables=cables))


def routes(found: State, device: str, vrf: str = "default") -> dict[str, tuple[str, tuple[str | None, ...], int, int]]:
    """Return prefix → (protocol, next hops or interfaces, distance, metric), without local and connected routes."""
    result: dict[str, tuple[str, tuple[str | None, ...], int, int]] = {}
    for row in rows(found, device, vrf):
        if row["protocol"] in ("local", "connected"):
            continue
        prefix = str(row["prefix"])
        hop = row["next_hop"] or row["interface"]
        before = result.get(prefix, ("", (), 0, 0))[1]
        result[prefix] = (str(row["protocol"]), (*before, hop), int(str(row["distance"])), int(str(row["metric"])))  # type: ignore[arg-type]
    return result


def router(name: str, *parts: str) -> str:
    """Return a configuration from its parts."""
    return "\n".join([f"hostname {name}", *parts, "end", ""])


def port(number: int, address: str, length: int, *more: str, vrf: str = "") -> str:
    """Return a routed interface."""
    mask = (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF
    dotted = ".".join(str(mask >> shift & 255) for shift in (24, 16, 8, 0))
    lines = [f"interface GigabitEthernet0/{number}"]
    if vrf:
        lines.append(f" vrf forwarding {vrf}")
    lines.append(f" ip address {address} {dotted}")
    return "\n".join([*lines, *(f" {line}" for line in more), "!"])


def loopback(address: str, *more: str, number: int = 0, vrf: str = "") -> str:
    """Return a loopback interface with a host address."""
    lines = [f"interface Loopback{number}"]
    if vrf:
        lines.append(f" vrf forwarding {vrf}")
    return "\n".join([*lines, f" ip address {address} 255.255.255.255", *(f" {line}" for line in more), "!"])


def vrf(*names: str) -> str:
    """Return VRF definitions."""
    return "\n".join(f"vrf definition {name}\n address-family ipv4\n exit-address-family\n!" for name in names)
