"""Drift of machines: declared against live, in the same report form as the drift of devices."""
