"""N2: a change of the inventory reaches the devices that it concerns and no other: ten kinds, all counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from bunri.intent import City
from network.design import DeviceDesign, design
from network.render.engine import render


@pytest.fixture(scope="module")
def before(designs: dict[str, DeviceDesign]) -> dict[str, str]:
    return render(designs).configs


def lines(text: str) -> Counter[tuple[str, str]]:
    """Return the lines with the parent that each stands under, counted."""
    found: Counter[tuple[str, str]] = Counter()
    parent = ""
    for line in text.splitlines():
        if line.startswith(" "):
            found[parent, line] += 1
        else:
            parent = line
            found["", line] += 1
    return found


def reach(before: dict[str, str], changed: City) -> dict[str, int]:
    """Return device → changed lines (added and removed), comment lines apart."""
    after = render(design(changed)).configs
    found = {}
    for name in {*before, *after}:
        if before.get(name) != after.get(name):
            old, new = lines(before.get(name, "")), lines(after.get(name, ""))
            found[name] = sum(((old - new) + (new - old)).values()) - abs(old["", "!"] - new["", "!"])
    return found


def test_1_add_a_site(before: dict[str, str], edited: Callable[..., City]) -> None:
    def hosts(data: Any) -> None:
        base = data["museum-sw1"]
        data["kodomo-5-sw1"] = base | {
            "site": "kodomo-5",
            "management_address": "10.90.250.99",
            "serial_number": "NEW1",
        }
        base = data["museum-acc01"]
        data["kodomo-5-acc01"] = base | {
            "site": "kodomo-5",
            "management_address": "10.90.31.21",
            "serial_number": "NEW2",
        }

    def links(data: Any) -> None:
        data.append({"id": "N3", "a": "kodomo-5-sw1:TenGigabitEthernet1/1/3", "kind": "local"})
        data[-1]["b"] = "kodomo-5-acc01:TenGigabitEthernet1/1/1"
        for strand in (1, 2):
            ends = {
                "a": f"honcho-core{strand}:HundredGigE1/0/51",
                "b": f"kodomo-5-sw1:TenGigabitEthernet1/1/{strand}",
            }
            data.append({"id": f"N{strand}", "kind": "transit", "index": 61 + strand, "circuit": "L-KODOMO-5"} | ends)

    def circuits(data: Any) -> None:
        data["L-KODOMO-5"] = data["L-MUSEUM"] | {
            "duct": "duct-kodomo-5",
            "sites": ["honcho", "kodomo-5"],
            "ja": "本庁舎–新園",
        }

    changed = edited(
        sites=lambda d: d.update(
            {"kodomo-5": d["kodomo-4"] | {"number": 31, "ja": "新しいこども園", "en": "New nursery"}}
        ),
        hosts=hosts,
        links=links,
        circuits=circuits,
        vrf_separation=lambda d: d["site_plans"].update({"kodomo-5": {"patterns": ["office"]}}),
    )
    found = reach(before, changed)
    new = {"kodomo-5-sw1", "kodomo-5-acc01"}
    # The new site's PCs are in the declared flows: the boundary and LGWAN lists get their prefix.
    boundary = {"honcho-fw1", "honcho-fw2", "dc-fw1", "dc-fw2", "honcho-lgwan1", "bosai-lgwan1"}
    assert set(found) == new | {"honcho-core1", "honcho-core2"} | boundary
    assert {name: found[name] for name in boundary if found[name] > 24} == {}
    assert found["honcho-core1"] == found["honcho-core2"] <= 90


def test_2_add_a_vlan(before: dict[str, str], edited: Callable[..., City]) -> None:
    def separation(data: Any) -> None:
        data["vlans"][25] = {"name": "naibu-kiosk", "zone": "naibu", "use": "user", "dhcp": True, "ja": "検索端末"}
        data["site_plans"]["library"].setdefault("prefixes", {})[25] = "10.20.110.0/26"

    assert reach(before, edited(vrf_separation=separation)) == {"library-sw1": 19}


def test_3_add_a_zone(before: dict[str, str], city: City, edited: Callable[..., City]) -> None:
    def separation(data: Any) -> None:
        data["zones"]["guest"] = {
            "ja": "来庁者", "en": "visitors", "national": "-", "vrf": "guest", "prefix": "10.40.0.0/16",
            "transit": {"vlan_base": 2500, "prefix": "10.40.240.0/23"}, "ospf_process": 40,
        }  # fmt: skip

    found = reach(before, edited(vrf_separation=separation))
    everywhere = {end.device for link in city.links if link.index and not link.zones for end in link.ends()}
    assert set(found) == everywhere
    assert not [name for name in found if "-acc" in name or "-fw" in name or "-wlc" in name]


def test_4_add_an_access_switch(before: dict[str, str], edited: Callable[..., City]) -> None:
    def hosts(data: Any) -> None:
        data["museum-acc02"] = data["museum-acc01"] | {"management_address": "10.90.24.22", "serial_number": "NEW3"}

    found = reach(
        before,
        edited(
            hosts=hosts,
            links=lambda d: d.append(
                {
                    "id": "N4",
                    "a": "museum-sw1:TenGigabitEthernet1/1/4",
                    "b": "museum-acc02:TenGigabitEthernet1/1/1",
                    "kind": "local",
                }
            ),
        ),
    )
    assert set(found) == {"museum-sw1", "museum-acc02"}
    assert found["museum-sw1"] <= 14


def test_5_add_an_access_point(before: dict[str, str], edited: Callable[..., City]) -> None:
    def wlan(data: Any) -> None:
        block = next(item for item in data["access_points"] if item["site"] == "museum")
        # A second access point at the same site; MAC addresses count up, so the two get a free range.
        block["first_mac"] = "00-00-5E-00-53-F0"
        block["ports"]["museum-acc01"] = "GigabitEthernet1/0/45-46"

    changed = edited(wlan=wlan)
    found = reach(before, changed)
    assert set(found) == {"museum-acc01", "honcho-wlc1", "bosai-wlc1"}
    assert found["museum-acc01"] == 2
    assert found["honcho-wlc1"] == found["bosai-wlc1"] == 12


def test_6_change_a_flow(before: dict[str, str], edited: Callable[..., City]) -> None:
    def firewall(data: Any) -> None:
        flow = next(item for item in data["flows"] if item["id"] == "N15-1a")
        flow["ports"] = [443, 8443]

    found = reach(before, edited(firewall=firewall))
    assert set(found) == {"honcho-fw1", "honcho-fw2", "dc-fw1", "dc-fw2"}
    assert len(set(found.values())) == 1
    assert max(found.values()) <= 10


def test_7_change_an_ntp_server(before: dict[str, str], edited: Callable[..., City]) -> None:
    found = reach(before, edited(management=lambda d: d.update(ntp_servers=["mgmt-ntp1", "mgmt-nms2"])))
    assert set(found) == set(before)
    assert set(found.values()) == {2}


def test_8_move_terminals(before: dict[str, str], edited: Callable[..., City]) -> None:
    def terminals(data: Any) -> None:
        block = next(item for item in data["blocks"] if item["site"] == "museum")
        block["site"], block["department"] = "library", "移設"

    # Who may use a port is RADIUS's answer: a terminal that moves changes no device.
    assert reach(before, edited(terminals=terminals)) == {}


def test_9_move_a_printer(before: dict[str, str], edited: Callable[..., City]) -> None:
    def printers(data: Any) -> None:
        block = next(item for item in data["blocks"] if item["site"] == "museum")
        block["ports"] = {"museum-acc01": "GigabitEthernet1/0/42"}

    assert reach(before, edited(printers=printers)) == {"museum-acc01": 4}


def test_10_give_a_port_another_use(before: dict[str, str], edited: Callable[..., City]) -> None:
    def ports(data: Any) -> None:
        for block in data["blocks"]:
            if block["devices"] == ["library-acc01"] and block["profile"] == "inet-kiosk":
                block["ports"] = "GigabitEthernet1/0/37"

    found = reach(before, edited(ports=ports))
    assert set(found) == {"library-acc01"}
    assert found["library-acc01"] <= 30
