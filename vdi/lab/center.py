"""A running simulated vCenter and its control interface: faults, outages, expired sessions, delays."""

from __future__ import annotations

import json
import subprocess
import tempfile
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bunri.messages import error
from vdi.lab.build import binary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Fault = Literal["system", "no-permission", "invalid-state", "not-found", "not-authenticated", "insufficient"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault to inject: where it strikes (empty = anywhere), how often (0 = always), with which probability."""

    method: str = ""
    type: str = ""
    name: str = ""
    probability: float = 1.0
    count: int = 0
    delay_ms: int = 0
    fault: Fault = "system"
    message: str = "injected by the laboratory"


@dataclass(slots=True)
class Center:
    """A simulated vCenter. ``description`` is the JSON that vcsim/description.go reads. Use as a context manager."""

    description: Mapping[str, Any]
    address: str = "127.0.0.1:0"
    certificate: Path | None = None
    key: Path | None = None
    program: Path | None = None
    host: str = ""
    port: int = 0
    _control: str = ""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)
    _model: Path | None = None

    @property
    def pid(self) -> int:
        """The process id while it runs, else 0."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it and wait until it answers. Error: VLB003."""
        # The description holds the laboratory's password: a file that only its owner can read (mkstemp).
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as model:
            json.dump(self.description, model)
        self._model = Path(model.name)
        command = [str(self.program or binary()), "-model", model.name, "-listen", self.address]
        if self.certificate and self.key:
            command += ["-cert", str(self.certificate), "-key", str(self.key)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        words = self._process.stdout.readline().split()
        if not words or words[0] != "ready":
            why = self._process.stderr.read().strip()
            self.stop()
            raise error("VLB003", name=self.description.get("name", ""), why=why)
        self.host, port = words[1].rsplit(":", 1)
        self.port, self._control = int(port), words[2]

    def stop(self) -> None:
        """Stop it by closing its standard input, which it watches; nothing stays behind."""
        if self._process is None:
            return
        process, self._process = self._process, None
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._model is not None:
            self._model.unlink(missing_ok=True)

    def __enter__(self) -> Center:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def faults(self, rules: Sequence[Rule]) -> None:
        """Replace the faults by ``rules``."""
        self._post("/faults", [asdict(rule) for rule in rules])

    def down(self, *, after_calls: int = 0) -> None:
        """Stop answering, now or after that many calls; connections are cut."""
        self._post("/down", {"down": not after_calls, "after_calls": after_calls})

    def up(self) -> None:
        """Answer again; sessions of before are gone, everything else is as it was."""
        self._post("/down", {"down": False})

    def expire(self) -> None:
        """End every session."""
        self._post("/expire", {})

    def delays(self, milliseconds: Mapping[str, int]) -> None:
        """Replace the delays: method or task name → milliseconds."""
        self._post("/delays", dict(milliseconds))

    def guests(self, quirks: Mapping[str, Mapping[str, object]]) -> None:
        """Replace the sick guests: host name → what is wrong (keys as in vcsim/guest.go, ``Quirk``)."""
        self._post("/guests", dict(quirks))

    def images(self, baselines: Mapping[str, Mapping[str, str]]) -> None:
        """Replace what guests report of their image: image → setting → value."""
        self._post("/images", {image: dict(settings) for image, settings in baselines.items()})

    def calls(self) -> dict[str, int]:
        """Return how often each method was called."""
        with urllib.request.urlopen(f"http://{self._control}/calls", timeout=10) as answer:
            return dict(json.load(answer)["calls"])

    def _post(self, path: str, data: object) -> None:
        body = json.dumps(data).encode()
        request = urllib.request.Request(f"http://{self._control}{path}", data=body, method="POST")
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - our own loopback address
