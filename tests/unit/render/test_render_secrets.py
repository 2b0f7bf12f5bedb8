"""Secrets: markers only in files, filled in memory, and every way in which a value could slip out is refused."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import logging
import traceback
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bunri.intent import City, load
from bunri.messages import BunriError
from network.render import secrets
from network.render.engine import TEMPLATES
from network.render.intended import build, stored, write

ROOT = Path(__file__).resolve().parents[3]
MARK = "Zq7MARKED"


@pytest.fixture(scope="module")
def city() -> City:
    found = load(ROOT / "inventory/yasu", today=date(2026, 11, 22))
    marked = {name: SecretStr(f"{MARK}-{name}-0123") for name in found.secrets}
    return dataclasses.replace(found, secrets=marked)


def test_marked_secrets_are_in_no_output_log_or_traceback(city: City, tmp_path: Path) -> None:
    out, err, log = io.StringIO(), io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            whole = build(city)
            write(whole.files, tmp_path, before={}, remove=True)
            print(city.secrets, whole.designs["honcho-fw1"])
            with pytest.raises(BunriError) as caught:
                secrets.fill("key <vault:nobody_knows>", _plain(city), "x")
            trace = "".join(traceback.format_exception(caught.value))
    finally:
        logging.getLogger().removeHandler(handler)
    everything = [out.getvalue(), err.getvalue(), log.getvalue(), trace, str(caught.value), *stored(tmp_path).values()]
    assert not [text[:80] for text in everything if MARK in text]


def _plain(city: City) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in city.secrets.items()}


def test_every_marker_of_the_snapshot_can_be_filled(city: City) -> None:
    whole = build(city)
    for name in ("honcho-core1", "honcho-acc01", "honcho-wlc1", "honcho-fw1", "dc-ce1"):
        text = whole.files[f"configs/{name}.cfg"]
        assert secrets.names(text) <= set(city.secrets)
        filled = secrets.fill(text, _plain(city), name)
        assert "<vault:" not in filled
        assert filled == secrets.fill(text, _plain(city), name)
        assert filled.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("snmp-server community {value} RO", "cisco_ios/main.j2"),
        ("username x secret 9 {base64}", "cisco_ios/main.j2"),
        (" key 7 {type7}", "cisco_ios/main.j2"),
    ],
)
def test_a_template_that_emits_a_vault_value_writes_nothing(line: str, shown: str, city: City, tmp_path: Path) -> None:
    value = _plain(city)["radius_key"]
    text = line.format(value=value, base64=base64.b64encode(value.encode()).decode(), type7=secrets.type7(value, 5))
    folder = tmp_path / "templates"
    for path in TEMPLATES.glob("*/*.j2"):
        target = folder / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        body = path.read_text(encoding="utf-8")
        target.write_text(
            body.replace("hostname {{", f"{text}\nhostname {{{{") if path.name == "main.j2" else body, encoding="utf-8"
        )
    with pytest.raises(BunriError) as caught:
        build(city, templates=folder)
    assert {message.id for message in caught.value.messages} == {"RND005"}
    assert "configs/honcho-core1.cfg" in str(caught.value)
    assert "radius_key" in str(caught.value)
    assert value not in str(caught.value)


def test_a_secret_too_short_to_search_for_is_refused(city: City) -> None:
    weak = dataclasses.replace(city, secrets={**city.secrets, "radius_key": SecretStr("short")})
    with pytest.raises(BunriError) as caught:
        build(weak)
    assert caught.value.messages[0].id == "RND006"
    assert "short" not in caught.value.messages[0].what("en").replace("too short", "")


def test_unknown_encoding_is_refused() -> None:
    with pytest.raises(BunriError) as caught:
        secrets.fill("a\nkey 6 <vault:radius_key:type6>", {"radius_key": "x" * 12}, "sw1")
    assert str(caught.value).startswith("RND004 sw1 radius_key\n")
    assert caught.value.messages[0].where.line == 2


def test_type7_of_a_published_example() -> None:
    # "cisco" with start 2, as in vendors' and textbooks' examples.
    assert secrets.type7("cisco", 2) == "02050D480809"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40), st.integers(0, 15))
def test_type7_can_be_read_back(secret: str, salt: int) -> None:
    with pytest.raises(BunriError) as caught:
        secrets.refuse_leaks([("f", f" key 7 {secrets.type7(secret, salt)}")], {"name": secret})
    assert caught.value.messages[0].id == "RND005"


def test_type9_is_scrypt_with_the_salt_in_the_text() -> None:
    text = secrets.encode("correct horse", "type9", "sw1 enable")
    assert text == secrets.encode("correct horse", "type9", "sw1 enable")
    assert text != secrets.encode("correct horse", "type9", "sw2 enable")
    _, kind, salt, digest = text.split("$")
    assert kind == "9"
    assert len(salt) == 14
    raw = hashlib.scrypt(b"correct horse", salt=salt.encode(), n=16384, r=1, p=1, dklen=32)
    alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    bits = "".join(f"{byte:08b}" for byte in raw) + "00"
    assert digest == "".join(alphabet[int(bits[i : i + 6], 2)] for i in range(0, len(bits), 6))
