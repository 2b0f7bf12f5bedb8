"""The gate in front of a deployment: the final state and every intermediate step of the rollout, proved before the
first byte is sent.

A step's network is the mixture of devices that already have their new configuration and those that still have the old
one. No step may open a path that was not open before; no step may stop a declared flow that worked before and works
afterwards. Where the given order breaks one of the two, another order of the same batches (or of single devices) is
looked for, as long as the given time allows.

While the devices of one batch commit together, any of them may be first. So a batch stays whole only if every mixture
of its devices is proved: those whose change nothing forwards by make no mixture of their own, and of the others there
may be few (``TOGETHER``). A larger batch is taken apart: its devices commit one after another, each step proved.
"""

from __future__ import annotations

import datetime
import math
import time
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from network.analysis import compute
from network.analysis.reuse import alike
from network.config.model import Snapshot
from network.policy.assumptions import doubts
from network.policy.separation import Separation
from network.policy.verify import blocking, trusted_names, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from network.analysis.state import State
    from network.config.model import Cable, Device
    from network.policy.model import Policy
    from network.policy.verdict import Findings, Result, Violation

SEARCH_SECONDS = 20.0
"""How long another order is looked for."""
IRRELEVANT = frozenset({"file", "version", "statements", "irrelevant", "lines", "modelled_lines"})
"""Fields of a device that the computation of paths does not read: rules read them, and they judge the end alone."""
TOGETHER = 2
"""So many devices that matter may commit together: of n there are 2^n - 2 mixtures between before and after."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the rollout: the devices it changes and what it breaks. ``unmodelled`` names lines that keep it
    from being proved."""

    number: int
    devices: tuple[str, ...]
    leaks: tuple[Violation, ...] = ()
    outages: tuple[Violation, ...] = ()
    stopped: frozenset[tuple[str, str]] = frozenset()
    unproved: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the step opens no path, stops nothing, and could be proved."""
        return not (self.leaks or self.stopped or self.unproved)

    def as_json(self) -> dict[str, Any]:
        """Return the step as a JSON object."""
        return {
            "step": self.number,
            "devices": list(self.devices),
            "ok": self.ok,
            "violations": [one.as_json() for one in (*self.leaks, *self.outages)],
            "stopped": sorted(f"{flow} at {place}" for flow, place in self.stopped),
            "unproved": list(self.unproved),
        }


@dataclass(slots=True)
class Proof:
    """The gate's answer. ``final`` is the full result after the last step, ``batches`` the order that was proved.

    ``search`` says how the search for another order ended: ``not needed``, ``found``, ``none`` or ``out of time``.
    """

    final: Result
    steps: list[Step] = field(default_factory=list)
    suggestion: list[list[str]] | None = None
    batches: list[list[str]] = field(default_factory=list)
    taken_apart: int = 0
    search: str = "not needed"

    @property
    def first_bad(self) -> Step | None:
        """The first step that breaks the separation or a flow, if there is one."""
        return next((step for step in self.steps if not step.ok), None)

    @property
    def ok(self) -> bool:
        """Whether the final state and every step are proved."""
        return self.final.verdict == "proved" and self.first_bad is None

    def as_json(self) -> dict[str, Any]:
        """Return the proof as a JSON object for a plan file."""
        bad = self.first_bad
        return {
            "ok": self.ok,
            "verdict": self.final.verdict,
            "final": self.final.as_json(),
            "steps": [step.as_json() for step in self.steps],
            "first_bad": None if bad is None else bad.number,
            "suggestion": self.suggestion,
            "batches": self.batches,
            "taken_apart": self.taken_apart,
            "search": self.search,
        }


class _Rollout:
    """Judges mixtures of old and new devices; each mixture once."""

    def __init__(self, before: Snapshot, after: Snapshot, policy: Policy, today: datetime.date) -> None:
        self.before, self.after, self.policy, self.today = before, after, policy, today
        self.changed = frozenset(
            name
            for name in before.devices.keys() | after.devices.keys()
            if before.devices.get(name) != after.devices.get(name)
        )
        self.judge = Separation(policy)
        self._recent: State | None = None
        start = self._state(frozenset())
        self.judge.prepare(start)
        self.start = self.judge.examine(start)
        end = self._state(self.changed)
        self.end = self._examine(end)
        self._known = {_key(one) for one in self.start.violations if one.kind == "leak"}
        self._blocked = {line.source for _, line in blocking(before, start)} | {
            line.source for _, line in blocking(after, end)
        }
        self._doubted = {*self._doubts(start), *self._doubts(end)}
        self._steps: dict[frozenset[str], Step] = {}
        self.deadline = math.inf
        self.matters = frozenset(name for name in self.changed if self._matters(name))

    def _matters(self, name: str) -> bool:
        """Whether a device's change concerns what the verifier reads, beyond where a line stands in its file."""
        one, two = self.before.devices.get(name), self.after.devices.get(name)
        return one is None or two is None or not alike(_bare(one), _bare(two), {}, IRRELEVANT)

    def between(self, done: frozenset[str], batch: frozenset[str]) -> Step | None:
        """Return the first mixture of ``batch`` upon ``done`` that does not hold, whichever devices come first."""
        names = sorted(batch & self.matters)
        for count in range(1, len(names)):
            for first in combinations(names, count):
                step = self.step(done | frozenset(first), 0, first)
                if not step.ok:
                    return step
        return None

    def _snapshot(self, done: frozenset[str]) -> Snapshot:
        devices = {name: device for name, device in self.before.devices.items() if name not in done}
        devices |= {name: self.after.devices[name] for name in done if name in self.after.devices}
        return Snapshot(devices, _cables(self.before.cables, self.after.cables), root=self.after.root)

    def _state(self, done: frozenset[str]) -> State:
        mixture = self._snapshot(done)
        # Steps differ by few devices: what these do not touch is taken from the state before.
        state = compute(mixture, base=self._recent, trusted=trusted_names(self.policy, mixture, self.today))
        self._recent = state
        return state

    def _examine(self, state: State) -> Findings:
        self.judge.renew(state)
        return self.judge.examine(state)

    def _doubts(self, state: State) -> list[str]:
        return doubts(state.snapshot, state) if self.policy.flows else []

    def step(self, done: frozenset[str], number: int = 0, devices: Sequence[str] = ()) -> Step:
        """Return what is broken once the devices of ``done`` are new."""
        done &= self.changed
        kept = self._steps.get(done)
        if kept is None:
            state = self._state(done)
            findings = self._examine(state)
            # What does not work at the end either is judged there, by the policy's own obligations, not on the way.
            stopped = findings.stopped - self.start.stopped - self.end.stopped
            leaks = tuple(one for one in findings.violations if one.kind == "leak" and _key(one) not in self._known)
            flows = {flow for flow, _ in stopped}
            outages = tuple(one for one in findings.violations if one.kind == "outage" and one.flow in flows)
            lines = [line.source for _, line in blocking(state.snapshot, state) if line.source not in self._blocked]
            unproved = (*findings.unproved, *(f"{one.file}:{one.line} {one.text.strip()}" for one in lines))
            unproved += tuple(text for text in self._doubts(state) if text not in self._doubted)
            kept = Step(0, (), leaks, outages, stopped, unproved)
            self._steps[done] = kept
        return Step(number, tuple(devices), kept.leaks, kept.outages, kept.stopped, kept.unproved)


def prove(
    before: Snapshot,
    after: Snapshot,
    order: Sequence[Sequence[str]],
    policy: Policy,
    *,
    today: datetime.date | None = None,
    say: Callable[[str], None] | None = None,
    search_seconds: float = SEARCH_SECONDS,
) -> Proof:
    """Prove the final state and every step of a rollout that changes the devices of ``order``, batch by batch.

    Changed devices that ``order`` does not name are taken as one more batch at the end: nothing is left unjudged.
    ``today`` decides what has expired (the present day by default). Where a step does not hold, another order is looked
    for during at most ``search_seconds``.
    """
    today = today or datetime.datetime.now(tz=datetime.UTC).astimezone().date()
    tell = say or (lambda _: None)
    rollout = _Rollout(before, after, policy, today)
    batches = [list(batch) for batch in order]
    named = {name for batch in batches for name in batch}
    missing = sorted(rollout.changed - named)
    if missing:
        batches.append(missing)
    final, _, _ = verify(after, policy, today=today)
    proof = Proof(final)
    done: frozenset[str] = frozenset()
    for batch in batches:
        for part in _parts(rollout, done, batch):
            proof.batches.append(part)
            done |= frozenset(part)
            number = len(proof.batches)
            tell(f"段階 {number} を検査しています / step {number}: {', '.join(part)}")
            proof.steps.append(rollout.step(done, number, part))
    proof.taken_apart = len(proof.batches) - len(batches)
    if proof.first_bad is not None and final.verdict == "proved":
        rollout.deadline = time.monotonic() + search_seconds
        proof.suggestion = _reorder(rollout, proof.batches)
        late = time.monotonic() > rollout.deadline
        proof.search = "found" if proof.suggestion else "out of time" if late else "none"
    return proof


def _parts(rollout: _Rollout, done: frozenset[str], batch: list[str]) -> list[list[str]]:
    """Return the batch as it may be committed: whole if every mixture of its devices holds, else one after another.

    Devices whose change does not matter go together, first: no mixture differs from the network before.
    """
    order = [name for name in batch if name in rollout.matters]
    if len(order) < 2 or (len(order) <= TOGETHER and rollout.between(done, frozenset(order)) is None):
        return [batch]
    rest = [name for name in batch if name not in rollout.matters]
    return [*([rest] if rest else []), *([name] for name in order)]


def _reorder(rollout: _Rollout, batches: list[list[str]]) -> list[list[str]] | None:
    """Return an order of the batches, or else of single devices, in which every step holds; ``None`` if none was
    found."""
    units = [batch for batch in batches if rollout.changed & set(batch)]
    found = _search(rollout, units)
    if found is None and any(len(batch) > 1 for batch in units):
        found = _search(rollout, [[name] for batch in units for name in batch if name in rollout.changed])
    return found


def _search(rollout: _Rollout, units: list[list[str]]) -> list[list[str]] | None:
    """Depth-first over orders; a set of devices once found to lead nowhere is not tried again."""
    dead: set[frozenset[int]] = set()
    path: list[int] = []

    def go(done: frozenset[int]) -> bool:
        if len(done) == len(units):
            return True
        if done in dead or time.monotonic() > rollout.deadline:
            return False
        for index in range(len(units)):
            if index in done:
                continue
            now = done | {index}
            if rollout.step(frozenset(name for i in now for name in units[i])).ok:
                path.append(index)
                if go(now):
                    return True
                path.pop()
        dead.add(done)
        return False

    return [units[index] for index in path] if go(frozenset()) else None


def _bare(device: Device) -> Device:
    """Return the device without what its interfaces are called: no path reads a description."""
    return replace(device, interfaces={n: replace(one, description="") for n, one in device.interfaces.items()})


def _cables(before: list[Cable] | None, after: list[Cable] | None) -> list[Cable] | None:
    """Return the cabling of a mixture: both, since cables are moved by people, not by the rollout."""
    if before is None and after is None:
        return None
    return list(dict.fromkeys((*(before or ()), *(after or ()))))


def _key(violation: Violation) -> tuple[str, str, str, str]:
    return (violation.from_zone, violation.to_zone, violation.reason, violation.packets)


__all__ = ["Proof", "Step", "prove"]
