"""What a proof says: verdict, zone pairs, violations with witnesses, findings of the rules; as JSON of DESIGN's
contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from network.policy.witness import packet_json

if TYPE_CHECKING:
    from network.analysis.packets import Packet
    from network.config.model import Unmodelled
    from network.policy.witness import Hop

Verdict = Literal["proved", "violated", "unproved"]
EXIT_CODES: dict[Verdict, int] = {"proved": 0, "violated": 1, "unproved": 3}


@dataclass(frozen=True, slots=True)
class Violation:
    """A leak (a packet that must not pass) or an outage (one that must, and does not), with one packet and its path.

    ``packets`` describes the whole set; ``count`` says how many further sets of the same pair were joined into this
    one.
    """

    kind: Literal["leak", "outage"]
    from_zone: str
    to_zone: str
    flow: str
    packet: Packet | None
    path: tuple[Hop, ...]
    failures: tuple[str, ...] = ()
    reason: str = ""
    packets: str = ""
    reply: bool = False
    stops: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the violation as DESIGN's contract writes it, with ``reason``, ``packets``, ``reply`` and ``stops``
        added."""
        return {
            "kind": self.kind,
            "from": self.from_zone,
            "to": self.to_zone,
            "flow": self.flow,
            "packet": packet_json(self.packet) if self.packet is not None else None,
            "failures": list(self.failures),
            "path": [hop.as_json() for hop in self.path],
            "reason": self.reason,
            "packets": self.packets,
            "reply": self.reply,
            "stops": list(self.stops),
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """What one state shows: its violations, and for outages the (flow, place) pairs that stop."""

    violations: tuple[Violation, ...] = ()
    stopped: frozenset[tuple[str, str]] = frozenset()  # (flow id, source place) that does not arrive
    unproved: tuple[str, ...] = ()


@dataclass(slots=True)
class Finding:
    """One finding of a rule, as the rules' package reports it."""

    rule: str
    severity: str
    what_ja: str
    what_en: str
    device: str = ""
    file: str = ""
    line: int = 0
    text: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "ja": self.what_ja,
            "en": self.what_en,
            "device": self.device,
            "file": self.file,
            "line": self.line,
            "text": self.text,
        }


@dataclass(slots=True)
class Result:
    """The whole answer of ``bunri verify``."""

    verdict: Verdict
    pairs: list[tuple[str, str, str]]
    violations: list[Violation]
    unmodelled: list[tuple[str, Unmodelled]]
    findings: list[Finding] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """The exit code of DESIGN's contract."""
        return EXIT_CODES[self.verdict]

    def as_json(self) -> dict[str, Any]:
        """Return the result as DESIGN's contract writes it, with ``findings``, ``failures``, ``reasons`` and
        ``assumptions`` added."""
        return {
            "verdict": self.verdict,
            "pairs": [{"from": a, "to": b, "verdict": verdict} for a, b, verdict in self.pairs],
            "violations": [violation.as_json() for violation in self.violations],
            "unmodelled": [
                {
                    "device": device,
                    "file": line.source.file,
                    "line": line.source.line,
                    "text": line.source.text.strip(),
                    "scope": line.scope,
                }
                for device, line in self.unmodelled
            ],
            "findings": [finding.as_json() for finding in self.findings],
            "failures": self.failures,
            "reasons": self.reasons,
            "assumptions": self.assumptions,
            "stats": self.stats,
        }
