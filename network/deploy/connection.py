"""SSH to a device with every way it can go wrong named: unknown or changed host key, refused login, silence, floods.

napalm and netmiko report most of these as one exception with a page of advice; an operator needs to know which it was.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import paramiko
import scp
from napalm.base.exceptions import ConnectionException, NapalmException
from napalm.ios import IOSDriver
from netmiko import ConnectHandler
from netmiko.exceptions import (
    NetmikoAuthenticationException,
    NetmikoBaseException,
    NetmikoTimeoutException,
    ReadException,
    ReadTimeout,
)

from bunri.messages import BunriError, Where, error
from network.deploy.view import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from network.deploy.endpoint import Endpoint

FLOOD_BYTES = 8_000_000
"""More than any configuration of the city: an answer this long is not an answer."""


class FloodError(Exception):
    """A device sent more than ``FLOOD_BYTES`` in answer to one command."""


class _Metered:
    """A netmiko channel that counts what one command brings in, and notices at once when the line is gone.

    netmiko itself takes a closed connection for a silent device and waits out the patience of the command.
    """

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._bytes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def write_channel(self, out_data: str) -> None:
        self._bytes = 0
        self._channel.write_channel(out_data)

    def read_channel(self) -> str:
        # Asked before reading: what arrives in between is still in the buffer and is read first.
        ended = self._channel.remote_conn is None or self._channel.remote_conn.closed
        text: str = self._channel.read_channel()
        if ended and not text:
            raise ReadException("the device closed the connection")
        self._bytes += len(text)
        if self._bytes > FLOOD_BYTES:
            raise FloodError
        return text


def _known_prompt(device: Any) -> Callable[[bool], str]:
    """Return what netmiko asks for the pattern that ends an answer: the session's prompt, alone on the last line.

    netmiko would send an empty line and wait for the prompt before every command, which doubles the waiting; without
    that it takes the bare host name wherever it stands, and so ends ``show running-config`` at ``hostname``.
    ``base_prompt`` is asked each time, because a commit may change the name.
    """
    return lambda _find_first: rf"(?:^|[\r\n]){re.escape(str(device.base_prompt).strip())}[^\s#>]*[#>] ?$"


def _strict(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "port": endpoint.port,
        "ssh_strict": True,
        "system_host_keys": False,
        "alt_host_keys": True,
        "alt_key_file": str(endpoint.known_hosts),
        "allow_agent": False,
        "use_keys": False,
        "conn_timeout": endpoint.timeout,
        "auth_timeout": endpoint.timeout,
        "banner_timeout": endpoint.timeout,
        "secret": endpoint.enable or endpoint.password,
    }


def open_ios(endpoint: Endpoint, names: dict[str, str] | None = None) -> IOSDriver:
    """Return an open napalm driver; the host key must be known.

    ``names`` may set ``candidate_cfg`` and ``rollback_cfg``.
    """
    options = {**_strict(endpoint), "auto_file_prompt": False, "dest_file_system": "flash:", **(names or {})}
    driver = IOSDriver(endpoint.host, endpoint.username, endpoint.password, int(endpoint.timeout), options)
    with explained(endpoint):
        driver.open()
    metered: Any = _Metered(driver.device.channel)
    driver.device.channel = metered
    driver.device._prompt_handler = _known_prompt(driver.device)
    return driver


def open_fortios(endpoint: Endpoint) -> Any:
    """Return an open netmiko connection to a FortiOS device; the host key must be known."""
    with explained(endpoint):
        connection = ConnectHandler(
            device_type="fortinet",
            host=endpoint.host,
            username=endpoint.username,
            password=endpoint.password,
            timeout=int(endpoint.timeout),
            **_strict(endpoint),
        )
    metered: Any = _Metered(connection.channel)
    connection.channel = metered
    return connection


@contextlib.contextmanager
def explained(endpoint: Endpoint) -> Iterator[None]:
    """Turn what the libraries raise into a message that says what happened, where, and what to do."""
    where = Where(device=endpoint.name)
    address = f"{endpoint.host}:{endpoint.port}"
    try:
        yield
    except BunriError:
        raise
    except FloodError as problem:
        raise error("DEP016", where, limit=FLOOD_BYTES) from problem
    except paramiko.BadHostKeyException as problem:
        raise error("DEP004", where, address=address, file=str(endpoint.known_hosts)) from problem
    except NetmikoAuthenticationException as problem:
        raise error("DEP002", where, address=address, user=endpoint.username) from problem
    except scp.SCPException as problem:
        raise error("DEP009", where) from problem
    except ReadTimeout as problem:
        raise error("DEP028", where, address=address) from problem
    except (NetmikoTimeoutException, ConnectionException) as problem:
        cause = problem.__context__ or problem
        raise _unreachable(endpoint, cause) from problem
    except (ReadException, paramiko.SSHException, EOFError, OSError, NetmikoBaseException) as problem:
        raise _unreachable(endpoint, problem) from problem
    except NapalmException as problem:
        raise error("DEP011", where, said=refusal(str(problem))) from problem
    except (ValueError, IndexError, KeyError, AttributeError, AssertionError, UnicodeError) as problem:
        # The libraries' parsers fall over on garbage in many ways; none of them may look like success.
        raise error("DEP035", where, command="?", size="?", end=type(problem).__name__) from problem


def senseless(device: str, command: str, said: str) -> BunriError:
    """Return the error for an answer that is not one: how long it was and, masked, how it ended."""
    end = masked(_last_line(said), "cisco_ios").strip()[-80:]
    shown = "".join(char if char.isprintable() else "·" for char in end)
    return error("DEP035", Where(device=device), command=command, size=len(said), end=shown)


def _unreachable(endpoint: Endpoint, problem: BaseException) -> BunriError:
    where = Where(device=endpoint.name)
    address = f"{endpoint.host}:{endpoint.port}"
    text = str(problem)
    if "not found in known_hosts" in text:
        return error("DEP003", where, address=address, file=str(endpoint.known_hosts))
    if "does not match" in text and "key" in text.lower():
        return error("DEP004", where, address=address, file=str(endpoint.known_hosts))
    return error("DEP001", where, address=address, why=_last_line(text) or type(problem).__name__)


_REFUSED = re.compile(
    r"^(%.*|.*Rollback aborted.*|.*Failed to apply.*|.*[Cc]ommand rejected.*|.*not a valid config.*|.*not enabled.*)$",
    re.MULTILINE,
)


def refusal(said: str) -> str:
    """Return the line of a device's answer that says what it did not like, secrets masked; else its last words."""
    found = _REFUSED.search(said)
    line = found[0].strip() if found else _last_line(said)
    return masked(line, "cisco_ios").strip()[:200]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip(" *")]
    return lines[-1][:200] if lines else ""
