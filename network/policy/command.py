"""``bunri verify``, ``bunri trace``, ``bunri diff``: arguments in, text or JSON out. The work is in the modules
beside."""

from __future__ import annotations

import datetime
import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.cli import Command
from bunri.messages import Where, error

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from network.analysis.packets import Packet
    from network.config.model import Snapshot
    from network.policy.model import Policy
    from network.policy.verdict import Finding, Result
    from network.policy.witness import Hop

MOST_SHOWN = 40
MOST_PLACES = 6


def verify() -> Command:
    """Return ``bunri verify``."""
    return Command(
        "ネットワークの分離を証明し、できなければ理由を示します",
        "prove that the networks stay apart, or show why not",
        _verify_arguments,
        _verify,
    )


def trace() -> Command:
    """Return ``bunri trace``."""
    return Command(
        "一つのパケットの通り道を、設定の行とともに示します",
        "show the path of one packet, hop by hop, with file and line",
        _trace_arguments,
        _trace,
    )


def diff() -> Command:
    """Return ``bunri diff``."""
    return Command(
        "変更の前後で通るパケットの違いを示します",
        "show which packets pass after that did not before, and the reverse",
        _diff_arguments,
        _diff,
    )


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", type=Path, help="configs/ のあるフォルダー / folder with configs/")
    parser.add_argument(
        "--failures", type=int, choices=(0, 1, 2), default=0, help="同時に起きる障害の数 / simultaneous failures"
    )
    parser.add_argument(
        "--policy", type=Path, help="ポリシーファイル (既定: policy.yml) / policy file (default: policy.yml beside)"
    )
    parser.add_argument("--certificate", type=Path, help="証明書を書き出すファイル / write the inductive proof here")
    parser.add_argument(
        "--dask",
        default="",
        metavar="ADDRESS",
        help="障害の検査を分散するスケジューラー / Dask scheduler for the sweep",
    )
    parser.add_argument("--jobs", type=int, help="プロセス数 / processes (default: all cores)")
    parser.add_argument(
        "--today", default="", metavar="DATE", help="期限を判定する日 / date that expiries are judged by"
    )


def _verify(args: argparse.Namespace) -> int:
    started = time.perf_counter()
    today = _today(args.today)
    from network.config import load_snapshot  # noqa: PLC0415 - the command line starts without the readers
    from network.policy.model import load_policy  # noqa: PLC0415

    snapshot = load_snapshot(args.snapshot, jobs=args.jobs)
    policy = load_policy(_policy_path(args, snapshot))
    read = time.perf_counter()
    from oxidd.util import DDMemoryError  # noqa: PLC0415

    from network.policy.verify import verify as run  # noqa: PLC0415

    say = None if args.json else _say
    try:
        result, state, judge = run(
            snapshot, policy, today=today, failures=args.failures, jobs=args.jobs, dask=args.dask, say=say
        )
    except DDMemoryError as problem:
        failure = error("POL017", Where(file=str(args.snapshot)))
        failure.exit_code = 3
        raise failure from problem
    result.stats["seconds"]["read"] = round(read - started, 3)
    result.stats["seconds"]["total"] = round(time.perf_counter() - started, 3)
    if args.certificate is not None:
        from network.policy.certificate import write_certificate  # noqa: PLC0415

        write_certificate(args.certificate, judge, state, result)
    if args.json:
        print(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        print("\n".join(report(result, policy)))
    return result.exit_code


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _today(text: str) -> datetime.date:
    if not text:
        return datetime.datetime.now(tz=datetime.UTC).astimezone().date()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as problem:
        raise error("POL016", text=text) from problem


def _policy_path(args: argparse.Namespace, snapshot: Snapshot) -> Path:
    if args.policy is not None:
        return Path(args.policy)
    if snapshot.policy_file:
        found = Path(snapshot.policy_file)
        return found if found.is_absolute() or found.exists() else args.snapshot / found
    raise error("POL012", Where(file=str(args.snapshot)), path=args.snapshot / "policy.yml")


_VERDICTS = {
    "proved": (
        "証明できました: ゾーンの間を通るのは申告された通信だけです",
        "PROVED: what passes between zones is what is declared, no more and no fewer",
    ),
    "violated": ("守られていません", "VIOLATED: it does not hold"),
    "unproved": (
        "証明できません: 関係しうる設定が解釈できません",
        "UNPROVED: something that could matter is not modelled",
    ),
}
_MARKS = {"proved": "○", "violated": "×", "unproved": "?"}
_KINDS = {"leak": ("漏れ", "leak"), "outage": ("不通", "outage")}


def report(result: Result, policy: Policy) -> list[str]:
    """Return the result for a terminal, in Japanese and English."""
    ja, en = _VERDICTS[result.verdict]
    lines = [f"判定 / verdict: {ja}", f"                {en}", ""]
    lines += _matrix(result, list(policy.zones))
    if result.violations:
        lines += ["", f"違反 / violations: {len(result.violations)}"]
    for number, violation in enumerate(result.violations[:MOST_SHOWN], 1):
        kind_ja, kind_en = _KINDS[violation.kind]
        flow = f" 通信 / flow {violation.flow}" if violation.flow else ""
        reply = " (応答 / reply)" if violation.reply else ""
        lines += [
            "",
            f"{number}. {kind_ja} / {kind_en}: {violation.from_zone} → {violation.to_zone}{flow}{reply}"
            f"  [{violation.reason}]",
        ]
        if violation.failures:
            lines.append(f"   障害 / failures: {', '.join(violation.failures)}")
        if violation.stops:
            lines.append(f"   止まるもの / stops: {', '.join(violation.stops)}")
        if violation.packet is not None:
            from network.policy.witness import packet_text  # noqa: PLC0415

            lines.append(f"   パケット / packet: {packet_text(violation.packet)}")
        if violation.packets:
            lines.append(f"   範囲 / set: {violation.packets}")
        lines += [f"   {line}" for line in path_lines(violation.path)]
    if len(result.violations) > MOST_SHOWN:
        lines.append(f"   … ほか / and {len(result.violations) - MOST_SHOWN} more (--json)")
    lines += _rest(result)
    return lines


def _matrix(result: Result, zones: list[str]) -> list[str]:
    width = max((len(zone) for zone in zones), default=4) + 2
    table = {(a, b): verdict for a, b, verdict in result.pairs}
    lines = ["から＼へ / from\\to".ljust(width) + "  " + "".join(zone.rjust(width) for zone in zones)]
    for one in zones:
        cells = "".join((_MARKS.get(table.get((one, other), ""), "-")).rjust(width) for other in zones)
        lines.append(one.ljust(width) + " " * 8 + cells)
    return lines


def _rest(result: Result) -> list[str]:
    lines: list[str] = []
    if result.reasons:
        lines += ["", "証明できない理由 / not proved because", *(f"   {reason}" for reason in result.reasons)]
    if result.assumptions:
        lines += ["", "前提 / assumptions", *(f"   {text}" for text in result.assumptions[:MOST_SHOWN])]
    if result.unmodelled:
        lines += ["", f"解釈できない行 / unmodelled lines: {len(result.unmodelled)}"]
        for device, line in result.unmodelled[:MOST_SHOWN]:
            lines.append(f"   {device}  {line.source.file}:{line.source.line}  {line.source.text.strip()}")
    if result.findings:
        counts: dict[tuple[str, str], int] = {}
        for finding in result.findings:
            counts[finding.rule, finding.severity] = counts.get((finding.rule, finding.severity), 0) + 1
        lines += [
            "",
            "規則 / rules: "
            + ", ".join(f"{rule} ({severity}) ×{count}" for (rule, severity), count in sorted(counts.items())),
        ]
        lines += _finding_lines(result.findings)
    if result.failures:
        lines += ["", "障害で止まるもの / what failures stop"]
        for row in result.failures[:MOST_SHOWN]:
            exempt = " (申告済み / exempt)" if row.get("exempt") else ""
            lines.append(f"   {' + '.join(row['failures'])}{exempt}: {', '.join(row['stops'])}")
    seconds = result.stats.get("seconds", {})
    lines += ["", "時間 / seconds: " + ", ".join(f"{name} {value}" for name, value in seconds.items())]
    return lines


def _finding_lines(findings: Iterable[Finding]) -> list[str]:
    """Return findings for people, errors first: what many devices share is said once, with the devices' names."""
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for finding in sorted(findings, key=lambda one: (one.severity != "error", one.rule)):
        place = f"{finding.file}:{finding.line}" if finding.line else finding.file
        where = " ".join(part for part in (finding.device, place) if part)
        groups.setdefault((finding.severity, finding.rule, finding.what_ja, finding.what_en), []).append(where)
    lines = []
    for (severity, rule, ja, en), places in list(groups.items())[:MOST_SHOWN]:
        more = f" … (×{len(places)})" if len(places) > MOST_PLACES else ""
        lines += [f"   [{severity}] {rule}: {ja}", f"      {en}", f"      {', '.join(places[:MOST_PLACES])}{more}"]
    if len(groups) > MOST_SHOWN:
        lines.append(f"   … +{len(groups) - MOST_SHOWN} (--json)")
    return lines


def path_lines(path: Iterable[Hop]) -> list[str]:
    """Return a path for people: one line a hop, with file, line and text, and its origin where it is known."""
    lines = []
    for hop in path:
        vrf = f" vrf {hop.vrf}" if hop.vrf else ""
        where = f"   {hop.file}:{hop.line}  {hop.text}" if hop.file else ""
        lines.append(f"{hop.device} {hop.interface}{vrf}: {hop.action}{where}".replace("  :", ":"))
        if hop.origin:
            lines.append(f"      ← {hop.origin}")
    return lines


def _trace_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", type=Path)
    parser.add_argument(
        "--at", required=True, metavar="DEVICE:INTERFACE", help="パケットが入る場所 / where the packet comes in"
    )
    parser.add_argument("--packet", required=True, help='例 / for example: "tcp 10.20.1.5:50000 > 10.10.1.10:443"')


_PACKET = re.compile(
    r"^\s*(\S+)\s+([\d.]+)(?::(\d+))?\s*>\s*([\d.]+)(?::(\d+))?(?:\s+type\s+(\d+)(?:\s+code\s+(\d+))?)?(\s+established)?(\s+fragment)?\s*$"
)


def parse_packet(text: str) -> Packet:
    """Return the packet written as ``tcp 10.20.1.5:50000 > 10.10.1.10:443`` (``icmp A > B type 8``, ``…
    established``)."""
    import ipaddress  # noqa: PLC0415

    from network.analysis.packets import Packet  # noqa: PLC0415
    from network.policy.model import protocol  # noqa: PLC0415

    found = _PACKET.match(text)
    try:
        if found is None:
            raise ValueError(text)  # noqa: TRY301 - one message for every way to write it wrong
        number, last = protocol(found[1])
        if number != last:
            raise ValueError(text)  # noqa: TRY301
        ports = [int(found[index] or 0) for index in (3, 5)]
        if max(ports) > 65535:
            raise ValueError(text)  # noqa: TRY301
        kind = int(found[6]) if found[6] else (8 if number == 1 else 0)
        source, target = (int(ipaddress.IPv4Address(found[index])) for index in (2, 4))
    except ValueError as problem:
        raise error("POL014", text=text) from problem
    return Packet(
        number, source, target, ports[0], ports[1], kind, int(found[7] or 0), int(bool(found[8])), int(bool(found[9]))
    )


def _trace(args: argparse.Namespace) -> int:
    from network.analysis import compute  # noqa: PLC0415
    from network.analysis.forwarding import Forwarding, workshop  # noqa: PLC0415
    from network.analysis.state import Port  # noqa: PLC0415
    from network.config import load_snapshot  # noqa: PLC0415
    from network.policy.witness import Origins, Tracer, packet_json  # noqa: PLC0415

    packet = parse_packet(args.packet)
    snapshot = load_snapshot(args.snapshot)
    state = compute(snapshot)
    ports = _ports_at(args.at, snapshot, state.topology.segments.values())
    if not ports:
        known = [f"{port.device}:{port.interface}" for port in state.topology.segment_of]
        device = args.at.partition(":")[0]
        near = [name for name in known if name.startswith(f"{device}:")] or sorted(snapshot.devices)
        raise error("POL015", text=args.at, known=", ".join(near[:20]))
    tracer = Tracer(Forwarding(state, workshop([state])), Origins(snapshot.root))
    ways = [way for port in ports for way in tracer.paths(Port(*port), packet)]
    delivered = bool(ways) and all(way.end in {"delivered", "local"} for way in ways)
    if args.json:
        paths = [{"end": way.end, "path": [hop.as_json() for hop in way.hops]} for way in ways]
        print(json.dumps({"packet": packet_json(packet), "delivered": delivered, "paths": paths}, ensure_ascii=False))
        return 0 if delivered else 1
    for number, way in enumerate(ways, 1):
        print(f"経路 / path {number}: {_ENDS[way.end]}")
        for line in path_lines(way.hops):
            print(f"   {line}")
    return 0 if delivered else 1


_ENDS = {
    "delivered": "届きます / delivered",
    "local": "機器自身に届きます / for the device itself",
    "dropped": "止まります / dropped",
    "loop": "ループします / loop",
}


def _ports_at(text: str, snapshot: Snapshot, segments: Iterable[object]) -> list[tuple[str, str]]:
    """Return the layer-3 ports by which a packet entering at ``DEVICE:INTERFACE`` is routed: the port itself, or its
    segment's."""
    from network.config import canonical_interface  # noqa: PLC0415

    device, _, interface = text.partition(":")
    names = {interface, canonical_interface(interface)} if interface else set()
    routers: list[tuple[str, str]] = []
    for segment in segments:
        for port in segment.ports:  # type: ignore[attr-defined]
            if port.device == device and port.interface in names:
                return [(port.device, port.interface)]
        if any(edge.device == device and edge.interface in names for edge in segment.edges):  # type: ignore[attr-defined]
            active = [one.active for one in segment.virtuals if one.active is not None]  # type: ignore[attr-defined]
            routers += [(port.device, port.interface) for port in active or segment.ports]  # type: ignore[attr-defined]
    return list(dict.fromkeys(routers)) if device in snapshot.devices else []


def _diff_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)


def _diff(args: argparse.Namespace) -> int:
    from network.analysis import compute  # noqa: PLC0415
    from network.config import load_snapshot  # noqa: PLC0415
    from network.policy.diff import differences  # noqa: PLC0415
    from network.policy.witness import packet_text  # noqa: PLC0415

    before, after = load_snapshot(args.before), load_snapshot(args.after)
    found = differences(compute(before), compute(after))
    if args.json:
        print(json.dumps({"differences": [one.as_json() for one in found]}, ensure_ascii=False))
        return 1 if found else 0
    if not found:
        print("通るパケットに違いはありません / no difference in what passes")
        return 0
    for one in found:
        word = "新しく通る / now passes" if one.change == "added" else "通らなくなる / no longer passes"
        print(f"{word}: {one.start} → {one.end}")
        print(f"   範囲 / set: {one.packets}")
        print(f"   例 / example: {packet_text(one.packet)}")
        for line in path_lines(one.path):
            print(f"   {line}")
    return 1
