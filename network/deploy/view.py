"""The significant view of a configuration: what remains when the device's own noise is taken out, as a tree of lines.

Two texts are the same configuration when their trees are. Sections may stand in any order; lines may too, except where
their order is their meaning (access lists, server groups, class maps in a policy map). Noise, by device-layer
reference: byte counts, times of the last change, ``ntp clock-period``, self-generated certificates' blobs, FortiOS's
headers.

Secrets never appear in a view: they are masked (``network.config.secrets``), and compared apart by ``secrets_of``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from bunri.messages import Where, error
from network.config import secrets as masking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Path = tuple[str, ...]
MASK = masking.MASK

_IOS_NOISE = re.compile(
    r"^(Building configuration|Current configuration|Using \d+ out of|! Last configuration change|! NVRAM config"
    r"|! No configuration change|Load for five secs|Time source is|ntp clock-period|end$|version \d)",
)
_FORTIOS_NOISE = re.compile(r"^#")
_ORDERED = re.compile(
    r"^(ip access-list|ipv6 access-list|mac access-list|aaa group server|policy-map|class-map|vlan access-map"
    r"|object-group|banner|crypto pki certificate chain|certificate )"
)
_ORDERED_TOP = re.compile(r"^(access-list \d+|ip community-list|ip as-path access-list \d+)")
_BANNER = re.compile(r"^banner \S+ (\^C|\x03|(?P<other>\S))")
_VAULT = re.compile(r"<vault:[^>\s]+>")
_TYPED = re.compile(rf"\b[0-9] {re.escape(MASK)}")
_ENC = re.compile(r"^(\s*set \S+) ENC \S+(?: .*)?$")
_FORTIOS_SECRET = re.compile(
    r"^(\s*set (?:\S*password\S*|passwd|psksecret|\S*secret\S*|key|auth-pwd|priv-pwd|\S*-pwd)) (.+)$"
)
_DEVICE_ONLY = re.compile(
    r"^(crypto pki certificate chain |license udi |license boot |boot-(start|end)-marker|boot system |diagnostic bootup"
    r"|memory free |call-home|platform |crypto pki trustpoint (TP-self-signed|SLA-TrustPoint)|service call-home"
    r"|system mtu |redundancy|transceiver type|switch \d+ provision|crypto pki trustpool|subscriber templating"
    r"|login on-success|license )"
)


class Node(NamedTuple):
    """A line with the lines under it; ``text`` is masked and without indentation."""

    text: str
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that differs.

    ``path`` holds the parent lines. ``kind``: ``missing``, ``extra``, ``order`` or ``secret``.
    """

    kind: str
    path: Path
    text: str

    def __str__(self) -> str:
        sign = {"missing": "-", "extra": "+", "order": "~", "secret": "*"}[self.kind]
        return " / ".join([*self.path, f"{sign} {self.text}"])


def tree(text: str, platform: str) -> Node:
    """Return the configuration as a tree under an unnamed root."""
    return Node("", _fortios(text) if platform == "fortios" else _ios(text))


def compare(wanted: str, running: str, platform: str) -> list[Difference]:
    """Return how ``running`` differs from ``wanted``: missing and extra lines, wrong order, both without secrets.

    ``no X`` in ``wanted`` is fulfilled where ``running`` has no X: devices do not show what is off by default. What
    only the device knows (certificate chains, licence, boot markers) counts only where ``wanted`` has it.
    """
    if platform == "fortios":
        return list(_differences(tree(wanted, platform), tree(running, platform), (), ordered=False))
    want, have = tree(wanted, platform), tree(running, platform)
    named = {node.text for node in want.children}
    kept = tuple(node for node in have.children if node.text in named or not _DEVICE_ONLY.match(node.text))
    return list(_differences(want, Node("", kept), (), ordered=False))


def differences(want: Node, have: Node) -> Iterator[Difference]:
    """Yield how two trees differ; see ``compare``."""
    return _differences(want, have, (), ordered=False)


def only_device_knows(line: str) -> bool:
    """Say whether a top-level IOS line belongs to what only the device knows (certificates, licence, boot markers)."""
    return _DEVICE_ONLY.match(line) is not None


def device_only(running: str, wanted: str) -> str:
    """Return the IOS blocks that only the device knows and ``wanted`` lacks: a replace must hand them back."""
    named = {line.rstrip() for line in wanted.splitlines() if line[:1] not in (" ", "!", "")}
    kept: list[str] = []
    keep = False
    for line in running.splitlines():
        if line[:1] not in (" ", "\t"):
            # The closing ``quit`` of a certificate stands indented by a tab, which must not be lost (napalm #653).
            keep = bool(_DEVICE_ONLY.match(line)) and line.rstrip() not in named
        if keep and line.strip() != "!":
            kept.append(line)
    return "\n".join(kept) + "\n" if kept else ""


def masked(text: str, platform: str) -> str:
    """Return the text with every secret masked, all else kept: what may be stored or shown."""
    if platform == "fortios":
        return "\n".join(_mask_fortios(line) for line in text.splitlines()) + "\n"
    return "\n".join(masking.mask(line, line.split()) for line in text.splitlines()) + "\n"


def secrets_of(text: str, platform: str) -> dict[str, str]:
    """Return the lines that hold a secret: masked line with its parents → the line as it is. For memory only."""
    found: dict[str, str] = {}
    parents: list[tuple[int, str]] = []
    for line in text.splitlines():
        words = line.split()
        if not words or line.lstrip().startswith(("!", "#")):
            continue
        indent = len(line) - len(line.lstrip())
        while parents and parents[-1][0] >= indent:
            parents.pop()
        hidden = _mask_line(line, platform).strip()
        if MASK in hidden:
            found[" / ".join([*(text for _, text in parents), hidden])] = " ".join(words)
        parents.append((indent, hidden))
    return found


def unmask(text: str, running: str, platform: str, device: str = "") -> str:
    """Return ``text`` with masked secrets taken from ``running``, where the same line stands: for memory only.

    A state from before the first plan is kept with its secrets masked; the device itself still knows them. Error:
    DEP033 for a masked line that ``running`` lacks.
    """
    if MASK not in text:
        return text
    held = secrets_of(running, platform)

    def known(key: str, line: str) -> str:
        if MASK in line and key not in held:
            raise error("DEP033", Where(device=device), line=key.rpartition(" / ")[2])
        return held[key] if MASK in line else line

    return _with_secrets(text, platform, known)


def marked(running: str, candidate: str, filled: str, platform: str) -> str:
    """Return ``running`` masked, but with the candidate's marker where it holds the very secret that the marker means.

    So the verifier sees which keys two neighbours share, and which a change would part, without seeing a key.
    """
    markers, values = secrets_of(candidate, platform), secrets_of(filled, platform)
    held = secrets_of(running, platform)

    def shown(key: str, line: str) -> str:
        return markers[key] if key in markers and values.get(key) == held.get(key) else line

    return _with_secrets(masked(running, platform), platform, shown)


def _with_secrets(text: str, platform: str, choose: Callable[[str, str], str]) -> str:
    """Return ``text`` with every line that holds a (masked) secret replaced by ``choose(key, line)``."""
    parents: list[tuple[int, str]] = []
    lines = []
    for line in text.splitlines():
        kept = line
        words = line.split()
        if words and not line.lstrip().startswith(("!", "#")):
            indent = len(line) - len(line.lstrip())
            while parents and parents[-1][0] >= indent:
                parents.pop()
            hidden = _mask_line(line, platform).strip()
            if MASK in hidden:
                found = choose(" / ".join([*(name for _, name in parents), hidden]), line.strip())
                kept = " " * indent + found
            parents.append((indent, hidden))
        lines.append(kept)
    return "\n".join(lines) + "\n"


def normal(text: str, platform: str) -> str:
    """Return the text without noise but with its secrets: what a fingerprint is taken of. For memory only."""
    noise = _FORTIOS_NOISE if platform == "fortios" else _IOS_NOISE
    lines = [line.rstrip() for line in text.splitlines()]
    kept = [line for line in lines if line and line.strip() != "!" and not noise.match(line)]
    if platform == "fortios":
        # ENC values change at every export, so they cannot be part of a state's identity.
        kept = [_ENC.sub(rf"\1 {MASK}", line) for line in kept]
    return "\n".join(kept)


def _mask_line(line: str, platform: str) -> str:
    if platform == "fortios":
        return _mask_fortios(line)
    hidden = masking.mask(_VAULT.sub(MASK, line), line.split()) if "<vault:" not in line else _VAULT.sub(MASK, line)
    return _TYPED.sub(MASK, hidden)


def _mask_fortios(line: str) -> str:
    line = _ENC.sub(rf"\1 {MASK}", line)
    return _FORTIOS_SECRET.sub(lambda match: f"{match[1]} {MASK}", line)


def _ios(text: str) -> tuple[Node, ...]:
    root: list[tuple[str, list[object]]] = []
    stack: list[tuple[int, list[tuple[str, list[object]]]]] = [(-1, root)]
    lines = iter(text.splitlines())
    for raw in lines:
        line = raw.rstrip()
        body = line.strip()
        if not body or body.startswith("!") or _IOS_NOISE.match(line):
            continue
        banner = _BANNER.match(line)
        if banner:
            body = _banner(line, banner, lines)
            root.append((body, []))
            stack = [(-1, root)]
            continue
        indent = len(line) - len(line.lstrip())
        while stack[-1][0] >= indent:
            stack.pop()
        children: list[object] = []
        stack[-1][1].append((" ".join(_mask_line(body, "cisco_ios").split()), children))
        stack.append((indent, children))  # type: ignore[arg-type]
    return _freeze(root)


def _banner(line: str, match: re.Match[str], lines: Iterator[str]) -> str:
    mark = match["other"] or match[1]
    head, _, first = line.partition(mark)
    content = [first]
    while mark not in content[-1] and "\x03" not in content[-1]:
        following = next(lines, None)
        if following is None:
            break
        content.append(following)
    text = "\n".join(part.rstrip() for part in content)
    return f"{head.strip()} {text.replace(mark, '').replace(chr(3), '').strip()}"


def _fortios(text: str) -> tuple[Node, ...]:
    root: list[tuple[str, list[object]]] = []
    stack = [root]
    open_quote = ""
    for raw in text.splitlines():
        if open_quote:
            open_quote += "\n" + raw
            if raw.count('"') % 2 == 0:
                continue
            body, open_quote = open_quote, ""
        else:
            body = " ".join(raw.split())
            if not body or body.startswith("#"):
                continue
            if body.replace('\\"', "").count('"') % 2:
                open_quote = body
                continue
        first = body.split(None, 1)[0]
        if first in ("config", "edit"):
            children: list[object] = []
            stack[-1].append((body, children))
            stack.append(children)  # type: ignore[arg-type]
        elif first in ("end", "next"):
            if len(stack) > 1:
                stack.pop()
        elif not body.startswith("set uuid "):
            stack[-1].append((_mask_fortios(body), []))
    return _freeze(root)


def _freeze(items: Iterable[tuple[str, list[object]]]) -> tuple[Node, ...]:
    merged: dict[str, list[object]] = {}
    order: list[tuple[str, list[object]]] = []
    for text, children in items:
        # A section that is opened twice is one section.
        if children and text in merged:
            merged[text].extend(children)
            continue
        if children or text not in merged:
            merged.setdefault(text, children)
            order.append((text, children))
    return tuple(Node(text, _freeze(children)) for text, children in order)  # type: ignore[arg-type]


def _differences(want: Node, have: Node, path: Path, *, ordered: bool) -> Iterator[Difference]:
    wanted = {node.text: node for node in want.children}
    held = {node.text: node for node in have.children}
    for text, node in wanted.items():
        if text in held:
            yield from _differences(node, held[text], (*path, text), ordered=bool(_ORDERED.match(text)))
        elif not _fulfilled(text, held):
            yield from _whole("missing", node, path)
    for text, node in held.items():
        if text not in wanted:
            yield from _whole("extra", node, path)
    common_want = [text for text in wanted if text in held]
    common_have = [text for text in held if text in wanted]
    if not path and not ordered:
        common_want = [text for text in common_want if _ORDERED_TOP.match(text)]
        common_have = [text for text in common_have if _ORDERED_TOP.match(text)]
        groups = {_group(text) for text in common_want}
        for group in sorted(groups):
            first = [text for text in common_want if _group(text) == group]
            second = [text for text in common_have if _group(text) == group]
            yield from _order(first, second, path)
    elif ordered:
        yield from _order(common_want, common_have, path)


def _group(text: str) -> str:
    match = _ORDERED_TOP.match(text)
    return match[0] if match else ""


def _order(want: list[str], have: list[str], path: Path) -> Iterator[Difference]:
    for expected, found in zip(want, have, strict=False):
        if expected != found:
            yield Difference("order", path, f"{found} (≠ {expected})")
            return


def _fulfilled(text: str, held: dict[str, Node]) -> bool:
    return text.startswith("no ") and not any(key == text[3:] or key.startswith(text[3:] + " ") for key in held)


def _whole(kind: str, node: Node, path: Path) -> Iterator[Difference]:
    yield Difference(kind, path, node.text)
    for child in node.children:
        yield from _whole(kind, child, (*path, node.text))
