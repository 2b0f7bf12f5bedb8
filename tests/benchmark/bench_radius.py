"""EAP-TLS logins a second on one laboratory server, beside what the key type allows; a morning rush of 620 terminals.

Run by ``make bench``. Clients run side by side as separate ``eapol_test`` processes, as terminals do.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.lab.radius.conftest import ADDRESS, World, make_world

TERMINALS, LIMIT_SECONDS, PARALLEL = 620, 60.0, 8
PC = "pc-01.city.example"


def bound(name: str) -> float:
    """Return signatures a second of one core by ``openssl speed`` for ``name``."""
    done = subprocess.run(["openssl", "speed", "-seconds", "2", name], capture_output=True, text=True, check=True)
    line = done.stdout.strip().splitlines()[-1]
    return float(re.findall(r"([\d.]+)\s+[\d.]+\s*$", line)[0])


def rush(world: World, holder: str) -> float:
    """Let ``TERMINALS`` log in, ``PARALLEL`` at a time; return seconds. Every login must be accepted."""
    start = time.monotonic()
    with ThreadPoolExecutor(PARALLEL) as pool:
        codes = list(pool.map(lambda _: world.ask("pc-02.city.example", holder, timeout=10).code, range(TERMINALS)))
    assert codes.count("accept") == TERMINALS, {code: codes.count(code) for code in set(codes)}
    return time.monotonic() - start


def main() -> int:
    """Print the figures; exit 1 where the target is missed."""
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder))
        with world.build("radius1", ADDRESS):
            missed = False
            for label, holder, speed in (("ECDSA P-256", "leaf-only", "ecdsap256"), ("RSA 2048", "rsa", "rsa2048")):
                times = [rush(world, holder) for _ in range(3)]
                middle = statistics.median(times)
                missed |= middle > LIMIT_SECONDS
                print(
                    f"{label}: {TERMINALS} logins in {middle:.1f} s (median of 3; {min(times):.1f}–{max(times):.1f}), "
                    f"{TERMINALS / middle:.0f}/s with clients on the same {os.cpu_count()} cores; "
                    f"openssl speed {speed}: {bound(speed):.0f} signatures/s a core"
                )
    print(f"target: {TERMINALS} in ≤ {LIMIT_SECONDS:.0f} s: {'missed' if missed else 'held'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
