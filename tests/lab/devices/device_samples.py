"""Configurations of small virtual devices, as their own memory holds them."""

from __future__ import annotations

from network.lab.spec import DeviceSpec, with_cabling

SWITCH = """version 17.9
service password-encryption
hostname {name}
vrf definition mgmt
 !
 address-family ipv4
 exit-address-family
!
vrf definition kikan
 !
 address-family ipv4
 exit-address-family
!
ip domain name yasu.example
vtp mode off
archive
 path flash:archive
 maximum 5
file prompt quiet
vlan 10
 name kikan-user
vlan 90
 name mgmt-device
lldp run
interface GigabitEthernet1/0/1
 description uplink
 switchport trunk native vlan 997
 switchport trunk allowed vlan 10,90
 switchport mode trunk
interface GigabitEthernet1/0/2
 description desk
 switchport access vlan 10
 switchport mode access
interface Vlan10
 vrf forwarding kikan
 ip address 10.10.{index}.1 255.255.255.0
interface Vlan90
 vrf forwarding mgmt
 ip address 10.90.{index}.1 255.255.255.0
ip ssh source-interface Vlan90
ip scp server enable
ip route vrf mgmt 10.90.0.0 255.255.0.0 10.90.{index}.254
line con 0
line vty 0 4
 transport input ssh
end
"""


def switch(name: str = "sw1", index: int = 1, extra: str = "") -> DeviceSpec:
    text = SWITCH.format(name=name, index=index).replace("end\n", extra + "end\n")
    return DeviceSpec(name, "cisco_ios", f"127.88.{index}.1", text, serial=f"FLAB000{index}", model="C9300-48P")


def pair() -> list[DeviceSpec]:
    port = "GigabitEthernet1/0/1"
    return with_cabling([switch("sw1", 1), switch("sw2", 2)], [("sw1", port, "sw2", port)])


FIREWALL = """#config-version=FG100F-7.4.5-FW-build2702-240916:opmode=0:vdom=0:user=admin
config system global
    set admin-scp enable
    set hostname "{name}"
end
config system console
    set output standard
end
config system interface
    edit "mgmt"
        set vdom "root"
        set ip 10.90.1.{unit} 255.255.255.0
        set dedicated-to management
    next
    edit "port1"
        set vdom "root"
        set type physical
    next
    edit "v401"
        set vdom "root"
        set ip 10.10.250.1 255.255.255.248
        set interface "port1"
        set vlanid 401
    next
    edit "v402"
        set vdom "root"
        set ip 10.20.250.1 255.255.255.248
        set interface "port1"
        set vlanid 402
    next
end
config system ha
    set group-id 1
    set group-name "HALL"
    set mode a-p
    set password {secret}
    set ha-mgmt-status enable
    config ha-mgmt-interfaces
        edit 1
            set interface "mgmt"
            set gateway 10.90.1.254
        next
    end
    set priority {priority}
end
config firewall address
    edit "broker"
        set subnet 10.10.1.20 255.255.255.255
    next
end
config router static
    edit 1
        set dst 10.10.0.0 255.255.0.0
        set gateway 10.10.250.2
        set device "v401"
    next
end
"""


def firewalls() -> list[DeviceSpec]:
    return [
        DeviceSpec(
            f"fw{unit}",
            "fortios",
            f"127.88.101.{unit}",
            FIREWALL.format(name=f"fw{unit}", unit=unit, secret="Ha-secret-1", priority=200 // unit),
            serial=f"FG100F000000000{unit}",
            ha_peer=f"fw{3 - unit}",
        )
        for unit in (1, 2)
    ]
