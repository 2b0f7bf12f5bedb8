#!/usr/bin/python
"""Documentation of the action plugin of the same name; the work is done on the control node."""

DOCUMENTATION = r"""
module: bunri_drift
short_description: Check devices for drift
description:
  - Compares running with intended configurations; changes nothing.
options:
  inventory: {description: Inventory folder., type: path}
  runs: {description: Folder of runs and journal., type: path, default: runs}
  lab: {description: Use the virtual city instead of real devices., type: bool, default: false}
  hosts: {description: Device names of the play., type: list, elements: str}
  account: {description: Account on the devices., type: str}
  remediate: {description: Make a plan that mends it., type: bool}
  prometheus: {description: Text file for node_exporter., type: path}
  zabbix: {description: Input for zabbix_sender., type: path}
"""

EXAMPLES = r"""
- bunri_drift:
    hosts: "{{ ansible_play_hosts_all }}"
"""

RETURN = r"""
devices: {description: Findings., type: list}
"""
