"""Bunri (分離): the shared core — intent, change control, messages and the command line."""
