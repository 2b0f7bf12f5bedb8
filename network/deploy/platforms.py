"""Which hands a platform has, and how a change on it is guarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.messages import Where, error
from network.deploy.fortios import FortiosSession
from network.deploy.ios import IosSession, Material

if TYPE_CHECKING:
    from network.deploy.control import Control
    from network.deploy.endpoint import Endpoint

METHODS = {
    "cisco_ios": "configure replace, revert timer {minutes} min on the device",
    "fortios": "configuration script, cfg-save revert with cfg-revert-timeout {minutes} min on the device",
}
"""Platform → how a change is guarded, as the plan says it."""

DeviceSession = IosSession | FortiosSession


def open_session(
    endpoint: Endpoint, filled: str, control: Control, *, before: str, diff: str, timer_minutes: int
) -> DeviceSession:
    """Return the hands for one device. Nothing is connected yet. Error: DEP030 for a platform that has none."""
    material = Material(filled, before, diff, timer_minutes, control.secrets)
    if endpoint.platform == "cisco_ios":
        return IosSession(endpoint, material, control.fingerprints)
    if endpoint.platform == "fortios":
        return FortiosSession(endpoint, material, control.fingerprints)
    raise error("DEP030", Where(device=endpoint.name), platform=endpoint.platform)
