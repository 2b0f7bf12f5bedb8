"""Feature ``hardening``: limits and guards of the LAN, spanning tree, and recorded deviations from the benchmark."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bunri.intent.base import EndDate, Id, Int, Line, Model, Name, VlanId


class SpanningTree(Model):
    """Rapid per-VLAN spanning tree (IEEE 802.1Q clause 13 behaviour per VLAN): who is root."""

    root_priority: Annotated[int, Field(ge=0, le=61440, multiple_of=4096)] = 4096
    secondary_priority: Annotated[int, Field(ge=0, le=61440, multiple_of=4096)] = 8192
    roots: dict[Name, tuple[Name, ...]]
    """Site → its switches in the order of preference; other sites: their only layer-3 switch."""


class Deviation(Model):
    """An item of the CIS benchmark that is not followed, with reason and end (an exception without end is an error)."""

    item: Line
    reason: Line
    owner: Line
    expires: EndDate


class Hardening(Model):
    """``hardening.yml``."""

    native_vlan: VlanId
    parking_vlan: VlanId
    quarantine_vlan: VlanId
    spanning_tree: SpanningTree
    storm_control_percent: Int = Field(default=1, ge=1, le=100)
    dhcp_snooping_rate: Int = Field(default=15, ge=1, le=2048)
    arp_inspection_rate: Int = Field(default=15, ge=1, le=2048)
    errdisable_seconds: Int = Field(default=300, ge=30, le=86400)
    deviations: dict[Id, Deviation] = Field(default_factory=dict)
