"""Carrying intended configurations onto devices: plan, gate, two-phase apply, rollback (on ``bunri/change``)."""
