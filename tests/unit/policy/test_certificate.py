"""The certificate is accepted as written, and not after any change to its tables or sets."""

from __future__ import annotations

import copy
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from net import CABLES, GATE, JOINED, TODAY, ZONES, policy, snapshot

from network.policy.certificate import canonical, certificate
from network.policy.verify import verify

CHECKER = Path(__file__).parents[3] / "tools" / "check_certificate.py"


def made(policy_text: str | None = None) -> dict:
    given = policy() if policy_text is None else policy(policy_text)
    result, state, judge = verify(snapshot(JOINED, GATE, cables=CABLES), given, today=TODAY, rules=False)
    return json.loads(json.dumps(certificate(judge, state, result)))


def checked(data: dict, tmp_path: Path) -> tuple[int, str]:
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    run = subprocess.run([sys.executable, "-I", str(CHECKER), str(path)], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def resigned(data: dict) -> dict:
    data["sha256"] = hashlib.sha256(canonical(data["tables"])).hexdigest()
    return data


def test_accepted_as_written(tmp_path: Path):
    code, text = checked(made(), tmp_path)
    assert code == 0, text


def test_a_leak_is_never_certified(tmp_path: Path):
    code, text = checked(made(ZONES), tmp_path)
    assert code == 1
    assert "does not hold every packet" in text


def test_changed_tables_fail_by_digest(tmp_path: Path):
    data = made()
    data["tables"]["allowed"]["kikan>naibu"] = 1
    assert checked(data, tmp_path)[0] == 1


def test_changed_tables_fail_even_with_a_new_digest(tmp_path: Path):
    data = made()
    changed = 0
    for arcs in data["tables"]["arcs"].values():
        for arc in arcs:
            if arc[2] != 1:
                arc[2] = 1
                changed += 1
    assert changed
    assert checked(resigned(data), tmp_path)[0] == 1


def test_every_smaller_set_fails(tmp_path: Path):
    data = made()
    tried = 0
    for zone, nodes in data["proof"].items():
        for node, (spans, _) in nodes.items():
            smaller = copy.deepcopy(data)
            smaller["proof"][zone][node] = [spans[1:], 0] if spans[0] != [0, 0xFFFFFFFF] else [[[1, 0xFFFFFFFF]], 0]
            assert checked(smaller, tmp_path)[0] == 1, (zone, data["tables"]["names"][node])
            tried += 1
    assert tried >= 4


def test_every_hidden_bad_set_fails(tmp_path: Path):
    data = made()
    tried = 0
    for zone, nodes in data["proof"].items():
        for node, (spans, bad) in nodes.items():
            if bad:
                open_ = copy.deepcopy(data)
                open_["proof"][zone][node] = [spans, 0]
                assert checked(open_, tmp_path)[0] == 1
                tried += 1
    assert tried


def test_missing_zone_or_broken_file(tmp_path: Path):
    data = made()
    del data["proof"]["kikan"]
    assert checked(data, tmp_path)[0] == 1
    assert checked({"format": "x"}, tmp_path)[0] == 2


@pytest.mark.parametrize("row", [[500, 0, 1], [0, 10**6, 1], [-1, 0, 1]])
def test_malformed_sets_are_refused(tmp_path: Path, row: list[int]):
    data = made()
    data["tables"]["sets"].append(row)
    assert checked(resigned(data), tmp_path)[0] == 2


def test_the_checker_imports_only_the_standard_library():
    imported = [
        line.split()[1].split(".")[0]
        for line in CHECKER.read_text(encoding="utf-8").splitlines()
        if line.startswith(("import ", "from "))
    ]
    assert set(imported) <= sys.stdlib_module_names
