"""What every rule is: an id, the plan's ids, a severity, its reason in both languages, an example, and a check.

A rule reads the snapshot and the policy only. Parameters come from the policy file: ``rules: {RULE-ID: {…}}``. Two keys work for
every rule: ``enabled: false`` and ``exceptions: [{device, text, reason, expires}]`` (shell patterns; without a reason and an expiry,
or after it, the exception itself is a finding).
"""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from bunri.messages import Message, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from network.config.model import Device, Interface, Snapshot, Source
    from network.policy.model import Policy

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding(Message):
    """A message with the rule that found it, how grave it is, and the line that shows it."""

    rule: str = ""
    severity: Severity = "error"
    text: str = ""


@dataclass
class Context:
    """What rules look at, with the answers that several of them need. ``ribs`` is (device, vrf) → prefixes, if computed."""

    snapshot: Snapshot
    policy: Policy
    today: datetime.date
    ribs: dict[tuple[str, str], Iterable[Any]] = field(default_factory=dict)

    @cached_property
    def zone_of_vrf(self) -> dict[str, str]:
        """VRF → zone, as the policy's members say."""
        return {m.vrf: zone.name for zone in self.policy.zones.values() for m in zone.members if m.vrf is not None}

    @cached_property
    def zone_of_port(self) -> dict[tuple[str, str], str]:
        """(device, interface) → zone, as the policy's members say."""
        return {
            (m.device, m.interface): zone.name
            for zone in self.policy.zones.values()
            for m in zone.members
            if m.interface
        }

    @cached_property
    def zone_of_ssid(self) -> dict[str, str]:
        """SSID → zone, as the policy's members say."""
        return {m.ssid: zone.name for zone in self.policy.zones.values() for m in zone.members if m.ssid}

    @cached_property
    def zones_of_vlan(self) -> dict[int, set[str]]:
        """VLAN id → zones: what the policy says, else the zones of its layer-3 interfaces anywhere in the snapshot."""
        declared: dict[int, set[str]] = {}
        for zone in self.policy.zones.values():
            for member in zone.members:
                if member.vlan is not None:
                    declared.setdefault(member.vlan, set()).add(zone.name)
        found: dict[int, set[str]] = {}
        for device in self.snapshot.devices.values():
            for interface in device.interfaces.values():
                if interface.vlan is None or not interface.addresses or interface.vlan in declared:
                    continue
                zone_name = self.zone_of(device, interface)
                if zone_name:
                    found.setdefault(interface.vlan, set()).add(zone_name)
        return {**found, **declared}

    def zone_of(self, device: Device, interface: Interface) -> str | None:
        """Return the zone of a layer-3 interface, or ``None``."""
        return self.zone_of_port.get((device.hostname, interface.name)) or self.zone_of_vrf.get(interface.vrf)

    def vlan_zone(self, vlan: int) -> str:
        """Return the zones of a VLAN as text; empty where it leads nowhere."""
        return "+".join(sorted(self.zones_of_vlan.get(vlan, ())))

    @cached_property
    def neighbours(self) -> dict[tuple[str, str], str]:
        """(device, interface) → what the cabling file says is at the other end."""
        found: dict[tuple[str, str], str] = {}
        for cable in self.snapshot.cables or ():
            found[cable.node1, cable.interface1] = cable.node2
            found[cable.node2, cable.interface2] = cable.node1
        return found

    def is_edge(self, device: Device, interface: Interface) -> bool:
        """Return whether something that is no modelled device can attach to a switch port."""
        if interface.switchport is None or interface.shutdown or interface.channel_group is not None:
            return False
        if interface.kind == "port-channel":
            return False
        return self.neighbours.get((device.hostname, interface.name), "") not in self.snapshot.devices

    def devices(self, platform: str = "") -> Iterator[Device]:
        """Yield the devices, of one platform if it is given."""
        for device in self.snapshot.devices.values():
            if not platform or device.platform == platform:
                yield device


class Rule(ABC):
    """One rule. Sub-classes fill the class variables and ``check``."""

    id: ClassVar[str]
    plan: ClassVar[tuple[str, ...]]
    severity: ClassVar[Severity]
    title_ja: ClassVar[str]
    title_en: ClassVar[str]
    why_ja: ClassVar[str]
    why_en: ClassVar[str]
    advice_ja: ClassVar[str]
    advice_en: ClassVar[str]
    bad: ClassVar[str]  # a configuration that fails
    good: ClassVar[str]  # the same, put right
    parameters: ClassVar[dict[str, str]] = {}  # name → meaning, in English and Japanese

    @abstractmethod
    def check(self, context: Context, parameters: dict[str, Any]) -> Iterable[Finding]:
        """Yield what breaks the rule."""

    def finding(
        self,
        message: str,
        device: Device,
        source: Source | None = None,
        severity: Severity | None = None,
        **params: object,
    ) -> Finding:
        """Return a finding of this rule at a line (or at the device as a whole)."""
        where = Where(source.file if source else device.file, source.line if source else 0, device.hostname)
        return Finding(message, where, params, self.id, severity or self.severity, source.text if source else "")


def exceptions(
    rule: Rule, found: Iterable[Finding], parameters: dict[str, Any], policy_file: str, today: datetime.date
) -> Iterator[Finding]:
    """Drop what a valid exception covers; an exception without reason or expiry, or out of date, is a finding itself."""
    valid: list[dict[str, Any]] = []
    for item in parameters.get("exceptions") or ():
        expires = item.get("expires")
        if isinstance(expires, str):
            try:
                expires = datetime.date.fromisoformat(expires)
            except ValueError:
                expires = None
        where = Where(policy_file, key=f"rules.{rule.id}.exceptions")
        if not item.get("reason") or not isinstance(expires, datetime.date):
            yield Finding("RUL001", where, {"rule": rule.id, "item": item}, rule.id, "error")
        elif expires < today:
            yield Finding("RUL002", where, {"rule": rule.id, "expires": expires, "item": item}, rule.id, "error")
        else:
            valid.append(item)
    for finding in found:
        neighbour = str(finding.params.get("neighbour", ""))
        if not any(
            fnmatchcase(finding.where.device, str(item.get("device", "*")))
            and fnmatchcase(neighbour, str(item.get("neighbour", "*")))
            and fnmatchcase(finding.text, str(item.get("text", "*")))
            for item in valid
        ):
            yield finding
