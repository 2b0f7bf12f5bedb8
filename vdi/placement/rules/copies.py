"""Backups, remote copies and the pair of file servers (N10–N12)."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING

from vdi.placement.rules.base import Finding, Rule
from vdi.placement.rules.sites import is_business

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from bunri.intent.servers import Copy, Server
    from vdi.placement.model import Position, Situation

RESTORE_DAYS = 365
"""A restore that nobody has tried for a year is not known to work."""


def hours(day: date, last: date) -> int:
    """Return the age of a copy in hours. The inventory knows its day only: yesterday's is 24 hours old."""
    return (day - last).days * 24


class Backup(Rule):
    """N10: what is kept where."""

    id = "backup"
    plan = ("N10",)
    title_ja = "バックアップは主にクラウド。二重化できないサーバは庁内にも取る"
    title_en = "backup chiefly by the cloud; what cannot be redundant is also backed up in the building"
    why_ja = (
        "相方のないサーバは、バックアップだけが復旧の手段です。クラウドと庁内の両方にあれば、どちらを失っても戻せます。"
    )
    why_en = "Without a partner the backup is the only way back; with one in the cloud and one in the building, either may be lost."
    bad = "kikan-app1: unable_redundant: …; copies: [{to: kikan-backup1, form: cloud}]"
    good = "kikan-app1: copies: [{to: kikan-backup1, form: cloud}, {to: kikan-backup2, form: building}]"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC120–122 and PLC125–128."""
        known = at.city.servers.servers
        groups: dict[frozenset[str], bool] = {}
        for name, server in known.items():
            stand = at.view.servers.get(name)
            if stand is None or "backup" in server.services:
                continue
            forms = {copy.form for copy in server.copies}
            if server.copies:
                groups[at.partners[name]] = groups.get(at.partners[name], False) or not forms.isdisjoint(
                    {"cloud", "remote"}
                )
            if server.unable_redundant and "building" not in forms:
                yield self.server(at, "PLC120", name, "copies", reason=server.unable_redundant)
            elif not server.copies and server.important:
                yield self.server(at, "PLC121", name)
            elif not server.copies and server.redundant_with is None:
                yield self.server(at, "PLC127", name, severity="warning")
            elif server.copies and stand.form == "iaas" and "cloud" not in forms:
                yield self.server(at, "PLC122", name, "copies", severity="error" if is_business(server) else "warning")
        for name, server in known.items():
            for number, copy in enumerate(server.copies):
                yield from self._target(at, name, number, copy)
        if groups and sum(groups.values()) * 2 <= len(groups):
            params = {"count": sum(groups.values()), "total": len(groups), "severity": "warning"}
            yield self.finding(at, "PLC126", "servers", ("servers", "servers"), **params)

    def _target(self, at: Situation, name: str, number: int, copy: Copy) -> Iterator[Finding]:
        stand, declared = at.view.servers.get(copy.to), at.city.servers.servers.get(copy.to)
        if stand is None or declared is None or not stand.running:
            yield self.server(at, "PLC128", name, "copies", number, to=copy.to)
            return
        backup_centre = at.city.sites[stand.site].kind == "backup"
        right = {"cloud": stand.form == "iaas", "building": stand.form == "building", "remote": backup_centre}
        if not right[copy.form]:
            params = {"to": copy.to, "form": copy.form, "site": stand.site, "stands": stand.form}
            yield self.server(at, "PLC125", name, "copies", number, **params)


class BackupAge(Rule):
    """N10: how old copies and restore tests are. Judged for today only."""

    id = "backup-age"
    plan = ("N10",)
    title_ja = "バックアップはRPO以内、復元試験は1年以内"
    title_en = "copies are no older than the RPO, restore tests no older than a year"
    why_ja = "取れていないバックアップと、戻したことのないバックアップは、災害のときに役に立ちません。"
    why_en = "A copy that was not made, or was never restored, does not help on the day it is needed."
    bad = "copies: [{to: kikan-backup1, rpo_hours: 24, last: 2026-11-01, restored: 2024-06-15, form: cloud}]"
    good = "copies: [{to: kikan-backup1, rpo_hours: 24, last: 2026-11-21, restored: 2026-06-15, form: cloud}]"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC123 an old copy, PLC124 an old restore test."""
        if not at.today:
            return
        for name, server in at.city.servers.servers.items():
            for number, copy in enumerate(server.copies):
                age = hours(at.day, copy.last)
                if age > copy.rpo_hours:
                    key = ("copies", number, "last")
                    yield self.server(at, "PLC123", name, *key, to=copy.to, age=age, rpo=copy.rpo_hours, last=copy.last)
                days = (at.day - copy.restored).days
                if days > RESTORE_DAYS:
                    params = {"to": copy.to, "restored": copy.restored, "days": days, "limit": RESTORE_DAYS}
                    yield self.server(at, "PLC124", name, "copies", number, "restored", **params)


class RemoteCopy(Rule):
    """N11."""

    id = "remote-copy"
    plan = ("N11",)
    title_ja = "基幹系は遠隔地(バックアップセンター)に写しを持つ"
    title_en = "the core systems keep a remote copy at the backup centre"
    why_ja = (
        "データセンターを失っても住民の情報を失わないようにします。データセンターの保管サーバを経由した写しも認めます。"
    )
    why_en = "Residents' data must outlive the data centre. A copy by way of the data centre's own store counts."
    bad = "kikan-app1: copies: [{to: kikan-backup1, form: cloud}] and kikan-backup1: copies: []"
    good = "kikan-app1: copies: [{to: kikan-backup1, form: cloud}, {to: kikan-backup3, form: remote}]"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC130."""
        zones = {item.zone for item in at.city.systems.systems.values() if item.group == "kikan"}
        for name, server in at.city.servers.servers.items():
            stand = at.view.servers.get(name)
            if server.zone not in zones or stand is None or stand.form == "building":
                continue
            if at.city.sites[stand.site].kind == "backup" or stand.form == "daas":
                continue
            if not _reaches_backup_centre(at, server, frozenset({name})):
                yield self.server(at, "PLC130", name, "copies", site=stand.site)


def _reaches_backup_centre(at: Situation, server: Server, passed: frozenset[str]) -> bool:
    for copy in server.copies:
        stand, target = at.view.standing(copy.to), at.city.servers.servers.get(copy.to)
        if stand is None or target is None or copy.to in passed:
            continue
        if at.city.sites[stand.site].kind == "backup":
            return True
        if "backup" in target.services and _reaches_backup_centre(at, target, passed | {copy.to}):
            return True
    return False


class FilePairs(Rule):
    """N12."""

    id = "file-pairs"
    plan = ("N12",)
    title_ja = "ファイルサーバはデータセンターと本庁舎で互いにバックアップする"
    title_en = "the file servers of data centre and main hall back each other up"
    why_ja = "同じ建物にある組は、その建物とともに失われます。写しの古さはRPO以内でなければなりません。"
    why_en = "A pair in one building is lost with it, and a copy older than the RPO loses more than was agreed."
    bad = "file_pairs: [{first: naibu-file1, second: naibu-file2, rpo_hours: 24, last: 2026-11-01}]"
    good = "file_pairs: [{first: naibu-file1, second: naibu-file2, rpo_hours: 24, last: 2026-11-21}]"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC140 no pair, PLC141 one building, PLC142 too old, PLC143 not DC and hall, PLC144 one is down."""
        paired: set[str] = set()
        for number, pair in enumerate(at.city.servers.file_pairs):
            key = ("servers", "file_pairs", number)
            paired |= {pair.first, pair.second}
            params: dict[str, object] = {"name": pair.first, "other": pair.second}
            ends = [at.view.standing(name) for name in (pair.first, pair.second)]
            standing = [item for item in ends if item is not None]
            if len(standing) < 2:
                yield self.finding(at, "PLC144", pair.first, key, **params)
            else:
                yield from self._apart(at, standing, key, params)
            age = hours(at.day, pair.last)
            if at.today and age > pair.rpo_hours:
                more = {"age": age, "rpo": pair.rpo_hours, "last": pair.last}
                yield self.finding(at, "PLC142", pair.first, (*key, "last"), **params, **more)
        for name, server in at.city.servers.servers.items():
            if "file" in server.services and name not in paired:
                yield self.server(at, "PLC140", name)

    def _apart(
        self, at: Situation, ends: list[Position], key: tuple[str | int, ...], params: dict[str, object]
    ) -> Iterator[Finding]:
        if ends[0].site == ends[1].site:
            yield self.finding(at, "PLC141", ends[0].name, (*key, "second"), **params, site=ends[0].site)
        elif {at.city.sites[item.site].kind for item in ends} != {"dc", "hall"}:
            sites = ", ".join(item.site for item in ends)
            yield self.finding(at, "PLC143", ends[0].name, (*key, "second"), **params, sites=sites)
