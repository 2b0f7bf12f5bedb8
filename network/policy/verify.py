"""The whole check: routes, separation, failures, rules → one verdict."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from network.policy.assumptions import assumptions, doubts
from network.policy.flows import check_policy
from network.policy.separation import Separation
from network.policy.verdict import Finding, Findings, Result, Violation

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable

    from network.analysis.state import State
    from network.config.model import Device, Snapshot, Unmodelled
    from network.policy.model import Policy

Progress = "Callable[[str], None]"


def trusted_names(policy: Policy, snapshot: Snapshot, today: datetime.date | None = None) -> frozenset[str]:
    """Return the unmodelled nodes of the cabling that the policy vouches for (an expired entry vouches for nothing)."""
    patterns = [
        one.pattern for one in policy.trusted_neighbours if one.expires is None or today is None or one.expires >= today
    ]
    if not patterns:
        return frozenset()
    names = {name for cable in snapshot.cables or () for name in (cable.node1, cable.node2)} - snapshot.devices.keys()
    return frozenset(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))


def blocking(snapshot: Snapshot, state: State) -> list[tuple[str, Unmodelled]]:
    """Return the unmodelled lines that could matter: all but those inside an interface that is shut down."""
    result: list[tuple[str, Unmodelled]] = []
    for name, device in snapshot.devices.items():
        result += [(name, line) for line in device.unmodelled if not _idle(device, line)]
    owner = {device.file: name for name, device in snapshot.devices.items()}
    seen = {line.source for _, line in result}
    result += [(owner.get(line.source.file, ""), line) for line in state.unmodelled if line.source not in seen]
    return result


def _idle(device: Device, line: Unmodelled) -> bool:
    for parent in line.context:
        words = parent.split(None, 1)
        if len(words) == 2 and words[0] == "interface":
            found = next((one for one in device.interfaces.values() if one.source.text.strip() == parent.strip()), None)
            if found is not None and found.shutdown and found.kind != "port-channel" and not line.context[1:]:
                return "shutdown" not in line.source.text
    return False


def verify(
    snapshot: Snapshot,
    policy: Policy,
    *,
    today: datetime.date,
    failures: int = 0,
    jobs: int | None = None,
    dask: str = "",
    rules: bool = True,
    say: Callable[[str], None] | None = None,
    after: tuple[State, Separation] | None = None,
) -> tuple[Result, State, Separation]:
    """Prove the policy over a snapshot, in the intact state and under up to ``failures`` simultaneous failures.

    ``say`` is told what is being done. The state and the judge are returned for the certificate and for further
    questions, and as ``after`` for the next snapshot: only what its changed devices (``Device`` objects that the two
    snapshots do not share) and cables influence is then computed again.
    """
    from network.analysis import compute  # noqa: PLC0415 - numbers of modules that other commands do not need

    tell = say or (lambda _: None)
    clock = time.perf_counter
    started = clock()
    tell("経路を計算しています / computing routes")
    groups = None
    if failures and (policy.carriers or policy.ducts or policy.sites):
        from network.policy.sweep import policy_groups  # noqa: PLC0415 - only with --failures

        groups = policy_groups(snapshot, policy)
    earlier, judge = after or (None, Separation(policy))
    state = compute(snapshot, base=earlier, groups=groups, trusted=trusted_names(policy, snapshot, today))
    routed = clock()
    tell("分離を検査しています / proving separation")
    judge.follow(state)
    findings = judge.examine(state)
    proved = clock()
    violations = list(findings.violations)
    unmodelled = blocking(snapshot, state)
    notes = list(findings.unproved)
    if policy.flows:
        notes += doubts(snapshot, state)
    found: list[Finding] = check_policy(policy, today)
    found.extend(
        Finding(
            "FLW-ZONE",
            "warning",
            f"ゾーン {zone} に当てはまる場所がネットワークにありません",
            f"nothing in the network belongs to zone {zone}",
            file=policy.file,
            line=policy.zones[zone].line,
        )
        for zone in judge.empty_zones
    )
    if rules:
        tell("規則を検査しています / checking the rules")
        found += run_rules(snapshot, state, policy, today)
    ruled = clock()
    table: list[dict[str, Any]] = []
    stats: dict[str, Any] = {
        "devices": len(snapshot.devices),
        "lines": sum(device.lines for device in snapshot.devices.values()),
        "tables": len(state.ribs),
        "routes": sum(len(rib) for rib in state.ribs.values()),
        "segments": len(state.topology.segments),
        "seconds": {
            "routes": round(routed - started, 3),
            "separation": round(proved - routed, 3),
            "rules": round(ruled - proved, 3),
        },
    }
    if failures:
        from network.policy.sweep import sweep_failures  # noqa: PLC0415 - only with --failures

        tell(f"障害 (同時 {failures} か所まで) を検査しています / failures, up to {failures} at once")
        swept = sweep_failures(judge, state, findings, depth=failures, jobs=jobs, dask=dask, today=today, say=tell)
        violations += swept.violations
        table = swept.table
        notes += swept.unproved
        stats["failures"] = swept.stats
        stats["seconds"]["failures"] = round(clock() - ruled, 3)
    result = Result(
        "proved",
        _pairs(policy, violations, bool(unmodelled or notes)),
        violations,
        unmodelled,
        found,
        table,
        notes,
        stats,
        assumptions(snapshot, state),
    )
    if violations or any(finding.severity == "error" for finding in found):
        result.verdict = "violated"
    elif unmodelled or notes:
        result.verdict = "unproved"
    return result, state, judge


def _pairs(policy: Policy, violations: Iterable[Violation], open_: bool) -> list[tuple[str, str, str]]:
    bad = {}
    for violation in violations:
        key = (violation.from_zone, violation.to_zone)
        if violation.reply:
            key = (violation.to_zone, violation.from_zone)
        bad[key] = "violated"
    names = list(policy.zones)
    return [(a, b, bad.get((a, b), "unproved" if open_ else "proved")) for a in names for b in names if a != b]


def run_rules(snapshot: Snapshot, state: State, policy: Policy, today: datetime.date) -> list[Finding]:
    """Return the findings of every other rule (``network/policy/rules``)."""
    from importlib.util import find_spec  # noqa: PLC0415

    if find_spec("network.policy.rules") is None:
        return []
    from network.policy.rules import run  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415

    return [
        Finding(
            str(one.rule),
            str(one.severity),
            one.what("ja"),
            one.what("en"),
            one.where.device,
            one.where.file,
            one.where.line,
            one.text,
        )
        for one in run(snapshot, state, policy, today)
    ]


__all__ = ["Findings", "blocking", "run_rules", "trusted_names", "verify"]
