"""Rules about who may enter: IEEE 802.1X on wires, WLANs, RADIUS (plan N6, 3-7)."""

# ruff: noqa: D101, D102, E501, RUF012 - a rule documents itself in its class variables; texts stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.policy.rules.base import Context, Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.config.model import Acl, Device, PortAuth


class Dot1xEdge(Rule):
    id = "dot1x-edge"
    plan = ("N6", "3-7", "1-1")
    severity = "error"
    title_ja = "端末が挿さるポートはすべて認証する"
    title_en = "every port that a terminal can be plugged into authenticates"
    why_ja = "認証のないポートに挿した機器は、誰のものでもその VLAN の系に入れます。"
    why_en = "Whatever is plugged into a port without authentication enters that VLAN's zone."
    advice_ja = "802.1X または MAB を設定するか、使わないポートは shutdown してください。サーバー室など物理的に守られたポートは `fixed_vlans` に VLAN を書いてください。"
    advice_en = "Configure 802.1X or MAB, or shut the port down. For ports behind a locked door list their VLANs in `fixed_vlans`."
    bad = "interface GigabitEthernet1/0/1\n switchport mode access\n switchport access vlan 10"
    good = (
        "dot1x system-auth-control\ninterface GigabitEthernet1/0/1\n switchport mode access\n switchport access vlan 10\n"
        " authentication port-control auto\n dot1x pae authenticator"
    )
    parameters = {
        "fixed_vlans": "VLANs of ports behind a locked door / 施錠された場所のポートの VLAN",
        "cabled": "severity for a port whose neighbour the cabling file names (default: warning) / 配線表に相手があるポートの重さ",
    }

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        fixed = set(parameters.get("fixed_vlans") or ())
        cabled = parameters.get("cabled", "warning")
        for device in context.devices("cisco_ios"):
            for interface in device.interfaces.values():
                port = interface.switchport
                if port is None or port.mode == "trunk" or not context.is_edge(device, interface):
                    continue
                auth = interface.auth
                if auth is not None and auth.control == "auto" and (auth.dot1x or auth.mab):
                    if not device.dot1x_system and auth.dot1x:
                        yield self.finding("RUL101", device, interface.source, interface=interface.name)
                    continue
                if auth is not None and auth.control == "force-unauthorized":
                    continue
                if port.access in fixed or not context.zones_of_vlan.get(port.access):
                    continue
                neighbour = context.neighbours.get((device.hostname, interface.name), "")
                yield self.finding(
                    "RUL100", device, interface.source, cabled if neighbour else "error",
                    interface=interface.name, vlan=port.access, zone=context.vlan_zone(port.access), neighbour=neighbour or "-",
                )  # fmt: skip


class Dot1xOutcome(Rule):
    id = "dot1x-outcome"
    plan = ("N6", "N1")
    severity = "error"
    title_ja = "認証のどの結果でも別の系に入らない"
    title_en = "no outcome of authentication gives a VLAN of another zone"
    why_ja = "失敗・無応答・サーバー停止・MAB・サービステンプレートで割り当てられる VLAN のどれか一つでも別の系なら、分離は破れます。失敗した端末は業務用の VLAN に入れません。"
    why_en = "If one of the VLANs that failure, silence, a dead server, MAB or a service template can assign is of another zone, the separation is broken. A failed login never lands in a production VLAN."
    advice_ja = "隔離用 VLAN（ゲートウェイのない VLAN）を割り当ててください。"
    advice_en = "Assign the quarantine VLAN (one without a gateway)."
    bad = (
        "interface GigabitEthernet1/0/1\n switchport mode access\n switchport access vlan 10\n authentication port-control auto\n"
        " dot1x pae authenticator\n authentication event fail action authorize vlan 20"
    )
    good = (
        "interface GigabitEthernet1/0/1\n switchport mode access\n switchport access vlan 10\n authentication port-control auto\n"
        " dot1x pae authenticator\n authentication event fail action authorize vlan 99"
    )
    parameters = {
        "radius_vlans": "every VLAN that RADIUS can assign / RADIUS が割り当てうる VLAN のすべて",
        "critical_in_zone": "true: a dead server may leave the port in its own zone / 認証サーバー停止時に自系への収容を認める",
    }

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        dynamic = parameters.get("radius_vlans") or ()
        lenient = bool(parameters.get("critical_in_zone"))
        for device in context.devices("cisco_ios"):
            names = {vlan.name: vlan.id for vlan in device.vlans.values() if vlan.name}
            for interface in device.interfaces.values():
                port, auth = interface.switchport, interface.auth
                if port is None or auth is None or auth.control != "auto" or interface.shutdown:
                    continue
                own = context.zones_of_vlan.get(port.access, set())
                for outcome, text, source in auth.assigned:
                    vlan = port.access if text == "port" else int(text) if text.isdigit() else names.get(text)
                    if vlan is None:
                        yield self.finding(
                            "RUL112", device, source, interface=interface.name, outcome=outcome, vlan=text
                        )
                        continue
                    zones = context.zones_of_vlan.get(vlan, set())
                    if zones - own:
                        yield self.finding(
                            "RUL110", device, source, interface=interface.name, outcome=outcome, vlan=vlan,
                            zone=context.vlan_zone(vlan), own=context.vlan_zone(port.access) or "-",
                        )  # fmt: skip
                    elif zones and (outcome in {"fail", "no-response"} or (outcome == "server-dead" and not lenient)):
                        severity = "warning" if outcome == "server-dead" else "error"
                        yield self.finding(
                            "RUL111", device, source, severity, interface=interface.name, outcome=outcome, vlan=vlan,  # type: ignore[arg-type]
                            zone=context.vlan_zone(vlan),
                        )  # fmt: skip
                for vlan in dynamic:
                    zones = context.zones_of_vlan.get(int(vlan), set())
                    if zones - own:
                        yield self.finding(
                            "RUL110", device, interface.source, interface=interface.name, outcome="RADIUS", vlan=vlan,
                            zone=context.vlan_zone(int(vlan)), own=context.vlan_zone(port.access) or "-",
                        )  # fmt: skip
                if port.voice is not None:
                    zones = context.zones_of_vlan.get(port.voice, set())
                    if zones - own and own:
                        yield self.finding(
                            "RUL113", device, port.lines.get("voice"), interface=interface.name, vlan=port.voice,
                            zone=context.vlan_zone(port.voice), own=context.vlan_zone(port.access),
                        )  # fmt: skip


class Dot1xOpen(Rule):
    id = "dot1x-open"
    plan = ("N6", "3-7")
    severity = "error"
    title_ja = "認証前の通信を許さない"
    title_en = "nothing passes before authentication"
    why_ja = "オープンモードのポートでは、認証の前にもその系の通信ができます。"
    why_en = "A port in open mode carries traffic of its zone before anybody has authenticated."
    advice_ja = "`authentication open` を消す（IBNS 2.0 では `access-session closed`）か、DHCP と DNS だけを許す事前認証 ACL を付けてください。"
    advice_en = "Remove `authentication open` (IBNS 2.0: add `access-session closed`), or apply a pre-authentication list for DHCP and DNS only."
    bad = (
        "interface GigabitEthernet1/0/1\n switchport mode access\n switchport access vlan 10\n authentication open\n"
        " authentication port-control auto\n dot1x pae authenticator"
    )
    good = (
        "interface GigabitEthernet1/0/1\n switchport mode access\n switchport access vlan 10\n authentication port-control auto\n"
        " dot1x pae authenticator"
    )
    parameters = {
        "ports": "UDP ports that a pre-authentication list may permit (default: [67, 68]) / 事前認証 ACL が許してよい UDP ポート"
    }

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        ports = set(parameters.get("ports") or (67, 68))
        for device in context.devices("cisco_ios"):
            for interface in device.interfaces.values():
                auth = interface.auth
                if (
                    auth is None
                    or auth.control != "auto"
                    or auth.closed
                    or interface.shutdown
                    or interface.switchport is None
                ):
                    continue
                source = auth.lines[0] if auth.lines else interface.source
                wide = self._too_wide(device, auth, ports)
                if wide is not None:
                    yield self.finding("RUL120", device, source, interface=interface.name, reason=wide)

    @staticmethod
    def _too_wide(device: Device, auth: PortAuth, ports: set[int]) -> str | None:
        """Return what is too wide about a port before authentication, or ``None`` if only the named ports pass."""
        if not auth.pre_auth_acl:
            return "no list / ACL なし"
        acl: Acl | None = device.acls.get(auth.pre_auth_acl)
        if acl is None:
            return f"{auth.pre_auth_acl}: not defined / 未定義"
        for entry in acl.entries:
            if entry.action == "deny":
                continue
            match = entry.match
            narrow = (
                match.protocols == (17,)
                and match.dport
                and all(set(range(p.low, p.high + 1)) <= ports for p in match.dport if p.high - p.low < 64)
                and all(p.high - p.low < 64 for p in match.dport)
            )
            if not narrow:
                return entry.source.text
        return None


class WlanEnterprise(Rule):
    id = "wlan-enterprise"
    plan = ("N6",)
    severity = "error"
    title_ja = "無線 LAN は 802.1X（エンタープライズ）だけにする"
    title_en = "wireless LANs use IEEE 802.1X only"
    why_ja = "事前共有鍵や Web 認証では、退職者や盗み見た人が鍵一つで系に入れます。"
    why_en = "With a pre-shared key or a web page one leaked secret opens the zone to anybody."
    advice_ja = "WPA2/WPA3 エンタープライズ（EAP-TLS）にし、PSK・SAE・OWE・Web 認証を消してください。"
    advice_en = "Use WPA2/WPA3 Enterprise (EAP-TLS) and remove PSK, SAE, OWE and web authentication."
    bad = "wlan office 1 office\n no security wpa akm dot1x\n security wpa akm psk\n no shutdown"
    good = "wlan office 1 office\n security dot1x authentication-list default\n no shutdown"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices("cisco_ios"):
            for wlan in device.wlans:
                if wlan.shutdown:
                    continue
                found = set(wlan.security)
                weak = found & {"psk", "psk-sha256", "sae", "sae-ext-key", "owe", "open", "web-auth", "static-wep-key", "dot1x-wep",
                                "ft-psk", "ft-sae", "wpa1", "cckm"}  # fmt: skip
                strong = found & {"dot1x", "dot1x-sha256", "suiteb-192", "suiteb", "ft-dot1x"}
                if weak or not strong:
                    yield self.finding(
                        "RUL130", device, wlan.source, ssid=wlan.ssid, found=", ".join(sorted(weak)) or "-"
                    )


class WlanZone(Rule):
    id = "wlan-zone"
    plan = ("N6", "1-1", "N1")
    severity = "error"
    title_ja = "SSID は決められた系の VLAN につながる"
    title_en = "an SSID leads to the VLAN of its zone"
    why_ja = "SSID と VLAN の対応を誤ると、無線の利用者全員が別の系に入ります。"
    why_en = "A WLAN mapped to the wrong VLAN puts all its users into another zone."
    advice_ja = "ポリシープロファイルの VLAN を直し、ポリシーファイルの zones に ssid を書いてください。"
    advice_en = "Correct the VLAN of the policy profile, and name the SSID in the policy file's zones."
    bad = "wireless profile policy p\n vlan 26\n no central switching\n no shutdown\nwireless tag policy t\n wlan office policy p\nwlan office 1 office\n no shutdown"
    good = "wireless profile policy p\n vlan 26\n no shutdown\nwireless tag policy t\n wlan office policy p\nwlan office 1 office\n no shutdown"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices("cisco_ios"):
            for wlan in device.wlans:
                if wlan.shutdown or not wlan.policy_profile:
                    continue
                source = wlan.policy_source or wlan.source
                zones = context.zones_of_vlan.get(wlan.vlan_id or 0, set())
                declared = context.zone_of_ssid.get(wlan.ssid)
                if wlan.vlan_id is None or not zones:
                    yield self.finding("RUL140", device, source, ssid=wlan.ssid, vlan=wlan.vlan or "-")
                elif declared is not None and zones != {declared}:
                    yield self.finding(
                        "RUL141",
                        device,
                        source,
                        ssid=wlan.ssid,
                        vlan=wlan.vlan,
                        zone="+".join(sorted(zones)),
                        own=declared,
                    )
                if not wlan.central_switching:
                    yield self.finding("RUL142", device, source, ssid=wlan.ssid)
                if wlan.aaa_override:
                    # RADIUS may choose any VLAN of the controller: harmless only while all of them are the SSID's zone.
                    given = {zone for vlan in device.vlans for zone in context.zones_of_vlan.get(vlan, set())}
                    yield self.finding(
                        "RUL143", device, source, "error" if given - zones else "warning", ssid=wlan.ssid
                    )


class RadiusTwo(Rule):
    id = "radius-redundant"
    plan = ("N6", "N8")
    severity = "error"
    title_ja = "RADIUS サーバーを2台使う"
    title_en = "authentication uses two RADIUS servers"
    why_ja = "サーバーが1台だと、その停止で全職員の端末が接続できなくなります。"
    why_en = "With one server its failure keeps every terminal off the network."
    advice_ja = "サーバーグループに2台目を加えてください。"
    advice_en = "Add a second server to the group."
    bad = (
        "radius server R1\n address ipv4 10.90.1.1 auth-port 1812 acct-port 1813\naaa group server radius G\n server name R1\n"
        "interface GigabitEthernet1/0/1\n switchport mode access\n authentication port-control auto\n dot1x pae authenticator"
    )
    good = (
        "radius server R1\n address ipv4 10.90.1.1 auth-port 1812 acct-port 1813\n"
        "radius server R2\n address ipv4 10.90.2.1 auth-port 1812 acct-port 1813\naaa group server radius G\n server name R1\n server name R2\n"
        "interface GigabitEthernet1/0/1\n switchport mode access\n authentication port-control auto\n dot1x pae authenticator"
    )
    parameters = {"minimum": "how many servers (default: 2) / 必要な台数"}

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        minimum = int(parameters.get("minimum", 2))
        for device in context.devices("cisco_ios"):
            uses = any(i.auth is not None and i.auth.control == "auto" for i in device.interfaces.values()) or any(
                not wlan.shutdown for wlan in device.wlans
            )
            if not uses:
                continue
            for name, members in device.radius_groups.items() or (("radius", tuple(device.radius)),):
                live = {device.radius[m].address for m in members if m in device.radius}
                if len(live) < minimum:
                    first = next((device.radius[m].source for m in members if m in device.radius), None)
                    yield self.finding("RUL150", device, first, group=name, count=len(live), minimum=minimum)


RULES: tuple[type[Rule], ...] = (Dot1xEdge, Dot1xOutcome, Dot1xOpen, WlanEnterprise, WlanZone, RadiusTwo)
