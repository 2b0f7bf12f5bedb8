"""Control of a running virtual city: a Unix socket with one JSON object a line each way.

Requests: ``{"do": "status"}``, ``{"do": "tamper", "device": D, "lines": […]}``,
``{"do": "fault", "device": D, "name": N, "values": […]}``, ``{"do": "heal", "device": D}``,
``{"do": "journal", "device": D}``, ``{"do": "running", "device": D}``, ``{"do": "known_hosts"}``, ``{"do": "stop"}``.
Answer: ``{"ok": true, "result": …}`` or ``{"ok": false, "errors":
[…]}``.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from typing import TYPE_CHECKING, Any

from bunri.messages import BunriError, Message, Where, error
from network.lab.faults import ACTS
from network.lab.ios_device import IosDevice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from network.lab.city import City

LIMIT = 64 * 1024 * 1024


async def apply_fault(city: City, name: str, fault: str, values: Sequence[str]) -> None:
    """Switch on a fault, or do the one-time acts of ``faults.ACTS``."""
    device = city.device(name)
    if fault not in ACTS:
        device.faults.set(fault, list(values), name)
        return
    if fault == "host-key":
        await city.new_host_key(name)
    elif fault == "reload":
        device.reload()
    elif fault in ("power-off", "power-on"):
        device.power(on=fault == "power-on")
    elif fault in ("cut", "mend"):
        for port in values:
            (device.cut.add if fault == "cut" else device.cut.discard)(port)
    elif fault == "pending":
        if not isinstance(device, IosDevice) or not device.archiving():
            raise error("LAB011", Where(device=name), name=fault, problem="archive is off")
        try:
            minutes = int(values[1]) if len(values) > 1 else 10
        except ValueError as problem:
            raise error("LAB011", Where(device=name), name=fault, problem=str(problem)) from problem
        device.arm(minutes, values[0] if values else "yamada")


async def answer(city: City, request: dict[str, Any], stop: asyncio.Event) -> object:
    """Carry out one request; a request that is not understood is a ``BunriError``."""
    verb = request.get("do")
    name = str(request.get("device", ""))
    if verb == "status":
        return [device.summary() for _, device in sorted(city.devices.items())]
    if verb == "tamper":
        return city.device(name).tamper([str(line) for line in request.get("lines", [])])
    if verb == "fault":
        await apply_fault(city, name, str(request.get("name", "")), [str(v) for v in request.get("values", [])])
        return city.device(name).summary()
    if verb == "heal":
        city.device(name).faults.clear()
        city.device(name).cut.clear()
        return city.device(name).summary()
    if verb == "journal":
        return list(city.device(name).journal)
    if verb == "running":
        return city.device(name).configuration()
    if verb == "known_hosts":
        return city.known_hosts()
    if verb == "stop":
        stop.set()
        return "stopping"
    raise error("LAB016", problem=str(verb))


async def serve(city: City, path: Path, stop: asyncio.Event) -> asyncio.Server:
    """Listen on the control socket (readable by its owner only)."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                try:
                    request = json.loads(line)
                    if not isinstance(request, dict):
                        raise error("LAB016", problem="not an object")
                    reply: dict[str, Any] = {"ok": True, "result": await answer(city, request, stop)}
                except json.JSONDecodeError as problem:
                    reply = {"ok": False, "errors": [Message("LAB016", params={"problem": str(problem)}).as_json()]}
                except BunriError as problem:
                    reply = {
                        "ok": False,
                        "errors": [
                            {"id": m.id, "device": m.where.device, "params": {k: str(v) for k, v in m.params.items()}}
                            for m in problem.messages
                        ],
                    }
                writer.write(json.dumps(reply, ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, asyncio.LimitOverrunError):
            return
        finally:
            writer.close()

    path.unlink(missing_ok=True)
    old = os.umask(0o077)
    try:
        return await asyncio.start_unix_server(client, path=str(path), limit=LIMIT)
    finally:
        os.umask(old)


class LabControl:
    """The client side: one call a request. Not running, or no answer, is a ``BunriError``."""

    def __init__(self, folder: Path, timeout: float = 30.0) -> None:
        self.path = folder / "control.sock"
        self.timeout = timeout

    def call(self, verb: str, **rest: object) -> Any:
        """Send one request and return its result."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(self.timeout)
                link.connect(str(self.path))
                link.sendall(json.dumps({"do": verb, **rest}).encode() + b"\n")
                with link.makefile("rb") as stream:
                    line = stream.readline()
        except FileNotFoundError as problem:
            raise error("LAB009") from problem
        except ConnectionRefusedError as problem:
            raise error("LAB009") from problem
        except OSError as problem:
            raise error("LAB014", problem=str(problem)) from problem
        if not line:
            raise error("LAB014", problem="closed")
        reply = json.loads(line)
        if not reply["ok"]:
            raise BunriError(
                *(
                    Message(item["id"], Where(device=item.get("device", "")), item.get("params", {}))
                    for item in reply["errors"]
                )
            )
        return reply["result"]

    def status(self) -> list[dict[str, Any]]:
        """Return every device's summary."""
        return list(self.call("status"))

    def tamper(self, device: str, lines: Sequence[str]) -> list[str]:
        """Change a device by hand; return what it said to refused lines."""
        return list(self.call("tamper", device=device, lines=list(lines)))

    def fault(self, device: str, name: str, *values: object) -> dict[str, Any]:
        """Switch on a fault."""
        return dict(self.call("fault", device=device, name=name, values=[str(value) for value in values]))

    def heal(self, device: str) -> dict[str, Any]:
        """Make a device healthy."""
        return dict(self.call("heal", device=device))

    def journal(self, device: str) -> list[str]:
        """Return the commands that a device received."""
        return list(self.call("journal", device=device))

    def running(self, device: str) -> str:
        """Return a device's running configuration."""
        return str(self.call("running", device=device))

    def known_hosts(self) -> str:
        """Return known_hosts lines of every device."""
        return str(self.call("known_hosts"))

    def stop(self) -> None:
        """Ask the city to stop."""
        self.call("stop")
