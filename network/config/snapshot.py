"""A snapshot: a folder with ``configs/*``, optionally ``layer1_topology.json``, and ``policy.yml`` beside them.

The format is Batfish's, so that people can bring what they have. Nothing is written.
"""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

import gc
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bunri.messages import BunriError, Message, Where, error
from network.config import cisco_ios, fortios
from network.config.model import Cable, Device, Snapshot
from network.config.names import canonical_interface
from network.config.text import decode, split_lines

_TOPOLOGY = ("layer1_topology.json", "batfish/layer1_topology.json")
_NOT_CONFIGS = frozenset({".md", ".json", ".yml", ".yaml", ".xlsx", ".png", ".swp", ".bak"})


def read_device(text: str, file: str) -> Device:
    """Read one configuration; its platform is found by its content.

    Raises:
        BunriError: CFG002 where the text is empty, CFG003 where it is not a configuration at all.
    """
    lines = split_lines(text)
    platform = _platform(lines)
    if platform == "fortios":
        device = fortios.read(lines, file)
    else:
        if not any(line.strip() for line in lines):
            raise error("CFG002", Where(file))
        device = cisco_ios.read(lines, file)
        if not device.modelled_lines:
            first = next(number for number, line in enumerate(lines, 1) if line.strip())
            raise error("CFG003", Where(file, first), text=lines[first - 1].strip()[:60])
    if not device.hostname:
        device.hostname = Path(file).stem
    return device


def _platform(lines: list[str]) -> str:
    """Return ``fortios`` where the text has FortiOS's header or its ``config``/``edit`` blocks, else ``cisco_ios``."""
    for count, line in enumerate(lines):
        if count > 400:
            break
        text = line.strip()
        if not text.startswith(("#config-", "config ")):
            continue
        if text.startswith("#config-version=") or text in {"config system global", "config vdom", "config global"}:
            return "fortios"
        if text.startswith(("config firewall ", "config system ", "config router ")):
            return "fortios"
    return "cisco_ios"


def _read_file(path: str, name: str) -> Device:
    return read_device(decode(Path(path).read_bytes()), name)


def _read_bytes(work: tuple[str, str]) -> Device | list[Message]:
    """Read one file in a worker; errors come back as messages, because an exception of ours does not pickle whole."""
    try:
        return _read_file(*work)
    except BunriError as failure:
        return list(failure.messages)


def _read_all(work: list[tuple[str, str]], workers: int) -> list[Device | list[Message]]:
    if workers > 1:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            return list(pool.map(_read_bytes, work, chunksize=max(1, len(work) // (workers * 4))))
    return [_read_bytes(item) for item in work]


def load_snapshot(path: Path, *, jobs: int | None = None) -> Snapshot:
    """Read every configuration of a snapshot folder, its cabling, and note its policy file.

    ``jobs`` is the number of processes. One is the default: passing devices between processes costs about as much as
    reading them, so that a second process pays only from some hundred thousand lines on. Workers are spawned, as Windows
    needs it. A single configuration file may be given instead of a folder.

    Raises:
        BunriError: everything that makes the folder unusable, all files' errors together.
    """
    path = Path(path)
    if not path.exists():
        raise error("BNR001", Where(str(path)), path=str(path))
    folder = path / "configs"
    if path.is_file():
        files = [path]
    elif folder.is_dir():
        files = sorted(item for item in folder.iterdir() if _is_config(item))
    else:
        raise error("CFG001", Where(str(path)), path=str(path))
    if not files:
        raise error("CFG004", Where(str(folder)), path=str(folder))
    work = [(str(item), f"configs/{item.name}" if path.is_dir() else item.name) for item in files]
    # Reading makes some ten objects a line and no garbage: half of the time would go into looking for garbage.
    collecting = gc.isenabled()
    gc.disable()
    try:
        results = _read_all(work, jobs or 1)
    finally:
        if collecting:
            gc.enable()
    gc.freeze()  # what was read stays: later collections need not look at it
    devices: dict[str, Device] = {}
    problems: list[Message] = []
    for result in results:
        if isinstance(result, list):
            problems.extend(result)
        elif result.hostname in devices:
            where = Where(result.file, device=result.hostname)
            problems.append(Message("CFG005", where, {"name": result.hostname, "other": devices[result.hostname].file}))
        else:
            devices[result.hostname] = result
    if problems:
        raise BunriError(*problems)
    cables = None
    policy = None
    if path.is_dir():
        for name in _TOPOLOGY:
            if (path / name).is_file():
                cables = read_cabling(path / name, name, devices)
                break
        for name in ("policy.yml", "policy.yaml"):
            if (path / name).is_file():
                policy = str(path / name)
                break
    return Snapshot(devices, cables, policy, str(path))


def _is_config(path: Path) -> bool:
    return path.is_file() and not path.name.startswith((".", "~")) and path.suffix.lower() not in _NOT_CONFIGS


def read_cabling(path: Path, name: str, devices: dict[str, Device]) -> list[Cable]:
    """Read ``layer1_topology.json``: ``{"edges": [{"node1": {"hostname", "interfaceName"}, "node2": {…}}]}``.

    Each cable is returned once, whichever way round and however often it is written.
    """
    try:
        data = json.loads(decode(path.read_bytes()))
    except json.JSONDecodeError as failure:
        raise error("CFG010", Where(name, failure.lineno), detail=failure.msg) from failure
    edges = data.get("edges") if isinstance(data, dict) else None
    if not isinstance(edges, list):
        raise error("CFG011", Where(name))
    lower = {key.lower(): key for key in devices}
    seen: set[frozenset[tuple[str, str]]] = set()
    cables: list[Cable] = []
    problems: list[Message] = []
    for index, edge in enumerate(edges):
        ends = [_end(edge, side, lower, devices) for side in ("node1", "node2")] if isinstance(edge, dict) else [None]
        first, second = ends[0], ends[-1]
        if first is None or second is None or len(ends) != 2:
            problems.append(
                Message(
                    "CFG012", Where(name, key=f"edges[{index}]"), {"edge": json.dumps(edge, ensure_ascii=False)[:120]}
                )
            )
            continue
        for device, interface in (first, second):
            if (
                device in devices
                and interface not in devices[device].interfaces
                and not _may_exist(devices[device], interface)
            ):
                where = Where(name, key=f"edges[{index}]")
                problems.append(Message("CFG013", where, {"device": device, "interface": interface}))
        key = frozenset((first, second))
        if key not in seen:
            seen.add(key)
            cables.append(Cable(*first, *second))
    if problems:
        raise BunriError(*problems)
    return cables


def _may_exist(device: Device, interface: str) -> bool:
    """A configuration need not list every port; only FortiOS lists all that it has."""
    return device.platform == "cisco_ios"


def _end(edge: dict[str, Any], side: str, lower: dict[str, str], devices: dict[str, Device]) -> tuple[str, str] | None:
    node = edge.get(side)
    if not isinstance(node, dict):
        return None
    host, interface = node.get("hostname"), node.get("interfaceName")
    if not isinstance(host, str) or not isinstance(interface, str) or not host or not interface:
        return None
    name = lower.get(host.lower(), host)
    device = devices.get(name)
    if device is None or device.platform == "fortios":
        return name, interface
    return name, canonical_interface(interface)
