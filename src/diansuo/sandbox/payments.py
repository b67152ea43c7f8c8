"""What came in for a month, as the list of payments a counter or a bank exports."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from diansuo.core.quantity.month import first_day


def write_payments(path: Path, month: int, owed_fen: dict[str, int], *, today: date, seed: int) -> None:
    """Write what came in for a month: most customers pay what they owe, some late, a few in part or not at all.

    Args:
        path: the csv to write.
        month: the billing month; the references carry it.
        owed_fen: what each customer owes, by number.
        today: nothing is paid after it.
        seed: the same one gives the same file.
    """
    random = np.random.default_rng([seed, month])
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("用户编号", "金额", "收费日期", "渠道", "流水号"))
        for at, (number, owed) in enumerate(sorted(owed_fen.items())):
            fate, days = random.random(), int(random.integers(3, 24))
            if fate > 0.95 or owed <= 0:
                continue
            fen = owed if fate < 0.93 else owed // 2 + 1
            channel = ("网上国网", "柜台", "银行代扣")[at % 3]
            paid = first_day(month) + timedelta(days=days)
            if paid > today:
                continue
            writer.writerow((number, f"{fen // 100}.{fen % 100:02d}", paid, channel, f"{month}{at:06d}"))
