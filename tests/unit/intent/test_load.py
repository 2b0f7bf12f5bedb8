"""Loading: through Ansible, strict, total in its errors, silent about secrets, and without side effects."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bunri.intent import City, load
from bunri.messages import BunriError
from tests.benchmark.make_city import make_city

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "inventory" / "yasu"
TODAY = date(2026, 11, 22)
MARK = "MARKED-SECRET-0f3b9c"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ANSIBLE_VAULT_PASSWORD_FILE", raising=False)
    root = tmp_path / "yasu"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("intended"))
    return root


def test_a_playbook_sees_the_same_values(city: City) -> None:
    tool = Path(sys.executable).parent / "ansible-inventory"
    done = subprocess.run(
        [str(tool), "-i", str(SAMPLE), "--host", "honcho-core1"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seen: dict[str, Any] = json.loads(done.stdout)
    assert seen["management_address"] == str(city.devices["honcho-core1"].management)
    assert seen["vrf_separation"]["zones"]["kikan"]["prefix"] == str(city.zones["kikan"].prefix)
    assert [item["id"] for item in seen["links"]] == [item.id for item in city.links]
    assert set(seen["vault"]) == set(city.secrets)
    assert seen["vault"]["ospf_key"] == city.secrets["ospf_key"].get_secret_value()


def test_groups_are_built_from_host_variables(city: City) -> None:
    tool = Path(sys.executable).parent / "ansible-inventory"
    done = subprocess.run([str(tool), "--list"], cwd=ROOT, capture_output=True, text=True, check=True)
    groups = json.loads(done.stdout)
    assert groups["role_firewall"]["hosts"] == ["honcho-fw1", "honcho-fw2", "dc-fw1", "dc-fw2"]
    assert len(groups["platform_cisco_ios"]["hosts"]) == 92
    assert groups["_meta"]["hostvars"]["honcho-core1"]["ansible_host"] == "10.90.250.1"
    assert {name for name in groups if name.startswith("site_")} == {
        f"site_{name.replace('-', '_')}" for name in city.sites
    }


def test_host_vars_reach_the_device(copy: Path) -> None:
    folder = copy / "host_vars"
    folder.mkdir()
    (folder / "museum-sw1.yml").write_text("rack: EPS-9\nplanned: true\n", encoding="utf-8")
    device = load(copy, today=TODAY).devices["museum-sw1"]
    assert (device.rack, device.planned) == ("EPS-9", True)
    (folder / "museum-sw1.yml").write_text("rak: EPS-9\n", encoding="utf-8")
    with pytest.raises(BunriError) as caught:
        load(copy, today=TODAY)
    message = caught.value.messages[0]
    assert (message.id, message.where.file, message.where.line) == ("INV030", "host_vars/museum-sw1.yml", 1)


def test_host_vars_of_a_device_that_does_not_exist(copy: Path) -> None:
    (copy / "host_vars").mkdir()
    (copy / "host_vars" / "museum-sw9.yml").write_text("rack: EPS-9\n", encoding="utf-8")
    with pytest.raises(BunriError) as caught:
        load(copy, today=TODAY)
    assert [message.id for message in caught.value.messages] == ["INV024"]


def test_an_edited_inventory_is_seen_anew(copy: Path) -> None:
    assert load(copy, today=TODAY).city.key == "yasu"
    path = copy / "group_vars" / "all" / "city.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("key: yasu", "key: yasu2"), encoding="utf-8")
    assert load(copy, today=TODAY).city.key == "yasu2"


def test_files_that_editors_leave_are_passed_over(copy: Path) -> None:
    folder = copy / "group_vars" / "all"
    (folder / ".wan.yml.swp").write_bytes(b"\x00\xff")
    (folder / "wan.yml~").write_text("wan: {}\n", encoding="utf-8")
    assert load(copy, today=TODAY).wan.mtu == 9100


def test_models_are_frozen(city: City) -> None:
    with pytest.raises(ValidationError):
        city.city.key = "other"


def test_today_decides_what_has_expired() -> None:
    load(SAMPLE, today=date(2027, 1, 31))
    with pytest.raises(BunriError) as caught:
        load(SAMPLE, today=date(2031, 1, 1))
    assert {"INV120", "INV124"} <= {message.id for message in caught.value.messages}


def test_password_may_be_given_and_a_wrong_one_is_refused() -> None:
    right = (SAMPLE / ".vault-password-sample").read_text(encoding="utf-8").strip()
    assert load(SAMPLE, today=TODAY, vault_password=right).city.key == "yasu"
    with pytest.raises(BunriError) as caught:
        load(SAMPLE, today=TODAY, vault_password="wrong")
    assert [message.id for message in caught.value.messages] == ["INV005"]


def test_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(BunriError) as caught:
        load(tmp_path / "nowhere", today=TODAY)
    assert caught.value.messages[0].id == "BNR001"


@pytest.mark.parametrize(
    ("find", "replace"),
    [
        ("ospf_key: Yasu-Ospf-7Kq2mW9x", f"ospf_key: [{MARK}]"),
        ("ospf_key: Yasu-Ospf-7Kq2mW9x", f"ospf_key: {{a: {MARK}}}"),
        ("ospf_key: Yasu-Ospf-7Kq2mW9x", f"ospf_key: 7\n  Upper: {MARK}"),
        ("ospf_key: Yasu-Ospf-7Kq2mW9x", f"ospf_kye: {MARK}"),
        ("ospf_key: Yasu-Ospf-7Kq2mW9x", f"ospf_key: {MARK}\n  ospf_key: {MARK}"),
        ("ospf_key: Yasu-Ospf-7Kq2mW9x", f"ospf_key: {MARK}: {MARK}"),
        ("ospf_key: Yasu-Ospf-7Kq2mW9x", f"ospf_key: '{MARK}"),
        ("vault:\n", f"vault: [{MARK}]\nother:\n"),
    ],
)
def test_a_broken_vault_never_shows_its_values(
    copy: Path, find: str, replace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from ansible.parsing.vault import VaultLib, VaultSecret

    password = (copy / ".vault-password-sample").read_text(encoding="utf-8").strip()
    vault = VaultLib([("default", VaultSecret(password.encode()))])
    path = copy / "group_vars" / "all" / "vault.yml"
    text = vault.decrypt(path.read_bytes()).decode()
    assert find in text
    path.write_bytes(vault.encrypt(text.replace(find, replace)))
    with pytest.raises(BunriError) as caught:
        load(copy, today=TODAY)
    told = str(caught.value) + json.dumps([item.as_json() for item in caught.value.messages], ensure_ascii=False)
    told += "".join(traceback.format_exception(caught.value))
    shown = capsys.readouterr()
    assert MARK not in told + shown.out + shown.err


def test_environment_is_left_as_it_was(copy: Path) -> None:
    before = dict(os.environ)
    (copy / "group_vars" / "all" / "wan.yml").write_text("wan: [\n", encoding="utf-8")
    with pytest.raises(BunriError):
        load(copy, today=TODAY)
    assert dict(os.environ) == before


def test_ansible_is_imported_only_when_an_inventory_is_read() -> None:
    code = "import sys, bunri.intent; sys.exit(any(name.split('.')[0] == 'ansible' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_generated_city_is_valid_larger_and_the_same_for_a_seed(tmp_path: Path) -> None:
    first, second, other = (make_city(tmp_path / name, 2, seed) for name, seed in (("a", 5), ("b", 5), ("c", 6)))
    files = {path.relative_to(first): path.read_bytes() for path in first.rglob("*") if path.is_file()}
    assert files == {path.relative_to(second): path.read_bytes() for path in second.rglob("*") if path.is_file()}
    assert files != {path.relative_to(other): path.read_bytes() for path in other.rglob("*") if path.is_file()}
    city = load(first, today=TODAY)
    assert 150 <= len(city.devices) <= 210
    assert {device.role for device in city.devices.values()} == {
        "core", "site", "access", "edge", "lgwan", "internet", "firewall", "wlc",
    }  # fmt: skip
    with pytest.raises(ValueError, match="factor"):
        make_city(tmp_path / "d", 99)
