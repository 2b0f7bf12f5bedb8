"""Forms of IOS lines that certainly cannot affect forwarding or a zone, each with its reason.

A form is a list of words: a literal, ``a|b`` (alternatives), ``*`` (exactly one word), ``#`` (a number), and at the end ``**``
(any rest). ``**`` stands only where no continuation of the command can touch forwarding. Everything that is not listed
here and has no handler blocks the proof.
"""

# ruff: noqa: E501 - a handler is named after the command that it reads; tables stay on one line

from __future__ import annotations

# mode → reason → forms
FORMS: dict[str, dict[str, str]] = {
    "global": {
        "logging and time stamps": """
            service timestamps **
            service sequence-numbers
            service password-encryption
            service tcp-keepalives-in
            service tcp-keepalives-out
            service unsupported-transceiver
            service nagle
            service linenumber
            service config
            service pad
            service pad to-xot
            service pad from-xot
            service finger
            service tcp-small-servers
            service udp-small-servers
            service slave-log
            service counters max age #
            service call-home
            service compress-config
            service internal
            service prompt config
            service disable-ip-fast-frag
            service alignment **
            service exec-callback
            service exec-wait
            service hide-telnet-addresses
            service decimal-tty
            service dhcp
            logging **
            cts logging **
            """,
        "monitoring (SNMP, flow export, SLA reaction)": """
            snmp-server **
            snmp mib **
            snmp ifmib ifindex persist
            rmon **
            flow-export **
            ip flow-export **
            ip flow-cache **
            ip flow-top-talkers
            ip flow ingress
            ip sla schedule **
            ip sla responder
            ip sla reaction-configuration **
            ip sla reaction-trigger **
            ip sla enable **
            ip sla logging **
            ip sla group schedule **
            netconf-yang
            netconf-yang feature candidate-datastore
            netconf ssh
            restconf
            telemetry ietf subscription #
            event manager directory **
            event manager session cli username *
            """,
        "clock": """
            ntp **
            sntp **
            clock timezone **
            clock summer-time **
            clock calendar-valid
            clock initialize nvram
            clock save interval #
            ptp mode **
            """,
        "login, authentication and authorisation of administrators": """
            enable secret **
            enable password **
            username **
            user-name *
            aaa new-model
            aaa session-id **
            aaa authentication **
            aaa authorization **
            aaa accounting **
            aaa common-criteria policy *
            aaa local authentication **
            aaa local authorization **
            aaa server radius dynamic-author
            aaa group server tacacs+ *
            aaa nas port extended
            aaa max-sessions #
            aaa memory **
            aaa pod server **
            aaa configuration **
            aaa user profile *
            radius-server attribute **
            radius-server vsa **
            radius-server dead-criteria **
            radius-server deadtime #
            radius-server timeout #
            radius-server retransmit #
            radius-server source-ports **
            radius-server load-balance **
            radius-server key **
            radius-server authorization **
            radius-server accounting **
            radius-server directed-request **
            radius-server domain-stripping **
            radius-server optional-passwords
            radius-server unique-ident **
            ip radius source-interface **
            ipv6 radius source-interface **
            ip tacacs source-interface **
            tacacs-server **
            tacacs server *
            login **
            security passwords min-length #
            security authentication failure rate **
            password encryption aes
            key config-key password-encrypt **
            privilege **
            parser view *
            parser command serializer
            parser cache
            parser config cache interface
            identity policy *
            authentication mac-move permit
            authentication mac-move deny-uncontrolled
            authentication critical recovery delay #
            authentication logging verbose
            mab logging verbose
            mab request format **
            dot1x logging verbose
            dot1x critical eapol
            dot1x critical recovery delay #
            eap profile *
            mls ip cef load-sharing full
            """,
        "management services of the device itself": """
            ip ssh **
            ip http **
            ip scp server enable
            ip rcmd **
            ip telnet **
            ip finger
            ip bootp server
            ip identd
            ip domain-name **
            ip domain name **
            ip domain lookup **
            ip domain list **
            ip domain-lookup **
            ip domain-list **
            ip domain retry #
            ip domain round-robin
            ip domain timeout #
            ip name-server **
            ip dns server
            ip dns view **
            ip gdp **
            ip options drop
            ip options ignore
            ip tcp **
            ip icmp rate-limit **
            ip icmp redirect **
            ip spd **
            ip cef
            ip cef load-sharing algorithm **
            ip cef accounting **
            ip cef distributed
            ip host * *
            ip accounting-threshold #
            ip accounting-list **
            ip accounting-transits #
            ip device tracking
            ip device tracking probe **
            ip device tracking max #
            ip source-route
            ip subnet-zero
            ip classless
            ip multicast **
            ip arp proxy disable
            ip arp gratuitous **
            ip gratuitous-arps
            ip arp incomplete **
            ip arp inspection vlan **
            ip arp inspection validate **
            ip arp inspection filter **
            ip arp inspection log-buffer **
            ip auth-proxy **
            ip dhcp snooping
            ip dhcp snooping vlan **
            ip dhcp snooping database **
            ip dhcp snooping information **
            ip dhcp snooping verify **
            ip dhcp snooping wireless **
            ip dhcp excluded-address **
            ip dhcp relay information **
            ip dhcp conflict **
            ip dhcp ping **
            ip dhcp bootp ignore
            ip dhcp use **
            ip dhcp binding **
            ip dhcp limit **
            ip dhcp database **
            ip dhcp-server **
            ip igmp snooping **
            ip igmp snooping
            ip mfib **
            ip forward-protocol spanning-tree
            ip forward-protocol nd
            ip forward-protocol udp
            ip forward-protocol udp *
            ip nbar **
            ip sftp **
            ip bgp-community new-format
            ip access-list log-update **
            ip access-list logging **
            ip access-list persistent
            ip access-list resequence **
            ip prefix-list sequence-number
            ipv6 cef
            ipv6 cef **
            ipv6 source-route
            ipv6 multicast rpf use-bgp
            ipv6 mld snooping
            ipv6 nd cache **
            ipv6 hop-limit #
            ipv6 icmp **
            access-list compiled
            access-list hardware **
            cdp **
            lldp **
            mop **
            banner **
            prompt **
            alias **
            file prompt quiet
            file prompt noisy
            file verify auto
            config-register *
            boot-start-marker
            boot-end-marker
            boot **
            end
            memory **
            memory-size iomem **
            exception **
            scheduler **
            process **
            hw-module **
            platform **
            license **
            warm-reboot **
            buffers **
            diagnostic **
            power **
            environment **
            fan **
            module provision **
            switch # provision *
            switch # priority #
            switch virtual domain #
            stack-mac persistent timer #
            stack-power **
            subscriber templating
            multilink bundle-name authenticated
            call-home
            call rsvp-sync
            nmsp **
            transceiver type all
            facility-alarm **
            terminal-type **
            smart-license **
            udld **
            errdisable **
            mac address-table aging-time **
            mac address-table notification **
            mac address-table move **
            mac address-table learning **
            mac-address-table aging-time **
            mac-address-table notification **
            mac-address-table synchronize **
            port-channel load-balance **
            port-channel load-defer #
            lacp system-priority #
            vtp password *
            vtp domain *
            vtp version #
            vtp pruning
            vtp file *
            vtp interface **
            device-tracking binding **
            device-tracking tracking **
            device-tracking logging **
            mls flow **
            mls qos **
            mls qos
            mls netflow **
            mls rate-limit **
            mls aging **
            mls cef **
            mls ip multicast **
            mls ip slb **
            qos **
            queue-monitor **
            auto qos **
            table-map *
            network-clock-participate **
            network-clock-select **
            card type **
            controller **
            voice-card #
            voice **
            dspfarm **
            ccm-manager **
            mgcp **
            sccp **
            gatekeeper
            fabric **
            no-exec
            spanning-tree logging
            spanning-tree optimize bpdu transmission
            spanning-tree pathcost method **
            spanning-tree extend system-id
            spanning-tree etherchannel guard misconfig
            spanning-tree uplinkfast **
            spanning-tree backbonefast
            spanning-tree transmit hold-count #
            spanning-tree vlan * hello-time #
            spanning-tree vlan * forward-time #
            spanning-tree vlan * max-age #
            spanning-tree loopguard default
            vlan accounting **
            vlan access-log **
            dial-peer cor custom
            vlan internal allocation policy **
            storm-control **
            software auto-upgrade **
            software **
            archive
            wsma **
            tftp-server **
            ftp-server **
            install **
            upgrade **
            redundancy
            cns **
            sdm prefer **
            system mtu **
            system env **
            system ignore **
            access-session mac-move **
            access-session attributes **
            access-session acl default **
            ap dot1x **
            ap country *
            ap file *
            tls-proxy **
            dying-gasp **
            avb **
            macro global description **
            location **
            isdn switch-type *
            cpu **
            hostname-prefix *
            guest-shell
            app-hosting **
            iox
            led **
            usb **
            remote-management
            coap proxy
            utilities **
            monitor event-trace **
            monitor capture **
            resource-pool disable
            mmi **
            ethernet lmi **
            ethernet cfm **
            ethernet oam **
            crypto engine **
            crypto key generate **
            crypto ca **
            crypto pki certificate **
            crypto pki server *
            crypto logging **
            crypto isakmp keepalive **
            crypto isakmp key **
            crypto isakmp enable
            crypto isakmp aggressive-mode disable
            crypto isakmp invalid-spi-recovery
            crypto ipsec security-association **
            crypto ipsec df-bit **
            crypto ipsec nat-transparency **
            standby delay **
            fhrp version vrrp v2
            fhrp version vrrp v3
            track resolution **
            track timer **
            tag-switching advertise-tags
            """,
    },
    "line": {
        "a terminal line of the device itself": """
            exec-timeout **
            session-timeout **
            absolute-timeout **
            logging synchronous
            logging synchronous **
            login
            login **
            password **
            secret **
            stopbits *
            speed *
            rxspeed *
            txspeed *
            databits *
            parity *
            flowcontrol **
            modem **
            autobaud
            autoselect **
            transport input **
            transport output **
            transport preferred **
            access-class **
            ipv6 access-class **
            ip access-class **
            exec
            exec-character-bits *
            special-character-bits *
            privilege level #
            history **
            history size #
            length #
            width #
            location **
            authorization **
            accounting **
            activation-character *
            no-exec
            monitor
            escape-character *
            international
            rotary **
            session-limit #
            vacant-message **
            notify
            terminal-type *
            usb-inactivity-timeout #
            media-type **
            timeout login response #
            session-disconnect-warning **
            telnet **
            padding **
            callback **
            script **
            autohangup
            hangup
            full-help
            """,
    },
    "interface": {
        "physical or monitoring setting of a port": """
            description **
            duplex *
            negotiation auto
            load-interval #
            carrier-delay **
            keepalive
            keepalive **
            cdp **
            lldp **
            udld **
            hold-queue **
            media-type **
            mdix auto
            fec **
            logging event **
            logging **
            snmp trap **
            snmp ifindex persist
            snmp **
            flowcontrol **
            power inline **
            power efficient-ethernet auto
            power **
            mop **
            arp timeout #
            arp log **
            arp arpa
            clock rate #
            clockrate #
            clock source **
            dce-terminal-timing-enable
            fair-queue
            fair-queue **
            random-detect
            random-detect **
            tx-ring-limit #
            tx-queue-limit #
            priority-queue out
            queue-set #
            queue-limit **
            tx-queue **
            wrr-queue **
            rcv-queue **
            srr-queue **
            mls **
            qos **
            auto qos **
            trust **
            priority-flow-control **
            hold-time **
            cable-length **
            cablelength **
            cable **
            channel-protocol lacp
            channel-protocol pagp
            lacp rate **
            lacp port-priority #
            lacp fast-switchover **
            lacp max-bundle #
            lacp suspend-individual
            lacp device-id **
            lacp min-bundle 1
            port-channel min-links 1
            pagp **
            link debounce **
            led **
            macro description **
            ntp **
            bfd **
            history **
            hw-module **
            storm-control **
            rmon **
            small-frame **
            transceiver **
            ethernet **
            crc #
            serial **
            framing *
            linecode *
            invert **
            pos **
            scramble
            dampening
            dampening **
            location **
            sdm **
            speed **
            ptp **
            cts role-based enforcement
            stackwise-virtual link #
            stackwise-virtual dual-active-detection
            hello padding
            medium p2p
            beacon **
            """,
        "quality of service: drops or marks, never redirects": """
            service-policy input *
            service-policy output *
            service-policy type queueing **
            bandwidth receive **
            bandwidth qos-reference **
            bandwidth inherit **
            bandwidth percent **
            max-reserved-bandwidth #
            rate-limit **
            traffic-shape **
            ip rsvp **
            """,
        "does not change where a packet is sent": """
            ip redirects
            ip unreachables
            ip unreachables **
            ip mask-reply
            ip information-reply
            ip mroute-cache
            ip route-cache
            ip route-cache **
            ip flow **
            ip flow ingress
            ip flow egress
            ip accounting **
            ip accounting
            ip nbar **
            ip tcp **
            ip pim **
            ip igmp **
            ip multicast **
            ip mroute **
            ip dvmrp **
            ip virtual-reassembly
            ip virtual-reassembly **
            ip dhcp snooping **
            ip dhcp relay **
            ip dhcp client **
            ip arp inspection trust
            ip arp inspection limit **
            ip arp **
            ip device tracking **
            ip verify source
            ip verify source port-security
            ip verify source tracking
            ip verify source **
            ip load-sharing **
            ip sap **
            ip sdr **
            ip irdp
            ip irdp **
            ip bandwidth-percent **
            ip gratuitous-arps
            ip split-horizon
            ip rip authentication **
            ip nhrp authentication *
            ip nd **
            ipv6 nd **
            ipv6 mtu #
            ipv6 redirects
            ipv6 unreachables
            ipv6 mld **
            ipv6 flow **
            ipv6 nd
            ipv6 dhcp guard **
            ipv6 snooping **
            ipv6 virtual-reassembly **
            switchport nonegotiate
            switchport port-security
            switchport port-security **
            switchport block **
            switchport priority **
            device-tracking
            device-tracking **
            spanning-tree link-type **
            spanning-tree loopguard **
            spanning-tree guard loop
            spanning-tree guard none
            authentication timer **
            authentication periodic
            authentication violation **
            authentication linksec **
            authentication display **
            dot1x timeout **
            dot1x max-req #
            dot1x max-reauth-req #
            dot1x max-start #
            dot1x reauthentication
            dot1x re-authentication
            access-session violation **
            access-session tunnel **
            subscriber aging **
            encapsulation hdlc
            encapsulation ppp
            ppp **
            peer default ip **
            analysis-module **
            tunnel path-mtu-discovery
            tunnel path-mtu-discovery **
            tunnel ttl #
            tunnel tos #
            tunnel checksum
            tunnel bandwidth **
            ip hold-queue **
            standby delay **
            standby version #
            standby use-bia
            vrrp delay **
            bfd interval **
            ip ospf bfd
            ip ospf resync-timeout #
            ip ospf retransmit-interval #
            ip ospf transmit-delay #
            ip ospf flood-reduction
            ip ospf lls
            ipv6 ospf bfd
            """,
    },
    "vrf": {
        "a name or description": """
            description **
            """,
    },
    "vlan": {},
    "route-map": {"a name or description": "description **"},
    "acl": {"a comment": "remark **"},
    "ipv6-acl": {"a comment": "remark **\nsequence # remark **"},
    "object-group": {"a comment": "description **"},
    "ospf": {
        "timers, logging and loop-free convergence": """
            log-adjacency-changes
            log-adjacency-changes **
            timers **
            nsf
            nsf **
            nsr
            bfd all-interfaces
            ispf
            max-lsa **
            queue-depth **
            snmp context *
            event-log **
            limit retransmissions **
            fast-reroute **
            microloop **
            compatible rfc1587
            capability lls
            capability opaque
            adjacency stagger **
            process-min-time **
            """,
    },
    "bgp": {
        "timers, logging and what does not choose a path between zones": """
            bgp log-neighbor-changes
            bgp log-neighbor-changes **
            bgp graceful-restart
            bgp graceful-restart **
            bgp update-delay #
            bgp scan-time #
            bgp nopeerup-delay **
            bgp deterministic-med
            bgp fast-external-fallover
            bgp asnotation dot
            bgp aggregate-timer #
            bgp regexp **
            bgp nexthop **
            bgp slow-peer **
            bgp transport **
            bgp update-group **
            bgp enforce-first-as
            bgp dampening
            bgp dampening **
            bgp bestpath compare-routerid
            timers bgp **
            neighbor * description **
            neighbor * timers **
            neighbor * version #
            neighbor * advertisement-interval #
            neighbor * soft-reconfiguration inbound
            neighbor * fall-over
            neighbor * fall-over bfd
            neighbor * fall-over bfd **
            neighbor * log-neighbor-changes
            neighbor * log-neighbor-changes **
            neighbor * transport path-mtu-discovery **
            neighbor * transport path-mtu-discovery
            neighbor * capability graceful-restart
            neighbor * ha-mode **
            neighbor * dont-capability-negotiate
            neighbor * slow-peer **
            """,
    },
    "eigrp": {
        "timers and logging": """
            eigrp log-neighbor-changes
            eigrp log-neighbor-warnings
            eigrp log-neighbor-warnings **
            timers **
            nsf
            nsf **
            bfd all-interfaces
            bfd interface *
            metric holddown
            hello-interval #
            hold-time #
            bandwidth-percent #
            split-horizon
            bfd
            snmp **
            """,
    },
    "unknown": {},
}  # fmt: skip

# Sections that cannot matter as a whole: header form → the words that may open a line of their body.
SECTIONS: dict[str, tuple[str, str]] = {
    "archive": (
        "archive of configurations",
        "log logging notify hidekeys path maximum write-memory time-period rollback record",
    ),
    "call-home": (
        "call home",
        "contact-email-addr contact profile active destination subscribe-to-alert-group source-interface sender mail-server street-address site-id customer-id contract-id phone-number alert-group http-proxy reporting rate-limit vrf anonymous-reporting-only copy-profile",
    ),
    "redundancy": ("supervisor redundancy", "mode main-cpu auto-sync keepalive-enable"),
    "crypto pki trustpoint *": (
        "certificates",
        "enrollment revocation-check rsakeypair subject-name serial-number ip-address fqdn usage hash subject-alt-name source auto-enroll crl password eku chain-validation vrf storage eckeypair ocsp regenerate email match root",
    ),
    "crypto ca trustpoint *": (
        "certificates",
        "enrollment revocation-check rsakeypair subject-name serial-number ip-address fqdn usage hash source auto-enroll crl",
    ),
    "crypto pki certificate chain *": ("certificates", "certificate quit"),
    "crypto ca certificate chain *": ("certificates", "certificate quit"),
    "crypto pki certificate map * #": ("certificates", "subject-name issuer-name name alt-subject-name serial-number"),
    "crypto pki certificate pool": ("certificates", "cabundle"),
    "crypto pki server *": ("certificates", "issuer-name lifetime database grant hash cdp-url shutdown auto-rollover"),
    "crypto isakmp policy #": ("key exchange of tunnels", "encr encryption authentication group lifetime hash"),
    "crypto isakmp profile *": ("key exchange of tunnels", "keyring match local-address self-identity vrf description"),
    "crypto keyring *": ("key exchange of tunnels", "local-address pre-shared-key description"),
    "crypto ipsec transform-set **": ("encryption of tunnels", "mode"),
    "crypto ipsec profile *": ("encryption of tunnels", "set description"),
    "crypto ikev2 proposal *": ("key exchange of tunnels", "encryption integrity group prf"),
    "crypto ikev2 policy *": ("key exchange of tunnels", "match proposal"),
    "flow exporter *": (
        "flow export",
        "description destination source transport template option export-protocol vrf output-features dscp ttl",
    ),
    "flow record *": ("flow export", "description match collect"),
    "flow monitor *": ("flow export", "description exporter cache record statistics"),
    "sampler *": ("flow export", "description mode granularity"),
    "ip flow-top-talkers": ("flow export", "top sort-by cache-timeout match"),
    "ip sla responder *": ("monitoring", ""),
    "tacacs server *": ("login of administrators", "address key port timeout single-connection send-nat-address"),
    "aaa group server tacacs+ *": ("login of administrators", "server server-private ip vrf"),
    "aaa server radius dynamic-author": (
        "change of authorisation by RADIUS",
        "client server-key port auth-type ignore domain",
    ),
    "aaa common-criteria policy *": (
        "login of administrators",
        "min-length max-length numeric-count upper-case lower-case special-case char-changes lifetime",
    ),
    "parser view *": ("login of administrators", "secret commands view"),
    "eap profile *": ("EAP methods", "method pki-trustpoint"),
    "voice service *": ("telephony", "allow-connections fax sip h323 bind"),
    "voice class * #": ("telephony", "codec"),
    "dial-peer voice # *": ("telephony", "destination-pattern port session codec dtmf-relay"),
    "macro name *": ("text of a macro that is not applied", "@"),
    "telemetry ietf subscription #": (
        "monitoring",
        "encoding filter receiver source-address source-vrf stream update-policy receiver-type",
    ),
    "transport-map type * *": ("terminal lines", "banner connection"),
    "device-tracking policy *": (
        "address tracking",
        "tracking security-level trusted-port device-role limit protocol prefix-glean data-glean destination-glean medium-type-wireless",
    ),
    "ipv6 nd raguard policy *": (
        "first-hop security",
        "device-role managed-config-flag match trusted-port hop-limit router-preference",
    ),
    "ipv6 dhcp guard policy *": ("first-hop security", "device-role match trusted-port preference"),
    "ip dhcp class *": ("DHCP", "relay option"),
    "ap profile *": (
        "access points",
        "ap-profile country description hyperlocation mgmtuser ssh ntp dot1x statistics syslog tz console username",
    ),
    "wireless country *": ("radio", ""),
    "controller * *": ("physical port", "framing linecode clock cablelength channel-group-none description wireless"),
    "mgcp profile *": ("telephony", ""),
    "sdm prefer *": ("hardware tables", ""),
    "netconf-yang feature *": ("management services", ""),
}

_ALIASES = {
    "bgp-af": "bgp",
    "eigrp-af": "eigrp",
    "eigrp-named": "eigrp",
    "eigrp-topology": "eigrp",
    "eigrp-af-interface": "eigrp",
    "vrf-af": "vrf",
    "mac-acl": "acl",
    "group-network": "object-group",
    "group-service": "object-group",
}

Form = tuple[str, ...]
_compiled: dict[str, dict[str, list[tuple[Form, str]]]] = {}


def _compile() -> None:
    for mode, reasons in FORMS.items():
        table: dict[str, list[tuple[Form, str]]] = {}
        for reason_, block in reasons.items():
            for line in block.strip().splitlines():
                words = tuple(line.split())
                if words:
                    table.setdefault(words[0], []).append((words, reason_))
        _compiled[mode] = table
    for alias, mode in _ALIASES.items():
        _compiled[alias] = _compiled[mode]


def _fits(form: Form, words: list[str]) -> bool:
    count = len(words)
    for index, part in enumerate(form):
        if part == "**":
            return True
        if index >= count:
            return False
        word = words[index]
        if part in {word, "*"}:
            continue
        if part == "#":
            if not word.isdigit():
                return False
        elif "|" not in part or word not in part.split("|"):
            return False
    return count == len(form)


def reason(mode: str, words: list[str]) -> str | None:
    """Return why a line (without its ``no``) cannot matter in this mode, or ``None`` if that is not certain."""
    forms = _compiled.get(mode, _NOTHING).get(words[0])
    if forms is None:
        return None
    key = (mode, " ".join(words))
    if key not in _remembered:
        if len(_remembered) > 20_000:
            _remembered.clear()
        _remembered[key] = next((why for form, why in forms if _fits(form, words)), None)
    return _remembered[key]


def section(words: list[str]) -> tuple[str, frozenset[str]] | None:
    """Return the reason and the body words of a section that cannot matter, if the line opens one."""
    for form, why, body in _sections.get(words[0], ()):
        if _fits(form, words):
            return why, body
    return None


_NOTHING: dict[str, list[tuple[Form, str]]] = {}
_remembered: dict[tuple[str, str], str | None] = {}  # ports of a switch repeat the same lines
_compile()
_sections: dict[str, list[tuple[Form, str, frozenset[str]]]] = {}
for _header, (_why, _body) in SECTIONS.items():
    _form = tuple(_header.split())
    _sections.setdefault(_form[0], []).append((_form, _why, frozenset(_body.split())))
