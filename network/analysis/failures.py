"""Every failure of one or two elements.

Which matter, each scenario's state, and a verdict on it by the caller's judge.

Elements are nodes, links, carriers, ducts and whole sites. Work is saved only where the result is certain:

* elements that cut the same cables and kill the same devices are one (:attr:`Sweep.same_as`);
* a pair of which one element is *inert* (alone it changes no table, no first-hop election and no layer-3 interface,
  only where hosts attach) and whose elements touch no common segment is *derived*: its state is the other's, less
  the inert one's sockets;
* so is a pair of which one element only takes single-cabled unmodelled nodes (a telephone, an access point) off,
  unless the two together take away everything that carries an interface;
* scenarios with equal tables and segments are judged once.

Everything else is computed, each pair from the state of its heavier element alone. Work is spread over processes
(forked on Linux, spawned elsewhere) or, with a scheduler's address, over a Dask cluster.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from bunri.messages import error
from network.analysis import topology
from network.analysis.engine import Engine
from network.analysis.state import Element, Failures, Port, State, changed_segments, changed_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from network.config.model import Snapshot

R = TypeVar("R")
Part = tuple[list[tuple[Failures, R]], int, list[Element]]  # verdicts, how many were judged, which alone are inert
R_co = TypeVar("R_co", covariant=True)
CHUNK = 48
Cause = tuple[Element, frozenset[str], frozenset[int]]  # an element, the nodes it kills, the links it cuts
Group = tuple[Element, tuple[Element, ...]]  # an element alone, if the second is empty; else it with each of the others


class Judge(Protocol[R_co]):
    """What a sweep asks of its caller: a picklable object.

    ``prepare`` is called once per process, before the first scenario.
    """

    def prepare(self, base: State) -> None:
        """Take the state without failures."""

    def __call__(self, base: State, state: State) -> R_co:
        """Return the verdict on one scenario; it must be picklable."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[R]):
    """One judged scenario."""

    failures: Failures
    result: R


@dataclass(slots=True)
class Sweep(Generic[R]):
    """All of a sweep. A pair that is in ``derived`` opens and stops exactly what its two elements do alone."""

    outcomes: list[Outcome[R]]
    same_as: dict[Element, Element]
    derived: int = 0
    scenarios: int = 0
    judged: int = 0
    inert: tuple[Element, ...] = ()
    stats: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Effect:
    """What one element does alone."""

    element: Element
    dead: frozenset[str]
    cut: frozenset[int]
    cores: frozenset[int]
    inert: bool
    weight: int
    state: State
    # a leaf only takes unmodelled nodes with a single cable off; ``fragile`` holds, for each interface that its cables
    # help to carry, the cables that are left: a failure that cuts all of one set takes that interface down too
    leaf: bool = False
    fragile: tuple[frozenset[int], ...] = ()


def universe(engine: Engine) -> list[Element]:
    """Return every element that can fail: nodes with and without configuration, links, carriers, ducts, sites."""
    wiring = engine.wiring
    nodes = sorted({*engine.snapshot.devices, *wiring.unmodelled_nodes})
    found = [Element("node", name) for name in nodes]
    found += [Element("link", link.name) for link in sorted(wiring.links, key=lambda link: link.name)]
    found += sorted(wiring.groups)
    found += sorted(wiring.sites)
    return found


def groups_of(
    snapshot: Snapshot,
    carriers: Mapping[str, Iterable[str]],
    ducts: Mapping[str, Iterable[str]],
    sites: Mapping[str, Iterable[str]] | None = None,
) -> dict[Element, tuple[str, ...]]:
    """Return carriers and ducts (by their links) and sites (by their nodes) as elements.

    A link that no cable has, or a node that does not exist, is an error: the failure would be taken as harmless.
    """
    wiring = topology.wire(snapshot)
    result: dict[Element, tuple[str, ...]] = {}
    for kind, named in (("carrier", carriers), ("duct", ducts)):
        for name, links in named.items():
            canonical = tuple(_canonical(link) for link in links)
            for link, given in zip(canonical, links, strict=True):
                if link not in wiring.link_index:
                    raise error("ANA001", None, kind=kind, name=name, link=given)
            result[Element(kind, name)] = canonical  # type: ignore[arg-type]
    known = {*snapshot.devices, *wiring.unmodelled_nodes}
    for name, nodes in (sites or {}).items():
        for node in nodes:
            if node not in known:
                raise error("ANA007", None, name=name, node=node)
        result[Element("site", name)] = tuple(nodes)
    return result


def _canonical(link: str) -> str:
    first, arrow, second = link.partition(" <-> ")
    return " <-> ".join(sorted((first, second))) if arrow else link


def classes(engine: Engine) -> tuple[list[Cause], dict[Element, Element]]:
    """Return one element for each class that cuts and kills the same; for every other the one that stands for it."""
    by_effect: dict[tuple[frozenset[str], frozenset[int]], Element] = {}
    same: dict[Element, Element] = {}
    found: list[Cause] = []
    modelled = frozenset(engine.snapshot.devices)
    for element in universe(engine):
        dead, cut = topology.effects(engine.wiring, frozenset({element}))
        key = (dead & modelled, cut)
        known = by_effect.get(key)
        if known is not None:
            same[element] = known
            continue
        by_effect[key] = element
        found.append((element, dead, cut))
    return found, same


def effects(engine: Engine, base: State) -> tuple[list[Effect], dict[Element, Element]]:
    """Return one effect for each class of elements, and for every other element the one that stands for it."""
    found, same = classes(engine)
    return [_effect(engine, base, *cause) for cause in found], same


def _effect(engine: Engine, base: State, element: Element, dead: frozenset[str], cut: frozenset[int]) -> Effect:
    before_solves = engine.plan.solves
    state = engine.compute(frozenset({element}), base)
    work = engine.plan.solves - before_solves
    if base.wired is None or state.wired is None:
        raise TypeError("a state of this engine is needed")
    tables = changed_tables(base, state)
    gone = {number for number, core in base.wired.cores.items() if state.wired.cores.get(number) is not core}
    leaves = frozenset(device for device in dead if _leaf(engine, device))
    inert = all(device in leaves for device, _ in tables) and dead & engine.tables_on.keys() <= leaves
    inert = inert and base.standby == state.standby and not _watched(engine, dead, cut)
    if inert:
        before = sorted(
            (tuple(p for p in s.ports if p.device not in leaves), s.virtuals)
            for number, s in base.topology.segments.items()
            if number in gone
        )
        after = sorted(
            (s.ports, s.virtuals)
            for number, s in state.topology.segments.items()
            if number not in base.topology.segments
        )
        lost = {port for port in base.wired.up - state.wired.up if port.device not in leaves}
        inert = not lost and [x for x in before if x[0]] == [x for x in after if x[0]]
    # a pair is computed from its heavier element: the one whose own scenario cost most
    weight = work * 10 + len(tables)
    return Effect(element, dead, cut, frozenset(gone), inert, weight, state, *_leaf_of(engine, dead, cut, inert=inert))


def _leaf_of(
    engine: Engine, dead: frozenset[str], cut: frozenset[int], *, inert: bool
) -> tuple[bool, tuple[frozenset[int], ...]]:
    """Return whether an element only takes single-cabled unmodelled nodes off, and what its cables help to carry."""
    wiring = engine.wiring
    if not inert or not cut or not dead <= wiring.unmodelled_nodes:
        return False, ()
    for number in cut:
        far = [node for node, _ in wiring.links[number].ends if node in wiring.unmodelled_nodes]
        if len(far) != 1 or len(wiring.links_of_node[far[0]]) != 1:
            return False, ()
    rest = {
        frozenset(wiring.supports[port]) - cut
        for number in cut
        for port in wiring.ports_on_link[number]
        if port in wiring.supports
    }
    return True, tuple(left for left in rest if -1 not in left)


def independent(one: Effect, two: Effect) -> bool:
    """Return whether what two elements do together follows from what they do alone (see the module's text)."""
    if (one.inert or two.inert) and one.cores.isdisjoint(two.cores):
        return True
    return _off(one, two) or _off(two, one)


def _off(leaf: Effect, other: Effect) -> bool:
    return leaf.leaf and not any(rest <= other.cut for rest in leaf.fragile)


def _leaf(engine: Engine, device: str) -> bool:
    """Return whether no other device's packets can depend on a device's tables.

    No routing protocol, nobody's next hop, no gateway.
    """
    plan = engine.plan
    for table in engine.tables_on.get(device, ()):
        component = plan.components[plan.component_of[table]]
        if component.domains or component.bgp or any(other[0] != device for other in component.tables):
            return False
    for interface in engine.snapshot.devices[device].interfaces.values() if device in engine.snapshot.devices else ():
        if interface.first_hops or any(address.value in engine.gateways for address in interface.addresses):
            return False
    return True


def _watched(engine: Engine, dead: frozenset[str], cut: frozenset[int]) -> bool:
    """Return whether an element bears on an HA election.

    A tracked object or a tunnel (then it is never called inert).
    """
    if engine.wiring.tunnels or any(name in dead for members in engine.wiring.ha_groups.values() for name in members):
        return True
    ends = {end for number in cut for end in engine.wiring.links[number].ends}
    for members in engine.wiring.ha_groups.values():
        if any(node in members for node, _ in ends):
            return True
    for node, _name in ends:
        device = engine.snapshot.devices.get(node)
        if device is not None and device.tracks:
            return True
    return False


class _Context:
    """What one process keeps for a sweep."""

    def __init__(self, engine: Engine, base: State, judge: Judge[Any], *, prepared: bool) -> None:
        self.engine = engine
        self.base = base
        self.judge = judge
        self.results: dict[object, tuple[State, Any]] = {}
        self.effects: dict[Element, Effect] = {}
        self.judged = 0
        if not prepared:
            prepare = getattr(judge, "prepare", None)
            if prepare is not None:
                prepare(base)

    def run(self, groups: Sequence[Group]) -> Part[Any]:
        """Return the verdict of each scenario of some groups, how many were judged anew, and which are inert alone."""
        found: list[tuple[Failures, Any]] = []
        inert: list[Element] = []
        before = self.judged
        for element, others in groups:
            effect = self.effect(element)
            if not others:
                found.append((frozenset({element}), self.verdict(effect.state)))
                if effect.inert:
                    inert.append(element)
            for other in others:
                both = frozenset({element, other})
                state = self.engine.compute(both, effect.state, self.effect(other).state)
                found.append((both, self.verdict(state)))
        return found, self.judged - before, inert

    def effect(self, element: Element) -> Effect:
        """Return what one element does alone."""
        found = self.effects.get(element)
        if found is None:
            dead, cut = topology.effects(self.engine.wiring, frozenset({element}))
            found = self.effects[element] = _effect(self.engine, self.base, element, dead, cut)
        return found

    def verdict(self, state: State) -> Any:
        """Return the judge's verdict, from an earlier scenario with equal tables and segments if there is one."""
        signature = self.signature(state)
        known = self.results.get(signature)
        if known is not None:
            return known[1]
        result = self.judge(self.base, state)
        self.judged += 1
        if len(state.failures) == 1:
            # the state is kept so that the identities in its signature stay taken; pairs are too many to keep
            self.results[signature] = (state, result)
        return result

    def signature(self, state: State) -> object:
        """Return what a judge can see of a scenario."""
        tables = frozenset((key, id(state.ribs.get(key))) for key in changed_tables(self.base, state))
        gone, new = changed_segments(self.base, state)
        return (
            tables,
            frozenset(segment.id for segment in gone),
            frozenset((s.ports, s.edges, s.virtuals, s.crossings) for s in new if s.ports or s.edges),
            frozenset(state.dead & self.engine.tables_on.keys()),
            state.standby,
            state.unproved,
        )


_CONTEXTS: dict[str, _Context] = {}


def _start(token: str, payload: bytes) -> None:
    """Build a process's context once."""
    if token in _CONTEXTS:
        return
    snapshot, groups, trusted, judge = pickle.loads(payload)  # noqa: S301 - our own bytes, from our own parent process
    engine = Engine(snapshot, groups=groups, trusted=trusted)
    _CONTEXTS.clear()
    _CONTEXTS[token] = _Context(engine, engine.compute(frozenset()), judge, prepared=False)
    gc.freeze()


def _adopt(token: str) -> None:
    """Take a forked parent's context, but not its judge: what that holds may rest on threads that were not copied."""
    context = _CONTEXTS[token]
    context.judge = pickle.loads(pickle.dumps(context.judge))  # noqa: S301 - our own bytes
    context.results = {}
    prepare = getattr(context.judge, "prepare", None)
    if prepare is not None:
        prepare(context.base)
    gc.disable()  # a worker's memory is given back when it ends, and nothing in a sweep makes cycles
    gc.freeze()


def _work(token: str, payload: bytes | None, groups: Sequence[Group]) -> Part[Any]:
    """Run some groups in a worker process."""
    if payload is not None:
        _start(token, payload)
    return _CONTEXTS[token].run(groups)


def sweep(
    base: State,
    k: int,
    judge: Judge[R],
    *,
    jobs: int | None = None,
    dask: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    prepared: bool = False,
) -> Sweep[R]:
    """Judge every failure of one element, with ``k`` 2 also of two.

    ``base`` is the state without failures, ``jobs`` the number of processes (all cores by default), ``dask`` a
    scheduler's address. ``prepared`` says that ``judge.prepare(base)`` has been called in this process.
    ``progress(done, all)`` counts scenarios.
    """
    if base.engine is None or base.failures:
        raise ValueError("a sweep starts from the state without failures")
    if k not in (1, 2):
        raise error("ANA002", None, k=k)
    engine = base.engine
    context = _Context(engine, base, judge, prepared=prepared)
    derived = 0
    if k == 1:
        causes, same = classes(engine)
        groups: list[Group] = [(element, ()) for element, _, _ in causes]
    else:
        found, same = effects(engine, base)
        found.sort(key=lambda effect: (-effect.weight, effect.element))
        context.effects = {effect.element: effect for effect in found}
        groups = [(effect.element, ()) for effect in found]
        # a lost site is many failures already: it is judged alone
        paired = [effect for effect in found if effect.element.kind != "site"]
        for position, one in enumerate(paired):
            others = []
            for two in paired[position + 1 :]:
                if independent(one, two):
                    derived += 1
                else:
                    others.append(two.element)
            groups += [(one.element, tuple(others[start : start + CHUNK])) for start in range(0, len(others), CHUNK)]
    total = sum(len(others) or 1 for _, others in groups)
    results: list[tuple[Failures, R]] = []
    inert: list[Element] = []
    judged = 0

    def take(part: Part[R]) -> None:
        nonlocal judged
        results.extend(part[0])
        judged += part[1]
        inert.extend(part[2])
        if progress is not None:
            progress(len(results), total)

    batches = _batches(groups, CHUNK if k > 1 else CHUNK // 4)
    running = gc.isenabled()
    # what exists now lives to the end, and nothing here makes cycles
    gc.freeze()
    gc.disable()
    try:
        _spread(engine, judge, batches, context, take, total, jobs, dask)
    finally:
        if running:
            gc.enable()
        gc.unfreeze()
    results.sort(key=lambda item: (len(item[0]), sorted(item[0])))
    single = sum(1 for _, others in groups if not others)
    return Sweep(
        [Outcome(failures, result) for failures, result in results],
        same,
        derived,
        total + derived,
        judged,
        tuple(sorted(inert)),
        {"elements": single + len(same), "classes": single, "inert": len(inert)},
    )


def _spread(
    engine: Engine,
    judge: Judge[R],
    batches: list[list[Group]],
    context: _Context,
    take: Callable[[Part[R]], None],
    total: int,
    jobs: int | None,
    dask: str | None,
) -> None:
    workers = (
        jobs
        if jobs is not None
        else len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count()
    )
    if dask is not None:
        _on_dask(dask, engine, judge, batches, take)
    elif (workers or 1) > 1 and total > CHUNK:
        _on_processes((workers or 1) - 1, engine, judge, batches, context, take)
    else:
        for batch in batches:
            take(context.run(batch))


def _batches(groups: Sequence[Group], most: int) -> list[list[Group]]:
    """Return groups in batches of about ``most`` scenarios."""
    batches: list[list[Group]] = []
    size = most
    for group in groups:
        if size >= most:
            batches.append([])
            size = 0
        batches[-1].append(group)
        size += 1 + len(group[1])
    return batches


def _payload(engine: Engine, judge: Judge[Any]) -> tuple[str, bytes]:
    payload = pickle.dumps((engine.snapshot, engine.groups, engine.trusted, judge), protocol=pickle.HIGHEST_PROTOCOL)
    return sha256(payload).hexdigest(), payload


def _on_processes(
    workers: int,
    engine: Engine,
    judge: Judge[R],
    batches: list[list[Group]],
    context: _Context,
    take: Callable[[Part[R]], None],
) -> None:
    """Share the batches between this process and ``workers`` others: forked on Linux, else spawned."""
    start: Callable[..., None]
    arguments: tuple[object, ...]
    if sys.platform == "linux":
        method, token = "fork", "forked"
        _CONTEXTS.clear()
        _CONTEXTS[token] = context
        start, arguments = _adopt, (token,)
    else:
        method = "spawn"
        token, payload = _payload(engine, judge)
        start, arguments = _start, (token, payload)
    waiting = list(reversed(batches))
    running: set[Future[Part[R]]] = set()
    with ProcessPoolExecutor(workers, mp_context=get_context(method), initializer=start, initargs=arguments) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < 2 * workers:
                    running.add(pool.submit(_work, token, None, waiting.pop(0)))
                if waiting:
                    take(context.run(waiting.pop()))
                    done = {future for future in running if future.done()}
                else:
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                running -= done
                for future in done:
                    take(future.result())
        except BaseException:
            for future in running:
                future.cancel()
            raise
        finally:
            _CONTEXTS.clear()


def _on_dask(
    address: str,
    engine: Engine,
    judge: Judge[R],
    batches: list[list[Group]],
    take: Callable[[Part[R]], None],
) -> None:
    """Run the batches on a Dask cluster; each worker builds its context once."""
    try:
        from distributed import Client, as_completed  # noqa: PLC0415 - only who asks for a cluster needs it
    except ImportError as problem:
        raise error("ANA003", None) from problem
    token, payload = _payload(engine, judge)
    with Client(address) as client:  # type: ignore[no-untyped-call]
        data = client.scatter(payload, broadcast=True)
        futures = [client.submit(_work, token, data, batch, pure=False) for batch in batches]
        for _, part in as_completed(futures, with_results=True):  # type: ignore[no-untyped-call]
            take(part)


__all__ = ["Effect", "Judge", "Outcome", "Port", "Sweep", "effects", "groups_of", "sweep", "universe"]
