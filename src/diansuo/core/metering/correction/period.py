"""The days a correction covers (退补期间): from when, on whose word, and whether the half of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from diansuo.core.metering.correction.factors import HALF, ONE
from diansuo.core.quantity.period import Period


class Cause(StrEnum):
    """Why energy is corrected."""

    METER_ERROR = "meter_error"  # 互感器、电能表误差超允许范围
    VOLTAGE_DROP = "voltage_drop"  # 连接线电压降超允许范围
    OTHER = "other"  # 其他非人为原因致记录不准
    WIRING = "wiring"  # 接线错误
    TRANSFORMER_FAULT = "transformer_fault"  # 互感器、熔断器故障
    MULTIPLIER = "multiplier"  # 倍率、铭牌倍率不符


class Since(StrEnum):
    """What tells the first day."""

    LAST_CHECK = "last_check"  # 上次校验
    INSTALLATION = "installation"  # 换装投入
    LOAD_INCREASE = "load_increase"  # 负荷增加
    READING_RECORD = "reading_record"  # 抄表记录
    VOLTAGE_RECORDER = "voltage_recorder"  # 失压记录仪
    KNOWN_DAY = "known_day"  # 查明的日期


_ALLOWED: Final = {
    Cause.METER_ERROR: {Since.LAST_CHECK, Since.INSTALLATION},
    Cause.VOLTAGE_DROP: {Since.INSTALLATION, Since.LOAD_INCREASE},
    Cause.OTHER: {Since.READING_RECORD},
    Cause.WIRING: {Since.LAST_CHECK, Since.INSTALLATION},
    Cause.TRANSFORMER_FAULT: {Since.READING_RECORD, Since.VOLTAGE_RECORDER},
    Cause.MULTIPLIER: {Since.KNOWN_DAY, Since.READING_RECORD},
}


class NotABeginning(ValueError):
    """The rules let another record tell the first day for this cause; names those that may."""


@dataclass(frozen=True, slots=True)
class CorrectionPeriod:
    """The days a correction covers.

    Attributes:
        cause: why.
        since: what told the first day.
        whole: from the first day to, not including, the day it was put right.
        counted: the days of it that count: the later half for a meter error, else the whole.
        share: how much of the correction over the whole counts: one half or one.
    """

    cause: Cause
    since: Since
    whole: Period
    counted: Period
    share: Fraction


def allowed_beginnings(cause: Cause) -> frozenset[Since]:
    """Which records may tell the first day for a cause.

    Source: domain.md §6.5; docs/rules/correction.md.
    """
    return frozenset(_ALLOWED[cause])


def correction_period(cause: Cause, since: Since, first_day: date, put_right: date) -> CorrectionPeriod:
    """Say which days a correction covers.

    For a meter error half the time counts, taken as the half before it was put right; of an odd number of days the
    middle one counts (unverified, see the page). The energy of a meter error is halved, not counted by days
    (:func:`.energy.meter_error_wh`); the days say which months and prices it falls into.

    Args:
        cause: why.
        since: which record told the first day.
        first_day: that day.
        put_right: the day it was put right; from it on the meter is right.

    Returns:
        CorrectionPeriod.

    Raises:
        NotABeginning: the record cannot tell the first day for this cause.
        ValueError: it was put right on or before the first day.

    Source: domain.md §6.5, 《供电营业规则》(1996) 第80、81条 [S13][K]; docs/rules/correction.md.
    """
    if since not in _ALLOWED[cause]:
        may = ", ".join(sorted(_ALLOWED[cause]))
        raise NotABeginning(f"{since} does not tell the first day for {cause}; {may} may")
    whole = Period(first_day, put_right)
    if cause is not Cause.METER_ERROR:
        return CorrectionPeriod(cause, since, whole, whole, ONE)
    counted = Period(first_day + timedelta(days=whole.days // 2), put_right)
    return CorrectionPeriod(cause, since, whole, counted, HALF)
