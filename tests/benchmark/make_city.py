"""Makes an inventory N times as large as the sample city, for the benchmarks of every room.

The sample stays as it is and grows by branch offices (``d1-honcho`` …): each has two cores, access switches,
hypervisors and
servers like the main hall, a dark-fibre star of its own with the same 26 kinds of site, and two lines to the main
hall. The
features are those of the sample. Addresses are moved to wider ranges (a /12 a zone), because 300 sites do not fit below
S = 255: site S of branch k has number S + 256·k, and the transport VLANs are renumbered from wider bases (N2: the
numbering
is data of the inventory).

Run as ``python -m tests.benchmark.make_city FOLDER [--factor 10] [--seed 1]``.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
from collections.abc import Callable, Iterable
from copy import deepcopy
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import yaml

SAMPLE = Path(__file__).resolve().parents[2] / "inventory" / "yasu"
FIRST = "# 例示です。性能測定のために作られた市です。/ Illustrative: a city generated for benchmarks.\n"
MAXIMUM_FACTOR = 12
_SECOND_OCTET = {"10": 16, "20": 32, "30": 48, "90": 64}
_ZONES = {"kikan": 16, "naibu": 32, "inet": 48, "mgmt": 64}
_VLAN_BASES = {"kikan": 1000, "naibu": 1750, "inet": 2500, "mgmt": 3250}
_ADDRESS = re.compile(r"\b10\.(10|20|30|90)\.(\d{1,3}\.\d{1,3})")
_STAYS = frozenset({"bosai", "dc", "backup"})
_ONCE = frozenset({"firewall", "wlc", "lgwan", "internet"})
_HALL_ONLY_VLANS = frozenset({26, 36, 401, 402, 403})
"""Segments that exist at the main hall alone: clients of the controllers, and the zone boundary."""
_PLAIN = re.compile(r"\d+\.\d+\.\d+\.\d+(/\d+)?")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes every value out: the inventory's guard allows few anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def make_city(path: Path, factor: int = 10, seed: int = 1) -> Path:
    """Write an inventory about ``factor`` times as large as the sample to the new folder ``path`` and return it.

    The same factor and seed give the same bytes. Size is counted in devices; it is right to within one branch office
    (about 78 devices). Raises ``ValueError`` for a factor below 1 or above 12, ``FileExistsError`` if the folder
    exists.
    """
    if not 1 <= factor <= MAXIMUM_FACTOR:
        raise ValueError(f"factor must lie between 1 and {MAXIMUM_FACTOR}: {factor}")
    city = _City(random.Random(seed))
    devices = len(city.hosts)
    branch = sum(1 for host in city.hosts.values() if city.grows(host))
    for number in range(1, round(devices * (factor - 1) / branch) + 1):
        city.add_branch(number)
    city.write(path)
    return path


class _City:
    """The sample as plain data, rebased, and what one more branch office adds to it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.hosts: dict[str, dict[str, Any]] = _read(SAMPLE / "hosts.yml")["all"]["hosts"]
        files = sorted((SAMPLE / "group_vars" / "all").glob("*.yml"))
        self.data: dict[str, Any] = {
            path.stem: _read(path)[path.stem] for path in files if path.stem not in {"vault", "ansible"}
        }
        self.sample = deepcopy(self.data)
        self.sample_hosts = deepcopy(self.hosts)
        self.index = 100
        self.loopback = IPv4Address("10.79.240.0") + 1
        self.cables = len(self.data["links"])
        self._widen()

    def grows(self, host: dict[str, Any]) -> bool:
        """Return whether a branch office has a copy of this device."""
        return host["site"] not in _STAYS and host["role"] not in _ONCE

    def _widen(self) -> None:
        separation = self.data["vrf_separation"]
        for name, zone in separation["zones"].items():
            zone["prefix"] = f"10.{_ZONES[name]}.0.0/12"
            zone["transit"] = {"vlan_base": _VLAN_BASES[name], "prefix": f"10.{_ZONES[name] + 15}.0.0/20"}
        separation["loopbacks"] = "10.79.240.0/20"
        for host in self.hosts.values():
            if host["management_address"].startswith("10.64.250."):
                host["management_address"] = self._next_loopback()
        self.sample_hosts = deepcopy(self.hosts)
        hall = self.hosts["honcho-core1"]["model"]
        larger = {**self.data["hardware"][hall]}
        larger["ports"] = [*larger["ports"], "TwentyFiveGigE2/0/1-48"]
        self.data["hardware"]["C9500-LARGE"] = larger
        self.data["lifecycle"]["models"]["C9500-LARGE"] = dict(self.data["lifecycle"]["models"][hall])
        for name in ("honcho-core1", "honcho-core2"):
            self.hosts[name]["model"] = "C9500-LARGE"

    def _next_loopback(self) -> str:
        self.loopback += 1
        return str(self.loopback)

    def add_branch(self, k: int) -> None:
        """Add branch office ``k`` with its star."""
        self._devices(k)
        self._sites(k)
        self._links(k)
        self._ports(k)
        self._terminals(k)
        self._servers(k)

    def _devices(self, k: int) -> None:
        for name, host in self.sample_hosts.items():
            if not self.grows(host):
                continue
            copy = {**host, "site": f"d{k}-{host['site']}", "serial_number": f"D{k:02d}{host['serial_number']}"}
            loops = host["role"] in {"core", "site"}
            copy["management_address"] = self._next_loopback() if loops else _moved(host["management_address"], k)
            self.hosts[f"d{k}-{name}"] = copy

    def _sites(self, k: int) -> None:
        separation = self.data["vrf_separation"]
        for name, site in self.sample["sites"].items():
            if name in _STAYS:
                continue
            copy = {**site, "number": site["number"] + 256 * k, "ja": f"第{k}支所 {site['ja']}"}
            self.data["sites"][f"d{k}-{name}"] = {**copy, "en": f"{site['en']} (branch {k})"}
            plan = self.sample["vrf_separation"]["site_plans"][name]
            prefixes = {v: _moved(p, k) for v, p in plan.get("prefixes", {}).items() if v not in _HALL_ONLY_VLANS}
            copy_plan: dict[str, Any] = {"prefixes": prefixes} if prefixes else {"patterns": plan["patterns"]}
            separation["site_plans"][f"d{k}-{name}"] = copy_plan
            circuit = self.sample["circuits"].get(f"L-{name.upper()}")
            if circuit:
                sites = [f"d{k}-{item}" for item in circuit["sites"]]
                new = {**circuit, "sites": sites, "duct": f"duct-d{k}-{name}", "ja": f"第{k}支所 {circuit['ja']}"}
                self.data["circuits"][f"L-D{k}-{name.upper()}"] = new
        for letter in "AB":
            line = {**self.sample["circuits"][f"L-HALL-BOSAI-{letter}"], "sites": ["honcho", f"d{k}-honcho"]}
            line |= {"ja": f"本庁舎–第{k}支所 {letter}", "duct": f"duct-d{k}-{letter.lower()}"}
            self.data["circuits"][f"L-D{k}-TRUNK-{letter}"] = line
        roots = [f"d{k}-honcho-core1", f"d{k}-honcho-core2"]
        self.data["hardening"]["spanning_tree"]["roots"][f"d{k}-honcho"] = roots

    def _links(self, k: int) -> None:
        indices: dict[int, int] = {}
        for cable in self.sample["links"]:
            ends = [cable["a"].partition(":")[0], cable["b"].partition(":")[0]]
            if not all(end in self.sample_hosts and self.grows(self.sample_hosts[end]) for end in ends):
                continue
            copy = {**cable, "id": self._cable(), "a": f"d{k}-{cable['a']}", "b": f"d{k}-{cable['b']}"}
            if "index" in cable:
                copy["index"] = indices.setdefault(cable["index"], self.index)
                self.index = max(self.index, copy["index"] + 1)
            if "circuit" in cable:
                copy["circuit"] = cable["circuit"].replace("L-", f"L-D{k}-", 1)
            self.data["links"].append(copy)
        for number, letter in ((1, "A"), (2, "B")):
            trunk = {
                "id": self._cable(),
                "a": f"honcho-core{number}:TwentyFiveGigE2/0/{k}",
                "b": f"d{k}-honcho-core{number}:TwentyFiveGigE1/0/41",
                "kind": "transit",
                "index": self.index,
                "circuit": f"L-D{k}-TRUNK-{letter}",
            }
            self.data["links"].append(trunk)
            self.index += 1

    def _cable(self) -> str:
        self.cables += 1
        return f"C{self.cables:05d}"

    def _ports(self, k: int) -> None:
        if k > 1:
            return  # the patterns of the first branch (d*-…) hold for all
        for block in self.sample["ports"]["blocks"]:
            patterns = _branch_patterns(block["devices"])
            if patterns:
                self.data["ports"]["blocks"].append({**block, "devices": patterns})
        for name, item in self.sample["dot1x"]["classes"].items():
            for choice in item.get("choices", ()):
                new = {**choice, "devices": _branch_patterns(choice["devices"])}
                self.data["dot1x"]["classes"][name]["choices"].append(new)

    def _terminals(self, k: int) -> None:
        data, sample = self.data, self.sample
        for block in _growing(sample["terminals"]["blocks"]):
            count = max(1, round(block["count"] * self.chance.uniform(0.8, 1.2)))
            named = {"site": f"d{k}-{block['site']}", "prefix": f"d{k}-{block['prefix']}", "count": count}
            data["terminals"]["blocks"].append({**block, **named})
        for target, blocks in (
            (data["terminals"]["phones"], sample["terminals"]["phones"]),
            (data["printers"]["blocks"], sample["printers"]["blocks"]),
            (data["wlan"]["access_points"], sample["wlan"]["access_points"]),
        ):
            for block in _growing(blocks):
                copy = {**block, "site": f"d{k}-{block['site']}", "first_mac": _mac(block["first_mac"], k)}
                copy["ports"] = {f"d{k}-{device}": text for device, text in block["ports"].items()}
                if "prefix" in block:
                    copy["prefix"] = f"d{k}-{block['prefix']}"
                if "first_address" in block:
                    copy["first_address"] = _moved(block["first_address"], k)
                target.append(copy)

    def _servers(self, k: int) -> None:
        servers, sample = self.data["servers"], self.sample["servers"]
        for name, cluster in sample["clusters"].items():
            if cluster["site"] == "honcho":
                copy = deepcopy(cluster) | {"site": f"d{k}-honcho"}
                for host in copy["hosts"]:
                    host["name"] = f"d{k}-{host['name']}"
                    for nic in host["nics"]:
                        nic["device"] = f"d{k}-{nic['device']}"
                servers["clusters"][f"d{k}-{name}"] = copy
        here = {name for name, item in sample["servers"].items() if item["placement"][0]["site"] == "honcho"}
        for name in sorted(here):
            copy = deepcopy(sample["servers"][name])
            copy["address"] = _moved(copy["address"], k)
            copy["ja"] = f"第{k}支所 {copy['ja']}"
            for place in copy["placement"]:
                if place["site"] == "honcho":
                    place["site"] = f"d{k}-honcho"
                    if "cluster" in place:
                        place["cluster"] = f"d{k}-{place['cluster']}"
            if copy.get("redundant_with") in here:
                copy["redundant_with"] = f"d{k}-{copy['redundant_with']}"
            for item in copy.get("copies", ()):
                if item["to"] in here:
                    item["to"] = f"d{k}-{item['to']}"
            servers["servers"][f"d{k}-{name}"] = copy
        for name, pool in self.sample["desktops"]["pools"].items():
            for share in pool.get("shares", ()):
                if share["site"] == "honcho":
                    new = {**share, "site": f"d{k}-honcho", "cluster": f"d{k}-{share['cluster']}"}
                    new["first_address"] = _moved(share["first_address"], k)
                    self.data["desktops"]["pools"][name]["shares"].append(new)
                    self.data["desktops"]["pools"][name]["sessions"] += share["count"]

    def write(self, path: Path) -> None:
        """Write the inventory folder."""
        (path / "group_vars" / "all").mkdir(parents=True)
        _dump(path / "hosts.yml", {"all": {"hosts": self.hosts}})
        for name, value in self.data.items():
            _dump(path / "group_vars" / "all" / f"{name}.yml", {name: value})
        for name in (
            "hosts_constructed.yml",
            ".vault-password-sample",
            "group_vars/all/vault.yml",
            "group_vars/all/ansible.yml",
        ):
            shutil.copyfile(SAMPLE / name, path / name)


def _read(path: Path) -> Any:
    """Read a file of the sample with its addresses moved to the wider ranges."""
    text = _ADDRESS.sub(lambda m: f"10.{_SECOND_OCTET[m[1]]}.{m[2]}", path.read_text(encoding="utf-8"))
    return yaml.load(text, Loader=_Loader)


def _dump(path: Path, value: Any) -> None:
    text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=100_000)
    path.write_text(f"{FIRST}---\n{text}", encoding="utf-8")


def _moved(text: str, k: int) -> str:
    """Return an address, prefix or address with length in the range of branch ``k`` (k times 65,536 further)."""
    shift = k * 65536
    kind: Callable[[Any], Any]
    if "/" not in text:
        return str(IPv4Address(text) + shift)
    kind = IPv4Network if str(IPv4Interface(text).network) == text else IPv4Interface
    address, _, length = text.partition("/")
    return str(kind(f"{IPv4Address(address) + shift}/{length}"))


def _mac(text: str, k: int) -> str:
    """Return a locally administered address (IEEE 802, 8.2) for branch ``k``."""
    return f"02-00-5E-00-{k:02X}-{text[-2:]}"


def _branch_patterns(patterns: Iterable[str]) -> list[str]:
    return [f"d*-{pattern}" for pattern in patterns if pattern.split("-")[0] not in _STAYS]


def _growing(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [block for block in blocks if block["site"] not in _STAYS]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--factor", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(make_city(args.folder, args.factor, args.seed))


if __name__ == "__main__":
    main()
