"""What every virtual device has: identity, accounts, faults, power, a journal of the commands it received."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import re
import shutil
import time
from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING

from network.lab.faults import Faults
from network.lab.spec import Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from network.lab.routes import Route
    from network.lab.spec import DeviceSpec

_SECRET = re.compile(
    r"((?:secret|password|key-string|server-key|passwd|psksecret|set-key \w+|community|md5|key|auth-pwd|priv-pwd)\s+)"
    r"(.+)$"
)


def without_secrets(line: str) -> str:
    """Return a command line with everything behind a secret's keyword left out."""
    return _SECRET.sub(r"\1***", line)


class Device(ABC):
    """One virtual device. ``scale`` multiplies every duration: 0.05 makes a revert timer of 60 s run for 3 s."""

    def __init__(self, spec: DeviceSpec, folder: Path, scale: float) -> None:
        self.spec = spec
        self.folder = folder
        self.scale = scale
        self.faults = Faults()
        self.journal: deque[str] = deque(maxlen=5000)
        self.powered = True
        self.down_until = 0.0
        self.lines: dict[int, str] = {}  # terminal line → user
        self.cut: set[str] = set()  # ports whose cable is pulled
        self.connections: set[Callable[[], None]] = set()  # each aborts one connection
        self.peer: Device | None = None  # HA partner
        self.neighbour: Callable[[str], Device | None] = lambda _name: None
        self.computed_routes: Callable[[str, str], list[Route]] = lambda _name, _vrf: []
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def up(self) -> bool:
        """Whether the device answers: powered and not booting."""
        return self.powered and time.monotonic() >= self.down_until

    @staticmethod
    def write_file(path: Path, text: str) -> None:
        """Write a file of the device so that a crash leaves the old one or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".tmp")
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)

    def login(self, user: str, password: str) -> Account | None:
        """Return the lab's account for a name and password, or ``None``."""
        for account in self.spec.accounts:
            if account.name == user and hmac.compare_digest(account.password, password):
                return account
        return None

    @staticmethod
    def account(user: str, password: str, privilege: int, *, read_only: bool = False) -> Account:
        """Return an account that the device's own configuration defines."""
        return Account(user, password, privilege, read_only)

    def received(self, user: str, line: str) -> None:
        """Note a command in the journal, without secrets."""
        self.journal.append(f"{user}: {without_secrets(line)}")

    def power_cycle(self, seconds: float) -> None:
        """Drop every connection and stay away for ``seconds`` of the device's clock."""
        self.down_until = time.monotonic() + seconds * self.scale
        self.drop_all()

    def power(self, *, on: bool) -> None:
        """Pull or plug the power cord."""
        self.powered = on
        if on:
            self.reload()
            self.down_until = 0.0
        else:
            self.drop_all()

    def drop_all(self) -> None:
        """Abort every connection to the device."""
        for abort in list(self.connections):
            with contextlib.suppress(OSError):
                abort()
        self.connections.clear()

    def greeting(self) -> str:
        """Return what a terminal shows before the first prompt."""
        return "\n"

    def shut(self) -> None:
        """Stop the device's timers: its process ends."""
        self.connections.clear()

    def erase(self) -> None:
        """Forget every file: the device leaves the lab."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)

    def scp_refusal(self, *, write: bool, read_only: bool) -> str:
        """Return why the device refuses an SCP transfer now ("" if it does not)."""
        if self.faults.scp_off:
            return "Administratively disabled."
        return "Permission denied" if write and read_only else ""

    def scp_space(self) -> int:
        """Bytes that a transfer may still write."""
        return 0 if self.faults.flash_full else 1 << 40

    @abstractmethod
    def reload(self) -> None:
        """Restart the device."""

    @abstractmethod
    def tamper(self, lines: list[str]) -> list[str]:
        """Change the configuration by hand; return what the device said to lines that it did not simply take."""

    @abstractmethod
    def configuration(self) -> str:
        """Return the running configuration as text."""

    def summary(self) -> dict[str, object]:
        """Return what ``status`` shows of the device."""
        return {
            "hostname": self.spec.hostname,
            "platform": self.spec.platform,
            "address": self.spec.address,
            "up": self.up,
            "sessions": len(self.connections),
            "commands": sum(1 for line in self.journal if not line.startswith("**")),
            "faults": self.faults.active(),
            "cut": sorted(self.cut),
        }

    async def pause(self, seconds: float) -> None:
        """Wait for a time of the device's clock."""
        await asyncio.sleep(seconds * self.scale)
