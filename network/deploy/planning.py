"""Making a plan: ask every device for its own difference to what it should be, order them, let the gate prove them.

This is also the dry run: it loads the candidate to the device's flash, asks for the difference and overwrites the
candidate again; the running configuration is not touched.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from bunri.change.files import sha256
from bunri.change.plan import Plan, Proof, Step, Target
from bunri.messages import BunriError, Message, Where, error
from network.deploy import forti_script, gate, remediation, view, windows
from network.deploy.order import batches
from network.deploy.platforms import METHODS, open_session
from network.render.secrets import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from network.deploy.control import Control
    from network.deploy.endpoint import Endpoint

LONGEST_TIMER = 120
"""Minutes; Cisco IOS takes 1 to 120 (IOS-XE Configuration Fundamentals, ``configure replace … timer``)."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What a device answered: its configuration with secrets masked, its state's fingerprint, its own difference.

    ``remediation``: command lines for people to read beside the difference (masked; nothing is done by them).
    """

    name: str
    before: str
    masked: str
    diff: str
    seconds: float
    changed: bool
    remediation: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a plan is for. ``candidates``: device → wanted text with markers. ``atomic`` as in ``Plan``."""

    title: str
    candidates: Mapping[str, str]
    serial: Sequence[int | str] = (1, 5, "100%")
    atomic: Literal["plan", "batch"] = "plan"
    parallel: int = 32
    notes: tuple[str, ...] = field(default=())


def make_plan(
    control: Control, wish: Wish, folder: Path, report: Callable[[str, str], None] = lambda _name, _what: None
) -> Plan:
    """Return the plan for ``wish``; what each device held goes, masked, into the snapshot ``folder/before``.

    Raises every device's problem at once; DEP017–DEP019 from the gate; DEP027 if the revert timers cannot cover it.
    """
    followers = forti_script.followers({name: text for name, text in wish.candidates.items() if _forti(control, name)})
    led = {name: text for name, text in wish.candidates.items() if name not in followers}
    follow = tuple(f"{name}: HA → {leader}" for name, leader in sorted(followers.items()))
    ahead = windows.notes(control.rules, {control.endpoints[name].site for name in led}, datetime.now(UTC))
    wish = replace(wish, candidates=led, notes=(*wish.notes, *follow, *ahead))
    survey = _survey(control, wish, report)
    changed = [name for name, found in survey.items() if found.changed]
    groups = batches(changed, control.hops(), wish.serial)
    proof = _prove(control, wish, survey, groups, folder)
    if proof.batches:
        # The gate may have taken a batch apart whose mixtures it could not prove.
        named = [[name for name in batch if name in survey] for batch in proof.batches]
        groups = [group for group in named if group]
    expected = sum(max(survey[name].seconds for name in group) for group in groups) * 2 + 5 * len(groups)
    timer = timer_minutes(expected if wish.atomic == "plan" else expected / max(1, len(groups)))
    steps = tuple(
        _step(control, wish, survey[name], number, timer) for number, group in enumerate(groups) for name in group
    )
    return Plan(
        id=folder.name,
        title=wish.title,
        created=datetime.now(UTC).replace(microsecond=0),
        atomic=wish.atomic,
        steps=steps,
        unchanged=tuple(sorted(set(survey) - set(changed))),
        proof=proof,
        expected_seconds=round(expected, 1),
        notes=wish.notes,
    )


def timer_minutes(expected_seconds: float) -> int:
    """Return the revert timer: twice the expected time and two minutes, at least five.

    Error: DEP027 beyond two hours.
    """
    minutes = max(5, math.ceil(expected_seconds * 2 / 60) + 2)
    if minutes > LONGEST_TIMER:
        raise error("DEP027", minutes=round(expected_seconds / 60))
    return minutes


def _forti(control: Control, name: str) -> bool:
    return name in control.endpoints and control.endpoints[name].platform == "fortios"


def _survey(control: Control, wish: Wish, report: Callable[[str, str], None]) -> dict[str, Surveyed]:
    problems: list[Message] = []
    survey: dict[str, Surveyed] = {}

    def ask(name: str) -> Surveyed | tuple[Message, ...]:
        report(name, "survey")
        try:
            found = survey_device(control, control.endpoints[name], wish.candidates[name])
        except BunriError as problem:
            report(name, "failed")
            return problem.messages
        report(name, "survey done")
        return found

    with ThreadPoolExecutor(max_workers=wish.parallel) as pool:
        for answer in pool.map(ask, wish.candidates):
            if isinstance(answer, Surveyed):
                survey[answer.name] = answer
            else:
                problems.extend(answer)
    if problems:
        raise BunriError(*problems)
    return survey


def survey_device(control: Control, endpoint: Endpoint, candidate: str) -> Surveyed:
    """Return what one device holds and how it would change."""
    begun = time.monotonic()
    filled = fill_for(control, endpoint.name, candidate)
    session = open_session(endpoint, filled, control, before="", diff="", timer_minutes=5)
    try:
        running = session.running()
        filled = view.unmask(filled, running, endpoint.platform, endpoint.name)
        session.use(filled)
        before = session.fingerprint(running)
        masked = view.marked(running, candidate, filled, endpoint.platform)
        if session.is_new(running):
            return Surveyed(endpoint.name, before, masked, "", time.monotonic() - begun, changed=False)
        try:
            diff = session.load(running)
        finally:
            session.discard()
        if not diff:
            diff = "\n".join(str(item) for item in session.differences(running))
        lines = _to_read(filled, running, endpoint.platform)
        return Surveyed(
            endpoint.name, before, masked, diff, time.monotonic() - begun, changed=True, remediation="\n".join(lines)
        )
    finally:
        session.close()


def _to_read(wanted: str, running: str, platform: str) -> list[str]:
    """Return the masked command lines that people may want to read beside the difference."""
    if platform != "cisco_ios":
        return []  # a FortiOS difference consists of commands already
    try:
        return remediation.lines(wanted, running)
    except Exception as problem:  # whatever the library stumbles over: nothing is done by these lines
        return [f"! hier_config: {type(problem).__name__}"]


def fill_for(control: Control, name: str, candidate: str) -> str:
    """Return the candidate with the vault's values: for memory only."""
    return fill(candidate, control.secrets, name)


def _step(control: Control, wish: Wish, found: Surveyed, batch: int, timer: int) -> Step:
    endpoint = control.endpoints[found.name]
    candidate = wish.candidates[found.name]
    return Step(
        target=Target(name=found.name, kind="device", site=endpoint.site),
        method=METHODS[endpoint.platform].format(minutes=timer),
        batch=batch,
        candidate=candidate,
        candidate_sha256=sha256(candidate),
        before=found.before,
        filled=control.fingerprints.of(fill_for(control, found.name, candidate)),
        diff=found.diff,
        seconds=round(found.seconds * 2, 1),
        facts={
            "platform": endpoint.platform,
            "timer_minutes": str(timer),
            "role": endpoint.role,
            "remediation": found.remediation,
        },
    )


def _prove(
    control: Control, wish: Wish, survey: Mapping[str, Surveyed], groups: Sequence[Sequence[str]], folder: Path
) -> Proof:
    # What a device holds, but for its secrets; devices outside the plan are taken as they are intended to be.
    configs = {name: control.intended_text(name) for name in control.endpoints if name not in survey}
    before = configs | {name: found.masked for name, found in survey.items()}
    after = before | {name: wish.candidates[name] for group in groups for name in group}
    first = gate.snapshot(folder / "before", before, control.intended)
    second = gate.snapshot(folder / "after", after, control.intended)
    if not groups:
        return Proof(verdict="not-applicable", reference=gate.reference(first, second, control.intended / "policy.yml"))
    return gate.prove(first, second, groups, control.intended / "policy.yml")


def check_unaltered(control: Control, plan: Plan) -> None:
    """Raise if the plan's devices are unknown or the vault has changed since: DEP025, DEP024, all at once."""
    found: list[Message] = []
    for step in plan.steps:
        name = step.target.name
        if name not in control.endpoints:
            found.append(Message("DEP025", Where(device=name), {"limit": name}))
        elif control.fingerprints.of(fill_for(control, name, step.candidate)) != step.filled:
            found.append(Message("DEP024", Where(device=name)))
    if found:
        raise BunriError(*found)
