"""What the archive knows of the areas and customers that a list of lines names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from diansuo.office.archive.models import Customer, PointArea, TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.read import Parsed

if TYPE_CHECKING:
    from diansuo.office.network.lines.importing import Row

MANY: Final = 500


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the archive."""

    pk: int
    station_id: int


@dataclass(slots=True)
class Holder:
    """A customer of the archive: the points it has, each with its area's id and number."""

    points: list[tuple[int, int, str]]


def areas(sheets: Sequence[Parsed], scope: Scope, station: str) -> dict[str, list[Area]]:
    """Return the areas of these sheets by number, several where companies share one; of the station named, if any."""
    wanted = sorted({number for sheet in sheets for number in sheet.values["area"] if number})
    found: dict[str, list[Area]] = {}
    for start in range(0, len(wanted), MANY):
        rows = TransformerArea.objects.filter(scope.limit("station"), number__in=wanted[start : start + MANY])
        if station:
            rows = rows.filter(station__name=station)
        for number, pk, station_id in rows.values_list("number", "id", "station_id"):
            found.setdefault(number, []).append(Area(pk, station_id))
    return found


def customers(numbers: set[str], scope: Scope, day: date) -> dict[str, Holder]:
    """Return the customers of these numbers with the points they have on a day, as far as the viewer may see them."""
    found: dict[str, Holder] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), MANY):
        part = wanted[start : start + MANY]
        own = Customer.objects.filter(scope.limit("station"), number__in=part)
        for number in own.values_list("number", flat=True):
            found[number] = Holder([])
        hangs = PointArea.objects.in_force(day).filter(point__contract__customer__in=own).order_by("point")
        for number, point, area, area_number in hangs.values_list(
            "point__contract__customer__number", "point", "area", "area__number"
        ):
            found[number].points.append((point, area, area_number))
    return found


def points(lines: Sequence[Row], known: Mapping[str, Holder]) -> list[tuple[int, ...]]:
    """Return the points at the end of each row: of a customer those of this area, where it has any here."""
    return [
        tuple(point for number in row.customers for point in _of(known[number], row.area_id)) for row in lines
    ]


def _of(holder: Holder, area_id: int) -> list[int]:
    here = [point for point, area, _number in holder.points if area == area_id]
    return here or [point for point, _area, _number in holder.points]


def left_out(lists: Iterable[Sequence[Row]], known: Mapping[str, Holder], day: date) -> list[str]:
    """Say of which areas customers are not on the list."""
    notes = []
    for lines in lists:
        area = lines[0].area_id
        named = {
            point
            for row in lines
            for one in row.customers
            if one in known
            for point, *_a in known[one].points
        }
        hangs = PointArea.objects.in_force(day).filter(area=area, point__contract__isnull=False)
        missing = len(set(hangs.values_list("point", flat=True)) - named)
        if missing:
            notes.append(
                _("%(area)s：档案里另有 %(count)d 户不在清单里，计算时按平均位置接入")
                % {"area": lines[0].area, "count": missing}
            )
    return notes
