"""From a file or a pasted table to the prices it states, with everything that is wrong said at once."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.problems import Problem, SheetRefused
from diansuo.office.base.sheets.read import Table, parse_columns, read_tables
from diansuo.office.billing.sheets import components

COLUMNS = (
    Column(
        "component", "价格项目", "Component", ColumnKind.TEXT, required=True, example="代理购电价格",
        aliases=("项目", "分项", "电价构成", "费用项目", "名称"),
    ),
    Column(
        "scheme", "计价方式", "Scheme", ColumnKind.TEXT, example="单一制", aliases=("制式", "用电分类", "用电类别"),
        help=gettext_lazy("单一制或两部制；不填为两者同价"),
    ),
    Column(
        "voltage", "电压等级", "Voltage class", ColumnKind.TEXT, example="1-10千伏", aliases=("供电电压",),
        help=gettext_lazy("不填为各电压等级同价"),
    ),
    Column(
        "price", "价格（元/千瓦时）", "Price (yuan/kWh)", ColumnKind.DECIMAL, required=True, example="0.4123",
        aliases=("价格", "电价", "单价", "元/千瓦时", "折价", "价格(元/kWh)", "电价(元/kWh)"),
    ),
)  # fmt: skip
LARGEST_PASTE = 100_000
MOST_DECIMALS = 9

Prices = dict[str, dict[str, dict[str, Decimal]]]


@dataclass(slots=True)
class Stated:
    """Prices by component, scheme and voltage class, and what refused some rows."""

    prices: Prices = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_file(path: Path, file_name: str, aliases: Mapping[str, str] | None = None) -> Stated:
    """Read a workbook or csv.

    Raises:
        SheetRefused: it cannot be read, or has no column we know.
    """
    stated = Stated()
    for table in read_tables(path, file_name, COLUMNS, aliases or {}):
        _read(table, stated)
    if not stated.prices and not stated.problems:
        raise SheetRefused(_("没有一行价格"), _("每个价格项目至少一行"), file_name)
    return stated


def read_pasted(text: str) -> Stated:
    """Read a table as it comes from the clipboard: cells parted by tabs or commas, the headings first.

    Raises:
        SheetRefused: as :func:`read_file`.
    """
    lines = [line for line in text[:LARGEST_PASTE].splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pasted.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            for line in lines:
                writer.writerow(line.split("\t") if "\t" in line else line.replace("，", ",").split(","))
        return read_file(path, _("粘贴的表格.csv"))


def as_pasted(prices: Prices) -> str:
    """Write prices as a table that :func:`read_pasted` reads back to the same prices."""
    rows = ["\t".join(column.heading for column in COLUMNS)]
    for name, schemes in prices.items():
        for scheme, by_voltage in schemes.items():
            for voltage, price in by_voltage.items():
                rows.append("\t".join((*components.row_of(name, scheme, voltage), f"{price:f}")))
    return "\n".join(rows)


def _read(table: Table, stated: Stated) -> None:
    parsed = parse_columns(table, COLUMNS)
    stated.problems += parsed.problems
    for place in range(len(table)):
        if place not in parsed.refused:
            _read_row(table, place, {name: column[place] for name, column in parsed.values.items()}, stated)


def _read_row(table: Table, place: int, row: dict[str, object], stated: Stated) -> None:
    def refuse(column: int, reason: str, remedy: str) -> None:
        heading, value = COLUMNS[column].heading, row[COLUMNS[column].field]
        problem = Problem(table.sheet, table.row_numbers[place], heading, str(value), reason, remedy)
        stated.problems.append(problem)

    component = components.component(str(row["component"]))
    schemes = components.schemes(str(row["scheme"] or ""))
    voltages = components.voltages(str(row["voltage"] or ""))
    price = row["price"]
    if component is None:
        known = str(_("、")).join(str(name) for name in components.COMPONENT_RULES.values())
        return refuse(0, _("不认识的价格项目"), _("可用：%(words)s") % {"words": known})
    if not schemes:
        return refuse(1, _("不认识的计价方式"), _("写成“单一制”或“两部制”，同价的留空"))
    if not voltages:
        known = str(_("、")).join(str(name) for name in components.VOLTAGES.values())
        return refuse(2, _("不认识的电压等级"), _("可用：%(words)s") % {"words": known})
    if not isinstance(price, Decimal) or _decimals(price) > MOST_DECIMALS:
        return refuse(3, _("价格至多9位小数"), _("按公布的位数填写"))
    for scheme in schemes:
        of_scheme = stated.prices.setdefault(component, {}).setdefault(scheme, {})
        for voltage in voltages:
            if of_scheme.setdefault(voltage, price) != price:
                return refuse(3, _("同一项目、方式和电压等级有两个价格"), _("只保留一个"))
    return None


def _decimals(price: Decimal) -> int:
    exponent = price.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else MOST_DECIMALS + 1
