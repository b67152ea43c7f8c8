"""The tables of a trial: movers, by class, by area, the histogram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from diansuo.core.quantity.arrays import Int64
from diansuo.core.tariff.what_if import BOUNDS_FEN, Spread
from diansuo.office.archive.models import PRICE_CLASS_NAMES
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.scope import Scope
from diansuo.office.billing.average import queries as average
from diansuo.office.billing.repricing.answers import Answer, Group

FEN_PER_YUAN = 100
CLASSES = {int(kind): name for kind, name in PRICE_CLASS_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Bin:
    """A row of the histogram: its bounds in words, how many customers, how wide its bar is, as SVG reads it."""

    title: str
    count: int
    width: str
    kind: str


def histogram(spread: Spread) -> list[Bin]:
    """Return the bins from the largest fall to the largest rise; empty ones only between others."""
    most = max(spread.bins, default=0) or 1
    middle = len(BOUNDS_FEN) + 1
    filled = [at for at, count in enumerate(spread.bins) if count]
    return [
        Bin(
            _title(at - middle),
            spread.bins[at],
            f"{Decimal(spread.bins[at] * 100) / most:.2f}%",
            "whole" if at == middle else "down" if at < middle else "up",
        )
        for at in range(min(filled, default=0), max(filled, default=-1) + 1)
    ]


def _title(place: int) -> str:
    """Say from where to where a bin goes; ``place`` counts from the one of no difference, falls below 0."""
    if place == 0:
        return _("不变")
    bounds = (0, *(each // FEN_PER_YUAN for each in BOUNDS_FEN))
    low, sign = bounds[abs(place) - 1], _("多付") if place > 0 else _("少付")
    if abs(place) == len(bounds):
        return _("%(sign)s %(low)s 元以上") % {"sign": sign, "low": f"{low:,}"}
    high = bounds[abs(place)]
    if low == 0:
        return _("%(sign)s不超过 %(high)s 元") % {"sign": sign, "high": f"{high:,}"}
    return _("%(sign)s %(low)s–%(high)s 元") % {"sign": sign, "low": f"{low:,}", "high": f"{high:,}"}


def mover_columns() -> tuple[Column, ...]:
    """Return the columns of the customers."""
    yuan = _("元")
    return (
        Column("number", _("用户编号"), Kind.CODE, url_name="customer", url_args=("customer_id",)),
        Column("name", _("用户名称"), url_name="customer", url_args=("customer_id",)),
        Column("kind", _("用电类别"), labels=CLASSES),
        Column("energy_wh", _("电量"), Kind.KWH, unit="kWh"),
        Column("before_fen", _("原电费"), Kind.YUAN, unit=yuan),
        Column("after_fen", _("试算电费"), Kind.YUAN, unit=yuan),
        Column("difference_fen", _("增减"), Kind.YUAN, unit=yuan),
    )


def movers(scope: Scope, answer: Answer, rows: Int64) -> list[dict[str, Any]]:
    """Return some customers of an answer."""
    of = answer.customers
    ids = of.customer[rows].tolist()
    known = average.customers(scope, ids)
    return [
        {
            "customer_id": customer,
            "number": known[customer].number if customer in known else "",
            "name": known[customer].name if customer in known else "",
            "kind": int(of.price_class[row]),
            "energy_wh": int(of.energy_wh[row]),
            "before_fen": int(of.before_fen[row]),
            "after_fen": int(of.after_fen[row]),
            "difference_fen": int(of.difference_fen[row]),
        }
        for row, customer in zip(rows.tolist(), ids, strict=True)
    ]


def group_columns(title: str) -> tuple[Column, ...]:
    """Return the columns of a table by class or by area."""
    yuan = _("元")
    return (
        Column("title", title),
        Column("customers", _("户数"), Kind.COUNT),
        Column("touched", _("有变化"), Kind.COUNT),
        Column("energy_wh", _("电量"), Kind.KWH, unit="kWh"),
        Column("before_fen", _("原电费"), Kind.YUAN, unit=yuan),
        Column("after_fen", _("试算电费"), Kind.YUAN, unit=yuan),
        Column("difference_fen", _("增减"), Kind.YUAN, unit=yuan),
    )


def groups(found: Sequence[Group], names: Mapping[int, Any]) -> list[dict[str, Any]]:
    """Return groups as rows."""
    return [
        {
            "title": names.get(one.key, one.key),
            **{name: getattr(one, name) for name in Group.__slots__ if name != "key"},
            "difference_fen": one.difference_fen,
        }
        for one in found
    ]


def area_names(scope: Scope, found: Sequence[Group]) -> dict[int, Any]:
    """Return the names of the areas of some groups."""
    return average.areas(scope, [one.key for one in found]) | {0: _("无台区")}
