"""A virtual IOS-XE device: its state between sessions (configurations, flash, archive, timers, power)."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from network.lab import ios_replace, ios_values
from network.lab.device import Device
from network.lab.ios_config import Running

if TYPE_CHECKING:
    from pathlib import Path

    from network.lab.ios_config import Section
    from network.lab.spec import Account, DeviceSpec

FLASH_BYTES = 11_353_194_496


@dataclass(slots=True)
class Pending:
    """A revert timer: what comes back when it ends, who set it, when, and for how many minutes."""

    snapshot: Section
    file: str
    user: str
    minutes: int
    set_at: datetime
    handle: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class Model:
    """Identity of a hardware model: PID, image family and software."""

    pid: str
    image: str
    family: str
    version: str = "17.09.04a"
    router: bool = False


def model_of(spec: DeviceSpec) -> Model:
    """Return the model that a specification names (a Catalyst 9300 where it names none)."""
    pid = spec.model or "C9300-48P"
    router = pid.upper().startswith(("C8", "ISR", "ASR", "CSR", "C1"))
    wireless = pid.upper().startswith("C98")
    image = "X86_64_LINUX_IOSD-UNIVERSALK9-M" if router else "CAT9K_IOSXE"
    family = "c8000be" if router else "Catalyst L3 Switch Software"
    if wireless:
        image, family = "C9800_IOSXE-K9", "C9800 Software"
    return Model(pid, image, family, spec.version or "17.9.4a", router)


class IosDevice(Device):
    """State of one IOS-XE device. The configuration is parsed when somebody first needs it."""

    def __init__(self, spec: DeviceSpec, folder: Path, scale: float = 1.0) -> None:
        super().__init__(spec, folder, scale)
        self.model = model_of(spec)
        self.flash = folder / "files" / "flash:"
        self.flash.mkdir(parents=True, exist_ok=True)
        self.nvram = folder / "startup-config"
        if not self.nvram.exists():
            self.write_file(self.nvram, spec.startup)
        self._running: Running | None = None
        self.boot_errors: list[tuple[int, str, str]] = []
        self.pending: Pending | None = None
        self.archive_files: list[str] = []
        self.archive_next = 1
        self.changed_at: datetime | None = None
        self.changed_by = ""
        self.saved_at: datetime | None = None
        self.booted_at = time.monotonic()
        self.reload_timer: asyncio.TimerHandle | None = None
        self.log: list[str] = []
        self.sessions: dict[int, tuple[str, str]] = {}

    # ---- configurations -------------------------------------------------------------------------------------------

    @property
    def running(self) -> Running:
        """The running configuration; the first use boots the device from its startup configuration."""
        if self._running is None:
            self._running = self.boot()
        return self._running

    def boot(self) -> Running:
        """Read the startup configuration as a boot does: what the parser refuses is lost and kept in
        ``boot_errors``."""
        running = Running(self.spec.hardware_ports(), routed_ports=self.model.router)
        wrong = running.load(self.startup())
        self.boot_errors = [(number, line, answer.text.strip()) for number, line, answer in wrong if not answer.ok]
        for port in sorted(running.ports, key=ios_values.interface_order):
            running.apply(running.stack(), f"interface {port}")
        return running

    def startup(self) -> str:
        """Return the startup configuration's text ("" if there is none)."""
        return self.nvram.read_text(encoding="utf-8") if self.nvram.exists() else ""

    def save(self) -> None:
        """Copy the running configuration to the startup configuration."""
        self.write_file(self.nvram, self.running.file_text())
        self.saved_at = self.now()
        if self.archiving() and self.archive_section().has("write-memory"):
            self.archive_now()

    def changed(self, user: str) -> None:
        """Note who changed the running configuration and when."""
        self.changed_at, self.changed_by = self.now(), user

    def header(self) -> str:
        """Return the two comment lines over a configuration that say when it was changed and saved."""
        lines = []
        if self.changed_at is not None:
            by = f" by {self.changed_by}" if self.changed_by else ""
            lines.append(f"! Last configuration change at {self.stamp(self.changed_at)}{by}")
        if self.saved_at is not None:
            lines.append(f"! NVRAM config last updated at {self.stamp(self.saved_at)} by {self.changed_by or 'admin'}")
        return "!\n" + "".join(f"{line}\n" for line in lines) + ("!\n" if lines else "")

    # ---- time -----------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The device's clock (Japan standard time)."""
        return datetime.now(UTC) + timedelta(hours=9)

    @staticmethod
    def stamp(when: datetime) -> str:
        """Return a time as the device writes it."""
        return when.strftime("%H:%M:%S JST %a %b ") + f"{when.day} {when.year}"

    def uptime(self) -> str:
        """Return the time since boot in the device's words."""
        minutes = int((time.monotonic() - self.booted_at) / max(self.scale, 1e-9) / 60)
        days, hours = divmod(minutes // 60, 24)
        parts = [f"{days} day{'s' * (days != 1)}"] if days else []
        parts.append(f"{hours} hour{'s' * (hours != 1)}")
        parts.append(f"{minutes % 60} minute{'s' * (minutes % 60 != 1)}")
        return ", ".join(parts)

    # ---- archive and revert timer ---------------------------------------------------------------------------------

    def archive_section(self) -> Section:
        """Return the archive's configuration (empty if the feature is off)."""
        from network.lab.ios_config import Section as New  # noqa: PLC0415 - only the empty one

        entry = self.running.root.get("archive")
        return entry.child if entry is not None and entry.child is not None else New("archive")

    def archiving(self) -> bool:
        """Whether ``archive`` has a ``path``."""
        return bool(self.archive_section().value("path"))

    def archive_now(self) -> str:
        """Save the running configuration into the archive; return the file's URL."""
        path = self.archive_section().value("path")
        when = self.now().strftime("%b-%e-%H-%M-%S.%f").replace(" ", "-")[:-3]
        name = f"{path}-{when}-{self.archive_next - 1}"
        target = self.file(name)
        if target is not None:
            self.write_file(target, self.running.file_text())
        self.archive_next += 1
        self.archive_files.append(name)
        keep = int(self.archive_section().value("maximum") or 10)
        while len(self.archive_files) > keep:
            old = self.file(self.archive_files.pop(0))
            if old is not None:
                old.unlink(missing_ok=True)
        return name

    def arm(self, minutes: int, user: str) -> Pending:
        """Start the revert timer: the present running configuration comes back unless somebody confirms."""
        snapshot = self.running.root.copy()
        file = self.archive_now()
        self.pending = Pending(snapshot, file, user, minutes, self.now())
        self.retime(minutes)
        return self.pending

    def retime(self, minutes: int) -> None:
        """Set the pending timer anew."""
        if self.pending is None:
            return
        if self.pending.handle is not None:
            self.pending.handle.cancel()
        self.pending.minutes, self.pending.set_at = minutes, self.now()
        loop = asyncio.get_running_loop()
        self.pending.handle = loop.call_later(minutes * 60 * self.scale, self.revert, "timer")

    def confirm(self) -> bool:
        """Confirm the pending change; false if there is none."""
        if self.pending is None:
            return False
        if self.pending.handle is not None:
            self.pending.handle.cancel()
        self.pending = None
        return True

    def revert(self, why: str = "command") -> None:
        """Bring the pending timer's snapshot back."""
        if self.pending is None:
            return
        if self.pending.handle is not None:
            self.pending.handle.cancel()
        self.running.root = self.pending.snapshot
        self.pending = None
        self.changed("")
        self.note(f"%SYS-5-CONFIG_R: configuration reverted ({why})")
        self.journal.append(f"** reverted by {why}")

    def replace(self, candidate: str, *, trigger_error: bool, user: str) -> str:
        """Run ``configure replace`` over a candidate text; return what the device prints."""
        original = f"flash:{self.running.hostname}-cfg{self.now().strftime('%b-%e-%H-%M-%S').replace(' ', '-')}-0"
        outcome = ios_replace.replace(
            self.running,
            candidate,
            trigger_error=trigger_error,
            original=original,
            refuse=self.refuses,
            stuck=self.faults.replace_abort,
        )
        if not outcome.restored and outcome.passes:
            self.changed(user)
        return outcome.text

    def refuses(self, line: str) -> bool:
        """Whether a fault makes the parser reject this line."""
        return any(re.search(pattern, line.strip()) for pattern in self.faults.refuse)

    # ---- files ----------------------------------------------------------------------------------------------------

    def file(self, url: str) -> Path | None:
        """Return the path behind ``flash:/name`` or ``bootflash:name``; ``None`` if it is not in flash."""
        hit = re.fullmatch(r"(?:flash|bootflash|flash-1):/*(.*)", url)
        if hit is None:
            return None
        target = (self.flash / hit[1]).resolve()
        return target if target.is_relative_to(self.flash.resolve()) else None

    def used(self) -> int:
        """Bytes that the files in flash take."""
        return sum(path.stat().st_size for path in self.flash.rglob("*") if path.is_file())

    def free(self) -> int:
        """Bytes left in flash."""
        return 0 if self.faults.flash_full else FLASH_BYTES - 2_353_194_496 - self.used()

    def text_of(self, url: str) -> str | None:
        """Return the configuration text behind a URL; ``None`` if there is none."""
        if re.fullmatch(r"(system:/?)?running-config", url):
            return self.running.file_text()
        if re.fullmatch(r"(nvram:/?)?startup-config", url):
            return self.startup() or None
        path = self.file(url)
        return path.read_text(encoding="utf-8", errors="replace") if path is not None and path.is_file() else None

    def md5(self, url: str) -> str | None:
        """Return the MD5 of a file in flash, as ``verify /md5`` does."""
        path = self.file(url)
        if path is None or not path.is_file():
            return None
        return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()

    # ---- accounts -------------------------------------------------------------------------------------------------

    def login(self, user: str, password: str) -> Account | None:
        """Return the account behind a name and password: the configuration's users first, then the lab's."""
        entry = self.running.root.get("username", user)
        if entry is not None:
            words = entry.words
            for kind in ("secret", "password"):
                if kind in words[2:]:
                    at = words.index(kind, 2)
                    code, stored = (words[at + 1], words[at + 2]) if len(words) > at + 2 else ("0", words[at + 1])
                    if code in ("0", "5", "7", "8", "9") and ios_values.secret_matches(code, stored, password):
                        level = int(words[words.index("privilege") + 1]) if "privilege" in words else 1
                        known = next((a for a in self.spec.accounts if a.name == user), None)
                        return self.account(user, password, level, read_only=bool(known and known.read_only))
        return super().login(user, password)

    def enable_matches(self, password: str) -> bool:
        """Whether a password opens privileged mode."""
        entry = self.running.root.get("enable", "secret")
        if (
            entry is not None
            and len(entry.words) >= 4
            and ios_values.secret_matches(entry.words[2], entry.words[3], password)
        ):
            return True
        return password == self.spec.enable_password

    # ---- power ----------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Drop every connection, forget the running configuration, boot from the startup configuration."""
        if self.pending is not None and self.pending.handle is not None:
            self.pending.handle.cancel()
        self.pending = None
        self.cancel_reload()
        self._running = None
        self.changed_at, self.changed_by = None, ""
        self.booted_at = time.monotonic()
        self.journal.append("** reloaded")
        self.power_cycle(120.0)

    def reload_in(self, minutes: int) -> None:
        """Schedule a reload."""
        self.cancel_reload()
        self.reload_timer = asyncio.get_running_loop().call_later(minutes * 60 * self.scale, self.reload)

    def cancel_reload(self) -> bool:
        """Cancel a scheduled reload; false if there is none."""
        if self.reload_timer is None:
            return False
        self.reload_timer.cancel()
        self.reload_timer = None
        return True

    def shut(self) -> None:
        """Stop the timers."""
        if self.pending is not None and self.pending.handle is not None:
            self.pending.handle.cancel()
        self.cancel_reload()

    def greeting(self) -> str:
        """Show the message of the day and the login banner's successor, as the configuration has them."""
        text = "\n"
        for kind in ("motd", "exec"):
            entry = self.running.root.get("banner", kind)
            if entry is not None:
                text += "\n".join(entry.blob) + "\n"
        return text

    def scp_refusal(self, *, write: bool, read_only: bool) -> str:
        """Refuse while ``ip scp server enable`` is missing."""
        if not self.running.root.has("ip", "scp", "server", "enable"):
            return "Administratively disabled."
        return super().scp_refusal(write=write, read_only=read_only)

    def scp_space(self) -> int:
        """Bytes left in flash."""
        return self.free()

    def note(self, text: str) -> None:
        """Write a line to the device's own log buffer."""
        self.log.append(f"{self.now().strftime('%b %e %H:%M:%S.%f')[:-3]}: {text}")
        del self.log[:-500]

    # ---- operator's hand ------------------------------------------------------------------------------------------

    def tamper(self, lines: list[str]) -> list[str]:
        """Type configuration lines at the console, past AAA; return what the device says to each refused one."""
        stack = self.running.stack()
        said = []
        for line in lines:
            answer = self.running.line(stack, line) if line.strip() else None
            if answer is not None and answer.text:
                said.append(f"{line.strip()}: {answer.text.strip()}")
        self.changed("console")
        return said

    def configuration(self) -> str:
        """Return the running configuration as text."""
        return self.running.text()

    def summary(self) -> dict[str, object]:
        """Return the state that ``bunri lab status`` shows."""
        return super().summary() | {
            "pending": None if self.pending is None else {"user": self.pending.user, "minutes": self.pending.minutes},
            "unsaved": self._running is not None and self.running.file_text() != self.startup(),
            "boot_errors": len(self.boot_errors),
        }
