"""Abbreviated commands of hand-typed configurations: each word is completed where only one keyword begins with it.

The keywords of a mode are those that IOS offers there as far as they share a beginning with a command that is read here, so
that a short form which IOS would call ambiguous is not completed either. A running configuration never needs this.
"""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from typing import Any

_COMMANDS: dict[str, str] = {
    "global": """
        aaa|access-list|access-session|alias|archive|arp|banner|boot|bridge|buffers|call-home|cdp|class-map|clock|cns
        control-plane|crypto|default|define|device-tracking|do|dot1x|enable|end|errdisable|event|exception|exit|fabric
        flow|hostname|interface|ip|ipv6|kron|l2tp|license|line|lldp|logging|login|mac|macro|map-class|memory
        monitor|mpls|multilink|netconf|no|ntp|object-group|parser|password|policy-map|port-channel|privilege|process
        radius|radius-server|redundancy|rmon|route-map|router|sampler|scheduler|service|service-list|snmp-server|spanning-tree
        standby|stack-mac|switch|system|tacacs|tacacs-server|template|tftp-server|time-range|track|udld|username
        version|vlan|vrf|vtp|xconnect
        interface range
        ip access-list|address-pool|arp|as-path|bgp-community|bootp|cef|classless|community-list|default-gateway|default-network
        ip dhcp|domain|domain-list|domain-lookup|domain-name|extcommunity-list|finger|flow-export|forward-protocol|ftp|host
        ip http|icmp|igmp|local|multicast|multicast-routing|name-server|nat|nbar|pim|prefix-list|radius|route|routing|scp
        ip sla|source-route|ssh|subnet-zero|tacacs|tcp|telnet|tftp|vrf
        ip access-list extended|log-update|logging|persistent|resequence|role-based|standard
        ip route vrf|static
        router bgp|eigrp|isis|lisp|mobile|odr|ospf|ospfv3|rip
        vrf definition|upgrade-cli
        spanning-tree backbonefast|etherchannel|extend|logging|loopguard|mode|mst|optimize|pathcost|portfast|transmit|uplinkfast|vlan
        spanning-tree mode mst|pvst|rapid-pvst
        vtp domain|file|interface|mode|password|pruning|version
        vtp mode client|off|server|transparent
        """,
    "interface": """
        access-session|arp|authentication|auto|bandwidth|bfd|bridge-group|carrier-delay|cdp|channel-group|channel-protocol|clock
        crypto|default|delay|description|device-tracking|dot1x|duplex|encapsulation|ethernet|exit|fair-queue|flowcontrol
        hold-queue|ip|ipv6|isis|keepalive|l2protocol-tunnel|lacp|link|lldp|load-interval|logging|mab|mac|macro|mdix|media-type
        mls|mpls|mtu|negotiation|no|ntp|pagp|power|priority-queue|queue-set|random-detect|rmon|service-policy|shutdown|snmp
        source|spanning-tree|speed|srr-queue|standby|storm-control|switchport|timeout|tunnel|tx-ring-limit|udld|vrf|vrrp|xconnect
        zone-member|glbp|subscriber
        ip access-group|accounting|address|admission|arp|authentication|bandwidth-percent|broadcast-address|cef|dhcp
        ip directed-broadcast|dvmrp|flow|hello-interval|helper-address|hold-time|igmp|inspect|irdp|load-sharing|local-proxy-arp
        ip mask-reply|mroute-cache|mtu|multicast|nat|nbar|nhrp|ospf|pim|policy|proxy-arp|redirects|rip|route-cache|router|rsvp
        ip split-horizon|summary-address|tcp|unnumbered|unreachables|verify|virtual-reassembly|vrf|wccp
        ip vrf forwarding|receive|select|sitemap
        ip ospf authentication|authentication-key|bfd|cost|database-filter|dead-interval|demand-circuit|flood-reduction
        ip ospf hello-interval|lls|message-digest-key|mtu-ignore|network|priority|resync-timeout|retransmit-interval|shutdown
        ip ospf transmit-delay|ttl-security|prefix-suppression
        ip nat enable|inside|outside
        vrf forwarding|receive
        switchport access|autostate|backup|block|dot1q|host|mode|nonegotiate|port-security|priority|private-vlan|protected
        switchport trunk|vlan|voice
        switchport access vlan
        switchport voice vlan
        switchport mode access|dot1q-tunnel|dynamic|private-vlan|trunk
        switchport trunk allowed|encapsulation|ether-type|native|pruning
        switchport trunk allowed vlan
        switchport trunk native vlan
        switchport trunk encapsulation dot1q|isl|negotiate
        spanning-tree bpdufilter|bpduguard|cost|guard|link-type|loopguard|mst|port-priority|portfast|stack-port|vlan
        """,
    "ospf": """
        area|auto-cost|bfd|capability|compatible|default|default-information|default-metric|discard-route|distance
        distribute-list|domain-id|domain-tag|exit|ignore|ispf|log-adjacency-changes|max-lsa|max-metric|maximum-paths|mpls
        neighbor|network|no|nsf|nsr|passive-interface|prefix-suppression|priority|process-min-time|queue-depth|redistribute
        router-id|shutdown|snmp|summary-address|timers|traffic-share|ttl-security
        """,
    "bgp": """
        address-family|aggregate-address|auto-summary|bgp|default|default-information|default-metric|distance|distribute-list
        exit|maximum-paths|neighbor|network|no|redistribute|scope|synchronization|table-map|template|timers
        """,
}  # fmt: skip


def _build() -> dict[str, dict[str, Any]]:
    trees: dict[str, dict[str, Any]] = {}
    for mode, block in _COMMANDS.items():
        tree: dict[str, Any] = {}
        for line in block.strip().splitlines():
            words = line.split()
            node = tree
            for word in words[:-1]:
                node = node.setdefault(word, {})
            for keyword in words[-1].split("|"):
                node.setdefault(keyword, {})
        trees[mode] = tree
    return trees


_TREES = _build()


def expand(mode: str, words: list[str]) -> list[str] | None:
    """Return the words with their keywords completed, or ``None`` where one is unknown or ambiguous."""
    tree = _TREES.get(mode)
    if tree is None:
        return None
    out: list[str] = []
    rest = words
    if words[0] == "no":
        out, rest = ["no"], words[1:]
    for index, word in enumerate(rest):
        if not tree:
            return out + rest[index:]
        lower = word.lower()
        if lower in tree:
            out.append(lower)
            tree = tree[lower]
            continue
        options = [key for key in tree if key.startswith(lower)]
        if len(options) != 1:
            return out + rest[index:] if index and not options else None
        out.append(options[0])
        tree = tree[options[0]]
    return out
