"""Rules about VLANs on wires: trunks, native VLANs, negotiation, spanning-tree guards, unused ports."""

# ruff: noqa: D101, D102, E501 - a rule documents itself in its class variables; texts stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.policy.rules.base import Context, Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable


class TrunkAllowed(Rule):
    id = "trunk-allowed"
    plan = ("N1",)
    severity = "error"
    title_ja = "トランクで通す VLAN を列挙する"
    title_en = "a trunk lists the VLANs that it carries"
    why_ja = "列挙しないトランクは、今後作る VLAN も含めてすべての系を拠点の外へ運びます。"
    why_en = (
        "A trunk without a list carries every zone, those that are made later included, to wherever the cable ends."
    )
    advice_ja = "`switchport trunk allowed vlan` に必要な VLAN だけを書いてください。"
    advice_en = "Write only the VLANs that are needed in `switchport trunk allowed vlan`."
    bad = "interface GigabitEthernet1/0/1\n switchport mode trunk"
    good = "interface GigabitEthernet1/0/1\n switchport trunk allowed vlan 10,20\n switchport mode trunk"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices("cisco_ios"):
            for interface in device.interfaces.values():
                port = interface.switchport
                if port is None or port.mode != "trunk" or interface.shutdown or interface.channel_group is not None:
                    continue
                if len(port.allowed) >= 4094:
                    yield self.finding(
                        "RUL200", device, port.lines.get("mode", interface.source), interface=interface.name
                    )


class NativeVlan(Rule):
    id = "native-vlan"
    plan = ("N1",)
    severity = "error"
    title_ja = "ネイティブ VLAN を業務に使わない"
    title_en = "a trunk's native VLAN carries nothing"
    why_ja = "タグのないフレームはネイティブ VLAN に入ります。両端で違うと系がつながり、業務 VLAN と同じだと二重タグで越えられます。"
    why_en = (
        "Untagged frames enter the native VLAN: a mismatch joins zones, and a double tag hops out of a VLAN in use."
    )
    advice_ja = "使わない VLAN をネイティブに指定してください。"
    advice_en = "Make an unused VLAN the native one."
    bad = "interface GigabitEthernet1/0/1\n switchport trunk native vlan 10\n switchport trunk allowed vlan 10,20\n switchport mode trunk"
    good = "interface GigabitEthernet1/0/1\n switchport trunk native vlan 997\n switchport trunk allowed vlan 10,20\n switchport mode trunk"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices("cisco_ios"):
            for interface in device.interfaces.values():
                port = interface.switchport
                if port is None or port.mode != "trunk" or interface.shutdown:
                    continue
                source = port.lines.get("native", port.lines.get("mode", interface.source))
                if port.native in port.allowed and context.zones_of_vlan.get(port.native):
                    yield self.finding(
                        "RUL210",
                        device,
                        source,
                        interface=interface.name,
                        vlan=port.native,
                        zone=context.vlan_zone(port.native),
                    )
        for cable in context.snapshot.cables or ():
            a, b = context.snapshot.devices.get(cable.node1), context.snapshot.devices.get(cable.node2)
            if a is None or b is None:
                continue
            one, two = a.interfaces.get(cable.interface1), b.interfaces.get(cable.interface2)
            if (
                one is None
                or two is None
                or one.switchport is None
                or two.switchport is None
                or one.shutdown
                or two.shutdown
            ):
                continue
            natives = [
                i.switchport.native if i.switchport.mode == "trunk" else i.switchport.access
                for i in (one, two)
                if i.switchport is not None
            ]
            if natives[0] != natives[1]:
                source = one.switchport.lines.get("native", one.switchport.lines.get("access", one.source))
                yield self.finding(
                    "RUL211",
                    a,
                    source,
                    interface=one.name,
                    vlan=natives[0],
                    peer=f"{b.hostname}:{two.name}",
                    other=natives[1],
                )


class Negotiation(Rule):
    id = "port-mode"
    plan = ("N1",)
    severity = "error"
    title_ja = "ポートの種別を固定する"
    title_en = "a port's mode is fixed"
    why_ja = "自動ネゴシエーション（DTP）のポートは、挿した機器の求めでトランクになり、全 VLAN に届きます。"
    why_en = "A port that negotiates (DTP) becomes a trunk at the wish of whatever is plugged in, and then reaches every VLAN."
    advice_ja = "`switchport mode access`（または trunk）と `switchport nonegotiate` を書いてください。"
    advice_en = "Write `switchport mode access` (or trunk) and `switchport nonegotiate`."
    bad = "interface GigabitEthernet1/0/1\n switchport access vlan 10"
    good = (
        "interface GigabitEthernet1/0/1\n switchport access vlan 10\n switchport mode access\n switchport nonegotiate"
    )

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices("cisco_ios"):
            for interface in device.interfaces.values():
                port = interface.switchport
                if port is not None and port.mode == "dynamic" and not interface.shutdown:
                    yield self.finding("RUL220", device, interface.source, interface=interface.name)


class StpGuard(Rule):
    id = "stp-guard"
    plan = ("N1", "N3")
    severity = "warning"
    title_ja = "端末ポートは BPDU ガードで守る"
    title_en = "edge ports have BPDU guard"
    why_ja = "端末ポートに挿したスイッチがルートになると、通信の経路が変わります。"
    why_en = "A switch plugged into an edge port can become the root and draw the traffic to itself."
    advice_ja = "`spanning-tree bpduguard enable`、または全体に `spanning-tree portfast bpduguard default` を設定し、`bpdufilter` は消してください。"
    advice_en = "Set `spanning-tree bpduguard enable`, or `spanning-tree portfast bpduguard default` for the device; remove `bpdufilter`."
    bad = "interface GigabitEthernet1/0/1\n switchport mode access\n spanning-tree portfast"
    good = "interface GigabitEthernet1/0/1\n switchport mode access\n spanning-tree portfast\n spanning-tree bpduguard enable"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices("cisco_ios"):
            for interface in device.interfaces.values():
                port = interface.switchport
                if port is None or interface.shutdown or not context.is_edge(device, interface):
                    continue
                if interface.bpdufilter:
                    yield self.finding("RUL231", device, interface.source, interface=interface.name)
                guarded = interface.bpduguard or (
                    interface.bpduguard is None and device.bpduguard_default and interface.portfast
                )
                if port.mode != "trunk" and not guarded:
                    yield self.finding("RUL230", device, interface.source, interface=interface.name)


class UnusedPort(Rule):
    id = "unused-port"
    plan = ("N1", "1-1")
    severity = "warning"
    title_ja = "使わないポートは業務 VLAN に置かない"
    title_en = "an unused port is in no zone's VLAN"
    why_ja = "shutdown を外すだけで系に入れるポートは、作業の誤りひとつで穴になります。"
    why_en = "A port that enters a zone as soon as it is brought up is one slip away from being a hole."
    advice_ja = "未使用ポートは退避用 VLAN に置いて shutdown してください。"
    advice_en = "Put unused ports into the parking VLAN and shut them down."
    bad = "interface GigabitEthernet1/0/1\n switchport access vlan 10\n switchport mode access\n shutdown"
    good = "interface GigabitEthernet1/0/1\n switchport access vlan 998\n switchport mode access\n shutdown"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices("cisco_ios"):
            for interface in device.interfaces.values():
                port = interface.switchport
                if port is None or not interface.shutdown or port.mode == "trunk" or interface.auth is not None:
                    continue
                if context.zones_of_vlan.get(port.access):
                    yield self.finding(
                        "RUL240", device, port.lines.get("access", interface.source), interface=interface.name,
                        vlan=port.access, zone=context.vlan_zone(port.access),
                    )  # fmt: skip


class OneZonePerVlan(Rule):
    id = "vlan-zone"
    plan = ("1-1", "N1")
    severity = "error"
    title_ja = "一つの VLAN は一つの系だけに属する"
    title_en = "a VLAN belongs to one zone"
    why_ja = "同じ VLAN に別の VRF の SVI があると、二つの系が同じ区間に同居します。"
    why_en = "Where one VLAN has interfaces of two VRFs, two zones share a wire."
    advice_ja = "SVI の VRF か VLAN 番号を直してください。"
    advice_en = "Correct the VRF of the interface or the VLAN id."
    bad = "interface Vlan10\n vrf forwarding naibu\n ip address 10.20.1.1 255.255.255.0"
    good = "interface Vlan10\n vrf forwarding kikan\n ip address 10.10.1.1 255.255.255.0"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for vlan, zones in sorted(context.zones_of_vlan.items()):
            for device in context.devices():
                for interface in device.interfaces.values():
                    if interface.vlan != vlan or not interface.addresses or interface.shutdown:
                        continue
                    zone = context.zone_of(device, interface)
                    if (zone and zones - {zone}) or (zone is None and zones):
                        yield self.finding(
                            "RUL250", device, interface.vrf_source or interface.source, interface=interface.name, vlan=vlan,
                            zone=zone or "-", own="+".join(sorted(zones)),
                        )  # fmt: skip


RULES: tuple[type[Rule], ...] = (TrunkAllowed, NativeVlan, Negotiation, StpGuard, UnusedPort, OneZonePerVlan)
