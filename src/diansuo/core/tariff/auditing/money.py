"""Bills whose year, price or days cannot be right."""

from __future__ import annotations

import numpy as np

from diansuo.core.quantity.money import amount_fen
from diansuo.core.tariff.auditing.columns import Commercial, Drafts
from diansuo.core.tariff.auditing.energy import WHOLE_BP
from diansuo.core.tariff.auditing.findings import AuditFindings, found
from diansuo.core.tariff.auditing.rules import ABSENT, Situation
from diansuo.core.tariff.auditing.thresholds import AuditLimits


def year(drafts: Drafts) -> list[AuditFindings]:
    """A-TIER 阶梯断档: the year before this bill is not what its months add up to, or began otherwise than billed."""
    carried = drafts.year_asked & drafts.new_year & (drafts.year_wh != 0) & (drafts.months_wh == 0)
    wrong = drafts.year_asked & ~carried & (drafts.year_wh != drafts.months_wh)
    gap = drafts.year_wh - drafts.months_wh
    opened = (drafts.opened_wh != 0) & ~wrong & ~carried
    billed = drafts.year_wh - drafts.opened_wh
    return [
        found(Situation.TIER_SUM, wrong, drafts.year_wh, drafts.months_wh, stake_fen=drafts.worth_fen(gap)),
        found(Situation.TIER_RESET, carried, drafts.year_wh, 0, stake_fen=drafts.worth_fen(gap)),
        found(
            Situation.TIER_OPENED,
            opened,
            drafts.year_wh,
            billed,
            drafts.opened_wh,
            stake_fen=drafts.worth_fen(drafts.opened_wh),
        ),
    ]


def price(drafts: Drafts, commercial: Commercial, limits: AuditLimits) -> list[AuditFindings]:
    """A-AMOUNT 单价偏离: the average price lies outside the band around the middle one of the class.

    Bills with a charge by capacity or demand are passed over: what a kWh of theirs comes to depends on how much runs.
    """
    asked = (drafts.billed_wh >= limits.least_wh) & (drafts.middle_nano > 0)
    asked[commercial.row[commercial.charge_fen != 0]] = False
    middle = np.maximum(drafts.middle_nano, 0)
    low, high = middle * limits.price_low_bp // WHOLE_BP, middle * limits.price_high_bp // WHOLE_BP
    own = drafts.price_nano
    gap = np.where(asked, drafts.amount_fen - amount_fen(drafts.billed_wh, middle, rounding="half_away"), 0)
    return [
        found(situation, asked & mark, own, drafts.middle_nano, limit, drafts.amount_fen, stake_fen=gap)
        for situation, mark, limit in (
            (Situation.AMOUNT_LOW, own < low, low),
            (Situation.AMOUNT_HIGH, own > high, high),
        )
    ]


def twice(drafts: Drafts) -> list[AuditFindings]:
    """A-DUPLICATE 重复计费: the month begins before the day until which issued bills charge the point."""
    mark = (drafts.billed_day != ABSENT) & (drafts.from_day < drafts.billed_day)
    return [found(Situation.DUPLICATE, mark, drafts.from_day, drafts.billed_day, stake_fen=drafts.amount_fen)]
