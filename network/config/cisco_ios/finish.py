"""Drafts turned into the model, once the whole file is read: what depends on more than one line is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.config.cisco_ios import authentication, bgp, filters, nat, wireless
from network.config.model import (
    ANY,
    Acl,
    AclEntry,
    EigrpProcess,
    FirstHop,
    Interface,
    Match,
    OspfArea,
    OspfInterface,
    OspfProcess,
    PortAuth,
    PrefixList,
    RouteMap,
    Source,
    Switchport,
    Track,
    Tunnel,
    Vlan,
    VlanMap,
    Vrf,
    Wild,
)
from network.config.secrets import digest

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Fields, Reader


def _public(draft: Fields) -> Fields:
    return {key: value for key, value in draft.items() if key[0] != "_"}


def finish(r: Reader) -> None:
    """Fill the device from the drafts."""
    d = r.device
    d.vrfs = {name: _vrf(draft) for name, draft in r.vrfs.items()}
    d.vlans = {id_: Vlan(**_public(draft)) for id_, draft in sorted(r.vlans.items())}
    _apply_templates(r)
    names = {vlan.name: str(vlan.id) for vlan in d.vlans.values() if vlan.name}
    r.facts["vlan_names"] = names
    _interfaces(r)
    authentication.finish(r)
    wireless.finish(r)
    d.static_routes = list(r.statics.values())
    d.ospf = [_ospf(draft) for draft in r.ospf.values()]
    for draft in r.eigrp.values():
        process = _eigrp(r, draft)
        if draft["asn"]:
            d.eigrp.append(process)
        if not draft["asn"] or _beyond(process):
            reclass(r, draft["source"], "router eigrp")  # its routes would not be the computed ones
    d.bgp = bgp.finish(r)
    d.acls = {name: _acl(r, draft) for name, draft in r.acls.items()}
    d.prefix_lists = {
        name: PrefixList(name, tuple(entry for _, entry in sorted(draft["entries"].items())))
        for name, draft in r.prefix_lists.items()
    }
    d.route_maps = {
        name: RouteMap(name, tuple(filters.clause(draft) for _, draft in sorted(clauses.items())))
        for name, clauses in r.route_maps.items()
        if clauses
    }
    d.vlan_maps = [
        VlanMap(
            name,
            tuple((tuple(e["acls"]), e["action"], e["source"]) for _, e in sorted(draft["entries"].items())),
            frozenset(draft["vlans"]),
        )
        for name, draft in r.vlan_maps.items()
    ]
    d.nat = nat.finish(r)
    d.tracks.update({number: _track(r, draft) for number, draft in r.tracks.items()})


def _vrf(draft: Fields) -> Vrf:
    six = draft.get("_six", {})
    imports = {**draft["import"], **six.get("import", {})}
    exports = {**draft["export"], **six.get("export", {})}
    return Vrf(
        draft["name"],
        draft.get("rd", ""),
        tuple(imports.items()),
        tuple(exports.items()),
        draft.get("import_map"),
        draft.get("export_map"),
        (*draft["replicate"], *six.get("replicate", ())),
        draft.get("import_global_map"),
        draft.get("export_global_map"),
        bool(draft["ipv4"]) if draft["ipv4"] is not None else not draft.get("_definition"),
        draft["ipv6"],
        draft["source"],
    )


def _is_switch(r: Reader) -> bool:
    """Return whether the device's ports are switch ports unless it says otherwise.

    A Catalyst shows ``no switchport`` on a routed port and nothing on a switch port; a router (or a chassis whose ports
    start routed) shows a bare ``switchport`` line on a switch port, or has none.
    """
    if r.facts.get("bare_switchport"):
        return False
    return any(
        draft.get("_switchport") is not None and draft["kind"] in {"physical", "port-channel"}
        for draft in r.interfaces.values()
    )


def _interfaces(r: Reader) -> None:
    d = r.device
    switch = _is_switch(r)
    parents = {draft["parent"] for draft in r.interfaces.values() if draft.get("parent")}
    bundles: dict[int, list[str]] = {}
    for name, draft in r.interfaces.items():
        group = draft.get("channel_group")
        if group is not None:
            bundles.setdefault(group, []).append(name)
    for name, draft in r.interfaces.items():
        fields = _public(draft)
        addresses = draft["_addresses"]
        fields["addresses"] = tuple(entry[0] for entry in addresses)
        fields["address_sources"] = tuple(entry[1] for entry in addresses)
        fields["switchport"] = _switchport(draft, switch, name in parents)
        fields["ospf"] = _ospf_interface(r, draft["_ospf"])
        fields["first_hops"] = tuple(
            _first_hop(r, group) for group in draft["_hsrp"].values() if not group.get("_shutdown")
        )
        fields["auth"] = _auth(r, draft)
        if draft.get("_ip_mtu"):
            fields["mtu"] = draft["_ip_mtu"]
        elif draft["kind"] == "tunnel" and not draft.get("mtu"):
            fields["mtu"] = 1476  # 1500 less the outer header and GRE (RFC 2784)
        if draft.get("portfast") is None and r.facts.get("portfast_default"):
            fields["portfast"] = True
        tunnel = draft.get("_tunnel")
        if draft["kind"] == "tunnel":
            fields["tunnel"] = Tunnel(**tunnel) if tunnel else Tunnel("", "")
        if draft["kind"] == "port-channel" and name.startswith("Port-channel") and name[12:].isdigit():
            fields["members"] = tuple(bundles.get(int(name[12:]), ()))
        if draft.get("_eigrp_auth"):
            parts = [item.split() for item in draft["_eigrp_auth"]]
            texts = [" ".join([*p[:-1], _chain(r, p[-1])]) if p[0] == "key-chain" else " ".join(p) for p in parts]
            fields["eigrp_authentication"] = digest("|".join(sorted(texts)))
        d.interfaces[name] = Interface(**fields)


def _switchport(draft: Fields, switch: bool, has_subinterfaces: bool) -> Switchport | None:
    if draft["kind"] not in {"physical", "port-channel"}:
        return None
    explicit = draft.get("_switchport")
    if explicit is False:
        return None
    if explicit is None and (
        not switch
        or has_subinterfaces
        or draft.get("_l3")
        or draft.get("vrf")
        or draft["_addresses"]
        or draft.get("channel_group") is not None
        or draft["name"] in {"GigabitEthernet0/0", "FastEthernet0", "GigabitEthernet0", "FastEthernet1"}
    ):
        return None
    sw = _public(draft["_sw"])
    sw.setdefault("mode", "dynamic")
    return Switchport(lines=draft["_swlines"], **sw)


def _auth(r: Reader, draft: Fields) -> PortAuth | None:
    if not draft["_auth"] and not draft["_authlines"]:
        return None
    return PortAuth(**authentication.port(r, draft), lines=tuple(draft["_authlines"]))


def _apply_templates(r: Reader) -> None:
    """Put interface templates below the interfaces that use them: the interface's own lines win."""
    templates = r.facts.get("templates", {})
    for draft in r.interfaces.values():
        use = draft.get("_template")
        if not use:
            continue
        name, source = use
        template = templates.get(name)
        if template is None or template.get("_unknown"):
            reclass(r, source, f"interface {draft['name']}")
        if template is None:
            continue
        for key in ("_auth", "_sw", "_swlines", "_ospf"):
            draft[key] = {**template[key], **draft[key]}
        draft["_authlines"] = [*template["_authlines"], *draft["_authlines"]]
        for key, value in template.items():
            if key not in draft and key not in {"_template", "_unknown"}:
                draft[key] = value


def _chain(r: Reader, name: str) -> str:
    """Return a digest of what a key chain holds: two ends agree by their keys, not by the chain's name."""
    return digest("|".join(r.facts.get("chains", {}).get(name, ())))


def _ospf_interface(r: Reader, o: Fields) -> OspfInterface:
    if not o:
        return OspfInterface()
    fields = _public(o)
    if o.get("authentication") == "key-chain":
        fields["key"] = _chain(r, o.get("_chain", ""))
    elif o.get("authentication") == "text":
        fields["key"] = o.get("_textkey", "")
    elif o.get("_keys"):
        fields["key"] = ",".join(f"{id_}:{value}" for id_, value in sorted(o["_keys"].items()))
    return OspfInterface(**fields)


def _first_hop(r: Reader, group: Fields) -> FirstHop:
    fields = _public(group)
    for name, step in group.get("_track_interfaces", ()):
        # Old form: the interface itself is tracked; give it a number of its own beyond IOS's 1..1000.
        number = next((n for n, t in r.tracks.items() if n > 1000 and t.get("interface") == name), 0)
        if not number:
            number = 1001 + len([n for n in r.tracks if n > 1000])
            r.tracks[number] = {"number": number, "kind": "interface", "interface": name, "source": group["source"]}
        fields["track"] = [*fields["track"], (number, step)]
    fields["track"] = tuple(fields["track"])
    fields["virtual"] = tuple(fields["virtual"])
    return FirstHop(**fields)


def _ospf(draft: Fields) -> OspfProcess:
    fields = {key: value for key, value in _public(draft).items() if key not in {"in", "out"}}
    fields["networks"] = tuple(draft["networks"].values())
    fields["passive"] = frozenset(draft["passive"])
    fields["not_passive"] = frozenset(draft["not_passive"])
    fields["redistribute"] = tuple(draft["redistribute"])
    fields["summaries"] = tuple(draft["summaries"].values())
    fields["distance"] = tuple(draft["distance"])
    fields["distribute_in"] = tuple(draft["in"])
    fields["distribute_out"] = tuple(draft["out"])
    fields["areas"] = {
        id_: OspfArea(**{**area, "ranges": tuple(area["ranges"].values()), "filters": tuple(area["filters"])})
        for id_, area in draft["areas"].items()
    }
    return OspfProcess(**fields)


def _eigrp(r: Reader, draft: Fields) -> EigrpProcess:
    fields = {key: value for key, value in _public(draft).items() if key not in {"in", "out"}}
    summaries = list(draft["summaries"])
    for name, interface in r.interfaces.items():
        for as_number, prefix, distance, source in interface.get("_eigrp_summaries", ()):
            if as_number == str(draft["asn"]) and interface.get("vrf", "") == draft["vrf"]:
                summaries.append((name, prefix, distance, source))
    fields["networks"] = tuple(draft["networks"].values())
    fields["passive"] = frozenset(draft["passive"])
    fields["not_passive"] = frozenset(draft["not_passive"])
    fields["redistribute"] = tuple(draft["redistribute"])
    fields["summaries"] = tuple(summaries)
    fields["distribute_in"] = tuple(draft["in"])
    fields["distribute_out"] = tuple(draft["out"])
    return EigrpProcess(**fields)


def _beyond(process: EigrpProcess) -> bool:
    """Return whether a process does what the analysis does not compute: it is read for rules, and blocks the proof."""
    redistributes_more = any(
        rule.protocol != "connected" or rule.route_map or rule.metric is not None for rule in process.redistribute
    )
    return bool(
        process.stub is not None
        or process.summaries
        or process.distribute_in
        or process.distribute_out
        or process.auto_summary
        or process.variance != 1
        or redistributes_more
        or (process.redistribute and process.default_metric)
    )


def _acl(r: Reader, draft: Fields) -> Acl:
    entries: list[AclEntry] = []
    for _, entry in sorted(draft["entries"].items()):
        if isinstance(entry, AclEntry):
            entries.append(entry)
        else:
            entries.extend(_with_groups(r, entry))
    return Acl(draft["name"], draft["kind"], tuple(entries), draft["source"])


def _with_groups(r: Reader, entry: Any) -> list[AclEntry]:
    """Return one entry of object groups as entries of plain matches; a group that cannot be had makes it inexact."""
    action, fields, source, uses = entry
    inexact = fields.get("inexact", False)
    places: dict[str, tuple[Wild, ...]] = {}
    for side in ("src", "dst"):
        if side not in uses:
            continue
        found = _network(r, uses[side], set())
        if found is None:
            reclass(r, source, f"object-group {uses[side]}")
            inexact = True
        elif not found:
            return []  # an empty group matches nothing
        elif ANY not in found:
            places[side] = tuple(found)
    services: list[Fields] = [{}]
    if "service" in uses:
        found_services = _services(r, uses["service"], set())
        if found_services is None:
            reclass(r, source, f"object-group {uses['service']}")
            inexact = True
        else:
            own = fields.get("protocols", ())
            services = [item for item in found_services if not own or item.get("protocols", own) == own]
    return [
        AclEntry(action, Match(**{**fields, **places, **service, "inexact": inexact}), source) for service in services
    ]


def _network(r: Reader, name: str, seen: set[str]) -> list[Wild] | None:
    group = r.object_groups.get(name)
    if group is None or group["kind"] != "network" or group.get("_unknown") or name in seen:
        return None
    found = list(group["items"])
    for inner in group["groups"]:
        more = _network(r, inner, seen | {name})
        if more is None:
            return None
        found.extend(more)
    return found


def _services(r: Reader, name: str, seen: set[str]) -> list[Fields] | None:
    group = r.object_groups.get(name)
    if group is None or group["kind"] != "service" or group.get("_unknown") or name in seen:
        return None
    found = list(group["items"])
    for inner in group["groups"]:
        more = _services(r, inner, seen | {name})
        if more is None:
            return None
        found.extend(more)
    return found


def _track(r: Reader, draft: Fields) -> Track:
    fields = _public(draft)
    if "_sla" in draft:
        probe = r.slas.get(draft["_sla"], {})
        fields["target"] = probe.get("target")
        fields["vrf"] = probe.get("vrf", "")
    return Track(**fields)


def reclass(r: Reader, source: Source, scope: str) -> None:
    """Take a line out of the modelled ones: what it refers to cannot be had."""
    if source.line in r.device.modelled_lines:
        r.device.modelled_lines.remove(source.line)
        r.block(source, scope)
