"""Ranges, patterns, MAC counting, address arithmetic and ports of flows."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunri.intent import expand_devices, natural
from bunri.intent.base import expand
from bunri.intent.city import count_mac
from bunri.intent.firewall import port_pair
from bunri.intent.vrf_separation import Transit, Zone, site_network, transit_network

DEVICES = ["honcho-acc01", "honcho-acc02", "honcho-acc10", "es-yasu-acc01", "es-gio-acc01", "honcho-core1"]
NUMBERS = st.integers(0, 900)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GigabitEthernet1/0/1-3", ["GigabitEthernet1/0/1", "GigabitEthernet1/0/2", "GigabitEthernet1/0/3"]),
        ("port1", ["port1"]),
        ("acc09-11", ["acc09", "acc10", "acc11"]),
        ("port1-2, x1", ["port1", "port2", "x1"]),
    ],
)
def test_expand(text: str, expected: list[str]) -> None:
    assert list(expand(text)) == expected


@pytest.mark.parametrize("text", ["port5-1", "port1-5000"])
def test_expand_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="range"):
        list(expand(text))


@given(NUMBERS, st.integers(0, 50))
def test_a_range_has_as_many_names_as_numbers(first: int, more: int) -> None:
    names = list(expand(f"Gi1/0/{first}-{first + more}"))
    assert len(names) == more + 1 == len(set(names))
    assert names == sorted(names, key=natural)


def test_patterns_keep_their_order_and_give_each_device_once() -> None:
    assert expand_devices(["es-*-acc*", "honcho-acc01-02", "honcho-acc*"], DEVICES) == (
        "es-yasu-acc01", "es-gio-acc01", "honcho-acc01", "honcho-acc02", "honcho-acc10",
    )  # fmt: skip
    assert expand_devices(["nowhere"], DEVICES) == ()


@given(st.integers(0, 2**48 - 2000), st.integers(0, 1000))
def test_mac_addresses_count_up(start: int, offset: int) -> None:
    text = "-".join(f"{start:012X}"[at : at + 2] for at in range(0, 12, 2))
    assert int(count_mac(text, offset).replace("-", ""), 16) == start + offset


@given(st.integers(1, 65535), st.integers(0, 100))
def test_port_ranges(first: int, more: int) -> None:
    last = min(65535, first + more)
    assert port_pair(f"{first}-{last}") == (first, last)
    assert port_pair(first) == (first, first)


@pytest.mark.parametrize("text", ["0", "65536", "20-10", "any", ""])
def test_ports_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        port_pair(text)


def _zone(prefix: str, transit: str) -> Zone:
    return Zone(
        ja="系", en="zone", national="-", vrf="z", prefix=IPv4Network(prefix), ospf_process=1,
        transit=Transit(vlan_base=1000, prefix=IPv4Network(transit)),
    )  # fmt: skip


@given(st.lists(st.integers(1, 4095), min_size=2, max_size=2, unique=True))
def test_sites_never_share_a_prefix(numbers: list[int]) -> None:
    zone = _zone("10.16.0.0/12", "10.31.0.0/20")
    first, second = (site_network(zone, number) for number in numbers)
    assert not first.overlaps(second)
    assert first.subnet_of(zone.prefix)


@given(st.lists(st.integers(1, 1023), min_size=2, max_size=2, unique=True))
def test_links_never_share_a_prefix(indices: list[int]) -> None:
    zone = _zone("10.16.0.0/12", "10.31.0.0/20")
    first, second = (transit_network(zone, index) for index in indices)
    assert not first.overlaps(second)
    assert first.prefixlen == 30
    assert first.subnet_of(zone.transit.prefix)
