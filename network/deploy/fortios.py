"""One FortiOS device's hands for the two-phase commit, through netmiko, under a guard of its own.

The guard is the device's own: ``set cfg-save revert`` with ``set cfg-revert-timeout`` (FortiOS Administration Guide,
"Configuration save mode"): what is changed after that is not saved until ``execute cfg save``, and the device returns
to the saved configuration, by a restart, when the time is up. ``execute cfg reload`` returns at once.
"""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bunri.change.transaction import State
from bunri.messages import BunriError, Where, error
from network.deploy import forti_script, view
from network.deploy.connection import explained, open_fortios, senseless

if TYPE_CHECKING:
    from bunri.change.files import Fingerprints
    from network.deploy.endpoint import Endpoint
    from network.deploy.ios import Material

RESTART_SECONDS = 300.0
"""How long a FortiGate may take to come back after returning to its saved configuration."""
_PROMPT = r"(?:^|[\r\n])\S+ (?:\([^)\r\n]*\) )?[#$] ?$"
_MORE = re.compile(r"--More-- ?$")
_PAGED = re.compile(r"--More-- ?[\r\n]+ *[\r\n]")
_REFUSED = re.compile(
    r"^(Command fail.*|.*[Pp]arse error.*|entry not found.*|.*value parse error.*|node_check_object.*|"
    r"Unknown action.*|object check operator error.*)$",
    re.MULTILINE,
)
_GUARD = re.compile(r"cfg-save\s*:\s*(\S+)")


class FortiosSession:
    """See ``bunri.change.transaction.Session``."""

    def __init__(self, endpoint: Endpoint, material: Material, fingerprints: Fingerprints) -> None:
        self.endpoint = endpoint
        self.material = material
        self._fingerprints = fingerprints
        self._connection: Any = None
        self._where = Where(device=endpoint.name)

    def use(self, filled: str) -> None:
        """Take another candidate: the one whose masked secrets were filled from the device itself."""
        self.material = replace(self.material, filled=filled)

    def state(self) -> State:
        """Ask for the save mode and the configuration, and say which of the plan's states that is."""
        guarded = self._guarded()
        running = self.running()
        if self.is_new(running):
            return State.PENDING if guarded else State.NEW
        if self.fingerprint(running) == self.material.before:
            return State.PARTIAL if guarded else State.OLD
        return State.PARTIAL if guarded else State.OTHER

    def running(self) -> str:
        """Return the configuration as ``show`` gives it, secrets in the device's own encryption."""
        text = self._send("show", patience=120)
        if not re.search(r"^config ", text, re.MULTILINE) or not re.search(r"^end\s*$", text, re.MULTILINE):
            raise senseless(self.endpoint.name, "show", text)
        return text

    def fingerprint(self, running: str) -> str:
        """Return the keyed digest of what ``running`` says; encrypted values, which always change, left out."""
        guard_free = re.sub(
            r"^\s*set cfg-(save|revert-timeout) .*\n", "", view.normal(running, "fortios"), flags=re.MULTILINE
        )
        return self._fingerprints.of(guard_free)

    def is_new(self, running: str) -> bool:
        """Say whether ``running`` is the candidate, as far as a FortiGate lets that be seen (secrets are not)."""
        return not self.script(running)

    def differences(self, running: str) -> list[str]:
        """Return the commands that would still be needed, without secrets."""
        lines = self.script(running)
        return view.masked("\n".join(lines), "fortios").splitlines() if lines else []

    def script(self, running: str) -> list[str]:
        """Return the commands from ``running`` to the candidate."""
        held = re.sub(r"^\s*set cfg-(save|revert-timeout) .*\n", "", running, flags=re.MULTILINE)
        return forti_script.script(forti_script.parse(self.material.filled), forti_script.parse(held))

    def load(self, running: str) -> str:
        """Return the difference as commands, masked; nothing is sent: FortiOS has nowhere to load a candidate to."""
        return "\n".join(self.differences(running))

    def discard(self) -> None:
        """Nothing was loaded, so nothing is left."""

    def prepare(self) -> dict[str, str]:
        """Check that the device is as planned and that nobody else's change is pending."""
        if self._guarded():
            raise error("DEP006", self._where, user="?", timer="cfg-revert-timeout")
        running = self.running()
        if self.fingerprint(running) != self.material.before:
            raise error("DEP014", self._where)
        if self.load(running) != self.material.diff:
            raise error("DEP015", self._where)
        return {"before": self.material.before, "rollback": "saved configuration"}

    def commit(self) -> None:
        """Arm the guard, then enter the commands; the first refused one stops the work."""
        lines = self.script(self.running())
        self._save_mode("revert", self.material.timer_minutes * 60)
        if not self._guarded():
            raise error("DEP031", self._where, said="cfg-save revert")
        for line in lines:
            self._enter(line)

    def check(self) -> None:
        """Read back over a new connection and compare."""
        self.close()
        left = self.differences(self.running())
        if left:
            raise error("DEP012", self._where, count=len(left), first=left[0])
        if not self._guarded():
            raise error("DEP020", self._where)

    def confirm(self) -> None:
        """Save and take the guard away."""
        if self.differences(self.running()):
            raise error("DEP020", self._where)
        if self._guarded():
            self._enter("execute cfg save")
            self._save_mode("automatic")
            if self._guarded():
                raise error("DEP031", self._where, said="cfg-save automatic")

    def revert(self) -> None:
        """Return to the saved configuration if a change is pending, and wait until the device is back."""
        if self.fingerprint(self.running()) != self.material.before:
            if not self._guarded():
                raise error("DEP022", self._where, file="saved configuration")
            self._reload()
        if self._guarded():
            self._save_mode("automatic")
        if self.fingerprint(self.running()) != self.material.before:
            raise error("DEP031", self._where, said="execute cfg reload")

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            with contextlib.suppress(Exception):  # the line may be dead already: there is nothing left to close then
                self._connection.disconnect()
            self._connection = None

    def _reload(self) -> None:
        connection = self._open()
        with contextlib.suppress(Exception):  # the device drops the line as it restarts, before or after the answer
            connection.write_channel("execute cfg reload\n")
            if "(y/n)" in connection.read_until_pattern(rf"{_PROMPT}|\(y/n\)", read_timeout=30):
                connection.write_channel("y\n")
        self.close()
        deadline = time.monotonic() + max(20.0, RESTART_SECONDS * self.endpoint.time_scale)
        while True:
            try:
                self._open()
            except BunriError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(max(0.5, 5 * self.endpoint.time_scale))
            else:
                return

    def _guarded(self) -> bool:
        match = _GUARD.search(self._send("get system global | grep cfg-save"))
        return match is not None and match[1] == "revert"

    def _save_mode(self, mode: str, seconds: int = 0) -> None:
        for line in [
            "config system global",
            f"set cfg-save {mode}",
            *([f"set cfg-revert-timeout {seconds}"] * (seconds > 0)),
            "end",
        ]:
            self._enter(line)

    def _enter(self, line: str) -> None:
        said = self._send(line)
        refused = _REFUSED.search(said)
        if refused:
            shown = view.masked(line, "fortios").strip()
            raise error("DEP011", self._where, said=f"{shown}: {refused[0].strip()}")

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = open_fortios(self.endpoint)
        return self._connection

    def _send(self, command: str, patience: float = 30.0) -> str:
        """Type a command and return the answer. An account that may not turn paging off gets its pages turned."""
        connection = self._open()
        with explained(self.endpoint):
            connection.write_channel(connection.normalize_cmd(command))
            text = ""
            while True:
                text += connection.read_until_pattern(rf"{_PROMPT}|{_MORE.pattern}", read_timeout=patience)
                if not _MORE.search(text):
                    break
                connection.write_channel(" ")
        said = _PAGED.sub("", text).replace("\r", "")
        _, _, answer = said.partition("\n")
        return answer[: answer.rfind("\n") + 1]
