"""Random networks: routes, packets and verdicts of the engine against the plain simulator; the two must agree on
everything.
"""

from __future__ import annotations

import pytest

from tests.oracle.compare import Tally, compare
from tests.oracle.generate import generate
from tests.oracle.product import dump
from tests.oracle.routing import NotSettledError
from tests.oracle.scale import scaled
from tests.oracle.simulate import Simulator

BATCHES = 4
PACKETS = 100  # per network


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_engine_agrees_with_the_simulator(batch: int) -> None:
    """At scale 1 some 120 networks and 12,000 packets; at scale 20 2,400 networks and 240,000 packets."""
    tally = Tally()
    for seed in range(batch, scaled(120), BATCHES):
        network = generate(seed)
        try:
            simulator = Simulator(network)
        except NotSettledError:
            continue  # two stable results: no one answer to compare
        compare(network, simulator, seed, PACKETS, tally)
        if tally.differences:
            shown = "\n".join(tally.differences[:10])
            pytest.fail(f"{len(tally.differences)} differences\n{shown}\n\n{dump(network)}")
    assert tally.networks
    assert tally.delivered
    print(
        f"{tally.networks} networks, {tally.routes} routes, {tally.packets} packets ({tally.delivered} delivered), "
        f"{tally.proved} proved, {tally.violated} violated, {tally.leaks} leaks and {tally.outages} outages witnessed"
    )
