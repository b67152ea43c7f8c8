"""Customers of rarer kinds in the sample, so that whoever opens it meets every kind of bill.

A shop that buys on the market, one with a fixed ratio of its energy at the price of dwellings, a roof that feeds in
what it does not use, a factory measured behind its own transformer. Only their archive differs, and that the feeder
supplies the factory's transformer too; their power is what it was. They are chosen by place, so that the same station
has the same.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np

from diansuo.sandbox import lists
from diansuo.sandbox.layout import DEDICATED_MULTIPLIER
from diansuo.sandbox.transformers import Transformer

POINT_COLUMNS: Final = (
    "变损计费方式", "生产班次", "主分表关系", "上级计量点编号", "定量定比", "定比值",
    "计量点电价类别", "光伏上网方式", "光伏投产日期",
)  # fmt: skip
PRICE_COLUMNS: Final = ("用户编号", "用电月份", "平电价")
SHARE_PERCENT: Final = "20"
COMMISSIONED: Final = "2022-06-01"
# The rulebook knows the no-load current of these models alone; without it a loss has no reactive part.
MODEL, LARGEST_KVA = "S9", 800
# No-load and load loss by kVA, W, as national/transformers of the rulebook has them.
PLATES: Final = {630: (1200, 6200), 800: (1400, 7500)}
BEHIND_ITS_TRANSFORMER: Final = {
    "计量方式": "高供低计",
    "变损计费方式": "标准公式",
    "受电变压器型号": MODEL,
    "生产班次": "1",
}
SHOP, FACTORY, SHARED = "工商业（单一制）", "工商业（两部制）", "居民生活（合表）"
MARKET: Final = "直接参与市场"


def rows(archive: Sequence[dict[str, Any]], feeding: Iterable[int], faulty: set[str]) -> list[dict[str, Any]]:
    """Return the archive's rows of these customers as they become; none of them has a fault.

    Args:
        archive: the customers' rows.
        feeding: places in ``archive`` of customers that feed energy back.
        faulty: numbers of the customers with whom something is wrong.
    """
    sound = [row for row in archive if row["用户编号"] not in faulty]
    behind = low_side(archive)
    shops = [row for row in sound if row["用电类别"] == SHOP]
    roofs = [archive[at] for at in feeding if archive[at]["用户编号"] not in faulty]
    found = [shop | {"购电方式": MARKET} for shop in shops[:1]]
    for shop in shops[1:2]:
        found += _with_dwelling(shop)
    found += [roof | {"光伏上网方式": "余电上网", "光伏投产日期": COMMISSIONED} for roof in roofs[:1]]
    return found if behind is None else [*found, archive[behind] | BEHIND_ITS_TRANSFORMER]


def low_side(archive: Sequence[dict[str, Any]]) -> int | None:
    """Return the place in the archive of the factory measured behind its own transformer; nothing is wrong with it."""
    factories = [at for at, row in enumerate(archive) if row["用电类别"] == FACTORY]
    return max((at for at in factories if archive[at]["受电变压器容量"] <= LARGEST_KVA), default=None)


def plate(row: dict[str, Any]) -> Transformer:
    """Return the transformer that stands before that factory's meter."""
    kva = row["受电变压器容量"]
    return Transformer(kva, *PLATES[kva], DEDICATED_MULTIPLIER)


def _with_dwelling(shop: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a shop, and the part of its energy that is agreed to be its dwelling's."""
    dwelling = {
        "计量点编号": f"{shop['用户编号']}02",
        "电能表编号": "",
        "综合倍率": "",
        "上级计量点编号": shop["计量点编号"],
        "定量定比": "定比",
        "定比值": SHARE_PERCENT,
        "计量点电价类别": SHARED,
    }
    return [shop, shop | dwelling]


def write(path: Path, special: list[dict[str, Any]]) -> None:
    """Write the rows as an export of the archive."""
    columns = (*lists.ARCHIVE_COLUMNS, *POINT_COLUMNS)
    lists.write_table(path, "用户档案", columns, ([row.get(name, "") for name in columns] for row in special))


def write_market_prices(path: Path, special: list[dict[str, Any]], month: int, seed: int) -> None:
    """Write what those on the market pay in a month of use; it moves a little from month to month."""
    random = np.random.default_rng([seed, 78, month])
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(PRICE_COLUMNS)
        for row in special:
            if row.get("购电方式") == MARKET:
                price = Decimal(int(random.integers(3600, 4200))).scaleb(-4)
                writer.writerow((row["用户编号"], month, f"{price:f}"))
