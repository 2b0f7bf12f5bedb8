"""Sessions from a Horizon connection server: a hand-written subset of its published REST paths.

Only these are called (Horizon Server REST API): ``/rest/login``, ``/rest/logout``, ``/rest/inventory/v1/machines``,
``/rest/inventory/v1/sessions``, ``…/machines/action/enter-maintenance`` and ``exit-maintenance``,
``…/sessions/action/send-message`` and ``logoff``, ``…/desktop-pools/{id}/action/schedule-push-image``. Several brokers
of a pool replicate each other: the next one is asked when one does not answer.
"""

from __future__ import annotations

import json
import ssl
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from bunri.messages import BunriError, Where, error
from vdi.sessions.broker import Place, Seen, Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PAGE = 500
_INVENTORY = "/rest/inventory/v1"
_TAKES_SESSIONS = frozenset({"AVAILABLE", "CONNECTED", "DISCONNECTED"})


@dataclass(frozen=True, slots=True)
class Push:
    """What Horizon itself needs to roll an image out: ids of pool, parent machine and snapshot."""

    pool: str
    parent: str
    snapshot: str


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in at the brokers (``https://host:port``, each a replica). ``ca``: PEM of their authority."""

    brokers: tuple[str, ...]
    domain: str
    user: str
    password: str = field(repr=False)
    ca: Path | None = None
    timeout: float = 30.0


@dataclass(slots=True)
class Horizon:
    """The broker. ``images``: what to hand to Horizon for an image, if it is to roll out by itself."""

    login: Login
    images: Mapping[str, Push] = field(default_factory=dict)
    _token: str = field(default="", repr=False)
    _base: str = ""
    _guard: threading.RLock = field(default_factory=threading.RLock)

    def sessions(self, place: Place) -> Seen:
        """Return the machine's sessions; a machine that Horizon does not know, or a broker that is silent: unknown."""
        try:
            machine = self._machine(place)
            if machine is None:
                return Seen(unknown="not registered at the broker")
            return Seen(
                tuple(
                    Session(str(item["id"]), str(item.get("user_id", "")), str(item.get("start_time", "")),
                            str(item.get("session_state", "")))
                    for item in self._all("/sessions")
                    if item.get("machine_id") == machine["id"]
                )
            )  # fmt: skip
        except BunriError as problem:
            return Seen(unknown=problem.messages[0].id)
        except (KeyError, TypeError) as problem:
            return Seen(unknown=f"unexpected answer: {problem}")

    def drain(self, place: Place, *, on: bool) -> None:
        """Put the machine into maintenance mode, or take it out."""
        action = "enter-maintenance" if on else "exit-maintenance"
        self._call("POST", f"{_INVENTORY}/machines/action/{action}", [self._known(place)["id"]])

    def notify(self, place: Place, sessions: Sequence[Session], text: str) -> None:
        """Show a message in these sessions."""
        if sessions:
            body = {"message": text, "message_type": "WARNING", "session_ids": [item.id for item in sessions]}
            self._call("POST", f"{_INVENTORY}/sessions/action/send-message", body, place.name)

    def logoff(self, place: Place, sessions: Sequence[Session], *, force: bool) -> None:
        """Log these sessions off; ``force`` also where a session is locked."""
        if sessions:
            query = urlencode({"forced": str(force).lower()})
            ids = [item.id for item in sessions]
            self._call("POST", f"{_INVENTORY}/sessions/action/logoff?{query}", ids, place.name)

    def ready(self, place: Place) -> bool:
        """Whether Horizon would send people to the machine."""
        machine = self._machine(place)
        return machine is not None and machine.get("state") in _TAKES_SESSIONS

    def push(self, image: str, places: Sequence[Place]) -> str | None:
        """Let Horizon roll ``image`` out to its pool, waiting for people; ``None`` if it is not set up for that."""
        wanted = self.images.get(image)
        if wanted is None:
            return None
        body = {
            "parent_vm_id": wanted.parent,
            "snapshot_id": wanted.snapshot,
            "logoff_policy": "WAIT_FOR_LOGOFF",
            "stop_on_first_error": True,
        }
        path = f"{_INVENTORY}/desktop-pools/{quote(wanted.pool, safe='')}/action/schedule-push-image"
        self._call("POST", path, body, image)
        return f"{wanted.pool}:{image}"

    def close(self) -> None:
        """Log out."""
        with self._guard:
            if self._token:
                self._request("POST", "/rest/logout", {}, "logout")
                self._token = ""

    def _machine(self, place: Place) -> dict[str, Any] | None:
        found = [item for item in self._all("/machines") if str(item.get("name", "")).lower() == place.name.lower()]
        return found[0] if len(found) == 1 else None

    def _known(self, place: Place) -> dict[str, Any]:
        machine = self._machine(place)
        if machine is None:
            raise error(
                "SES002", Where(device=place.name), broker=self._base, status=404, what="machines", why=place.name
            )
        return machine

    def _all(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            query = urlencode({"page": page, "size": PAGE})
            items, more = self._call("GET", f"{_INVENTORY}{path}?{query}")
            found += items
            if not more:
                return found
            page += 1

    def _call(self, method: str, path: str, body: object = None, what: str = "") -> tuple[Any, bool]:
        """Call with a session; log in first, and again once if the token has run out."""
        with self._guard:
            for last in (False, True):
                if not self._token:
                    self._log_in()
                try:
                    return self._request(method, path, body, what)
                except BunriError as problem:
                    if last or problem.messages[0].params.get("status") != 401:
                        raise
                    self._token = ""
        raise AssertionError

    def _log_in(self) -> None:
        who = {"domain": self.login.domain, "username": self.login.user, "password": self.login.password}
        for number, base in enumerate(self.login.brokers, 1):
            self._base = base
            try:
                answer, _more = self._request("POST", "/rest/login", who, "login")
            except BunriError as problem:
                # A wrong password is wrong everywhere; only silence sends us to the next replica.
                if problem.messages[0].id != "SES003" or number == len(self.login.brokers):
                    raise
            else:
                self._token = str(answer["access_token"])
                return

    def _request(self, method: str, path: str, body: object, what: str) -> tuple[Any, bool]:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data=data, method=method, headers=headers)  # noqa: S310
        context = ssl.create_default_context(cafile=str(self.login.ca) if self.login.ca else None)
        what = what or path.split("?", maxsplit=1)[0]
        try:
            with urllib.request.urlopen(request, timeout=self.login.timeout, context=context) as answer:  # noqa: S310
                text = answer.read()
                more = str(answer.headers.get("HAS_MORE_RECORDS", "")).upper() == "TRUE"
            return (json.loads(text) if text else None), more
        except urllib.error.HTTPError as problem:
            why, status = problem.reason, problem.code
            problem.close()
            raise error("SES002", broker=self._base, status=status, what=what, why=why) from problem
        except (OSError, HTTPException, ValueError) as problem:
            raise error("SES003", broker=self._base, what=what, why=str(problem)) from problem
