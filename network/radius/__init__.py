"""Feature ``dot1x`` on its server side: FreeRADIUS 3 configured from the inventory that also configures the switches.

``design`` says what a server must answer, ``render`` writes FreeRADIUS files, ``lab`` runs the same files unprivileged
on loopback, ``search`` proves that no configured reply leads a class of terminal into another zone's VLAN.
"""
