"""Words of IOS turned into numbers: addresses, masks, VLAN lists, protocol and port names. All raise ``ValueError``."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

import ipaddress
from functools import lru_cache

from network.config.model import Prefix, Wild

FULL = 0xFFFFFFFF


@lru_cache(maxsize=65536)
def ip(text: str) -> int:
    """Return a dotted IPv4 address as an integer."""
    a, b, c, d = text.split(".")
    value = 0
    for part in (a, b, c, d):
        if not part.isascii() or not part.isdigit() or len(part) > 3:
            raise ValueError(text)
        number = int(part)
        if number > 255:
            raise ValueError(text)
        value = value << 8 | number
    return value


def is_ip(text: str) -> bool:
    """Return whether ``text`` is a dotted IPv4 address."""
    try:
        ip(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=16384)
def ip6(text: str) -> int:
    """Return an IPv6 address as an integer."""
    return int(ipaddress.IPv6Address(text))


@lru_cache(maxsize=4096)
def mask_length(text: str) -> int:
    """Return the length of a contiguous netmask such as 255.255.255.0."""
    value = ip(text)
    length = value.bit_count()
    if value != FULL << (32 - length) & FULL:
        raise ValueError(text)
    return length


def net(length: int) -> int:
    """Return the netmask of a prefix length as an integer."""
    return FULL << (32 - length) & FULL


def prefix(address: str, mask: str) -> Prefix:
    """Return the prefix of an address and its netmask; host bits are cut off, as IOS does."""
    length = mask_length(mask)
    return Prefix(ip(address) & net(length), length)


@lru_cache(maxsize=16384)
def cidr(text: str) -> Prefix:
    """Return ``a.b.c.d/len`` as a prefix; host bits are cut off."""
    address, _, length = text.partition("/")
    number = int(length)
    if not 0 <= number <= 32:
        raise ValueError(text)
    return Prefix(ip(address) & net(number), number)


def cidr6(text: str) -> Prefix:
    """Return an IPv6 prefix; host bits are cut off."""
    network = ipaddress.IPv6Network(text, strict=False)
    return Prefix(int(network.network_address), network.prefixlen, 6)


def classful(value: int) -> int:
    """Return the classful prefix length of an address, for ``network A`` without a mask (RFC 791)."""
    if value >> 31 == 0:
        return 8
    return 16 if value >> 30 == 2 else 24


def wild(address: str, wildcard: str) -> Wild:
    """Return the addresses of an IOS address and wildcard mask (a one bit in the mask means "do not care")."""
    care = ip(wildcard) ^ FULL
    return Wild(ip(address) & care, care)


@lru_cache(maxsize=8192)
def vlan_list(text: str) -> frozenset[int]:
    """Return the VLAN ids of ``1,10-20``; each must be 1..4094."""
    ids: set[int] = set()
    for part in text.split(","):
        low, dash, high = part.partition("-")
        first, last = int(low), int(high) if dash else int(low)
        if not 1 <= first <= last <= 4094:
            raise ValueError(text)
        ids.update(range(first, last + 1))
    return frozenset(ids)


def vlan(text: str) -> int:
    """Return a VLAN id, 1..4094."""
    number = int(text)
    if not 1 <= number <= 4094:
        raise ValueError(text)
    return number


def number(text: str, low: int, high: int) -> int:
    """Return an integer within its bounds."""
    value = int(text)
    if not low <= value <= high:
        raise ValueError(text)
    return value


def asn(text: str) -> int:
    """Return an AS number, plain or asdot (RFC 5396)."""
    if "." in text:
        high, _, low = text.partition(".")
        return number(high, 0, 65535) << 16 | number(low, 0, 65535)
    return number(text, 1, 4294967295)


def area(text: str) -> str:
    """Return an OSPF area as a decimal string, whatever way it was written."""
    return str(ip(text)) if "." in text else str(number(text, 0, FULL))


PROTOCOLS = {
    "ahp": 51, "eigrp": 88, "esp": 50, "gre": 47, "icmp": 1, "igmp": 2, "igrp": 9, "ipinip": 4, "nos": 94, "ospf": 89,
    "pcp": 108, "pim": 103, "tcp": 6, "udp": 17, "sctp": 132, "vrrp": 112, "icmp6": 58,
}  # fmt: skip

_TCP = {
    "bgp": 179, "chargen": 19, "cmd": 514, "daytime": 13, "discard": 9, "domain": 53, "drip": 3949, "echo": 7, "exec": 512,
    "finger": 79, "ftp": 21, "ftp-data": 20, "gopher": 70, "hostname": 101, "ident": 113, "irc": 194, "klogin": 543,
    "kshell": 544, "login": 513, "lpd": 515, "msrpc": 135, "nntp": 119, "onep-plain": 15001, "onep-tls": 15002,
    "pim-auto-rp": 496, "pop2": 109, "pop3": 110, "smtp": 25, "sunrpc": 111, "syslog": 514, "tacacs": 49, "tacacs-ds": 49,
    "talk": 517, "telnet": 23, "time": 37, "uucp": 540, "whois": 43, "www": 80, "443": 443, "ssh": 22, "https": 443,
    "connectedapps-plain": 15001, "connectedapps-tls": 15002,
}  # fmt: skip
_UDP = {
    "biff": 512, "bootpc": 68, "bootps": 67, "discard": 9, "dnsix": 195, "domain": 53, "echo": 7, "isakmp": 500,
    "mobile-ip": 434, "nameserver": 42, "netbios-dgm": 138, "netbios-ns": 137, "netbios-ss": 139, "non500-isakmp": 4500,
    "ntp": 123, "pim-auto-rp": 496, "rip": 520, "ripv6": 521, "snmp": 161, "snmptrap": 162, "sunrpc": 111, "syslog": 514,
    "tacacs": 49, "tacacs-ds": 49, "talk": 517, "tftp": 69, "time": 37, "who": 513, "xdmcp": 177,
}  # fmt: skip


def port(text: str, protocol: int) -> int:
    """Return a port number or a port's IOS name (its meaning depends on the protocol: 514 is cmd or syslog)."""
    if text.isdigit():
        return number(text, 0, 65535)
    table = _UDP if protocol == 17 else _TCP
    if text not in table:
        raise ValueError(text)
    return table[text]


# ICMP message names of IOS extended lists → (type, code or None).
ICMP: dict[str, tuple[int, int | None]] = {
    "echo-reply": (0, None), "unreachable": (3, None), "net-unreachable": (3, 0), "host-unreachable": (3, 1),
    "protocol-unreachable": (3, 2), "port-unreachable": (3, 3), "packet-too-big": (3, 4), "source-route-failed": (3, 5),
    "network-unknown": (3, 6), "host-unknown": (3, 7), "host-isolated": (3, 8), "dod-net-prohibited": (3, 9),
    "dod-host-prohibited": (3, 10), "net-tos-unreachable": (3, 11), "host-tos-unreachable": (3, 12),
    "administratively-prohibited": (3, 13), "host-precedence-unreachable": (3, 14), "precedence-unreachable": (3, 15),
    "source-quench": (4, None), "redirect": (5, None), "net-redirect": (5, 0), "host-redirect": (5, 1),
    "net-tos-redirect": (5, 2), "host-tos-redirect": (5, 3), "alternate-address": (6, None), "echo": (8, None),
    "router-advertisement": (9, None), "router-solicitation": (10, None), "time-exceeded": (11, None),
    "ttl-exceeded": (11, 0), "reassembly-timeout": (11, 1), "parameter-problem": (12, None), "general-parameter-problem": (12, 0),
    "option-missing": (12, 1), "no-room-for-option": (12, 2), "timestamp-request": (13, None), "timestamp-reply": (14, None),
    "information-request": (15, None), "information-reply": (16, None), "mask-request": (17, None), "mask-reply": (18, None),
    "traceroute": (30, None), "conversion-error": (31, None), "mobile-redirect": (32, None),
}  # fmt: skip
ICMP6: dict[str, tuple[int, int | None]] = {
    "unreachable": (1, None), "packet-too-big": (2, None), "time-exceeded": (3, None), "parameter-problem": (4, None),
    "echo-request": (128, None), "echo-reply": (129, None), "mld-query": (130, None), "mld-report": (131, None),
    "router-solicitation": (133, None), "router-advertisement": (134, None), "nd-ns": (135, None), "nd-na": (136, None),
    "redirect": (137, None), "dest-unreachable": (1, None), "hop-limit": (3, 0), "mld-v2-report": (143, None),
    "mld-reduction": (132, None),
}  # fmt: skip
