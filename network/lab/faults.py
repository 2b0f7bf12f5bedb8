"""Faults that a test or a drill switches on in one virtual device. ``docs/lab.md`` says what a client sees of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bunri.messages import Where, error


@dataclass(slots=True)
class Faults:
    """The faults of one device; the defaults are a healthy device. Times are seconds of the device's own clock."""

    drop_after: int = 0  # the connection breaks instead of answering the nth command from now
    scp_off: bool = False
    refuse: list[str] = field(default_factory=list)  # regular expressions of configuration lines the parser rejects
    reload_in_commit: bool = False
    flash_full: bool = False
    slow: float = 0.0
    password_expired: bool = False
    replace_abort: bool = False
    garbage: str = ""  # regular expression of the commands that get it
    flood: str = ""
    flood_bytes: int = 50 * 1024 * 1024

    def set(self, name: str, values: list[str], device: str = "") -> None:
        """Switch on fault ``name``; unknown names and values are a ``BunriError``."""
        try:
            if name == "drop":
                self.drop_after = int(values[0]) if values else 1
            elif name == "slow":
                self.slow = float(values[0]) if values else 1.0
            elif name == "refuse":
                for value in values:
                    re.compile(value)
                self.refuse = [*self.refuse, *values]
            elif name == "garbage":
                re.compile(values[0] if values else ".*")
                self.garbage = values[0] if values else ".*"
            elif name == "flood":
                re.compile(values[0] if values else "^show run")
                self.flood = values[0] if values else "^show run"
                self.flood_bytes = int(values[1]) if len(values) > 1 else self.flood_bytes
            elif name in FLAGS:
                setattr(self, FLAGS[name], True)
            else:
                raise error("LAB010", Where(device=device), name=name, known=", ".join(NAMES))
        except (ValueError, IndexError, re.error) as problem:
            raise error("LAB011", Where(device=device), name=name, problem=str(problem)) from problem

    def clear(self) -> None:
        """Make the device healthy again."""
        healthy = Faults()
        for name in self.__slots__:
            setattr(self, name, getattr(healthy, name))

    def active(self) -> dict[str, object]:
        """Return the faults that are on."""
        healthy = Faults()
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) != getattr(healthy, name)}


FLAGS = {
    "scp-off": "scp_off",
    "reload-in-commit": "reload_in_commit",
    "flash-full": "flash_full",
    "password-expired": "password_expired",
    "replace-abort": "replace_abort",
}
# Faults that are not a state of the device but something done to it once.
ACTS = ("host-key", "pending", "reload", "power-off", "power-on", "cut", "mend")
NAMES = ("drop", "slow", "refuse", "garbage", "flood", *FLAGS, *ACTS)
