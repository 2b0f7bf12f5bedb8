"""Configuration text → vendor-neutral devices. Every line is modelled, known-irrelevant, or named as unmodelled."""

from network.config.names import canonical_interface
from network.config.snapshot import load_snapshot, read_device

__all__ = ["canonical_interface", "load_snapshot", "read_device"]
