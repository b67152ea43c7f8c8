"""The tables of the average price: their columns and rows."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.exact import nearest
from diansuo.core.tariff.price_outliers import Outliers
from diansuo.office.archive.models import PRICE_CLASS_NAMES
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.scope import Scope
from diansuo.office.billing.average import queries
from diansuo.office.billing.average.asked import Asked
from diansuo.office.billing.average.book import Book, Group
from diansuo.office.billing.average.figures import mean_nano, sums
from diansuo.office.billing.average.queries import Change
from diansuo.office.billing.average.wording import EFFECTS

OPEN_SHOWN = 20
SHOWN_NANO = 100_000


def group_columns(by: str, total: Mapping[str, int]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """Return the columns of the two tables by class or area: what it came to, and why; nobody's effect has no room."""
    yuan = _("元")
    title = Column("title", _("台区") if by == "area" else _("用电类别"))
    sums_ = (
        title,
        Column("now_wh", _("电量"), Kind.KWH, unit="kWh"),
        Column("now_fen", _("电费"), Kind.YUAN, unit=yuan),
        Column("before_price", _("比较月均价"), Kind.PRICE, unit=_("元/kWh")),
        Column("now_price", _("均价"), Kind.PRICE, unit=_("元/kWh")),
        Column("change_fen", _("电费增减"), Kind.YUAN, unit=yuan),
    )
    effects = (Column(code, name, Kind.YUAN) for code, (name, _note) in EFFECTS.items() if total[code])
    return sums_, (title, *effects)


def row(title: Any, found: Mapping[str, int], key: int = 0) -> dict[str, Any]:
    """Return sums as a row of the table."""
    return {
        "title": title,
        "key": key,
        **found,
        "before_price": _short(mean_nano(found["before_fen"], found["before_wh"])),
        "now_price": _short(mean_nano(found["now_fen"], found["now_wh"])),
        "change_fen": found["now_fen"] - found["before_fen"],
    }


def _short(price_nano: int | None) -> int | None:
    """Return a price to the hundredth of a fen: a mean has no more that says anything."""
    return None if price_nano is None else nearest(Fraction(price_nano, SHOWN_NANO)) * SHOWN_NANO


def groups(scope: Scope, of: Change, by: str) -> list[dict[str, Any]]:
    """Return a row for each class or area, the largest change first."""
    keys = of.area if by == "area" else of.kind
    names: Mapping[int, Any] = (
        queries.areas(scope, keys.tolist()) | {0: _("无台区")}
        if by == "area"
        else {int(kind): name for kind, name in PRICE_CLASS_NAMES.items()}
    )
    rows = [row(names.get(key, key), sums(of, keys == key), key) for key in np.unique(keys).tolist()]
    return sorted(rows, key=lambda each: -abs(each["change_fen"]))


def link(of: Asked, by: str, key: int) -> str:
    """Return where the customers of a class or area are listed."""
    return f"{reverse('average_customers')}?{of.query}&{by}={key}"


def effect(of: Change, code: str) -> Int64:
    """Return one effect of every row, or the whole change."""
    if code == "volume":
        return of.effects.volume_fen
    if code == "structure":
        return of.effects.structure_fen
    if code == "policy":
        return of.effects.policy_fen
    if code.upper() in Group.__members__:
        return of.effects.price_fen[:, Group[code.upper()]]
    return of.now.amount_fen.sum(axis=1) - of.before.amount_fen.sum(axis=1)


def chosen(of: Change, wanted: Mapping[str, str]) -> Int64:
    """Return the rows of a class, of an area, or all."""
    keep = np.ones(len(of.point), np.bool_)
    for name, column in (("kind", of.kind), ("area", of.area)):
        if wanted.get(name, "").isdecimal():
            keep &= column == int(wanted[name])
    return np.flatnonzero(keep)


def customer_columns() -> tuple[Column, ...]:
    """Return the columns of the list of customers."""
    return (
        Column("number", _("用户编号"), Kind.CODE, url_name="customer", url_args=("customer_id",)),
        Column("name", _("用户名称"), url_name="customer", url_args=("customer_id",)),
        Column("kind", _("用电类别"), labels={int(kind): name for kind, name in PRICE_CLASS_NAMES.items()}),
        Column("before_wh", _("比较月电量"), Kind.KWH, unit="kWh"),
        Column("now_wh", _("电量"), Kind.KWH, unit="kWh"),
        Column("before_fen", _("比较月电费"), Kind.YUAN, unit=_("元")),
        Column("now_fen", _("电费"), Kind.YUAN, unit=_("元")),
        Column("effect_fen", _("影响"), Kind.YUAN, unit=_("元")),
    )


def customers(scope: Scope, of: Change, rows: Int64, code: str) -> list[dict[str, Any]]:
    """Return some rows with names, and what each contributes to the effect asked for."""
    names = queries.customers(scope, of.customer[rows].tolist())
    effects = effect(of, code)
    return [
        {
            "customer_id": customer,
            "number": names[customer].number,
            "name": names[customer].name,
            "kind": int(of.kind[at]),
            "before_wh": int(of.before.energy_wh[at]),
            "now_wh": int(of.now.energy_wh[at]),
            "before_fen": int(of.before.amount_fen[at].sum()),
            "now_fen": int(of.now.amount_fen[at].sum()),
            "effect_fen": int(effects[at]),
        }
        for at, customer in zip(rows.tolist(), of.customer[rows].tolist(), strict=True)
        if customer in names
    ]


def outlier_columns() -> tuple[Column, ...]:
    """Return the columns of the list of prices that stand apart."""
    return (
        Column("number", _("用户编号"), Kind.CODE, url_name="customer", url_args=("customer_id",)),
        Column("name", _("用户名称"), url_name="customer", url_args=("customer_id",)),
        Column("kind", _("用电类别"), labels={int(kind): name for kind, name in PRICE_CLASS_NAMES.items()}),
        Column("energy_wh", _("电量"), Kind.KWH, unit="kWh"),
        Column("price", _("均价"), Kind.PRICE, unit=_("元/kWh")),
        Column("middle", _("同类中位"), Kind.PRICE, unit=_("元/kWh")),
        Column("measure", _("同类是谁")),
        Column("worth_fen", _("多收（少收）"), Kind.YUAN, unit=_("元")),
    )


def outliers(scope: Scope, book: Book, found: Outliers, start: int, end: int) -> list[dict[str, Any]]:
    """Return some of the outliers as rows."""
    places = range(start, min(end, len(found.row)))
    ids = book.customer[found.row[start:end]].tolist()
    names = queries.customers(scope, ids)
    rows = []
    for at, customer in zip(places, ids, strict=True):
        of = int(found.row[at])
        like = _("本台区同类 %d 户") if found.by_area[at] else _("全所同类 %d 户")
        rows.append(
            {
                "customer_id": customer,
                "number": names[customer].number,
                "name": names[customer].name,
                "kind": int(book.kind[of]),
                "energy_wh": int(book.energy_wh[of]),
                "price": _short(int(found.price_nano[at])),
                "middle": _short(int(found.middle_nano[at])),
                "price_nano": _short(int(found.price_nano[at])),
                "middle_nano": _short(int(found.middle_nano[at])),
                "station_id": names[customer].station_id,
                "measure": like % int(found.members[at]),
                "worth_fen": int(found.worth_fen[at]),
            }
        )
    return rows


def open_columns() -> tuple[Column, ...]:
    """Return the columns of the list of those who must follow a rule and do not."""
    return (
        Column("number", _("用户编号"), Kind.CODE, url_name="customer", url_args=("customer_id",)),
        Column("name", _("用户名称"), url_name="customer", url_args=("customer_id",)),
        Column("kind", _("用电类别"), labels={int(kind): name for kind, name in PRICE_CLASS_NAMES.items()}),
        Column("capacity_va", _("合同容量"), Kind.KVA, unit="kVA"),
        Column("energy_wh", _("电量"), Kind.KWH, unit="kWh"),
        Column("amount_fen", _("电费"), Kind.YUAN, unit=_("元")),
    )


def open_rows(scope: Scope, book: Book, rows: Int64) -> list[dict[str, Any]]:
    """Return some customers who do not follow a rule."""
    names = queries.customers(scope, book.customer[rows].tolist())
    return [
        {
            "customer_id": customer,
            "number": names[customer].number,
            "name": names[customer].name,
            "kind": int(book.kind[at]),
            "capacity_va": int(book.capacity_va[at]) or None,
            "energy_wh": int(book.energy_wh[at]),
            "amount_fen": int(book.amount_fen[at].sum()),
        }
        for at, customer in zip(rows.tolist(), book.customer[rows].tolist(), strict=True)
    ]
