"""Documentation of the action plugin ``bunri_radius``; it runs on the control node (see ../action/bunri_radius.py)."""

DOCUMENTATION = r"""
module: bunri_radius
short_description: Build the files of one RADIUS server from the inventory
description:
  - Renders the FreeRADIUS folder of a server, issues or renews its certificate, and returns all of it.
  - Refuses when any reply leads a class of terminal into another zone's VLAN.
  - The result holds secrets; set C(no_log).
options:
  inventory: {description: Folder of the city's inventory., required: true, type: path}
  server: {description: Name of the server in servers.yml., required: true, type: str}
  authority: {description: Folder of the certificate authority on the control node., required: true, type: path}
  passphrase: {description: Passphrase of the issuing key., required: true, type: str}
  place:
    description: "Where the server keeps its things: config, certificates, log, run, user, address."
    required: true
    type: dict
  lab: {description: Use loopback addresses for the clients., type: bool, default: false}
"""

EXAMPLES = r"""
- name: Build the server's files
  bunri_radius:
    inventory: "{{ inventory_dir }}"
    server: mgmt-radius1
    authority: .ca
    passphrase: "{{ vault.ca_issuing }}"
    place:
      config: /etc/freeradius/bunri
      certificates: /etc/freeradius/bunri/certs
      log: /var/log/freeradius
      run: /run/freeradius
      user: freerad
      address: 10.90.101.11
  no_log: true
"""

RETURN = r"""
files: {description: "Configuration file → text.", type: dict, returned: success}
trust: {description: "Authority or revocation list → PEM.", type: dict, returned: success}
"""
