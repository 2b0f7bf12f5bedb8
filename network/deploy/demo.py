"""``bunri demo``: the main job from beginning to end on the virtual city, one line a step and a report in ``runs/``.

Virtual city up, everything planned, proved and deployed, drift check clean, three devices tampered with by hand, drift
found and weighed, remedied, one device dies and is replaced. Everything is simulated except the work itself.
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
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunri.change.files import write_atomic
from bunri.cli import Command
from bunri.messages import error
from network.render.secrets import fill

if TYPE_CHECKING:
    import argparse

TAMPER = {
    "description": ["interface GigabitEthernet1/0/1", " description changed by hand"],
    "open port": ["interface GigabitEthernet1/0/2", " no authentication port-control auto"],
    "route": ["ip route 0.0.0.0 0.0.0.0 10.90.1.1"],
}
"""What somebody does by hand to three devices: harmless, an open port, a route that should not exist."""


@dataclass(slots=True)
class Stage:
    """One step of the demonstration: what was run, how it ended, how long it took (seconds)."""

    name: str
    command: list[str]
    code: int
    seconds: float
    good: bool
    answer: dict[str, Any] = field(default_factory=dict)


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
    lines = [f"{'OK ' if s.good else 'NG '} {s.seconds:7.1f} s  {s.name}" for s in stages]
    lines.append(f"合計 / total {sum(s.seconds for s in stages):.0f} s → {runs / 'demo.json'}")
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
        self._up()
        self.stages.append(
            Stage("仮想都市を起動 / virtual city up", [], 0, round(time.monotonic() - begun, 1), good=True)
        )
        plan = self._do("計画と証明 / plan and proof", ["plan", *site, *some])["plan"]
        self._do("全機器へ適用 / deploy everything", ["apply", *site, "--unapproved-lab", plan])
        clean = self._do("差異なし / drift check clean", ["drift", *site, *some])
        names = [d["device"] for d in clean["devices"] if "-acc" in d["device"] and d["status"] == "same"][:3]
        for name, (what, lines) in zip(names, TAMPER.items(), strict=False):
            self._do(f"手作業の変更 / tampered by hand: {name}, {what}", ["lab", "tamper", name, *lines])
        found = self._do("差異を発見 / drift found", ["drift", *site, *some, "--remediate"], code=1)
        drifted = sorted(device["device"] for device in found["devices"] if device["status"] == "drifted")
        self._expect(drifted == sorted(names), f"expected {names}, found {drifted}")
        self._do("是正 / remedied", ["apply", *site, "--unapproved-lab", found["plan"]])
        self._do("差異なし / drift check clean", ["drift", *site, *some])
        self._replace(site, names[0])

    def _up(self) -> None:
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

    def _do(self, name: str, command: list[str], code: int = 0) -> dict[str, Any]:
        print(f"… {name}", file=sys.stderr)
        begun = time.monotonic()
        done = subprocess.run([*_BUNRI, *command, "--json"], stdout=subprocess.PIPE, text=True, check=False)
        try:
            data = json.loads(done.stdout or "{}")
        except ValueError:
            data = {"output": done.stdout}
        answer = data if isinstance(data, dict) else {"list": data}
        good = done.returncode == code
        kept = answer if not good or "counts" in answer or "sha256" in answer else {}
        self.stages.append(
            Stage(name, command, done.returncode, round(time.monotonic() - begun, 1), good, _short(kept))
        )
        if not good:
            for problem in answer.get("errors", []):
                print(f"{problem['id']} {problem['device']} {problem['ja']} / {problem['en']}", file=sys.stderr)
            raise _StoppedError
        return answer

    def _expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.stages.append(Stage(what, [], 1, 0.0, good=False))
            raise _StoppedError


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
