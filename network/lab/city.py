"""The virtual city: every device of a list on its own loopback address, real SSH and SCP, one
process, one event loop."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import asyncssh

from bunri.messages import Where, error
from network.lab.fortios_device import FortiDevice
from network.lab.fortios_exec import FortiShell
from network.lab.ios_device import IosDevice
from network.lab.ios_exec import IosShell
from network.lab.terminal import ClosedError, Terminal

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable, Sequence

    from network.lab.device import Device
    from network.lab.routes import Route
    from network.lab.spec import Account, DeviceSpec

PORT = 2222
# What IOS-XE and FortiOS offer, old key exchanges included: netmiko's FortiOS driver knows only those.
KEX = (
    "curve25519-sha256",
    "ecdh-sha2-nistp256",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
)


@dataclass(slots=True)
class _Place:
    device: Device
    key: asyncssh.SSHKey
    server: asyncssh.SSHAcceptor | None = None


class _Login(asyncssh.SSHServer):
    """Logs users in against one device, and keeps the connection where faults and reloads can abort it."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._connection: asyncssh.SSHServerConnection | None = None
        self.account: Account | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Refuse at once while the device is down."""
        self._connection = conn
        if not self._device.up:
            conn.abort()
            return
        self._device.connections.add(conn.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._connection is not None:
            self._device.connections.discard(self._connection.abort)

    def begin_auth(self, username: str) -> bool:
        """Ask everybody for a password."""
        return True

    def password_auth_supported(self) -> bool:
        """Passwords are what the lab's accounts have."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Check a password; an expired one is refused as the device's AAA server would."""
        account = self._device.login(username, password)
        if account is not None and self._device.faults.password_expired:
            self._device.journal.append(f"** expired password of {username}")
            return False
        if account is None:
            self._device.journal.append(f"** wrong password of {username}")
            return False
        self.account = account
        if self._connection is not None:
            self._connection.set_extra_info(lab_account=account)
        return True


class _Files(asyncssh.SFTPServer):
    """The file side of SCP: a device's flash, with its own reasons to refuse."""

    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], device: Device) -> None:
        self._device = device
        self._account: Account | None = chan.get_connection().get_extra_info("lab_account")
        self._forti = device if isinstance(device, FortiDevice) else None
        root = device.folder / "files"
        root.mkdir(parents=True, exist_ok=True)
        super().__init__(chan, chroot=str(root).encode())
        self._touched: set[int] = set()

    def _allow(self, *, write: bool) -> None:
        reason = self._device.scp_refusal(write=write, read_only=bool(self._account and self._account.read_only))
        if reason:
            raise asyncssh.SFTPPermissionDenied(reason)

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file of the device."""
        write = bool(pflags & (asyncssh.FXF_WRITE | asyncssh.FXF_APPEND))
        self._allow(write=write)
        self._device.received(
            self._account.name if self._account else "?",
            f"scp {'put' if write else 'get'} {path.decode(errors='replace')}",
        )
        if self._forti is not None:
            self._forti.before_scp(PurePosixPath(path.decode(errors="replace")).name, write=write)
        return super().open(path, pflags, attrs)

    def write(self, file_obj: object, offset: int, data: bytes) -> int | Awaitable[int]:
        """Write, unless the flash is full."""
        if self._device.scp_space() < len(data):
            raise asyncssh.SFTPFailure("No space left on device")
        return super().write(file_obj, offset, data)

    def stat(self, path: bytes) -> os.stat_result | asyncssh.SFTPAttrs | Awaitable[os.stat_result | asyncssh.SFTPAttrs]:
        """Describe a file; FortiOS makes its virtual files at this moment."""
        if self._forti is not None:
            self._forti.before_scp(PurePosixPath(path.decode(errors="replace")).name, write=False)
        return super().stat(path)

    def close(self, file_obj: object) -> None:
        """Close, and let FortiOS act on a restored configuration."""
        super().close(file_obj)
        if self._forti is not None:
            self._forti.after_scp(self._account)


class City:
    """Virtual devices served together.

    ``scale`` multiplies durations (0.05: a revert timer of 60 s runs 3 s); ``routes`` computes dynamic routes by
    (hostname, VRF). Use ``await start()`` and ``await stop()`` on a running event loop.
    """

    def __init__(
        self,
        specs: Sequence[DeviceSpec],
        folder: Path,
        *,
        port: int = PORT,
        scale: float = 1.0,
        routes: Callable[[str, str], list[Route]] | None = None,
    ) -> None:
        self.folder = folder
        self.port = port
        self.scale = scale
        self._places: dict[str, _Place] = {}
        self._options: dict[bytes, asyncssh.SSHServerConnectionOptions] = {}
        for spec in specs:
            address = ipaddress.IPv4Address(spec.address)
            if not address.is_loopback:
                raise error("LAB007", Where(device=spec.hostname), address=spec.address)
            place = folder / "devices" / spec.hostname
            device: Device = (
                FortiDevice(spec, place, scale) if spec.platform == "fortios" else IosDevice(spec, place, scale)
            )
            device.neighbour = self._neighbour
            if routes is not None:
                device.computed_routes = routes
            self._places[spec.hostname] = _Place(device, self._host_key(spec.hostname))
        for place_ in self._places.values():
            peer = self._places.get(place_.device.spec.ha_peer)
            place_.device.peer = peer.device if peer is not None else None
        logging.getLogger("asyncssh").setLevel(logging.CRITICAL)

    # ---- devices --------------------------------------------------------------------------------------------------

    @property
    def devices(self) -> dict[str, Device]:
        """The devices by name."""
        return {name: place.device for name, place in self._places.items()}

    def device(self, name: str) -> Device:
        """Return a device; an unknown name is a ``BunriError``."""
        if name not in self._places:
            raise error("LAB008", Where(device=name), name=name, known=", ".join(sorted(self._places)[:10]))
        return self._places[name].device

    def _neighbour(self, name: str) -> Device | None:
        place = self._places.get(name)
        return place.device if place is not None else None

    def host_key(self, name: str) -> str:
        """Return a device's public host key in OpenSSH's form, for a known_hosts file."""
        self.device(name)
        return self._places[name].key.export_public_key("openssh").decode().strip()

    def known_hosts(self) -> str:
        """Return known_hosts lines for every device."""
        return "".join(
            f"[{place.device.spec.address}]:{self.port} {' '.join(self.host_key(name).split()[:2])}\n"
            for name, place in sorted(self._places.items())
        )

    def _host_key(self, name: str, *, new: bool = False) -> asyncssh.SSHKey:
        path = self.folder / "devices" / name / "host_key"
        if path.exists() and not new:
            return asyncssh.read_private_key(path)
        key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        temporary.touch(mode=0o600)
        temporary.write_bytes(key.export_private_key("openssh"))
        temporary.replace(path)
        return key

    # ---- serving --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen on every device's address. A taken address or port is a ``BunriError``; nothing stays half open."""
        try:
            for name in self._places:
                await self._listen(name)
        except BaseException:
            await self.stop()
            raise

    async def _listen(self, name: str) -> None:
        place = self._places[name]
        device = place.device
        try:
            place.server = await asyncssh.listen(
                device.spec.address,
                self.port,
                family=socket.AF_INET,
                server_factory=lambda: _Login(device),
                server_host_keys=[place.key],
                process_factory=lambda process: self._serve(device, process),
                sftp_factory=lambda chan: _Files(chan, device),
                allow_scp=True,
                line_editor=False,
                encoding="utf-8",
                errors="replace",
                kex_algs=KEX,
                login_timeout=30,
                keepalive_interval=0,
                compression_algs=None,
                gss_host=None,
                agent_forwarding=False,
                config=[],
            )
        except OSError as problem:
            raise error(
                "LAB001", Where(device=name), address=device.spec.address, port=self.port, problem=str(problem)
            ) from problem

    async def stop(self) -> None:
        """Close every connection and listener."""
        for place in self._places.values():
            place.device.drop_all()
            place.device.shut()
            if place.server is not None:
                place.server.close()
        for place in self._places.values():
            if place.server is not None:
                await place.server.wait_closed()
                place.server = None

    async def new_host_key(self, name: str) -> None:
        """Give a device another host key, as a replaced or impersonated device has."""
        place = self._places[name]
        self.device(name).drop_all()
        place.key = self._host_key(name, new=True)
        if place.server is not None:
            place.server.close()
            await place.server.wait_closed()
            await self._listen(name)

    async def add(self, spec: DeviceSpec) -> None:
        """Put another device into the running city, or another in the place of one (its files are forgotten)."""
        old = self._places.pop(spec.hostname, None)
        if old is not None:
            old.device.drop_all()
            old.device.shut()
            if old.server is not None:
                old.server.close()
                await old.server.wait_closed()
            old.device.erase()
        place = self.folder / "devices" / spec.hostname
        device: Device = (
            FortiDevice(spec, place, self.scale) if spec.platform == "fortios" else IosDevice(spec, place, self.scale)
        )
        device.neighbour = self._neighbour
        self._places[spec.hostname] = _Place(device, self._host_key(spec.hostname, new=True))
        await self._listen(spec.hostname)

    async def _serve(self, device: Device, process: asyncssh.SSHServerProcess[str]) -> None:
        account: Account = process.get_extra_info("lab_account")
        terminal = Terminal(process)
        shell: Any
        number = next(index for index in range(1, 10_000) if index not in device.lines)
        device.lines[number] = account.name
        try:
            if isinstance(device, IosDevice):
                device.sessions[number] = (account.name, f"vty{number}")
                shell = IosShell(device, account, terminal if process.command is None else None, f"vty{number}")
            else:
                assert isinstance(device, FortiDevice)
                shell = FortiShell(device, account, terminal if process.command is None else None)
            if process.command is not None:
                answer = await shell.run(process.command)
                terminal.write("\n" + answer if answer else "")
            else:
                terminal.write(device.greeting())
                await terminal.serve(shell)
            process.exit(0)
        except Exception as problem:
            if not isinstance(problem, (ClosedError, asyncssh.Error, OSError)):
                logging.getLogger(__name__).exception("%s: session ended by an error of the lab", device.spec.hostname)
            with contextlib.suppress(asyncssh.Error, OSError):
                process.close()
            if not isinstance(problem, (ClosedError, asyncssh.Error, OSError)):
                raise
        finally:
            device.lines.pop(number, None)
            if isinstance(device, IosDevice):
                device.sessions.pop(number, None)
                # A client that vanishes in configuration mode leaves nothing locked: the device ends its session.
