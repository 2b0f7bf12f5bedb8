"""Make the virtual environment: what ``make`` runs before anything else.

Needs Python 3.11 or later and the standard library only. Debian packages are installed with apt where root or
password-less sudo allows; otherwise their exact names are printed and nothing is changed.

Usage: setup_environment.py VENV REQUIREMENTS STAMP
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
SEARCH = os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"  # servers live there, off a plain user's PATH
PACKAGES = Path(__file__).resolve().parent.parent / "packages-debian.txt"


def missing_packages() -> list[str]:
    """Return the Debian packages of ``packages-debian.txt`` that this machine lacks."""
    missing = []
    for line in PACKAGES.read_text(encoding="utf-8").splitlines():
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        package, sign = words
        kind, _, module = sign.partition(":")
        present = (
            importlib.util.find_spec(module) is not None
            if kind == "python"
            else shutil.which(sign, path=SEARCH) is not None
        )
        if not present:
            missing.append(package)
    return missing


def apt_prefix() -> list[str] | None:
    """Return the words before ``apt-get`` that let us install, or ``None`` where we may not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def install_packages(packages: list[str]) -> None:
    """Install Debian packages, or name them and stop."""
    prefix = apt_prefix()
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if prefix is None:
        print(
            "次のパッケージが必要です。管理者として実行してから、もう一度お試しください:\n"
            "These packages are needed. Run this as an administrator, then try again:\n\n"
            f"    sudo {' '.join(command)}\n",
            file=sys.stderr,
        )
        raise SystemExit(2)
    print(f"apt: {' '.join(packages)}", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run([*prefix, *command], env=environment, check=False).returncode != 0:
        # The package lists of a fresh machine are often empty or old.
        subprocess.run([*prefix, "apt-get", "update"], env=environment, check=True)
        subprocess.run([*prefix, *command], env=environment, check=True)


def main(venv: Path, requirements: Path, stamp: Path) -> None:
    """Create ``venv`` if needed, install ``requirements`` into it, and touch ``stamp``."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        print(
            f"Python 3.11 以上が必要です(見つかったもの: {found})。PYTHON=/path/to/python3.11 make … で指定できます。\n"
            f"Python 3.11 or later is needed (found {found}). Name one with: make PYTHON=/path/to/python3.11 …",
            file=sys.stderr,
        )
        raise SystemExit(2)
    if packages := missing_packages():
        install_packages(packages)
    python = venv / "bin" / "python"
    if not python.exists():
        print(f"仮想環境を作ります / making the virtual environment: {venv}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    print(f"{requirements}: 導入します(初回は数分) / installing (a few minutes the first time)", file=sys.stderr)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)]
    subprocess.run(install, check=True)
    stamp.touch()


if __name__ == "__main__":
    main(*(Path(word) for word in sys.argv[1:4]))
