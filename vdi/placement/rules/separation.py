"""No machine joins two zones: its cards, its cluster, its VLAN and its address (1-1, N1)."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING

from vdi.placement.rules.base import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vdi.placement.model import Position, Situation


def _key(at: Situation, item: Position) -> tuple[str | int, ...]:
    if item.name in at.city.servers.servers:
        return ("servers", "servers", item.name)
    if item.pool in at.city.desktops.pools:
        return ("desktops", "pools", item.pool)
    return ()


def _everything(at: Situation) -> Iterator[Position]:
    yield from at.view.servers.values()
    yield from at.view.desktops.values()
    yield from at.view.strangers


class OneZone(Rule):
    """1-1 on the hypervisors."""

    id = "one-zone"
    plan = ("1-1", "N1")
    title_ja = "仮想マシンは一つの系だけにつながり、その系のクラスタで動く"
    title_en = "a virtual machine is connected to one zone and runs in a cluster of that zone"
    why_ja = "二つの系にカードを持つ仮想マシンは、ファイアウォールを通らない抜け道です。"
    why_en = "A machine with cards in two zones is a way round the firewall."
    bad = "VM naibu-file2 with network cards in naibu-server (VLAN 21) and kikan-server (VLAN 11)"
    good = "VM naibu-file2 with one network card in naibu-server (VLAN 21), cluster honcho-naibu"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC180 two zones, PLC181 a cluster of another zone, PLC184 a VLAN that nobody knows."""
        for item in _everything(at):
            zones: set[str] = set()
            for vlan in item.vlans:
                zone = at.city.zone_of_vlan(vlan) if vlan is not None else None
                if zone is None:
                    shown = "?" if vlan is None else vlan
                    yield self.finding(at, "PLC184", item.name, _key(at, item), "unknown", vlan=shown)
                else:
                    zones.add(zone)
            if len(zones) > 1:
                yield self.finding(at, "PLC180", item.name, _key(at, item), zones=", ".join(sorted(zones)))
            group = at.view.groups.get(item.cluster)
            wanted = item.zone or (min(zones) if len(zones) == 1 else "")
            if group is not None and wanted and group.zone != wanted:
                params = {"cluster": group.name, "zone": wanted, "other": group.zone}
                yield self.finding(at, "PLC181", item.name, _key(at, item), **params)


class RightVlan(Rule):
    """The VLAN that the inventory gives."""

    id = "right-vlan"
    plan = ("1-1",)
    title_ja = "サーバとデスクトップは台帳のVLANにつながる"
    title_en = "servers and desktops are connected to the VLAN of the inventory"
    why_ja = "宣言した通信許可(特定通信)は、宣言したVLANとアドレスに対するものです。"
    why_en = "The declared flows are about the declared VLANs and addresses."
    bad = "kikan-app1: vlan 11; its card is in VLAN 13"
    good = "kikan-app1: vlan 11; its card is in VLAN 11"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC182 another VLAN or no card, PLC183 a declared VLAN of another zone."""
        for item in (*at.view.servers.values(), *at.view.desktops.values()):
            server = at.city.servers.servers.get(item.name)
            pool = at.city.desktops.pools.get(item.pool)
            wanted = server.vlan if server else pool.vlan if pool else None
            if wanted is None:
                continue
            if at.city.zone_of_vlan(wanted) != item.zone:
                yield self.finding(at, "PLC183", item.name, _key(at, item), vlan=wanted, zone=item.zone)
            known = {vlan for vlan in item.vlans if vlan is not None}
            if None not in item.vlans and known != {wanted}:
                shown = ", ".join(str(vlan) for vlan in sorted(known)) or "-"
                yield self.finding(at, "PLC182", item.name, _key(at, item), vlan=wanted, found=shown)


class RightAddress(Rule):
    """The address belongs to the VLAN at the site."""

    id = "right-address"
    plan = ("1-1", "N16")
    title_ja = "アドレスは、置き場所のVLANのセグメントに属し、台帳のとおりである"
    title_en = "an address belongs to the VLAN's prefix at the site and is the declared one"
    why_ja = "置き場所だけを変えてもアドレスがその場所に届かなければ、動いていても使えません。更改の期にはアドレスの再割当てが要ります。"
    why_en = (
        "A server that moved to where its address is not routed runs and serves nobody. A renewal needs new addresses."
    )
    bad = "kikan-db1 at dc: address 10.10.1.31 (a prefix of the main hall)"
    good = "kikan-db1 at dc: address 10.10.29.31"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC185 outside the prefix, PLC186 the guest has another, PLC187 (unknown) the guest reports none."""
        for item in (*at.view.servers.values(), *at.view.desktops.values()):
            server = at.city.servers.servers.get(item.name)
            pool = at.city.desktops.pools.get(item.pool)
            key = _key(at, item)
            wanted = server.address if server else None
            vlan = server.vlan if server else pool.vlan if pool else 0
            if at.view.source == "live" and item.virtual and item.running:
                if item.address is None:
                    yield self.finding(at, "PLC187", item.name, key, "unknown")
                elif wanted is not None and item.address != wanted:
                    yield self.finding(at, "PLC186", item.name, key, address=item.address, wanted=wanted)
            address = item.address if at.view.source == "live" and item.address else wanted or item.address
            segment = at.city.segment(item.site, vlan)
            if address is not None and (segment is None or address not in segment.prefix):
                # What stands elsewhere from a later day on gets its address with that renewal: say so in time.
                severity = "error" if at.today and item.form != "daas" else "warning"
                params = {
                    "address": address,
                    "site": item.site,
                    "vlan": vlan,
                    "prefix": segment.prefix if segment else "-",
                }
                yield self.finding(at, "PLC185", item.name, key, severity, **params)
