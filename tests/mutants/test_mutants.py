"""The sample city with one deliberate change each: every leak and outage is found with its witness, no rewrite is
minded.

Full size (``BUNRI_TEST_SCALE`` 4 and more) is every mutant; CI takes the first of every kind and a share of the rest.
"""

from __future__ import annotations

import datetime
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from network.config import load_snapshot, read_device
from network.config.model import Cable, Snapshot
from network.policy.model import load_policy
from network.policy.verify import verify
from tests.mutants.edit import Mutant, load
from tests.oracle.scale import SCALE

if TYPE_CHECKING:
    from network.analysis.state import State
    from network.policy.model import Policy
    from network.policy.separation import Separation
    from network.policy.verdict import Result

CITY = Path(__file__).parents[2] / "inventory" / "yasu" / "intended"
TODAY = datetime.date(2026, 11, 22)


def chosen(name: str, share: int) -> list[Mutant]:
    """Return a table's mutants: all of them at full size, else the first of each kind and every ``share``-th."""
    mutants = load(name)
    if SCALE >= 4:
        return mutants
    kinds: set[str] = set()
    kept = []
    for number, mutant in enumerate(mutants):
        if number % share == 0 or mutant.kind not in kinds:
            kept.append(mutant)
        kinds.add(mutant.kind)
    return kept


@cache
def city() -> tuple[Snapshot, Policy]:
    snapshot = load_snapshot(CITY)
    assert snapshot.policy_file
    return snapshot, load_policy(snapshot.policy_file)


@cache
def verified(rules: bool) -> tuple[Result, State, Separation]:
    snapshot, policy = city()
    return verify(snapshot, policy, today=TODAY, rules=rules)


def untouched(rules: bool) -> Result:
    return verified(rules)[0]


def judge(mutant: Mutant, *, rules: bool = False) -> Result:
    """Return the verdict on the city after a mutant's edits; only what the changed devices touch is proved again.

    That this is the verdict from nothing is held by ``tests/unit/policy/test_reverify.py``.
    """
    snapshot, policy = city()
    devices = dict(snapshot.devices)
    for name in mutant.devices():
        before = (CITY / "configs" / f"{name}.cfg").read_text(encoding="utf-8")
        after = mutant.text(name, before)
        assert after != before
        devices[name] = read_device(after, f"configs/{name}.cfg")
    assert snapshot.cables is not None
    cables = [*snapshot.cables, *(Cable(*one, *other) for one, other in mutant.cables())]
    mutated = Snapshot(devices, cables, snapshot.policy_file, snapshot.root)
    return verify(mutated, policy, today=TODAY, rules=rules, after=verified(rules=False)[1:])[0]


def test_the_tables_are_large_enough() -> None:
    leaks = load("leaks")
    assert len(leaks) >= 60
    kinds = {kind: [m for m in leaks if m.kind == kind] for kind in {m.kind for m in leaks}}
    assert all(len(found) >= 2 for found in kinds.values())
    assert len(load("outages")) >= 60
    assert len(load("harmless")) >= 30


def test_the_city_itself_is_proved() -> None:
    assert untouched(rules=False).verdict == "proved"


@pytest.mark.slow
@pytest.mark.parametrize("mutant", chosen("leaks", 5), ids=lambda mutant: mutant.id)
def test_leak_is_found(mutant: Mutant) -> None:
    by_rule = mutant.pair is None
    result = judge(mutant, rules=by_rule)
    assert result.verdict != "proved"
    shown = [
        f"{hop.device} {hop.action} {hop.text}"
        for violation in result.violations
        if violation.kind == "leak" and (by_rule or (violation.from_zone, violation.to_zone) == mutant.pair)
        for hop in violation.path
    ]
    if by_rule:
        known = {str(finding) for finding in untouched(rules=True).findings}
        shown += [f"{f.device} {f.text} {f.what_en}" for f in result.findings if str(f) not in known]
    if mutant.blocked:
        shown += [line.source.text for _, line in result.unmodelled] + result.reasons
    assert any(re.search(mutant.witness, text) for text in shown), "\n".join(shown) or result.verdict


@pytest.mark.slow
@pytest.mark.parametrize("mutant", chosen("outages", 6), ids=lambda mutant: mutant.id)
def test_outage_is_found(mutant: Mutant) -> None:
    result = judge(mutant)
    assert result.verdict == "violated"
    found = [violation for violation in result.violations if violation.kind == "outage"]
    assert mutant.flow in {violation.flow for violation in found}
    assert all(violation.packet is not None for violation in found if violation.flow == mutant.flow)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", chosen("harmless", 3), ids=lambda mutant: mutant.id)
def test_harmless_rewrite_changes_nothing(mutant: Mutant) -> None:
    result = judge(mutant)
    assert [line.source.text for _, line in result.unmodelled] == []
    assert result.violations == []
    assert (result.verdict, result.pairs) == (untouched(rules=False).verdict, untouched(rules=False).pairs)
