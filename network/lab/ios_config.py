"""The running configuration of a virtual IOS-XE device: a tree of lines that knows what each new line does to it.

A line goes through the mode's grammar; its form says whether it replaces, adds or opens a section, and
``ios_semantics``
holds what a device does beyond that (refuses, creates, drops). Text in, text out: nothing of the product is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from network.lab import ios_values
from network.lab.grammar import Form, Grammar, Match, Refusal
from network.lab.ios_forms import MACROS, MODES


@cache
def grammar(mode: str) -> Grammar:
    """Return the grammar of a mode, built once."""
    pairs = {
        "ifname": lambda first, second: ios_values.interface_name(first + second) if first.isalpha() else None,
        "aclnet": ios_values.acl_network,
    }
    return Grammar(forms(mode), ios_values.TYPES, MACROS, pairs=pairs)


@cache
def forms(mode: str) -> tuple[Form, ...]:
    """Return the declared forms of a mode in the device's order."""
    found = []
    for order, raw in enumerate(MODES[mode].splitlines()):
        line = raw.strip()
        if not line:
            continue
        text, _, attributes = line.partition("::")
        options = dict(word.partition("=")[::2] for word in attributes.split())
        found.append(
            Form(
                text.strip(),
                order,
                name=options.get("name", ""),
                mode=options.get("mode", ""),
                on="on" in options,
                both="both" in options,
                sort=options.get("sort", ""),
                block=int(options.get("block", "0")),
                hidden="hidden" in options,
            )
        )
    return tuple(found)


@cache
def _block_orders(mode: str) -> dict[int, int]:
    orders: dict[int, int] = {}
    for form in forms(mode):
        if form.block:
            orders.setdefault(form.block, form.order)
    return orders


@dataclass(slots=True)
class Entry:
    """One line of the configuration, with what stands below it."""

    match: Match
    words: tuple[str, ...]
    negative: bool = False
    child: Section | None = None
    blob: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The line as the device shows it."""
        return ("no " if self.negative else "") + " ".join(self.words)

    def copy(self) -> Entry:
        """Return an independent copy."""
        return Entry(self.match, self.words, self.negative, self.child.copy() if self.child else None, self.blob)


@dataclass(slots=True)
class Section:
    """The lines of one section by key, in the order typed."""

    mode: str
    entries: dict[tuple[str, ...], Entry] = field(default_factory=dict)

    def copy(self) -> Section:
        """Return an independent copy."""
        return Section(self.mode, {key: entry.copy() for key, entry in self.entries.items()})

    def get(self, *key: str) -> Entry | None:
        """Return the entry with this key."""
        return self.entries.get(key)

    def find(self, *start: str) -> list[Entry]:
        """Return the positive entries whose words begin like this."""
        return [entry for entry in self.entries.values() if not entry.negative and entry.words[: len(start)] == start]

    def value(self, *start: str) -> str:
        """Return the rest of the first line that begins like this ("" if there is none)."""
        found = self.find(*start)
        return " ".join(found[0].words[len(start) :]) if found else ""

    def has(self, *words: str) -> bool:
        """Whether the positive line is there."""
        return any(entry.words == words for entry in self.find(*words))

    def off(self, *words: str) -> bool:
        """Whether the ``no`` line is there."""
        return any(entry.negative and entry.words == words for entry in self.entries.values())

    def ordered(self) -> list[Entry]:
        """Return the entries in the device's order."""
        blocks = _block_orders(self.mode)

        def rank(item: tuple[int, Entry]) -> tuple[object, ...]:
            typed, entry = item
            form = entry.match.form
            if form.block:
                first = entry.match.args[0][1] if entry.match.args else ""
                key = natural(entry.match.key) if form.sort == "natural" else (0,)
                tail: tuple[object, ...] = (natural_text(first), form.order, natural_text(" ".join(entry.match.key)))
                return (blocks[form.block], *tail, key, typed)
            if form.sort == "interface":
                return (form.order, ios_values.interface_order(entry.words[-1]), typed)
            if form.sort == "natural":
                return (_family(self.mode, form), natural_text(" ".join(entry.match.key)), typed)
            return (form.order, typed)

        return [entry for _, entry in sorted(enumerate(self.entries.values()), key=rank) if not entry.match.form.hidden]


def _family(mode: str, form: Form) -> int:
    """Forms that share an order: both kinds of access list stand in one run by name on a device's page."""
    return form.order


def natural_text(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key in which numbers inside a text count as numbers."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part)


def natural(key: tuple[str, ...]) -> tuple[tuple[tuple[int, int, str], ...], ...]:
    """Sort key of a whole line key."""
    return tuple(natural_text(part) for part in key)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the device says to a configuration line. ``ok`` is false when the line had no effect."""

    ok: bool
    text: str = ""
    kind: str = ""
    column: int = 0


OK = Answer(True)


@dataclass(slots=True)
class Level:
    """One level of the mode stack: the sections that a line now goes to (several for a range)."""

    mode: str
    sections: list[Section]
    entry: Entry | None = None


class Running:
    """A running configuration with the ports that the hardware has. ``ports`` empty: any port name is accepted."""

    def __init__(self, ports: frozenset[str] = frozenset(), routed_ports: bool = False) -> None:
        self.root = Section("global")
        self.ports = ports
        self.routed_ports = routed_ports  # a router: its ports have no switching side

    # ---- input ----------------------------------------------------------------------------------------------------

    def stack(self) -> list[Level]:
        """Return the stack of a session that has just entered configuration mode."""
        return [Level("global", [self.root])]

    def apply(self, stack: list[Level], line: str, *, default: bool = False) -> Answer:
        """Apply one line in the mode on top of ``stack`` (changed in place). ``default`` undoes instead of negating."""
        text = line.strip()
        offset = len(line) - len(line.lstrip())
        negative = False
        head = text.split(maxsplit=1)
        if head and head[0].lower() in ("no", "default"):
            negative = True
            default = default or head[0].lower() == "default"
            if len(head) == 1:
                return Answer(False, "% Incomplete command.\n", "incomplete", len(line))
            offset += len(text) - len(head[1])
            text = head[1]
        first: Refusal | None = None
        for depth in range(len(stack) - 1, -1, -1):
            found = grammar(stack[depth].mode).match(text, negative)
            if isinstance(found, Refusal):
                if first is None or (found.kind == "incomplete" and first.kind == "invalid" and first.column == 0):
                    first = found
                continue
            del stack[depth + 1 :]
            return self._enter(stack, found, negative, default)
        assert first is not None
        return refused(first, offset)

    def _enter(self, stack: list[Level], match: Match, negative: bool, default: bool) -> Answer:
        from network.lab import ios_semantics  # noqa: PLC0415 - it needs the classes above

        level = stack[-1]
        said: list[str] = []
        children: list[Section] = []
        opened: Entry | None = None
        for section in level.sections:
            answer, entry = ios_semantics.take(self, level, section, match, negative, default)
            if answer.text and answer.text not in said:
                said.append(answer.text)
            if not answer.ok:
                return answer
            if entry is not None:
                targets = entry if isinstance(entry, list) else [entry]
                for target in targets:
                    opened = target
                    if target.child is not None:
                        children.append(target.child)
        if children and not negative:
            stack.append(Level(children[0].mode, children, opened))
        elif match.form.name == "exit" and len(stack) > 1:
            stack.pop()
        return Answer(True, "".join(said))

    def load(self, text: str) -> list[tuple[int, str, Answer]]:
        """Apply a whole file line by line, as the boot does; return the refused lines as (line number, line,
        answer)."""
        wrong = []
        stack = self.stack()
        for number, line, blob in file_lines(text):
            answer = self.line(stack, line, blob)
            if not answer.ok or answer.text.startswith("%"):
                wrong.append((number, line, answer))
        return wrong

    def line(self, stack: list[Level], line: str, blob: tuple[str, ...] = (), *, default: bool = False) -> Answer:
        """Apply one line with what follows it (banner text or certificate)."""
        if line and not line[0].isspace():
            del stack[1:]
        text = line.strip()
        if text.split()[0] == "exit" and len(text.split()) == 1:
            if len(stack) > 1:
                stack.pop()
            return OK
        answer = self.apply(stack, line, default=default)
        if blob and answer.ok:
            self.attach(stack, text, blob)
        return answer

    def attach(self, stack: list[Level], line: str, blob: tuple[str, ...]) -> None:
        """Put a multi-line text behind the entry that ``line`` made."""
        for section in stack[-1].sections:
            words = tuple(line.split())
            for entry in section.entries.values():
                if entry.words[:2] == words[:2] and (entry.words[0] != "certificate" or entry.words == words):
                    entry.blob = blob
                    return

    # ---- output ---------------------------------------------------------------------------------------------------

    def file_text(self) -> str:
        """Return the configuration as the device writes it to a file: a banner's delimiter is the ETX character."""
        return _SHOWN_BANNER.sub(lambda hit: hit[0].replace("^C", "\x03"), self.text())

    def text(self) -> str:
        """Return the configuration as ``show running-config`` prints it, without the header."""
        lines: list[str] = []
        previous = ""
        for entry in self._shown(self.root):
            word = entry.words[0]
            if lines and lines[-1] != "!" and (word != previous or entry.child is not None):
                lines.append("!")
            previous = word
            self._write(entry, 0, lines)
            if entry.child is not None:
                lines.append("!")
        if not lines or lines[-1] != "!":
            lines.append("!")
        lines.append("end")
        return "\n".join(lines) + "\n"

    def _shown(self, section: Section) -> list[Entry]:
        entries = section.ordered()
        if section.mode != "global":
            return entries
        vtp = section.value("vtp", "mode")
        if vtp not in ("off", "transparent"):  # a VTP server or client keeps its VLANs in vlan.dat, not here
            entries = [entry for entry in entries if entry.match.form.name != "vlan"]
        grouped: list[Entry] = []
        bare: set[int] = set()
        position = -1
        for entry in entries:
            if entry.match.form.name == "vlan" and entry.child is not None and not entry.child.entries:
                if not bare:
                    position = len(grouped)
                bare.update(ios_values.vlan_ids(entry.words[1]))
            else:
                grouped.append(entry)
        if bare:
            match = Match(grammar("global").match("vlan 1").form, (), ("vlan", ios_values.join_ids(bare)))  # type: ignore[union-attr]
            grouped.insert(position, Entry(match, match.words, child=Section("vlan")))
        return grouped

    def _write(self, entry: Entry, depth: int, lines: list[str]) -> None:
        pad = " " * depth
        family = entry.words[0] == "address-family"
        if family:
            lines.append(f"{pad}!")
        lines.append(pad + entry.text)
        if entry.match.form.name == "certificate":
            lines.extend(f"{pad} {row}" for row in entry.blob)
            lines.append(f"{pad} \tquit")
        elif entry.blob:
            lines[-1] += entry.blob[0]
            lines.extend(entry.blob[1:])
            lines[-1] += "^C"
        if entry.child is not None:
            for child in entry.child.ordered():
                self._write(child, depth + 1, lines)
        if family:
            lines.append(f"{pad}exit-address-family")

    # ---- questions ------------------------------------------------------------------------------------------------

    @property
    def hostname(self) -> str:
        """The device's name for itself."""
        return self.root.value("hostname") or "Switch"

    def interfaces(self) -> dict[str, Section]:
        """Return the interface sections by name, in the device's order."""
        return {
            entry.words[-1]: entry.child
            for entry in self.root.ordered()
            if entry.match.form.name == "interface" and entry.child is not None
        }

    def ports_as_typed(self) -> dict[str, Section]:
        """Return the interface sections by name, in no order: what checks of a single line look through."""
        return {
            key[1]: entry.child
            for key, entry in self.root.entries.items()
            if key[0] == "interface" and entry.child is not None
        }

    def vlans(self) -> dict[int, str]:
        """Return VLAN names by id, VLAN 1 included."""
        found = {1: "default"}
        for entry in self.root.entries.values():
            if entry.match.form.name == "vlan" and entry.child is not None:
                number = int(entry.words[1])
                found[number] = entry.child.value("name") or f"VLAN{number:04d}"
        return dict(sorted(found.items()))

    def vrfs(self) -> dict[str, Section]:
        """Return VRF sections by name."""
        return {e.words[-1]: e.child for e in self.root.entries.values() if e.match.form.name == "vrf" and e.child}

    def copy(self) -> Running:
        """Return an independent copy."""
        other = Running(self.ports, self.routed_ports)
        other.root = self.root.copy()
        return other


def refused(refusal: Refusal, offset: int = 0) -> Answer:
    """Return the device's answer to a line that fits no form."""
    text = {
        "invalid": "% Invalid input detected at '^' marker.\n",
        "incomplete": "% Incomplete command.\n",
        "ambiguous": "% Ambiguous command.\n",
    }[refusal.kind]
    return Answer(False, text, refusal.kind, refusal.column + offset)


_SHOWN_BANNER = re.compile(r"^banner (?:motd|login|exec|incoming) \^C.*?\^C$", re.MULTILINE | re.DOTALL)
_BANNER = re.compile(r"\s*banner\s+(motd|login|exec|incoming)\s+(\^C|.)", re.IGNORECASE)
_CERTIFICATE = re.compile(r"\s+certificate\s+((self-signed|ca)\s+)?[0-9A-Fa-f]{2,40}\s*$", re.IGNORECASE)


def banner_parts(line: str) -> tuple[str, str, str] | None:
    """Split a banner line into (head, delimiter, rest). The delimiter is the first character: of ``^C`` it is ``^``."""
    hit = re.match(r"\s*(banner\s+\S+)\s+(\S)(.*)$", line, re.DOTALL)
    if hit is None or not _BANNER.match(line):
        return None
    return " ".join(hit[1].split()), hit[2], hit[3]


def file_lines(text: str) -> list[tuple[int, str, tuple[str, ...]]]:
    """Split a configuration file into (line number, line, following text): banners and certificates are one item.

    A banner ends at its delimiter: ETX in files that the device wrote, the caret of a typed ``^C`` otherwise. A
    certificate ends at ``quit`` behind a tab, which is the only form that the device's file parser takes.
    """
    found: list[tuple[int, str, tuple[str, ...]]] = []
    rows = text.replace("\r\n", "\n").split("\n")
    index = 0
    while index < len(rows):
        row = rows[index].rstrip()
        number = index + 1
        index += 1
        if not row.strip() or row.lstrip().startswith("!") or row.startswith("#"):
            continue
        if row.strip() == "end":
            break
        if re.match(r"(Building|Current) configuration|Using \d+ out of", row):
            continue
        parts = banner_parts(row)
        if parts is not None:
            head, delimiter, rest = parts
            blob: list[str] = []
            if delimiter in rest:
                blob.append(rest.partition(delimiter)[0])
            else:
                blob.append(rest)
                while index < len(rows):
                    part, hit, _ = rows[index].partition(delimiter)
                    index += 1
                    blob.append(part)
                    if hit:
                        break
            found.append((number, head + " ^C", tuple(blob)))
        elif _CERTIFICATE.match(row):
            blob = []
            closed = False
            start = index
            while index < len(rows):
                if re.match(r"\s*\tquit\s*$", rows[index]):
                    closed, index = True, index + 1
                    break
                if rows[index] and not rows[index][0].isspace():
                    break
                blob.append(rows[index].strip())
                index += 1
            if closed:
                found.append((number, row, tuple(blob)))
            else:
                index = start
                found.append((number, row + " ?", ()))  # refused as the device refuses a broken certificate
                while index < len(rows) and rows[index].startswith("  "):
                    index += 1
        else:
            found.append((number, row, ()))
    return found
