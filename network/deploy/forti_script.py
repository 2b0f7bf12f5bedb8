"""From one FortiOS configuration to another: the commands that a FortiGate must be given. Pure.

What a configuration manages is the sections it has, and those that decide what may pass (``ALWAYS``). Objects are made
and changed first, in the order of the wanted text, then what is left over is deleted in reverse order, so that nothing
is referred to before it exists or after it has gone. Policies are moved into the wanted order.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ALWAYS = frozenset({
    "config firewall policy", "config firewall policy6", "config firewall address", "config firewall addrgrp",
    "config firewall vip", "config firewall ippool", "config firewall service custom", "config firewall service group",
    "config firewall central-snat-map", "config router static", "config router policy", "config router bgp",
    "config router ospf", "config system zone", "config system vdom-link",
})  # fmt: skip
ORDERED = frozenset({"config firewall policy", "config firewall policy6", "config router policy"})


class Item(NamedTuple):
    """A ``config``, ``edit`` or ``set`` with what is under it. ``secret`` marks a value that cannot be compared."""

    head: str
    children: tuple[Item, ...] = ()
    secret: bool = False


def parse(text: str) -> tuple[Item, ...]:
    """Return the items of a configuration or of ``show`` output; comments and ``set uuid`` are left out."""
    root: list[tuple[str, list[object]]] = []
    stack: list[list[tuple[str, list[object]]]] = [root]
    pending = ""
    for raw in text.splitlines():
        if pending:
            pending += "\n" + raw
        else:
            pending = raw.strip()
            if not pending or pending.startswith("#"):
                pending = ""
                continue
        if pending.replace('\\"', "").count('"') % 2:
            continue
        line, pending = pending, ""
        word = line.split(None, 1)[0]
        if word in ("config", "edit"):
            children: list[object] = []
            stack[-1].append((" ".join(line.split()) if word == "config" else line, children))
            stack.append(children)  # type: ignore[arg-type]
        elif word in ("end", "next"):
            if len(stack) > 1:
                stack.pop()
        elif word in ("set", "unset") and not line.startswith("set uuid "):
            stack[-1].append((line, []))
    return _freeze(root)


def is_secret(line: str) -> bool:
    """Say whether a ``set`` line holds a secret; the device exports such values encrypted, differently each time."""
    words = line.split(None, 2)
    if len(words) < 3 or words[0] != "set":
        return False
    name = words[1]
    named = name in ("key", "psksecret", "passwd", "passphrase") or name.endswith(
        ("password", "secret", "-pwd", "-key")
    )
    return words[2].startswith("ENC ") or named


def managed(wanted: tuple[Item, ...], running: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the sections of ``running`` that ``wanted`` answers for."""
    heads = {item.head for item in wanted}
    return tuple(item for item in running if item.head in heads or item.head in ALWAYS)


def script(wanted: tuple[Item, ...], running: tuple[Item, ...]) -> list[str]:
    """Return the command lines that turn ``running`` into ``wanted``; empty if there is nothing to do but secrets."""
    lines: list[str] = []
    held = {item.head: item for item in running}
    for section in wanted:
        lines += _section(section, held.get(section.head, Item(section.head)))
    for section in reversed(managed(wanted, running)):
        want = next((item for item in wanted if item.head == section.head), Item(section.head))
        lines += _removals(want, section)
    return lines


def followers(configs: Mapping[str, str]) -> dict[str, str]:
    """Return unit → leader for every HA unit whose leader is among ``configs``: HA carries the leader's changes over.

    Units with one ``group-name`` are one cluster; the highest ``priority`` leads (FortiOS Administration Guide, FGCP).
    """
    clusters: dict[str, list[tuple[int, str]]] = {}
    for name, text in configs.items():
        section = next((item for item in parse(text) if item.head == "config system ha"), None)
        settings = [item.head.split(None, 2) for item in section.children] if section else []
        values = {words[1]: words[2] for words in settings if words[0] == "set" and len(words) == 3}
        if values.get("mode", "standalone") != "standalone" and "group-name" in values:
            clusters.setdefault(values["group-name"], []).append((int(values.get("priority", "128")), name))
    result: dict[str, str] = {}
    for units in clusters.values():
        leader = max(units)[1]
        result |= {name: leader for _, name in units if name != leader}
    return result


def as_follower(own: str, leader: str) -> str:
    """Return what a unit led by HA holds: the leader's configuration, with what each unit keeps for itself.

    That is host name, alias, HA priority, override and reserved management ports (FortiOS Administration Guide, "HA
    configuration synchronization").
    """
    mine = {item.head: item for item in parse(own)}
    ports = {
        value.head.split(None, 2)[2]
        for section in mine.get("config system ha", Item("")).children
        if section.head == "config ha-mgmt-interfaces"
        for entry in section.children
        for value in entry.children
        if value.head.startswith("set interface ")
    }
    kept = {head: keys | {f"edit {port}" for port in ports} for head, keys in _OWN.items()}
    result = []
    for section in parse(leader):
        keys = kept.get(section.head, frozenset())
        other = [item for item in section.children if _own_key(item) not in keys]
        held = mine.get(section.head, Item("")).children
        result.append(Item(section.head, (*(item for item in held if _own_key(item) in keys), *other)))
    return "\n".join(_lines(result)) + "\n"


_OWN = {
    "config system global": frozenset({"hostname", "alias"}),
    "config system ha": frozenset({"priority", "override", "config ha-mgmt-interfaces"}),
    "config system interface": frozenset[str](),
}


def _own_key(item: Item) -> str:
    return item.head.split(None, 2)[1] if item.head.startswith("set ") else item.head


def _lines(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        yield item.head
        yield from _lines(item.children)
        if item.head.startswith(("config ", "edit ")):
            yield "end" if item.head.startswith("config ") else "next"


def _section(want: Item, have: Item) -> list[str]:
    body = _body(want, have)
    body += _moves(want, have)
    return [want.head, *body, "end"] if body else []


def _body(want: Item, have: Item) -> list[str]:
    held = {_key(item): item for item in have.children}
    lines: list[str] = []
    for item in want.children:
        old = held.get(_key(item))
        if item.head.startswith("config "):
            lines += _section(item, old or Item(item.head))
        elif item.head.startswith("edit "):
            inner = _body(item, old or Item(item.head))
            if inner or old is None:
                lines += [item.head, *inner, "next"]
        elif old is None or (old.head != item.head and not item.secret):
            lines.append(item.head)
    if not want.head.startswith("config ") or not any(
        item.head.startswith("edit ") for item in (*want.children, *have.children)
    ):
        names = {_key(item) for item in want.children}
        lines += [
            f"unset {_key(item)}" for item in have.children if item.head.startswith("set ") and _key(item) not in names
        ]
    if lines:
        # A secret cannot be compared, so it is sent along whenever its object is touched.
        sent = set(lines)
        lines += [item.head for item in want.children if item.secret and item.head not in sent]
    return lines


def _moves(want: Item, have: Item) -> list[str]:
    if want.head not in ORDERED:
        return []
    ids = [_key(item) for item in want.children]
    kept = [_key(item) for item in have.children if _key(item) in set(ids)]
    now = kept + [name for name in ids if name not in set(kept)]
    if now == ids:
        return []
    return [f"move {name} after {before}" for before, name in itertools.pairwise(ids)]


def _removals(want: Item, have: Item) -> list[str]:
    names = {_key(item): item for item in want.children}
    body: list[str] = []
    for item in reversed(have.children):
        key = _key(item)
        if item.head.startswith("edit "):
            if key not in names:
                body.append(f"delete {key}")
            else:
                inner = _removals_inside(names[key], item)
                if inner:
                    body += [item.head, *inner, "next"]
        elif item.head.startswith("config "):
            body += _removals(names.get(key, Item(item.head)), item)
    return [have.head, *body, "end"] if body else []


def _removals_inside(want: Item, have: Item) -> list[str]:
    names = {_key(item): item for item in want.children}
    lines: list[str] = []
    for item in reversed(have.children):
        if item.head.startswith("config "):
            lines += _removals(names.get(_key(item), Item(item.head)), item)
    return lines


def _key(item: Item) -> str:
    words = item.head.split(None, 2)
    if words[0] in ("set", "unset"):
        return words[1]
    return item.head.split(None, 1)[1]


def _freeze(items: list[tuple[str, list[object]]]) -> tuple[Item, ...]:
    return tuple(Item(head, _freeze(children), is_secret(head)) for head, children in items)  # type: ignore[arg-type]
