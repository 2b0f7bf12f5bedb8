"""Sessions as an agent in the guest writes them to ``guestinfo.bunri.report`` (through VMware Tools).

The agent writes one JSON object (docs/vdi.md): ``at`` (ISO 8601 with a zone), ``image``, ``broker``, ``draining``,
``sessions`` and ``baseline``; it obeys ``guestinfo.bunri.command``. The vCenter is the only way in between: no port of
a 基幹系 desktop is opened to the controller.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from bunri.messages import Where, error
from vdi.sessions.broker import Place, Seen, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vdi.vsphere.machines import Machines

REPORT, COMMAND = "guestinfo.bunri.report", "guestinfo.bunri.command"
MAXIMUM_AGE = timedelta(minutes=5)
SKEW = timedelta(minutes=2)
"""How far a guest's clock may be ahead before its report is worthless."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    user: str = ""
    since: str = ""
    state: str = "connected"


class Report(BaseModel):
    """What the agent says. Unknown fields of newer agents are passed over."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    image: str
    broker: str
    draining: bool
    sessions: tuple[_Entry, ...]
    baseline: dict[str, str]


def report_of(settings: Mapping[str, str]) -> Report | None:
    """Return the report among a machine's settings; ``None`` if there is none or it cannot be read."""
    text = settings.get(REPORT, "")
    try:
        return Report.model_validate_json(text) if text else None
    except ValidationError:
        return None


def seen(settings: Mapping[str, str], now: datetime, maximum_age: timedelta = MAXIMUM_AGE) -> Seen:
    """Return what a machine's settings say of its sessions at ``now``."""
    report = report_of(settings)
    if report is None:
        return Seen(unknown="unreadable report" if settings.get(REPORT) else "no report")
    if not -SKEW <= now - report.at <= maximum_age:
        return Seen(unknown=f"report of {report.at.isoformat(timespec='seconds')}")
    return Seen(tuple(Session(item.id, item.user, item.since, item.state) for item in report.sessions))


@dataclass(slots=True)
class Guestinfo:
    """The broker over guestinfo. ``centers``: vCenter of a place → its operations; ``clock`` gives the present time."""

    machines: Callable[[Place], Machines]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    maximum_age: timedelta = MAXIMUM_AGE

    def sessions(self, place: Place) -> Seen:
        """Read the report now."""
        settings = self._settings(place)
        return Seen(unknown="no such machine") if settings is None else seen(settings, self.clock(), self.maximum_age)

    def drain(self, place: Place, *, on: bool) -> None:
        """Tell the agent; taking the drain back removes the command."""
        if on:
            self._tell(place, {"drain": True})
        else:
            self._tell(place, {"drain": False})
            self.machines(place).configure(place.moid, {COMMAND: ""})

    def notify(self, place: Place, sessions: Sequence[Session], text: str) -> None:
        """Tell the agent to show ``text``."""
        if sessions:
            self._tell(place, {"drain": True, "notify": text})

    def logoff(self, place: Place, sessions: Sequence[Session], *, force: bool) -> None:
        """Tell the agent to log these sessions off."""
        self._tell(place, {"drain": True, "logoff": [item.id for item in sessions], "force": force})

    def ready(self, place: Place) -> bool:
        """Whether the agent says that the desktop is registered at its broker and takes sessions."""
        settings = self._settings(place)
        report = report_of(settings) if settings is not None else None
        return report is not None and report.broker == "registered" and not report.draining

    def push(self, image: str, places: Sequence[Place]) -> str | None:
        """Agents cannot roll images out."""
        return None

    def _settings(self, place: Place) -> Mapping[str, str] | None:
        if place.settings is not None:
            return place.settings
        now = self.machines(place).get(place.moid)
        return None if now is None else now.settings

    def _tell(self, place: Place, command: dict[str, object]) -> None:
        if not place.moid:
            raise error("SES001", Where(device=place.name))
        self.machines(place).configure(place.moid, {COMMAND: json.dumps(command, ensure_ascii=False)})
