"""A laboratory RADIUS server, deployed by the real playbook into a folder and started unprivileged."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunri.certificates.authority import create
from network.radius import lab

ROOT = Path(__file__).resolve().parents[2]


def playbook(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "playbooks/radius.yml", "-e", "radius_lab=true"]
    command += ["-e", f"radius_lab_root={folder}/servers", "-e", f"radius_authority={folder}/ca"]
    command += ["-e", "radius_address=127.91.0.2", *words]
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCAL_TEMP": str(folder / "tmp")}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def radius_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if lab.program() is None:
        assert "CI" not in os.environ, "freeradius is not installed (packages-debian.txt)"
        pytest.skip("freeradius is not installed")
    from datetime import UTC, datetime

    folder = tmp_path_factory.mktemp("radius-role")
    create(folder / "ca", "Sample City", passphrase().encode(), b"root", datetime.now(UTC))
    return folder


def passphrase() -> str:
    from datetime import date

    from bunri.intent import load

    city = load(ROOT / "inventory/yasu", today=date(2026, 11, 22))
    return city.secrets[city.dot1x.certificates.ca_secret].get_secret_value()


@pytest.fixture(scope="session")
def deployed(radius_folder: Path) -> Iterator[dict[str, object]]:
    done = playbook(radius_folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    root = radius_folder / "servers/mgmt-radius1"
    config = root / "etc/freeradius/bunri"
    where = lab.Place(str(config), str(config / "certs"), str(root / "var/log/freeradius"), "", "", "127.91.0.2")
    with lab.RadiusLab(where, "mgmt-radius1", 1812) as server:
        assert server.process is not None
        yield {
            "config": str(config),
            "address": "127.91.0.2",
            "lab": True,
            "pid": server.process.pid,
            "ports": (1812, 1813),
        }
