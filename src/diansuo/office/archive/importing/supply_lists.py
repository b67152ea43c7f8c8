"""What the lists of loss tables and of market prices have in common: whose they are, numbers, later imports."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _

from diansuo.office.archive.models import Contract
from diansuo.office.base.imports.kinds import Source
from diansuo.office.base.imports.rows import RowRefused
from diansuo.office.base.models import ImportBatch, ImportChange, Station
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.problems import SheetRefused

MANY: Final = 500
LARGEST: Final = 4 * 10**12


def station_of(source: Source) -> Station:
    """Return the station a file is for: the one named, else the only one the importer has.

    Raises:
        SheetRefused: there is none of the name, or there are several.
    """
    mine = source.scope.stations()
    named = source.options.station
    found = list(mine.filter(name=named) if named else mine)
    if len(found) == 1:
        return found[0]
    if named:
        raise SheetRefused(_("没有供电所“%(name)s”") % {"name": named}, _("核对供电所名称"), source.file_name)
    raise SheetRefused(_("看不出是哪个供电所的"), _("导入时填供电所（--station 名称）"), source.file_name)


def contracts_of(numbers: Sequence[str], scope: Scope) -> dict[str, list[int]]:
    """Return the contracts of customers by their number, as far as the viewer may see them."""
    found: dict[str, list[int]] = {}
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), MANY):
        rows = Contract.objects.filter(
            scope.limit("customer__station"), customer__number__in=wanted[start : start + MANY]
        ).values_list("customer__number", "pk")
        for number, contract in rows:
            found.setdefault(number, []).append(contract)
    return found


def scaled(value: Decimal, column: str, places: int, unit: str) -> int:
    """Return a number in the smaller unit it is kept in: Wh of kWh (3 places), nano-yuan of yuan (9).

    Raises:
        RowRefused: it has more places, or is beyond reason.
    """
    moved = value.scaleb(places)
    if moved != moved.to_integral_value() or abs(moved) > LARGEST:
        raise RowRefused(
            column,
            value,
            _("应为至多%(places)d位小数的数") % {"places": places},
            _("以 %(unit)s 填写") % {"unit": unit},
        )
    return int(moved)


def positive(value: Decimal, column: str, places: int, unit: str, *, or_zero: bool = False) -> int:
    """Return a number as :func:`scaled` does, refusing one below 0, and 0 itself unless it may be."""
    number = scaled(value, column, places, unit)
    if number < 0 or (number == 0 and not or_zero):
        raise RowRefused(column, value, _("应大于0") if not or_zero else _("不应为负"), _("核对这一列"))
    return number


def later_changes(batch: ImportBatch, model: type[models.Model]) -> list[str]:
    """Say which later imports changed what a batch made or changed: they must be taken back first."""
    label = model._meta.label
    made: Any = model._base_manager.filter(batch=batch).values("id")
    mine = ImportChange.objects.filter(batch=batch, model=label).values("row")
    later = ImportChange.objects.filter(
        model=label,
        batch__gt=batch.pk,
        batch__state__in=(ImportBatch.State.APPLIED, ImportBatch.State.APPLYING),
    )
    numbers = set(later.filter(row__in=made).values_list("batch", flat=True))
    numbers |= set(later.filter(row__in=mine).values_list("batch", flat=True))
    return [
        _("之后的导入批次 %(batch)s 改过这些记录，请先撤回它") % {"batch": number}
        for number in sorted(numbers)
    ]
