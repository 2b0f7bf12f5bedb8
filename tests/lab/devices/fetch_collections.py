"""Put cisco.ios and what it needs beside the installed packages, from the community package ``ansible`` on PyPI.

The package is half a gigabyte installed; only three of its collections (7 MB) are taken from its wheel (54 MB, once).
The tests and the benchmark that need them call ``ensure``; ``python tests/lab/devices/fetch_collections.py`` does too.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "ansible>=12,<13"
WANTED = ("ansible/netcommon", "ansible/utils", "cisco/ios")
TARGET = Path(os.environ.get("BUNRI_ANSIBLE_COLLECTIONS", sysconfig.get_path("purelib"))) / "ansible_collections"


def ensure() -> Path:
    """Return the folder for ``ANSIBLE_COLLECTIONS_PATH``, after downloading what is missing.

    Several test processes may ask at once: one downloads, the others wait. Raises ``subprocess.CalledProcessError``
    with pip's own words if the package cannot be had: a machine without it has not run these tests.
    """
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / ".fetching").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((TARGET / name / "MANIFEST.json").is_file() for name in WANTED):
            _fetch()
    return TARGET.parent


def _fetch() -> None:
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        options = ["-q", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "-d", folder]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, PACKAGE], check=True, timeout=900)
        (wheel,) = Path(folder).glob("ansible-*.whl")
        roots = tuple(f"ansible_collections/{name}/" for name in WANTED)
        with zipfile.ZipFile(wheel) as archive:
            names = [n for n in archive.namelist() if n.startswith(roots) and "/tests/" not in n and "/docs/" not in n]
            archive.extractall(folder, names)
        for name in WANTED:
            # Moved whole: an interrupted download leaves nothing that looks like a collection.
            shutil.rmtree(TARGET / name, ignore_errors=True)
            (TARGET / name).parent.mkdir(exist_ok=True)
            (Path(folder) / "ansible_collections" / name).replace(TARGET / name)


def main() -> int:
    """Make sure that the collections are there, and return an exit code."""
    print(ensure() / "ansible_collections")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
