"""What the sample city must survive: one core, firewall, carrier or controller, and the loss of the main hall (B2)."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from network.analysis import compute
from network.analysis.state import Element, State
from network.config import load_snapshot
from network.policy.model import Policy, load_policy
from network.policy.separation import Separation
from network.policy.sweep import policy_groups
from network.policy.verify import trusted_names

INTENDED = Path(__file__).resolve().parents[2] / "inventory/yasu/intended"
LINE = "bosai-core2:TwentyFiveGigE1/0/1 <-> honcho-core2:TwentyFiveGigE1/0/41"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(INTENDED / "policy.yml")


@pytest.fixture(scope="module")
def base(policy: Policy) -> State:
    snapshot = load_snapshot(INTENDED)
    trusted = trusted_names(policy, snapshot, date(2026, 11, 22))
    return compute(snapshot, groups=policy_groups(snapshot, policy), trusted=trusted)


@pytest.fixture(scope="module")
def judge(policy: Policy, base: State) -> Separation:
    found = Separation(policy, witnesses=False)
    found.prepare(base)
    assert found.examine(base).violations == ()
    return found


@pytest.mark.parametrize(
    "element",
    [
        *(Element("node", f"{site}-core{n}") for site in ("honcho", "bosai") for n in (1, 2)),
        *(Element("node", name) for name in ("honcho-fw1", "dc-ce1", "honcho-lgwan1", "honcho-sc1", "honcho-wlc1")),
        Element("node", "esx-honcho-kikan1"),
        Element("node", "honcho-acc13"),
        Element("carrier", "carrier-a"),
        Element("carrier", "carrier-b"),
        Element("duct", "duct-west"),
        Element("link", LINE),
    ],
    ids=str,
)
def test_nothing_stops(element: Element, base: State, judge: Separation) -> None:
    found = judge.examine(compute(base.snapshot, frozenset({element}), base=base))
    assert found.violations == ()
    assert found.stopped == frozenset()


@pytest.fixture(scope="module")
def lost(base: State) -> State:
    return compute(base.snapshot, frozenset({Element("site", "honcho")}), base=base)


def test_without_the_hall_only_the_star_stops(lost: State, policy: Policy, judge: Separation) -> None:
    found = judge.examine(lost)
    assert [one for one in found.violations if one.kind == "leak"] == []
    places = {place for _, place in found.stopped}
    assert len(places) == 26
    assert all(fnmatchcase(place, "*-sw1:Vlan20") for place in places)
    excused = [one for one in policy.exempt_failures if one.covers(["site honcho"])]
    assert len(excused) == 1
    assert all(excused[0].excuses(place) for place in places)
    assert not excused[0].excuses("bosai-core1:Vlan20")


@pytest.mark.parametrize(
    ("what", "vrf", "prefix", "protocol"),
    [
        ("IaaS, basic systems", "kikan", "10.10.29.0/24", "bgp"),
        ("IaaS, staff systems", "naibu", "10.20.29.0/24", "bgp"),
        ("IaaS, internet zone", "inet", "10.30.29.0/24", "bgp"),
        ("virtual desktops of the centre", "kikan", "10.10.103.0/24", "connected"),
        ("their brokers, over the boundary of the data centre", "naibu", "10.10.0.0/16", "bgp"),
        ("RADIUS, NTP, syslog", "mgmt", "10.90.102.0/25", "connected"),
        ("LGWAN", "naibu", "198.51.100.0/24", "ospf"),
        ("security cloud", "inet", "0.0.0.0/0", "ospf"),
    ],
)
def test_without_the_hall_the_centre_reaches(what: str, vrf: str, prefix: str, protocol: str, lost: State) -> None:
    wanted = IPv4Network(prefix)
    for core in ("bosai-core1", "bosai-core2"):
        found = [
            route
            for key, route in lost.ribs[core, vrf].items()
            if (key.value, key.length) == (int(wanted.network_address), wanted.prefixlen)
        ]
        assert found, f"{core}: {what}"
        # core2 has the data centre's routes from core1 over OSPF
        assert found[0].protocol.startswith(protocol) or core == "bosai-core2", f"{core}: {what} {found[0].protocol}"
