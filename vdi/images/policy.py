"""How a replacement may go: sizes of batches, limits, waiting, logging off, what is kept."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Logoff(BaseModel):
    """What happens to people who are logged in: they are waited for, told, and after a time logged off (or never)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: str = (
        "更新のため、作業を保存してログオフしてください。/ Please save your work and log off: an update waits."
    )
    message_after_seconds: float = Field(default=0, ge=0)
    wait_seconds: float = Field(default=7200, ge=0)
    then: Literal["defer", "logoff", "force"] = "defer"
    """``defer``: leave the desktop for another night; ``logoff``: ask the guest; ``force``: unsaved work is lost."""


class Policy(BaseModel):
    """Limits of one replacement. Percentages are of the pool, rounded down but never below one desktop."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    canary_percent: int = Field(default=5, ge=1, le=50)
    batch: int = Field(default=40, ge=1)
    maximum_unavailable_percent: int = Field(default=20, ge=1, le=100)
    maximum_unhealthy_percent: int = Field(default=0, ge=0, le=100)
    pause_seconds: float = Field(default=60, ge=0)
    healthy_within_seconds: float = Field(default=900, gt=0)
    slow_after_seconds: float = Field(default=300, gt=0)
    shutdown_seconds: float = Field(default=180, ge=0)
    poll_seconds: float = Field(default=5, gt=0)
    parallel: int = Field(default=20, ge=1)
    keep_versions: int = Field(default=2, ge=1)
    windows: bool = True
    """Work only while the site is closed and no busy period (選挙・税・年度末) forbids it."""
    logoff: Logoff = Logoff()

    def unavailable(self, desktops: int) -> int:
        """Return how many of a pool may be out of service at once."""
        return max(1, desktops * self.maximum_unavailable_percent // 100)

    def canaries(self, desktops: int) -> int:
        """Return how many desktops show first that the image is good."""
        return max(1, desktops * self.canary_percent // 100)
