"""Feature ``hardening``: what is not used is shut, in the parking VLAN (CIS IOS-XE benchmark; plan G1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.design.model import Interface
from network.design.vrf_separation import spare_vrf

if TYPE_CHECKING:
    from bunri.intent import Device
    from network.design.plan import Plan


def shut(plan: Plan, port: str, origin: str) -> Interface:
    """Return a switch port that nothing uses."""
    vlan = plan.city.hardening.parking_vlan
    return Interface(port, "physical", "unused", origin, shutdown=True, mode="access", access_vlan=vlan)


def parked(plan: Plan, device: Device) -> list[Interface]:
    """Return the ports without a purpose, the unused out-of-band port and VLAN 1: all shut."""
    found = []
    kind = plan.kind(device.name)
    where = plan.origin("hosts", device.name)
    for name in plan.city.parked_ports(device.name):
        if kind == "router":
            found.append(Interface(name, "physical", "unused", where, shutdown=True, routed=True, negotiation=True))
        else:
            found.append(shut(plan, name, where))
    spare = plan.city.hardware[device.model].management_port
    if spare:
        found.append(
            Interface(
                spare,
                "physical",
                "unused",
                where,
                shutdown=True,
                routed=True,
                negotiation=kind == "router",
                vrf=spare_vrf(plan, device),
            )
        )
    if kind in ("switch", "wlc"):
        found.append(Interface("Vlan1", "svi", "", where, shutdown=True))
    return found
