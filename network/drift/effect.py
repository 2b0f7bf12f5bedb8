"""What a drift does to the separation: the verifier judges the network as it is now."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunri.messages import BunriError, Message, Where
from network.deploy import gate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from network.drift.compare import Finding


def with_effect(findings: Sequence[Finding], configs: Mapping[str, str], intended: Path, today: date) -> list[Finding]:
    """Return the findings with severities from the verifier's judgement of ``configs`` (device → masked text as it is).

    A drifted device on the path of a violation is critical and shows the path; if a violation passes none of them, all
    drifted devices are. Where the verifier cannot judge, the severity is unknown and DRF004 says why: never harmless.
    """
    drifted = [finding for finding in findings if finding.status == "drifted"]
    if not drifted:
        return list(findings)
    try:
        violations = _violations(configs, intended, today)
    except BunriError as problem:
        return [
            replace(f, severity="unknown", messages=(*f.messages, *problem.messages)) if f.status == "drifted" else f
            for f in findings
        ]
    paths: dict[str, tuple[str, ...]] = {}
    loose: list[tuple[str, ...]] = []
    names = {finding.device for finding in drifted}
    for violation in violations:
        lines = tuple(describe(violation))
        hit = {str(hop.get("device", "")) for hop in violation.get("path", [])} & names
        for name in hit:
            paths.setdefault(name, lines)
        if not hit:
            loose.append(lines)
    if loose:
        paths = {name: paths.get(name, loose[0]) for name in names}
    return [
        replace(f, severity="critical", path=paths[f.device]) if f.device in paths and f.status == "drifted" else f
        for f in findings
    ]


def describe(violation: Mapping[str, Any]) -> list[str]:
    """Return a violation of ``verify --json`` as lines: what passes, then every hop with file and line."""
    packet = violation.get("packet") or {}
    head = f"{violation.get('kind')}: {violation.get('from')} → {violation.get('to')}"
    if packet:
        ends = [f"{packet.get(address)}:{packet.get(port)}" for address, port in (("src", "sport"), ("dst", "dport"))]
        head += f"  {packet.get('protocol')} {' > '.join(ends)}"
    lines = [head]
    for hop in violation.get("path", []):
        place = f"{hop.get('file')}:{hop.get('line')}" if hop.get("line") else ""
        said = (hop.get("device"), hop.get("interface"), hop.get("action"), place, hop.get("text"))
        lines.append("  " + " ".join(str(word) for word in said if word))
    return lines


def _violations(configs: Mapping[str, str], intended: Path, today: date) -> list[dict[str, Any]]:
    where = Where(file=str(intended / "policy.yml"))
    with tempfile.TemporaryDirectory(prefix="drift-") as folder:
        snapshot = gate.snapshot(Path(folder), dict(configs), intended)
        try:
            answer = gate.judge(snapshot, intended / "policy.yml", today)
        except BunriError as problem:
            raise BunriError(Message("DRF004", where, {"why": problem.messages[0].what("en")})) from problem
    violations: list[dict[str, Any]] = list(answer["violations"])
    if answer["verdict"] == "unproved" and not violations:
        lines = "; ".join(f"{u['device']} {u['file']}:{u['line']} {u['text']}" for u in answer["unmodelled"][:3])
        raise BunriError(Message("DRF004", where, {"why": lines or "unproved"}))
    return violations
