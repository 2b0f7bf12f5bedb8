"""What every placement rule is: an id, the plan's ids, a severity, its reason in both languages, examples, a check."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from bunri.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vdi.placement.model import Situation

Severity = Literal["error", "unknown", "warning"]
"""``error``: does not hold. ``unknown``: could not be seen, so it is not known to hold. ``warning``: look ahead."""


@dataclass(frozen=True, slots=True)
class Finding(Message):
    """A message with the rule that found it, the plan's ids, how grave it is, and what it is about."""

    rule: str = ""
    plan: tuple[str, ...] = ()
    severity: Severity = "error"
    subject: str = ""


class Rule(ABC):
    """One rule. Sub-classes fill the class variables and ``check``."""

    id: ClassVar[str]
    plan: ClassVar[tuple[str, ...]]
    severity: ClassVar[Severity] = "error"
    title_ja: ClassVar[str]
    title_en: ClassVar[str]
    why_ja: ClassVar[str]
    why_en: ClassVar[str]
    bad: ClassVar[str]  # an example that fails
    good: ClassVar[str]  # the same, put right

    @abstractmethod
    def check(self, at: Situation) -> Iterable[Finding]:
        """Yield what breaks the rule."""

    def server(self, at: Situation, message: str, name: str, *key: str | int, **params: object) -> Finding:
        """Return a finding about a server, pointing to its entry in the inventory."""
        severity = params.pop("severity", self.severity)
        return self.finding(at, message, name, ("servers", "servers", name, *key), severity, **params)

    def finding(
        self,
        at: Situation,
        message: str,
        subject: str,
        key: tuple[str | int, ...],
        severity: object = "",
        **params: object,
    ) -> Finding:
        """Return a finding about ``subject``, pointing to the inventory's ``key``."""
        where = replace(at.city.where(*key), device=subject) if key else None
        params.setdefault("name", subject)
        found = Message(message, where, params) if where else Message(message, params=params)
        grave: Severity = severity if severity in ("error", "unknown", "warning") else self.severity
        return Finding(found.id, found.where, found.params, self.id, self.plan, grave, subject)
