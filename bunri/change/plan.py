"""The plan: what exactly will be done to which target, in which order, and the number that goes on the paper.

A plan is a JSON file. Its ``sha256`` covers everything else in it, so that the approver's signature, the file and what
is applied cannot drift apart. People copy a short form of it by hand: ``XXXX-XXXX-XXXX-XXXX-NN``, 80 bits of the hash
in Crockford's base 32 and two check digits (ISO/IEC 7064, MOD 97-10).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bunri.change.files import canonical, sha256, write_atomic
from bunri.messages import Where, error

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U, which hands confuse
_SHORT_BITS = 80


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Frozen):
    """What a step changes: its name, its kind (``device``, ``desktop``, ``server`` …) and where it stands."""

    name: str
    kind: str
    site: str = ""


class Step(_Frozen):
    """One target's change. ``candidate`` is its whole new content, secrets as placeholders only.

    ``before`` and ``filled`` are opaque fingerprints: the target's state when the plan was made, and the candidate with
    its secrets. ``method`` says how the change is guarded, ``batch`` (from 0) when it happens, ``seconds`` how long it
    should take. ``facts`` are the room's own (platform, address, timer …).
    """

    target: Target
    method: str
    batch: int
    candidate: str
    candidate_sha256: str
    before: str
    filled: str
    diff: str
    seconds: float
    facts: dict[str, str] = {}


class Proof(_Frozen):
    """What the gate said: its verdict, what it was asked (a digest of snapshots and policy), its summary lines.

    ``batches`` is the order that was proved, where the gate took batches apart; empty: the order it was given.
    """

    verdict: Literal["proved", "violated", "unproved", "not-applicable"]
    reference: str
    summary: tuple[str, ...] = ()
    batches: tuple[tuple[str, ...], ...] = ()


class Plan(_Frozen):
    """A whole change. ``atomic`` says what falls back together when one target fails: the plan, or the batch."""

    format: int = FORMAT
    id: str
    title: str
    created: datetime
    atomic: Literal["plan", "batch"]
    steps: tuple[Step, ...]
    unchanged: tuple[str, ...] = ()
    proof: Proof
    expected_seconds: float
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The number of the plan: SHA-256 over its canonical JSON."""
        return sha256(canonical(self.model_dump(mode="json")))

    @property
    def batches(self) -> list[list[Step]]:
        """The steps by batch, in the order in which they happen."""
        numbers = sorted({step.batch for step in self.steps})
        return [[step for step in self.steps if step.batch == number] for number in numbers]


def save(plan: Plan, path: Path) -> str:
    """Write ``plan`` with its hash to ``path``; return the hash."""
    number = plan.sha256
    document = {"sha256": number, "short": short_form(number), "plan": plan.model_dump(mode="json")}
    write_atomic(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return number


def load(path: Path) -> Plan:
    """Read a plan and prove that nobody altered it. Errors: CHG001 (unreadable), CHG002 (altered)."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        plan = Plan.model_validate(document["plan"])
        stated = str(document["sha256"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as problem:
        raise error("CHG001", Where(file=str(path)), why=_first_line(problem)) from problem
    if plan.format != FORMAT:
        raise error("CHG001", Where(file=str(path)), why=f"format {plan.format}, expected {FORMAT}")
    if stated != plan.sha256:
        raise error("CHG002", Where(file=str(path)), stated=short_form(stated), found=short_form(plan.sha256))
    for step in plan.steps:
        if sha256(step.candidate) != step.candidate_sha256:
            raise error(
                "CHG002",
                Where(file=str(path), device=step.target.name),
                stated=step.candidate_sha256[:16],
                found=sha256(step.candidate)[:16],
            )
    return plan


def short_form(number: str) -> str:
    """Return the form of a plan's hash that people write on paper, e.g. ``7Q2M-…-41``; "" for what is no hash."""
    try:
        value = int(number, 16) >> (4 * len(number) - _SHORT_BITS)
    except ValueError:
        return ""
    letters = "".join(_DIGITS[(value >> shift) & 31] for shift in range(_SHORT_BITS - 5, -1, -5))
    check = 98 - value * 100 % 97
    return "-".join([*(letters[i : i + 4] for i in range(0, len(letters), 4)), f"{check:02d}"])


def typed_matches(typed: str, number: str) -> bool:
    """Say whether what a person typed is the plan ``number``: its short form or all 64 digits.

    Case and separators do not matter, and O, I, L are read as 0, 1, 1 as Crockford asks. Raises CHG003 where the check
    digits show a slip of the hand: that is no other plan, and the person should look again.
    """
    word = "".join(char for char in typed.upper() if char.isalnum())
    if len(word) == 64:
        return word.lower() == number
    word = word.replace("O", "0").replace("I", "1").replace("L", "1")
    letters, digits = word[:-2], word[-2:]
    if len(letters) != _SHORT_BITS // 5 or not digits.isdigit() or any(char not in _DIGITS for char in letters):
        raise error("CHG003", typed=typed)
    value = 0
    for char in letters:
        value = value * 32 + _DIGITS.index(char)
    if (value * 100 + int(digits)) % 97 != 1:
        raise error("CHG003", typed=typed)
    return "".join(char for char in short_form(number) if char.isalnum()) == word


def _first_line(problem: Exception) -> str:
    return str(problem).splitlines()[0] if str(problem) else type(problem).__name__
