"""The controller is killed (SIGKILL) at many points of a replacement; the next one goes on from what it finds."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from bunri.change.journal import Journal
from vdi.vsphere.connection import Connection
from vdi.vsphere.inventory import Inventory

from .test_rolling import all_new, as_before
from .town import IMAGE_KEY, NEW_IMAGE, OLD_IMAGE, Town, identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bunri.change.plan import Plan

SCALE = float(os.environ.get("BUNRI_TEST_SCALE", "1"))
POINTS = max(8, round(8 * SCALE))
"""At scale 5 there are 40 points a kind of cut."""


def die_after(calls: int) -> None:
    """Kill this process at the call ``calls`` to the vCenter, before or (every other time) after it is carried out."""
    count = 0
    original = Connection.call

    def counted(self: Connection, what: str, work: Callable[[Any], Any], *, safe: bool = True) -> Any:
        nonlocal count
        count += 1
        if count < calls:
            return original(self, what, work, safe=safe)
        if calls % 2:
            original(self, what, work, safe=safe)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    Connection.call = counted  # type: ignore[method-assign]


def die_after_records(records: int) -> None:
    """Kill this process when so many records have been written to the journal, before the next one."""
    count = 0
    original = Journal.append

    def counted(self: Journal, run: str, event: str, target: str = "", **data: object) -> Any:
        nonlocal count
        count += 1
        if count > records:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(self, run, event, target, **data)

    Journal.append = counted  # type: ignore[method-assign]


def child(work: Callable[[], object]) -> bool:
    """Run ``work`` in a process of its own; return whether it came to its end."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _pid, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def nobody_lost(town: Town, before: dict[str, Any]) -> None:
    """Assert that at this very moment every desktop exists, as old or as new, and is known by its name."""
    inventory: Inventory = town.inventory()
    names = {item.name for item in inventory.machines if item.folder == "kikan-vdi"}
    for name in before:
        assert name in names or any(found.startswith(f"{name}~old-") for found in names), name


def cut(town: Town, made: Plan, arm: Callable[[int], None], point: int, *, bad: str = "") -> bool:
    """Run a controller that dies at ``point``; return whether it came to its end."""

    def work() -> None:
        if bad:
            town.center.guests({bad: {"heartbeat": "red"}})
        arm(point)
        town.apply(made)

    return child(work)


@pytest.mark.parametrize("arm", [die_after, die_after_records])
def test_killed_anywhere_and_resumed(make_town: Callable[..., Town], arm: Callable[[int], None]) -> None:
    cuts = 0
    # Spread over the whole run: some 115 calls and 42 records for five desktops.
    last = 105 if arm is die_after else 42
    for number in range(POINTS):
        point = 1 + number * last // POINTS
        town = make_town(5)
        before = identity(town.desktops())
        made = town.plan()
        finished = cut(town, made, arm, point)
        cuts += not finished
        nobody_lost(town, before)
        if finished:
            all_new(town, before)
        else:
            result = town.resume(made)
            assert result.result == "confirmed", (point, result)
            all_new(town, before)
        town.center.stop()
    assert cuts >= POINTS * 3 // 4


@pytest.mark.parametrize("arm", [die_after, die_after_records])
def test_killed_while_going_back(make_town: Callable[..., Town], arm: Callable[[int], None]) -> None:
    first, last = (45, 105) if arm is die_after else (18, 34)
    points = max(3, POINTS // 2)
    for number in range(points):
        point = first + number * (last - first) // points
        town = make_town(5)
        before = identity(town.desktops())
        made = town.plan()
        cut(town, made, arm, point, bad=made.batches[1][0].target.name)
        nobody_lost(town, before)
        with town.controller(made) as rolling:
            open_ = rolling.journal.unfinished() is not None
        if open_:
            result = town.resume(made, back=True)
            assert result.result == "reverted", (point, result)
        as_before(town, before)
        town.center.stop()


def test_killed_twice_and_then_taken_back(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()
    cut(town, made, die_after, 60)

    def again() -> None:
        die_after(45)
        town.resume(made)

    child(again)
    nobody_lost(town, before)
    assert town.resume(made, back=True).result == "reverted"
    as_before(town, before)
    images = {item.settings[IMAGE_KEY] for item in town.desktops().values()}
    assert images == {OLD_IMAGE}
    assert NEW_IMAGE not in images
