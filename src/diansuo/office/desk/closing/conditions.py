"""What forbids to close a supply on a day: bills that reach it, registers after it, months before it not issued."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db.models import Max
from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose
from diansuo.core.quantity.month import month_of, next_month, previous_month
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import Contract, ContractTerm, MeteringPoint
from diansuo.office.base import wording
from diansuo.office.metering import issued
from diansuo.office.metering.models import Consumption, RegisterReading
from diansuo.office.metering.routes import calendar

MONTHS_AROUND = 2
COMMERCIAL: Final = (int(PriceClass.COMMERCIAL_SINGLE_PART), int(PriceClass.COMMERCIAL_TWO_PART))


class UnableToClose(ValueError):
    """The supply cannot be closed like this; the message says why and what to do."""


def refusal(points: Iterable[MeteringPoint], day: date) -> str:
    """Return why these points cannot end on a day, with the remedy; empty where they can."""
    keys = [point.pk for point in points]
    until = issued.billed_until(keys)
    billed = max(until.values(), default=None)
    if billed is not None and day <= billed:
        return _(
            "电费已发行到 %(until)s：日期要晚于这一天。要更正已发行的电费，走“退补”，账单本身不再改动"
        ) % {"until": billed}
    readings = RegisterReading.objects.filter(point__in=keys)
    later = readings.filter(read_date__gt=day).aggregate(latest=Max("read_date"))["latest"]
    if later is not None:
        return _("%(later)s 已有示数，晚于 %(day)s：更正日期，或先撤销那次抄表") % {
            "later": later,
            "day": day,
        }
    return _unissued(keys, until, day)


def whole_month_only(contract: Contract, day: date) -> str:
    """Return why a supply that goes on cannot be billed up to a day inside a month; empty where it can."""
    classes = ContractTerm.objects.in_force(day).filter(contract=contract, price_class__in=COMMERCIAL)
    if not classes.exists():
        return ""
    return _("工商业用户的基本电费和力调电费按整月计收，不能月中特抄出账；要临时收费，走预收")


def _unissued(keys: list[int], until: dict[int, date], day: date) -> str:
    """Return which month before the last one was read and not issued: its energy would have no bill."""
    opened = dict(
        Consumption.objects.filter(point__in=keys, status=Consumption.Status.OPENING, to_date__isnull=False)
        .values_list("point")
        .annotate(Max("to_date"))
    )
    for key in keys:
        regular = RegisterReading.objects.filter(point=key, purpose=Purpose.PERIODIC, read_date__lt=day)
        days = list(regular.order_by("read_date").values_list("read_date", "period").distinct())
        known = [each for each in (until.get(key), opened.get(key)) if each is not None]
        since = max(known, default=days[0][0] if days else day)
        standing = issued.taken_back_days([key])
        open_months = [period for read, period in days if read > since and (key, read) not in standing]
        if open_months:
            return _("%(month)s 已抄表还没有发行：先在“电费流程”处理并发行这个月，账单才接得上") % {
                "month": wording.month(open_months[0])
            }
    return ""


def period_of(point: MeteringPoint, day: date) -> int:
    """Return the 电费年月 whose days of use the last day closes: after the reading day before, up to its own."""
    days = calendar.of_route(point.route_id)
    first = previous_month(previous_month(month_of(day)))
    for step in range(2 * MONTHS_AROUND + 1):
        period = next_month(first, step)
        if day <= days.scheduled(period):
            return period
    raise UnableToClose(_("%(day)s 不属于任何电费年月") % {"day": day})
