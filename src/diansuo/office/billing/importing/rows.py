"""What lists about customers' money have in common: whose row it is, amounts in fen, refusals in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from diansuo.office.archive.models import Customer
from diansuo.office.base.imports.rows import RowRefused
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.base.modes import guards
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.read import Parsed

LARGEST = 10**13
MANY = 5_000


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer of the archive: keys, how its station runs, and its contract where it has one only."""

    customer_id: int
    station_id: int
    mode: str
    contract_id: int | None


def holders(sheets: Sequence[Parsed], scope: Scope) -> dict[str, list[Holder]]:
    """Return the customers of these sheets by number, several where companies share one."""
    numbers = sorted({number for sheet in sheets for number in sheet.values["customer"] if number})
    found: dict[str, list[Holder]] = {}
    for start in range(0, len(numbers), MANY):
        rows = (
            Customer.objects.filter(scope.limit("station"), number__in=numbers[start : start + MANY])
            .annotate(held=Count("contracts"), contract=Min("contracts"))
            .values_list("number", "id", "station_id", "station__mode", "held", "contract")
        )
        for number, customer_id, station_id, mode, held, contract_id in rows:
            one = Holder(customer_id, station_id, mode, contract_id if held == 1 else None)
            found.setdefault(number, []).append(one)
    return found


def holder_beside(found: dict[str, list[Holder]], number: str) -> Holder:
    """Return the customer of a row that only a station beside another system takes.

    Raises:
        RowRefused: not in the archive, in several companies, or of a station that runs alone.
    """
    known = found.get(number, [])
    if not known:
        raise RowRefused("用户编号", number, _("档案中没有该用户"), _("先导入用户档案，或核对用户编号"))
    if len(known) > 1:
        raise RowRefused("用户编号", number, _("几个供电公司都有这个编号"), _("由该公司人员导入"))
    if known[0].mode != guards.BESIDE:
        raise RowRefused("用户编号", number, *guards.words(guards.BESIDE))
    return known[0]


def whole(value: Decimal, column: str, places: int, reason: str) -> int:
    """Return a decimal as an integer of a smaller unit: fen of yuan (2 places), Wh of kWh (3).

    Raises:
        RowRefused: it has more places, or is beyond any bill.
    """
    moved = value.scaleb(places)
    if moved != moved.to_integral_value() or abs(moved) > LARGEST:
        raise RowRefused(column, value, reason, _("核对这一列"))
    return int(moved)


def later_changes(batch: ImportBatch, model: Any) -> list[str]:
    """Say which later imports changed what a batch made or changed in a table: they must be taken back first."""
    label = model._meta.label
    made = model._base_manager.filter(batch=batch).values("id")
    changed = ImportChange.objects.filter(batch=batch, model=label).values("row")
    later = ImportChange.objects.filter(
        model=label,
        batch__gt=batch.pk,
        batch__state__in=(ImportBatch.State.APPLIED, ImportBatch.State.APPLYING),
    )
    numbers = set(later.filter(row__in=made).values_list("batch", flat=True))
    numbers |= set(later.filter(row__in=changed).values_list("batch", flat=True))
    return [
        _("之后的导入批次 %(batch)s 改过这些记录，请先撤回它") % {"batch": number}
        for number in sorted(numbers)
    ]
