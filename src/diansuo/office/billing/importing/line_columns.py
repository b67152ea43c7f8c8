"""Columns in which other systems write the lines of a bill, one line to three columns: energy, unit price, money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.core.tariff.comparing import LineKind
from diansuo.office.base.imports.rows import RowRefused
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.billing.importing.rows import whole

LARGEST_PRICE_NANO: Final = 10 * 10**9
"""Above 10 yuan a kWh a number is no price of energy."""
LARGEST_QUANTITY: Final = 9 * 10**11
"""900 GWh, in Wh: no customer uses that in a month, and with any price of energy it still makes an amount."""
LARGEST_MULTIPLIER: Final = 100_000
ENERGY: Final = 3
MONEY: Final = 2
PRICE: Final = 9

# For each kind: its name in headings, other names, and which of 电量、电价、电费 such systems give.
NAMES: Final[dict[LineKind, tuple[str, ...]]] = {
    LineKind.STEP_1: ("第一档", "一档", "阶梯一档", "一阶"),
    LineKind.STEP_2: ("第二档", "二档", "阶梯二档", "二阶"),
    LineKind.STEP_3: ("第三档", "三档", "阶梯三档", "三阶"),
    LineKind.SHARP: ("尖段", "尖", "尖峰", "尖时"),
    LineKind.PEAK: ("峰段", "峰", "高峰", "峰时"),
    LineKind.FLAT: ("平段", "平", "平时"),
    LineKind.VALLEY: ("谷段", "谷", "低谷", "谷时"),
    LineKind.DEEP_VALLEY: ("深谷段", "深谷"),
}
MONEY_NAMES: Final[dict[LineKind, tuple[str, ...]]] = {
    LineKind.PURCHASE: ("代理购电电费", "市场化购电电费", "购电电费", "上网电费"),
    LineKind.UPSTREAM_LOSS: ("上网环节线损费用", "上网环节线损电费", "线损费用"),
    LineKind.TRANSMISSION: ("输配电费", "输配电量电费"),
    LineKind.SYSTEM_OPERATION: ("系统运行费", "系统运行费用"),
    LineKind.SURCHARGE: ("政府性基金及附加", "代征电费", "基金及附加", "代征款"),
    LineKind.ENERGY: ("电度电费", "目录电度电费", "电量电费"),
    LineKind.PEAK_EXTRA: ("峰段加价电费", "峰段加价"),
    LineKind.VALLEY_EXTRA: ("谷段减价电费", "谷段减价"),
    LineKind.BASIC: ("基本电费", "容需量电费", "容（需）量电费"),
    LineKind.POWER_FACTOR: ("力调电费", "功率因数调整电费", "力率调整电费", "调整电费"),
    LineKind.FREE_ENERGY: ("免费电费", "减免电费"),
    LineKind.CORRECTION: ("退补电费",),
    LineKind.OTHER: ("其他电费",),
}
PRICE_NAMES: Final[dict[LineKind, tuple[str, ...]]] = {
    LineKind.PURCHASE: ("代理购电价格", "购电单价"),
    LineKind.UPSTREAM_LOSS: ("上网环节线损折价", "线损折价"),
    LineKind.TRANSMISSION: ("输配电价",),
    LineKind.SYSTEM_OPERATION: ("系统运行费折价",),
    LineKind.SURCHARGE: ("基金及附加单价", "代征单价"),
    LineKind.ENERGY: ("电度电价", "目录电价", "单价"),
}
ITEM_NAMES: Final[dict[LineKind, tuple[str, ...]]] = NAMES | MONEY_NAMES


@dataclass(frozen=True, slots=True)
class Line:
    """A line as stated; what is not is None."""

    kind: LineKind
    quantity: int | None
    price_nano: int | None
    amount_fen: int | None


def _column(field: str, names: tuple[str, ...], english: str, example: str = "") -> Column:
    return Column(field, names[0], english, ColumnKind.DECIMAL, aliases=names[1:], example=example)


def _wide() -> tuple[Column, ...]:
    found = []
    for kind, names in NAMES.items():
        english = kind.name.capitalize().replace("_", " ")
        for what, word in (("quantity", "电量"), ("price", "电价"), ("amount", "电费")):
            headings = tuple(f"{name}{word}" for name in names)
            found.append(_column(f"{what}_{int(kind)}", headings, f"{english} {what}"))
    for kind, names in MONEY_NAMES.items():
        english = kind.name.capitalize().replace("_", " ")
        if kind in PRICE_NAMES:
            found.append(_column(f"price_{int(kind)}", PRICE_NAMES[kind], f"{english} price"))
        found.append(_column(f"amount_{int(kind)}", names, f"{english} amount"))
    return tuple(found)


WIDE: Final = (
    Column(
        "multiplier", "倍率", "Multiplier", ColumnKind.INTEGER, aliases=("综合倍率", "计费倍率"), example="1"
    ),
    _column("loss", ("变损电量", "变压器损耗电量", "变线损电量", "损耗电量"), "Loss energy"),
    *_wide(),
)
"""Optional columns of a list with one row a bill."""


def wide_lines(cells: dict[str, Any]) -> tuple[Line, ...]:
    """Return the lines a row states, in the order of their kinds.

    Raises:
        RowRefused: a number is beyond any bill, or finer than such a number can be.
    """
    found = []
    for kind in LineKind:
        given = {what: cells.get(f"{what}_{int(kind)}") for what in ("quantity", "price", "amount")}
        if any(value is not None for value in given.values()):
            found.append(line_of(kind, **given))
    return tuple(found)


def line_of(kind: LineKind, quantity: Decimal | None, price: Decimal | None, amount: Decimal | None) -> Line:
    """Return a line in integers.

    Raises:
        RowRefused: as for :func:`wide_lines`.
    """
    name = ITEM_NAMES[kind][0]
    nano = None if price is None else whole(price, name, PRICE, _("单价最多九位小数"))
    if nano is not None and kind < LineKind.BASIC and abs(nano) > LARGEST_PRICE_NANO:
        raise RowRefused(name, price, _("单价不像电价，单位应为元/千瓦时"), _("核对单价的单位"))
    used = None if quantity is None else whole(quantity, name, ENERGY, _("电量最多三位小数"))
    if used is not None and abs(used) > LARGEST_QUANTITY:
        raise RowRefused(name, quantity, _("一个月用不了这么多电，单位应为千瓦时"), _("核对电量的单位"))
    return Line(kind, used, nano, None if amount is None else whole(amount, name, MONEY, _("金额应精确到分")))


def multiplier_of(value: int | None) -> int | None:
    """Return a stated multiplier.

    Raises:
        RowRefused: no meter has such a one.
    """
    if value is not None and not 1 <= value <= LARGEST_MULTIPLIER:
        raise RowRefused("倍率", value, _("倍率应为正整数，且不超过 100000"), _("核对倍率"))
    return value
