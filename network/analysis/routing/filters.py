"""Prefix lists, access lists and route-maps as filters of routes (not of packets)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from network.config.model import Device, Prefix, Source


class Offer(NamedTuple):
    """A route as a filter sees it. ``origin`` is the protocol it comes from; ``kind`` refines it (``ospf-e2`` …)."""

    prefix: Prefix
    origin: str
    kind: str = ""
    tag: int = 0
    metric: int = 0
    metric_type: int = 2
    interface: str = ""
    next_hop: int | None = None
    path: tuple[int, ...] = ()
    communities: frozenset[str] = frozenset()
    local_preference: int = 100
    weight: int = 0
    source_process: str = ""
    targets: frozenset[str] = frozenset()
    set_next_hop: int | None = None
    metric_set: bool = False
    bgp_origin: int = 2


@dataclass(slots=True)
class Doubt:
    """Collects what a filter could not decide, as text with file and line."""

    reasons: dict[str, Source | None] = field(default_factory=dict)

    def add(self, text: str, source: Source | None) -> None:
        """Record one reason."""
        place = f" ({source.file}:{source.line}: {source.text.strip()})" if source is not None else ""
        self.reasons.setdefault(text + place, source)


def prefix_list(device: Device, name: str, prefix: Prefix) -> bool:
    """Return whether a prefix list permits a prefix; an undefined or empty list permits all (vendor guide)."""
    found = device.prefix_lists.get(name)
    if found is None or not found.entries:
        return True
    value, length, family = prefix
    width = 32 if family == 4 else 128
    for action, listed, low, high, _ in found.entries:
        if listed.family == family and low <= length <= high and listed.length <= length:
            shift = width - listed.length
            if value >> shift == listed.value >> shift:
                return action == "permit"
    return False


def access_list(device: Device, name: str, prefix: Prefix) -> bool:
    """Return whether an access list, used on routes, permits a prefix.

    A standard list matches the network address; an extended one the address by its source and the mask by its
    destination (vendor guide). An undefined list permits all.
    """
    found = device.acls.get(name)
    if found is None:
        return True
    mask = (0xFFFFFFFF << (32 - prefix.length)) & 0xFFFFFFFF
    for entry in found.entries:
        match = entry.match
        if match.src and not any(prefix.value & wild.care == wild.value for wild in match.src):
            continue
        if found.kind == "extended" and match.dst and not any(mask & wild.care == wild.value for wild in match.dst):
            continue
        return entry.action == "permit"
    return False


@lru_cache(maxsize=4096)
def path_pattern(pattern: str) -> re.Pattern[str]:
    """Return a vendor AS-path expression as a Python one: ``_`` is a delimiter or an end."""
    return re.compile(pattern.strip('"').replace("_", r"(?:^|[ ,{}()]|$)"))


def as_path_list(device: Device, name: str, path: tuple[int, ...]) -> bool:
    """Return whether an AS-path list permits a path; an undefined list permits all."""
    entries = device.as_path_lists.get(name)
    if entries is None:
        return True
    text = " ".join(map(str, path))
    for action, pattern in entries:
        if path_pattern(pattern).search(text):
            return action == "permit"
    return False


def community_list(device: Device, name: str, communities: frozenset[str]) -> bool:
    """Return whether a community list permits a set.

    All values of a standard entry, or one expression, must be present.
    """
    entries = device.community_lists.get(name)
    if entries is None:
        return False
    for action, values in entries:
        if values in ((), ("internet",)) or all(_has_community(value, communities) for value in values):
            return action == "permit"
    return False


def _has_community(value: str, communities: frozenset[str]) -> bool:
    if value in communities:
        return True
    if any(sign in value for sign in "^$.*_[+?"):
        return bool(path_pattern(value).search(" ".join(sorted(communities))))
    return False


def route_map(device: Device, name: str, offer: Offer, doubt: Doubt) -> Offer | None:
    """Return the offer as a route-map changes it, ``None`` if it denies. An undefined route-map permits unchanged."""
    found = device.route_maps.get(name)
    if found is None:
        return offer
    position = 0
    clauses = found.clauses
    while position < len(clauses):
        clause = clauses[position]
        if not all(_matches(device, kind, values, offer, doubt, clause.source) for kind, values in clause.matches):
            position += 1
            continue
        if clause.inexact:
            doubt.add(f"{device.hostname}: route-map {name} {clause.sequence} is not modelled wholly", clause.source)
        if clause.action == "deny":
            return None
        offer = _apply(clause.sets, offer, doubt, clause.source, device)
        if clause.continue_to is None:
            return offer
        follower = clause.continue_to or (clauses[position + 1].sequence if position + 1 < len(clauses) else -1)
        later = next((i for i, c in enumerate(clauses) if c.sequence == follower), None)
        if later is None or later <= position:
            return offer
        rest = route_map_from(device, name, offer, later, doubt)
        return rest if rest is not None else offer
    return None


def route_map_from(device: Device, name: str, offer: Offer, start: int, doubt: Doubt) -> Offer | None:
    """Continue a route-map at clause ``start`` (``continue``); ``None`` if no later clause permits."""
    for clause in device.route_maps[name].clauses[start:]:
        if all(_matches(device, kind, values, offer, doubt, clause.source) for kind, values in clause.matches):
            if clause.inexact or clause.continue_to is not None:
                doubt.add(
                    f"{device.hostname}: route-map {name} {clause.sequence} is not modelled wholly", clause.source
                )
            return None if clause.action == "deny" else _apply(clause.sets, offer, doubt, clause.source, device)
    return None


def _matches(device: Device, kind: str, values: tuple[str, ...], offer: Offer, doubt: Doubt, source: Source) -> bool:
    if kind in ("ip address prefix-list", "ipv6 address prefix-list"):
        return any(prefix_list(device, value, offer.prefix) for value in values)
    if kind == "ip address":
        return any(access_list(device, value, offer.prefix) for value in values)
    if kind == "tag":
        return str(offer.tag) in values
    if kind == "as-path":
        return any(as_path_list(device, value, offer.path) for value in values)
    if kind == "community":
        exact = "exact-match" in values
        names = [value for value in values if value != "exact-match"]
        if exact:
            doubt.add(f"{device.hostname}: match community exact-match", source)
        return any(community_list(device, value, offer.communities) for value in names)
    if kind == "interface":
        return offer.interface in values
    if kind == "metric":
        return str(offer.metric) in values
    if kind in ("ip next-hop", "ip next-hop prefix-list"):
        if offer.next_hop is None:
            return False
        host = offer.prefix._replace(value=offer.next_hop, length=32)
        check = prefix_list if kind.endswith("prefix-list") else access_list
        return any(check(device, value, host) for value in values)
    if kind == "route-type":
        return any(_route_type(value, offer) for value in values)
    if kind == "source-protocol":
        return offer.origin in values or any(value.split()[0] == offer.origin for value in values)
    if kind == "local-preference":
        return str(offer.local_preference) in values
    doubt.add(f"{device.hostname}: match {kind}", source)
    return True


def _route_type(value: str, offer: Offer) -> bool:
    word = value.split()
    if word[0] == "internal":
        return offer.kind in ("ospf", "ospf-ia")
    if word[0] in ("external", "nssa-external"):
        start = "ospf-e" if word[0] == "external" else "ospf-n"
        wanted = word[-1].removeprefix("type-") if len(word) > 1 else ""
        return offer.kind.startswith(start) and (not wanted or offer.kind.endswith(wanted))
    if word[0] == "local":
        return offer.origin == "bgp-local"
    return False


def _apply(
    sets: tuple[tuple[str, tuple[str, ...]], ...], offer: Offer, doubt: Doubt, source: Source, device: Device
) -> Offer:
    for kind, values in sets:
        value = values[0] if values else ""
        if kind == "metric":
            if value[:1] in "+-" and value[1:].isdigit():
                offer = offer._replace(metric=max(0, offer.metric + int(value)), metric_set=True)
            elif value.isdigit():
                offer = offer._replace(metric=int(value), metric_set=True)
            else:
                doubt.add(f"{device.hostname}: set metric {value}", source)
        elif kind == "tag" and value.isdigit():
            offer = offer._replace(tag=int(value))
        elif kind == "metric-type":
            offer = offer._replace(metric_type=1 if value in ("type-1", "1") else 2)
        elif kind == "local-preference" and value.isdigit():
            offer = offer._replace(local_preference=int(value))
        elif kind == "weight" and value.isdigit():
            offer = offer._replace(weight=int(value))
        elif kind == "as-path prepend":
            if all(v.isdigit() for v in values):
                offer = offer._replace(path=(*map(int, values), *offer.path))
            elif value == "last-as" and offer.path:
                offer = offer._replace(path=(*[offer.path[0]] * int(values[1]), *offer.path))
            else:
                doubt.add(f"{device.hostname}: set as-path prepend {' '.join(values)}", source)
        elif kind == "community":
            given = frozenset(v for v in values if v not in ("additive", "none"))
            offer = offer._replace(communities=offer.communities | given if "additive" in values else given)
        elif kind == "extcommunity rt":
            given = frozenset(v for v in values if v != "additive")
            offer = offer._replace(targets=offer.targets | given if "additive" in values else given)
        elif kind == "origin":
            offer = offer._replace(bgp_origin={"igp": 0, "egp": 1}.get(value, 2))
        elif kind == "ip next-hop":
            address = _address(value)
            if address is None:
                doubt.add(f"{device.hostname}: set ip next-hop {value}", source)
            else:
                offer = offer._replace(set_next_hop=address)
        elif kind not in ("vrf", "global", "interface", "ip default next-hop", "ip precedence", "ip dscp", "ip df"):
            doubt.add(f"{device.hostname}: set {kind}", source)
    return offer


def _address(text: str) -> int | None:
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isdigit() for part in parts):
        return None
    return (int(parts[0]) << 24) | (int(parts[1]) << 16) | (int(parts[2]) << 8) | int(parts[3])


def filtered(device: Device, kind: str, name: str, offer: Offer, doubt: Doubt) -> bool:
    """Return whether a distribute-list (``prefix``, ``acl`` or ``route-map``) permits an offer."""
    if kind == "prefix":
        return prefix_list(device, name, offer.prefix)
    if kind == "acl":
        return access_list(device, name, offer.prefix)
    return route_map(device, name, offer, doubt) is not None
