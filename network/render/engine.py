"""DeviceDesign → text: plain Jinja2, compiled once, one call for all devices.

Every template line is given an invisible marker when the template is compiled: the template's number, the line's
number, and the value of ``origin`` in scope (the inventory entry). After rendering the marker is cut off each line and
kept in a
side table, so that a report can say of any configuration line which template line and which inventory entry made it.
The price is one variable a line; there is no second pass over the templates.
"""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.ext import Extension

from bunri.messages import Where, error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.parser import Parser

    from network.design.model import DeviceDesign

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_MARK = "\x01"
# Jinja's own tokens; a line break inside one is the template's, not the output's.
_TOKEN = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|\n", re.DOTALL)


class Emit(Extension):
    """``{% emit macro(x) %}``: what the macro prints stands here, whole lines as they are (a ``{{ }}`` would add a
    line end)."""

    tags = {"emit"}  # noqa: RUF012 - the attribute is Jinja's

    def parse(self, parser: Parser) -> nodes.Node:
        """Return an output node for the expression."""
        line = next(parser.stream).lineno
        return nodes.Output([parser.parse_expression()]).set_lineno(line)


class SwallowedLineError(TemplateSyntaxError):
    """A template line that prints text but whose line end ``trim_blocks`` takes away: it would join the next line."""


class Marked(Extension):
    """Appends the origin marker to each output line of a template before it is compiled."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return ``source`` with markers; its number of lines does not change, so error positions stay right."""
        names: list[str] = self.environment.globals["_names"]  # type: ignore[assignment]
        if name not in names:
            names.append(name or "")
        number = names.index(name or "")
        out: list[str] = []
        last, line, swallowed, prints = 0, 1, False, False
        for match in _TOKEN.finditer(source):
            text = match[0]
            plain = source[last : match.start()]
            out.append(plain)
            if plain:
                swallowed = False
                prints = prints or not plain.isspace()
            if text == "\n":
                # trim_blocks: the first line end after a block or comment is not printed
                out.append("\n" if swallowed else f"{_MARK}{number}.{line}.{{{{ origin }}}}\n")
                if swallowed and prints:
                    raise SwallowedLineError(source.split("\n")[line - 1].strip(), line, name, filename)
                swallowed = prints = False
                line += 1
            else:
                out.append(text)
                swallowed = text[1] != "{" and not text.endswith(("+%}", "+#}"))
                prints = prints or text[1] == "{"
                line += text.count("\n")
            last = match.end()
        out.append(source[last:])
        return "".join(out)


def _environment(folder: Path) -> Environment:
    environment = Environment(  # noqa: S701 - the output is device configuration, not HTML
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        extensions=[Emit, Marked],
    )
    environment.globals.update(origin="", _names=[])
    return environment


_environments: dict[Path, Environment] = {}


def environment(folder: Path = TEMPLATES) -> Environment:
    """Return the compiled templates of ``folder``; they are read once a process."""
    key = folder.resolve()
    if key not in _environments:
        _environments[key] = _environment(key)
    return _environments[key]


@dataclass(frozen=True, slots=True)
class Line:
    """Where a rendered line came from."""

    template: str
    template_line: int
    inventory: str


@dataclass(slots=True)
class Origins:
    """The origin of every line: ``table`` holds each distinct origin once, ``lines`` one index a line and device."""

    table: list[tuple[int, int, str]] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)
    lines: dict[str, list[int]] = field(default_factory=dict)

    def of(self, device: str, line: int) -> Line:
        """Return the origin of ``line`` (from 1) of ``device``; ``KeyError`` or ``IndexError`` when there is none."""
        template, number, inventory = self.table[self.lines[device][line - 1]]
        return Line(self.templates[template], number, inventory)


@dataclass(frozen=True, slots=True)
class Rendered:
    """All texts by device, and the origin of each line of the configurations."""

    configs: dict[str, str]
    bootstraps: dict[str, str]
    origins: Origins


def render(designs: Mapping[str, DeviceDesign], *, folder: Path = TEMPLATES) -> Rendered:
    """Render every device in one call.

    :raises BunriError: RND001 undefined value, RND002 template syntax, RND003 other failure inside a template,
    each with the template's file and line and the device.
    """
    env = environment(folder)
    origins = Origins(templates=env.globals["_names"])  # type: ignore[arg-type]
    index = _Index()
    configs: dict[str, str] = {}
    bootstraps: dict[str, str] = {}
    for name in sorted(designs):
        text = _render(env, f"{designs[name].platform}/main.j2", designs[name], folder)
        configs[name], origins.lines[name] = _unmark(text, index, name)
        text = _render(env, f"{designs[name].platform}/bootstrap.j2", designs[name], folder)
        bootstraps[name] = _unmark(text, _Index(), name)[0]
    for mark in index:
        template, line, origin = mark.split(".", 2)
        origins.table.append((int(template), int(line), origin))
    return Rendered(configs, bootstraps, origins)


class _Index(dict[str, int]):
    """Marker → its number, given out in the order in which markers are first seen."""

    def __missing__(self, mark: str) -> int:
        """Give a new marker the next number."""
        self[mark] = number = len(self)
        return number


# A rendered line: its text, and its marker. Work per line is left to the regular expression and to list building.
_LINE = re.compile(f"([^\\n{_MARK}]*){_MARK}([^\\n{_MARK}]*)\\n")


def _unmark(text: str, index: _Index, device: str) -> tuple[str, list[int]]:
    pairs = _LINE.findall(text)
    if len(pairs) != text.count("\n") or len(pairs) != text.count(_MARK):
        # One output line from two template lines or from none: compiling refuses what leads here.
        odd = next((line for line in text.split("\n") if line.count(_MARK) != 1), "")
        raise error("RND011", Where(device=device), text=odd.partition(_MARK)[0])
    lines = [line for line, _ in pairs]
    lines.append("")
    return "\n".join(lines), [index[mark] for _, mark in pairs]


def _render(env: Environment, template: str, design: DeviceDesign, folder: Path) -> str:
    try:
        return "".join(
            env.get_template(template).root_render_func(env.get_template(template).new_context({"d": design}))
        )
    except TemplateSyntaxError as problem:
        where = Where(_shown(problem.filename or template, folder), problem.lineno or 0, design.name)
        if isinstance(problem, SwallowedLineError):
            raise error("RND011", where, text=problem.message or "") from None
        raise error("RND002", where, detail=problem.message or "") from None
    except Exception as problem:
        where = _place(problem, env, folder, design.name) or Where(template, 0, design.name)
        kind = (
            "RND001"
            if isinstance(problem, TemplateError) and "undefined" in type(problem).__name__.lower()
            else "RND003"
        )
        # "from None": a template's exception may quote the value that it failed on
        raise error(kind, where, detail=str(problem) if kind == "RND001" else type(problem).__name__) from None


def _place(problem: BaseException, env: Environment, folder: Path, device: str) -> Where | None:
    """Return the template line of the innermost template frame. The traceback has lines of the compiled Python."""
    for frame in reversed(traceback.extract_tb(problem.__traceback__)):
        if frame.filename.endswith(".j2"):
            name = Path(frame.filename).relative_to(folder.resolve()).as_posix()
            line = env.get_template(name).get_corresponding_lineno(frame.lineno or 0)
            return Where(_shown(frame.filename, folder), line, device)
    return None


def _shown(filename: str, folder: Path) -> str:
    path = Path(filename)
    try:
        return f"templates/{path.relative_to(folder.resolve()).as_posix()}"
    except ValueError:
        return path.name


def origins_json(origins: Origins) -> dict[str, Any]:
    """Return the side file's content: ``templates``, ``table`` of [template, line, inventory entry], ``lines`` by
    device."""
    return {"templates": origins.templates, "table": [list(row) for row in origins.table], "lines": origins.lines}
