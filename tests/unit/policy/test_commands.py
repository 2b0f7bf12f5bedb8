"""The command line on a small network: verify with failures and exemptions, trace, diff."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from net import FLOW, GATE, JOINED, ZONES

from bunri.cli import main

# An edge beside each router, so that hosts survive the gate.
EXEMPT = "exempt_failures:\n  - {match: 'node gate', reason: one only, expires: 2029-03-31}\n"


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return written(tmp_path / "a", GATE)


def written(folder: Path, gate: str, policy: str = ZONES + FLOW) -> Path:
    (folder / "configs").mkdir(parents=True)
    (folder / "configs" / "core.cfg").write_text(JOINED, encoding="utf-8")
    (folder / "configs" / "gate.cfg").write_text(gate, encoding="utf-8")
    (folder / "policy.yml").write_text(policy, encoding="utf-8")
    ends = [("GigabitEthernet0/3", "GigabitEthernet0/1"), ("GigabitEthernet0/4", "GigabitEthernet0/2")]
    edges = [
        {"node1": {"hostname": "core", "interfaceName": a}, "node2": {"hostname": "gate", "interfaceName": b}}
        for a, b in ends
    ]
    (folder / "layer1_topology.json").write_text(json.dumps({"edges": edges}), encoding="utf-8")
    return folder


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict]:
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def separation(result: dict) -> list[dict]:
    return result["violations"]


def test_json_has_the_contract_keys(network: Path, capsys: pytest.CaptureFixture[str]):
    _, result = answer(capsys, "verify", str(network), "--today", "2026-11-22")
    assert {"verdict", "pairs", "violations", "unmodelled", "stats"} <= result.keys()
    assert separation(result) == []
    assert {"from": "naibu", "to": "kikan", "verdict": "proved"} in result["pairs"]


def test_failure_of_the_only_gate_is_an_outage_unless_exempt(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    plain = written(tmp_path / "plain", GATE)
    code, result = answer(capsys, "verify", str(plain), "--failures", "1", "--jobs", "1", "--today", "2026-11-22")
    assert code == 1
    assert ["node gate"] in [one["failures"] for one in result["violations"]]
    assert all(one["kind"] == "outage" for one in result["violations"])
    known = written(tmp_path / "known", GATE, ZONES + FLOW + EXEMPT)
    _, result = answer(capsys, "verify", str(known), "--failures", "1", "--jobs", "1", "--today", "2026-11-22")
    assert ["node gate"] not in [one["failures"] for one in result["violations"]]
    assert any(row["failures"] == ["node gate"] and row["exempt"] for row in result["failures"])
    _, result = answer(capsys, "verify", str(known), "--failures", "1", "--jobs", "1", "--today", "2030-01-01")
    assert ["node gate"] in [one["failures"] for one in result["violations"]]
    assert any(one["rule"] == "FLW-EXEMPT" and one["severity"] == "error" for one in result["findings"])


def test_a_lost_site_and_an_exemption_for_some_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    sites = "sites: {tower: [gate]}\n"

    def rows(name: str, policy: str) -> dict[str, bool]:
        folder = written(tmp_path / name, GATE, ZONES + FLOW + policy)
        _, result = answer(capsys, "verify", str(folder), "--failures", "1", "--jobs", "1", "--today", "2026-11-22")
        found = [row for row in result["failures"] if "site tower" in (*row["failures"], *row["same"])]
        return {str(row["stops"]): row["exempt"] for row in found}

    plain = rows("plain", sites)
    assert list(plain.values()) == [False]
    assert "core:" in next(iter(plain))
    known = "exempt_failures:\n  - {match: 'site:tower', reason: one only, expires: 2029-03-31, places: [PLACE]}\n"
    assert list(rows("there", sites + known.replace("PLACE", "'core:*'")).values()) == [True]
    assert list(rows("elsewhere", sites + known.replace("PLACE", "'hall:*'")).values()) == [False]


def test_a_site_with_an_unknown_node_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = written(tmp_path / "x", GATE, ZONES + FLOW + "sites: {tower: [gat]}\n")
    assert main(["verify", str(folder), "--failures", "1", "--today", "2026-11-22"]) == 2
    assert "ANA007" in capsys.readouterr().err


def test_flow_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    wide = (
        "flows:\n  - {id: W, from: naibu, to: kikan, src: any, dst: 10.10.1.0/24, protocol: tcp, expires: 2020-01-01}\n"
    )
    waypoint = "waypoints: [{from: naibu, to: kikan, via: [10.10.1.99]}]\n"
    folder = written(tmp_path / "w", GATE, ZONES + wide + waypoint)
    code, result = answer(capsys, "verify", str(folder), "--today", "2026-11-22")
    assert code == 1
    assert {"FLW-ANY", "FLW-EXPIRY", "FLW-WAYPOINT", "FLW-OWNER", "FLW-BASIS"} <= {
        one["rule"] for one in result["findings"]
    }


def test_certificate_is_written_and_checked(network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    import subprocess

    path = tmp_path / "certificate.json"
    answer(capsys, "verify", str(network), "--certificate", str(path), "--today", "2026-11-22")
    checker = Path(__file__).parents[3] / "tools" / "check_certificate.py"
    command = [sys.executable, "-I", str(checker), str(path), str(network)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    file = network / "configs" / "gate.cfg"
    file.write_text(file.read_text(encoding="utf-8") + "! changed\n", encoding="utf-8")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize(
    ("packet", "end", "code"),
    [
        ("tcp 10.20.1.5:50000 > 10.10.1.10:443", "delivered", 0),
        ("tcp 10.20.1.5:50000 > 10.10.1.10:80", "dropped", 1),
        ("tcp 10.20.1.5:50000 > 10.20.1.1:22", "local", 0),
    ],
)
def test_trace(network: Path, capsys: pytest.CaptureFixture[str], packet: str, end: str, code: int):
    found, result = answer(capsys, "trace", str(network), "--at", "core:Gi0/2", "--packet", packet)
    assert found == code
    assert [way["end"] for way in result["paths"]] == [end]
    assert result["paths"][0]["path"][0]["line"] > 0


@pytest.mark.parametrize(
    "packet", ["tcp 1.2.3.4", "tcp 1.2.3.4:70000 > 1.2.3.5:1", "foo 1.2.3.4 > 1.2.3.5", "tcp 1.2.3.400:1 > 1.1.1.1:1"]
)
def test_trace_refuses_what_is_no_packet(network: Path, capsys: pytest.CaptureFixture[str], packet: str):
    code, result = answer(capsys, "trace", str(network), "--at", "core:Gi0/2", "--packet", packet)
    assert code == 2
    assert result["errors"][0]["id"] == "POL014"


def test_diff_shows_both_directions(network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, result = answer(capsys, "diff", str(network), str(network))
    assert (code, result["differences"]) == (0, [])
    other = written(tmp_path / "b", GATE.replace("10.10.1.10 eq 443\n", "10.10.1.10 eq 444\n", 1))
    code, result = answer(capsys, "diff", str(network), str(other))
    assert code == 1
    changes = {(one["change"], one["packet"]["dport"]) for one in result["differences"]}
    assert changes == {("added", 444), ("removed", 443)}
    assert all(one["path"] for one in result["differences"])
