"""What happens when a server, the revocation list or the clock fails. docs/dot1x.md states what is tested here."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from network.radius import lab, render
from network.radius.probe import Answer
from tests.lab.radius.conftest import (
    CLIENTS,
    KEY_PASS,
    NOW,
    PRINTER,
    SECOND,
    SECRET,
    TABLET_HASH,
    World,
    design,
    make_world,
)

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("radius")]
PC = "pc-01.city.example"


def eventually(ask: Callable[[], Answer], wanted: str, seconds: float = 15.0) -> str:
    end = time.monotonic() + seconds
    while (code := ask().code) != wanted and time.monotonic() < end:
        time.sleep(0.3)
    return code


def test_freeradius_accepts_its_configuration(world: World) -> None:
    assert "Loaded virtual server network" in world.build("check", SECOND).check()


def test_one_server_down_the_other_answers_the_same(world: World) -> None:
    first = world.ask(PC, PC)
    with world.build("second", SECOND):
        again = world.ask(PC, PC, server=SECOND)
    assert (first.code, first.vlan) == (again.code, again.vlan) == ("accept", 20)


def test_both_servers_down_is_silence_not_a_yes(world: World) -> None:
    # The switch then puts a port into the critical VLAN, which belongs to no zone: see the rule 802.1X and its tests.
    assert world.ask(PC, PC, server=SECOND, timeout=1).code == "silence"
    assert world.bypass(PRINTER, "GigabitEthernet1/0/9", server=SECOND).code == "silence"


def test_no_revocation_list_refuses_everybody(world: World) -> None:
    trust = {name: pem for name, pem in world.trust().items() if name != "crl.pem"}
    with world.build("no-crl", SECOND, trust):
        assert world.ask(PC, PC, server=SECOND).code == "reject"


def test_an_old_list_serves_until_it_ends_and_then_refuses_everybody(tmp_path: Path, world: World) -> None:
    made = make_world(tmp_path)
    made.authority.write_crl(NOW - timedelta(days=6))
    with made.build("old-crl", SECOND):
        assert made.ask(PC, PC, server=SECOND).code == "accept"
    made.authority.write_crl(NOW - timedelta(days=8))
    with made.build("ended-crl", SECOND):
        assert made.ask(PC, PC, server=SECOND).code == "reject"


def test_a_revocation_takes_effect_without_a_restart(tmp_path: Path, world: World) -> None:
    made = make_world(tmp_path)
    # FreeRADIUS rereads the folder every 300 s at the soonest; its clock runs a hundred times as fast here.
    with made.build("reload", SECOND, prefix=("faketime", "-f", "+0 x100")) as server:
        assert made.ask(PC, PC, server=SECOND).code == "accept"
        for entry in made.authority.ledger.held_by(PC, NOW):
            made.authority.revoke(entry.serial, "key_compromise", NOW)
        lab.install_trust(Path(server.where.certificates) / "trust", made.trust())
        assert eventually(lambda: made.ask(PC, PC, server=SECOND), "reject") == "reject"
        assert made.ask("pc-02.city.example", "rsa", server=SECOND).code == "accept"


@pytest.mark.parametrize(("shift", "code"), [("+1d", "accept"), ("-1d", "reject"), ("+8d", "reject")])
def test_a_wrong_clock(world: World, shift: str, code: str) -> None:
    """A day fast: works. A day slow: today's certificates are not valid yet. Eight days fast: the list has ended."""
    with world.build(f"clock{shift}", SECOND, prefix=("faketime", "-f", shift)):
        assert world.ask(PC, PC, server=SECOND).code == code


def test_a_broken_configuration_does_not_start_and_says_why(world: World) -> None:
    server = world.build("broken", SECOND)
    path = Path(server.where.config) / "sites-enabled/network"
    path.write_text(path.read_text() + "\nnonsense {\n", encoding="utf-8")
    with pytest.raises(Exception, match="RAD002"):
        server.check()
    with pytest.raises(Exception, match="RAD002"):
        server.start()


def test_nothing_stays_behind(world: World) -> None:
    server = world.build("gone", SECOND)
    server.start()
    assert server.process is not None
    pid = server.process.pid
    server.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_neither_log_nor_accounting_holds_a_secret(world: World) -> None:
    world.ask(PC, PC)
    for path in Path(world.folder / "radius1" / "log").rglob("*"):
        if path.is_file():
            text = path.read_text(errors="replace")
            assert "shared-secret-of-the-lab" not in text
            assert "key-passphrase-of-the-lab" not in text


def test_radsec_asks_for_a_certificate_of_the_citys_authority(world: World) -> None:
    """RADIUS over TLS: a client with our certificate gets in; without one, or with another city's, it does not."""
    where = replace(lab.place(world.folder / "radsec", SECOND), radsec_port=world.port + 7)
    wanted = replace(design(world.port), radsec=True)
    files = render.render(wanted, where, SECRET, KEY_PASS, {"tablet-01": TABLET_HASH})
    lab.install(where, files, world.server.certificate + world.server.chain, world.server.key or b"", world.trust())
    with lab.RadiusLab(where, "radsec", world.port):
        good, none, foreign = (handshake(world, who) for who in ("pc-01.city.example", "", "foreign"))
    assert good
    assert not none
    assert not foreign


def handshake(world: World, holder: str) -> bool:
    command = ["openssl", "s_client", "-connect", f"{SECOND}:{world.port + 7}", "-bind", CLIENTS["hall-acc1"]]
    command += ["-CAfile", str(world.root), "-verify_return_error", "-tls1_2"]
    if holder:
        certificate, key = world.held[holder]
        command += ["-cert", str(certificate), "-key", str(key), "-pass", f"pass:{KEY_PASS}"]
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=20)
    return done.returncode == 0 and "Verify return code: 0" in done.stdout
