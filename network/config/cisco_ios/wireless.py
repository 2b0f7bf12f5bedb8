"""C9800 controllers: WLANs, policy profiles, policy, site and flex tags, access points.

Defaults are IOS-XE 17's: a new WLAN is shut down, has WPA2 with IEEE 802.1X, and switches centrally.
"""

# ruff: noqa: D103, E501, PLC0415 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING

from network.config.cisco_ios import irrelevant
from network.config.cisco_ios.common import number, vlan
from network.config.model import Source, Wlan
from network.config.names import canonical_interface

if TYPE_CHECKING:
    from network.config.cisco_ios.reader import Fields, Handler, Reader

_WHY = "radio, roaming or logging of the wireless LAN"


def wlan(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``wlan PROFILE ID SSID``; the SSID may hold blanks."""
    drafts = r.wireless.setdefault("wlans", {})
    if no:
        return drafts.pop(w[1], None) is not None
    if len(w) == 2 and w[1] in drafts:
        draft = drafts[w[1]]
    elif len(w) >= 4 and w[2].isdigit():
        draft = drafts.setdefault(
            w[1],
            {"profile": w[1], "id": number(w[2], 1, 4096), "ssid": " ".join(w[3:]), "shutdown": True, "source": s,
             "security": {"wpa", "wpa2", "dot1x"}, "list": "", "lines": []},
        )  # fmt: skip
    else:
        return False
    return r.enter("wlan", (draft,), " ".join(w))


def security(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``security …`` of a WLAN: what a client must show to enter."""
    t = r.target
    found: set[str] = t["security"]
    t["lines"].append(s)

    def put(*names: str) -> bool:
        (found.difference_update if no else found.update)(names)
        return True

    rest = w[1:]
    if rest == ["wpa"]:
        return put("wpa")
    if rest[:2] == ["wpa", "akm"]:
        if rest[2:] == ["ft", "dot1x"] or rest[2:] == ["ft", "psk"] or rest[2:] == ["ft", "sae"]:
            return put(f"ft-{rest[3]}")
        if len(rest) == 3 and rest[2] in {"dot1x", "psk", "sae", "owe", "dot1x-sha256", "psk-sha256", "suiteb-192", "suiteb",
                                          "cckm", "sae-ext-key", "ft-dot1x", "ft-psk", "ft-sae"}:  # fmt: skip
            return put(rest[2])
        return False
    if rest[:2] in (["wpa", "wpa1"], ["wpa", "wpa2"], ["wpa", "wpa3"]):
        if len(rest) == 2:
            return put(rest[1])
        return rest[2] == "ciphers" and r.ignore(s, "the cipher of a secured WLAN")
    if rest[:3] == ["wpa", "psk", "set-key"]:
        return True
    if rest[:1] == ["pmf"] and rest[1:] in (["mandatory"], ["optional"], []):
        found.difference_update({"pmf-required", "pmf-optional"})
        if not no and rest[1:]:
            found.add("pmf-required" if rest[1] == "mandatory" else "pmf-optional")
        return True
    if rest[:2] == ["dot1x", "authentication-list"]:
        t["list"] = "" if no else rest[2]
        return len(rest) <= 3
    if rest[:1] in (["web-auth"], ["static-wep-key"]):
        return put(rest[0])
    if rest == ["dot1x"]:
        return put("dot1x-wep")
    if rest[:1] == ["ft"] or rest[:2] == ["pmf", "association-comeback"] or rest[:2] == ["pmf", "saquery-retry-time"]:
        return r.ignore(s, _WHY)
    if rest[:2] == ["wpa", "sae"] or rest[:2] == ["wpa", "transition"]:
        return r.ignore(s, _WHY)
    return False


def wlan_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """Another line of a WLAN."""
    if w == ["shutdown"]:
        r.target["shutdown"] = not no
        return True
    if w[:2] == ["client", "vlan"] and len(w) == 3:  # converged access
        r.target["vlan"] = "" if no else w[2]
        return True
    if w[0] in {"mac-filtering", "ip"}:
        return False
    return r.ignore(s, _WHY)


_WLAN_WORDS = (
    "broadcast-ssid", "radio", "band-select", "load-balance", "ccx", "channel-scan", "chd", "dtim", "media-stream", "wmm",
    "assisted-roaming", "bss-transition", "dms", "11ax", "exclusionlist", "session-timeout", "device-analytics",
    "local-auth", "uapsd", "universal-admin", "coverage", "max-clients", "call-snoop", "scan-report", "multicast",
    "client-association", "peer-blocking", "wifi-direct", "aironet-iesupport", "wgb", "ip", "mac-filtering",
    "accounting-list", "shutdown", "client", "11be", "wifi-to-cellular",
)  # fmt: skip


def wireless(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``wireless profile|tag …`` and the controller's own settings."""
    store = r.wireless
    rest = w[1:]
    if rest[:2] == ["profile", "policy"] and len(rest) == 3:
        if no:
            return store.setdefault("profiles", {}).pop(rest[2], None) is not None
        draft = store.setdefault("profiles", {}).setdefault(
            rest[2], {"vlan": "", "central": True, "shutdown": True, "override": False, "source": s, "lines": []}
        )
        return r.enter("wireless-policy", (draft,), " ".join(w))
    if rest[:2] == ["tag", "policy"] and len(rest) == 3 and not no:
        draft = store.setdefault("tags", {}).setdefault(rest[2], {"maps": [], "source": s})
        return r.enter("wireless-tag", (draft,), " ".join(w))
    if rest[:2] == ["tag", "site"] and len(rest) == 3 and not no:
        draft = store.setdefault("sites", {}).setdefault(rest[2], {"local": True, "flex": ""})
        return r.enter("wireless-site", (draft,), " ".join(w))
    if rest[:2] == ["profile", "flex"] and len(rest) == 3 and not no:
        draft = store.setdefault("flex", {}).setdefault(rest[2], {"native": 1, "vlans": {}, "source": s})
        return r.enter("wireless-flex", (draft,), " ".join(w))
    if rest[:2] in (["tag", "rf"], ["profile", "rf"]) and len(rest) == 3 and not no:
        r.enter("wireless-rf", (None,), " ".join(w))
        return r.ignore(s, _WHY)
    if rest[:2] == ["management", "interface"]:
        store["management"] = canonical_interface("".join(rest[2:]))
        return len(rest) >= 3
    if rest[0] in {"country", "mobility", "load-balance", "rf-network", "client", "wps", "broadcast", "exclusionlist"}:
        if rest[:3] == ["mobility", "group", "member"]:
            return False  # clients may be tunnelled to another controller
        r.state(s, w)
        return r.ignore(s, _WHY)
    return False


def policy_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of a policy profile: the VLAN of a WLAN's clients, and what may change it."""
    t = r.target
    if w[0] == "vlan" and len(w) >= 2:
        t["vlan"] = "" if no else " ".join(w[1:]).strip('"')
        t["lines"].append(s)
        return True
    if w == ["aaa-override"]:
        t["override"] = not no
        t["lines"].append(s)
        return True
    if w[0] == "central" and len(w) == 2:
        if w[1] == "switching":
            t["central"] = not no
            t["lines"].append(s)
            return True
        return w[1] in {"association", "authentication", "dhcp"} and r.ignore(s, _WHY)
    if w == ["shutdown"]:
        t["shutdown"] = not no
        return True
    if w[0] in {"ipv4", "ipv6"} and w[1] in {"flow", "dhcp", "nd", "arp"}:
        return r.ignore(s, _WHY)
    if w[:2] == ["ipv4", "acl"] and len(w) == 3:
        return r.ignore(s, "a list that narrows what clients may send")
    if w[0] in {"description", "idle-timeout", "idle-threshold", "session-timeout", "accounting-list", "exclusionlist", "nac",
                "http-tlv-caching", "dhcp-tlv-caching", "radius-profiling", "static-ip-mobility", "wgb", "qos", "service-policy",
                "autoqos", "cts", "mdns-sd", "reanchor", "umbrella-param-map", "device-classification", "passive-client",
                "peer-blocking", "user-defined-network"}:  # fmt: skip
        return r.ignore(s, _WHY)
    return False


def tag_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``wlan W policy P`` of a policy tag."""
    if w[0] == "description":
        return r.ignore(s, "a comment")
    if w[0] == "wlan" and len(w) == 4 and w[2] == "policy":
        entry = (w[1], w[3])
        kept = [item for item in r.target["maps"] if item[:2] != entry]
        r.target["maps"] = kept if no else [*kept, (*entry, s)]
        return True
    return False


def site_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of a site tag: ``no local-site`` with a flex profile lets access points switch locally."""
    if w == ["local-site"]:
        r.target["local"] = not no
        return True
    if w[0] == "flex-profile" and len(w) == 2:
        r.target["flex"] = "" if no else w[1]
        return True
    return r.ignore(s, _WHY)


def flex_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """A line of a flex profile: VLANs that access points bridge by themselves."""
    t = r.target
    if w[0] == "native-vlan-id" and len(w) == 2:
        t["native"] = 1 if no else vlan(w[1])
        r.state(s, w)
        return True
    if w[0] == "vlan-name" and len(w) == 2:
        t["vlans"][w[1]] = None
        t["_last"] = w[1]
        r.state(s, w)
        return True
    if w[0] == "vlan-id" and len(w) == 2 and "_last" in t:
        t["vlans"][t["_last"]] = vlan(w[1])
        return True
    if w[0] in {"description", "arp-caching", "efficient-ap-image-upgrade", "join", "fallback-radio-shut", "resilient"}:
        return r.ignore(s, _WHY)
    return False


def rf_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    return r.ignore(s, _WHY)


_RF_WORDS = (
    "description", "24ghz-rf-policy", "5ghz-rf-policy", "6ghz-rf-policy", "coverage", "rate", "channel", "tx-power", "txpower",
    "trap", "load", "dot11n-only", "air-time-fairness", "airtime-fairness", "high-density", "shutdown",
)  # fmt: skip


def ap(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``ap MAC`` with its tags, ``ap profile NAME``, and radio settings."""
    from network.config.cisco_ios.services import section

    if w[1] == "profile":
        if len(w) != 3 or no:
            return False
        r.enter("ap-profile", (None,), " ".join(w))
        return r.ignore(s, "joining and upkeep of access points")
    if w[1] in {"dot11", "auth-list", "upgrade", "capwap", "image", "fra", "hyperlocation"}:
        return r.ignore(s, _WHY)
    if len(w) == 2 and w[1].count(".") == 2 and not no:
        draft = r.wireless.setdefault("aps", {}).setdefault(w[1], {"source": s})
        return r.enter("ap", (draft,), " ".join(w))
    return irrelevant.section(w) is not None and section(r, w, no, s)


def ap_line(r: Reader, w: list[str], no: bool, s: Source) -> bool:
    """``policy-tag``, ``site-tag`` and ``rf-tag`` of an access point."""
    if len(w) != 2:
        return False
    r.target[w[0]] = "" if no else w[1]
    return True


_AP_WORDS = (
    "capwap", "country", "description", "hyperlocation", "mgmtuser", "ssh", "ntp", "dot1x", "statistics", "syslog", "tz",
    "console", "username", "cdp", "lldp", "jumbo-mtu", "link-latency", "link-encryption", "pakseq-jump", "preferred-mode",
    "usb-enable", "stats-timer", "tcp-adjust-mss", "timezone", "core-dump", "ext-module", "health-check", "sensor",
    "packet-capture", "lag", "awips", "icap", "gas-ap-rate-limit", "persistent-ssid", "rogue", "fallback", "report",
)  # fmt: skip


def finish(r: Reader) -> None:
    """Join WLANs, policy profiles and tags."""
    store = r.wireless
    names = {v.name: v.id for v in r.device.vlans.values() if v.name}
    profiles: dict[str, Fields] = store.get("profiles", {})
    for name, draft in store.get("wlans", {}).items():
        uses: dict[str, Source] = {}
        for tag in store.get("tags", {}).values():
            for wlan_, policy, source in tag["maps"]:
                if wlan_ == name:
                    uses.setdefault(policy, source)
        if not uses:
            r.device.wlans.append(_wlan(draft, "", None, names, None))
        for policy, source in uses.items():
            r.device.wlans.append(_wlan(draft, policy, profiles.get(policy), names, source))


def _wlan(draft: Fields, policy: str, profile: Fields | None, names: dict[str, int], tagged: Source | None) -> Wlan:
    text = (profile or {}).get("vlan") or draft.get("vlan", "")
    found: set[str] = set(draft["security"])
    if "wpa" not in found:
        found = found - {"wpa2", "wpa3", "dot1x", "psk", "sae", "owe", "dot1x-sha256"} | {"open"}
    return Wlan(
        draft["profile"],
        draft["id"],
        draft["ssid"],
        draft["shutdown"] or bool(profile and profile["shutdown"]),
        tuple(sorted(found)),
        policy,
        text,
        int(text) if text.isdigit() else names.get(text),
        profile["central"] if profile else True,
        draft["list"],
        draft["source"],
        (profile["lines"][0] if profile["lines"] else profile["source"]) if profile else tagged,
        bool(profile and profile["override"]),
        tuple(draft["lines"]),
    )


_POLICY_WORDS = (
    "vlan", "aaa-override", "central", "shutdown", "ipv4", "ipv6", "description", "idle-timeout", "idle-threshold",
    "session-timeout", "accounting-list", "exclusionlist", "nac", "http-tlv-caching", "dhcp-tlv-caching", "radius-profiling",
    "static-ip-mobility", "wgb", "qos", "service-policy", "autoqos", "cts", "mdns-sd", "reanchor", "umbrella-param-map",
    "device-classification", "passive-client", "peer-blocking", "user-defined-network",
)  # fmt: skip
TABLES: dict[str, dict[str, Handler]] = {
    "global": {"wlan": wlan, "wireless": wireless, "ap": ap},
    "wlan": {**dict.fromkeys(_WLAN_WORDS, wlan_line), "security": security},
    "wireless-policy": dict.fromkeys(_POLICY_WORDS, policy_line),
    "wireless-tag": {"description": tag_line, "wlan": tag_line},
    "wireless-site": dict.fromkeys(("local-site", "flex-profile", "ap-profile", "description", "image-download-profile"), site_line),
    "wireless-flex": dict.fromkeys(
        ("native-vlan-id", "vlan-name", "vlan-id", "description", "arp-caching", "efficient-ap-image-upgrade", "join",
         "fallback-radio-shut", "resilient"), flex_line),
    "wireless-rf": dict.fromkeys(_RF_WORDS, rf_line),
    "ap": dict.fromkeys(("policy-tag", "site-tag", "rf-tag"), ap_line),
    "ap-profile": dict.fromkeys(_AP_WORDS, rf_line),
}  # fmt: skip
