"""A campus of the usual kind: layer-3 switches, static routes over a ring of one VLAN, an access list on every VLAN.

The third octet of an address says the zone (its two highest bits), the second one the switch. A host may talk inside
its zone and to declared servers; the policy declares exactly that, so that the campus is proved.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ZONES = {"office": 0, "lab": 64, "dorm": 128, "server": 192}
VLANS = {"office": 14, "lab": 12, "dorm": 12, "server": 2}
PORTS = {"office": (443, 445), "lab": (443, 22), "dorm": (443,)}
SERVERS = 12  # one on each of the first switches
SOCKETS = 96


def _lists(switch: int, zone: str, index: int) -> list[str]:
    """Return the access list of one VLAN."""
    third = ZONES[zone] + index
    own = f"10.{switch}.{third}.0 0.0.0.255"
    # the zone's addresses everywhere: second and fourth octets do not matter, of the third its two highest bits do
    lines = [
        f"ip access-list extended {zone}-{index}-in",
        f" remark {zone} network {index}",
        f" permit ip {own} 10.0.{ZONES[zone]}.0 0.255.63.255",
    ]
    for other, ports in PORTS.items():
        for port in ports:
            if zone == other:
                lines += [f" permit tcp {own} host 10.{k}.192.10 eq {port}" for k in range(SERVERS)]
            elif zone == "server" and index == 0 and switch < SERVERS:
                server = f"host 10.{switch}.192.10"
                lines.append(f" permit tcp {server} eq {port} 10.0.{ZONES[other]}.0 0.255.63.255 established")
    return [*lines, " deny ip any any log", "!"]


def _switch(number: int, switches: int, chance: random.Random) -> str:
    lines = ["version 15.2", f"hostname r{number}", "no service pad", "ip routing", "vtp mode transparent", "!"]
    vlans = [(zone, index, 100 + ZONES[zone] + index) for zone in ZONES for index in range(VLANS[zone])]
    for zone, index, vlan in vlans:
        lines += [f"vlan {vlan}", f" name {zone}-{index}", "!"]
    lines += ["vlan 1000", " name backbone", "!"]
    sockets = chance.sample(vlans, len(vlans))
    for socket in range(SOCKETS):
        zone, index, vlan = sockets[socket % len(sockets)]
        lines += [
            f"interface GigabitEthernet{socket // 48 + 1}/0/{socket % 48 + 1}",
            f" description {zone} {index}",
            f" switchport access vlan {vlan}",
            " switchport mode access",
            " storm-control broadcast level 1.00",
            " spanning-tree portfast",
            " spanning-tree bpduguard enable",
            "!",
        ]
    for slot in (1, 2):
        lines += [
            f"interface TenGigabitEthernet{slot}/1/1",
            " switchport mode trunk",
            " switchport trunk allowed vlan 1000",
            "!",
        ]
    for zone, index, vlan in vlans:
        lines += [
            f"interface Vlan{vlan}",
            f" description {zone} {index}",
            f" ip address 10.{number}.{ZONES[zone] + index}.1 255.255.255.0",
            f" ip access-group {zone}-{index}-in in",
            " no ip redirects",
            " no ip proxy-arp",
            "!",
        ]
    lines += ["interface Vlan1000", f" ip address 172.31.0.{number + 1} 255.255.255.0", " no ip proxy-arp", "!"]
    lines += [f"ip route 10.{k}.0.0 255.255.0.0 172.31.0.{k + 1}" for k in range(switches) if k != number]
    lines.append("!")
    for zone, index, _ in vlans:
        lines += _lists(number, zone, index)
    return "\n".join([*lines, "end", ""])


def _policy(switches: int) -> str:
    lines = ["zones:"]
    for zone, first in ZONES.items():
        members = ", ".join(f"{{vlan: {100 + first + index}}}" for index in range(VLANS[zone]))
        lines.append(f"  {zone}: {{members: [{members}]}}")
    lines.append("flows:")
    servers = ", ".join(f"10.{k}.192.10" for k in range(SERVERS))
    for zone, ports in PORTS.items():
        sources = ", ".join(
            f"10.{k}.{ZONES[zone] + index}.0/24" for k in range(switches) for index in range(VLANS[zone])
        )
        lines += [
            f"  - {{id: {zone}, from: {zone}, to: server, protocol: tcp, dport: {list(ports)}, basis: service list,",
            f"     owner: IT, expires: 2027-03-31, src: [{sources}], dst: [{servers}]}}",
        ]
    return "\n".join([*lines, ""])


def make_campus(folder: Path, switches: int = 16) -> Path:
    """Write a campus with its policy into ``folder`` and return it."""
    configs = folder / "configs"
    configs.mkdir(parents=True)
    chance = random.Random(1)
    for number in range(switches):
        (configs / f"r{number}.cfg").write_text(_switch(number, switches, chance), encoding="utf-8")
    ring = [
        {
            "node1": {"hostname": f"r{k}", "interfaceName": "TenGigabitEthernet2/1/1"},
            "node2": {"hostname": f"r{(k + 1) % switches}", "interfaceName": "TenGigabitEthernet1/1/1"},
        }
        for k in range(switches)
    ]
    (folder / "layer1_topology.json").write_text(json.dumps({"edges": ring}), encoding="utf-8")
    (folder / "policy.yml").write_text(_policy(switches), encoding="utf-8")
    return folder
