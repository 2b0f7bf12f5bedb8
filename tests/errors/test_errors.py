"""Every broken inventory gives exactly the text beside it, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.errors.broken import HERE, build, cases, fingerprint, message_of


@pytest.mark.parametrize("name", cases())
def test_broken_inventory(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANSIBLE_VAULT_PASSWORD_FILE", raising=False)
    root = build(name, tmp_path)
    before = fingerprint(tmp_path)

    text = message_of(name, root)

    assert text == (HERE / name / "expected.txt").read_text(encoding="utf-8")
    assert fingerprint(tmp_path) == before, "something was written although the inventory is wrong"


def test_there_are_enough_cases_and_each_is_different() -> None:
    texts = [(HERE / name / "expected.txt").read_text(encoding="utf-8") for name in cases()]
    assert len(texts) >= 40
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", cases())
def test_message_says_where_what_and_what_to_do_in_both_languages(name: str) -> None:
    lines = (HERE / name / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) % 5 == 0
    for start in range(0, len(lines), 5):
        place, ja, do_ja, en, do_en = lines[start : start + 5]
        assert any(part in place for part in (".yml", "_vars", ".j2", ".cfg"))
        assert all(text.strip() for text in (ja, do_ja, en, do_en))
        assert do_ja.startswith("    → ")
        assert do_en.startswith("    → ")
        assert not any(char in en for char in "、。")
