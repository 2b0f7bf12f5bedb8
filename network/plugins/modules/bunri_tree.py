"""Ansible module: make a folder of small files be exactly so, in one step. Runs on the managed server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: bunri_tree
short_description: Write a folder of small files, each atomically
description:
  - One call writes what dozens of C(copy) tasks would. Files that are right already are not touched.
  - The result names the files that changed and never shows their contents.
options:
  root: {description: Folder below which the files lie., required: true, type: path}
  files: {description: "Relative path → text.", required: true, type: dict}
  folders: {description: Further folders to make., type: list, elements: path, default: []}
  mode: {description: Mode of the files., type: str, default: "0640"}
  folder_mode: {description: Mode of the folders., type: str, default: "0750"}
  owner: {description: Owner and group; empty to leave them., type: str, default: ""}
attributes:
  check_mode: {support: full, description: Reports what would change.}
"""

EXAMPLES = r"""
- name: Write the configuration
  bunri_tree:
    root: /etc/freeradius/bunri
    files: {radiusd.conf: "prefix = /usr\n"}
"""

RETURN = r"""
changed_files: {description: Relative paths that were or would be changed., type: list, returned: always}
"""


def main() -> None:
    """Run the module."""
    module: Any = AnsibleModule(
        argument_spec={
            "root": {"type": "path", "required": True},
            "files": {"type": "dict", "required": True, "no_log": True},
            "folders": {"type": "list", "elements": "path", "default": []},
            "mode": {"type": "str", "default": "0640"},
            "folder_mode": {"type": "str", "default": "0750"},
            "owner": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    wanted: dict[str, Any] = module.params
    root, names = Path(wanted["root"]), sorted(wanted["files"])
    outside = [name for name in names if name.startswith("/") or ".." in Path(name).parts]
    if outside:
        module.fail_json(msg=f"outside the folder: {', '.join(outside)}")
    folders = {root, *(Path(folder) for folder in wanted["folders"]), *((root / name).parent for name in names)}
    changed = [str(folder) for folder in sorted(folders) if _folder(module, folder, wanted)]
    changed += [name for name in names if _file(module, root / name, str(wanted["files"][name]), wanted)]
    module.exit_json(changed=bool(changed), changed_files=changed)


def _folder(module: Any, folder: Path, wanted: dict[str, Any]) -> bool:
    missing = not folder.is_dir()
    if missing and not module.check_mode:
        folder.mkdir(parents=True)
    return bool(_attributes(module, folder, wanted["folder_mode"], wanted["owner"], missing) or missing)


def _file(module: Any, path: Path, text: str, wanted: dict[str, Any]) -> bool:
    different = not path.is_file() or path.read_bytes() != text.encode()
    if different and not module.check_mode:
        # tmpdir is on the server and closed to others; atomic_move keeps a reader from seeing half a file.
        temporary = Path(module.tmpdir) / "file"
        temporary.write_bytes(text.encode())
        module.atomic_move(str(temporary), str(path))
    return bool(_attributes(module, path, wanted["mode"], wanted["owner"], different) or different)


def _attributes(module: Any, path: Path, mode: str, owner: str, is_new: bool) -> bool:
    if not path.exists():
        return False  # check mode: there is nothing yet whose mode could differ
    changed = module.set_mode_if_different(str(path), mode, is_new)
    if owner:
        changed = module.set_owner_if_different(str(path), owner, changed)
        changed = module.set_group_if_different(str(path), owner, changed)
    return bool(changed)


if __name__ == "__main__":
    main()
