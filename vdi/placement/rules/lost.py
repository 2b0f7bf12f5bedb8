"""The main hall is lost: what still runs (B2), from the point of view of servers and desktops.

Whether packets still arrive is the network verifier's question (`bunri verify`, rule two-paths); here it is whether
somebody is left to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vdi.placement.model import pool_form
from vdi.placement.rules.base import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vdi.placement.model import Situation

NEEDED = ("ad", "dns", "dhcp", "radius", "ntp", "broker", "session-host", "sanitiser", "proxy", "wsus")
"""Services that must be left in each zone that has them."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a lost site takes with it. ``services`` says by zone and service who is left; ``desktops`` by pool how many
    of how many are left; ``outsides`` by outside network which router sites are left.
    """

    site: str
    stopped: tuple[str, ...]
    running: tuple[str, ...]
    services: tuple[tuple[str, str, tuple[str, ...]], ...]
    desktops: tuple[tuple[str, int, int], ...]
    outsides: tuple[tuple[str, tuple[str, ...]], ...]


def loss(at: Situation, site: str) -> Loss:
    """Return what still runs when ``site`` is lost."""
    rest = at.view.without(site)
    before = [name for name in at.view.servers if at.view.standing(name)]
    running = [name for name in before if rest.standing(name)]
    services = []
    for zone in at.city.zones:
        for service in NEEDED:
            offering = [
                name for name, item in at.city.servers.servers.items() if item.zone == zone and service in item.services
            ]
            if offering:
                services.append((zone, service, tuple(name for name in offering if rest.standing(name))))
    desktops = []
    for name, pool in at.city.desktops.pools.items():
        if pool.shares and pool_form(pool, at.day) == "building":
            left, all_of = (
                [item for item in view.desktops.values() if item.pool == name and item.running]
                for view in (rest, at.view)
            )
            desktops.append((name, len(left), len(all_of)))
    outsides = []
    for name, outside in at.city.wan.outsides.items():
        sites = {at.city.devices[item.device].site for item in outside.routers if item.device in at.city.devices}
        outsides.append((name, tuple(sorted(sites - {site}))))
    stopped = tuple(sorted(set(before) - set(running)))
    return Loss(site, stopped, tuple(running), tuple(services), tuple(desktops), tuple(outsides))


class SiteLost(Rule):
    """B2."""

    id = "hall-lost"
    plan = ("B2", "N8")
    title_ja = "本庁舎を失っても、防災センターから認証・VDI・LGWANが使える"
    title_en = "with the main hall lost, authentication, VDI and LGWAN still work from the disaster centre"
    why_ja = "災害対策の仕事は、本庁舎が使えないときにこそ必要です。"
    why_en = "The work of a disaster is needed most when the main hall cannot be used."
    bad = "kikan-ad3 removed and kikan-ad2 moved to the hall: no AD is left in the core zone"
    good = "kikan-ad1 at honcho, kikan-ad2 at dc, kikan-ad3 at bosai"

    def __init__(self, sites: tuple[str, ...] = ()) -> None:
        """``sites``: whose loss is judged; empty: every site of the kind hall."""
        self.sites = sites

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC200 service, PLC201 important server, PLC202 outside network, PLC203 desktops: none left."""
        for site in self.sites or tuple(name for name, item in at.city.sites.items() if item.kind == "hall"):
            yield from self._lost(at, loss(at, site))

    def _lost(self, at: Situation, found: Loss) -> Iterator[Finding]:
        site = found.site
        for zone, service, left in found.services:
            if not left:
                yield self.finding(at, "PLC200", zone, ("sites", site), site=site, zone=zone, service=service)
        for name, sites in found.outsides:
            if not sites:
                yield self.finding(at, "PLC202", name, ("wan", "outsides", name), site=site)
        for name, left_count, total in found.desktops:
            if total and not left_count:
                yield self.finding(at, "PLC203", name, ("desktops", "pools", name), site=site)
        running = set(found.running)
        for name in found.stopped:
            server = at.city.servers.servers[name]
            if not server.important or not at.partners[name].isdisjoint(running):
                continue
            if not any(copy.to in running for copy in server.copies):
                yield self.server(at, "PLC201", name, site=site)
