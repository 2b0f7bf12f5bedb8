"""The line discipline of a device's SSH channel: echo, line editing, prompts, paging, questions.

A device echoes what is typed, answers line by line, and stops at ``--More--`` until told otherwise. One ``Terminal`` is
one interactive channel; the platform's shell gives it prompts and answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import asyncssh

if TYPE_CHECKING:
    from collections.abc import Callable

CTRL_C, CTRL_Z, BACKSPACE, DELETE, NUL, CTRL_U, TAB = "\x03", "\x1a", "\x08", "\x7f", "\x00", "\x15", "\t"


class ClosedError(Exception):
    """The client has gone."""


class Shell(Protocol):
    """What a platform puts behind a terminal."""

    page: int  # lines a page, 0 for no paging
    more: str

    def prompt(self) -> str:
        """Return the prompt for the next line."""
        ...

    async def run(self, line: str) -> str | None:
        """Run one line; return what is printed, or ``None`` to close the channel."""
        ...

    def help(self, line: str) -> str:
        """Return the answer to ``?``."""
        ...


class Terminal:
    """One interactive channel of a device."""

    def __init__(self, process: asyncssh.SSHServerProcess[str]) -> None:
        self._process = process
        self._waiting: list[str] = []
        self._after_cr = False
        self.interrupted = False

    def write(self, text: str) -> None:
        """Send text with the line ends of a terminal."""
        self._process.stdout.write(text.replace("\r\n", "\n").replace("\n", "\r\n"))

    async def _key(self) -> str:
        while not self._waiting:
            try:
                chunk = await self._process.stdin.read(65536)
            except (asyncssh.TerminalSizeChanged, asyncssh.BreakReceived, asyncssh.SignalReceived):
                continue
            except (asyncssh.Error, OSError) as problem:
                raise ClosedError from problem
            if not chunk:
                raise ClosedError
            # A line feed belongs to the carriage return before it only if both came together.
            self._after_cr = False
            self._waiting = list(reversed(chunk))
        return self._waiting.pop()

    async def line(
        self, *, echo: bool = True, keep_end: bool = False, assist: Callable[[str], str] | None = None, prompt: str = ""
    ) -> str:
        """Read one edited line, echoing it. Ctrl-Z and Ctrl-C end it and are returned as its last character."""
        typed: list[str] = []
        pending: list[str] = []
        while True:
            if not self._waiting and pending:
                self.write("".join(pending))
                pending = []
            key = await self._key()
            if key == "\n" and self._after_cr:
                self._after_cr = False
                continue
            self._after_cr = key == "\r"
            if key in "\r\n":
                pending.append("\n")
                self.write("".join(pending))
                return "".join(typed)
            if key in (CTRL_C, CTRL_Z) and not keep_end:
                self.write("".join(pending) + ("^C" if key == CTRL_C else "^Z") + "\n")
                return "".join(typed) + key
            if key in (BACKSPACE, DELETE):
                if typed:
                    typed.pop()
                    pending.append("\b \b")
            elif key == CTRL_U:
                pending.append("\b \b" * len(typed))
                typed.clear()
            elif key == NUL:
                continue
            elif key == "?" and assist is not None:
                self.write("".join(pending) + "?\n" + assist("".join(typed)) + prompt + "".join(typed))
                pending = []
            else:
                typed.append(key)
                if echo:
                    pending.append(key)

    async def show(self, text: str, page: int, more: str) -> None:
        """Print an answer, page by page if the terminal has a length."""
        if not page or text.count("\n") < page:
            self.write(text)
            await self._process.stdout.drain()
            return
        rows = text.splitlines(keepends=True)
        self.write("".join(rows[: page - 1]))
        position = page - 1
        while position < len(rows):
            self.write(more)
            key = await self._key()
            self.write("\r" + " " * len(more) + "\r")
            if key in ("q", "Q", CTRL_C):
                return
            step = 1 if key in "\r\n" else page - 1
            self.write("".join(rows[position : position + step]))
            position += step

    async def ask(self, question: str, *, echo: bool = True) -> str:
        """Print a question and read the answer."""
        self.write(question)
        return await self.line(echo=echo)

    async def serve(self, shell: Shell) -> None:
        """Run the channel until the client goes or the shell closes it."""
        while True:
            prompt = shell.prompt()
            self.write(prompt)
            line = await self.line(assist=shell.help, prompt=prompt)
            answer = await shell.run(line)
            if answer is None:
                return
            if answer:
                await self.show(answer if answer.endswith("\n") else answer + "\n", shell.page, shell.more)
