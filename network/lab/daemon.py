"""The detached process behind ``bunri lab up``: serves a city until it is told to stop.

State folder: ``lab.json`` (what to serve), ``lab.pid`` (process id and its start time), ``control.sock``, ``lab.log``,
``devices/NAME/`` (host key, startup configuration, flash).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunri.messages import Where, error
from network.lab.city import City
from network.lab.control import LabControl, serve
from network.lab.device import Device
from network.lab.routes import Route
from network.lab.spec import Account, DeviceSpec, Neighbour

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def state_folder() -> Path:
    """Return the state folder: ``BUNRI_LAB_DIR``, else ``.lab`` in the working folder."""
    return Path(os.environ.get("BUNRI_LAB_DIR", ".lab")).resolve()


def _start_time(pid: int) -> str:
    """Return when a process began, as the kernel counts it; "" if there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def running_process(folder: Path) -> int:
    """Return the process id of the city that serves this folder, or 0. A recycled id is not taken for it."""
    try:
        data = json.loads((folder / "lab.pid").read_text(encoding="utf-8"))
        pid, started = int(data["pid"]), str(data["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    return pid if started and _start_time(pid) == started else 0


def write_specs(folder: Path, specs: Sequence[DeviceSpec], port: int, scale: float, routes: str = "") -> None:
    """Write what the process shall serve (readable by its owner only: it holds the lab's passwords)."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {
        "port": port,
        "scale": scale,
        "routes": routes,
        "devices": [asdict(spec) | {"ports": sorted(spec.ports)} for spec in specs],
    }
    Device.write_file(folder / "lab.json", json.dumps(data, ensure_ascii=False))
    (folder / "lab.json").chmod(0o600)


def read_specs(folder: Path) -> tuple[list[DeviceSpec], int, float, str]:
    """Read what ``write_specs`` wrote: devices, port, time scale, file of computed routes."""
    data = json.loads((folder / "lab.json").read_text(encoding="utf-8"))
    specs = [
        DeviceSpec(
            **{
                **item,
                "accounts": tuple(Account(**account) for account in item["accounts"]),
                "neighbours": tuple(Neighbour(**neighbour) for neighbour in item["neighbours"]),
                "ports": frozenset(item["ports"]),
            }
        )
        for item in data["devices"]
    ]
    return specs, int(data["port"]), float(data["scale"]), str(data["routes"])


def computed_routes(path: str) -> Callable[[str, str], list[Route]] | None:
    """Return the look-up over a file that ``bunri routes --json`` wrote, or ``None`` without one."""
    if not path:
        return None
    from ipaddress import IPv4Network  # noqa: PLC0415 - only with a file

    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        rows = data["routes"] if isinstance(data, dict) else data
        table: dict[tuple[str, str], list[Route]] = {}
        for row in rows:
            protocol = str(row["protocol"])
            family = protocol.partition("-")[0].partition(" ")[0].lower()
            route = Route(
                IPv4Network(row["prefix"]),
                family,
                str(row.get("next_hop") or ""),
                str(row.get("interface") or ""),
                int(row.get("distance") or 0),
                int(row.get("metric") or 0),
                protocol.lower().replace(" ", "-") if family == "ospf" else "",
            )
            table.setdefault((str(row["device"]), str(row.get("vrf") or "")), []).append(route)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise error("LAB018", Where(file=path), problem=repr(problem)) from problem
    return lambda device, vrf: table.get((device, vrf), [])


def up(folder: Path, specs: Sequence[DeviceSpec], port: int, scale: float, routes: str = "", wait: float = 60.0) -> int:
    """Start the process detached and wait until it answers; return its id. A start that fails is a ``BunriError``."""
    pid = running_process(folder)
    if pid:
        raise error("LAB012", pid=pid)
    computed_routes(routes)
    write_specs(folder, specs, port, scale, routes)
    (folder / "control.sock").unlink(missing_ok=True)
    log = folder / "lab.log"
    with log.open("ab") as stream:
        begin = stream.tell()
        process = subprocess.Popen(
            [sys.executable, "-m", "network.lab.daemon", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            cwd=Path(__file__).resolve().parents[2],
        )
    end = time.monotonic() + wait
    control = LabControl(folder, timeout=5)
    while time.monotonic() < end:
        if process.poll() is not None:
            text = log.read_bytes()[begin:].decode(errors="replace").strip()
            raise error("LAB013", Where(file=str(log)), problem=text[-600:], log=str(log))
        if (folder / "control.sock").exists():
            control.status()
            return process.pid
        time.sleep(0.05)
    process.terminate()
    raise error("LAB013", Where(file=str(log)), problem=f"{wait:.0f} s", log=str(log))


def down(folder: Path, wait: float = 15.0) -> int:
    """Stop the process that serves the folder; return its id (0: none was running). Only that process is touched."""
    pid = running_process(folder)
    if not pid:
        for name in ("lab.pid", "control.sock"):
            (folder / name).unlink(missing_ok=True)
        return 0
    started = _start_time(pid)
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + wait
    while _start_time(pid) == started and time.monotonic() < end:
        time.sleep(0.02)
    if _start_time(pid) == started:
        os.kill(pid, signal.SIGKILL)
    for name in ("lab.pid", "control.sock"):
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(ChildProcessError):  # a child of ours when up and down run in one process
        os.waitpid(pid, 0)
    return pid


async def _run(folder: Path) -> None:
    specs, port, scale, routes = read_specs(folder)
    city = City(specs, folder, port=port, scale=scale, routes=computed_routes(routes))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await city.start()
    own: dict[str, Any] = {"pid": os.getpid(), "started": _start_time(os.getpid())}
    Device.write_file(folder / "lab.pid", json.dumps(own))
    server = await serve(city, folder / "control.sock", stop)
    try:
        await stop.wait()
    finally:
        server.close()
        await city.stop()
        for name_ in ("lab.pid", "control.sock"):
            (folder / name_).unlink(missing_ok=True)


def main() -> None:
    """Serve the folder named on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    asyncio.run(_run(parser.parse_args().folder))


if __name__ == "__main__":
    main()
