"""Access lists, object groups, prefix lists, route maps, AS-path and community lists, VLAN maps, time ranges."""

# ruff: noqa: PLC0415 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.config.cisco_ios.common import (
    ICMP,
    ICMP6,
    PROTOCOLS,
    cidr,
    cidr6,
    ip,
    ip6,
    is_ip,
    number,
    port,
    prefix,
    vlan_list,
    wild,
)
from network.config.model import ANY, AclEntry, Action, Match, Ports, PrefixEntry, RouteMapClause, Source, Wild

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Fields, Handler, Reader

_HOST = 0xFFFFFFFF
_ALL6 = (1 << 128) - 1
_FLAGS = frozenset({"ack", "fin", "psh", "rst", "syn", "urg", "match-any", "match-all"})
_HEADER = frozenset({"dscp", "precedence", "tos", "ttl", "option", "packet-length", "flow-label"})


def acl_draft(r: Reader, name: str, kind: str, source: Source) -> Fields:
    """Return an access list's draft; a repeated stanza continues the list, as on the device."""
    draft = r.acls.get(name)
    if draft is None:
        draft = r.acls[name] = {"name": name, "kind": kind, "source": source, "entries": {}, "next": 10}
    return draft


def add_entry(draft: Fields, sequence: int | None, entry: Any) -> bool:
    """Put an entry at its sequence number; IOS refuses a number that is taken."""
    entries: dict[int, Any] = draft["entries"]
    if sequence is None:
        sequence = draft["next"]
    elif sequence in entries:
        return False
    entries[sequence] = entry
    if sequence >= draft["next"]:
        draft["next"] = sequence - sequence % 10 + 10 if sequence % 10 else sequence + 10
        if sequence % 10:
            draft["next"] = sequence + 10
    return True


class _Words:
    """A cursor over the words of one entry."""

    __slots__ = ("at", "words")

    def __init__(self, words: list[str], at: int = 0) -> None:
        self.words = words
        self.at = at

    def peek(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self) -> str:
        word = self.words[self.at]
        self.at += 1
        return word


class GroupUse(tuple[str, ...]):
    """A reference to an object group inside an entry, resolved when the whole file is read."""

    __slots__ = ()


def _place(c: _Words) -> tuple[Wild, ...] | GroupUse:
    word = c.take()
    if word == "any":
        return ()
    if word == "host":
        return (Wild(ip(c.take()), _HOST),)
    if word in {"object-group", "addrgroup"}:
        return GroupUse((c.take(),))
    if "/" in word:
        found = cidr(word)
        care = _HOST << (32 - found.length) & _HOST
        return (Wild(found.value, care),)
    return (wild(word, c.take()),)


def _place6(c: _Words) -> tuple[Wild, ...]:
    word = c.take()
    if word == "any":
        return ()
    if word == "host":
        return (Wild(ip6(c.take()), _ALL6),)
    found = cidr6(word)
    return (Wild(found.value, _ALL6 << (128 - found.length) & _ALL6),)


def ports(c: _Words, protocol: int) -> tuple[Ports, ...]:
    """Read ``eq``, ``neq``, ``lt``, ``gt`` or ``range`` with its ports; nothing means any port."""
    word = c.peek()
    if word == "eq":
        c.take()
        found = [port(c.take(), protocol)]
        while c.peek() and _is_port(c.peek(), protocol) and len(found) < 10:
            found.append(port(c.take(), protocol))
        return tuple(Ports(value, value) for value in found)
    if word == "neq":
        c.take()
        values = [port(c.take(), protocol)]
        while c.peek() and _is_port(c.peek(), protocol) and len(values) < 10:
            values.append(port(c.take(), protocol))
        gaps: list[Ports] = []
        low = 0
        for value in sorted(set(values)):
            if value > low:
                gaps.append(Ports(low, value - 1))
            low = value + 1
        if low <= 65535:
            gaps.append(Ports(low, 65535))
        return tuple(gaps)
    if word == "lt":
        c.take()
        high = port(c.take(), protocol) - 1
        if high < 0:
            raise ValueError(word)
        return (Ports(0, high),)
    if word == "gt":
        c.take()
        low = port(c.take(), protocol) + 1
        if low > 65535:
            raise ValueError(word)
        return (Ports(low, 65535),)
    if word == "range":
        c.take()
        low, high = port(c.take(), protocol), port(c.take(), protocol)
        return (Ports(min(low, high), max(low, high)),)
    return ()


def _is_port(word: str, protocol: int) -> bool:
    try:
        port(word, protocol)
    except ValueError:
        return False
    return True


def extended(r: Reader, words: list[str], source: Source, ipv6: bool = False) -> AclEntry | tuple[Any, ...]:
    """Read ``permit|deny PROTOCOL SRC [PORTS] DST [PORTS] [OPTIONS]``.

    Returns an entry, or (action, fields, source, uses of object groups) where groups must be resolved later.
    """
    action: Action = "permit" if words[0] == "permit" else "deny"
    if words[0] not in {"permit", "deny"}:
        raise ValueError(words[0])
    c = _Words(words, 1)
    word = c.take()
    uses: dict[str, str] = {}
    protocol: int | None
    protocols: tuple[int, ...]
    if word in {"ip", "ipv6"}:
        protocol, protocols = None, ()
    elif word == "object-group":
        uses["service"] = c.take()
        protocol, protocols = None, ()
    else:
        protocol = PROTOCOLS[word] if word in PROTOCOLS else number(word, 0, 255)
        if ipv6 and word == "icmp":
            protocol = 58
        protocols = (protocol,)
    has_ports = protocol in {6, 17, 132}
    src: Any = _place6(c) if ipv6 else _place(c)
    sport = ports(c, protocol or 0) if has_ports else ()
    dst: Any = _place6(c) if ipv6 else _place(c)
    fields: Fields = {}
    dport: tuple[Ports, ...] = ()
    if has_ports:
        if c.peek() == "object-group":
            c.take()
            uses["service"] = c.take()
        else:
            dport = ports(c, protocol or 0)
    elif protocol in {1, 58} and c.peek():
        table = ICMP6 if protocol == 58 else ICMP
        if c.peek() in table:
            fields["icmp"] = (table[c.take()],)
        elif c.peek().isdigit():
            kind = number(c.take(), 0, 255)
            code = number(c.take(), 0, 255) if c.peek().isdigit() else None
            fields["icmp"] = ((kind, code),)
    flags: list[str] = []
    while c.peek():
        word = c.take()
        if word in {"log", "log-input"}:
            if c.peek() and c.peek() not in _FLAGS | _HEADER | {"time-range", "fragments", "established"}:
                c.take()
        elif word == "established" and protocol == 6:
            fields["established"] = True
        elif word == "fragments":
            fields["fragments"] = True
        elif word == "time-range":
            c.take()
            fields["sometimes"] = True
        elif word in _HEADER:
            fields["inexact"] = True
            following = c.take()
            if following in {"eq", "gt", "lt", "neq"}:
                c.take()
            elif following == "range":
                c.take()
                c.take()
        elif (word in _FLAGS or (word[:1] in "+-" and word[1:] in _FLAGS)) and protocol == 6:
            flags.append(word)
        elif word in {"routing", "auth", "mobility", "dest-option", "hbh", "undetermined-transport"} and ipv6:
            fields["inexact"] = True
        else:
            raise ValueError(word)
    if flags:
        if sorted(flags) == ["ack", "rst"] or flags == ["match-any", "+ack", "+rst"]:
            fields["established"] = True
        else:
            fields["inexact"] = True
    if isinstance(src, GroupUse):
        uses["src"], src = src[0], ()
    if isinstance(dst, GroupUse):
        uses["dst"], dst = dst[0], ()
    fields.update(protocols=protocols, src=src, dst=dst, sport=sport, dport=dport)
    if uses:
        return (action, fields, source, uses)
    return AclEntry(action, Match(**fields), source)


def standard(words: list[str], source: Source) -> AclEntry:
    """Read ``permit|deny [host] A [WILDCARD] | any [log]``; a standard list matches the source address only."""
    action: Action = "permit" if words[0] == "permit" else "deny"
    rest = [word for word in words[1:] if word != "log"]
    if words[0] not in {"permit", "deny"} or not rest:
        raise ValueError(words[0])
    if rest == ["any"]:
        src: tuple[Wild, ...] = ()
    elif rest[0] == "host" and len(rest) == 2:
        src = (Wild(ip(rest[1]), _HOST),)
    elif len(rest) == 1:
        src = (Wild(ip(rest[0]), _HOST),)
    elif len(rest) == 2:
        src = (wild(rest[0], rest[1]),)
    else:
        raise ValueError(rest[2])
    if src == (ANY,):
        src = ()
    return AclEntry(action, Match(src=src), source)


def _unreadable(draft: Fields, sequence: int | None, words: list[str], source: Source) -> bool:
    """Keep the place of an entry that could not be read: it may match anything; the line itself blocks the proof."""
    if words[0] in {"permit", "deny"}:
        action: Action = "permit" if words[0] == "permit" else "deny"
        add_entry(draft, sequence, AclEntry(action, Match(inexact=True), source))
    return False


def acl_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """An entry of a named list, with or without its sequence number."""
    draft = r.target
    sequence: int | None = None
    words = w
    if w[0].isdigit():
        sequence, words = int(w[0]), w[1:]
        if no and not words:
            draft["entries"].pop(sequence, None)
            return True
    if not words or words[0] == "remark":
        return bool(words) and r.ignore(s, "a comment")
    try:
        entry = standard(words, s) if draft["kind"] == "standard" else extended(r, words, s, draft["kind"] == "ipv6")
    except (ValueError, IndexError):
        return _unreadable(draft, sequence, words, s) if not no else False
    if no:
        _remove(draft, entry)
        return True
    return add_entry(draft, sequence, entry)


def acl6_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """An entry of an IPv6 list: ``[sequence N] permit …``."""
    if w[0] == "sequence":
        return acl_line(r, w[1:], no, s)
    return acl_line(r, w, no, s)


def _remove(draft: Fields, entry: Any) -> None:
    entries = draft["entries"]
    for key, present in list(entries.items()):
        if _same(present, entry):
            del entries[key]


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, AclEntry) and isinstance(b, AclEntry):
        return a.action == b.action and a.match == b.match
    if isinstance(a, tuple) and isinstance(b, tuple) and not isinstance(a, AclEntry) and not isinstance(b, AclEntry):
        return bool(a[0] == b[0] and a[1] == b[1] and a[3] == b[3])
    return False


def access_list(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``access-list N …``: numbered lists."""
    name = w[1]
    if not name.isdigit():
        return False
    value = int(name)
    if no:
        if len(w) == 2:
            r.acls.pop(name, None)
            return True
        return False
    words = w[2:]
    if words[0] == "remark":
        return r.ignore(s, "a comment")
    if words[0].isdigit():  # IOS-XE may print the sequence number
        words = words[1:]
    if 1 <= value <= 99 or 1300 <= value <= 1999:
        draft = acl_draft(r, name, "standard", s)
        try:
            return add_entry(draft, None, standard(words, s))
        except (ValueError, IndexError):
            return _unreadable(draft, None, words, s)
    if 100 <= value <= 199 or 2000 <= value <= 2699:
        draft = acl_draft(r, name, "extended", s)
        try:
            return add_entry(draft, None, extended(r, words, s))
        except (ValueError, IndexError, KeyError):
            return _unreadable(draft, None, words, s)
    if 700 <= value <= 799:
        draft = acl_draft(r, name, "mac", s)
        return _unreadable(draft, None, words, s)
    return False


def named(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip access-list standard|extended NAME`` and ``mac access-list extended NAME``."""
    kind, name = w[2], w[3]
    if len(w) != 4 or kind not in {"standard", "extended"}:
        return kind == "role-based" and False
    if w[0] == "mac":
        kind = "mac"
    if no:
        r.acls.pop(name, None)
        return True
    draft = acl_draft(r, name, kind, s)
    if draft["kind"] != kind:
        return False
    return r.enter("mac-acl" if kind == "mac" else "acl", (draft,), " ".join(w), f"acl {name}")


def named6(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ipv6 access-list NAME``."""
    if len(w) != 3:
        return False
    if no:
        r.acls.pop(w[2], None)
        return True
    return r.enter("ipv6-acl", (acl_draft(r, w[2], "ipv6", s),), " ".join(w), f"acl {w[2]}")


def mac_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """An entry of a MAC list: addresses of layer 2 are not in packet sets, so the entry may match any subset."""
    words = w[1:] if w[0].isdigit() else w
    if words[0] == "remark":
        return r.ignore(s, "a comment")
    if no or words[0] not in {"permit", "deny"}:
        return False
    everything = words[1:3] == ["any", "any"] and len(words) == 3
    action: Action = "permit" if words[0] == "permit" else "deny"
    return add_entry(r.target, None, AclEntry(action, Match(inexact=not everything), s))


# -- object groups -------------------------------------------------------------------------------------------------


def object_group(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``object-group network|service NAME``."""
    kind, name = w[1], w[2]
    if len(w) != 3 or kind not in {"network", "service"}:
        return False
    if no:
        r.object_groups.pop(name, None)
        return True
    draft = r.object_groups.setdefault(name, {"kind": kind, "items": [], "groups": [], "source": s})
    return r.enter(f"group-{kind}", (draft,), " ".join(w), f"object-group {name}")


def network_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of a network object group; masks here are netmasks, not wildcards."""
    t = r.target
    if w[0] == "description":
        return r.ignore(s, "a comment")
    if no:
        return False
    if w[0] == "group-object" and len(w) == 2:
        t["groups"].append(w[1])
    elif w[0] == "host" and len(w) == 2 and is_ip(w[1]):
        t["items"].append(Wild(ip(w[1]), _HOST))
    elif w[0] == "any" and len(w) == 1:
        t["items"].append(ANY)
    elif w[0] == "range" and len(w) == 3:
        t["items"].extend(range_wilds(ip(w[1]), ip(w[2])))
    elif w[0] == "subnet" and len(w) == 3:
        found = prefix(w[1], w[2])
        t["items"].append(Wild(found.value, _HOST << (32 - found.length) & _HOST))
    elif len(w) == 2 and is_ip(w[0]):
        found = prefix(w[0], w[1])
        t["items"].append(Wild(found.value, _HOST << (32 - found.length) & _HOST))
    elif len(w) == 1 and "/" in w[0]:
        found = cidr(w[0])
        t["items"].append(Wild(found.value, _HOST << (32 - found.length) & _HOST))
    else:
        return False
    return True


def range_wilds(low: int, high: int) -> list[Wild]:
    """Return the fewest prefixes that cover the closed range of addresses exactly."""
    if low > high:
        raise ValueError("range")
    found: list[Wild] = []
    while low <= high:
        size = low & -low if low else 1 << 32
        while low + size - 1 > high:
            size >>= 1
        found.append(Wild(low, _HOST & ~(size - 1)))
        low += size
    return found


def service_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of a service object group."""
    t = r.target
    if w[0] == "description":
        return r.ignore(s, "a comment")
    if no:
        return False
    if w[0] == "group-object" and len(w) == 2:
        t["groups"].append(w[1])
        return True
    c = _Words(w)
    word = c.take()
    entry: Fields
    if word == "tcp-udp":
        entries: list[Fields] = [_service(_Words(w, 1), 6), _service(_Words(w, 1), 17)]
    elif word == "ip":
        entries = [{}]
        if len(w) > 1:
            return False
    else:
        protocol = PROTOCOLS[word] if word in PROTOCOLS else number(word, 0, 255)
        if protocol in {6, 17}:
            entry = _service(c, protocol)
        elif protocol == 1 and c.peek():
            found = ICMP[c.peek()] if c.peek() in ICMP else (number(c.peek(), 0, 255), None)
            entry = {"protocols": (1,), "icmp": (found,)}
            if len(w) > 2:
                return False
        else:
            entry = {"protocols": (protocol,)}
            if c.peek():
                return False
        entries = [entry]
    t["items"].extend(entries)
    return True


def _service(c: _Words, protocol: int) -> Fields:
    entry: Fields = {"protocols": (protocol,)}
    if c.peek() == "source":
        c.take()
        entry["sport"] = _service_ports(c, protocol)
    if c.peek() == "destination":
        c.take()
    if c.peek():
        entry["dport"] = _service_ports(c, protocol)
    if c.peek():
        raise ValueError(c.peek())
    return entry


def _service_ports(c: _Words, protocol: int) -> tuple[Ports, ...]:
    found = ports(c, protocol)
    if not found:
        value = port(c.take(), protocol)
        return (Ports(value, value),)
    return found


# -- prefix lists, AS paths, communities -----------------------------------------------------------------------------


def prefix_list(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip|ipv6 prefix-list NAME [seq N] permit|deny P [ge N] [le N]``."""
    six = w[0] == "ipv6"
    name = w[2]
    rest = w[3:]
    if no and not rest:
        r.prefix_lists.pop(name, None)
        return True
    if rest[0] == "description":
        return r.ignore(s, "a comment")
    draft = r.prefix_lists.setdefault(name, {"name": name, "entries": {}, "next": 5})
    sequence: int | None = None
    if rest[0] == "seq":
        sequence, rest = int(rest[1]), rest[2:]
    if no:
        if sequence is None:
            return False
        draft["entries"].pop(sequence, None)
        return True
    action: Action = "permit" if rest[0] == "permit" else "deny"
    if rest[0] not in {"permit", "deny"}:
        return False
    found = cidr6(rest[1]) if six else cidr(rest[1])
    top = 128 if six else 32
    ge = le = found.length
    options = rest[2:]
    seen: set[str] = set()
    while options:
        if options[0] == "ge":
            ge = number(options[1], found.length, top)
            if "le" not in seen:
                le = top
        elif options[0] == "le":
            le = number(options[1], found.length, top)
        else:
            return False
        seen.add(options[0])
        options = options[2:]
    if ge > le:
        return False
    if sequence is None:
        sequence = draft["next"]
    draft["entries"][sequence] = PrefixEntry(action, found, ge, le, s)
    draft["next"] = max(draft["next"], (sequence // 5 + 1) * 5)
    return True


def as_path(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip as-path access-list N permit|deny REGEX``."""
    if w[2] != "access-list":
        return False
    if no:
        r.device.as_path_lists.pop(w[3], None)
        return len(w) == 4
    if w[4] not in {"permit", "deny"}:
        return False
    action: Action = "permit" if w[4] == "permit" else "deny"
    r.device.as_path_lists[w[3]] = (*r.device.as_path_lists.get(w[3], ()), (action, " ".join(w[5:])))
    return True


def community_list(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ip community-list|extcommunity-list [standard|expanded] NAME permit|deny …``."""
    words = w[2:]
    if words[0] in {"standard", "expanded"}:
        words = words[1:]
    key = words[0] if w[1] == "community-list" else f"ext:{words[0]}"
    if no:
        r.device.community_lists.pop(key, None)
        return len(words) == 1
    if len(words) == 1:
        return False
    if words[1].isdigit():
        words = [words[0], *words[2:]]
    if words[1] not in {"permit", "deny"}:
        return False
    action: Action = "permit" if words[1] == "permit" else "deny"
    r.device.community_lists[key] = (*r.device.community_lists.get(key, ()), (action, tuple(words[2:])))
    return True


# -- route maps ----------------------------------------------------------------------------------------------------


def route_map(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``route-map NAME [permit|deny] [SEQ]``."""
    name = w[1]
    if no and len(w) == 2:
        r.route_maps.pop(name, None)
        return True
    action = w[2] if len(w) > 2 else "permit"
    sequence = number(w[3], 0, 65535) if len(w) > 3 else 10
    if action not in {"permit", "deny"} or len(w) > 4:
        return False
    clauses: dict[Any, Fields] = r.route_maps.setdefault(name, {})
    if no:
        clauses.pop(sequence, None)
        return True
    clause = clauses.setdefault(
        sequence, {"sequence": sequence, "matches": {}, "sets": {}, "source": s, "inexact": False, "continue_to": None}
    )
    clause["action"] = action
    return r.enter("route-map", (clause,), " ".join(w), f"route-map {name}")


_MATCHES: dict[tuple[str, ...], str] = {
    ("ip", "address", "prefix-list"): "ip address prefix-list",
    ("ip", "address"): "ip address",
    ("ipv6", "address", "prefix-list"): "ipv6 address prefix-list",
    ("ipv6", "address"): "ipv6 address",
    ("ip", "next-hop", "prefix-list"): "ip next-hop prefix-list",
    ("ip", "next-hop"): "ip next-hop",
    ("ip", "route-source", "prefix-list"): "ip route-source prefix-list",
    ("ip", "route-source"): "ip route-source",
    ("tag",): "tag",
    ("as-path",): "as-path",
    ("community",): "community",
    ("extcommunity",): "extcommunity",
    ("interface",): "interface",
    ("metric",): "metric",
    ("route-type",): "route-type",
    ("source-protocol",): "source-protocol",
    ("local-preference",): "local-preference",
}


def match(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``match …``: values of repeated lines of one kind are alternatives."""
    t = r.target
    for length in (3, 2, 1):
        kind = _MATCHES.get(tuple(w[1 : 1 + length]))
        if kind is None:
            continue
        values = w[1 + length :]
        if kind == "interface":
            from network.config.names import canonical_interface

            values = [canonical_interface(value) for value in values]
        if no:
            t["matches"].pop(kind, None)
        elif not values or values[0] == "list":
            return False
        else:
            t["matches"][kind] = (*t["matches"].get(kind, ()), *values)
        return True
    return False


_SETS: dict[tuple[str, ...], str] = {
    ("ip", "default", "next-hop"): "ip default next-hop",
    ("ip", "next-hop"): "ip next-hop",
    ("ip", "vrf"): "ip vrf",
    ("ip", "global", "next-hop"): "ip global next-hop",
    ("ip", "df"): "ip df",
    ("ip", "precedence"): "ip precedence",
    ("ip", "dscp"): "ip dscp",
    ("ip", "tos"): "ip tos",
    ("as-path", "prepend"): "as-path prepend",
    ("extcommunity", "rt"): "extcommunity rt",
    ("extcommunity", "soo"): "extcommunity soo",
    ("default", "interface"): "default interface",
    ("community",): "community",
    ("comm-list",): "comm-list",
    ("metric-type",): "metric-type",
    ("metric",): "metric",
    ("tag",): "tag",
    ("local-preference",): "local-preference",
    ("weight",): "weight",
    ("origin",): "origin",
    ("interface",): "interface",
    ("vrf",): "vrf",
    ("global",): "global",
}
_HARMLESS_SETS = frozenset({"ip df", "ip precedence", "ip dscp", "ip tos"})


def set_(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``set …``."""
    t = r.target
    for length in (3, 2, 1):
        kind = _SETS.get(tuple(w[1 : 1 + length]))
        if kind is None:
            continue
        values = w[1 + length :]
        if kind == "ip next-hop" and values and not (is_ip(values[0]) or values[0] in {"self", "peer-address"}):
            return False  # verify-availability, recursive
        if kind in {"interface", "default interface"}:
            from network.config.names import canonical_interface

            values = [canonical_interface(value) for value in values]
        if no:
            t["sets"].pop(kind, None)
        elif (kind == "metric" and len(values) not in {1, 5}) or (kind != "global" and not values):
            return False
        else:
            t["sets"][kind] = tuple(values)
        if kind in _HARMLESS_SETS:
            t["sets"].pop(kind, None)
            return r.ignore(s, "marks a packet, does not move it")
        return True
    return False


def continue_(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``continue [SEQ]``; 0 stands for the next clause."""
    r.target["continue_to"] = None if no else number(w[1], 1, 65535) if len(w) > 1 else 0
    return True


def clause(draft: Fields) -> RouteMapClause:
    """Return the finished clause."""
    return RouteMapClause(
        draft["sequence"],
        draft["action"],
        tuple(draft["matches"].items()),
        tuple(draft["sets"].items()),
        draft["source"],
        draft["inexact"] or draft.get("_unknown", False),
        draft["continue_to"],
    )


# -- VLAN maps and time ranges ---------------------------------------------------------------------------------------


def access_map(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``vlan access-map NAME [SEQ]``."""
    name = w[2]
    sequence = number(w[3], 0, 65535) if len(w) > 3 else 10
    draft = r.vlan_maps.setdefault(name, {"name": name, "entries": {}, "vlans": set()})
    if no:
        if len(w) == 3:
            del r.vlan_maps[name]
        else:
            draft["entries"].pop(sequence, None)
        return True
    entry = draft["entries"].setdefault(sequence, {"acls": [], "action": "forward", "source": s})
    return r.enter("vlan-map", (entry,), " ".join(w), f"vlan access-map {name}")


def vlan_map_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``match ip address NAMES`` and ``action forward|drop``."""
    t = r.target
    if w[0] == "match" and w[1] in {"ip", "mac", "ipv6"} and w[2] == "address" and not no:
        t["acls"].extend(w[3:])
        return len(w) > 3
    if w[0] == "action" and w[1] in {"forward", "drop"} and not no:
        t["action"] = w[1]
        return w[2:] in ([], ["log"])
    return False


def vlan_filter(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``vlan filter NAME vlan-list LIST``."""
    if w[3] != "vlan-list":
        return False
    ids = set(range(1, 4095)) if w[4] == "all" else set(vlan_list("".join(w[4:])))
    draft = r.vlan_maps.setdefault(w[2], {"name": w[2], "entries": {}, "vlans": set()})
    draft["vlans"] = draft["vlans"] - ids if no else draft["vlans"] | ids
    return True


def time_range(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``time-range NAME``: an entry that uses it matches sometimes, whatever its hours are."""
    return len(w) == 2 and r.enter("time-range", (None,), " ".join(w))


def time_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``periodic`` and ``absolute``."""
    return r.ignore(s, "hours of a time range: an entry that uses it is taken both ways")


TABLES: dict[str, dict[str, Handler]] = {
    "global": {
        "access-list": access_list,
        "object-group": object_group,
        "route-map": route_map,
        "time-range": time_range,
        "mac": lambda r, w, no, s: w[1] == "access-list" and named(r, w, no, s),
    },
    "group-network": {"*": network_line},
    "group-service": {"*": service_line},
    "acl": {"*": acl_line},
    "ipv6-acl": {"*": acl6_line},
    "mac-acl": {"*": mac_line},
    "route-map": {"match": match, "set": set_, "continue": continue_},
    "vlan-map": {"match": vlan_map_line, "action": vlan_map_line},
    "time-range": {"periodic": time_line, "absolute": time_line},
}
