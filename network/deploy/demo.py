"""``bunri demo``: the main job from beginning to end on the virtual city, and a table of what it showed.

Virtual city up, everything planned, proved and deployed, drift check clean, three devices tampered with by hand, drift
found and weighed (one opens a path between two zones), remedied, one device dies and is replaced, every class of
terminal logs in by 802.1X. The devices are simulated; the work, the SSH and the logins are real.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import IPv4Interface
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunri.change.files import write_atomic
from bunri.cli import Command
from bunri.messages import error
from network.render.secrets import fill

if TYPE_CHECKING:
    import argparse


@dataclass(slots=True)
class Stage:
    """One step of the demonstration: what was run, how it ended, how long it took (seconds), what it showed."""

    name: str
    command: list[str]
    code: int
    seconds: float
    good: bool
    answer: dict[str, Any] = field(default_factory=dict)
    shown: str = ""


def demo_command() -> Command:
    """Return ``bunri demo``."""
    return Command(
        "仮想都市で主な仕事を最初から最後まで行う",
        "the main job from beginning to end, on the virtual city",
        _arguments,
        _run,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("inventory", type=Path, nargs="?", default=Path("inventory/yasu"))
    parser.add_argument("--runs", type=Path, default=None, help="記録の置き場所 / where runs are kept")
    parser.add_argument("--limit", default="", help="対象の機器 / devices")
    parser.add_argument("--port", type=int, default=2222)


def _run(args: argparse.Namespace) -> int:
    runs = args.runs or Path("runs") / f"demo-{datetime.now().astimezone().strftime('%Y%m%dT%H%M%S')}"
    stages = Demo(args.inventory, runs, args.limit, args.port).play()
    report = {
        "simulated": True,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "stages": [asdict(s) for s in stages],
    }
    write_atomic(runs / "demo.json", json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    lines = table(stages, runs)
    write_atomic(runs / "demo.txt", "\n".join(lines) + "\n")
    print(json.dumps(report, ensure_ascii=False) if args.json else "\n".join(lines))
    return 0 if all(stage.good for stage in stages) else 1


class Demo:
    """Plays the stages by the same commands that a person types; stops at the first that does not end as it should."""

    def __init__(self, inventory: Path, runs: Path, limit: str, port: int) -> None:
        self.inventory, self.runs, self.limit, self.port = inventory, runs, limit, port
        self.stages: list[Stage] = []

    def play(self) -> list[Stage]:
        """Run all stages; the virtual city is stopped in any case."""
        try:
            self._all()
        except _StoppedError:
            print(f"停止 / stopped: {self.stages[-1].name}", file=sys.stderr)
        finally:
            subprocess.run([*_BUNRI, "lab", "down"], capture_output=True, check=False)
        return self.stages

    def _all(self) -> None:
        site = ["--inventory", str(self.inventory), "--runs", str(self.runs), "--lab"]
        some = ["--limit", self.limit] if self.limit else []
        if shutil.which("git") is None:
            raise error("DRF003", why="git")
        begun = time.monotonic()
        print("… 仮想都市を起動 / virtual city up", file=sys.stderr)
        count = self._up()
        self.stages.append(
            Stage(
                "仮想都市を起動 / virtual city up",
                [],
                0,
                round(time.monotonic() - begun, 1),
                good=True,
                shown=f"{count} 台 / devices (simulated), 127.x.y.z:{self.port}",
            )
        )
        plan = self._do("計画と証明 / plan and proof", ["plan", *site, *some])["plan"]
        self._do("全機器へ適用 / deploy everything", ["apply", *site, "--unapproved-lab", plan])
        clean = self._do("差異なし / drift check clean", ["drift", *site, *some])
        tampered = self._tamper([d["device"] for d in clean["devices"] if d["status"] == "same"])
        found = self._do("差異を発見 / drift found", ["drift", *site, *some, "--remediate"], code=1)
        drifted = {d["device"]: d for d in found["devices"] if d["status"] == "drifted"}
        self._expect(set(drifted) == set(tampered), f"expected {sorted(tampered)}, found {sorted(drifted)}")
        leaking = next((name for name, what in tampered.items() if what == _LEAK), "")
        if leaking:
            found_path = drifted[leaking]["path"]
            holds = drifted[leaking]["severity"] == "critical" and bool(found_path)
            self._expect(holds, f"{leaking}: a path between zones was opened, but the verifier did not say so")
        self._do("是正 / remedied", ["apply", *site, "--unapproved-lab", found["plan"]])
        self._do("差異なし / drift check clean", ["drift", *site, *some])
        self._replace(site, next(name for name, what in tampered.items() if what != _LEAK))
        self._logins()

    def _tamper(self, names: list[str]) -> dict[str, str]:
        """Change three devices by hand at their consoles; return device → what."""
        access = [name for name in names if "-acc" in name]
        done: dict[str, str] = {}
        for name, (what, lines) in zip(access, TAMPER.items(), strict=False):
            done[name] = what
            self._do(f"手作業の変更 / tampered by hand: {name}", ["lab", "tamper", name, *lines], shown=what)
        configs = self.inventory / "intended" / "configs"
        for name in names:
            lines = leak((configs / f"{name}.cfg").read_text(encoding="utf-8")) if name not in done else []
            if lines:
                done[name] = _LEAK
                tell = f"{_LEAK}: {lines[0]}"
                self._do(f"手作業の変更 / tampered by hand: {name}", ["lab", "tamper", name, *lines], shown=tell)
                break
        return done

    def _logins(self) -> None:
        """Log in with every class of terminal on a real FreeRADIUS with the city's files, if the programs are there."""
        name = "802.1X"
        missing = [program for program in ("freeradius", "eapol_test") if _program(program) is None]
        if missing:
            said = f"{'、'.join(missing)} がないため省略 / left out: not installed (packages-debian.txt)"
            self.stages.append(Stage(name, [], 0, 0.0, good=True, shown=said))
            return
        out = self.runs / "802.1x.json"
        answer = self._do(name, ["radius", str(self.inventory), "--out", str(out)])
        for row in answer["rows"]:
            vlan = f"VLAN {row['vlan']}" if row["vlan"] else "-"
            shown = f"{row['method']:<8} {row['where']:<34} {row['result'].split()[0]:<6} {vlan:<9} {row['zone']}"
            self.stages.append(Stage(f"  {row['terminal_class']}", [], 0, 0.0, good=row["holds"], shown=shown))

    def _up(self) -> int:
        """Start the virtual city as somebody may have left it: every device's location is not what it should be."""
        from bunri.intent.load import load  # noqa: PLC0415  (Ansible starts slowly)
        from network.lab import daemon  # noqa: PLC0415
        from network.lab.command import devices  # noqa: PLC0415

        city = load(self.inventory, today=datetime.now().astimezone().date())
        secrets = {name: value.get_secret_value() for name, value in city.secrets.items()}
        intended = city.root / "intended" / "configs"
        specs = [
            replace(
                spec, startup=as_found(fill((intended / f"{spec.hostname}.cfg").read_text(), secrets, spec.hostname))
            )
            for spec in devices(self.inventory)
        ]
        folder = daemon.state_folder()
        daemon.down(folder)
        shutil.rmtree(folder / "devices", ignore_errors=True)
        # Real time would wait for timers that nobody watches; a tenth is enough to see them.
        daemon.up(folder, specs, self.port, 0.1)
        return len(specs)

    def _replace(self, site: list[str], name: str) -> None:
        self._do(f"{name} が故障 / dies", ["lab", "fault", name, "power-off"])
        self._do("故障を検出 / found dead", ["drift", *site, "--limit", name], code=3)
        self._do("新しい機器が同じ場所に来る / a new one takes its place", ["lab", "fault", name, "host-key"])
        self._do("電源を入れる / powered on", ["lab", "fault", name, "power-on"])
        self._do("初期設定 / day-0 text", ["replace", *site, "bootstrap", name])
        status = self._do("製造番号を読む / serial read", ["lab", "status"])
        mine = next(device for device in status["list"] if device["hostname"] == name)
        keys = subprocess.run([*_BUNRI, "lab", "known-hosts"], capture_output=True, text=True, check=True).stdout
        line = next(line for line in keys.splitlines() if line.startswith(f"[{mine['address']}]"))
        serial = str(self._identity(name))
        wait = ["--serial", serial, "--fingerprint", _fingerprint(line)]
        made = self._do("確認と計画 / recognised, cables checked, planned", ["replace", *site, "wait", name, *wait])
        plan = json.loads(Path(made["plan"]).read_text(encoding="utf-8"))["plan"]
        if plan["steps"]:
            self._do("設定 / configured", ["apply", *site, "--unapproved-lab", made["plan"]])
        people = ["--worker", "作業者 甲", "--witness", "立会人 乙"]
        self._do("旧機器の廃止 / old one retired", ["replace", *site, "retire", name, *people])
        self._do("差異なし / drift check clean", ["drift", *site, "--limit", name])

    def _identity(self, name: str) -> str:
        from network.lab import daemon  # noqa: PLC0415

        specs, *_ = daemon.read_specs(daemon.state_folder())
        return next(spec.serial for spec in specs if spec.hostname == name)

    def _do(self, name: str, command: list[str], code: int = 0, shown: str = "") -> dict[str, Any]:
        print(f"… {name}", file=sys.stderr)
        begun = time.monotonic()
        self.runs.mkdir(parents=True, exist_ok=True)
        with (self.runs / "demo.log").open("a", encoding="utf-8") as log:
            log.write(f"# bunri {' '.join(command)}\n")
            log.flush()
            # On a terminal the command's own progress line is seen; elsewhere it goes to the log.
            aside = None if sys.stderr.isatty() else log
            done = subprocess.run(
                [*_BUNRI, *command, "--json"], stdout=subprocess.PIPE, stderr=aside, text=True, check=False
            )
        try:
            data = json.loads(done.stdout or "{}")
        except ValueError:
            data = {"output": done.stdout}
        answer = data if isinstance(data, dict) else {"list": data}
        good = done.returncode == code
        kept = answer if not good or "counts" in answer or "sha256" in answer else {}
        seconds = round(time.monotonic() - begun, 1)
        told = shown or summary(answer, self.runs)
        self.stages.append(Stage(name, command, done.returncode, seconds, good, _short(kept), told))
        if not good:
            found = [*answer.get("errors", []), *answer.get("messages", [])]
            found += [m for device in answer.get("devices", []) if isinstance(device, dict) for m in device["messages"]]
            for problem in found:
                print(f"{problem['id']} {problem['device']} {problem['ja']} / {problem['en']}", file=sys.stderr)
            raise _StoppedError
        return answer

    def _expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.stages.append(Stage(what, [], 1, 0.0, good=False))
            raise _StoppedError


TAMPER = {
    "説明の書き換え / a description": ["interface GigabitEthernet1/0/1", " description changed by hand"],
    "802.1X の解除 / a port without 802.1X": ["interface GigabitEthernet1/0/2", " no authentication port-control auto"],
}
"""What somebody does by hand to access switches: a harmless line, an open port."""
_LEAK = "系をまたぐ経路 / a route that leaks between zones"


def leak(config: str) -> list[str]:
    """Return the line that makes a routed site switch leak from one VRF into another; empty if it has no two.

    The first VRF with users gets a static route to the other's /16, out of the other's transit interface (a /30).
    """
    users: list[str] = []
    transits: list[tuple[str, str, IPv4Interface]] = []
    for block in re.findall(r"(?m)^interface Vlan\d+\n(?:^ .*\n)+", config):
        name, vrf = block.split()[1], re.search(r"(?m)^ vrf forwarding (\S+)", block)
        address = re.search(r"(?m)^ ip address (\S+) (\S+)$", block)
        if vrf is None or address is None or vrf[1] in ("mgmt", "Mgmt-vrf"):
            continue
        interface = IPv4Interface(f"{address[1]}/{address[2]}")
        if interface.network.prefixlen == 30:
            transits.append((name, vrf[1], interface))
        else:
            users.append(vrf[1])
    for source in users:
        for name, other, interface in transits:
            if other != source:
                peer = next(host for host in interface.network.hosts() if host != interface.ip)
                wide = interface.network.supernet(new_prefix=16)
                return [f"ip route vrf {source} {wide.network_address} {wide.netmask} {name} {peer}"]
    return []


def summary(answer: dict[str, Any], runs: Path) -> str:
    """Return what a command's answer shows, in a line or a few: counts, numbers, the path found, where the file is."""
    if "counts" in answer:
        lines = ["  ".join(f"{status} {count}" for status, count in answer["counts"].items() if count)]
        for device in answer["devices"]:
            if device["status"] in ("drifted", "unreachable"):
                lines.append(f"{device['device']}: {device['status']}, {device['severity']}")
                lines += [f"  {line}" for line in (*device["differences"][:3], *device["path"])]
        return "\n".join([*lines, f"→ {runs / 'drift' / 'drift.json'}"])
    if "sha256" in answer:
        proof = answer["proof"]
        lines = [f"番号 / number {answer['short']}  SHA-256 {answer['sha256'][:16]}…"]
        batches = len(answer["batches"])
        lines.append(f"{answer['devices']} 台 / devices, {batches} 段階 / batches, 証明 / proof: {proof['verdict']}")
        return "\n".join([*lines, *proof["summary"][:1], f"→ {answer['plan']}"])
    if "result" in answer and "devices" in answer:
        held = Counter(device["state"] for device in answer["devices"])
        states = ", ".join(f"{count} {state}" for state, count in sorted(held.items()))
        return f"{answer['result']}: {states}  journal {answer.get('number', '?')}\n→ {answer.get('record', '')}"
    if "rows" in answer:
        holds = sum(row["holds"] for row in answer["rows"])
        return f"{answer['server']}: {holds}/{len(answer['rows'])} 件が期待どおり / logins as expected (FreeRADIUS)"
    return f"→ {answer['plan']}" if answer.get("plan") else ""


def table(stages: list[Stage], runs: Path) -> list[str]:
    """Return the stages as a table: whether it held, seconds, the stage, what it showed."""
    lines: list[str] = []
    for stage in stages:
        seconds = f"{stage.seconds:7.1f} s" if stage.command or stage.seconds else " " * 9
        first, *rest = stage.shown.splitlines() or [""]
        lines.append(f"{'○' if stage.good else '×'} {seconds}  {stage.name}{'  ' if first else ''}{first}")
        lines += [f"{'':15}{line}" for line in rest]
    held = all(stage.good for stage in stages)
    lines.append("")
    verdict = "すべて成立 / all held" if held else "不成立 / did not hold"
    lines.append(f"{verdict}  合計 / total {sum(stage.seconds for stage in stages):.0f} s")
    lines.append(f"記録 / records: {runs}/ (demo.json, demo.log, journal.jsonl, drift/, plans/)")
    lines.append("機器は模擬です。SSH・検証・認証は実物です / devices are simulated; SSH, proof and logins are real")
    return lines


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")


def as_found(text: str) -> str:
    """Return a configuration as it might be found before the first deployment: with an old location."""
    return re.sub(r"(?m)^snmp-server location .*$", "snmp-server location unknown", text)


class _StoppedError(Exception):
    """A stage did not end as it should."""


_BUNRI = [sys.executable, "-m", "bunri"]


def _short(answer: dict[str, Any]) -> dict[str, Any]:
    if "counts" in answer:
        bad = [device for device in answer["devices"] if device["status"] in ("drifted", "unreachable")]
        return {"counts": answer["counts"], "devices": bad}
    return {key: answer[key] for key in ("plan", "short", "devices", "batches", "errors", "result") if key in answer}


def _fingerprint(line: str) -> str:
    blob = base64.b64decode(line.split()[2])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
