"""A virtual city on a thread of the calling process: what tests use. The city's own loop serves the devices."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar

from network.lab.city import City

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path
    from types import TracebackType

    from network.lab.device import Device
    from network.lab.routes import Route
    from network.lab.spec import DeviceSpec

T = TypeVar("T")


class ThreadedCity:
    """``with ThreadedCity(specs, tmp_path, scale=0.05) as city:`` – devices answer until the block ends.

    ``port`` 0 is not offered: every device has its own address, so one port serves all; choose another where two
    cities run at once. ``do`` runs a function on the city's thread, where devices may be touched safely.
    """

    def __init__(
        self,
        specs: Sequence[DeviceSpec],
        folder: Path,
        *,
        port: int = 2222,
        scale: float = 1.0,
        routes: Callable[[str, str], list[Route]] | None = None,
    ) -> None:
        self.city = City(specs, folder, port=port, scale=scale, routes=routes)
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="virtual-city", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self.wait(self.city.start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.wait(self.city.stop())
        finally:
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        if not self._loop.is_running():
            self._loop.close()

    def wait(self, work: Coroutine[Any, Any, T], timeout: float = 60.0) -> T:
        """Run a coroutine on the city's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def do(self, call: Callable[[], T]) -> T:
        """Call a function on the city's thread."""

        async def run() -> T:
            return call()

        return self.wait(run())

    def device(self, name: str) -> Device:
        """Return a device (read it freely; change it through ``do``)."""
        return self.city.device(name)

    def running(self, name: str) -> str:
        """Return a device's running configuration as text."""
        return self.do(lambda: self.city.device(name).configuration())

    def journal(self, name: str) -> list[str]:
        """Return the commands that a device has received ("user: command"; events begin with ``**``)."""
        return self.do(lambda: list(self.city.device(name).journal))

    def fault(self, name: str, fault: str, *values: object) -> None:
        """Switch on a fault (see docs/lab.md)."""
        from network.lab.control import apply_fault  # noqa: PLC0415 - control imports this module's neighbours

        self.wait(apply_fault(self.city, name, fault, [str(value) for value in values]))

    def tamper(self, name: str, *lines: str) -> list[str]:
        """Change a device by hand."""
        return self.do(lambda: self.city.device(name).tamper(list(lines)))
