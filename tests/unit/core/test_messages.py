"""The catalogue: complete in both languages, every id used, every used id there, parameters agreeing."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from bunri.messages import BunriError, Message, Where, catalogue, error

ROOT = Path(__file__).resolve().parents[3]
CODE = [path for room in ("bunri", "network", "vdi") for path in sorted((ROOT / room).rglob("*.py"))]
ID = re.compile(r"[A-Z]{3}\d{3}")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def ids_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {word for word in words if ID.fullmatch(word)}


def test_both_languages_say_the_same_parameters() -> None:
    for id_, text in catalogue().items():
        assert ID.fullmatch(id_), id_
        assert placeholders(text.ja) == placeholders(text.en), id_
        assert all((text.ja, text.en, text.do_ja, text.do_en)), id_
        assert placeholders(text.do_ja) | placeholders(text.do_en) <= placeholders(text.en) | placeholders(
            text.do_en
        ), id_


def test_the_japanese_is_japanese() -> None:
    for id_, text in catalogue().items():
        assert re.search(r"[぀-ヿ㐀-鿿]", text.ja), id_
        assert re.search(r"[぀-ヿ㐀-鿿]", text.do_ja), id_


def test_every_id_in_the_code_is_in_the_catalogue() -> None:
    unknown = {(path.name, id_) for path in CODE for id_ in ids_in(path) if id_ not in catalogue()}
    assert not unknown


def test_every_id_in_the_catalogue_is_used() -> None:
    used = set().union(*(ids_in(path) for path in CODE))
    assert set(catalogue()) - used == set()


def test_an_error_says_what_where_and_what_to_do_in_both_languages() -> None:
    problem = error("BNR001", Where(file="a.yml", line=3), path="x")
    assert isinstance(problem, BunriError)
    assert str(problem).splitlines() == [
        "BNR001 a.yml:3",
        "  ファイルが見つかりません: x",
        "    → パスを確認してください",
        "  no such file or folder: x",
        "    → check the path",
    ]
    assert problem.exit_code == 2


def test_a_missing_parameter_is_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError):
        Message("BNR001").what("en")
