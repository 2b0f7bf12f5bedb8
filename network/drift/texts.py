"""Every device's whole text, kept in a local git repository: what changed when, for years, readable with plain git.

Secrets are not stored: each is replaced by a mark that changes when the secret does (a keyed digest), so that even a
changed password shows as a change. Certificates' blobs are kept: they are public, and a replaced device needs them.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from bunri.change.files import write_atomic
from bunri.messages import Where, error
from network.deploy import view

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bunri.change.files import Fingerprints


def without_secrets(text: str, platform: str, fingerprints: Fingerprints) -> str:
    """Return the text with each secret replaced by ``<masked:DIGEST>``."""
    lines = []
    for raw, hidden in zip(text.splitlines(), view.masked(text, platform).splitlines(), strict=True):
        mark = f"<masked:{fingerprints.of(raw.strip())[:12]}>" if platform != "fortios" else view.MASK
        lines.append(hidden.replace(view.MASK, mark))
    return "\n".join(lines) + "\n"


def keep(folder: Path, texts: Mapping[str, str], message: str) -> str:
    """Store ``texts`` (device → text without secrets) in the repository ``folder``; return the commit, "" if unchanged.

    Error: DRF003 if git fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".git").is_dir():
        _git(folder, "init", "-q", "-b", "main")
    for name, text in texts.items():
        write_atomic(folder / f"{name}.cfg", text)
    _git(folder, "add", "--all")
    if not _git(folder, "status", "--porcelain"):
        return ""
    _git(folder, "commit", "-q", "-m", message)
    return _git(folder, "rev-parse", "HEAD").strip()


def last(folder: Path, device: str) -> str:
    """Return the last text of a device that was stored, "" if there is none."""
    path = folder / f"{device}.cfg"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _git(folder: Path, *words: str) -> str:
    fixed = [
        "-c",
        "user.name=bunri",
        "-c",
        "user.email=bunri@localhost",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "gc.auto=0",
    ]
    environment = {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C",
    }
    try:
        done = subprocess.run(
            ["git", *fixed, *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    except (OSError, subprocess.SubprocessError) as problem:
        detail = getattr(problem, "stderr", "") or str(problem)
        raise error("DRF003", Where(file=str(folder)), why=detail.strip().splitlines()[-1]) from problem
    return done.stdout
