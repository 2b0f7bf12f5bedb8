"""Numbers are given once: no two links share a VLAN or a /30, no address, router id or policy id stands twice."""

from __future__ import annotations

import dataclasses
from collections import Counter
from ipaddress import IPv4Interface, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunri.intent import City
from bunri.intent.vrf_separation import Transit, Zone, transit_network
from bunri.messages import BunriError
from network.design import DeviceDesign, design
from network.design.numbers import stable_numbers
from network.design.plan import Plan, vlan_list
from network.design.wlan import dotted_mac


def test_every_device_of_the_inventory_is_designed(city: City, designs: dict[str, DeviceDesign]) -> None:
    assert set(designs) == set(city.devices)
    assert all(designs[name].name == name for name in designs)


def test_no_two_links_share_a_transit_vlan_or_prefix(city: City) -> None:
    vlans: dict[int, object] = {}
    networks: dict[IPv4Network, object] = {}
    for link in city.links:
        for _, vlan, network in city.transit(link):
            who = (link.index, link.channel and frozenset(end.device for end in link.ends()))
            assert vlans.setdefault(vlan, who) == who
            assert networks.setdefault(network, who) == who
    assert len(vlans) > 200
    assert not set(vlans) & set(city.vrf_separation.vlans)


def test_no_address_is_on_two_interfaces_of_one_vrf(designs: dict[str, DeviceDesign]) -> None:
    found = Counter(
        (item.vrf, item.address) for device in designs.values() for item in device.interfaces if item.address
    )
    assert [key for key, count in found.items() if count > 1] == []


def test_both_ends_of_a_transit_are_in_one_subnet_and_one_vrf(designs: dict[str, DeviceDesign]) -> None:
    ends: dict[IPv4Network, list[tuple[str, str]]] = {}
    for device in designs.values():
        for item in device.interfaces:
            if item.mask == "255.255.255.252" and not item.acl_out:
                network = IPv4Interface(f"{item.address}/{item.mask}").network
                ends.setdefault(network, []).append((device.name, item.vrf))
    assert ends
    for network, there in ends.items():
        assert len(there) == 2, (network, there)
        assert there[0][0] != there[1][0]
        assert there[0][1] == there[1][1]


def test_router_ids_are_unique_over_the_city(designs: dict[str, DeviceDesign]) -> None:
    found = Counter(process.router_id for device in designs.values() for process in device.ospf)
    assert max(found.values()) == 1
    assert len(found) > 90


def test_default_route_only_in_inet(designs: dict[str, DeviceDesign]) -> None:
    having = {
        (device.name, route.vrf)
        for device in designs.values()
        for route in device.static_routes
        if route.network == "0.0.0.0"
    }
    assert having == {("honcho-sc1", "inet"), ("bosai-sc1", "inet")}
    announcing = {(d.name, p.vrf) for d in designs.values() for p in d.ospf if p.default_metric is not None}
    assert announcing == having


def test_trunks_carry_the_same_vlans_at_both_ends(city: City, designs: dict[str, DeviceDesign]) -> None:
    ports = {(name, item.name): item for name, device in designs.items() for item in device.interfaces}
    checked = 0
    for link in city.links:
        a, b = (ports.get((end.device, end.port)) for end in link.ends())
        if a and b and a.mode == "trunk" and b.mode == "trunk":
            assert a.allowed_vlans == b.allowed_vlans, link.id
            assert a.native_vlan == b.native_vlan == city.hardening.native_vlan
            checked += 1
    assert checked > 100


def test_links_between_sites_carry_nothing_but_their_transit_vlans(
    city: City, designs: dict[str, DeviceDesign]
) -> None:
    for link in city.links:
        if link.kind != "transit":
            continue
        for end in link.ends():
            item = next(i for i in designs[end.device].interfaces if i.name == end.port)
            if item.mode == "trunk":
                assert item.allowed_vlans == vlan_list(vlan for _, vlan, _ in city.transit(link))


def test_special_vlans_have_no_interface_and_are_on_no_trunk(city: City, designs: dict[str, DeviceDesign]) -> None:
    special = {city.hardening.native_vlan, city.hardening.parking_vlan, city.hardening.quarantine_vlan}
    for device in designs.values():
        for item in device.interfaces:
            assert item.name not in {f"Vlan{number}" for number in special}
            if item.mode == "trunk":
                assert not special & _numbers(item.allowed_vlans)


def test_every_port_of_every_switch_is_accounted_for(city: City, designs: dict[str, DeviceDesign]) -> None:
    for name, device in designs.items():
        if device.platform == "cisco_ios":
            described = {item.name for item in device.interfaces if item.kind == "physical"}
            assert described == set(city.hardware[city.devices[name].model].interfaces())


def test_each_vlan_of_a_trunk_or_port_is_in_the_database(designs: dict[str, DeviceDesign]) -> None:
    for device in designs.values():
        known = {vlan.id for vlan in device.vlans}
        for item in device.interfaces:
            used = _numbers(item.allowed_vlans) | ({item.access_vlan, item.voice_vlan} - {0})
            if item.auth:
                used |= {item.auth.guest_vlan, item.auth.fail_vlan, item.auth.critical_vlan}
            assert used <= known, (device.name, item.name, used - known)


def test_firewall_has_one_policy_a_crossing_flow_and_no_default_route(
    city: City, designs: dict[str, DeviceDesign]
) -> None:
    firewall = designs["honcho-fw1"].firewall
    assert firewall is not None
    plan = Plan(city)
    crossing = [flow.id for flow in city.flows if plan.path_zone(flow.origin) != plan.path_zone(flow.target)]
    assert [policy.name for policy in firewall.policies] == crossing
    assert not any(policy.nat for policy in firewall.policies)
    assert all(route.mask != "0.0.0.0" for route in firewall.routes)
    names = {item.name for item in firewall.addresses} | {item.name for item in firewall.groups}
    assert all({*policy.sources, *policy.destinations} <= names for policy in firewall.policies)


def test_the_two_units_of_a_pair_differ_only_in_what_is_their_own(designs: dict[str, DeviceDesign]) -> None:
    one, two = designs["honcho-fw1"].firewall, designs["honcho-fw2"].firewall
    assert one is not None
    assert two is not None
    assert (one.policies, one.addresses, one.groups, one.services, one.routes, one.zones) == (
        two.policies, two.addresses, two.groups, two.services, two.routes, two.zones,
    )  # fmt: skip
    assert one.ha.priority > two.ha.priority


def test_guest_vlan_of_a_zone_is_refused(city: City) -> None:
    broken = dataclasses.replace(city, dot1x=city.dot1x.model_copy(update={"guest_vlan": 20}))
    with pytest.raises(BunriError) as caught:
        design(broken)
    assert caught.value.messages[0].id == "DSG001"
    assert "dot1x.yml" in str(caught.value)


def test_one_radius_server_is_refused(city: City) -> None:
    broken = dataclasses.replace(city, dot1x=city.dot1x.model_copy(update={"servers": city.dot1x.servers[:1]}))
    with pytest.raises(BunriError) as caught:
        design(broken)
    assert caught.value.messages[0].id == "DSG002"


def test_a_link_index_used_twice_is_refused(city: City) -> None:
    indexed = [link for link in city.links if link.kind == "transit"]
    links = tuple(
        link.model_copy(update={"index": indexed[0].index}) if link.id == indexed[5].id else link for link in city.links
    )
    with pytest.raises(BunriError) as caught:
        design(dataclasses.replace(city, links=links))
    assert {message.id for message in caught.value.messages} == {"DSG003"}
    assert indexed[5].id in str(caught.value)


def test_a_port_in_a_vlan_that_its_site_lacks_is_refused(city: City) -> None:
    plans = dict(city.vrf_separation.site_plans)
    plans["museum"] = plans["museum"].model_copy(update={"patterns": (), "prefixes": {90: "10.90.24.0/25"}})
    plans["museum"] = type(plans["museum"]).model_validate(plans["museum"].model_dump())
    broken = dataclasses.replace(city, vrf_separation=city.vrf_separation.model_copy(update={"site_plans": plans}))
    with pytest.raises(BunriError) as caught:
        design(broken)
    assert caught.value.messages[0].id == "DSG004"
    assert "museum" in str(caught.value)


def test_an_access_point_is_no_device_to_configure(city: City) -> None:
    devices = dict(city.devices)
    devices["museum-acc01"] = devices["museum-acc01"].model_copy(update={"model": "C9120AXI"})
    with pytest.raises(BunriError) as caught:
        design(dataclasses.replace(city, devices=devices))
    assert caught.value.messages[0].id == "DSG005"
    assert "museum-acc01" in str(caught.value)


@given(st.sets(st.integers(1, 4094), max_size=60))
def test_vlan_list_says_exactly_the_set(vlans: set[int]) -> None:
    text = vlan_list(vlans)
    assert _numbers(text) == vlans
    assert vlan_list(sorted(vlans, reverse=True)) == text


@given(st.lists(st.integers(1, 500), min_size=2, max_size=40, unique=True), st.integers(0, 3))
def test_indexes_never_collide(indexes: list[int], zone: int) -> None:
    zones = [
        Zone(
            ja="z", en="z", national="z", vrf=f"z{number}", prefix=f"10.{number}.0.0/16",
            transit=Transit(vlan_base=1000 + 600 * number, prefix=f"10.{number}.240.0/21"), ospf_process=number + 1,
        )
        for number in range(4)
    ]  # fmt: skip
    vlans = {zones[zone].transit.vlan_base + index for index in indexes}
    networks = [transit_network(zones[zone], index) for index in indexes]
    assert len(vlans) == len(indexes)
    assert all(not a.overlaps(b) for n, a in enumerate(networks) for b in networks[n + 1 :])


@given(
    st.sets(st.text("ABCDEFGHIJ0123456789-", min_size=1, max_size=8), max_size=400),
    st.text("XYZ", min_size=1, max_size=8),
)
def test_stable_numbers_are_unique_and_a_new_flow_renumbers_none(names: set[str], new: str) -> None:
    before = stable_numbers(names)
    assert len(set(before.values())) == len(names)
    assert all(1000 <= number <= 999_999 for number in before.values())
    after = stable_numbers((*names, "~" + new))
    assert {name: after[name] for name in names} == before


def test_ports_are_written_as_the_device_shows_them(designs: dict[str, DeviceDesign]) -> None:
    texts = [e.text for d in designs.values() for acl in d.acls for e in acl.entries]
    assert any(text.endswith("eq smtp") for text in texts)
    assert not [text for text in texts if {"25", "53", "80"} & set(text.split())]


def test_dotted_mac() -> None:
    assert dotted_mac("00-00-5E-00-53-2A") == "0000.5e00.532a"


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split(",") if text else ():
        low, _, high = part.partition("-")
        found |= set(range(int(low), int(high or low) + 1))
    return found
