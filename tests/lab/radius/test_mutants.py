"""Each safeguard of the templates taken away by itself lets exactly its bad case in: the cases above are not idle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.radius.conftest import PRINTER, SECOND, TABLET_PASSWORD, World

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("radius")]
PC, KIKAN = "pc-01.city.example", "kikan-01.city.example"


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    old: str
    new: str
    identity: str
    holder: str | None
    method: str = "TLS"


MUTANTS = [
    Mutant("name not compared", "mods-enabled/eap", "check_cert_cn =", "#", KIKAN, PC),
    Mutant(
        "revocation not read", "mods-enabled/eap", "check_crl = yes", "check_crl = no", "lost-01.city.example", "lost"
    ),
    Mutant(
        "unknown names let in",
        "mods-config/identities",
        "#",
        'DEFAULT\tBunri-Class := "pc", Bunri-Method := "eap-tls"\n#',
        "pc-99.city.example",
        "stranger",
    ),
    Mutant("method not compared", "sites-enabled/network", '!= "eap-tls"', '== "none"', "tablet-01", "tablet-01"),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_missing_safeguard_shows(world: World, mutant: Mutant) -> None:
    server = world.build("mutant", SECOND)
    path = Path(server.where.config) / mutant.file
    text = path.read_text(encoding="utf-8")
    assert mutant.old in text
    path.write_text(text.replace(mutant.old, mutant.new, 1), encoding="utf-8")
    with server:
        answer = world.ask(
            mutant.identity, mutant.holder, server=SECOND, method=mutant.method, password=TABLET_PASSWORD
        )
    assert answer.code == "accept", answer.text[-800:]


def test_a_bypass_without_its_port_shows(world: World) -> None:
    server = world.build("mutant", SECOND)
    path = Path(server.where.config) / "mods-config/bypasses"
    path.write_text(path.read_text().replace('NAS-Port-Id == "GigabitEthernet1/0/9", ', ""), encoding="utf-8")
    with server:
        assert world.bypass(PRINTER, "GigabitEthernet1/0/1", server=SECOND).code == "accept"
