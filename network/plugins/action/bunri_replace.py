"""Action plugin ``bunri_replace``: replace a device. Thin; the work is in ``network/drift/replace.py``."""

from __future__ import annotations

from typing import Any

# napalm is imported here once, before Ansible forks its workers, instead of in each of them.
import napalm  # noqa: F401
from ansible.plugins.action import ActionBase

from network.deploy import playbook
from network.drift import playbook as drift


class ActionModule(ActionBase):
    """See the documentation in ``network/plugins/modules/bunri_replace.py``."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run once for the whole play."""
        super().run(tmp, task_vars)
        options = self._task.args

        def report(target: str, what: str) -> None:
            self._display.display(f"{target}: {what}", stderr=True)

        return playbook.answered(lambda: drift.replace_step(options, report))
