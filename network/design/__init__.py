"""Design: what each device must be, derived from what the city wants.

``design(city)`` is pure and deterministic: the same inventory gives equal designs, and an addition touches only
the devices that it concerns (N2). One module a feature; :mod:`network.design.assembly` puts a device together.
"""

from network.design.assembly import design
from network.design.model import DeviceDesign

__all__ = ["DeviceDesign", "design"]
