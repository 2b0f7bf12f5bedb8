"""A snapshot verified after another one has the verdict, the violations and the witnesses that it has alone."""

from __future__ import annotations

import datetime
import random
from functools import cache
from typing import TYPE_CHECKING

import pytest

from network.policy.model import load_policy
from network.policy.verify import verify
from tests.oracle.scale import SCALE
from tests.unit.analysis.test_reuse import CITY, EDITS, base, edited, text_of

if TYPE_CHECKING:
    from network.analysis.state import State
    from network.config.model import Snapshot
    from network.policy.separation import Separation
    from network.policy.verdict import Result

TODAY = datetime.date(2026, 11, 22)


@cache
def city() -> tuple[State, Separation]:
    _, state, judge = verify(base().snapshot, load_policy(CITY / "policy.yml"), today=TODAY, rules=False)
    return state, judge


def agree(snapshot: Snapshot) -> Result:
    policy = city()[1].policy
    one = verify(snapshot, policy, today=TODAY, rules=False, after=city())[0]
    two = verify(snapshot, policy, today=TODAY, rules=False)[0]
    assert one.verdict == two.verdict
    assert one.pairs == two.pairs
    assert sorted(map(str, one.violations)) == sorted(map(str, two.violations))
    assert one.reasons == two.reasons
    return one


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_verified_after_the_city(kind: str) -> None:
    rng = random.Random(f"{kind} verified")
    names = sorted(base().snapshot.devices)
    rng.shuffle(names)
    done = 0
    for name in names:
        before = text_of(name)
        text = EDITS[kind](rng, before)
        if text is None or text == before:
            continue
        agree(edited({name: text}))
        done += 1
        if done >= SCALE:
            break
    assert done


def test_opened_and_closed_again() -> None:
    names = [name for name in sorted(base().snapshot.devices) if "ip access-list extended" in text_of(name)]
    opened = {
        name: text_of(name).replace("\n 10 ", "\n 1 permit ip any any\n 10 ")
        for name in names
        if "\n 10 " in text_of(name) and name.endswith("-sw1")
    }
    found = agree(edited(dict(sorted(opened.items())[:3])))
    assert found.verdict == "violated"
    assert agree(base().snapshot).verdict == "proved"
