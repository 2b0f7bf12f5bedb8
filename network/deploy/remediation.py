"""Command lines that lead from one IOS configuration to another, for people to read beside the device's difference.

For display only: devices are changed by ``configure replace``, never by these lines. They come from hier_config, which
does not know all that matters here, so its answer is guarded:

- moving an interface to another VRF drops its addresses: they are set again behind the move;
- a value that replaces another is not negated first: without ``authentication port-control``, ``access-session`` or
  ``switchport trunk allowed vlan`` a port would stand open in between;
- access lists are made before they are applied and removed last; in a list, what closes comes before what opens.

Texts are masked, so a changed secret is not shown here. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hier_config import Platform, WorkflowRemediation, get_hconfig, get_hconfig_driver

from network.deploy import view
from network.deploy.view import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hier_config import HConfig, HConfigChild

_SINGLE = re.compile(
    r"^(access-session (?:port-control|host-mode|control-direction)|authentication (?:port-control|host-mode|periodic"
    r"|violation|order|priority|control-direction)|dot1x pae|(?:ip )?vrf forwarding"
    r"|switchport (?:trunk (?:allowed|native) vlan|access vlan|voice vlan)|service-policy (?:input|output))"
)
_APPLIED = re.compile(r"^(ip access-group|ipv6 traffic-filter) \S+ (in|out)$")
_ADDRESS = re.compile(r"^(ip address|ipv6 address|ipv6 enable)\b")
_VRF = re.compile(r"^(?:ip )?vrf forwarding (\S+)")
_LIST = re.compile(r"^(?:no )?(?:ip|ipv6|mac) access-list ")
_ENTRY = re.compile(r"^(no )?(\d+)?\s*(permit|deny|remark)?")
_HIDDEN = re.compile(r"^(banner |crypto pki certificate chain )")
_FIRST = (r"vrf definition |ip vrf ", r"vlan \d", r"(?:ip|ipv6|mac) access-list |object-group ")
_LAST = (r"no vlan ", r"no (?:ip|ipv6|mac) access-list |no object-group ", r"no (?:vrf definition|ip vrf) ")


def lines(wanted: str, running: str) -> list[str]:
    """Return the lines, indented by one blank a level, that turn ``running`` into ``wanted``; empty if nothing does."""
    want, have = _differing(view.tree(wanted, "cisco_ios"), view.tree(running, "cisco_ios"))
    driver = get_hconfig_driver(Platform.CISCO_IOS)
    work = WorkflowRemediation(get_hconfig(driver, _text(have)), get_hconfig(driver, _text(want)))
    found = [_node(child) for child in _sorted(work.remediation_config)]
    wanted_sections = {node.text: node for node in want.children}
    guarded = [_guarded(node, wanted_sections.get(node.text)) for node in found]
    return _rendered(sorted(guarded, key=_rank))


def _differing(want: Node, have: Node) -> tuple[Node, Node]:
    """Return both roots with only the sections that differ and can be entered as lines."""
    wanted = {node.text: node for node in want.children}
    held = {node.text: node for node in have.children}
    missing = {(d.path, d.text) for d in view.differences(want, have) if d.kind == "missing"}
    first = tuple(
        _without_defaults(node, (), missing)
        for node in want.children
        if held.get(node.text) != node
        and not _HIDDEN.match(node.text)
        and (not node.text.startswith("no ") or ((), node.text) in missing)
    )
    second = tuple(
        node
        for node in have.children
        if wanted.get(node.text) != node
        and not _HIDDEN.match(node.text)
        and (node.text in wanted or not view.only_device_knows(node.text))
    )
    return Node("", first), Node("", second)


def _without_defaults(node: Node, path: view.Path, missing: set[tuple[view.Path, str]]) -> Node:
    """Drop what is wanted off and is off: a device does not show it."""
    here = (*path, node.text)
    kept = (c for c in node.children if not c.text.startswith("no ") or (here, c.text) in missing)
    return Node(node.text, tuple(_without_defaults(child, here, missing) for child in kept))


def _sorted(config: HConfig | HConfigChild) -> list[HConfigChild]:
    return sorted(config.children, key=lambda child: child.order_weight)


def _node(child: HConfigChild) -> Node:
    return Node(child.text, tuple(_node(item) for item in _sorted(child)))


def _guarded(node: Node, wanted: Node | None) -> Node:
    if _LIST.match(node.text):
        return Node(node.text, _closing_first(node.children))
    children = _without_negation(node.children)
    vrf = next((child for child in children if _VRF.match(child.text)), None)
    if node.text.startswith("interface ") and (vrf or any(c.text.startswith("no vrf forwarding") for c in children)):
        addresses = tuple(child for child in (wanted.children if wanted else ()) if _ADDRESS.match(child.text))
        moved = tuple(c for c in children if c is vrf or (vrf is None and c.text.startswith("no vrf forwarding")))
        # The addresses of the old VRF went with it, so there is nothing to negate.
        rest = tuple(c for c in children if c not in moved and not _ADDRESS.match(c.text.removeprefix("no ")))
        children = (*moved, *addresses, *rest)
    return Node(node.text, tuple(_guarded(child, None) for child in children))


def _without_negation(children: Sequence[Node]) -> tuple[Node, ...]:
    """Drop ``no X old`` where ``X new`` follows and X has one value."""
    replaced = {_value_of(child.text) for child in children} - {""}
    return tuple(
        child
        for child in children
        if not child.text.startswith("no ") or _value_of(child.text.removeprefix("no ")) not in replaced
    )


def _value_of(line: str) -> str:
    """Return which one-valued thing a line sets, "" if none."""
    applied = _APPLIED.match(line)
    if applied:
        return f"{applied[1]} {applied[2]}"
    match = _SINGLE.match(line)
    return match[0] if match else ""


def _closing_first(entries: Sequence[Node]) -> tuple[Node, ...]:
    """Order the entries of an access list: permits go, denies come, permits come, denies go."""
    new = {match[2]: node for node in entries if (match := _ENTRY.match(node.text)) and match[2] and not match[1]}
    order: list[tuple[int, list[Node]]] = []
    done: set[str] = set()
    for node in entries:
        match = _ENTRY.match(node.text)
        if match is None or node.text in done:
            continue
        gone, number, action = bool(match[1]), match[2] or "", match[3] or ""
        if gone and number in new:
            pair = [Node(f"no {number}"), new[number]]
            if action == "deny":
                pair.insert(0, Node("! between the next two lines more may pass than before or after"))
            order.append((3 if action == "deny" else 1, pair))
            done.add(new[number].text)
        elif gone:
            order.append((4 if action == "deny" else 0, [Node(f"no {number}") if number else node]))
        elif new.get(number) is not node or not any(_removes(other, number) for other in entries):
            order.append((1 if action == "deny" else 2, [node]))
    return tuple(node for _, nodes in sorted(order, key=lambda item: item[0]) for node in nodes)


def _removes(node: Node, number: str) -> bool:
    match = _ENTRY.match(node.text)
    return match is not None and bool(match[1]) and match[2] == number


def _rank(node: Node) -> int:
    for rank, pattern in enumerate(_FIRST):
        if re.match(pattern, node.text):
            return rank
    for rank, pattern in enumerate(_LAST):
        if re.match(pattern, node.text):
            return 10 + rank
    return 5


def _text(root: Node) -> str:
    return "\n".join(_rendered(root.children)) + "\n"


def _rendered(nodes: Iterable[Node], depth: int = 0) -> list[str]:
    found: list[str] = []
    for node in nodes:
        found.append(" " * depth + node.text)
        found += _rendered(node.children, depth + 1)
    return found
