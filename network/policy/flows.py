"""Rules for the policy file itself: declared flows are well-formed (特定通信), waypoints hold, exemptions have reason
and expiry.

Each finding cites its rule id; docs/verifier.md lists them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.policy.verdict import Finding

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from network.policy.model import Exemption, Flow, Policy, Range, Trusted

EVERYTHING = (0, 0xFFFFFFFF)
SOON_DAYS = 90


def check_policy(policy: Policy, today: datetime.date) -> list[Finding]:
    """Return what is wrong with a policy file as such; ``today`` decides what has expired."""
    findings: list[Finding] = []
    for flow in policy.flows:
        findings += _flow(policy, flow, today)
        findings += _waypoint(policy, flow)
    for exemption in policy.exempt_failures:
        findings += _exception(policy, exemption, exemption.pattern, "FLW-EXEMPT", today)
    for trusted in policy.trusted_neighbours:
        findings += _exception(policy, trusted, trusted.pattern, "FLW-TRUST", today)
    return findings


def _at(policy: Policy, line: int, rule: str, severity: str, ja: str, en: str) -> Finding:
    return Finding(rule, severity, ja, en, file=policy.file, line=line)


def _flow(policy: Policy, flow: Flow, today: datetime.date) -> Iterator[Finding]:
    def say(rule: str, severity: str, ja: str, en: str) -> Finding:
        return _at(policy, flow.line, rule, severity, f"通信 {flow.id}: {ja}", f"flow {flow.id}: {en}")

    for name, ranges in (("src", flow.src), ("dst", flow.dst)):
        if EVERYTHING in ranges:
            yield say(
                "FLW-ANY",
                "error",
                f"{name} が any です。アドレスで限定してください",
                f"{name} is any; limit it by address",
            )
    if not flow.protocols:
        yield say("FLW-ANY", "error", "プロトコルが any です。限定してください", "the protocol is any; limit it")
    elif set(flow.protocols) & {6, 17, 132} and (not flow.dport or (0, 65535) in flow.dport):
        yield say(
            "FLW-ANY",
            "error",
            "宛先ポートが any です。ポートで限定してください",
            "the destination port is any; limit it by port",
        )
    if flow.from_zone == flow.to_zone:
        yield say(
            "FLW-SAME", "warning", "同じゾーンの中の通信は申告不要です", "a flow inside one zone needs no declaration"
        )
    if flow.expires is None:
        yield say("FLW-EXPIRY", "error", "期限がありません", "it has no expiry")
    elif flow.expires < today:
        yield say("FLW-EXPIRY", "error", f"期限 {flow.expires} を過ぎています", f"it expired on {flow.expires}")
    elif (flow.expires - today).days <= SOON_DAYS:
        yield say(
            "FLW-EXPIRY", "warning", f"期限 {flow.expires} が近づいています", f"it expires soon, on {flow.expires}"
        )
    if not flow.owner:
        yield say("FLW-OWNER", "warning", "管理者 (owner) がありません", "it has no owner")
    if not flow.basis:
        yield say("FLW-BASIS", "warning", "根拠 (basis) がありません", "it has no basis")


def _waypoint(policy: Policy, flow: Flow) -> Iterator[Finding]:
    for waypoint in policy.waypoints:
        if (flow.from_zone, flow.to_zone) != (waypoint.from_zone, waypoint.to_zone):
            continue
        if not (_within(flow.dst, waypoint.via) or _within(flow.src, waypoint.via)):
            yield _at(
                policy,
                flow.line,
                "FLW-WAYPOINT",
                "error",
                f"通信 {flow.id}: {flow.from_zone} から {flow.to_zone} へは"
                f"無害化の機器 ({waypoint.line} 行目) だけを通れます",
                f"flow {flow.id}: from {flow.from_zone} to {flow.to_zone} only through "
                f"the sanitising hosts (line {waypoint.line})",
            )


def _within(ranges: tuple[Range, ...], hosts: tuple[Range, ...]) -> bool:
    return bool(ranges) and all(any(low <= a and b <= high for low, high in hosts) for a, b in ranges)


def _exception(
    policy: Policy, item: Exemption | Trusted, name: str, rule: str, today: datetime.date
) -> Iterator[Finding]:
    if not item.reason:
        yield _at(
            policy,
            item.line,
            rule,
            "error",
            f"例外 {name}: 理由 (reason) がありません",
            f"exception {name}: it has no reason",
        )
    if item.expires is None:
        yield _at(
            policy,
            item.line,
            rule,
            "error",
            f"例外 {name}: 期限 (expires) がありません",
            f"exception {name}: it has no expiry",
        )
    elif item.expires < today:
        yield _at(
            policy,
            item.line,
            rule,
            "error",
            f"例外 {name}: 期限 {item.expires} を過ぎています",
            f"exception {name}: it expired on {item.expires}",
        )
