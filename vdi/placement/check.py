"""Judging placements: today's and every later one that is declared, or the live one. Pure; see ``command`` for I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vdi.placement.model import CPU_RATIO, declared, situation, turning_days
from vdi.placement.packing import failures
from vdi.placement.rules import Finding, loss, rules
from vdi.placement.rules.capacity import apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bunri.intent import City
    from vdi.placement.model import Situation, View
    from vdi.placement.rules import Loss

VERDICTS = {0: "holds", 1: "violated", 3: "unproved"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One placement judged: what it is, and what was found."""

    source: str
    day: date
    findings: tuple[Finding, ...]
    losses: tuple[Loss, ...]


def judge(at: Situation, lost: Sequence[str] = ()) -> Judgement:
    """Run every rule over one placement."""
    found = [finding for rule in rules(lost) for finding in rule.check(at)]
    sites = lost or [name for name, item in at.city.sites.items() if item.kind == "hall"]
    return Judgement(at.view.source, at.day, tuple(found), tuple(loss(at, site) for site in sites))


def check(city: City, day: date, *, live: View | None = None, lost: Sequence[str] = ()) -> list[Judgement]:
    """Judge the declared placement on ``day`` and on every later day on which it changes, then the live one.

    A later placement repeats what an earlier one has already said; only what is new is told of it.
    """
    found: list[Judgement] = []
    said: set[tuple[str, str, str]] = set()
    for number, turn in enumerate(turning_days(city, day)):
        result = judge(situation(city, declared(city, turn), today=number == 0), lost)
        fresh = tuple(item for item in result.findings if (item.rule, item.id, item.subject) not in said)
        said |= {(item.rule, item.id, item.subject) for item in result.findings}
        found.append(Judgement(result.source, result.day, fresh, result.losses))
    if live is not None:
        found.append(judge(situation(city, live), lost))
    return found


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 1 where something does not hold, else 3 where something could not be seen, else 0. Warnings hold."""
    grave = {item.severity for item in findings}
    return 1 if "error" in grave else 3 if "unknown" in grave else 0


def ledger(city: City, day: date) -> list[dict[str, object]]:
    """Return the ledger of server systems (1-6): what is in use, on which servers, supported until when."""
    rows: list[dict[str, object]] = []
    for name, item in city.servers.operating_systems.items():
        users = sorted(server for server, found in city.servers.servers.items() if found.os == name)
        if users:
            left = (item.support_to - day).days
            rows.append({"os": name, "ja": item.ja, "support_to": str(item.support_to), "days": left, "servers": users})
    return sorted(rows, key=lambda row: str(row["support_to"]))


def host_failures(at: Situation) -> list[dict[str, object]]:
    """Return by host what follows from its failure, for the report."""
    keep = apart(at)
    rows: list[dict[str, object]] = []
    for name, group in at.view.groups.items():
        machines = [item for item in at.view.by_cluster[name] if item.running]
        rows += [
            {
                "cluster": name,
                "host": item.host,
                "verdict": item.verdict,
                "machines": len(item.moved) + len(item.stranded),
                "stranded": list(item.stranded),
                "cpu_missing": item.cpu_missing,
                "memory_missing_gb": item.memory_missing,
            }
            for item in failures(group, machines, keep)
        ]
    return rows


def as_json(city: City, judgements: Sequence[Judgement], day: date) -> dict[str, object]:
    """Return the whole result as a JSON object; ``cpu_ratio`` says how many virtual processors a core was given."""
    everything = [item for judgement in judgements for item in judgement.findings]
    code = exit_code(everything)
    grave = [item.severity for item in everything]
    return {
        "verdict": VERDICTS[code],
        "day": str(day),
        "cpu_ratio": CPU_RATIO,
        "counts": {level: grave.count(level) for level in ("error", "unknown", "warning")},
        "placements": [
            {
                "source": item.source,
                "day": str(item.day),
                "findings": [finding_json(finding) for finding in item.findings],
                "lost": [_loss_json(loss) for loss in item.losses],
            }
            for item in judgements
        ],
        "support": ledger(city, day),
    }


def finding_json(finding: Finding) -> dict[str, object]:
    """Return one finding as a JSON object."""
    return {
        "rule": finding.rule,
        "plan": list(finding.plan),
        "severity": finding.severity,
        "subject": finding.subject,
        **finding.as_json(),
    }


def _loss_json(item: Loss) -> dict[str, object]:
    return {
        "site": item.site,
        "stopped": list(item.stopped),
        "running": list(item.running),
        "services": [{"zone": zone, "service": service, "left": list(left)} for zone, service, left in item.services],
        "desktops": [{"pool": pool, "left": left, "of": total} for pool, left, total in item.desktops],
        "outsides": [{"outside": name, "sites": list(sites)} for name, sites in item.outsides],
    }


def as_text(judgements: Sequence[Judgement]) -> str:
    """Return the result as people read it: by placement, the gravest first, what is lost with the site."""
    label = {"error": "違反 / error", "unknown": "不明 / unknown", "warning": "注意 / warning"}
    source = {"declared": "宣言 / declared", "live": "実物 / live"}
    lines: list[str] = []
    for judgement in judgements:
        lines.append(f"── {source[judgement.source]} {judgement.day}")
        order = list(label)
        for item in sorted(judgement.findings, key=lambda item: (order.index(item.severity), item.rule, item.subject)):
            lines.append(f"{label[item.severity]}  {item.rule} ({', '.join(item.plan)})")
            lines += [f"  {line}" for line in item.lines()]
        for lost in judgement.losses:
            counts = f"稼働 / running {len(lost.running)}, 停止 / stopped {len(lost.stopped)}"
            lines.append(f"{lost.site} を失ったとき / with {lost.site} lost: {counts}")
            lines += [f"  {zone} {service}: {', '.join(left) or '-'}" for zone, service, left in lost.services]
            lines += [f"  {pool}: {left}/{total}" for pool, left, total in lost.desktops]
            lines += [f"  {name}: {', '.join(sites) or '-'}" for name, sites in lost.outsides]
    everything = [item for judgement in judgements for item in judgement.findings]
    lines.append("  ".join(f"{label[level]}: {sum(item.severity == level for item in everything)}" for level in label))
    return "\n".join(lines) + "\n"
