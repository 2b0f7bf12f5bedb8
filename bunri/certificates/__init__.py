"""The city's private certificate authority (IEEE 802.1X with EAP-TLS, TLS between its own systems) and its ledger.

A root that stays offline, one issuing authority, three profiles (server, machine, user), revocation, and a ledger that
warns 90, 60 and 30 days before an expiry. Keys are encrypted at rest; the passphrase comes from the vault.
"""
