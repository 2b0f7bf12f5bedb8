"""The machine that walks an IOS configuration: modes, dispatch by leading words, and one class for every line.

A *mode* is what the device's prompt shows (``config-if``, ``config-router`` …). Each mode has a table from the first word
to a handler; a handler returns true when it understood the whole line, false when it did not. Where the file is indented
the indentation says to which mode a line belongs; where it is flat, the device's own rule is used: the present mode first,
then the modes around it.
"""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from network.config.cisco_ios import abbreviations, irrelevant
from network.config.model import Device, Source, Unmodelled
from network.config.secrets import SUSPICIOUS, mask

Fields = dict[str, Any]  # a dataclass's fields while they are still being collected
Handler = Callable[["Reader", list[str], bool, Source], bool]

GLOBAL = "global"
UNKNOWN = "unknown"
# Modes whose body IOS 12 printed at the same indentation as their header.
_SAME_INDENT = frozenset({"bgp-af", "vrf-af", "eigrp-af", "eigrp-topology", "ospfv3-af"})
_PROMPT = re.compile(r"^[\w.:@/-]+(?:\([\w-]+\))?[#>]\s*(?:(?:sh|show|sho|ter|term|terminal|en|enable|ex|exit|more|wr|write|copy|logout|quit|disable)\b.*)?$")  # fmt: skip
_NOISE = ("Building configuration", "Current configuration", "Using ", "% ", "Load for", "Time source is", "Last login")
_EXITS = {
    "exit-address-family": frozenset({"bgp-af", "vrf-af", "eigrp-af"}),
    "exit-af-interface": frozenset({"eigrp-af-interface"}),
    "exit-af-topology": frozenset({"eigrp-topology"}),
    "exit-vrrp": frozenset({"vrrp-af"}),
    "exit-peer-session": frozenset({"bgp-template"}),
    "exit-peer-policy": frozenset({"bgp-template"}),
}
_HEX = re.compile(r"^[0-9A-Fa-f ]+$")


@dataclass(slots=True)
class Mode:
    """An open mode: the indentation of its header, its table's name, what it fills, and its header line."""

    indent: int
    name: str
    targets: tuple[Any, ...]
    header: str
    scope: str
    path: tuple[str, ...] = ()  # header lines of the open modes, outermost first


@dataclass(slots=True)
class Reader:
    """The state of reading one file. Handlers fill the drafts; ``finish`` turns them into the model."""

    device: Device
    handlers: dict[str, dict[str, Handler]]
    stack: list[Mode] = field(default_factory=list)
    flat: bool = False
    target: Any = None  # what the present handler fills
    indent: int = 0
    classed: bool = False  # the present line is in one of the device's two lists already
    interfaces: dict[str, Fields] = field(default_factory=dict)
    vrfs: dict[str, Fields] = field(default_factory=dict)
    ospf: dict[str, Fields] = field(default_factory=dict)
    bgp: Fields | None = None
    eigrp: dict[str, Fields] = field(default_factory=dict)
    acls: dict[str, Fields] = field(default_factory=dict)
    prefix_lists: dict[str, Fields] = field(default_factory=dict)
    route_maps: dict[str, Fields] = field(default_factory=dict)
    object_groups: dict[str, Fields] = field(default_factory=dict)
    vlan_maps: dict[str, Fields] = field(default_factory=dict)
    vlans: dict[int, Fields] = field(default_factory=dict)
    statics: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    nat_pools: dict[str, tuple[int, int]] = field(default_factory=dict)
    radius: dict[str, Fields] = field(default_factory=dict)
    radius_groups: dict[str, Fields] = field(default_factory=dict)
    tracks: dict[int, Fields] = field(default_factory=dict)
    slas: dict[int, Fields] = field(default_factory=dict)
    wireless: Fields = field(default_factory=dict)
    identity: Fields = field(default_factory=dict)  # IBNS 2.0 class maps, policy maps, service templates
    hsrp: dict[tuple[str, str, int, int], Fields] = field(default_factory=dict)
    templates: dict[str, Fields] = field(default_factory=dict)  # BGP peer groups and templates by name
    facts: Fields = field(default_factory=dict)  # device-wide switches that only ``finish`` uses

    def enter(self, name: str, targets: tuple[Any, ...], header: str, scope: str = "") -> bool:
        """Open a mode for the lines that follow; always true, so that a handler can end with it."""
        self.stack.append(Mode(self.indent, name, targets, header, scope or header, (*self.stack[-1].path, header)))
        return True

    def context(self) -> tuple[str, ...]:
        """Return the header lines of the open modes, outermost first."""
        return self.stack[-1].path

    def ignore(self, source: Source, reason: str) -> bool:
        """Class the line as known-irrelevant; always true."""
        self.device.irrelevant.append((source, reason))
        self.classed = True
        return True

    def state(self, source: Source, words: list[str]) -> None:
        """Keep the line in normal form for the rules."""
        if len(self.stack) > 1:
            self.device.statements[(*self.context(), source.text if "<masked>" in source.text else " ".join(words))] = (
                source
            )
        else:
            self.device.statements[(mask(" ".join(words), words),)] = source

    def block(self, source: Source, scope: str) -> None:
        """Class the line as unmodelled."""
        self.device.unmodelled.append(Unmodelled(source, scope, self.context()))
        self.classed = True
        for target in self.stack[-1].targets:
            if isinstance(target, dict):
                target["_unknown"] = True

    def run(self, lines: list[str]) -> None:
        """Read every line of the file into the drafts."""
        device, file = self.device, self.device.file
        self.flat = _is_flat(lines)
        self.stack = [Mode(-1, GLOBAL, (None,), "", "")]
        stack = self.stack
        modelled = device.modelled_lines
        skip_to = 0
        flat = self.flat
        count = 0
        for number, raw in enumerate(lines, 1):
            stripped = raw.strip()
            if not stripped or number <= skip_to:
                continue
            indent = 0 if flat or raw[0] not in " \t" else len(raw) - len(raw.lstrip())
            if stripped[0] == "!":
                if not flat:
                    while len(stack) > 1 and stack[-1].indent >= indent:
                        stack.pop()
                continue
            count += 1
            words = stripped.split()
            source = Source(file, number, stripped if SUSPICIOUS.isdisjoint(words) else mask(stripped, words))
            self.indent = indent
            while stack[-1].indent > indent or (stack[-1].indent == indent > 0 and stack[-1].name not in _SAME_INDENT):
                stack.pop()
            top = stack[-1]
            # The common case first: a line of the mode that its indentation names, or a global line.
            negative = words[0] == "no"
            self.classed = False
            if flat:
                known = self._climb(words, negative, source)
            elif indent == 0:
                known = self._try(GLOBAL, stack[0], words, negative, source, pop_to=1)
                if not known and top.name != GLOBAL:
                    known = self._try(top.name, top, words, negative, source)
            elif top.name in _SAME_INDENT:
                known = self._climb(words, negative, source)
            else:
                known = self._try(top.name, top, words, negative, source)
            if not known:
                known = self._slow(stripped, words, source, indent)
            if not known:
                if indent == 0 and not flat:
                    del stack[1:]
                self.block(source, stack[-1].scope)
                if not flat:
                    # What is indented below an unknown line belongs to it, whatever it looks like.
                    top = stack[-1]
                    stack.append(Mode(indent, UNKNOWN, (None,), source.text, top.scope, (*top.path, source.text)))
            elif not self.classed:
                modelled.append(number)
            if words[0] in _SWALLOW:
                skip_to = self._swallow(lines, number, stripped, words, file)
        device.lines += count

    def _climb(self, words: list[str], negative: bool, source: Source) -> bool:
        """Try the present mode, then those around it as the device does."""
        depth = len(self.stack) - 1
        lowest = 0 if self.flat else max(depth - 1, 0) if self.stack[-1].name in _SAME_INDENT else depth
        while depth >= lowest:
            mode = self.stack[depth]
            if self._try(mode.name, mode, words, negative, source, pop_to=depth + 1):
                return True
            depth -= 1
        return False

    def _try(
        self, name: str, mode: Mode, words: list[str], negative: bool, source: Source, pop_to: int | None = None
    ) -> bool:
        """Give the line to the handler of its first word in one mode, then to the table of irrelevant forms."""
        body = words[1:] if negative else words
        if not body:
            return False
        table = self.handlers[name]
        handler = table.get(body[0]) or table.get("*")
        if handler is not None:
            saved = self.stack[pop_to:] if pop_to is not None and len(self.stack) > pop_to else None
            if saved:
                del self.stack[pop_to:]
            try:
                done = True
                for target in mode.targets:
                    self.target = target
                    done = handler(self, body, negative, source) and done
            except (ValueError, IndexError, KeyError, OverflowError):
                done = False
            if done:
                return True
            if saved:
                self.stack.extend(saved)
        reason = irrelevant.reason(name, body)
        if reason is None:
            return False
        if pop_to is not None:
            del self.stack[pop_to:]
        self.state(source, words)
        return self.ignore(source, reason)

    def _slow(self, stripped: str, words: list[str], source: Source, indent: int) -> bool:
        """Rare lines: section ends, captures' noise, and abbreviated commands."""
        word = words[0]
        if word in {"exit", "quit", "end"} and len(words) == 1:
            if word == "end":
                del self.stack[1:]
            elif len(self.stack) > 1:
                self.stack.pop()
            return self.ignore(source, "end of a section")
        if word in _EXITS and len(words) == 1:
            for depth in range(len(self.stack) - 1, 0, -1):
                if self.stack[depth].name in _EXITS[word]:
                    del self.stack[depth:]
                    break
            return self.ignore(source, "end of a section")
        if (
            stripped.startswith(_NOISE)
            or stripped.startswith(("#", "***"))
            or stripped in {"Connection closed.", "--More--"}
        ):
            return self.ignore(source, "what a terminal adds to a capture")
        if indent == 0 and _PROMPT.match(stripped):
            return self.ignore(source, "what a terminal adds to a capture")
        for mode in reversed(self.stack) if self.flat else (self.stack[-1], self.stack[0]):
            expanded = abbreviations.expand(mode.name, words)
            if expanded is None or expanded == words:
                continue
            known = self._try(mode.name, mode, expanded, expanded[0] == "no", source, self.stack.index(mode) + 1)
            if known:
                return True
        return False

    def _swallow(self, lines: list[str], number: int, stripped: str, words: list[str], file: str) -> int:
        """Skip free text that belongs to the line just read (banner, certificate, macro); return its last line."""
        ends = _SWALLOW[words[0]](stripped, words, lines, number)
        if ends is None:
            return 0
        last, reason = ends
        for index in range(number, last):
            text = lines[index].strip()
            if text and text[0] != "!":
                self.device.lines += 1
                self.device.irrelevant.append(
                    (Source(file, index + 1, "" if reason == "certificate" else text), reason)
                )
        return last


def _is_flat(lines: list[str]) -> bool:
    """Return whether the file has lost its indentation: no line is indented below a line that opens a section."""
    opener = False
    openers = flat = 0
    for line in lines:
        if not line or line[0] == "!":
            continue
        if line[0] in " \t":
            if opener:
                return False
            continue
        if opener:
            flat += 1
        opener = line.startswith(("interface ", "router ", "vrf definition", "ip access-list", "route-map "))
        openers += opener
    return openers > 0 and flat > 0


def _banner(stripped: str, words: list[str], lines: list[str], number: int) -> tuple[int, str] | None:
    start = stripped.split(None, 2)
    if len(start) < 3:
        return None
    text = start[2]
    mark = "^C" if text.startswith("^C") else text[0]
    if mark in text[len(mark) :]:
        return None
    for index in range(number, len(lines)):
        if mark in lines[index]:
            return index + 1, "banner text"
    return None


def _certificate(stripped: str, words: list[str], lines: list[str], number: int) -> tuple[int, str] | None:
    index = number
    while index < len(lines):
        text = lines[index].strip()
        if text == "quit":
            return index + 1, "certificate"
        if text and not _HEX.match(text):
            return (index, "certificate") if index > number else None
        index += 1
    return (index, "certificate") if index > number else None


def _macro(stripped: str, words: list[str], lines: list[str], number: int) -> tuple[int, str] | None:
    if words[1:2] != ["name"]:
        return None
    for index in range(number, len(lines)):
        if lines[index].strip() == "@":
            return index + 1, "text of a macro that is not applied"
    return None


_SWALLOW: dict[str, Callable[[str, list[str], list[str], int], tuple[int, str] | None]] = {
    "banner": _banner,
    "certificate": _certificate,
    "macro": _macro,
}
