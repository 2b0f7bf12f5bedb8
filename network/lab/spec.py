"""What a virtual device is made from: identity, startup text, accounts, cabling."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from functools import cache
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from bunri.messages import Where, error
from network.lab import ios_values

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    """A local user of the lab. ``read_only`` may only look, as a command authorisation server would enforce."""

    name: str
    password: str = field(repr=False)
    privilege: int = 15
    read_only: bool = False


DEFAULT_ACCOUNTS = (Account("admin", "Lab-admin-1"), Account("reader", "Lab-reader-1", read_only=True))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The other end of one cable: local port, the other device's name and its port."""

    port: str
    device: str
    remote_port: str


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """One virtual device. ``address`` is its own loopback address (127.0.0.0/8), ``startup`` its startup configuration.

    ``ports`` are the physical ports that the hardware has; empty means those that the startup configuration and the
    cabling name. ``ha_peer`` names the second unit of a FortiGate pair.
    """

    hostname: str
    platform: str
    address: str
    startup: str
    model: str = ""
    serial: str = ""
    version: str = ""
    accounts: tuple[Account, ...] = DEFAULT_ACCOUNTS
    enable_password: str = field(default="Lab-enable-1", repr=False)
    neighbours: tuple[Neighbour, ...] = ()
    ports: frozenset[str] = frozenset()
    ha_peer: str = ""

    def hardware_ports(self) -> frozenset[str]:
        """Return the ports of the hardware: given, or named by startup configuration and cabling."""
        if self.ports:
            return self.ports
        named = set(re.findall(r"^interface (\S+)$", self.startup, re.MULTILINE))
        named.update(neighbour.port for neighbour in self.neighbours)
        found = (ios_values.interface_name(name) for name in named)
        return frozenset(
            name.partition(".")[0]
            for name in found
            if name and ios_values.split_interface(name)[0] not in ios_values.LOGICAL
        )


def loopback_address(management: str) -> str:
    """Return the lab address of a management address: 127 in place of its first octet, so 10.90.3.1 is 127.90.3.1."""
    return str(IPv4Address((int(IPv4Address(management)) & 0x00FFFFFF) | 0x7F000000))


def stable_serial(hostname: str, platform: str) -> str:
    """Return a serial number made from the name, in the vendor's form."""
    digest = hashlib.sha256(hostname.encode()).hexdigest().upper()
    return f"FGT60F{int(digest[:10], 16) % 10**10:010d}" if platform == "fortios" else f"FLAB{digest[:7]}"


_PLACEHOLDER = re.compile(r"<vault:([A-Za-z0-9_.-]+)(?::(\w+))?>")


@cache
def lab_secret(name: str, form: str) -> str:
    """Return the lab's stand-in for a vault placeholder of an intended configuration, in the form the line needs."""
    clear = "Lab-" + hashlib.sha256(name.encode()).hexdigest()[:12]
    if form == "type9":
        salt = hashlib.sha256(b"salt" + name.encode()).hexdigest()[:14]
        return ios_values.type9(clear, salt)
    if form == "type7":
        return str(ios_values.type7(clear, int(hashlib.sha256(name.encode()).hexdigest(), 16) % 16))
    return clear


def without_placeholders(text: str) -> str:
    """Put the lab's secrets where an intended configuration has ``<vault:NAME[:FORM]>``."""
    return _PLACEHOLDER.sub(lambda hit: lab_secret(hit[1], hit[2] or ""), text)


def with_etx(text: str) -> str:
    """Write banners as the device's own memory has them: intended texts show the delimiter ETX as ``^C``."""
    return re.sub(
        r"^(banner (?:motd|login|exec|incoming) )\^C(.*?)\^C",
        "\\1\x03\\2\x03",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def guessed_model(text: str) -> str:
    """Guess a hardware model from a configuration whose inventory is unknown."""
    provision = re.search(r"^switch 1 provision (\S+)", text, re.MULTILINE)
    if provision is not None:
        return provision[1].upper()
    if re.search(r"^wireless management interface", text, re.MULTILINE):
        return "C9800-40-K9"
    switch = re.search(r"^(vtp mode|spanning-tree mode| switchport )", text, re.MULTILINE)
    return "C9300-48P" if switch else "C8200-1N-4T"


def platform_of(text: str) -> str:
    """Tell the platform from a configuration's own text."""
    return "fortios" if re.search(r"^(#config-version=|config system )", text, re.MULTILINE) else "cisco_ios"


def management_of(text: str, platform: str) -> str:
    """Return the address by which a configuration says it is managed ("" if it does not say).

    IOS-XE: the interface of ``ip ssh source-interface``, else Loopback0, else an interface in VRF mgmt, else the first
    with an address. FortiOS: the interface dedicated to management, else the first with an address.
    """
    if platform == "fortios":
        blocks = re.findall(r"^    edit \"([^\"]+)\"\n(.*?)^    next", text, re.MULTILINE | re.DOTALL)
        found = [
            (hit[1], "dedicated-to management" in body)
            for _, body in blocks
            if (hit := re.search(r"^\s+set ip (\d+\.\d+\.\d+\.\d+) ", body, re.MULTILINE))
        ]
        found.sort(key=lambda item: not item[1])
        return found[0][0] if found else ""
    source = re.search(r"^ip ssh source-interface (\S+)", text, re.MULTILINE)
    best: tuple[int, str] = (9, "")
    for name, body in re.findall(r"^interface (\S+)\n((?: .*\n)*)", text, re.MULTILINE):
        hit = re.search(r"^ ip address (\d+\.\d+\.\d+\.\d+) ", body, re.MULTILINE)
        if hit is None:
            continue
        if source is not None and name == source[1]:
            rank = 0
        elif name == "Loopback0":
            rank = 1
        else:
            rank = 2 if "vrf forwarding mgmt" in body else 3
        best = min(best, (rank, hit[1]), key=lambda item: item[0])
    return best[1]


def read_cabling(path: Path) -> list[tuple[str, str, str, str]]:
    """Read ``layer1_topology.json`` (Batfish's form): (device, port, device, port)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return [
            (
                edge["node1"]["hostname"],
                edge["node1"]["interfaceName"],
                edge["node2"]["hostname"],
                edge["node2"]["interfaceName"],
            )
            for edge in data["edges"]
        ]
    except (json.JSONDecodeError, KeyError, TypeError) as problem:
        raise error("LAB003", Where(file=str(path)), problem=str(problem)) from problem


def from_snapshot(
    folder: Path,
    accounts: tuple[Account, ...] = DEFAULT_ACCOUNTS,
    hardware: dict[str, tuple[str, str]] | None = None,
    startup: Path | None = None,
) -> list[DeviceSpec]:
    """Make devices from a snapshot folder: ``configs/*`` (or the files in the folder) and optional cabling.

    ``hardware`` gives (model, serial) by hostname. Placeholders of the vault are replaced by the lab's own secrets.
    With ``startup`` (a folder of files with the same names) devices boot from those texts, but keep the ports that
    their
    intended configurations name.
    """
    configs = folder / "configs" if (folder / "configs").is_dir() else folder
    files = sorted(
        path for path in configs.iterdir() if path.is_file() and path.suffix in (".cfg", ".conf", ".txt", "")
    )
    if not files:
        raise error("LAB002", Where(file=str(configs)))
    cabling_file = folder / "layer1_topology.json"
    cables = read_cabling(cabling_file) if cabling_file.is_file() else []
    specs: list[DeviceSpec] = []
    for path in files:
        text = with_etx(without_placeholders(path.read_text(encoding="utf-8")))
        platform = platform_of(text)
        named = re.search(r"^hostname (\S+)", text, re.MULTILINE) or re.search(
            r"^\s+set hostname \"?([^\"\s]+)", text, re.MULTILINE
        )
        hostname = named[1] if named else path.stem
        management = management_of(text, platform)
        if not management:
            raise error("LAB004", Where(file=str(path), device=hostname))
        first = startup / path.name if startup is not None and (startup / path.name).is_file() else None
        model, serial = (hardware or {}).get(hostname, ("", ""))
        specs.append(
            DeviceSpec(
                hostname,
                platform,
                loopback_address(management),
                text if first is None else with_etx(without_placeholders(first.read_text(encoding="utf-8"))),
                ports=frozenset() if first is None else DeviceSpec(hostname, platform, "", text).hardware_ports(),
                model=model or ("" if platform == "fortios" else guessed_model(text)),
                serial=serial or stable_serial(hostname, platform),
                accounts=accounts,
            )
        )
    return check(with_partners(with_cabling(specs, cables)))


def with_partners(specs: Iterable[DeviceSpec]) -> list[DeviceSpec]:
    """Join FortiGates that share an HA group name to pairs."""
    found = list(specs)
    groups: dict[str, list[str]] = {}
    for spec in found:
        group = re.search(r"^\s+set group-name \"?([^\"\n]+)", spec.startup, re.MULTILINE)
        if spec.platform == "fortios" and group is not None:
            groups.setdefault(group[1], []).append(spec.hostname)
    partner = {a: b for pair in groups.values() if len(pair) == 2 for a, b in (pair, pair[::-1])}
    return [replace(spec, ha_peer=partner.get(spec.hostname, spec.ha_peer)) for spec in found]


def with_cabling(specs: Iterable[DeviceSpec], cables: list[tuple[str, str, str, str]]) -> list[DeviceSpec]:
    """Give every device its cables' other ends."""
    by_device: dict[str, list[Neighbour]] = {}
    for one, port, other, remote in cables:
        by_device.setdefault(one, []).append(Neighbour(port, other, remote))
        by_device.setdefault(other, []).append(Neighbour(remote, one, port))
    return [
        replace(spec, neighbours=tuple(dict.fromkeys(by_device.get(spec.hostname, spec.neighbours)))) for spec in specs
    ]


def check(specs: list[DeviceSpec]) -> list[DeviceSpec]:
    """Refuse two devices with one name or address."""
    names: set[str] = set()
    addresses: dict[str, str] = {}
    for spec in specs:
        if spec.hostname in names:
            raise error("LAB005", Where(device=spec.hostname), hostname=spec.hostname)
        names.add(spec.hostname)
        if spec.address in addresses:
            first = addresses[spec.address]
            raise error("LAB006", Where(device=spec.hostname), address=spec.address, first=first, second=spec.hostname)
        addresses[spec.address] = spec.hostname
    return specs
