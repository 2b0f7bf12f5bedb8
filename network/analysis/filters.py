"""Filters as packet sets: what an access list, a VLAN map or a firewall's policies certainly let pass, and may let
pass.

A condition that holds only part of the time (a time range, a schedule, a dynamic address) or that a reader could not
express
makes two answers: ``may`` for the search for leaks, ``must`` for the search for outages. Fragments follow IOS
("Access Control Lists and IP
Fragments"): an entry with ports lets non-initial fragments pass by their addresses if it permits, and does not see
them if it
denies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from network.analysis.packets import ICMP, PORT_PROTOCOLS, TCP, UDP, PacketSet, Space

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from network.analysis.packets import Packet
    from network.config.model import Acl, AclEntry, Action, Firewall, FirewallPolicy, Match, VlanMap, Wild


class Filter(NamedTuple):
    """What passes whatever the uncertain conditions are (``must``), and what may pass under some of them (``may``)."""

    may: PacketSet
    must: PacketSet

    def meet(self, other: Filter) -> Filter:
        """Return what passes both, one after the other."""
        return Filter(self.may & other.may, self.must & other.must)


class Filters:
    """Builds and keeps the packet sets of filters. Results are kept by the identity of the model's objects."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.open = Filter(space.all, space.all)
        self.closed = Filter(space.none, space.none)
        self._acls: dict[int, tuple[Acl, Filter]] = {}
        self._matches: dict[tuple[int, bool], tuple[Match, PacketSet]] = {}
        self._policies: dict[tuple[int, str, str, str, str], tuple[Firewall, Filter]] = {}
        space_ports = space.protocols(PORT_PROTOCOLS)
        self._ports = space_ports
        self._established = space.equal("protocol", TCP) & space.equal("established", 1)

    def match(self, match: Match, *, permits: bool = True) -> PacketSet:
        """Return the packets a match describes (the greatest set, where it is inexact); ``permits`` decides on
        fragments."""
        key = (id(match), permits)
        found = self._matches.get(key)
        if found is None:
            found = (match, self._match(match, permits=permits))
            self._matches[key] = found
        return found[1]

    def _match(self, match: Match, *, permits: bool) -> PacketSet:
        space = self.space
        protocols = space.protocols(match.protocols)
        ends = self._side("dst", match.dst, negate=match.negate_dst) & self._side(
            "src", match.src, negate=match.negate_src
        )
        detail = space.all
        for field, ports in (("dport", match.dport), ("sport", match.sport)):
            if ports:
                detail = detail & space.ranges(field, [(span.low, span.high) for span in ports])
        if match.dport or match.sport:
            # Ports without a protocol that has ports cannot match anything else than one that has.
            detail = detail & self._ports
        if match.icmp:
            detail = (
                detail
                & space.equal("protocol", ICMP)
                & space.union(
                    space.equal("icmp_type", kind) & (space.all if code is None else space.equal("icmp_code", code))
                    for kind, code in match.icmp
                )
            )
        if match.established:
            detail = detail & self._established
        if match.fragments:
            return protocols & ends & ~space.whole
        service = protocols & detail
        if match.negate_service:
            return ends & ~service
        if detail.valid():
            return service & ends
        # Layer-4 conditions cannot be seen in a non-initial fragment.
        rest = protocols & ~space.whole if permits else space.none
        return ends & ((service & space.whole) | rest)

    def _side(self, field: str, wilds: Sequence[Wild], *, negate: bool) -> PacketSet:
        if not wilds:
            return self.space.none if negate else self.space.all
        found = self.space.union(self.space.masked(field, wild.value, wild.care) for wild in wilds)
        return ~found if negate else found

    def first_match(self, rules: Iterable[tuple[Action, PacketSet, bool]], *, default: Filter | None = None) -> Filter:
        """Return what a list of (action, packets, certain) lets pass; nothing matched is denied unless ``default``
        says otherwise."""
        may, must = default or self.closed
        for action, packets, certain in reversed(list(rules)):
            if action == "permit":
                may = may | packets
                if certain:
                    must = must | packets
            else:
                must = must & ~packets
                if certain:
                    may = may & ~packets
        return Filter(may, must)

    def entry(self, entry: AclEntry) -> PacketSet:
        """Return the packets that an entry matches."""
        return self.match(entry.match, permits=entry.action == "permit")

    def acl(self, acl: Acl) -> Filter:
        """Return what an access list lets pass. An empty one permits everything, as IOS does."""
        found = self._acls.get(id(acl))
        if found is None:
            result = (
                self.open
                if not acl.entries
                else self.first_match(
                    (entry.action, self.entry(entry), not (entry.match.sometimes or entry.match.inexact))
                    for entry in acl.entries
                )
            )
            found = (acl, result)
            self._acls[id(acl)] = found
        return found[1]

    def named(self, acls: dict[str, Acl], name: str) -> Filter:
        """Return the filter of the list ``name``; no name or an undefined list lets everything pass, as IOS does."""
        acl = acls.get(name) if name else None
        return self.acl(acl) if acl is not None else self.open

    def vlan_map(self, acls: dict[str, Acl], vlan_map: VlanMap) -> Filter:
        """Return what a VLAN map lets pass; an entry without a list matches all, IP packets no entry matches are
        dropped."""
        rules: list[tuple[Action, PacketSet, bool]] = []
        for names, action, _ in vlan_map.entries:
            lists = [acls[name] for name in names if name in acls]
            verdict: Action = "permit" if action == "forward" else "deny"
            if not names:
                rules.append((verdict, self.space.all, True))
                continue
            ip = [self.acl(acl) for acl in lists if acl.kind != "mac"]
            may = self.space.union(one.may for one in ip)
            must = self.space.union(one.must for one in ip)
            rules.append((verdict, must, True))
            if may != must:
                rules.append((verdict, may & ~must, False))
        return self.first_match(rules)

    def firewall(self, firewall: Firewall, vdom: str, incoming: str, outgoing: str, vip: str = "") -> Filter:
        """Return what the policies let pass as a new session from ``incoming`` to ``outgoing``.

        ``vip`` names the virtual address that has already rewritten the packets' destination ("" = none): such
        packets match only
        policies that name it, or that have ``match-vip``.
        """
        key = (id(firewall), vdom, incoming, outgoing, vip)
        found = self._policies.get(key)
        if found is None:
            found = (firewall, self._firewall(firewall, vdom, incoming, outgoing, vip))
            self._policies[key] = found
        return found[1]

    def _firewall(self, firewall: Firewall, vdom: str, incoming: str, outgoing: str, vip: str) -> Filter:
        if any(
            incoming in members and outgoing in members
            for zone, members in firewall.zones.items()
            if zone in firewall.intrazone_permit
        ):
            return self.open
        rules: list[tuple[Action, PacketSet, bool]] = []
        for policy in applicable(firewall, vdom, incoming, outgoing, vip):
            rules += [(policy.action, packets, certain) for packets, certain in self.policy(policy, vip)]
        return self.first_match(rules)

    def policy(self, policy: FirewallPolicy, vip: str = "") -> list[tuple[PacketSet, bool]]:
        """Return the packets a policy matches, each set with whether it certainly does."""
        permits = policy.action == "permit"
        result = []
        negated: dict[tuple[object, ...], list[Match]] = {}
        for match in policy.matches:
            if match.vip_only and vip not in policy.vips:
                continue  # FortiOS: what is sent straight to the mapped address does not match
            if match.negate_service:
                negated.setdefault((match.src, match.dst, match.negate_src, match.negate_dst), []).append(match)
                continue
            packets = self.match(match, permits=permits)
            if vip and vip in policy.vips:
                packets = self.space.forget(packets, "dst")
            result.append((packets, not (match.sometimes or match.inexact)))
        for group in negated.values():
            # None of the services: the complements must all hold, where alternatives would be nearly everything.
            packets = self._side("dst", group[0].dst, negate=group[0].negate_dst) & self._side(
                "src", group[0].src, negate=group[0].negate_src
            )
            for match in group:
                if not match.inexact:  # the complement of what is not known exactly may be anything
                    packets = packets & self.match(match, permits=permits)
            if vip and vip in policy.vips:
                packets = self.space.forget(packets, "dst")
            result.append((packets, not any(match.sometimes or match.inexact for match in group)))
        return result

    def first_entry(self, acl: Acl, packet: Packet) -> AclEntry | None:
        """Return the first entry that (perhaps) matches one packet."""
        for entry in acl.entries:
            if self.space.holds(self.entry(entry), packet):
                return entry
        return None

    def first_policy(
        self, firewall: Firewall, vdom: str, incoming: str, outgoing: str, packet: Packet, vip: str = ""
    ) -> FirewallPolicy | None:
        """Return the first policy that (perhaps) matches one packet, permitting ones before uncertain denials."""
        for policy in applicable(firewall, vdom, incoming, outgoing, vip):
            for packets, certain in self.policy(policy, vip):
                if (certain or policy.action == "permit") and self.space.holds(packets, packet):
                    return policy
        return None


def applicable(firewall: Firewall, vdom: str, incoming: str, outgoing: str, vip: str = "") -> list[FirewallPolicy]:
    """Return the enabled IPv4 policies between two interfaces, in order. A packet that a VIP rewrote meets only those
    that see it."""
    result = []
    for policy in firewall.policies:
        if not policy.enabled or policy.family != 4 or policy.vdom != vdom:
            continue
        if not _meets(policy.from_interfaces, incoming) or not _meets(policy.to_interfaces, outgoing):
            continue
        if vip and vip not in policy.vips and not policy.match_vip:
            continue
        result.append(policy)
    return result


def _meets(names: Sequence[str], interface: str) -> bool:
    return interface in names or "any" in names


__all__ = ["TCP", "UDP", "Filter", "Filters", "applicable"]
