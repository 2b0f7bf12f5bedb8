"""The plan's rules about servers and desktops, in the order of the plan. Each is one class; this is the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vdi.placement.rules.base import Finding, Rule, Severity
from vdi.placement.rules.capacity import HostFailure, Spare
from vdi.placement.rules.copies import Backup, BackupAge, FilePairs, RemoteCopy
from vdi.placement.rules.live import AsDeclared
from vdi.placement.rules.lost import Loss, SiteLost, loss
from vdi.placement.rules.separation import OneZone, RightAddress, RightVlan
from vdi.placement.rules.sites import (
    ImportantOnIaas,
    ImportantRedundant,
    ManagementInBuilding,
    NetworkServicesInBuilding,
    PartnersApart,
)
from vdi.placement.rules.systems import DesktopPeriods, KeptApart, Support, UpdatesOverLgwan, WebSiteElsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence

RULES: tuple[type[Rule], ...] = (
    OneZone,
    RightVlan,
    RightAddress,
    KeptApart,
    Support,
    WebSiteElsewhere,
    ImportantOnIaas,
    ManagementInBuilding,
    NetworkServicesInBuilding,
    ImportantRedundant,
    PartnersApart,
    HostFailure,
    Spare,
    Backup,
    BackupAge,
    RemoteCopy,
    FilePairs,
    UpdatesOverLgwan,
    DesktopPeriods,
    SiteLost,
    AsDeclared,
)


def rules(lost: Sequence[str] = ()) -> list[Rule]:
    """Return every rule, ready to check; ``lost`` names the sites whose loss is judged besides the main hall."""
    return [SiteLost(tuple(lost)) if rule is SiteLost and lost else rule() for rule in RULES]


__all__ = ["RULES", "Finding", "Loss", "Rule", "Severity", "loss", "rules"]
