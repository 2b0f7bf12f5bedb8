#!/usr/bin/python
"""Documentation of the action plugin of the same name; the work is done on the control node."""

DOCUMENTATION = r"""
module: bunri_plan
short_description: Make a change plan
description:
  - Asks the devices for their differences, has the verifier prove the change and writes the plan.
options:
  inventory: {description: Inventory folder., type: path}
  runs: {description: Folder of runs and journal., type: path, default: runs}
  lab: {description: Use the virtual city instead of real devices., type: bool, default: false}
  hosts: {description: Device names of the play., type: list, elements: str}
  account: {description: Account on the devices., type: str}
  title: {description: Title of the work., type: str}
  serial: {description: Batch sizes., type: str}
  atomic: {description: What falls back together., type: str, choices: [plan, batch]}
  number: {description: Journal number to go back to., type: int}
  out: {description: Folder of the plan., type: path}
"""

EXAMPLES = r"""
- bunri_plan:
    hosts: "{{ ansible_play_hosts_all }}"
"""

RETURN = r"""
plan: {description: Plan file., type: str}
number: {description: Number for the paper., type: str}
"""
