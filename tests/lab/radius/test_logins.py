"""Real EAP and MAB against the rendered FreeRADIUS: who is let in, into which VLAN, and who is not."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from network.radius.probe import Port
from tests.lab.radius.conftest import AP, PHONE, PRINTER, TABLET_PASSWORD, World

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("radius")]


@dataclass(frozen=True)
class Case:
    name: str
    identity: str
    holder: str | None
    code: str
    vlan: int | None = None
    options: dict[str, object] = field(default_factory=dict)


NAIBU, INET = Port(ssid="city-naibu"), Port(ssid="city-inet")
PC, KIOSK, KIKAN = "pc-01.city.example", "kiosk-01.city.example", "kikan-01.city.example"
PEAP = {"method": "PEAP", "password": TABLET_PASSWORD}
EAP = [
    # the right terminal in the right place
    Case("kikan terminal", KIKAN, KIKAN, "accept", 10),
    Case("staff PC", PC, PC, "accept", 20),
    Case("staff PC on another floor", PC, PC, "accept", 27, {"client": "hall-acc7"}),
    Case("staff PC at the library", PC, PC, "accept", 20, {"client": "lib-acc1"}),
    Case("kiosk", KIOSK, KIOSK, "accept", 30),
    Case("user certificate", "taro@city.example", "taro@city.example", "accept", 20),
    Case("Windows machine name", f"host/{PC}", PC, "accept", 20),
    Case("RSA key", "pc-02.city.example", "rsa", "accept", 20),
    Case("P-384 key", "pc-02.city.example", "p384", "accept", 20),
    Case("chain not sent", "pc-02.city.example", "leaf-only", "accept", 20),
    Case("tablet by password", "tablet-01", None, "accept", 30, PEAP),
    # wireless: the SSID's VLAN is the controller's; RADIUS says yes or no
    Case("staff PC on its SSID", PC, PC, "accept", None, {"client": "hall-wlc1", "port": NAIBU}),
    Case("staff PC on the internet SSID", PC, PC, "reject", None, {"client": "hall-wlc1", "port": INET}),
    Case("kiosk on its SSID", KIOSK, KIOSK, "accept", None, {"client": "hall-wlc1", "port": INET}),
    Case("kiosk on the staff SSID", KIOSK, KIOSK, "reject", None, {"client": "hall-wlc1", "port": NAIBU}),
    Case("kikan terminal on the staff SSID", KIKAN, KIKAN, "reject", None, {"client": "hall-wlc1", "port": NAIBU}),
    Case("kikan terminal on the internet SSID", KIKAN, KIKAN, "reject", None, {"client": "hall-wlc1", "port": INET}),
    Case("tablet on its SSID", "tablet-01", None, "accept", None, {**PEAP, "client": "hall-wlc1", "port": INET}),
    Case("tablet on the staff SSID", "tablet-01", None, "reject", None, {**PEAP, "client": "hall-wlc1", "port": NAIBU}),
    Case("unknown SSID", PC, PC, "reject", None, {"client": "hall-wlc1", "port": Port(ssid="guest")}),
    # certificates that are not good
    Case("expired", PC, "expired", "reject"),
    Case("not yet valid", PC, "future", "reject"),
    Case("revoked", "lost-01.city.example", "lost", "reject"),
    Case("another authority", PC, "foreign", "reject"),
    Case("self-signed", PC, "self-signed", "reject"),
    Case("server certificate", PC, "server-usage", "reject"),
    Case("another terminal's name", KIKAN, PC, "reject"),
    Case("another terminal's name as host/", f"host/{KIKAN}", PC, "reject"),
    Case("not in the inventory", "pc-99.city.example", "stranger", "reject"),
    Case("name of nobody", "nobody.example", PC, "reject"),
    Case("no certificate", PC, None, "reject"),
    # methods that are not the class's
    Case("PEAP where the class has EAP-TLS", PC, None, "reject", None, PEAP),
    Case("EAP-TLS where the class has PEAP", "tablet-01", "tablet-01", "reject"),
    Case("wrong password", "tablet-01", None, "reject", None, {**PEAP, "password": "wrong"}),
    Case("PEAP of nobody", "tablet-99", None, "reject", None, PEAP),
    # who may ask
    Case("wrong shared secret", PC, PC, "silence", None, {"secret": "wrong", "timeout": 1}),
    Case("unknown switch", PC, PC, "silence", None, {"client": "127.90.99.99", "timeout": 1}),
    # a name that tries to be more than a name
    Case("expansion in the name", "%{client:secret}", PC, "reject"),
    Case("another class as name", "pc", PC, "reject"),
]
MAB = [
    ("printer at its port", PRINTER, "GigabitEthernet1/0/9", "hall-acc1", "accept", 22),
    ("telephone at its port", PHONE, "GigabitEthernet1/0/10", "hall-acc1", "accept", 24),
    ("access point at its port", AP, "GigabitEthernet1/0/47", "hall-acc7", "accept", 95),
    ("printer's MAC on a PC port", PRINTER, "GigabitEthernet1/0/1", "hall-acc1", "reject", None),
    ("printer's MAC on another switch", PRINTER, "GigabitEthernet1/0/9", "hall-acc7", "reject", None),
    ("access point's MAC at the printer's port", AP, "GigabitEthernet1/0/9", "hall-acc1", "reject", None),
    ("unknown MAC", "00005e0053ff", "GigabitEthernet1/0/9", "hall-acc1", "reject", None),
    ("PC's name as MAC", "pc-01.city.example", "GigabitEthernet1/0/1", "hall-acc1", "reject", None),
    ("class as MAC", "DEFAULT", "GigabitEthernet1/0/9", "hall-acc1", "reject", None),
    ("unknown switch", PRINTER, "GigabitEthernet1/0/9", "127.90.99.99", "silence", None),
]


def test_there_are_forty_cases() -> None:
    assert len(EAP) + len(MAB) >= 40
    assert len({case.name for case in EAP}) == len(EAP)


@pytest.mark.parametrize("case", EAP, ids=lambda case: case.name)
def test_eap(world: World, case: Case) -> None:
    answer = world.ask(case.identity, case.holder, **case.options)  # type: ignore[arg-type]
    assert (answer.code, answer.vlan) == (case.code, case.vlan), answer.text[-1500:]


@pytest.mark.parametrize(("name", "mac", "port", "client", "code", "vlan"), MAB, ids=[row[0] for row in MAB])
def test_mab(world: World, name: str, mac: str, port: str, client: str, code: str, vlan: int | None) -> None:
    answer = world.bypass(mac, port, client)
    assert (answer.code, answer.vlan) == (code, vlan), answer.text


def test_no_refusal_says_a_vlan(world: World) -> None:
    for answer in (world.ask(PC, "expired"), world.bypass(PRINTER, "GigabitEthernet1/0/1")):
        assert answer.code == "reject"
        assert "Tunnel-Private-Group-Id" not in answer.text
