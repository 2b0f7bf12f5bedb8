"""A FortiOS tree turned into the vendor-neutral device, every name resolved.

Where an interface is reserved for the units' own management (``ha-mgmt-interfaces``) it lives in a VDOM of its own, as on
the appliance, so that no packet is forwarded through it.
"""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from bunri.messages import Where, error
from network.config.cisco_ios.common import ip, mask_length, net, number
from network.config.cisco_ios.filters import range_wilds
from network.config.fortios import tables
from network.config.fortios.services import OTHERS, PORTS
from network.config.model import (
    Address,
    Device,
    Firewall,
    FirewallPolicy,
    HighAvailability,
    Interface,
    Match,
    PolicyRoute,
    Ports,
    Prefix,
    Source,
    StaticRoute,
    Switchport,
    Tunnel,
    Unmodelled,
    Vip,
    Vrf,
    Wild,
)

if TYPE_CHECKING:
    from network.config.fortios.tree import Node

MANAGEMENT_VDOM = "vsys_hamgmt"
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 - what FortiOS shows for "none"
_HOST = 0xFFFFFFFF
_ALL6 = (1 << 128) - 1
_KINDS: dict[str, Literal["physical", "subinterface", "svi", "loopback", "tunnel", "port-channel", "other"]] = {
    "physical": "physical",
    "vlan": "subinterface",
    "loopback": "loopback",
    "tunnel": "tunnel",
    "aggregate": "port-channel",
    "redundant": "port-channel",
}


class Place(NamedTuple):
    """The addresses of one name: exact ones, and whether there may be more that cannot be known here."""

    wilds: tuple[Wild, ...]
    any: bool = False
    inexact: bool = False
    vip: bool = False


class Service(NamedTuple):
    """One alternative of a service: fields of a match."""

    fields: tuple[tuple[str, Any], ...]


class Builder:
    """Walks the tree once per VDOM and fills the device."""

    def __init__(self, device: Device) -> None:
        self.d = device
        self.file = device.file
        self.vdom = "root"
        self.store: dict[str, dict[str, dict[str, Node]]] = {}
        self.policies: list[FirewallPolicy] = []
        self.vips: dict[str, Vip] = {}
        self.policy_routes: list[PolicyRoute] = []
        self.zones: dict[str, tuple[str, ...]] = {}
        self.intrazone: set[str] = set()
        self.links: list[tuple[str, str, Source]] = []
        self.snat: list[Source] = []
        self.central_nat = False
        self.asymmetric = False
        self.modelled: set[int] = set()
        self.other: set[int] = set()

    # -- accounting ------------------------------------------------------------------------------------------------

    def block(self, source: Source, scope: str, context: tuple[str, ...] = ()) -> None:
        """Class a line as unmodelled."""
        if source.line in self.other:
            return
        self.modelled.discard(source.line)
        self.other.add(source.line)
        self.d.unmodelled.append(Unmodelled(source, scope, context))

    def ignore(self, source: Source, reason: str) -> None:
        """Class a line as known-irrelevant."""
        if source.line in self.other or source.line in self.modelled:
            return
        self.other.add(source.line)
        self.d.irrelevant.append((source, reason))

    def _line(self, number_: int) -> Source:
        return Source(self.file, number_, "")

    def _ignore_all(self, node: Node, reason: str, context: tuple[str, ...]) -> None:
        """Class a whole table as irrelevant, except what is no FortiOS command at all."""
        for number_ in node.structure:
            self.ignore(node.source if number_ == node.source.line else self._line(number_), reason)
        for setting in (*node.sets.values(), *node.overridden):
            for number_ in setting.lines:
                self.ignore(setting.source if number_ == setting.source.line else self._line(number_), reason)
        for key, setting in node.sets.items():
            self.d.statements[(*context, f"set {key} {' '.join(setting.values)}" if "<masked>" not in setting.source.text
                               else setting.source.text)] = setting.source  # fmt: skip
        for _, source in node.unset:
            self.ignore(source, reason)
        for source in node.stray:
            self.block(source, "", context)
        for child in node.children:
            label = f"edit {child.name}" if child.edit else f"config {child.name}"
            self._ignore_all(child, reason, (*context, label))

    def _block_all(self, node: Node, context: tuple[str, ...], scope: str) -> None:
        """Class a whole table as unmodelled; its ``edit``, ``next`` and ``end`` lines are structure."""
        self.block(node.source, scope, context)
        for number_ in node.structure:
            if number_ != node.source.line:
                self.ignore(self._line(number_), "structure of a table that is named as unmodelled")
        for setting in (*node.sets.values(), *node.overridden):
            for number_ in setting.lines:
                self.block(setting.source if number_ == setting.source.line else self._line(number_), scope, context)
        for _, source in node.unset:
            self.block(source, scope, context)
        for source in node.stray:
            self.block(source, scope, context)
        for child in node.children:
            self._block_all(child, (*context, child.name), scope)

    def _account(self, node: Node, table: str, context: tuple[str, ...], scope: str) -> None:
        """Class the lines of a table (or entry) that is read, key by key."""
        read, harmless = tables.KEYS[table]
        known, known_stars = tables.compile_keys(read)
        free, free_stars = tables.compile_keys(harmless)
        self.modelled.update(number_ for number_ in node.structure if number_ not in self.other)
        for key, setting in node.sets.items():
            if key in known or read == "*" or (known_stars and key.startswith(known_stars)):
                self.modelled.update(setting.lines)
                self.d.statements[(*context, f"set {key} {' '.join(setting.values)}")] = setting.source
            elif key in free or (free_stars and key.startswith(free_stars)):
                for number_ in setting.lines:
                    self.ignore(
                        setting.source if number_ == setting.source.line else self._line(number_),
                        "does not choose where a packet goes",
                    )
                text = (
                    f"set {key} {' '.join(setting.values)}"
                    if "<masked>" not in setting.source.text
                    else setting.source.text
                )
                self.d.statements[(*context, text)] = setting.source
            else:
                for number_ in setting.lines:
                    self.block(
                        setting.source if number_ == setting.source.line else self._line(number_), scope, context
                    )
        for old in node.overridden:
            for number_ in old.lines:
                self.ignore(
                    old.source if number_ == old.source.line else self._line(number_), "a later line sets the same key"
                )
        for key, source in node.unset:
            if key in known or key in free or read == "*" or key.startswith((*known_stars, *free_stars) or ("\0",)):
                self.ignore(source, "back to the default")
            else:
                self.block(source, scope, context)
        for source in node.stray:
            self.block(source, scope, context)

    # -- walking ---------------------------------------------------------------------------------------------------

    def build(self, root: Node) -> None:
        """Fill the device from the whole file."""
        scopes: list[tuple[str, list[Node]]] = []
        for source in root.stray:
            self.block(source, "")
        plain: list[Node] = []
        for node in root.children:
            if node.name == "vdom" and not node.edit:
                self.modelled.update(node.structure)
                for source in node.stray:
                    self.block(source, "")
                for setting in node.sets.values():
                    self.block(setting.source, "")
                for entry in node.children:
                    self.modelled.update(entry.structure)
                    for setting in entry.sets.values():
                        self.block(setting.source, f"vdom {entry.name}")
                    for source in entry.stray:
                        self.block(source, f"vdom {entry.name}")
                    scopes.append((entry.name, entry.children))
            elif node.name == "global" and not node.edit:
                self.modelled.update(node.structure)
                for source in node.stray:
                    self.block(source, "")
                plain.extend(node.children)
            else:
                plain.append(node)
        scopes.insert(0, ("", plain))
        for vdom, nodes in scopes:
            for node in nodes:
                self._collect(vdom or "root", node)
        self._system()
        names = list(
            dict.fromkeys([*(vdom or "root" for vdom, _ in scopes), *(i.vdom for i in self.d.interfaces.values())])
        )
        for vdom in names:
            self.vdom = vdom
            self.d.vrfs[vdom] = Vrf(vdom)
            self._zones()
        for vdom in names:
            self.vdom = vdom
            self._objects()
            self._vips()
            self._routes()
            self._policies()
        self.d.firewall = Firewall(
            tuple(self.policies), self.vips, tuple(self.policy_routes), self.zones, frozenset(self.intrazone),
            tuple(self.links), self.central_nat, tuple(self.snat), True, self.asymmetric,
        )  # fmt: skip
        self.d.modelled_lines = sorted(self.modelled - self.other)

    def _collect(self, vdom: str, node: Node) -> None:
        """Put a table where it is read from, or class it as a whole."""
        path = node.name
        context = (f"config {path}",)
        if path in tables.KEYS:
            entries = self.store.setdefault(vdom, {}).setdefault(path, {})
            self._account(node, path, context, "")
            if path in {"system global", "system settings", "system ha"}:
                entries[""] = node
                for child in node.children:
                    self._nested(child, path, context)
                return
            for entry in node.children:
                if not entry.edit:
                    self._block_all(entry, context, "")
                    continue
                entries[entry.name] = entry
                scope = _scope(path, entry.name)
                self._account(entry, path, (*context, f"edit {entry.name}"), scope)
                for child in entry.children:
                    self._nested(child, path, (*context, f"edit {entry.name}"), scope)
            return
        why = tables.irrelevant(path)
        if why is not None:
            self._ignore_all(node, why, context)
            return
        active = tables.PROCESSES.get(path)
        if active is not None and not any(child.name in active and child.children for child in node.children):
            self._ignore_all(node, "a routing process without a network or neighbour", context)
            return
        self._block_all(node, context, "")

    def _nested(self, child: Node, path: str, context: tuple[str, ...], scope: str = "") -> None:
        table = f"{path}/{child.name}"
        label = (*context, f"config {child.name}")
        if table in tables.KEYS:
            self._account(child, table, label, scope)
            for entry in child.children:
                if entry.edit:
                    self._account(entry, table, (*label, f"edit {entry.name}"), scope)
                    for inner in entry.children:
                        self._block_all(inner, label, scope)
                else:
                    self._block_all(entry, label, scope)
        elif path == "system interface" and child.name in {"client-options", "l2tp-client-settings", "vrrp", "egress-queues",
                                                             "mirroring-filter", "tagging", "dhcp-snooping-server-list"}:  # fmt: skip
            if child.name == "vrrp" and child.children:
                self._block_all(child, label, scope)
            else:
                self._ignore_all(child, "does not choose where a packet goes", label)
        elif (
            path.startswith("firewall")
            and child.name in {"tagging", "pingserver", "realservers"}
            and not child.children
        ):
            self._ignore_all(child, "empty", label)
        elif child.name == "tagging":
            self._ignore_all(child, "a label", label)
        else:
            self._block_all(child, label, scope)

    def _table(self, path: str) -> dict[str, Node]:
        return self.store.get(self.vdom, {}).get(path, {})

    # -- system ----------------------------------------------------------------------------------------------------

    def _system(self) -> None:
        reserved: dict[str, Source] = {}
        for vdom, store in self.store.items():
            node = store.get("system global", {}).get("")
            if node is not None:
                self.d.hostname = node.first("hostname") or self.d.hostname
            settings = store.get("system settings", {}).get("")
            if settings is not None:
                self._settings(vdom, settings)
            ha = store.get("system ha", {}).get("")
            if ha is not None:
                reserved.update(self._ha(ha))
        for vdom, store in self.store.items():
            for name, node in store.get("system vdom-link", {}).items():
                self.links.append((f"{name}0", f"{name}1", node.source))
            for name, node in store.get("system interface", {}).items():
                self._interface(name, node, vdom, reserved)

    def _settings(self, vdom: str, node: Node) -> None:
        if node.first("central-nat") == "enable":
            self.central_nat = True
        if "enable" in {node.first(key) for key in ("asymroute", "asymroute6", "asymroute-icmp", "asymroute6-icmp")}:
            self.asymmetric = True
        for key, usual in (
            ("opmode", "nat"),
            ("ngfw-mode", "profile-based"),
            ("sip-expectation", "disable"),
            ("status", "enable"),
        ):
            if node.first(key, usual) != usual:
                self.block(node.at(key), f"vdom {vdom}")
        if node.first("vdom-type", "traffic") not in {"traffic", "admin"}:
            self.block(node.at("vdom-type"), f"vdom {vdom}")

    def _ha(self, node: Node) -> dict[str, Source]:
        mode = node.first("mode", "standalone")
        reserved = {
            entry.first("interface"): entry.at("interface")
            for entry in node.table("ha-mgmt-interfaces")
            if node.first("ha-mgmt-status") == "enable"
        }
        if mode == "standalone":
            return reserved
        if mode != "a-p":
            self.block(node.at("mode"), "")
        self.d.ha = HighAvailability(
            node.first("group-name") or node.first("group-id", "0"),
            mode,
            _int(node.first("priority"), 128),
            node.first("override", "disable") == "enable",
            tuple(node.all("monitor")),
            node.source,
            tuple(word for word in node.all("hbdev") if not word.isdigit()),
        )
        return reserved

    def _interface(self, name: str, node: Node, vdom: str, reserved: dict[str, Source]) -> None:
        home = node.first("vdom", vdom)
        if name in reserved:
            home = MANAGEMENT_VDOM
        kind_text = node.first("type", "vlan" if node.sets.get("vlanid") else "physical")
        scope = f"interface {name}"
        addresses: list[Address] = []
        sources: list[Source] = []
        text = node.all("ip")
        if text and text[0] != _NO_ADDRESS:
            self._add_address(addresses, sources, text, node.at("ip"), False, scope)
        if node.first("secondary-IP") == "enable":
            for entry in node.table("secondaryip"):
                self._add_address(addresses, sources, entry.all("ip"), entry.at("ip"), True, scope)
        if _int(node.first("min-links", "1"), 2) > 1:
            self.block(node.at("min-links"), scope)  # the bundle goes down before its last member
        ipv6 = False
        for child in node.children:
            if child.name == "ipv6":
                mode6 = child.first("ip6-mode", "static")
                value = child.first("ip6-address", "::/0")
                if mode6 != "static":
                    self.block(child.at("ip6-mode"), scope)
                if value != "::/0":
                    ipv6 = True
                    try:
                        found = ipaddress.IPv6Interface(value)
                    except ValueError:
                        self.block(child.at("ip6-address"), scope)
                        continue
                    addresses.append(Address(int(found.ip), found.network.prefixlen, False, 6))
                    sources.append(child.at("ip6-address"))
        mode = node.first("mode", "static")
        if mode == "pppoe":
            self.block(node.at("mode"), scope)
        if node.first("vrf", "0") != "0":
            self.block(node.at("vrf"), scope)
        kind = _KINDS.get(kind_text, "other")
        if kind_text not in {
            *_KINDS,
            "vdom-link",
            "hard-switch",
            "switch",
            "vap-switch",
            "wl-mesh",
            "hdlc",
            "emac-vlan",
            "geneve",
        } or (kind_text in {"emac-vlan", "geneve", "vap-switch", "wl-mesh"}):
            self.block(node.at("type"), scope)
        if node.first("vlan-protocol", "8021q") != "8021q":
            self.block(node.at("vlan-protocol"), scope)
        vlan: int | None = None
        if node.sets.get("vlanid"):
            try:
                vlan = number(node.first("vlanid"), 1, 4094)
            except ValueError:
                self.block(node.at("vlanid"), scope)
        members = tuple(node.all("member"))
        self.d.interfaces[name] = Interface(
            name,
            kind,
            node.source,
            description=node.first("description") or node.first("alias"),
            shutdown=node.first("status", "up") == "down",
            vrf=home,
            vrf_source=reserved.get(name) or node.at("vdom"),
            addresses=tuple(addresses),
            address_sources=tuple(sources),
            ipv6_enabled=ipv6,
            dhcp_client=mode == "dhcp",
            vlan=vlan,
            parent=node.first("interface") if kind == "subinterface" else "",
            members=members,
            vdom=home,
            role="management" if name in reserved or node.first("dedicated-to") == "management" else node.first("role"),
            tunnel=Tunnel(node.first("interface"), "", mode="ipsec") if kind == "tunnel" else None,
            switchport=Switchport() if kind_text in {"hard-switch", "switch"} else None,
        )

    def _add_address(
        self, into: list[Address], sources: list[Source], text: list[str], source: Source, secondary: bool, scope: str
    ) -> None:
        try:
            if len(text) == 1 and "/" in text[0]:
                address, _, size = text[0].partition("/")
                into.append(Address(ip(address), number(size, 0, 32), secondary))
            else:
                into.append(Address(ip(text[0]), mask_length(text[1]), secondary))
        except (ValueError, IndexError):
            self.block(source, scope)
            return
        sources.append(source)

    def _zones(self) -> None:
        for name, node in self._table("system zone").items():
            self.zones[name] = tuple(node.all("interface"))
            if node.first("intrazone", "deny") == "allow":
                self.intrazone.add(name)

    # -- objects ---------------------------------------------------------------------------------------------------

    def _objects(self) -> None:
        self.places: dict[str, Place] = {}
        self.services: dict[str, tuple[Service, ...] | None] = {}

    def place(self, name: str, six: bool = False, seen: tuple[str, ...] = ()) -> Place | None:
        """Return the addresses of an address, a group or a VIP; ``None`` if there is no such name."""
        key = ("6:" if six else "4:") + name
        if key in self.places:
            return self.places[key]
        suffix = "6" if six else ""
        found: Place | None = None
        node = self._table(f"firewall address{suffix}").get(name)
        if node is not None:
            found = self._address6(node) if six else self._address(node)
        else:
            group = self._table(f"firewall addrgrp{suffix}").get(name)
            if group is not None:
                if name in seen:
                    raise error("CFG006", Where(self.file, group.source.line, self.d.hostname), name=name)
                found = self._group(group, six, (*seen, name))
            elif name == "all":
                found = Place((), any=True)
            elif name == "none":
                found = Place(())
        if found is not None:
            self.places[key] = found
        return found

    def _group(self, group: Node, six: bool, seen: tuple[str, ...]) -> Place:
        wilds: list[Wild] = []
        any_ = inexact = False
        for member in group.all("member"):
            inner = self.place(member, six, seen)
            if inner is None:
                self.block(group.at("member"), f"address {group.name}")
                inexact = True
                continue
            wilds.extend(inner.wilds)
            any_ |= inner.any
            inexact |= inner.inexact
        if group.first("exclude") == "enable":
            return Place((), inexact=True)
        return Place(tuple(wilds), any_, inexact)

    def _address(self, node: Node) -> Place:
        kind = node.first("type", "ipmask")
        try:
            if kind == "ipmask" or (kind == "interface-subnet" and node.all("subnet")):
                values = node.all("subnet") or [_NO_ADDRESS, _NO_ADDRESS]
                if len(values) == 1:
                    address, _, size = values[0].partition("/")
                    length = number(size, 0, 32)
                else:
                    address, length = values[0], mask_length(values[1])
                care = net(length)
                return Place((), any=True) if not length else Place((Wild(ip(address) & care, care),))
            if kind == "iprange":
                low, high = ip(node.first("start-ip")), ip(node.first("end-ip"))
                return Place(tuple(range_wilds(low, high)))
            if kind == "wildcard":
                value, care = ip(node.all("wildcard")[0]), ip(node.all("wildcard")[1])
                return Place((Wild(value & care, care),))
        except (ValueError, IndexError):
            self.block(node.at("subnet"), f"address {node.name}")
        return Place((), inexact=True)

    def _address6(self, node: Node) -> Place:
        kind = node.first("type", "ipprefix")
        try:
            if kind == "ipprefix":
                network = ipaddress.IPv6Network(node.first("ip6", "::/0"), strict=False)
                care = _ALL6 << (128 - network.prefixlen) & _ALL6
                return (
                    Place((), any=True) if not network.prefixlen else Place((Wild(int(network.network_address), care),))
                )
        except ValueError:
            self.block(node.at("ip6"), f"address {node.name}")
        return Place((), inexact=True)

    def service(self, name: str, seen: tuple[str, ...] = ()) -> tuple[Service, ...] | None:
        """Return the alternatives of a service or service group; ``None`` if there is no such name."""
        if name in self.services:
            return self.services[name]
        node = self._table("firewall service custom").get(name)
        found: tuple[Service, ...] | None = None
        if node is not None:
            found = self._service(node)
        else:
            group = self._table("firewall service group").get(name)
            if group is not None:
                if name in seen:
                    raise error("CFG006", Where(self.file, group.source.line, self.d.hostname), name=name)
                items: list[Service] = []
                for member in group.all("member"):
                    inner = self.service(member, (*seen, name))
                    if inner is None:
                        self.block(group.at("member"), f"service {name}")
                        items.append(_svc(inexact=True))
                    else:
                        items.extend(inner)
                found = tuple(items)
            elif name == "ALL":
                found = (_svc(),)
            elif name == "NONE":
                found = ()
            elif name in PORTS:
                tcp, udp = PORTS[name]
                found = (*_ports(6, tcp.split()), *_ports(17, udp.split()))
            elif name in OTHERS:
                protocol, kind = OTHERS[name]
                found = (_svc(protocols=(protocol,), **({"icmp": ((kind, None),)} if kind is not None else {})),)
        if found is not None:
            self.services[name] = found
        return found

    def _service(self, node: Node) -> tuple[Service, ...]:
        protocol = node.first("protocol", "TCP/UDP/SCTP")
        extra: dict[str, Any] = {}
        if (
            node.sets.get("fqdn")
            or (node.first("iprange", _NO_ADDRESS) != _NO_ADDRESS)
            or node.first("app-service-type", "disable") != "disable"
        ):
            extra["inexact"] = True
        if node.first("proxy", "disable") == "enable":
            return (_svc(inexact=True),)
        try:
            if protocol == "IP":
                value = _int(node.first("protocol-number"), 0)
                return (_svc(protocols=(value,) if value else (), **extra),)
            if protocol in {"ICMP", "ICMP6"}:
                fields: dict[str, Any] = {"protocols": (1 if protocol == "ICMP" else 58,)}
                if node.first("icmptype"):
                    code = number(node.first("icmpcode"), 0, 255) if node.first("icmpcode") else None
                    fields["icmp"] = ((number(node.first("icmptype"), 0, 255), code),)
                return (_svc(**fields, **extra),)
            if protocol in {"TCP/UDP/SCTP", "TCP/UDP/UDP-Lite/SCTP"}:
                items: list[Service] = []
                for key, value in (
                    ("tcp-portrange", 6),
                    ("udp-portrange", 17),
                    ("sctp-portrange", 132),
                    ("udplite-portrange", 136),
                ):
                    items.extend(_ports(value, node.all(key), extra))
                return tuple(items)
            if protocol == "ALL":
                return (_svc(**extra),)
        except (ValueError, IndexError):
            pass
        self.block(node.source, f"service {node.name}")
        return (_svc(inexact=True),)

    # -- translation -------------------------------------------------------------------------------------------------

    def _vips(self) -> None:
        for name, node in self._table("firewall vip").items():
            scope = f"vip {name}"
            if node.first("status", "enable") == "disable":
                continue
            if node.first("type", "static-nat") != "static-nat" or any(
                node.all(key) for key in ("src-filter", "srcintf-filter", "service", "extaddr", "mapped-addr", "nat46")
            ):
                self.block(node.source, scope)
            try:
                external = _range(node.first("extip"))
                mapped = _range(node.first("mappedip"))
                forward = node.first("portforward") == "enable"
                protocol = (
                    {"tcp": 6, "udp": 17, "sctp": 132, "icmp": 1}[node.first("protocol", "tcp")] if forward else None
                )
                ports = _port_range(node.first("extport")) if forward and node.first("extport") else None
                inside = _port_range(node.first("mappedport") or node.first("extport")) if ports else None
            except (ValueError, KeyError, IndexError):
                self.block(node.source, scope)
                continue
            self.vips[name] = Vip(
                name, node.first("extintf", "any"), external, mapped, node.source, protocol, ports, inside
            )
        for source_node in self._table("firewall central-snat-map").values():
            self.snat.append(source_node.source)
            if self.central_nat:
                self.block(source_node.source, "nat")

    def _vip_names(self, name: str) -> list[str] | None:
        if name in self.vips:
            return [name]
        group = self._table("firewall vipgrp").get(name)
        return [member for member in group.all("member") if member in self.vips] if group is not None else None

    # -- routes --------------------------------------------------------------------------------------------------------

    def _routes(self) -> None:
        for six in (False, True):
            for name, node in self._table("router static6" if six else "router static").items():
                self._static(name, node, six)
        for node in self._table("router policy").values():
            self._policy_route(node)

    def _static(self, name: str, node: Node, six: bool) -> None:
        scope = f"route {name}"
        if node.first("status", "enable") == "disable":
            return
        for key in (
            "internet-service",
            "internet-service-custom",
            "sdwan-zone",
            "virtual-wan-link",
            "sdwan",
            "dynamic-gateway",
            "vrf",
            "src",
        ):
            if node.first(key, "disable") not in {"disable", "0", _NO_ADDRESS}:
                self.block(node.at(key), scope)
                return
        prefixes: list[Prefix] = []
        try:
            if node.first("dstaddr"):
                found = self.place(node.first("dstaddr"), six)
                if found is None or found.inexact:
                    self.block(node.at("dstaddr"), scope)
                    return
                prefixes = (
                    [Prefix(0, 0, 6 if six else 4)] if found.any else [_as_prefix(wild, six) for wild in found.wilds]
                )
            elif six:
                network = ipaddress.IPv6Network(node.first("dst", "::/0"), strict=False)
                prefixes = [Prefix(int(network.network_address), network.prefixlen, 6)]
            else:
                values = node.all("dst") or [_NO_ADDRESS, _NO_ADDRESS]
                length = mask_length(values[1]) if len(values) > 1 else number(values[0].partition("/")[2], 0, 32)
                prefixes = [Prefix(ip(values[0].partition("/")[0]) & net(length), length)]
            gateway = node.first("gateway")
            hop: int | None = None
            if gateway and gateway not in {_NO_ADDRESS, "::"}:
                hop = int(ipaddress.IPv6Address(gateway)) if six else ip(gateway)
            distance = number(node.first("distance", "10"), 1, 255)
        except (ValueError, IndexError):
            self.block(node.source, scope)
            return
        discard = node.first("blackhole") == "enable"
        for prefix in prefixes:
            self.d.static_routes.append(
                StaticRoute(
                    self.vdom, prefix, None if discard else hop, "" if discard else node.first("device"), self.vdom, distance,
                    node.source, discard=discard, priority=_int(node.first("priority"), 1),
                )
            )  # fmt: skip

    def _policy_route(self, node: Node) -> None:
        scope = f"policy route {node.name}"
        if node.first("status", "enable") == "disable":
            return
        fields: dict[str, Any] = {}
        if any(
            node.all(key)
            for key in (
                "internet-service-id",
                "internet-service-custom",
                "internet-service-fortiguard",
                "users",
                "groups",
            )
        ):
            fields["inexact"] = True
        if node.first("tos-mask", "0x00") not in {"0x00", "0"}:
            fields["inexact"] = True
        if node.first("input-device-negate", "disable") == "enable":
            self.block(node.at("input-device-negate"), scope)
        try:
            for side in ("src", "dst"):
                wilds: list[Wild] = []
                any_ = not node.all(side) and not node.all(f"{side}addr")
                for text in node.all(side):
                    address, _, mask = text.partition("/")
                    length = number(mask, 0, 32) if mask.isdigit() else mask_length(mask)
                    any_ |= length == 0
                    wilds.append(Wild(ip(address) & net(length), net(length)))
                for name in node.all(f"{side}addr"):
                    found = self.place(name)
                    if found is None or found.inexact:
                        fields["inexact"] = any_ = True
                    else:
                        any_ |= found.any
                        wilds.extend(found.wilds)
                fields[side] = () if any_ else tuple(wilds)
                if node.first(f"{side}-negate", "disable") == "enable":
                    fields[f"negate_{side}"] = True
            protocol = _int(node.first("protocol"), 0)
            if protocol:
                fields["protocols"] = (protocol,)
            if protocol in {6, 17, 132}:
                for key, low, high in (
                    ("dport", "start-port", "end-port"),
                    ("sport", "start-source-port", "end-source-port"),
                ):
                    a, b = _int(node.first(low), 0), _int(node.first(high), 65535)
                    if (a, b) not in {(0, 65535), (1, 65535)}:
                        fields[key] = (Ports(a, b),)
            gateway = node.first("gateway")
            hop = ip(gateway) if gateway and gateway != _NO_ADDRESS else None
        except (ValueError, IndexError):
            self.block(node.source, scope)
            return
        self.policy_routes.append(
            PolicyRoute(
                self.vdom, tuple(node.all("input-device")), Match(**fields),
                "deny" if node.first("action") == "deny" else "permit", node.first("output-device"), hop, node.source,
            )
        )  # fmt: skip

    # -- policies ------------------------------------------------------------------------------------------------------

    def _expand(self, names: list[str]) -> tuple[str, ...]:
        found: list[str] = []
        for name in names:
            found.extend(self.zones.get(name, (name,)))
        return tuple(found)

    def _policies(self) -> None:
        for node in self._table("firewall policy").values():
            self._policy(node)

    def _policy(self, node: Node) -> None:
        scope = f"policy {node.name}"
        action_text = node.first("action", "deny")
        enabled = node.first("status", "enable") == "enable"
        schedule = node.first("schedule", "always")
        common: dict[str, Any] = {}
        if schedule == "none":
            enabled = False
        elif schedule != "always":
            common["sometimes"] = True
            tables_ = ("onetime", "recurring", "group")
            if enabled and not any(schedule in self._table(f"firewall schedule {kind}") for kind in tables_):
                self.block(node.at("schedule"), scope)
        if node.first("policy-expiry") == "enable":
            common["sometimes"] = True
        if action_text not in {"accept", "deny"}:
            if enabled:
                self.block(node.at("action"), scope)
            action_text = "accept"
        inexact_keys = (
            "groups", "users", "fsso-groups", "internet-service-name", "internet-service-id", "internet-service-custom",
            "internet-service-group", "internet-service-src-name", "internet-service-src-id", "src-vendor-mac", "ztna-ems-tag",
            "internet-service-src-custom", "internet-service-src-group", "ztna-geo-tag", "network-service-dynamic",
        )  # fmt: skip
        if any(node.all(key) for key in inexact_keys) or node.first("reputation-minimum", "0") != "0":
            common["inexact"] = True
        if node.first("sgt-check", "disable") == "enable":
            common["inexact"] = True
        for key in ("natinbound", "natoutbound", "rtp-nat", "nat46", "nat64", "tcp-session-without-syn", "geoip-match"):
            usual = {"tcp-session-without-syn": "disable", "geoip-match": "physical-location"}.get(key, "disable")
            if node.first(key, usual) != usual and enabled:
                self.block(node.at(key), scope)
        vips: list[str] = []
        for family in (4, 6):
            suffix = "6" if family == 6 else ""
            if family == 6 and not (node.all("srcaddr6") or node.all("dstaddr6")):
                continue
            if (
                family == 4
                and not (node.all("srcaddr") or node.all("dstaddr") or common.get("inexact"))
                and node.all("srcaddr6")
            ):
                continue
            matches = self._matches(node, suffix, common, vips if family == 4 else [], scope, enabled)
            pools = self._pools(node, scope) if family == 4 else ()
            lines = tuple(
                node.sets[key].source
                for key in (
                    "srcintf",
                    "dstintf",
                    f"srcaddr{suffix}",
                    f"dstaddr{suffix}",
                    "service",
                    "schedule",
                    "action",
                )
                if key in node.sets
            )
            self.policies.append(
                FirewallPolicy(
                    node.name, node.first("name"), self.vdom, self._expand(node.all("srcintf")), self._expand(node.all("dstintf")),
                    matches, "permit" if action_text == "accept" else "deny", enabled, node.source,
                    node.first("nat") == "enable", pools, tuple(vips) if family == 4 else (), schedule, lines,
                    family, node.first("match-vip", "enable" if action_text == "deny" else "disable") == "enable",
                )
            )  # fmt: skip

    def _pools(self, node: Node, scope: str) -> tuple[tuple[int, int], ...]:
        if node.first("ippool") != "enable":
            return ()
        found: list[tuple[int, int]] = []
        for name in node.all("poolname"):
            pool = self._table("firewall ippool").get(name)
            try:
                if pool is None:
                    self.block(node.at("poolname"), scope)
                    continue
                found.append((ip(pool.first("startip")), ip(pool.first("endip"))))
            except ValueError:
                self.block(node.at("poolname"), scope)
        return tuple(found)

    def _side(self, node: Node, side: str, suffix: str, vips: list[str], scope: str, enabled: bool) -> list[Place]:
        """Return a side's addresses: at most one exact place, one of virtual addresses, and one that cannot be known."""
        six = suffix == "6"
        negated = node.first(f"{side}addr{suffix}-negate", "disable") == "enable"
        wilds: list[Wild] = []
        virtual: list[Wild] = []
        any_ = inexact = False
        key = f"{side}addr{suffix}"
        service = node.first("internet-service" if side == "dst" else "internet-service-src") == "enable"
        for name in node.all(key):
            names = self._vip_names(name) if side == "dst" and not six else None
            if names is not None:
                for vip_name in names:
                    vip = self.vips[vip_name]
                    vips.append(vip_name)
                    # A negated list is one set: its complement cannot be split into alternatives.
                    (wilds if negated else virtual).extend(range_wilds(*vip.mapped))
                continue
            found = self.place(name, six)
            if found is None:
                if enabled:
                    self.block(node.at(key), scope)
                inexact = True
                continue
            wilds.extend(found.wilds)
            any_ |= found.any
            inexact |= found.inexact
        if service:
            inexact = True
        if any_:
            return [Place((), any=True)]
        places: list[Place] = []
        if wilds:
            places.append(Place(tuple(wilds)))
        if virtual:
            places.append(Place(tuple(virtual), vip=True))
        if inexact:
            places.append(Place((), any=True, inexact=True))
        return places

    def _matches(
        self, node: Node, suffix: str, common: dict[str, Any], vips: list[str], scope: str, enabled: bool
    ) -> tuple[Match, ...]:
        sources = self._side(node, "src", suffix, [], scope, enabled)
        destinations = self._side(node, "dst", suffix, vips, scope, enabled)
        negate = {
            "negate_src": node.first(f"srcaddr{suffix}-negate", "disable") == "enable",
            "negate_dst": node.first(f"dstaddr{suffix}-negate", "disable") == "enable",
            "negate_service": node.first("service-negate", "disable") == "enable",
        }
        services: list[Service] = []
        for name in node.all("service"):
            found = self.service(name)
            if found is None:
                if enabled:
                    self.block(node.at("service"), scope)
                services.append(_svc(inexact=True))
            else:
                services.extend(found)
        if node.first("internet-service") == "enable" and not services:
            services = [_svc(inexact=True)]
        matches: list[Match] = []
        for a in sources:
            for b in destinations:
                for item in services:
                    fields = {**dict(item.fields), **common, "src": a.wilds, "dst": b.wilds}
                    if a.inexact or b.inexact or fields.get("inexact"):
                        fields["inexact"] = True
                    if b.vip:
                        fields["vip_only"] = True
                    for key, value in negate.items():
                        # A negated side that is not exactly known may be any address: the negation says nothing then.
                        if value and not ((key == "negate_src" and a.inexact) or (key == "negate_dst" and b.inexact)):
                            fields[key] = True
                    matches.append(Match(**fields))
        return tuple(dict.fromkeys(matches))


def _scope(path: str, name: str) -> str:
    kinds = {
        "system interface": "interface",
        "firewall policy": "policy",
        "router static": "route",
        "router static6": "route",
        "router policy": "policy route",
        "system zone": "zone",
    }
    return f"{kinds.get(path, path)} {name}"


def _int(text: str, default: int) -> int:
    try:
        return int(text)
    except ValueError:
        return default


def _svc(**fields: Any) -> Service:
    return Service(tuple(sorted(fields.items())))


def _ports(protocol: int, ranges: list[str], extra: dict[str, Any] | None = None) -> list[Service]:
    """Return the alternatives of ``443 8080-8090:1024-65535``; each range may have source ports of its own."""
    plain: list[Ports] = []
    found: list[Service] = []
    for text in ranges:
        destination, _, source = text.partition(":")
        range_ = _port_range(destination)
        if source:
            found.append(_svc(protocols=(protocol,), dport=(range_,), sport=(_port_range(source),), **(extra or {})))
        else:
            plain.append(range_)
    if plain:
        found.insert(0, _svc(protocols=(protocol,), dport=tuple(plain), **(extra or {})))
    return found


def _port_range(text: str) -> Ports:
    low, dash, high = text.partition("-")
    first = number(low, 0, 65535)
    last = number(high, 0, 65535) if dash else first
    if last < first:
        raise ValueError(text)
    return Ports(first, last)


def _range(text: str) -> tuple[int, int]:
    low, dash, high = text.partition("-")
    first = ip(low)
    last = ip(high) if dash else first
    if last < first:
        raise ValueError(text)
    return first, last


def _as_prefix(wild: Wild, six: bool) -> Prefix:
    length = wild.care.bit_count()
    whole = (_ALL6 << (128 - length) & _ALL6) if six else (_HOST << (32 - length) & _HOST)
    if wild.care != whole:
        raise ValueError("not a prefix")
    return Prefix(wild.value, length, 6 if six else 4)
