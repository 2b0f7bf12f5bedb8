"""A plain packet-by-packet simulator and random networks, written apart from the engine that they judge."""
