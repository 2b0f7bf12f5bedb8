"""A FreeRADIUS server on loopback: the real program with the rendered files, unprivileged. Laboratory only.

Differences from a server of the city: addresses are of 127.0.0.0/8, refusals are not delayed, and logs and the process
id lie in a folder of the laboratory. Everything else is the same text.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.change.files import write_atomic
from bunri.messages import error
from network.radius.render import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

START_SECONDS = 15.0
_MORTAL = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
"""The server ends with whoever started it, even where that was killed (util-linux; Linux only)."""


def program() -> str | None:
    """Return the path of the FreeRADIUS program, or ``None`` where the package is not installed."""
    return shutil.which("freeradius", path=os.environ.get("PATH", "") + ":/usr/sbin") or shutil.which("radiusd")


def lab_address(address: str) -> str:
    """Return the loopback address that stands for a management address in the laboratory."""
    return "127." + address.split(".", 1)[1]


def place(folder: Path, address: str) -> Place:
    """Return where a laboratory server keeps its things below ``folder``."""
    return Place(
        config=str(folder / "raddb"),
        certificates=str(folder / "raddb" / "certs"),
        log=str(folder / "log"),
        run=str(folder / "run"),
        user="",
        address=address,
        reject_delay=0,
    )


def install(where: Place, files: Mapping[str, str], certificate: bytes, key: bytes, trust: Mapping[str, bytes]) -> None:
    """Write the configuration folder. ``trust`` is name → PEM of authorities and revocation lists."""
    root = Path(where.config)
    for name, text in files.items():
        write_atomic(root / name, text, mode=0o600)
    certificates = Path(where.certificates)
    write_atomic(certificates / "server.crt", certificate)
    write_atomic(certificates / "server.key", key, mode=0o600)
    install_trust(certificates / "trust", trust)
    for folder in (where.log, where.run, f"{where.log}/accounting"):
        Path(folder).mkdir(parents=True, exist_ok=True)


def install_trust(folder: Path, trust: Mapping[str, bytes]) -> None:
    """Write authorities and revocation lists and link them by subject hash, as OpenSSL looks them up."""
    for name, pem in trust.items():
        write_atomic(folder / name, pem)
    subprocess.run(["openssl", "rehash", str(folder)], check=True, capture_output=True)


@dataclass(slots=True)
class RadiusLab:
    """A running laboratory server. Use as a context manager; nothing stays behind."""

    where: Place
    name: str
    auth_port: int
    prefix: tuple[str, ...] = ()
    """Words before the command, e.g. ``faketime``: how the tests turn the clock."""
    process: subprocess.Popen[bytes] | None = None

    def check(self) -> str:
        """Let FreeRADIUS judge its configuration (``-C``); return what it says. Error: RAD002."""
        done = subprocess.run([*self._command(), "-C", "-l", "stdout"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise error("RAD002", server=self.name, why=_reason(done.stdout + done.stderr))
        return done.stdout

    def start(self) -> None:
        """Start the server and wait until it answers on its port. Error: RAD002."""
        with (Path(self.where.log) / "stdout.log").open("wb") as output:
            command = [*_MORTAL, *self._command(), "-f"]
            self.process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise error("RAD002", server=self.name, why=_reason(self.log()))
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server, by its own process group."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def log(self) -> str:
        """Return what the server wrote to its log so far."""
        paths = [Path(self.where.log) / name for name in ("radius.log", "stdout.log")]
        return "".join(path.read_text(errors="replace") for path in paths if path.exists())

    def __enter__(self) -> RadiusLab:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def _command(self) -> list[str]:
        found = program()
        if found is None:
            raise error("RAD002", server=self.name, why="freeradius: no such program")
        return [*self.prefix, found, "-d", self.where.config, "-n", "radiusd"]

    def _answers(self) -> bool:
        # A UDP port that somebody holds cannot be bound a second time.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((self.where.address, self.auth_port))
            except OSError:
                return True
        return False


def _reason(text: str) -> str:
    lines = [line for line in text.splitlines() if "rror" in line or "ailed" in line] or text.splitlines()[-1:]
    return lines[0].strip() if lines else "no output"
