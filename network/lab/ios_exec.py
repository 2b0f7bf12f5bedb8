"""The command line of a virtual IOS-XE device: modes, exec commands, pipes, questions."""

# ruff: noqa: E501 - one command form is one line

from __future__ import annotations

import asyncio
import re
from functools import cache
from typing import TYPE_CHECKING

from network.lab import ios_replace, ios_show, ios_values
from network.lab.grammar import Form, Grammar, Match, Refusal
from network.lab.ios_config import Answer, Level, banner_parts, grammar
from network.lab.terminal import CTRL_C, CTRL_Z

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from network.lab.ios_device import IosDevice
    from network.lab.spec import Account
    from network.lab.terminal import Terminal

# Exec commands; "level=15" needs privileged mode. Names are methods of ``IosShell`` ("show …" go to ``ios_show``).
EXEC = """
terminal length <int:0-512> :: name=length
terminal width <int:0-512> :: name=nothing
terminal {monitor|no monitor} :: name=nothing
terminal no <line> :: name=nothing
terminal shell :: name=nothing
enable [<int:0-15>] :: name=enable
disable [<int:0-15>] :: name=disable
{exit|quit|logout} :: name=leave
configure [terminal] :: name=configure level=15
configure terminal revert timer [idle] <int:1-120> :: name=configure level=15
configure terminal lock :: name=configure level=15
configure replace <url> [list] [force] [ignorecase] [revert trigger error] [revert timer <int:1-120>] :: name=replace level=15
configure replace <url> [list] [force] [ignorecase] revert trigger error timer <int:1-120> :: name=replace level=15
configure replace <url> [list] [force] [ignorecase] [revert trigger error] time <int:1-120> :: name=replace level=15
configure confirm :: name=confirm level=15
configure revert now :: name=revert level=15
configure revert timer [idle] <int:1-120> :: name=retime level=15
archive config :: name=archive level=15
copy <url> <url> :: name=copy level=15
write [memory] :: name=write level=15
write erase :: name=erase level=15
erase {startup-config|nvram:} :: name=erase level=15
delete [/force] [/recursive] <url> :: name=delete level=15
dir [<url>] :: name=directory
cd <url> :: name=nothing
pwd :: name=pwd
more <url> :: name=more level=15
verify /md5 <url> [<word>] :: name=verify level=15
reload :: name=reload level=15
reload in <int:1-35791> [<line>] :: name=reload_in level=15
reload cancel :: name=reload_cancel level=15
clear {logging|counters|arp-cache|ip|access-session|authentication|mac|line|cdp|lldp} [<line>] :: name=nothing level=15
debug <line> :: name=nothing level=15
undebug all :: name=undebug level=15
no debug all :: name=undebug level=15
send log <line> :: name=send_log level=15
ping [vrf <word>] <word> [<line>] :: name=ping
traceroute [vrf <word>] <word> [<line>] :: name=trace
tclsh :: name=tcl level=15
crypto key generate {rsa|ec} [<line>] :: name=keygen level=15
crypto key zeroize {rsa|ec} [<line>] :: name=nothing level=15
clock set <line> :: name=nothing level=15
test <line> :: name=nothing level=15
license smart <line> :: name=nothing level=15
"""

_MODE_PROMPT = {
    "global": "config",
    "interface": "config-if",
    "vlan": "config-vlan",
    "vrf": "config-vrf",
    "vrf-af": "config-vrf-af",
    "ospf": "config-router",
    "bgp": "config-router",
    "bgp-af": "config-router-af",
    "line": "config-line",
    "acl-standard": "config-std-nacl",
    "acl-extended": "config-ext-nacl",
    "route-map": "config-route-map",
    "archive": "config-archive",
    "archive-log": "config-archive-log-cfg",
    "radius-server": "config-radius-server",
    "radius-group": "config-sg-radius",
    "dynamic-author": "config-locsvr-da-radius",
    "key-chain": "config-keychain",
    "key": "config-keychain-key",
    "track": "config-track",
    "cert-chain": "config-cert-chain",
    "trustpoint": "ca-trustpoint",
    "wlan": "config-wlan",
    "profile-policy": "config-wireless-policy",
    "class-map": "config-cmap",
    "policy-map": "config-pmap",
    "policy-class": "config-pmap-c",
    "sla": "config-ip-sla",
    "sla-probe": "config-ip-sla-echo",
}


def _url(token: str, _argument: str) -> str | None:
    return token if re.fullmatch(r"[^\s|?]+", token) else None


@cache
def exec_grammar() -> Grammar:
    """Return the grammar of exec mode, with the show commands."""
    forms = []
    for order, raw in enumerate((EXEC + ios_show.SHOW).splitlines()):
        line = raw.strip()
        if not line:
            continue
        text, _, attributes = line.partition("::")
        options = dict(word.partition("=")[::2] for word in attributes.split())
        forms.append(Form(text.strip(), order, name=options["name"], mode=options.get("level", "")))
    pairs = {"ifname": lambda first, second: ios_values.interface_name(first + second) if first.isalpha() else None}
    return Grammar(forms, {**ios_values.TYPES, "url": _url}, {}, pairs=pairs)


class IosShell:
    """One session. ``run`` answers a line; ``None`` closes the channel."""

    more = " --More-- "

    def __init__(
        self, device: IosDevice, account: Account, terminal: Terminal | None = None, where: str = "vty0"
    ) -> None:
        self.device = device
        self.account = account
        self.terminal = terminal
        self.level = account.privilege
        self.page = 24 if terminal is not None else 0
        self.stack: list[Level] = []
        self.where = where
        self.tcl = False
        self._blob: tuple[str, str, list[str]] | None = None  # (kind, delimiter, lines) of a text being typed

    # ---- prompt and dispatch --------------------------------------------------------------------------------------

    def prompt(self) -> str:
        """Return the prompt: the name is cut to 20 characters in configuration mode, as the device does."""
        name = self.device.running.hostname
        if self._blob is not None:
            return ""
        if self.tcl:
            return f"{name}(tcl)#"
        if self.stack:
            mode = self.stack[-1].mode
            label = _MODE_PROMPT.get(mode, f"config-{mode}")
            if mode == "interface" and len(self.stack[-1].sections) > 1:
                label = "config-if-range"
            return f"{name[:20]}({label})#"
        return f"{name}{'#' if self.level > 1 else '>'}"

    def help(self, line: str) -> str:
        """Return the next words for ``?``."""
        known = grammar(self.stack[-1].mode) if self.stack else exec_grammar()
        head, _, last = line.rpartition(" ")
        words = [word for word in known.next_words(head) if word.lower().startswith(last.lower())]
        return "".join(f"  {word}\n" for word in words) or "% Unrecognized command\n"

    async def run(self, line: str) -> str | None:
        """Answer one typed line."""
        device = self.device
        control = line[-1:] if line[-1:] in (CTRL_C, CTRL_Z) else ""
        text = line.rstrip(CTRL_C + CTRL_Z)
        if self._blob is not None:
            return self._more_text(text)
        if control:
            if self.stack:
                answer = self._config(text) if text.strip() and control == CTRL_Z else ""
                self.stack = []
                return answer
            return ""
        stripped = text.strip()
        if not stripped or stripped.startswith("!"):
            return ""
        device.received(self.account.name, stripped)
        faults = device.faults
        if faults.drop_after:
            faults.drop_after -= 1
            if faults.drop_after == 0:
                device.drop_all()
                return None
        if faults.slow:
            await device.pause(faults.slow)
        if self.tcl:
            return await self._tcl_line(text)
        if self.stack:
            if stripped.lower().startswith("do "):
                return await self._exec(stripped[3:], text, 3)
            return self._config(text)
        if faults.garbage and re.search(faults.garbage, stripped):
            return "".join(chr(0x21 + (index * 7919) % 90) for index in range(997)) + "\n\x07\x1b[2J\n"
        if faults.flood and re.search(faults.flood, stripped):
            return await self._flood()
        return await self._exec(stripped, text, 0)

    async def _flood(self) -> str:
        row = "! " + "x" * 1021 + "\n"
        left = self.device.faults.flood_bytes
        block = row * 64
        while left > 0 and self.terminal is not None:
            await self.terminal.show(block, 0, "")
            left -= len(block)
        return "end\n"

    async def _exec(self, line: str, typed: str, shift: int) -> str | None:
        command, *pipes = re.split(r"\s+\|\s+", line) if " | " in line else [line]
        if self.account.read_only and not re.match(
            r"(sh(o(w)?)?|term\w*|en\w*|ex\w*|quit|logout|dir|ping|tr\w*|verify)\b", command, re.IGNORECASE
        ):
            return "Command authorization failed.\n\n"
        found = exec_grammar().match(command.strip(), False)
        if isinstance(found, Refusal):
            return self._caret(found, typed, shift)
        if found.form.mode and self.level < int(found.form.mode):
            return self._caret(Refusal("invalid", 0), typed, shift)
        name = found.form.name
        if name.startswith("show_"):
            text: str | None = getattr(ios_show, name)(self.device, found, self)
        else:
            method: Callable[[Match], Awaitable[str | None]] = getattr(self, f"_do_{name}")
            text = await method(found)
        if text is None:
            return None
        for pipe in pipes:
            filtered = piped(text, pipe)
            if filtered is None:
                return self._caret(Refusal("invalid", line.index("|") + 2), typed, shift)
            text = filtered
        return text

    def _caret(self, refusal: Refusal, typed: str, shift: int) -> str:
        if refusal.kind == "incomplete":
            return "% Incomplete command.\n\n"
        if refusal.kind == "ambiguous":
            return f'% Ambiguous command:  "{typed.strip()}"\n'
        indent = len(typed) - len(typed.lstrip())
        return (
            " " * (len(self.prompt()) + indent + shift + refusal.column)
            + "^\n% Invalid input detected at '^' marker.\n\n"
        )

    # ---- configuration mode ---------------------------------------------------------------------------------------

    def _config(self, typed: str) -> str:
        line = typed.strip()
        word = line.lower()
        if word == "end":
            self.stack = []
            return ""
        if word in ("exit", "quit"):
            self.stack.pop()
            return ""
        if word == "exit-address-family" and self.stack[-1].mode.endswith("-af"):
            self.stack.pop()
            return ""
        if self.device.refuses(line):
            return self._caret(Refusal("invalid", 0), typed, 0)
        parts = banner_parts(line)
        if parts is not None and self.stack[0].mode == "global":
            head, delimiter, rest = parts
            del self.stack[1:]
            if delimiter in rest:
                return self._attach(head + " ^C", [rest.partition(delimiter)[0]])
            self._blob = (head + " ^C", delimiter, [rest])
            return f"Enter TEXT message.  End with the character '{delimiter}'.\n"
        answer = self.device.running.apply(self.stack, typed)
        if answer.ok:
            self.device.changed(self.account.name)
            if self.stack[-1].mode == "cert-chain" and re.match(r"certificate\s", line) and not line.endswith("nvram:"):
                self._blob = (line, "quit", [])
                return "Enter the certificate in hexadecimal representation....\n"
            return answer.text
        if answer.kind == "invalid":
            return self._caret(Refusal("invalid", max(0, answer.column - (len(typed) - len(typed.lstrip())))), typed, 0)
        if answer.kind == "ambiguous":
            return f'% Ambiguous command:  "{line}"\n'
        return answer.text + ("\n" if answer.kind else "")

    def _more_text(self, text: str) -> str:
        assert self._blob is not None
        head, delimiter, lines = self._blob
        if delimiter == "quit":
            if text.strip() == "quit":
                self._blob = None
                return self._attach(head, lines)
            lines.append(text.strip())
            return ""
        part, hit, _ = text.partition(delimiter)
        lines.append(part)
        if hit:
            self._blob = None
            return self._attach(head, lines)
        return ""

    def _attach(self, head: str, lines: list[str]) -> str:
        running = self.device.running
        stack = self.stack
        if head.startswith("banner"):
            answer = running.apply(stack, head)
            if not answer.ok:
                return answer.text
        running.attach(stack, head, tuple(lines))
        self.device.changed(self.account.name)
        return ""

    async def _do_configure(self, match: Match) -> str:
        text = ""
        words = match.words
        if "revert" in words:
            if not self.device.archiving():
                return "%Please turn config archive on before using Rollback Confirmed Change.\n"
            if self.device.pending is not None:
                return self._already_pending()
            pending = self.device.arm(int(match.arg("int")), self.account.name)
            text = f"Rollback Confirmed Change: Backing up current running config to {pending.file}\n\n"
        self.stack = self.device.running.stack()
        if len(words) == 1 and self.terminal is not None:
            self.stack = []
            await self.terminal.ask("Configuring from terminal, memory, or network [terminal]? ")
            self.stack = self.device.running.stack()
        return text + "Enter configuration commands, one per line.  End with CNTL/Z.\n"

    def _already_pending(self) -> str:
        pending = self.device.pending
        assert pending is not None
        return (
            "%Rollback Confirmed Change is already pending: please confirm or revert it first "
            f"(user {pending.user}, {pending.minutes} min)\n"
        )

    # ---- replace, confirm, revert ---------------------------------------------------------------------------------

    async def _do_replace(self, match: Match) -> str | None:
        device = self.device
        url = match.arg("url")
        candidate = device.text_of(url)
        if candidate is None:
            return f"%Error opening {url} (No such file or directory)\n"
        minutes = int(match.arg("int")) if match.arg("int") else 0
        if minutes and not device.archiving():
            return "%Please turn config archive on before using Rollback Confirmed Change.\n"
        if "revert" in match.words and not device.archiving():
            return "%Please turn config archive on before using Rollback Confirmed Change.\n"
        if not ios_replace.valid(candidate):
            return "%The input file is not a valid config file.\n"
        if device.pending is not None and minutes:
            return self._already_pending()
        if "force" not in match.words and self.terminal is not None:
            reply = await self.terminal.ask(
                "This will apply all necessary additions and deletions\n"
                "to replace the current running configuration with the\n"
                "contents of the specified configuration file, which is\n"
                "assumed to be a complete configuration, not a partial\n"
                "configuration. Enter Y if you are sure you want to proceed. ? [no]: "
            )
            if not reply.strip().lower().startswith("y"):
                return ""
        text = ""
        if minutes:
            pending = device.arm(minutes, self.account.name)
            text = f"Rollback Confirmed Change: Backing up current running config to {pending.file}\n\n"
        if device.faults.reload_in_commit:
            device.faults.reload_in_commit = False
            device.reload()
            return None
        if self.terminal is not None:
            for user in ios_replace.removed_users(device.running, candidate):
                await self.terminal.ask(
                    "This operation will remove all username related configurations with same name."
                    "Do you want to continue? [confirm]"
                )
                device.journal.append(f"** asked before the removal of user {user}")
        listing = ""
        if "list" in match.words:
            found = ios_replace.commands(ios_replace.tree(device.running.file_text()), ios_replace.tree(candidate))
            listing = "!Pass 1\n!List of Rollback Commands:\n" + "\n".join(c.typed for c in found) + "\nend\n\n"
        await asyncio.sleep(0)
        outcome = device.replace(candidate, trigger_error="trigger" in match.words, user=self.account.name)
        if "successfully restored" in outcome and minutes:
            device.confirm()
        self.level = self.level
        return text + listing + outcome

    async def _do_confirm(self, match: Match) -> str:
        return "" if self.device.confirm() else "%No Rollback Confirmed Change pending\n"

    async def _do_revert(self, match: Match) -> str:
        if self.device.pending is None:
            return "%No Rollback Confirmed Change pending\n"
        file = self.device.pending.file
        self.device.revert("command")
        return f"Rollback Confirmed Change: Rolling to: {file}\n\nTotal number of passes: 1\nRollback Done\n\n"

    async def _do_retime(self, match: Match) -> str:
        if self.device.pending is None:
            return "%No Rollback Confirmed Change pending\n"
        self.device.retime(int(match.arg("int")))
        return ""

    async def _do_archive(self, match: Match) -> str:
        if not self.device.archiving():
            return "Archive feature not enabled\n"
        self.device.archive_now()
        return "\n"

    # ---- files ----------------------------------------------------------------------------------------------------

    def _quiet(self) -> bool:
        return self.terminal is None or self.device.running.root.has("file", "prompt", "quiet")

    async def _do_copy(self, match: Match) -> str | None:
        device = self.device
        source, target = match.arg("url", 0), match.arg("url", 1)
        if source == "null:":
            path = device.file(target)
            if path is None:
                return f"%Error opening {target} (Invalid argument)\n"
            path.write_text("", encoding="utf-8")
            return ""
        running = re.fullmatch(r"(system:/?)?running-config|run\w*", target) is not None
        startup = re.fullmatch(r"(nvram:/?)?startup-config|start\w*", target) is not None
        if re.fullmatch(r"run\w*-?\w*", source):
            source = "running-config"
        if re.fullmatch(r"start\w*-?\w*", source):
            source = "startup-config"
        if not self._quiet() and self.terminal is not None:
            name = "startup-config" if startup else "running-config" if running else target.rpartition("/")[2]
            await self.terminal.ask(f"Destination filename [{name}]? ")
        text = device.text_of(source)
        if text is None:
            return f"%Error opening {source} (No such file or directory)\n"
        if startup and source == "running-config":
            device.save()
            return "Building configuration...\n[OK]\n"
        if startup:
            device.write_file(device.nvram, text)
            return "[OK]\n"
        if running:
            return self._merge(text)
        path = device.file(target)
        if path is None:
            return f"%Error opening {target} (Invalid argument)\n"
        if device.free() < len(text.encode()):
            return f"%Error writing {target} (No space left on device)\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        device.write_file(path, text)
        size = len(text.encode())
        return f"\n{size} bytes copied in 0.101 secs ({size * 10} bytes/sec)\n"

    def _merge(self, text: str) -> str | None:
        from network.lab.ios_config import file_lines  # noqa: PLC0415 - only here

        device = self.device
        running = device.running
        stack = running.stack()
        said: list[str] = []
        device.changed(self.account.name)
        for _, line, blob in file_lines(text):
            if device.faults.reload_in_commit:
                device.faults.reload_in_commit = False
                device.reload()
                return None
            answer = (
                Answer(False, "% Invalid input detected at '^' marker.\n", "invalid", 0)
                if device.refuses(line)
                else running.line(stack, line, blob)
            )
            if answer.kind == "invalid":
                said.append(f"{line}\n{' ' * answer.column}^\n{answer.text}\n")
            elif answer.text:
                said.append((f"{line}\n" if answer.kind else "") + answer.text)
        size = len(text.encode())
        return "".join(said) + f"{size} bytes copied in 0.102 secs ({size * 10} bytes/sec)\n"

    async def _do_write(self, match: Match) -> str:
        self.device.save()
        return "Building configuration...\n[OK]\n"

    async def _do_erase(self, match: Match) -> str:
        if self.terminal is not None:
            reply = await self.terminal.ask(
                "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]"
            )
            if reply.strip().lower().startswith("n"):
                return ""
        self.device.nvram.unlink(missing_ok=True)
        return "[OK]\nErase of nvram: complete\n"

    async def _do_delete(self, match: Match) -> str:
        url = match.arg("url")
        path = self.device.file(url)
        if path is None or not path.is_file():
            return f"%Error deleting {url} (No such file or directory)\n"
        if "/force" not in match.words and not self._quiet() and self.terminal is not None:
            await self.terminal.ask(f"Delete filename [{path.name}]? ")
            reply = await self.terminal.ask(f"Delete {url}? [confirm]")
            if reply.strip().lower().startswith("n"):
                return "Delete of file aborted!\n"
        path.unlink()
        return ""

    async def _do_directory(self, match: Match) -> str:
        return ios_show.directory(self.device, match.arg("url") or "flash:/")

    async def _do_pwd(self, match: Match) -> str:
        return "flash:/\n"

    async def _do_more(self, match: Match) -> str:
        url = match.arg("url")
        text = self.device.text_of(url)
        return f"%Error opening {url} (No such file or directory)\n" if text is None else text.replace("\x03", "^C")

    async def _do_verify(self, match: Match) -> str:
        url = match.arg("url")
        digest = self.device.md5(url)
        if digest is None:
            return f"%Error verifying {url}\n(No such file or directory)\n"
        wanted = match.arg("word")
        if wanted:
            return f"{'Verified' if wanted.lower() == digest else '%Error verifying'} ({url}) = {digest}\n"
        return f".MD5 of {url} Done!\nverify /md5 ({url}) = {digest}\n\n"

    # ---- session and system ---------------------------------------------------------------------------------------

    async def _do_nothing(self, match: Match) -> str:
        return ""

    async def _do_length(self, match: Match) -> str:
        self.page = int(match.arg("int"))
        return ""

    async def _do_enable(self, match: Match) -> str:
        if self.level > 1 or self.terminal is None:
            return ""
        for _ in range(3):
            password = await self.terminal.ask("Password: ", echo=False)
            if self.device.enable_matches(password):
                self.level = 15
                return ""
        return "% Bad secrets\n\n"

    async def _do_disable(self, match: Match) -> str:
        self.level = 1
        return ""

    async def _do_leave(self, match: Match) -> None:
        return None

    async def _do_reload(self, match: Match) -> str | None:
        device = self.device
        if self.terminal is not None:
            if device.running.file_text() != device.startup():
                reply = await self.terminal.ask("\nSystem configuration has been modified. Save? [yes/no]: ")
                if reply.strip().lower().startswith("y"):
                    device.save()
            reply = await self.terminal.ask("Proceed with reload? [confirm]")
            if reply.strip().lower().startswith("n"):
                return ""
        device.reload()
        return None

    async def _do_reload_in(self, match: Match) -> str:
        minutes = int(match.arg("int"))
        if self.terminal is not None:
            if self.device.running.file_text() != self.device.startup():
                await self.terminal.ask("\nSystem configuration has been modified. Save? [yes/no]: ")
            await self.terminal.ask(f"Reload scheduled in {minutes} minutes\nProceed with reload? [confirm]")
        self.device.reload_in(minutes)
        return ""

    async def _do_reload_cancel(self, match: Match) -> str:
        if self.device.cancel_reload():
            return "\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n\n"
        return "%No reload is scheduled\n"

    async def _do_undebug(self, match: Match) -> str:
        return "All possible debugging has been turned off\n"

    async def _do_send_log(self, match: Match) -> str:
        self.device.note(f"%SYS-7-USERLOG_DEBUG: Message from tty1(user id: {self.account.name}): {match.arg('line')}")
        return ""

    async def _do_keygen(self, match: Match) -> str:
        return "% You already have keys defined; the lab keeps the host key of this device.\n"

    async def _do_ping(self, match: Match) -> str:
        return ios_show.ping(self.device, match)

    async def _do_trace(self, match: Match) -> str:
        return ios_show.trace(self.device, match)

    # ---- Tcl: only what file transfers in the terminal need ---------------------------------------------------------

    async def _do_tcl(self, match: Match) -> str:
        self.tcl = True
        return ""

    async def _tcl_line(self, text: str) -> str | None:
        line = text.strip()
        if line in ("tclquit", "exit", "quit"):
            self.tcl = False
            return "\n"
        if line.startswith("puts [open "):
            whole = [text]
            while (
                self.terminal is not None and whole[-1].count("}") == 0 and "}" not in "".join(whole).partition("{")[2]
            ):
                whole.append(await self.terminal.line(keep_end=True))
            hit = re.search(r'puts \[open "(\S+?)" w\+?\] \{(.*)\}', "\n".join(whole), re.DOTALL)
            path = self.device.file(hit[1]) if hit else None
            if hit is None or path is None:
                return "couldn't open file: no such file or directory\n"
            if self.device.free() < len(hit[2]):
                return "couldn't write: No space left on device\n"
            self.device.write_file(path, hit[2] + "\n")
            return ""
        self.tcl = False
        try:
            return await self._exec(line, text, 0)
        finally:
            self.tcl = True


def piped(text: str, pipe: str) -> str | None:
    """Apply one output modifier (include, exclude, begin, section, count); ``None`` if it is not one."""
    verb, _, pattern = pipe.strip().partition(" ")
    pattern = pattern.strip().strip('"')
    for name in ("include", "exclude", "begin", "section", "count"):
        if verb and name.startswith(verb.lower()):
            break
    else:
        return None
    if name == "section" and pattern.startswith("include "):
        pattern = pattern[8:]
    try:
        wanted = re.compile(pattern)
    except re.error:
        wanted = re.compile(re.escape(pattern))
    rows = (
        [row for row in text.splitlines() if not row.startswith("Building configuration")]
        if name != "begin"
        else text.splitlines()
    )
    if name == "include":
        rows = [row for row in rows if wanted.search(row)]
    elif name == "exclude":
        rows = [row for row in rows if not wanted.search(row)]
    elif name == "count":
        return f"Number of lines which match regexp = {sum(1 for row in rows if wanted.search(row))}\n"
    elif name == "begin":
        start = next((index for index, row in enumerate(rows) if wanted.search(row)), len(rows))
        rows = rows[start:]
    else:
        rows = _sections(rows, wanted)
    return "".join(f"{row}\n" for row in rows)


def _sections(rows: list[str], wanted: re.Pattern[str]) -> list[str]:
    found: list[str] = []
    inside = -1
    for row in rows:
        indent = len(row) - len(row.lstrip())
        if inside >= 0 and indent > inside and row.strip() != "!":
            found.append(row)
            continue
        inside = -1
        if wanted.search(row):
            found.append(row)
            inside = indent
    return found
