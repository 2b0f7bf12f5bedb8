#!/usr/bin/python
"""Documentation of the action plugin of the same name; the work is done on the control node."""

DOCUMENTATION = r"""
module: bunri_replace
short_description: Replace a device
description:
  - Bootstrap text, waiting, identity and cabling checks, configuration, retirement of the old device.
options:
  inventory: {description: Inventory folder., type: path}
  runs: {description: Folder of runs and journal., type: path, default: runs}
  lab: {description: Use the virtual city instead of real devices., type: bool, default: false}
  hosts: {description: Device names of the play., type: list, elements: str}
  account: {description: Account on the devices., type: str}
  device: {description: Device name., type: str, required: true}
  step: {description: Which part., type: str, choices: [bootstrap, wait, retire]}
  serial: {description: Serial number of the new device., type: str}
  fingerprint: {description: Host key fingerprint read at its console., type: str}
  witness: {description: Who saw the wiping (N17)., type: str}
  worker: {description: Who wiped., type: str}
"""

EXAMPLES = r"""
- bunri_replace:
    device: honcho-acc01
    step: bootstrap
"""

RETURN = r"""
lines: {description: What to show., type: list}
"""
