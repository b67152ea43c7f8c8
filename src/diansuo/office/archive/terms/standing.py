"""The rows that changes are about: whose they are, and whether they still stand. Asked by the system for nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from diansuo.office.archive.models import Contract, MeteringPoint
from diansuo.office.archive.terms.changes import TermChange
from diansuo.office.base.periods import PeriodModel

AT_ONCE = 500
MANY = 5_000


@dataclass(slots=True)
class Touched:
    """Whose bills a change moves: the points by change, and the contracts."""

    points: dict[int, list[int]] = field(default_factory=dict)
    rows: dict[int, Any] = field(default_factory=dict)

    @property
    def every_point(self) -> set[int]:
        """All of them."""
        return {point for points in self.points.values() for point in points}


def standing_rows(
    changes: Sequence[TermChange], *, to_read: bool = False
) -> dict[tuple[type[PeriodModel], int], Any]:
    """Return the rows that changes are about, by model and id; those that are gone are not there.

    ``to_read``: very many come as named tuples of their columns, which take a third of the time of objects.
    """
    wanted: dict[type[PeriodModel], list[int]] = defaultdict(list)
    for change in changes:
        if change.row is not None:
            wanted[change.model].append(change.row)
    found = {}
    for model, ids in wanted.items():
        for row in _columns(model, ids) if to_read and len(ids) > MANY else _rows(model, ids):
            found[model, row.id] = row
    return found


def _rows(model: type[PeriodModel], ids: list[int]) -> Iterator[Any]:
    """Yield the rows of some ids; of very many, the run they lie in is read once and the others are left out."""
    if len(ids) > MANY:
        mine = set(ids)
        yield from (row for row in _run(model, ids).iterator(chunk_size=MANY) if row.pk in mine)
        return
    for start in range(0, len(ids), AT_ONCE):
        yield from model.objects.filter(pk__in=ids[start : start + AT_ONCE])


def _columns(model: type[PeriodModel], ids: list[int]) -> Iterator[Any]:
    mine, columns = set(ids), [each.attname for each in model._meta.concrete_fields]
    run = _run(model, ids).values_list(*columns, named=True)
    yield from (row for row in run.iterator(chunk_size=MANY) if row.id in mine)


def _run(model: type[PeriodModel], ids: list[int]) -> QuerySet[Any]:
    return model.objects.filter(pk__gte=min(ids), pk__lte=max(ids))


def unchanged(changes: Sequence[TermChange]) -> bool:
    """Tell whether every row still has the values that were said to stand before, and is still open."""
    rows = standing_rows(changes)
    for change in changes:
        if change.row is None:
            continue
        row = rows.get((change.model, change.row))
        if row is None or (not change.in_place and row.valid_to is not None):
            return False
        if any(getattr(row, name) != value for name, value in change.before.items()):
            return False
    return True


def points_of(changes: Sequence[TermChange]) -> Touched:
    """Return the metering points that each change moves, by its place; those of a whole contract where it is one."""
    rows = standing_rows(changes, to_read=True)
    touched = Touched()
    of_contract: dict[int, list[int]] = defaultdict(list)
    for at, change in enumerate(changes):
        row = rows.get((change.model, change.row)) if change.row is not None else None
        touched.rows[at] = row
        if hasattr(row, "route_id"):
            of_route = MeteringPoint.objects.filter(route=row.route_id, contract__isnull=False)
            touched.points[at] = list(of_route.order_by("pk").values_list("pk", flat=True))
            continue
        owner = {**change.key, **({"point_id": row.point_id} if hasattr(row, "point_id") else {})}
        if hasattr(row, "contract_id"):
            owner["contract_id"] = row.contract_id
        elif change.model is Contract and row is not None:
            owner["contract_id"] = row.id
        if owner.get("point_id") is not None:
            touched.points[at] = [owner["point_id"]]
        elif owner.get("contract_id") is not None:
            of_contract[owner["contract_id"]].append(at)
    contracts = sorted(of_contract)
    for start in range(0, len(contracts), AT_ONCE):
        for point, contract in MeteringPoint.objects.filter(
            contract__in=contracts[start : start + AT_ONCE]
        ).values_list("pk", "contract_id"):
            for at in of_contract[contract]:
                touched.points.setdefault(at, []).append(point)
    return touched
