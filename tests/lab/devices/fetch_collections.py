"""Put cisco.ios and what it needs beside the installed packages, from the community package ``ansible`` on PyPI.

The package is half a gigabyte installed; only three of its collections (7 MB) are taken from its wheel.
``python tests/lab/devices/fetch_collections.py`` – run once; ``test_cisco_ios.py`` is skipped until then.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "ansible>=12,<13"
WANTED = tuple(f"ansible_collections/{name}/" for name in ("cisco/ios", "ansible/netcommon", "ansible/utils"))
TARGET = Path(sysconfig.get_path("purelib"))


def main() -> int:
    """Download the wheel, extract the collections, and return an exit code."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "--only-binary",
                ":all:",
                "-d",
                folder,
                PACKAGE,
            ],
            check=True,
        )
        (wheel,) = Path(folder).glob("ansible-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            names = [n for n in archive.namelist() if n.startswith(WANTED) and "/tests/" not in n and "/docs/" not in n]
            archive.extractall(TARGET, names)
    print(f"{len(names)} files in {TARGET / 'ansible_collections'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
