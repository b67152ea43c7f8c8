"""What the archive knows of the areas and customers that a list of low-voltage lines names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from diansuo.office.archive.models import Customer, PointArea, TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.network.lines.rows import Owner, Row

MANY: Final = 500


@dataclass(slots=True)
class Holder:
    """A customer of the archive: the points it has, each with its area's id and number."""

    points: list[tuple[int, int, str]]


def areas(numbers: Iterable[str], scope: Scope, station: str) -> dict[str, list[Owner]]:
    """Return the areas of these numbers, several where companies share one; of the station named, if any."""
    wanted = sorted(numbers)
    found: dict[str, list[Owner]] = {}
    for start in range(0, len(wanted), MANY):
        rows = TransformerArea.objects.filter(scope.limit("station"), number__in=wanted[start : start + MANY])
        if station:
            rows = rows.filter(station__name=station)
        for number, pk, station_id in rows.values_list("number", "id", "station_id"):
            found.setdefault(number, []).append(Owner(pk, station_id))
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
        tuple(point for number in row.hung for point in _of(known[number], row.owner_id)) for row in lines
    ]


def _of(holder: Holder, area_id: int) -> list[int]:
    here = [point for point, area, _number in holder.points if area == area_id]
    return here or [point for point, _area, _number in holder.points]


def remark(row: Row, known: Mapping[str, Holder]) -> str:
    """Say which customers of a row the archive has on another area; nothing where all are here."""
    said = []
    for number in row.hung:
        elsewhere = sorted({area_number for _point, _area, area_number in known[number].points})
        if elsewhere and row.owner not in elsewhere:
            said.append(
                _("档案里 %(customer)s 挂在 %(area)s") % {"customer": number, "area": _("、").join(elsewhere)}
            )
    return _("；").join(said)


def left_out(lines: Sequence[Row], known: Mapping[str, Holder], day: date) -> list[str]:
    """Say how many of an area's customers are not on its list."""
    named = {point for row in lines for one in row.hung if one in known for point, *_a in known[one].points}
    hangs = PointArea.objects.in_force(day).filter(area=lines[0].owner_id, point__contract__isnull=False)
    missing = len(set(hangs.values_list("point", flat=True)) - named)
    if not missing:
        return []
    words = _("%(area)s：档案里另有 %(count)d 户不在清单里，计算时按平均位置接入")
    return [words % {"area": lines[0].owner, "count": missing}]
