"""What a device does with a configuration line beyond keeping it: refusals, side effects, defaults, hashed secrets.

Wording of messages: IOS-XE 17.9 command references and system message guide (Cisco).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING

from network.lab import ios_values
from network.lab.grammar import Match
from network.lab.ios_config import OK, Answer, Entry, Level, Running, Section

if TYPE_CHECKING:
    from collections.abc import Callable

# The dedicated management ports of switches and of wireless controllers or routers: never switch ports.
MANAGEMENT_PORTS = ("GigabitEthernet0/0", "GigabitEthernet0", "FastEthernet0")

Taken = tuple[Answer, "Entry | list[Entry] | None"]
Hook = "Callable[[Running, Level, Section, Match, bool, bool], Taken | None]"


def take(running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool) -> Taken:
    """Let a section take a matched line; return the answer and the entries that were opened."""
    hook = _HOOKS.get(match.form.name)
    if hook is not None:
        done = hook(running, level, section, match, negative, default)
        if done is not None:
            return done
    missing = _missing_vrf(running, match, negative)
    if missing is not None:
        return missing, None
    return keep(running, section, match, negative, default)


def keep(
    running: Running, section: Section, match: Match, negative: bool, default: bool, key: tuple[str, ...] | None = None
) -> Taken:
    """The plain behaviour: replace the line with the same key, or remove it, or keep its ``no``."""
    key = key or (match.words if match.form.name == "each" else match.key)
    form = match.form
    if negative:
        if default or not (form.on or form.both):
            section.entries.pop(key, None)
        else:
            section.entries[key] = Entry(match, match.words, negative=True)
        return OK, None
    if form.on and not form.both:
        section.entries.pop(key, None)
        return OK, None
    words, wrong = conceal(running, match)
    if wrong:
        return Answer(False, wrong), None
    old = section.entries.get(key)
    entry = Entry(match, words, child=Section(form.mode) if form.mode else None)
    if old is not None and not old.negative:
        if form.mode and old.child is not None and old.child.mode == form.mode:
            entry.child = old.child
        entry.blob = old.blob if old.words == words else ()
    section.entries[key] = entry
    return OK, entry


def conceal(running: Running, match: Match) -> tuple[tuple[str, ...], str]:
    """Return the line with its secrets as the device keeps them, and an error text if a hash is not one."""
    words = list(match.words)
    for kind, value in match.args:
        if kind == "clear9":
            at = words.index(value, 1)
            start = at - 1 if words[at - 1] == "0" else at
            words[start : at + 1] = ["9", ios_values.type9(value)]
        elif kind == "clear7":
            at = len(words) - 1 - words[::-1].index(value)
            start = at - 1 if words[at - 1] == "0" else at
            if running.root.has("service", "password-encryption"):
                words[start : at + 1] = ["7", ios_values.type7(value)]
            else:
                words[start : at + 1] = [value]
        elif kind == "clearntp":
            words[-1:] = [ios_values.type7(value), "7"]
    if "secret" in words[:-2]:
        at = words.index("secret")
        kind, value = words[at + 1], words[at + 2]
        if kind in "589" and not ios_values.secret_valid(kind, value):
            return tuple(words), (
                "ERROR: The secret you entered is not a valid encrypted secret.\n"
                f"To enter an UNENCRYPTED secret, do not specify type {kind} encryption.\n"
                "When you properly enter an UNENCRYPTED secret, it will be encrypted.\n"
            )
    return tuple(words), ""


def _missing_vrf(running: Running, match: Match, negative: bool) -> Answer | None:
    name = match.arg("vrf")
    if not name or negative or name in running.vrfs() or match.form.text.startswith(("vrf definition", "set ")):
        return None
    return Answer(False, f"% VRF {name} not configured.\n")


# ---- global ---------------------------------------------------------------------------------------------------------


def _ignore(*_args: object) -> Taken:
    return OK, None


def _interface(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    name = match.words[-1]
    kind, numbers = ios_values.split_interface(name)
    base = name.partition(".")[0]
    key = match.key
    physical = kind not in ios_values.LOGICAL
    if physical and running.ports and base not in running.ports:
        return Answer(False, "% Invalid input detected at '^' marker.\n", "invalid", 10), None
    if kind == "Vlan" and not 1 <= numbers[0] <= 4094:
        return Answer(False, "% Invalid input detected at '^' marker.\n", "invalid", 10), None
    if negative:
        if physical and "." not in name:
            if default:
                entry = section.entries.get(key)
                if entry is not None and entry.child is not None:
                    entry.child.entries.clear()
                return Answer(True, f"Interface {name} set to default configuration\n"), None
            return Answer(False, "% Removal of physical interfaces is not permitted.\n"), None
        section.entries.pop(key, None)
        return OK, None
    return keep(running, section, match, negative, default)


def _range(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    names = expand_range(match.arg("line"))
    if names is None or any(
        running.ports and ios_values.split_interface(name)[0] not in ios_values.LOGICAL and name not in running.ports
        for name in names
    ):
        return Answer(False, "% Invalid input detected at '^' marker.\n", "invalid", 16), None
    entries: list[Entry] = []
    from network.lab.ios_config import grammar  # noqa: PLC0415 - one table, two modules

    for name in names:
        found = grammar("global").match(f"interface {name}", False)
        if not isinstance(found, Match):
            return Answer(False, "% Invalid input detected at '^' marker.\n", "invalid", 16), None
        answer, entry = take(running, level, section, found, False, False)
        if not answer.ok:
            return answer, None
        if isinstance(entry, Entry):
            entries.append(entry)
    return OK, entries


def expand_range(text: str) -> list[str] | None:
    """Return the interfaces of ``Gi1/0/1 - 4, Te1/1/1``; ``None`` if the text is not a range."""
    names: list[str] = []
    for part in text.split(","):
        hit = re.fullmatch(r"\s*([A-Za-z-]+)\s*([\d/.]*?)(\d+)(?:\s*-\s*(?:[A-Za-z-]*[\d/.]*/)?(\d+))?\s*", part)
        if hit is None:
            return None
        for number in range(int(hit[3]), int(hit[4] or hit[3]) + 1):
            name = ios_values.interface_name(f"{hit[1]}{hit[2]}{number}")
            if name is None:
                return None
            names.append(name)
    return names or None


def _vlan(running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool) -> Taken:
    ids = ios_values.vlan_ids(match.words[-1])
    if ids & set(range(1002, 1006)):
        return Answer(False, "Command rejected: Bad VLAN list - reserved VLAN 1002-1005.\n"), None
    if negative and 1 in ids:
        return Answer(False, "Default VLAN 1 may not be deleted.\n"), None
    entries = []
    for number in sorted(ids):
        key = ("vlan", str(number))
        if negative:
            section.entries.pop(key, None)
            continue
        old = section.entries.get(key)
        if old is None:
            one = Match(match.form, key, key, (("vlans", str(number)),))
            old = section.entries[key] = Entry(one, key, child=Section("vlan"))
        entries.append(old)
    return OK, entries


def _vrf(running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool) -> Taken | None:
    if not negative:
        return None
    name = match.words[-1]
    if name not in running.vrfs():
        return Answer(False, f"% VRF {name} does not exist\n"), None
    section.entries.pop(match.key, None)
    dropped = False
    for interface in running.ports_as_typed().values():
        if interface.value("vrf", "forwarding") == name:
            interface.entries.pop(("vrf", "forwarding"), None)
            dropped = _drop_addresses(interface) or dropped
    for key, entry in list(section.entries.items()):
        if entry.match.form.name in ("route", "ospf") and _in_vrf(entry, name):
            del section.entries[key]
    return Answer(
        True, f"% IPv4 and IPv6 addresses from all interfaces in VRF {name} have been removed\n" if dropped else ""
    ), None


def _in_vrf(entry: Entry, name: str) -> bool:
    words = entry.words
    return any(words[i] == "vrf" and words[i + 1] == name for i in range(len(words) - 1))


def _route(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    wrong = _missing_vrf(running, match, negative)
    if wrong is not None:
        return wrong, None
    address, mask = match.arg("ip"), match.arg("mask")
    if str(IPv4Interface(f"{address}/{mask}").network.network_address) != address:
        return Answer(False, "%Inconsistent address and mask\n"), None
    if not negative:
        return None
    for key in [key for key in section.entries if key[: len(match.key)] == match.key and key[:2] == ("ip", "route")]:
        del section.entries[key]
    return OK, None


def _ospf(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    wrong = _missing_vrf(running, match, negative)
    if wrong is not None:
        return wrong, None
    old = section.entries.get(match.key)
    if not negative and old is not None and old.words != match.words:
        if len(match.words) == 3:  # "router ospf 10" alone goes back into the process wherever it runs
            return OK, old
        return Answer(False, f"%VRF specified does not match existing router {match.words[2]}\n"), None
    return None


def _bgp(running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool) -> Taken | None:
    others = [key for key in section.entries if key[:2] == ("router", "bgp") and key != match.key]
    if others and not negative:
        return Answer(False, f"BGP is already running; AS is {others[0][2]}\n"), None
    return None


def _acl(running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool) -> Taken | None:
    kind, name = match.words[2], match.words[3]
    other = "standard" if kind == "extended" else "extended"
    if not negative and ("ip", "access-list", other, name) in section.entries:
        return Answer(False, f"%A named {other} IP access list with this name already exists\n"), None
    if name.isdigit():
        number = int(name)
        standard = number <= 99 or 1300 <= number <= 1999
        if standard != (kind == "standard"):
            return Answer(False, "% Invalid access list name.\n"), None
    return None


def _ace(running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool) -> Taken:
    number = match.arg("seq")
    body = match.words[1:] if number else match.words
    body = _service_names(body)
    if negative:
        for key, entry in list(section.entries.items()):
            if (number and key == (number,)) or (body and not number and entry.words[1:] == body):
                del section.entries[key]
                return OK, None
        return Answer(False, "%Can't delete entry: it does not exist\n") if number else OK, None
    for key, entry in section.entries.items():
        if entry.words[1:] == body and body[0] != "remark" and (not number or key == (number,)):
            return OK, None
    if number and (number,) in section.entries:
        if section.entries[(number,)].words[1:] == body:
            return OK, None
        return Answer(False, "% Duplicate sequence number\n%Failed to add ace to access-list\n"), None
    if not number:
        number = str(max((int(key[0]) for key in section.entries), default=0) // 10 * 10 + 10)
    words = (number, *body)
    section.entries[(number,)] = Entry(Match(match.form, (number,), words, match.args), words)
    return OK, None


def _service_names(body: tuple[str, ...]) -> tuple[str, ...]:
    """Write port numbers as the names that the device shows for the line's protocol, and protocols as names."""
    if len(body) < 2 or body[0] not in ("permit", "deny"):
        return body
    protocols = {
        "1": "icmp",
        "2": "igmp",
        "6": "tcp",
        "17": "udp",
        "47": "gre",
        "50": "esp",
        "51": "ahp",
        "88": "eigrp",
    }
    protocols |= {"89": "ospf", "103": "pim"}
    words = [body[0], protocols.get(body[1], body[1]), *body[2:]]
    table = {"tcp": ios_values.TCP_PORTS, "udp": ios_values.UDP_PORTS}.get(words[1])
    if table is None:
        return tuple(words)
    ports = 0
    for index, word in enumerate(words):
        if word in ("eq", "neq", "gt", "lt"):
            ports = 10 if word in ("eq", "neq") else 1
        elif word == "range":
            ports = 2
        elif ports and (word.isdigit() or word in ios_values.TYPES or "." not in word):
            if word.isdigit():
                words[index] = table.get(int(word), word)
                ports -= 1
            elif word in table.values():
                ports -= 1
            else:
                ports = 0
        else:
            ports = 0
    return tuple(words)


def _prefix_auto(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    from network.lab.ios_config import grammar  # noqa: PLC0415 - one table, two modules

    name = match.words[2]
    if negative:
        for key in [key for key in section.entries if key[:3] == ("ip", "prefix-list", name)]:
            if len(match.words) == 3 or section.entries[key].words[5:] == match.words[3:]:
                del section.entries[key]
        return OK, None
    used = [int(key[4]) for key in section.entries if key[:4] == ("ip", "prefix-list", name, "seq")]
    number = max(used, default=0) // 5 * 5 + 5
    found = grammar("global").match(f"ip prefix-list {name} seq {number} {' '.join(match.words[3:])}", False)
    if not isinstance(found, Match):
        return Answer(False, "% Invalid prefix range\n"), None
    return take(running, level, section, found, False, default)


def _prefix_list(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    if negative:
        return None
    length = int(match.arg("cidr").partition("/")[2])
    words = match.words
    ge = int(words[words.index("ge") + 1]) if "ge" in words else None
    le = int(words[words.index("le") + 1]) if "le" in words else None
    low = ge if ge is not None else le
    if (ge is not None and ge <= length) or (low is not None and low <= length) or (ge and le and le < ge):
        return Answer(
            False, "% Invalid prefix range for " + match.arg("cidr") + ", make sure: len < ge-value <= le-value\n"
        ), None
    old = section.entries.get(match.key)
    if old is not None and old.words != words:
        return Answer(False, "% Insertion failed - seq # exists with different policy\n"), None
    return None


def _username(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    key = match.key[:2]
    if negative:
        section.entries.pop(key, None)
        return OK, None
    old = section.entries.get(key)
    words, wrong = conceal(running, match)
    if wrong:
        return Answer(False, wrong), None
    if "algorithm-type" in words:  # says how to hash what is typed (scrypt: type 9); the line then shows the hash
        at = words.index("algorithm-type")
        words = words[:at] + words[at + 2 :]
    if old is not None:  # a second line adds to the first: "username x privilege 15", then "username x secret …"
        words = _join_user(old.words, words)
    section.entries[key] = Entry(Match(match.form, key, words, match.args), words)
    return OK, None


def _join_user(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    def parts(words: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        rest = list(words[2:])
        while rest:
            word = rest.pop(0)
            if word in ("secret", "password"):
                found["secret"] = (word, *rest)
                break
            found[word] = (word, rest.pop(0)) if word not in ("one-time", "nopassword") else (word,)
        return found

    merged = parts(old) | parts(new)
    secret = merged.pop("secret", ())
    return (*new[:2], *(word for part in merged.values() for word in part), *secret)


def _certificate(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    key = ("certificate", match.arg("hexserial").upper())
    return keep(running, section, match, negative, default, key)


def _wlan(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    key = ("wlan", match.words[1])
    if match.form.name == "wlanref" and not negative:
        old = section.entries.get(key)
        if old is None:
            return Answer(False, "% Incomplete command.\n", "incomplete"), None
        return OK, old
    if negative:
        section.entries.pop(key, None)
        return OK, None
    for other, entry in section.entries.items():
        if other[0] == "wlan" and other != key and entry.words[2] == match.words[2]:
            return Answer(False, f"% WLAN id {match.words[2]} is already in use\n"), None
    answer, made = keep(running, section, match, negative, default, key)
    return answer, made


def _wlan_shutdown(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken:
    """A WLAN and a policy profile are down until ``no shutdown``, and the device shows that line."""
    if negative and not default:
        section.entries[("shutdown",)] = Entry(match, match.words, negative=True)
    else:
        section.entries.pop(("shutdown",), None)
    return OK, None


def _routemap(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    action = match.words[2] if len(match.words) == 4 else "permit"
    number = match.words[-1]
    key = ("route-map", match.words[1], number)
    if negative:
        section.entries.pop(key, None)
        return OK, None
    words = ("route-map", match.words[1], action, number)
    return keep(running, section, Match(match.form, key, words, match.args), negative, default)


def _vty(running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool) -> Taken | None:
    low, high = int(match.words[2]), int(match.words[-1])
    if high < low:
        return Answer(False, "% Invalid input detected at '^' marker.\n", "invalid", 10), None
    if negative:
        if low < 5:
            return Answer(False, f"% Can't delete last {5 - low} VTY lines\n"), None
        for key in [key for key in section.entries if key[:2] == ("line", "vty") and int(key[2]) >= low]:
            del section.entries[key]
        return OK, None
    return None


# ---- interfaces -----------------------------------------------------------------------------------------------------


def _drop_addresses(section: Section) -> bool:
    keys = [key for key in section.entries if key[:2] == ("ip", "address")]
    had = any(not section.entries[key].negative for key in keys)
    for key in keys:
        del section.entries[key]
    if keys:
        _no_address(section)
    return had


def _no_address(section: Section) -> None:
    from network.lab.ios_config import grammar  # noqa: PLC0415 - one table, two modules

    found = grammar("interface").match("ip address", False)
    assert isinstance(found, Match)
    section.entries[("ip", "address")] = Entry(found, found.words, negative=True)


def _owner(running: Running, section: Section) -> str:
    return next((name for name, child in running.ports_as_typed().items() if child is section), "")


def switching(running: Running, name: str, section: Section) -> bool:
    """Whether an interface is a switch port (layer 2)."""
    kind, _ = ios_values.split_interface(name)
    if kind in ("Vlan", "Loopback", "Tunnel", "Null", "NVI") or "." in name or running.routed_ports:
        return False
    return not section.off("switchport") and name not in MANAGEMENT_PORTS


def _switchport(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    key = ("switchport",)
    if negative and not default:
        for other in [k for k in section.entries if k[0] == "switchport"]:
            del section.entries[other]
        section.entries[key] = Entry(match, match.words, negative=True)
    else:
        section.entries.pop(key, None)
        for other in [k for k in section.entries if k[:2] == ("ip", "address") or k[:2] == ("vrf", "forwarding")]:
            del section.entries[other]
    return OK, None


def _layer2_line(running: Running, level: Level, section: Section, match: Match, negative: bool) -> Answer | None:
    if section.mode == "interface" and level.mode == "interface" and not negative:
        name = _owner(running, section)
        if name and not switching(running, name, section):
            return Answer(False, "Command rejected: not a switching port.\n")
    return None


def _access_vlan(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    wrong = _layer2_line(running, level, section, match, negative)
    if wrong is not None:
        return wrong, None
    if negative:
        return None
    answer, entry = keep(running, section, match, negative, default)
    number = match.arg("vlan")
    if level.mode == "interface" and int(number) not in running.vlans():
        _vlan_create(running, number)
        return Answer(True, f"% Access VLAN does not exist. Creating vlan {number}\n"), None
    return answer, entry


def _vlan_create(running: Running, number: str) -> None:
    from network.lab.ios_config import grammar  # noqa: PLC0415 - one table, two modules

    found = grammar("global").match(f"vlan {number}", False)
    assert isinstance(found, Match)
    _vlan(running, Level("global", [running.root]), running.root, found, False, False)


def _allowed(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    wrong = _layer2_line(running, level, section, match, negative)
    if wrong is not None:
        return wrong, None
    key = ("switchport", "trunk", "allowed", "vlan")
    if negative:
        section.entries.pop(key, None)
        return OK, None
    old = section.entries.get(key)
    everything = set(range(1, 4095))
    word = old.words[4] if old is not None else "all"
    now = everything if word == "all" else set() if word == "none" else ios_values.vlan_ids(word)
    verb = match.words[4]
    listed = ios_values.vlan_ids(match.words[-1])
    if verb == "add":
        now = now | listed
    elif verb == "remove":
        now = now - listed
    elif verb == "except":
        now = everything - listed
    elif verb == "all":
        now = everything
    elif verb == "none":
        now = set()
    else:
        now = listed
    if now == everything:
        section.entries.pop(key, None)
        return OK, None
    words = (*key, ios_values.join_ids(now) if now else "none")
    section.entries[key] = Entry(Match(match.form, key, words), words)
    return OK, None


def _vrf_forwarding(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    name = _owner(running, section)
    key = ("vrf", "forwarding")
    old = section.value("vrf", "forwarding")
    if negative:
        if not old:
            return OK, None
        section.entries.pop(key, None)
        new, verb = old, "disabling"
    else:
        wrong = _missing_vrf(running, match, negative)
        if wrong is not None:
            return wrong, None
        if name and switching(running, name, section) and level.mode == "interface":
            return Answer(False, "% Invalid input detected at '^' marker.\n", "invalid", 0), None
        new = match.arg("vrf")
        if old == new:
            return OK, None
        words = ("vrf", "forwarding", new)
        section.entries[key] = Entry(Match(match.form, key, words), words)
        verb = "enabling"
    text = ""
    if _drop_addresses(section):
        text = f"% Interface {name} IPv4 disabled and address(es) removed due to {verb} VRF {new}\n"
    return Answer(True, text), None


def _address(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    name = _owner(running, section)
    key = ("ip", "address")
    if negative:
        current = section.entries.get(key)
        if match.args and current is not None and not current.negative and current.words != match.words:
            return (Answer(False, "Invalid address\n") if match.form.name == "address" else OK), None
        if match.form.name == "secondary":
            section.entries.pop(match.key, None)
            return OK, None
        _drop_addresses(section)
        if default:
            section.entries.pop(key, None)
        else:
            _no_address(section)
        return OK, None
    if match.form.name == "noaddress":
        return Answer(False, "% Incomplete command.\n", "incomplete"), None
    if name and switching(running, name, section):
        return Answer(False, "% IP addresses may not be configured on L2 links.\n"), None
    if match.arg("ip"):
        given = IPv4Interface(f"{match.arg('ip')}/{match.arg('mask')}")
        length = given.network.prefixlen
        if length < 31 and given.ip in (given.network.network_address, given.network.broadcast_address):
            return Answer(False, f"Bad mask /{length} for address {given.ip}\n"), None
        vrf = section.value("vrf", "forwarding")
        for other, child in running.ports_as_typed().items():
            if other == name or child.value("vrf", "forwarding") != vrf:
                continue
            for entry in child.find("ip", "address"):
                if len(entry.words) >= 4:
                    there = IPv4Interface(f"{entry.words[2]}/{entry.words[3]}")
                    if there.network.overlaps(given.network):
                        return Answer(False, f"% {given.network.network_address} overlaps with {other}\n"), None
    if match.form.name == "secondary" and not section.find("ip", "address"):
        return Answer(False, "% Primary address must be configured first\n"), None
    return keep(running, section, match, negative, default)


def _standby(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    name = _owner(running, section)
    if not negative and name and switching(running, name, section):
        return Answer(False, "% Invalid input detected at '^' marker.\n", "invalid", 0), None
    if not negative and match.arg("ip"):
        given = match.arg("ip")
        nets = [IPv4Interface(f"{e.words[2]}/{e.words[3]}") for e in section.find("ip", "address") if len(e.words) >= 4]
        if nets and not any(IPv4Interface(f"{given}/32").ip in net.network for net in nets):
            return Answer(True, "% Warning: address is not within a subnet on this interface\n"), keep(
                running, section, match, negative, default
            )[1]
        if any(str(net.ip) == given for net in nets):
            return Answer(False, "% Address cannot equal interface IP address\n"), None
    return None


def _channel_group(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    if negative:
        section.entries.pop(("channel-group",), None)
        return OK, None
    from network.lab.ios_config import grammar  # noqa: PLC0415 - one table, two modules

    name = f"Port-channel{match.words[1]}"
    said = ""
    if name not in running.ports_as_typed():
        found = grammar("global").match(f"interface {name}", False)
        assert isinstance(found, Match)
        keep(running, running.root, found, False, False)
        said = f"Creating a port-channel interface Port-channel {match.words[1]}\n\n"
    answer, entry = keep(running, section, match, negative, default, ("channel-group",))
    return Answer(answer.ok, said + answer.text), entry


def _portfast(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    section.entries.pop(("spanning-tree", "portfast"), None)
    return None


# ---- routing --------------------------------------------------------------------------------------------------------


def _neighbor(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    if not negative and len(match.words) == 2:
        return Answer(False, "% Incomplete command.\n", "incomplete"), None
    if negative and match.key[2:3] in ((), ("remote-as",)):
        for key in [key for key in section.entries if key[:2] == match.key[:2]]:
            del section.entries[key]
        return OK, None
    return None


def _neighbor_use(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    if negative:
        return None
    name = match.words[1]
    places = [section, *(s for lvl in [Level("bgp", bgp_sections(running))] for s in lvl.sections)]
    known = any(
        (("neighbor", name, "remote-as") in place.entries) or (("neighbor", name, "peer-group") in place.entries)
        for place in (places if not _is_vrf_family(running, section) else [section])
    )
    if not known:
        return Answer(False, "% Specify remote-as or peer-group commands first\n"), None
    return None


def bgp_sections(running: Running) -> list[Section]:
    """Return the BGP process section (one or none)."""
    return [e.child for e in running.root.entries.values() if e.match.form.name == "bgp" and e.child]


def _is_vrf_family(running: Running, section: Section) -> bool:
    for process in bgp_sections(running):
        for entry in process.entries.values():
            if entry.child is section:
                return "vrf" in entry.words
    return False


def _spelled(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    """``access-class … in``: the list may be undefined, as on a device (it then permits all)."""
    return None


def _banner(
    running: Running, level: Level, section: Section, match: Match, negative: bool, default: bool
) -> Taken | None:
    if negative:
        section.entries.pop(match.key[:2], None)
        return OK, None
    words = (*match.words[:2], "^C")
    section.entries[match.key[:2]] = Entry(Match(match.form, match.key[:2], words), words)
    return OK, section.entries[match.key[:2]]


_HOOKS: dict[str, Callable[[Running, Level, Section, Match, bool, bool], Taken | None]] = {
    "marker": _ignore,
    "end": _ignore,
    "exit": _ignore,
    "interface": _interface,
    "range": _range,
    "vlan": _vlan,
    "vrf": _vrf,
    "route": _route,
    "ospf": _ospf,
    "bgp": _bgp,
    "acl": _acl,
    "ace": _ace,
    "prefixauto": _prefix_auto,
    "prefixlist": _prefix_list,
    "username": _username,
    "certificate": _certificate,
    "wlan": _wlan,
    "wlanref": _wlan,
    "wlanshutdown": _wlan_shutdown,
    "routemap": _routemap,
    "vty": _vty,
    "switchport": _switchport,
    "accessvlan": _access_vlan,
    "allowed": _allowed,
    "vrfforwarding": _vrf_forwarding,
    "address": _address,
    "secondary": _address,
    "noaddress": _address,
    "standby": _standby,
    "channelgroup": _channel_group,
    "portfast": _portfast,
    "nbr": _neighbor,
    "nbruse": _neighbor_use,
    "accessclass": _spelled,
    "banner": _banner,
}
