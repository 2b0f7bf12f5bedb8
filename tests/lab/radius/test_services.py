"""Accounting and status of the running server, and the switches' side of the same inventory."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.lab.radius.conftest import ADDRESS, CLIENTS, SECRET, World

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("radius")]
CONFIGS = Path(__file__).resolve().parents[3] / "inventory/yasu/intended/configs"


def radclient(world: World, kind: str, port: int, lines: list[str]) -> str:
    text = "\n".join([*lines, f"Packet-Src-IP-Address = {CLIENTS['hall-acc1']}"]) + "\n"
    command = ["radclient", "-x", "-r", "1", "-t", "3", f"{ADDRESS}:{port}", kind, SECRET]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False).stdout


def test_accounting_is_kept_in_a_file_a_day(world: World) -> None:
    session = ['User-Name = "pc-01.city.example"', 'Acct-Session-Id = "0001"', "NAS-IP-Address = 127.90.1.21"]
    said = radclient(world, "acct", world.port + 1, ["Acct-Status-Type = Start", *session])
    assert "Accounting-Response" in said
    files = list((world.folder / "radius1/log/accounting").iterdir())
    assert len(files) == 1
    text = files[0].read_text(encoding="utf-8")
    assert 'User-Name = "pc-01.city.example"' in text
    assert files[0].stat().st_mode & 0o007 == 0


def test_a_monitor_can_ask_whether_it_lives(world: World) -> None:
    said = radclient(world, "status", world.port, ["Message-Authenticator = 0x00"])
    assert "Received Access-Accept" in said


def ports(text: str) -> list[str]:
    stanzas = re.findall(r"^interface \S+\n(?: .*\n)+", text, re.MULTILINE)
    return [stanza for stanza in stanzas if "authentication port-control auto" in stanza]


def test_every_authenticated_port_of_the_city_fails_closed() -> None:
    seen = 0
    for path in sorted(CONFIGS.glob("*-acc*.cfg")):
        text = path.read_text(encoding="utf-8")
        assert len(re.findall(r"^radius server ", text, re.MULTILINE)) == 2, path.name
        for stanza in ports(text):
            seen += 1
            for event in ("fail", "server dead", "no-response"):
                assert f"authentication event {event} action authorize vlan 99\n" in stanza, (path.name, stanza)
            assert "authentication open" not in stanza
            assert (" mab\n" in stanza) == ("order mab" in stanza), (path.name, stanza)
        # the quarantine VLAN has no gateway on any switch
        assert "interface Vlan99" not in text
    assert seen > 1000
