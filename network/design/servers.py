"""Feature ``servers``: ports of servers and hypervisors, one zone a port (plan 1-1, N7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.design.model import Interface
from network.design.plan import Plan, vlan_list

if TYPE_CHECKING:
    from bunri.intent import AccessPort, Attached, Cable, Device, End


def port(plan: Plan, item: AccessPort, attached: Attached | None) -> Interface:
    """Return a port without authentication, in a locked room: an access port, or a trunk with VLANs of one zone."""
    profile = plan.city.profile(item)
    trunk = profile.mode == "trunk"
    return Interface(
        item.port,
        "physical",
        f"{attached.kind} {attached.name}" if attached else item.profile,
        plan.origin(*item.key),
        mode="trunk" if trunk else "access",
        access_vlan=0 if trunk else item.vlan,
        native_vlan=plan.city.hardening.native_vlan if trunk else 0,
        allowed_vlans=vlan_list({item.vlan, *profile.vlans}) if trunk else "",
        edge_port=True,
        trusted=True,
    )


def appliance(plan: Plan, device: Device, link: Cable, own: End, other: End) -> Interface:
    """Return the port of a cabled management port (firewall, controller): one untagged VLAN."""
    vlan = link.vlans[0] if link.vlans else plan.city.management.device_vlan
    return Interface(
        own.port,
        "physical",
        f"to {plan.other_end(other)} {link.circuit or link.id}",
        plan.link_origin(link),
        mode="access",
        access_vlan=vlan,
        edge_port=True,
        trusted=True,
    )
