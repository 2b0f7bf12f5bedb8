"""FortiOS's predefined services (FortiOS 7 defaults); an export lists them too, and the export's own definition wins."""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

# name → (TCP ranges, UDP ranges); a range is "low-high" or one port, ":" separates the source range.
PORTS: dict[str, tuple[str, str]] = {
    "ALL_TCP": ("1-65535", ""), "ALL_UDP": ("", "1-65535"), "AOL": ("5190-5194", ""), "BGP": ("179", ""),
    "DHCP": ("", "67-68"), "DNS": ("53", "53"), "FINGER": ("79", ""), "FTP": ("21", ""), "FTP_GET": ("21", ""),
    "FTP_PUT": ("21", ""), "GOPHER": ("70", ""), "H323": ("1720 1503", "1719"), "HTTP": ("80", ""), "HTTPS": ("443", ""),
    "IKE": ("", "500 4500"), "IMAP": ("143", ""), "IMAPS": ("993", ""), "Internet-Locator-Service": ("389", ""),
    "IRC": ("6660-6669", ""), "L2TP": ("1701", "1701"), "LDAP": ("389", ""), "LDAP_UDP": ("", "389"), "NetMeeting": ("1720", ""),
    "NFS": ("111 2049", "111 2049"), "NNTP": ("119", ""), "NTP": ("123", "123"), "PC-Anywhere": ("5631", "5632"),
    "ONC-RPC": ("111", "111"), "DCE-RPC": ("135", "135"), "POP3": ("110", ""), "POP3S": ("995", ""), "PPTP": ("1723", ""),
    "QUAKE": ("", "26000 27000 27910 27960"), "RAUDIO": ("", "7070"), "REXEC": ("512", ""), "RIP": ("", "520"),
    "RLOGIN": ("513:512-1023", ""), "RSH": ("514:512-1023", ""), "SCCP": ("2000", ""), "SIP": ("5060", "5060"),
    "SIP-MSNmessenger": ("1863", ""), "SAMBA": ("139", ""), "SMTP": ("25", ""), "SMTPS": ("465", ""), "SNMP": ("161-162", "161-162"),
    "SSH": ("22", ""), "SYSLOG": ("", "514"), "TALK": ("", "517-518"), "TELNET": ("23", ""), "TFTP": ("", "69"),
    "MGCP": ("", "2427 2727"), "UUCP": ("540", ""), "VDOLIVE": ("7000-7010", ""), "WAIS": ("210", ""),
    "WINFRAME": ("1494 2598", ""), "X-WINDOWS": ("6000-6063", ""), "MS-SQL": ("1433 1434", ""), "MYSQL": ("3306", ""),
    "RDP": ("3389", ""), "VNC": ("5900", ""), "DHCP6": ("", "546 547"), "SQUID": ("3128", ""), "SOCKS": ("1080", "1080"),
    "WINS": ("1512", "1512"), "RADIUS": ("", "1812 1813"), "RADIUS-OLD": ("", "1645 1646"), "CVSPSERVER": ("2401", "2401"),
    "AFS3": ("7000-7009", "7000-7009"), "TRACEROUTE": ("", "33434-33535"), "RTSP": ("554 7070 8554", "554"),
    "MMS": ("1755", "1024-5000"), "KERBEROS": ("88 464", "88 464"), "SMB": ("445", ""),
}  # fmt: skip
# name → (protocol, ICMP type or None)
OTHERS: dict[str, tuple[int, int | None]] = {
    "ALL_ICMP": (1, None), "ALL_ICMP6": (58, None), "GRE": (47, None), "AH": (51, None), "ESP": (50, None), "OSPF": (89, None),
    "PING": (1, 8), "TIMESTAMP": (1, 13), "INFO_REQUEST": (1, 15), "INFO_ADDRESS": (1, 17), "PING6": (58, 128),
}  # fmt: skip
