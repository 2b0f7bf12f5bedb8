"""A hub-and-spoke city as configuration text and cabling, of any size: four VRFs, OSPF, HSRP, eBGP to a data centre."""

from __future__ import annotations

from network.config import read_device
from network.config.model import Cable, Snapshot

VRFS = (("kikan", 10), ("naibu", 20), ("inet", 30), ("mgmt", 90))
BASE = {"kikan": 2000, "naibu": 2100, "inet": 2200, "mgmt": 2300}
USERS = {"kikan": 10, "naibu": 20, "inet": 30, "mgmt": 90}


def _address(octet: int, index: int, end: int) -> str:
    number = index * 4 + end
    return f"10.{octet}.{200 + number // 65536 * 0 + (number >> 8)}.{number & 255}"


class Box:
    """A device's text under construction."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines = [f"hostname {name}", "vtp mode transparent", "ip routing"]
        for vrf, _ in VRFS:
            self.lines += [f"vrf definition {vrf}", " address-family ipv4", " exit-address-family", "!"]
        self.vlans: set[int] = {997}
        self.body: list[str] = []
        self.active: dict[str, list[str]] = {vrf: [] for vrf, _ in VRFS}
        self.port = 0
        self.extra: dict[str, list[str]] = {vrf: [] for vrf, _ in VRFS}
        self.tail: list[str] = []

    def next_port(self) -> str:
        self.port += 1
        return f"TenGigabitEthernet1/0/{self.port}"

    def trunk(self, vlans: list[int]) -> str:
        port = self.next_port()
        self.vlans.update(vlans)
        self.body += [
            f"interface {port}",
            " switchport mode trunk",
            " switchport trunk native vlan 997",
            f" switchport trunk allowed vlan {','.join(map(str, vlans))}",
            "!",
        ]
        return port

    def access(self, vlan: int) -> str:
        port = self.next_port()
        self.vlans.add(vlan)
        self.body += [f"interface {port}", " switchport mode access", f" switchport access vlan {vlan}", "!"]
        return port

    def svi(
        self, vlan: int, vrf: str, address: str, mask: str, *, active: bool = False, more: tuple[str, ...] = ()
    ) -> None:
        self.vlans.add(vlan)
        self.body += [f"interface Vlan{vlan}", f" vrf forwarding {vrf}", f" ip address {address} {mask}"]
        if active:
            self.body.append(" ip ospf network point-to-point")
            self.active[vrf].append(f"Vlan{vlan}")
        self.body += [f" {line}" for line in more] + ["!"]

    def text(self, *, ospf: bool = True) -> str:
        lines = list(self.lines)
        lines.append(f"vlan {','.join(map(str, sorted(self.vlans)))}")
        lines.append("!")
        lines += self.body
        if ospf:
            for vrf, octet in VRFS:
                lines += [f"router ospf {octet} vrf {vrf}", " capability vrf-lite", " passive-interface default"]
                lines += [f" no passive-interface {name}" for name in self.active[vrf]]
                lines += [f" {line}" for line in self.extra[vrf]]
                lines += [f" network 10.{octet}.0.0 0.0.255.255 area 0", "!"]
        lines += self.tail
        return "\n".join([*lines, "end", ""])


def texts(
    sites: int, *, hall_access: int = 6, site_access: int = 1
) -> tuple[dict[str, str], list[tuple[str, str, str, str]]]:
    """Return (name → configuration, cables)."""
    boxes: dict[str, Box] = {}
    cables: list[tuple[str, str, str, str]] = []
    index = 70
    for name in ("core1", "core2", "bosai1", "bosai2", "dc1", "dc2"):
        boxes[name] = Box(name)

    def link(one: str, two: str, number: int, *, active: bool = True) -> None:
        vlans = [BASE[vrf] + number % 100 for vrf, _ in VRFS]
        cables.append((one, boxes[one].trunk(vlans), two, boxes[two].trunk(vlans)))
        for (vrf, octet), vlan in zip(VRFS, vlans, strict=True):
            for end, name in ((1, one), (2, two)):
                boxes[name].svi(vlan, vrf, _address(octet, number, end), "255.255.255.252", active=active)

    for one, two in (("core1", "core2"), ("bosai1", "bosai2"), ("core1", "bosai1"), ("core2", "bosai2")):
        link(one, two, index)
        index += 1
    for one, two in (("core1", "dc1"), ("bosai1", "dc2")):
        link(one, two, index, active=False)
        for vrf, octet in VRFS:
            mine, other = _address(octet, index, 1), _address(octet, index, 2)
            _bgp(boxes[one], 64496 if one == "core1" else 64497, vrf, octet, other, 64500, city=True)
            _bgp(boxes[two], 64500, vrf, octet, mine, 64496 if one == "core1" else 64497, city=False)
        index += 1
    link("dc1", "dc2", index, active=False)
    for vrf, octet in VRFS:
        _bgp(boxes["dc1"], 64500, vrf, octet, _address(octet, index, 2), 64500, city=False)
        _bgp(boxes["dc2"], 64500, vrf, octet, _address(octet, index, 1), 64500, city=False)
    for n, name in enumerate(("dc1", "dc2")):
        for vrf, octet in VRFS:
            boxes[name].svi(USERS[vrf] + 1, vrf, f"10.{octet}.{29 + n}.1", "255.255.255.0")
            boxes[name].access(USERS[vrf] + 1)
    vlans = list(USERS.values())
    for pair, site in ((("core1", "core2"), 1), (("bosai1", "bosai2"), 2)):
        for n, name in enumerate(pair):
            for vrf, octet in VRFS:
                hsrp = (
                    "standby version 2",
                    f"standby 1 ip 10.{octet}.{site}.1",
                    f"standby 1 priority {110 - 10 * n}",
                    "standby 1 preempt",
                )
                boxes[name].svi(USERS[vrf], vrf, f"10.{octet}.{site}.{2 + n}", "255.255.255.128", more=hsrp)
        for n in range(hall_access if site == 1 else 2):
            _access(boxes, cables, f"{pair[0][:-1]}acc{n + 1}", pair, vlans, site, n)
    for site in range(3, 3 + sites):
        name = f"site{site}"
        boxes[name] = Box(name)
        for strand, core in enumerate(("core1", "core2")):
            link(core, name, 100 + 2 * site + strand)
        for vrf, octet in VRFS:
            boxes[name].svi(
                USERS[vrf], vrf, f"10.{octet}.{site % 190 + 3}.{1 + 128 * (site // 190 % 2)}", "255.255.255.192"
            )
        boxes[name].access(20)
        for n in range(site_access):
            _access(boxes, cables, f"{name}acc{n + 1}", (name,), vlans, site % 190 + 3, n)
    return {name: box.text(ospf="acc" not in name and not name.startswith("dc")) for name, box in boxes.items()}, cables


def _access(
    boxes: dict[str, Box],
    cables: list[tuple[str, str, str, str]],
    name: str,
    up: tuple[str, ...],
    vlans: list[int],
    site: int,
    number: int,
) -> None:
    boxes[name] = Box(name)
    for upper in up:
        cables += [(upper, boxes[upper].trunk(vlans), name, boxes[name].trunk(vlans))]
    boxes[name].svi(90, "mgmt", f"10.90.{site}.{20 + number}", "255.255.255.128")
    boxes[name].tail.append(f"ip route vrf mgmt 10.90.0.0 255.255.0.0 10.90.{site}.1")
    for vlan in (10, 20, 20, 30):
        boxes[name].access(vlan)
    cables.append((name, boxes[name].access(90), f"{name}-ap", "GigabitEthernet0"))


def _bgp(box: Box, asn: int, vrf: str, octet: int, peer: str, remote: int, *, city: bool) -> None:
    lines = [f"router bgp {asn}", " bgp log-neighbor-changes", f" address-family ipv4 vrf {vrf}"]
    lines += [f"  neighbor {peer} remote-as {remote}", f"  neighbor {peer} activate"]
    if city:
        lines += [
            f"  neighbor {peer} route-map DC-{octet}-IN in",
            f"  redistribute ospf {octet} match internal route-map TO-DC",
        ]
        if asn == 64497:
            lines.append("  distance bgp 200 200 200")
            lines.append(f"  neighbor {peer} route-map PREPEND out")
        box.extra[vrf].append(f"redistribute bgp {asn} metric 100 route-map FROM-DC")
    elif remote == asn:
        lines.append(f"  neighbor {peer} next-hop-self")
    else:
        lines.append("  redistribute connected")
    lines += [" exit-address-family", "!"]
    box.tail += lines
    if city:
        box.tail += [
            f"ip prefix-list DC-{octet} seq 5 permit 10.{octet}.29.0/24",
            f"ip prefix-list DC-{octet} seq 10 permit 10.{octet}.30.0/24",
            f"route-map DC-{octet}-IN permit 10",
            f" match ip address prefix-list DC-{octet}",
            "!",
        ]
        if vrf == "kikan":
            box.tail += [
                "route-map FROM-DC permit 10",
                " set tag 64500",
                "!",
                "route-map TO-DC deny 5",
                " match tag 64500",
                "!",
                "route-map TO-DC permit 10",
                "!",
                "route-map PREPEND permit 10",
                f" set as-path prepend {asn} {asn}",
                "!",
            ]


def snapshot(sites: int, *, hall_access: int = 6, site_access: int = 1) -> Snapshot:
    """Return the city as a snapshot."""
    configs, cables = texts(sites, hall_access=hall_access, site_access=site_access)
    devices = {name: read_device(text, f"{name}.cfg") for name, text in configs.items()}
    return Snapshot(devices, [Cable(*cable) for cable in cables])
