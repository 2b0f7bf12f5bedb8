"""IEEE 802.1X and MAB on ports (classic and IBNS 2.0), RADIUS servers and groups.

Every VLAN that an outcome written on the device can give is collected: an assignment that nobody thought of is a way
between zones.
"""

# ruff: noqa: D103, E501, PLC0415 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.config.cisco_ios.common import ip, is_ip, number, vlan
from network.config.cisco_ios.services import section
from network.config.model import RadiusServer, Source

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Fields, Handler, Reader

_HOST_MODES = frozenset({"single-host", "multi-host", "multi-domain", "multi-auth", "multi-auth-multi-domain"})
_CONTROLS = frozenset({"auto", "force-authorized", "force-unauthorized"})
_METHODS = frozenset({"dot1x", "mab", "webauth"})


def _note(r: Reader, s: Source, **fields: Any) -> bool:
    r.target["_auth"].update(fields)
    r.target["_authlines"].append(s)
    return True


def _assign(r: Reader, s: Source, field: str, outcome: str, text: str, no: bool) -> bool:
    auth = r.target["_auth"]
    kept = tuple(item for item in auth.get("assigned", ()) if item[0] != outcome)
    if no:
        return _note(r, s, assigned=kept, **{field: None})
    return _note(r, s, assigned=(*kept, (outcome, text, s)), **{field: vlan(text)})


def authentication(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``authentication …`` below an interface."""
    word, rest = w[1], w[2:]
    if word == "port-control":
        return (no or rest[0] in _CONTROLS) and _note(r, s, control="none" if no else rest[0], _style="classic")
    if word == "open" and not rest:
        return _note(r, s, _open=not no)
    if word == "host-mode":
        return (no or rest[0] in _HOST_MODES) and _note(r, s, host_mode="" if no else rest[0])
    if word == "order":
        return set(rest) <= _METHODS and _note(r, s, order=() if no else tuple(rest))
    if word == "priority":
        return set(rest) <= _METHODS and _note(r, s)
    if word == "control-direction":
        return no or rest == ["both"] or (rest == ["in"] and _note(r, s))
    if word == "event":
        return _event(r, rest, no, s)
    if word == "fallback":
        return False
    return False


def _event(r: Reader, rest: list[str], no: bool, s: Source) -> bool:
    if rest[:2] == ["server", "alive"]:
        return rest[2:] in ([], ["action", "reinitialize"]) and _note(r, s)
    if rest[:2] == ["server", "dead"]:
        outcome, field, tail = "server-dead", "critical_vlan", rest[2:]
    elif rest[0] == "fail":
        outcome, field, tail = "fail", "auth_fail_vlan", rest[1:]
        if tail[:1] == ["retry"]:
            tail = tail[2:]
    elif rest[0] == "no-response":
        outcome, field, tail = "no-response", "guest_vlan", rest[1:]
    else:
        return False
    if not tail:
        return no and _assign(r, s, field, outcome, "1", True)
    if tail[0] != "action":
        return False
    if tail[1:] == ["next-method"]:
        return _note(r, s)
    if tail[1:] == ["authorize", "voice"]:
        return _note(r, s, critical_voice=not no)
    if tail[1:] == ["authorize"]:
        auth = r.target["_auth"]
        kept = tuple(item for item in auth.get("assigned", ()) if item[0] != outcome)
        return _note(r, s, assigned=kept if no else (*kept, (outcome, "port", s)))
    if tail[1] in {"authorize", "reinitialize"} and tail[2] == "vlan" and len(tail) == 4:
        return _assign(r, s, field, outcome, tail[3], no)
    return False


def mab(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return w[1:] in ([], ["eap"]) and _note(r, s, mab=not no)


def dot1x(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``dot1x …`` below an interface, with the forms of IOS 12."""
    word, rest = w[1], w[2:]
    if word == "pae":
        if no:
            return _note(r, s, dot1x=False)
        return rest in (["authenticator"], ["both"]) and _note(r, s, dot1x=True)
    if word == "port-control":
        return (no or rest[0] in _CONTROLS) and _note(
            r, s, control="none" if no else rest[0], dot1x=not no, _style="classic"
        )
    if word == "mac-auth-bypass":
        return _note(r, s, mab=not no)
    if word == "guest-vlan":
        return _assign(r, s, "guest_vlan", "no-response", rest[0] if rest else "1", no)
    if word == "auth-fail" and rest[0] == "vlan":
        return _assign(r, s, "auth_fail_vlan", "fail", rest[1] if len(rest) > 1 else "1", no)
    if word == "critical" and rest[:1] == ["vlan"]:
        return _assign(r, s, "critical_vlan", "server-dead", rest[1], no)
    if word == "host-mode":
        return rest[0] in _HOST_MODES and _note(r, s, host_mode=rest[0])
    return False


def access_session(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``access-session …`` (IBNS 2.0)."""
    word, rest = w[1], w[2:]
    if word == "port-control":
        return (no or rest[0] in _CONTROLS) and _note(r, s, control="none" if no else rest[0], _style="new")
    if word == "closed" and not rest:
        return _note(r, s, _closed=not no, _style="new")
    if word == "host-mode":
        return (no or rest[0] in _HOST_MODES) and _note(r, s, host_mode="" if no else rest[0])
    if word == "control-direction":
        return no or rest in (["both"], ["in"])
    return False


def service_policy(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``service-policy type control subscriber NAME``; QoS policies are in the table of irrelevant forms."""
    if w[1:4] != ["type", "control", "subscriber"] or len(w) != 5:
        return False
    return _note(r, s, service_policy="" if no else w[4])


def source_template(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``source template NAME``: the template's lines stand below the interface's own."""
    if w[1] != "template" or len(w) != 3:
        return False
    r.target["_template"] = None if no else (w[2], s)
    return True


def template(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``template NAME`` of interfaces."""
    from network.config.cisco_ios.interfaces import new

    if len(w) != 2 or no:
        return False
    drafts = r.facts.setdefault("templates", {})
    return r.enter("interface", (drafts.setdefault(w[1], new("", s)),), " ".join(w))


def dot1x_global(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    if w[1:] != ["system-auth-control"]:
        return False
    r.device.dot1x_system = not no
    return True


# -- IBNS 2.0 ------------------------------------------------------------------------------------------------------


def service_template(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``service-template NAME``."""
    if len(w) != 2:
        return False
    if no:
        r.identity.setdefault("templates", {}).pop(w[1], None)
        return True
    draft = r.identity.setdefault("templates", {}).setdefault(w[1], {"vlans": []})
    return r.enter("service-template", (draft,), " ".join(w))


def template_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of a service template; ``vlan`` gives the port another VLAN."""
    if w[0] == "vlan" and len(w) == 2:
        r.target["vlans"] = [] if no else [(w[1], s)]
        return True
    if w == ["voice", "vlan"]:
        r.target["voice"] = not no
        return True
    if w[0] == "access-group" and len(w) == 2:
        return r.ignore(s, "a list that narrows an authenticated session")
    if w[0] in {"description", "inactivity-timer", "absolute-timer", "linksec", "tag", "sgt"}:
        return r.ignore(s, "a timer or label of a session")
    return False


def control_class(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``class-map`` of QoS or ``class-map type control subscriber``: when a policy's action is taken."""
    from network.config.cisco_ios import services

    if w[1:4] == ["type", "control", "subscriber"] and len(w) == 6:
        r.enter("control-class", (None,), " ".join(w))
        return r.ignore(s, "when an action is taken; every action is assumed to be possible")
    return services.class_map(r, w, no, s)


def control_class_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return r.ignore(s, "when an action is taken; every action is assumed to be possible")


def control_policy(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``policy-map`` of QoS or ``policy-map type control subscriber NAME``."""
    from network.config.cisco_ios import services

    if w[1:4] == ["type", "control", "subscriber"] and len(w) == 5 and not no:
        draft = r.identity.setdefault("policies", {}).setdefault(
            w[4], {"templates": [], "methods": set(), "authorize": []}
        )
        return r.enter("control-policy", (draft,), " ".join(w))
    return services.policy_map(r, w, no, s)


_HARMLESS = frozenset({
    "clear-session", "terminate", "pause", "resume", "authentication-restart", "clear-authenticated-data-hosts-on-port",
    "restrict", "protect", "err-disable", "set-timer", "unauthorize", "replace", "deactivate", "set-domain", "map",
})  # fmt: skip


def control_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of a control policy: events, classes and numbered actions."""
    t = r.target
    if no:
        return False
    if w[0] == "event" or (w[0].isdigit() and w[1] == "class"):
        return r.ignore(s, "when an action is taken; every action is assumed to be possible")
    if not w[0].isdigit():
        return False
    action = w[1]
    if action == "authenticate" and w[2] == "using" and w[3] in _METHODS:
        t["methods"].add(w[3])
        return True
    if action == "activate" and w[2] == "service-template":
        t["templates"].append((w[3], s))
        return True
    if action == "authorize" and len(w) == 2:
        t["authorize"].append(s)
        return True
    return action in _HARMLESS and r.ignore(s, "an action that gives no access")


# -- RADIUS --------------------------------------------------------------------------------------------------------


def aaa(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``aaa group server radius NAME`` and sections of AAA; single lines are in the table of irrelevant forms."""
    if w[1:4] == ["group", "server", "radius"] and len(w) == 5:
        if no:
            r.radius_groups.pop(w[4], None)
            return True
        draft = r.radius_groups.setdefault(w[4], {"servers": [], "vrf": ""})
        return r.enter("radius-group", (draft,), " ".join(w))
    return section(r, w, no, s)


def group_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of a server group."""
    t = r.target
    if w[:2] == ["server", "name"] and len(w) == 3:
        t["servers"] = [name for name in t["servers"] if name != w[2]] + ([] if no else [w[2]])
        return True
    if w[0] in {"server", "server-private"} and is_ip(w[1]):
        name = w[1]
        if w[0] == "server-private" or name not in r.radius:
            r.radius.setdefault(name, _server(name, w[2:], s, ip(w[1])))
        t["servers"] = [item for item in t["servers"] if item != name] + ([] if no else [name])
        return True
    if w[:3] == ["ip", "vrf", "forwarding"] and len(w) == 4:
        t["vrf"] = "" if no else w[3]
        return True
    if w[:3] == ["ip", "radius", "source-interface"]:
        r.state(s, w)
        return r.ignore(s, "the source address of the device's own packets")
    if w[0] in {
        "deadtime",
        "load-balance",
        "key-wrap",
        "attribute",
        "accounting",
        "authorization",
        "mac-delimiter",
        "subscriber",
    }:
        return r.ignore(s, "timers and attributes of RADIUS")
    return False


def _server(name: str, rest: list[str], s: Source, address: int | None) -> Fields:
    fields: Fields = {"name": name, "address": address, "auth_port": 1645, "acct_port": 1646, "source": s}
    for word, key in (("auth-port", "auth_port"), ("acct-port", "acct_port")):
        if word in rest:
            fields[key] = number(rest[rest.index(word) + 1], 0, 65535)
    return fields


def radius(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``radius server NAME``."""
    if w[1] != "server" or len(w) != 3:
        return False
    if no:
        r.radius.pop(w[2], None)
        return True
    draft = r.radius.setdefault(
        w[2], {"name": w[2], "address": None, "auth_port": 1645, "acct_port": 1646, "source": s}
    )
    return r.enter("radius-server", (draft,), " ".join(w))


def server_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of ``radius server``."""
    if w[:2] == ["address", "ipv4"] and not no and is_ip(w[2]):
        fields = _server("", w[3:], s, ip(w[2]))
        r.target.update({key: fields[key] for key in ("address", "auth_port", "acct_port")})
        return True
    if w[0] in {
        "key",
        "timeout",
        "retransmit",
        "automate-tester",
        "pac",
        "backoff",
        "non-standard",
        "dtls",
        "tls",
        "description",
    }:
        r.state(s, w)
        return r.ignore(s, "timers and keys of RADIUS")
    return False


def radius_host(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``radius-server host A …`` (the old form)."""
    if w[1] != "host" or not is_ip(w[2]):
        return False
    if no:
        r.radius.pop(w[2], None)
    else:
        r.radius[w[2]] = _server(w[2], w[3:], s, ip(w[2]))
    return True


def finish(r: Reader) -> None:
    """Put servers and groups into the device; a server's VRF is that of the first group that names it."""
    d = r.device
    tables: dict[str, str] = {}
    for name, group in r.radius_groups.items():
        d.radius_groups[name] = tuple(group["servers"])
        for server in group["servers"]:
            tables.setdefault(server, group["vrf"])
    for name, draft in r.radius.items():
        if draft["address"] is not None:
            known = {key: value for key, value in draft.items() if key != "_unknown"}  # the reader's own mark
            d.radius[name] = RadiusServer(vrf=tables.get(name, ""), **known)


def port(r: Reader, draft: Fields) -> Fields:
    """Return the finished authentication fields of a port, its control policy's VLANs included."""
    auth = draft["_auth"]
    fields = {key: value for key, value in auth.items() if key[0] != "_"}
    style = auth.get("_style", "classic")
    if style == "new":
        fields["closed"] = auth.get("_closed", False)
    else:
        fields["closed"] = auth.get("control", "none") == "auto" and not auth.get("_open", False)
    policy = r.identity.get("policies", {}).get(fields.get("service_policy", ""))
    assigned = list(fields.get("assigned", ()))
    if policy is not None:
        fields["dot1x"] = fields.get("dot1x", False) or "dot1x" in policy["methods"]
        fields["mab"] = fields.get("mab", False) or "mab" in policy["methods"]
        for name, source in policy["templates"]:
            template_ = r.identity.get("templates", {}).get(name)
            if template_ is None:
                continue  # RADIUS may supply it; the rules assume that it can give any VLAN of the port's class
            assigned.extend((f"template {name}", text, line) for text, line in template_["vlans"])
            fields["critical_voice"] = fields.get("critical_voice", False) or template_.get("voice", False)
            _ = source
        assigned.extend(("authorize", "port", source) for source in policy["authorize"])
    names: dict[str, str] = r.facts.get("vlan_names", {})
    fields["assigned"] = tuple((outcome, names.get(text, text), line) for outcome, text, line in assigned)
    if not fields["closed"] and draft.get("acl_in"):
        fields["pre_auth_acl"] = draft["acl_in"]
    return fields


_TEMPLATE_WORDS = (
    "vlan",
    "voice",
    "access-group",
    "description",
    "inactivity-timer",
    "absolute-timer",
    "linksec",
    "tag",
    "sgt",
)
_SERVER_WORDS = (
    "address", "key", "timeout", "retransmit", "automate-tester", "pac", "backoff", "non-standard", "dtls", "tls", "description",
)  # fmt: skip
TABLES: dict[str, dict[str, Handler]] = {
    "global": {
        "aaa": aaa,
        "radius": radius,
        "radius-server": radius_host,
        "dot1x": dot1x_global,
        "template": template,
        "service-template": service_template,
        "class-map": control_class,
        "policy-map": control_policy,
    },
    "interface": {
        "authentication": authentication,
        "mab": mab,
        "dot1x": dot1x,
        "access-session": access_session,
        "service-policy": service_policy,
        "source": source_template,
    },
    "service-template": dict.fromkeys(_TEMPLATE_WORDS, template_line),
    "control-class": {"match": control_class_line, "description": control_class_line},
    "control-policy": {"*": control_line},
    "radius-group": {"*": group_line},
    "radius-server": dict.fromkeys(_SERVER_WORDS, server_line),
}
