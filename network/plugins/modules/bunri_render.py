"""Documentation of the action plugin ``bunri_render``; it runs on the control node (see ../action/bunri_render.py)."""

DOCUMENTATION = r"""
module: bunri_render
short_description: Make every device's intended configuration from the inventory
description:
  - Loads the inventory, designs and renders all devices in one call, and writes the snapshot all or not at all.
  - No device is touched and no secret is written; supports check mode and diff.
options:
  inventory: {description: Folder of the city's inventory., required: true, type: path}
  out: {description: Folder of the snapshot; C(intended) in the inventory by default., type: path}
"""

EXAMPLES = r"""
- name: Design and render every device
  bunri_render:
    inventory: "{{ inventory_dir }}"
"""

RETURN = r"""
paths: {description: Files that changed, type: list, elements: str, returned: success}
devices: {description: Number of devices, type: int, returned: success}
lines: {description: Lines of all configurations, type: int, returned: success}
"""
