"""A virtual FortiOS unit: its configuration tree, its partner, its exports."""

from __future__ import annotations

import asyncio
import os
import re
import time
from typing import TYPE_CHECKING

from network.lab.device import Device
from network.lab.fortios_config import FortiConfig

if TYPE_CHECKING:
    from pathlib import Path

    from network.lab.spec import Account, DeviceSpec

# What the second unit of a pair keeps for itself (FortiOS administration guide, "HA configuration synchronisation").
NOT_SYNCHRONISED = (
    ("system global", "hostname"),
    ("system global", "alias"),
    ("system ha", "priority"),
    ("system ha", "override"),
    ("system ha", "ha-mgmt-interfaces"),
)


class FortiDevice(Device):
    """State of one FortiOS unit. Every ``end`` and ``next`` takes effect at once; it is saved unless
    cfg-save says otherwise."""

    def __init__(self, spec: DeviceSpec, folder: Path, scale: float = 1.0) -> None:
        super().__init__(spec, folder, scale)
        self.store = folder / "config.conf"
        if not self.store.exists():
            self.write_file(self.store, spec.startup)
        self._config: FortiConfig | None = None
        self.boot_errors: list[tuple[int, str, str]] = []
        self.unsaved = False
        self.revert_timer: asyncio.TimerHandle | None = None
        self.restored: bytes | None = None
        self.booted_at = time.monotonic()
        self._syncing = False

    @property
    def config(self) -> FortiConfig:
        """The active configuration; the first use boots the unit."""
        if self._config is None:
            self._config = FortiConfig()
            self.boot_errors = self._config.load(self.store.read_text(encoding="utf-8"))
        return self._config

    @property
    def hostname(self) -> str:
        """The unit's own name."""
        return self.config.value("system global", "hostname") or self.spec.hostname

    @property
    def serial(self) -> str:
        """The unit's serial number."""
        return self.spec.serial or "FGT60F0000000000"

    @property
    def version(self) -> str:
        """FortiOS version as ``get system status`` writes it."""
        return self.spec.version or "v7.4.5,build2702,240916 (GA.M)"

    @property
    def model(self) -> str:
        """The model's name."""
        return self.spec.model or "FortiGate-100F"

    def save_mode(self) -> str:
        """``automatic``, ``manual`` or ``revert`` (``set cfg-save``)."""
        return self.config.value("system global", "cfg-save") or "automatic"

    def changed(self) -> None:
        """Act on a finished change: save it, or start the revert timer; then carry it to the partner."""
        mode = self.save_mode()
        if mode == "automatic":
            self.save()
        else:
            self.unsaved = True
            if mode == "revert":
                self.cancel_timer()
                seconds = int(self.config.value("system global", "cfg-revert-timeout") or 600)
                self.revert_timer = asyncio.get_running_loop().call_later(seconds * self.scale, self.revert, "timer")
        self.synchronise()

    def save(self) -> None:
        """Write the configuration to disk (``execute cfg save``)."""
        self.cancel_timer()
        self.write_file(self.store, self.config.text(self.header(), secret=lambda clear: clear))
        self.unsaved = False

    def revert(self, why: str = "command") -> None:
        """Return to the saved configuration and restart (``execute cfg reload``).

        All members of a cluster do, and none takes over meanwhile (Fortinet, Technical Tip FD30912).
        """
        peer = self.peer if self.in_pair() else None
        self.cancel_timer()
        self.journal.append(f"** reverted by {why}")
        self.unsaved = False
        self.reload()
        if isinstance(peer, FortiDevice) and peer.up and peer.unsaved:
            peer.revert(why)

    def cancel_timer(self) -> None:
        """Stop the revert timer."""
        if self.revert_timer is not None:
            self.revert_timer.cancel()
            self.revert_timer = None

    def shut(self) -> None:
        """Stop the timers."""
        self.cancel_timer()

    def reload(self) -> None:
        """Restart from the saved configuration."""
        self.cancel_timer()
        self._config = None
        self.unsaved = False
        self.booted_at = time.monotonic()
        self.journal.append("** reloaded")
        self.power_cycle(90.0)

    def in_pair(self) -> bool:
        """Whether the unit runs HA with a partner."""
        return self.config.value("system ha", "mode") not in ("", "standalone") and self.peer is not None

    def primary(self) -> bool:
        """Whether this unit leads its pair: it is up, and its priority (then its serial number) is the higher."""
        peer = self.peer
        if not isinstance(peer, FortiDevice) or not peer.up or not self.in_pair():
            return True
        if not self.up:
            return False
        mine = (int(self.config.value("system ha", "priority") or 128), self.serial)
        theirs = (int(peer.config.value("system ha", "priority") or 128), peer.serial)
        return mine > theirs

    def synchronise(self) -> None:
        """Carry the configuration to the partner, except what a unit keeps for itself."""
        peer = self.peer
        if self._syncing or not isinstance(peer, FortiDevice) or not self.in_pair() or not peer.up:
            return
        own = [(path, name, peer.config.get(path, name)) for path, name in NOT_SYNCHRONISED]
        ports = peer.config.node("system interface")
        kept = {name: ports.entries[name] for name in peer.own_ports() if ports is not None and name in ports.entries}
        peer._config = self.config.copy()
        for path, name, value in own:
            peer.config.put(path, name, value)
        copied = peer.config.node("system interface")
        if copied is not None:
            for name, port in kept.items():
                copied.entries[name] = port
        peer._syncing = True
        try:
            if self.unsaved:
                peer.unsaved = True
            else:
                peer.save()
        finally:
            peer._syncing = False

    def own_ports(self) -> set[str]:
        """Return the reserved management ports, which each unit configures for itself."""
        found = self.config.node("system ha/ha-mgmt-interfaces")
        entries = found.entries.values() if found is not None else ()
        return {name for entry in entries for name in entry.values.get("interface", [])}

    def shared_text(self) -> str:
        """Return the part of the configuration that both units of a pair must share."""
        copy = self.config.copy()
        for path, name in NOT_SYNCHRONISED:
            copy.put(path, name, None)
        ports = copy.node("system interface")
        for name in self.own_ports():
            if ports is not None:
                ports.entries.pop(name, None)
        return copy.text(secret=lambda clear: clear)

    def header(self) -> str:
        """Return the first lines of an export."""
        name = re.sub(r"FortiGate-", "FGT", self.model).replace("-", "")
        build = re.match(r"v([\d.]+),build(\d+),(\d+)", self.version)
        parts = build.groups() if build else ("7.4.5", "2702", "240916")
        return (
            f"#config-version={name}-{parts[0]}-FW-build{parts[1]}-{parts[2]}:opmode=0:vdom=0:user=admin\n"
            f"#conf_file_ver={int(time.time() * 1e6)}\n#buildno={parts[1]}\n#global_vdom=1\n"
        )

    def export(self) -> str:
        """Return the configuration as a backup file."""
        return self.config.text(self.header())

    def restore(self, text: str) -> list[tuple[int, str, str]]:
        """Replace the configuration by a backup file and restart; a file without the version line is refused."""
        if not text.startswith("#config-version="):
            return [(1, text.partition("\n")[0], "Invalid config file")]
        fresh = FortiConfig()
        wrong = fresh.load(text, stored=self.config)
        if not wrong:
            self._config = fresh
            self.save()
            self.synchronise()
            self.reload()
        return wrong

    # ---- SCP ------------------------------------------------------------------------------------------------------

    def scp_refusal(self, *, write: bool, read_only: bool) -> str:
        """Refuse while ``admin-scp`` is off."""
        if self.config.value("system global", "admin-scp") != "enable":
            return "SCP is disabled"
        return super().scp_refusal(write=write, read_only=read_only)

    def before_scp(self, name: str, *, write: bool) -> None:
        """Make the virtual file that a client reads (``sys_config`` or ``fgt-config``)."""
        if not write and name in ("sys_config", "fgt-config"):
            self.write_file(self.folder / "files" / name, self.export())

    def after_scp(self, account: Account | None) -> None:
        """Restore a configuration that a client put (``fgt-restore-config``)."""
        for name in ("fgt-restore-config", "sys_restore"):
            path = self.folder / "files" / name
            if path.exists():
                text = path.read_text(encoding="utf-8", errors="replace")
                path.unlink()
                asyncio.get_running_loop().call_later(0.05, self.restore, text)

    # ---- lab ------------------------------------------------------------------------------------------------------

    def tamper(self, lines: list[str]) -> list[str]:
        """Type configuration lines at the console."""
        said = [f"{line.strip()}: {text}" for _, line, text in self.config.load("\n".join(lines), keep=True)]
        self.changed()
        return said

    def configuration(self) -> str:
        """Return the configuration as text; secrets are hidden as in an export."""
        return self.export()

    def greeting(self) -> str:
        """A FortiGate greets with its prompt only."""
        return ""

    def login(self, user: str, password: str) -> Account | None:
        """Check the configuration's administrators, then the lab's accounts."""
        stored = self.config.value(f"system admin/{user}", "password")
        if stored and stored == password:
            known = next((a for a in self.spec.accounts if a.name == user), None)
            profile = self.config.value(f"system admin/{user}", "accprofile")
            return self.account(
                user,
                password,
                15,
                read_only=bool(known and known.read_only) or profile not in ("super_admin", "prof_admin"),
            )
        return super().login(user, password)

    def new_enc(self) -> str:
        """Return random text for an ``ENC`` value."""
        return os.urandom(24).hex()

    def summary(self) -> dict[str, object]:
        """Return what ``status`` shows."""
        return super().summary() | {
            "unsaved": self.unsaved,
            "pending": None if self.revert_timer is None else {"user": "cfg-save revert"},
            "role": "primary" if self.primary() else "secondary",
            "boot_errors": len(self.boot_errors),
        }
