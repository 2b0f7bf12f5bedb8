"""The policy file: zones, declared flows (特定通信), waypoints, exempt failures. Strict: an unknown key is an error
with its line.

Everything but ``zones`` may be left out. Without ``flows`` nothing may pass between zones. docs/verifier.md describes
every key.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunri.messages import BunriError, Message, Where
from network.analysis.packets import PROTOCOL_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Member:
    """One way to belong to a zone: exactly one of VRF, device with interface, VLAN, prefix (at an edge) or SSID."""

    vrf: str | None = None
    device: str = ""
    interface: str = ""
    vlan: int | None = None
    prefix: Range | None = None
    ssid: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone: what keeps apart. ``line`` is where the policy file declares it."""

    name: str
    members: tuple[Member, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """A declared flow between two zones. Addresses and ports are closed ranges; ``protocols`` empty means any."""

    id: str
    from_zone: str
    to_zone: str
    src: tuple[Range, ...]
    dst: tuple[Range, ...]
    protocols: tuple[int, ...]
    sport: tuple[Range, ...]
    dport: tuple[Range, ...]
    basis: str = ""
    owner: str = ""
    expires: datetime.date | None = None
    description: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Exemption:
    """A known single point of failure: its outages are no violations. ``pattern`` is a shell pattern over ``kind
    name``."""

    pattern: str
    reason: str
    expires: datetime.date | None
    line: int
    places: tuple[str, ...] = ()
    """Shell patterns of the places where something may stop (``*-sw1:*``); empty means everywhere."""

    def excuses(self, place: str) -> bool:
        """Return whether something may stop at this place."""
        return not self.places or any(fnmatchcase(place, pattern) for pattern in self.places)

    def covers(self, elements: Iterable[str]) -> bool:
        """Return whether this exemption names one of the failed elements, or all of them joined by `` + ``."""
        names = sorted(elements)
        return any(_same(self.pattern, name) for name in (*names, " + ".join(names)))


@dataclass(frozen=True, slots=True)
class Trusted:
    """An unmodelled neighbour that the city vouches for: it does not forward between its ports."""

    pattern: str
    reason: str
    expires: datetime.date | None
    line: int


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Between these zones only through these hosts (無害化): every packet comes from or goes to one of ``via``."""

    from_zone: str
    to_zone: str
    via: tuple[Range, ...]
    basis: str
    line: int


@dataclass(frozen=True, slots=True)
class System:
    """A system of the city with its servers' addresses and the sites that use it, to say what a failure stops."""

    name: str
    zone: str
    addresses: tuple[Range, ...]
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy file."""

    file: str
    zones: dict[str, Zone]
    flows: tuple[Flow, ...] = ()
    exempt_failures: tuple[Exemption, ...] = ()
    trusted_neighbours: tuple[Trusted, ...] = ()
    waypoints: tuple[Waypoint, ...] = ()
    carriers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ducts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sites: dict[str, tuple[str, ...]] = field(default_factory=dict)
    systems: tuple[System, ...] = ()
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    guideline: str = ""


def _same(pattern: str, name: str) -> bool:
    kind, _, rest = name.partition(" ")
    return (
        pattern in {name, rest}
        or fnmatchcase(name, pattern)
        or (not any(c in pattern for c in "*?[") and pattern == f"{kind} {rest}")
    )


class _Reader:
    """One policy file being read: the plain data, the line of every path, and the problems found so far."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.problems: list[Message] = []
        self.lines: dict[tuple[str | int, ...], int] = {}
        self.data = self._load(text)

    def _load(self, text: str) -> object:
        import yaml  # noqa: PLC0415 - only here, and it costs start-up time

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return {}
            # PyYAML keeps the last of two equal keys without a word; a flow would be lost.
            return self._plain(loader, yaml, node, ())
        except yaml.MarkedYAMLError as problem:
            mark = problem.problem_mark
            raise BunriError(
                self.message("POL001", mark.line + 1 if mark else 0, problem=problem.problem or str(problem))
            ) from problem
        except (yaml.YAMLError, ValueError) as problem:
            raise BunriError(self.message("POL001", 0, problem=str(problem))) from problem
        finally:
            loader.dispose()

    def _plain(self, loader: Any, yaml: Any, node: Any, path: tuple[str | int, ...]) -> object:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            result: dict[object, object] = {}
            for key_node, value_node in node.value:
                key = loader.construct_object(key_node, deep=True)
                if isinstance(key, (dict, list)) or key in result:
                    raise BunriError(self.message("POL003", key_node.start_mark.line + 1, key=key))
                result[key] = self._plain(loader, yaml, value_node, (*path, str(key)))
                self.lines[*path, str(key)] = key_node.start_mark.line + 1
            return result
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(loader, yaml, item, (*path, index)) for index, item in enumerate(node.value)]
        return loader.construct_object(node, deep=True)

    def message(self, id_: str, line: int, key: str = "", **params: object) -> Message:
        return Message(id_, Where(file=self.file, line=line), {"key": key, **params})

    def problem(self, id_: str, path: tuple[str | int, ...], **params: object) -> None:
        line = 0
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                line = self.lines[path[:end]]
                break
        self.problems.append(
            Message(id_, Where(file=self.file, line=line, key=".".join(str(part) for part in path)), params)
        )

    def line(self, path: tuple[str | int, ...]) -> int:
        return self.lines.get(path, 0)

    def table(
        self, value: object, path: tuple[str | int, ...], known: Iterable[str] | None, needed: Iterable[str] = ()
    ) -> dict[str, Any]:
        if value is None:
            value = {}
        if not isinstance(value, dict):
            self.problem("POL004", path, expected="a table / 表")
            return {}
        if known is not None:
            for key in value:
                if key not in known:
                    self.problem("POL002", (*path, str(key)), name=key, known=", ".join(sorted(known)))
        for key in needed:
            if key not in value:
                self.problem("POL005", path, name=key)
        return {str(key): item for key, item in value.items()}

    def items(self, value: object, path: tuple[str | int, ...]) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.problem("POL004", path, expected="a list / リスト")
            return []
        return value

    def text(self, table: dict[str, Any], key: str, path: tuple[str | int, ...]) -> str:
        value = table.get(key, "")
        if value is None or isinstance(value, (dict, list, bool)):
            self.problem("POL004", (*path, key), expected="text / 文字列")
            return ""
        return str(value)

    def date(self, table: dict[str, Any], key: str, path: tuple[str | int, ...]) -> datetime.date | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(str(value))
        except ValueError:
            self.problem("POL006", (*path, key), value=value)
            return None

    def ranges(
        self, value: object, path: tuple[str | int, ...], convert: Callable[[object], Range]
    ) -> tuple[Range, ...]:
        result = []
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            try:
                result.append(convert(item))
            except (ValueError, TypeError):
                self.problem("POL007", (*path, index) if isinstance(value, list) else path, value=item)
        return tuple(result)


def addresses(value: object) -> Range:
    """Return ``any``, an address, a prefix or ``low-high`` as a closed range. Host bits in a prefix are a
    ``ValueError``."""
    text = str(value).strip()
    if text in {"any", "all"}:
        return (0, 0xFFFFFFFF)
    if "-" in text:
        low, high = (int(ipaddress.IPv4Address(part.strip())) for part in text.split("-"))
        if low > high:
            raise ValueError(text)
        return (low, high)
    network = ipaddress.IPv4Network(text)
    return (int(network.network_address), int(network.broadcast_address))


def ports(value: object) -> Range:
    """Return a port, ``low-high`` or ``any`` as a closed range."""
    if isinstance(value, bool):
        raise TypeError(value)
    text = str(value).strip()
    if text == "any":
        return (0, 65535)
    low, _, high = text.partition("-")
    span = (int(low), int(high or low))
    if not 0 <= span[0] <= span[1] <= 65535:
        raise ValueError(text)
    return span


def protocol(value: object) -> Range:
    """Return an IP protocol by name or number as a range of one; ``ip`` and ``any`` are all."""
    text = str(value).strip().lower()
    if text in {"ip", "any", "all"}:
        return (0, 255)
    number = PROTOCOL_NUMBERS.get(text)
    number = int(text) if number is None else number
    if isinstance(value, bool) or not 0 <= number <= 255:
        raise ValueError(text)
    return (number, number)


_TOP = (
    "zones",
    "flows",
    "exempt_failures",
    "trusted_neighbours",
    "carriers",
    "ducts",
    "sites",
    "waypoints",
    "rules",
    "systems",
    "guideline",
)
_FLOW = (
    "id",
    "from",
    "to",
    "src",
    "dst",
    "protocol",
    "sport",
    "dport",
    "basis",
    "owner",
    "expires",
    "description",
    "purpose",
    "name",
    "systems",
    "system",
)


def load_policy(path: Path | str) -> Policy:
    """Read a policy file. Every problem found is in the raised ``BunriError`` (POL…), each with its line."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as problem:
        raise BunriError(Message("BNR001", Where(file=os.fspath(path)), {"path": path})) from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise BunriError(Message("POL001", Where(file=os.fspath(path)), {"problem": problem})) from problem
    return parse_policy(text, os.fspath(path))


def parse_policy(text: str, file: str = "policy.yml") -> Policy:
    """Read the text of a policy file; ``file`` is used in messages."""
    reader = _Reader(file, text)
    top = reader.table(reader.data, (), _TOP, ("zones",))
    zones = _zones(reader, top.get("zones"))
    policy = Policy(
        file=file,
        zones=zones,
        flows=_flows(reader, top.get("flows"), zones),
        exempt_failures=_exemptions(reader, top.get("exempt_failures")),
        trusted_neighbours=_trusted(reader, top.get("trusted_neighbours")),
        waypoints=_waypoints(reader, top.get("waypoints"), zones),
        carriers=_bundles(reader, top.get("carriers"), "carriers"),
        ducts=_bundles(reader, top.get("ducts"), "ducts"),
        sites=_bundles(reader, top.get("sites"), "sites"),
        systems=_systems(reader, top.get("systems"), zones),
        rules={
            key: reader.table(value, ("rules", key), None)
            for key, value in reader.table(top.get("rules"), ("rules",), None).items()
        },
        guideline=str(top.get("guideline") or ""),
    )
    if reader.problems:
        raise BunriError(*reader.problems)
    return policy


def _zones(reader: _Reader, value: object) -> dict[str, Zone]:
    result = {}
    for name, body in reader.table(value, ("zones",), None).items():
        path = ("zones", name)
        table = reader.table(body, path, ("members", "description", "label"), ("members",))
        members = []
        for index, item in enumerate(reader.items(table.get("members"), (*path, "members"))):
            members.append(_member(reader, item, (*path, "members", index)))
        result[name] = Zone(name, tuple(members), reader.line(path))
    return result


def _member(reader: _Reader, item: object, path: tuple[str | int, ...]) -> Member:
    table = reader.table(item, path, ("vrf", "device", "interface", "vlan", "prefix", "ssid"))
    keys = frozenset(table)
    line = reader.line(path)
    if keys not in (
        {"vrf"},
        {"device", "interface"},
        {"vlan"},
        {"prefix"},
        {"ssid"},
        {"device", "vrf"},
        {"device", "vlan"},
    ):
        reader.problem("POL008", path)
        return Member(line=line)
    vlan = table.get("vlan")
    if "vlan" in table and (isinstance(vlan, bool) or not isinstance(vlan, int) or not 1 <= vlan <= 4094):
        reader.problem("POL007", (*path, "vlan"), value=vlan)
        vlan = None
    prefix = reader.ranges(table["prefix"], (*path, "prefix"), addresses) if "prefix" in table else ()
    return Member(
        vrf=("" if table["vrf"] in (None, "global", "default") else str(table["vrf"])) if "vrf" in table else None,
        device=str(table.get("device", "")),
        interface=str(table.get("interface", "")),
        vlan=vlan,
        prefix=prefix[0] if prefix else None,
        ssid=str(table.get("ssid", "")),
        line=line,
    )


def _flows(reader: _Reader, value: object, zones: dict[str, Zone]) -> tuple[Flow, ...]:
    result = []
    seen: dict[str, int] = {}
    for index, item in enumerate(reader.items(value, ("flows",))):
        path: tuple[str | int, ...] = ("flows", index)
        table = reader.table(item, path, _FLOW, ("id", "from", "to", "src", "dst", "protocol"))
        for end in ("from", "to"):
            if end in table and table[end] not in zones:
                reader.problem("POL009", (*path, end), name=table[end], known=", ".join(zones))
        id_ = reader.text(table, "id", path)
        if id_ in seen:
            reader.problem("POL010", (*path, "id"), name=id_, first=seen[id_])
        seen.setdefault(id_, reader.line(path))
        named = reader.ranges(table.get("protocol", "ip"), (*path, "protocol"), protocol)
        result.append(
            Flow(
                id=id_,
                from_zone=str(table.get("from", "")),
                to_zone=str(table.get("to", "")),
                src=reader.ranges(table.get("src", "any"), (*path, "src"), addresses),
                dst=reader.ranges(table.get("dst", "any"), (*path, "dst"), addresses),
                protocols=() if (0, 255) in named else tuple(low for low, _ in named),
                sport=reader.ranges(table["sport"], (*path, "sport"), ports) if table.get("sport") is not None else (),
                dport=reader.ranges(table["dport"], (*path, "dport"), ports) if table.get("dport") is not None else (),
                basis=reader.text(table, "basis", path),
                owner=reader.text(table, "owner", path),
                expires=reader.date(table, "expires", path),
                description=str(table.get("description") or table.get("purpose") or table.get("name") or ""),
                line=reader.line(path),
            )
        )
    return tuple(result)


def _exemptions(reader: _Reader, value: object) -> tuple[Exemption, ...]:
    result = []
    for index, item in enumerate(reader.items(value, ("exempt_failures",))):
        path: tuple[str | int, ...] = ("exempt_failures", index)
        known = ("id", "element", "elements", "match", "reason", "expires", "owner", "basis", "places")
        table = reader.table(item, path, known)
        if sum(key in table for key in ("element", "elements", "match")) != 1:
            reader.problem("POL011", path)
        pattern = str(table.get("element", table.get("match", "")))
        if "elements" in table:
            pattern = " + ".join(sorted(str(part) for part in reader.items(table["elements"], (*path, "elements"))))
        result.append(
            Exemption(
                _element(pattern),
                reader.text(table, "reason", path),
                reader.date(table, "expires", path),
                reader.line(path),
                tuple(str(place) for place in reader.items(table.get("places"), (*path, "places"))),
            )
        )
    return tuple(result)


def _element(pattern: str) -> str:
    """Return an element's name with a space after its kind: ``node:x`` and ``node x`` mean the same, also in a pair."""
    parts = []
    for part in pattern.split(" + "):
        kind, colon, name = part.partition(":")
        parts.append(f"{kind} {name}" if colon and kind in {"node", "link", "carrier", "duct", "site"} else part)
    return " + ".join(sorted(parts))


def _trusted(reader: _Reader, value: object) -> tuple[Trusted, ...]:
    result = []
    for index, item in enumerate(reader.items(value, ("trusted_neighbours",))):
        path: tuple[str | int, ...] = ("trusted_neighbours", index)
        table = reader.table(item, path, ("name", "reason", "expires", "owner", "basis"), ("name",))
        result.append(
            Trusted(
                reader.text(table, "name", path),
                reader.text(table, "reason", path),
                reader.date(table, "expires", path),
                reader.line(path),
            )
        )
    return tuple(result)


def _waypoints(reader: _Reader, value: object, zones: dict[str, Zone]) -> tuple[Waypoint, ...]:
    result = []
    for index, item in enumerate(reader.items(value, ("waypoints",))):
        path: tuple[str | int, ...] = ("waypoints", index)
        table = reader.table(
            item, path, ("id", "from", "to", "via", "basis", "reason", "description"), ("from", "to", "via")
        )
        for end in ("from", "to"):
            if end in table and table[end] not in zones:
                reader.problem("POL009", (*path, end), name=table[end], known=", ".join(zones))
        via = reader.ranges(table.get("via", []), (*path, "via"), addresses)
        basis = str(table.get("basis") or table.get("reason") or "")
        result.append(Waypoint(str(table.get("from", "")), str(table.get("to", "")), via, basis, reader.line(path)))
    return tuple(result)


def _bundles(reader: _Reader, value: object, key: str) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(str(link) for link in reader.items(links, (key, name)))
        for name, links in reader.table(value, (key,), None).items()
    }


def _systems(reader: _Reader, value: object, zones: dict[str, Zone]) -> tuple[System, ...]:
    result = []
    for index, item in enumerate(reader.items(value, ("systems",))):
        path: tuple[str | int, ...] = ("systems", index)
        table = reader.table(
            item, path, ("id", "name", "zone", "address", "addresses", "sites", "description"), ("name",)
        )
        if table.get("zone") is not None and table["zone"] not in zones:
            reader.problem("POL009", (*path, "zone"), name=table["zone"], known=", ".join(zones))
        given = table.get("address", table.get("addresses", []))
        sites = tuple(str(site) for site in reader.items(table.get("sites"), (*path, "sites")))
        result.append(
            System(
                reader.text(table, "name", path),
                str(table.get("zone") or ""),
                reader.ranges(given, (*path, "address"), addresses),
                sites,
            )
        )
    return tuple(result)
