"""A changed snapshot computed from an earlier state is what it is from nothing, and shares what did not change."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from network.analysis import compute
from network.analysis.failures import universe
from network.config import load_snapshot, read_device
from network.config.model import Cable, Snapshot
from tests.oracle.scale import SCALE

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.analysis.state import State

CITY = Path(__file__).parents[3] / "inventory" / "yasu" / "intended"


@cache
def base() -> State:
    return compute(load_snapshot(CITY))


def text_of(name: str) -> str:
    return (CITY / "configs" / f"{name}.cfg").read_text(encoding="utf-8")


def edited(changes: dict[str, str], cables: list[Cable] | None = None) -> Snapshot:
    """Return the city with other texts for some devices."""
    before = base().snapshot
    devices = dict(before.devices)
    for name, text in changes.items():
        devices[name] = read_device(text, devices[name].file)
    return Snapshot(devices, before.cables if cables is None else cables, before.policy_file, before.root)


def shape(state: State) -> object:
    """Return everything that two states of one snapshot must agree on; segments have no name of their own."""
    segments = {
        (s.ports, s.edges, tuple(sorted(s.vlans.items())), s.crossings, s.virtuals, tuple(sorted(s.owners.items())))
        for s in state.topology.segments.values()
    }
    homes = {port: state.topology.segments[number].ports for port, number in state.topology.segment_of.items()}
    return (
        state.ribs,
        segments,
        homes,
        state.down,
        state.dead,
        state.standby,
        state.unmodelled,
        state.unknown_routes,
        sorted(state.notes),
        sorted(state.unproved),
    )


def agree(changes: dict[str, str], cables: list[Cable] | None = None, *, broken: int = 0) -> State:
    """Check one edit, and some failures after it, both ways; return the state computed from the earlier one."""
    snapshot = edited(changes, cables)
    after = compute(snapshot, base=base())
    alone = compute(snapshot)
    for one, two in zip(shape(after), shape(alone), strict=True):  # type: ignore[call-overload]
        assert one == two
    assert alone.engine is not None
    elements = sorted(universe(alone.engine))
    for element in random.Random(repr(sorted(changes))).sample(elements, broken):
        failed = frozenset({element})
        for one, two in zip(  # type: ignore[call-overload]
            shape(compute(snapshot, failed, base=after)), shape(compute(snapshot, failed, base=alone)), strict=True
        ):
            assert one == two, element
    return after


def lines_of(text: str, pattern: str) -> list[int]:
    return [number for number, line in enumerate(text.split("\n")) if re.fullmatch(pattern, line)]


def after_line(pattern: str, *new: str) -> Callable[[random.Random, str], str | None]:
    """Return an edit that writes lines after a random line like ``pattern`` (groups of it may be used)."""

    def edit(rng: random.Random, text: str) -> str | None:
        found = lines_of(text, pattern)
        if not found:
            return None
        lines = text.split("\n")
        chosen = rng.choice(found)
        match = re.fullmatch(pattern, lines[chosen])
        assert match is not None
        lines[chosen + 1 : chosen + 1] = [match.expand(line) for line in new]
        return "\n".join(lines)

    return edit


def other_line(pattern: str, new: str) -> Callable[[random.Random, str], str | None]:
    """Return an edit that replaces a random line like ``pattern``; an empty text takes it out."""

    def edit(rng: random.Random, text: str) -> str | None:
        found = lines_of(text, pattern)
        if not found:
            return None
        lines = text.split("\n")
        chosen = rng.choice(found)
        lines[chosen] = re.sub(pattern, new, lines[chosen])
        if not lines[chosen]:
            del lines[chosen]
        return "\n".join(lines)

    return edit


EDITS: dict[str, Callable[[random.Random, str], str | None]] = {
    "acl-line": after_line(r"ip access-list extended .*", " permit tcp any any eq 4711"),
    "acl-gone": other_line(r" \d+ (permit|deny) .*", ""),
    "remark": other_line(r"hostname (.*)", "!\n!\n!\nhostname \\1"),
    "static": after_line(r"(ip route vrf \S+) \S+ \S+ (\S+).*", r"\1 10.251.7.0 255.255.255.0 \2"),
    "static-gone": other_line(r"ip route .*", ""),
    "vlan-gone": other_line(r"( switchport trunk allowed vlan \d+),.*", r"\1"),
    "vlan-other": other_line(r" switchport access vlan \d+", " switchport access vlan 666"),
    "cost": after_line(r"interface (Vlan\d+|.*Ethernet\S+)", " ip ospf cost 17"),
    "passive": other_line(r" no passive-interface .*", ""),
    "ospf-off": other_line(r" ip ospf \d+ area \d+", ""),
    "area": other_line(r" ip ospf (\d+) area \d+", r" ip ospf \1 area 7"),
    "summary": after_line(r"router ospf .*", " summary-address 10.20.0.0 255.255.0.0"),
    "local-preference": after_line(r"route-map \S+ permit .*", " set local-preference 77"),
    "neighbour-gone": other_line(r"  neighbor \S+ activate", ""),
    "aggregate": after_line(r" address-family ipv4 vrf .*", "  aggregate-address 10.20.0.0 255.255.0.0"),
    "prefix-list": after_line(r"ip prefix-list (\S+) seq .*", r"ip prefix-list \1 seq 1 deny 10.20.1.0/24"),
    "shutdown": after_line(r"interface (?!Loopback)\S+", " shutdown"),
    "address": other_line(r" ip address 10\.(\d+)\.(\d+)\.\d+ 255.255.255.0", r" ip address 10.\1.\2.77 255.255.255.0"),
    "vrf-off": other_line(r" vrf forwarding .*", ""),
    "hsrp": other_line(r" standby \d+ priority .*", ""),
    "loopback": other_line(r"interface Loopback0", "interface Loopback77"),
    "fortios-policy": other_line(r"        set action accept", "        set action deny"),
    "fortios-route": other_line(r"        set gateway .*", "        set gateway 10.99.99.99"),
    "fortios-down": after_line(r'        set vdom "\S+"', "        set status down"),
}


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_is_what_it_is_from_nothing(kind: str) -> None:
    rng = random.Random(kind)
    names = sorted(base().snapshot.devices)
    rng.shuffle(names)
    wanted = 2 * SCALE
    for name in names:
        before = text_of(name)
        text = EDITS[kind](rng, before)
        if text is None or text == before:
            continue
        agree({name: text}, broken=1)
        wanted -= 1
        if not wanted:
            break
    assert wanted < 2 * SCALE


def test_two_devices_and_a_cable() -> None:
    snapshot = base().snapshot
    assert snapshot.cables
    rng = random.Random(5)
    changes: dict[str, str] = {}
    for name in sorted(snapshot.devices):
        text = EDITS["cost"](rng, text_of(name))
        if text is not None and len(changes) < 2:
            changes[name] = text
    agree(changes, snapshot.cables[3:], broken=2)


def test_a_chain_of_edits() -> None:
    rng = random.Random(11)
    state = base()
    devices = dict(state.snapshot.devices)
    names = [name for name in sorted(devices) if lines_of(text_of(name), r"router ospf .*")]
    for kind in ("cost", "static", "shutdown", "acl-line", "summary", "remark"):
        name = rng.choice(names)
        text = EDITS[kind](rng, text_of(name))
        if text is None:
            continue
        devices[name] = read_device(text, devices[name].file)
        snapshot = Snapshot(dict(devices), state.snapshot.cables, None, state.snapshot.root)
        state = compute(snapshot, base=state)
        for one, two in zip(shape(state), shape(compute(snapshot)), strict=True):  # type: ignore[call-overload]
            assert one == two


def test_what_no_change_touches_is_the_same_object() -> None:
    names = [name for name in sorted(base().snapshot.devices) if lines_of(text_of(name), r"ip access-list extended .*")]
    text = EDITS["acl-line"](random.Random(1), text_of(names[0]))
    assert text is not None
    after = agree({names[0]: text})
    assert all(after.topology.segments[number] is segment for number, segment in base().topology.segments.items())
    moved = [table for table, rib in after.ribs.items() if rib is not base().ribs[table]]
    assert {table[0] for table in moved} <= {names[0]}


def test_a_hostname_alone_moves_only_its_own_tables() -> None:
    name = sorted(base().snapshot.devices)[0]
    text = text_of(name).replace(f"hostname {name}", "hostname another")
    before = base().snapshot
    devices = {key: device for key, device in before.devices.items() if key != name}
    renamed = read_device(text, before.devices[name].file)
    devices[renamed.hostname] = renamed
    cables = [
        Cable(
            renamed.hostname if one.node1 == name else one.node1,
            one.interface1,
            renamed.hostname if one.node2 == name else one.node2,
            one.interface2,
        )
        for one in before.cables or ()
    ]
    snapshot = Snapshot(devices, cables, None, before.root)
    for one, two in zip(shape(compute(snapshot, base=base())), shape(compute(snapshot)), strict=True):  # type: ignore[call-overload]
        assert one == two
