"""The planner: nothing to move where all holds, the fewest moves where not, and a reason for what cannot be."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from edits import DAY, chain, cluster, gone, hosts, live, machine, sample, server

from vdi.placement.check import judge
from vdi.placement.model import declared, situation
from vdi.placement.planner import propose

if TYPE_CHECKING:
    from bunri.intent import City


@cache
def city() -> City:
    return sample()


def test_the_sample_needs_no_move() -> None:
    found = propose(city(), declared(city(), DAY))
    assert (found.moves, found.unfit, found.bent, found.undecided) == ((), (), (), ())
    assert found.proved
    assert set(found.places) == {n for n, item in declared(city(), DAY).servers.items() if item.virtual}


def test_a_live_placement_that_holds_needs_no_move() -> None:
    assert propose(city(), live(city())).moves == ()


def test_one_move_mends_partners_on_one_host() -> None:
    together = chain(
        machine("inet-proxy2", cluster="honcho-inet", site="honcho", host="esx-honcho-inet1"),
        machine("inet-proxy1", host="esx-honcho-inet1"),
    )(live(city()))  # type: ignore[arg-type]
    found = propose(city(), together)
    assert [(m.name in ("inet-proxy1", "inet-proxy2"), m.kind) for m in found.moves] == [(True, "site")]
    assert (found.unfit, found.bent) == ((), ())


def test_a_missing_server_is_given_a_place() -> None:
    found = propose(city(), gone("naibu-library1")(live(city())))
    assert found.places["naibu-library1"][0] in ("dc-naibu", "honcho-naibu", "bosai-naibu")


def test_a_host_that_is_down_is_emptied() -> None:
    view = live(city())
    down = view.groups["dc-kikan"].hosts[0]
    off = replace(view.groups["dc-kikan"], hosts=(replace(down, available=False), *view.groups["dc-kikan"].hosts[1:]))
    view = replace(view, groups={**view.groups, "dc-kikan": off})
    found = propose(city(), view)
    stood = {name for name, item in view.servers.items() if item.host == down.name}
    assert {m.name for m in found.moves} == stood
    assert {m.kind for m in found.moves} == {"host"}


def test_a_proposal_breaks_no_rule_about_places() -> None:
    spoilt = chain(
        machine("kikan-ad3", cluster="dc-kikan", site="dc", form="iaas", host="esx-dc-kikan1"),
        machine("kikan-ad1", cluster="dc-kikan", site="dc", form="iaas", host="esx-dc-kikan1"),
    )(live(city()))  # type: ignore[arg-type]
    found = propose(city(), spoilt)
    moved = dict(spoilt.servers)
    for name, (group, host) in found.places.items():
        at = spoilt.groups[group]
        moved[name] = replace(moved[name], cluster=group, host=host, site=at.site, form=at.form)
    rules = {f.rule for f in judge(situation(city(), replace(spoilt, servers=moved))).findings if f.severity == "error"}
    assert not rules & {
        "important-on-iaas", "network-services-in-building", "important-redundant", "partners-apart", "host-failure",
        "kept-apart", "one-zone",
    }  # fmt: skip


def test_what_cannot_fit_is_named_with_what_is_missing() -> None:
    big = server("kikan-db1", memory_gb=2000)(city())
    found = propose(big, declared(big, DAY))
    assert [item.name for item in found.unfit] == ["kikan-db1"]
    bars = {bar.cluster: bar for bar in found.unfit[0].bars}
    assert bars["dc-kikan"].rule == "host-failure"
    assert bars["dc-kikan"].memory_missing == 2000 - 768
    assert bars["honcho-kikan"].memory_missing == 2000 - 1024


def test_room_that_is_short_when_a_host_fails_is_told_in_gib() -> None:
    small = chain(*(hosts(name, 2, memory_gb=90) for name in ("dc-naibu", "honcho-naibu", "bosai-naibu")))(city())
    found = propose(small, declared(small, DAY))
    bent = {(item.rule, item.subject): item.amount for item in found.bent}
    assert any(rule == "host-failure" and amount > 0 for (rule, _), amount in bent.items()) or found.unfit


def test_a_zone_without_hosts_leaves_its_servers_out_with_a_reason() -> None:
    bare = chain(*(cluster(f"{site}-mgmt", hosts=()) for site in ("honcho", "bosai", "dc")))(city())
    found = propose(bare, declared(bare, DAY))
    mgmt = {n for n, s in bare.servers.servers.items() if s.zone == "mgmt"}
    assert {item.name for item in found.unfit} == mgmt
