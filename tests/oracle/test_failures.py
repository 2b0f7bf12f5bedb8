"""Single failures: routes after a cable or a device is lost, computed incrementally, against the simulator."""

from __future__ import annotations

import pytest

from network.analysis import Engine
from network.analysis.state import Element, link_name
from tests.oracle.compare import Tally, compare_routes
from tests.oracle.generate import generate
from tests.oracle.net import Router
from tests.oracle.product import Product, dump
from tests.oracle.routing import NotSettledError
from tests.oracle.scale import scaled
from tests.oracle.simulate import Simulator


@pytest.mark.slow
def test_routes_after_every_single_failure() -> None:
    compared = 0
    # 5203, 5448: a border router loses its last interface in the backbone.
    for seed in (5203, 5448, *range(5000, 5000 + scaled(30))):
        network = generate(seed)
        product = Product(network)
        engine = Engine(product.snapshot)
        base = engine.compute(frozenset())
        lost: list[tuple[object, Element]] = [
            (cable, Element("link", link_name(*cable[0], *cable[1]))) for cable in network.cables
        ]
        lost += [(name, Element("node", name)) for name, box in network.devices.items() if isinstance(box, Router)]
        for failed, element in lost:
            try:
                simulator = Simulator(network, frozenset([failed]))
            except NotSettledError:
                continue
            tally = Tally()
            compare_routes(simulator, product.routes(engine.compute(frozenset([element]), base)), tally)
            compared += 1
            assert not tally.differences, f"seed {seed}, {element}: {tally.differences[:5]}\n{dump(network)}"
    assert compared
