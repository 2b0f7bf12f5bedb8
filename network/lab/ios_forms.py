"""The IOS-XE commands that a virtual device knows, mode by mode, in the order in which the device writes them.

A line that fits no form here is refused as on a device. Syntax: ``network/lab/grammar.py``; attributes follow ``::``
(``mode=`` the mode it opens, ``name=`` the hook in ``ios_semantics``, ``on`` on by default so that only the ``no`` is
shown, ``both`` the ``no`` is kept too, ``sort=natural``, ``block=`` lines kept together per first parameter, ``hidden``
never shown). Taken from the IOS-XE 17.9 command references (Cisco, Catalyst 9000, 8000 and 9800).
"""

# ruff: noqa: E501 - one command form is one line

from __future__ import annotations

MACROS = {
    "secret": "~{0 <clear9>|5 <word>|8 <word>|9 <word>|<clear9>}",
    "hidden": "~{0 <clear7>|6 <word>|7 <hex7>|<clear7>}",
    "acladdr": "{any|host <ip>|object-group <word>|<aclnet>}",
    "port": "{eq <port>...|gt <port>|lt <port>|neq <port>...|range <port> <port>}",
    "icmp": "{administratively-prohibited|echo|echo-reply|packet-too-big|parameter-problem|port-unreachable|redirect"
    "|time-exceeded|traceroute|ttl-exceeded|unreachable|net-unreachable|host-unreachable|<int:0-255> [<int:0-255>]}",
    "log": "[log|log-input]",
    "qos": "[dscp <word>|precedence <word>|tos <word>]",
    "redist": "~[metric <int:0-16777214>] ~[metric-type <int:1-2>] ~[tag <int:0-4294967295>]"
    " ~[subnets] ~[route-map <word>]",
    "nh": "{<ip>|Null0|<ifname> [<ip>]}",
    "rtail": "~[<int:1-255>] ~[tag <int:1-4294967295>] ~[name <word>] ~[track <int:1-1000>] ~[permanent]"
    " ~[tag <int:1-4294967295>] ~[name <word>]",
    "srv": "~[group <word>|local|none|group radius|group tacacs+|enable|line|if-authenticated] "
    "~[group <word>|local|none|group radius|group tacacs+|enable|line|if-authenticated] "
    "~[group <word>|local|none|enable|line|if-authenticated]",
    "src": "~[version {2|3}] ",
    "level": "{alerts|critical|debugging|emergencies|errors|informational|notifications|warnings|<int:0-7>}",
}

GLOBAL = """
version ~<word> :: name=version
service nagle :: both
service tcp-keepalives-in
service tcp-keepalives-out
service timestamps {debug|log} ~{datetime [msec] [localtime] [show-timezone] [year]|uptime}
service password-encryption :: both
service sequence-numbers
service internal
service call-home :: both
service unsupported-transceiver
service dhcp :: on
service pad :: both
service config :: both
service finger :: both
service compress-config
service tcp-small-servers :: both
service udp-small-servers :: both
platform punt-keepalive disable-kernel-core :: both
platform qfp utilization monitor load ~<int:0-100>
platform hardware throughput level MB ~<word>
platform sslvpn use-pd :: both
hostname ~<hostname> :: name=hostname
boot-start-marker :: name=marker
boot system ~<line>
boot-end-marker :: name=marker
logging buffered ~[<int:4096-2147483647>] ~[$level]
logging console ~[$level] :: both
logging monitor ~[$level] :: both
logging userinfo
logging persistent ~[url <word>] ~[size <int:0-4294967295>] ~[filesize <int:0-4294967295>] ~[immediate]
logging rate-limit ~<line>
enable secret $secret :: name=secret
enable password $hidden
vrf definition <vrfname> :: mode=vrf sort=natural name=vrf
aaa new-model :: both
aaa local authentication attempts max-fail ~<int:1-65535>
aaa group server radius <word> :: mode=radius-group
aaa group server tacacs+ <word> :: mode=tacacs-group
aaa authentication login {default|<word>} $srv
aaa authentication enable default $srv
aaa authentication dot1x {default|<word>} $srv
aaa authentication attempts login ~<int:1-25>
aaa authorization console
aaa authorization config-commands
aaa authorization exec {default|<word>} $srv
aaa authorization network {default|<word>} $srv
aaa authorization credential-download {default|<word>} $srv
aaa authorization auth-proxy default $srv
aaa authorization commands <int:0-15> {default|<word>} $srv
aaa accounting update ~{newinfo [periodic <int:1-2147483647>]|periodic <int:1-2147483647>}
aaa accounting identity {default|<word>} ~{start-stop|stop-only} ~[broadcast] $srv
aaa accounting dot1x {default|<word>} ~{start-stop|stop-only|none} $srv
aaa accounting exec {default|<word>} ~{start-stop|stop-only|none} $srv
aaa accounting network {default|<word>} ~{start-stop|stop-only|none} $srv
aaa accounting commands <int:0-15> {default|<word>} ~{start-stop|stop-only|none} $srv
aaa accounting system default ~{start-stop|stop-only|none} $srv
aaa server radius dynamic-author :: mode=dynamic-author
aaa session-id ~{common|unique}
aaa common-criteria policy <word> :: mode=common-criteria
clock timezone ~<word> ~<signed> ~<int:0-59>
clock summer-time ~<line>
clock calendar-valid
switch <int:1-16> provision ~<word>
stackwise-virtual :: mode=stackwise
ip routing :: both
ip icmp rate-limit unreachable ~<int:1-4294967295>
ip cef :: on
ip source-route :: both
ip gratuitous-arps :: on
ip arp proxy disable
ip arp inspection vlan <vlans>
ip arp inspection validate ~{src-mac|dst-mac|ip} ~[src-mac|dst-mac|ip] ~[src-mac|dst-mac|ip]
ip arp gratuitous ~{none|local}
ip options ~{drop|ignore}
ip name-server vrf <vrf> <ip>...
ip name-server <ip>...
ip domain lookup ~[vrf <vrf>] ~[source-interface <ifname>] :: on both
ip domain list <word>
ip domain name vrf <vrf> ~<word>
ip domain name ~<word>
ip dhcp excluded-address vrf <vrf> <ip> [<ip>]
ip dhcp excluded-address <ip> [<ip>]
ip dhcp pool <word> :: mode=dhcp-pool
ip dhcp snooping vlan <vlans>
ip dhcp snooping information option :: on
ip dhcp snooping database ~<line>
ip dhcp snooping
ip dhcp relay information option vpn
ip dhcp relay information option
ip dhcp relay information policy ~{drop|keep|replace}
ip dhcp relay information trust-all
ip dhcp bootp ignore
ip bootp server :: on
ip multicast-routing [vrf <vrf>] [distributed]
ip tcp synwait-time ~<int:5-300>
ip tcp path-mtu-discovery
ip finger :: both
ip device tracking
login block-for ~<int:1-65535> ~attempts ~<int:1-65535> ~within ~<int:1-65535>
login quiet-mode access-class ~<aclname>
login delay ~<int:1-10>
login on-failure ~[log] ~[trap] ~[every <int:1-65535>]
login on-success ~[log] ~[trap] ~[every <int:1-65535>]
ipv6 unicast-routing
ipv6 nd raguard policy <word> :: mode=raguard
ipv6 access-list <word> :: mode=acl6
ipv6 source-route :: both
mpls label mode ~<line>
no-platform-marker :: hidden
flow exporter <word> :: mode=flow
flow monitor <word> :: mode=flow
flow record <word> :: mode=flow
parameter-map type ~{webauth global|regex} :: hidden
device-tracking tracking
device-tracking tracking auto-source ~[override] ~[fallback <ip> <mask>]
device-tracking policy <word> :: mode=tracking-policy
vtp mode ~{off|transparent|server|client} :: name=vtp
vtp domain ~<word>
vtp version ~<int:1-3>
authentication mac-move permit
authentication mac-move deny-uncontrolled
authentication critical recovery delay ~<int:1-10000>
epm logging
access-session mac-move deny
access-session attributes filter-list list <word> :: mode=filter-list
access-session authentication attributes filter-spec include list <word>
access-session accounting attributes filter-spec include list <word>
access-session acl default passthrough
access-session limit maximum ~<int:1-64>
dot1x system-auth-control
dot1x critical eapol
dot1x critical recovery delay ~<int:1-10000>
dot1x guest-vlan supplicant
dot1x test timeout ~<int:1-65535>
service-template <word> :: mode=service-template
archive :: mode=archive
multilink bundle-name ~{authenticated|endpoint|both}
system mtu ~<int:1500-9198>
crypto pki trustpoint <word> :: mode=trustpoint name=trustpoint
crypto pki certificate chain <word> :: mode=cert-chain name=certchain
license boot level ~<word> ~[addon <word>]
license udi ~pid ~<word> ~sn ~<word>
license smart transport ~{smart|off|cslu|callhome}
license smart url ~<line>
license smart usage interval ~<int:1-3650>
diagnostic bootup level ~{minimal|complete}
errdisable recovery cause ~<word> :: name=each
errdisable recovery interval ~<int:30-86400>
errdisable detect cause <word>
memory free low-watermark processor ~<int:1-4294967295>
file prompt ~{quiet|alert|noisy} :: name=fileprompt
spanning-tree mode ~{mst|pvst|rapid-pvst}
spanning-tree loopguard default
spanning-tree portfast ~[edge] default
spanning-tree portfast ~[edge] bpduguard default
spanning-tree portfast ~[edge] bpdufilter default
spanning-tree logging
spanning-tree extend system-id :: name=keep
spanning-tree pathcost method ~{long|short}
spanning-tree uplinkfast
spanning-tree backbonefast
spanning-tree mst configuration :: mode=mst
spanning-tree mst <vlans> priority ~<int:0-61440>
spanning-tree vlan <vlans> priority ~<int:0-61440>
spanning-tree vlan <vlans> root ~{primary|secondary}
spanning-tree vlan <vlans> hello-time ~<int:1-10>
spanning-tree vlan <vlans> forward-time ~<int:4-30>
spanning-tree vlan <vlans> max-age ~<int:6-40>
spanning-tree vlan <vlans>
udld {aggressive|enable}
udld message time ~<int:1-90>
port-channel load-balance ~<word>
macro auto <line>
macro global <line>
energywise <line>
username <user> ~[privilege <int:0-15>] ~[common-criteria-policy <word>] ~[role <word>] ~[one-time] ~[access-class <word>] ~[algorithm-type scrypt] ~[nopassword|secret $secret|password $hidden] :: name=username
redundancy :: mode=redundancy
lldp run
lldp timer ~<int:5-65534>
lldp holdtime ~<int:0-65535>
lldp reinit ~<int:2-5>
cdp run :: on
cdp timer ~<int:5-254>
cdp holdtime ~<int:10-255>
transceiver type all :: mode=transceiver
bfd-template single-hop <word> :: mode=bfd
key chain <word> ~[macsec|tcp] :: mode=key-chain
track <int:1-1000> ~ip ~route ~<ip> ~<mask> ~reachability :: mode=track
track <int:1-1000> ~interface ~<ifname> ~{line-protocol|ip routing} :: mode=track
track <int:1-1000> ~ip ~sla ~<int:1-2147483647> ~[reachability|state] :: mode=track
track <int:1-1000> ~list ~boolean ~{and|or} :: mode=track
track <int:1-1000> :: mode=track
vlan <vlans> :: mode=vlan sort=natural name=vlan
vlan internal allocation policy ~{ascending|descending}
vlan configuration <vlans> :: mode=vlan-configuration
vlan access-map <word> [<int:0-65535>] :: mode=vacl
vlan filter <word> vlan-list <vlans>
vlan dot1q tag native
tftp blocksize ~<int:512-8192>
ip tftp source-interface ~<ifname>
ip ftp source-interface ~<ifname>
ip ssh version ~<int:1-2>
ip ssh time-out ~<int:1-120>
ip ssh authentication-retries ~<int:0-5>
ip ssh bulk-mode ~[<int:131072-1073741824>]
ip ssh source-interface ~<ifname>
ip ssh logging events
ip ssh maxstartups ~<int:2-128>
ip ssh rsa keypair-name ~<word>
ip ssh dh min size ~<int:1024-4096>
ip ssh server algorithm {encryption|mac|hostkey|kex|publickey|authentication} ~<word>...
ip ssh client algorithm {encryption|mac|kex} ~<word>...
ip ssh pubkey-chain :: mode=pubkey-chain
ip scp server enable
class-map type control subscriber {match-all|match-any|match-none} <word> :: mode=class-map-control
class-map {match-any|match-all} <word> :: mode=class-map
class-map type inspect {match-any|match-all} <word> :: mode=class-map
policy-map type control subscriber <word> :: mode=policy-map-control
policy-map system-cpp-policy :: mode=policy-map
policy-map type inspect <word> :: mode=policy-map
policy-map <word> :: mode=policy-map
zone security <word> :: mode=zone
zone-pair security <word> source <word> destination <word> :: mode=zone-pair
template <word> :: mode=template
object-group network <word> :: mode=object-network
object-group service <word> :: mode=object-service
interface <ifname> :: mode=interface sort=interface name=interface
interface range <line> :: mode=interface name=range
router ospf <int:1-65535> ~[vrf <vrf>] :: mode=ospf name=ospf sort=natural
router bgp <asn> :: mode=bgp name=bgp
router rip :: mode=rip
ip default-gateway ~<ip>
ip classless :: on
ip forward-protocol nd :: both name=keep
ip forward-protocol udp ~[<port>] :: on
ip http server :: both
ip http authentication ~{local|aaa|enable}
ip http access-class ~ipv4 ~<aclname>
ip http access-class ~<aclname>
ip http secure-server :: both
ip http secure-trustpoint ~<word>
ip http secure-ciphersuite ~<word>...
ip http tls-version ~<word>
ip http max-connections ~<int:1-50>
ip http timeout-policy ~<line>
ip http client source-interface ~<ifname>
ip http active-session-modules ~<word>
ip http secure-active-session-modules ~<word>
ip http session-module-list <word> ~<word>
ip as-path access-list <int:1-500> {permit|deny} <line>
ip community-list standard <word> [<int:1-65535>] {permit|deny} <word>...
ip community-list expanded <word> [<int:1-65535>] {permit|deny} <line>
ip nat pool <word> ~<ip> ~<ip> ~{netmask <mask>|prefix-length <int:1-32>}
ip nat inside source list <aclname> ~{pool <word>|interface <ifname>} ~[vrf <vrf>] ~[overload]
ip nat inside source static [tcp|udp] <ip> [<int:1-65535>] ~<ip> ~[<int:1-65535>] ~[vrf <vrf>] ~[match-in-vrf] ~[extendable]
ip nat outside source static <ip> ~<ip> ~[vrf <vrf>] ~[add-route]
ip route vrf <vrf> <ip> <mask> $nh [global] $rtail :: name=route
ip route <ip> <mask> $nh $rtail :: name=route
ip radius source-interface ~<ifname> ~[vrf <vrf>]
ip tacacs source-interface ~<ifname>
ip ospf name-lookup
ip access-list standard <aclname> :: mode=acl-standard name=acl sort=natural
ip access-list extended <aclname> :: mode=acl-extended name=acl sort=natural
ip access-list role-based <word> :: mode=acl-role
ip access-list logging interval ~<int:0-2147483647>
ip access-list resequence <word> <int:1-2147483647> <int:1-2147483647> :: hidden
ip sla <int:1-2147483647> :: mode=sla
ip sla schedule <int:1-2147483647> ~<line>
ip sla responder
ip sla enable reaction-alerts
ip prefix-list <word> description ~<line> :: block=41
ip prefix-list <word> seq <int:1-4294967294> ~{permit|deny} ~<cidr> ~[ge <int:1-32>] ~[le <int:1-32>] :: block=41 name=prefixlist
ip prefix-list <word> ~{permit|deny} ~<cidr> ~[ge <int:1-32>] ~[le <int:1-32>] :: name=prefixauto
logging origin-id ~{hostname|ip|string <word>}
logging facility ~<word>
logging source-interface <ifname> ~[vrf <vrf>]
logging trap ~[$level]
logging event link-status ~{default|global}
logging alarm ~<word>
logging queue-limit ~[trap] ~<int:0-2147483647>
logging host <ip> [vrf <vrf>] ~[transport {udp|tcp} port <int:1-65535>] ~[session-id hostname]
logging discriminator <line>
logging on :: on
access-list <int:1-2699> <line> :: name=numbered
route-map <word> ~[{permit|deny}] <int:0-65535> :: mode=route-map name=routemap
radius-server attribute 6 on-for-login-auth
radius-server attribute 6 support-multiple
radius-server attribute 8 include-in-access-req
radius-server attribute 25 access-request include
radius-server attribute 31 mac format ~<line>
radius-server attribute 31 send nas-port-detail ~[mac-only]
radius-server attribute wireless ~<line>
radius-server dead-criteria ~[time <int:1-120>] ~[tries <int:1-100>]
radius-server retransmit ~<int:0-100>
radius-server timeout ~<int:1-1000>
radius-server deadtime ~<int:0-1440>
radius-server load-balance method least-outstanding
radius-server vsa send ~[accounting|authentication] :: name=each
radius server <word> :: mode=radius-server
tacacs server <word> :: mode=tacacs-server
snmp-server engineID ~local ~<word>
snmp-server group <word> v3 {auth|noauth|priv} ~[read <word>] ~[write <word>] ~[notify <word>] ~[access <aclname>]
snmp-server view <word> <word> {included|excluded}
snmp-server community <word> ~[view <word>] ~{RO|RW} ~[<aclname>]
snmp-server user <word> <word> v3 ~<line> :: hidden
snmp-server packetsize ~<int:484-8192>
snmp-server location ~<line>
snmp-server contact ~<line>
snmp-server trap-source ~<ifname>
snmp-server source-interface {traps|informs} ~<ifname>
snmp-server ifindex persist
snmp-server enable traps ~<line> :: name=each
snmp-server enable traps
snmp-server host <ip> [vrf <vrf>] ~[informs|traps] ~[version {1|2c|3 {auth|noauth|priv}}] ~<word> ~[udp-port <int:1-65535>]
call-home :: mode=call-home
control-plane :: mode=control-plane name=keep
banner {motd|login|exec|incoming} ~<line> :: name=banner
privilege exec level <int:0-15> <line>
alias exec <word> ~<line>
line con <int:0-0> :: mode=line
line aux <int:0-0> :: mode=line
line vty <int:0-99> <int:0-99> :: mode=line name=vty
line vty <int:0-99> :: mode=line name=vty
ntp authentication-key <int:1-4294967295> ~md5 ~{<hex7> 7|<word> 0|<clearntp>} :: name=ntpkey
ntp authentication-key <int:1-4294967295> ~{hmac-sha2-256|sha1|sha2|cmac-aes-128} ~<word> ~[<int:0-7>]
ntp authenticate
ntp trusted-key <int:1-4294967295> [- <int:1-4294967295>]
ntp source ~<ifname>
ntp access-group {peer|query-only|serve|serve-only} ~<aclname> ~[kod]
ntp update-calendar
ntp logging
ntp master ~[<int:1-15>]
ntp peer [vrf <vrf>] <ip> ~[key <int:1-4294967295>] ~[source <ifname>] ~[prefer]
ntp server vrf <vrf> <ip> ~[prefer] ~[key <int:1-4294967295>] ~[source <ifname>] ~[version <int:1-4>] ~[prefer]
ntp server <ip> ~[prefer] ~[key <int:1-4294967295>] ~[source <ifname>] ~[version <int:1-4>] ~[prefer]
mac address-table aging-time ~<int:0-1000000>
mac address-table notification ~{change|mac-move} :: name=each
mac access-list extended <word> :: mode=acl-mac
event manager applet <word> :: mode=eem
file verify auto
process cpu threshold type ~<line>
scheduler allocate ~<int:1-65535> ~<int:1-65535>
netconf-yang
netconf-yang ssh ~ipv4 ~access-list ~name ~<word>
netconf-yang feature candidate-datastore
restconf
telemetry ietf subscription <int:0-4294967295> :: mode=telemetry
pnp profile <word> :: mode=pnp
pnp startup-vlan ~<int:1-4094>
end :: name=end
wireless mobility group name ~<word>
wireless mobility mac-address ~<mac>
wireless mobility group member mac-address <mac> ~ip ~<ip> ~[public-ip <ip>] ~group ~<word>
wireless management interface ~<ifname> :: name=keep
wireless management trustpoint ~<word>
wireless country ~<word> :: name=each
wireless profile airtime-fairness <word> <int:0-511> :: mode=wireless-any
wireless profile flex <word> :: mode=profile-flex
wireless profile policy <word> :: mode=profile-policy
wireless tag site <word> :: mode=tag-site
wireless tag policy <word> :: mode=tag-policy
wireless tag rf <word> :: mode=tag-rf
wireless client max-user-login ~<int:0-8>
wireless wps client-exclusion ~<word>
wireless rogue <line>
wireless broadcast
wireless multicast ~[<ip>]
wlan <word> <int:1-4096> <word> :: mode=wlan name=wlan
wlan <word> :: mode=wlan name=wlanref
ap dot11 {24ghz|5ghz|6ghz} rf-profile <word> :: mode=rf-profile
ap dot11 {24ghz|5ghz|6ghz} shutdown
ap dot11 {24ghz|5ghz|6ghz} rrm channel dca <line>
ap dot11 {24ghz|5ghz|6ghz} rrm txpower <line>
ap dot11 {24ghz|5ghz|6ghz} <line>
ap country ~<word>
ap tag-source-priority <int:0-3> ~source ~<word>
ap auth-list authorize-mac
ap auth-list authorize-serialNum
ap auth-list ap-policy authorize-ap
ap auth-list ap-cert-policy allow-mic-ap
ap auth-list method-list ~<word>
ap capwap <line>
ap profile <word> :: mode=ap-profile
ap <mac> :: mode=ap
trapflags <line>
"""

VRF = """
description ~<line>
rd ~<rd>
route-target {import|export|both} <rd>
address-family {ipv4|ipv6} ~[unicast] :: mode=vrf-af
"""

VRF_AF = """
route-target {import|export|both} <rd>
import {map|ipv4 unicast map} ~<word>
export {map|ipv4 unicast map} ~<word>
route-replicate from vrf <vrf> unicast {all|connected|static|bgp <int:1-65535>|ospf <int:1-65535>} [route-map <word>]
exit-address-family :: name=exit
"""

INTERFACE = """
description ~<line>
switchport :: both name=switchport
switchport access vlan ~<vlan> :: name=accessvlan
switchport trunk native vlan ~<vlan>
switchport trunk allowed vlan ~{add|remove|except} ~<vlans> :: name=allowed
switchport trunk allowed vlan ~{all|none} :: name=allowed
switchport trunk allowed vlan ~<vlans> :: name=allowed
switchport mode ~{access|trunk|dynamic {auto|desirable}|dot1q-tunnel|private-vlan {host|promiscuous}}
switchport nonegotiate
switchport voice vlan ~{<vlan>|dot1p|none|untagged}
switchport block {unicast|multicast}
switchport protected
switchport port-security ~[maximum <int:1-8192>] :: name=each
switchport port-security violation ~{protect|restrict|shutdown}
switchport vlan mapping <vlan> ~<vlan>
switchport private-vlan host-association ~<vlan> ~<vlan>
switchport private-vlan mapping ~<vlan> ~<vlans>
ip arp inspection trust
ip arp inspection limit rate ~<int:0-2048>
encapsulation dot1Q ~<vlan> ~[native]
vrf forwarding ~<vrf> :: name=vrfforwarding
ip vrf forwarding ~<vrf> :: name=vrfforwarding
ip address ~<ip> ~<mask> :: name=address
ip address <ip> <mask> secondary :: name=secondary
ip address ~dhcp :: name=address
ip address :: name=noaddress
ip redirects :: on
ip unreachables :: on
ip proxy-arp :: on
ip access-group <aclname> {in|out} :: name=accessgroup
ip helper-address [vrf <vrf>|global] <ip>
ip mask-reply
ip directed-broadcast
ip mtu ~<int:68-9198>
ip tcp adjust-mss ~<int:500-1460>
ip verify unicast source reachable-via ~{rx|any} ~[allow-default]
ip nat {inside|outside}
ip pim ~{sparse-mode|dense-mode|sparse-dense-mode}
ip policy route-map ~<word>
ip route-cache :: on
ip dhcp relay source-interface ~<ifname>
ip dhcp relay information trusted
ip source binding <line>
ip verify source ~[mac-check]
ip flow monitor <word> {input|output}
standby version ~<int:1-2>
standby <int:0-4095> ip ~[<ip>] :: block=51 name=standby
standby <int:0-4095> ip <ip> secondary :: block=51
standby <int:0-4095> timers ~[msec] ~<int:1-65535> ~[msec] ~<int:1-65535> :: block=51
standby <int:0-4095> priority ~<int:0-255> :: block=51
standby <int:0-4095> preempt ~[delay [minimum <int:0-3600>] [reload <int:0-3600>] [sync <int:0-3600>]] :: block=51
standby <int:0-4095> authentication ~{md5 key-string $hidden|md5 key-chain <word>|text <word>|<word>} :: block=51
standby <int:0-4095> name ~<word> :: block=51
standby <int:0-4095> track <int:1-1000> ~[decrement <int:1-255>|shutdown] :: block=51
standby delay ~[minimum <int:0-10000>] ~[reload <int:0-10000>]
ip ospf authentication ~[message-digest|null|key-chain <word>]
ip ospf authentication-key $hidden
ip ospf message-digest-key <int:1-255> ~md5 $hidden
ip ospf network ~{point-to-point|broadcast|non-broadcast|point-to-multipoint}
ip ospf hello-interval ~<int:1-65535>
ip ospf dead-interval ~{<int:1-65535>|minimal hello-multiplier <int:3-20>}
ip ospf retransmit-interval ~<int:1-65535>
ip ospf priority ~<int:0-255>
ip ospf mtu-ignore
ip ospf bfd ~[disable]
ip ospf <int:1-65535> ~area ~<area>
ip ospf cost ~<int:1-65535>
ip unnumbered ~<ifname>
ipv6 address <ip6prefix>
ipv6 enable
ipv6 nd ra suppress ~[all]
ipv6 nd raguard attach-policy ~<word>
ipv6 redirects :: on
ipv6 traffic-filter <word> {in|out}
logging event {link-status|trunk-status|spanning-tree|bundle-status} :: both
load-interval ~<int:30-600>
bandwidth ~<int:1-4294967295>
delay ~<int:1-16777215>
shutdown :: name=shutdown
media-type ~{rj45|sfp|auto-select}
speed ~{10|100|1000|2500|5000|10000|25000|40000|100000|auto|nonegotiate}
duplex ~{auto|full|half}
mtu ~<int:1500-9198>
negotiation auto :: both
power inline ~{auto [max <int:4000-90000>]|never|static [max <int:4000-90000>]}
vrrp <int:1-255> address-family ipv4 :: hidden
authentication periodic
authentication timer reauthenticate ~{server|<int:1-65535>}
authentication timer restart ~<int:1-65535>
authentication timer inactivity ~{server|<int:1-65535>} ~[dynamic]
authentication control-direction ~{both|in}
authentication event fail ~[retry <int:0-5>] ~action ~{authorize vlan <vlan>|next-method}
authentication event server dead action ~{authorize|reinitialize} ~[vlan <vlan>] :: name=each
authentication event server dead action authorize voice
authentication event server alive action ~reinitialize
authentication event no-response action authorize vlan ~<vlan>
authentication host-mode ~{single-host|multi-host|multi-domain|multi-auth}
authentication open
authentication order ~{dot1x|mab|webauth} ~[dot1x|mab|webauth] ~[webauth]
authentication priority ~{dot1x|mab|webauth} ~[dot1x|mab|webauth] ~[webauth]
authentication port-control ~{auto|force-authorized|force-unauthorized}
authentication violation ~{protect|replace|restrict|shutdown}
access-session host-mode ~{single-host|multi-host|multi-domain|multi-auth}
access-session control-direction ~{both|in}
access-session closed
access-session port-control ~{auto|force-authorized|force-unauthorized}
access-session interface-template sticky ~[timer <int:1-65535>]
mab ~[eap]
dot1x pae ~{authenticator|supplicant|both}
dot1x timeout {quiet-period|tx-period|supp-timeout|server-timeout|held-period|auth-period|start-period|ratelimit-period} ~<int:1-65535>
dot1x max-req ~<int:1-10>
dot1x max-reauth-req ~<int:1-10>
dot1x credentials ~<word>
device-tracking attach-policy ~<word>
device-tracking :: name=keep
storm-control {broadcast|multicast|unicast} level ~{<percent> [<percent>]|bps <word> [<word>]|pps <word> [<word>]}
storm-control action ~{shutdown|trap} :: name=each
cdp enable :: on
lldp {transmit|receive} :: on
lldp tlv-select <word> :: on
macsec ~[network-link]
mka policy ~<word>
mka pre-shared-key key-chain ~<word>
udld port ~[aggressive|disable]
auto qos voip ~<word>
auto qos trust ~[dscp|cos]
trust device ~<word>
channel-protocol ~{lacp|pagp}
channel-group ~<int:1-512> ~mode ~{active|passive|on|auto|desirable} :: name=channelgroup
lacp rate ~{fast|normal}
lacp port-priority ~<int:0-65535>
port-channel min-links ~<int:1-16>
port-channel standalone-disable :: on
spanning-tree portfast ~{disable|edge [trunk]|trunk|network}
spanning-tree portfast ~[] :: name=portfast
spanning-tree bpdufilter ~{enable|disable}
spanning-tree bpduguard ~{enable|disable}
spanning-tree guard ~{root|loop|none}
spanning-tree link-type ~{point-to-point|shared}
spanning-tree cost ~<int:1-200000000>
spanning-tree port-priority ~<int:0-240>
spanning-tree vlan <vlans> {cost|port-priority} ~<int:0-200000000>
ip dhcp snooping trust
ip dhcp snooping limit rate ~<int:1-2048>
service-policy {input|output} ~<word>
service-policy type control subscriber ~<word>
source template ~<word>
subscriber aging ~{inactivity-timer <int:1-65535> [probe]|probe}
zone-member security ~<word>
tunnel source ~{<ifname>|<ip>}
tunnel destination ~<ip>
tunnel mode ~<line>
tunnel vrf ~<vrf>
tunnel protection ipsec profile ~<word>
bfd interval ~<int:50-9999> ~min_rx ~<int:50-9999> ~multiplier ~<int:3-50>
bfd template ~<word>
hold-queue <int:0-4096> {in|out}
keepalive ~[<int:0-32767>] :: on
carrier-delay ~[msec] ~<int:0-60>
snmp trap link-status :: on
snmp trap mac-notification change ~{added|removed} :: name=each
arp timeout ~<int:0-2147483>
autostate :: on
stackwise-virtual link ~<int:1-1>
stackwise-virtual dual-active-detection
"""

OSPF = """
router-id ~<ip>
ispf
capability vrf-lite
auto-cost reference-bandwidth ~<int:1-4294967>
nsf ~[ietf|cisco]
area <area> authentication ~[message-digest]
area <area> stub ~[no-summary]
area <area> nssa ~[no-redistribution] ~[default-information-originate] ~[no-summary]
area <area> default-cost ~<int:0-16777215>
area <area> range <ip> <mask> ~[advertise|not-advertise] ~[cost <int:0-16777215>]
area <area> filter-list prefix <word> {in|out}
area <area> virtual-link <ip>
log-adjacency-changes ~[detail] :: both
timers throttle spf ~<int:1-600000> ~<int:1-600000> ~<int:1-600000>
timers throttle lsa ~<int:0-600000> ~<int:1-600000> ~<int:1-600000>
timers lsa arrival ~<int:0-600000>
timers pacing flood ~<int:5-100>
max-metric router-lsa ~[on-startup <int:5-86400>] ~[include-stub] ~[summary-lsa] ~[external-lsa]
max-lsa ~<int:1-4294967294>
summary-address <ip> <mask> ~[not-advertise|tag <int:0-4294967295>]
redistribute {connected|static} $redist
redistribute ospf <int:1-65535> ~[match <word>...]
redistribute bgp <asn> $redist
passive-interface default
passive-interface <ifname> :: both
network <ip> <wild> area ~<area>
default-information originate ~[always] ~[metric <int:0-16777214>] ~[metric-type <int:1-2>] ~[route-map <word>]
default-metric ~<int:1-16777214>
maximum-paths ~<int:1-32>
distance ~<int:1-255>
distance ospf ~{external <int:1-255>|inter-area <int:1-255>|intra-area <int:1-255>} ~[inter-area <int:1-255>|intra-area <int:1-255>] ~[external <int:1-255>]
distribute-list route-map ~<word> in
distribute-list prefix <word> {in|out} [<word>] [<word>]
distribute-list <aclname> {in|out} [<word>] [<word>]
prefix-suppression
bfd all-interfaces
mpls ldp sync
shutdown
"""

_NEIGHBOR = """
neighbor <nbr> :: block=61 name=nbr
neighbor <nbr> peer-group :: block=61 name=nbr
neighbor <nbr> remote-as ~<asn> :: block=61 name=nbr
neighbor <nbr> peer-group ~<word> :: block=61 name=nbr
neighbor <nbr> local-as ~<asn> ~[no-prepend] ~[replace-as] ~[dual-as] :: block=61 name=nbruse
neighbor <nbr> description ~<line> :: block=61 name=nbruse
neighbor <nbr> shutdown :: block=61 name=nbruse
neighbor <nbr> password $hidden :: block=61 name=nbruse
neighbor <nbr> ebgp-multihop ~[<int:1-255>] :: block=61 name=nbruse
neighbor <nbr> ttl-security hops ~<int:1-254> :: block=61 name=nbruse
neighbor <nbr> update-source ~<ifname> :: block=61 name=nbruse
neighbor <nbr> version ~<int:4-4> :: block=61 name=nbruse
neighbor <nbr> transport ~{connection-mode {active|passive}|path-mtu-discovery} :: block=61 name=nbruse
neighbor <nbr> timers ~<int:0-65535> ~<int:0-65535> ~[<int:0-65535>] :: block=61 name=nbruse
neighbor <nbr> fall-over ~[bfd|route-map <word>] :: block=61 name=nbruse
neighbor <nbr> ha-mode graceful-restart ~[disable] :: block=61 name=nbruse
neighbor <nbr> disable-connected-check :: block=61 name=nbruse
neighbor <nbr> activate :: block=61 name=nbruse both
neighbor <nbr> send-community ~[both|extended|standard] :: block=61 name=nbruse
neighbor <nbr> as-override :: block=61 name=nbruse
neighbor <nbr> allowas-in ~[<int:1-10>] :: block=61 name=nbruse
neighbor <nbr> route-reflector-client :: block=61 name=nbruse
neighbor <nbr> next-hop-self ~[all] :: block=61 name=nbruse
neighbor <nbr> default-originate ~[route-map <word>] :: block=61 name=nbruse
neighbor <nbr> remove-private-as ~[all] ~[replace-as] :: block=61 name=nbruse
neighbor <nbr> soft-reconfiguration inbound :: block=61 name=nbruse
neighbor <nbr> weight ~<int:0-65535> :: block=61 name=nbruse
neighbor <nbr> maximum-prefix ~<int:1-2147483647> ~[<int:1-100>] ~[warning-only|restart <int:1-65535>] :: block=61 name=nbruse
neighbor <nbr> advertisement-interval ~<int:0-600> :: block=61 name=nbruse
neighbor <nbr> distribute-list ~<aclname> {in|out} :: block=61 name=nbruse
neighbor <nbr> prefix-list ~<word> {in|out} :: block=61 name=nbruse
neighbor <nbr> route-map ~<word> {in|out} :: block=61 name=nbruse
neighbor <nbr> filter-list ~<int:1-500> {in|out} :: block=61 name=nbruse
"""

_BGP_COMMON = """
network <ip> mask <mask> ~[route-map <word>]
network <ip> ~[route-map <word>]
aggregate-address <ip> <mask> ~[as-set] ~[summary-only] ~[suppress-map <word>] ~[attribute-map <word>]
redistribute {connected|static} ~[metric <int:0-4294967295>] ~[route-map <word>]
redistribute ospf <int:1-65535> ~[match {internal|external [1|2]|nssa-external [1|2]} [internal|external [1|2]|nssa-external [1|2]] [external [1|2]|nssa-external [1|2]]] ~[metric <int:0-4294967295>] ~[route-map <word>]
"""

_BGP_TAIL = """
default-information originate
default-metric ~<int:1-4294967295>
maximum-paths ~<int:1-32>
maximum-paths ibgp ~<int:1-32>
distance bgp ~<int:1-255> ~<int:1-255> ~<int:1-255>
auto-summary
synchronization :: hidden
bgp dampening ~[route-map <word>]
bgp redistribute-internal
bgp nexthop trigger delay ~<int:0-100>
table-map ~<word>
"""

BGP = (
    """
bgp router-id ~<ip>
bgp log-neighbor-changes :: both
bgp deterministic-med
bgp always-compare-med
bgp bestpath ~<line> :: name=each
bgp graceful-restart ~[restart-time <int:1-3600>|stalepath-time <int:1-3600>] :: name=each
bgp maxas-limit ~<int:1-254>
bgp enforce-first-as :: on
bgp cluster-id ~<word>
bgp confederation <line>
bgp default ipv4-unicast :: on
bgp default local-preference ~<int:0-4294967295>
timers bgp ~<int:0-65535> ~<int:0-65535>
"""
    + _BGP_COMMON
    + _NEIGHBOR
    + _BGP_TAIL
    + """
address-family {ipv4|ipv6} ~[unicast] :: mode=bgp-af
address-family vpnv4 ~[unicast] :: mode=bgp-af
address-family {ipv4|ipv6} ~[unicast] vrf <vrf> :: mode=bgp-af name=bgpvrf
"""
)

BGP_AF = (
    """
bgp router-id ~<ip>
"""
    + _BGP_COMMON
    + _NEIGHBOR
    + _BGP_TAIL
    + """
exit-address-family :: name=exit
"""
)

_ACE = (
    "{{permit|deny} {ahp|eigrp|esp|gre|icmp|igmp|ip|ipinip|nos|ospf|pcp|pim|<int:0-255>} $acladdr $acladdr $qos"
    " [fragments] [time-range <word>] $log"
    "|{permit|deny} icmp $acladdr $acladdr $icmp $qos $log"
    "|{permit|deny} tcp $acladdr [$port] $acladdr [$port] [established|ack|fin|psh|rst|syn|urg] $qos [time-range <word>] $log"
    "|{permit|deny} {udp|sctp} $acladdr [$port] $acladdr [$port] $qos [time-range <word>] $log"
    "|remark <line>|evaluate <word>}"
)
_ACE_STANDARD = "{{permit|deny} {any|host <ip>|<aclnet>|<ip>} [log]|remark <line>}"

MODES: dict[str, str] = {
    "global": GLOBAL,
    "vrf": VRF,
    "vrf-af": VRF_AF,
    "interface": INTERFACE,
    "ospf": OSPF,
    "bgp": BGP,
    "bgp-af": BGP_AF,
    "rip": "version ~<int:1-2>\nnetwork <ip>\n",
    "vlan": """
name ~<line>
state ~{active|suspend}
shutdown
remote-span
private-vlan ~{primary|community|isolated}
private-vlan association ~<vlans>
""",
    "vlan-configuration": "device-tracking attach-policy <word>\nservice-policy {input|output} ~<word>\nip flow monitor <word> {input|output}\n",
    "vacl": "match ip address ~<word>...\nmatch mac address ~<word>...\naction ~{drop|forward} ~[log|capture]\n",
    "line": """
session-timeout ~<int:0-35791>
access-class ~<aclname> in ~[vrf-also|vrfname <vrf>] :: name=accessclass
access-class ~<aclname> out
exec-timeout ~<int:0-35791> ~[<int:0-2147483>]
privilege level ~<int:0-15>
password $hidden
logging synchronous ~[level <word>]
login authentication ~{default|<word>}
login local
login :: both
authorization exec ~{default|<word>}
authorization commands <int:0-15> ~{default|<word>}
accounting exec ~{default|<word>}
accounting commands <int:0-15> ~{default|<word>}
exec :: on
length ~<int:0-512>
width ~<int:0-512>
history size ~<int:0-256>
motd-banner :: on
exec-banner :: on
transport preferred ~{none|ssh|telnet}
transport input ~{none|ssh|telnet|all|telnet ssh|ssh telnet}
transport output ~{none|ssh|telnet|all|telnet ssh|ssh telnet}
stopbits ~{1|2|1.5}
speed ~<int:0-4294967295>
absolute-timeout ~<int:0-10000>
""",
    "acl-standard": f"[<seq>] ~{_ACE_STANDARD} :: name=ace sort=natural\n",
    "acl-extended": f"[<seq>] ~{_ACE} :: name=ace sort=natural\n",
    "acl-role": "[<seq>] {permit|deny} <line>\n",
    "acl-mac": "{permit|deny} <line>\n",
    "acl6": "[sequence] [<seq>] {permit|deny|remark} <line> :: sort=natural\n",
    "route-map": """
description ~<line>
match as-path <int:1-500>...
match community <word>... [exact-match]
match interface <ifname>...
match ip address prefix-list <word>...
match ip address <aclname>...
match ip next-hop prefix-list <word>...
match ip next-hop <aclname>...
match ip route-source [prefix-list] <word>...
match ipv6 address prefix-list <word>...
match metric <int:0-4294967295>...
match route-type <word>...
match source-protocol <word>...
match tag <int:0-4294967295>...
continue ~[<int:1-65535>]
set as-path prepend ~{last-as <int:1-10>|<asn>...}
set community ~<word>...
set comm-list <word> delete
set extcommunity rt ~<word>...
set global
set interface ~<word>...
set ip default next-hop ~<ip>...
set ip next-hop ~<ip>...
set ip precedence ~<word>
set local-preference ~<int:0-4294967295>
set metric ~<signed>
set metric-type ~{internal|external|type-1|type-2}
set origin ~{igp|incomplete|egp <asn>}
set tag ~<int:0-4294967295>
set vrf ~<vrf>
set weight ~<int:0-65535>
""",
    "archive": """
log config :: mode=archive-log
path ~<word>
maximum ~<int:1-14>
write-memory
time-period ~<int:1-525600>
rollback filter ~adaptive
rollback retry timeout ~<int:0-1000>
""",
    "archive-log": """
logging enable
logging size ~<int:1-1000>
logging persistent ~[auto|reload]
hidekeys
notify syslog ~[contenttype plaintext|contenttype xml]
record rc
""",
    "radius-server": """
address ipv4 ~<ip> ~[auth-port <int:0-65535>] ~[acct-port <int:0-65535>]
timeout ~<int:1-1000>
retransmit ~<int:0-100>
automate-tester username ~<word> ~[ignore-acct-port] ~[ignore-auth-port] ~[probe-on|idle-time <int:1-35791>] ~[probe-on|idle-time <int:1-35791>]
backoff exponential ~<line>
key $hidden
pac key $hidden
dtls <line>
non-standard
""",
    "tacacs-server": "address ipv4 ~<ip>\nkey $hidden\ntimeout ~<int:1-1000>\nport ~<int:1-65535>\nsingle-connection\n",
    "radius-group": """
server name <word>
server-private <ip> ~[auth-port <int:0-65535>] ~[acct-port <int:0-65535>] ~[timeout <int:1-1000>] ~[retransmit <int:0-100>] ~key $hidden
ip vrf forwarding ~<vrf>
ip radius source-interface ~<ifname>
deadtime ~<int:0-1440>
load-balance method least-outstanding ~[batch-size <int:1-2147483647>]
mac-delimiter ~{hyphen|colon|none|single-hyphen}
subscriber mac-filtering security-mode mac
""",
    "tacacs-group": "server name <word>\nip vrf forwarding ~<vrf>\nip tacacs source-interface ~<ifname>\n",
    "dynamic-author": """
client <ip> [vrf <vrf>] ~server-key $hidden
port ~<int:0-65535>
auth-type ~{any|all|session-key}
ignore {session-key|server-key}
domain stripping ~[right-to-left]
""",
    "common-criteria": "min-length ~<int:1-64>\nmax-length ~<int:1-127>\nnumeric-count ~<int:0-127>\nupper-case ~<int:0-127>\nlower-case ~<int:0-127>\nspecial-case ~<int:0-127>\nlifetime ~<line>\n",
    "key-chain": "key <word> ~[] :: mode=key sort=natural\n",
    "key": """
key-string $hidden
cryptographic-algorithm ~{aes-128-cmac|hmac-sha-1|hmac-sha-256|hmac-sha-384|hmac-sha-512|md5|aes-256-cmac}
accept-lifetime ~<line>
send-lifetime ~<line>
lifetime ~<line>
""",
    "track": "delay ~[down <int:0-180>] ~[up <int:0-180>]\nip vrf ~<vrf>\nobject <int:1-1000> [not]\ncarrier-delay\n",
    "sla": """
icmp-echo ~<ip> ~[source-ip <ip>|source-interface <ifname>]
udp-jitter ~<ip> ~<int:1-65535> ~[source-ip <ip>]
vrf ~<vrf>
threshold ~<int:0-60000>
timeout ~<int:0-604800000>
frequency ~<int:1-604800>
tos ~<int:0-255>
tag ~<line>
owner ~<line>
request-data-size ~<int:0-16384>
""",
    "trustpoint": """
enrollment {selfsigned|pkcs12|terminal|url <word>} ~[pem]
serial-number ~[none]
ip-address ~{none|<ip>}
fqdn ~<word>
subject-name ~<line>
subject-alt-name ~<line>
vrf ~<vrf>
revocation-check ~{none|crl|ocsp} ~[none|crl|ocsp]
rsakeypair ~<word> ~[<int:360-4096>]
eckeypair ~<word>
hash ~<word>
source interface ~<ifname>
auto-enroll ~[<int:10-100>] ~[regenerate]
""",
    "cert-chain": "certificate ~[self-signed|ca] <hexserial> [nvram:] :: name=certificate\ncertificate [self-signed|ca] <hexserial> <word> :: hidden\n",
    "redundancy": "mode ~{sso|rpr|none}\nmain-cpu :: mode=redundancy\n",
    "transceiver": "monitoring\n",
    "stackwise": "domain ~<int:1-255>\n",
    "mst": "name ~<word>\nrevision ~<int:0-65535>\ninstance <int:1-4094> vlan ~<vlans>\n",
    "class-map": """
description ~<line>
match access-group ~name <word>
match any
match protocol <word>
match {ip dscp|dscp} <word>...
match {cos|precedence|vlan} <word>...
""",
    "class-map-control": "match <line>\nno-match <line>\n",
    "policy-map": "description ~<line>\nclass [type] [inspect] <word> :: mode=policy-class\n",
    "policy-class": """
bandwidth ~<line>
priority ~[level <int:1-2>|percent <int:1-100>|<int:1-4294967295>]
police ~<line> :: mode=police
queue-buffers ratio ~<int:0-100>
queue-limit ~<line>
set {dscp|ip dscp|cos|precedence|traffic-class} ~<word>
shape average ~<line>
trust ~{dscp|cos}
service-policy ~<word>
inspect
drop ~[log]
pass ~[log]
random-detect ~<line>
""",
    "police": "conform-action ~<line>\nexceed-action ~<line>\nviolate-action ~<line>\n",
    "policy-map-control": "event <word> [match-all|match-first] :: mode=pm-event\n",
    "pm-event": "<int:1-254> class {always|<word>} [do-all|do-until-failure|do-until-success] :: mode=pm-class sort=natural\n",
    "pm-class": "<int:1-254> {activate|authenticate|authentication-restart|authorize|clear-session|pause|resume|set-timer|terminate|unauthorize|err-disable|restrict|replace|protect|deactivate} [<line>] :: sort=natural\n",
    "service-template": """
description ~<line>
access-group ~<word>
vlan ~<vlan>
voice vlan
inactivity-timer ~<int:1-65535> ~[probe]
absolute-timer ~<int:1-1073741823>
linksec policy ~<word>
tag <word>
redirect <line>
""",
    "template": INTERFACE,
    "filter-list": "vlan-id\nlldp\ncdp\ndhcp\nhttp\n",
    "tracking-policy": """
no-protocol-marker :: hidden
security-level ~{glean|guard|inspect}
device-role ~{node|switch|trunk}
limit address-count ~<int:1-32000>
trusted-port
protocol <word> ~[prefix-list <word>] :: both
tracking ~{enable|disable} ~[reachable-lifetime <word>|stale-lifetime <word>]
""",
    "raguard": "device-role ~{host|router|switch|monitor}\ntrusted-port\n",
    "object-network": "description ~<line>\nhost <ip>\n<ip> <mask>\nrange <ip> <ip>\ngroup-object <word>\n",
    "object-service": "description ~<line>\n{tcp|udp|tcp-udp|icmp|ip|ahp|esp|gre|ospf|pim} [<line>]\ngroup-object <word>\n",
    "zone": "description ~<line>\n",
    "zone-pair": "description ~<line>\nservice-policy type inspect ~<word>\n",
    "dhcp-pool": """
vrf ~<vrf>
network ~<ip> ~<mask>
default-router ~<ip>...
dns-server ~<ip>...
domain-name ~<word>
lease ~{infinite|<int:0-365> [<int:0-23>] [<int:0-59>]}
option <int:0-254> ~<line>
host ~<ip> ~<mask>
client-identifier ~<word>
hardware-address ~<word>
""",
    "flow": "<word> <line>\n<word>\n",
    "bfd": "interval ~<line>\n",
    "call-home": "contact-email-addr ~<word>\nprofile <word> :: mode=call-home-profile\n",
    "call-home-profile": "active :: both\ndestination transport-method {http|email} :: both\n",
    "control-plane": "service-policy {input|output} ~<word>\n",
    "pubkey-chain": "username <word> :: mode=pubkey-user\n",
    "pubkey-user": "key-hash <line>\n",
    "eem": "description ~<line>\nevent <line>\naction <word> <line>\ntrigger <line>\n",
    "telemetry": "<word> <line>\n",
    "pnp": "transport <line>\n",
    "wireless-any": "<line>\n",
    "profile-flex": "description ~<line>\nnative-vlan-id ~<vlan>\nvlan-name <word> :: mode=flex-vlan\nacl-policy <word>\n",
    "flex-vlan": "vlan-id ~<vlan>\n",
    "profile-policy": """
aaa-override
aaa-policy ~<word>
accounting-list ~<word>
autoqos mode ~<word>
central association :: on
central authentication :: on
central dhcp :: on
central switching :: on
description ~<line>
dhcp-tlv-caching
exclusionlist timeout ~<int:0-2147483647>
http-tlv-caching
idle-timeout ~<int:15-100000>
ipv4 acl ~<word>
ipv4 flow monitor <word> {input|output}
ipv4 dhcp required
nac
passive-client
session-timeout ~<int:0-86400>
service-policy {input|output} ~<word>
vlan ~<word>
wgb vlan
wgb broadcast-tagging
shutdown :: name=wlanshutdown
""",
    "tag-site": "ap-profile ~<word>\ndescription ~<line>\nflex-profile ~<word>\nlocal-site :: on\n",
    "tag-policy": "description ~<line>\nwlan <word> policy ~<word>\nremote-lan <word> policy ~<word> ~port-id ~<int:1-4>\n",
    "tag-rf": "description ~<line>\n24ghz-rf-policy ~<word>\n5ghz-rf-policy ~<word>\n6ghz-rf-policy ~<word>\ndot11 {24ghz|5ghz|6ghz} rf-profile ~<word>\n",
    "wlan": """
assisted-roaming <line>
band-select
broadcast-ssid :: on
bss-transition :: on
ccx aironet-iesupport
channel-scan <line>
client association limit ~[ap|radio] ~<int:0-12000>
client vlan ~<word>
description ~<line>
dtim dot11 {24ghz|5ghz} ~<int:1-255>
load-balance
local-auth ~<word>
mac-filtering ~<word>
media-stream multicast-direct
peer-blocking ~{allow-private-group|drop|forward-upstream}
radio policy dot11 {24ghz|5ghz|6ghz}
radio policy ~{all|dot11a|dot11bg|dot11g}
security dot1x authentication-list ~<word>
security ft ~[adaptive|over-the-ds|reassociation-timeout <int:1-100>] :: both
security ft over-the-ds :: on
security pmf ~{mandatory|optional}
security pmf association-comeback ~<int:1-20>
security pmf saquery-retry-time ~<int:100-500>
security static-wep-key <line>
security web-auth
security wpa :: both
security wpa wpa1 :: both
security wpa wpa1 ciphers {aes|tkip}
security wpa wpa2 :: both
security wpa wpa2 ciphers {aes|tkip|ccmp256|gcmp128|gcmp256} :: both
security wpa wpa3
security wpa akm dot1x :: on
security wpa akm dot1x-sha256
security wpa akm ft {dot1x|psk|sae}
security wpa akm {psk|psk-sha256|sae|owe|suiteb|suiteb-192|cckm}
security wpa akm pmf {dot1x|psk}
security wpa psk set-key {ascii|hex} ~{0|8} ~<clear9>
security wpa transition-mode-wlan-id ~<int:1-4096>
service-policy {input|output} ~<word>
session-timeout ~<int:0-86400>
shutdown :: name=wlanshutdown
universal-admin
wmm ~{allowed|require}
""",
    "rf-profile": "description ~<line>\nband-select <line>\nchannel <line>\ncoverage <line>\nload-balancing <line>\nrate <line>\ntx-power <line>\ntrap <line>\nhigh-density <line>\nshutdown :: name=wlanshutdown\n",
    "ap-profile": """
capwap <line>
country ~<word>
description ~<line>
dot1x <line>
hyperlocation <line>
lldp :: on
mgmtuser username ~<word> ~password ~<line>
ntp ip ~<ip>
preferred-mode ~{ipv4|ipv6}
ssh
statistics <line>
syslog <line>
tcp-adjust-mss <line>
console :: on
usb-enable :: on
telnet
""",
    "ap": "policy-tag ~<word>\nrf-tag ~<word>\nsite-tag ~<word>\n",
}
