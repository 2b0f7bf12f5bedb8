"""Dates: what expires is not past, what ends begins before, and a successor follows without a hole."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from bunri.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bunri.intent.base import Key
    from bunri.intent.city import City


def check(city: City) -> Iterator[Message]:
    """Yield INV120–125."""
    for key, thing, day in _expiries(city):
        if day < city.today:
            yield Message("INV120", city.where(*key), {"thing": thing, "day": day})
    for key, thing, begin, end in _spans(city):
        if end is not None and end < begin:
            yield Message("INV121", city.where(*key), {"thing": thing, "begin": begin, "end": end})
    for key, thing, day in _past(city):
        if day > city.today:
            yield Message("INV125", city.where(*key), {"thing": thing, "day": day})
    for key, thing, periods, closed in _chains(city):
        yield from _chain(city, key, thing, periods, closed=closed)


def _expiries(city: City) -> Iterator[tuple[Key, str, date]]:
    for number, flow in enumerate(city.firewall.flows):
        yield ("firewall", "flows", number, "expires"), f"flow {flow.id}", flow.expires
    for number, trusted in enumerate(city.firewall.trusted_neighbours):
        key = ("firewall", "trusted_neighbours", number, "expires")
        yield key, f"trusted neighbour {trusted.name}", trusted.expires
    for number, port in enumerate(city.dot1x.unauthenticated):
        yield ("dot1x", "unauthenticated", number, "expires"), f"ports of {port.neighbour}", port.expires
    for number, item in enumerate(city.firewall.exempt_failures):
        yield ("firewall", "exempt_failures", number, "expires"), f"exempt failure {item.match}", item.expires
    for name, deviation in city.hardening.deviations.items():
        yield ("hardening", "deviations", name, "expires"), f"deviation {name}", deviation.expires
    in_use = {cable.circuit for cable in city.links}
    for name, circuit in city.circuits.items():
        if name in in_use and circuit.retired is None:
            yield ("circuits", name, "contract_to"), f"circuit {name}", circuit.contract_to
    for name, contractor in city.contractors.items():
        yield ("contractors", name, "contract_to"), f"contractor {name}", contractor.contract_to
    for name, work in city.lifecycle.maintenance.items():
        yield ("lifecycle", "maintenance", name, "contract_to"), f"maintenance {name}", work.contract_to
    for name, ssid in city.wlan.ssids.items():
        if ssid.expires is not None:
            yield ("wlan", "ssids", name, "expires"), f"SSID {name}", ssid.expires


def _spans(city: City) -> Iterator[tuple[Key, str, date, date | None]]:
    for name, circuit in city.circuits.items():
        key: Key = ("circuits", name, "contract_to")
        yield key, f"circuit {name}", circuit.contract_from, circuit.contract_to
    for name, contractor in city.contractors.items():
        key = ("contractors", name, "contract_to")
        yield key, f"contractor {name}", contractor.contract_from, contractor.contract_to
    for name, work in city.lifecycle.maintenance.items():
        key = ("lifecycle", "maintenance", name, "contract_to")
        yield key, f"maintenance {name}", work.contract_from, work.contract_to
    for name, busy in city.calendar.busy.items():
        yield ("calendar", "busy", name, "to"), f"busy period {name}", busy.begin, busy.end
    for number, flow in enumerate(city.firewall.flows):
        yield ("firewall", "flows", number, "expires"), f"flow {flow.id}", flow.approved, flow.expires
    for name, server in city.servers.servers.items():
        for number, place in enumerate(server.placement):
            yield (
                ("servers", "servers", name, "placement", number, "to"),
                f"placement of {name}",
                place.begin,
                place.end,
            )
    for name, schedule in city.systems.schedules.items():
        for number, period in enumerate(schedule.periods):
            key = ("systems", "schedules", name, "periods", number, "to")
            yield key, f"schedule {name}", period.begin, period.end


def _past(city: City) -> Iterator[tuple[Key, str, date]]:
    """Yield what has happened already: it cannot lie in the future."""
    for name, server in city.servers.servers.items():
        for number, copy in enumerate(server.copies):
            key: Key = ("servers", "servers", name, "copies", number)
            yield (*key, "last"), f"copy of {name}", copy.last
            yield (*key, "restored"), f"restore test of {name}", copy.restored
    for number, pair in enumerate(city.servers.file_pairs):
        yield ("servers", "file_pairs", number, "last"), f"copy of {pair.first}", pair.last
    for number, flow in enumerate(city.firewall.flows):
        yield ("firewall", "flows", number, "approved"), f"approval of flow {flow.id}", flow.approved
    for name, device in city.devices.items():
        if not device.planned:
            yield ("hosts", name, "installed"), f"installation of {name}", device.installed


def _chains(city: City) -> Iterator[tuple[Key, str, Sequence[tuple[date, date | None]], bool]]:
    for name, schedule in city.systems.schedules.items():
        periods = [(period.begin, period.end) for period in schedule.periods]
        yield ("systems", "schedules", name, "periods"), f"schedule {name}", periods, schedule.closed
    for name, server in city.servers.servers.items():
        places = [(place.begin, place.end) for place in server.placement]
        yield ("servers", "servers", name, "placement"), f"placement of {name}", places, False
    for name, pool in city.desktops.pools.items():
        places = [(place.begin, place.end) for place in pool.placement]
        yield ("desktops", "pools", name, "placement"), f"placement of {name}", places, False


def _chain(
    city: City, key: Key, thing: str, periods: Sequence[tuple[date, date | None]], *, closed: bool
) -> Iterator[Message]:
    for number in range(1, len(periods)):
        end, begin = periods[number - 1][1], periods[number][0]
        where = city.where(*key, number)
        if end is None or begin <= end:
            params = {"thing": thing, "end": end or "–", "begin": begin}
            yield Message("INV123", where, params)
        elif begin != end + timedelta(days=1):
            yield Message("INV122", where, {"thing": thing, "end": end, "begin": begin})
    if not closed and not any(begin <= city.today and (end is None or city.today <= end) for begin, end in periods):
        yield Message("INV124", city.where(*key), {"thing": thing, "day": city.today})
