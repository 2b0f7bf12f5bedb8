"""Rules about routes: default routes, leaks between VRFs by structure, DHCP relay, IPv6, names that are not defined."""

# ruff: noqa: D101, D102, E501, RUF012 - a rule documents itself in its class variables; texts stay on one line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from network.policy.rules.base import Context, Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.config.model import Device, Source


class DefaultRoute(Rule):
    id = "default-route"
    plan = ("1-2", "N1")
    severity = "error"
    title_ja = "既定経路はインターネット系だけに置く"
    title_en = "a default route exists only in the internet zone"
    why_ja = "滋賀県自治体情報セキュリティクラウドが唯一のインターネット出口であり、インターネット系からだけ使えます。他の系に既定経路があると、宛先の分からない通信がその系の外へ出ます。"
    why_en = "The prefecture's security cloud is the only way to the internet, from the internet zone only. A default route in any other zone sends packets of unknown destination out of that zone."
    advice_ja = "既定経路を消し、必要な宛先だけの経路にしてください。"
    advice_en = "Remove the default route and write a route for each prefix that is needed."
    bad = "ip route vrf kikan 0.0.0.0 0.0.0.0 10.10.250.1"
    good = "ip route vrf kikan 10.20.0.0 255.255.0.0 10.10.250.1"
    parameters = {"zones": "zones that may have a default route / 既定経路を置いてよい系 (default: [inet])"}

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        allowed = set(parameters.get("zones") or ("inet",))
        told: set[tuple[str, str]] = set()
        for device in context.devices():
            for vrf, source in self._sources(device):
                zone = context.zone_of_vrf.get(vrf, "")
                if device.platform == "fortios" or zone not in allowed:
                    told.add((device.hostname, vrf))
                    yield self.finding("RUL010", device, source, vrf=vrf or "global", zone=zone or "-")
            if device.default_gateway is not None and not device.ip_routing:
                yield self.finding("RUL011", device, severity="info")
        for (name, vrf), prefixes in context.ribs.items():
            if (
                (name, vrf) in told
                or context.zone_of_vrf.get(vrf, "") in allowed
                or name not in context.snapshot.devices
            ):
                continue
            if any(prefix.length == 0 for prefix in prefixes):
                yield self.finding("RUL012", context.snapshot.devices[name], vrf=vrf or "global")

    def _sources(self, device: Device) -> Iterable[tuple[str, Source]]:
        """Yield the lines that make a default route, halves of one (0.0.0.0/1) included."""
        for route in device.static_routes:
            if route.prefix.length <= 1 and not route.discard:
                yield route.vrf, route.source
        for process in device.ospf:
            if process.default_originate is not None:
                yield process.vrf, process.default_originate[-1]
        for family in device.bgp.families if device.bgp else ():
            for neighbor in family.neighbors:
                if neighbor.default_originate is not None:
                    yield family.vrf, neighbor.default_originate[1]
            for prefix, _, source in family.networks:
                if prefix.length == 0:
                    yield family.vrf, source


class StaticLeak(Rule):
    id = "static-leak"
    plan = ("N1",)
    severity = "warning"
    title_ja = "スタティックルートで VRF をまたがない"
    title_en = "no static route leads from one VRF into another"
    why_ja = (
        "`global` や他の VRF のインターフェースへ向くスタティックルートは、ファイアウォールを通らずに系をまたぎます。"
    )
    why_en = "A static route with `global`, or through an interface of another VRF, crosses zones without a firewall."
    advice_ja = "同じ VRF の次ホップ（ファイアウォール）へ向けてください。"
    advice_en = "Point the route at a next hop of its own VRF (the firewall)."
    bad = "ip route vrf naibu 10.10.0.0 255.255.0.0 192.0.2.1 global"
    good = "ip route vrf naibu 10.10.0.0 255.255.0.0 10.20.250.1"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices():
            for route in device.static_routes:
                interface = device.interfaces.get(route.interface)
                target = route.next_hop_vrf
                if interface is not None and not route.discard and interface.vrf != route.vrf:
                    target = interface.vrf
                if target != route.vrf:
                    yield self.finding(
                        "RUL020", device, route.source, vrf=route.vrf or "global", target=target or "global"
                    )


class VrfLeak(Rule):
    id = "vrf-leak"
    plan = ("N1",)
    severity = "warning"
    title_ja = "VRF 間で経路を持ち込まない"
    title_en = "no VRF imports or replicates routes of another"
    why_ja = (
        "ルートターゲットの import、route-replicate、import/export map、vrf receive は、系の間に直接の経路を作ります。"
    )
    why_en = (
        "Imported route targets, route-replicate, import/export maps and vrf receive make a direct path between zones."
    )
    advice_ja = "import するルートターゲットを自分の VRF が export するものだけにし、複製の設定を消してください。"
    advice_en = "Import only the route targets that the same VRF exports; remove the replication."
    bad = "vrf definition kikan\n address-family ipv4\n  route-replicate from vrf naibu unicast all"
    good = "vrf definition kikan\n address-family ipv4"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        exports: dict[str, set[str]] = {}
        for device in context.devices():
            for vrf in device.vrfs.values():
                for target, _ in vrf.export_targets:
                    exports.setdefault(target, set()).add(vrf.name)
        for device in context.devices():
            for vrf in device.vrfs.values():
                for target, source in vrf.import_targets:
                    others = exports.get(target, set()) - {vrf.name}
                    if others:
                        yield self.finding("RUL030", device, source, vrf=vrf.name, others=", ".join(sorted(others)))
                for origin, _, _, source in vrf.replicate:
                    yield self.finding("RUL031", device, source, vrf=vrf.name, others=origin or "global")
                for pair in (vrf.import_global_map, vrf.export_global_map):
                    if pair is not None:
                        yield self.finding("RUL031", device, pair[1], vrf=vrf.name, others="global")
            for interface in device.interfaces.values():
                for name, source in interface.vrf_receive:
                    yield self.finding("RUL031", device, source, vrf=interface.vrf or "global", others=name)


class DhcpRelay(Rule):
    id = "dhcp-relay"
    plan = ("N1",)
    severity = "error"
    title_ja = "DHCP リレーは同じ系の中で行う"
    title_en = "DHCP relay stays inside its zone"
    why_ja = "別の VRF のサーバーへの中継は、系の間の通信路になります。"
    why_en = "Relaying to a server of another VRF is a path between zones."
    advice_ja = "同じ系の DHCP サーバーを指定してください。"
    advice_en = "Name a DHCP server of the same zone."
    bad = "interface Vlan10\n vrf forwarding kikan\n ip address 10.10.1.1 255.255.255.0\n ip helper-address vrf naibu 10.20.1.5"
    good = "interface Vlan10\n vrf forwarding kikan\n ip address 10.10.1.1 255.255.255.0\n ip helper-address 10.10.1.5"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        owners = [
            (address.value >> (32 - address.length) if address.length else 0, address.length, interface.vrf)
            for device in context.devices()
            for interface in device.interfaces.values()
            if not interface.shutdown
            for address in interface.addresses
            if address.family == 4 and address.length < 32
        ]
        cache: dict[int, frozenset[str]] = {}
        for device in context.devices("cisco_ios"):
            for interface in device.interfaces.values():
                for address, table, source in interface.helpers:
                    if table is not None and table != interface.vrf:
                        yield self.finding(
                            "RUL040", device, source, vrf=interface.vrf or "global", target=table or "global"
                        )
                        continue
                    if address not in cache:
                        cache[address] = frozenset(
                            vrf for value, length, vrf in owners if length and address >> (32 - length) == value
                        )
                    homes = cache[address]
                    if homes and interface.vrf not in homes:
                        yield self.finding(
                            "RUL040", device, source, vrf=interface.vrf or "global", target=", ".join(sorted(homes))
                        )


class Ipv6Present(Rule):
    id = "ipv6-separated"
    plan = ("N1",)
    severity = "error"
    title_ja = "分離した系に IPv6 を残さない"
    title_en = "no IPv6 on an interface of a separated zone"
    why_ja = "IPv4 だけで分離した系に IPv6 のアドレスがあると、フィルターを通らない経路ができます。"
    why_en = "Where only IPv4 was separated, an IPv6 address is a path that no filter sees."
    advice_ja = "`ipv6 address` と `ipv6 enable` を消してください。"
    advice_en = "Remove `ipv6 address` and `ipv6 enable`."
    bad = "interface Vlan10\n vrf forwarding kikan\n ip address 10.10.1.1 255.255.255.0\n ipv6 address 2001:db8::1/64"
    good = "interface Vlan10\n vrf forwarding kikan\n ip address 10.10.1.1 255.255.255.0"
    parameters = {"allowed_zones": "zones that may use IPv6 / IPv6 を使ってよい系 (default: none)"}

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        allowed = set(parameters.get("allowed_zones") or ())
        for device in context.devices():
            for interface in device.interfaces.values():
                six = [s for a, s in zip(interface.addresses, interface.address_sources, strict=False) if a.family == 6]
                if not six and not interface.ipv6_enabled:
                    continue
                zone = context.zone_of(device, interface) or ""
                if zone not in allowed:
                    yield self.finding(
                        "RUL050",
                        device,
                        six[0] if six else interface.source,
                        interface=interface.name,
                        zone=zone or "-",
                    )


class UndefinedName(Rule):
    id = "undefined-name"
    plan = ("N1",)
    severity = "error"
    title_ja = "定義のないフィルターを適用しない"
    title_en = "no filter is applied that is not defined"
    why_ja = "IOS は、定義のないアクセスリストや prefix-list を「すべて許可」として扱います。名前の打ち間違いがフィルターを消します。"
    why_en = 'IOS treats an access list or prefix list that is not defined as "permit all": a mistyped name removes the filter.'
    advice_ja = "名前を直すか、フィルターを定義してください。"
    advice_en = "Correct the name or define the filter."
    bad = "interface Vlan10\n ip address 10.10.1.1 255.255.255.0\n ip access-group KIKAN-IN in"
    good = "ip access-list extended KIKAN-IN\n permit ip any any\ninterface Vlan10\n ip address 10.10.1.1 255.255.255.0\n ip access-group KIKAN-IN in"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices("cisco_ios"):
            for interface in device.interfaces.values():
                for key, name in (("acl_in", interface.acl_in), ("acl_out", interface.acl_out),
                                  ("acl6_in", interface.acl6_in), ("acl6_out", interface.acl6_out)):  # fmt: skip
                    if name and name not in device.acls:
                        yield self.finding("RUL060", device, interface.acl_sources.get(key), name=name)
                route_map = interface.policy_route_map
                if route_map is not None and route_map[0] not in device.route_maps:
                    yield self.finding("RUL060", device, route_map[1], name=route_map[0])
            for family in device.bgp.families if device.bgp else ():
                for n in family.neighbors:
                    wrong = [name for name in (n.prefix_list_in, n.prefix_list_out) if name not in device.prefix_lists]
                    wrong += [name for name in (n.route_map_in, n.route_map_out) if name not in device.route_maps]
                    for name in wrong:
                        if name:
                            yield self.finding("RUL060", device, n.source, name=name)
            for process in device.ospf:
                for item in process.redistribute:
                    if item.route_map and item.route_map not in device.route_maps:
                        yield self.finding("RUL060", device, item.source, name=item.route_map)


RULES: tuple[type[Rule], ...] = (DefaultRoute, StaticLeak, VrfLeak, DhcpRelay, Ipv6Present, UndefinedName)
