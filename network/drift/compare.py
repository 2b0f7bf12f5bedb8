"""Judging one device: same, drifted, not checkable or unreachable; what differs, and who changed it when. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from network.deploy import forti_script, view

if TYPE_CHECKING:
    from bunri.messages import Message

Status = Literal["same", "drifted", "not-checkable", "unreachable"]
Severity = Literal["none", "warning", "critical", "unknown"]
_CHANGED = re.compile(r"^! Last configuration change at (?P<when>.+?)(?: by (?P<who>\S+))?\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One device's result. ``differences`` are lines: ``-`` missing, ``+`` extra, ``~`` order, ``*`` secret.

    ``unchecked`` names lines whose value the device does not let anybody compare. ``path`` is the verifier's
    witness where the drift opens a way between zones.
    """

    device: str
    status: Status
    differences: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    who: str = ""
    when: str = ""
    severity: Severity = "none"
    path: tuple[str, ...] = ()
    messages: tuple[Message, ...] = field(default=())


def judge(device: str, wanted: str, running: str, platform: str) -> Finding:
    """Compare a running configuration with the wanted one, both with their secrets; the finding holds none."""
    unchecked: list[str] = []
    if platform == "fortios":
        commands = forti_script.script(forti_script.parse(wanted), forti_script.parse(running))
        found = view.masked("\n".join(commands), platform).splitlines() if commands else []
        unchecked = sorted(key for key in view.secrets_of(wanted, platform) if key)
    else:
        found = [str(item) for item in view.compare(wanted, running, platform)]
        held = view.secrets_of(running, platform)
        for key, line in view.secrets_of(wanted, platform).items():
            if key in held and _value(held[key]) != _value(line):
                found.append(f"* {key}")
    change = last_change(running)
    severity: Severity = "warning" if found else "none"
    status: Status = "drifted" if found else "not-checkable" if unchecked else "same"
    return Finding(device, status, tuple(found), tuple(unchecked), *change, severity=severity)


def last_change(running: str) -> tuple[str, str]:
    """Return who changed an IOS configuration last and when, as the device says it; empty where it does not say."""
    match = _CHANGED.search(running)
    return ((match["who"] or ""), match["when"]) if match else ("", "")


def _value(line: str) -> str:
    return " ".join(line.split())
