"""``router bgp`` (RFC 4271, RFC 4364): sessions, address families, peer groups and templates."""

# ruff: noqa: D103 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.config.cisco_ios.common import asn, cidr, cidr6, classful, ip, ip6, mask_length, net, number
from network.config.cisco_ios.interfaces import key_digest
from network.config.cisco_ios.ospf import redistribution
from network.config.model import Bgp, BgpFamily, BgpNeighbor, Prefix, Redistribution, Source
from network.config.names import canonical_interface, is_ios_interface

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Fields, Handler, Reader


def router_bgp(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``router bgp AS``."""
    if len(w) != 3:
        return False
    if no:
        r.bgp = None
        return True
    if r.bgp is None:
        r.bgp = {"asn": asn(w[2]), "source": s, "sessions": {}, "families": {}, "default_ipv4": True, "fields": {}}
    elif r.bgp["asn"] != asn(w[2]):
        return False
    return r.enter("bgp", (r.bgp,), " ".join(w))


def family_draft(bgp: Fields, table: str, family: int, kind: str, source: Source | None) -> Fields:
    """Return the draft of an address family, made if it is new."""
    key = (table, family, kind)
    if key not in bgp["families"]:
        bgp["families"][key] = {
            "vrf": table,
            "family": family,
            "kind": kind,
            "source": source,
            "peers": {},
            "networks": {},
            "aggregates": {},
            "redistribute": [],
            "_bgp": bgp,
            "fields": {},
        }
    found: Fields = bgp["families"][key]
    return found


def _family(r: Reader) -> Fields:
    """Return the family that a line of ``router bgp`` itself belongs to: IPv4 unicast."""
    t: Fields = r.target
    return t if "peers" in t else family_draft(t, "", 4, "unicast", t["source"])


def address_family(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``address-family ipv4|ipv6|vpnv4 [unicast] [vrf V]``."""
    if no:
        return False
    kind = w[1]
    rest = [word for word in w[2:] if word != "unicast"]
    if kind in {"vpnv4", "vpnv6"} and not rest:
        return r.enter(
            "bgp-af", (family_draft(r.bgp or {}, "", 4 if kind == "vpnv4" else 6, "vpn", s),), " ".join(w), "router bgp"
        )
    if kind not in {"ipv4", "ipv6"} or rest[:1] == ["multicast"]:
        return False
    table = ""
    if rest[:1] == ["vrf"] and len(rest) == 2:
        table = rest[1]
    elif rest:
        return False
    draft = family_draft(r.bgp or {}, table, 4 if kind == "ipv4" else 6, "unicast", s)
    return r.enter("bgp-af", (draft,), " ".join(w), "router bgp")


_SESSION = frozenset({"remote_as", "update_source", "shutdown", "description", "ebgp_multihop", "local_as", "password"})


def _sessions(r: Reader) -> Fields:
    """Return where session-level lines of the present mode go: a VRF has its own neighbours."""
    t: Fields = r.target
    if "peers" not in t:
        found: Fields = t["sessions"]
    elif t["vrf"]:
        found = t["peers"]
    else:
        found = t["_bgp"]["sessions"]
    return found


def peer_fields(w: list[str], no: bool, s: Source) -> Fields | None:
    """Read what follows ``neighbor X`` into fields; ``None`` if it is not known. ``no`` gives the defaults."""
    word, rest = w[0], w[1:]
    if word == "remote-as" and len(rest) == 1:
        return {"remote_as": None if no else asn(rest[0]), "_remote_source": s}
    if word == "local-as":
        if not no and len(rest) != 1:
            return None
        return {"local_as": None if no else asn(rest[0])}
    if word == "update-source":
        name = canonical_interface("".join(rest))
        return {"update_source": "" if no else name} if no or is_ios_interface(name) else None
    if word == "shutdown" and (not rest or rest[0] == "graceful"):
        return {"shutdown": not no} if not rest else None
    if word == "password":
        return {"password": not no, "key": "" if no else key_digest(rest)}
    if word == "ebgp-multihop":
        return {"ebgp_multihop": 1 if no else number(rest[0], 1, 255) if rest else 255}
    if word == "disable-connected-check" and not rest:
        return {"ebgp_multihop": 1 if no else 2}
    if word == "ttl-security" and rest[:1] == ["hops"]:
        return {"ebgp_multihop": 1 if no else number(rest[1], 1, 254)}
    if word == "activate" and not rest:
        return {"activated": not no}
    if (
        word in {"route-map", "prefix-list", "distribute-list", "filter-list"}
        and len(rest) == 2
        and rest[1] in {"in", "out"}
    ):
        stem = {"distribute-list": "distribute", "filter-list": "filter_list"}.get(word, word.replace("-", "_"))
        return {f"{stem}_{rest[1]}": "" if no else rest[0]}
    if word == "default-originate":
        if rest and (rest[0] != "route-map" or len(rest) != 2):
            return None
        return {"default_originate": None if no else (rest[1] if rest else "", s)}
    if word == "next-hop-self" and rest in ([], ["all"]):
        return {"next_hop_self": not no}
    if word == "route-reflector-client" and not rest:
        return {"route_reflector_client": not no}
    if word == "allowas-in":
        return {"allowas_in": 0 if no else number(rest[0], 1, 10) if rest else 3}
    if word == "as-override" and not rest:
        return {"as_override": not no}
    if word == "remove-private-as" and not rest:
        return {"remove_private_as": not no}
    if word == "send-community":
        kind = rest[0] if rest else "standard"
        found: Fields = {}
        if kind in {"both", "standard"}:
            found["send_community"] = not no
        if kind in {"both", "extended"}:
            found["send_extended"] = not no
        return found or None
    if word == "weight":
        return {"weight": 0 if no else number(rest[0], 0, 65535)}
    if word == "maximum-prefix":
        if no or "warning-only" in rest:
            return {"maximum_prefix": None}
        return {"maximum_prefix": number(rest[0], 1, 0xFFFFFFFF)}
    if word == "peer-group" and len(rest) == 1:
        return {"_group": None if no else rest[0]}
    if word == "inherit" and len(rest) >= 2 and rest[0] in {"peer-session", "peer-policy"} and not no:
        return {f"_{rest[0]}": rest[1]}
    return None


def neighbor(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``neighbor A|GROUP …``."""
    key: Any = _peer_key(w[1])
    if len(w) == 2:
        if not no:
            return False
        _sessions(r).pop(key, None)
        _family(r)["peers"].pop(key, None)
        return True
    if w[2:] == ["peer-group"]:
        sessions = _sessions(r)
        sessions.pop(key, None) if no else sessions.setdefault(key, {})
        return True
    if w[2] in {"description", "timers", "soft-reconfiguration", "fall-over", "version", "advertisement-interval"}:
        return False  # the table of irrelevant forms knows them
    found = peer_fields(w[2:], no, s)
    if found is None:
        return False
    if no and "remote_as" in found:
        _sessions(r).pop(key, None)
        return True
    session = {
        k: v for k, v in found.items() if k in _SESSION or k in {"_group", "_peer-session", "_remote_source", "key"}
    }
    rest = {k: v for k, v in found.items() if k not in session}
    if session:
        _sessions(r).setdefault(key, {}).update(session)
    if rest:
        _family(r)["peers"].setdefault(key, {}).update(rest)
    return True


def _peer_key(text: str) -> Any:
    """Return (family, address) of a peer, or the name of a peer group."""
    try:
        return (4, ip(text))
    except ValueError:
        pass
    try:
        return (6, ip6(text))
    except ValueError:
        return text


def bgp_word(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``bgp …`` options that change the result."""
    t = r.target
    if w[1] == "router-id" and len(w) <= 3:
        if "peers" in t:
            return len(w) == 3 and r.ignore(s, "the identifier of a VRF's process breaks ties only")
        t["fields"]["router_id"] = None if no else ip(w[2])
        return True
    if w[1:] == ["default", "ipv4-unicast"]:
        t["default_ipv4"] = not no
        return True
    if w[1:3] == ["redistribute-internal"]:
        return False
    return False


def network(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``network P [mask M] [route-map R] [backdoor]``."""
    fam = _family(r)
    rest = w[2:]
    if fam["family"] == 6:
        key = cidr6(w[1])
    elif "/" in w[1]:
        key = cidr(w[1])
    else:
        value = ip(w[1])
        if rest[:1] == ["mask"]:
            length, rest = mask_length(rest[1]), rest[2:]
        else:
            length = 0 if value == 0 else classful(value)
        key = Prefix(value & net(length), length)
    map_ = ""
    if rest[:1] == ["route-map"]:
        map_, rest = rest[1], rest[2:]
    if rest:
        return False
    if no:
        fam["networks"].pop(key, None)
    else:
        fam["networks"][key] = (key, map_, s)
    return True


def aggregate(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``aggregate-address P M [summary-only] [as-set] [suppress-map|attribute-map M]``."""
    fam = _family(r)
    if fam["family"] == 6:
        key, rest = cidr6(w[1]), w[2:]
    else:
        length = mask_length(w[2])
        key, rest = Prefix(ip(w[1]) & net(length), length), w[3:]
    only, map_ = False, ""
    while rest:
        if rest[0] == "summary-only":
            only, rest = True, rest[1:]
        elif rest[0] == "as-set":
            rest = rest[1:]
        elif rest[0] == "attribute-map":
            map_, rest = rest[1], rest[2:]
        else:
            return False
    if no:
        fam["aggregates"].pop(key, None)
    else:
        fam["aggregates"][key] = (key, only, map_, s)
    return True


def redistribute(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    found = redistribution(w, s)
    if found is None:
        return False
    items: list[Redistribution] = _family(r)["redistribute"]
    items[:] = [
        item for item in items if (item.protocol, item.process, item.vrf) != (found.protocol, found.process, found.vrf)
    ]
    if not no:
        items.append(found)
    return True


def default_information(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    _family(r)["fields"]["default_information"] = not no
    return w[1:] == ["originate"]


def distance(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[1] != "bgp":
        return False
    _family(r)["fields"]["distance"] = (20, 200, 200) if no else tuple(number(word, 1, 255) for word in w[2:5])
    return no or len(w) == 5


def maximum_paths(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    fields = _family(r)["fields"]
    words = w[1:]
    if words[:1] == ["eibgp"]:
        return False
    key = "max_paths_ibgp" if words[:1] == ["ibgp"] else "max_paths"
    fields[key] = 1 if no else number(words[-1], 1, 64)
    return len(words) <= 2


def default_metric(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    _family(r)["fields"]["default_metric"] = None if no else number(w[1], 1, 4294967295)
    return len(w) <= 2


def old_default(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``no synchronization`` and ``no auto-summary``: today's behaviour; the positive forms are not modelled."""
    return no and len(w) == 1 and r.ignore(s, "the behaviour that is modelled")


def template(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``template peer-session|peer-policy NAME``."""
    if no or w[1] not in {"peer-session", "peer-policy"} or len(w) != 3:
        return False
    draft = r.templates.setdefault(f"{w[1]} {w[2]}", {})
    return r.enter("bgp-template", (draft,), " ".join(w), "router bgp")


def template_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[0] in {
        "description",
        "timers",
        "soft-reconfiguration",
        "fall-over",
        "version",
        "advertisement-interval",
        "log-neighbor-changes",
    }:
        return r.ignore(s, "timers, logging and names of peers")
    found = peer_fields(w, no, s)
    if found is None:
        return False
    r.target.update(found)
    return True


def _inherit(r: Reader, fields: Fields, depth: int = 0) -> Fields:
    """Return a peer's or template's fields on top of those of the templates that it inherits."""
    merged: Fields = {}
    if depth < 8:
        for kind in ("peer-session", "peer-policy"):
            name = fields.get(f"_{kind}")
            if name:
                merged.update(_inherit(r, r.templates.get(f"{kind} {name}", {}), depth + 1))
    merged.update(fields)
    return merged


_FIELDS = frozenset(BgpNeighbor.__dataclass_fields__)


def finish(r: Reader) -> Bgp | None:
    """Return the finished process: peer groups and templates are resolved into each neighbour."""
    draft = r.bgp
    if draft is None:
        return None
    if draft["sessions"] and draft["default_ipv4"]:
        family_draft(draft, "", 4, "unicast", draft["source"])
    from network.config.cisco_ios.finish import reclass  # noqa: PLC0415 - finish imports this module

    families = [_finish_family(r, draft, fam) for fam in draft["families"].values()]
    for family in families:
        # Their routes are not computed. An IPv6 family that exchanges and imports nothing says nothing about routes.
        active = family.neighbors or family.networks or family.aggregates or family.redistribute
        if (family.kind == "vpn" or (family.family == 6 and active)) and family.source is not None:
            reclass(r, family.source, "router bgp")
    return Bgp(draft["asn"], draft["source"], draft["fields"].get("router_id"), tuple(families))


def _finish_family(r: Reader, draft: Fields, fam: Fields) -> BgpFamily:
    in_vrf = bool(fam["vrf"])
    sessions = fam["peers"] if in_vrf else draft["sessions"]
    peers = fam["peers"]
    neighbors: list[BgpNeighbor] = []
    for key in sessions:
        if not isinstance(key, tuple):
            continue
        own = {**_inherit(r, sessions[key]), **_inherit(r, peers.get(key, {}))}
        group = own.get("_group")
        base: Fields = {}
        if group:
            base = {**_inherit(r, sessions.get(group, {})), **_inherit(r, peers.get(group, {}))}
            if in_vrf:
                base = {**_inherit(r, draft["sessions"].get(group, {})), **base}
        merged = {**base, **own}
        if not in_vrf:
            # A peer group is activated as a group; each member that is not IPv4 unicast needs its own activation.
            usual = fam["family"] == 4 and fam["kind"] == "unicast" and key[0] == 4 and draft["default_ipv4"]
            merged.setdefault("activated", usual)
            if key not in peers and not usual and not (group and peers.get(group, {}).get("activated")):
                merged["activated"] = False
        else:
            merged.setdefault("activated", True)
        if merged.get("remote_as") is None or not merged["activated"]:
            continue
        source = merged.get("_remote_source") or draft["source"]
        fields = {k: v for k, v in merged.items() if k in _FIELDS}
        neighbors.append(BgpNeighbor(address=key[1], family=key[0], source=source, **fields))
    return BgpFamily(
        fam["vrf"],
        fam["family"],
        fam["kind"],
        tuple(neighbors),
        tuple(fam["networks"].values()),
        tuple(fam["aggregates"].values()),
        tuple(fam["redistribute"]),
        source=fam["source"],
        **fam["fields"],
    )


_AF: dict[str, Handler] = {
    "neighbor": neighbor,
    "network": network,
    "aggregate-address": aggregate,
    "redistribute": redistribute,
    "default-information": default_information,
    "distance": distance,
    "maximum-paths": maximum_paths,
    "default-metric": default_metric,
    "synchronization": old_default,
    "auto-summary": old_default,
    "bgp": bgp_word,
}
TABLES: dict[str, dict[str, Handler]] = {
    "bgp": {**_AF, "address-family": address_family, "template": template},
    "bgp-af": _AF,
    "bgp-template": {"*": template_line},
}
