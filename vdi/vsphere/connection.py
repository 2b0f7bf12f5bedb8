"""One vCenter: log in over verified TLS, call, and go on after an expired session or a restart of the vCenter."""

from __future__ import annotations

import random
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pyVmomi import vim
from pyVmomi.SoapAdapter import SoapStubAdapter

from bunri.messages import Where
from vdi.vsphere.faults import Kind, VsphereError, kind_of, raised, reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Result = TypeVar("Result")
Content = Any
"""What a vCenter offers (``vim.ServiceInstanceContent``): its managers are optional in pyvmomi's types, not in life."""
POOL = 24
"""HTTP connections kept open: one a worker of a rolling update, and a few for the task poller and readers."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on trying: attempts for passing faults, seconds for a vCenter that does not answer at all.

    Pauses grow from ``first`` by ``factor`` to ``longest`` seconds, each shortened by up to a half at random, so that
    many workers do not come back at the same instant.
    """

    attempts: int = 8
    first: float = 0.25
    factor: float = 2.0
    longest: float = 15.0
    outage: float = 900.0

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after failed attempt ``attempt`` (from 0)."""
        whole = min(self.longest, self.first * self.factor**attempt)
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 - spreads workers, hides nothing


@dataclass(frozen=True, slots=True)
class Access:
    """Where a vCenter is and how to log in. ``ca`` is the PEM file of the authority; ``None``: the system's store."""

    name: str
    host: str
    user: str
    password: str = field(repr=False)
    port: int = 443
    ca: Path | None = None
    timeout: float = 60.0


@dataclass(slots=True)
class Connection:
    """A session at a vCenter. Safe to use from many threads. ``report`` hears why a call has to wait."""

    access: Access
    patience: Patience = Patience()
    report: Callable[[str], None] = lambda _why: None
    stop: threading.Event = field(default_factory=threading.Event)
    _stub: SoapStubAdapter | None = None
    _content: Content | None = None
    _generation: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Connection:
        self.call("login", lambda _content: None)
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def where(self) -> Where:
        """The place that messages about this vCenter name."""
        return Where(device=self.access.name)

    def close(self) -> None:
        """Log out. A vCenter that does not answer forgets the session by itself."""
        content, self._content = self._content, None
        if content is None:
            return
        try:
            content.sessionManager.Logout()
        except Exception as problem:
            if kind_of(problem) is None:
                raise
        if self._stub is not None:
            self._stub.DropConnections()

    def call(self, what: str, work: Callable[[Content], Result], *, safe: bool = True) -> Result:
        """Return ``work(content)``. ``safe``: it may be carried out twice (a read, or an operation that repeats well).

        An expired session is renewed and a vCenter that does not answer is waited for (``patience.outage`` seconds);
        faults that pass are tried again. What is not ``safe`` is never repeated after the line broke: ``Kind.UNSURE``
        is raised then and the caller looks at the present state. Other errors: ``VsphereError`` with their kind.
        """
        # Faults are counted; a vCenter that does not answer is measured by the clock, and must not use up the attempts.
        faults, silences, silent_since = 0, 0, 0.0
        while True:
            generation, sent = self._generation, False
            try:
                content = self._logged_in()
                sent = True
                return work(content)
            except Exception as problem:
                kind = kind_of(problem)
                if kind is Kind.CONNECTION:
                    if sent and not safe:
                        raise VsphereError(Kind.UNSURE, self.where, what, reason(problem)) from problem
                    silent_since = silent_since or time.monotonic()
                    if time.monotonic() - silent_since > self.patience.outage:
                        raised(problem, self.where, what)
                    pause = self.patience.pause(silences)
                    silences += 1
                else:
                    silences, silent_since = 0, 0.0
                    if kind is Kind.SESSION:
                        self._forget(generation)
                    elif kind not in (Kind.BUSY, Kind.TIMEOUT) or not safe:
                        raised(problem, self.where, what)
                    if faults + 1 >= self.patience.attempts:
                        raised(problem, self.where, what)
                    # A session that ended is renewed at once; everything else gets time.
                    pause = self.patience.pause(faults) if faults or kind is not Kind.SESSION else 0.0
                    faults += 1
                self.report(f"{self.access.name}: {what}: {reason(problem)}")
                if self.stop.wait(pause):
                    raise VsphereError(Kind.CANCELLED, self.where, what, reason(problem)) from problem

    def _logged_in(self) -> Content:
        with self._guard:
            if self._content is None:
                if self._stub is None:
                    self._stub = SoapStubAdapter(
                        host=self.access.host,
                        port=self.access.port,
                        path="/sdk",
                        version="vim.version.version12",
                        poolSize=POOL,
                        sslContext=_context(self.access),
                        httpConnectionTimeout=self.access.timeout,
                    )
                self._stub.DropConnections()
                self._stub.cookie = ""
                content: Content = vim.ServiceInstance("ServiceInstance", self._stub).RetrieveContent()
                content.sessionManager.Login(self.access.user, self.access.password, None)
                self._content = content
                self._generation += 1
            return self._content

    def _forget(self, generation: int) -> None:
        with self._guard:
            # Of many workers that meet the same expiry only the first logs in again.
            if self._generation == generation:
                self._content = None

    def reference(self, kind: type[Any], moid: str) -> Any:
        """Return the managed object ``moid`` bound to this session (no call is made)."""
        if self._stub is None:
            self.call("login", lambda _content: None)
        return kind(moid, self._stub)


def _context(access: Access) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(access.ca) if access.ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
