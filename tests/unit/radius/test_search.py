"""The search finds a reply in another zone wherever it hides, and reads exactly what FreeRADIUS reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bunri.messages import BunriError
from network.radius import lab, render
from network.radius.model import Class, RadiusDesign, Reply
from network.radius.search import entries, unsafe
from tests.lab.radius.conftest import KEY_PASS, SECRET, TABLET_HASH, design


def files(made: RadiusDesign) -> dict[str, str]:
    return render.render(made, lab.place(Path("/nowhere"), "127.0.0.1"), SECRET, KEY_PASS, {"tablet-01": TABLET_HASH})


def test_the_sample_is_safe() -> None:
    assert unsafe(design(1812), files(design(1812))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('Tunnel-Private-Group-Id = "27"', 'Tunnel-Private-Group-Id = "10"'),
        ('Tunnel-Private-Group-Id = "20"', 'Tunnel-Private-Group-Id = "30"'),
        ('"kiosk"\tNAS-Port-Type', 'DEFAULT\tNAS-Port-Type'),
        ('"kikan-pc"\tNAS-Port-Type == Ethernet', '"kikan-pc"\tNAS-Port-Type == Ethernet, Bunri-Client == "lib-acc1"'),
        ('Tunnel-Private-Group-Id = "10"', 'Tunnel-Private-Group-Id = "999"'),
    ],
)  # fmt: skip
def test_a_wrong_reply_is_found(old: str, new: str) -> None:
    made = design(1812)
    text = files(made)
    assert old in text["mods-config/replies"]
    text["mods-config/replies"] = text["mods-config/replies"].replace(old, new)
    if new.startswith("DEFAULT") or "lib-acc1" in new:
        # Entries that only move to other keys are unsafe when an earlier DEFAULT answers for a class of another zone.
        text["mods-config/replies"] = (
            'DEFAULT\tNAS-Port-Type == Ethernet\n\tTunnel-Private-Group-Id = "30"\n\n' + text["mods-config/replies"]
        )
    found = unsafe(made, text)
    assert found
    assert {message.id for message in found} == {"RAD003"}


def test_a_wrong_design_is_found_too() -> None:
    sample = design(1812)
    wrong = Class("pc", "naibu", "eap-tls", "", (Reply("hall-acc7", 30), Reply("", 20)))
    made = replace(sample, classes=tuple(wrong if item.name == "pc" else item for item in sample.classes))
    messages = [message for message in unsafe(made, files(made)) if message.where.file == "mods-config/replies"]
    assert [message.params["client"] for message in messages] == ["hall-acc7"]


def test_a_printer_in_another_zone_is_found() -> None:
    made = design(1812)
    text = files(made)
    text["mods-config/bypasses"] = text["mods-config/bypasses"].replace('"22"', '"10"')
    assert [message.params["name"] for message in unsafe(made, text)] == ["00005e005301"]


def test_nothing_is_skipped() -> None:
    with pytest.raises(ValueError, match="line 1"):
        list(entries("key\tthis is nothing\n"))


@pytest.mark.parametrize("word", ['a"b', "a\nb", "%{x}", "", "a\\b", "a`b", "${x}"])
def test_a_secret_that_would_break_out_of_its_quotes_is_refused(word: str) -> None:
    with pytest.raises(BunriError, match="RAD001"):
        render.render(design(1812), lab.place(Path("/nowhere"), "127.0.0.1"), word, KEY_PASS, {})
