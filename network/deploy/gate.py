"""The gate in front of every apply: the verifier must prove the end and every step on the way.

No verifier, no apply.
"""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

from bunri.change.files import canonical, sha256, write_atomic
from bunri.change.plan import Proof
from bunri.messages import BunriError, Where, error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path


def prove(before: Path, after: Path, order: Sequence[Sequence[str]], policy: Path) -> Proof:
    """Return the proof that going from ``before`` to ``after`` (snapshots) in ``order`` keeps the separation.

    Raises DEP017 if there is no verifier, DEP018 if a step breaks the policy, DEP019 if a step cannot be proved.
    """
    try:
        gate: Any = importlib.import_module("network.policy.gate")
    except ImportError as problem:
        raise error("DEP017", Where(file=str(policy)), why=str(problem)) from problem
    if not policy.exists():
        raise error("DEP017", Where(file=str(policy)), why="policy.yml")
    try:
        answer = gate.prove(before, after, [list(batch) for batch in order], policy)
    except BunriError:
        raise
    except Exception as problem:
        # Whatever goes wrong inside the verifier, the answer is no.
        raise error("DEP017", Where(file=str(policy)), why=f"{type(problem).__name__}: {problem}") from problem
    verdict = str(answer.verdict)
    if verdict != "proved":
        id_ = "DEP018" if verdict == "violated" else "DEP019"
        raise error(id_, Where(file=str(policy)), step=str(answer.step), what="; ".join(map(str, answer.summary[:5])))
    return Proof(verdict="proved", reference=reference(before, after, policy), summary=tuple(map(str, answer.summary)))


def judge(snapshot: Path, policy: Path, today: date) -> dict[str, Any]:
    """Return what ``bunri verify --json`` says of a snapshot. Error: DEP017 if the verifier cannot be asked."""
    try:
        config: Any = importlib.import_module("network.config")
        model: Any = importlib.import_module("network.policy.model")
        verifier: Any = importlib.import_module("network.policy.verify")
        result = verifier.verify(config.load_snapshot(snapshot), model.load_policy(policy), today=today, rules=False)[0]
        answer: dict[str, Any] = result.as_json()
    except BunriError:
        raise
    except Exception as problem:
        # Whatever goes wrong inside the verifier, it has proved nothing.
        raise error("DEP017", Where(file=str(policy)), why=f"{type(problem).__name__}: {problem}") from problem
    return answer


def reference(before: Path, after: Path, policy: Path) -> str:
    """Return a digest of everything the gate was asked about: both snapshots and the policy file."""
    files = {
        f"{side}/{path.relative_to(root).as_posix()}": sha256(path.read_bytes())
        for side, root in (("before", before), ("after", after))
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
    return sha256(canonical({**files, "policy": sha256(policy.read_bytes())}))


def snapshot(folder: Path, configs: dict[str, str], source: Path) -> Path:
    """Write a snapshot with ``configs`` (device → text without secrets) and the cabling and policy of ``source``."""
    for name, text in configs.items():
        write_atomic(folder / "configs" / f"{name}.cfg", text)
    for extra in ("layer1_topology.json", "policy.yml"):
        if (source / extra).exists():
            write_atomic(folder / extra, (source / extra).read_bytes())
    write_atomic(folder / "snapshot.json", json.dumps({"devices": sorted(configs)}, ensure_ascii=False))
    return folder
