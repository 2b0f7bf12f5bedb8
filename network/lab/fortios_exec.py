"""The command line of a virtual FortiOS unit."""

# ruff: noqa: E501 - one row of a unit's page is one string

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Interface, IPv4Network
from typing import TYPE_CHECKING

from network.lab.fortios_config import Frame, _open_quote, tables
from network.lab.terminal import CTRL_C, CTRL_Z

if TYPE_CHECKING:
    from network.lab.fortios_device import FortiDevice
    from network.lab.spec import Account
    from network.lab.terminal import Terminal


class FortiShell:
    """One session on a unit."""

    more = "--More-- "

    def __init__(self, device: FortiDevice, account: Account, terminal: Terminal | None = None) -> None:
        self.device = device
        self.account = account
        self.terminal = terminal
        self.frames: list[Frame] = []
        self._pending = ""
        self._banner = terminal is not None and device.config.value("system global", "post-login-banner") == "enable"

    @property
    def page(self) -> int:
        """Lines a page: ``config system console`` / ``set output`` decides for the whole unit."""
        return 0 if self.device.config.value("system console", "output") == "standard" or self.terminal is None else 24

    def prompt(self) -> str:
        """Return the prompt, with the open table or entry in brackets."""
        if self._banner:
            return "\nLab unit of the virtual city.\n(Press 'a' to accept): "
        if self._pending:
            return "> "
        mark = "$" if self.account.read_only else "#"
        name = self.device.hostname
        if not self.frames:
            return f"{name} {mark} "
        frame = self.frames[-1]
        where = frame.entry if frame.entry is not None else frame.table.path.split("/")[-1].split(" ")[-1]
        return f"{name} ({where}) {mark} "

    def help(self, line: str) -> str:
        """Return the words that may follow."""
        words = line.split()
        if words[:1] == ["config"] and not self.frames:
            start = " ".join(words[1:])
            found = sorted(
                {p[len(start) :].split()[0] for p in tables() if p.startswith(start) and p[len(start) :].split()}
            )
            return "".join(f"{word}\n" for word in found)
        if self.frames and words[:1] == ["set"]:
            return "".join(f"{name}\n" for name in self.frames[-1].table.attributes)
        base = ("config", "get", "show", "execute", "diagnose", "exit")
        return "".join(
            f"{word}\n" for word in (("set", "unset", "edit", "next", "end", "abort") if self.frames else base)
        )

    async def run(self, line: str) -> str | None:
        """Answer one line."""
        device = self.device
        if self._banner:
            self._banner = not line.strip().lower().startswith("a")
            return "\n"
        control = line[-1:] in (CTRL_C, CTRL_Z)
        text = line.rstrip(CTRL_C + CTRL_Z)
        if control:
            self._pending = ""
            self.frames = []
            return "\n"
        if self._pending or _open_quote(text):
            self._pending = f"{self._pending}\n{text}" if self._pending else text
            if _open_quote(self._pending):
                return ""
            text, self._pending = self._pending, ""
        stripped = text.strip()
        if not stripped or stripped.startswith("#"):
            return ""
        device.received(self.account.name, stripped.replace("\n", " "))
        faults = device.faults
        if faults.drop_after:
            faults.drop_after -= 1
            if faults.drop_after == 0:
                device.drop_all()
                return None
        if faults.slow:
            await device.pause(faults.slow)
        if faults.garbage and re.search(faults.garbage, stripped):
            return "".join(chr(0x21 + (index * 7919) % 90) for index in range(997)) + "\n"
        if faults.flood and re.search(faults.flood, stripped):
            left = faults.flood_bytes
            while left > 0 and self.terminal is not None:
                await self.terminal.show("# " + "x" * 4093 + "\n", 0, "")
                left -= 4096
            return ""
        command, _, pipe = stripped.partition(" | ")
        answer = await self._command(command)
        if answer is None or not pipe:
            return answer
        return _grep(answer, pipe)

    async def _command(self, line: str) -> str | None:
        device = self.device
        word = line.split(maxsplit=1)[0]
        if not self.frames and word in ("exit", "quit"):
            return None
        if word == "show":
            return self._show(line.split()[1:])
        if word == "get":
            return self._get(line.split()[1:])
        if word.startswith("exec") and not self.frames:
            return await self._execute(line.split()[1:])
        if word.startswith("diag") and not self.frames:
            return self._diagnose(line.split()[1:])
        first = word.startswith("conf") and not self.frames
        if self.account.read_only and (first or self.frames) and word not in ("end", "next", "abort") and not first:
            return "Command fail. Return code -37\n"
        if self.device.faults.refuse and any(re.search(p, line) for p in device.faults.refuse):
            return f"command parse error before '{line.rsplit(maxsplit=1)[-1]}'\nCommand fail. Return code -61\n"
        before = device.config.root.copy() if word in ("end", "next") else None
        answer = device.config.line(self.frames, line)
        if not answer and word in ("end", "next") and before is not None and not self.frames:
            if device.faults.reload_in_commit:
                device.faults.reload_in_commit = False
                device.reload()
                return None
            device.changed()
        if not answer and line.split(maxsplit=1)[0] in ("delete", "purge", "move", "rename"):
            return ""
        return answer

    def _show(self, words: list[str]) -> str:
        device = self.device
        full = words[:1] == ["full-configuration"]
        rest = words[1:] if full else words
        path = " ".join(rest)
        if self.frames and not rest:
            frame = self.frames[-1]
            return device.config.text(path=frame.table.path.split("/")[0])
        if path and not any(name == path or name.startswith(path + " ") for name in tables()):
            head, _, entry = path.rpartition(" ")
            node = device.config.node(f"{head}/{entry}") if head in tables() else None
            if node is None:
                return f"command parse error before '{rest[-1]}'\nCommand fail. Return code -61\n"
            text = device.config.text(path=head)
            hit = re.search(rf'^    edit "?{re.escape(entry)}"?\n.*?^    next\n', text, re.MULTILINE | re.DOTALL)
            return f"config {head}\n{hit[0] if hit else ''}end\n"
        if path == "system console" and full and device.config.node("system console") is None:
            return "config system console\n    set output more\nend\n"
        text = device.config.text("" if path else device.header(), path=path)
        if full and path == "system console" and "set output" not in text:
            text = text.replace("config system console\n", "config system console\n    set output more\n")
        return text

    def _get(self, words: list[str]) -> str:
        device = self.device
        path = " ".join(words)
        if path == "system status":
            role = "" if not device.in_pair() else f"a-p, {'primary' if device.primary() else 'secondary'}"
            now = datetime.now(UTC) + timedelta(hours=9)
            return (
                f"Version: {device.model} {device.version}\nFirmware Signature: certified\nVirus-DB: 1.00000(2018-04-09 18:07)\n"
                f"Serial-Number: {device.serial}\nBIOS version: 05000100\nSystem Part-Number: P24589-03\n"
                "Simulated: virtual city of Bunri, no Fortinet software runs here\nLog hard disk: Not available\n"
                f"Hostname: {device.hostname}\nPrivate Encryption: Disable\nOperation Mode: NAT\nCurrent virtual domain: root\n"
                "Max number of virtual domains: 10\nVirtual domains status: 1 in NAT mode, 0 in TP mode\n"
                f"Virtual domain configuration: disable\nFIPS-CC mode: disable\nCurrent HA mode: {role or 'standalone'}\n"
                f"Branch point: 2702\nRelease Version Information: GA\nSystem time: {now.strftime('%a %b %e %H:%M:%S %Y')}\nLast reboot reason: warm reboot\n"
            )
        if path == "system ha status":
            return self._ha_status()
        if path == "system console":
            output = device.config.value("system console", "output") or "more"
            return f"baudrate            : 9600 \nlogin               : enable \nmode                : line \noutput              : {output} \n"
        if path == "system interface":
            text = ""
            node = device.config.node("system interface")
            for name, entry in (node.entries if node else {}).items():
                ip = " ".join(entry.values.get("ip", ["0.0.0.0", "0.0.0.0"]))  # noqa: S104 - text of an answer
                status = " ".join(entry.values.get("status", ["up"]))
                kind = " ".join(entry.values.get("type", ["physical" if "vlanid" not in entry.values else "vlan"]))
                text += f"== [ {name} ]\nname: {name}    mode: static    ip: {ip}   status: {status}    netbios-forward: disable    type: {kind}   \n"
            return text
        if path in (
            "router info routing-table all",
            "router info routing-table details",
            "router info routing-table static",
        ):
            return self._routes()
        if path == "system performance status":
            return f"CPU states: 0% user 0% system 0% nice 100% idle 0% iowait 0% irq 0% softirq\nMemory: 2061108k total, 1011108k used (49.0%)\nUptime: {int(time.monotonic() - device.booted_at) // 86400} days\n"
        if path == "system arp":
            return "Address           Age(min)   Hardware Addr      Interface\n"
        if path in ("hardware nic", "system session list"):
            return ""
        if path in tables() and not tables()[path].entries:
            node = device.config.node(path)
            values = node.values if node else {}
            rows = []
            for name, attribute in tables()[path].attributes.items():
                shown = "*" if attribute.secret and name in values else " ".join(values.get(name, []))
                rows.append(f"{name:<20}: {shown} ")
            return "\n".join(rows) + "\n"
        if path in tables():
            node = device.config.node(path)
            return "".join(f"== [ {name} ]\nname: {name}   \n" for name in (node.entries if node else {}))
        return f"command parse error before '{words[-1] if words else 'get'}'\nCommand fail. Return code -61\n"

    def _ha_status(self) -> str:
        device = self.device
        if not device.in_pair():
            return "HA Health Status: OK\nModel: FortiGate\nMode: Standalone\n"
        from network.lab.fortios_device import FortiDevice as Unit  # noqa: PLC0415 - the type, at run time

        units = [device, *([device.peer] if isinstance(device.peer, Unit) and device.peer.up else [])]
        units.sort(key=lambda unit: not unit.primary())
        same = len(units) == 2 and units[0].shared_text() == units[1].shared_text()
        rows = "".join(
            f"{'Primary' if unit.primary() else 'Secondary'}     : {unit.hostname}, {unit.serial}, HA cluster index = {index}\n"
            for index, unit in enumerate(units)
        )
        health = "OK" if len(units) == 2 else "WARNING: one unit is missing"
        sync = "".join(
            f"    {unit.serial}(updated 1 seconds ago): {'in-sync' if same or len(units) == 1 else 'out-of-sync'}\n"
            for unit in units
        )
        return (
            f"HA Health Status: {health}\nModel: {device.model}\nMode: HA A-P\nGroup Name: {device.config.value('system ha', 'group-name')}\n"
            f"Group ID: {device.config.value('system ha', 'group-id') or 0}\nDebug: 0\nConfiguration Status:\n{sync}"
            f"number of member: {len(units)}\n{rows}"
        )

    def _routes(self) -> str:
        config = self.device.config
        text = (
            "Codes: K - kernel, C - connected, S - static, R - RIP, B - BGP\n       O - OSPF, IA - OSPF inter area\n"
            "       * - candidate default\n\nRouting table for VRF=0\n"
        )
        rows: list[tuple[IPv4Network, str]] = []
        connected: dict[str, IPv4Network] = {}
        node = config.node("system interface")
        for name, entry in (node.entries if node else {}).items():
            ip = entry.values.get("ip")
            if ip and ip[0] != "0.0.0.0" and entry.values.get("status", ["up"]) == ["up"]:  # noqa: S104 - a comparison
                network = IPv4Interface("/".join(ip)).network
                if entry.values.get("dedicated-to") == ["management"]:
                    continue
                connected[name] = network
                rows.append((network, f"C       {network} is directly connected, {name}\n"))
        static = config.node("router static")
        for entry in (static.entries if static else {}).values():
            dst = IPv4Network("/".join(entry.values.get("dst", ["0.0.0.0", "0.0.0.0"])))  # noqa: S104 - the default route
            device, hop = " ".join(entry.values.get("device", [])), " ".join(entry.values.get("gateway", []))
            if device in connected and entry.values.get("status", ["enable"]) == ["enable"]:
                distance = " ".join(entry.values.get("distance", ["10"]))
                star = "*" if dst.prefixlen == 0 else " "
                rows.append((dst, f"S{star}      {dst} [{distance}/0] via {hop}, {device}, [1/0]\n"))
        return text + "".join(row for _, row in sorted(rows))

    async def _execute(self, words: list[str]) -> str | None:
        device = self.device
        command = " ".join(words)
        if self.account.read_only and not command.startswith(("ping", "traceroute", "time", "date")):
            return "Command fail. Return code -37\n"
        if command == "cfg save":
            device.save()
            device.synchronise()
            return "config saved.\n"
        if command == "cfg reload":
            if not device.unsaved:
                return "no change to reload.\n"
            if self.terminal is not None:
                reply = await self.terminal.ask(
                    "This operation will restore the config from disk and reboot the system!\nDo you want to continue? (y/n)"
                )
                if not reply.strip().lower().startswith("y"):
                    return ""
            device.revert("command")
            return None
        if command == "reboot":
            if self.terminal is not None:
                reply = await self.terminal.ask(
                    "This operation will reboot the system !\nDo you want to continue? (y/n)"
                )
                if not reply.strip().lower().startswith("y"):
                    return ""
            device.reload()
            return None
        if command.startswith(("backup config", "backup full-config")):
            return "Please use SCP (set admin-scp enable): scp admin@unit:sys_config\nCommand fail. Return code -1\n"
        if command.startswith("restore config"):
            return "Please use SCP (set admin-scp enable): scp FILE admin@unit:fgt-restore-config\nCommand fail. Return code -1\n"
        if command.startswith("ping "):
            return f"PING {words[-1]} ({words[-1]}): 56 data bytes\n--- {words[-1]} ping statistics ---\n5 packets transmitted, 5 packets received, 0% packet loss\n"
        if command in ("time", "date"):
            now = datetime.now(UTC) + timedelta(hours=9)
            return f"current {command} is: {now.strftime('%H:%M:%S' if command == 'time' else '%Y-%m-%d')}\n"
        if command == "ha synchronize start":
            device.synchronise()
            return "starting synchronize with HA primary...\n"
        if command.startswith("ha manage"):
            return "Command fail. Return code -1\n"
        return f"command parse error before '{words[0] if words else 'execute'}'\nCommand fail. Return code -61\n"

    def _diagnose(self, words: list[str]) -> str:
        command = " ".join(words)
        if command == "sys ha checksum show":
            import hashlib  # noqa: PLC0415 - only here

            digest = hashlib.md5(self.device.shared_text().encode(), usedforsecurity=False).hexdigest()
            shown = " ".join(digest[i : i + 2] for i in range(0, 32, 2))
            return f"is_manage_primary()={int(self.device.primary())}, is_root_primary()={int(self.device.primary())}\nchecksum\nglobal: {shown}\nroot: {shown}\nall: {shown}\n"
        return ""


def _grep(text: str, pipe: str) -> str:
    words = pipe.split()
    if not words or words[0] != "grep":
        return f"command parse error before '{words[0] if words else '|'}'\nCommand fail. Return code -61\n"
    options = [word for word in words[1:] if word.startswith("-")]
    pattern = " ".join(word for word in words[1:] if not word.startswith("-")).strip('"')
    flags = re.IGNORECASE if any("i" in option for option in options) else 0
    wanted = re.compile(pattern, flags)
    invert = any("v" in option for option in options)
    return "".join(f"{row}\n" for row in text.splitlines() if bool(wanted.search(row)) != invert)
