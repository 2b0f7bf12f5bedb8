"""Which servers stand on the IaaS, which in the building, and how far partners stand apart (N7, N8)."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING

from vdi.placement.rules.base import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bunri.intent import City
    from bunri.intent.servers import Server
    from vdi.placement.model import Position, Situation

NETWORK = ("dns", "dhcp", "ad", "radius", "ntp")
"""Services without which the network of a building stops (N8)."""
MANAGEMENT = frozenset({"nms", "control", "syslog", "ca"})
"""Network management, which N7 keeps in the building."""
BUSINESS = frozenset({"application", "database", "file", "web", "mail"})
"""What N7 puts chiefly on the shared IaaS. Boundary services and desktops have rules of their own (N15, N16)."""


def is_network(server: Server) -> bool:
    """Return whether networking needs the server (N8)."""
    return server.network_service or not set(server.services).isdisjoint(NETWORK)


def is_business(server: Server) -> bool:
    """Return whether the server is one of those that N7 puts on the IaaS."""
    return not is_network(server) and not BUSINESS.isdisjoint(server.services)


def places(at: Situation, names: Iterable[str]) -> list[Position]:
    """Return where the servers stand that do stand and run."""
    return [found for name in sorted(names) if (found := at.view.standing(name)) is not None]


def shown(found: Iterable[Position]) -> str:
    """Return positions for people: ``kikan-ad1@honcho (building)``."""
    return ", ".join(f"{item.name}@{item.site} ({item.form})" for item in found) or "-"


class ImportantOnIaas(Rule):
    """N7, first half."""

    id = "important-on-iaas"
    plan = ("N7",)
    title_ja = "重要なサーバは主に共同利用型IaaSに置く"
    title_en = "important servers stand chiefly on the shared IaaS"
    why_ja = "庁舎が被災しても業務とデータが残るように、重要な業務サーバ(相方を含む組)の少なくとも1台はIaaSに置きます。"
    why_en = (
        "Work and data must outlive the building: of each important business server or its partners one is on the IaaS."
    )
    bad = "naibu-zaimu1 and naibu-zaimu2: form: building (both)"
    good = "naibu-zaimu1: form: iaas; naibu-zaimu2: form: building"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC101 a group without a member on the IaaS, PLC102 where the greater part stands elsewhere."""
        groups = {
            at.partners[name] for name, item in at.city.servers.servers.items() if item.important and is_business(item)
        }
        on_iaas = 0
        for group in sorted(groups, key=sorted):
            found = places(at, group)
            if any(item.form in ("iaas", "daas") for item in found):
                on_iaas += 1
                continue
            name = min(item for item in group if at.city.servers.servers[item].important)
            yield self.server(at, "PLC101", name, "placement", places=shown(found))
        if groups and on_iaas * 2 <= len(groups):
            yield self.finding(at, "PLC102", "servers", ("servers", "servers"), count=on_iaas, total=len(groups))


class ManagementInBuilding(Rule):
    """N7, second half."""

    id = "management-in-building"
    plan = ("N7",)
    title_ja = "ネットワーク管理のサーバは庁舎に置く"
    title_en = "network management stands in the building"
    why_ja = "データセンターとの回線が切れても庁内のネットワークを監視・復旧できるようにします。"
    why_en = "The building's network must be watched and repaired when the line to the data centre is cut."
    bad = "mgmt-nms1: form: iaas (and no partner in the building)"
    good = "mgmt-nms1: form: building"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC103."""
        for name, server in at.city.servers.servers.items():
            if MANAGEMENT.isdisjoint(server.services):
                continue
            found = places(at, at.partners[name])
            if not any(item.form == "building" for item in found):
                yield self.server(at, "PLC103", name, "placement", places=shown(found))


class NetworkServicesInBuilding(Rule):
    """N8, first half."""

    id = "network-services-in-building"
    plan = ("N8",)
    title_ja = "ネットワークに必要なサーバ(DNS・DHCP・AD・RADIUS・NTP)は庁舎にも置く"
    title_en = "servers that networking needs (DNS, DHCP, AD, RADIUS, NTP) stand in the building too"
    why_ja = "データセンターとの回線が切れても、庁内の端末が名前解決・アドレス取得・認証できなければ業務が止まります。"
    why_en = "Terminals in the building must get names, addresses and authentication when the line to the data centre is cut."
    bad = "kikan-ad1, kikan-ad3: form: iaas (no AD of the zone in the building)"
    good = "kikan-ad1: form: building; kikan-ad2: form: iaas"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC104 a group without a member in the building, PLC105 a zone's service without one."""
        known = at.city.servers.servers
        groups = {at.partners[name] for name, item in known.items() if item.network_service}
        for group in sorted(groups, key=sorted):
            found = places(at, group)
            if not any(item.form == "building" for item in found):
                name = min(item for item in group if known[item].network_service)
                services = ", ".join(known[name].services)
                yield self.server(at, "PLC104", name, "placement", services=services, places=shown(found))
        for zone in at.city.zones:
            for service in NETWORK:
                offering = [name for name, item in known.items() if item.zone == zone and service in item.services]
                found = places(at, offering)
                if offering and not any(item.form == "building" for item in found):
                    key = ("servers", "servers", offering[0])
                    yield self.finding(at, "PLC105", offering[0], key, zone=zone, service=service, places=shown(found))


class ImportantRedundant(Rule):
    """N8, second half."""

    id = "important-redundant"
    plan = ("N8",)
    title_ja = "重要なサーバはIaaSと庁舎で二重化する"
    title_en = "important servers are redundant between the IaaS and the building"
    why_ja = "一方の場所を失っても他方で業務を続けます。系の境界のサーバと仮想デスクトップの接続サーバは、別の建物どうしの二重化とします(N15、N16)。"
    why_en = (
        "Work goes on when one of the places is lost. Boundary servers and brokers of desktops are redundant between two "
        "buildings instead (N15, N16)."
    )
    bad = "naibu-zaimu1: site: dc; its partner naibu-zaimu2: site: dc"
    good = "naibu-zaimu1: site: dc; naibu-zaimu2: site: honcho"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC106 one kind of place only, PLC109 a partner that does not stand or run."""
        known = at.city.servers.servers
        for name, server in known.items():
            if server.redundant_with is None:
                continue
            if at.view.standing(server.redundant_with) is None and at.view.standing(name) is not None:
                severity = "error" if server.important else "warning"
                yield self.server(at, "PLC109", name, "redundant_with", other=server.redundant_with, severity=severity)
        groups = {at.partners[name] for name, item in known.items() if item.important and item.redundant_with}
        for group in sorted(groups, key=sorted):
            found = places(at, group)
            name = min(item for item in group if known[item].important)
            if any(item.form == "daas" for item in found):
                continue  # the provider's own redundancy; see partners-apart
            kinds = {item.form for item in found}
            narrow = not is_business(known[name]) and not is_network(known[name])
            if len({item.site for item in found}) < 2 or (len(kinds) < 2 and not narrow):
                yield self.server(at, "PLC106", name, "placement", places=shown(found))


class PartnersApart(Rule):
    """Anti-affinity."""

    id = "partners-apart"
    plan = ("N8", "N9")
    title_ja = "相方どうしは別のホスト・別の建物に置き、同じ管路だけに頼らない"
    title_en = "partners stand on other hosts, in other buildings, and do not hang on one duct"
    why_ja = "同じもの(ホスト・建物・管路)を共有する二重化は、その一つの故障で両方とも止まります。"
    why_en = "Redundancy that shares a host, a building or a duct ends with it."
    bad = "inet-proxy1 and inet-proxy2: site: honcho (both)"
    good = "inet-proxy1: site: honcho; inet-proxy2: site: bosai"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC107 same site, PLC108 same host, PLC110 one duct cuts both off."""
        seen: set[frozenset[str]] = set()
        for name, server in at.city.servers.servers.items():
            pair = frozenset((name, server.redundant_with or name))
            here, there = at.view.standing(name), at.view.standing(server.redundant_with or "")
            if here is None or there is None or pair in seen:
                continue
            seen.add(pair)
            key, other = ("redundant_with",), there.name
            if here.host and here.host == there.host:
                yield self.server(at, "PLC108", name, *key, other=other, host=here.host)
            elif here.site == there.site:
                # At a service provider's the city does not choose the host: its contract must say how they are apart.
                severity = "warning" if {here.form, there.form} == {"daas"} else "error"
                yield self.server(at, "PLC107", name, *key, other=other, site=here.site, severity=severity)
            else:
                ducts = _ducts(at.city, here.site)
                if len(ducts) == 1 and ducts == _ducts(at.city, there.site):
                    yield self.server(at, "PLC110", name, *key, other=other, duct=min(ducts))
        for group in sorted({item for item in at.partners.values() if len(item) > 2}, key=sorted):
            yield from self._siblings(at, group)

    def _siblings(self, at: Situation, group: frozenset[str]) -> Iterator[Finding]:
        """Yield PLC108 as a warning where more of a large group share a host than need to."""
        by_host: dict[tuple[str, str], list[str]] = {}
        for item in places(at, group):
            if item.host:
                by_host.setdefault((item.cluster, item.host), []).append(item.name)
        for (cluster, host), names in sorted(by_host.items()):
            known = at.view.groups.get(cluster)
            members = [item for item in places(at, group) if item.cluster == cluster]
            hosts = sum(item.available for item in known.hosts) if known else 0
            direct = {at.city.servers.servers[name].redundant_with for name in names} & set(names)
            if not direct and hosts and len(names) > -(-len(members) // hosts):
                yield self.server(at, "PLC108", names[0], other=", ".join(names[1:]), host=host, severity="warning")


def _ducts(city: City, site: str) -> set[str]:
    return {item.duct for item in city.circuits.values() if site in item.sites and item.retired is None}
