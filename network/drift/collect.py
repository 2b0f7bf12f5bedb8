"""Reading every device at once, with the account that may only read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bunri.messages import BunriError, Message
from network.deploy.platforms import open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from network.deploy.control import Control


@dataclass(frozen=True, slots=True)
class Reading:
    """What a device answered: its whole text (for memory only), or why there is none."""

    device: str
    text: str = field(default="", repr=False)
    messages: tuple[Message, ...] = ()


def collect(
    control: Control,
    names: Iterable[str],
    *,
    parallel: int = 48,
    report: Callable[[str, str], None] = lambda _name, _what: None,
) -> dict[str, Reading]:
    """Return device → reading; a device that cannot be read is a reading with messages, never a missing one."""

    def read(name: str) -> Reading:
        session = open_session(control.endpoints[name], "", control, before="", diff="", timer_minutes=5)
        try:
            text = session.running()
        except BunriError as problem:
            report(name, "failed")
            return Reading(name, messages=problem.messages)
        finally:
            session.close()
        report(name, "read")
        return Reading(name, text)

    with ThreadPoolExecutor(max_workers=parallel) as pool:
        return {reading.device: reading for reading in pool.map(read, names)}
