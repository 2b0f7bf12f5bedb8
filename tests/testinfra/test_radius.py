"""What a RADIUS server must look like; the same tests against the laboratory and against real servers over SSH.

    pytest tests/testinfra --hosts ssh://mgmt-radius1,ssh://mgmt-radius2 --sudo      real servers
    pytest tests/testinfra                                                            a laboratory server, made here

Environment: RADIUS_CONFIG (folder of the configuration), RADIUS_ADDRESS, RADIUS_LAB=1 where no service exists.
"""

from __future__ import annotations

import os

import pytest

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("radius-role")]


@pytest.fixture(scope="module")
def place(request):
    if "RADIUS_CONFIG" in os.environ or request.config.getoption("hosts"):
        yield {
            "config": os.environ.get("RADIUS_CONFIG", "/etc/freeradius/bunri"),
            "address": os.environ.get("RADIUS_ADDRESS", ""),
            "lab": "RADIUS_LAB" in os.environ,
        }
    else:
        yield request.getfixturevalue("deployed")


def test_package(host, place) -> None:
    assert host.package("freeradius").is_installed


def test_service(host, place) -> None:
    if place["lab"]:
        assert "freeradius" in host.process.get(pid=place["pid"]).comm
        return
    service = host.service("freeradius")
    assert service.is_running
    assert service.is_enabled


def test_ports(host, place) -> None:
    address = place["address"] or "0.0.0.0"
    for port in place.get("ports", (1812, 1813)):
        assert host.socket(f"udp://{address}:{port}").is_listening


@pytest.mark.parametrize(
    "name", ["radiusd.conf", "clients.conf", "mods-enabled/eap", "mods-config/identities", "certs/server.key"]
)
def test_nobody_else_may_read(host, place, name: str) -> None:
    file = host.file(f"{place['config']}/{name}")
    assert file.exists
    assert file.mode & 0o007 == 0
    assert file.mode & 0o111 == 0


def test_folder_is_closed(host, place) -> None:
    assert host.file(place["config"]).mode & 0o007 == 0


def test_the_key_is_encrypted(host, place) -> None:
    assert host.file(f"{place['config']}/certs/server.key").contains("BEGIN ENCRYPTED PRIVATE KEY")


def test_freeradius_accepts_its_configuration(host, place) -> None:
    assert host.run("PATH=$PATH:/usr/sbin freeradius -C -l stdout -d %s", place["config"]).rc == 0


def test_only_modern_tls(host, place) -> None:
    eap = host.file(f"{place['config']}/mods-enabled/eap").content_string
    assert 'tls_min_version = "1.2"' in eap
    assert "check_crl = yes" in eap


def test_the_revocation_list_is_current(host, place) -> None:
    crl = f"{place['config']}/certs/trust/crl.pem"
    end = host.check_output("openssl crl -in %s -noout -nextupdate", crl).removeprefix("nextUpdate=")
    assert host.run("test $(date -d %s +%%s) -gt $(date +%%s)" % repr(end)).rc == 0  # noqa: UP031
