"""Unmodified ``cisco.ios`` against a virtual device, so that the device is not shaped to our own clients."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from device_samples import switch
from fetch_collections import ensure

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.lab.fixture import ThreadedCity

# The first run on a machine downloads the collections (54 MB).
pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

PLAYBOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - cisco.ios.ios_command: {commands: [show version, show vlan brief]}
      register: out
    - ansible.builtin.assert: {that: ["'sw1 uptime is' in out.stdout[0]", "'kikan-user' in out.stdout[1]"]}
    - cisco.ios.ios_config:
        {parents: interface GigabitEthernet1/0/2, lines: [description by ansible], save_when: changed}
      register: one
    - cisco.ios.ios_config: {parents: interface GigabitEthernet1/0/2, lines: [description by ansible]}
      register: two
    - ansible.builtin.assert: {that: [one is changed, two is not changed]}
    - cisco.ios.ios_config: {lines: [frobnicate]}
      register: three
      ignore_errors: true
    - ansible.builtin.assert: {that: [three is failed, "'Invalid input' in three.msg"]}
"""


def test_command_and_config(virtual_city: Callable[..., ThreadedCity], tmp_path: Path) -> None:
    collections = ensure()
    city = virtual_city([switch()])
    (tmp_path / "play.yml").write_text(PLAYBOOK)
    variables = (
        f"ansible_connection=ansible.netcommon.network_cli ansible_network_os=cisco.ios.ios ansible_port={city.port}"
        " ansible_user=admin ansible_password=Lab-admin-1 ansible_network_cli_ssh_type=paramiko"
    )
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "127.88.1.1,", "play.yml", "-e", variables],
        cwd=tmp_path,
        env=os.environ
        | {
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_HOST_KEY_CHECKING": "False",
            "ANSIBLE_LOCAL_TEMP": str(tmp_path / "temp"),
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "description by ansible" in city.running("sw1")
    assert city.do(lambda: city.device("sw1").startup()).count("description by ansible") == 1  # type: ignore[attr-defined]
