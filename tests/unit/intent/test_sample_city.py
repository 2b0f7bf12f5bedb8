"""The sample city has what the plan and the reference say, and expands as the address plan says."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from bunri.intent import LAYER3, City
from bunri.intent.checks.secrets import uses

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "inventory" / "yasu"


def test_sizes_of_the_sample(city: City) -> None:
    roles = Counter(device.role for device in city.devices.values())
    assert roles == {
        "core": 4, "site": 26, "access": 53, "edge": 3, "lgwan": 2, "internet": 2, "firewall": 4, "wlc": 2,
    }  # fmt: skip
    pcs = [item for item in city.terminal_list if not item.name.startswith("tab-")]
    assert len(pcs) == 620
    assert len(city.desktop_list) == 180
    assert len(city.printer_list) == 80
    assert len(city.access_point_list) == 75
    assert city.desktops.pools["inet-sbc"].sessions == 60
    assert 40 <= len(city.servers.servers) <= 80
    assert 25 <= len(city.flows) <= 40
    groups = Counter(system.group for system in city.systems.systems.values())
    assert (groups["kikan"], groups["renkei"]) == (37, 4)


@pytest.mark.parametrize(
    ("site", "layer3", "access", "points"),
    [
        ("honcho", 4, 14, 24), ("bosai", 4, 3, 4), ("comm-gio", 1, 1, 2), ("library", 1, 2, 4), ("es-yasu", 1, 2, 2),
        ("jhs-chuzu", 1, 2, 2), ("health", 1, 1, 2), ("kyushoku", 1, 1, 1), ("dc", 2, 0, 0), ("backup", 1, 0, 0),
    ],
)  # fmt: skip
def test_devices_of_a_site(city: City, site: str, layer3: int, access: int, points: int) -> None:
    roles = [device.role for device in city.devices_at[site]]
    assert sum(role in LAYER3 for role in roles) == layer3
    assert roles.count("access") == access
    assert sum(item.site == site for item in city.access_point_list) == points


def test_every_file_says_first_that_it_is_illustrative() -> None:
    files = [path for path in SAMPLE.rglob("*.yml") if "intended" not in path.parts and path.stem != "vault"]
    assert len(files) >= 20
    for path in files:
        assert "Illustrative" in path.read_text(encoding="utf-8").splitlines()[0], path


def test_every_thing_is_in_exactly_one_zone(city: City) -> None:
    zones = set(city.zones)
    for item in (*city.terminal_list, *city.printer_list, *city.desktop_list, *city.access_ports, *city.segments):
        assert item.zone in zones
    assert all(server.zone in zones for server in city.servers.servers.values())
    assert all(ssid.zone in zones for ssid in city.wlan.ssids.values())
    owners = {(port.device, port.port) for port in city.access_ports}
    assert len(owners) == len(city.access_ports)


def test_default_route_only_in_the_internet_zone(city: City) -> None:
    assert [name for name, zone in city.zones.items() if zone.default_route] == ["inet"]


def test_segments_follow_the_address_plan(city: City) -> None:
    office = city.segment("comm-yasu", 20)
    assert office is not None
    assert (office.prefix, office.gateway, office.zone) == (
        IPv4Network("10.20.3.0/25"), IPv4Address("10.20.3.1"), "naibu",
    )  # fmt: skip
    assert city.segment("library", 10) is None  # no counter, no 基幹系
    boundary = city.segment("honcho", 401)
    assert boundary is not None
    assert boundary.gateway == IPv4Address("10.10.250.2")
    assert boundary.routers == (IPv4Address("10.10.250.3"), IPv4Address("10.10.250.4"))


def test_transit_numbers_follow_the_formula(city: City) -> None:
    link = next(item for item in city.links if item.a == "honcho-core2:TwentyFiveGigE1/0/1")
    assert link.index == 2 * 3 + 2 - 1
    assert city.transit(link)[1] == ("naibu", 2107, IPv4Network("10.20.240.28/30"))
    numbers = [
        (vlan, str(network)) for item in city.links if item.kind == "transit" for _, vlan, network in city.transit(item)
    ]
    assert len(numbers) == len(set(numbers))


def test_every_port_of_an_access_switch_is_used_cabled_or_parked(city: City) -> None:
    for name, device in city.devices.items():
        if device.role != "access":
            continue
        hardware = city.hardware[device.model]
        used = {item.port for item in city.access_ports_of[name]} | {end.port for _, end, _ in city.links_of(name)}
        parked = set(city.parked_ports(name))
        assert not used & parked
        assert used | parked | {hardware.management_port} == set(hardware.interfaces())


def test_flows_resolve_to_narrow_prefixes(city: City) -> None:
    flow = next(item for item in city.flows if item.id == "R3-8-1")
    assert flow.sources == (IPv4Network("10.10.29.40/32"),)
    assert flow.destinations == (IPv4Network("198.51.100.20/32"),)
    assert flow.ports == ((443, 443),)
    assert all(network.prefixlen >= 22 for item in city.flows for network in (*item.sources, *item.destinations))


def test_radius_answers_by_floor(city: City) -> None:
    assert city.class_vlan("naibu-pc", "honcho-acc01") == 20
    assert city.class_vlan("naibu-pc", "honcho-acc12") == 29
    assert city.class_vlan("naibu-pc", "library-acc01") == 20


def test_origin_of_an_entry_is_its_line(city: City) -> None:
    where = city.where("links", 0, "index")
    line = (SAMPLE / where.file).read_text(encoding="utf-8").splitlines()[where.line - 1]
    assert where.file == "group_vars/all/links.yml"
    assert line.lstrip().startswith("- {id: C0001,")
    for port in city.access_ports[::97]:
        place = city.where(*port.key)
        text = (SAMPLE / place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
        assert f"profile: {port.profile}" in text


def test_values_of_the_vault_show_nowhere(city: City) -> None:
    values = [secret.get_secret_value() for secret in city.secrets.values()]
    assert len(values) >= 12
    shown = repr(city.secrets) + str(city.secrets) + repr(city) + "".join(repr(item) for item in city.devices.values())
    assert not [value for value in values if value in shown]
    files = [path for path in SAMPLE.rglob("*") if path.is_file()]
    assert not [
        path for path in files for value in values if value in path.read_text(encoding="utf-8", errors="replace")
    ]


def test_every_secret_is_named_somewhere(city: City) -> None:
    assert {name for _, name in uses(city)} == set(city.secrets)


def test_readme_names_the_sample_password_and_ansible_uses_it() -> None:
    assert ".vault-password-sample" in (SAMPLE / "README.md").read_text(encoding="utf-8")
    settings = (ROOT / "ansible.cfg").read_text(encoding="utf-8")
    assert "vault_password_file = inventory/yasu/.vault-password-sample" in settings
    assert "inventory = inventory/yasu\n" in settings
