"""The import kind ``market_prices``: what market customers pay for their energy, month by month and by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.quantity.month import first_day, next_month
from diansuo.office.archive.importing.supply_lists import MANY, contracts_of, later_changes, scaled
from diansuo.office.archive.models import MarketPrice
from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.imports.rows import RowRefused, read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.read import parse_columns, read_tables

DECIMAL = ColumnKind.DECIMAL
COLUMNS: Final = (
    Column("customer", "用户编号", "Customer number", ColumnKind.ID, True, ("户号", "用户号"), example="4102000011"),
    Column(
        "month", "用电月份", "Month of use", ColumnKind.MONTH, True, ("年月", "月份", "交易月份", "结算月份"),
        example="202603",
    ),
    Column("sharp", "尖电价", "Sharp (yuan/kWh)", DECIMAL, aliases=("尖峰电价", "尖")),
    Column("peak", "峰电价", "Peak (yuan/kWh)", DECIMAL, aliases=("高峰电价", "峰"), example="0.52"),
    Column(
        "flat", "平电价", "Flat (yuan/kWh)", DECIMAL, True, ("平段电价", "平", "交易电价", "市场交易电价", "零售电价"),
        example="0.41", help=gettext_lazy("各时段同价的只填这一列"),
    ),
    Column("valley", "谷电价", "Valley (yuan/kWh)", DECIMAL, aliases=("低谷电价", "谷"), example="0.31"),
    Column("deep_valley", "深谷电价", "Deep valley (yuan/kWh)", DECIMAL, aliases=("深谷",)),
)  # fmt: skip
BANDS: Final = ("sharp", "peak", "flat", "valley", "deep_valley")
FIELDS: Final = tuple(f"{band}_nano" for band in BANDS)
LARGEST_NANO: Final = 10 * 10**9


@dataclass(frozen=True, slots=True)
class Priced:
    """A readable row: whose prices of which month, nano-yuan by period, ``None`` where the period has none."""

    sheet: str
    number: int
    customer: str
    contract: int
    month: int
    prices: tuple[int | None, ...]

    @property
    def key(self) -> tuple[int, int]:
        """Return what prices are kept under: contract and month."""
        return self.contract, self.month


def plan(source: Source) -> Plan:
    """Say what a list of market prices would store, row by row.

    Raises:
        SheetRefused: not such a list.
    """
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    sheets = [parse_columns(table, COLUMNS) for table in tables]
    numbers = [number for sheet in sheets for number in sheet.values["customer"] if number]
    verdicts = Verdicts()
    read = partial(_row, found=contracts_of(numbers, source.scope))
    rows = _once(list(read_rows(sheets, verdicts, read)), verdicts)
    held = _held(rows)
    new: list[Priced] = []
    changed: list[tuple[MarketPrice, Priced]] = []
    for row in rows:
        standing = held.get(row.key)
        if standing is None:
            new.append(row)
            verdicts.add(row.sheet, row.number, Outcome.NEW, row.customer)
        elif _prices(standing) == row.prices:
            verdicts.add(row.sheet, row.number, Outcome.UNCHANGED, row.customer)
        else:
            changed.append((standing, row))
            verdicts.add(row.sheet, row.number, Outcome.CHANGED, row.customer)
    notes = [note for table in tables for note in table.notes]
    writes = [partial(_store, rows=new[at : at + MANY]) for at in range(0, len(new), MANY)]
    writes += [partial(_change, rows=changed[at : at + MANY]) for at in range(0, len(changed), MANY)]
    return Plan(verdicts, writes, None, notes)


def blockers(batch: ImportBatch) -> list[str]:
    """Say which later imports changed the prices of a batch."""
    return later_changes(batch, MarketPrice)


MARKET_PRICES = Kind(
    name="market_prices",
    title=gettext_lazy("市场交易电价"),
    columns=COLUMNS,
    plan=plan,
    made=(MarketPrice,),
    blockers=blockers,
)


def _row(sheet: str, number: int, cells: dict[str, Any], *, found: dict[str, list[int]]) -> Priced:
    known = found.get(cells["customer"], [])
    if not known:
        raise RowRefused(
            "用户编号", cells["customer"], _("档案中没有该用户"), _("先导入用户档案，或核对用户编号")
        )
    if len(known) > 1:
        raise RowRefused("用户编号", cells["customer"], _("该用户有几份合同"), _("由各供电所分别导入"))
    prices = [None if cells[band] is None else _price(cells[band], band) for band in BANDS]
    if all(price is None for band, price in zip(BANDS, prices, strict=True) if band != "flat"):
        prices = [prices[BANDS.index("flat")]] * len(BANDS)
    return Priced(sheet, number, cells["customer"], known[0], cells["month"], tuple(prices))


def _price(value: Any, band: str) -> int:
    heading = next(column.heading for column in COLUMNS if column.field == band)
    nano = scaled(value, heading, 9, "元/kWh")
    if abs(nano) >= LARGEST_NANO:
        raise RowRefused(heading, value, _("电价应在 ±10 元/kWh 之间"), _("以 元/kWh 填写，例如 0.4123"))
    return nano


def _once(rows: Sequence[Priced], verdicts: Verdicts) -> list[Priced]:
    """Return the rows of a customer and month that stand once in the file; the others get their verdict."""
    first: dict[tuple[int, int], Priced] = {}
    for row in rows:
        before = first.setdefault(row.key, row)
        if before is row:
            continue
        if before.prices == row.prices:
            verdicts.add(row.sheet, row.number, Outcome.UNCHANGED, row.customer, reason=_("与前面的行重复"))
        else:
            verdicts.add(
                row.sheet, row.number, Outcome.REFUSED, row.customer, column="用电月份", value=str(row.month),
                reason=_("同一用户同一月有几行不同的电价"), remedy=_("只留一行"),
            )  # fmt: skip
    return list(first.values())


def _held(rows: Sequence[Priced]) -> dict[tuple[int, int], MarketPrice]:
    contracts = sorted({row.contract for row in rows})
    days = {first_day(row.month): row.month for row in rows}
    found: dict[tuple[int, int], MarketPrice] = {}
    for start in range(0, len(contracts), MANY):
        part = MarketPrice.objects.filter(contract__in=contracts[start : start + MANY], valid_from__in=days)
        found |= {(one.contract_id, days[one.valid_from]): one for one in part}
    return found


def _prices(standing: MarketPrice) -> tuple[int | None, ...]:
    return tuple(getattr(standing, name) for name in FIELDS)


def _store(batch: ImportBatch, rows: Sequence[Priced]) -> None:
    MarketPrice.objects.bulk_create(
        MarketPrice(
            contract_id=row.contract,
            valid_from=first_day(row.month),
            valid_to=first_day(next_month(row.month)),
            batch=batch,
            **dict(zip(FIELDS, row.prices, strict=True)),
        )
        for row in rows
    )


def _change(batch: ImportBatch, rows: Sequence[tuple[MarketPrice, Priced]]) -> None:
    notes = []
    for standing, row in rows:
        for name, before, after in zip(FIELDS, _prices(standing), row.prices, strict=True):
            if before != after:
                notes.append(note_change(batch, standing, name, before, after))
                setattr(standing, name, after)
    ImportChange.objects.bulk_create(notes)
    MarketPrice.objects.bulk_update([standing for standing, _row in rows], FIELDS)
