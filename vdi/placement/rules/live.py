"""What the vCenters hold against what the inventory says is there: missing, stopped, elsewhere, unknown."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING

from vdi.placement.model import declared
from vdi.placement.rules.base import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vdi.placement.model import Situation, View


class AsDeclared(Rule):
    """Live = declared."""

    id = "as-declared"
    plan = ("3-1", "N7", "N16")
    title_ja = "仮想マシンは台帳のとおりに存在し、動いている"
    title_en = "machines exist and run as the inventory says"
    why_ja = "宣言だけが正しくても、実物が違えば計画は守られていません。見えないものは「良い」とはみなしません。"
    why_en = "A right declaration proves nothing about what runs. What cannot be seen is never taken as good."
    bad = "kikan-db2 is declared in honcho-kikan and no vCenter has it"
    good = "kikan-db2 runs in honcho-kikan"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC220 missing, 221 stopped, 222 stranger, 223 twice, 224 elsewhere, 225 vCenter unread, 226 cluster, 227 desktops, 228 host."""
        if at.view.source != "live":
            return
        wanted = declared(at.city, at.day)
        for vcenter in at.view.unread:
            yield self.finding(at, "PLC225", vcenter, ("servers", "clusters"), "unknown")
        hidden = {name for name, item in wanted.groups.items() if item.vcenter in at.view.unread}
        for name, item in wanted.servers.items():
            found = at.view.servers.get(name)
            if not item.virtual or item.cluster in hidden:
                continue
            if found is None:
                yield self.server(at, "PLC220", name, cluster=item.cluster)
                continue
            if not found.running:
                yield self.server(at, "PLC221", name)
            if found.cluster != item.cluster:
                yield self.server(at, "PLC224", name, "placement", cluster=found.cluster or "?", wanted=item.cluster)
        yield from self._desktops(at, wanted, hidden)
        for item in at.view.strangers:
            yield self.finding(at, "PLC222", item.name, ("servers", "servers"), "warning", cluster=item.cluster)
        for name in at.view.twice:
            yield self.finding(at, "PLC223", name, ("servers", "servers"))
        for name in at.view.unknown_clusters:
            yield self.finding(at, "PLC226", name, ("servers", "clusters"), "unknown")
        for group in at.view.groups.values():
            for host in group.hosts:
                if not host.available:
                    key = ("servers", "clusters", group.name)
                    yield self.finding(at, "PLC228", host.name, key, "warning", cluster=group.name)

    def _desktops(self, at: Situation, wanted: View, hidden: set[str]) -> Iterator[Finding]:
        for pool in at.city.desktops.pools:
            names = {name for name, item in wanted.desktops.items() if item.pool == pool and item.cluster not in hidden}
            missing = sorted(names - {name for name, item in at.view.desktops.items() if item.running})
            if missing:
                shown = ", ".join(missing[:5])
                key = ("desktops", "pools", pool, "shares")
                yield self.finding(at, "PLC227", pool, key, "warning", count=len(missing), first=shown)
