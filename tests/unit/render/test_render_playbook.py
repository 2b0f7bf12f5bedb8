"""``playbooks/render.yml``: check mode shows and writes nothing, a run writes, a second run changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from network.render.intended import stored

ROOT = Path(__file__).resolve().parents[3]


def play(out: Path, *options: str) -> str:
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "playbooks/render.yml"]
    command += ["-e", f"config_render_out={out}", *options]
    environment = os.environ | {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_check_then_write_then_nothing(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/museum-sw1.cfg").write_text("hostname museum-sw1\n", encoding="utf-8")
    shown = play(tmp_path, "--check", "--diff")
    assert "changed=1" in shown
    assert "+no ip http server" in shown
    assert "<vault:enable_password:type9>" in shown
    assert stored(tmp_path) == {"configs/museum-sw1.cfg": "hostname museum-sw1\n"}
    assert "changed=1" in play(tmp_path)
    assert sorted(stored(tmp_path)) == sorted(stored(ROOT / "inventory/yasu/intended"))
    assert "changed=0" in play(tmp_path)
