"""Action plugin ``bunri_render``: every device's intended configuration in one Python call. Thin."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from bunri.intent import load
from bunri.messages import BunriError
from network.render.intended import build, stored, write


class ActionModule(ActionBase):
    """Write the snapshot (or, in check mode, only compare) and return the changed paths."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _VALID_ARGS = frozenset({"inventory", "out"})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Load, design, render, compare; write unless in check mode."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        folder = Path(args.get("out") or Path(args["inventory"]) / "intended")
        try:
            whole = build(load(Path(args["inventory"]), today=date.today()))
            before = stored(folder)
            paths = sorted(name for name in {*whole.files, *before} if whole.files.get(name) != before.get(name))
            if not self._play_context.check_mode:
                write(whole.files, folder, before=before, remove=True)
        except BunriError as problem:
            return {**result, "failed": True, "msg": str(problem)}
        if self._play_context.diff:
            result["diff"] = [
                {"prepared": "\n".join(_diff(name, before.get(name, ""), whole.files.get(name, ""))) + "\n"}
                for name in paths
                if name != "origins.json"
            ]
        lines = sum(text.count("\n") for name, text in whole.files.items() if name.startswith("configs/"))
        return {**result, "changed": bool(paths), "paths": paths, "devices": len(whole.designs), "lines": lines}


def _diff(name: str, old: str, new: str) -> list[str]:
    return list(
        difflib.unified_diff(old.splitlines(), new.splitlines(), f"stored/{name}", f"rendered/{name}", "", "", 1, "")
    )
