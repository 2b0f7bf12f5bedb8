"""What each FortiOS table is for: read, certainly irrelevant (with the reason), or in between by its keys."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

_UPKEEP = "upkeep and management of the appliance itself"
_INSPECT = "inspection profiles: they can only stop what a policy allows"
_NAMES = "definitions that matter only where a policy uses them"

# Tables that cannot affect forwarding, whatever their keys are. A trailing ``*`` stands for any rest of the path.
IRRELEVANT: dict[str, str] = {
    **dict.fromkeys((
        "system accprofile", "system admin", "system password-policy", "system password-policy-guest-admin", "system dns",
        "system dns-database", "system dns-server", "system ddns", "system snmp *", "system ntp", "system console",
        "system replacemsg *", "system replacemsg-image", "system replacemsg-group", "system autoupdate *", "system fortiguard",
        "system fortiguard-log", "system email-server", "system session-ttl", "system dhcp server", "system dhcp6 server",
        "system central-management", "system fortisandbox", "system automation-*", "system custom-language",
        "system storage", "system ftm-push", "system object-tagging", "system np6*", "system npu", "system physical-switch",
        "system resource-limits", "system vdom-property", "system vdom-dns", "system vdom-radius-server", "system vdom-sflow",
        "system vdom-netflow", "system netflow", "system sflow", "system probe-response", "system auto-script",
        "system session-helper", "system lldp *", "system api-user", "system sso-admin",
        "system csf", "system geoip-override", "system geoip-country", "system federated-upgrade", "system ike",
        "system acme", "system standalone-cluster", "system alarm", "system alias", "system saml",
        "system stp", "system tos-based-priority", "system dscp-based-priority", "system affinity-*",
        "system speed-test-*", "system sms-server", "system ips",
        "system nethsm", "system ips-urlfilter-dns*", "system network-visibility",
        "system smc-ntp", "system cloud-service", "system isf-queue-profile", "system device-upgrade", "system ssh-config",
        "system health-check-fortiguard", "system external-resource", "system ngfw-settings", "system security-rating *",
        "log *", "alertemail *", "report *", "gui *", "certificate *", "vpn certificate *", "endpoint-control *", "ssh-filter *",
        "switch-controller *", "wireless-controller *", "extender-controller *", "nsxt *", "monitoring *",
        "router setting", "router key-chain", "rule *", "automation *",
    ), _UPKEEP),
    **dict.fromkeys((
        "antivirus *", "ips *", "webfilter *", "dlp *", "dnsfilter *", "emailfilter *", "application *", "waf *", "voip *",
        "file-filter *", "icap *", "videofilter *", "sctp-filter *", "virtual-patch *", "casb *", "cifs *", "spamfilter *",
        "firewall profile-protocol-options", "firewall ssl-ssh-profile", "firewall profile-group", "firewall ssl setting",
        "firewall shaper *", "firewall shaping-policy", "firewall shaping-profile", "firewall DoS-policy",
        "firewall DoS-policy6", "firewall interface-policy", "firewall interface-policy6", "firewall sniffer",
        "firewall traffic-class", "firewall ssh *", "firewall acl", "firewall acl6", "web-proxy global",
        "firewall gtp", "firewall mms-profile", "firewall on-demand-sniffer",
    ), _INSPECT),
    **dict.fromkeys((
        "firewall local-in-policy", "firewall local-in-policy6",
    ), "packets to the firewall itself only"),
    **dict.fromkeys((
        "firewall internet-service-*", "firewall wildcard-fqdn *", "firewall service category", "firewall multicast-address",
        "firewall multicast-address6", "firewall address6-template", "firewall region", "firewall country", "firewall city",
        "firewall vendor-mac", "firewall vendor-mac-summary", "firewall identity-based-route", "firewall auth-portal",
        "firewall ldb-monitor", "firewall ippool6", "firewall global", "firewall proxy-address",
        "firewall proxy-addrgrp", "firewall decrypted-traffic-mirror", "firewall network-service-dynamic",
        "firewall access-proxy-virtual-host", "firewall internet-service", "user *", "authentication *",
        "dynamic *",
    ), _NAMES),
}  # fmt: skip

# Tables whose entries are read, with the keys that are read (first) and those that cannot matter (second).
KEYS: dict[str, tuple[str, str]] = {
    "system global": (
        "hostname vdom-mode vdom-admin",
        """admin-* admintimeout alias allow-traffic-redirect anti-replay arp-max-entry auth-* autorun-log-fsck av-* batch-cmdb
        block-session-timer br-fdb-max-entry cert-chain-max cfg-* check-protocol-header check-reset-range cli-audit-log
        cloud-communication clt-cert-req compliance-check* cpu-use-threshold daily-restart default-service-source-port
        device-* dh-params dhcp-lease-backup-interval dnsproxy-worker-count dst extender-controller-reserved-network fds-*
        faz-disk-buffer-size fec-port fgd-alert-subscription forticonverter-* fortiextender* fortiservice-port fortitoken-*
        gui-* ha-affinity honor-df httpd-max-worker-count igmp-state-limit interface-subnet-usage internet-service-*
        ip-conflict-detection ip-fragment-* ip-src-port-range ips-affinity ipsec-* language ldapconntimeout legacy-poe-device-support
        lldp-* log-* login-timestamp management-* max-* mc-ttl-notchange memory-* miglog* multi-factor-authentication
        ndp-max-entry per-user-* phase1-rekey pmtu-discovery policy-auth-concurrent post-login-banner pre-login-banner
        private-data-encryption proxy-* radius-port reboot-upon-config-restore refresh remoteauthtimeout restart-time
        revision-* scanunit-count security-rating-* send-pmtu-icmp sflowd-max-children-num snat-route-change
        special-file-23-support speedtest-server split-port ssd-trim-* ssh-* ssl-* sslvpn-* strict-dirty-session-check
        strong-crypto switch-controller* sys-perf-log-interval syslog-affinity tcp-* tftp timezone traffic-priority*
        two-factor-* udp-idle-timer url-filter-* user-* virtual-switch-vlan vip-arp-range wad-* wifi-* wimax-4g-usb wireless-*
        wireless-controller* wireless-mode""",
    ),
    "system settings": (
        "central-nat asymroute asymroute6 asymroute-icmp asymroute6-icmp opmode ngfw-mode sip-expectation status vdom-type",
        """gui-* allow-subnet-overlap allow-linkdown-path auxiliary-session strict-src-check bfd* comments deny-tcp-with-icmp dhcp-proxy*
        dhcp6-server-ip dhcp-server-ip default-voip-alg-mode discovered-device-timeout dyn-addr-session-check ecmp-max-paths
        email-portal-check-dns ext-resource-session-check firewall-session-dirty fw-session-hairpin gateway gateway6
        h323-direct-model http-external-dest ike-* inspection-mode ip ip6 lan-extension-controller-addr
        link-down-access lldp-* location-id mac-ttl manageip manageip6 multicast-forward multicast-skip-policy
        multicast-ttl-notchange nat46-* nat64-* prp-trailer-action sccp-port sctp-session-without-init
        ses-denied-traffic sip-helper sip-nat-trace sip-ssl-port sip-tcp-port sip-udp-port snat-hairpin-traffic ssl-ssh-profile
         utf8-spam-tagging v4-ecmp-mode vpn-stats-* wccp-cache-engine policy-offload location-id
        consolidated-firewall-mode implicit-allow-dns""",
    ),
    "system interface": (
        """vdom ip  status type interface vlanid member alias description role mode secondary-IP mtu mtu-override
        dedicated-to vrf remote-ip redundant-interface speed vlan-protocol min-links""",
        """allowaccess device-identification* snmp-index estimated-* lldp-* macaddr monitor-bandwidth stp* trust-ip* ap-discover
        arpforward auth-* bandwidth-measure-time bfd* broadcast-* cli-conn-status color defaultgw detected-peer-mtu detectprotocol
        detectserver dhcp-*  disconnect-threshold distance dns-server-* drop-fragment drop-overlapped-fragment
        egress-* explicit-ftp-proxy explicit-web-proxy external fail-* forward-error-correction fortilink fortilink-* icmp-accept-redirect
        icmp-send-redirect ident-accept idle-timeout inbandwidth outbandwidth ingress-* internal ip-managed-by-fortiipam
        ips-sniffer-mode   lacp-* lag-out-port-select-algorithm lcp-* link-up-delay
        management-ip mediatype min-links-down netbios-forward netflow-sampler outbandwidth padt-retry-timeout ping-serv-status
        polling-interval preserve-session-route priority proxy-captive-portal sample-* secfab-* security-* sflow-sampler spillover-threshold
        src-check subst substitute-dst-mac swc-* switch-controller-* tcp-mss vindex virtual-mac weight wins-ip
        preserve-session-route algorithm defaultgw   snmp-index""",
    ),
    "system interface/ipv6": (
        "ip6-address ip6-mode",
        "ip6-allowaccess ip6-send-adv ip6-manage-flag ip6-other-flag autoconf dhcp6-* ip6-dns-server-override ip6-hop-limit "
        "ip6-link-mtu ip6-max-interval ip6-min-interval ip6-reachable-time ip6-retrans-time ip6-default-life nd-* ra-send-mtu "
        "unique-autoconf-addr icmp6-send-redirect",
    ),
    "system interface/secondaryip": ("ip", "allowaccess detectprotocol detectserver ha-priority ping-serv-status secip-relay-ip"),
    "system zone": ("interface intrazone", "description tagging"),
    "system ha": (
        "group-id group-name mode hbdev override priority monitor ha-mgmt-status",
        """password session-pickup session-pickup-* ha-direct ha-eth-type hc-eth-type l2ep-eth-type hb-interval hb-lost-threshold
        hello-holddown arps arps-interval encryption authentication gratuitous-arps link-failed-signal uninterruptible-upgrade
        sync-config sync-packet-balance route-ttl route-wait route-hold memory-* multicast-ttl override-wait-time
        pingserver-* failover-hold-time key ha-uptime-diff-margin ssd-failover load-balance-all session-sync-dev
        uninterruptible-primary-wait upgrade-mode standalone-mgmt-vdom logical-sn check-secondary-dev-health ipsec-phase2-proposal
        cpu-threshold memory-threshold schedule weight""",
    ),
    "system ha/ha-mgmt-interfaces": ("interface gateway dst", "gateway6"),
    "system vdom-link": ("", "type vcluster"),
    "firewall address": (
        "subnet type start-ip end-ip fqdn country wildcard interface macaddr wildcard-fqdn sub-type sdn sdn-tag filter "
        "associated-interface obj-type clearpass-spt fsso-group  allow-routing",
        "comment uuid color visibility cache-ttl tagging fabric-object node-ip-only obj-tag dirty",
    ),
    "firewall addrgrp": ("member exclude exclude-member category type", "comment uuid color visibility allow-routing tagging fabric-object"),
    "firewall address6": ("ip6 type start-ip end-ip fqdn country host template", "comment uuid color visibility cache-ttl tagging fabric-object"),
    "firewall addrgrp6": ("member exclude exclude-member", "comment uuid color visibility tagging fabric-object"),
    "firewall service custom": (
        "protocol protocol-number icmptype icmpcode tcp-portrange udp-portrange sctp-portrange iprange fqdn proxy app-category "
        "application app-service-type udplite-portrange",
        "comment category visibility color session-ttl tcp-* udp-idle-timer helper check-reset-range fabric-object uuid",
    ),
    "firewall service group": ("member proxy", "comment color uuid fabric-object"),
    "firewall schedule onetime": ("start end start-utc end-utc", "color expiration-days fabric-object uuid"),
    "firewall schedule recurring": ("start end day", "color fabric-object uuid"),
    "firewall schedule group": ("member", "color fabric-object uuid"),
    "firewall policy": (
        """name srcintf dstintf action srcaddr dstaddr srcaddr6 dstaddr6 schedule service status nat ippool poolname
        srcaddr-negate dstaddr-negate srcaddr6-negate dstaddr6-negate service-negate match-vip match-vip-only groups users fsso-groups
        internet-service internet-service-* internet-service-src internet-service-src-* internet-service6 internet-service6-*
        policy-expiry policy-expiry-date tcp-session-without-syn geoip-match reputation-minimum reputation-direction src-vendor-mac
        ztna-* rtp-nat rtp-addr natinbound natoutbound natip vpntunnel central-nat schedule-timeout  nat46 nat64
        poolname6 sgt sgt-check pcp-inbound pcp-outbound network-service-*""",
        """uuid comments logtraffic logtraffic-* utm-status inspection-mode av-profile ips-sensor webfilter-profile dnsfilter-profile
        emailfilter-profile application-list ssl-ssh-profile profile-* dlp-* file-filter-profile waf-profile icap-profile voip-profile
        videofilter-profile sctp-filter-profile casb-profile virtual-patch-profile cifs-profile ssh-filter-profile spamfilter-profile
        traffic-shaper traffic-shaper-reverse per-ip-shaper capture-packet session-ttl auto-asic-offload np-acceleration dsri
        send-deny-packet anti-replay block-notification captive-portal-exempt class-id cgn-* custom-log-fields delay-tcp-npu-session
        diffserv* disclaimer dynamic-shaping email-collect firewall-session-dirty fixedport fsso fsso-agent-for-ntlm
        global-label label http-policy-redirect identity-based-route ntlm* passive-wan-health-measurement permit-any-host
        permit-stun-host radius-* redirect-url replacemsg-override-group tcp-mss-* timeout-send-rst tos* vlan-cos-* vlan-filter
        webproxy-* wsso auth-* tcp-timeout-pid udp-timeout-pid application app-group url-category devices policy-offload
        outbound port-preserve""",
    ),
    "firewall vip": (
        "extip extintf mappedip portforward protocol extport mappedport type status src-filter  nat-source-vip service "
        "extaddr mapped-addr portmapping-type srcintf-filter ipv6-mappedip nat46 nat44",
        "uuid comment color arp-reply dns-mapping-ttl gratuitous-arp-interval id fabric-object",
    ),
    "firewall vipgrp": ("interface member", "uuid comments color"),
    "firewall ippool": (
        "startip endip type source-startip source-endip",
        "comments arp-reply arp-intf associated-interface permit-any-host pba-* block-size num-blocks-per-user port-per-user nat64 add-nat64-route cgn-*",
    ),
    "firewall central-snat-map": ("*", ""),
    "router static": (
        "dst gateway device distance priority blackhole status dstaddr weight internet-service internet-service-custom sdwan sdwan-zone "
        "dynamic-gateway vrf virtual-wan-link tag seq-num src",
        "comment link-monitor-exempt bfd preferred-source",
    ),
    "router static6": (
        "dst gateway device distance priority blackhole status dstaddr weight sdwan sdwan-zone dynamic-gateway vrf virtual-wan-link",
        "comment devindex link-monitor-exempt bfd",
    ),
    "router policy": (
        """input-device src srcaddr src-negate dst dstaddr dst-negate protocol start-port end-port start-source-port end-source-port
        gateway output-device action status input-device-negate internet-service-id internet-service-custom tos tos-mask
        internet-service-fortiguard users groups""",
        "comments",
    ),
}  # fmt: skip

# Routing processes that every export shows, empty unless someone configured them; these children make them real.
PROCESSES: dict[str, frozenset[str]] = {
    "router rip": frozenset({"network", "neighbor", "interface", "offset-list", "distribute-list"}),
    "router ripng": frozenset({"interface", "neighbor", "network"}),
    "router ospf": frozenset({"area", "network", "neighbor", "ospf-interface", "distribute-list"}),
    "router ospf6": frozenset({"area", "ospf6-interface"}),
    "router bgp": frozenset({"neighbor", "neighbor-group", "neighbor-range", "network", "aggregate-address"}),
    "router isis": frozenset({"isis-interface", "isis-net"}),
    "router multicast": frozenset({"interface", "pim-sm-global"}),
    "router multicast6": frozenset({"interface"}),
    "router bfd": frozenset(),
    "router bfd6": frozenset(),
    "system sdwan": frozenset(
        {
            "members",
            "service",
        }
    ),
    "system virtual-wan-link": frozenset({"members", "service"}),
}


def irrelevant(path: str) -> str | None:
    """Return why a table cannot matter, or ``None``."""
    found = IRRELEVANT.get(path)
    if found:
        return found
    words = path.split()
    for size in range(len(words), 0, -1):
        head = " ".join(words[:size])
        found = IRRELEVANT.get(head + " *")
        if found and size < len(words):
            return found
    for pattern, why in _STARS:
        if path.startswith(pattern):
            return why
    return None


_STARS = [(name[:-1], why) for name, why in IRRELEVANT.items() if name.endswith("*") and not name.endswith(" *")]


def compile_keys(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the exact keys and the prefixes (written ``name*``) of a list."""
    words = text.split()
    return frozenset(word for word in words if word[-1] != "*"), tuple(word[:-1] for word in words if word[-1] == "*")
