"""``ip nat`` (RFC 3022; the order of operations is IOS's)."""

# ruff: noqa: E501, PLC0415 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.config.cisco_ios.common import ip, mask_length, net, number
from network.config.model import NatRule, Prefix, Source
from network.config.names import canonical_interface, is_ios_interface

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Reader

_NAMED_PORTS = {"tcp": 6, "udp": 17}


def nat(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip nat inside|outside source …``, ``ip nat pool …``; what is not known of NAT blocks the proof."""
    if w[2] == "pool":
        return _pool(r, w[3:], no)
    if w[2] in {"translation", "log", "service", "settings", "create"} and w[2] != "create":
        return w[2] in {"translation", "log"} and r.ignore(s, "timers and logging of NAT")
    if w[2] not in {"inside", "outside"} or w[3] not in {"source", "destination"}:
        return False
    direction = f"{w[2]}-{w[3]}"
    if direction not in {"inside-source", "outside-source", "inside-destination"}:
        return False
    rest = w[4:]
    fields: dict[str, Any] = {"kind": "static" if rest[0] == "static" else "dynamic", "direction": direction, "vrf": ""}
    if rest[0] == "static":
        rest = _static(rest[1:], fields)
    elif rest[0] == "list":
        fields["acl"], rest = rest[1], rest[2:]
    elif rest[0] == "route-map":
        fields["route_map"], rest = rest[1], rest[2:]
    else:
        return False
    while rest:
        word = rest[0]
        if word == "pool":
            fields["_pool"], rest = rest[1], rest[2:]
        elif word == "interface":
            name = canonical_interface(rest[1])
            if not is_ios_interface(name):
                return False
            fields["interface"], rest = name, rest[2:]
        elif word == "overload":
            fields["overload"], rest = True, rest[1:]
        elif word == "vrf":
            fields["vrf"], rest = rest[1], rest[2:]
        elif word == "match-in-vrf":
            fields["match_in_vrf"], rest = True, rest[1:]
        elif word in {"extendable", "no-alias"}:
            rest = rest[1:]
        elif word == "add-route":
            return False
        elif word == "route-map":
            fields["route_map"], rest = rest[1], rest[2:]
        else:
            return False
    rules: list[dict[str, Any]] = r.facts.setdefault("nat", [])
    if no:
        rules[:] = [rule for rule in rules if {k: v for k, v in rule.items() if k != "source"} != fields]
    else:
        rules.append({**fields, "source": s})
    return True


def _static(rest: list[str], fields: dict[str, Any]) -> list[str]:
    if rest[0] == "network":
        length = mask_length(rest[3]) if not rest[3].startswith("/") else number(rest[3][1:], 0, 32)
        fields["local"] = Prefix(ip(rest[1]) & net(length), length)
        fields["translated"] = Prefix(ip(rest[2]) & net(length), length)
        return rest[4:]
    if rest[0] in _NAMED_PORTS:
        fields["protocol"] = _NAMED_PORTS[rest[0]]
        fields["local"] = Prefix(ip(rest[1]), 32)
        fields["local_port"] = number(rest[2], 1, 65535)
        if rest[3] == "interface":
            fields["interface"] = canonical_interface(rest[4])
            fields["global_port"] = number(rest[5], 1, 65535)
            if not is_ios_interface(fields["interface"]):
                raise ValueError(rest[4])
            return rest[6:]
        fields["translated"] = Prefix(ip(rest[3]), 32)
        fields["global_port"] = number(rest[4], 1, 65535)
        return rest[5:]
    fields["local"] = Prefix(ip(rest[0]), 32)
    if rest[1] == "interface":
        fields["interface"] = canonical_interface(rest[2])
        if not is_ios_interface(fields["interface"]):
            raise ValueError(rest[2])
        return rest[3:]
    fields["translated"] = Prefix(ip(rest[1]), 32)
    return rest[2:]


def _pool(r: Reader, rest: list[str], no: bool) -> bool:
    name = rest[0]
    if no:
        r.nat_pools.pop(name, None)
        return True
    if len(rest) < 5 or rest[3] not in {"netmask", "prefix-length"} or len(rest) != 5:
        return False
    r.nat_pools[name] = (ip(rest[1]), ip(rest[2]))
    return True


def finish(r: Reader) -> list[NatRule]:
    """Return the rules with their pools; a rule whose pool is missing translates nothing on IOS and blocks the proof.

    ``outside source`` and ``inside destination`` rewrite what nothing here follows (the first also installs host routes):
    they block the proof as well, but stay in the model for rules and documents.
    """
    from network.config.cisco_ios.finish import reclass

    rules: list[NatRule] = []
    for fields in r.facts.get("nat", ()):
        pool = fields.pop("_pool", None)
        if pool is not None:
            if pool not in r.nat_pools:
                reclass(r, fields["source"], "nat")
                continue
            fields["pool"] = r.nat_pools[pool]
        if fields["direction"] != "inside-source":
            reclass(r, fields["source"], "nat")
        rules.append(NatRule(**fields))
    return rules
