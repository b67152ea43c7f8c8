"""What the archive knows of the feeders and areas that a list of 10 kV lines names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from diansuo.office.archive.models import AreaTerm, Feeder, MeteringPoint, TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.network.lines.rows import Owner, Row

MANY: Final = 500


@dataclass(frozen=True, slots=True)
class Hung:
    """An area of the archive, and the feeder it hangs on by the archive: its id and name, None and "" without."""

    pk: int
    feeder: int | None
    feeder_name: str


def feeders(names: Iterable[str], scope: Scope, station: str) -> dict[str, list[Owner]]:
    """Return the feeders of these names or numbers that the viewer's stations have something on.

    A feeder belongs to the station that has its gate, else to the only one with an area on it, else to none.
    """
    wanted = sorted(names)
    mine = _of_stations(scope, station)
    gates = dict(
        MeteringPoint.objects.filter(gate_of__isnull=False).values_list("gate_of", "station").order_by("-pk")
    )
    found: dict[str, list[Owner]] = {}
    for start in range(0, len(wanted), MANY):
        part = wanted[start : start + MANY]
        rows = Feeder.objects.filter(Q(name__in=part) | Q(number__in=part), pk__in=list(mine))
        for pk, name, number in rows.values_list("id", "name", "number"):
            sole = next(iter(mine[pk])) if len(mine[pk]) == 1 else None
            for each in {name, number} & set(part):
                found.setdefault(each, []).append(Owner(pk, gates.get(pk, sole)))
    return found


def _of_stations(scope: Scope, station: str) -> dict[int, set[int]]:
    """Return the feeders of the viewer's areas and gates, each with the stations."""
    terms = AreaTerm.objects.filter(scope.limit("area__station"), feeder__isnull=False)
    points = MeteringPoint.objects.filter(scope.limit("station"), gate_of__isnull=False)
    if station:
        terms, points = terms.filter(area__station__name=station), points.filter(station__name=station)
    found: dict[int, set[int]] = {}
    for feeder, of in (
        *terms.values_list("feeder", "area__station").distinct(),
        *points.values_list("gate_of", "station"),
    ):
        found.setdefault(feeder, set()).add(of)
    return found


def areas(numbers: set[str], scope: Scope, day: date) -> dict[str, list[Hung]]:
    """Return the areas of these numbers with the feeder they hang on, as far as the viewer may see them."""
    found: dict[str, list[Hung]] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), MANY):
        rows = TransformerArea.objects.filter(scope.limit("station"), number__in=wanted[start : start + MANY])
        terms = AreaTerm.objects.in_force(day).filter(area__in=rows).select_related("feeder")
        on = {term.area_id: term.feeder for term in terms}
        for pk, number in rows.values_list("id", "number"):
            feeder = on.get(pk)
            hung = Hung(pk, feeder and feeder.pk, feeder.name if feeder else "")
            found.setdefault(number, []).append(hung)
    return found


def area_ids(lines: Sequence[Row], known: Mapping[str, list[Hung]]) -> list[tuple[int, ...]]:
    """Return the areas at the end of each row: where companies share a number, the one on this feeder."""
    return [tuple(_one(known[number], row.owner_id).pk for number in row.hung) for row in lines]


def _one(hung: list[Hung], feeder: int) -> Hung:
    return next((one for one in hung if one.feeder == feeder), hung[0])


def remark(row: Row, known: Mapping[str, list[Hung]]) -> str:
    """Say which areas of a row the archive has on another feeder, or on none."""
    said = []
    for number in row.hung:
        one = _one(known[number], row.owner_id)
        if one.feeder != row.owner_id:
            words = _("档案里 %(area)s 挂在 %(feeder)s") if one.feeder else _("档案里 %(area)s 没有挂线路")
            said.append(words % {"area": number, "feeder": one.feeder_name})
    return _("；").join(said)


def left_out(lines: Sequence[Row], known: Mapping[str, list[Hung]], day: date) -> list[str]:
    """Say how many of a feeder's transformers are not on its list."""
    named = {_one(known[one], row.owner_id).pk for row in lines for one in row.hung if one in known}
    on = AreaTerm.objects.in_force(day).filter(feeder=lines[0].owner_id).values_list("area", flat=True)
    missing = len(set(on) - named)
    if not missing:
        return []
    words = _("%(feeder)s：档案里另有 %(count)d 台配变不在清单里，计算时按平均位置接入")
    return [words % {"feeder": lines[0].owner, "count": missing}]
