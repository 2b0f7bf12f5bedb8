"""Judging a device, and what monitoring is told."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bunri.change.files import Fingerprints
from bunri.messages import BunriError
from network.deploy.control import Control
from network.drift import compare, effect, inventory_patch, replace, report, texts
from network.drift.compare import Finding

NOW = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
TEXT = "hostname a\nusername u secret 9 $9$one\ninterface Gi1/0/1\n description x\n"


def test_same() -> None:
    assert compare.judge(
        "a", TEXT, "! Last configuration change at 10:00:00 JST Sun Nov 22 2026 by taro\n" + TEXT, "cisco_ios"
    ) == Finding("a", "same", who="taro", when="10:00:00 JST Sun Nov 22 2026")


def test_changed_secret_is_found_and_not_shown() -> None:
    finding = compare.judge("a", TEXT, TEXT.replace("$9$one", "$9$two"), "cisco_ios")
    assert finding.status == "drifted"
    assert "$9$" not in str(finding)
    assert finding.differences == ("* username u secret <masked>",)


def test_fortios_secrets_are_never_called_the_same() -> None:
    wanted = 'config system admin\n    edit "a"\n        set password secret-one\n    next\nend\n'
    finding = compare.judge("f", wanted, wanted.replace("secret-one", "ENC xyz"), "fortios")
    assert finding.status == "not-checkable"
    assert finding.unchecked
    assert "secret-one" not in str(finding)


@pytest.mark.parametrize(
    ("statuses", "code"),
    [(["same"], 0), (["same", "not-checkable"], 0), (["same", "unreachable"], 3), (["drifted", "unreachable"], 1)],
)
def test_exit_code(statuses: list[compare.Status], code: int) -> None:
    assert report.exit_code([Finding("d", status) for status in statuses]) == code


def test_prometheus_and_zabbix() -> None:
    findings = [Finding("sw1", "same"), Finding("sw2", "drifted", ("+ x", "- y"), severity="critical")]
    prometheus = report.as_prometheus(findings, NOW)
    assert 'bunri_drift_state{device="sw2",state="drifted"} 1\n' in prometheus
    assert 'bunri_drift_state{device="sw2",state="same"} 0\n' in prometheus
    assert 'bunri_drift_severity{device="sw2"} 2\n' in prometheus
    for line in prometheus.splitlines():
        assert line.startswith("#") or len(line.rsplit(" ", 1)) == 2
    assert (
        report.as_zabbix(findings, NOW).splitlines()[3] == f'"sw2" bunri.drift.state {int(NOW.timestamp())} "drifted"'
    )


def test_texts_are_kept_in_git_without_secrets_but_a_changed_secret_shows(tmp_path: Path) -> None:
    fingerprints = Fingerprints(tmp_path)
    folder = tmp_path / "texts"
    first = texts.keep(folder, {"a": texts.without_secrets(TEXT, "cisco_ios", fingerprints)}, "one")
    assert first
    assert texts.keep(folder, {"a": texts.without_secrets(TEXT, "cisco_ios", fingerprints)}, "two") == ""
    assert (
        texts.keep(folder, {"a": texts.without_secrets(TEXT.replace("one", "two"), "cisco_ios", fingerprints)}, "three")
        != first
    )
    assert "$9$" not in texts.last(folder, "a")
    for path in folder.rglob("*"):
        assert not path.is_file() or b"$9$one" not in path.read_bytes()


def test_no_verifier_is_never_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "network.policy.verify", None)
    drifted = [Finding("a", "drifted", ("+ x",))]
    found = effect.with_effect(drifted, {"a": "hostname a\n"}, tmp_path, NOW.date())
    assert found[0].severity == "unknown"
    assert [message.id for message in found[0].messages] == ["DRF004"]


def test_wrong_cables_are_named_port_by_port() -> None:
    wanted = {"Te1/1/1": "core1", "Te1/1/2": "core2", "Gi1/0/1": "acc"}
    seen = {"Te1/1/1": "core2", "Te1/1/2": "core1", "Gi1/0/1": "acc"}
    messages = replace.cable_problems("sw", seen, wanted)
    assert [(m.params["port"], m.params["elsewhere"]) for m in messages] == [
        ("Te1/1/1", "Te1/1/2"),
        ("Te1/1/2", "Te1/1/1"),
    ]
    assert replace.cable_problems("sw", wanted, wanted) == []


def test_port_map_replaces_whole_names_at_once() -> None:
    text = "interface Gi1/0/1\ninterface Gi1/0/10\ninterface Gi1/0/2\nip route x Gi1/0/2.5\n"
    mapped = replace.with_ports(text, {"Gi1/0/1": "Gi1/0/2", "Gi1/0/2": "Gi1/0/1"})
    assert mapped == "interface Gi1/0/2\ninterface Gi1/0/10\ninterface Gi1/0/1\nip route x Gi1/0/1.5\n"


def test_wipe_needs_two_people() -> None:
    with pytest.raises(BunriError) as problem:
        replace.retire(None, "a", worker="山田 太郎", witness="山田　太郎", now=NOW)  # type: ignore[arg-type]
    assert problem.value.messages[0].id == "RPL007"


def test_certificates_come_back() -> None:
    chain = "crypto pki certificate chain LAN\n certificate ca 01\n  3082\n  \tquit\n"
    last = f"hostname a\n{chain}license udi pid X sn Y\nend\n"
    assert replace.restored("hostname a\nend\n", last) == (
        "hostname a\ncrypto pki certificate chain LAN\n certificate ca 01\n  3082\n  \tquit\nend\n"
    )


HOSTS = """# one a line
all:
  hosts:
    # hall
    sw1:  {site: a, serial_number: OLD1, installed: 2021-05-01, rack: EPS}  # keep me
    sw10: {site: a, serial_number: OLD10, installed: 2021-05-01}
    sw2:
      serial_number: OLD2
      installed: 2020-01-01  # first
      rack: X
"""


@pytest.mark.parametrize("name", ["sw1", "sw2"])
def test_proposed_inventory_edit_applies_and_touches_nothing_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "hosts.yml").write_text(HOSTS)
    (tmp_path / "p").write_text(inventory_patch.proposed(HOSTS, name, "NEW", NOW.date()))
    # git is there wherever texts are kept; ``patch`` may not be.
    subprocess.run(["git", "apply", "-p1", "p"], cwd=tmp_path, check=True)
    after = (tmp_path / "hosts.yml").read_text()
    day = "2021-05-01" if name == "sw1" else "2020-01-01"
    first, _, rest = HOSTS.partition(f"    {name}:")
    assert after == first + f"    {name}:" + rest.replace(f"OLD{name[2:]}", "NEW", 1).replace(day, "2026-11-22", 1)


@pytest.mark.parametrize(
    "text",
    ["all:\n  hosts:\n    sw2: {serial_number: X, installed: 2020-01-01}\n", "all:\n  hosts:\n    sw1: {a: 1}\n"],
)
def test_no_edit_is_proposed_where_the_entry_is_not_found(text: str) -> None:
    with pytest.raises(BunriError) as problem:
        inventory_patch.proposed(text, "sw1", "NEW", NOW.date())
    assert [message.id for message in problem.value.messages] == ["RPL008"]


def test_retire_records_proposes_and_says_what_revokes_the_old_key(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text(HOSTS)
    control = Control(tmp_path / "runs", tmp_path / "intended", {}, Fingerprints(tmp_path))
    people = {"worker": "甲", "witness": "乙"}
    with pytest.raises(BunriError) as problem:
        replace.retire(control, "sw1", now=NOW, **people)
    assert [message.id for message in problem.value.messages] == ["RPL009"]
    lines = replace.retire(control, "sw1", now=NOW, serial="NEW", **people)
    assert any("radius.yml" in line for line in lines)
    (patch,) = (tmp_path / "runs" / "ledger").glob("*.patch")
    assert "+    sw1:  {site: a, serial_number: NEW, installed: 2026-11-22, rack: EPS}" in patch.read_text()
    assert (tmp_path / "hosts.yml").read_text() == HOSTS
