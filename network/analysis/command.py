"""``bunri routes``: the computed routing tables."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.cli import Command
from bunri.messages import Message, Where, error
from network.analysis.engine import compute
from network.analysis.state import LOOKUP, RECEIVE
from network.config import load_snapshot

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from network.analysis.state import NextHop, Route, State
    from network.config.model import Prefix

# Protocol names as other tools print them, so that outputs can be compared.
NAMES = {
    "connected": "connected",
    "local": "local",
    "static": "static",
    "ospf": "ospf",
    "ospf-ia": "ospfIA",
    "ospf-n1": "ospfN1",
    "ospf-n2": "ospfN2",
    "ospf-e1": "ospfE1",
    "ospf-e2": "ospfE2",
    "ospf-summary": "ospfSummary",
    "bgp": "bgp",
    "ibgp": "ibgp",
    "aggregate": "aggregate",
}
GLOBAL = "default"


def address_text(value: int, family: int = 4) -> str:
    """Return an address as people write it (RFC 4291, RFC 5952 for IPv6)."""
    if family == 6:
        from ipaddress import IPv6Address  # noqa: PLC0415 - rare, and slow to import

        return str(IPv6Address(value))
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def prefix_text(prefix: Prefix) -> str:
    """Return a prefix as text."""
    return f"{address_text(prefix.value, prefix.family)}/{prefix.length}"


def rows(state: State, device: str | None = None, vrf: str | None = None) -> Iterator[dict[str, object]]:
    """Yield one row a next hop, ordered by device, VRF and prefix: what ``bunri routes --json`` prints."""
    for (name, table), rib in sorted(state.ribs.items()):
        if (device is not None and name != device) or (vrf is not None and (table or GLOBAL) != (vrf or GLOBAL)):
            continue
        for prefix in sorted(rib, key=lambda p: (p.family, p.value, p.length)):
            for hop in rib[prefix].next_hops:
                yield _row(rib[prefix], hop)


def _row(route: Route, hop: NextHop) -> dict[str, object]:
    interface: str | None = hop.interface
    if hop.interface == "":
        interface = "Null0"
    elif hop.interface in (RECEIVE, LOOKUP):
        interface = None
    return {
        "device": route.device,
        "vrf": route.vrf or GLOBAL,
        "prefix": prefix_text(route.prefix),
        "protocol": NAMES.get(route.protocol, route.protocol),
        "next_hop": None if hop.address is None else address_text(hop.address, route.prefix.family),
        "interface": interface,
        "distance": route.distance,
        "metric": route.metric,
        "tag": route.tag,
        "via_vrf": hop.vrf or GLOBAL,
        "file": route.source.file if route.source is not None else None,
        "line": route.source.line if route.source is not None else None,
    }


def routes() -> Command:
    """Return the command."""
    return Command(
        "設定から計算した経路表を表示します",
        "show the routing tables that the configurations produce",
        _arguments,
        _run,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", type=Path, help="スナップショットのフォルダー / snapshot folder")
    parser.add_argument("--device", help="この装置だけ / only this device")
    parser.add_argument("--vrf", help="この VRF だけ（グローバルは default）/ only this VRF (default = global table)")


def _run(args: argparse.Namespace) -> int:
    snapshot = load_snapshot(args.snapshot)
    state = compute(snapshot)
    if args.device is not None and args.device not in snapshot.devices:
        known = ", ".join(sorted(snapshot.devices))
        raise error("ANA004", Where(file=str(args.snapshot)), device=args.device, known=known)
    vrfs = {vrf or GLOBAL for _, vrf in state.ribs}
    if args.vrf is not None and args.vrf not in vrfs:
        raise error("ANA005", Where(file=str(args.snapshot)), vrf=args.vrf, known=", ".join(sorted(vrfs)))
    found = list(rows(state, args.device, args.vrf))
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        _table(found)
    for reason in state.unproved:
        print(Message("ANA006", Where(file=str(args.snapshot)), {"reason": reason}), file=sys.stderr)
    return 3 if state.unproved else 0


def _table(found: list[dict[str, object]]) -> None:
    """Print rows in columns as wide as their text."""
    keys = ("device", "vrf", "prefix", "protocol", "next_hop", "interface", "distance", "metric")
    cells = [["" if row[key] is None else str(row[key]) for key in keys] for row in found]
    widths = [max([len(key), *(len(row[i]) for row in cells)]) for i, key in enumerate(keys)]
    for line in ([*keys], *cells):
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
