"""A drift check's result for people, programs (JSON), Prometheus (text file) and Zabbix (sender). Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from network.drift.compare import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from network.drift.compare import Finding

STATUSES: tuple[str, ...] = get_args(Status)
SEVERITIES: tuple[str, ...] = get_args(Severity)


def exit_code(findings: Sequence[Finding]) -> int:
    """Return 1 if something drifted, 3 if a device could not be read, else 0; what is not checkable is only named."""
    statuses = {finding.status for finding in findings}
    return 1 if "drifted" in statuses else 3 if "unreachable" in statuses else 0


def as_json(findings: Sequence[Finding], at: datetime, commit: str) -> dict[str, object]:
    """Return the result as a JSON object."""
    counts = Counter(finding.status for finding in findings)
    return {
        "at": at.isoformat(timespec="seconds"),
        "commit": commit,
        "counts": {status: counts.get(status, 0) for status in STATUSES},  # type: ignore[call-overload]
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
        by = f"  ({f.who or '?'} {f.when})" if f.who or f.when else ""
        lines.append(f"{f.device}: {f.status}, {f.severity}{by}")
        lines += [f"    {line}" for line in f.differences]
        lines += [f"    ! {line}" for line in f.path]
        lines += [f"    {line}" for message in f.messages for line in message.lines()]
    counts = Counter(finding.status for finding in findings)
    labels = {"same": "一致", "drifted": "差異あり", "not-checkable": "照合不可(機密値)", "unreachable": "接続不可"}
    lines.append("  ".join(f"{labels[s]} / {s}: {counts.get(s, 0)}" for s in STATUSES))  # type: ignore[call-overload]
    return "\n".join(lines) + "\n"


def as_prometheus(findings: Sequence[Finding], at: datetime) -> str:
    """Return the text exposition format for node_exporter's textfile collector (Prometheus, Exposition formats)."""
    lines = [
        "# HELP bunri_drift_state State of a device at the last check, 1 for the one that holds.",
        "# TYPE bunri_drift_state gauge",
    ]
    for f in findings:
        lines += [f'bunri_drift_state{{device="{f.device}",state="{s}"}} {int(s == f.status)}' for s in STATUSES]
    lines += [
        "# HELP bunri_drift_severity 0 none, 1 warning, 2 critical, 3 unknown.",
        "# TYPE bunri_drift_severity gauge",
    ]
    lines += [f'bunri_drift_severity{{device="{f.device}"}} {SEVERITIES.index(f.severity)}' for f in findings]
    lines += ["# HELP bunri_drift_lines Lines that differ.", "# TYPE bunri_drift_lines gauge"]
    lines += [f'bunri_drift_lines{{device="{f.device}"}} {len(f.differences)}' for f in findings]
    lines += [
        "# HELP bunri_drift_last_run_timestamp_seconds When the check ran.",
        "# TYPE bunri_drift_last_run_timestamp_seconds gauge",
    ]
    lines.append(f"bunri_drift_last_run_timestamp_seconds {int(at.timestamp())}")
    return "\n".join(lines) + "\n"


def as_zabbix(findings: Sequence[Finding], at: datetime) -> str:
    """Return input for ``zabbix_sender --with-timestamps``: host, key, time, value."""
    stamp = int(at.timestamp())
    lines = []
    for f in findings:
        lines.append(f'"{f.device}" bunri.drift.state {stamp} "{f.status}"')
        lines.append(f'"{f.device}" bunri.drift.severity {stamp} {SEVERITIES.index(f.severity)}')
        lines.append(f'"{f.device}" bunri.drift.lines {stamp} {len(f.differences)}')
    return "\n".join(lines) + "\n"
