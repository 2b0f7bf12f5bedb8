"""Random small networks from a seed: routers, switches, VRFs, firewalls, and the mistakes that people make in them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.oracle.net import (
    Bgp,
    BgpTable,
    Clause,
    Entry,
    Firewall,
    FirewallInterface,
    FirewallPolicy,
    Flow,
    Interface,
    Net,
    Network,
    OspfProcess,
    Peer,
    PrefixRule,
    Redistribution,
    Router,
    Service,
    Span,
    Static,
    StaticNat,
    Vip,
    Vrf,
    ip,
    mask,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ZONES = ("red", "blue", "green")
PORTS = (22, 25, 53, 80, 443, 3389, 8080)


def generate(seed: int) -> Network:
    """Return the network of a seed; the same seed gives the same network on every machine."""
    return _Builder(Random(seed)).build()


def _redistribute(items: list[Redistribution], new: Redistribution) -> None:
    """Add a redistribution; a second one of the same source replaces the first, as on the device."""
    items[:] = [item for item in items if item.source != new.source]
    items.append(new)


class _Builder:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.network = Network()
        self.zones = list(ZONES[: random.choice((2, 2, 3))])
        self.network.zones = list(self.zones)
        self.links = 0
        self.free: dict[str, int] = {}
        self.lans: list[tuple[str, str, str, Net]] = []  # device, interface, zone, prefix

    # -- parts ---------------------------------------------------------------------------------------------------

    def build(self) -> Network:
        random = self.random
        shape = random.choice(("routed", "routed", "routed", "campus", "campus", "single"))
        {"routed": self.routed, "campus": self.campus, "single": self.single}[shape]()
        if random.random() < 0.45:
            self.add_firewall()
        if random.random() < 0.5:
            self.add_filters()
        for _ in range(random.choice((0, 0, 1, 1, 1, 2, 3))):
            self.mistake()
        self.declare()
        self.settle()
        return self.network

    def settle(self) -> None:
        """Take out what differs between IOS releases, so that there is one right answer.

        That is: plain ``redistribute`` of replicated routes, and a default route taken into BGP by ``redistribute``.
        """
        routers = self.network.routers()
        inside = any(
            peer.remote_as == box.bgp.asn
            for box in routers
            if box.bgp
            for table in box.bgp.tables.values()
            for peer in table.peers
        )
        for box in routers:
            if inside:  # whether an internal path stays internal after an import by route target
                for vrf in box.vrfs.values():
                    vrf.imports.clear()
            for item in list(box.replicate):
                told = [p.redistribute for p in box.ospf if p.vrf == item[0]]
                told += [box.bgp.tables[item[0]].redistribute] if box.bgp and item[0] in box.bgp.tables else []
                if any(told):
                    box.replicate.remove(item)
            for process in box.ospf:
                if any(other.bgp for other in routers):
                    process.default = ""

    def device(self, name: str) -> Router:
        box = Router(name)
        for number, zone in enumerate(self.zones, 1):
            box.vrfs[zone] = Vrf(zone, f"65000:{number}")
        self.network.devices[name] = box
        self.free[name] = 0
        return box

    def port(self, box: Router, *, switch: bool = False) -> str:
        self.free[box.name] += 1
        return f"GigabitEthernet{'1/0' if switch else '0/0'}/{self.free[box.name]}"

    def zone_number(self, zone: str) -> int:
        return 10 * (ZONES.index(zone) + 1)

    def lan(self, box: Router, zone: str) -> None:
        """Add a stub network on a routed port that nothing described is cabled to."""
        third = 1 + len(self.lans)
        length = self.random.choice((24, 24, 25, 26))
        base = ip(f"10.{self.zone_number(zone)}.{third}.0")
        name = self.port(box)
        box.add(Interface(name, "routed", vrf=zone, address=base + 1, length=length, cost=self.random.choice((1, 10))))
        self.lans.append((box.name, name, zone, Net(base, length)))

    def link(self, one: Router, other: Router, zones: list[str]) -> None:
        """Cable two routers; each zone gets a tagged subinterface (or the port itself when there is one zone)."""
        a, b = self.port(one), self.port(other)
        self.network.cables.append(((one.name, a), (other.name, b)))
        self.links += 1
        alone = len(zones) == 1 and self.random.random() < 0.5
        if not alone:
            one.add(Interface(a, "routed"))
            other.add(Interface(b, "routed"))
        for zone in zones:
            base = ip(f"10.{self.zone_number(zone)}.240.0") + 4 * self.links
            tag = 0 if alone else 100 * (ZONES.index(zone) + 1) + self.links
            cost = self.random.choice((1, 5, 10, 10, 20))
            other_cost = cost if self.random.random() < 0.8 else self.random.choice((1, 10, 30))
            straight = self.random.random() < 0.3
            for box, name, host, price in ((one, a, 1, cost), (other, b, 2, other_cost)):
                full = name if alone else f"{name}.{tag}"
                box.add(
                    Interface(
                        full,
                        "routed" if alone else "sub",
                        vlan=tag,
                        vrf=zone,
                        address=base + host,
                        length=30,
                        cost=price,
                        point_to_point=straight,
                    )
                )

    def graph(self, count: int) -> list[tuple[int, int]]:
        pairs = [(self.random.randrange(n), n) for n in range(1, count)]
        for _ in range(self.random.choice((0, 0, 1, 1, 2)) if count > 2 else 0):
            a, b = sorted(self.random.sample(range(count), 2))
            if (a, b) not in pairs:
                pairs.append((a, b))
        return pairs

    # -- shapes --------------------------------------------------------------------------------------------------

    def single(self) -> None:
        box = self.device("r1")
        for zone in self.zones:
            for _ in range(self.random.choice((1, 2))):
                self.lan(box, zone)

    def routed(self) -> None:
        count = self.random.choice((2, 2, 3, 3, 4, 5))
        boxes = [self.device(f"r{n + 1}") for n in range(count)]
        for a, b in self.graph(count):
            zones = [z for z in self.zones if self.random.random() < 0.9] or [self.zones[0]]
            self.link(boxes[a], boxes[b], zones)
        for zone in self.zones:
            for box in self.random.sample(boxes, self.random.choice((1, 2)) if count > 1 else 1):
                self.lan(box, zone)
        protocol = self.random.choice(("ospf", "ospf", "ospf-areas", "bgp", "bgp", "ibgp", "static", "mixed"))
        {
            "ospf": self.run_ospf,
            "ospf-areas": self.run_areas,
            "bgp": self.run_bgp,
            "ibgp": self.run_ibgp,
            "static": self.run_static,
            "mixed": self.run_mixed,
        }[protocol]()

    def campus(self) -> None:
        """Two layer-3 switches with HSRP (or one), access switches on trunks, VLANs of each zone."""
        random = self.random
        pair = random.random() < 0.6
        cores = [self.device("core1")] + ([self.device("core2")] if pair else [])
        access = [self.device(f"acc{n + 1}") for n in range(random.choice((1, 1, 2)))]
        vlans: dict[int, str] = {}
        for zone in self.zones:
            for n in range(random.choice((1, 2))):
                vlans[10 * (ZONES.index(zone) + 1) + n] = zone
        for box in [*cores, *access]:
            box.vlans = set(vlans) | {1, 99}
        native = random.choice((1, 99))
        for core in cores:
            for edge in access:
                self.trunk(core, edge, frozenset(vlans), native)
        if pair:
            self.trunk(cores[0], cores[1], frozenset(vlans), native)
        for vlan, zone in vlans.items():
            base = ip(f"10.{self.zone_number(zone)}.{vlan}.0")
            for n, core in enumerate(cores):
                name = f"Vlan{vlan}"
                hsrp = (vlan, base + 1, 110 - 10 * n) if pair else None
                address = base + (2 + n if pair else 1)
                core.add(Interface(name, "svi", vlan=vlan, vrf=zone, address=address, length=24, hsrp=hsrp))
            self.lans.append((cores[0].name, f"Vlan{vlan}", zone, Net(base, 24)))
            for edge in access:
                if random.random() < 0.8:
                    edge.add(Interface(self.port(edge, switch=True), "access", vlan=vlan))
        if random.random() < 0.5:
            far = self.device("r9")
            self.link(cores[0], far, list(self.zones))
            for zone in self.zones:
                if random.random() < 0.7:
                    self.lan(far, zone)
            random.choice((self.run_ospf, self.run_bgp, self.run_static))()
        elif pair and random.random() < 0.5:
            self.run_ospf()

    def trunk(self, one: Router, other: Router, allowed: frozenset[int], native: int) -> None:
        a, b = self.port(one, switch=True), self.port(other, switch=True)
        one.add(Interface(a, "trunk", allowed=allowed, native=native))
        other.add(Interface(b, "trunk", allowed=allowed, native=native))
        self.network.cables.append(((one.name, a), (other.name, b)))

    # -- routing -------------------------------------------------------------------------------------------------

    def speakers(self, zone: str) -> list[Router]:
        return [r for r in self.network.routers() if any(i.vrf == zone and i.address for i in r.interfaces.values())]

    def stub(self, box: Router, name: str) -> bool:
        return any(lan[0] == box.name and lan[1] == name for lan in self.lans)

    def run_ospf(self, areas: dict[str, int] | None = None) -> None:
        random = self.random
        for zone in self.zones:
            redistribute = random.random() < 0.3
            for n, box in enumerate(self.speakers(zone), 1):
                process = OspfProcess(self.zone_number(zone), zone, ip(f"10.255.{self.zone_number(zone)}.{n}"))
                for name, own in box.interfaces.items():
                    if own.vrf != zone or own.address is None:
                        continue
                    area = 0 if areas is None else areas[name if name in areas else f"{box.name}:{name}"]
                    if redistribute and self.stub(box, name) and random.random() < 0.5:
                        continue
                    process.networks.append((Net(own.address, 32), area))
                    if self.stub(box, name) or (own.mode == "svi" and random.random() < 0.5):
                        process.passive.add(name)
                if redistribute:
                    _redistribute(
                        process.redistribute,
                        Redistribution("connected", random.choice((10, 20)), random.choice((1, 2))),
                    )
                box.ospf.append(process)
            if random.random() < 0.3 and self.speakers(zone):
                self.static_into_ospf(random.choice(self.speakers(zone)), zone)

    def static_into_ospf(self, box: Router, zone: str) -> None:
        """Redistribute a static route to a network behind a host of a LAN, or a discard route."""
        lans = [lan for lan in self.lans if lan[0] == box.name and lan[2] == zone]
        prefix = Net(ip(f"10.{self.zone_number(zone)}.{self.random.choice((128, 130))}.0"), 23)
        if lans and self.random.random() < 0.7:
            static = Static(zone, prefix, next_hop=lans[0][3].value + 9)
        else:
            static = Static(zone, prefix, interface="Null0")
        box.statics.append(static)
        for process in box.ospf:
            if process.vrf == zone:
                _redistribute(
                    process.redistribute,
                    Redistribution("static", self.random.choice((5, 20)), self.random.choice((1, 2))),
                )
                if self.random.random() < 0.3:
                    process.default = "always"

    def run_areas(self) -> None:
        """Area of a link: the higher area of its two routers, or 0 when they differ and either is the backbone."""
        area_of = {box.name: self.random.choice((0, 0, 1)) for box in self.network.routers()}
        first = self.network.routers()[0].name
        area_of[first] = 0
        areas: dict[str, int] = {}
        for one, other in self.network.cables:
            area = 0 if area_of[one[0]] == area_of[other[0]] == 0 else 1
            for device, port in (one, other):
                box = self.network.devices[device]
                assert isinstance(box, Router)
                for name in box.interfaces:
                    if name.split(".")[0] == port:
                        areas[f"{device}:{name}"] = area
        for box in self.network.routers():
            for name in box.interfaces:
                areas.setdefault(f"{box.name}:{name}", area_of[box.name])
        self.run_ospf(areas)

    def sessions(self, zone: str, asn: Callable[[Router], int], **extra: bool) -> None:
        for one, other in self.network.cables:
            a, b = self.network.devices[one[0]], self.network.devices[other[0]]
            if not isinstance(a, Router) or not isinstance(b, Router):
                continue
            for name, own in a.interfaces.items():
                if own.vrf != zone or own.address is None or name.split(".")[0] != one[1]:
                    continue
                for far_name, far in b.interfaces.items():
                    if far.vrf == zone and far.address is not None and far_name.split(".")[0] == other[1]:
                        assert a.bgp
                        assert b.bgp
                        a.bgp.tables[zone].peers.append(Peer(far.address, asn(b), **extra))  # type: ignore[arg-type]
                        b.bgp.tables[zone].peers.append(Peer(own.address, asn(a), **extra))  # type: ignore[arg-type]

    def run_bgp(self) -> None:
        """Each router its own AS number; stub networks told by ``network`` or ``redistribute connected``."""
        random = self.random
        numbers = {box.name: 64500 + n for n, box in enumerate(self.network.routers(), 1)}
        for n, box in enumerate(self.network.routers(), 1):
            box.bgp = Bgp(numbers[box.name], ip(f"10.255.255.{n}"))
            for zone in self.zones:
                if box not in self.speakers(zone):
                    continue
                table = box.bgp.tables.setdefault(zone, BgpTable())
                if random.random() < 0.5:
                    _redistribute(table.redistribute, Redistribution("connected"))
                else:
                    table.networks += [lan[3] for lan in self.lans if lan[0] == box.name and lan[2] == zone]
        for zone in self.zones:
            self.sessions(zone, lambda box: numbers[box.name])
            for box in self.speakers(zone):
                assert box.bgp
                for peer in box.bgp.tables[zone].peers:
                    if random.random() < 0.2:
                        peer.filter_out = self.prefix_list(box, zone)
                    if random.random() < 0.2:
                        peer.filter_in = self.prefix_list(box, zone)
                    if random.random() < 0.2:
                        preference = random.choice((50, 200))
                        # On a ring a preference can have two stable results ("BGP wedgies", RFC 4264).
                        if len(self.network.cables) < len(self.network.devices):
                            peer.local_preference = preference
                    if random.random() < 0.2:
                        peer.prepend = random.choice((1, 2))

    def prefix_list(self, box: Router, zone: str) -> str:
        name = f"PL{len(box.prefix_lists) + 1}"
        whole = Net(ip(f"10.{self.zone_number(zone)}.0.0"), 16)
        rules = []
        for lan in self.lans:
            if lan[2] == zone and self.random.random() < 0.3:
                rules.append(  # noqa: PERF401 - the order of random draws is part of a seed's network
                    PrefixRule(self.random.random() < 0.3, lan[3], lan[3].length, lan[3].length)
                )
        rules.append(PrefixRule(True, whole, self.random.choice((16, 24)), self.random.choice((26, 30, 32))))
        box.prefix_lists[name] = rules
        return name

    def run_ibgp(self) -> None:
        """One AS number everywhere with sessions between neighbours (routes go one hop), and OSPF under it."""
        self.run_ospf()
        for n, box in enumerate(self.network.routers(), 1):
            box.bgp = Bgp(64500, ip(f"10.255.255.{n}"))
            for zone in self.zones:
                if box in self.speakers(zone):
                    table = box.bgp.tables.setdefault(zone, BgpTable())
                    _redistribute(table.redistribute, Redistribution("static"))
                    prefix = Net(ip(f"10.{self.zone_number(zone)}.{192 + n}.0"), 24)
                    lans = [lan for lan in self.lans if lan[0] == box.name and lan[2] == zone]
                    if lans:
                        box.statics.append(Static(zone, prefix, next_hop=lans[0][3].value + 7))
        for zone in self.zones:
            self.sessions(zone, lambda _: 64500, next_hop_self=True)

    def run_mixed(self) -> None:
        """BGP between the first router and its neighbours, OSPF elsewhere, both redistributed at the border."""
        routers = self.network.routers()
        head = routers[0]
        self.run_ospf()
        numbers = {box.name: 64501 for box in routers} | {head.name: 64500}
        near = {
            other[0] if one[0] == head.name else one[0]
            for one, other in self.network.cables
            if head.name in (one[0], other[0])
        }
        for n, box in enumerate(routers, 1):
            if box is head or box.name in near:
                box.bgp = Bgp(numbers[box.name], ip(f"10.255.255.{n}"))
        border = sorted(near)[0]
        cable_ports = {end for cable in self.network.cables for end in cable if head.name in (cable[0][0], cable[1][0])}
        for zone in self.zones:
            for box in routers:
                if box.bgp is None or box not in self.speakers(zone):
                    continue
                box.bgp.tables.setdefault(zone, BgpTable())
                for process in box.ospf:
                    if process.vrf != zone:
                        continue
                    gone = {
                        own.address
                        for name, own in box.interfaces.items()
                        if (box.name, name.split(".")[0]) in cable_ports
                    }
                    process.networks = [item for item in process.networks if item[0].value not in gone]
                    if box.name == border:
                        _redistribute(process.redistribute, Redistribution("bgp", 30))
                if box is head:
                    _redistribute(box.bgp.tables[zone].redistribute, Redistribution("connected"))
                elif any(p.vrf == zone for p in box.ospf):
                    _redistribute(box.bgp.tables[zone].redistribute, Redistribution("ospf"))
                    _redistribute(box.bgp.tables[zone].redistribute, Redistribution("connected"))
            self.pair_sessions(head, border, zone, numbers)
        for box in routers:
            if box.bgp is not None and box is not head and box.name != border:
                box.bgp = None

    def pair_sessions(self, head: Router, border: str, zone: str, numbers: dict[str, int]) -> None:
        box = self.network.devices[border]
        assert isinstance(box, Router)
        for own in head.interfaces.values():
            for far in box.interfaces.values():
                if own.vrf != zone or far.vrf != zone or own.address is None or far.address is None:
                    continue
                if own.length == 30 and own.address & mask(30) == far.address & mask(30):
                    assert head.bgp
                    assert box.bgp
                    head.bgp.tables[zone].peers.append(Peer(far.address, numbers[border]))
                    box.bgp.tables[zone].peers.append(Peer(own.address, numbers[head.name]))

    def run_static(self) -> None:
        """Static routes along a tree: every router knows every LAN, now and then with a floating second way."""
        routers = self.network.routers()
        for zone in self.zones:
            near: dict[str, list[tuple[str, int]]] = {box.name: [] for box in routers}
            for box in routers:
                for own in box.interfaces.values():
                    for other in routers:
                        for far in other.interfaces.values():
                            if other is box or own.vrf != zone or far.vrf != zone:
                                continue
                            if own.address is None or far.address is None or own.length != far.length:
                                continue
                            if own.length == 30 and own.address & mask(30) == far.address & mask(30):
                                near[box.name].append((other.name, far.address))
            for device, _, lan_zone, prefix in self.lans:
                if lan_zone != zone:
                    continue
                distance = {device: 0}
                queue = [device]
                while queue:
                    here = queue.pop(0)
                    for other, _ in near[here]:
                        if other not in distance:
                            distance[other] = distance[here] + 1
                            queue.append(other)
                for box in routers:
                    ways = sorted(
                        ((distance.get(o, 99), a) for o, a in near[box.name] if distance.get(o, 99) < 99), key=str
                    )
                    if box.name != device and ways:
                        box.statics.append(Static(zone, prefix, next_hop=ways[0][1]))
                        if len(ways) > 1 and self.random.random() < 0.5:
                            box.statics.append(
                                Static(zone, prefix, next_hop=ways[1][1], distance=self.random.choice((1, 200)))
                            )

    # -- the firewall --------------------------------------------------------------------------------------------

    def add_firewall(self) -> None:
        random = self.random
        core = self.network.routers()[0]
        box = Firewall("fw1")
        self.network.devices["fw1"] = box
        switch = bool(core.vlans)
        port = self.port(core, switch=switch)
        self.network.cables.append(((core.name, port), ("fw1", "port1")))
        tags = {zone: 400 + n for n, zone in enumerate(self.zones, 1)}
        if switch:
            core.vlans |= set(tags.values())
            core.add(Interface(port, "trunk", allowed=frozenset(tags.values()), native=99))
        else:
            core.add(Interface(port, "routed"))
        for zone, tag in tags.items():
            base = ip(f"10.{self.zone_number(zone)}.250.0")
            if switch:
                core.add(Interface(f"Vlan{tag}", "svi", vlan=tag, vrf=zone, address=base + 2, length=29))
            else:
                core.add(Interface(f"{port}.{tag}", "sub", vlan=tag, vrf=zone, address=base + 2, length=29))
            box.interfaces[f"v{tag}"] = FirewallInterface(f"v{tag}", "port1", tag, base + 1, 29)
            box.statics.append((Net(ip(f"10.{self.zone_number(zone)}.0.0"), 16), base + 2, f"v{tag}", 10))
            box.addresses[f"net-{zone}"] = Net(ip(f"10.{self.zone_number(zone)}.0.0"), 16)
            for process in core.ospf:
                if process.vrf == zone and random.random() < 0.8:
                    _redistribute(process.redistribute, Redistribution("static", 20, 2))
            if core.bgp and zone in core.bgp.tables and random.random() < 0.8:
                _redistribute(core.bgp.tables[zone].redistribute, Redistribution("static"))
            for other in self.zones:
                if other != zone and random.random() < 0.8:
                    core.statics.append(
                        Static(zone, Net(ip(f"10.{self.zone_number(other)}.0.0"), 16), next_hop=base + 1)
                    )
        if random.random() < 0.3:
            box.zones["inside"] = [f"v{tags[self.zones[0]]}"]
        for n in range(random.choice((0, 1, 2, 3, 4))):
            self.firewall_policy(box, tags, n + 1)

    def firewall_policy(self, box: Firewall, tags: dict[str, int], number: int) -> None:
        random = self.random
        source, target = random.sample(self.zones, 2)
        into, out = [f"v{tags[source]}"], [f"v{tags[target]}"]
        if box.zones.get("inside") == into:
            into = ["inside"]
        if box.zones.get("inside") == out:
            out = ["inside"]
        if random.random() < 0.1:
            into = ["any"]
        policy = FirewallPolicy(number, into, out, ["all"], ["all"], ["ALL"])
        policy.accept = random.random() < 0.85
        sources = [lan for lan in self.lans if lan[2] == source]
        targets = [lan for lan in self.lans if lan[2] == target]
        if sources and random.random() < 0.8:
            policy.src = [self.address(box, random.choice(sources)[3])]
        if targets and random.random() < 0.8:
            policy.dst = [self.address(box, random.choice(targets)[3])]
        if random.random() < 0.8:
            policy.services = [self.service(box) for _ in range(random.choice((1, 1, 2)))]
        policy.negate_src = policy.src != ["all"] and random.random() < 0.08
        policy.negate_dst = policy.dst != ["all"] and random.random() < 0.08
        policy.negate_service = policy.services != ["ALL"] and random.random() < 0.05
        policy.nat = random.random() < 0.15
        policy.disabled = random.random() < 0.08
        if targets and random.random() < 0.12:
            lan = random.choice(targets)[3]
            outside = ip(f"10.{self.zone_number(source)}.250.{100 + number}")
            name = f"vip{number}"
            box.vips[name] = Vip(name, outside, lan.value + 5, f"v{tags[source]}")
            policy.dst, policy.negate_dst = [name], False
            # The core of the source zone must know the way to the virtual address: it stands outside the /29.
            core = self.network.routers()[0]
            core.statics.append(Static(source, Net(outside, 32), next_hop=ip(f"10.{self.zone_number(source)}.250.1")))
        box.policies.append(policy)

    def address(self, box: Firewall, lan: Net) -> str:
        random = self.random
        name = f"a{len(box.addresses) + 1}"
        match random.choice(("lan", "host", "range", "group")):
            case "lan":
                box.addresses[name] = lan
            case "host":
                box.addresses[name] = Net(lan.value + 5, 32)
            case "range":
                box.addresses[name] = (lan.value + 4, lan.value + 11)
            case _:
                box.addresses[name] = Net(lan.value + 5, 32)
                box.addresses[f"{name}b"] = Net(lan.value + 16, 28)
                box.groups[f"g{name}"] = [name, f"{name}b"]
                return f"g{name}"
        return name

    def service(self, box: Firewall) -> str:
        name = f"s{len(box.services) + 1}"
        port = self.random.choice(PORTS)
        match self.random.choice(("tcp", "tcp", "udp", "range", "both", "icmp")):
            case "tcp":
                box.services[name] = Service(name, tcp=[(port, port)])
            case "udp":
                box.services[name] = Service(name, udp=[(port, port)])
            case "range":
                box.services[name] = Service(
                    name, tcp=[(port, port + 10)], source=self.random.choice((None, (1024, 65535)))
                )
            case "both":
                box.services[name] = Service(name, tcp=[(port, port)], udp=[(port, port), (7000, 7010)])
            case _:
                box.services[name] = Service(name, protocol=1)
        return name

    # -- filters -------------------------------------------------------------------------------------------------

    def acl(self, box: Router, *, wide: bool = False) -> str:
        name = f"F{len(box.acls) + 1}"
        box.acls[name] = [self.entry() for _ in range(self.random.choice((1, 2, 3, 5)))]
        if wide or self.random.random() < 0.5:
            box.acls[name].append(Entry(True, "ip"))
        return name

    def entry(self) -> Entry:
        random = self.random
        protocol = random.choice(("ip", "tcp", "tcp", "udp", "icmp"))
        ports = protocol in ("tcp", "udp")
        return Entry(
            random.random() < 0.5,
            protocol,
            self.place(),
            self.place(),
            self.span() if ports and random.random() < 0.15 else None,
            self.span() if ports and random.random() < 0.6 else None,
            established=protocol == "tcp" and random.random() < 0.1,
        )

    def place(self) -> tuple[int, int]:
        random = self.random
        lan = random.choice(self.lans)[3] if self.lans else Net(ip("10.10.1.0"), 24)
        match random.choice(("any", "lan", "host", "zone", "odd")):
            case "lan":
                return lan.value, ~mask(lan.length) & 0xFFFFFFFF
            case "host":
                return lan.value + 5, 0
            case "zone":
                return lan.value & mask(16), 0x0000FFFF
            case "odd":  # a wildcard with a hole: every second address
                return lan.value + 1, 0x000000FE
        return 0, 0xFFFFFFFF

    def span(self) -> Span:
        port = self.random.choice(PORTS)
        match self.random.choice(("eq", "eq", "eq", "range", "gt", "lt", "neq")):
            case "range":
                return Span("range", port, port + 20)
            case "gt":
                return Span("gt", port)
            case "lt":
                return Span("lt", port)
            case "neq":
                return Span("neq", port)
        return Span("eq", port)

    def add_filters(self) -> None:
        for box in self.network.routers():
            for own in box.interfaces.values():
                if own.address is None or own.mode == "loopback":
                    continue
                if self.random.random() < 0.2:
                    own.acl_in = self.acl(box)
                if self.random.random() < 0.15:
                    own.acl_out = self.acl(box)

    # -- mistakes ------------------------------------------------------------------------------------------------

    def mistake(self) -> None:
        self.random.choice(
            (
                self.leak_static,
                self.leak_static,
                self.leak_targets,
                self.leak_targets,
                self.leak_replicate,
                self.leak_policy,
                self.leak_policy,
                self.leak_vrf,
                self.leak_nat,
                self.leak_global,
                self.join_patch,
                self.join_native,
                self.join_access,
                self.cut_port,
                self.cut_port,
                self.cut_ospf,
                self.cut_address,
            )
        )()

    def two_zones(self) -> tuple[Router, str, str, tuple[str, str, str, Net]] | None:
        """Return a device, a zone that leaks into it, and a LAN of another zone that the device has itself."""
        own = [lan for lan in self.lans if lan[2] in self.zones]
        if not own:
            return None
        lan = self.random.choice(own)
        box = self.network.devices[lan[0]]
        assert isinstance(box, Router)
        other = self.random.choice([z for z in self.zones if z != lan[2]])
        return box, other, lan[2], lan

    def leak_static(self) -> None:
        """A static route in one VRF out of another VRF's interface."""
        found = self.two_zones()
        if found is None:
            return
        box, zone, _, (_, name, _, prefix) = found
        box.statics.append(Static(zone, Net(prefix.value, 24), next_hop=prefix.value + 9, interface=name))
        if self.random.random() < 0.5:
            self.leak_back(box, zone)

    def leak_back(self, box: Router, zone: str) -> None:
        for process in box.ospf:
            if process.vrf == zone:
                _redistribute(process.redistribute, Redistribution("static", 20, 2))
        if box.bgp and zone in box.bgp.tables:
            _redistribute(box.bgp.tables[zone].redistribute, Redistribution("static"))

    def leak_targets(self) -> None:
        """A route target of one VRF imported into another; needs the VRFs in BGP on that device."""
        box = self.random.choice(self.network.routers())
        if box.bgp is None:
            box.bgp = Bgp(64999, ip("10.255.254.1"))
        source, target = self.random.sample(self.zones, 2)
        for zone in (source, target):
            if zone not in box.bgp.tables:
                box.bgp.tables[zone] = BgpTable(redistribute=[Redistribution("connected")])
        box.vrfs[source].exports.add("65000:77")
        box.vrfs[target].imports.add("65000:77")

    def leak_replicate(self) -> None:
        box = self.random.choice(self.network.routers())
        source, target = self.random.sample(self.zones, 2)
        box.replicate.append((target, source, self.random.choice(("connected", "static", "all"))))

    def leak_policy(self) -> None:
        """Policy routing into another VRF, to a next hop, or to nowhere."""
        found = self.two_zones()
        if found is None:
            return
        box, zone, owner, (_, _, _, prefix) = found
        interfaces = [i for i in box.interfaces.values() if i.vrf == zone and i.address is not None]
        if not interfaces:
            return
        own = self.random.choice(interfaces)
        acl = f"P{len(box.acls) + 1}"
        box.acls[acl] = [Entry(True, self.random.choice(("ip", "tcp")), dst=(prefix.value, 0x000000FF))]
        clause = Clause(10, True, acl)
        match self.random.choice(("vrf", "vrf", "hop", "null", "deny")):
            case "vrf":
                clause.set_vrf = owner
            case "hop":
                clause.next_hop = self.random.choice((own.address or 0, 1)) + 1
            case "null":
                clause.null = True
            case _:
                clause.permit = False
        name = f"PBR{len(box.route_maps) + 1}"
        box.route_maps[name] = [clause]
        if not clause.permit:
            box.route_maps[name].append(Clause(20, True, acl, set_vrf=owner))
        own.policy = name

    def leak_vrf(self) -> None:
        """An interface placed into the wrong VRF."""
        lan = self.random.choice(self.lans)
        box = self.network.devices[lan[0]]
        assert isinstance(box, Router)
        box.interfaces[lan[1]].vrf = self.random.choice(self.zones)

    def leak_nat(self) -> None:
        """Static NAT of a LAN's host: inside its own VRF, or out into the global table."""
        found = self.two_zones()
        if found is None:
            return
        box, _, owner, (_, name, _, prefix) = found
        if box.vlans or box.nat:
            return
        if self.random.random() < 0.5:
            self.leak_global()
        outside = [
            i for i in box.interfaces.values() if i.vrf in ("", owner) and i.address is not None and i.name != name
        ]
        if not outside:
            return
        out = self.random.choice(outside)
        box.interfaces[name].nat = "inside"
        out.nat = "outside"
        alone = out.vrf == owner
        rule = StaticNat(prefix.value + 5, ip(f"172.16.{self.zone_number(owner)}.5"), owner, alone)
        box.nat.append(rule)

    def leak_global(self) -> None:
        """A LAN of the global table, a route there into a zone, and a VRF route to it by ``global``."""
        found = self.two_zones()
        if found is None:
            return
        box, zone, _, (_, name, _, prefix) = found
        if box.vlans or any(own.address == ip("10.99.1.1") for own in box.interfaces.values()):
            return
        port = self.port(box)
        base = ip("10.99.1.0")
        box.add(Interface(port, "routed", address=base + 1, length=24))
        box.statics.append(Static("", prefix, next_hop=prefix.value + 9, interface=name))
        box.statics.append(Static(zone, Net(base, 24), next_hop=base + 9, in_global=True))

    def switch_ports(self, mode: str) -> list[tuple[Router, Interface]]:
        return [(b, i) for b in self.network.routers() for i in b.interfaces.values() if i.mode == mode]

    def join_patch(self) -> None:
        """A cable between two access ports."""
        used = {end for cable in self.network.cables for end in cable}
        ports = [(b, i) for b, i in self.switch_ports("access") if (b.name, i.name) not in used]
        if len(ports) >= 2:
            (a, one), (b, other) = self.random.sample(ports, 2)
            self.network.cables.append(((a.name, one.name), (b.name, other.name)))

    def join_native(self) -> None:
        """Another native VLAN at one end of a trunk, and both natives allowed."""
        cabled = [c for c in self.network.cables if all(self.mode(*end) == "trunk" for end in c)]
        if not cabled:
            return
        (one, a), (other, b) = self.random.choice(cabled)
        first, second = self.network.devices[one], self.network.devices[other]
        assert isinstance(first, Router)
        assert isinstance(second, Router)
        vlans = sorted(first.interfaces[a].allowed & second.interfaces[b].allowed)
        first.interfaces[a].native, second.interfaces[b].native = self.random.choice(vlans), self.random.choice(vlans)

    def mode(self, device: str, port: str) -> str:
        box = self.network.devices[device]
        return box.interfaces[port].mode if isinstance(box, Router) else "firewall"

    def join_access(self) -> None:
        """An access port in another VLAN."""
        ports = self.switch_ports("access")
        if ports:
            box, own = self.random.choice(ports)
            own.vlan = self.random.choice(sorted(box.vlans))

    def cut_port(self) -> None:
        box = self.random.choice(self.network.routers())
        own = self.random.choice(list(box.interfaces.values()))
        own.shutdown = True

    def cut_ospf(self) -> None:
        """A transit interface made passive, left out, or put into another area."""
        found = [p for box in self.network.routers() for p in box.ospf if p.networks]
        if not found:
            return
        process = self.random.choice(found)
        box = next(b for b in self.network.routers() if process in b.ospf)
        at = self.random.randrange(len(process.networks))
        match self.random.choice(("passive", "gone", "area")):
            case "passive":
                address = process.networks[at][0].value
                process.passive |= {n for n, i in box.interfaces.items() if i.address == address}
            case "gone":
                del process.networks[at]
            case _:
                process.networks[at] = (process.networks[at][0], 7)

    def cut_address(self) -> None:
        """A mask that differs from the neighbour's."""
        box = self.random.choice(self.network.routers())
        linked = [i for i in box.interfaces.values() if i.length == 30]
        if not linked:
            return
        chosen = self.random.choice(linked)
        wider = Net((chosen.address or 0) & mask(29), 29)
        others = [i for i in box.interfaces.values() if i is not chosen and i.vrf == chosen.vrf and i.address]
        if not any(wider.holds(i.address or 0) for i in others):  # IOS refuses overlapping networks in one VRF
            chosen.length = 29

    # -- declared flows ------------------------------------------------------------------------------------------

    def declare(self) -> None:
        """Declare flows: some that the firewall lets pass, some that nothing lets pass, sometimes none."""
        random = self.random
        firewall = self.network.devices.get("fw1")
        if not isinstance(firewall, Firewall) or random.random() < 0.4:
            return
        for n, policy in enumerate(firewall.policies, 1):
            if not policy.accept or random.random() < 0.3:
                continue
            pair = [
                next(
                    (
                        z
                        for z in self.zones
                        if firewall.addresses.get(f"net-{z}", Net(0, 0)).holds(  # type: ignore[union-attr]
                            firewall.interfaces[i].address
                        )
                    ),
                    None,
                )
                for i in (
                    self.physical(firewall, policy.src_interfaces),
                    self.physical(firewall, policy.dst_interfaces),
                )
                if i
            ]
            if len(pair) != 2 or None in pair:
                continue
            services = [firewall.services[s] for s in policy.services if s != "ALL"]
            tcp = next((s.tcp[0] for s in services if s.tcp), None)
            src, dst = self.declared(firewall, policy.src, pair[0]), self.declared(firewall, policy.dst, pair[1])
            self.network.flows.append(Flow(f"F{n}", str(pair[0]), str(pair[1]), src, dst, "tcp" if tcp else "ip", tcp))

    def physical(self, box: Firewall, names: list[str]) -> str:
        name = box.zones.get(names[0], names)[0]
        return name if name in box.interfaces else ""

    def declared(self, box: Firewall, names: list[str], zone: str | None) -> Net:
        known = box.addresses.get(names[0])
        if isinstance(known, Net):
            return known
        if isinstance(known, tuple):
            return Net(known[0] & mask(29), 29)
        return Net(ip(f"10.{self.zone_number(str(zone))}.0.0"), 16)
