"""Systems, desktops, updates and support: where data is kept, periods, LGWAN only, dates (1-5, 1-6, 3-9, N13, N16)."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from vdi.placement.model import pool_form
from vdi.placement.rules.base import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunri.intent.terminals import DesktopPool
    from vdi.placement.model import Situation

UPDATES = frozenset({"wsus", "antivirus"})
WEB_SITE_SCHEDULES = frozenset({"cms"})
"""The row of the plan's timetable that is the city's web site (行政CMS)."""


class KeptApart(Rule):
    """1-5."""

    id = "kept-apart"
    plan = ("1-5",)
    title_ja = "データの保管場所と利用場所を分ける(システムごと)"
    title_en = "each system's data is kept somewhere else than it is used"
    why_ja = "使う場所が被災してもデータが残り、データのある場所に日常の出入りがないようにします。"
    why_en = "The data outlives the place where it is used, and nobody comes and goes where it is kept."
    bad = "R03: kept_at: honcho, used_at: [honcho]"
    good = "R03: kept_at: dc, used_at: [honcho], servers: [naibu-zaimu1 (at dc), naibu-zaimu2]"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC170 same place, PLC171 no server at the place, PLC172 place not declared, PLC173 not on the IaaS."""
        for number, system in at.city.systems.systems.items():
            key = ("systems", "systems", number)
            params: dict[str, object] = {"name": f"{number} {system.ja}"}
            if system.kept_at is None:
                if system.placement != "outside":
                    yield self.finding(at, "PLC172", number, key, "unknown", **params)
                continue
            if system.kept_at in system.used_at:
                yield self.finding(at, "PLC170", number, (*key, "kept_at"), **params, site=system.kept_at)
            stands = [item for name in system.servers if (item := at.view.standing(name)) is not None]
            if system.servers and not any(item.site == system.kept_at for item in stands):
                sites = ", ".join(f"{item.name}@{item.site}" for item in stands) or "-"
                yield self.finding(at, "PLC171", number, (*key, "servers"), **params, site=system.kept_at, places=sites)
            wanted = {"iaas": ("iaas", "daas"), "building": ("building",)}.get(system.placement)
            if wanted and system.servers and not any(item.form in wanted for item in stands):
                yield self.finding(at, "PLC173", number, (*key, "placement"), **params, form=system.placement)


class WebSiteElsewhere(Rule):
    """3-9."""

    id = "web-site-elsewhere"
    plan = ("3-9",)
    title_ja = "市のホームページはクラウドにあり、本庁舎に依存しない"
    title_en = "the city's web site is hosted in the cloud and does not depend on the main hall"
    why_ja = "災害のとき、本庁舎が止まっても市民に情報を出し続けます。"
    why_en = "In a disaster the city must go on informing its citizens although the main hall is down."
    bad = "J06: placement: building, servers: [naibu-cms1 (at honcho)]"
    good = "J06: placement: outside, kept_at: dc"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC174 it or its editing servers stand only in the hall, PLC175 it is not hosted outside."""
        for number, system in at.city.systems.systems.items():
            if system.schedule not in WEB_SITE_SCHEDULES:
                continue
            key = ("systems", "systems", number)
            params: dict[str, object] = {"name": f"{number} {system.ja}"}
            if system.placement != "outside":
                yield self.finding(at, "PLC175", number, (*key, "placement"), **params, form=system.placement)
            halls = {name for name, site in at.city.sites.items() if site.kind == "hall"}
            stands = [item for name in system.servers if (item := at.view.standing(name)) is not None]
            if system.kept_at in halls or (stands and all(item.site in halls for item in stands)):
                yield self.finding(at, "PLC174", number, key, **params, site=", ".join(sorted(halls)))


class UpdatesOverLgwan(Rule):
    """N13."""

    id = "updates-over-lgwan"
    plan = ("N13",)
    title_ja = "WSUSとウイルスパターンはLGWAN-ASPだけから取る"
    title_en = "WSUS and virus patterns are fetched over LGWAN-ASP only"
    why_ja = "内部情報系から更新のためだけにインターネットへの道を開けると、分離がそこから破れます。"
    why_en = "A way to the internet that was opened for updates is where the separation breaks."
    bad = "{id: X-1, from: naibu, to: inet, source: [naibu-wsus], destination: [inet-proxy], …}"
    good = "{id: N13-1, from: naibu, to: lgwan, source: [naibu-wsus], destination: [lgwan-update], …}"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC150 a flow elsewhere, PLC151 no flow over LGWAN at all."""
        externals = at.city.vrf_separation.externals
        for name, server in at.city.servers.servers.items():
            if UPDATES.isdisjoint(server.services):
                continue
            fetched = False
            for number, flow in enumerate(at.city.flows):
                if not any(server.address in network for network in flow.sources):
                    continue
                outside = externals.get(flow.target)
                if outside is not None and outside.via == server.zone and flow.target == "lgwan":
                    fetched = True
                else:
                    key = ("firewall", "flows", number)
                    yield self.finding(at, "PLC150", name, key, flow=flow.id, target=flow.target)
            if not fetched:
                yield self.server(at, "PLC151", name)


class DesktopPeriods(Rule):
    """N16."""

    id = "desktop-periods"
    plan = ("N16",)
    title_ja = "VDI・SBCは今は庁舎、次の更改でDaaS(置き場所は期間つき)"
    title_en = "VDI and SBC stand in the building now and move to DaaS at the next renewal"
    why_ja = "接続サーバ・セッションホスト・デスクトップの期間が食い違うと、更改の日に利用者がつながる先を失います。"
    why_en = "Where brokers, session hosts and desktops disagree about the day, users have nothing to connect to on it."
    bad = "pool kikan-vdi: daas from 2029-10-01; kikan-vdi-broker1: building without an end"
    good = "kikan-vdi-broker1: placement: [{to: 令和11年9月30日, form: building}, {from: 令和11年10月1日, form: daas}]"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC160 a hole, PLC161 a server of the pool elsewhere, PLC162 no DaaS ahead, PLC164 a desktop elsewhere."""
        for name, pool in at.city.desktops.pools.items():
            key = ("desktops", "pools", name)
            form = pool_form(pool, at.day)
            if form is None:
                yield self.finding(at, "PLC160", name, (*key, "placement"), day=at.day)
                continue
            if (
                at.today
                and form == "building"
                and not any(item.form == "daas" and item.begin > at.day for item in pool.placement)
            ):
                yield self.finding(at, "PLC162", name, (*key, "placement"))
            for server in (*pool.brokers, *pool.session_hosts):
                stand = at.view.servers.get(server)
                if stand is not None and stand.form != form:
                    params = {"pool": name, "stands": stand.form, "form": form, "day": at.day}
                    yield self.server(at, "PLC161", server, "placement", **params)
            yield from self._desktops(at, name, pool)

    def _desktops(self, at: Situation, name: str, pool: DesktopPool) -> Iterator[Finding]:
        clusters = {share.cluster for share in pool.shares}
        for desktop in at.view.desktops.values():
            if desktop.pool == name and desktop.cluster not in clusters:
                params = {"pool": name, "cluster": desktop.cluster, "wanted": ", ".join(sorted(clusters))}
                yield self.finding(at, "PLC164", desktop.name, ("desktops", "pools", name, "shares"), **params)


class Support(Rule):
    """1-6."""

    id = "support"
    plan = ("1-6",)
    title_ja = "サーバOSのサポート期限を台帳で管理し、前もって警告する"
    title_en = "the end of support of server systems is a ledger, with warnings ahead of the date"
    why_ja = "サポートの切れたOSには修正が出ません。更新には予算と時間が要るので、期限の前に知らせます。"
    why_en = (
        "A system out of support gets no fixes, and replacing it takes a budget: the warning must come before the date."
    )
    bad = "operating_systems: {win-2012: {support_to: 2023-10-10}} and a server with os: win-2012"
    good = "os: win-2022 (support_to: 2031-10-14)"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC210 past the end, PLC211 (warning) the end is near."""
        if not at.today:
            return
        ahead = max(at.city.lifecycle.warn_days, default=0)
        for name, server in at.city.servers.servers.items():
            found = at.city.servers.operating_systems.get(server.os)
            if found is None or name not in at.view.servers:
                continue
            params = {"os": found.ja, "end": found.support_to}
            if found.support_to < at.day:
                yield self.server(at, "PLC210", name, "os", **params)
            elif found.support_to <= at.day + timedelta(days=ahead):
                days = (found.support_to - at.day).days
                yield self.server(at, "PLC211", name, "os", **params, days=days, severity="warning")
