"""What a network does: broadcast domains, routes, forwarding, in every failure. Reads ``network.config`` alone."""

from network.analysis.engine import Engine, compute

__all__ = ["Engine", "compute"]
