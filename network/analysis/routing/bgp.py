"""BGP-4 (RFC 4271, RFC 4456): sessions, attributes and the choice among paths to one prefix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from network.analysis.routing.filters import Doubt, Offer, access_list, as_path_list, prefix_list, route_map

if TYPE_CHECKING:
    from network.analysis.state import NextHop, Table
    from network.config.model import BgpFamily, BgpNeighbor, Device, Prefix, Source

LOCAL_WEIGHT = 32768
NO_EXPORT = frozenset({"no-export", "65535:65281", "4294967041"})
NO_ADVERTISE = frozenset({"no-advertise", "65535:65282", "4294967042"})
LOCAL_AS = frozenset({"local-as", "65535:65283", "4294967043"})


class Path(NamedTuple):
    """One path to a prefix as a speaker holds it after its inbound policy."""

    path: tuple[int, ...] = ()
    local_preference: int = 100
    med: int = 0
    origin: int = 2  # 0 IGP, 1 EGP, 2 incomplete
    weight: int = 0
    communities: frozenset[str] = frozenset()
    next_hop: int = 0  # 0: the speaker itself
    session: int = -1  # index of the session it came by; -1 local, -2 imported from another VRF
    external: bool = False
    router_id: int = 0
    cluster: int = 0
    peer: int = 0
    client: bool = False  # learned from a route-reflector client
    targets: frozenset[str] = frozenset()
    kind: str = "local"  # "local", "peer", "import", "aggregate", "default"
    hops: tuple[NextHop, ...] = ()  # an imported path carries its resolved next hops
    origin_table: tuple[str, str] = ("", "")
    source: Source | None = None
    tag: int = 0


@dataclass(slots=True)
class Session:
    """One direction of a configured session: what ``speaker`` hears from ``peer``."""

    number: int
    speaker: int
    peer: int
    mine: BgpNeighbor  # the speaker's own neighbour statement
    theirs: BgpNeighbor  # the peer's statement about the speaker
    address: int  # the speaker's address of the session
    external: bool


@dataclass(slots=True)
class BgpSpeaker:
    """A BGP process in one VRF."""

    number: int
    device: Device
    table: Table
    asn: int
    router_id: int
    family: BgpFamily
    sessions: list[int] = field(default_factory=list)


def inbound(
    speaker: BgpSpeaker, session: Session, peer: BgpSpeaker, path: Path, prefix: Prefix, doubt: Doubt
) -> Path | None:
    """Return what the speaker keeps of a path that its peer holds as best.

    Outbound policy there, loop check, inbound policy here.
    """
    sent = outbound(peer, session, path, prefix, doubt)
    if sent is None:
        return None
    mine = session.mine
    own = mine.local_as or speaker.asn
    if sum(1 for number in sent.path if number in (speaker.asn, own)) > mine.allowas_in:
        return None
    device = speaker.device
    if mine.prefix_list_in and not prefix_list(device, mine.prefix_list_in, prefix):
        return None
    if mine.distribute_in and not access_list(device, mine.distribute_in, prefix):
        return None
    if mine.filter_list_in and not as_path_list(device, mine.filter_list_in, sent.path):
        return None
    if mine.local_as is not None and session.external:
        sent = sent._replace(path=(mine.local_as, *sent.path))
    sent = sent._replace(weight=mine.weight)
    if mine.route_map_in:
        offer = route_map(device, mine.route_map_in, as_offer(sent, prefix), doubt)
        if offer is None:
            return None
        sent = with_offer(sent, offer)
    return sent


def outbound(peer: BgpSpeaker, session: Session, path: Path, prefix: Prefix, doubt: Doubt) -> Path | None:
    """Return a path as ``peer`` sends it to the session's speaker, ``None`` if it does not."""
    theirs = session.theirs
    if not theirs.send_community:
        visible: frozenset[str] = frozenset()
    else:
        visible = path.communities
    if path.communities & NO_ADVERTISE:
        return None
    if session.external and path.communities & (NO_EXPORT | LOCAL_AS):
        return None
    # a path imported from another VRF stays what it was there: internal, unless originated on this device
    learned_inside = path.kind in ("peer", "import") and not path.external and path.peer != 0
    if not session.external and learned_inside and not (path.client or theirs.route_reflector_client):
        return None
    device = peer.device
    if theirs.prefix_list_out and not prefix_list(device, theirs.prefix_list_out, prefix):
        return None
    if theirs.distribute_out and not access_list(device, theirs.distribute_out, prefix):
        return None
    if theirs.filter_list_out and not as_path_list(device, theirs.filter_list_out, path.path):
        return None
    set_hop: int | None = None
    med_set = False
    local_preference = path.local_preference
    numbers = path.path
    med = path.med
    origin = path.origin
    if theirs.route_map_out:
        offer = route_map(device, theirs.route_map_out, as_offer(path, prefix), doubt)
        if offer is None:
            return None
        set_hop, med_set = offer.set_next_hop, offer.metric_set
        local_preference, numbers, med, origin = offer.local_preference, offer.path, offer.metric, offer.bgp_origin
        if theirs.send_community:
            visible = offer.communities
    own_address = session.mine.address
    if session.external:
        if theirs.remove_private_as:
            numbers = tuple(n for n in numbers if not (64512 <= n <= 65534 or 4200000000 <= n <= 4294967294))
        if theirs.as_override:
            remote = theirs.remote_as
            numbers = tuple((theirs.local_as or peer.asn) if n == remote else n for n in numbers)
        first = (
            (theirs.local_as, peer.asn) if theirs.local_as is not None and theirs.local_as != peer.asn else (peer.asn,)
        )
        numbers = (*first, *numbers)
        if path.kind == "peer" and not med_set:
            med = 0
        local_preference = 100
        hop = own_address
    else:
        hop = path.next_hop or own_address
        if theirs.next_hop_self:
            reflected = learned_inside
            hop = path.next_hop if reflected else own_address
        if path.kind == "import":
            hop = own_address
    return Path(
        path=numbers,
        local_preference=local_preference,
        med=med,
        origin=origin,
        weight=0,
        communities=visible,
        next_hop=set_hop or hop,
        session=session.number,
        external=session.external,
        router_id=path.router_id if learned_inside and not session.external else peer.router_id,
        cluster=path.cluster + 1 if learned_inside else 0,
        peer=own_address,
        client=session.mine.route_reflector_client,
        kind="peer",
        source=session.mine.source,
    )


def as_offer(path: Path, prefix: Prefix) -> Offer:
    """Return a path as a route-map sees it."""
    return Offer(
        prefix,
        "bgp" if path.kind == "peer" else "bgp-local",
        tag=path.tag or (path.path[0] if path.path else 0),
        metric=path.med,
        next_hop=path.next_hop,
        path=path.path,
        communities=path.communities,
        local_preference=path.local_preference,
        weight=path.weight,
        targets=path.targets,
        bgp_origin=path.origin,
    )


def with_offer(path: Path, offer: Offer) -> Path:
    """Return a path with what a route-map set."""
    return path._replace(
        path=offer.path,
        med=offer.metric,
        local_preference=offer.local_preference,
        weight=offer.weight,
        communities=offer.communities,
        targets=offer.targets,
        origin=offer.bgp_origin,
        next_hop=offer.set_next_hop if offer.set_next_hop is not None else path.next_hop,
    )


def choose(paths: list[tuple[Path, int]]) -> list[Path]:
    """Return paths in order of preference, the best first (RFC 4271, 9.1; vendor guide).

    ``int`` is the cost to the next hop.

    MED is compared among paths of the same neighbouring AS only, group by group (as ``bgp deterministic-med``
    does).
    """
    if len(paths) == 1:
        return [paths[0][0]]
    rest = list(paths)
    ordered: list[Path] = []
    while rest:
        groups: dict[int, tuple[Path, int]] = {}
        for item in rest:
            first = item[0].path[0] if item[0].path else 0
            kept = groups.get(first)
            if kept is None or _key(*item, med=True) < _key(*kept, med=True):
                groups[first] = item
        winner = min(groups.values(), key=lambda item: _key(*item, med=False))
        ordered.append(winner[0])
        rest.remove(winner)
    return ordered


def _key(path: Path, cost: int, *, med: bool) -> tuple[int, ...]:
    return (
        -path.weight,
        -path.local_preference,
        0 if path.kind in ("local", "aggregate") else 1,
        len(path.path),
        path.origin,
        path.med if med else 0,
        0 if path.external else 1,
        cost,
        path.router_id,
        path.cluster,
        path.peer,
        path.session,
    )


def same_rank(one: Path, one_cost: int, two: Path, two_cost: int) -> bool:
    """Return whether two paths are equal as far as multipath asks.

    Everything before the router id, and the AS path itself.
    """
    first, second = _key(one, one_cost, med=True)[:8], _key(two, two_cost, med=True)[:8]
    return first == second and one.path == two.path
