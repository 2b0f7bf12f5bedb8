"""Feature ``terminals``: ports for PCs, printers and telephones, DHCP snooping and ARP inspection (plan 1-1, N15,
N18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.design.dot1x import port_auth
from network.design.model import Access, Interface
from network.design.plan import Plan, vlan_list
from network.design.vrf_separation import has_authenticator

if TYPE_CHECKING:
    from bunri.intent import AccessPort, Attached, Device


def port(plan: Plan, item: AccessPort, attached: Attached | None) -> Interface:
    """Return an access port behind 802.1X or MAC authentication."""
    profile = plan.city.profile(item)
    return Interface(
        item.port,
        "physical",
        f"{attached.kind} {attached.name}" if attached else item.profile,
        plan.origin(*item.key),
        mode="access",
        access_vlan=item.vlan,
        voice_vlan=item.voice or 0,
        auth=port_auth(plan, profile),
        edge_port=True,
    )


def access(plan: Plan, device: Device) -> Access | None:
    """Return what the device inspects. Only VLANs whose hosts take addresses by DHCP can be checked against the
    snooping table."""
    if plan.kind(device.name) != "switch":
        return None
    city = plan.city
    ports = city.access_ports_of[device.name]
    here = plan.wired_vlans[device.name]
    vlans = {number for number in here if city.vrf_separation.vlans[number].dhcp} if ports else set()
    limits = city.hardening
    return Access(
        has_authenticator(plan, device),
        vlan_list(vlans),
        vlan_list(vlans),
        limits.storm_control_percent,
        limits.dhcp_snooping_rate,
        limits.arp_inspection_rate,
        limits.errdisable_seconds,
        city.dot1x.tx_period_seconds,
    )
