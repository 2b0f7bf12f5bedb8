"""What a desktop image must be set to (plan rules 3-4, 3-5, 3-6, 3-7), as data, and whether a guest complies.

Each setting names its registry value or policy as Microsoft's policy reference does; the build step writes it and the
agent reads it back after every start, so that the gate judges the running guest and not the recipe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bunri.intent.terminals import DesktopPool

Kind = Literal["vdi", "sbc"]
_TERMINAL = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
_STORAGE = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices"
_INSTALLER = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\Installer"
_SYSTEM = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
_HORIZON = r"HKLM\SOFTWARE\Policies\Omnissa\Horizon\Blast\Config"
_UPDATE = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"


@dataclass(frozen=True, slots=True)
class Setting:
    """One registry value: its key and name, what it must be, and the plan rule that asks for it."""

    key: str
    name: str
    value: str
    rule: str

    @property
    def id(self) -> str:
        """How the agent names it in its report."""
        return f"{self.key}\\{self.name}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A setting that a guest does not have as it must be; ``found`` is "" where it says nothing."""

    setting: Setting
    found: str


_ALWAYS = (
    Setting(_STORAGE, "Deny_All", "1", "3-4"),
    Setting(_INSTALLER, "DisableUserInstalls", "1", "3-4"),
    Setting(_INSTALLER, "AlwaysInstallElevated", "0", "3-4"),
    Setting(_SYSTEM, "dontdisplaylastusername", "1", "3-6"),
    Setting(_SYSTEM, "LimitBlankPasswordUse", "1", "3-6"),
    Setting(_TERMINAL, "fSingleSessionPerUser", "1", "3-6"),
    Setting(_UPDATE, "DoNotConnectToWindowsUpdateInternetLocations", "1", "3-4"),
)
_NO_REDIRECTION = {
    "clipboard": (Setting(_TERMINAL, "fDisableClip", "1", "3-5"), Setting(_HORIZON, "ClipboardState", "0", "3-5")),
    "drives": (Setting(_TERMINAL, "fDisableCdm", "1", "3-5"),),
    "printers": (Setting(_TERMINAL, "fDisableCpm", "1", "3-5"),),
    "screen_capture": (Setting(_HORIZON, "ScreenCaptureProtection", "1", "3-5"),),
}


def baseline(pool: DesktopPool, *, wsus: str = "") -> tuple[Setting, ...]:
    """Return what every desktop of ``pool`` must be set to.

    A redirection that no protocol of the pool offers is switched off in the image too: the broker's switch and the
    guest's are independent, and 3-5 wants both. ``wsus`` is the address of the update server.
    """
    found = list(_ALWAYS)
    for name, settings in _NO_REDIRECTION.items():
        if not any(getattr(protocol, name) for protocol in pool.protocols):
            found += settings
    milliseconds = str(pool.idle_logoff_minutes * 60_000)
    found += [Setting(_TERMINAL, "MaxIdleTime", milliseconds, "3-6"), Setting(_TERMINAL, "fResetBroken", "1", "3-6")]
    if pool.two_factor:
        found.append(Setting(_SYSTEM, "scforceoption", "1", "3-7"))
    if wsus:
        found.append(Setting(_UPDATE, "WUServer", wsus, "3-4"))
    return tuple(found)


def compliance(wanted: tuple[Setting, ...], reported: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return every setting that ``reported`` (id → value) does not show as wanted. What is not reported is missing."""
    return tuple(
        Finding(setting, reported.get(setting.id, ""))
        for setting in wanted
        if reported.get(setting.id) != setting.value
    )
