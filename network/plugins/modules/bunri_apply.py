#!/usr/bin/python
"""Documentation of the action plugin of the same name; the work is done on the control node."""

DOCUMENTATION = r"""
module: bunri_apply
short_description: Apply an approved plan
description:
  - Two-phase commit over all devices of a plan; supports check mode.
options:
  inventory: {description: Inventory folder., type: path}
  runs: {description: Folder of runs and journal., type: path, default: runs}
  lab: {description: Use the virtual city instead of real devices., type: bool, default: false}
  hosts: {description: Device names of the play., type: list, elements: str}
  account: {description: Account on the devices., type: str}
  plan: {description: Plan file., type: path}
  approval: {description: Approval record., type: path}
  roster: {description: People who may work; by default the staff and contractors of the inventory., type: path}
  resume: {description: Finish the run that was cut off., type: bool}
  back: {description: Take it back instead., type: bool}
  unapproved_lab: {description: Virtual devices only., type: bool}
"""

EXAMPLES = r"""
- bunri_apply:
    plan: runs/plans/x/plan.json
    approval: approval.yml
"""

RETURN = r"""
result: {description: confirmed or what else., type: str}
"""
