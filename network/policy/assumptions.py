"""What a verdict rests on beyond the lines: assumptions that it names, and layer-2 filters that no outage proof sees.

Separation takes every segment as one domain in which all frames pass, so nothing here can hide a leak. A declared flow
could still be stopped by isolation inside a segment: where that may concern a router, the proof is blocked.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from network.analysis.topology import bundle_of

if TYPE_CHECKING:
    from network.analysis.state import Segment, State
    from network.config.model import Device, Interface, Snapshot, VlanMap


def assumptions(snapshot: Snapshot, state: State) -> list[str]:
    """Return what is taken for granted, one sentence each, with the devices that it is about."""
    result = list(state.notes)
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, device in sorted(snapshot.devices.items()):
        if device.ha is not None and device.ha.mode not in {"", "standalone"}:
            pairs[device.ha.group, device.ha.mode].append(name)
        if any(interface.tunnel is not None and "ipsec" in interface.tunnel.mode for interface in _up(device)):
            result.append(f"{name}: IPsec tunnels come up (keys and proposals of the two ends are not compared)")
        if any(vlan.private for vlan in device.vlans.values()) or any(
            interface.switchport is not None and interface.switchport.protected for interface in _up(device)
        ):
            result.append(
                f"{name}: isolated ports are not taken as separated from each other (for a proof the safe side)"
            )
    for names in pairs.values():
        if len(names) > 1:
            links = sorted({port for one in names for port in _heartbeat(snapshot.devices[one])})
            result.append(
                f"{' and '.join(names)}: the heartbeat links ({', '.join(links) or 'none named'}) do not all fail "
                "while both units live; with both lost, both would forward (split brain)"
            )
    return list(dict.fromkeys(result))


def _heartbeat(device: Device) -> tuple[str, ...]:
    return device.ha.heartbeat if device.ha is not None else ()


def _up(device: Device) -> list[Interface]:
    return [interface for interface in device.interfaces.values() if not interface.shutdown]


def doubts(snapshot: Snapshot, state: State) -> list[str]:
    """Return why a declared flow might be stopped inside a segment although its routes are there."""
    return [*_isolated(snapshot), *_vlan_maps(snapshot, state)]


def _isolated(snapshot: Snapshot) -> list[str]:
    """Return isolated ports that lead to a router: its neighbours on other isolated ports would not reach it."""
    result = []
    bundles = {name: bundle_of(device) for name, device in snapshot.devices.items()}
    for cable in snapshot.cables or ():
        ends = (cable.node1, cable.interface1, cable.node2), (cable.node2, cable.interface2, cable.node1)
        for node, name, other in ends:
            device = snapshot.devices.get(node)
            if device is None or other not in snapshot.devices:
                continue
            port = device.interfaces.get(bundles[node].get(name, name)) or device.interfaces.get(name)
            switch = port.switchport if port is not None and not port.shutdown else None
            if port is None or switch is None:
                continue
            where = f"{port.source.file}:{port.source.line}: {node} {port.name} towards {other}"
            if switch.mode == "private-vlan" and switch.private_host is not None:
                result.append(
                    f"{where} is an isolated or community port of a private VLAN: what it reaches is not modelled"
                )
            elif switch.mode == "private-vlan" and switch.private_mapping is not None:
                primary, mapped = switch.private_mapping
                vlan = device.vlans.get(primary)
                missing = sorted(set(vlan.associated if vlan is not None else ()) - set(mapped))
                if missing:
                    result.append(f"{where}: the promiscuous port leaves out VLAN {', '.join(map(str, missing))}")
            elif switch.protected:
                result.append(f"{where} is a protected port: other protected ports of the switch do not reach it")
    return result


def _vlan_maps(snapshot: Snapshot, state: State) -> list[str]:
    """Return VLAN maps on switches that bridge frames to another device's interface: such a map may drop them."""
    result = []
    for name, device in snapshot.devices.items():
        for vlan_map in device.vlan_maps:
            if not _drops(vlan_map):
                continue
            for segment in state.topology.segments.values():
                here = vlan_map.vlans.intersection(segment.vlans.get(name, ()))
                if here and _bridges(segment, name):
                    source = vlan_map.entries[0][2] if vlan_map.entries else None
                    line = f"{source.file}:{source.line}: " if source is not None else ""
                    result.append(
                        f"{line}VLAN map {vlan_map.name} on {name} also filters what it bridges in VLAN "
                        f"{', '.join(map(str, sorted(here)))}; only what {name} routes is compared"
                    )
                    break
    return result


def _drops(vlan_map: VlanMap) -> bool:
    """Return whether a VLAN map may drop a frame: anything but a first entry that forwards all."""
    first = vlan_map.entries[:1]
    return not (first and not first[0][0] and first[0][1] == "forward")


def _bridges(segment: Segment, name: str) -> bool:
    return any(port.device != name for port in segment.ports)
