"""The commands of this room, by name: each factory imports its module only when it is asked for (see bunri/cli.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bunri.cli import Command


def placement() -> Command:
    """Return ``bunri placement``."""
    from vdi.placement.command import placement as factory  # noqa: PLC0415

    return factory()


def image() -> Command:
    """Return ``bunri image``."""
    from vdi.images.command import image as factory  # noqa: PLC0415

    return factory()
