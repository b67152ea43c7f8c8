"""Energy that is not what it was, more than can be, or not what its parts are."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.metering.history import expected_wh
from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.wide import quotient
from diansuo.core.tariff.auditing.columns import COMMERCIAL, HOUSEHOLD_TIME_OF_USE, Commercial, Drafts, family
from diansuo.core.tariff.auditing.findings import AuditFindings, found
from diansuo.core.tariff.auditing.rules import ABSENT, Situation
from diansuo.core.tariff.auditing.thresholds import AuditLimits

WHOLE_BP: Final = 10_000
WHOLE_PERMILLE: Final = 1000
HOURS_A_DAY: Final = 24


def sudden(drafts: Drafts, limits: AuditLimits) -> list[AuditFindings]:
    """A-UP 突增, A-DOWN 突减, A-ZERO 突然零度: unlike last month, last year and its like, all at once.

    Last month is scaled by days, and once more by the middle change of its area and class, so that a whole village's
    July is nobody's finding. Without last year's month the finding is weak: it warns and does not hold.
    """
    days = drafts.days
    last = expected_wh(drafts.last_wh, drafts.last_days, days)
    like = _times(last, np.where(drafts.ratio_permille == ABSENT, WHOLE_PERMILLE, drafts.ratio_permille))
    year = expected_wh(drafts.year_ago_wh, drafts.year_ago_days, days)
    no_year = drafts.year_ago_days <= 0
    asked = (drafts.last_days > 0) & (days > 0) & ~drafts.idle
    above, below = asked.copy(), asked.copy()
    for reference, passed in ((last, None), (like, None), (year, no_year)):
        gap, allowed = drafts.energy_wh - reference, _allowed(drafts, reference, limits)
        over, under = gap >= allowed, -gap >= allowed
        above &= over if passed is None else over | passed
        below &= under if passed is None else under | passed
    figures = (drafts.energy_wh, like, last, np.where(no_year, ABSENT, year))
    worth = drafts.worth_fen(drafts.energy_wh - like)
    zero = drafts.energy_wh == 0
    return [
        found(Situation.ZERO, below & zero, *figures, stake_fen=worth, weak=no_year),
        found(Situation.UP, above, *figures, stake_fen=worth, weak=no_year),
        found(Situation.DOWN, below & ~zero, *figures, stake_fen=worth, weak=no_year),
    ]


def above_maximum(drafts: Drafts, limits: AuditLimits) -> list[AuditFindings]:
    """A-MAX 超理论最大: more than the contract capacity, else the whole area's transformer, can pass."""
    hours = drafts.days * HOURS_A_DAY
    own, area = _times(drafts.capacity_va * hours, limits.maximum_permille), drafts.area_va * hours
    by_own = (drafts.capacity_va > 0) & (drafts.energy_wh > own)
    by_area = (drafts.capacity_va <= 0) & (drafts.area_va > 0) & (drafts.energy_wh > area)
    return [
        found(
            situation,
            mark,
            drafts.energy_wh,
            most,
            capacity,
            stake_fen=drafts.worth_fen(drafts.energy_wh - most),
        )
        for situation, mark, most, capacity in (
            (Situation.MAX_CONTRACT, by_own, np.where(by_own, own, 0), drafts.capacity_va),
            (Situation.MAX_AREA, by_area, np.where(by_area, area, 0), drafts.area_va),
        )
    ]


def parts(drafts: Drafts, limits: AuditLimits) -> list[AuditFindings]:
    """A-SUM 总≠Σ分: incomplete parts that are already more than the total (R-SUM judges the complete ones)."""
    shown = _shown(drafts)
    over = shown - drafts.energy_wh
    mark = ~drafts.has_parts & (over > limits.sum_allowance_wh)
    return [found(Situation.SUM, mark, drafts.energy_wh, shown, stake_fen=drafts.worth_fen(over))]


def periods(drafts: Drafts, commercial: Commercial, limits: AuditLimits) -> list[AuditFindings]:
    """A-TOU 峰谷失衡: of who has time of use, a period without any energy, or too much of it in the valley.

    A household's meter has peak and valley alone; charging vehicles belongs into the valley and is passed over.
    """
    executes = np.isin(drafts.price_class, HOUSEHOLD_TIME_OF_USE)
    executes[commercial.row[commercial.time_of_use]] = True
    asked = executes & drafts.has_parts & (drafts.energy_wh >= limits.least_wh)
    peak, valley = drafts.peak_wh + drafts.sharp_wh, drafts.valley_wh + drafts.deep_valley_wh
    absent = (
        (peak == 0) | (valley == 0) | ((drafts.flat_wh == 0) & (family(drafts.price_class) == COMMERCIAL))
    )
    most = _share(np.maximum(drafts.energy_wh, 0), limits.valley_bp)
    heavy = asked & ~absent & (valley > most) & ~drafts.charging
    return [
        found(
            Situation.TOU_ABSENT,
            asked & absent & ~drafts.charging,
            drafts.energy_wh,
            peak,
            drafts.flat_wh,
            valley,
        ),
        found(Situation.TOU_VALLEY, heavy, valley, most, drafts.energy_wh),
    ]


def behind(drafts: Drafts) -> list[AuditFindings]:
    """A-SUB 总分倒挂: the meters behind a point show more than the point itself."""
    over = drafts.subs_wh - drafts.energy_wh
    mark = (drafts.subs_wh != ABSENT) & (over > 0)
    return [
        found(
            Situation.SUB, mark, drafts.energy_wh, drafts.subs_wh,
            stake_fen=drafts.worth_fen(np.where(mark, over, 0)),
        )
    ]  # fmt: skip


def _shown(drafts: Drafts) -> Int64:
    return drafts.sharp_wh + drafts.peak_wh + drafts.flat_wh + drafts.valley_wh + drafts.deep_valley_wh


def _allowed(drafts: Drafts, reference_wh: Int64, limits: AuditLimits) -> Int64:
    """Return from which difference on a month is unlike a reference: the share, and at least the absolute one."""
    floor = np.where(drafts.residential, limits.sudden_residential_wh, limits.sudden_other_wh)
    return np.maximum(floor, _share(np.maximum(reference_wh, 0), limits.sudden_bp))


def _share(energy_wh: Int64, share_bp: int) -> Int64:
    """Return a share, rounded up: "at least half" of an odd number of Wh begins above its half."""
    return -(-energy_wh * share_bp // WHOLE_BP)


def _times(energy_wh: Int64, permille: Int64 | int) -> Int64:
    if not len(energy_wh):
        return energy_wh
    return quotient([energy_wh, permille], [WHOLE_PERMILLE], rounding="down")
