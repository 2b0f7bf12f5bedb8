"""The drift of machines has the form of the drift of devices, so that one reader serves both."""

from __future__ import annotations

from datetime import UTC, date, datetime
from ipaddress import IPv4Address
from pathlib import Path

import network.drift.compare
import network.drift.report
from bunri.intent import load
from vdi.drift import report
from vdi.drift.compare import Finding, judge
from vdi.placement.model import declared
from vdi.vsphere.inventory import Inventory, Machine, Snapshot

ROOT = Path(__file__).resolve().parents[4]
DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, tzinfo=UTC)
NETWORKS = {"naibu-server": 21, "kikan-server": 11, "trunk": None}


def machine(**fields: object) -> Machine:
    usual = {
        "moid": "vm-1", "name": "naibu-file2", "uuid": "u", "on": True, "template": False, "host": "h",
        "cluster": "honcho-naibu", "folder": "naibu", "cpu": 4, "memory_mib": 16384, "networks": ("naibu-server",),
        "address": IPv4Address("10.20.1.50"), "tools": "guestToolsRunning",
    }  # fmt: skip
    return Machine(**{**usual, **fields})  # type: ignore[arg-type]


def judged(**fields: object) -> Finding:
    city = load(ROOT / "inventory" / "yasu", today=DAY)
    inventory = Inventory("mgmt-vcenter1", (), (), NETWORKS, {})
    return judge(city, declared(city, DAY).servers["naibu-file2"], machine(**fields), inventory)


def test_the_json_has_the_keys_of_the_devices_report() -> None:
    theirs = network.drift.report.as_json([network.drift.compare.Finding("a", "drifted", ("- x",))], AT, "")
    ours = report.as_json([Finding("a", "drifted", ("- x",))], AT)
    assert ours == theirs
    assert report.STATUSES == network.drift.report.STATUSES
    assert report.SEVERITIES == network.drift.report.SEVERITIES


def test_what_differs_is_named() -> None:
    assert judged().status == "same"
    assert judged(cpu=2).differences == ("- cpu: 4", "+ cpu: 2")
    assert judged(tools="guestToolsNotRunning").differences[1] == "+ tools: guestToolsNotRunning"
    assert judged(on=False).differences == ("- power: on", "+ power: off")
    assert judged(snapshots=(Snapshot("s", "old", ("root",)),)).differences == ("+ snapshot: root/old",)


def test_a_card_in_another_zone_is_critical() -> None:
    found = judged(networks=("naibu-server", "kikan-server"))
    assert (found.status, found.severity) == ("drifted", "critical")
    assert "kikan" in found.path[0]


def test_what_cannot_be_read_is_never_the_same() -> None:
    assert judged(networks=("naibu-server", "trunk")).status == "not-checkable"
    assert judged(tools="").status == "not-checkable"
    assert report.exit_code([Finding("a", "unreachable")]) == 3
    assert report.exit_code([Finding("a", "unreachable"), Finding("b", "drifted")]) == 1
