"""VRFs, static routes, tracked objects and probes, and the device-wide routing switches."""

# ruff: noqa: D103, E501 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.config.cisco_ios.common import cidr, cidr6, ip, ip6, is_ip, mask_length, net, number
from network.config.model import Prefix, Source, StaticRoute
from network.config.names import canonical_interface, is_ios_interface

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Fields, Handler, Reader


def vrf_draft(r: Reader, name: str, source: Source) -> Fields:
    """Return the draft of a VRF, made if it is new."""
    return r.vrfs.setdefault(
        name, {"name": name, "source": source, "import": {}, "export": {}, "replicate": [], "ipv4": None, "ipv6": False}
    )


def ip_vrf(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip vrf NAME`` (the old form, IPv4 only)."""
    if len(w) != 3:
        return False
    if no:
        r.vrfs.pop(w[2], None)
        return True
    draft = vrf_draft(r, w[2], s)
    draft["ipv4"] = True
    return r.enter("vrf", (draft,), " ".join(w), f"vrf {w[2]}")


def vrf(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``vrf definition NAME``."""
    if w[1] != "definition" or len(w) != 3:
        return False
    if no:
        r.vrfs.pop(w[2], None)
        return True
    draft = vrf_draft(r, w[2], s)
    draft["_definition"] = True
    return r.enter("vrf", (draft,), " ".join(w), f"vrf {w[2]}")


def rd(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["rd"] = "" if no else w[1]
    return len(w) == 2 and ":" in w[1]


def vrf_family(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``address-family ipv4|ipv6`` below a VRF."""
    if w[1] not in {"ipv4", "ipv6"} or w[2:] not in ([], ["unicast"]):
        return False
    r.target[w[1]] = not no
    if no:
        return True
    draft = r.target
    if w[1] == "ipv6":
        draft = draft.setdefault("_six", {"import": {}, "export": {}, "replicate": [], "_parent": r.target})
    return r.enter("vrf-af", (draft,), " ".join(w), r.stack[-1].scope)


def route_target(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[1] in {"import", "export", "both"}:
        kind, value = w[1], w[2]
        rest = w[3:]
    else:
        kind, value, rest = "both", w[1], w[2:]
    if rest not in ([], ["stitching"]) or ":" not in value or rest:
        return False
    for side in ("import", "export"):
        if kind in {side, "both"}:
            if no:
                r.target[side].pop(value, None)
            else:
                r.target[side][value] = s
    return True


def vrf_map(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``import map``, ``export map``, ``import|export ipv4 unicast [LIMIT] map NAME``."""
    side = w[0]
    if w[1] == "map" and len(w) == 3:
        r.target[f"{side}_map"] = None if no else (w[2], s)
        return True
    if w[1:3] == ["ipv4", "unicast"] and "map" in w:
        at = w.index("map")
        if at + 2 != len(w) and w[at + 2 :] != ["allow-evpn"]:
            return False
        r.target[f"{side}_global_map"] = None if no else (w[at + 1], s)
        return at in {3, 4}
    return False


def replicate(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``route-replicate from [vrf NAME | global] unicast|multicast PROTOCOL [process] [route-map M]``."""
    if w[1] != "from" or no:
        if no and w[1] == "from":
            r.target["replicate"] = []
        return no
    rest = w[2:]
    if rest[0] == "vrf":
        table, rest = rest[1], rest[2:]
    elif rest[0] == "global":
        table, rest = "", rest[1:]
    else:
        table = ""
    if rest and rest[0] == "multicast":
        return r.ignore(s, "multicast reverse-path table only")
    if rest and rest[0] == "unicast":
        rest = rest[1:]
    map_ = ""
    if len(rest) >= 2 and rest[-2] == "route-map":
        map_, rest = rest[-1], rest[:-2]
    if not rest or len(rest) > 2:
        return False
    r.target["replicate"].append((table, " ".join(rest), map_, s))
    return True


def maximum(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``maximum routes``: a warning threshold only, otherwise it could drop routes."""
    return w[1] == "routes" and "warning-only" in w and r.ignore(s, "a warning threshold")


def static(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip route [vrf V] P M [IF] [NH] [global] [DIST] [tag T] [track N] [name X] [permanent]`` and the IPv6 form."""
    six = w[0] == "ipv6"
    rest = w[2:]
    table = ""
    if rest[0] == "vrf":
        table, rest = rest[1], rest[2:]
    elif rest[0] in {"topology", "static", "profile"}:
        return False
    if six:
        target, rest = cidr6(rest[0]), rest[1:]
    elif "/" in rest[0]:
        target, rest = cidr(rest[0]), rest[1:]
    else:
        length = mask_length(rest[1])
        target, rest = Prefix(ip(rest[0]) & net(length), length), rest[2:]
    interface = ""
    hop: int | None = None
    fields: dict[str, Any] = {"distance": 1, "tag": None, "track": None, "permanent": False}
    next_vrf = table
    index = 0
    if index < len(rest) and not _address(rest[index], six) and not rest[index].isdigit():
        name = canonical_interface(rest[index])
        if is_ios_interface(name):
            interface = name
            index += 1
        elif index + 1 < len(rest) and is_ios_interface(canonical_interface(rest[index] + rest[index + 1])):
            interface = canonical_interface(rest[index] + rest[index + 1])
            index += 2
    if index < len(rest) and _address(rest[index], six):
        hop = ip6(rest[index]) if six else ip(rest[index])
        index += 1
    while index < len(rest):
        word = rest[index]
        if word.isdigit():
            fields["distance"] = number(word, 1, 255)
        elif word == "global":
            next_vrf = ""
        elif word in {"vrf", "nexthop-vrf"} and index + 1 < len(rest):
            index += 1
            next_vrf = "" if six and rest[index] == "default" else rest[index]
        elif word == "tag":
            index += 1
            fields["tag"] = number(rest[index], 0, 0xFFFFFFFF)
        elif word == "track":
            index += 1
            fields["track"] = number(rest[index], 1, 1000)
        elif word == "name":
            index += 1
            _ = rest[index]
        elif word == "permanent":
            fields["permanent"] = True
        elif word == "unicast" and six:
            pass
        else:
            return False  # dhcp, multicast …
        index += 1
    if hop is None and not interface:
        if no:
            for key in [key for key in r.statics if key[:2] == (table, target)]:
                del r.statics[key]
            return True
        return False
    key = (table, target, interface, hop, next_vrf)
    if no:
        r.statics.pop(key, None)
        return True
    discard = interface.startswith("Null")
    r.statics[key] = StaticRoute(table, target, hop, interface, next_vrf, source=s, discard=discard, **fields)
    return True


def _address(text: str, six: bool) -> bool:
    if not six:
        return is_ip(text)
    try:
        ip6(text)
    except ValueError:
        return False
    return True


def default_gateway(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.device.default_gateway = None if no else ip(w[2])
    return len(w) <= 3


def default_network(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return False


def track(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``track N interface|ip route|ip sla|rtr|list …``."""
    id_ = number(w[1], 1, 1000)
    if no and len(w) == 2:
        r.tracks.pop(id_, None)
        return True
    draft: Fields = {"number": id_, "source": s}
    rest = w[2:]
    if not rest:
        if id_ not in r.tracks:
            return False
        return r.enter("track", (r.tracks[id_],), " ".join(w))
    if (rest[0] == "interface" and rest[-1] == "line-protocol") or (
        rest[:1] == ["interface"] and rest[-2:] == ["ip", "routing"]
    ):
        end = -1 if rest[-1] == "line-protocol" else -2
        draft.update(kind="interface", interface=canonical_interface("".join(rest[1:end])))
        if not is_ios_interface(draft["interface"]):
            return False
    elif rest[:2] == ["ip", "route"]:
        if "/" in rest[2]:
            address, _, size = rest[2].partition("/")
            length, tail = number(size, 0, 32), rest[3:]
        else:
            address, length, tail = rest[2], mask_length(rest[3]), rest[4:]
        if tail[:1] != ["reachability"]:
            return False
        draft.update(kind="route", prefix=Prefix(ip(address) & net(length), length))
    elif rest[0] in {"ip", "rtr"} and (rest[0] == "rtr" or rest[1] == "sla"):
        probe = rest[1] if rest[0] == "rtr" else rest[2]
        draft.update(kind="sla", _sla=int(probe))
    elif rest[0] == "list" and rest[1:] in (["boolean", "and"], ["boolean", "or"]):
        draft.update(kind="list", _list=[], _mode=rest[2])
        r.tracks[id_] = draft
        r.enter("track", (draft,), " ".join(w))
        return False  # the members are kept, what they make together is not modelled
    else:
        return False
    r.tracks[id_] = draft
    return r.enter("track", (draft,), " ".join(w))


def track_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``delay``, ``ip vrf``, ``object`` below a tracked object."""
    if w[0] == "delay":
        return r.ignore(s, "how long a tracked object waits")
    if w[:2] == ["ip", "vrf"] and len(w) == 3:
        r.target["vrf"] = w[2]
        return True
    return False


def sla(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip sla N`` (and ``ip sla monitor N``); schedules and reactions do not matter."""
    words = [word for word in w[2:] if word != "monitor"]
    if len(words) != 1 or not words[0].isdigit():
        return False
    draft = r.slas.setdefault(int(words[0]), {"target": None, "vrf": ""})
    return r.enter("sla", (draft,), " ".join(w))


def probe(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``icmp-echo A …`` and other probes of one target."""
    if w[0] == "type":
        words = w[1:]
        if words[:3] == ["echo", "protocol", "ipIcmpEcho"]:
            r.target["target"] = ip(words[3])
            return True
        return False
    r.target["target"] = ip(w[1]) if is_ip(w[1]) else None
    return True


def probe_option(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[0] == "vrf":
        r.target["vrf"] = w[1]
        return True
    return r.ignore(s, "an option of a probe")


def hostname(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if no or len(w) != 2:
        return False
    r.device.hostname = w[1].strip('"')
    return True


def version(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.device.version = w[1]
    return len(w) == 2


_PROBES = ("icmp-echo", "tcp-connect", "udp-echo", "udp-jitter", "icmp-jitter", "path-echo", "type")
_PROBE_OPTIONS = (
    "frequency", "timeout", "threshold", "tag", "owner", "request-data-size", "tos", "history", "verify-data", "source-ip",
    "hours-of-statistics-kept", "buckets-of-history-kept", "lives-of-history-kept", "samples-of-history-kept", "vrf",
)  # fmt: skip

TABLES: dict[str, dict[str, Handler]] = {
    "global": {"vrf": vrf, "track": track, "hostname": hostname, "version": version},
    "vrf": {
        "rd": rd,
        "address-family": vrf_family,
        "route-target": route_target,
        "import": vrf_map,
        "export": vrf_map,
        "route-replicate": replicate,
        "maximum": maximum,
    },
    "vrf-af": {
        "route-target": route_target,
        "import": vrf_map,
        "export": vrf_map,
        "route-replicate": replicate,
        "maximum": maximum,
    },
    "track": {"delay": track_line, "ip": track_line, "object": track_line},
    "sla": {**dict.fromkeys(_PROBES, probe), **dict.fromkeys(_PROBE_OPTIONS, probe_option)},
}
