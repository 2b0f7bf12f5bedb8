"""Feature ``wlan``: Catalyst 9800 controllers, SSIDs and the tags of every access point (IEEE 802.11; plan N6, N19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.design.model import AccessPoint, Interface, PolicyTag, Wireless, Wlan
from network.design.plan import Plan, vlan_list

if TYPE_CHECKING:
    from bunri.intent import Cable, Device, End
    from bunri.intent.wlan import Ssid

RF_TAG = "city"
JOIN_PROFILE = "city"


def dotted_mac(mac: str) -> str:
    """Return a MAC address as IOS writes it: 00-00-5E-00-53-01 → 0000.5e00.5301."""
    digits = mac.replace("-", "").lower()
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


def trunk(plan: Plan, link: Cable, own: End, other: End) -> Interface:
    """Return the controller's trunk with the client VLANs and its management VLAN."""
    return Interface(
        own.port,
        "physical",
        f"to {plan.other_end(other)} {link.id}",
        plan.link_origin(link),
        mode="trunk",
        native_vlan=plan.city.hardening.native_vlan,
        allowed_vlans=vlan_list(plan.link_vlans(link)),
        channel_group=link.channel or 0,
    )


def _on_air(ssid: Ssid, site: str) -> bool:
    return not ssid.sites or site in ssid.sites


def wireless(plan: Plan, device: Device) -> Wireless | None:
    """Return the controller's wireless configuration. Both controllers know every access point (N+1)."""
    entry = plan.city.wlan
    own = next((item for item in entry.controllers if item.device == device.name), None)
    if own is None:
        return None
    wlans = tuple(
        Wlan(
            name,
            ssid.id,
            ssid.ssid,
            ssid.vlan,
            "wpa3" if ssid.security == "wpa3-enterprise" else "wpa2-wpa3",
            ssid.broadcast,
            f"{ssid.zone} verified by {ssid.verification_record}",
            plan.origin("wlan", "ssids", name),
        )
        for name, ssid in sorted(entry.ssids.items(), key=lambda item: item[1].id)
    )
    tags: dict[str, tuple[tuple[str, str], ...]] = {}
    site_tag: dict[str, str] = {}
    for block in entry.access_points:
        names = tuple(sorted(name for name, ssid in entry.ssids.items() if _on_air(ssid, block.site)))
        label = "-".join(("ssid", *(str(entry.ssids[name].id) for name in names)))
        tags[label] = tuple((name, name) for name in names)
        site_tag[block.site] = label
    points = tuple(
        AccessPoint(
            dotted_mac(item.mac), item.name, site_tag[item.site], f"site-{item.site}", RF_TAG, plan.origin(*item.key)
        )
        for item in sorted(plan.city.access_point_list, key=lambda item: item.mac)
    )
    ordered = sorted(entry.controllers, key=lambda item: (not item.primary, item.device))
    addresses = [(item.device, str(plan.city.devices[item.device].management)) for item in ordered]
    return Wireless(
        own.management_vlan,
        entry.country,
        wlans,
        tuple(PolicyTag(name, tags[name]) for name in sorted(tags)),
        tuple((f"site-{site}", plan.city.sites[site].en) for site in sorted(site_tag)),
        RF_TAG,
        JOIN_PROFILE,
        entry.client_idle_seconds,
        addresses[0],
        addresses[-1],
        points,
    )
