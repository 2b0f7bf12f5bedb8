"""The FortiOS 7.4 tables and attributes that a virtual unit knows (CLI reference, Fortinet); others are refused.

One line a table: its path, ``*`` for a table of entries (``*int`` where entries are numbers), then its attributes in the
order of ``show``. Behind an attribute: ``=a|b`` its words, ``#low-high`` a number, ``@ip`` an address, ``@net`` address
and mask, ``+`` several values, ``!`` a secret, ``>path|path`` names of other tables' entries
(blanks written ``_``), ``^`` must be set.
"""

# ruff: noqa: E501 - one table is one line

TABLES = """
system global: admin-forticloud-sso-login=enable|disable admin-concurrent=enable|disable admin-console-timeout#0-300 admin-https-redirect=enable|disable admin-https-ssl-versions+=tlsv1-1|tlsv1-2|tlsv1-3 admin-lockout-duration#1-2147483647 admin-lockout-threshold#1-10 admin-login-max#1-100 admin-maintainer=enable|disable admin-port#1-65535 admin-restrict-local=enable|disable admin-scp=enable|disable admin-server-cert admin-sport#1-65535 admin-ssh-grace-time#10-3600 admin-ssh-password=enable|disable admin-ssh-port#1-65535 admin-ssh-v1=enable|disable admin-telnet=enable|disable admin-telnet-port#1-65535 admintimeout#1-480 alias allow-traffic-redirect=enable|disable cfg-save=automatic|manual|revert cfg-revert-timeout#10-4294967295 cli-audit-log=enable|disable daily-restart=enable|disable dst=enable|disable fgd-alert-subscription+ gui-theme hostname language=english|french|japanese|korean|simch|spanish|trach log-single-cpu-high=enable|disable management-port-use-admin-sport=enable|disable management-vdom post-login-banner=enable|disable pre-login-banner=enable|disable remoteauthtimeout#1-300 revision-backup-on-logout=enable|disable revision-image-auto-backup=enable|disable ssh-enc-algo+ ssh-hmac-algo+ ssh-kex-algo+ ssl-min-proto-version strong-crypto=enable|disable switch-controller=enable|disable tcp-halfclose-timer#1-86400 timezone two-factor-email-expiry#30-300 usb-auto-install-config=enable|disable vdom-mode=no-vdom|multi-vdom virtual-switch-vlan=enable|disable wireless-controller=enable|disable
system console: baudrate=9600|19200|38400|57600|115200 login=enable|disable mode=batch|line output=standard|more
system accprofile*: comments secfabgrp=none|read|read-write|custom ftviewgrp=none|read|read-write authgrp=none|read|read-write sysgrp=none|read|read-write|custom netgrp=none|read|read-write|custom loggrp=none|read|read-write|custom fwgrp=none|read|read-write|custom vpngrp=none|read|read-write utmgrp=none|read|read-write|custom wanoptgrp=none|read|read-write wifi=none|read|read-write admintimeout-override=enable|disable admintimeout#1-480 scope=vdom|global cli-diagnose=enable|disable cli-get=enable|disable cli-show=enable|disable cli-exec=enable|disable cli-config=enable|disable system-execute-ssh=enable|disable
system interface*: vdom vrf#0-511 mode=static|dhcp|pppoe distance#1-255 ip@net allowaccess+=ping|https|ssh|snmp|http|telnet|fgfm|radius-acct|probe-response|fabric|ftm|speed-test bfd=global|enable|disable status=up|down type=physical|vlan|aggregate|redundant|tunnel|vdom-link|loopback|switch|hard-switch alias dedicated-to=none|management description device-identification=enable|disable estimated-upstream-bandwidth#0-4294967295 lldp-reception=enable|disable|vdom lldp-transmission=enable|disable|vdom member+ lacp-mode=static|passive|active monitor-bandwidth=enable|disable mtu-override=enable|disable mtu#68-9216 role=lan|wan|dmz|undefined secondary-IP=enable|disable security-mode=none|captive-portal|802.1X snmp-index#0-2147483647 speed src-check=enable|disable trust-ip-1@net trust-ip-2@net trust-ip-3@net interface>system_interface vlanid#1-4094 vlan-protocol=8021q|8021ad explicit-web-proxy=enable|disable
system interface/secondaryip*int: ip@net allowaccess+
system interface/ipv6: ip6-address ip6-allowaccess+ ip6-send-adv=enable|disable
system physical-switch*: age-enable=enable|disable age-val#0-1000000
system virtual-switch*: physical-switch port+
system password-policy: status=enable|disable apply-to+=admin-password|ipsec-preshared-key min-lower-case-letter#0-128 min-upper-case-letter#0-128 min-non-alphanumeric#0-128 min-number#0-128 minimum-length#8-128 expire-status=enable|disable expire-day#1-999 reuse-password=enable|disable
system password-policy-guest-admin: status=enable|disable minimum-length#8-128
system admin*: remote-auth=enable|disable trusthost1@net trusthost2@net trusthost3@net trusthost4@net trusthost5@net trusthost6@net trusthost7@net trusthost8@net trusthost9@net trusthost10@net accprofile>system_accprofile vdom+ comments wildcard=enable|disable remote-group ssh-public-key1 two-factor=disable|fortitoken|email|sms force-password-change=enable|disable password!
system ha: group-id#0-1023 group-name mode=standalone|a-a|a-p password! hbdev+ session-sync-dev+ session-pickup=enable|disable session-pickup-connectionless=enable|disable link-failed-signal=enable|disable uninterruptible-upgrade=enable|disable ha-mgmt-status=enable|disable hb-interval#1-20 hb-lost-threshold#1-60 encryption=enable|disable authentication=enable|disable override=enable|disable override-wait-time#0-3600 priority#0-255 monitor+>system_interface pingserver-monitor-interface+ unicast-hb=enable|disable ha-direct=enable|disable arps#1-60 arps-interval#1-20
system ha/ha-mgmt-interfaces*int: interface>system_interface dst@net gateway@ip gateway6
system storage*: status=enable|disable media-status=enable|disable|fail order#0-255 partition device size#0-4294967295 usage=log|wanopt
system dns: primary@ip secondary@ip protocol+=cleartext|dot|doh ssl-certificate server-hostname+ domain+ source-ip@ip interface-select-method=auto|sdwan|specify interface timeout#1-10 retry#0-5
system replacemsg-image*: image-type image-base64
system replacemsg admin*: buffer header=none|http|8bit format=none|text|html
system snmp sysinfo: status=enable|disable engine-id engine-id-type=text|hex|mac description contact-info location trap-high-cpu-threshold#1-100 trap-low-memory-threshold#1-100 trap-log-full-threshold#1-100
system snmp community*int: name status=enable|disable query-v1-status=enable|disable query-v2c-status=enable|disable trap-v1-status=enable|disable trap-v2c-status=enable|disable events+
system snmp community/hosts*int: ip@net source-ip@ip ha-direct=enable|disable host-type=any|query|trap
system snmp user*: status=enable|disable trap-status=enable|disable queries=enable|disable query-port#1-65535 notify-hosts+ source-ip@ip ha-direct=enable|disable events+ security-level=no-auth-no-priv|auth-no-priv|auth-priv auth-proto=md5|sha|sha224|sha256|sha384|sha512 auth-pwd! priv-proto=aes|des|aes256|aes256cisco priv-pwd!
system autoupdate schedule: status=enable|disable frequency time day
system central-management: mode=normal|backup type=fortimanager|fortiguard|none allow-push-configuration=enable|disable fmg fortigate-cloud-sso-default-profile
system zone*: description intrazone=allow|deny interface+>system_interface
system auto-install: auto-install-config=enable|disable auto-install-image=enable|disable
system fortiguard: fortiguard-anycast=enable|disable protocol port service-account-id antispam-force-off=enable|disable webfilter-force-off=enable|disable outbreak-prevention-force-off=enable|disable auto-join-forticloud=enable|disable
system session-ttl: default
system session-ttl/port*int: protocol#0-255 start-port#0-65535 end-port#0-65535 timeout
system session-helper*int: name protocol#0-255 port#1-65535
system email-server: server port#1-65535 source-ip@ip authenticate=enable|disable security=none|starttls|smtps
system dedicated-mgmt: status=enable|disable interface default-gateway@ip dhcp-server=enable|disable
system automation-action*: description action-type
system automation-stitch*: description status=enable|disable trigger
system automation-trigger*: description event-type
system federated-upgrade: status
system ddns*int: ddns-server ddns-domain
system vdom-link*: vcluster type
user radius*: server secret! timeout#1-300 all-usergroup=enable|disable auth-type=auto|pap|chap|ms_chap|ms_chap_v2 nas-ip@ip radius-port#0-65535 source-ip@ip secondary-server secondary-secret!
user tacacs+*: server key! port#1-65535 authorization=enable|disable authen-type
user group*: group-type member+
user local*: status=enable|disable type=password|radius|tacacs+|ldap passwd! two-factor email-to
user setting: auth-cert auth-timeout#1-1440
firewall address*: uuid comment type=ipmask|iprange|fqdn|wildcard|geography|dynamic|interface-subnet|mac sub-type associated-interface>system_interface|system_zone allow-routing=enable|disable color#0-32 start-ip@ip end-ip@ip fqdn country wildcard@net interface subnet@net
firewall addrgrp*: uuid member+>firewall_address|firewall_addrgrp comment exclude=enable|disable exclude-member+ color#0-32 allow-routing=enable|disable
firewall multicast-address*: uuid comment type start-ip@ip end-ip@ip
firewall address6*: uuid comment ip6
firewall wildcard-fqdn custom*: uuid wildcard-fqdn
firewall service category*: comment
firewall service custom*: uuid proxy=enable|disable category protocol=TCP/UDP/SCTP|ICMP|ICMP6|IP|HTTP|FTP|CONNECT|ALL helper protocol-number#0-254 icmptype#0-4294967295 icmpcode#0-255 visibility=enable|disable color#0-32 comment tcp-portrange+ udp-portrange+ sctp-portrange+ tcp-halfclose-timer#0-86400 session-ttl
firewall service group*: uuid proxy=enable|disable member+>firewall_service_custom|firewall_service_group comment color#0-32
system settings: comments opmode=nat|transparent central-nat=enable|disable allow-subnet-overlap=enable|disable asymroute=enable|disable default-voip-alg-mode=proxy-based|kernel-helper-based gui-multiple-interface-policy=enable|disable gui-policy-based-ipsec=enable|disable implicit-allow-dns=enable|disable inspection-mode=proxy|flow ngfw-mode=profile-based|policy-based lldp-reception=enable|disable|global lldp-transmission=enable|disable|global sip-expectation=enable|disable sip-helper=enable|disable sip-nat-trace=enable|disable strict-src-check=enable|disable status=enable|disable
system ntp: ntpsync=enable|disable type=fortiguard|custom syncinterval#1-1440 source-ip@ip server-mode=enable|disable authentication=enable|disable key-type=MD5|SHA1|SHA256 key! key-id#0-4294967295 interface+
system ntp/ntpserver*int: server ntpv3=enable|disable authentication=enable|disable key-type=MD5|SHA1|SHA256 key! key-id#0-4294967295 interface-select-method=auto|sdwan|specify interface
log memory setting: status=enable|disable
log memory filter: severity forward-traffic=enable|disable local-traffic=enable|disable
log disk setting: status=enable|disable maximum-log-age#0-3650
log syslogd setting: status=enable|disable server mode=udp|legacy-reliable|reliable port#1-65535 facility source-ip format=default|csv|cef|rfc5424 priority=default|low max-log-rate#0-100000 enc-algorithm=high-medium|high|low|disable ssl-min-proto-version certificate interface-select-method=auto|sdwan|specify interface
log syslogd2 setting: status=enable|disable server mode=udp|legacy-reliable|reliable port#1-65535 facility source-ip format=default|csv|cef|rfc5424 priority=default|low enc-algorithm=high-medium|high|low|disable certificate interface-select-method=auto|sdwan|specify interface
log syslogd3 setting: status=enable|disable server mode=udp|legacy-reliable|reliable port#1-65535 facility source-ip format=default|csv|cef|rfc5424 priority=default|low enc-algorithm=high-medium|high|low|disable certificate interface-select-method=auto|sdwan|specify interface
log syslogd filter: severity=emergency|alert|critical|error|warning|notification|information|debug forward-traffic=enable|disable local-traffic=enable|disable
log fortianalyzer setting: status=enable|disable server
log eventfilter: event=enable|disable system=enable|disable
log setting: resolve-ip=enable|disable resolve-port=enable|disable log-user-in-upper=enable|disable fwpolicy-implicit-log=enable|disable fwpolicy6-implicit-log=enable|disable log-invalid-packet=enable|disable local-in-allow=enable|disable local-in-deny-unicast=enable|disable local-in-deny-broadcast=enable|disable local-out=enable|disable brief-traffic-format=enable|disable user-anonymize=enable|disable
firewall schedule onetime*: start end
firewall schedule recurring*: start end day+
firewall schedule group*: member+
firewall ippool*: type=overload|one-to-one|fixed-port-range|port-block-allocation startip@ip endip@ip arp-reply=enable|disable arp-intf comments
firewall vip*: uuid id comment type=static-nat|load-balance|server-load-balance src-filter+ service+ extip mappedip+ extintf arp-reply=enable|disable portforward=enable|disable status=enable|disable protocol=tcp|udp|sctp|icmp extport mappedport nat-source-vip=enable|disable
firewall vipgrp*: uuid interface member+ comments
firewall policy*int: status=enable|disable name uuid srcintf+>system_interface|system_zone^ dstintf+>system_interface|system_zone^ action=accept|deny|ipsec nat64=enable|disable srcaddr+>firewall_address|firewall_addrgrp^ dstaddr+>firewall_address|firewall_addrgrp|firewall_vip|firewall_vipgrp^ srcaddr-negate=enable|disable dstaddr-negate=enable|disable internet-service=enable|disable schedule>firewall_schedule_recurring|firewall_schedule_onetime|firewall_schedule_group^ service+>firewall_service_custom|firewall_service_group service-negate=enable|disable utm-status=enable|disable inspection-mode=proxy|flow ssl-ssh-profile av-profile ips-sensor webfilter-profile application-list logtraffic=all|utm|disable logtraffic-start=enable|disable capture-packet=enable|disable auto-asic-offload=enable|disable nat=enable|disable ippool=enable|disable poolname+>firewall_ippool fixedport=enable|disable match-vip=enable|disable session-ttl tcp-mss-sender#0-65535 tcp-mss-receiver#0-65535 timeout-send-rst=enable|disable tcp-session-without-syn=all|data-only|disable anti-replay=enable|disable block-notification=enable|disable groups+ users+ comments send-deny-packet=enable|disable
firewall local-in-policy*int: uuid ha-mgmt-intf-only=enable|disable intf>system_interface|system_zone srcaddr+>firewall_address|firewall_addrgrp dstaddr+>firewall_address|firewall_addrgrp action=accept|deny service+>firewall_service_custom|firewall_service_group schedule status=enable|disable comments
firewall central-snat-map*int: uuid status=enable|disable orig-addr+ srcintf+ dst-addr+ dstintf+ nat-ippool+ protocol#0-255 nat=enable|disable comments
firewall ssl-ssh-profile*: comment
firewall profile-protocol-options*: comment
firewall proxy-policy*int: uuid proxy srcintf+ dstintf+ action
router static*int: status=enable|disable dst@net src@net gateway@ip distance#1-255 weight#0-255 priority#1-65535 device>system_interface comment blackhole=enable|disable dynamic-gateway=enable|disable dstaddr>firewall_address vrf#0-511 bfd=enable|disable
router policy*int: input-device+ src+ srcaddr+ dst+ dstaddr+ action=deny|permit protocol#0-255 start-port#0-65535 end-port#0-65535 gateway@ip output-device comments status=enable|disable
router setting: hostname
router access-list*: comments
router access-list/rule*int: action=permit|deny prefix@net wildcard@net exact-match=enable|disable
router prefix-list*: comments
router prefix-list/rule*int: action=permit|deny prefix@net ge#0-32 le#0-32
router ospf: router-id@ip default-information-originate=enable|always|disable
router ospf/area*: type=regular|nssa|stub
router ospf/network*int: prefix@net area
router bgp: as router-id@ip
router bgp/neighbor*: remote-as description password! update-source
vpn certificate local*: password! private-key certificate comments
vpn certificate ca*: ca
vpn ssl settings: status=enable|disable
ips global: database=regular|extended
antivirus settings: grayware=enable|disable
switch-controller global: https-image-push=enable|disable
wireless-controller setting: country
dnsfilter profile*: comment
webfilter profile*: comment
application list*: comment
alertemail setting: username mailto1
"""

# Names that a unit knows without an entry.
BUILT_IN = {
    "firewall address": {"all", "none", "FABRIC_DEVICE", "FIREWALL_AUTH_PORTAL_ADDRESS"},
    "firewall service custom": {
        "ALL", "ALL_TCP", "ALL_UDP", "ALL_ICMP", "HTTP", "HTTPS", "SSH", "DNS", "NTP", "PING", "SMTP", "SNMP", "SYSLOG",
        "TELNET", "FTP", "TFTP", "LDAP", "LDAPS", "RADIUS", "KERBEROS", "SMB", "SAMBA", "RDP", "DHCP", "IMAP", "IMAPS",
        "POP3", "POP3S", "SMTPS", "TRACEROUTE", "NFS", "BGP", "OSPF", "GRE", "IKE", "ESP", "AH", "MYSQL", "WINS", "VNC",
    },
    "firewall schedule recurring": {"always", "none", "default-darrp-optimize"},
    "system interface": {"any", "ssl.root", "fortilink", "ha", "modem", "naf.root", "l2t.root"},
    "system accprofile": {"super_admin", "prof_admin", "super_admin_readonly"},
}  # fmt: skip
