"""FortiOS text → a tree of ``config`` tables and ``edit`` entries (quotes, strings over several lines, ``append``, ``unset``)."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from dataclasses import dataclass, field

from network.config.model import Source
from network.config.secrets import MASK

_SECRET_KEYS = frozenset({
    "password", "passwd", "psksecret", "secret", "passphrase", "private-key", "auth-pwd", "priv-pwd", "key", "server-key",
    "ppk-secret", "authpasswd", "encpasswd", "enckey", "authkey", "sae-password", "community", "api-key",
    "secondary-secret", "tertiary-secret", "radius-secret", "ha-password", "old-password", "password2", "auth-password",
    "group-password", "login-passwd", "client-secret", "md5-key", "key-string", "authentication-key", "ssh-private-key",
})  # fmt: skip


@dataclass(slots=True)
class Setting:
    """One ``set`` line: its values and where it stands."""

    values: list[str]
    source: Source
    lines: tuple[int, ...]


@dataclass(slots=True)
class Node:
    """A ``config PATH`` table or an ``edit NAME`` entry."""

    name: str
    source: Source
    edit: bool
    sets: dict[str, Setting] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    structure: list[int] = field(default_factory=list)  # lines of config, edit, next, end
    unset: list[tuple[str, Source]] = field(default_factory=list)
    stray: list[Source] = field(default_factory=list)  # lines that are no FortiOS command of an export
    overridden: list[Setting] = field(default_factory=list)  # earlier lines of a key that is set again

    def first(self, key: str, default: str = "") -> str:
        """Return a key's first value."""
        found = self.sets.get(key)
        return found.values[0] if found and found.values else default

    def all(self, key: str) -> list[str]:
        """Return a key's values."""
        found = self.sets.get(key)
        return found.values if found else []

    def at(self, key: str) -> Source:
        """Return the line of a key, or of the entry itself."""
        found = self.sets.get(key)
        return found.source if found else self.source

    def table(self, path: str) -> list[Node]:
        """Return the entries of a nested table."""
        return [entry for child in self.children if not child.edit and child.name == path for entry in child.children]


DEEPEST = 64  # tables inside tables; FortiOS has a handful, only broken text has more: its lines are then stray ones


def split_words(text: str) -> tuple[list[str], bool]:
    """Split a FortiOS line; quotes group words and a backslash escapes. Returns the words and whether a quote is still open."""
    words: list[str] = []
    word: list[str] = []
    quoted = started = False
    mark = ""
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\\" and index + 1 < len(text):
            word.append(text[index + 1])
            started = True
            index += 2
            continue
        if quoted:
            if char == mark:
                quoted = False
            else:
                word.append(char)
        elif char in "\"'":
            quoted, started, mark = True, True, char
        elif char in " \t\n":
            if started:
                words.append("".join(word))
                word, started = [], False
        else:
            word.append(char)
            started = True
        index += 1
    if started:
        words.append("".join(word))
    return words, quoted


@dataclass(slots=True)
class Tree:
    """The file as a tree, with what its header says."""

    root: Node
    version: str = ""
    lines: int = 0


def _masked(text: str, words: list[str]) -> str:
    if len(words) > 2 and words[0] in {"set", "append"}:
        secret = words[1] in _SECRET_KEYS or words[2] == "ENC"
        if secret and not words[2].startswith("<vault:"):
            return f"{words[0]} {words[1]} {MASK}"
    return text


def read(lines: list[str], file: str) -> Tree:
    """Build the tree. Nothing is raised: what does not fit is a stray line of the entry that it stands in."""
    root = Node("", Source(file, 1, ""), False)
    tree = Tree(root)
    stack = [root]
    index = 0
    while index < len(lines):
        number = index + 1
        text = lines[index].strip()
        index += 1
        if not text:
            continue
        if text[0] == "#":
            if text.startswith("#config-version="):
                tree.version = text.partition("=")[2].split(":")[0]
            continue
        simple = '"' not in text and "\\" not in text and "'" not in text
        if simple:
            words, quoted = text.split(), False
        else:
            words, quoted = split_words(text)
        numbers = [number]
        if quoted:
            end = _closing(lines, index, text)
            if end is not None:
                whole = text + "\n" + "\n".join(lines[index:end])
                words, _ = split_words(whole)
                numbers.extend(n + 1 for n in range(index, end) if lines[n].strip())
                index = end
        tree.lines += len(numbers)
        source = Source(file, number, _masked(text, words))
        node = stack[-1]
        word = words[0] if words else ""
        if word == "config" and len(words) > 1 and len(stack) < DEEPEST:
            path = " ".join(words[1:])
            child = Node(path, source, False)
            child.structure.extend(numbers)
            node.children.append(child)
            stack.append(child)
        elif word == "edit" and len(words) == 2 and not node.edit and node is not root:
            entry = next((item for item in node.children if item.edit and item.name == words[1]), None)
            if entry is None:
                entry = Node(words[1], source, True)
                node.children.append(entry)
            entry.structure.extend(numbers)
            stack.append(entry)
        elif word == "next" and len(words) == 1 and node.edit:
            node.structure.extend(numbers)
            stack.pop()
        elif word in {"end", "abort"} and len(words) == 1 and len(stack) > 1:
            node.structure.extend(numbers)
            stack.pop()
            if node.edit:
                stack.pop()
        elif word in {"set", "append"} and len(words) > 1 and node is not root:
            old = node.sets.get(words[1])
            setting = Setting(words[2:], source, tuple(numbers))
            if old is not None:
                if word == "append":
                    setting = Setting(old.values + words[2:], old.source, old.lines + tuple(numbers))
                else:
                    node.overridden.append(old)
            node.sets[words[1]] = setting
        elif word == "unset" and len(words) == 2 and node is not root:
            old = node.sets.pop(words[1], None)
            if old is not None:
                node.overridden.append(old)
            node.unset.append((words[1], source))
        else:
            node.stray.append(source)
            node.stray.extend(Source(file, n, lines[n - 1].strip()) for n in numbers[1:])
    return tree


def _closing(lines: list[str], index: int, text: str) -> int | None:
    """Return the index after the line that closes an open quote, or ``None`` if none does (then the line stands alone)."""
    mark = _open_mark(text)
    for end in range(index, min(len(lines), index + 2000)):
        plain = lines[end].replace("\\" + mark, "")
        if mark in plain:
            return end + 1
    return None


def _open_mark(text: str) -> str:
    mark = ""
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\\":
            index += 2
            continue
        if mark:
            if char == mark:
                mark = ""
        elif char in "\"'":
            mark = char
        index += 1
    return mark or '"'
