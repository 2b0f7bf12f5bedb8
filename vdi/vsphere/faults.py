"""What went wrong at a vCenter, as a kind: which kinds may be repeated, and what people are told."""

from __future__ import annotations

import ssl
from enum import StrEnum
from http.client import HTTPException
from typing import NoReturn
from xml.parsers.expat import ExpatError

from pyVmomi import vim, vmodl

from bunri.messages import BunriError, Message, Where


class Kind(StrEnum):
    """Kinds of failure. ``UNSURE``: the line broke after the request; the vCenter may or may not have done it."""

    SESSION = "session"
    CONNECTION = "connection"
    UNSURE = "unsure"
    BUSY = "busy"
    RESOURCES = "resources"
    PERMISSION = "permission"
    LOGIN = "login"
    TLS = "tls"
    DUPLICATE = "duplicate"
    GONE = "gone"
    STATE = "state"
    INVALID = "invalid"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    OTHER = "other"


REPEATABLE = frozenset({Kind.SESSION, Kind.CONNECTION, Kind.UNSURE, Kind.BUSY, Kind.RESOURCES, Kind.TIMEOUT})
"""Kinds that pass by themselves. All others come back however often they are tried."""

# The first class that fits decides, so the special stands before the general (vSphere Web Services API, faults).
_TABLE: tuple[tuple[type[BaseException], Kind], ...] = (
    (vim.fault.InvalidLogin, Kind.LOGIN),
    (vim.fault.NotAuthenticated, Kind.SESSION),
    (vim.fault.NoPermission, Kind.PERMISSION),
    (vmodl.fault.SecurityError, Kind.PERMISSION),
    (vim.fault.DuplicateName, Kind.DUPLICATE),
    (vmodl.fault.ManagedObjectNotFound, Kind.GONE),
    (vim.fault.NotFound, Kind.GONE),
    (vim.fault.TaskInProgress, Kind.BUSY),
    (vim.fault.ConcurrentAccess, Kind.BUSY),
    (vmodl.fault.HostCommunication, Kind.BUSY),
    (vmodl.fault.SystemError, Kind.BUSY),
    (vim.fault.Timedout, Kind.TIMEOUT),
    (vim.fault.InsufficientResourcesFault, Kind.RESOURCES),
    (vmodl.fault.RequestCanceled, Kind.CANCELLED),
    (vim.fault.InvalidState, Kind.STATE),
    (vmodl.fault.InvalidArgument, Kind.INVALID),
    (vmodl.fault.NotSupported, Kind.INVALID),
    (ssl.SSLCertVerificationError, Kind.TLS),
    (TimeoutError, Kind.CONNECTION),
    (OSError, Kind.CONNECTION),
    (HTTPException, Kind.CONNECTION),
    # A line that is cut in the middle of an answer leaves half a document.
    (ExpatError, Kind.CONNECTION),
    # pyvmomi meets a fault type that it does not know.
    (KeyError, Kind.OTHER),
)

_IDS = {
    Kind.SESSION: "VSP001",
    Kind.CONNECTION: "VSP002",
    Kind.UNSURE: "VSP003",
    Kind.BUSY: "VSP004",
    Kind.RESOURCES: "VSP005",
    Kind.PERMISSION: "VSP006",
    Kind.LOGIN: "VSP007",
    Kind.TLS: "VSP008",
    Kind.DUPLICATE: "VSP009",
    Kind.GONE: "VSP010",
    Kind.STATE: "VSP011",
    Kind.INVALID: "VSP012",
    Kind.CANCELLED: "VSP013",
    Kind.TIMEOUT: "VSP014",
    Kind.OTHER: "VSP015",
}


class VsphereError(BunriError):
    """A failure at a vCenter with its kind."""

    exit_code = 1

    def __init__(self, kind: Kind, where: Where, what: str, why: str) -> None:
        self.kind = kind
        super().__init__(Message(_IDS[kind], where, {"what": what, "why": why}))

    @property
    def repeatable(self) -> bool:
        """Whether trying again can help."""
        return self.kind in REPEATABLE


def kind_of(problem: BaseException) -> Kind | None:
    """Return the kind of a fault or of a broken line, ``None`` for what is neither (a defect of ours)."""
    if isinstance(problem, VsphereError):
        return problem.kind
    for known, kind in _TABLE:
        if isinstance(problem, known):
            return kind
    return Kind.OTHER if isinstance(problem, vmodl.MethodFault) else None


def reason(problem: BaseException) -> str:
    """Return one line that says why: the fault's name and its message."""
    if isinstance(problem, VsphereError):
        return str(problem.messages[0].params["why"])
    text = str(getattr(problem, "msg", "") or getattr(problem, "reason", "") or "")
    if not isinstance(problem, vmodl.MethodFault):
        text = text or str(problem)
    if isinstance(problem, vim.fault.NoPermission) and problem.privilegeId:
        text = f"{problem.privilegeId} {text}".strip()
    name = type(problem).__name__.rsplit(".", 1)[-1]
    first = text.splitlines()[0] if text else ""
    return f"{name}: {first}" if first else name


def raised(problem: BaseException, where: Where, what: str) -> NoReturn:
    """Raise ``problem`` as a ``VsphereError``; what is no fault of a vCenter is raised as it is."""
    kind = kind_of(problem)
    if kind is None or isinstance(problem, BunriError):
        raise problem
    raise VsphereError(kind, where, what, reason(problem)) from problem
