"""A change by hand that opens a way between zones: found over SSH, weighed by the verifier, shown with its path."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bunri.intent.load import load
from network.deploy import control
from network.drift.check import check
from network.lab.command import devices
from network.lab.fixture import ThreadedCity
from network.lab.spec import DEFAULT_ACCOUNTS, with_etx
from network.render.secrets import fill

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]
INVENTORY = Path(__file__).parents[3] / "inventory" / "yasu"
SWITCH, HARMLESS, UNTOUCHED = "comm-gio-sw1", "comm-mikami-acc01", "comm-gio-acc01"


def test_open_path_is_critical_and_shown(virtual_city: Callable[..., ThreadedCity], tmp_path: Path) -> None:
    city = load(INVENTORY, today=date(2026, 11, 22))
    secrets = {name: value.get_secret_value() for name, value in city.secrets.items()}
    names = (SWITCH, HARMLESS, UNTOUCHED)
    intended = INVENTORY / "intended" / "configs"
    texts = {name: with_etx(fill((intended / f"{name}.cfg").read_text(), secrets, name)) for name in names}
    specs = [replace(s, startup=texts[s.hostname]) for s in devices(INVENTORY) if s.hostname in names]
    lab = virtual_city(specs)
    reader = next(account for account in DEFAULT_ACCOUNTS if account.read_only)
    keys = tmp_path / "known_hosts"
    keys.write_text(lab.city.known_hosts())
    found = control.from_city(city, tmp_path / "runs", known_hosts=keys)
    found = replace(found, endpoints=found.endpoints | {
        s.hostname: replace(found.endpoints[s.hostname], host=s.address, port=lab.port, username=reader.name,
                            password=reader.password, enable=s.enable_password, time_scale=0.05)
        for s in specs
    })  # fmt: skip
    now = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    clean = check(found, names, now=now)
    assert [(f.status, f.severity) for f in clean] == [("same", "none")] * 3, clean

    running = lab.running(SWITCH)
    block = running.split("interface Vlan10\n", 1)[1].split("!", 1)[0].split("interface ", 1)[0]
    address = next(line for line in block.splitlines() if line.startswith(" ip address "))
    assert " vrf forwarding kikan" in block
    said = lab.tamper(SWITCH, "interface Vlan10", " vrf forwarding naibu", address)
    assert "vrf forwarding naibu" in lab.running(SWITCH), said
    lab.tamper(HARMLESS, "interface GigabitEthernet1/0/3", " description by hand")

    after = {finding.device: finding for finding in check(found, names, now=now)}
    assert (after[UNTOUCHED].status, after[UNTOUCHED].severity) == ("same", "none")
    assert (after[HARMLESS].status, after[HARMLESS].severity) == ("drifted", "warning")
    assert (after[SWITCH].status, after[SWITCH].severity) == ("drifted", "critical")
    report = json.loads((tmp_path / "runs" / "drift" / "drift.json").read_text())
    shown = next(item for item in report["devices"] if item["device"] == SWITCH)
    assert shown["severity"] == "critical"
    assert "kikan" in shown["path"][0]
    assert any(SWITCH in line for line in shown["path"][1:]), shown["path"]
    assert any(f"{SWITCH}.cfg:" in line for line in shown["path"][1:]), shown["path"]
    text = (tmp_path / "runs" / "drift" / "drift.txt").read_text()
    assert text.startswith(f"{SWITCH}: drifted, critical")
    for line in shown["path"]:
        assert f"    ! {line}" in text
    assert f'bunri_drift_severity{{device="{SWITCH}"}} 2' in (tmp_path / "runs" / "drift" / "drift.prom").read_text()
