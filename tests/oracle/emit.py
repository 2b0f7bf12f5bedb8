"""Writes the oracle's description as what an administrator would have typed: IOS and FortiOS text, cabling, policy.

Only ``show running-config`` syntax of the vendors' command references is used.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import yaml

from tests.oracle.net import (
    Entry,
    Firewall,
    Interface,
    Net,
    Network,
    OspfProcess,
    Redistribution,
    Router,
    Span,
    Static,
    dotted,
    mask,
)

if TYPE_CHECKING:
    from pathlib import Path


def write(network: Network, folder: Path) -> None:
    """Write a snapshot folder: ``configs/*.cfg``, ``layer1_topology.json``, ``policy.yml``."""
    configs = folder / "configs"
    configs.mkdir(parents=True, exist_ok=True)
    for name, box in network.devices.items():
        text = router(box) if isinstance(box, Router) else firewall(box)
        (configs / f"{name}.cfg").write_text(text, encoding="utf-8")
    (folder / "layer1_topology.json").write_text(json.dumps(topology(network), indent=1), encoding="utf-8")
    (folder / "policy.yml").write_text(yaml.safe_dump(policy(network), sort_keys=False), encoding="utf-8")


def topology(network: Network) -> dict[str, object]:
    """Return the cabling in Batfish's form."""
    return {
        "edges": [
            {
                "node1": {"hostname": one[0], "interfaceName": one[1]},
                "node2": {"hostname": other[0], "interfaceName": other[1]},
            }
            for one, other in network.cables
        ]
    }


def policy(network: Network) -> dict[str, object]:
    """Return the policy file's content: zones are VRFs."""
    flows = []
    for flow in network.flows:
        item: dict[str, object] = {
            "id": flow.id,
            "from": flow.source,
            "to": flow.target,
            "src": str(flow.src),
            "dst": str(flow.dst),
            "protocol": flow.protocol,
        }
        if flow.dport is not None:
            low, high = flow.dport
            item["dport"] = [low if low == high else f"{low}-{high}"]
        item |= {"basis": "N15", "owner": "oracle", "expires": "2030-03-31"}
        flows.append(item)
    return {"zones": {zone: {"members": [{"vrf": zone}]} for zone in network.zones}, "flows": flows}


def router(box: Router) -> str:
    """Return the IOS configuration of a router or switch."""
    lines = ["!", "version 17.9", f"hostname {box.name}", "!"]
    for vrf in box.vrfs.values():
        lines += [f"vrf definition {vrf.name}"]
        if vrf.rd:
            lines += [f" rd {vrf.rd}"]
        lines += [" !", " address-family ipv4"]
        lines += [f"  route-target export {target}" for target in sorted(vrf.exports)]
        lines += [f"  route-target import {target}" for target in sorted(vrf.imports)]
        lines += [
            f"  route-replicate from vrf {source} unicast {what}"
            for into, source, what in box.replicate
            if into == vrf.name
        ]
        lines += [" exit-address-family", "!"]
    if any(i.mode in ("svi", "access", "trunk") for i in box.interfaces.values()):
        lines += ["ip routing", "spanning-tree mode rapid-pvst", "!"]
    for vlan in sorted(box.vlans):
        if vlan != 1:
            lines += [f"vlan {vlan}", f" name V{vlan}", "!"]
    for interface in box.interfaces.values():
        lines += _interface(box, interface)
    for process in box.ospf:
        lines += _ospf(process, box.bgp.asn if box.bgp else 0)
    lines += _bgp(box)
    lines += [_static(static) for static in box.statics]
    for rule in box.nat:
        tail = f" vrf {rule.vrf}{' match-in-vrf' if rule.alone else ''}" if rule.vrf else ""
        lines.append(f"ip nat inside source static {dotted(rule.local)} {dotted(rule.outside)}{tail}")
    for name, rules in box.prefix_lists.items():
        for number, rule in enumerate(rules, 1):
            text = f"ip prefix-list {name} seq {5 * number} {'permit' if rule.permit else 'deny'} {rule.prefix}"
            if rule.ge != rule.prefix.length:
                text += f" ge {rule.ge}"
            if rule.le != rule.prefix.length and not (rule.le == 32 and rule.ge != rule.prefix.length):
                text += f" le {rule.le}"
            lines.append(text)
    for name, entries in box.acls.items():
        lines += [f"ip access-list extended {name}", *[f" {entry(item)}" for item in entries], "!"]
    lines += _policy_maps(box)
    lines += _redistribution_maps(box)
    lines += ["line vty 0 4", " login", "!", "end", ""]
    return "\n".join(lines)


def _interface(box: Router, own: Interface) -> list[str]:
    lines = [f"interface {own.name}"]
    routed_switch = own.mode == "routed" and any(i.mode in ("svi", "access", "trunk") for i in box.interfaces.values())
    if routed_switch:
        lines.append(" no switchport")
    match own.mode:
        case "sub":
            lines.append(f" encapsulation dot1Q {own.vlan}")
        case "access":
            lines += [f" switchport access vlan {own.vlan}", " switchport mode access"]
        case "trunk":
            if own.native != 1:
                lines.append(f" switchport trunk native vlan {own.native}")
            lines += [f" switchport trunk allowed vlan {spans(own.allowed)}", " switchport mode trunk"]
    if own.vrf:
        lines.append(f" vrf forwarding {own.vrf}")
    if own.address is not None:
        lines.append(f" ip address {dotted(own.address)} {dotted(mask(own.length))}")
        lines += [f" ip address {dotted(a)} {dotted(mask(n))} secondary" for a, n in own.secondary]
    elif own.mode == "routed":
        lines.append(" no ip address")
    if own.acl_in:
        lines.append(f" ip access-group {own.acl_in} in")
    if own.acl_out:
        lines.append(f" ip access-group {own.acl_out} out")
    if own.nat:
        lines.append(f" ip nat {own.nat}")
    if own.policy:
        lines.append(f" ip policy route-map {own.policy}")
    if own.address is not None and own.mode != "loopback":
        if own.cost != 1:
            lines.append(f" ip ospf cost {own.cost}")
        if own.point_to_point:
            lines.append(" ip ospf network point-to-point")
        if own.cost == 1:
            lines.append(" ip ospf cost 1")
    if own.hsrp is not None:
        group, address, priority = own.hsrp
        lines += [" standby version 2", f" standby {group} ip {dotted(address)}"]
        lines += [f" standby {group} priority {priority}"] if priority != 100 else []
        lines += [f" standby {group} preempt"]
    if own.shutdown:
        lines.append(" shutdown")
    return [*lines, "!"]


def spans(vlans: frozenset[int]) -> str:
    """Return a VLAN list as IOS prints it: ``10,20-22``; ``none`` when empty."""
    runs: list[list[int]] = []
    for vlan in sorted(vlans):
        if runs and vlan == runs[-1][-1] + 1:
            runs[-1].append(vlan)
        else:
            runs.append([vlan])
    return ",".join(f"{r[0]}" if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs) or "none"


def _wild(prefix: Net) -> str:
    return f"{dotted(prefix.value)} {dotted(~mask(prefix.length) & 0xFFFFFFFF)}"


def _ospf(process: OspfProcess, asn: int) -> list[str]:
    tail = f" vrf {process.vrf}" if process.vrf else ""
    lines = [f"router ospf {process.number}{tail}", f" router-id {dotted(process.router_id)}"]
    if process.vrf:
        lines.append(" capability vrf-lite")
    for area, alone in sorted(process.stub_areas.items()):
        lines.append(f" area {area} stub{' no-summary' if alone else ''}")
    for item in process.redistribute:
        source = f"bgp {asn}" if item.source == "bgp" else item.source
        how = f"subnets metric {item.metric} metric-type {item.kind}{_map(item)}"
        lines.append(f" redistribute {source} {how}")
    lines += [f" passive-interface {name}" for name in sorted(process.passive)]
    lines += [f" network {_wild(prefix)} area {area}" for prefix, area in process.networks]
    if process.default:
        always = " always" if process.default == "always" else ""
        lines.append(f" default-information originate{always} metric 10")
    return [*lines, "!"]


def _map(item: Redistribution) -> str:
    return f" route-map {item.prefixes}" if item.prefixes else ""


def _bgp(box: Router) -> list[str]:
    if box.bgp is None:
        return []
    lines = [f"router bgp {box.bgp.asn}", f" bgp router-id {dotted(box.bgp.router_id)}", " bgp log-neighbor-changes"]
    maps: list[str] = []
    for vrf, table in box.bgp.tables.items():
        indent = " "
        if vrf:
            lines += [" !", f" address-family ipv4 vrf {vrf}"]
            indent = "  "
        for prefix in table.networks:
            lines.append(f"{indent}network {dotted(prefix.value)} mask {dotted(mask(prefix.length))}")
        for item in table.redistribute:
            if item.source == "ospf":
                number = next(p.number for p in box.ospf if p.vrf == vrf)
                tail = " match internal external 1 external 2"
                lines.append(f"{indent}redistribute ospf {number}{tail}{_map(item)}")
            else:
                lines.append(f"{indent}redistribute {item.source}{_map(item)}")
        for peer in table.peers:
            who = f"{indent}neighbor {dotted(peer.address)}"
            lines += [f"{who} remote-as {peer.remote_as}"]
            lines += [f"{who} activate"] if vrf else []
            lines += [f"{who} next-hop-self"] if peer.next_hop_self else []
            lines += [f"{who} prefix-list {peer.filter_in} in"] if peer.filter_in else []
            lines += [f"{who} prefix-list {peer.filter_out} out"] if peer.filter_out else []
            if peer.local_preference is not None:
                name = f"LP{peer.local_preference}"
                lines.append(f"{who} route-map {name} in")
                maps += [f"route-map {name} permit 10", f" set local-preference {peer.local_preference}", "!"]
            if peer.prepend:
                name = f"PREPEND{peer.prepend}"
                lines.append(f"{who} route-map {name} out")
                prepend = " ".join([str(box.bgp.asn)] * peer.prepend)
                maps += [f"route-map {name} permit 10", f" set as-path prepend {prepend}", "!"]
        if vrf:
            lines.append(" exit-address-family")
    unique: list[str] = []
    for at in range(0, len(maps), 3):
        if maps[at] not in unique:
            unique += maps[at : at + 3]
    return [*lines, "!", *unique]


def _static(static: Static) -> str:
    words = ["ip route"]
    if static.vrf:
        words.append(f"vrf {static.vrf}")
    words += [dotted(static.prefix.value), dotted(mask(static.prefix.length))]
    if static.interface:
        words.append(static.interface)
    if static.next_hop is not None:
        words.append(dotted(static.next_hop))
    if static.in_global:
        words.append("global")
    if static.distance != 1:
        words.append(str(static.distance))
    return " ".join(words)


def entry(item: Entry) -> str:
    """Return one line of an extended access list."""
    words = ["permit" if item.permit else "deny", item.protocol, _address(item.src)]
    words += [_span(item.sport)] if item.sport else []
    words.append(_address(item.dst))
    words += [_span(item.dport)] if item.dport else []
    words += ["established"] if item.established else []
    return " ".join(words)


def _address(value: tuple[int, int]) -> str:
    address, wildcard = value
    if wildcard == 0xFFFFFFFF:
        return "any"
    return f"host {dotted(address)}" if not wildcard else f"{dotted(address)} {dotted(wildcard)}"


def _span(span: Span) -> str:
    return f"range {span.low} {span.high}" if span.op == "range" else f"{span.op} {span.low}"


def _policy_maps(box: Router) -> list[str]:
    lines = []
    for name, clauses in box.route_maps.items():
        for clause in sorted(clauses, key=lambda c: c.sequence):
            lines.append(f"route-map {name} {'permit' if clause.permit else 'deny'} {clause.sequence}")
            if clause.match is not None:
                lines.append(f" match ip address {clause.match}")
            if clause.permit:
                if clause.set_vrf is not None:
                    lines.append(f" set vrf {clause.set_vrf}")
                if clause.set_global:
                    lines.append(" set global")
                if clause.next_hop is not None:
                    lines.append(f" set ip next-hop {dotted(clause.next_hop)}")
                if clause.null:
                    lines.append(" set interface Null0")
            lines.append("!")
    return lines


def _redistribution_maps(box: Router) -> list[str]:
    names: set[str] = set()
    for process in box.ospf:
        names |= {item.prefixes for item in process.redistribute}
    if box.bgp:
        for table in box.bgp.tables.values():
            names |= {item.prefixes for item in table.redistribute}
    lines = []
    for name in sorted(names - {""}):
        lines += [f"route-map {name} permit 10", f" match ip address prefix-list {name}", "!"]
    return lines


# -- FortiOS -----------------------------------------------------------------------------------------------------


def _quoted(names: list[str]) -> str:
    return " ".join(f'"{name}"' for name in names)


def firewall(box: Firewall) -> str:
    """Return the FortiOS configuration of a FortiGate without VDOMs."""
    lines = ["#config-version=FGT60F-7.4.4-FW-build2662-240514:opmode=0:vdom=0:user=admin"]
    lines += ["config system global", f'    set hostname "{box.name}"', "end", "config system interface"]
    ports = {own.port for own in box.interfaces.values() if own.vlan}
    for port in sorted(ports):
        if port not in box.interfaces:
            lines += [f'    edit "{port}"', '        set vdom "root"', "        set type physical", "    next"]
    for name, own in box.interfaces.items():
        lines += [f'    edit "{name}"', '        set vdom "root"']
        lines.append(f"        set ip {dotted(own.address)} {dotted(mask(own.length))}")
        lines += ["        set status down"] if own.down else []
        if own.vlan:
            lines += [f'        set interface "{own.port}"', f"        set vlanid {own.vlan}"]
        else:
            lines.append("        set type physical")
        lines.append("    next")
    lines.append("end")
    if box.zones:
        lines.append("config system zone")
        for name, members in box.zones.items():
            lines += [f'    edit "{name}"', f"        set interface {_quoted(members)}", "    next"]
        lines.append("end")
    lines.append("config firewall address")
    for name, value in box.addresses.items():
        lines.append(f'    edit "{name}"')
        if isinstance(value, Net):
            lines.append(f"        set subnet {dotted(value.value)} {dotted(mask(value.length))}")
        else:
            lines += ["        set type iprange", f"        set start-ip {dotted(value[0])}"]
            lines.append(f"        set end-ip {dotted(value[1])}")
        lines.append("    next")
    lines.append("end")
    if box.groups:
        lines.append("config firewall addrgrp")
        for name, members in box.groups.items():
            lines += [f'    edit "{name}"', f"        set member {_quoted(members)}", "    next"]
        lines.append("end")
    lines.append("config firewall service custom")
    for service in box.services.values():
        lines.append(f'    edit "{service.name}"')
        if service.protocol is not None:
            lines += ["        set protocol IP", f"        set protocol-number {service.protocol}"]
        for word, ranges in (("tcp", service.tcp), ("udp", service.udp)):
            if ranges:
                tail = "" if service.source is None else f":{_range(service.source)}"
                lines.append(f"        set {word}-portrange " + " ".join(_range(r) + tail for r in ranges))
        lines.append("    next")
    lines.append("end")
    if box.vips:
        lines.append("config firewall vip")
        for vip in box.vips.values():
            lines += [f'    edit "{vip.name}"', f"        set extip {dotted(vip.outside)}"]
            lines += [
                f'        set mappedip "{dotted(vip.mapped)}"',
                f'        set extintf "{vip.interface}"',
                "    next",
            ]
        lines.append("end")
    lines.append("config firewall policy")
    for policy_ in box.policies:
        lines += [f"    edit {policy_.number}", f'        set name "p{policy_.number}"']
        lines += [f"        set srcintf {_quoted(policy_.src_interfaces)}"]
        lines += [f"        set dstintf {_quoted(policy_.dst_interfaces)}"]
        lines += ["        set action accept"] if policy_.accept else []
        lines += [f"        set srcaddr {_quoted(policy_.src)}", f"        set dstaddr {_quoted(policy_.dst)}"]
        lines += ["        set srcaddr-negate enable"] if policy_.negate_src else []
        lines += ["        set dstaddr-negate enable"] if policy_.negate_dst else []
        lines += ["        set service-negate enable"] if policy_.negate_service else []
        lines += ['        set schedule "always"', f"        set service {_quoted(policy_.services)}"]
        lines += ["        set nat enable"] if policy_.nat else []
        lines += ["        set status disable"] if policy_.disabled else []
        lines.append("    next")
    lines.append("end")
    lines.append("config router static")
    for number, (prefix, gateway, interface, distance) in enumerate(box.statics, 1):
        lines += [f"    edit {number}", f"        set dst {dotted(prefix.value)} {dotted(mask(prefix.length))}"]
        lines += [f"        set gateway {dotted(gateway)}"] if gateway is not None else []
        lines += [f"        set distance {distance}"] if distance != 10 else []
        lines += [f'        set device "{interface}"'] if interface else ["        set blackhole enable"]
        lines.append("    next")
    lines += ["end", ""]
    return "\n".join(lines)


def _range(span: tuple[int, int]) -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}"
