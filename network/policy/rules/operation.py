"""Rules about running the network: management isolation, hardening lines, retired circuits, redundancy."""

# ruff: noqa: D101, D102, E501, RUF012 - a rule documents itself in its class variables; texts stay on one line

from __future__ import annotations

from collections import deque
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from network.policy.rules.base import Context, Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.config.model import Device, Source


class ManagementIsolation(Rule):
    id = "management-isolation"
    plan = ("N1", "N7")
    severity = "error"
    title_ja = "機器の管理は管理系からだけ、SSH で行う"
    title_en = "devices are managed from the management zone only, over SSH"
    why_ja = "業務の系から機器にログインできると、分離の設定そのものを変えられます。"
    why_en = "Whoever can log in to a device from a user zone can change the separation itself."
    advice_ja = "vty に `access-class … in vrf-also` と `transport input ssh` を設定してください。"
    advice_en = "Set `access-class … in vrf-also` and `transport input ssh` on the vty lines."
    bad = "line vty 0 4\n transport input telnet ssh"
    good = "ip access-list standard MGMT\n permit 10.90.101.0 0.0.0.127\nline vty 0 4\n access-class MGMT in vrf-also\n transport input ssh"

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        for device in context.devices("cisco_ios"):
            lines: dict[str, dict[str, Source]] = {}
            for key, source in device.statements.items():
                if len(key) == 2 and key[0].startswith("line vty"):
                    lines.setdefault(key[0], {})[key[1]] = source
            for header, body in lines.items():
                first = next(iter(body.values()))
                transport = next((text for text in body if text.startswith("transport input")), "")
                words = transport.split()[2:]
                if words == ["none"]:
                    continue
                if words != ["ssh"]:
                    yield self.finding("RUL300", device, body.get(transport, first), line=header)
                lists = [text.split()[1] for text in body if text.startswith("access-class ") and " in" in text]
                if not lists:
                    yield self.finding("RUL301", device, first, line=header)
                elif lists[0] not in device.acls:
                    yield self.finding("RUL302", device, first, line=header, name=lists[0])
        for device in context.devices("fortios"):
            for interface in device.interfaces.values():
                if interface.role == "management" or interface.vrf == "vsys_hamgmt":
                    continue
                access, found = _fortios(device, f"edit {interface.name}", "set allowaccess")
                services = set(access.split()[2:]) & {"ssh", "https", "http", "telnet", "snmp"}
                if found is not None and services and not interface.shutdown:
                    yield self.finding(
                        "RUL303", device, found, interface=interface.name, found=", ".join(sorted(services))
                    )


def _fortios(device: Device, edit: str, prefix: str) -> tuple[str, Source | None]:
    for table in ("config system interface",):
        for key, source in device.statements.items():
            if len(key) == 3 and key[0] == table and key[1] == edit and key[2].startswith(prefix):
                return key[2], source
    return "", None


# (item, beginnings of lines of which one must be there, beginnings of lines that must not be there)
_IOS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("aaa new-model", ("aaa new-model",), ()),
    ("enable secret", ("enable secret",), ("enable password",)),
    ("service password-encryption", ("service password-encryption",), ()),
    ("no ip http server", ("no ip http server",), ("ip http server",)),
    ("no ip http secure-server", ("no ip http secure-server",), ("ip http secure-server",)),
    ("no ip source-route", ("no ip source-route",), ("ip source-route",)),
    ("no service pad", ("no service pad",), ("service pad",)),
    ("ip ssh version 2", ("ip ssh version 2",), ()),
    ("logging host", ("logging host", "logging server-arp", "logging 1", "logging 2"), ()),
    ("ntp server", ("ntp server", "sntp server", "ntp peer"), ()),
    ("banner login", ("banner login", "banner motd"), ()),
    ("service timestamps log", ("service timestamps log",), ()),
)


class Hardening(Rule):
    id = "hardening"
    plan = ("3-6", "N7")
    severity = "warning"
    title_ja = "機器の要塞化（CIS ベンチマークの項目）"
    title_en = "hardening lines of the CIS benchmarks"
    why_ja = "使わない管理サービスや弱い認証は、機器を乗っ取る入口になります。"
    why_en = "Management services that nobody needs, and weak authentication, are ways to take a device over."
    advice_ja = "不足している行を加え、禁止の行を消してください。"
    advice_en = "Add the lines that are missing and remove those that are barred."
    bad = "hostname sw1\nip http server\nsnmp-server community public RO"
    good = (
        "hostname sw1\nno service pad\nservice timestamps log datetime msec\nservice password-encryption\naaa new-model\n"
        "enable secret 9 <vault:enable:type9>\nno ip source-route\nno ip http server\nno ip http secure-server\nip ssh version 2\n"
        "logging host 10.90.101.20\nntp server 10.90.101.10\nbanner login ^C\nAuthorised use only\n^C\n"
        "line vty 0 4\n exec-timeout 10 0\n transport input ssh"
    )
    parameters = {"skip": "items that are not asked for / 求めない項目"}

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        skip = set(parameters.get("skip") or ())
        for device in context.devices("cisco_ios"):
            lines = {key[0]: source for key, source in device.statements.items() if len(key) == 1}
            for item, wanted, barred in _IOS:
                if item in skip:
                    continue
                wrong = next((s for text, s in lines.items() if barred and text.startswith(barred)), None)
                if wrong is not None:
                    yield self.finding("RUL311", device, wrong, item=item)
                elif not any(text.startswith(wanted) for text in lines):
                    yield self.finding("RUL310", device, item=item)
            if "snmp v3" not in skip:
                for text, source in lines.items():
                    if text.startswith("snmp-server community"):
                        yield self.finding("RUL311", device, source, item="snmp-server … v3 priv")
            if "exec-timeout" not in skip:
                for key, source in device.statements.items():
                    if (
                        len(key) == 2
                        and key[0].startswith("line ")
                        and key[1].split()[:1] == ["exec-timeout"]
                        and key[1].split()[1:] in (["0", "0"], ["0"])
                    ):
                        yield self.finding("RUL311", device, source, item=f"{key[0]}: exec-timeout")
        for device in context.devices("fortios"):
            if "strong-crypto" not in skip:
                weak = device.statements.get(("config system global", "set strong-crypto disable"))
                if weak is not None:
                    yield self.finding("RUL311", device, weak, item="set strong-crypto enable")
            for key, source in device.statements.items():
                if (
                    key[-1].startswith("set allowaccess")
                    and {"telnet", "http"} & set(key[-1].split())
                    and "allowaccess" not in skip
                ):
                    yield self.finding("RUL311", device, source, item="allowaccess: no telnet, no http")


class RetiredCircuit(Rule):
    id = "retired-circuit"
    plan = ("N5",)
    severity = "error"
    title_ja = "廃止された回線を参照しない"
    title_en = "nothing refers to a retired circuit"
    why_ja = "廃止回線（Bフレッツなど）の設定が残ると、障害時に使えない経路へ切り替わります。"
    why_en = "What is left of a retired circuit is a path that a failure switches to and that does not work."
    advice_ja = "回線台帳を確認し、残っている設定を消してください。"
    advice_en = "Check the ledger of circuits and remove what is left."
    bad = "interface GigabitEthernet0/0/1\n description Bフレッツ予備回線\n ip address 192.0.2.1 255.255.255.252"
    good = "interface GigabitEthernet0/0/1\n description 光回線 予備\n ip address 192.0.2.1 255.255.255.252"
    parameters = {"names": "names of retired circuits (default: Bフレッツ) / 廃止回線の名前"}

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        names = [str(name) for name in parameters.get("names") or ("Bフレッツ", "Ｂフレッツ", "B-FLET'S", "B-FLETS")]
        for device in context.devices():
            for interface in device.interfaces.values():
                for name in names:
                    if name.casefold() in interface.description.casefold():
                        yield self.finding("RUL320", device, interface.source, name=name, interface=interface.name)
            for route in device.static_routes:
                for name in names:
                    if name.casefold() in route.source.text.casefold():
                        yield self.finding("RUL320", device, route.source, name=name, interface=route.interface or "-")


class FirewallPair(Rule):
    id = "firewall-pair"
    plan = ("N9", "N3")
    severity = "warning"
    title_ja = "ファイアウォールは二重化する"
    title_en = "firewalls are pairs"
    why_ja = "系の境界が1台だと、その故障で宣言された通信がすべて止まります。"
    why_en = "With one firewall at the boundary its failure stops every declared flow."
    advice_ja = "HA（a-p）を組み、業務のインターフェースを monitor に入れ、優先度を変えてください。"
    advice_en = (
        "Form an HA pair (a-p), monitor the interfaces that carry traffic, and give the units different priorities."
    )
    bad = 'config system global\n    set hostname "fw1"\nend\nconfig system interface\n    edit "port1"\n        set vdom "root"\n        set ip 10.10.1.1 255.255.255.0\n    next\nend'
    good = bad.replace(
        "config system interface",
        'config system ha\n    set group-name "b"\n    set mode a-p\n    set hbdev "port3" 50\n    set priority 200\n    set monitor "port1"\nend\nconfig system interface',
    )

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        groups: dict[str, list[Device]] = {}
        for device in context.devices("fortios"):
            if device.ha is None:
                yield self.finding("RUL330", device)
                continue
            groups.setdefault(device.ha.group, []).append(device)
            if not device.ha.monitor:
                yield self.finding("RUL331", device, device.ha.source)
        for group, units in groups.items():
            priorities = {unit.ha.priority for unit in units if unit.ha is not None}
            if len(units) > 1 and len(priorities) < len(units):
                yield self.finding("RUL332", units[0], units[0].ha.source if units[0].ha else None, group=group)
            if len(units) == 1 and len(context.snapshot.devices) > 1:
                yield self.finding("RUL333", units[0], units[0].ha.source if units[0].ha else None, group=group)


class TwoPaths(Rule):
    id = "two-paths"
    plan = ("N9", "B2", "B3", "B4")
    severity = "error"
    title_ja = "重要な区間は、機器・回線・通信事業者・管路のどれか一つを失ってもつながる"
    title_en = "important places stay joined when any one device, link, carrier or duct is lost"
    why_ja = "本庁舎とデータセンターの間（N9）、LGWAN（B4）、代替拠点（B2・B3）は二つの経路を持つ計画です。配線の上で一つしかなければ、設定では直せません。"
    why_en = "Main hall and data centre (N9), LGWAN (B4) and the fallback site (B2, B3) have two paths by plan. Where the cabling has one, no configuration helps."
    advice_ja = "別の管路・別の通信事業者の回線を加えるか、既知の単一障害点として期限を付けて例外に登録してください。"
    advice_en = "Add a line in another duct from another carrier, or register the known single point of failure as an exception with an expiry."
    bad = ""
    good = ""
    parameters = {
        "pairs": "list of {id, from, to}: shell patterns of device names, joined by commas / 区間の一覧（機器名のパターン）",
    }

    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        if context.snapshot.cables is None:
            return
        links: dict[str, tuple[str, str]] = {}
        for cable in context.snapshot.cables:
            a, b = sorted(((cable.node1, cable.interface1), (cable.node2, cable.interface2)))
            links[f"{a[0]}:{a[1]} <-> {b[0]}:{b[1]}"] = (a[0], b[0])
        nodes = {node for ends in links.values() for node in ends}
        graph: dict[str, list[tuple[str, str]]] = {}
        for name, (one, two) in links.items():
            graph.setdefault(one, []).append((two, name))
            graph.setdefault(two, []).append((one, name))
        groups = {f"carrier {name}": set(items) for name, items in context.policy.carriers.items()}
        groups |= {f"duct {name}": set(items) for name, items in context.policy.ducts.items()}
        for pair in parameters.get("pairs") or ():
            sources = {n for n in nodes for p in str(pair["from"]).split(",") if fnmatchcase(n, p.strip())}
            targets = {n for n in nodes for p in str(pair["to"]).split(",") if fnmatchcase(n, p.strip())}
            device = next((d for d in context.devices() if d.hostname in sources | targets), None)
            if device is None or not sources or not targets:
                device = device or next(iter(context.snapshot.devices.values()))
                yield self.finding(
                    "RUL341", device, pair=str(pair.get("id", "")), a=str(pair["from"]), b=str(pair["to"])
                )
                continue
            path = _path(graph, set(), "", sources, targets)
            if path is None:
                cuts: list[tuple[str, set[str], str]] = [("-", set(), "")]
            else:
                # what does not touch this path leaves it
                used, passed = path
                cuts = [(name, items, "") for name, items in groups.items() if not items.isdisjoint(used)]
                cuts += [(f"link {name}", {name}, "") for name in used]
                cuts += [(f"node {name}", set(), name) for name in passed]
            for name, lost, node in cuts:
                if _path(graph, lost, node, sources - {node}, targets - {node}) is None:
                    yield self.finding(
                        "RUL340",
                        device,
                        pair=str(pair.get("id", "")),
                        a=str(pair["from"]),
                        b=str(pair["to"]),
                        lost=name,
                    )


def _path(
    graph: dict[str, list[tuple[str, str]]], lost: set[str], node: str, sources: set[str], targets: set[str]
) -> tuple[list[str], list[str]] | None:
    """Return the links and the nodes of a shortest way from a source to a target without the lost links and node."""
    came: dict[str, tuple[str, str]] = dict.fromkeys(sorted(sources), ("", ""))
    queue = deque(came)
    while queue:
        here = queue.popleft()
        if here in targets:
            used, passed = [], [here]
            while came[here][0]:
                here, link = came[here]
                used.append(link)
                passed.append(here)
            return used, passed
        for there, link in graph.get(here, ()):
            if there not in came and there != node and link not in lost:
                came[there] = (here, link)
                queue.append(there)
    return None


RULES: tuple[type[Rule], ...] = (ManagementIsolation, Hardening, RetiredCircuit, FirewallPair, TwoPaths)
