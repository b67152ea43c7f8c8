"""The import kind ``payments``: what banks and channels report as paid, booked once a company by its reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive.models import Customer
from diansuo.office.base.bulk import insert_columns
from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.rows import RowRefused, read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.base.modes import guards
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.read import parse_columns, read_tables
from diansuo.office.base.wording import yuan
from diansuo.office.collection import operations
from diansuo.office.collection.models import Payment

COLUMNS: Final = (
    Column("customer", "用户编号", "Customer number", ColumnKind.ID, True, ("户号", "用户号"), example="4102000011"),
    Column(
        "amount", "金额", "Amount", ColumnKind.DECIMAL, True, ("收费金额", "实收金额", "交费金额", "缴费金额"),
        example="218.45",
    ),
    Column(
        "paid_date", "收费日期", "Paid on", ColumnKind.DATE, True, ("交费日期", "缴费日期", "到账日期"),
        example="2024-08-09",
    ),
    Column("channel", "渠道", "Channel", aliases=("收费渠道", "缴费渠道", "交费方式"), example="网上国网"),
    Column(
        "reference", "流水号", "Reference", ColumnKind.ID, True, ("交易流水号", "收费流水号", "凭证号"),
        example="202408000001",
    ),
)  # fmt: skip
UNNAMED_CHANNEL: Final = "未注明"
CHANNEL_LENGTH: Final = 20
REFERENCE_LENGTH: Final = 64
LARGEST_FEN: Final = 10**13
MANY: Final = 5_000


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer of the archive, by the keys a payment needs."""

    customer_id: int
    station_id: int
    company_id: int
    mode: str


Key = tuple[int, str, str]
Facts = tuple[int, int, date]


@dataclass(frozen=True, slots=True)
class PaidRow:
    """A readable row: who paid how much, when, by which channel, under which reference."""

    sheet: str
    number: int
    customer: str
    payer: Payer
    amount_fen: int
    paid_date: date
    channel: str
    reference: str

    @property
    def key(self) -> Key:
        """Return what a payment is booked under: company, channel, reference."""
        return self.payer.company_id, self.channel, self.reference

    @property
    def facts(self) -> Facts:
        """Return what must agree where the same reference comes again: customer, fen, day."""
        return self.payer.customer_id, self.amount_fen, self.paid_date


def plan(source: Source) -> Plan:
    """Say what a payment file would book, row by row.

    Raises:
        SheetRefused: not a payment file, or every station of the viewer's runs beside a system that collects.
    """
    guards.require_some(source.scope, guards.ALONE, source.file_name)
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    sheets = [parse_columns(table, COLUMNS) for table in tables]
    verdicts = Verdicts()
    numbers = {number for sheet in sheets for number in sheet.values["customer"] if number}
    read = partial(_row, customers=_customers(numbers, source.scope), today=source.today)
    rows = list(read_rows(sheets, verdicts, read))
    new = _judge(rows, source.scope, verdicts)
    stations = {row.payer.station_id for row in rows}
    station = Station.objects.get(pk=stations.pop()) if len(stations) == 1 else None
    notes = [note for table in tables for note in table.notes]
    if new:
        notes.append(
            _("新收 %(count)d 笔，共 %(amount)s 元")
            % {"count": len(new), "amount": yuan(sum(row.amount_fen for row in new))}
        )
    return Plan(verdicts, _writes(new), station, notes)


PAYMENTS = Kind(
    name="payments",
    title=gettext_lazy("收费记录"),
    columns=COLUMNS,
    plan=plan,
    made=(Payment,),
    blockers=lambda _batch: [],
    permission="base.take_payments",
    before_withdrawal=operations.take_back_payments,
)


def _customers(numbers: set[str], scope: Scope) -> dict[str, list[Payer]]:
    """The customer of every number, several where companies share a number."""
    found: dict[str, list[Payer]] = {}
    ordered = sorted(numbers)
    for start in range(0, len(ordered), MANY):
        rows = Customer.objects.filter(scope.limit("station"), number__in=ordered[start : start + MANY])
        for number, *keys in rows.values_list("number", "id", "station_id", "company_id", "station__mode"):
            found.setdefault(number, []).append(Payer(*keys))
    return found


def _row(
    sheet: str, number: int, cells: dict[str, Any], customers: dict[str, list[Payer]], today: date
) -> PaidRow:
    found = customers.get(cells["customer"], [])
    if not found:
        raise RowRefused(
            "用户编号", cells["customer"], _("档案中没有该用户"), _("先导入用户档案，或核对用户编号")
        )
    if len(found) > 1:
        raise RowRefused("用户编号", cells["customer"], _("几个供电公司都有这个编号"), _("由该公司人员导入"))
    if found[0].mode != guards.ALONE:
        raise RowRefused("用户编号", cells["customer"], *guards.words(guards.ALONE))
    if cells["paid_date"] > today:
        raise RowRefused("收费日期", cells["paid_date"], _("收费日期还没到"), _("核对收费日期"))
    channel = cells["channel"] or UNNAMED_CHANNEL
    for column, text, length in (
        ("渠道", channel, CHANNEL_LENGTH),
        ("流水号", cells["reference"], REFERENCE_LENGTH),
    ):
        if len(text) > length:
            raise RowRefused(column, text, _("超过 %(length)d 个字") % {"length": length}, _("核对这一列"))
    return PaidRow(
        sheet, number, cells["customer"], found[0], _fen(cells["amount"]), cells["paid_date"],
        channel, cells["reference"],
    )  # fmt: skip


def _fen(amount: Decimal) -> int:
    fen = amount.scaleb(2)
    if fen <= 0:
        raise RowRefused("金额", amount, _("收费金额必须大于 0"), _("退费请走退费流程"))
    if fen != fen.to_integral_value() or fen > LARGEST_FEN:
        raise RowRefused("金额", amount, _("金额应精确到分"), _("核对金额"))
    return int(fen)


def _judge(rows: Sequence[PaidRow], scope: Scope, verdicts: Verdicts) -> list[PaidRow]:
    """Give every row its verdict and return those to book."""
    booked = _booked(rows, scope)
    new: list[PaidRow] = []
    for row in rows:
        if row.key not in booked:
            booked[row.key] = row.facts
            new.append(row)
            verdicts.add(row.sheet, row.number, Outcome.NEW, row.customer)
        elif booked[row.key] == row.facts:
            verdicts.add(row.sheet, row.number, Outcome.UNCHANGED, row.customer, reason=_("这笔已经记过"))
        else:
            verdicts.add(
                row.sheet, row.number, Outcome.REFUSED, row.customer, column="流水号", value=row.reference,
                reason=_taken(booked[row.key]), remedy=_("核对流水号；是另一笔的，用它自己的流水号"),
            )  # fmt: skip
    return new


def _taken(facts: Facts | None) -> str:
    if facts is None:
        return _("该渠道的同一流水号已被使用")
    _customer, amount_fen, paid_date = facts
    return _("该渠道的同一流水号已记为 %(amount)s 元（%(day)s），与本行的用户、金额或日期不同") % {
        "amount": yuan(amount_fen),
        "day": paid_date,
    }


def _booked(rows: Sequence[PaidRow], scope: Scope) -> dict[Key, Facts | None]:
    """What the companies of these rows have booked under their references; None where it is not the viewer's."""
    references = sorted({row.reference for row in rows})
    companies = {row.payer.company_id for row in rows}
    found: dict[Key, Facts | None] = {}
    for start in range(0, len(references), MANY):
        held = Payment.objects.filter(
            company__in=companies, reference__in=references[start : start + MANY]
        ).values_list(
            "company_id",
            "channel",
            "reference",
            "customer__station",
            "customer_id",
            "amount_fen",
            "paid_date",
        )
        for company, channel, reference, station, *facts in held:
            found[company, channel, reference] = tuple(facts) if scope.allows(station) else None
    return found


def _writes(rows: Sequence[PaidRow]) -> list[Callable[[ImportBatch], None]]:
    made: list[Callable[[ImportBatch], None]] = []
    for start in range(0, len(rows), MANY):
        part = rows[start : start + MANY]
        made.append(lambda batch, part=part: _store(batch, part))
    return made


def _store(batch: ImportBatch, rows: Sequence[PaidRow]) -> None:
    customers = sorted({row.payer.customer_id for row in rows})
    operations.lock(customers)
    insert_columns(
        Payment,
        {
            "company": [row.payer.company_id for row in rows],
            "customer": [row.payer.customer_id for row in rows],
            "paid_date": [row.paid_date.isoformat() for row in rows],
            "amount_fen": [row.amount_fen for row in rows],
            "allocated_fen": [0] * len(rows),
            "channel": [row.channel for row in rows],
            "reference": [row.reference for row in rows],
            "taken_at": [batch.created_at.isoformat(sep=" ")] * len(rows),
            "batch": [batch.pk] * len(rows),
        },
    )
    operations.allocate_open(customers)
