"""802.1X, MAB, AAA and RADIUS."""
from __future__ import annotations
from network.config.cisco_ios.reader import Handler
TABLES: dict[str, dict[str, Handler]] = {}
