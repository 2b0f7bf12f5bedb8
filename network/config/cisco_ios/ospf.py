"""``router ospf`` (RFC 2328, RFC 3101) and EIGRP in both forms (RFC 7868)."""

# ruff: noqa: D103, PLC0415 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING

from network.config.cisco_ios.common import area, classful, ip, mask_length, net, number, wild
from network.config.model import Prefix, Redistribution, Source, Wild
from network.config.names import canonical_interface, is_ios_interface

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Fields, Handler, Reader

SOURCES = frozenset({"connected", "static", "ospf", "bgp", "eigrp", "rip", "isis", "odr", "mobile", "lisp", "ospfv3"})


def router(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``router ospf|bgp|eigrp …``."""
    from network.config.cisco_ios import bgp

    if w[1] == "bgp":
        return bgp.router_bgp(r, w, no, s)
    if w[1] == "ospf":
        return _router_ospf(r, w, no, s)
    if w[1] == "eigrp":
        return _router_eigrp(r, w, no, s)
    return False


def _router_ospf(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    process = w[2]
    if not process.isdigit() or (len(w) not in {3, 5}) or (len(w) == 5 and w[3] != "vrf"):
        return False
    if no:
        r.ospf.pop(process, None)
        return True
    table = w[4] if len(w) == 5 else r.ospf.get(process, {}).get("vrf", "")
    draft = r.ospf.setdefault(
        process,
        {"process": process, "vrf": table, "source": s, "networks": {}, "passive": set(), "not_passive": set(),
         "redistribute": [], "areas": {}, "summaries": {}, "distance": [110, 110, 110], "in": [], "out": []},
    )  # fmt: skip
    draft["vrf"] = table
    return r.enter("ospf", (draft,), " ".join(w))


def router_id(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["router_id"] = None if no else ip(w[1])
    return len(w) <= 2


def network(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[3] != "area" or len(w) != 5:
        return False
    found = wild(w[1], w[2])
    # IOS also accepts a netmask here and turns it round.
    if ip(w[2]) >> 31 and ip(w[2]) != 0xFFFFFFFF:
        length = mask_length(w[2])
        found = Wild(ip(w[1]) & net(length), net(length))
    if no:
        r.target["networks"].pop(found, None)
    else:
        r.target["networks"][found] = (found, area(w[4]), s)
    return True


def passive(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``passive-interface [default] [IF]``; the later line wins for its interface."""
    t = r.target
    if w[1] == "default" and len(w) == 2:
        t["passive_default"] = not no
        t["passive"].clear()
        t["not_passive"].clear()
        return True
    name = canonical_interface("".join(w[1:]))
    if not is_ios_interface(name):
        return False
    t["not_passive" if no else "passive"].add(name)
    t["passive" if no else "not_passive"].discard(name)
    return True


def redistribution(w: list[str], s: Source) -> Redistribution | None:
    """Read ``redistribute …`` of any process; ``None`` if a word is not known."""
    protocol = w[1]
    rest = w[2:]
    process = ""
    table: str | None = None
    if protocol not in SOURCES - {"isis", "odr", "mobile", "lisp", "ospfv3"}:
        return None
    if protocol in {"ospf", "bgp", "eigrp"} and rest:
        process, rest = rest[0], rest[1:]
    if rest[:1] == ["vrf"]:
        table, rest = rest[1], rest[2:]
    fields: Fields = {"route_map": "", "metric": None, "metric_type": None, "tag": None}
    kinds: list[str] = []
    while rest:
        word = rest[0]
        if word == "subnets":
            rest = rest[1:]
        elif word == "route-map":
            fields["route_map"], rest = rest[1], rest[2:]
        elif word == "metric":
            values = []
            rest = rest[1:]
            while rest and rest[0].isdigit():
                values.append(int(rest[0]))
                rest = rest[1:]
            if rest[:1] == ["transparent"]:
                return None
            if len(values) not in {1, 5}:
                return None
            fields["metric"] = values[0]
        elif word == "metric-type":
            fields["metric_type"], rest = number(rest[1], 1, 2), rest[2:]
        elif word == "tag":
            fields["tag"], rest = number(rest[1], 0, 0xFFFFFFFF), rest[2:]
        elif word == "match":
            rest = rest[1:]
            while rest and rest[0] in {"internal", "external", "nssa-external"}:
                kind, rest = rest[0], rest[1:]
                if kind != "internal" and rest and rest[0] in {"1", "2"}:
                    kind, rest = f"{kind} {rest[0]}", rest[1:]
                kinds.append(kind)
        elif word in {"internal", "external", "nssa-external"} and kinds:
            kinds.append(word)
            rest = rest[1:]
        else:
            return None
    return Redistribution(protocol, process, table, source=s, match=tuple(kinds), **fields)


def redistribute(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    found = redistribution(w, s)
    if found is None:
        return False
    items: list[Redistribution] = r.target["redistribute"]
    items[:] = [
        item for item in items if (item.protocol, item.process, item.vrf) != (found.protocol, found.process, found.vrf)
    ]
    if not no:
        items.append(found)
    return True


def default_information(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[1] != "originate":
        return False
    always, map_, metric, kind = False, "", None, None
    rest = w[2:]
    while rest:
        if rest[0] == "always":
            always, rest = True, rest[1:]
        elif rest[0] == "route-map":
            map_, rest = rest[1], rest[2:]
        elif rest[0] == "metric":
            metric, rest = number(rest[1], 0, 16777214), rest[2:]
        elif rest[0] == "metric-type":
            kind, rest = number(rest[1], 1, 2), rest[2:]
        else:
            return False
    r.target["default_originate"] = None if no else (always, map_, metric, kind, s)
    return True


def area_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    id_ = area(w[1])
    a: Fields = r.target["areas"].setdefault(id_, {"id": id_, "ranges": {}, "filters": []})
    word, rest = w[2], w[3:]
    if word == "stub":
        a["kind"] = "normal" if no else "totally-stub" if rest == ["no-summary"] else "stub"
        return rest in ([], ["no-summary"])
    if word == "nssa":
        if no:
            a["kind"] = "normal"
            return not rest
        if not set(rest) <= {"no-summary", "default-information-originate"}:
            return False
        a["kind"] = "totally-nssa" if "no-summary" in rest else "nssa"
        a["nssa_default"] = "default-information-originate" in rest
        return True
    if word == "default-cost":
        a["default_cost"] = 1 if no else number(rest[0], 0, 16777215)
        return True
    if word == "range":
        length = mask_length(rest[1])
        key = Prefix(ip(rest[0]) & net(length), length)
        options = rest[2:]
        advertise, cost = True, None
        while options:
            if options[0] in {"advertise", "not-advertise"}:
                advertise, options = options[0] == "advertise", options[1:]
            elif options[0] == "cost":
                cost, options = number(options[1], 0, 16777215), options[2:]
            else:
                return False
        if no:
            a["ranges"].pop(key, None)
        else:
            a["ranges"][key] = (key, advertise, cost)
        return True
    if word == "authentication":
        a["authentication"] = "" if no else "message-digest" if rest == ["message-digest"] else "text"
        return rest in ([], ["message-digest"])
    if word == "filter-list" and rest[0] == "prefix" and rest[2] in {"in", "out"} and len(rest) == 3:
        a["filters"] = [item for item in a["filters"] if item[1] != rest[2]]
        if not no:
            a["filters"].append((rest[1], rest[2], s))
        return True
    return False  # virtual-link, sham-link


def summary(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    length = mask_length(w[2])
    key = Prefix(ip(w[1]) & net(length), length)
    rest = w[3:]
    tag = None
    advertise = True
    if rest[:1] == ["not-advertise"]:
        advertise, rest = False, rest[1:]
    if rest[:1] == ["tag"]:
        tag, rest = number(rest[1], 0, 0xFFFFFFFF), rest[2:]
    if no:
        r.target["summaries"].pop(key, None)
    else:
        r.target["summaries"][key] = (key, advertise, tag)
    return not rest


def distance(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    d = r.target["distance"]
    if w[1] == "ospf":
        rest = w[2:]
        while rest:
            d[("intra-area", "inter-area", "external").index(rest[0])] = 110 if no else number(rest[1], 1, 255)
            rest = rest[2:]
        return True
    if len(w) != 2:
        return False
    value = 110 if no else number(w[1], 1, 255)
    d[:] = [value] * 3
    return True


def _one_number(field: str, default: int | None, low: int, high: int) -> Handler:
    def handle(r: Reader, w: list[str], no: bool, s: Source) -> bool:
        r.target[field] = default if no else number(w[-1], low, high)
        return len(w) <= 2

    return handle


def auto_cost(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["reference_bandwidth"] = 100 if no else number(w[2], 1, 4294967)
    return w[1] == "reference-bandwidth" and len(w) <= 3


def capability(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[1] == "vrf-lite" and len(w) == 2:
        r.target["vrf_lite"] = not no
        return True
    return not no and w[1] in {"lls", "opaque", "transit"} and len(w) == 2


def distribute(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``distribute-list [prefix|route-map] NAME in|out [PROTOCOL | IF]``."""
    kind, rest = "acl", w[1:]
    if rest[0] in {"prefix", "route-map"}:
        kind, rest = rest[0], rest[1:]
    name, direction, tail = rest[0], rest[1], rest[2:]
    if name == "gateway" or "gateway" in rest or direction not in {"in", "out"}:
        return False
    if direction == "in":
        if tail:
            return False
        r.target["in"] = [] if no else [(kind, name, s)]
        return True
    items = r.target["out"]
    value = " ".join(tail)
    items[:] = [item for item in items if item[2] != value]
    if not no:
        items.append((kind, name, value, s))
    return True


def flag_shutdown(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["shutdown"] = not no
    return len(w) == 1


def maximum_paths(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["max_paths"] = 4 if no else number(w[1], 1, 32)
    return len(w) <= 2


# -- EIGRP ---------------------------------------------------------------------------------------------------------


def _eigrp_draft(r: Reader, key: str, as_number: int, table: str, source: Source, name: str = "") -> Fields:
    return r.eigrp.setdefault(
        key,
        {"asn": as_number, "vrf": table, "source": source, "name": name, "networks": {}, "passive": set(),
         "not_passive": set(), "redistribute": [], "in": [], "out": [], "summaries": []},
    )  # fmt: skip


def _router_eigrp(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if len(w) != 3:
        return False
    if no:
        for key in [key for key in r.eigrp if key.split("\0")[0] == w[2]]:
            del r.eigrp[key]
        return True
    if w[2].isdigit():
        return r.enter("eigrp", (_eigrp_draft(r, w[2], number(w[2], 1, 65535), "", s),), " ".join(w))
    return r.enter("eigrp-named", ({"name": w[2]},), " ".join(w))


def eigrp_family(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``address-family ipv4 [unicast] [vrf V] [autonomous-system N]``, classic or named."""
    if no or w[1] != "ipv4":
        return False
    rest = [word for word in w[2:] if word != "unicast"]
    table = ""
    if rest[:1] == ["vrf"]:
        table, rest = rest[1], rest[2:]
    name = r.target.get("name", "") if "networks" not in r.target else ""
    as_number = number(rest[1], 1, 65535) if rest[:1] == ["autonomous-system"] else r.target.get("asn", 0)
    if rest[2:] or (rest and rest[0] != "autonomous-system"):
        return False
    key = f"{name or r.target.get('asn', '')}\0{table}\0{as_number}"
    draft = _eigrp_draft(r, key, as_number, table, s, name)
    return r.enter("eigrp-af", (draft,), " ".join(w), r.stack[-1].scope)


def eigrp_as(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["asn"] = number(w[1], 1, 65535)
    return not no and len(w) == 2


def eigrp_network(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    value = ip(w[1])
    if len(w) == 2:
        length = 0 if value == 0 else classful(value)
        found = Wild(value & net(length), net(length))
    elif len(w) == 3:
        found = wild(w[1], w[2])
        if ip(w[2]) >> 31 and ip(w[2]) != 0xFFFFFFFF:
            length = mask_length(w[2])
            found = Wild(value & net(length), net(length))
    else:
        return False
    if no:
        r.target["networks"].pop(found, None)
    else:
        r.target["networks"][found] = (found, s)
    return True


def eigrp_word(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``eigrp router-id`` and ``eigrp stub``."""
    if w[1] == "router-id" and len(w) <= 3:
        r.target["router_id"] = None if no else ip(w[2])
        return True
    if w[1] == "stub":
        if not set(w[2:]) <= {"connected", "static", "summary", "redistributed", "receive-only"}:
            return False
        r.target["stub"] = None if no else tuple(w[2:]) or ("connected", "summary")
        return True
    return False


def eigrp_distance(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[1] != "eigrp":
        return False
    r.target["distance"] = (90, 170) if no else (number(w[2], 1, 255), number(w[3], 1, 255))
    return True


def eigrp_metric(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    values = tuple(number(word, 0, 0xFFFFFFFF) for word in w[1:])
    r.target["default_metric"] = None if no else values
    return no or len(values) == 5


def auto_summary(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["auto_summary"] = not no
    return len(w) == 1


def eigrp_interface(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``af-interface IF|default`` of the named form."""
    name = w[1] if w[1] == "default" else canonical_interface("".join(w[1:]))
    if no or (name != "default" and not is_ios_interface(name)):
        return False
    return r.enter("eigrp-af-interface", ({"interface": name, "process": r.target},), " ".join(w), r.stack[-1].scope)


def eigrp_af_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of ``af-interface``."""
    name, process = r.target["interface"], r.target["process"]
    if w in (["passive-interface"], ["shutdown"]):
        if name == "default" and w == ["passive-interface"]:
            process["passive_default"] = not no
        elif name == "default":
            return False
        else:
            process["not_passive" if no else "passive"].add(name)
            process["passive" if no else "not_passive"].discard(name)
        return True
    if w[0] == "summary-address" and name != "default":
        if "/" in w[1]:
            address, _, size = w[1].partition("/")
            length, rest = number(size, 0, 32), w[2:]
        else:
            address, length, rest = w[1], mask_length(w[2]), w[3:]
        entry = (name, Prefix(ip(address) & net(length), length), 5, s)
        process["summaries"] = [item for item in process["summaries"] if item[:2] != entry[:2]]
        if not no:
            process["summaries"].append(entry)
        return not rest
    return False


def eigrp_topology(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return (
        w == ["topology", "base"] and not no and r.enter("eigrp-topology", (r.target,), " ".join(w), r.stack[-1].scope)
    )


def eigrp_distribute(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    kind, rest = "acl", w[1:]
    if rest[0] in {"prefix", "route-map"}:
        kind, rest = rest[0], rest[1:]
    if rest[1] not in {"in", "out"} or "gateway" in rest:
        return False
    where = " ".join(rest[2:])
    if is_ios_interface(canonical_interface("".join(rest[2:]))):
        where = canonical_interface("".join(rest[2:]))
    items = r.target[rest[1]]
    items[:] = [item for item in items if item[2] != where]
    if not no:
        items.append((kind, rest[0], where, s))
    return True


_EIGRP: dict[str, Handler] = {
    "network": eigrp_network,
    "passive-interface": passive,
    "redistribute": redistribute,
    "eigrp": eigrp_word,
    "distance": eigrp_distance,
    "default-metric": eigrp_metric,
    "auto-summary": auto_summary,
    "maximum-paths": maximum_paths,
    "variance": _one_number("variance", 1, 1, 128),
    "distribute-list": eigrp_distribute,
    "shutdown": flag_shutdown,
    "autonomous-system": eigrp_as,
    "address-family": eigrp_family,
    "topology": eigrp_topology,
    "af-interface": eigrp_interface,
    "router-id": router_id,
}
TABLES: dict[str, dict[str, Handler]] = {
    "global": {"router": router},
    "ospf": {
        "router-id": router_id,
        "network": network,
        "passive-interface": passive,
        "redistribute": redistribute,
        "default-information": default_information,
        "area": area_line,
        "summary-address": summary,
        "distance": distance,
        "default-metric": _one_number("default_metric", None, 1, 16777214),
        "auto-cost": auto_cost,
        "maximum-paths": maximum_paths,
        "capability": capability,
        "distribute-list": distribute,
        "shutdown": flag_shutdown,
    },
    "eigrp": _EIGRP,
    "eigrp-af": _EIGRP,
    "eigrp-topology": {key: _EIGRP[key] for key in (
        "redistribute", "default-metric", "auto-summary", "maximum-paths", "variance", "distribute-list", "distance")},
    "eigrp-named": {"address-family": eigrp_family, "shutdown": flag_shutdown},
    "eigrp-af-interface": dict.fromkeys(("passive-interface", "shutdown", "summary-address"), eigrp_af_line),
}  # fmt: skip
