"""The history of a pool's images: candidate → canary → promoted → retired, with who and when.

``runs/images/<pool>.json``, written atomically. Nothing is ever taken out of it: an image that was rejected or removed
stays, with the reason.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from bunri.change.files import write_atomic
from bunri.messages import Where, error

if TYPE_CHECKING:
    from pathlib import Path


class Stage(StrEnum):
    """Where an image stands."""

    CANDIDATE = "candidate"
    CANARY = "canary"
    PROMOTED = "promoted"
    REJECTED = "rejected"
    RETIRED = "retired"
    REMOVED = "removed"


_MAY = {
    Stage.CANDIDATE: {Stage.CANARY, Stage.REJECTED},
    Stage.CANARY: {Stage.CANARY, Stage.PROMOTED, Stage.REJECTED, Stage.CANDIDATE},
    Stage.PROMOTED: {Stage.RETIRED},
    Stage.RETIRED: {Stage.CANARY, Stage.REMOVED},
    Stage.REJECTED: {Stage.CANARY, Stage.REMOVED},
    Stage.REMOVED: set(),
}


class Move(BaseModel):
    """One change of an image's stage: which, by whom, when, why (a run's id, a person's words)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    image: str
    stage: Stage
    who: str
    when: datetime
    why: str = ""


class History(BaseModel):
    """All that happened to a pool's images, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pool: str
    moves: tuple[Move, ...] = ()

    def stage(self, image: str) -> Stage | None:
        """Return where ``image`` stands now, ``None`` if nothing is known of it."""
        return next((move.stage for move in reversed(self.moves) if move.image == image), None)

    def images(self) -> dict[str, Stage]:
        """Return every image and where it stands, in the order in which they first appeared."""
        return {move.image: stage for move in self.moves if (stage := self.stage(move.image))}

    def promoted(self) -> str:
        """Return the image in force, "" before the first promotion."""
        return next((image for image, stage in self.images().items() if stage is Stage.PROMOTED), "")

    def to(self, image: str, stage: Stage, who: str, when: datetime, why: str = "") -> History:
        """Return the history with ``image`` at ``stage``; promoting retires the one in force. Error: IMG001."""
        now = self.stage(image)
        fits = stage is Stage.CANDIDATE if now is None else stage in _MAY[now]
        if not fits:
            raise error("IMG001", image=image, now=str(now or "—"), wanted=str(stage))
        moves = [*self.moves]
        old = self.promoted()
        if stage is Stage.PROMOTED and old:
            moves.append(Move(image=old, stage=Stage.RETIRED, who=who, when=when, why=f"→ {image}"))
        moves.append(Move(image=image, stage=stage, who=who, when=when, why=why))
        return self.model_copy(update={"moves": tuple(moves)})

    def removable(self, keep: int) -> tuple[str, ...]:
        """Return the retired and rejected images beyond the ``keep`` that were promoted last, oldest first."""
        last = {move.image: number for number, move in enumerate(self.moves) if move.stage is Stage.PROMOTED}
        kept = set(sorted(last, key=lambda image: last[image], reverse=True)[:keep])
        gone = {Stage.RETIRED, Stage.REJECTED}
        return tuple(image for image, stage in self.images().items() if stage in gone and image not in kept)


def path_of(runs: Path, pool: str) -> Path:
    """Return where the history of ``pool`` is kept."""
    return runs / "images" / f"{pool}.json"


def load(runs: Path, pool: str) -> History:
    """Return the history of ``pool``; an empty one if there is none. Error: IMG002 (unreadable)."""
    path = path_of(runs, pool)
    if not path.exists():
        return History(pool=pool)
    try:
        return History.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as problem:
        raise error("IMG002", Where(file=str(path)), why=str(problem).splitlines()[0]) from problem


def store(history: History, runs: Path) -> None:
    """Write the history."""
    write_atomic(path_of(runs, history.pool), history.model_dump_json(indent=1) + "\n")
