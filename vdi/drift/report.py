"""The drift of machines for people and programs: the same JSON object as the drift of devices gives. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from vdi.drift.compare import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from vdi.drift.compare import Finding

STATUSES: tuple[Status, ...] = get_args(Status)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


def exit_code(findings: Sequence[Finding]) -> int:
    """Return 1 if something drifted, 3 if a machine could not be read, else 0; what is not checkable is only named."""
    statuses = {finding.status for finding in findings}
    return 1 if "drifted" in statuses else 3 if "unreachable" in statuses else 0


def as_json(findings: Sequence[Finding], at: datetime, commit: str = "") -> dict[str, object]:
    """Return the result as a JSON object, key by key that of the devices' report."""
    counts = Counter(finding.status for finding in findings)
    return {
        "at": at.isoformat(timespec="seconds"),
        "commit": commit,
        "counts": {status: counts.get(status, 0) for status in STATUSES},
        "devices": [
            {
                "device": f.device,
                "status": f.status,
                "severity": f.severity,
                "who": f.who,
                "when": f.when,
                "differences": list(f.differences),
                "unchecked": list(f.unchecked),
                "path": list(f.path),
                "messages": [message.as_json() for message in f.messages],
            }
            for f in findings
        ],
    }


def as_text(findings: Sequence[Finding]) -> str:
    """Return the result as people read it: what needs attention first, the rest counted."""
    lines: list[str] = []
    for f in sorted(findings, key=lambda f: (-SEVERITIES.index(f.severity), f.device)):
        if f.status in ("same", "not-checkable"):
            continue
        lines.append(f"{f.device}: {f.status}, {f.severity}")
        lines += [f"    {line}" for line in f.differences]
        lines += [f"    ! {line}" for line in f.path]
        lines += [f"    {line}" for message in f.messages for line in message.lines()]
    counts = Counter(finding.status for finding in findings)
    labels = {"same": "一致", "drifted": "差異あり", "not-checkable": "照合不可", "unreachable": "接続不可"}
    lines.append("  ".join(f"{labels[status]} / {status}: {counts.get(status, 0)}" for status in STATUSES))
    return "\n".join(lines) + "\n"
