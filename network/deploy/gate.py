"""The gate in front of every apply: the verifier must prove the end and every step on the way.

No verifier, no apply.
"""

from __future__ import annotations

import importlib
import json
import re
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

    The verifier judges the end and the network after every batch. Raises DEP017 if there is no verifier, DEP018 if the
    end or a step breaks the policy, DEP019 if one cannot be proved; the message names an order that would hold, if any.
    """
    where = Where(file=str(policy))
    try:
        config: Any = importlib.import_module("network.config")
        model: Any = importlib.import_module("network.policy.model")
        gate: Any = importlib.import_module("network.policy.gate")
        snapshots = config.load_snapshot(before), config.load_snapshot(after)
        answer: dict[str, Any] = gate.prove(*snapshots, order, model.load_policy(policy)).as_json()
    except BunriError:
        raise
    except Exception as problem:
        # Whatever goes wrong inside the verifier, the answer is no.
        raise error("DEP017", where, why=f"{type(problem).__name__}: {problem}") from problem
    if answer["ok"] is not True:
        raise _refusal(answer, where)
    stats = answer["final"].get("stats", {})
    summary = [
        f"final: {answer['final']['verdict']}; {len(answer['final']['pairs'])} pairs of zones, "
        f"{stats.get('devices', '?')} devices, {stats.get('lines', '?')} lines",
        *(f"step {step['step']}: proved ({', '.join(step['devices'])})" for step in answer["steps"]),
    ]
    if answer["taken_apart"]:
        summary.insert(1, "devices that would make unproved mixtures commit one after another")
    else:
        summary.insert(1, "every mixture inside a batch is proved")
    batches = tuple(tuple(batch) for batch in answer["batches"])
    return Proof(verdict="proved", reference=reference(before, after, policy), summary=tuple(summary), batches=batches)


def _refusal(answer: dict[str, Any], where: Where) -> BunriError:
    bad = next((step for step in answer["steps"] if not step["ok"]), None)
    found = bad["violations"] if bad else answer["final"]["violations"]
    lines = [" ".join(str(v.get(key, "")) for key in ("kind", "from", "to", "flow")).strip() for v in found[:3]]
    for violation in found[:1]:
        lines += [
            f"{hop.get('device')} {hop.get('file')}:{hop.get('line')} {hop.get('text')}" for hop in violation["path"]
        ]
    if not found and bad:
        lines = [*bad["stopped"][:3], *bad["unproved"][:3]]
    elif not found:
        final = answer["final"]
        lines = [f"{u['device']} {u['file']}:{u['line']} {u['text']}" for u in final["unmodelled"][:3]]
        lines += [f"{f['rule']} {f['en']}" for f in final.get("findings", []) if f.get("severity") == "error"][:3]
    if answer.get("search") == "out of time":
        lines.append("no other order was found in the time that the search may take")
    if answer.get("suggestion"):
        lines.append("order that holds: " + " | ".join(",".join(batch) for batch in answer["suggestion"]))
    violated = bool(found) or (bad is not None and bad["stopped"]) or answer["final"]["verdict"] == "violated"
    step = f"step {bad['step']}: {', '.join(bad['devices'])}" if bad else "final"
    return error("DEP018" if violated else "DEP019", where, step=step, what="; ".join(lines))


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


def _has_port(configs: dict[str, str], end: dict[str, str]) -> bool:
    """Whether a device's own text knows the port that a cable ends at.

    A firewall that has only its day-0 text names no other port; what it does not name it does not forward by.
    """
    text = configs.get(end["hostname"])
    if text is None:
        return True
    port = re.escape(end["interfaceName"])
    return re.search(rf'^(?:interface {port}|\s+edit "?{port}"?)\s*$', text, re.MULTILINE) is not None


def snapshot(folder: Path, configs: dict[str, str], source: Path) -> Path:
    """Write a snapshot with ``configs`` (device → text without secrets) and the cabling and policy of ``source``."""
    for name, text in configs.items():
        write_atomic(folder / "configs" / f"{name}.cfg", text)
    if (source / "policy.yml").exists():
        write_atomic(folder / "policy.yml", (source / "policy.yml").read_bytes())
    cabling = source / "layer1_topology.json"
    if cabling.exists():
        edges = json.loads(cabling.read_text(encoding="utf-8"))["edges"]
        kept = [edge for edge in edges if all(_has_port(configs, edge[end]) for end in ("node1", "node2"))]
        write_atomic(folder / cabling.name, json.dumps({"edges": kept}, ensure_ascii=False, indent=1) + "\n")
    write_atomic(folder / "snapshot.json", json.dumps({"devices": sorted(configs)}, ensure_ascii=False))
    return folder
