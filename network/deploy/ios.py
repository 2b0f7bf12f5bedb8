"""One IOS-XE device's hands for the two-phase commit: ``configure replace`` under a revert timer, through napalm.

napalm's success is not believed (see docs/deploy.md): after each step the running configuration is read again, over a
second connection, and compared with the candidate. The candidate travels by SCP from memory (an anonymous file that no
disk and no crash leaves behind) and is overwritten on the device when the work is done, because it holds secrets.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bunri.change.transaction import State
from bunri.messages import Where, error
from network.deploy import checks, view
from network.deploy.connection import explained, open_ios, refusal, senseless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from napalm.ios import IOSDriver

    from bunri.change.files import Fingerprints
    from network.deploy.endpoint import Endpoint

ROLLBACK_FILE = "bunri-rollback.cfg"
CANDIDATE_FILE = "bunri-candidate.cfg"
_PENDING = (
    ("user", re.compile(r"^User: (.*)$", re.MULTILINE)),
    ("timer", re.compile(r"^Timer value: (.*)$", re.MULTILINE)),
)
SETTLE_SECONDS = 60.0
"""How long neighbours, routes and sessions may take to come back after a change."""


@dataclass(frozen=True, slots=True)
class Material:
    """What an IOS device is to become. ``filled`` holds secrets: it stays in memory.

    ``before`` is the fingerprint that the plan was made against, ``diff`` the masked difference it showed.
    """

    filled: str = field(repr=False)
    before: str
    diff: str
    timer_minutes: int
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


def complete_candidate(filled: str, running: str) -> str:
    """Return the text that the device replaces its configuration with: what only it knows is handed back to it.

    ``version`` and ``end`` are what IOS takes a file for a whole configuration by (napalm #653, #1897).
    """
    lines = [line.rstrip() for line in filled.rstrip().splitlines()]
    if lines and lines[-1] == "end":
        lines.pop()
    if not any(line.startswith("version ") for line in lines):
        version = re.search(r"^version \S+", running, re.MULTILINE)
        lines.insert(0, version[0] if version else "version 17.9")
    own = view.device_only(running, filled)
    lines = _with_etx(lines)
    return "\n".join(lines) + "\n" + own + "end\n"


def _with_etx(lines: list[str]) -> list[str]:
    """Write the delimiters of banners as ETX: a device shows that character as ``^C``, but would read ``^`` alone."""
    result: list[str] = []
    inside = False
    for line in lines:
        text = line
        if not inside and re.match(r"^banner \S+ \^C", text):
            text = text.replace("^C", "\x03", 1)
            inside = True
            if "^C" in text:
                text = text.replace("^C", "\x03", 1)
                inside = False
        elif inside and "^C" in text:
            text = text.replace("^C", "\x03", 1)
            inside = False
        result.append(text)
    return result


def mask_diff(diff: str, secrets: dict[str, str]) -> str:
    """Return a device's difference without secrets: by the shape of its lines, and by the filled values."""
    kept = []
    for line in diff.splitlines():
        sign = line[: len(line) - len(line.lstrip("+- "))]
        kept.append(sign + view.masked(line[len(sign) :], "cisco_ios").rstrip("\n"))
    text = "\n".join(kept)
    for value in sorted(secrets.values(), key=len, reverse=True):
        if value:
            text = text.replace(value, view.MASK)
    return text.strip()


class IosSession:
    """See ``bunri.change.transaction.Session``. One instance per device and run; not shared between threads at once."""

    def __init__(self, endpoint: Endpoint, material: Material, fingerprints: Fingerprints) -> None:
        self.endpoint = endpoint
        self.material = material
        self._fingerprints = fingerprints
        self._driver: IOSDriver | None = None
        self._facts_before: checks.Facts | None = None
        self._checked = False
        self._where = Where(device=endpoint.name)

    def use(self, filled: str) -> None:
        """Take another candidate: the one whose masked secrets were filled from the device itself."""
        self.material = replace(self.material, filled=filled)

    # What the device holds

    def state(self) -> State:
        """Ask for the pending timer and the running configuration, and say which of plan's states that is."""
        pending = self._pending()
        running = self.running()
        if self.is_new(running):
            return State.PENDING if pending else State.NEW
        if self.fingerprint(running) == self.material.before:
            return State.PARTIAL if pending else State.OLD
        return State.PARTIAL if pending else State.OTHER

    def running(self) -> str:
        """Return the running configuration, secrets included: for memory only."""
        command = "show running-config"
        text = self._show(command, patience=120)
        if not re.search(r"^end\s*$", text, re.MULTILINE) or not re.search(r"^hostname ", text, re.MULTILINE):
            raise senseless(self.endpoint.name, command, text)
        return text

    def fingerprint(self, running: str) -> str:
        """Return the keyed digest of what ``running`` says, noise left out."""
        return self._fingerprints.of(view.normal(running, "cisco_ios"))

    def is_new(self, running: str) -> bool:
        """Say whether ``running`` is the candidate, secrets included."""
        return not self.differences(running)

    def differences(self, running: str) -> list[view.Difference]:
        """Return what differs between the candidate and ``running``; a secret that differs is named, never shown."""
        found = view.compare(self.material.filled, running, "cisco_ios")
        held = view.secrets_of(running, "cisco_ios")
        for key, line in view.secrets_of(self.material.filled, "cisco_ios").items():
            if key in held and held[key] != line:
                found.append(view.Difference("secret", (), key))
        return found

    # The steps

    def prepare(self) -> dict[str, str]:
        """Check that the device is as planned, note what works now, load the candidate, compare its own difference."""
        self._no_pending()
        running = self.running()
        name = re.search(r"^hostname (\S+)", running, re.MULTILINE)
        if name and name[1] != self.endpoint.name and self.material.before != self.fingerprint(running):
            raise error("DEP029", self._where, found=name[1], name=self.endpoint.name)
        if self.fingerprint(running) != self.material.before:
            raise error("DEP014", self._where)
        self._requirements(running)
        self._facts_before = self.facts(running)
        diff = self.load(running)
        if diff != self.material.diff:
            raise error("DEP015", self._where)
        return {"before": self.material.before, "rollback": f"flash:/{ROLLBACK_FILE}"}

    def load(self, running: str) -> str:
        """Send the candidate to flash and return the device's own difference, masked."""
        driver = self._open()
        with explained(self.endpoint), _memory_file(complete_candidate(self.material.filled, running)) as name:
            try:
                driver.load_replace_candidate(filename=name)
            except Exception as problem:
                raise self._load_failure(problem) from problem
            return mask_diff(driver.compare_config(), self.material.secrets)

    def commit(self) -> None:
        """Replace the configuration under the revert timer. napalm writes the rollback file just before."""
        driver = self._open()
        with explained(self.endpoint):
            driver.commit_config(revert_in=self.material.timer_minutes * 60)

    def check(self) -> None:
        """Read back over a new connection, compare, and look whether what worked before works again."""
        self._reconnect()
        running = self.running()
        differences = self.differences(running)
        if differences:
            raise error("DEP012", self._where, count=len(differences), first=str(differences[0]))
        if not self._pending():
            raise error("DEP020", self._where)
        self._wait_until_settled()
        self._checked = True

    def confirm(self) -> None:
        """Stop the timer, make sure that it is stopped, save. If no timer runs, only the saving is left to do."""
        pending = self._pending()
        if not (pending and self._checked) and self.differences(self.running()):
            raise error("DEP020", self._where)
        if pending:
            self._show("configure confirm")
            if self._pending():
                raise error("DEP031", self._where, said="configure confirm")
        self._save()
        self._forget_candidate()

    def revert(self) -> None:
        """Take the device back: by its own timer's copy, else by the rollback file, whose content is checked first."""
        self._checked = False
        driver = self._open()
        with explained(self.endpoint):
            if self._pending():
                driver._commit_handler("configure revert now")
        running = self.running()
        if self.fingerprint(running) != self.material.before:
            kept = self._show(f"more flash:/{ROLLBACK_FILE}", patience=120)
            if self.fingerprint(kept) != self.material.before:
                raise error("DEP022", self._where, file=f"flash:/{ROLLBACK_FILE}")
            with explained(self.endpoint):
                said = driver._commit_handler(f"configure replace flash:/{ROLLBACK_FILE} force")
            running = self.running()
            if self.fingerprint(running) != self.material.before:
                raise error("DEP031", self._where, said=refusal(said))
        self._save()
        self._forget_candidate()

    def close(self) -> None:
        """Close the connection."""
        if self._driver is not None:
            with contextlib.suppress(Exception):  # the line may be dead already: there is nothing left to close then
                self._driver.close()
            self._driver = None

    def discard(self) -> None:
        """Overwrite the candidate on flash: a dry run leaves nothing behind."""
        self._forget_candidate()

    def facts(self, running: str) -> checks.Facts:
        """Ask for neighbours, learnt routes per VRF and authenticated sessions, as far as the device has them."""
        driver = self._open()
        neighbours: dict[str, frozenset[str]] = {}
        if re.search(r"^lldp run", running, re.MULTILINE):
            with explained(self.endpoint):
                found = driver.get_lldp_neighbors()
            neighbours = {
                checks.short_interface(port): frozenset(str(entry["hostname"]) for entry in entries)
                for port, entries in found.items()
            }
        routes: dict[str, frozenset[str]] = {}
        if re.search(r"^router (ospf|bgp|eigrp)", running, re.MULTILINE):
            for vrf in checks.vrfs_of(running):
                routes[vrf] = checks.learnt_routes(self._show(f"show ip route vrf {vrf}", patience=60))
        sessions: dict[str, frozenset[str]] = {}
        if re.search(r"^dot1x system-auth-control", running, re.MULTILINE):
            sessions = checks.authorised_sessions(self._show("show authentication sessions", patience=60))
        return checks.Facts(neighbours, routes, sessions)

    # Details

    def _wait_until_settled(self) -> None:
        before = self._facts_before
        if before is None:
            return
        deadline = time.monotonic() + SETTLE_SECONDS * self.endpoint.time_scale
        while True:
            lost = checks.losses(before, self.facts(self.material.filled), self.material.diff)
            if not lost:
                return
            if time.monotonic() > deadline:
                raise error("DEP013", self._where, lost="; ".join(lost))
            time.sleep(2 * self.endpoint.time_scale)

    def _requirements(self, running: str) -> None:
        if not re.search(r"^archive$", running, re.MULTILINE):
            raise error("DEP007", self._where)
        if "file prompt quiet" not in running:
            raise error("DEP008", self._where)
        if "ip scp server enable" not in running:
            raise error("DEP009", self._where)

    def _load_failure(self, problem: Exception) -> BaseException:
        text = str(problem)
        if "Insufficient space" in text:
            return error("DEP010", self._where)
        if "SCP file transfers are not enabled" in text:
            return error("DEP009", self._where)
        return problem

    def _pending(self) -> dict[str, str]:
        """Return the pending commit of ours, empty if there is none; another operator's is an error (DEP006)."""
        command = "show archive config rollback timer"
        said = self._show(command)
        if "No Rollback Confirmed Change pending" in said:
            return {}
        pending = {field: match[1].strip() for field, match in ((f, p.search(said)) for f, p in _PENDING) if match}
        if not pending and "not enabled" not in said and "turn config archive on" not in said:
            # Neither a timer nor its absence: whatever this is, it is not a reason to go on.
            raise senseless(self.endpoint.name, command, said)
        owner = pending.get("user", "").strip()
        if pending and owner and owner != self.endpoint.username:
            raise error("DEP006", self._where, user=owner, timer=pending.get("timer", "?").strip())
        return pending

    def _no_pending(self) -> None:
        pending = self._pending()
        if pending:
            owner = f"{self.endpoint.username} (bunri)"
            raise error("DEP006", self._where, user=owner, timer=pending.get("timer", "?").strip())

    def _save(self) -> None:
        with explained(self.endpoint):
            said = str(self._open().device.save_config())
        if "[OK]" not in said:
            raise error("DEP021", self._where, said=refusal(said))

    def _forget_candidate(self) -> None:
        self._show(f"copy running-config flash:/{CANDIDATE_FILE}")

    def _open(self) -> IOSDriver:
        if self._driver is None:
            names = {"candidate_cfg": CANDIDATE_FILE, "rollback_cfg": ROLLBACK_FILE}
            self._driver = open_ios(self.endpoint, names)
        return self._driver

    def _reconnect(self) -> None:
        self.close()
        self._open()

    def _show(self, command: str, patience: float = 30.0) -> str:
        device: Any = self._open().device
        with explained(self.endpoint):
            return str(device.send_command(command, read_timeout=patience))


@contextlib.contextmanager
def _memory_file(text: str) -> Iterator[str]:
    """Give ``text`` a file name without giving it a file: secrets must not survive a crash in a temporary folder."""
    handle = os.memfd_create("candidate", os.MFD_CLOEXEC)
    try:
        os.write(handle, text.encode())
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)
