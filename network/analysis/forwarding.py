"""The forwarding graph: what a device does with packets at each place, as choices guarded by destination atoms and
packet sets.

Nodes are ``Arrival`` (a packet comes in by a layer-3 interface) and ``Spot`` (it is looked up in a table); a packet
ends in an ``Exit`` (it is
on a segment, for whoever is there), is dropped, or is for the device itself. VRF, VLAN and interface are therefore
states
of the graph. A node's choices are made when an analysis first asks, and are kept as long as its table and the
segments that it
sends to are the same objects, so that a failure costs only what it touches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from network.analysis.atoms import TOP, Atoms, in_order, starts_of
from network.analysis.filters import Filter, Filters
from network.analysis.packets import Space
from network.analysis.state import DROP, LOOKUP, RECEIVE, NextHop, Port
from network.config.model import Prefix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from network.analysis.changes import Changes
    from network.analysis.packets import PacketSet, Range
    from network.analysis.state import Route, Segment, State
    from network.config.model import Device, Interface, NatRule, RouteMapClause, Source, Vip

# UDP ports that IOS forwards to a helper address by default ("ip forward-protocol udp").
HELPER_PORTS: Final = ((37, 37), (49, 49), (53, 53), (67, 69), (137, 138))


class Spot(NamedTuple):
    """A lookup in the table of ``vrf``. ``came`` is the ingress interface (firewall) or NAT role and VRF; ``vip`` a
    VIP that matched."""

    device: str
    vrf: str
    came: str = ""
    vip: str = ""


class Arrival(NamedTuple):
    """A packet comes in by a layer-3 interface."""

    device: str
    interface: str


class Exit(NamedTuple):
    """A packet is on a segment for a host there (or for a neighbour that is not modelled).

    ``segment`` numbers the set of layer-3 ports on it (``Workshop.exits``), so that a segment which only loses a
    socket keeps its number.
    """

    segment: int


Node: TypeAlias = Spot | Arrival
Target: TypeAlias = Spot | Arrival | Exit
LOCAL: Final = Exit(-1)
STALE: Final = object()  # stands for the table of choices that no state has any more
DROPPED: Final = Exit(-2)


class Rewrite(NamedTuple):
    """A translation: each field is overwritten by some value of its ranges."""

    fields: tuple[tuple[str, tuple[Range, ...]], ...]
    source: Source


class Piece(NamedTuple):
    """One alternative's part: packets of ``mask`` that pass ``gate`` go, rewritten, to ``target``. ``out`` is the
    egress interface."""

    mask: int
    gate: Filter | None
    rewrite: Rewrite | None
    target: Target
    out: str = ""
    next_hop: int | None = None
    proxy: bool = False


class Choice(NamedTuple):
    """Packets of ``mask`` inside ``select`` take one of ``hops`` (ECMP); each hop is a partition into pieces.

    ``extra`` marks a choice that only adds possibilities (a relay, what a neighbour might inject): it never delivers
    for certain.
    """

    mask: int
    select: Filter | None
    hops: tuple[tuple[Piece, ...], ...]
    source: Source | None = None
    extra: bool = False
    kind: str = "route"


@dataclass(slots=True)
class Kept:
    """A node's choices with what they were made from."""

    table: object
    segments: tuple[tuple[Port, Segment | None], ...]
    others: tuple[tuple[tuple[str, str], object], ...]
    choices: tuple[Choice, ...]


@dataclass(slots=True)
class Workshop:
    """What several states share: packet sets, filters, atoms and the choices made so far."""

    space: Space
    filters: Filters
    atoms: Atoms
    nodes: dict[Node, list[Kept]] = field(default_factory=dict)
    groups: dict[int, tuple[object, dict[tuple[NextHop, ...], int]]] = field(default_factory=dict)
    entries: dict[tuple[str, str], tuple[object, Target]] = field(default_factory=dict)
    owned: dict[int, tuple[Segment, tuple[tuple[int, Port], ...]]] = field(default_factory=dict)
    exits: dict[tuple[Port, ...], int] = field(default_factory=dict)
    ends: dict[tuple[int, Port, int | None], tuple[Segment, list[tuple[int, Target, bool]]]] = field(
        default_factory=dict
    )
    pieces: dict[tuple[Spot, NextHop], tuple[Segment, int, tuple[Piece, ...]]] = field(default_factory=dict)
    fitting: set[Prefix] = field(default_factory=set)
    fixed: dict[tuple[Spot, NextHop], tuple[Piece, ...]] = field(default_factory=dict)
    signatures: dict[tuple[int, ...], int] = field(default_factory=dict)
    restricted: dict[tuple[int, int], tuple[object, int]] = field(default_factory=dict)
    alive: list[object] = field(default_factory=list)
    guards: dict[int, list[tuple[PacketSet, Rewrite | None, Target]]] = field(default_factory=dict)
    around: dict[int, tuple[tuple[Node, ...], tuple[int, ...]]] = field(default_factory=dict)
    delivered: dict[object, PacketSet] = field(default_factory=dict)
    tables: dict[tuple[str, str], tuple[dict[Prefix, Route], dict[Prefix, int] | None]] = field(default_factory=dict)


def workshop(states: Sequence[State], extra: Sequence[Range] = (), space: Space | None = None) -> Workshop:
    """Return an empty workshop whose atoms fit every table of ``states``, their configurations and the ranges
    ``extra``."""
    space = space or Space()
    starts: set[int] = set()
    for low, high in extra:
        starts |= {low, high + 1}
    seen: set[int] = set()
    for state in states:
        for table in state.ribs.values():
            if id(table) not in seen:
                seen.add(id(table))
                starts |= starts_of(table)
        for segment in state.topology.segments.values():
            for address in segment.owners:
                starts |= {address, address + 1}
        for device in state.snapshot.devices.values():
            if id(device) not in seen:
                seen.add(id(device))
                starts |= _device_starts(device)
    return Workshop(space, Filters(space), Atoms(starts))


def _device_starts(device: Device) -> set[int]:
    """Return cuts that any routing outcome of this device may need, so that a failure rarely asks for new atoms."""
    prefixes = [route.prefix for route in device.static_routes]
    for interface in device.interfaces.values():
        for address in interface.addresses:
            if address.family == 4:
                mask = 0xFFFFFFFF << 32 - address.length & 0xFFFFFFFF
                prefixes += [Prefix(address.value & mask, address.length), Prefix(address.value, 32)]
    for process in device.ospf:
        prefixes += [entry[0] for entry in process.summaries]
        prefixes += [entry[0] for area in process.areas.values() for entry in area.ranges]
    if device.bgp is not None:
        for family in device.bgp.families:
            prefixes += [entry[0] for entry in family.aggregates]
            prefixes += [entry[0] for entry in family.networks]
    starts = starts_of(prefixes)
    for rule in device.nat:
        for prefix in (rule.local, rule.translated):
            if prefix is not None:
                starts |= starts_of([prefix])
        if rule.pool is not None:
            starts |= {rule.pool[0], rule.pool[1] + 1}
    if device.firewall is not None:
        for vip in device.firewall.vips.values():
            starts |= {vip.external[0], vip.external[1] + 1, vip.mapped[0], vip.mapped[1] + 1}
        for policy in device.firewall.policies:
            starts |= {edge for low, high in policy.pool for edge in (low, high + 1)}
    return starts


def fits(shop: Workshop, state: State, base: State | None = None) -> bool:
    """Return whether every table and every owned address of ``state`` is a union of the workshop's atoms.

    Of a ``base`` that fits only what differs from it is looked at.
    """
    atoms, known = shop.atoms, shop.fitting
    fitting = base.ribs if base is not None else {}
    for key, table in state.ribs.items():
        if fitting.get(key) is table or table.keys() <= known:
            continue
        for prefix in table.keys() - known:
            if prefix.family == 4 and not atoms.fits(prefix.value, prefix.value + (1 << 32 - prefix.length) - 1):
                return False
            known.add(prefix)
    return True


def refresh(shop: Workshop, changed: frozenset[str]) -> None:
    """Mark stale what a workshop made of devices that another snapshot has differently.

    That is what stands on these devices, and what others send into segments with their ports. Choices stay at hand:
    where they come out equal again they are the same object, and whoever kept an answer for them finds it unchanged.
    """
    known: dict[int, bool] = {}

    def stale(segment: Segment | None) -> bool:
        if segment is None:
            return False
        found = known.get(id(segment))
        if found is None:
            found = known[id(segment)] = any(port.device in changed for port in segment.ports)
        return found

    for node, store in shop.nodes.items():
        here = node.device in changed
        for index, kept in enumerate(store):
            if here or any(stale(segment) for _, segment in kept.segments):
                store[index] = Kept(STALE, (), (), kept.choices)
    shop.owned = {key: found for key, found in shop.owned.items() if not stale(found[0])}
    shop.ends = {key: found for key, found in shop.ends.items() if not stale(found[0])}
    shop.pieces = {
        key: found for key, found in shop.pieces.items() if key[0].device not in changed and not stale(found[0])
    }


def cuts_fit(shop: Workshop, state: State, changed: frozenset[str]) -> bool:
    """Return whether the workshop has every cut that changed devices and shared addresses may need."""
    known = shop.atoms.known
    for name in changed:
        device = state.snapshot.devices.get(name)
        if device is not None and any(0 <= start < TOP and start not in known for start in _device_starts(device)):
            return False
    return all(
        address in known and (address + 1 in known or address + 1 == TOP)
        for segment in state.topology.segments.values()
        if any(port.device in changed for port in segment.ports)
        for address in segment.owners
        if address < TOP
    )


class Forwarding:
    """The forwarding graph of one state. ``choices`` of a node are made on demand."""

    def __init__(self, state: State, shop: Workshop) -> None:
        self.state = state
        self.shop = shop
        self.space = shop.space
        self.filters = shop.filters
        self.atoms = shop.atoms
        self.devices = state.snapshot.devices
        self.changes: Changes | None = None  # what is known about it by comparison with a base state
        self._here: dict[Node, tuple[Choice, ...]] = {}
        self._at_exit: dict[int, Segment] | None = None
        self._exits_seen = 0
        self._needed: list[tuple[Port, Segment | None]] = []
        self._tables: list[tuple[tuple[str, str], object]] = []

    # -- the graph ---------------------------------------------------------------------------------------------------

    def segment(self, port: Port) -> Segment | None:
        """Return the segment of a live layer-3 interface."""
        id_ = self.state.topology.segment_of.get(port)
        return None if id_ is None else self.state.topology.segments.get(id_)

    def exit(self, segment: Segment) -> Exit:
        """Return the exit of a segment that has layer-3 ports."""
        return Exit(self.shop.exits.setdefault(segment.ports, len(self.shop.exits)))

    def at_exit(self, number: int) -> Segment:
        """Return the segment of an exit's number in this state."""
        if not self.has_exit(number):
            raise KeyError(number)
        assert self._at_exit is not None
        return self._at_exit[number]

    def has_exit(self, number: int) -> bool:
        """Return whether the segment of an exit's number exists in this state."""
        exits = self.shop.exits
        if self._at_exit is None or self._exits_seen != len(exits):
            self._exits_seen = len(exits)
            self._at_exit = {
                exits[segment.ports]: segment
                for segment in self.state.topology.segments.values()
                if segment.ports in exits
            }
        return number in self._at_exit

    def groups(self, device: str, vrf: str) -> dict[tuple[NextHop, ...], int]:
        """Return the atoms that each set of next hops of a table gets."""
        table = self.state.ribs.get((device, vrf))
        if table is None:
            return {}
        found = self.shop.groups.get(id(table))
        if found is None:
            if len(self.shop.groups) > 20000:
                self.shop.groups.clear()
            found = (table, self._grouped(device, vrf, table))
            self.shop.groups[id(table)] = found
        return found[1]

    def _grouped(self, device: str, vrf: str, table: dict[Prefix, Route]) -> dict[tuple[NextHop, ...], int]:
        """Group a table's atoms, from the first table seen under this name where only a few of its prefixes went
        away."""
        first = self.shop.tables.get((device, vrf))
        if first is None:
            self.shop.tables[device, vrf] = (table, None)
            return self.atoms.grouped(table)
        before, won = first
        if any(prefix not in before for prefix in table):
            return self.atoms.grouped(table)
        if won is None:
            # made for tables that change only: it takes a wide integer for every prefix
            won = self.atoms.won(before)
            self.shop.tables[device, vrf] = (before, won)
        gone = [prefix for prefix in won if prefix not in table]
        if gone:
            won = dict(won)
            self.atoms.inherit(won, gone, table)
        result: dict[tuple[NextHop, ...], int] = {}
        for prefix, mask in won.items():
            hops = table[prefix].next_hops
            result[hops] = result.get(hops, 0) | mask
        return in_order(result)

    def choices(self, node: Node) -> tuple[Choice, ...]:
        """Return what happens to packets at ``node``."""
        found = self._here.get(node)
        if found is not None:
            return found
        found = self.changes.choices(node) if self.changes is not None else None
        if found is not None:
            self._here[node] = found
            return found
        device = self.devices.get(node.device)
        if device is None or not (isinstance(node, Spot) or node.interface in device.interfaces):
            # Known from another snapshot: what is not there moves nothing.
            self._here[node] = ()
            return ()
        vrf = node.vrf if isinstance(node, Spot) else ""
        table = self.state.ribs.get((node.device, vrf)) if isinstance(node, Spot) else device
        for kept in self.shop.nodes.get(node, ()):
            if (
                kept.table is table
                and all(self.segment(port) is segment for port, segment in kept.segments)
                and all(self.state.ribs.get(key) is other for key, other in kept.others)
            ):
                self._here[node] = kept.choices
                return kept.choices
        self._needed, self._tables = [], []
        made = tuple(self._at_spot(node, device) if isinstance(node, Spot) else self._at_arrival(node, device))
        store = self.shop.nodes.setdefault(node, [])
        for kept in store:
            if kept.choices == made:
                made = kept.choices  # the same object: whoever kept an answer for it finds it unchanged
                break
        if len(store) > 64:
            del store[1:32]
        store.append(Kept(table, tuple(dict.fromkeys(self._needed)), tuple(self._tables), made))
        self._here[node] = made
        return made

    def kept(self, node: Node) -> Kept:
        """Return a node's choices with the tables and segments that they were made from."""
        choices = self.choices(node)
        device = self.devices[node.device]
        table = self.state.ribs.get((node.device, node.vrf)) if isinstance(node, Spot) else device
        for kept in self.shop.nodes[node]:
            if (
                kept.choices is choices
                and kept.table is table
                and all(self.segment(port) is segment for port, segment in kept.segments)
                and all(self.state.ribs.get(key) is other for key, other in kept.others)
            ):
                return kept
        raise KeyError(node)

    def pieces(self, spot: Spot, hop: NextHop, mask: int) -> tuple[Piece, ...]:
        """Return where a next hop of a lookup takes destinations (the pieces may hold more than ``mask``)."""
        return self._pieces(spot, self.devices[spot.device], hop, mask=mask)

    def won(self, device: str, vrf: str) -> dict[Prefix, int]:
        """Return the atoms that each prefix of a table gets by the longest match."""
        table = self.state.ribs.get((device, vrf), {})
        first = self.shop.tables.get((device, vrf))
        known = first[1] if first is not None and first[0] is table else None
        return self.atoms.won(table) if known is None else known

    def restricted(self, node: Node, interest: int) -> int:
        """Return a number for what a node does with destinations in ``interest``: equal numbers, equal behaviour."""
        choices = self.changes.same(node, interest) if self.changes is not None else None
        if choices is None:
            choices = self.choices(node)
        shop = self.shop
        found = shop.restricted.get((id(choices), interest))
        if found is None:
            words: list[int] = []
            for choice in choices:
                mask = choice.mask & interest
                if mask and not choice.extra:
                    words += (mask, id(choice.select), -len(choice.hops), *map(id, choice.hops))
            if len(shop.restricted) > 500000:
                shop.restricted.clear()
            # The identities in a signature stay taken as long as the objects are kept alive here.
            number = shop.signatures.get(tuple(words))
            if number is None:
                number = len(shop.signatures)
                shop.signatures[tuple(words)] = number
                shop.alive.append(choices)
            found = (choices, number)
            shop.restricted[id(choices), interest] = found
        return found[1]

    def enter(self, port: Port) -> Target:
        """Return the node where a packet that arrives by ``port`` begins: an ``Arrival`` only where the interface
        does something."""
        device = self.devices[port.device]
        kept = self.shop.entries.get((port.device, port.interface))
        if kept is not None and kept[0] is device:
            return kept[1]
        interface = device.interfaces[port.interface]
        target: Target
        if self._plain(device, interface):
            target = Spot(port.device, _vrf(device, interface), came(device, interface))
        else:
            target = Arrival(port.device, port.interface)
        self.shop.entries[port.device, port.interface] = (device, target)
        return target

    def _plain(self, device: Device, interface: Interface) -> bool:
        return not (
            interface.acl_in
            or interface.policy_route_map
            or interface.verify_source
            or interface.vrf_select_source
            or interface.helpers
            or (device.nat and interface.nat)
            or (device.firewall is not None and (device.firewall.vips or not device.firewall.allow_asymmetric))
            or any(interface.vlan in vlan_map.vlans for vlan_map in device.vlan_maps)
        )

    # -- a lookup ----------------------------------------------------------------------------------------------------

    def _at_spot(self, spot: Spot, device: Device) -> Iterator[Choice]:
        rest: Filter | None = None
        if device.firewall is not None and device.firewall.policy_routes:
            local = self._local_mask(spot.device, spot.vrf)
            left = Filter(self.space.all, self.space.all)
            for rule in device.firewall.policy_routes:
                if rule.vdom != spot.vrf or (
                    rule.input_interfaces
                    and spot.came not in rule.input_interfaces
                    and "any" not in rule.input_interfaces
                ):
                    continue
                matched = self.filters.match(rule.match)
                certain = not (rule.match.sometimes or rule.match.inexact)
                select = Filter(left.may & matched, left.must & matched if certain else self.space.none)
                left = Filter(left.may & ~matched if certain else left.may, left.must & ~matched)
                if rule.action == "deny" or not rule.output_interface:
                    hops = None
                else:
                    hops = self._pieces(spot, device, NextHop(rule.output_interface, rule.gateway, spot.vrf))
                if hops is None:
                    for choice in self._routed(spot, device):
                        yield choice._replace(select=select, mask=choice.mask & ~local, source=rule.source)
                else:
                    yield Choice(self.atoms.all & ~local, select, (hops,), rule.source, kind="policy-route")
            rest = left
            for choice in self._routed(spot, device):
                if choice.mask & local:
                    yield choice._replace(mask=choice.mask & local)
                if choice.mask & ~local:
                    yield choice._replace(mask=choice.mask & ~local, select=rest)
            return
        yield from self._routed(spot, device)

    def _routed(self, spot: Spot, device: Device) -> Iterator[Choice]:
        table = self.state.ribs.get((spot.device, spot.vrf), {})
        for hops, mask in self.groups(spot.device, spot.vrf).items():
            yield Choice(mask, None, tuple(self._pieces(spot, device, hop, mask=mask) for hop in hops))
        for unknown in self.state.unknown_routes.get((spot.device, spot.vrf), ()):
            port = unknown.port
            segment = self.segment(port) if port is not None else None
            if port is None or segment is None or not segment.edges:
                continue  # nobody without a configuration is there to announce anything
            self._needed.append((port, segment))
            mask = 0
            for prefix, _, _ in unknown.ranges:
                mask |= self.atoms.prefix(prefix)
            local = [prefix for prefix in table if prefix.length == 32]
            for prefix in local:
                mask &= ~self.atoms.prefix(prefix)
            gates: list[tuple[Filter | None, Rewrite | None]] = [(None, None)]
            if unknown.device == spot.device and port.interface in device.interfaces:
                # its own way out has its filters; from elsewhere the packet is taken to come that far unfiltered
                gates = self._egress(spot, device, device.interfaces[port.interface])
            yield Choice(
                mask,
                None,
                (tuple(Piece(mask, gate, rewrite, self.exit(segment), port.interface) for gate, rewrite in gates),),
                unknown.source,
                extra=True,
                kind="unknown-route",
            )

    def _local_mask(self, device: str, vrf: str) -> int:
        mask = 0
        for hops, part in self.groups(device, vrf).items():
            if any(hop.interface == RECEIVE for hop in hops):
                mask |= part
        return mask

    def _pieces(self, spot: Spot, device: Device, hop: NextHop, mask: int | None = None) -> tuple[Piece, ...]:
        """Return where one next hop takes packets: a partition of ``mask`` by who answers on the segment."""
        mask = self.atoms.all if mask is None else mask
        if hop.interface in {DROP, RECEIVE, LOOKUP}:
            fixed = self.shop.fixed.get((spot, hop))
            if fixed is None:
                target: Target = DROPPED if hop.interface == DROP else LOCAL
                if hop.interface == LOOKUP:
                    target = Spot(spot.device, hop.vrf, spot.came, spot.vip)
                fixed = (Piece(self.atoms.all, None, None, target),)
                self.shop.fixed[spot, hop] = fixed
            return fixed
        port = Port(spot.device, hop.interface)
        segment = self.segment(port)
        self._needed.append((port, segment))
        interface = device.interfaces.get(hop.interface)
        if segment is None or interface is None:
            return (Piece(mask, None, None, DROPPED),)
        made = self.shop.pieces.get((spot, hop))
        if made is not None and made[0] is segment and not mask & ~made[1]:
            return made[2]
        key = (id(segment), port, hop.address)
        kept = self.shop.ends.get(key)
        if kept is not None:
            ends = kept[1]
        elif hop.address is not None:
            ends = [(self.atoms.all, self._owner(segment, hop.address, port), False)]
        else:
            ends = self._arp(segment, port, interface)
        if kept is None:
            if len(self.shop.ends) > 200000:
                self.shop.ends.clear()
            self.shop.ends[key] = (segment, ends)
        covered = self._union(ends)
        if mask & ~covered:
            ends = [*((part & mask, target, proxy) for part, target, proxy in ends if part & mask)]
            ends += self._by_proxy(segment, port, interface, mask & ~covered)
        pieces = tuple(
            Piece(part, gate, rewrite, target, hop.interface, hop.address, proxy)
            if target != LOCAL
            else Piece(part, None, None, LOCAL)  # its own virtual address: nothing leaves by the interface
            for gate, rewrite in self._egress(spot, device, interface)
            for part, target, proxy in ends
        )
        if not mask & ~covered:
            # Pieces may hold more destinations than this choice has: whoever reads them takes both masks.
            if len(self.shop.pieces) > 200000:
                self.shop.pieces.clear()
            self.shop.pieces[spot, hop] = (segment, covered, pieces)
        return pieces

    def _owner(self, segment: Segment, address: int, port: Port) -> Target:
        owner = segment.owners.get(address)
        if owner is None:
            for claim, by in self._claims(segment):
                if by != port and claim & self.atoms.mask(address, address):
                    return self.enter(by)
            if any(virtual.address == address and virtual.active is None for virtual in segment.virtuals):
                return DROPPED
            return self.exit(segment) if segment.edges else DROPPED
        return DROPPED if owner == port else self.enter(owner)

    def _claims(self, segment: Segment) -> tuple[tuple[int, Port], ...]:
        """Return the atoms for which ports of the segment answer ARP without owning them: NAT globals, VIPs, pools."""
        found = self.shop.owned.get(id(segment))
        if found is None:
            claims: list[tuple[int, Port]] = []
            for port in segment.ports:
                device = self.devices.get(port.device)
                interface = device.interfaces.get(port.interface) if device else None
                if device is None or interface is None:
                    continue
                if interface.nat == "outside":
                    for rule in device.nat:
                        if rule.match_in_vrf and rule.vrf != interface.vrf:
                            continue
                        if rule.kind == "static" and rule.translated is not None:
                            claims.append((self.atoms.prefix(rule.translated), port))
                        elif rule.pool is not None:
                            claims.append((self.atoms.mask(*rule.pool), port))
                if device.firewall is not None:
                    claims += [
                        (self.atoms.mask(*vip.external), port)
                        for vip in device.firewall.vips.values()
                        if vip.interface in {"", "any", port.interface}
                    ]
                    claims += [
                        (self.atoms.mask(*pool), port)
                        for policy in device.firewall.policies
                        if policy.nat and (port.interface in policy.to_interfaces or "any" in policy.to_interfaces)
                        for pool in policy.pool
                    ]
            found = (segment, tuple(claims))
            self.shop.owned[id(segment)] = found
        return found[1]

    def _union(self, ends: list[tuple[int, Target, bool]]) -> int:
        mask = 0
        for part, _, _ in ends:
            mask |= part
        return mask

    def _arp(self, segment: Segment, port: Port, interface: Interface) -> list[tuple[int, Target, bool]]:
        """Return who answers an ARP request for the destination itself: an owner, or a host of the subnet."""
        ends: list[tuple[int, Target, bool]] = []
        shared = {virtual.address for virtual in segment.virtuals}
        rest = self.atoms.all
        for address, owner in segment.owners.items():
            part = self.atoms.mask(address, address) & rest
            if part:
                rest &= ~part
                own: Target = LOCAL if address in shared else DROPPED
                ends.append((part, own if owner == port else self.enter(owner), False))
        for claim, owner in self._claims(segment):
            part = claim & rest
            if part and owner != port:
                rest &= ~part
                ends.append((part, self.enter(owner), False))
        inside = 0
        for subnet in interface.addresses:
            if subnet.family == 4:
                low = subnet.value & (0xFFFFFFFF << 32 - subnet.length)
                inside |= self.atoms.mask(low, low + (1 << 32 - subnet.length) - 1)
        if rest & inside:
            ends.append((rest & inside, self.exit(segment) if segment.edges else DROPPED, False))
        return ends

    def _by_proxy(
        self, segment: Segment, port: Port, interface: Interface, outside: int
    ) -> list[tuple[int, Target, bool]]:
        """Return who answers for destinations outside the subnet: routers with proxy ARP and a route, and any host
        that wants to."""
        ends: list[tuple[int, Target, bool]] = []
        answered = 0
        for other in segment.ports:
            if other == port or other.device == port.device:
                continue
            device = self.devices[other.device]
            theirs = device.interfaces[other.interface]
            if not theirs.proxy_arp:
                continue
            key = (other.device, _vrf(device, theirs))
            self._tables.append((key, self.state.ribs.get(key)))
            part = 0
            for hops, atoms in self.groups(*key).items():
                if all(hop.interface not in {DROP, other.interface} for hop in hops):
                    part |= atoms & outside
            if part:
                answered |= part
                ends.append((part, self.enter(other), True))
        if segment.edges:
            ends.append((outside & ~answered, self.exit(segment), False))
            if answered:
                ends.append((answered, self.exit(segment), True))
        return [end for end in ends if end[0]]

    def _egress(self, spot: Spot, device: Device, interface: Interface) -> list[tuple[Filter | None, Rewrite | None]]:
        """Return the gates out of an interface; with translation there is one for each rule and one for the rest."""
        gate: Filter | None = None
        if interface.acl_out:
            gate = self.filters.named(device.acls, interface.acl_out)
        for vlan_map in device.vlan_maps:
            if interface.vlan is not None and interface.vlan in vlan_map.vlans:
                gate = _meet(gate, self.filters.vlan_map(device.acls, vlan_map))
        if device.firewall is not None:
            return self._firewall(spot, device, interface, gate)
        if interface.nat == "outside" and spot.came.startswith("inside:"):
            return self._translations(spot, device, interface, gate)
        return [(gate, None)]

    def _firewall(
        self, spot: Spot, device: Device, interface: Interface, gate: Filter | None
    ) -> list[tuple[Filter | None, Rewrite | None]]:
        firewall = device.firewall
        assert firewall is not None
        if not spot.came:
            return [(gate, None)]
        whole = _meet(gate, self.filters.firewall(firewall, spot.vrf, spot.came, interface.name, spot.vip))
        from network.analysis.filters import applicable  # noqa: PLC0415

        translating = [
            policy
            for policy in applicable(firewall, spot.vrf, spot.came, interface.name, spot.vip)
            if policy.nat and policy.action == "permit"
        ]
        if not translating:
            return [(whole, None)]
        result: list[tuple[Filter | None, Rewrite | None]] = []
        left = self.filters.open
        plain = self.filters.closed
        for policy in applicable(firewall, spot.vrf, spot.came, interface.name, spot.vip):
            for packets, certain in self.filters.policy(policy, spot.vip):
                here = Filter(left.may & packets, left.must & packets if certain else self.space.none)
                left = Filter(left.may & ~packets if certain else left.may, left.must & ~packets)
                if policy.action != "permit":
                    continue
                if policy.nat:
                    pool = policy.pool or tuple((a.value, a.value) for a in interface.addresses if a.family == 4)
                    result.append(
                        (_meet(gate, here), Rewrite((("src", pool), ("sport", ((0, 65535),))), policy.source))
                    )
                else:
                    plain = Filter(plain.may | here.may, plain.must | here.must)
        result.append((_meet(gate, plain), None))
        return result

    def _translations(
        self, spot: Spot, device: Device, interface: Interface, gate: Filter | None
    ) -> list[tuple[Filter | None, Rewrite | None]]:
        """Return ``ip nat inside source`` on the way out: static rules first, then dynamic ones, then what stays as
        it is."""
        vrf = spot.came.partition(":")[2]
        result: list[tuple[Filter | None, Rewrite | None]] = []
        left = self.filters.open
        for rule in sorted(device.nat, key=lambda one: one.kind != "static"):
            if rule.direction != "inside-source" or rule.vrf != vrf:
                continue
            if rule.match_in_vrf and interface.vrf != vrf:
                continue
            matched, certain = self._nat_inside(device, rule)
            pool = self._nat_pool(device, rule, interface)
            if not pool:
                continue
            here = Filter(left.may & matched, left.must & matched if certain else self.space.none)
            left = Filter(left.may & ~matched if certain else left.may, left.must & ~matched)
            fields: list[tuple[str, tuple[Range, ...]]] = [("src", pool)]
            if rule.kind == "static" and rule.global_port is not None:
                fields.append(("sport", ((rule.global_port, rule.global_port),)))
            elif rule.kind == "dynamic" and (rule.overload or rule.interface):
                fields.append(("sport", ((0, 65535),)))
            # The outgoing list sees the translated packet; its conditions on the source are met by the pool or not at
            # all.
            if gate is None:
                result.append((here, Rewrite(tuple(fields), rule.source)))
            else:
                seen = self.before(gate.may, fields, certain=False), self.before(gate.must, fields, certain=True)
                result.append((Filter(here.may & seen[0], here.must & seen[1]), Rewrite(tuple(fields), rule.source)))
        result.append((_meet(gate, left), None))
        return result

    def _nat_inside(self, device: Device, rule: NatRule) -> tuple[PacketSet, bool]:
        space = self.space
        if rule.kind == "static" and rule.local is not None:
            matched = space.ranges("src", [_span(rule.local)])
            if rule.protocol is not None:
                matched = matched & space.equal("protocol", rule.protocol)
            if rule.local_port is not None:
                matched = matched & space.equal("sport", rule.local_port)
            return matched, True
        if rule.acl:
            found = self.filters.named(device.acls, rule.acl)
            return found.may, found.may == found.must
        if rule.route_map and rule.route_map in device.route_maps:
            may = space.none
            for clause in device.route_maps[rule.route_map].clauses:
                may = may | self._clause(device, clause).may
            return may, False
        return space.all, False

    def _nat_pool(self, device: Device, rule: NatRule, interface: Interface) -> tuple[Range, ...]:
        if rule.kind == "static":
            return (_span(rule.translated),) if rule.translated is not None else _addresses(interface)
        if rule.pool is not None:
            return (rule.pool,)
        owner = device.interfaces.get(rule.interface)
        return _addresses(owner) if owner is not None else ()

    # -- an arrival --------------------------------------------------------------------------------------------------

    def _at_arrival(self, arrival: Arrival, device: Device) -> Iterator[Choice]:
        interface = device.interfaces[arrival.interface]
        vrf = _vrf(device, interface)
        everything = self.atoms.all
        gate = self._ingress(device, interface, vrf)
        here = came(device, interface)

        def to(target: Target, rewrite: Rewrite | None = None, mask: int = everything) -> tuple[tuple[Piece, ...]]:
            return ((Piece(mask, gate, rewrite, target),),)

        for address, helper_vrf, source in interface.helpers:
            own = _addresses(interface)[:1] or ((0, 0xFFFFFFFF),)
            relay = Rewrite((("dst", ((address, address),)), ("src", own)), source)
            packets = self.space.equal("protocol", 17) & self.space.ranges("dport", HELPER_PORTS)
            target = Spot(arrival.device, vrf if helper_vrf is None else helper_vrf, here)
            select = Filter(packets, self.space.none)
            yield Choice(everything, select, to(target, relay), source, extra=True, kind="relay")
        if interface.vrf_select_source:
            for other, source in interface.vrf_receive:
                target = Spot(arrival.device, other, here)
                yield Choice(everything, None, to(target), source, extra=True, kind="vrf-select")
        left: Filter | None = None
        for packets, rewrite, target in self._destinations(device, interface, vrf):
            left = left or self.filters.open
            select = Filter(left.may & packets, left.must & packets)
            left = Filter(left.may & ~packets, left.must & ~packets)
            yield Choice(everything, select, to(target, rewrite), rewrite.source, kind="translation")
        normal = Spot(arrival.device, vrf, here)
        if interface.policy_route_map is None:
            yield Choice(everything, left, to(normal))
            return
        route_map = device.route_maps.get(interface.policy_route_map[0])
        self._tables.append(((arrival.device, vrf), self.state.ribs.get((arrival.device, vrf))))
        local = self._local_mask(arrival.device, vrf)
        if local:
            yield Choice(local, left, to(normal, None, local))
        rest = left or self.filters.open
        for clause in route_map.clauses if route_map is not None else ():
            matched = self._clause(device, clause)
            select = Filter(rest.may & matched.may, rest.must & matched.must)
            rest = Filter(rest.may & ~matched.must, rest.must & ~matched.may)
            pieces = self._policy_routed(normal, device, clause) if clause.action == "permit" else None
            hops = to(normal) if pieces is None else (tuple(_gated(piece, gate) for piece in pieces),)
            yield Choice(everything & ~local, select, hops, clause.source, kind="policy-route" if pieces else "route")
        yield Choice(everything & ~local, rest, to(normal))

    def _ingress(self, device: Device, interface: Interface, vrf: str) -> Filter | None:
        gate: Filter | None = None
        if interface.acl_in:
            gate = self.filters.named(device.acls, interface.acl_in)
        for vlan_map in device.vlan_maps:
            if interface.vlan is not None and interface.vlan in vlan_map.vlans:
                gate = _meet(gate, self.filters.vlan_map(device.acls, vlan_map))
        if device.firewall is not None and not device.firewall.allow_asymmetric:
            # FortiOS's reverse-path check in its loose form (the strict one drops more): some route back by this
            # interface.
            self._tables.append(((device.hostname, vrf), self.state.ribs.get((device.hostname, vrf))))
            mask = 0
            # a route that only stands by (a higher priority) is in the table as well
            standing = {
                (static.prefix, static.distance)
                for static in device.static_routes
                if static.vrf == vrf and static.interface == interface.name and not static.discard
            }
            for prefix, route in (self.state.ribs.get((device.hostname, vrf)) or {}).items():
                if prefix.family == 4 and (
                    any(hop.interface == interface.name for hop in route.next_hops)
                    or (route.protocol == "static" and (prefix, route.distance) in standing)
                ):
                    mask |= self.atoms.prefix(prefix)
            feasible = self.atoms.packets(self.space, mask, "src")
            gate = _meet(gate, Filter(feasible, feasible))
        if interface.verify_source:
            self._tables.append(((device.hostname, vrf), self.state.ribs.get((device.hostname, vrf))))
            mask = 0
            for hops, atoms in self.groups(device.hostname, vrf).items():
                if interface.verify_source == "loose" or any(hop.interface == interface.name for hop in hops):
                    mask |= atoms
            allowed = self.atoms.packets(self.space, mask, "src")
            gate = _meet(gate, Filter(allowed, allowed))
        return gate

    def _destinations(
        self, device: Device, interface: Interface, vrf: str
    ) -> Iterator[tuple[PacketSet, Rewrite, Spot]]:
        """Yield destination translations on the way in: IOS static NAT from outside, FortiOS virtual addresses."""
        space = self.space
        if interface.nat == "outside":
            for rule in device.nat:
                if rule.kind != "static" or rule.direction != "inside-source" or rule.local is None:
                    continue
                if rule.match_in_vrf and rule.vrf != vrf:
                    continue
                outer = (_span(rule.translated),) if rule.translated is not None else _addresses(interface)
                packets = space.ranges("dst", outer)
                fields: list[tuple[str, tuple[Range, ...]]] = [("dst", (_span(rule.local),))]
                if rule.protocol is not None:
                    packets = packets & space.equal("protocol", rule.protocol)
                if rule.global_port is not None and rule.local_port is not None:
                    packets = packets & space.equal("dport", rule.global_port)
                    fields.append(("dport", ((rule.local_port, rule.local_port),)))
                yield (
                    packets,
                    Rewrite(tuple(fields), rule.source),
                    Spot(device.hostname, rule.vrf or vrf, f"outside:{vrf}"),
                )
        if device.firewall is not None:
            for vip in device.firewall.vips.values():
                if vip.interface not in {"", "any", interface.name}:
                    continue
                yield self._vip(vip), _vip_rewrite(vip), Spot(device.hostname, vrf, interface.name, vip.name)

    def _vip(self, vip: Vip) -> PacketSet:
        packets = self.space.ranges("dst", (vip.external,))
        if vip.protocol is not None:
            packets = packets & self.space.equal("protocol", vip.protocol)
        if vip.external_ports is not None:
            packets = packets & self.space.ranges("dport", ((vip.external_ports.low, vip.external_ports.high),))
        return packets

    def _clause(self, device: Device, clause: RouteMapClause) -> Filter:
        """Return the packets that a clause of a policy-routing map matches."""
        result = self.filters.open
        for kind, values in clause.matches:
            if kind == "ip address":
                lists = [self.filters.named(device.acls, name) for name in values]
                result = result.meet(
                    Filter(self.space.union(one.may for one in lists), self.space.union(one.must for one in lists))
                )
            else:
                result = Filter(result.may, self.space.none)
        return Filter(result.may, self.space.none) if clause.inexact else result

    def _policy_routed(self, normal: Spot, device: Device, clause: RouteMapClause) -> tuple[Piece, ...] | None:
        """Return where a matching clause sends packets, or ``None`` for the ordinary lookup."""
        vrf = normal.vrf
        for kind, values in clause.sets:
            if kind in {"vrf", "global"}:
                vrf = values[0] if kind == "vrf" and values else ""
        for kind, values in clause.sets:
            elsewhere = _other_table(kind, values)
            if elsewhere is not None:
                # "set ip vrf NAME next-hop …", "set ip global next-hop …": the next hop is looked for in that table.
                found = self._via(normal._replace(vrf=elsewhere[0]), device, elsewhere[1])
                if found is not None:
                    return found
            if kind in {"ip next-hop", "ip default next-hop"}:
                found = self._via(normal._replace(vrf=vrf), device, values)
                if found is None:
                    continue
                if kind == "ip next-hop":
                    return found
                explicit = 0
                table = self.state.ribs.get((normal.device, vrf), {})
                for prefix in table:
                    if prefix.length and prefix.family == 4:
                        explicit |= self.atoms.prefix(prefix)
                kept = tuple(piece._replace(mask=piece.mask & ~explicit) for piece in found if piece.mask & ~explicit)
                return (*kept, Piece(explicit, None, None, normal._replace(vrf=vrf)))
            if kind in {"interface", "default interface"} and values:
                for name in values:
                    if name.lower().startswith("null"):
                        return (Piece(self.atoms.all, None, None, DROPPED),)
                    if self.segment(Port(normal.device, name)) is not None:
                        return self._pieces(normal, device, NextHop(name, None, vrf))
        if vrf != normal.vrf:
            return (Piece(self.atoms.all, None, None, normal._replace(vrf=vrf)),)
        return None

    def _via(self, spot: Spot, device: Device, values: Sequence[str]) -> tuple[Piece, ...] | None:
        """Return the pieces for the first reachable address of ``set ip next-hop``."""
        from ipaddress import AddressValueError, IPv4Address  # noqa: PLC0415 - rare

        for text in values:
            try:
                address = int(IPv4Address(text))
            except AddressValueError:
                continue
            key = (spot.device, spot.vrf)
            self._tables.append((key, self.state.ribs.get(key)))
            for hops, mask in self.groups(*key).items():
                if not mask & self.atoms.mask(address, address):
                    continue
                hop = hops[0]
                if hop.interface in {DROP, RECEIVE}:
                    continue
                if hop.interface == LOOKUP:
                    return self._via(spot._replace(vrf=hop.vrf), device, [text])
                return self._pieces(
                    spot, device, NextHop(hop.interface, address if hop.address is None else hop.address, hop.vrf)
                )
        return None

    # -- translations ------------------------------------------------------------------------------------------------

    def after(self, packets: PacketSet, rewrite: Rewrite | None) -> PacketSet:
        """Return the packets after a translation."""
        if rewrite is None:
            return packets
        for name, ranges in rewrite.fields:
            packets = self.space.assign(packets, name, ranges)
        return packets

    def before(
        self, packets: PacketSet, rewrite: Sequence[tuple[str, tuple[Range, ...]]], *, certain: bool
    ) -> PacketSet:
        """Return the packets of which some (``certain``: every) result of a translation lies in ``packets``."""
        for name, ranges in rewrite:
            values = self.space.ranges(name, ranges)
            if certain:
                packets = ~self.space.forget(values & ~packets, name)
            else:
                packets = self.space.forget(values & packets, name)
        return packets

    def masked_after(self, mask: int, rewrite: Rewrite | None) -> int:
        """Return the destinations that packets to ``mask`` have after a translation."""
        if rewrite is None or not mask:
            return mask
        for name, ranges in rewrite.fields:
            if name == "dst":
                mask = 0
                for low, high in ranges:
                    mask |= self.atoms.mask(low, high)
        return mask


def _other_table(kind: str, values: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """Return (VRF, next hops) of a policy-routing set that names the table of its next hops."""
    if kind == "ip global next-hop":
        return "", values
    if kind == "ip vrf" and len(values) > 2 and values[1] == "next-hop":
        return values[0], values[2:]
    return None


def came(device: Device, interface: Interface) -> str:
    """Return what a lookup must remember of the ingress interface: its name on a firewall, its role and VRF with
    NAT."""
    if device.firewall is not None:
        return interface.name
    return f"{interface.nat}:{interface.vrf}" if device.nat and interface.nat else ""


def _vrf(device: Device, interface: Interface) -> str:
    return interface.vrf or (interface.vdom or "root" if device.platform == "fortios" else "")


def _addresses(interface: Interface) -> tuple[Range, ...]:
    return tuple((address.value, address.value) for address in interface.addresses if address.family == 4)


def _span(prefix: Prefix | None) -> Range:
    assert prefix is not None
    return prefix.value, prefix.value + (1 << 32 - prefix.length) - 1


def _vip_rewrite(vip: Vip) -> Rewrite:
    fields: list[tuple[str, tuple[Range, ...]]] = [("dst", (vip.mapped,))]
    if vip.mapped_ports is not None:
        fields.append(("dport", ((vip.mapped_ports.low, vip.mapped_ports.high),)))
    return Rewrite(tuple(fields), vip.source)


def _gated(piece: Piece, gate: Filter | None) -> Piece:
    """Return ``piece`` behind one more gate; a translation on the piece comes after it."""
    if gate is None:
        return piece
    return piece._replace(gate=gate if piece.gate is None else gate.meet(piece.gate))


def _meet(one: Filter | None, other: Filter) -> Filter:
    return other if one is None else one.meet(other)
