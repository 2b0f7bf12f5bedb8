"""Order of a rollout, what counts as lost, and the commands for a FortiGate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunri.messages import BunriError
from network.deploy import checks, diffs, forti_script, planning
from network.deploy.checks import Facts
from network.deploy.order import batches, distances

CABLES = [
    ("ctl", "e0", "core", "g1"),
    ("core", "g2", "dist", "g1"),
    ("dist", "g2", "acc1", "g1"),
    ("dist", "g3", "acc2", "g1"),
]


def test_far_before_near_and_one_canary() -> None:
    hops = distances(CABLES, ["ctl"])
    assert hops == {"ctl": 0, "core": 1, "dist": 2, "acc1": 3, "acc2": 3}
    assert batches(["core", "dist", "acc1", "acc2"], hops) == [["acc1"], ["acc2"], ["dist"], ["core"]]


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.integers(0, 5), min_size=1, max_size=40),
    st.lists(st.one_of(st.integers(1, 9), st.sampled_from(["10%", "50%", "100%"])), min_size=1, max_size=4),
)
def test_batches_hold_everybody_once_and_never_near_before_far(hops: dict[str, int], serial: list[int | str]) -> None:
    found = batches(list(hops), hops, serial)
    flat = [name for batch in found for name in batch]
    assert sorted(flat) == sorted(hops)
    assert [hops[name] for name in flat] == sorted((hops[name] for name in flat), reverse=True)
    assert all(len({hops[name] for name in batch}) == 1 for batch in found)


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 5), (90, 5), (300, 12), (3540, 120)])
def test_timer(seconds: float, minutes: int) -> None:
    assert planning.timer_minutes(seconds) == minutes


def test_timer_that_is_too_long_is_refused() -> None:
    with pytest.raises(BunriError) as problem:
        planning.timer_minutes(4000)
    assert problem.value.messages[0].id == "DEP027"


BEFORE = Facts(
    {"Te1/1/1": frozenset({"core"})},
    {"kikan": frozenset({"10.10.1.0/24", "10.10.2.0/24"})},
    {"Gi1/0/3": frozenset({"0000.5e00.5301"})},
)


@pytest.mark.parametrize(
    ("after", "diff", "count"),
    [
        (BEFORE, "", 0),
        (Facts({}, BEFORE.routes, BEFORE.sessions), "", 1),
        (Facts({}, BEFORE.routes, BEFORE.sessions), "interface TenGigabitEthernet1/1/1\n +shutdown", 0),
        (Facts(BEFORE.neighbours, {"kikan": frozenset({"10.10.1.0/24"})}, BEFORE.sessions), "+vlan 10", 1),
        (
            Facts(BEFORE.neighbours, {"kikan": frozenset({"10.10.1.0/24"})}, BEFORE.sessions),
            "+ip route vrf kikan 1.1.1.1",
            0,
        ),
        (Facts(BEFORE.neighbours, {"kikan": frozenset()}, BEFORE.sessions), "+ip route vrf kikan 1.1.1.1", 1),
        (Facts(BEFORE.neighbours, BEFORE.routes, {}), "", 1),
    ],
)
def test_losses(after: Facts, diff: str, count: int) -> None:
    assert len(checks.losses(BEFORE, after, diff)) == count


def test_only_learnt_routes_count() -> None:
    output = """O        10.10.2.0/24 [110/2] via 10.10.240.1, 00:01:00, Vlan2001
B     10.10.29.0/24 [20/0] via 10.10.240.9, 1d02h
C        10.10.1.0/25 is directly connected, Vlan10
S     10.20.0.0/16 [1/0] via 10.10.250.1
O E2     10.30.1.0/24 [110/100] via 10.10.240.1, 00:01:00, Vlan2001"""
    assert checks.learnt_routes(output) == {"10.10.2.0/24", "10.10.29.0/24", "10.30.1.0/24"}


def test_equal_differences_are_shown_once() -> None:
    assert diffs.grouped({"b": "+x", "a": "+x\n", "c": "+y"}) == [(["a", "b"], "+x"), (["c"], "+y")]


WANT = """config firewall address
    edit "new"
        set subnet 10.1.0.0 255.255.0.0
    next
end
config firewall policy
    edit 1
        set srcaddr "new"
        set action accept
    next
    edit 2
        set srcaddr "all"
    next
end
config system admin
    edit "a"
        set password Plain-Secret-1
    next
end
"""
HAVE = """#config-version=X
config firewall address
    edit "old"
        set subnet 10.9.0.0 255.255.0.0
    next
end
config firewall policy
    edit 2
        set uuid 1234
        set srcaddr "all"
        set nat enable
    next
    edit 3
        set srcaddr "old"
    next
end
config system admin
    edit "a"
        set password ENC AbCd
    next
end
config log setting
    set x y
end
"""


def test_script_makes_before_it_uses_and_deletes_after() -> None:
    lines = forti_script.script(forti_script.parse(WANT), forti_script.parse(HAVE))
    assert lines.index('edit "new"') < lines.index('set srcaddr "new"')
    assert lines.index("delete 3") < lines.index('delete "old"')
    assert "unset nat" in lines
    assert "move 2 after 1" in lines
    assert not any("log setting" in line for line in lines)
    assert not any("uuid" in line for line in lines)


def test_nothing_to_do_is_an_empty_script_even_if_secrets_cannot_be_compared() -> None:
    same = WANT.replace("set password Plain-Secret-1", "set password ENC changes-every-time")
    assert forti_script.script(forti_script.parse(WANT), forti_script.parse(same)) == []


def test_ha_units_follow_their_leader() -> None:
    own = "    config ha-mgmt-interfaces\n        edit 1\n        next\n    end\n"
    unit = 'config system ha\n    set group-name "g"\n    set mode a-p\n' + own + "    set priority {}\nend\n"
    alone = "config system global\nend\n"
    assert forti_script.followers({"a": unit.format(100), "b": unit.format(200), "c": alone}) == {"a": "b"}
