"""The gates that a new desktop passes before people get it: pure judgement of what the vCenter and its agent say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bunri.messages import Message, Where
from vdi.sessions.guestinfo import report_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vdi.images.desired import Desired
    from vdi.vsphere.inventory import Machine

GATES = ("power", "tools", "heartbeat", "hostname", "address", "network", "image", "baseline", "broker")


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate that is not passed. ``final``: waiting cannot help (the guest has spoken, and it is wrong)."""

    name: str
    found: str
    wanted: str
    final: bool = False

    def message(self, desktop: str) -> Message:
        """Return it as a message about ``desktop``."""
        return Message("IMG010", Where(device=desktop), {"gate": self.name, "found": self.found, "wanted": self.wanted})


def gates(desired: Desired, machine: Machine, vlans: Mapping[str, int | None], *, broker_ready: bool) -> list[Gate]:
    """Return the gates that ``machine`` does not pass yet, in the order of ``GATES``; empty: it is healthy.

    ``vlans``: VLAN of each network, by what the machine names it. Having an address of another zone is final: it shows
    a wrong network, not a slow start.
    """
    return list(_failed(desired, machine, vlans, broker_ready=broker_ready))


def _failed(
    desired: Desired, machine: Machine, vlans: Mapping[str, int | None], *, broker_ready: bool
) -> Iterator[Gate]:
    if not machine.on:
        yield Gate("power", "off", "on")
    if machine.tools != "guestToolsRunning":
        yield Gate("tools", machine.tools or "?", "guestToolsRunning")
    if machine.heartbeat not in ("green", "yellow"):
        yield Gate("heartbeat", machine.heartbeat or "?", "green")
    if machine.hostname.split(".")[0].lower() != desired.name.lower():
        yield Gate("hostname", machine.hostname or "?", desired.name)
    address = machine.address
    if address != desired.address:
        outside = address is not None and address not in desired.prefix and not address.is_link_local
        yield Gate("address", str(address or "?"), str(desired.address), final=outside)
    tags = {vlans.get(network) for network in machine.networks}
    if tags != {desired.vlan}:
        found = ", ".join(sorted(f"{name}={vlans.get(name)}" for name in machine.networks)) or "?"
        yield Gate("network", found, f"VLAN {desired.vlan}", final=True)
    report = report_of(machine.settings)
    if report is None:
        yield Gate("image", "no report", desired.image)
        return
    if report.image != desired.image:
        yield Gate("image", report.image, desired.image, final=True)
    wrong = [name for name, value in desired.baseline.items() if report.baseline.get(name) != value]
    if wrong:
        first = wrong[0]
        more = f" (+{len(wrong) - 1})" if len(wrong) > 1 else ""
        found = f"{first}={report.baseline.get(first, '—')}{more}"
        yield Gate("baseline", found, desired.baseline[first], final=True)
    if not broker_ready:
        yield Gate("broker", report.broker, "registered")
