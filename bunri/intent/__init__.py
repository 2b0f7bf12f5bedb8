"""What the city wants: ``inventory/<city>`` read, checked and held as one immutable value.

``load(folder, today=…)`` reads the inventory through ansible-core's own loader, inventory, variable and vault code, so
that a playbook and the Python side see the same values. It refuses whatever is broken with every error at once, each
with file, line and remedy, and gives a :class:`City`:

* one attribute a file of ``group_vars/all`` (``city.links`` is ``links.yml``), models in the module named as the
feature
  (``vrf_separation``, ``dot1x``, ``wlan``, ``wan``, ``firewall``, ``terminals``, ``servers``, ``management``,
  ``hardening``);
* expansions (``city.segments``, ``city.access_ports``, ``city.terminal_list``, ``city.flows`` …), each item with the
  ``key`` of the entry that it came from, and ``city.where(*key)`` for its file and line;
* ``city.secrets``, whose values never show in ``repr``, logs or tracebacks.

The verifier never imports this room: it reads configurations.
"""

from bunri.intent.cabling import LAYER3, AccessPort, Attached, Cable, Device, End, natural
from bunri.intent.city import City, expand_devices
from bunri.intent.firewall import DeclaredFlow
from bunri.intent.load import load
from bunri.intent.vrf_separation import Segment

__all__ = [
    "LAYER3",
    "AccessPort",
    "Attached",
    "Cable",
    "City",
    "DeclaredFlow",
    "Device",
    "End",
    "Segment",
    "expand_devices",
    "load",
    "natural",
]
