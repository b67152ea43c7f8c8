"""What stands on a bill, as plain texts and whole numbers: shaped from what was read, ready for the template.

Amounts, quantities and prices are written here, by the same functions as on the page; the template only places them.
Why a bill differs from an earlier one stands under ``explanation`` where the caller asks for it, else that is None.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from diansuo.core.quantity.chinese_amount import in_words
from diansuo.core.quantity.rounding import round_half_away
from diansuo.core.tariff.classes import Component
from diansuo.office.base import wording
from diansuo.office.billing.documents.glyphs import MISSING, printable
from diansuo.office.billing.documents.history import bars
from diansuo.office.billing.documents.queries import Material
from diansuo.office.billing.explaining.why import Why
from diansuo.office.billing.marks import mark_words, marks_of
from diansuo.office.billing.models import Bill, BillLine, RuleSlice
from diansuo.office.billing.operations import COMMERCIAL
from diansuo.office.billing.steps import position_of
from diansuo.office.billing.wording import UNITS, factors, line_title, price, remainder_title, rule_title

Content = dict[str, Any]
ROWS_ON_A5: Final = 10
"""A bill of more rows than this (readings, lines and explanation together) goes on A4."""
COLUMNS_OF_A_FACT: Final = {"a5": 40, "a4": 84}
"""How many columns (a Chinese character takes two) fit between a label of the head and the amount to pay."""
UNCHECKED: Final = "※"


class Titles:
    """What rules are called, asked once a rule and not once a line."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}

    def __call__(self, rule_id: str) -> str:
        """Return what the rule is called."""
        if rule_id not in self._held:
            self._held[rule_id] = rule_title(rule_id)
        return self._held[rule_id]


def content_of(material: Material, titles: Callable[[str], str], why: Why | None = None) -> Content:
    """Return what stands on one bill, in the language that is active; with ``why`` also how it came to differ."""
    bill = material.bill
    readings, lines = _readings(material), _lines(material)
    explanation = _explanation(why)
    rows = len(readings[0]) + len(lines[0]) + (len(explanation["rows"]) if explanation else 0)
    size = "a5" if rows <= ROWS_ON_A5 and bill.price_class not in COMMERCIAL else "a4"
    found = {
        "size": size,
        "id": bill.pk,
        "period": bill.period,
        "month": wording.month(bill.period),
        "watermark": "" if bill.state == Bill.State.ISSUED else str(Bill.State(bill.state).label),
        **_parties(material),
        "facts": _wrapped(_facts(material), COLUMNS_OF_A_FACT[size]),
        "due": _due(material),
        "figures": _figures(material),
        "readings": readings,
        "lines": lines,
        "total": wording.yuan(bill.amount_fen),
        "in_words": amount_in_words(bill.amount_fen),
        "explanation": explanation,
        "position": _position(material),
        "bars": bars(bill.period, material.history),
        "notes": _notes(material),
        "proof": _proof(material, titles),
        "foot": _foot(material),
    }
    shown = printable_content(found)
    if any(MISSING in text for text in (shown["name"], shown["address"])):
        shown["notes"].append(_("%(sign)s 处为字库没有的字，以档案登记为准") % {"sign": MISSING})
    return shown


def printable_content(value: Any) -> Any:
    """Return content with every text such as the font can set."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: printable_content(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable_content(one) for one in value]
    return value


def _columns(rows: Iterable[Sequence[str]], width: int) -> list[list[str]]:
    """Turn rows into columns: the template sets a column at a time, which is several times faster than cells."""
    turned = [list(column) for column in zip(*rows, strict=True)]
    return turned or [[] for _column in range(width)]


def _parties(material: Material) -> Content:
    customer = material.bill.contract.customer
    return {
        "station": customer.station.name,
        "company": customer.station.company.name,
        "name": customer.name,
        "number": customer.number,
        "address": material.bill.contract.premise.address or wording.NOTHING,
        "manager": material.manager,
    }


def _facts(material: Material) -> list[list[str]]:
    bill = material.bill
    days = (bill.to_date - bill.from_date).days
    facts = [
        [_("用户编号"), bill.contract.customer.number],
        [_("用电地址"), bill.contract.premise.address or wording.NOTHING],
        [_("用电类别"), f"{bill.get_price_class_display()} · {bill.get_voltage_class_display()}"],
        [
            _("计费期间"),
            _("%(start)s 至 %(end)s · %(days)s 天")
            % {"start": bill.from_date.isoformat(), "end": bill.to_date.isoformat(), "days": days},
        ],
    ]
    if bill.issued_date:
        facts.append([_("发行日期"), bill.issued_date.isoformat()])
    if bill.price_class in COMMERCIAL and material.capacity_va:
        facts.append([_("合同容量"), f"{wording.kilovolt_amperes(material.capacity_va)} kVA"])
    return facts + _commercial_facts(bill) + _part_facts(material)


def _wrapped(facts: list[list[str]], columns: int) -> list[list[str]]:
    """Cut values too long for their place into rows; the first alone keeps the label."""
    rows = []
    for label, value in facts:
        line, width = "", 0
        for character in value:
            wide = 2 if unicodedata.east_asian_width(character) in "WF" else 1
            if width + wide > columns:
                rows.append([label, line])
                label, line, width = "", "", 0
            line, width = line + character, width + wide
        rows.append([label, line])
    return rows


def _commercial_facts(bill: Bill) -> list[list[str]]:
    facts = []
    kwh = wording.kilowatt_hours
    if bill.transformer_loss_wh or bill.line_loss_wh:
        text = _("抄见 %(read)s + 变损 %(transformer)s + 线损 %(line)s kWh") % {
            "read": kwh(bill.consumption.total_wh),
            "transformer": kwh(bill.transformer_loss_wh),
            "line": kwh(bill.line_loss_wh),
        }
        facts.append([_("计费电量"), text])
    if bill.demand_w is not None:
        facts.append([_("最大需量"), f"{wording.kilovolt_amperes(bill.demand_w)} kW"])
    if bill.power_factor is not None:
        text = _("%(factor)s · 无功 %(reactive)s kvarh · 调整 %(rate)s %%") % {
            "factor": wording.hundredths(bill.power_factor),
            "reactive": kwh(bill.reactive_varh),
            "rate": wording.per_cent(bill.adjustment_rate),
        }
        facts.append([_("功率因数"), text])
    return facts


def _part_facts(material: Material) -> list[list[str]]:
    return [
        [
            _("第%(part)s段") % {"part": part.part},
            _("%(start)s 至 %(end)s · %(energy)s kWh · %(how)s")
            % {
                "start": part.from_date.isoformat(),
                "end": part.to_date.isoformat(),
                "energy": wording.kilowatt_hours(part.energy_wh),
                "how": _("按天数") if part.by_days else _("按日冻结示数"),
            },
        ]
        for part in material.parts
    ]


def _due(material: Material) -> Content:
    bill, due = material.bill, material.due
    lines = []
    if bill.state != Bill.State.ISSUED:
        lines = [str(Bill.State(bill.state).label), _("仅供核对，不作收费依据")]
    elif due is None:
        lines = [""]
    elif due.paid_fen >= bill.amount_fen:
        lines = [_("已交清")]
    else:
        lines = [_("请在 %(day)s 前交费") % {"day": due.due_date.isoformat()}]
        if due.paid_fen:
            owed = wording.yuan(bill.amount_fen - due.paid_fen)
            lines.append(
                _("已交 %(paid)s 元，尚欠 %(owed)s 元") % {"paid": wording.yuan(due.paid_fen), "owed": owed}
            )
    return {"amount": wording.yuan(abs(bill.amount_fen)), "returned": bill.amount_fen < 0, "lines": lines}


def _figures(material: Material) -> list[list[str]]:
    """Return the four figures a reader compares: energy, per day, price on average, and last month's energy."""
    bill, history = material.bill, material.history
    days = max((bill.to_date - bill.from_date).days, 1)
    daily = 10 * round_half_away(bill.energy_wh, 10 * days)
    average = (
        wording.yuan_per_kilowatt_hour(100_000 * round_half_away(bill.amount_fen * 100_000, bill.energy_wh))
        if bill.energy_wh > 0
        else wording.NOTHING
    )
    last = history.get(_month_before(bill.period))
    change = wording.NOTHING
    if last is not None:
        change = ("+" if bill.energy_wh > last else "") + wording.kilowatt_hours(bill.energy_wh - last)
    return [
        [_("本期电量"), wording.kilowatt_hours(bill.energy_wh), "kWh"],
        [_("平均每天"), wording.kilowatt_hours(daily), "kWh"],
        [_("平均单价"), average, _("元/kWh")],
        [_("比上月"), change, "" if last is None else "kWh"],
    ]


def _month_before(period: int) -> int:
    return period - 1 if period % 100 > 1 else period - 89


def _readings(material: Material) -> list[list[str]]:
    return _columns(
        (
            [
                str(span.title)
                + ("・" + _("估抄") if span.estimated else "")
                + ("・" + _("翻转") if span.rolled else "")
                + ("・" + _("折回例日") if span.from_taken or span.to_taken else ""),
                span.meter,
                span.from_date.strftime("%m-%d"),
                wording.kilowatt_hours(span.from_wh),
                span.to_date.strftime("%m-%d"),
                wording.kilowatt_hours(span.to_wh),
                f"× {wording.count(span.multiplier)}",
                wording.kilowatt_hours(span.energy_wh),
            ]
            for span in material.spans
        ),
        8,
    )


def _lines(material: Material) -> list[list[str]]:
    """Return title, quantity, its unit, price, its unit, amount, column by column; a remainder is a row of its own."""
    return _columns((row for line in material.lines for row in _line_rows(line, material.capacity_va)), 6)


def _line_rows(line: BillLine, capacity_va: int | None) -> Iterable[list[str]]:
    found = factors(line, capacity_va)
    per = str(UNITS[BillLine.Unit(line.unit)].of_price)
    if found.share:
        per = f"{per} × {found.share}"
    yield [
        line_title(line.component, line.step, line.band, line.part)
        + (UNCHECKED if line.rule.unverified else ""),
        found.quantity,
        found.unit,
        price(line.price_nano, line.unit),
        per,
        wording.yuan(line.amount_fen),
    ]
    if line.remainder_wh:
        yield [
            "　" + remainder_title(line.component),
            wording.kilowatt_hours(line.remainder_wh),
            "kWh",
            "",
            "",
            "",
        ]


def amount_in_words(amount_fen: int) -> str:
    """Return money in capital characters (大写); nothing where it goes back, or in English."""
    return in_words(amount_fen) if amount_fen >= 0 and get_language() != "en" else ""


def _position(material: Material) -> Content | None:
    """Return the year on the steps, in ten-thousandths of the drawing's width; None for bills without steps."""
    found = position_of(material.bill, material.lines)
    if found is None:
        return None
    if found.to_next_wh is None:
        rest = _("已用到最高一档")
    else:
        rest = _("再用 %(energy)s kWh 进入下一档") % {"energy": wording.kilowatt_hours(found.to_next_wh)}
    return {
        "title": _("第%(step)s档") % {"step": found.step},
        "unit": _("各档单价 元/kWh"),
        "steps": [
            [
                _basis_points(step.left),
                _basis_points(step.width),
                _("第%(number)s档") % {"number": step.number},
                wording.yuan_per_kilowatt_hour(step.price_nano),
                wording.count(step.from_wh // 1000) + (" kWh" if step.to_wh is None else ""),
            ]
            for step in found.steps
        ],
        "before": _basis_points(found.before_width),
        "this": _basis_points(found.this_width),
        "year": _("今年累计 %(energy)s kWh") % {"energy": wording.kilowatt_hours(found.after_wh)},
        "rest": rest,
    }


def _explanation(why: Why | None) -> Content | None:
    """Return the waterfall from the earlier bill: of each row title, amount, and where its bar stands."""
    chart = why.chart() if why else None
    if why is None or chart is None:
        return None
    return {
        "title": why.question,
        "axis": _("横轴从 %(amount)s 元起") % {"amount": wording.yuan(chart.axis_from_fen)}
        if chart.axis_from_fen
        else "",
        "rows": [
            [
                bar.title,
                bar.sign + wording.yuan(bar.amount_fen),
                _basis_points(bar.left),
                _basis_points(bar.width),
                bar.kind,
            ]
            for bar in chart.bars
        ],
    }


def _basis_points(share: str) -> int:
    return int(share.removesuffix("%").replace(".", ""))


def _notes(material: Material) -> list[str]:
    """Return what a reader must know first."""
    settled_anew = any(line.component == Component.CORRECTION for line in material.lines)
    words = mark_words(material.bill)
    # What nobody could verify has a sign of its own on paper.
    return [
        words[name] for name in marks_of(material.bill, settled_anew=settled_anew) if name != "unverified"
    ]


def _proof(material: Material, titles: Callable[[str], str]) -> list[str]:
    """Return the rules the bill stands on, each with its day, document and what of it is unchecked."""
    used = {line.rule_id: line.rule for line in material.lines}
    used |= {rule.pk: rule for rule in material.others}
    rules = [*used.values(), material.bill.settlement]
    said = [_rule(rule, titles) for rule in rules]
    if any(rule.unverified for rule in rules):
        said.append(_("%(sign)s 其中有未与公布文件逐一核对的数值，详情可向供电所查询") % {"sign": UNCHECKED})
    return said


def _rule(rule: RuleSlice, titles: Callable[[str], str]) -> str:
    source = rule.source
    document = " ".join(part for part in (source.get("document"), source.get("clause")) if part)
    text = _("%(title)s，自 %(day)s 起：%(document)s") % {
        "title": titles(rule.rule_id),
        "day": rule.effective_date.isoformat(),
        "document": document or wording.NOTHING,
    }
    return f"{UNCHECKED} {text}" if rule.unverified else text


def _foot(material: Material) -> list[str]:
    station = material.bill.contract.customer.station.name
    ask = _("交费与查询：%(station)s营业窗口，或供电服务热线 95598；交费时请报用户编号") % {
        "station": station
    }
    proof = _("账单 %(id)s · 规则库 %(hash)s") % {
        "id": material.bill.pk,
        "hash": material.bill.settlement.rulebook_hash[:12],
    }
    manager = _("台区经理 %(name)s") % {"name": material.manager} if material.manager else ""
    return [ask, manager, proof]
