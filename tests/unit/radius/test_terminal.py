"""The life of a terminal, on the sample city: what is issued, revoked, recorded and refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bunri.certificates.authority import Authority, create
from bunri.intent import City, load
from bunri.messages import BunriError
from network.radius import lab, terminal
from network.radius.deployment import bundle, without_blocked
from network.radius.design import design

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime.now(UTC)
WHO = {"request": "R8-0123", "worker": "山田 太郎"}
PC = "pc-bosai-001"


@pytest.fixture(scope="module")
def city() -> City:
    return load(ROOT / "inventory/yasu", today=date(2026, 11, 22))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return create(tmp_path / "ca", "Sample City", b"pass", b"root", NOW)


def ids(caught: pytest.ExceptionInfo[BunriError]) -> list[str]:
    return [message.id for message in caught.value.messages]


def enrol(city: City, authority: Authority, name: str = PC) -> terminal.Record:
    return terminal.enrol(city, authority, name, NOW, **WHO, csr=None, key=b"key")[1]


def test_a_terminal_lives_and_ends(city: City, authority: Authority, tmp_path: Path) -> None:
    made = enrol(city, authority)
    identity = made.identity
    wanted = next(iter(design(city).values()))
    assert identity in {item.name for item in without_blocked(wanted, authority.ledger, NOW).identities}
    lost = terminal.lose(city, authority, PC, NOW, **WHO)
    assert lost.revoked == made.issued
    assert identity not in {item.name for item in without_blocked(wanted, authority.ledger, NOW).identities}
    again = enrol(city, authority)  # found again, with a new certificate
    assert again.issued != made.issued
    assert identity in {item.name for item in without_blocked(wanted, authority.ledger, NOW).identities}
    retired = terminal.retire(city, authority, PC, NOW, **WHO)
    assert any("N17" in step for step in retired.next_steps)
    stored = terminal.store(retired, tmp_path)
    assert terminal.Record.model_validate_json(stored.read_text(encoding="utf-8")) == retired


@pytest.mark.parametrize(("switch", "vlan"), [("honcho-acc05", 27), ("honcho-acc11", 29), ("library-acc01", 20)])
def test_a_move_says_the_vlan_it_gets(city: City, switch: str, vlan: int) -> None:
    record = terminal.move(city, PC, switch, NOW, **WHO)
    assert (record.vlan_before, record.vlan_after) == (20, vlan)
    assert record.next_steps


@pytest.mark.parametrize(
    ("name", "switch"), [(PC, "no-such-switch"), (PC, "backup-ce1"), ("kt-honcho-001", "library-acc01")]
)
def test_a_move_to_where_the_vlan_does_not_exist_is_refused(city: City, name: str, switch: str) -> None:
    with pytest.raises(BunriError) as caught:
        terminal.move(city, name, switch, NOW, **WHO)
    assert ids(caught) == ["RAD008"]


def test_what_is_refused(city: City, authority: Authority) -> None:
    cases = [
        (lambda: enrol(city, authority, "pc-nobody-001"), "RAD005"),
        (lambda: terminal.lose(city, authority, PC, NOW, **WHO), "RAD009"),
        (lambda: terminal.move(city, PC, "honcho-acc01", NOW, request=" ", worker="x"), "RAD010"),
    ]
    for act, id_ in cases:
        with pytest.raises(BunriError) as caught:
            act()
        assert ids(caught) == [id_]
    enrol(city, authority)
    with pytest.raises(BunriError) as caught:
        enrol(city, authority)
    assert ids(caught) == ["RAD007"]


def test_the_second_bundle_is_the_same(city: City, authority: Authority, tmp_path: Path) -> None:
    place = lab.place(tmp_path, "127.0.0.1")
    first, second = (bundle(city, "mgmt-radius1", authority, place, NOW) for _ in range(2))
    assert first == second
    assert "Yasu" not in repr(first)


def test_no_reply_of_the_sample_city_leaves_its_zone(city: City, authority: Authority, tmp_path: Path) -> None:
    made = bundle(city, "mgmt-radius1", authority, lab.place(tmp_path, "127.0.0.1"), NOW)
    assert len(made.design.clients) > 50
    assert len(made.design.identities) > 600
    assert len(made.design.bypasses) > 150


def test_an_unknown_server_is_named(city: City, authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(BunriError) as caught:
        bundle(city, "mgmt-nms1", authority, lab.place(tmp_path, "127.0.0.1"), NOW)
    assert ids(caught) == ["RAD004"]
