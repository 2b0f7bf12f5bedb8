"""From bytes to lines: encodings, line ends, and what terminals leave in a capture."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

import re

_MORE = re.compile(
    r"^[ \x08]*(?:--\s?More\s?--|<--- More --->)[ \x08]*(?:\x1b\[[0-9;]*[A-Za-z]|\r)?[ \x08]*", re.IGNORECASE
)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def decode(data: bytes) -> str:
    """Return the text of a configuration: UTF-8 (with or without BOM), UTF-16 with BOM, CP932, or Latin-1 as a last resort.

    CP932 is what Japanese terminals and Excel write; Latin-1 decodes anything, so that a stray byte in a description never
    stops a proof.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def split_lines(text: str) -> list[str]:
    """Return the lines without their ends (LF, CRLF, CR CR LF or lone CR), paging junk and escape sequences removed.

    The line numbers stay those of an editor: ``str.splitlines`` is not used, because it also breaks at form feeds and at
    the Unicode separators that a description may hold.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if "\x08" in text or "More" in text or "\x1b" in text:
        lines = [_clean(line) for line in lines]
    return lines


def _clean(line: str) -> str:
    line = _MORE.sub("", line)
    if "\x1b" in line:
        line = _ESCAPES.sub("", line)
    return line.replace("\x08", "") if "\x08" in line else line
