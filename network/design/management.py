"""Feature ``management``: how devices are reached, timed, logged and watched, in the management VRF only (plan N7,
G9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.design.dot1x import radius
from network.design.model import Account, Acl, Interface, Management, Snmp, StaticRoute
from network.design.vrf_separation import numbered

if TYPE_CHECKING:
    from bunri.intent import Device
    from network.design.plan import Plan

SOURCES = "MGMT-SOURCES"


def shared(plan: Plan) -> Management:
    """Return what is the same on every device; ``source`` is set by :func:`of`."""
    entry, wan = plan.city.management, plan.city.wan
    address = plan.server_address
    return Management(
        vrf=plan.management_vrf,
        source="",
        radius=radius(plan),
        accounts=tuple(Account(name, item.privilege, item.secret) for name, item in sorted(entry.accounts.items())),
        enable_secret=entry.enable_secret,
        ntp=tuple(str(address[name]) for name in entry.ntp_servers),
        ntp_key=entry.ntp_key_id,
        ntp_secret=entry.ntp_secret,
        syslog=tuple(str(address[name]) for name in entry.syslog_servers),
        snmp=Snmp(
            entry.snmp.user,
            entry.snmp.group,
            entry.snmp.view,
            entry.snmp.auth,
            entry.snmp.auth_secret,
            entry.snmp.privacy.replace("aes", "aes "),
            entry.snmp.privacy_secret,
            tuple(str(address[name]) for name in entry.snmp.hosts),
            entry.snmp.contact,
        ),
        sources=tuple((str(prefix.network_address), str(prefix.netmask)) for prefix in entry.sources),
        ospf_secret=wan.ospf.secret,
        ospf_key=wan.ospf.key_id,
        ospf_hello=wan.ospf.hello_seconds,
        ospf_dead=wan.ospf.dead_seconds,
        ospf_reference=wan.ospf.reference_mbps,
        bgp_secret=wan.bgp.secret,
        bgp_hold=wan.bgp.hold_seconds,
        exec_minutes=entry.exec_timeout_minutes,
        ssh_timeout=entry.ssh_timeout_seconds,
        ssh_retries=entry.ssh_retries,
        ssh_modulus=entry.ssh_modulus,
        archive_maximum=entry.archive_maximum,
        scp=entry.scp,
        time_zone="JST",
        utc_offset=9,
        banner=entry.banner.lines,
    )


def source(plan: Plan, device: Device) -> str:
    """Return the interface that carries the management address."""
    return "Loopback0" if plan.routes(device.name) else f"Vlan{plan.city.management.device_vlan}"


def interface(plan: Plan, device: Device) -> Interface:
    """Return the management SVI of a device that does not route."""
    vlan = plan.city.management.device_vlan
    segment = plan.city.segment(device.site, vlan)
    return Interface(
        f"Vlan{vlan}",
        "svi",
        "management",
        plan.origin("hosts", device.name, "management"),
        vrf=plan.management_vrf,
        address=str(device.management),
        mask=str(segment.prefix.netmask) if segment else "",
    )


def static_routes(plan: Plan, device: Device) -> list[StaticRoute]:
    """Return the one route of a device that does not route: to the management network, never a default route (1-2)."""
    if plan.routes(device.name):
        return []
    segment = plan.city.segment(device.site, plan.city.management.device_vlan)
    network = plan.city.zones[plan.management_zone].prefix
    if segment is None:
        return []
    return [
        StaticRoute(
            plan.management_vrf,
            str(network.network_address),
            str(network.netmask),
            str(segment.gateway),
            "MANAGEMENT",
            "management",
            origin=plan.origin(*segment.key),
        )
    ]


def access_lists(plan: Plan) -> list[Acl]:
    """Return the list of networks that may log in or poll."""
    texts = [f"permit {prefix.network_address} {prefix.hostmask}" for prefix in plan.city.management.sources]
    return [Acl(SOURCES, "standard", numbered([*texts, "deny any"], plan.origin("management", "sources")))]
