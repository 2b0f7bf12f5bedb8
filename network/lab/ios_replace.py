"""Whole configurations on a virtual IOS-XE device: contextual differences, ``configure replace`` and its passes.

The device compares text, as IOS does: a candidate line that the device would write differently (a clear-text secret, an
abbreviation, a default) never converges, and the replacement ends with ``Rollback aborted after 5 passes``.
Source: Cisco, "Configuration Replace and Configuration Rollback" and "Contextual Configuration Diff Utility" (IOS-XE
17).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from network.lab.grammar import Refusal
from network.lab.ios_config import Running, file_lines, grammar

if TYPE_CHECKING:
    from collections.abc import Callable

PASSES = 5
Tree = dict[str, "Tree"]


@dataclass(frozen=True, slots=True)
class Command:
    """One line to type, below its parent lines. ``undo`` removes: by ``no``, or by ``default`` for a ``no`` line."""

    path: tuple[str, ...]
    line: str
    undo: bool = False

    @property
    def typed(self) -> str:
        """The line as the rollback list shows it."""
        line = self.line.partition("\n")[0]
        if not self.undo:
            return line
        return line[3:] if line.startswith("no ") else f"no {line}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a replacement ended: the text that the device prints and whether the running configuration was restored."""

    text: str
    restored: bool
    passes: int


def tree(text: str) -> Tree:
    """Return a configuration file as nested lines. A banner or certificate belongs to its line, after a newline."""
    root: Tree = {}
    levels: list[tuple[int, Tree]] = [(-1, root)]
    for _, line, blob in file_lines(text):
        words = line.strip()
        if words == "exit-address-family":
            continue
        indent = len(line) - len(line.lstrip())
        while levels[-1][0] >= indent:
            levels.pop()
        key = "\n".join((words, *blob)) if blob else words
        levels.append((indent, levels[-1][1].setdefault(key, {})))
    return root


def valid(text: str) -> bool:
    """Whether the device takes the file as a configuration: it has a ``version`` line and an ``end``."""
    lines = [line.strip() for line in text.splitlines()]
    return any(line.startswith("version ") for line in lines) and "end" in lines


def differences(old: Tree, new: Tree, depth: int = 0) -> list[str]:
    """Return the lines of ``show archive config differences`` from ``old`` to ``new``."""
    pad = " " * depth
    found: list[str] = []
    for line, below in new.items():
        if line not in old:
            found.extend(_signed(line, below, "+", depth))
        else:
            inner = differences(old[line], below, depth + 1)
            if inner:
                found.append(pad + line.partition("\n")[0])
                found.extend(inner)
    for line, below in old.items():
        if line not in new:
            found.extend(_signed(line, below, "-", depth))
    return found


def _signed(line: str, below: Tree, sign: str, depth: int) -> list[str]:
    rows = [" " * depth + sign + row for row in line.split("\n")]
    if line.startswith("banner ") and len(rows) > 1:
        rows[0:2] = [rows[0] + rows[1][depth + 1 :]]
        rows[-1] += "^C"
    for child, inner in below.items():
        rows.extend(_signed(child, inner, sign, depth + 1))
    return rows


def incremental(running: Tree, merge: Tree, depth: int = 0) -> list[str]:
    """Return the merge file's lines that would change the running configuration."""
    found: list[str] = []
    for line, below in merge.items():
        pad = " " * depth
        head = line.partition("\n")[0]
        if line.startswith("no "):
            if line not in running and any(row == line[3:] or row.startswith(line[3:] + " ") for row in running):
                found.append(pad + head)
            elif line not in running and not any(row.startswith(line[3:].split()[0]) for row in running):
                continue
        elif line not in running:
            found.append(pad + head)
            found.extend(incremental({}, below, depth + 1))
        else:
            inner = incremental(running[line], below, depth + 1)
            if inner:
                found.append(pad + head)
                found.extend(inner)
    return found


def commands(now: Tree, wanted: Tree) -> list[Command]:
    """Return what must be typed to turn ``now`` into ``wanted``: everything that goes, from the end, then
    what comes."""
    return _going(now, wanted, "global", ()) + _coming(now, wanted, ())


def _going(now: Tree, wanted: Tree, mode: str, path: tuple[str, ...]) -> list[Command]:
    found: list[Command] = []
    for line in reversed(now):
        below = now[line]
        head = line.partition("\n")[0]
        match = grammar(mode).match(head.removeprefix("no "), head.startswith("no "))
        inside = "" if isinstance(match, Refusal) else match.form.mode
        if line in wanted:
            if below and inside:
                found.extend(_going(below, wanted[line], inside, (*path, head)))
        elif inside and _stays(match.form.name if not isinstance(match, Refusal) else "", inside, head):
            found.extend(_going(below, {}, inside, (*path, head)))
        else:
            found.append(Command(path, head, undo=True))
    return found


def _stays(name: str, mode: str, line: str) -> bool:
    """Hardware cannot be removed from a configuration: its section is emptied instead."""
    if mode == "line":
        return True
    logical = ("Vlan", "Loopback", "Port-channel", "Tunnel")
    return name == "interface" and not line.rsplit(maxsplit=1)[-1].startswith(logical) and "." not in line


def _coming(now: Tree, wanted: Tree, path: tuple[str, ...]) -> list[Command]:
    found: list[Command] = []
    for line, below in wanted.items():
        head = line.partition("\n")[0]
        if line not in now:
            found.append(Command(path, line))
        found.extend(_coming(now.get(line, {}), below, (*path, head)))
    return found


def removed_users(running: Running, candidate: str) -> list[str]:
    """Return the local users whose line the replacement would remove: the device asks before it does."""
    now, wanted = tree(running.file_text()), tree(candidate)
    return [line.split()[1] for line in now if line.startswith("username ") and line not in wanted]


def replace(
    running: Running,
    candidate: str,
    *,
    trigger_error: bool,
    original: str,
    refuse: Callable[[str], bool] = lambda _line: False,
    stuck: bool = False,
) -> Outcome:
    """Carry a candidate into ``running``. ``stuck`` makes no pass converge; ``refuse`` makes the parser
    reject lines."""
    wanted = tree(candidate)
    before = running.root.copy()
    last: list[Command] = []
    failed: list[str] = []
    for number in range(PASSES + 1):
        last = commands(tree(running.file_text()), wanted)
        if not last and not stuck:
            return Outcome(f"Total number of passes: {number}\nRollback Done\n\n", False, number)
        if number == PASSES:
            break
        failed = []
        for command in last:
            stack = running.stack()
            ok = True
            for parent in command.path:
                ok = ok and running.apply(stack, parent).ok
            head, *blob = command.line.split("\n")
            line = command.typed if command.undo else head
            if stuck and not command.undo and command.path:
                continue
            answer = running.apply(stack, line, default=command.undo and command.line.startswith("no "))
            if answer.ok and blob:
                running.attach(stack, line, tuple(blob))
            if (not ok or not answer.ok or refuse(line)) and not command.undo:
                failed.append(line)
                if trigger_error:
                    running.root = before
                    return Outcome(
                        f"Failed to apply command {line}\nAborting Rollback.\n\n"
                        f"Rollback failed.Reverting back to the original configuration: {original} ...\n\n"
                        "Total number of passes: 1\nRollback Done\n\n"
                        "The original configuration has been successfully restored.\n",
                        True,
                        number + 1,
                    )
    listed = "\n".join(_listing(last))
    refused = (
        "The following commands are failed to apply to the IOS image.\n********\n"
        + "\n".join(failed)
        + "\n********\n\n"
        if failed
        else ""  # accepted lines that read back otherwise are not listed: a client that looks for "failed" sees nothing
    )
    return Outcome(
        "The rollback configlet from the last pass is listed below:\n********\n"
        f"!List of Rollback Commands:\n{listed}\nend\n********\n\n\n"
        f"Rollback aborted after {PASSES} passes\n{refused}",
        False,
        PASSES,
    )


def _listing(found: list[Command]) -> list[str]:
    rows: list[str] = []
    path: tuple[str, ...] = ()
    for command in found:
        if command.path != path:
            rows.extend(" " * depth + line for depth, line in enumerate(command.path))
            path = command.path
        rows.append(" " * len(path) + command.typed)
    return rows
