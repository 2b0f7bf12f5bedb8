"""What every broker can say and do. A report that is missing, stale or unreadable is *unknown*, never *nobody*."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Place:
    """A desktop or session host as brokers know it: its name, and its managed object id and DNS name where needed.

    ``settings``: the machine's settings if they have been read just now, so that they need not be read again.
    """

    name: str
    moid: str = ""
    dns: str = ""
    settings: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One person's session. ``user`` is personal data: shown to the operator, never journalled."""

    id: str
    user: str = ""
    since: str = ""
    state: str = "connected"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a place's sessions: ``sessions``, or why it is not known."""

    sessions: tuple[Session, ...] = ()
    unknown: str = ""

    @property
    def free(self) -> bool:
        """Whether nobody is logged in, for certain."""
        return not self.unknown and not self.sessions


class Broker(Protocol):
    """A connection broker. Methods raise ``BunriError``; ``sessions`` says *unknown* instead."""

    def sessions(self, place: Place) -> Seen:
        """Return who is logged in at ``place``, as far as it is known."""

    def drain(self, place: Place, *, on: bool) -> None:
        """Take no new sessions at ``place`` (``on``), or take them again. Sessions that exist go on."""

    def notify(self, place: Place, sessions: Sequence[Session], text: str) -> None:
        """Show ``text`` to the people of these sessions."""

    def logoff(self, place: Place, sessions: Sequence[Session], *, force: bool) -> None:
        """End these sessions; ``force`` also those that would lose unsaved work."""

    def ready(self, place: Place) -> bool:
        """Whether the broker would send people to ``place``."""

    def push(self, image: str, places: Sequence[Place]) -> str | None:
        """Let the broker itself roll ``image`` out; return its job, ``None`` if it cannot (then we do it)."""
