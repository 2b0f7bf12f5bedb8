"""One mechanism for every change: plan, approval, lock, journal, all-or-nothing application, completion record.

It knows targets, steps and outcomes; what a target is (a switch, a desktop, a server) is the business of the room that
hands in a ``transaction.Session`` for it.
"""
