"""The rules besides separation. ``run`` gives the findings of a snapshot; ``all_rules`` every rule, in the order of the documents."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bunri.messages import Where
from network.policy.rules import access, layer2, operation, routing
from network.policy.rules.base import Context, Finding, Rule, exceptions

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from network.config.model import Snapshot
    from network.policy.model import Policy

_SEVERITIES = {"error": 0, "warning": 1, "info": 2}


def all_rules() -> tuple[Rule, ...]:
    """Return one of each rule."""
    return tuple(kind() for module in (routing, access, layer2, operation) for kind in module.RULES)


def run(snapshot: Snapshot, state: Any, policy: Policy, today: datetime.date) -> list[Finding]:
    """Return the findings of all rules, the gravest first.

    ``state`` gives the computed routes (``ribs``: (device, vrf) → prefix → route) or is ``None``; without it a default route
    that is only learnt is not seen here.
    """
    context = Context(snapshot, policy, today, dict(getattr(state, "ribs", None) or {}))
    found: list[Finding] = list(_unknown(policy))
    for rule in all_rules():
        parameters = policy.rules.get(rule.id) or {}
        if parameters.get("enabled", True) is False:
            continue
        found.extend(exceptions(rule, rule.check(context, parameters), parameters, policy.file, today))
    order = {rule.id: index for index, rule in enumerate(all_rules())}
    found.sort(key=lambda f: (_SEVERITIES[f.severity], order.get(f.rule, -1), f.where.device, f.where.line))
    return found


def _unknown(policy: Policy) -> Iterator[Finding]:
    """Yield the rules and parameters that the policy file names and that do not exist: a mistyped name checks nothing."""
    known = {rule.id: {*rule.parameters, "enabled", "exceptions"} for rule in all_rules()}
    for name, parameters in policy.rules.items():
        where = Where(policy.file, key=f"rules.{name}")
        if name not in known:
            yield Finding("RUL003", where, {"name": name, "known": ", ".join(sorted(known))}, name, "error")
            continue
        for key in parameters or ():
            if key not in known[name]:
                yield Finding(
                    "RUL004", where, {"name": key, "rule": name, "known": ", ".join(sorted(known[name]))}, name, "error"
                )


__all__ = ["Context", "Finding", "Rule", "all_rules", "run"]
