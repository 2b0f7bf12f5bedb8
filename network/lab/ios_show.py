"""The ``show`` commands of a virtual IOS-XE device, drawn from its configuration, its cabling and its neighbours' state.

Layouts follow IOS-XE 17.9 (command references, Cisco); they are read by napalm's getters, ntc-templates and the checks of
``network/deploy``. Counters that nothing counts (packets, CPU) are quiet constants; ``docs/lab.md`` lists them.
"""

# ruff: noqa: E501 - one row of a device's page is one string

from __future__ import annotations

import hashlib
import re
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING

from network.lab import ios_replace, ios_values
from network.lab.ios_semantics import switching
from network.lab.links import link_up, neighbours, protocol_up
from network.lab.routes import Route, routes

if TYPE_CHECKING:
    from network.lab.grammar import Match
    from network.lab.ios_config import Section
    from network.lab.ios_device import IosDevice
    from network.lab.ios_exec import IosShell

SHOW = """
show version :: name=show_version
show inventory :: name=show_inventory
show running-config [all|brief] :: name=show_running level=15
show running-config {vrf <word>|partition <word>} :: name=show_running level=15
show running-config interface <ifname> :: name=show_running_interface level=15
show startup-config :: name=show_startup level=15
show configuration :: name=show_startup level=15
show archive :: name=show_archive level=15
show archive config rollback timer :: name=show_rollback_timer level=15
show archive config differences [<url>] [<url>] [ignorecase] :: name=show_differences level=15
show archive config incremental-diffs <url> [ignorecase] :: name=show_incremental level=15
show archive log config all [provisioning] :: name=show_log_config level=15
show interfaces [<ifname>] :: name=show_interfaces
show interfaces description :: name=show_description
show interfaces status [err-disabled] :: name=show_status
show interfaces trunk :: name=show_trunk
show interfaces switchport :: name=show_switchport
show interfaces <ifname> switchport :: name=show_switchport
show interfaces summary :: name=show_interfaces_summary
show interfaces transceiver :: name=show_transceiver
show etherchannel summary :: name=show_etherchannel
show ip interface brief :: name=show_ip_brief
show ip interface [<ifname>] :: name=show_ip_interface
show ipv6 interface [brief] :: name=show_nothing
show ipv6 neighbors :: name=show_nothing
show vlan [brief|all-ports] :: name=show_vlan
show vlan id <vlan> :: name=show_vlan
show vtp status :: name=show_vtp
show vrf :: name=show_vrf
show vrf brief :: name=show_vrf
show vrf detail [<word>] :: name=show_vrf_detail
show ip vrf :: name=show_vrf
show ip route [<ip>] :: name=show_route
show ip route vrf <word> [<ip>] :: name=show_route
show ip route [vrf <word>] {connected|static|ospf|bgp} :: name=show_route
show ip route summary :: name=show_nothing
show ip cef [vrf <word>] :: name=show_nothing
show ip protocols :: name=show_protocols
show ip ospf [<int:1-65535>] neighbor [detail] :: name=show_ospf_neighbor
show ip ospf [<int:1-65535>] :: name=show_ospf
show ip ospf interface brief :: name=show_ospf_interface
show ip bgp [vpnv4] [all] {summary|sum} :: name=show_bgp_summary
show ip bgp vpnv4 {all|vrf <word>} summary :: name=show_bgp_summary
show bgp {all|vpnv4 unicast all|ipv4 unicast} summary :: name=show_bgp_summary
show bgp vpnv4 unicast vrf <word> summary :: name=show_bgp_summary
show lldp neighbors :: name=show_lldp
show lldp neighbors detail :: name=show_lldp_detail
show lldp neighbors <ifname> detail :: name=show_lldp_detail
show lldp :: name=show_lldp_global
show cdp neighbors :: name=show_cdp
show cdp neighbors detail :: name=show_cdp_detail
show {arp|ip arp} [vrf <word>] :: name=show_arp
show mac address-table [<line>] :: name=show_mac
show mac-address-table :: name=show_mac
show authentication sessions [interface <ifname>] [details] :: name=show_auth
show access-session [interface <ifname>] [details] :: name=show_auth
show dot1x all [summary] :: name=show_dot1x
show dot1x [interface <ifname>] [details] :: name=show_dot1x
show aaa servers :: name=show_aaa
show spanning-tree [summary|root] :: name=show_spanning_tree
show spanning-tree vlan <vlans> [detail] :: name=show_spanning_tree
show standby [all] :: name=show_standby_brief
show standby brief :: name=show_standby_brief
show wlan {summary|all} :: name=show_wlan
show ap summary :: name=show_ap
show ap tag summary :: name=show_ap_tag
show wireless profile policy summary :: name=show_policy_profiles
show wireless tag policy summary :: name=show_policy_tags
show wireless client summary :: name=show_wireless_clients
show hosts :: name=show_hosts
show clock [detail] :: name=show_clock
show users [all] :: name=show_users
show privilege :: name=show_privilege
show processes cpu [sorted] :: name=show_cpu
show processes memory [sorted] :: name=show_memory
show memory statistics :: name=show_memory
show environment [all] :: name=show_environment
show env all :: name=show_environment
show logging :: name=show_logging
show boot [system] :: name=show_boot
show {flash:|bootflash:} :: name=show_flash
show file systems :: name=show_file_systems
show ntp associations :: name=show_ntp
show ntp status :: name=show_ntp_status
show ip access-lists [<word>] :: name=show_acl
show access-lists [<word>] :: name=show_acl
show ip prefix-list [<word>] :: name=show_prefix_list
show ip ssh :: name=show_ssh
show ip dhcp snooping :: name=show_snooping
show ip sla statistics :: name=show_sla
show track [brief] :: name=show_track
show switch [detail|virtual] :: name=show_switch
show redundancy [states] :: name=show_redundancy
show license summary :: name=show_license
show crypto pki certificates [verbose] [<word>] :: name=show_certificates
show snmp [chassis] :: name=show_snmp
show reload :: name=show_reload
show history :: name=show_nothing
show debugging :: name=show_nothing
show terminal :: name=show_nothing
show tech-support :: name=show_running level=15
show platform :: name=show_platform
show errdisable recovery :: name=show_nothing
show power inline :: name=show_nothing
"""


def mac(device: IosDevice, port: str = "") -> str:
    """Return a port's MAC address: locally administered, made from the serial number and the port's name."""
    digest = hashlib.sha256(f"{device.spec.serial or device.spec.hostname}/{port}".encode()).hexdigest()
    return f"02{digest[:2]}.{digest[2:6]}.{digest[6:10]}"


def _table(rows: list[list[str]], widths: list[int]) -> str:
    return "".join(
        " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() + "\n" for row in rows
    )


def show_nothing(device: IosDevice, match: Match, shell: IosShell) -> str:
    """Answer a command that has nothing to report here."""
    return ""


def show_version(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show version``."""
    model, name = device.model, device.running.hostname
    serial = device.spec.serial
    return (
        f"Cisco IOS XE Software, Version {_long_version(model.version)}\n"
        f"Cisco IOS Software [Cupertino], {model.family} ({model.image}), Version {model.version}, RELEASE SOFTWARE (fc3)\n"
        "Technical Support: http://www.cisco.com/techsupport\n"
        "Simulated by the virtual city of Bunri: no Cisco software runs here\n\n"
        "ROM: IOS-XE ROMMON\n"
        f"{name} uptime is {device.uptime()}\n"
        f"Uptime for this control processor is {device.uptime()}\n"
        "System returned to ROM by Reload Command\n"
        f'System image file is "flash:packages.conf"\n'
        "Last reload reason: Reload Command\n\n"
        f"cisco {model.pid} (X86) processor with 1331521K/6147K bytes of memory.\n"
        f"Processor board ID {serial}\n"
        f"{sum(1 for port in device.running.ports)} physical Ethernet interfaces\n"
        "2048K bytes of non-volatile configuration memory.\n"
        "8388608K bytes of physical memory.\n"
        "11161600K bytes of Flash at flash:.\n\n"
        f"Base Ethernet MAC Address          : {_colons(mac(device))}\n"
        f"Model Number                       : {model.pid}\n"
        f"System Serial Number               : {serial}\n\n"
        "Configuration register is 0x102\n\n"
    )


def _long_version(version: str) -> str:
    hit = re.match(r"(\d+)\.(\d+)\.(\d+)(\w*)", version)
    return version if hit is None else f"{hit[1]}.{int(hit[2]):02d}.{int(hit[3]):02d}{hit[4]}"


def _colons(dotted: str) -> str:
    digits = dotted.replace(".", "")
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def show_inventory(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show inventory``."""
    pid, serial = device.model.pid, device.spec.serial
    return (
        f'NAME: "Chassis", DESCR: "Cisco {pid} Chassis"\nPID: {pid:<18}, VID: V01  , SN: {serial}\n\n'
        f'NAME: "Power Supply Module 0", DESCR: "Power Supply"\nPID: PWR-C1-715WAC-P  , VID: V01  , SN: P{serial[1:]}\n\n'
    )


def show_running(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show running-config``."""
    text = device.running.text()
    return f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n{device.header()}{text}\n"


def show_running_interface(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show running-config interface X``."""
    entry = device.running.root.get("interface", match.arg("ifname"))
    if entry is None or entry.child is None:
        return "                                           ^\n% Invalid input detected at '^' marker.\n\n"
    body = "".join(f" {line.text}\n" for line in entry.child.ordered())
    text = f"{entry.text}\n{body}end\n"
    return f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n!\n{text}\n"


def show_startup(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show startup-config``."""
    text = device.startup()
    if not text:
        return "startup-config is not present\n"
    return f"Using {len(text)} out of 2097152 bytes\n{device.header()}" + text.replace("\x03", "^C")


def show_archive(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show archive``."""
    if not device.archiving():
        return "Archive feature not enabled\n"
    section = device.archive_section()
    maximum = section.value("maximum") or "10"
    names = device.archive_files
    rows = "".join(
        f"   {number:<9}{names[number - 1] if number <= len(names) else ''}"
        f"{' <- Most Recent' if number == len(names) else ''}\n"
        for number in range(1, int(maximum) + 1)
    )
    following = f"{section.value('path')}-<timestamp>-{device.archive_next - 1}"
    return (
        f"The maximum archive configurations allowed is {maximum}.\n"
        f"There are currently {len(names)} archive configurations saved.\n"
        f"The next archive file will be named {following}\n Archive #  Name\n{rows}"
    )


def show_rollback_timer(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show archive config rollback timer``."""
    pending = device.pending
    if pending is None:
        return "%No Rollback Confirmed Change pending\n"
    return (
        f"Time configured(or reconfigured): {device.stamp(pending.set_at)}\n"
        "Timer type: absolute timer\n"
        f"Timer value: {pending.minutes} min\n"
        f"User: {pending.user}\n"
    )


def show_differences(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show archive config differences A B``."""
    urls = [match.arg("url", 0) or "nvram:startup-config", match.arg("url", 1) or "system:running-config"]
    if match.arg("url", 0) and not match.arg("url", 1):
        urls = ["system:running-config", urls[0]]
    texts = []
    for url in urls:
        text = device.text_of(url)
        if text is None:
            return f"%Error opening {url} (No such file or directory)\n"
        texts.append(text)
    found = ios_replace.differences(ios_replace.tree(texts[0]), ios_replace.tree(texts[1]))
    body = "\n".join(found) if found else "!No changes were found"
    return f"!Contextual Config Diffs:\n{body}\n"


def show_incremental(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show archive config incremental-diffs FILE``."""
    url = match.arg("url")
    text = device.text_of(url)
    if text is None:
        return f"%Error opening {url} (No such file or directory)\n"
    if "end" not in [line.strip() for line in text.splitlines()]:
        return "Diff of the files returned error 5\n"
    found = ios_replace.incremental(ios_replace.tree(device.running.file_text()), ios_replace.tree(text))
    rows = "".join(f"{row}\n" for row in found)
    return f"!List of Commands:\n{rows}end\n" + ("" if found else "!No changes were found\n")


def show_log_config(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show archive log config all``: who typed which configuration command."""
    rows = [" idx   sess           user@line      Logged command"]
    for index, line in enumerate(list(device.journal)[-500:], start=1):
        if ": " in line and not line.startswith("**"):
            user, _, command = line.partition(": ")
            rows.append(f" {index:>4}     1 {user:>14}@vty0     |{command}")
    return "\n".join(rows) + "\n"


# ---- interfaces -----------------------------------------------------------------------------------------------------


def _states(device: IosDevice) -> list[tuple[str, Section, bool, bool, bool]]:
    """(name, section, enabled, up, line protocol up) of every interface."""
    return [
        (name, section, not section.has("shutdown"), link_up(device, name), protocol_up(device, name))
        for name, section in device.running.interfaces().items()
    ]


def _speed(name: str) -> int:
    """Nominal bandwidth in kbit/s."""
    kind, _ = ios_values.split_interface(name)
    speeds = {
        "FastEthernet": 100_000,
        "TwoGigabitEthernet": 2_500_000,
        "FiveGigabitEthernet": 5_000_000,
        "TenGigabitEthernet": 10_000_000,
        "TwentyFiveGigE": 25_000_000,
        "FortyGigabitEthernet": 40_000_000,
        "HundredGigE": 100_000_000,
        "Loopback": 8_000_000,
    }
    return speeds.get(kind, 1_000_000)


def _address(section: Section) -> IPv4Interface | None:
    for entry in section.find("ip", "address"):
        if len(entry.words) == 4 and entry.words[2][0].isdigit():
            return IPv4Interface(f"{entry.words[2]}/{entry.words[3]}")
    return None


def show_interfaces(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show interfaces [X]``."""
    wanted = match.arg("ifname")
    text = []
    for name, section, enabled, up, protocol in _states(device):
        if wanted and name != wanted:
            continue
        state = "up" if up else "down" if enabled else "administratively down"
        if enabled and ios_values.split_interface(name)[0] in ("Vlan", "Loopback"):
            state = "up"
        kind = (
            "Ethernet SVI" if name.startswith("Vlan") else "Loopback" if name.startswith("Loop") else "Gigabit Ethernet"
        )
        lines = [
            f"{name} is {state}, line protocol is {'up' if protocol else 'down'}"
            + (
                ""
                if not switching(device.running, name, section)
                else f" ({'connected' if protocol else 'notconnect' if enabled else 'disabled'})"
            )
        ]
        if kind == "Loopback":
            lines.append("  Hardware is Loopback")
        else:
            address = mac(device, name)
            lines.append(f"  Hardware is {kind}, address is {address} (bia {address})")
        if section.value("description"):
            lines.append(f"  Description: {section.value('description')}")
        ip = _address(section)
        if ip is not None:
            lines.append(f"  Internet address is {ip.with_prefixlen}")
        mtu = section.value("mtu") or ("1514" if kind == "Loopback" else "1500")
        lines += [
            f"  MTU {mtu} bytes, BW {_speed(name)} Kbit/sec, DLY 10 usec, ",
            "     reliability 255/255, txload 1/255, rxload 1/255",
            "  Encapsulation ARPA, loopback not set",
            "  Keepalive set (10 sec)",
            "  Last input never, output never, output hang never",
            '  Last clearing of "show interface" counters never',
            "  Input queue: 0/2000/0/0 (size/max/drops/flushes); Total output drops: 0",
            "  5 minute input rate 0 bits/sec, 0 packets/sec",
            "  5 minute output rate 0 bits/sec, 0 packets/sec",
            "     0 packets input, 0 bytes, 0 no buffer",
            "     Received 0 broadcasts (0 multicasts)",
            "     0 runts, 0 giants, 0 throttles ",
            "     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored",
            "     0 packets output, 0 bytes, 0 underruns",
            "     0 output errors, 0 collisions, 1 interface resets",
        ]
        text.append("\n".join(lines) + "\n")
    return "".join(text) if text else "% Invalid input detected at '^' marker.\n\n"


def show_description(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show interfaces description``."""
    rows = [["Interface", "Status", "Protocol", "Description"]]
    for name, section, enabled, up, protocol in _states(device):
        state = "up" if up else "down" if enabled else "admin down"
        rows.append(
            [ios_values.short_interface(name), state, "up" if protocol else "down", section.value("description")]
        )
    return _table(rows, [30, 14, 8, 40])


def _vlan_column(device: IosDevice, name: str, section: Section) -> str:
    if not switching(device.running, name, section):
        return "routed"
    if section.value("switchport", "mode") == "trunk":
        return "trunk"
    return section.value("switchport", "access", "vlan") or "1"


def show_status(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show interfaces status``."""
    rows = ["\nPort         Name               Status       Vlan       Duplex  Speed Type\n"]
    if "err-disabled" in match.words:
        return "\nPort         Name               Status       Reason               Err-disabled Vlans\n"
    for name, section, enabled, up, _ in _states(device):
        if ios_values.split_interface(name)[0] in ("Vlan", "Loopback", "Tunnel"):
            continue
        status = "connected" if up else "notconnect" if enabled else "disabled"
        speed = (
            f"a-{_speed(name) // 1000}"
            if up and _speed(name) == 1_000_000
            else str(_speed(name) // 1000)
            if _speed(name) > 1_000_000
            else "auto"
        )
        speed = {"10000": "10G", "25000": "25G", "40000": "40G", "100000": "100G", "2500": "2.5G", "5000": "5G"}.get(
            speed, speed
        )
        label = section.value("description")[:18]
        kind = "10/100/1000BaseTX" if name.startswith("Gig") else "SFP-10GBase-LR" if name.startswith("Ten") else "N/A"
        rows.append(
            f"{ios_values.short_interface(name):<12} {label:<18} {status:<12} {_vlan_column(device, name, section):<10} "
            f"{'a-full' if up else 'auto':>6} {speed:>6} {kind}\n"
        )
    return "".join(rows)


def show_trunk(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show interfaces trunk``."""
    trunks = [
        (ios_values.short_interface(name), section)
        for name, section, _, up, _ in _states(device)
        if up and section.value("switchport", "mode") == "trunk" and switching(device.running, name, section)
    ]
    text = "\nPort           Mode             Encapsulation  Status        Native vlan\n"
    for name, section in trunks:
        text += f"{name:<14} on               802.1q         trunking      {section.value('switchport', 'trunk', 'native', 'vlan') or '1'}\n"
    text += "\nPort           Vlans allowed on trunk\n"
    known = set(device.running.vlans())
    for name, section in trunks:
        text += f"{name:<14} {section.value('switchport', 'trunk', 'allowed', 'vlan') or '1-4094'}\n"
    for title in (
        "Vlans allowed and active in management domain",
        "Vlans in spanning tree forwarding state and not pruned",
    ):
        text += f"\nPort           {title}\n"
        for name, section in trunks:
            text += f"{name:<14} {ios_values.join_ids(allowed(section) & known) or 'none'}\n"
    return text


def allowed(section: Section) -> set[int]:
    """Return the VLANs that a trunk lets through."""
    word = section.value("switchport", "trunk", "allowed", "vlan")
    if word == "none":
        return set()
    return ios_values.vlan_ids(word) if word else set(range(1, 4095))


def show_switchport(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show interfaces [X] switchport``."""
    wanted = match.arg("ifname")
    vlans = device.running.vlans()
    text = []
    for name, section, _enabled, up, _ in _states(device):
        if (wanted and name != wanted) or not switching(device.running, name, section):
            continue
        mode = section.value("switchport", "mode") or "dynamic auto"
        access = int(section.value("switchport", "access", "vlan") or 1)
        native = int(section.value("switchport", "trunk", "native", "vlan") or 1)
        text.append(
            f"Name: {ios_values.short_interface(name)}\nSwitchport: Enabled\n"
            f"Administrative Mode: {'static access' if mode == 'access' else mode}\n"
            f"Operational Mode: {'down' if not up else 'static access' if mode == 'access' else mode}\n"
            "Administrative Trunking Encapsulation: dot1q\n"
            f"Negotiation of Trunking: {'Off' if section.has('switchport', 'nonegotiate') else 'On'}\n"
            f"Access Mode VLAN: {access} ({vlans.get(access, 'Inactive')})\n"
            f"Trunking Native Mode VLAN: {native} ({vlans.get(native, 'Inactive')})\n"
            f"Voice VLAN: {section.value('switchport', 'voice', 'vlan') or 'none'}\n"
            f"Trunking VLANs Enabled: {section.value('switchport', 'trunk', 'allowed', 'vlan') or 'ALL'}\n\n"
        )
    return "".join(text)


def show_interfaces_summary(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show interfaces summary``."""
    rows = [
        "  Interface                   IHQ       IQD       OHQ       OQD      RXBS      RXPS      TXBS      TXPS      TRTL"
    ]
    rows.append("-" * 105)
    for name, _, _, up, _ in _states(device):
        rows.append(f"{'*' if up else ' '} {name:<24}" + "         0" * 9)
    return "\n".join(rows) + "\n"


def show_transceiver(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show interfaces transceiver``: no optics are simulated."""
    return "If device is externally calibrated, only calibrated values are printed.\n"


def show_etherchannel(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show etherchannel summary``."""
    groups: dict[str, list[str]] = {}
    for name, section, _, up, _ in _states(device):
        word = section.value("channel-group")
        if word:
            groups.setdefault(word.split()[0], []).append(f"{ios_values.short_interface(name)}({'P' if up else 'D'})")
    text = (
        "Flags:  D - down        P - bundled in port-channel\n        I - stand-alone s - suspended\n"
        "        R - Layer3      S - Layer2\n        U - in use      f - failed to allocate aggregator\n\n"
        f"Number of channel-groups in use: {len(groups)}\nNumber of aggregators:           {len(groups)}\n\n"
        "Group  Port-channel  Protocol    Ports\n------+-------------+-----------+" + "-" * 47 + "\n"
    )
    for number, members in groups.items():
        up = any(member.endswith("(P)") for member in members)
        text += f"{number:<6} Po{number}({'SU' if up else 'SD'})         LACP        {'    '.join(members)}\n"
    return text


def show_ip_brief(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip interface brief``."""
    rows = [["Interface", "IP-Address", "OK?", "Method", "Status", "Protocol"]]
    for name, section, enabled, up, protocol in _states(device):
        ip = _address(section)
        state = (
            "up"
            if up or (enabled and name.startswith(("Vlan", "Loop")))
            else "down"
            if enabled
            else "administratively down"
        )
        rows.append(
            [
                name,
                str(ip.ip) if ip else "unassigned",
                "YES",
                "NVRAM" if ip else "unset",
                state,
                "up" if protocol else "down",
            ]
        )
    return _table(rows, [22, 15, 3, 6, 21, 8])


def show_ip_interface(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip interface [X]``."""
    wanted = match.arg("ifname")
    text = []
    for name, section, enabled, up, protocol in _states(device):
        if wanted and name != wanted:
            continue
        state = "up" if up else "down" if enabled else "administratively down"
        lines = [f"{name} is {state}, line protocol is {'up' if protocol else 'down'}"]
        ip = _address(section)
        if ip is None:
            lines.append("  Internet protocol processing disabled")
        else:
            lines += [
                f"  Internet address is {ip.with_prefixlen}",
                "  Broadcast address is 255.255.255.255",
                "  Address determined by non-volatile memory",
                f"  MTU is {section.value('ip', 'mtu') or 1500} bytes",
            ]
            for entry in section.find("ip", "helper-address"):
                lines.append(f"  Helper address is {entry.words[-1]}")
            inbound = [e.words[2] for e in section.find("ip", "access-group") if e.words[-1] == "in"]
            outbound = [e.words[2] for e in section.find("ip", "access-group") if e.words[-1] == "out"]
            lines.append(f"  Outgoing access list is {outbound[0] if outbound else 'not set'}")
            lines.append(f"  Inbound  access list is {inbound[0] if inbound else 'not set'}")
            vrf = section.value("vrf", "forwarding")
            if vrf:
                lines.append(f'  VPN Routing/Forwarding "{vrf}"')
        text.append("\n".join(lines) + "\n")
    return "".join(text)


# ---- VLANs and VRFs -------------------------------------------------------------------------------------------------


def show_vlan(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show vlan [brief|all-ports]`` and ``show vlan id N``."""
    members: dict[int, list[str]] = {number: [] for number in device.running.vlans()}
    every = "all-ports" in match.words or "id" in match.words
    for name, section, _enabled, up, _ in _states(device):
        if not switching(device.running, name, section) or section.find("channel-group"):
            continue
        label = ios_values.short_interface(name)
        if section.value("switchport", "mode") == "trunk":
            if every or not up:
                for number in (allowed(section) & set(members)) if every else {1}:
                    members.setdefault(number, []).append(label)
        else:
            members.setdefault(int(section.value("switchport", "access", "vlan") or 1), []).append(label)
    wanted = int(match.arg("vlan")) if match.arg("vlan") else None
    names = device.running.vlans()
    text = "\nVLAN Name                             Status    Ports\n---- -------------------------------- --------- -------------------------------\n"
    for number, name in names.items():
        if wanted is not None and number != wanted:
            continue
        ports = members.get(number, [])
        rows = [", ".join(ports[i : i + 4]) for i in range(0, len(ports), 4)] or [""]
        text += f"{number:<4} {name:<32} {'active':<9} {rows[0]}".rstrip() + "\n"
        text += "".join(" " * 48 + row + "\n" for row in rows[1:])
    if wanted is not None and wanted not in names:
        return f"VLAN id {wanted} not found in current VLAN database\n"
    if wanted is None:
        for number, name in (
            (1002, "fddi-default"),
            (1003, "token-ring-default"),
            (1004, "fddinet-default"),
            (1005, "trnet-default"),
        ):
            text += f"{number:<4} {name:<32} act/unsup\n"
    if "brief" not in match.words and "all-ports" not in match.words:
        text += "\nVLAN Type  SAID       MTU   Parent RingNo BridgeNo Stp  BrdgMode Trans1 Trans2\n---- ----- ---------- ----- ------ ------ -------- ---- -------- ------ ------\n"
        for number in names:
            if wanted in (None, number):
                text += f"{number:<4} enet  {100000 + number}     1500  -      -      -        -    -        0      0\n"
    return text


def show_vtp(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show vtp status``."""
    mode = (device.running.root.value("vtp", "mode") or "server").capitalize()
    return (
        "VTP Version capable             : 1 to 3\nVTP version running             : 1\n"
        f"VTP Domain Name                 : {device.running.root.value('vtp', 'domain')}\n"
        "VTP Pruning Mode                : Disabled\nVTP Traps Generation            : Disabled\n\nFeature VLAN:\n--------------\n"
        f"VTP Operating Mode                : {mode}\nNumber of existing VLANs          : {len(device.running.vlans())}\n"
    )


def _vrf_interfaces(device: IosDevice) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in device.running.vrfs()}
    for name, section in device.running.interfaces().items():
        vrf = section.value("vrf", "forwarding")
        if vrf:
            found.setdefault(vrf, []).append(ios_values.short_interface(name))
    return found


def show_vrf(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show vrf``."""
    text = "  Name                             Default RD            Protocols   Interfaces\n"
    for name, ports in sorted(_vrf_interfaces(device).items()):
        section = device.running.vrfs()[name]
        protocols = "ipv4" if section.find("address-family", "ipv4") else ""
        first = ports[0] if ports else ""
        text += f"  {name:<32} {section.value('rd') or '<not set>':<21} {protocols:<11} {first}".rstrip() + "\n"
        text += "".join(f"{'':<69}{port}\n" for port in ports[1:])
    return text


def show_vrf_detail(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show vrf detail``."""
    parts = []
    wanted = match.arg("word")
    for number, (name, ports) in enumerate(sorted(_vrf_interfaces(device).items()), start=1):
        if wanted and name != wanted:
            continue
        section = device.running.vrfs()[name]
        listed = (
            "  Interfaces:\n"
            + "".join(
                f"    {'  '.join(f'{port:<22}' for port in ports[i : i + 3]).rstrip()}\n"
                for i in range(0, len(ports), 3)
            )
            if ports
            else "  No interfaces\n"
        )
        parts.append(
            f"VRF {name} (VRF Id = {number}); default RD {section.value('rd') or '<not set>'}; default VPNID <not set>\n"
            "  New CLI format, supports multiple address-families\n  Flags: 0x180C\n"
            f"{listed}Address family ipv4 unicast (Table ID = 0x{number:X}):\n  Flags: 0x0\n"
            "  No Export VPN route-target communities\n  No Import VPN route-target communities\n"
            "  No import route-map\n  No global export route-map\n  No export route-map\n  VRF label distribution protocol: not configured\n"
            "  VRF label allocation mode: per-prefix\nAddress family ipv6 unicast not active\nAddress family ipv4 multicast not active\n"
        )
    return "\n".join(parts)


# ---- routing --------------------------------------------------------------------------------------------------------


def show_route(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip route [vrf X] [address|protocol]``."""
    vrf = match.words[match.words.index("vrf") + 1] if "vrf" in match.words else ""
    if vrf and vrf not in device.running.vrfs():
        return f"% IP routing table vrf {vrf} does not exist\n"
    table = routes(device, vrf)
    target = match.arg("ip")
    if target:
        return _route_detail(table, target, vrf)
    kinds = [word for word in match.words if word in ("connected", "static", "ospf", "bgp")]
    if kinds:
        table = [
            route
            for route in table
            if route.protocol in ({"connected", "local"} if kinds[0] == "connected" else {kinds[0]})
        ]
    head = f"\nRouting Table: {vrf}\n" if vrf else ""
    head += (
        "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP\n"
        "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area \n"
        "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2\n"
        "       E1 - OSPF external type 1, E2 - OSPF external type 2, m - OMP\n"
        "       n - NAT, Ni - NAT inside, No - NAT outside, Nd - NAT DIA\n"
        "       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2\n"
        "       ia - IS-IS inter area, * - candidate default, U - per-user static route\n"
        "       H - NHRP, G - NHRP registered, g - NHRP registration summary\n"
        "       o - ODR, P - periodic downloaded static route, l - LISP\n"
        "       a - application route\n"
        "       + - replicated route, % - next hop override, p - overrides from PfR\n\n"
    )
    default = next((route for route in table if route.prefix.prefixlen == 0), None)
    last = "not set" if default is None else f"{default.next_hop} to network 0.0.0.0"
    text = f"{head}Gateway of last resort is {last}\n\n"
    majors: dict[IPv4Network, list[Route]] = {}
    for route in table:
        majors.setdefault(_major(route.prefix), []).append(route)
    for major, members in sorted(majors.items()):
        lengths = {route.prefix.prefixlen for route in members}
        if major.prefixlen and (len(lengths) > 1 or major.prefixlen not in lengths):
            subnets = {route.prefix for route in members}
            text += f"      {major} is {'variably ' if len(lengths) > 1 else ''}subnetted, {len(subnets)} subnets"
            text += f", {len(lengths)} masks\n" if len(lengths) > 1 else "\n"
        previous = None
        for route in sorted(members, key=lambda r: (r.prefix, r.protocol)):
            text += _route_line(route, repeated=previous == (route.prefix, route.protocol))
            previous = (route.prefix, route.protocol)
    return text


def _major(prefix: IPv4Network) -> IPv4Network:
    first = int(prefix.network_address) >> 24
    length = 8 if first < 128 else 16 if first < 192 else 24
    return prefix if prefix.prefixlen < length else prefix.supernet(new_prefix=length)


_CODES = {
    "connected": "C",
    "local": "L",
    "static": "S",
    "ospf": "O",
    "ospf-e1": "O E1",
    "ospf-e2": "O E2",
    "ospf-ia": "O IA",
    "bgp": "B",
}


def _route_line(route: Route, *, repeated: bool) -> str:
    code = _CODES.get(route.protocol if route.protocol != "ospf" else route.kind or "ospf", "O")
    if route.prefix.prefixlen == 0 and route.protocol not in ("connected", "local"):
        code += "*"
    if route.protocol in ("connected", "local"):
        return f"{code:<9}{route.prefix} is directly connected, {route.interface}\n"
    via = f" via {route.next_hop}" if route.next_hop else ""
    if not via:
        return f"{code:<9}{route.prefix} is directly connected, {route.interface}\n"
    tail = f", {route.interface}" if route.interface and route.protocol == "ospf" else ""
    age = "" if route.protocol == "static" else ", 00:10:00"
    lead = " " * (9 + len(str(route.prefix))) if repeated else f"{code:<9}{route.prefix}"
    return f"{lead} [{route.distance}/{route.metric}]{via}{age}{tail}\n"


def _route_detail(table: list[Route], target: str, vrf: str) -> str:
    address = IPv4Address(target)
    hits = [route for route in table if address in route.prefix and route.protocol != "local"]
    if not hits:
        name = f"\nRouting Table: {vrf}\n" if vrf else ""
        return f"{name}% Network not in table\n"
    length = max(route.prefix.prefixlen for route in hits)
    best = [route for route in hits if route.prefix.prefixlen == length]
    first = best[0]
    text = f"\nRouting Table: {vrf}\n" if vrf else ""
    text += f"Routing entry for {first.prefix}\n"
    text += f'  Known via "{first.protocol}", distance {first.distance}, metric {first.metric}\n  Routing Descriptor Blocks:\n'
    for index, route in enumerate(best):
        where = f"{route.next_hop}" if route.next_hop else f"directly connected, via {route.interface}"
        tail = f", via {route.interface}" if route.next_hop and route.interface else ""
        text += f"  {'*' if index == 0 else ' '} {where}{tail}\n      Route metric is {route.metric}, traffic share count is 1\n"
    return text


def show_protocols(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip protocols``."""
    text = "*** IP Routing is NSF aware ***\n\n"
    for entry in device.running.root.ordered():
        if entry.match.form.name == "bgp" and entry.child:
            text += f'Routing Protocol is "bgp {entry.words[2]}"\n  Maximum path: 1\n\n'
        if entry.match.form.name == "ospf" and entry.child:
            text += f'Routing Protocol is "ospf {entry.words[2]}"\n  Router ID {entry.child.value("router-id")}\n\n'
    return text


def _ospf_interfaces(device: IosDevice) -> list[tuple[str, str, IPv4Interface]]:
    """(interface, process, address) of the interfaces on which OSPF speaks."""
    found = []
    processes = {e.words[2]: e.child for e in device.running.root.entries.values() if e.match.form.name == "ospf"}
    for name, section in device.running.interfaces().items():
        ip = _address(section)
        for entry in section.find("ip", "ospf"):
            if ip is not None and len(entry.words) == 5 and entry.words[3] == "area" and entry.words[2] in processes:
                process = processes[entry.words[2]]
                passive = process is not None and process.has("passive-interface", "default")
                if process is not None and passive and not process.off("passive-interface", name):
                    continue
                found.append((name, entry.words[2], ip))
    return found


def ospf_neighbours(device: IosDevice) -> list[tuple[str, str, str, str]]:
    """(process, neighbour's router id, its address, own interface) of every OSPF adjacency that would form."""
    from network.lab.ios_device import IosDevice as Ios  # noqa: PLC0415 - the type, at run time

    found = []
    for name, process, ip in _ospf_interfaces(device):
        if not protocol_up(device, name):
            continue
        for other in {n.device for n in device.spec.neighbours} | {""}:
            peer = device.neighbour(other) if other else None
            if not isinstance(peer, Ios) or not peer.up:
                continue
            for their_name, their_process, their_ip in _ospf_interfaces(peer):
                if their_ip.network == ip.network and their_ip.ip != ip.ip and protocol_up(peer, their_name):
                    entry = next(
                        (e for e in peer.running.root.find("router", "ospf", their_process) if e.child is not None),
                        None,
                    )
                    router = entry.child.value("router-id") if entry is not None and entry.child is not None else ""
                    found.append((process, router or str(their_ip.ip), str(their_ip.ip), name))
    return sorted(set(found))


def show_ospf_neighbor(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip ospf [N] neighbor``."""
    wanted = match.arg("int")
    text = "\nNeighbor ID     Pri   State           Dead Time   Address         Interface\n"
    for process, router, address, name in ospf_neighbours(device):
        if not wanted or process == wanted:
            text += f"{router:<15} {0:>3}   {'FULL/  -':<15} 00:00:36    {address:<15} {name}\n"
    return text


def show_ospf(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip ospf``."""
    text = ""
    for entry in device.running.root.ordered():
        if entry.match.form.name == "ospf" and entry.child:
            text += f' Routing Process "ospf {entry.words[2]}" with ID {entry.child.value("router-id") or "0.0.0.0"}\n'  # noqa: S104 - text of an answer
            vrf = " ".join(entry.words[3:]).removeprefix("vrf ")
            text += f"   Domain ID type 0x0005, value 0.0.0.10, VRF {vrf}\n" if vrf else ""
    return text


def show_ospf_interface(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip ospf interface brief``."""
    text = "Interface    PID   Area            IP Address/Mask    Cost  State Nbrs F/C\n"
    around = ospf_neighbours(device)
    for name, process, ip in _ospf_interfaces(device):
        count = sum(1 for neighbour in around if neighbour[3] == name)
        label = ios_values.short_interface(name)
        text += f"{label:<12} {process:<5} 0               {ip.with_prefixlen:<18} 1     P2P   {count}/{count}\n"
    return text


def bgp_neighbours(device: IosDevice) -> list[tuple[str, str, str, bool]]:
    """(VRF, neighbour, its AS, established) of every BGP neighbour."""
    from network.lab.ios_device import IosDevice as Ios  # noqa: PLC0415 - the type, at run time

    found = []
    addresses = {
        str(ip.ip): (name, section.value("vrf", "forwarding"))
        for name, section in device.running.interfaces().items()
        if (ip := _address(section)) is not None
    }
    for process in device.running.root.find("router", "bgp"):
        families = [("", process.child)] if process.child else []
        if process.child is not None:
            families += [
                (entry.words[-1], entry.child)
                for entry in process.child.entries.values()
                if entry.child is not None and "vrf" in entry.words
            ]
        for vrf, family in families:
            if family is None:
                continue
            for entry in family.find("neighbor"):
                if len(entry.words) == 4 and entry.words[2] == "remote-as":
                    up = False
                    for other in {n.device for n in device.spec.neighbours}:
                        peer = device.neighbour(other)
                        if (
                            isinstance(peer, Ios)
                            and peer.up
                            and any(
                                (ip := _address(section)) is not None
                                and str(ip.ip) == entry.words[1]
                                and protocol_up(peer, name)
                                for name, section in peer.running.interfaces().items()
                            )
                        ):
                            up = (
                                any(IPv4Address(entry.words[1]) in IPv4Interface(f"{a}/30").network for a in addresses)
                                or up
                            )
                            up = up or any(
                                (own := _address(section)) is not None and IPv4Address(entry.words[1]) in own.network
                                for section in device.running.interfaces().values()
                            )
                    found.append((vrf, entry.words[1], entry.words[3], up))
    return found


def show_bgp_summary(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip bgp … summary``."""
    processes = device.running.root.find("router", "bgp")
    if not processes:
        return "% BGP not active\n"
    process = processes[0]
    router = process.child.value("bgp", "router-id") if process.child else ""
    wanted = match.arg("word")
    family = "VPNv4 Unicast" if any(w in match.words for w in ("vpnv4", "all")) or wanted else "IPv4 Unicast"
    text = (
        (f"For address family: {family}\n" if "all" in match.words or family.startswith("VPN") else "")
        + f"BGP router identifier {router}, local AS number {process.words[2]}\nBGP table version is 1, main routing table version 1\n\n"
    )
    text += "Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd\n"
    for vrf, neighbour, asn, up in bgp_neighbours(device):
        if wanted and vrf != wanted:
            continue
        state = "00:10:00        1" if up else "never    Idle"
        text += f"{neighbour:<15} 4 {asn:>12}      10      10        1    0    0 {state}\n"
    return text


# ---- neighbours -----------------------------------------------------------------------------------------------------


def _lldp(device: IosDevice) -> list[tuple[str, IosDevice, str]]:
    if not device.running.root.has("lldp", "run"):
        return []
    found = []
    for port, peer, remote in neighbours(device):
        runs = peer.running.root.has("lldp", "run") if hasattr(peer, "running") else False
        if runs:
            found.append((port, peer, remote))
    return found  # type: ignore[return-value]


def show_lldp(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show lldp neighbors``."""
    if not device.running.root.has("lldp", "run"):
        return "% LLDP is not enabled\n"
    text = (
        "Capability codes:\n    (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device\n"
        "    (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other\n\n"
        "Device ID           Local Intf     Hold-time  Capability      Port ID\n"
    )
    found = _lldp(device)
    for port, peer, remote in found:
        text += f"{peer.running.hostname[:20]:<20}{ios_values.short_interface(port):<15}120        B,R             {ios_values.short_interface(remote)}\n"
    return f"{text}\nTotal entries displayed: {len(found)}\n\n"


def show_lldp_detail(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show lldp neighbors [X] detail``."""
    if not device.running.root.has("lldp", "run"):
        return "% LLDP is not enabled\n"
    wanted = match.arg("ifname")
    text = ""
    count = 0
    for port, peer, remote in _lldp(device):
        if wanted and port != wanted:
            continue
        count += 1
        domain = peer.running.root.value("ip", "domain", "name")
        name = f"{peer.running.hostname}.{domain}" if domain else peer.running.hostname
        section = peer.running.interfaces().get(remote)
        label = section.value("description") if section is not None else ""
        text += (
            "------------------------------------------------\n"
            f"Local Intf: {ios_values.short_interface(port)}\nChassis id: {mac(peer)}\nPort id: {ios_values.short_interface(remote)}\n"
            f"Port Description: {label or remote}\nSystem Name: {name}\n\nSystem Description: \n"
            f"Cisco IOS Software, {peer.model.family} ({peer.model.image}), Version {peer.model.version}\n\n"
            "Time remaining: 111 seconds\nSystem Capabilities: B,R\nEnabled Capabilities: B,R\n"
            f"Management Addresses:\n    IP: {_management(peer)}\nAuto Negotiation - supported, enabled\n"
            "Media Attachment Unit type - not advertised\nVlan ID: - not advertised\n\n"
        )
    return f"{text}\nTotal entries displayed: {count}\n\n" if count else "\nTotal entries displayed: 0\n\n"


def _management(device: IosDevice) -> str:
    name = device.running.root.value("ip", "ssh", "source-interface")
    section = device.running.interfaces().get(name)
    ip = _address(section) if section is not None else None
    return str(ip.ip) if ip else "0.0.0.0"  # noqa: S104 - text of an answer, nothing is bound


def show_lldp_global(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show lldp``."""
    if not device.running.root.has("lldp", "run"):
        return "% LLDP is not enabled\n"
    return (
        "\nGlobal LLDP Information:\n    Status: ACTIVE\n    LLDP advertisements are sent every 30 seconds\n"
        "    LLDP hold time advertised is 120 seconds\n    LLDP interface reinitialisation delay is 2 seconds\n"
    )


def _cdp(device: IosDevice) -> list[tuple[str, IosDevice, str]]:
    from network.lab.ios_device import IosDevice as Ios  # noqa: PLC0415 - the type, at run time

    if device.running.root.off("cdp", "run"):
        return []
    return [
        (port, peer, remote)
        for port, peer, remote in neighbours(device)
        if isinstance(peer, Ios) and not peer.running.root.off("cdp", "run")
    ]


def show_cdp(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show cdp neighbors``."""
    if device.running.root.off("cdp", "run"):
        return "% CDP is not enabled\n"
    text = (
        "Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge\n"
        "                  S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone, \n"
        "                  D - Remote, C - CVTA, M - Two-port Mac Relay \n\n"
        "Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID\n"
    )
    found = _cdp(device)
    for port, peer, remote in found:
        local, far = _spaced(port), _spaced(remote)
        text += f"{peer.running.hostname}\n{'':<17}{local:<18}{150:<11}{'R S I':<12}{peer.model.pid[:9]:<10}{far}\n"
    return f"{text}\nTotal cdp entries displayed : {len(found)}\n"


def _spaced(name: str) -> str:
    short = ios_values.SHORT.get(ios_values.split_interface(name)[0], "Gi")[:3]
    return f"{short if short != 'Gi' else 'Gig'} {name[len(ios_values.split_interface(name)[0]) :]}"


def show_cdp_detail(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show cdp neighbors detail``."""
    text = ""
    found = _cdp(device)
    for port, peer, remote in found:
        text += (
            f"-------------------------\nDevice ID: {peer.running.hostname}\nEntry address(es): \n  IP address: {_management(peer)}\n"
            f"Platform: cisco {peer.model.pid},  Capabilities: Router Switch IGMP \nInterface: {port},  Port ID (outgoing port): {remote}\n"
            f"Holdtime : 150 sec\n\nVersion :\nCisco IOS Software, Version {peer.model.version}\n\nadvertisement version: 2\nDuplex: full\n\n"
        )
    return f"{text}\nTotal cdp entries displayed : {len(found)}\n"


def show_arp(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show arp [vrf X]``: own addresses and those of the devices that answer on the same subnets."""
    from network.lab.ios_device import IosDevice as Ios  # noqa: PLC0415 - the type, at run time

    vrf = match.arg("word")
    rows = ["Protocol  Address          Age (min)  Hardware Addr   Type   Interface"]
    peers = [device.neighbour(name) for name in sorted({n.device for n in device.spec.neighbours})]
    for name, section in device.running.interfaces().items():
        ip = _address(section)
        if (
            ip is None
            or section.value("vrf", "forwarding") != vrf
            or not protocol_up(device, name)
            or name.startswith("Loop")
        ):
            continue
        rows.append(f"Internet  {ip.ip!s:<16} {'-':>8}   {mac(device, name)}  ARPA   {name}")
        for peer in peers:
            if not isinstance(peer, Ios) or not peer.up:
                continue
            for theirs, other in peer.running.interfaces().items():
                far = _address(other)
                if far is not None and far.network == ip.network and far.ip != ip.ip and protocol_up(peer, theirs):
                    rows.append(f"Internet  {far.ip!s:<16} {5:>8}   {mac(peer, theirs)}  ARPA   {name}")
    return "\n".join(rows) + "\n" if len(rows) > 1 else ""


def show_mac(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show mac address-table``: the neighbours' addresses."""
    text = "          Mac Address Table\n-------------------------------------------\n\nVlan    Mac Address       Type        Ports\n----    -----------       --------    -----\n"
    count = 0
    for port, peer, remote in neighbours(device):
        section = device.running.interfaces().get(port)
        if section is None or not switching(device.running, port, section):
            continue
        vlan = (
            section.value("switchport", "access", "vlan")
            or section.value("switchport", "trunk", "native", "vlan")
            or "1"
        )
        address = mac(peer, remote) if hasattr(peer, "model") else mac(device, f"{port}/far")  # type: ignore[arg-type]
        text += f"{vlan:>4}    {address}    DYNAMIC     {ios_values.short_interface(port)}\n"
        count += 1
    return f"{text}Total Mac Addresses for this criterion: {count}\n"


# ---- access control -------------------------------------------------------------------------------------------------


def _auth_ports(device: IosDevice) -> list[tuple[str, Section, str]]:
    """(port, section, method) of the ports under port access control whose cable is in use."""
    found = []
    for name, section, _enabled, up, _ in _states(device):
        auto = section.has("authentication", "port-control", "auto") or section.has(
            "access-session", "port-control", "auto"
        )
        if auto and up:
            found.append((name, section, "dot1x" if section.find("dot1x", "pae") else "mab"))
    return found


def _session(device: IosDevice, name: str) -> str:
    return hashlib.sha256(f"{device.spec.hostname}{name}".encode()).hexdigest()[:24].upper()


def show_auth(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show authentication sessions``: one authorised session on every controlled port whose cable is in use."""
    wanted = match.arg("ifname")
    ports = [item for item in _auth_ports(device) if not wanted or item[0] == wanted]
    if not ports:
        return "No sessions currently exist\n"
    if "details" in match.words:
        text = ""
        for name, section, method in ports:
            text += (
                f"            Interface:  {name}\n          MAC Address:  {mac(device, name + '/host')}\n         IPv6 Address:  Unknown\n"
                "         IPv4 Address:  Unknown\n               Status:  Authorized\n               Domain:  DATA\n"
                f"       Oper host mode:  {section.value('authentication', 'host-mode') or 'single-host'}\n"
                f"    Common Session ID:  {_session(device, name)}\n\nMethod status list:\n       Method           State\n"
                f"        {method:<16} Authc Success\n\n"
            )
        return text
    text = "Interface                MAC Address    Method  Domain  Status Fg  Session ID\n" + "-" * 86 + "\n"
    for name, _, method in ports:
        label = ios_values.short_interface(name)
        text += f"{label:<24} {mac(device, name + '/host')} {method:<7} DATA    Auth        {_session(device, name)}\n"
    return f"{text}\nSession count = {len(ports)}\n"


def show_dot1x(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show dot1x all``."""
    on = device.running.root.has("dot1x", "system-auth-control")
    text = f"Sysauthcontrol              {'Enabled' if on else 'Disabled'}\nDot1x Protocol Version            3\n\n"
    for name, section, _, _, _ in _states(device):
        if section.find("dot1x", "pae"):
            control = section.value("authentication", "port-control") or section.value("access-session", "port-control")
            text += (
                f"Dot1x Info for {name}\n-----------------------------------\nPAE                       = AUTHENTICATOR\n"
                f"PortControl               = {(control or 'force-authorized').upper()}\nQuietPeriod               = 60\nServerTimeout             = 0\n"
                "SuppTimeout               = 30\nReAuthMax                 = 2\nMaxReq                    = 2\n"
                f"TxPeriod                  = {section.value('dot1x', 'timeout', 'tx-period') or 30}\n\n"
            )
    return text


def show_aaa(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show aaa servers``."""
    text = ""
    for number, entry in enumerate(device.running.root.find("radius", "server"), start=1):
        if entry.child is not None:
            words = entry.child.value("address", "ipv4").split()
            ports = dict(zip(words[1::2], words[2::2], strict=False))
            text += (
                f"\nRADIUS: id {number}, priority {number}, host {words[0] if words else '?'}, auth-port {ports.get('auth-port', '1645')}, "
                f"acct-port {ports.get('acct-port', '1646')}, hostname {entry.words[2]}\n     State: current UP, duration 600s, previous duration 0s\n"
                "     Dead: total time 0s, count 0\n"
            )
    return text


def show_spanning_tree(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show spanning-tree``: this device's priorities and ports; the tree itself is not computed, only its ends."""
    root = device.running.root
    mode = root.value("spanning-tree", "mode") or "pvst"
    if "summary" in match.words:
        return (
            f"Switch is in {mode} mode\nExtended system ID                      is enabled\n"
            f"Portfast BPDU Guard Default             is {'enabled' if root.find('spanning-tree', 'portfast', 'bpduguard') else 'disabled'}\n"
            f"Loopguard Default                       is {'enabled' if root.has('spanning-tree', 'loopguard', 'default') else 'disabled'}\n"
        )
    wanted = ios_values.vlan_ids(match.arg("vlans")) if match.arg("vlans") else set(device.running.vlans())
    priority = {}
    for entry in root.find("spanning-tree", "vlan"):
        if len(entry.words) == 5 and entry.words[3] == "priority":
            priority.update(dict.fromkeys(ios_values.vlan_ids(entry.words[2]), int(entry.words[4])))
    text = ""
    for vlan in sorted(wanted & set(device.running.vlans())):
        value = priority.get(vlan, 32768) + vlan
        ports = ""
        for name, section, _, up, _ in _states(device):
            if not up or not switching(device.running, name, section):
                continue
            trunk = section.value("switchport", "mode") == "trunk"
            if (trunk and vlan in allowed(section)) or (
                not trunk and (section.value("switchport", "access", "vlan") or "1") == str(vlan)
            ):
                edge = " Edge" if section.find("spanning-tree", "portfast") else ""
                ports += f"{ios_values.short_interface(name):<19} Desg FWD 4         128.1    P2p{edge} \n"
        if not ports:
            continue
        text += (
            f"\nVLAN{vlan:04d}\n  Spanning tree enabled protocol {'rstp' if 'rapid' in mode else 'ieee'}\n"
            f"  Root ID    Priority    {value}\n             Address     {mac(device)}\n             This bridge is the root\n"
            "             Hello Time   2 sec  Max Age 20 sec  Forward Delay 15 sec\n\n"
            f"  Bridge ID  Priority    {value}  (priority {value - vlan} sys-id-ext {vlan})\n             Address     {mac(device)}\n"
            "             Hello Time   2 sec  Max Age 20 sec  Forward Delay 15 sec\n             Aging Time  300 sec\n\n"
            "Interface           Role Sts Cost      Prio.Nbr Type\n------------------- ---- --- --------- -------- --------------------------------\n"
            f"{ports}\n"
        )
    return text or "\nNo spanning tree instance exists.\n"


def show_standby_brief(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show standby brief``: the state follows priority and address among the cabled devices of the subnet that are up."""
    from network.lab.ios_device import IosDevice as Ios  # noqa: PLC0415 - the type, at run time

    text = "                     P indicates configured to preempt.\n                     |\nInterface   Grp  Pri P State   Active          Standby         Virtual IP\n"
    peers = [device.neighbour(name) for name in {n.device for n in device.spec.neighbours}]
    for name, section in device.running.interfaces().items():
        ip = _address(section)
        for entry in section.find("standby"):
            if len(entry.words) != 4 or entry.words[2] != "ip" or ip is None:
                continue
            group = entry.words[1]
            own = (int(section.value("standby", group, "priority") or 100), int(ip.ip))
            others = []
            for peer in peers:
                if not isinstance(peer, Ios) or not peer.up:
                    continue
                for theirs, far in peer.running.interfaces().items():
                    address = _address(far)
                    if (
                        address is not None
                        and address.network == ip.network
                        and address.ip != ip.ip
                        and protocol_up(peer, theirs)
                        and far.find("standby", group, "ip")
                    ):
                        others.append((int(far.value("standby", group, "priority") or 100), int(address.ip)))
            ranked = sorted([own, *others], reverse=True)
            if not protocol_up(device, name):
                state, active, standby = "Init", "unknown", "unknown"
            else:
                place = ranked.index(own)
                state = ("Active", "Standby")[place] if place < 2 else "Listen"
                active = "local" if place == 0 else str(IPv4Address(ranked[0][1]))
                standby = "unknown" if len(ranked) < 2 else "local" if place == 1 else str(IPv4Address(ranked[1][1]))
            preempt = "P" if section.find("standby", group, "preempt") else " "
            label = ios_values.short_interface(name)
            text += (
                f"{label:<11} {group:<4} {own[0]:<3} {preempt} {state:<7} {active:<15} {standby:<15} {entry.words[3]}\n"
            )
    return text


# ---- wireless -------------------------------------------------------------------------------------------------------


def show_wlan(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show wlan summary``."""
    found = [entry for entry in device.running.root.ordered() if entry.match.form.name == "wlan" and entry.child]
    text = (
        f"\nNumber of WLANs: {len(found)}\n\nID   Profile Name                     SSID                             Status Security\n"
        + "-" * 120
        + "\n"
    )
    for entry in found:
        child = entry.child
        assert child is not None
        status = "UP" if child.off("shutdown") else "DOWN"
        keys = [
            word
            for word in ("wpa2", "wpa3")
            if (not child.off("security", "wpa", word) if word == "wpa2" else child.has("security", "wpa", word))
        ]
        security = "".join(f"[{word.upper()}]" for word in keys) + "[802.1x][AES]"
        text += f"{entry.words[2]:<4} {entry.words[1]:<32} {entry.words[3]:<32} {status:<6} {security}\n"
    return text + "\n"


def _access_points(device: IosDevice) -> list[tuple[str, str, str, str]]:
    found = []
    for entry in device.running.root.ordered():
        if entry.words[0] == "ap" and len(entry.words) == 2 and entry.child is not None and "." in entry.words[1]:
            child = entry.child
            found.append((entry.words[1], child.value("policy-tag"), child.value("site-tag"), child.value("rf-tag")))
    return found


def show_ap(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ap summary``: every access point that the controller is configured for has joined."""
    found = _access_points(device)
    text = (
        f"Number of APs: {len(found)}\n\n"
        "AP Name                          Slots AP Model             Ethernet MAC   Radio MAC      CC   RD   IP Address      State         Location\n"
        + "-" * 130
        + "\n"
    )
    for address, _, _, _ in found:
        text += f"AP{address.upper():<30} 2     C9120AXI-Q           {address} {address} JP   -Q   0.0.0.0         Registered    default location\n"
    return text


def show_ap_tag(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ap tag summary``."""
    found = _access_points(device)
    text = (
        f"Number of APs: {len(found)}\n\nAP Name                           AP Mac           Site Tag Name                     Policy Tag Name                   RF Tag Name                       Misconfigured    Tag Source\n"
        + "-" * 150
        + "\n"
    )
    for address, policy, site, radio in found:
        text += f"AP{address.upper():<32}{address:<17}{site:<34}{policy:<34}{radio:<34}No               Static\n"
    return text


def show_policy_profiles(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show wireless profile policy summary``."""
    found = [e for e in device.running.root.find("wireless", "profile", "policy") if e.child]
    text = (
        f"\nNumber of Policy Profiles: {len(found)}\n\nPolicy Profile Name               Description                      Status\n"
        + "-" * 73
        + "\n"
    )
    for entry in found:
        assert entry.child is not None
        text += f"{entry.words[3]:<33} {entry.child.value('description'):<32} {'ENABLED' if entry.child.off('shutdown') else 'DISABLED'}\n"
    return text


def show_policy_tags(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show wireless tag policy summary``."""
    found = device.running.root.find("wireless", "tag", "policy")
    text = f"\nNumber of Policy Tags: {len(found)}\n\nPolicy Tag Name                   Description\n" + "-" * 73 + "\n"
    for entry in found:
        text += f"{entry.words[3]:<33} {entry.child.value('description') if entry.child else ''}\n"
    return text


def show_wireless_clients(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show wireless client summary``: no clients are simulated."""
    return "Number of Clients: 0\n"


# ---- system ---------------------------------------------------------------------------------------------------------


def show_hosts(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show hosts``."""
    domain = device.running.root.value("ip", "domain", "name")
    first = f"Default domain is {domain}\n" if domain else "Default domain is not set\n"
    return f"{first}Name servers are 255.255.255.255\nNAME  TTL  CLASS   TYPE      DATA/ADDRESS\n-----------------------------------------\n"


def show_clock(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show clock``."""
    now = device.now()
    return (
        f"{now.strftime('%H:%M:%S')}.{now.microsecond // 1000:03d} JST {now.strftime('%a %b')} {now.day} {now.year}\n"
    )


def show_users(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show users``."""
    text = "    Line       User       Host(s)              Idle       Location\n"
    for number, (user, where) in sorted(device.sessions.items()):
        mark = "*" if where == shell.where else " "
        text += f"{mark} {number:>2} vty {number:<4} {user:<10} idle                 00:00:00   127.0.0.1\n"
    return text


def show_privilege(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show privilege``."""
    return f"Current privilege level is {shell.level}\n"


def show_cpu(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show processes cpu``."""
    return (
        "CPU utilization for five seconds: 1%/0%; one minute: 1%; five minutes: 1%\n"
        " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n"
        "   1           1          10        100  0.00%  0.00%  0.00%   0 Chunk Manager    \n"
    )


def show_memory(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show processes memory`` and ``show memory statistics``."""
    return "Processor Pool Total: 1024000000 Used:  256000000 Free:  768000000\n"


def show_environment(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show environment all``."""
    return "Switch   FAN     Speed   State   Airflow direction\n---------------------------------------------------\n  1       1     5600      OK     Front to Back\nSYSTEM TEMPERATURE is OK\n"


def show_logging(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show logging``."""
    size = device.running.root.value("logging", "buffered").split(" ")[0] or "4096"
    rows = "".join(f"{line}\n" for line in device.log)
    return (
        f"Syslog logging: enabled (0 messages dropped, 0 messages rate-limited)\n\nLog Buffer ({size} bytes):\n\n{rows}"
    )


def show_boot(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show boot``."""
    return "---------------------------\nSwitch 1\n---------------------------\nCurrent Boot Variables:\nBOOT variable = flash:packages.conf;\n\nManual Boot = no\nEnable Break = no\n"


def show_flash(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show flash:``."""
    return directory(device, "flash:/")


def directory(device: IosDevice, url: str) -> str:
    """``dir [URL]``."""
    if re.match(r"nvram:", url):
        size = len(device.startup())
        return f"Directory of nvram:/\n\n 2092  -rw-  {size}  <no date>  startup-config\n\n2097152 bytes total ({2097152 - size} bytes free)\n"
    if re.match(r"system:", url):
        return "Directory of system:/\n\n    1  -rw-  0  <no date>  running-config\n\nNo space information available\n"
    path = device.file(url)
    if path is None or not path.exists():
        return f"%Error opening {url} (No such file or directory)\n"
    files = [path] if path.is_file() else sorted(item for item in path.iterdir() if not item.name.startswith("."))
    text = f"Directory of {url}\n\n"
    for number, item in enumerate(files, start=33):
        when = device.now().strftime("%b %d %Y %H:%M:%S +09:00")
        kind = "drwx" if item.is_dir() else "-rw-"
        text += f"{number:>6}  {kind} {item.stat().st_size:>16}  {when}  {item.name}\n"
    return f"{text}\n11353194496 bytes total ({device.free()} bytes free)\n"


def show_file_systems(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show file systems``."""
    return f"File Systems:\n\n       Size(b)       Free(b)      Type  Flags  Prefixes\n*  11353194496  {device.free()}      disk     rw   flash: bootflash:\n       2097152       2040000     nvram     rw   nvram:\n"


def show_ntp(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ntp associations``."""
    text = "\n  address         ref clock       st   when   poll reach  delay  offset   disp\n"
    for number, entry in enumerate(device.running.root.find("ntp", "server")):
        address = next((word for word in entry.words if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", word)), "")
        text += f"{'*' if number == 0 else '+'}~{address:<15} .GPS.            1     10     64   377  1.000   0.100  0.100\n"
    return f"{text} * sys.peer, # selected, + candidate, - outlyer, x falseticker, ~ configured\n"


def show_ntp_status(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ntp status``."""
    servers = device.running.root.find("ntp", "server")
    return (
        "Clock is synchronized, stratum 2\n" if servers else "Clock is unsynchronized, stratum 16, no reference clock\n"
    )


def show_acl(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show [ip] access-lists``."""
    wanted = match.arg("word")
    text = ""
    for entry in device.running.root.ordered():
        if entry.match.form.name == "acl" and entry.child is not None and wanted in ("", entry.words[3]):
            text += f"{entry.words[2].capitalize()} IP access list {entry.words[3]}\n"
            text += "".join(f"    {ace.text}\n" for ace in entry.child.ordered() if "remark" not in ace.words)
    return text


def show_prefix_list(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip prefix-list``."""
    text, last = "", ""
    wanted = match.arg("word")
    for entry in device.running.root.ordered():
        if entry.words[:2] == ("ip", "prefix-list") and entry.words[3] == "seq" and wanted in ("", entry.words[2]):
            count = len(device.running.root.find("ip", "prefix-list", entry.words[2], "seq"))
            text += f"ip prefix-list {entry.words[2]}: {count} entries\n" if entry.words[2] != last else ""
            last = entry.words[2]
            text += f"   {' '.join(entry.words[3:])}\n"
    return text


def show_ssh(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip ssh``."""
    root = device.running.root
    return (
        f"SSH Enabled - version {'2.0' if root.value('ip', 'ssh', 'version') == '2' else '1.99'}\n"
        f"Authentication timeout: {root.value('ip', 'ssh', 'time-out') or 120} secs; "
        f"Authentication retries: {root.value('ip', 'ssh', 'authentication-retries') or 3}\n"
    )


def show_snooping(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip dhcp snooping``."""
    root = device.running.root
    state = "enabled" if root.has("ip", "dhcp", "snooping") else "disabled"
    return f"Switch DHCP snooping is {state}\nDHCP snooping is configured on following VLANs:\n{root.value('ip', 'dhcp', 'snooping', 'vlan') or 'none'}\n"


def show_sla(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show ip sla statistics``: a probe succeeds while something it could reach is configured as up."""
    text = "IPSLAs Latest Operation Statistics\n\n"
    for entry in device.running.root.find("ip", "sla"):
        if len(entry.words) == 3 and entry.child is not None:
            text += f"IPSLA operation id: {entry.words[2]}\nLatest operation return code: OK\nNumber of successes: 10\nNumber of failures: 0\n\n"
    return text


def show_track(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show track``."""
    text = (
        "Track Type        Instance                   Parameter        State Last Change\n"
        if "brief" in match.words
        else ""
    )
    for entry in device.running.root.find("track"):
        if "brief" in match.words:
            text += f"{entry.words[1]:<5} {' '.join(entry.words[2:4]):<11} {' '.join(entry.words[4:5]):<26} {entry.words[-1]:<16} Up    00:10:00\n"
        else:
            text += f"Track {entry.words[1]}\n  {' '.join(entry.words[2:])}\n  State is Up\n"
    return text


def show_switch(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show switch``."""
    if device.model.router or "virtual" in match.words:
        return "               ^\n% Invalid input detected at '^' marker.\n\n"
    return (
        f"Switch/Stack Mac Address : {mac(device)} - Local Mac Address\nMac persistency wait time: Indefinite\n"
        "                                             H/W   Current\nSwitch#   Role    Mac Address     Priority Version  State \n"
        f"-------------------------------------------------------------------------------------\n*1       Active   {mac(device)}     1      V01     Ready                \n"
    )


def show_redundancy(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show redundancy``."""
    return "       my state = 13 -ACTIVE \n     peer state = 1  -DISABLED \n           Mode = Simplex\n"


def show_license(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show license summary``."""
    return "License Usage:\n  License                 Entitlement Tag               Count Status\n  ---------------------------------------------------------------------------\n  network-advantage       (C9K Network Advantage)           1 IN USE\n"


def show_certificates(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show crypto pki certificates``: name and serial number, not the content."""
    text = ""
    for entry in device.running.root.find("crypto", "pki", "certificate", "chain"):
        for item in entry.child.ordered() if entry.child else []:
            kind = (
                "Router Self-Signed Certificate"
                if "self-signed" in item.words
                else "CA Certificate"
                if "ca" in item.words
                else "Certificate"
            )
            text += f"{kind}\n  Status: Available\n  Certificate Serial Number (hex): {item.words[-1]}\n  Associated Trustpoints: {entry.words[-1]} \n\n"
    return text


def show_snmp(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show snmp`` and ``show snmp chassis``."""
    return f"{device.spec.serial}\n" if "chassis" in match.words else f"Chassis: {device.spec.serial}\n"


def show_reload(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show reload``."""
    return "Reload scheduled\n" if device.reload_timer is not None else "No reload is scheduled.\n"


def show_platform(device: IosDevice, match: Match, shell: IosShell) -> str:
    """``show platform``."""
    return f"Switch  Ports    Model                Serial No.   MAC address     Hw Ver.       Sw Ver. \n------  -----   ---------             -----------  --------------  -------       --------\n 1       {len(device.running.ports):<5} {device.model.pid:<20}  {device.spec.serial:<11}  {mac(device)}  V01           {device.model.version}\n"


def ping(device: IosDevice, match: Match) -> str:
    """``ping``: answered by any address of a lab device that this one could reach over a route."""
    vrf = match.words[match.words.index("vrf") + 1] if "vrf" in match.words else ""
    target = match.words[3] if vrf else match.words[1]
    count = 5
    head = f"Type escape sequence to abort.\nSending {count}, 100-byte ICMP Echos to {target}, timeout is 2 seconds:\n"
    try:
        address = IPv4Address(target)
    except ValueError:
        return "% Unrecognized host or address, or protocol not running.\n\n"
    if vrf and vrf not in device.running.vrfs():
        return f"% VRF {vrf} does not exist\n"
    if any(address in route.prefix for route in routes(device, vrf)):
        return f"{head}!!!!!\nSuccess rate is 100 percent (5/5), round-trip min/avg/max = 1/1/1 ms\n"
    return f"{head}.....\nSuccess rate is 0 percent (0/5)\n"


def trace(device: IosDevice, match: Match) -> str:
    """``traceroute``: the first hop only; the data plane is the twin's matter."""
    vrf = match.words[match.words.index("vrf") + 1] if "vrf" in match.words else ""
    target = match.words[3] if vrf else match.words[1]
    hop = next(
        (
            r.next_hop or r.interface
            for r in routes(device, vrf)
            if re.match(r"\d", target) and IPv4Address(target) in r.prefix
        ),
        "*",
    )
    return f"Type escape sequence to abort.\nTracing the route to {target}\n  1 {hop} 1 msec 1 msec 1 msec\n"
