"""Feature ``dot1x``: port access control in closed mode and the RADIUS servers behind it (IEEE 802.1X-2020; plan
N6, 3-7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.messages import error
from network.design.model import PortAuth, Radius, RadiusServer

if TYPE_CHECKING:
    from bunri.intent.cabling import PortProfile
    from network.design.plan import Plan


def port_auth(plan: Plan, profile: PortProfile) -> PortAuth:
    """Return the authenticator of a port. MAC authentication only where the profile is for such terminals.

    :raises BunriError: DSG001 when a fallback VLAN (guest, auth-fail, critical) belongs to a zone.
    """
    dot1x = plan.city.dot1x
    for name in ("guest_vlan", "auth_fail_vlan", "critical_vlan"):
        vlan = getattr(dot1x, name)
        if plan.city.zone_of_vlan(vlan) is not None:
            raise error("DSG001", plan.city.where("dot1x", name), vlan=vlan, zone=plan.city.zone_of_vlan(vlan))
    return PortAuth(
        "mab" if profile.mode == "mab" else "dot1x",
        "multi-domain" if profile.voice else "single-host",
        dot1x.guest_vlan,
        dot1x.auth_fail_vlan,
        dot1x.critical_vlan,
        dot1x.tx_period_seconds,
        dot1x.reauth_seconds,
    )


def radius(plan: Plan) -> Radius:
    """Return the RADIUS servers in the order in which devices ask them.

    :raises BunriError: DSG002 with fewer than two servers (N6).
    """
    dot1x = plan.city.dot1x
    if len(dot1x.servers) < 2:
        raise error("DSG002", plan.city.where("dot1x", "servers"), count=len(dot1x.servers))
    servers = tuple(
        RadiusServer(
            item.server,
            str(plan.server_address[item.server]),
            item.auth_port,
            item.acct_port,
            plan.origin("dot1x", "servers", position),
        )
        for position, item in enumerate(dot1x.servers)
    )
    return Radius(servers, dot1x.secret, dot1x.dead_seconds, dot1x.dead_minutes, dot1x.test_user)
