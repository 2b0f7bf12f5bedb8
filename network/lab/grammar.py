"""Command forms as a device declares them, and the match of a typed line against a table of them.

A form is one string. Words are keywords, which a line may abbreviate as long as they stay unique at their place::

    ip route vrf <vrf> <ip> <mask> <nexthop> [~name <word>]
    switchport mode ~{access|trunk}

``{a|b c}`` is a choice, ``[…]`` optional, ``<type>`` or ``<type:argument>`` a parameter, ``<type>...`` one or more of
them. ``~`` before an element makes it *value*: it does not belong to the key under which the device keeps the line, so
that a second line with the same key replaces the first, and ``no`` needs nothing behind the key. ``$name`` is a macro.

The whole table of one mode is one graph; a line is followed through it with keywords before parameters, as IOS does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Form:
    """One declared command: its text, where it stands in the device's own order, and the table's attributes.

    ``mode`` is the mode that the line opens ("" for none). ``on`` marks a feature that is on by default: the device
    shows only its ``no``. ``sort`` orders the lines of one form: "" as typed, "natural" by the numbers in the key.
    ``block`` names lines that stand together per first key parameter (a neighbour's lines). ``name`` is what semantics
    hang on.
    """

    text: str
    order: int
    name: str = ""
    mode: str = ""
    on: bool = False
    both: bool = False
    sort: str = ""
    block: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A line that fits a form: ``key`` identifies it on the device, ``words`` is the line as the device writes it."""

    form: Form
    key: tuple[str, ...]
    words: tuple[str, ...]
    args: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The line in the device's own writing."""
        return " ".join(self.words)

    def arg(self, kind: str, index: int = 0) -> str:
        """Return the ``index``-th parameter of a type ("" if the line has none)."""
        found = [value for name, value in self.args if name == kind]
        return found[index] if index < len(found) else ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that does not fit. ``kind`` is "invalid", "incomplete" or "ambiguous"; ``column`` counts
    characters of the line."""

    kind: str
    column: int


@dataclass(slots=True)
class _Node:
    edges: list[_Edge] = field(default_factory=list)
    epsilon: list[int] = field(default_factory=list)
    accept: Form | None = None
    no_accept: bool = False


@dataclass(frozen=True, slots=True)
class _Edge:
    word: str  # keyword, or "" for a parameter
    kind: str
    argument: str
    value: bool
    target: int


_LEX = re.compile(r"\s*(<[^>]+>(?:\.\.\.)?|[{}\[\]|~]|\$\w+|[^\s{}\[\]|~<>$]+)")


class Grammar:
    """The forms of one mode as a graph. Build once, share between devices; ``match`` is cached by line."""

    def __init__(
        self,
        forms: Sequence[Form],
        types: Mapping[str, Callable[[str, str], str | None]],
        macros: Mapping[str, str],
        rest: frozenset[str] = frozenset({"line"}),
        pairs: Mapping[str, Callable[[str, str], str | None]] | None = None,
    ) -> None:
        self._types = types
        self._macros = macros
        self._rest = rest  # parameter types that take the rest of the line
        self._pairs = pairs or {}  # parameter types that may be typed as two tokens ("vlan 10")
        self._nodes: list[_Node] = [_Node()]
        for form in forms:
            self._add(form)
        self._closure: dict[int, tuple[tuple[_Edge, ...], Form | None, bool]] = {}
        self._mark_no()
        for index in range(len(self._nodes)):
            self._closure[index] = self._close(index)
        root = self._closure[0][0]
        self._root_words: dict[str, list[_Edge]] = {}
        for edge in root:
            self._root_words.setdefault(edge.word, []).append(edge)
        self.match = lru_cache(maxsize=65536)(self._match)

    # ---- building -------------------------------------------------------------------------------------------------

    def _new(self) -> int:
        self._nodes.append(_Node())
        return len(self._nodes) - 1

    def _add(self, form: Form) -> None:
        text = form.text
        while "$" in text:
            text = re.sub(r"\$(\w+)", lambda hit: self._macros[hit[1]], text)
        tokens = _LEX.findall(text)
        end, position = self._sequence(tokens, 0, 0, value=False, stop="")
        if position != len(tokens):
            raise ValueError(f"form not understood at token {position}: {form.text}")
        self._nodes[end].accept = form

    def _sequence(self, tokens: list[str], position: int, start: int, *, value: bool, stop: str) -> tuple[int, int]:
        node = start
        while position < len(tokens) and tokens[position] not in ((stop and (*stop,)) or ()):
            is_value = value
            if tokens[position] == "~":
                is_value, position = True, position + 1
            token = tokens[position]
            if token == "{":  # noqa: S105 - a brace of a form
                node, position = self._choice(tokens, position + 1, node, value=is_value)
            elif token == "[":  # noqa: S105
                end, position = self._choice(tokens, position + 1, node, value=is_value, close="]")
                self._nodes[node].epsilon.append(end)
                node = end
            else:
                node = self._leaf(token, node, value=is_value)
                position += 1
        return node, position

    def _choice(
        self, tokens: list[str], position: int, start: int, *, value: bool, close: str = "}"
    ) -> tuple[int, int]:
        end = self._new()
        while True:
            branch = self._new()
            self._nodes[start].epsilon.append(branch)
            last, position = self._sequence(tokens, position, branch, value=value, stop="|" + close)
            self._nodes[last].epsilon.append(end)
            position += 1
            if tokens[position - 1] == close:
                return end, position

    def _leaf(self, token: str, node: int, *, value: bool) -> int:
        target = self._new()
        if token.startswith("<"):
            repeat = token.endswith("...")
            kind, _, argument = token.removesuffix("...").strip("<>").partition(":")
            if kind not in self._types and kind not in self._rest:
                raise ValueError(f"unknown parameter type {kind}")
            self._nodes[node].edges.append(_Edge("", kind, argument, value, target))
            if repeat:
                self._nodes[target].edges.append(_Edge("", kind, argument, value, target))
        else:
            self._nodes[node].edges.append(_Edge(token, "", "", value, target))
        return target

    def _mark_no(self) -> None:
        """A ``no`` line may stop wherever only value is left."""
        changed = True
        for node in self._nodes:
            node.no_accept = node.accept is not None
        while changed:
            changed = False
            for node in self._nodes:
                if node.no_accept:
                    continue
                if any(edge.value and self._nodes[edge.target].no_accept for edge in node.edges) or any(
                    self._nodes[target].no_accept for target in node.epsilon
                ):
                    node.no_accept = changed = True

    def _close(self, index: int) -> tuple[tuple[_Edge, ...], Form | None, bool]:
        seen = {index}
        queue = [index]
        edges: list[_Edge] = []
        accept: Form | None = None
        no_accept = False
        while queue:
            node = self._nodes[queue.pop(0)]
            edges.extend(node.edges)
            accept = accept or node.accept
            no_accept = no_accept or node.no_accept
            for target in node.epsilon:
                if target not in seen:
                    seen.add(target)
                    queue.append(target)
        return tuple(edges), accept, no_accept

    # ---- matching -------------------------------------------------------------------------------------------------

    def _match(self, line: str, no: bool = False) -> Match | Refusal:
        tokens = [(hit.start(), hit[0]) for hit in re.finditer(r"\S+", line)]
        worst = _Worst()
        found = self._follow(line, tokens, 0, [(0, (), (), ())], no, worst)
        if found is not None:
            return found
        return Refusal(worst.kind, worst.column)

    def _follow(
        self,
        line: str,
        tokens: list[tuple[int, str]],
        position: int,
        threads: list[tuple[int, tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]],
        no: bool,
        worst: _Worst,
    ) -> Match | None:
        if position == len(tokens):
            best: Match | None = None
            for node, key, words, args in threads:
                _, accept, no_accept = self._closure[node]
                form = accept or (self._form_beyond(node) if no and no_accept else None)
                if form is not None and (best is None or form.order < best.form.order):
                    best = Match(form, key, words, args)
            if best is None:
                worst.note("incomplete", len(line), position)
            return best
        column, token = tokens[position]
        lower = token.lower()
        exact: list[tuple[int, tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]] = []
        partial: dict[str, list[tuple[int, tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]]] = {}
        parameters = []
        for node, key, words, args in threads:
            edges: Sequence[_Edge] = self._closure[node][0]
            if node == 0 and lower in self._root_words:
                edges = self._root_words[lower]
            for edge in edges:
                if edge.word:
                    if edge.word.startswith(lower) or edge.word.lower().startswith(lower):
                        step = (edge.target, key if edge.value else (*key, edge.word), (*words, edge.word), args)
                        if edge.word.lower() == lower:
                            exact.append(step)
                        else:
                            partial.setdefault(edge.word, []).append(step)
                else:
                    parameters.append((edge, key, words, args))
        if exact:
            found = self._follow(line, tokens, position + 1, exact, no, worst)
            if found is not None:
                return found
        elif len(partial) == 1:
            found = self._follow(line, tokens, position + 1, next(iter(partial.values())), no, worst)
            if found is not None:
                return found
        one, two, whole = [], [], []
        for edge, key, words, args in parameters:
            if edge.kind in self._rest:
                text = line[column:].rstrip()
                whole.append(
                    (edge.target, key if edge.value else (*key, text), (*words, text), (*args, (edge.kind, text)))
                )
                continue
            read = self._types[edge.kind]
            text_or_none = read(token, edge.argument)
            if text_or_none is not None:
                text = text_or_none
                one.append(
                    (edge.target, key if edge.value else (*key, text), (*words, text), (*args, (edge.kind, text)))
                )
            elif edge.kind in self._pairs and position + 1 < len(tokens):
                text_or_none = self._pairs[edge.kind](token, tokens[position + 1][1])
                if text_or_none is not None:
                    text = text_or_none
                    two.append(
                        (edge.target, key if edge.value else (*key, text), (*words, text), (*args, (edge.kind, text)))
                    )
        for steps, used in ((one, 1), (two, 2), (whole, len(tokens) - position)):
            if steps:
                found = self._follow(line, tokens, position + used, steps, no, worst)
                if found is not None:
                    return found
        if len(partial) > 1 and not exact and not one and not whole:
            worst.note("ambiguous", column, position)
        elif not (exact or partial or one or two or whole):
            worst.note("invalid", column, position)
        return None

    def _form_beyond(self, node: int) -> Form | None:
        """The first form that ends behind value-only elements (for a shortened ``no`` line)."""
        queue, seen = [node], {node}
        while queue:
            current = queue.pop(0)
            edges, accept, _ = self._closure[current]
            if accept is not None:
                return accept
            for edge in edges:
                if edge.value and edge.target not in seen:
                    seen.add(edge.target)
                    queue.append(edge.target)
        return None

    def next_words(self, line: str) -> list[str]:
        """What may follow the typed words: the answer to ``?`` (keywords, parameters in angle brackets, ``<cr>``)."""
        threads = {0}
        for token in line.split():
            following: set[int] = set()
            edges = [edge for node in threads for edge in self._closure[node][0]]
            words = {edge.word for edge in edges if edge.word}
            hits = {word for word in words if word.lower() == token.lower()} or {
                word for word in words if word.lower().startswith(token.lower())
            }
            for edge in edges:
                if (edge.word and edge.word in hits) or (
                    not edge.word
                    and (edge.kind in self._rest or self._types[edge.kind](token, edge.argument) is not None)
                ):
                    following.add(edge.target)
            threads = following
        found: set[str] = set()
        for node in threads:
            edges_, accept, _ = self._closure[node]
            found.update(edge.word or f"<{edge.kind}>" for edge in edges_)
            if accept is not None:
                found.add("<cr>")
        return sorted(found)


@dataclass(slots=True)
class _Worst:
    """The furthest place that any reading of the line reached, which is where the caret stands."""

    kind: str = "invalid"
    column: int = 0
    position: int = -1

    def note(self, kind: str, column: int, position: int) -> None:
        if position > self.position or (position == self.position and kind == "incomplete"):
            self.kind, self.column, self.position = kind, column, position
