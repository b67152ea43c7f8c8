"""Why a line is what it is: its arithmetic, its step or period, since when and by which document, and the rounding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from diansuo.core.rules import Entry
from diansuo.core.tariff import Component, VoltageClass
from diansuo.core.tariff.shapes import shape_of
from diansuo.office.base import wording
from diansuo.office.billing import wording as billing
from diansuo.office.billing.explaining.stored import Stored
from diansuo.office.billing.models import BillLine

FEN: Final = Decimal("0.01")
# What a quantity times a price comes to in yuan: Wh, VA-days and W-days are thousandths, fen are hundredths.
YUAN_PLACES: Final = {BillLine.Unit.FEN: -11}
USUAL_YUAN_PLACES: Final = -12


@dataclass(frozen=True, slots=True)
class LineReason:
    """Why a line is what it is: what it charges for, how it is computed, why it applies, and by which rule."""

    sequence: int
    title: str
    arithmetic: str
    reason: str
    rule: str
    amount_fen: int

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        told = [f"{self.title}：{self.arithmetic}", *(each for each in (self.reason, self.rule) if each)]
        return _("；").join(told) + _("。")


def reasons(stored: Stored) -> list[LineReason]:
    """Return why each line of a bill is what it is, from what is stored with it, in the language of the page."""
    limits = _limits(stored)
    return [
        LineReason(
            sequence=line.sequence,
            title=billing.line_title(line.component, line.step, line.band, line.part),
            arithmetic=arithmetic(line),
            reason=_reason(stored, line, limits),
            rule=_rule(line),
            amount_fen=line.amount_fen,
        )
        for line in stored.lines
    ]


def arithmetic(line: BillLine) -> str:
    """Write quantity × price = amount, with what the rounding to the fen made of it."""
    unit = billing.UNITS[BillLine.Unit(line.unit)]
    price_unit = "%" if line.unit == BillLine.Unit.FEN else f" {unit.of_price}"
    made = (
        f"{billing.quantity(line.quantity, line.unit)} {unit.of_quantity} × "
        f"{billing.price(line.price_nano, line.unit)}{price_unit}"
    )
    exact = (Decimal(line.quantity) * Decimal(line.price_nano)).scaleb(
        YUAN_PLACES.get(BillLine.Unit(line.unit), USUAL_YUAN_PLACES)
    )
    if line.days:
        made += _(" ÷ %(days)s 天") % {"days": line.days}
        exact /= line.days
    amount = wording.yuan(line.amount_fen)
    if exact == exact.quantize(FEN):
        return _("%(made)s = %(amount)s 元") % {"made": made, "amount": amount}
    values = {"made": made, "exact": f"{exact:,.5f}".rstrip("0"), "amount": amount}
    return _("%(made)s = %(exact)s，四舍五入到分得 %(amount)s 元") % values


def _limits(stored: Stored) -> tuple[int, ...]:
    """Return the limits of the year's steps by the values the bill used; none for a price without steps."""
    for line in stored.lines:
        if line.component == Component.BASE and line.rule.content["kind"] == "annual_steps":
            entry = Entry.from_slice(line.rule.content)
            shape = shape_of(entry, VoltageClass(stored.bill.voltage_class))
            return shape.limits_wh[stored.bill.months_in_year]
    return ()


def _reason(stored: Stored, line: BillLine, limits: tuple[int, ...]) -> str:
    """Say why the line applies to so much energy."""
    bill, component = stored.bill, Component(line.component)
    said = []
    if line.part and (part := next((one for one in stored.parts if one.part == line.part), None)):
        said.append(
            _("调价第%(part)s段 %(start)s 至 %(end)s")
            % {"part": line.part, "start": part.from_date, "end": part.to_date}
        )
    if component in (Component.BASE, Component.STEP) and line.step > 1 and len(limits) >= line.step - 1:
        values = {
            "limit": wording.kilowatt_hours(limits[line.step - 2]),
            "before": wording.kilowatt_hours(bill.year_to_date_wh),
            "after": wording.kilowatt_hours(bill.year_to_date_wh + bill.energy_wh),
            "step": line.step,
        }
        said.append(_("年度累计 %(before)s → %(after)s kWh，第%(step)s档从 %(limit)s kWh 起") % values)
    elif component == Component.BASE and limits:
        said.append(_("全部电量先按第一档价"))
    elif component in (Component.PEAK, Component.VALLEY):
        said.append(_("分时电量按时段加价或优惠"))
    elif component == Component.POWER_FACTOR:
        values = {
            "factor": wording.hundredths(bill.power_factor),
            "varh": wording.kilowatt_hours(bill.reactive_varh),
        }
        said.append(_("功率因数 %(factor)s（无功 %(varh)s kvarh），乘参加调整的各项电费之和") % values)
    if line.remainder_wh:
        moved = {
            "what": billing.remainder_title(line.component),
            "energy": wording.kilowatt_hours(line.remainder_wh),
        }
        said.append(_("%(what)s %(energy)s kWh") % moved)
    return _("；").join(said)


def _rule(line: BillLine) -> str:
    """Say which values hold since when, and who published them."""
    source = line.rule.source
    document = " ".join(each for each in (source.get("document"), source.get("clause")) if each)
    values = {
        "rule": billing.rule_title(line.rule.rule_id),
        "day": line.rule.effective_date.isoformat(),
        "document": document or wording.NOTHING,
    }
    return _("“%(rule)s”自 %(day)s 起执行，依据 %(document)s") % values
