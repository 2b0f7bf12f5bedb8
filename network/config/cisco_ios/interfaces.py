"""Lines of ``interface``, and the modes around layer 2: ``vlan``, spanning tree, VTP."""

# ruff: noqa: D103, E501, PLC0415 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.config.cisco_ios.common import (
    area,
    ip,
    ip6,
    is_ip,
    mask_length,
    number,
    vlan,
    vlan_list,
)
from network.config.model import Address, Prefix, Source
from network.config.names import SPEED, canonical_interface, is_ios_interface, kind_of, split
from network.config.secrets import digest

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Fields, Handler, Reader

ALL_VLANS = frozenset(range(1, 4095))


def new(name: str, source: Source) -> Fields:
    """Return an interface's draft with what its name implies."""
    kind = kind_of(name)
    parts = split(name)
    base = parts[0] if parts else ""
    draft: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "source": source,
        "speed": SPEED.get(base),
        "_ospf": {},
        "_sw": {},
        "_swlines": {},
        "_auth": {},
        "_authlines": [],
        "_hsrp": {},
        "acl_sources": {},
        "_addresses": [],
    }
    if kind == "subinterface":
        draft["parent"] = name.rsplit(".", 1)[0]
    elif kind == "svi":
        draft["vlan"] = int(parts[1]) if parts and parts[1].isdigit() and base == "Vlan" else None
    return draft


def get(r: Reader, name: str, source: Source) -> Fields:
    """Return the draft of an interface, made if it is new; IOS merges repeated stanzas."""
    draft = r.interfaces.get(name)
    if draft is None:
        draft = r.interfaces[name] = new(name, source)
    return draft


def expand_range(words: list[str]) -> list[str]:
    """Return the interface names of ``interface range`` arguments: ``gi1/0/1 - 24 , te1/1/1``."""
    text = " ".join(words).replace(" - ", "-").replace("- ", "-").replace(" -", "-")
    names: list[str] = []
    for part in text.split(","):
        item = part.strip().replace(" ", "")
        head, dash, tail = item.partition("-")
        if head.lower().startswith("port") and item.lower().startswith("port-channel"):
            rest = item[len("port-channel") :]
            first, dash, tail = rest.partition("-")
            head = "Port-channel" + first
        name = canonical_interface(head)
        parts = split(name)
        if parts is None or not is_ios_interface(name):
            raise ValueError(item)
        if not dash:
            names.append(name)
            continue
        if not tail.isdigit():
            end = split(canonical_interface(tail))
            tail = (end[1] if end else tail).rsplit("/", 1)[-1].rsplit(".", 1)[-1]
        mark = "." if "." in parts[1] else "/"
        stem, slash, low = parts[1].rpartition(mark)
        if int(tail) < int(low) or int(tail) - int(low) > 4094:
            raise ValueError(item)
        names.extend(f"{parts[0]}{stem}{slash}{index}" for index in range(int(low), int(tail) + 1))
    return names


def interface(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``interface NAME [point-to-point|multipoint]`` and ``interface range``."""
    if w[1] == "range":
        if no:
            return False
        names = expand_range(w[2:])
        return r.enter("interface", tuple(get(r, name, s) for name in names), " ".join(w), f"interface {w[2]}")
    words = w[1:]
    if words[-1] in {"point-to-point", "multipoint", "l2transport"}:
        if words[-1] == "l2transport":
            return False
        words = words[:-1]
    name = canonical_interface("".join(words))
    if not is_ios_interface(name) or len(words) > 2:
        return False
    if no:
        r.interfaces.pop(name, None)
        return True
    return r.enter("interface", (get(r, name, s),), f"interface {name}")


def default(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``default interface NAME``: the interface as it left the factory."""
    if no or w[1] != "interface":
        return False
    names = expand_range(w[3:]) if w[2] == "range" else [canonical_interface("".join(w[2:]))]
    for name in names:
        if not is_ios_interface(name):
            return False
    for name in names:
        if name in r.interfaces:
            r.interfaces[name] = new(name, s)
    return True


def description(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["description"] = "" if no else s.text.strip().split(None, 1)[1] if len(w) > 1 else ""
    return True


def shutdown(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if len(w) != 1:
        return False
    r.target["shutdown"] = not no
    return True


def _set_vrf(r: Reader, name: str, s: Source) -> None:
    """Join a VRF: IOS removes the interface's addresses and first-hop groups when its VRF changes."""
    t = r.target
    if t.get("vrf", "") != name:
        t["_addresses"] = []
        t["_hsrp"] = {}
        t.pop("ipv6_enabled", None)
    t["vrf"] = name
    t["vrf_source"] = s if name else None


def vrf(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``vrf forwarding NAME`` and ``vrf receive NAME``."""
    if w[1] == "forwarding" and (len(w) == 3 or no):
        _set_vrf(r, "" if no else w[2], s)
        return True
    if w[1] == "receive" and len(w) == 3 and not no:
        r.target["vrf_receive"] = (*r.target.get("vrf_receive", ()), (w[2], s))
        return True
    return False


def _address(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    t = r.target
    if len(w) == 2:
        if no:
            t["_addresses"] = [entry for entry in t["_addresses"] if entry[0].family == 6]
            t["dhcp_client"] = False
            t["_noaddress"] = True
        return no
    if w[2] == "dhcp":
        t["dhcp_client"] = not no
        t["_l3"] = True
        return len(w) == 3 or w[3] in {"client-id", "hostname"}
    if w[2] == "negotiated":
        return False
    secondary = len(w) == 5 and w[4] == "secondary"
    if "/" in w[2]:
        text, _, size = w[2].partition("/")
        length = number(size, 0, 32)
        secondary = len(w) == 4 and w[3] == "secondary"
        if len(w) > 3 and not secondary:
            return False
    else:
        text, length = w[2], mask_length(w[3])
        if len(w) > 4 and not secondary:
            return False
    address = Address(ip(text), length, secondary)
    if no:
        t["_addresses"] = [entry for entry in t["_addresses"] if entry[0] != address]
        return True
    kept = [
        entry
        for entry in t["_addresses"]
        if entry[0].family == 6 or (entry[0].value != address.value and (secondary or entry[0].secondary))
    ]
    kept.append((address, s))
    t["_addresses"] = kept
    t["_l3"] = True
    return True


def _access_group(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    t = r.target
    direction = w[-1]
    if direction not in {"in", "out"} or len(w) != 4 - (no and len(w) == 3):
        if len(w) == 5 and w[3] == "common":
            return False
        return False
    key = f"acl_{direction}"
    t[key] = "" if no else w[2]
    t["acl_sources"][key] = s
    return True


def _helper(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip helper-address [global | vrf NAME] A``."""
    words = w[2:]
    table: str | None = None
    if words and words[0] == "global":
        table, words = "", words[1:]
    elif words and words[0] == "vrf":
        table, words = words[1], words[2:]
    if len(words) != 1:
        return bool(no and not words and r.target.pop("helpers", ()) is not None)
    entry = (ip(words[0]), table, s)
    kept = tuple(item for item in r.target.get("helpers", ()) if item[:2] != entry[:2])
    r.target["helpers"] = kept if no else (*kept, entry)
    return True


def _policy(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[2] != "route-map" or len(w) > 4:
        return False
    r.target["policy_route_map"] = None if no else (w[3], s)
    return True


def _nat(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if len(w) != 3 or w[2] not in {"inside", "outside"}:
        return False
    r.target["nat"] = "" if no else w[2]
    return True


def _ospf(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    o = r.target["_ospf"]
    word = w[2]
    if word.isdigit():
        if w[3] != "area" or len(w) > 5 + (len(w) == 7 and w[5] == "secondaries") * 2:
            return False
        o["process"], o["area"] = (None, None) if no else (word, area(w[4]))
        return True
    if word in {"cost", "priority", "hello-interval", "dead-interval"}:
        key = {"cost": "cost", "priority": "priority", "hello-interval": "hello", "dead-interval": "dead"}[word]
        if no:
            o[key] = None
            return True
        if word == "dead-interval" and w[3] == "minimal":
            o["dead"] = 1
            return len(w) == 6 and w[4] == "hello-multiplier"
        o[key] = number(w[3], 0 if word == "priority" else 1, 65535)
        return len(w) == 4
    if word == "network":
        if no:
            o["network"] = None
            return True
        kind = w[3]
        if kind not in {"point-to-point", "broadcast", "non-broadcast", "point-to-multipoint"} or len(w) > 5:
            return False
        o["network"] = kind if len(w) == 4 else f"{kind} {w[4]}"
        return True
    if word == "authentication":
        if no:
            o["authentication"] = ""
        elif len(w) == 3:
            o["authentication"] = "text"
        elif w[3] in {"message-digest", "null"} and len(w) == 4:
            o["authentication"] = w[3]
        elif w[3] == "key-chain" and len(w) == 5:
            o["authentication"], o["_chain"] = "key-chain", w[4]
        else:
            return False
        return True
    if word == "authentication-key":
        o["_textkey"] = "" if no else key_digest(w[3:])
        return True
    if word == "message-digest-key" and len(w) >= 4:
        keys = o.setdefault("_keys", {})
        if no:
            keys.pop(w[3], None)
            return True
        if w[4] != "md5":
            return False
        keys[number(w[3], 1, 255)] = key_digest(w[5:])
        return True
    if word == "shutdown" and len(w) == 3:
        o["shutdown"] = not no
        return True
    if word == "mtu-ignore" and len(w) == 3:
        o["mtu_ignore"] = not no
        return True
    return False


def key_digest(words: list[str]) -> str:
    """Return a digest of a key: a type number in front of it is dropped, type 7 is decoded so that 0 and 7 compare."""
    if not words or len(words) > 2:
        raise ValueError("key")
    if len(words) == 2 and words[0] == "7":
        return digest(_type7(words[1]))
    return digest(words[-1])


_TYPE7 = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"


def _type7(text: str) -> str:
    """Undo Cisco's type 7 obfuscation (a fixed XOR string), only to compare two keys; anything else comes back as it is."""
    try:
        seed = int(text[:2])
        data = bytes.fromhex(text[2:])
    except ValueError:
        return text
    return "".join(chr(byte ^ ord(_TYPE7[(seed + index) % len(_TYPE7)])) for index, byte in enumerate(data))


def _unnumbered(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    words = [word for word in w[2:] if word != "poll"]
    r.target["unnumbered"] = "" if no else canonical_interface("".join(words))
    r.target["_l3"] = True
    return no or is_ios_interface(r.target["unnumbered"])


def _ip_vrf(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[2] == "forwarding" and (len(w) == 4 or no):
        _set_vrf(r, "" if no else w[3], s)
        return True
    if w[2] == "receive" and len(w) == 4 and not no:
        r.target["vrf_receive"] = (*r.target.get("vrf_receive", ()), (w[3], s))
        return True
    if w[2] == "select" and w[3:] == ["source"]:
        r.target["vrf_select_source"] = not no
        return True
    return False


def _verify(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[2] != "unicast":
        return False
    if no:
        r.target["verify_source"] = ""
        return True
    words = [word for word in w[3:] if word != "allow-default"]
    if words in (["source", "reachable-via", "rx"], ["reverse-path"]):
        r.target["verify_source"] = "strict"
        return True
    if words == ["source", "reachable-via", "any"]:
        r.target["verify_source"] = "loose"
        return True
    return False


def _proxy_arp(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["proxy_arp"] = not no
    return len(w) == 2


def _local_proxy_arp(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return no and len(w) == 2


def _directed_broadcast(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return no and r.ignore(s, "directed broadcasts are dropped by default")


def _summary(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip summary-address eigrp AS A M [distance]``."""
    if w[2] != "eigrp":
        return False
    value, length = ip(w[4]), mask_length(w[5])
    entry = (w[3], Prefix(value, length), number(w[6], 1, 255) if len(w) > 6 else 5, s)
    kept = tuple(item for item in r.target.get("_eigrp_summaries", ()) if item[:2] != entry[:2])
    r.target["_eigrp_summaries"] = kept if no else (*kept, entry)
    return len(w) <= 7


def _eigrp_auth(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip authentication mode|key-chain eigrp AS …``."""
    if w[3] != "eigrp":
        return False
    entry = " ".join(w[2:])
    kept = [item for item in r.target.get("_eigrp_auth", ()) if item.split()[:3] != entry.split()[:3]]
    r.target["_eigrp_auth"] = kept if no else [*kept, entry]
    return True


def _eigrp_timer(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return len(w) == 5 and w[2] == "eigrp" and r.ignore(s, "a timer of EIGRP")


def _ip_mtu(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip mtu N``: what OSPF compares (RFC 2328, 10.6), whatever the interface's own MTU is."""
    r.target["_ip_mtu"] = None if no else number(w[2], 68, 18000)
    return len(w) <= 3


_IP: dict[str, Handler] = {
    "address": _address,
    "access-group": _access_group,
    "helper-address": _helper,
    "policy": _policy,
    "nat": _nat,
    "ospf": _ospf,
    "unnumbered": _unnumbered,
    "mtu": _ip_mtu,
    "vrf": _ip_vrf,
    "proxy-arp": _proxy_arp,
    "local-proxy-arp": _local_proxy_arp,
    "directed-broadcast": _directed_broadcast,
    "summary-address": _summary,
    "authentication": _eigrp_auth,
    "hello-interval": _eigrp_timer,
    "hold-time": _eigrp_timer,
}


def ip_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip …`` below an interface."""
    if w[1] == "verify" and len(w) > 2 and w[2] == "unicast":
        return _verify(r, w, no, s)
    handler = _IP.get(w[1])
    return handler is not None and handler(r, w, no, s)


def ipv6_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ipv6 address``, ``ipv6 enable``, ``ipv6 traffic-filter``."""
    t = r.target
    if w[1] == "address":
        if no:
            t["_addresses"] = [entry for entry in t["_addresses"] if entry[0].family == 4]
            return len(w) <= 3
        if w[2] in {"autoconfig", "dhcp"}:
            t["ipv6_enabled"] = True
            return False
        words = [word for word in w[3:] if word not in {"eui-64", "anycast"}]
        t["ipv6_enabled"] = True
        t["_l3"] = True
        if words == ["link-local"]:
            ip6(w[2])
            return True
        if words:
            return False
        text, _, size = w[2].partition("/")
        t["_addresses"].append((Address(ip6(text), number(size, 0, 128), False, 6), s))
        return True
    if w[1] == "enable" and len(w) == 2:
        t["ipv6_enabled"] = not no
        return True
    if w[1] == "traffic-filter" and w[-1] in {"in", "out"} and len(w) == 4:
        key = f"acl6_{w[3]}"
        t[key] = "" if no else w[2]
        t["acl_sources"][key] = s
        return True
    if w[1] == "unnumbered":
        t["ipv6_enabled"] = not no
        return False
    if no and w[1] in {"redirects", "unreachables", "nd", "mfib", "pim", "mld"}:
        return r.ignore(s, "does not change where a packet is sent")
    return False


def encapsulation(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``encapsulation dot1Q N [native] [second-dot1q M]``."""
    t = r.target
    if w[1].lower() not in {"dot1q", "isl"} or t["kind"] != "subinterface" or w[1].lower() == "isl":
        return False
    if no:
        t["vlan"] = None
        return True
    t["vlan"] = vlan(w[2])
    rest = w[3:]
    if rest == ["native"]:
        t["vlan_native"] = True
        return True
    if len(rest) == 2 and rest[0] == "second-dot1q":
        t["inner_vlan"] = vlan(rest[1])
        return True
    return not rest


def channel_group(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if no:
        r.target["channel_group"] = None
        return True
    if len(w) != 4 or w[2] != "mode" or w[3] not in {"on", "active", "passive", "auto", "desirable"}:
        if len(w) == 2:
            r.target["channel_group"], r.target["channel_mode"] = number(w[1], 1, 4096), "on"
            return True
        return False
    r.target["channel_group"], r.target["channel_mode"] = number(w[1], 1, 4096), w[3]
    return True


_MODES = {"access": "access", "trunk": "trunk", "dot1q-tunnel": "dot1q-tunnel"}


def switchport(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """Every ``switchport`` line that places the port in VLANs."""
    t = r.target
    sw, lines = t["_sw"], t["_swlines"]
    if len(w) == 1:
        t["_switchport"] = not no
        if no:
            sw.clear()
            t["_routed"] = s
        elif s:
            r.facts["bare_switchport"] = True
        lines["switchport"] = s
        return True
    word = w[1]
    rest = w[2:]
    if word == "mode":
        if no:
            sw.pop("mode", None)
        elif rest and rest[0] == "dynamic" and len(rest) == 2:
            sw["mode"] = "dynamic"
        elif len(rest) == 1 and rest[0] in _MODES:
            sw["mode"] = _MODES[rest[0]]
        elif rest[:1] == ["private-vlan"] and len(rest) in {2, 3}:
            sw["mode"], sw["_pvlan"] = "private-vlan", rest[1]
            if rest[1] not in {"host", "promiscuous"}:
                return False
        else:
            return False
        lines["mode"] = s
    elif word == "access" and rest[0] == "vlan":
        if no:
            sw["access"] = 1
        elif len(rest) == 2 and rest[1].isdigit():
            sw["access"] = vlan(rest[1])
        else:
            return False
        lines["access"] = s
    elif word == "trunk":
        return _trunk(r, rest, no, s)
    elif word == "voice":
        if rest[0] != "vlan" or (len(rest) != 2 and not no):
            return False
        if no or rest[1] in {"none", "untagged", "dot1p"}:
            sw["voice"] = None
        else:
            sw["voice"] = vlan(rest[1])
        lines["voice"] = s
    elif word == "private-vlan":
        if rest[0] == "host-association" and len(rest) == 3:
            sw["private_host"] = None if no else (vlan(rest[1]), vlan(rest[2]))
        elif rest[0] == "mapping" and len(rest) == 3:
            sw["private_mapping"] = None if no else (vlan(rest[1]), tuple(sorted(vlan_list(rest[2]))))
        else:
            return False
        lines["private"] = s
    elif word == "protected" and not rest:
        sw["protected"] = not no
    elif word == "vlan" and rest[0] == "mapping" and len(rest) == 3 and rest[1].isdigit():
        entry = (vlan(rest[1]), vlan(rest[2]), s)
        kept = tuple(item for item in sw.get("translations", ()) if item[0] != entry[0])
        sw["translations"] = kept if no else (*kept, entry)
    else:
        return False
    t["_switchport"] = True if t.get("_switchport") is None else t["_switchport"]
    return True


def _trunk(r: Reader, rest: list[str], no: bool, s: Source) -> bool:
    t = r.target
    sw, lines = t["_sw"], t["_swlines"]
    if rest[0] == "encapsulation":
        if rest[1:] not in (["dot1q"], ["negotiate"]):
            return no
        lines["encapsulation"] = s
    elif rest[:2] == ["native", "vlan"]:
        if not no and rest[2:] == ["tag"]:
            return False
        sw["native"] = 1 if no else vlan(rest[2])
        if len(rest) > 3:
            return False
        lines["native"] = s
    elif rest[:2] == ["allowed", "vlan"]:
        if no:
            sw["allowed"] = ALL_VLANS
            lines["allowed"] = s
            return True
        words = rest[2:]
        present = sw.get("allowed", ALL_VLANS)
        if words == ["all"]:
            allowed = ALL_VLANS
        elif words == ["none"]:
            allowed = frozenset()
        elif words[0] == "add" and len(words) == 2:
            allowed = present | vlan_list(words[1])
        elif words[0] == "remove" and len(words) == 2:
            allowed = present - vlan_list(words[1])
        elif words[0] == "except" and len(words) == 2:
            allowed = ALL_VLANS - vlan_list(words[1])
        elif len(words) == 1:
            allowed = vlan_list(words[0])
        else:
            return False
        sw["allowed"] = allowed
        lines.setdefault("allowed", s)
        if words[0] != "add":
            lines["allowed"] = s
    elif rest[:2] == ["pruning", "vlan"]:
        return r.ignore(s, "VTP pruning only saves flooding")
    else:
        return False
    t["_switchport"] = True if t.get("_switchport") is None else t["_switchport"]
    return True


def spanning_tree(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``spanning-tree`` below an interface; ``cost`` and guards change which links block."""
    t = r.target
    word, rest = w[1], w[2:]
    if word == "portfast":
        t["portfast"] = not no and rest != ["disable"]
        r.state(s, ["no", *w] if no else w)
        return rest in ([], ["edge"], ["trunk"], ["edge", "trunk"], ["disable"], ["network"])
    if word in {"bpduguard", "bpdufilter"}:
        if not (no and not rest) and rest not in (["enable"], ["disable"]):
            return False
        t[word] = None if no else rest == ["enable"]
        r.state(s, ["no", *w] if no else w)
        return True
    if word == "guard" and rest == ["root"]:
        t["root_guard"] = not no
        r.state(s, ["no", *w] if no else w)
        return True
    if word in {"cost", "port-priority"}:
        key = "stp_costs" if word == "cost" else "stp_port_priority"
        kept = tuple(item for item in t.get(key, ()) if item[0] != 0)
        t[key] = kept if no else (*kept, (0, number(rest[0], 0, 200_000_000)))
        return True
    if word == "vlan" and rest[1] in {"cost", "port-priority"}:
        key = "stp_costs" if rest[1] == "cost" else "stp_port_priority"
        ids = vlan_list(rest[0])
        kept = tuple(item for item in t.get(key, ()) if item[0] not in ids)
        value = 0 if no else number(rest[2], 0, 200_000_000)
        t[key] = kept if no else kept + tuple((id_, value) for id_ in sorted(ids))
        return True
    return False


def bandwidth(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if len(w) != 2 and not no:
        return False
    r.target["bandwidth"] = None if no else number(w[1], 1, 10**10)
    return True


def delay(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if len(w) != 2 and not no:
        return False
    r.target["delay"] = None if no else number(w[1], 1, 16777215)
    return True


def speed(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``speed 100`` lowers the port's OSPF cost basis; ``speed auto`` does not."""
    if not no and len(w) == 2 and w[1].isdigit():
        r.target["speed"] = int(w[1])
        return True
    return no or w[1] in {"auto", "nonegotiate"}


def mtu(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["mtu"] = None if no else number(w[1], 64, 18000)
    return len(w) <= 2


def tunnel(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    t = r.target.setdefault("_tunnel", {"source": "", "destination": ""})
    word = w[1]
    if word in {"source", "destination"}:
        if no:
            t[word] = ""
            return True
        text = "".join(w[2:])
        if not is_ip(text):
            text = canonical_interface(text)
            if not is_ios_interface(text):
                return False
        t[word] = text
        return True
    if word == "vrf" and len(w) == 3:
        t["vrf"] = "" if no else w[2]
        return True
    if word == "mode":
        t["mode"] = "gre ip" if no else " ".join(w[2:])
        return t["mode"] in {"gre ip", "ipip", "ipsec ipv4"}
    if word == "protection" and w[2:4] == ["ipsec", "profile"] and len(w) in {5, 6}:
        return r.ignore(s, "encrypts the tunnel's packets")
    if word == "key" and len(w) <= 3:
        t["key"] = "" if no else digest(w[2])
        return True
    return False


def _group(r: Reader, protocol: str, number_: int, s: Source, family: int = 4) -> Fields:
    groups: dict[Any, Fields] = r.target["_hsrp"]
    key = (protocol, number_, family)
    if key not in groups:
        groups[key] = {
            "protocol": protocol,
            "group": number_,
            "virtual": [],
            "priority": 100,
            "preempt": protocol == "vrrp",
            "track": [],
            "source": s,
            "family": family,
        }
    return groups[key]


def first_hop(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``standby [G] …``, ``vrrp G …`` (version 2 form), ``vrrp G address-family ipv4`` and ``glbp G …``."""
    protocol = {"standby": "hsrp"}.get(w[0], w[0])
    if protocol == "glbp":
        return False
    if w[1].isdigit():
        group, rest = number(w[1], 0, 4095), w[2:]
    elif protocol == "hsrp":
        group, rest = 0, w[1:]
    else:
        return False
    if not rest:
        if no:
            r.target["_hsrp"].pop((protocol, group, 4), None)
        return no
    word = rest[0]
    if word == "address-family":
        if rest[1] != "ipv4":
            return False
        draft = _group(r, protocol, group, s)
        return r.enter("vrrp-af", (draft,), " ".join(w), r.stack[-1].scope)
    if word == "ipv6":
        r.target["ipv6_enabled"] = True
        return False
    if word in {"timers", "name", "description", "mac-refresh", "authentication", "bfd", "mac-address", "follow"}:
        if word == "follow":
            return False
        return r.ignore(s, "a timer or name of a first-hop group")
    if word not in {"ip", "priority", "preempt", "track", "shutdown"}:
        return False
    draft = _group(r, protocol, group, s)
    return _group_line(draft, rest, no, s)


def _group_line(draft: Fields, rest: list[str], no: bool, s: Source) -> bool:
    word = rest[0]
    if word == "ip" or (word == "address" and len(rest) >= 2):
        if no:
            draft["virtual"] = [] if len(rest) == 1 else [v for v in draft["virtual"] if v != ip(rest[1])]
        elif len(rest) == 1:
            return False  # the address is learned from the peer
        else:
            value = ip(rest[1])
            if rest[2:] not in ([], ["secondary"], ["primary"]):
                return False
            if rest[2:] == ["secondary"]:
                draft["virtual"].append(value)
            else:
                draft["virtual"] = [value, *draft["virtual"][1:]]
            draft["source"] = s
        return True
    if word == "priority":
        draft["priority"] = 100 if no else number(rest[1], 0, 255)
        return len(rest) <= 2
    if word == "preempt":
        draft["preempt"] = not no
        return rest[1:2] in ([], ["delay"])
    if word == "track":
        if not rest[1].isdigit():
            name = canonical_interface(rest[1])
            if not is_ios_interface(name):
                return False
            step = number(rest[2], 1, 255) if len(rest) > 2 else 10
            draft.setdefault("_track_interfaces", []).append((name, step))
            return len(rest) <= 3
        object_ = int(rest[1])
        draft["track"] = [item for item in draft["track"] if item[0] != object_]
        if not no:
            if rest[2:3] == ["decrement"]:
                draft["track"].append((object_, number(rest[3], 1, 255)))
            elif rest[2:] == ["shutdown"]:
                draft["track"].append((object_, 0))
            elif not rest[2:]:
                draft["track"].append((object_, 10))
            else:
                return False
        return True
    if word == "shutdown" and len(rest) == 1:
        draft["_shutdown"] = not no
        return True
    return False


def vrrp_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of ``vrrp G address-family ipv4``."""
    if w[0] in {"timers", "description", "match-address", "vrrpv2", "bfd"}:
        return r.ignore(s, "a timer or name of a first-hop group")
    return _group_line(r.target, w, no, s)


def xconnect(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    r.target["xconnect"] = None if no else (" ".join(w[1:]), s)
    return True


def vlan_global(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``vlan 10``, ``vlan 10,20-25``, ``vlan access-map``, ``vlan filter``."""
    from network.config.cisco_ios import filters

    if w[1] == "access-map":
        return filters.access_map(r, w, no, s)
    if w[1] == "filter":
        return filters.vlan_filter(r, w, no, s)
    if w[1:] == ["dot1q", "tag", "native"]:
        r.device.tag_native = not no
        return True
    if len(w) != 2:
        return False
    ids = vlan_list(w[1])
    if no:
        for id_ in ids:
            r.vlans.pop(id_, None)
        return True
    drafts = tuple(r.vlans.setdefault(id_, {"id": id_, "source": s}) for id_ in sorted(ids))
    return r.enter("vlan", drafts, f"vlan {w[1]}")


def vlan_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of ``vlan N``."""
    t = r.target
    word = w[0]
    if word == "name":
        t["name"] = "" if no else " ".join(w[1:])
        return True
    if word == "shutdown" and len(w) == 1:
        t["shutdown"] = not no
        return True
    if word == "state":
        t["shutdown"] = not no and w[1] == "suspend"
        return len(w) == 2
    if word == "private-vlan":
        if w[1] in {"primary", "isolated", "community"} and len(w) == 2:
            t["private"] = "" if no else w[1]
            return True
        if w[1] == "association":
            words = [word for word in w[2:] if word != "add"]
            if len(words) != 1 or "remove" in words:
                return False
            old = t.get("associated", ()) if "add" in w else ()
            t["associated"] = () if no else (*old, *sorted(vlan_list(words[0])))
            return True
    return word in {"mtu", "media", "said", "exit"} and r.ignore(s, "a name or size of a VLAN")


def vtp(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[1] != "mode" or len(w) > 4:
        return False
    r.device.vtp_mode = "" if no else w[2]
    r.state(s, w)
    return w[2] in {"server", "client", "transparent", "off"}


def stp(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """Global ``spanning-tree``."""
    d = r.device
    word, rest = w[1], w[2:]
    if word == "mode":
        d.stp_mode = "" if no else rest[0]
        return rest[0] in {"pvst", "rapid-pvst", "mst"}
    if word == "vlan":
        ids = vlan_list(rest[0])
        if len(rest) == 1:
            r.facts.setdefault("stp_off", set())
            (r.facts["stp_off"].difference_update if not no else r.facts["stp_off"].update)(ids)
            return not no  # spanning tree switched off for a VLAN is not modelled
        if rest[1] == "priority":
            for id_ in ids:
                d.stp_priority[id_] = 32768 if no else number(rest[2], 0, 61440)
            return True
        if rest[1] == "root" and rest[2] in {"primary", "secondary"}:
            for id_ in ids:
                d.stp_priority[id_] = 24576 if rest[2] == "primary" else 28672
            return True
        return False
    if word == "portfast":
        r.state(s, ["no", *w] if no else w)
        words = [word for word in rest if word != "edge"]
        if words == ["bpduguard", "default"]:
            d.bpduguard_default = not no
            return True
        if words == ["default"]:
            r.facts["portfast_default"] = not no
            return True
        if words == ["bpdufilter", "default"]:
            return no
        return False
    return False


_INTERFACE: dict[str, Handler] = {
    "description": description,
    "shutdown": shutdown,
    "vrf": vrf,
    "ip": ip_line,
    "ipv6": ipv6_line,
    "encapsulation": encapsulation,
    "channel-group": channel_group,
    "switchport": switchport,
    "spanning-tree": spanning_tree,
    "bandwidth": bandwidth,
    "delay": delay,
    "speed": speed,
    "mtu": mtu,
    "tunnel": tunnel,
    "standby": first_hop,
    "vrrp": first_hop,
    "glbp": first_hop,
    "xconnect": xconnect,
}
TABLES: dict[str, dict[str, Handler]] = {
    "global": {
        "interface": interface,
        "default": default,
        "vlan": vlan_global,
        "vtp": vtp,
        "spanning-tree": stp,
    },
    "interface": _INTERFACE,
    "vlan": dict.fromkeys(("name", "shutdown", "state", "private-vlan", "mtu", "media", "said"), vlan_line),
    "vrrp-af": dict.fromkeys(
        (
            "address",
            "priority",
            "preempt",
            "track",
            "shutdown",
            "timers",
            "description",
            "vrrpv2",
            "match-address",
            "bfd",
        ),
        vrrp_line,
    ),
}
