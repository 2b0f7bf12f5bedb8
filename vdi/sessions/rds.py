"""Sessions of Remote Desktop session hosts, through the RemoteDesktop module of PowerShell at the connection broker.

Names go to PowerShell as parameters, never into the text of a script. ``transport`` runs one cmdlet; ``connect`` makes
the real one over ``pypsrp`` (PSRP, MS-PSRP) with a verified certificate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bunri.messages import BunriError, error
from vdi.sessions.broker import Place, Seen, Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Transport(Protocol):
    """Runs one cmdlet and returns what it puts out, each object as a mapping. Error: SES003, SES004."""

    def run(self, cmdlet: str, parameters: Mapping[str, object]) -> list[Mapping[str, Any]]:
        """Run ``cmdlet``; a parameter that is ``None`` is a switch."""


@dataclass(slots=True)
class Rds:
    """The broker ``broker`` (DNS name) of the collection ``collection``."""

    broker: str
    collection: str
    transport: Transport

    def sessions(self, place: Place) -> Seen:
        """Return the host's sessions; a host that is not in the collection, or an error: unknown."""
        try:
            if self._host(place) is None:
                return Seen(unknown="not in the collection")
            found = self.transport.run("Get-RDUserSession", {"ConnectionBroker": self.broker})
            return Seen(tuple(_session(item) for item in found if _same(item["HostServer"], place)))
        except BunriError as problem:
            return Seen(unknown=problem.messages[0].id)
        except (KeyError, TypeError) as problem:
            return Seen(unknown=f"unexpected answer: {problem}")

    def drain(self, place: Place, *, on: bool) -> None:
        """Take no new connections at the host, or take them again."""
        allowed = "No" if on else "Yes"
        wanted = {"SessionHost": place.dns or place.name, "NewConnectionAllowed": allowed}
        self.transport.run("Set-RDSessionHost", {**wanted, "ConnectionBroker": self.broker})

    def notify(self, place: Place, sessions: Sequence[Session], text: str) -> None:
        """Show a message in these sessions."""
        for item in sessions:
            wanted = {"HostServer": place.dns or place.name, "UnifiedSessionID": int(item.id)}
            self.transport.run("Send-RDUserMessage", {**wanted, "MessageTitle": "更新 / update", "MessageBody": text})

    def logoff(self, place: Place, sessions: Sequence[Session], *, force: bool) -> None:
        """Log these sessions off."""
        for item in sessions:
            wanted: dict[str, object] = {"HostServer": place.dns or place.name, "UnifiedSessionID": int(item.id)}
            if force:
                wanted["Force"] = None
            self.transport.run("Invoke-RDUserLogoff", wanted)

    def ready(self, place: Place) -> bool:
        """Whether the host is in the collection and takes new connections."""
        host = self._host(place)
        return host is not None and str(host.get("NewConnectionAllowed")) == "Yes"

    def push(self, image: str, places: Sequence[Place]) -> str | None:
        """RDS does not roll images out."""
        return None

    def _host(self, place: Place) -> Mapping[str, Any] | None:
        wanted = {"CollectionName": self.collection, "ConnectionBroker": self.broker}
        found = [
            item for item in self.transport.run("Get-RDSessionHost", wanted) if _same(item.get("SessionHost"), place)
        ]
        return found[0] if len(found) == 1 else None


@dataclass(slots=True)
class Psrp:
    """PowerShell remoting over HTTPS. ``ca``: PEM file of the authority, or ``True`` for the system's."""

    host: str
    user: str
    password: str
    ca: str | bool = True
    port: int = 5986

    def __repr__(self) -> str:
        return f"Psrp({self.host!r}, {self.user!r})"

    def run(self, cmdlet: str, parameters: Mapping[str, object]) -> list[Mapping[str, Any]]:
        """Run one cmdlet in a runspace of its own."""
        from pypsrp.exceptions import AuthenticationError, WinRMError  # noqa: PLC0415 - only where RDS is used
        from pypsrp.powershell import PowerShell, RunspacePool  # noqa: PLC0415
        from pypsrp.wsman import WSMan  # noqa: PLC0415
        from requests import RequestException  # noqa: PLC0415

        try:
            remote = WSMan(
                self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                ssl=True,
                cert_validation=self.ca,  # type: ignore[arg-type]
            )
            with remote, RunspacePool(remote) as runspaces:
                shell = PowerShell(runspaces).add_cmdlet(cmdlet)
                for name, value in {**parameters, "ErrorAction": "Stop"}.items():
                    shell.add_parameter(name, value)
                found = shell.invoke()
                if shell.had_errors:
                    why = str(shell.streams.error[0]).splitlines()[0] if shell.streams.error else "?"
                    raise error("SES004", what=cmdlet, why=why)
        except (AuthenticationError, WinRMError, RequestException, OSError) as problem:
            raise error("SES003", broker=self.host, what=cmdlet, why=type(problem).__name__) from problem
        return [
            {**getattr(item, "adapted_properties", {}), **getattr(item, "extended_properties", {})} for item in found
        ]


def _session(item: Mapping[str, Any]) -> Session:
    return Session(
        str(item["UnifiedSessionId"]),
        str(item.get("UserName", "")),
        str(item.get("CreateTime", "")),
        str(item.get("SessionState", "")),
    )


def _same(name: object, place: Place) -> bool:
    return str(name).split(".")[0].lower() == place.name.lower()
