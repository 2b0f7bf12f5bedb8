"""Small networks as text, for the tests of the proof."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from network.config import read_device
from network.config.model import Cable, Snapshot
from network.policy.model import Policy, parse_policy
from network.policy.verify import verify

if TYPE_CHECKING:
    from network.policy.verdict import Result

TODAY = datetime.date(2026, 11, 22)

ZONES = """
zones:
  kikan: {members: [{vrf: kikan}]}
  naibu: {members: [{vrf: naibu}]}
"""
FLOW = """
flows:
  - {id: F1, from: naibu, to: kikan, src: 10.20.1.0/24, dst: 10.10.1.10/32, protocol: tcp, dport: [443],
     basis: N15, owner: it, expires: 2029-03-31}
"""

VRFS = """vrf definition kikan
 address-family ipv4
vrf definition naibu
 address-family ipv4
ip routing
"""

CORE = f"""hostname core
{VRFS}
interface GigabitEthernet0/1
 vrf forwarding kikan
 ip address 10.10.1.1 255.255.255.0
interface GigabitEthernet0/2
 vrf forwarding naibu
 ip address 10.20.1.1 255.255.255.0
"""

# Two VRFs on one switch, joined by a router with lists that let exactly flow F1 and its reply through.
JOINED = (
    CORE
    + """interface GigabitEthernet0/3
 vrf forwarding kikan
 ip address 10.10.250.2 255.255.255.252
interface GigabitEthernet0/4
 vrf forwarding naibu
 ip address 10.20.250.2 255.255.255.252
ip route vrf kikan 10.20.1.0 255.255.255.0 10.10.250.1
ip route vrf naibu 10.10.1.0 255.255.255.0 10.20.250.1
"""
)
GATE = """hostname gate
ip routing
interface GigabitEthernet0/1
 ip address 10.10.250.1 255.255.255.252
 ip access-group FROM-KIKAN in
interface GigabitEthernet0/2
 ip address 10.20.250.1 255.255.255.252
 ip access-group FROM-NAIBU in
ip route 10.10.1.0 255.255.255.0 10.10.250.2
ip route 10.20.1.0 255.255.255.0 10.20.250.2
ip access-list extended FROM-NAIBU
 permit tcp 10.20.1.0 0.0.0.255 host 10.10.1.10 eq 443
ip access-list extended FROM-KIKAN
 permit tcp host 10.10.1.10 eq 443 10.20.1.0 0.0.0.255 established
"""
CABLES = [
    Cable("core", "GigabitEthernet0/3", "gate", "GigabitEthernet0/1"),
    Cable("core", "GigabitEthernet0/4", "gate", "GigabitEthernet0/2"),
]


def snapshot(*texts: str, cables: list[Cable] | None = None) -> Snapshot:
    """Return a snapshot of configurations given as text."""
    devices = {}
    for text in texts:
        device = read_device(text, "x.cfg")
        device = read_device(text, f"configs/{device.hostname}.cfg")
        devices[device.hostname] = device
    return Snapshot(devices, cables)


def policy(text: str = ZONES + FLOW) -> Policy:
    """Return a policy given as text."""
    return parse_policy(text)


def check(*texts: str, policy_text: str = ZONES + FLOW, cables: list[Cable] | None = None, failures: int = 0) -> Result:
    """Return the result of verifying configurations given as text."""
    return verify(snapshot(*texts, cables=cables), policy(policy_text), today=TODAY, failures=failures, rules=False)[0]


def leaks(result: Result) -> set[tuple[str, str]]:
    """Return the zone pairs that leak."""
    return {(one.from_zone, one.to_zone) for one in result.violations if one.kind == "leak"}


def outages(result: Result) -> set[tuple[str, bool]]:
    """Return (flow, whether its reply) of what does not arrive."""
    return {(one.flow, one.reply) for one in result.violations if one.kind == "outage"}
