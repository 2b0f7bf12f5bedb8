"""``ip …`` and ``ipv6 …`` at the top, and sections that cannot matter or that must block: lines, QoS, crypto, EEM."""

# ruff: noqa: D103, E501, PLC0415 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING

from network.config.cisco_ios import filters, irrelevant, nat, routing

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Handler, Reader
    from network.config.model import Source


def _routing(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.device.ip_routing = not no
    return len(w) == 2


def _host(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return r.ignore(s, "a name for the device's own use")


def _access_list(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return filters.named(r, w, no, s)


def _nat(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return nat.nat(r, w, no, s)


def _dhcp(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[2] == "pool" and len(w) == 4:
        return r.enter("dhcp-pool", (None,), " ".join(w)) and r.ignore(s, "addresses that the device hands out")
    return False


def _sla(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return not no and routing.sla(r, w, no, s)


def _multicast_routing(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return no


def _forward_protocol(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return False


_IP: dict[str, Handler] = {
    "route": routing.static,
    "vrf": routing.ip_vrf,
    "access-list": _access_list,
    "prefix-list": filters.prefix_list,
    "as-path": filters.as_path,
    "community-list": filters.community_list,
    "extcommunity-list": filters.community_list,
    "nat": _nat,
    "routing": _routing,
    "default-gateway": routing.default_gateway,
    "dhcp": _dhcp,
    "sla": _sla,
    "host": _host,
    "multicast-routing": _multicast_routing,
    "pim": lambda r, w, no, s: no,
}


def ip(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip …`` in global mode."""
    handler = _IP.get(w[1])
    return handler is not None and handler(r, w, no, s)


def ipv6(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ipv6 …`` in global mode."""
    word = w[1]
    if word == "unicast-routing" and len(w) == 2:
        r.device.ipv6_routing = not no
        return True
    if word == "route":
        return routing.static(r, w, no, s)
    if word == "access-list":
        return filters.named6(r, w, no, s)
    if word == "prefix-list":
        return filters.prefix_list(r, w, no, s)
    return False


def line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``line con 0``, ``line vty 0 15`` …"""
    if no or not w[-1].isdigit():
        return False
    r.enter("line", (None,), " ".join(w))
    return r.ignore(s, "a terminal line of the device itself")


def section(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A section that cannot matter as a whole; only the words of its body that are known are accepted."""
    found = irrelevant.section(w)
    if found is None:
        return False
    why, body = found
    if no:
        return r.ignore(s, why)
    r.state(s, w)
    r.enter("section", ((why, body),), " ".join(w))
    return r.ignore(s, why)


def section_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of such a section."""
    why, body = r.target
    if w[0] not in body:
        return False
    r.state(s, ["no", *w] if no else w)
    return r.ignore(s, why)


def dhcp_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of ``ip dhcp pool``."""
    if w[0] == "vrf":
        r.state(s, w)
    return r.ignore(s, "addresses that the device hands out")


_QOS = "quality of service: drops or marks, never redirects"
_ACTIONS = frozenset({
    "bandwidth", "priority", "shape", "police", "set", "queue-limit", "random-detect", "fair-queue", "trust", "exit",
    "conform-action", "exceed-action", "violate-action", "description", "queue-buffers", "dbl", "compression", "netflow-sampler",
})  # fmt: skip


def class_map(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``class-map [match-any|match-all] NAME`` of QoS."""
    if w[1] == "type":
        return False
    if len(w) != (3 if w[1] in {"match-any", "match-all"} else 2):
        return False
    r.enter("class-map", (None,), " ".join(w))
    return r.ignore(s, _QOS)


def class_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return r.ignore(s, _QOS)


def policy_map(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``policy-map NAME`` of QoS."""
    if len(w) == 4 and w[1:3] == ["type", "queueing"]:
        pass
    elif len(w) != 2:
        return False
    r.enter("policy-map", (None,), " ".join(w))
    return r.ignore(s, _QOS)


def policy_class(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[0] == "class":
        r.enter("policy-class", (None,), " ".join(w))
    return r.ignore(s, _QOS)


def policy_action(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """An action of a class; ``drop`` alone blocks traffic and is not modelled, nor is redirection."""
    if w[0] == "service-policy":
        return len(w) == 2 and r.ignore(s, _QOS)
    return w[0] in _ACTIONS and r.ignore(s, _QOS)


def control_plane(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[1:] not in ([], ["host"], ["transit"]):
        return False
    r.enter("control-plane", (None,), " ".join(w))
    return r.ignore(s, "packets to the device's own processor only")


def control_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return r.stack[-1].header != "control-plane transit" and r.ignore(s, "packets to the device's own processor only")


def event_manager(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``event manager applet``: an applet that types commands could change anything."""
    if w[1:3] != ["manager", "applet"]:
        return False
    r.enter("eem", (None,), " ".join(w[:4]))
    return r.ignore(s, "an applet; its commands are judged one by one")


def eem_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    harmless = w[0] in {"event", "description", "trigger", "correlate", "attribute"} or (
        w[0] == "action" and len(w) > 2 and w[2] in {"syslog", "mail", "snmp-trap", "wait", "puts", "set", "increment"}
    )
    return harmless and r.ignore(s, "an event or a message of an applet")


def key(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``key chain NAME``: kept as a digest, because a mismatch keeps neighbours down."""
    if w[1] != "chain" or len(w) < 3:
        return False
    r.enter("key-chain", (r.facts.setdefault("chains", {}).setdefault(w[2], []),), " ".join(w[:3]))
    return True


def key_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``key N``, ``key-string``, ``cryptographic-algorithm`` and lifetimes of a key chain."""
    from network.config.cisco_ios.interfaces import key_digest

    if w[0] in {"accept-lifetime", "send-lifetime"}:
        return False  # when a key is valid is not modelled
    if w[0] == "key-string":
        r.target.append(f"{w[0]} {key_digest(w[1:])}")
    else:
        r.target.append(" ".join(w))
    return True


_SECTIONS = ("archive", "redundancy", "flow", "sampler", "parser", "eap", "voice", "dial-peer", "telemetry", "macro")
TABLES: dict[str, dict[str, Handler]] = {
    "global": {
        "ip": ip,
        "ipv6": ipv6,
        "line": line,
        "control-plane": control_plane,
        "event": event_manager,
        "key": key,
        **dict.fromkeys(_SECTIONS, section),
        "call-home": section,
        "crypto": section,
        "tacacs": section,
        "device-tracking": section,
        "transport-map": section,
    },
    "line": {},
    "section": {"*": section_line},
    "dhcp-pool": dict.fromkeys(
        ("network", "default-router", "dns-server", "domain-name", "lease", "option", "host", "client-identifier", "vrf",
         "hardware-address", "client-name", "netbios-name-server", "netbios-node-type", "import", "relay", "bootfile",
         "next-server", "update", "class", "utilization", "subnet", "remember", "address", "accounting"),
        dhcp_line,
    ),
    "class-map": dict.fromkeys(("match", "description"), class_line),
    "policy-map": dict.fromkeys(("class", "description"), policy_class),
    "policy-class": {"*": policy_action},
    "control-plane": {"service-policy": control_line},
    "eem": {"*": eem_line},
    "key-chain": dict.fromkeys(
        ("key", "key-string", "cryptographic-algorithm", "accept-lifetime", "send-lifetime"), key_line),
}  # fmt: skip
