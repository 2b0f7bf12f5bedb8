"""Failures: what each of them stops, whether the policy knows it, and whether any of them opens a path.

A leak under a failure is never exempt. An outage is, if ``exempt_failures`` names the failed element with a reason
and a date that
has not passed. A pair is answerable only for what neither of its two elements stops alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from network.analysis.failures import groups_of, sweep
from network.policy.verdict import Findings, Violation

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Mapping

    from network.analysis.state import Element, State
    from network.config.model import Snapshot
    from network.policy.model import Exemption, Flow, Policy
    from network.policy.separation import Separation

MOST_OUTAGES = 200


@dataclass(slots=True)
class Swept:
    """What a sweep found."""

    violations: list[Violation] = field(default_factory=list)
    table: list[dict[str, Any]] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)


def policy_groups(snapshot: Snapshot, policy: Policy) -> dict[Element, tuple[str, ...]]:
    """Return the policy's carriers, ducts and sites as elements that can fail."""
    if not (policy.carriers or policy.ducts or policy.sites):
        return {}
    return groups_of(snapshot, policy.carriers, policy.ducts, policy.sites)


def sweep_failures(
    judge: Separation,
    base: State,
    intact: Findings,
    *,
    depth: int,
    jobs: int | None,
    dask: str,
    today: datetime.date,
    say: Callable[[str], None],
) -> Swept:
    """Judge every failure of up to ``depth`` elements at once against what holds in the intact state.

    ``judge`` is prepared for ``base``.
    """
    policy = judge.policy
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = done * 10 // max(total, 1)
        if percent != shown:
            shown = percent
            say(f"  {done}/{total}")

    found = sweep(base, depth, judge, jobs=jobs, dask=dask or None, progress=progress, prepared=True)
    alike: dict[Element, list[Element]] = {}
    for element, other in found.same_as.items():
        alike.setdefault(other, []).append(element)
    valid = [one for one in policy.exempt_failures if one.reason and one.expires is not None and one.expires >= today]
    alone: dict[Element, frozenset[tuple[str, str]]] = {}
    known = {_key(violation) for violation in intact.violations}
    result = Swept()
    outages = 0
    for outcome in sorted(found.outcomes, key=lambda one: len(one.failures)):
        elements = sorted(outcome.failures)
        stopped = outcome.result.stopped - intact.stopped
        if len(elements) == 1:
            alone[elements[0]] = stopped
        for element in elements if len(elements) > 1 else ():
            stopped -= alone.get(element, frozenset())
        exempt = _exempt(valid, elements, alike, stopped)
        names = tuple(str(element) for element in elements)
        leaks = [one for one in outcome.result.violations if one.kind == "leak" and _key(one) not in known]
        known |= {_key(one) for one in leaks}
        result.violations += leaks
        result.unproved += [
            f"{' + '.join(names)}: {reason}" for reason in outcome.result.unproved if reason not in intact.unproved
        ]
        if not stopped and not leaks:
            continue
        stops = what_stops(policy, stopped)
        result.table.append(
            {
                "failures": list(names),
                "same": sorted(str(other) for element in elements for other in alike.get(element, ())),
                "stops": list(stops),
                "flows": sorted({flow for flow, _ in stopped}),
                "exempt": bool(stopped) and exempt is not None,
                "reason": exempt.reason if exempt is not None else "",
                "opens": sorted({f"{one.from_zone} → {one.to_zone}" for one in leaks}),
            }
        )
        if stopped and exempt is None:
            outages += 1
            if outages <= MOST_OUTAGES:
                result.violations.append(_outage(policy, outcome.result, stopped, names, stops))
    result.stats = {
        "scenarios": found.scenarios,
        "derived": found.derived,
        "judged": found.judged,
        "outages": outages,
        "exempt": sum(row["exempt"] for row in result.table),
        **found.stats,
    }
    return result


def _key(violation: Violation) -> tuple[str, str, str, str, str]:
    return (violation.kind, violation.from_zone, violation.to_zone, violation.reason, violation.packets)


def _exempt(
    valid: Iterable[Exemption],
    elements: list[Element],
    alike: Mapping[Element, list[Element]],
    stopped: frozenset[tuple[str, str]],
) -> Exemption | None:
    """Return the exemption that names the failed element, or both of a pair (under any of their equal names), and
    excuses every place where something stops."""
    for exemption in valid:
        if not all(exemption.excuses(place) for _, place in stopped):
            continue
        if len(elements) == 1:
            if any(exemption.covers([str(name)]) for name in (elements[0], *alike.get(elements[0], ()))):
                return exemption
            continue
        for one in (elements[0], *alike.get(elements[0], ())):
            for two in (elements[1], *alike.get(elements[1], ())):
                if " + " in exemption.pattern and exemption.covers([str(one), str(two)]):
                    return exemption
    return None


def _outage(
    policy: Policy,
    findings: Findings,
    stopped: frozenset[tuple[str, str]],
    names: tuple[str, ...],
    stops: tuple[str, ...],
) -> Violation:
    flows = {flow for flow, _ in stopped}
    for violation in findings.violations:
        if violation.kind == "outage" and violation.flow in flows:
            return replace(violation, stops=stops)
    flow = next(flow for flow in policy.flows if flow.id in flows)
    return Violation(
        "outage", flow.from_zone, flow.to_zone, flow.id, None, (), failures=names, reason="forward", stops=stops
    )


def what_stops(policy: Policy, stopped: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    """Return, for people, each flow that stops with its system, that system's sites, and the places that lose it."""
    places: dict[str, list[str]] = {}
    for flow, place in sorted(stopped):
        places.setdefault(flow, []).append(place)
    by_id = {flow.id: flow for flow in policy.flows}
    result = []
    for id_, names in places.items():
        systems = ", ".join(_systems(policy, by_id[id_])) if id_ in by_id else ""
        shown = ", ".join(names[:4]) + (f" … ({len(names)})" if len(names) > 4 else "")
        result.append(f"{id_}{f' [{systems}]' if systems else ''}: {shown}")
    return tuple(result)


def _systems(policy: Policy, flow: Flow) -> list[str]:
    result = []
    for system in policy.systems:
        ends = [(flow.to_zone, flow.dst), (flow.from_zone, flow.src)]
        if any(
            (not system.zone or system.zone == zone) and low <= b and a <= high
            for zone, spans in ends
            for low, high in spans
            for a, b in system.addresses
            if high - low < 1 << 12 or (a, b) == (low, high)
        ):
            sites = f" ({', '.join(system.sites[:6])})" if system.sites else ""
            result.append(f"{system.name}{sites}")
    return result
