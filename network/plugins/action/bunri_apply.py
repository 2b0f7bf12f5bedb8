"""Action plugin ``bunri_apply``: carry out an approved plan. Thin; the work is in ``network/deploy/apply.py``."""

from __future__ import annotations

from typing import Any

# napalm is imported here once, before Ansible forks its workers, instead of in each of them.
import napalm  # noqa: F401
from ansible.plugins.action import ActionBase

from network.deploy import playbook


class ActionModule(ActionBase):
    """See the documentation in ``network/plugins/modules/bunri_apply.py``."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run once for the whole play."""
        super().run(tmp, task_vars)
        options = self._task.args

        def say(line: str) -> None:
            self._display.display(line, stderr=True)

        return playbook.answered(lambda: playbook.carry_out(options, say, check=self._task.check_mode))
