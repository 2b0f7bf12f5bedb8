"""C9800: WLANs, policy profiles and tags."""
from __future__ import annotations
from network.config.cisco_ios.reader import Handler
TABLES: dict[str, dict[str, Handler]] = {}
