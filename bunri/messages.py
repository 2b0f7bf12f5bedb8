"""Every error and finding: an id, where it is, what is wrong and what to do, in Japanese and English.

The texts live in ``bunri/catalog/<room>.toml``, one table an id, so that a translator or a reader of the manual finds
them in one place and no room needs another room's code::

    [INV003]
    ja = "アドレス {address} が {first} と {second} で重複しています"
    en = "address {address} is used by both {first} and {second}"
    do_ja = "どちらか一方のアドレスを変更してください"
    do_en = "change one of the two addresses"

Only the standard library is used: the verifier imports this module on machines that have nothing else.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One catalogue entry: what is wrong and what to do, in both languages, with ``{name}`` placeholders."""

    ja: str
    en: str
    do_ja: str
    do_en: str


@dataclass(frozen=True, slots=True)
class Where:
    """Where a message points. ``line`` counts from 1; 0 means the whole file. ``key`` is a path inside the data."""

    file: str = ""
    line: int = 0
    device: str = ""
    key: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        return " ".join(part for part in (place, self.device, self.key) if part)


@dataclass(frozen=True, slots=True)
class Message:
    """A catalogue id with its parameters and its place; printable in either language."""

    id: str
    where: Where = Where()
    params: Mapping[str, object] = field(default_factory=dict)

    def what(self, language: Language = "en") -> str:
        """Return what is wrong, in ``language``."""
        text = catalogue()[self.id]
        return (text.ja if language == "ja" else text.en).format_map(self.params)

    def remedy(self, language: Language = "en") -> str:
        """Return what the reader should do, in ``language``."""
        text = catalogue()[self.id]
        return (text.do_ja if language == "ja" else text.do_en).format_map(self.params)

    def lines(self) -> list[str]:
        """Return the message as it is shown: one place line, then both languages, each with its remedy."""
        place = f"{self.id} {self.where}".rstrip()
        return [
            place,
            f"  {self.what('ja')}",
            f"    → {self.remedy('ja')}",
            f"  {self.what('en')}",
            f"    → {self.remedy('en')}",
        ]

    def as_json(self) -> dict[str, object]:
        """Return the message as a JSON object: id, place, and both languages."""
        return {
            "id": self.id,
            "file": self.where.file,
            "line": self.where.line,
            "device": self.where.device,
            "key": self.where.key,
            "ja": self.what("ja"),
            "en": self.what("en"),
            "do_ja": self.remedy("ja"),
            "do_en": self.remedy("en"),
        }

    def __str__(self) -> str:
        return "\n".join(self.lines())


class BunriError(Exception):
    """Work that cannot go on. Carries one or more messages; ``exit_code`` is what the command line returns.

    Exit codes are those of DESIGN's contract: 1 does not hold, 2 unusable input, 3 could not be proved.
    """

    exit_code = 2

    def __init__(self, *messages: Message) -> None:
        self.messages = messages
        super().__init__("\n".join(str(message) for message in messages))


def error(id_: str, where: Where | None = None, **params: object) -> BunriError:
    """Return a ready error with one message; raise it where the problem is found."""
    return BunriError(Message(id_, where or Where(), params))


@cache
def catalogue() -> dict[str, Text]:
    """Return every text by id, read once from ``bunri/catalog``. Two tables with one id are a ``ValueError``."""
    texts: dict[str, Text] = {}
    for entry in sorted(resources.files("bunri").joinpath("catalog").iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".toml"):
            continue
        for id_, table in tomllib.loads(entry.read_text(encoding="utf-8")).items():
            if id_ in texts:
                raise ValueError(f"message id {id_} stands twice ({entry.name})")
            texts[id_] = Text(**table)
    return texts
