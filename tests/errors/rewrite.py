"""Write ``expected.txt`` of the named cases (or of all) from what happens now; then read the difference before
committing.

Run as ``python -m tests.errors.rewrite [CASE …]``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.errors.broken import HERE, build, cases, message_of


def main(names: list[str]) -> int:
    """Rewrite; the exit code is the number of cases that the stage accepts although they are broken."""
    accepted = 0
    for name in names or cases():
        with tempfile.TemporaryDirectory() as folder:
            text = message_of(name, build(name, Path(folder)))
        accepted += text == "accepted\n"
        (HERE / name / "expected.txt").write_text(text, encoding="utf-8")
        print(f"{name}: {text.splitlines()[0]}")
    return accepted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
