"""The commands of this room, by name: each factory imports its module only when it is asked for (see bunri/cli.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bunri.cli import Command


def verify() -> Command:
    """Return ``bunri verify``."""
    from network.policy.command import verify as factory  # noqa: PLC0415

    return factory()


def routes() -> Command:
    """Return ``bunri routes``."""
    from network.analysis.command import routes as factory  # noqa: PLC0415

    return factory()


def trace() -> Command:
    """Return ``bunri trace``."""
    from network.policy.command import trace as factory  # noqa: PLC0415

    return factory()


def diff() -> Command:
    """Return ``bunri diff``."""
    from network.policy.command import diff as factory  # noqa: PLC0415

    return factory()


def plan() -> Command:
    """Return ``bunri plan``."""
    from network.deploy.command import plan_command as factory  # noqa: PLC0415

    return factory()


def apply() -> Command:
    """Return ``bunri apply``."""
    from network.deploy.command import apply_command as factory  # noqa: PLC0415

    return factory()


def rollback() -> Command:
    """Return ``bunri rollback``."""
    from network.deploy.command import rollback_command as factory  # noqa: PLC0415

    return factory()


def drift() -> Command:
    """Return ``bunri drift``."""
    from network.drift.command import drift_command as factory  # noqa: PLC0415

    return factory()


def replace() -> Command:
    """Return ``bunri replace``."""
    from network.drift.command import replace_command as factory  # noqa: PLC0415

    return factory()


def render() -> Command:
    """Return ``bunri render``."""
    from network.render.command import command  # noqa: PLC0415

    return command()


def radius() -> Command:
    """Return ``bunri radius``."""
    from network.radius.command import radius as factory  # noqa: PLC0415

    return factory()


def terminal() -> Command:
    """Return ``bunri terminal``."""
    from network.radius.command import terminal as factory  # noqa: PLC0415

    return factory()


def lab() -> Command:
    """Return ``bunri lab``."""
    from network.lab.command import lab as factory  # noqa: PLC0415

    return factory()


def demo() -> Command:
    """Return ``bunri demo``."""
    from network.deploy.demo import demo_command as factory  # noqa: PLC0415

    return factory()
