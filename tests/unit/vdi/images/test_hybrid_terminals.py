"""The three-in-one terminal: flows that the pools imply are the declared ones, and everything else is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bunri.intent import City, load
from vdi.images.hybrid import check, declared, implied


@pytest.fixture(scope="module")
def city() -> City:
    return load(Path(__file__).parents[4] / "inventory" / "yasu", today=date(2026, 11, 22))


def with_flow(city: City, wanted: str, **changed: Any) -> City:
    flows = tuple(flow.model_copy(update=changed) if flow.id == wanted else flow for flow in city.firewall.flows)
    return replace(city, firewall=city.firewall.model_copy(update={"flows": flows}))


def with_pool(city: City, name: str, **changed: Any) -> City:
    pools = {**city.desktops.pools, name: city.desktops.pools[name].model_copy(update=changed)}
    return replace(city, desktops=city.desktops.model_copy(update={"pools": pools}))


def test_the_declared_flows_are_those_that_the_pools_imply(city: City) -> None:
    found = implied(city)
    assert len(found) > 100
    assert found == declared(city)
    assert not check(city)


@pytest.mark.parametrize(
    ("flow", "changed", "kind"),
    [
        ("N15-1a", {"ports": (443, 8443)}, "flow-missing"),
        ("N15-1a", {"ports": (443, 8443, 4172, 445)}, "flow-extra"),
        ("N15-2a", {"destination": ("inet-sbc-brokers", "inet-sbc")}, "flow-extra"),
        ("N15-1b", {"source": ("naibu-pc", "naibu-printers")}, "flow-extra"),
        ("N15-1c", {"basis": "other"}, "flow-missing"),
    ],
)
def test_a_flow_too_many_or_too_few_is_found(city: City, flow: str, changed: dict[str, Any], kind: str) -> None:
    assert kind in {finding.kind for finding in check(with_flow(city, flow, **changed))}


def test_a_terminal_that_reaches_a_core_server_by_another_way_is_found(city: City) -> None:
    name = next(name for name, item in city.firewall.objects.items() if item.zone == "kikan" and "broker" not in name)
    changed = with_flow(city, "N15-1c", basis="other", destination=(name,), ports=(445,))
    assert "not-display-only" in {finding.kind for finding in check(changed)}


@pytest.mark.parametrize("what", ["clipboard", "drives", "printers", "screen_capture"])
def test_redirection_on_core_desktops_is_found(city: City, what: str) -> None:
    pool = city.desktops.pools["kikan-vdi"]
    protocols = (pool.protocols[0].model_copy(update={what: True}), *pool.protocols[1:])
    kinds = {finding.kind for finding in check(with_pool(city, "kikan-vdi", protocols=protocols))}
    assert kinds == {"redirection"}


def test_one_factor_on_core_desktops_is_found(city: City) -> None:
    assert {finding.kind for finding in check(with_pool(city, "kikan-vdi", two_factor=False))} == {"two-factor"}


def test_a_second_broker_port_must_be_declared(city: City) -> None:
    pool = city.desktops.pools["inet-sbc"]
    protocols = (pool.protocols[0].model_copy(update={"ports": (443, 3389, 3391)}),)
    assert {finding.kind for finding in check(with_pool(city, "inet-sbc", protocols=protocols))} == {"flow-missing"}
