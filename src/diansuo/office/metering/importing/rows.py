"""A row of a reading list placed in the archive: which register of which point on which day, or why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose, Register
from diansuo.core.metering.registers import MAXIMUM_DIGITS
from diansuo.office.base.sheets.read import Parsed
from diansuo.office.metering import rules
from diansuo.office.metering.importing.months import ListMonth
from diansuo.office.metering.importing.places import Place
from diansuo.office.metering.importing.sheet import HEADING
from diansuo.office.metering.routes.calendar import RouteDays

FINEST_DECIMALS = 3
MISSED_REASON_LENGTH = 80


class RowRefused(ValueError):
    """A row that cannot be taken: which column, what stands there, why, and what to do."""

    def __init__(self, field: str, value: object, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason, self.remedy = HEADING[field], str(value), reason, remedy


@dataclass(slots=True)
class ListRow:
    """One register of one point as a list reports it; ``register_wh`` is None where it was not read.

    ``previous_wh`` and ``energy_wh`` are the list's own 上次示数 and 抄见电量, None where it has none.
    """

    sheet: str
    number: int
    customer: str
    place: Place
    register: int
    period: int
    read_date: date
    purpose: int
    register_wh: int | None
    previous_wh: int | None
    energy_wh: int | None
    estimated: bool
    trouble: str
    days: RouteDays

    @property
    def key(self) -> tuple[int, date, int, int]:
        """Return what a reading is stored under: point, day, register, purpose."""
        return self.place.point_id, self.read_date, self.register, self.purpose


def place_row(
    parsed: Parsed,
    at: int,
    listed: ListMonth,
    candidates: Sequence[Place],
    days_of: Mapping[int, RouteDays],
    today: date,
) -> ListRow:
    """Place one row of a parsed sheet.

    Args:
        parsed: the sheet.
        at: the row's place in it; a row with a problem cell must not come here.
        listed: the month of the list.
        candidates: installations of the row's customer.
        days_of: the fixed days of their routes.
        today: no reading may be later.

    Raises:
        RowRefused: the first thing that is wrong with the row.
    """
    cells = {field: values[at] for field, values in parsed.values.items()}
    purpose = int(cells["purpose"] or Purpose.PERIODIC)
    of_meter = _of_meter(cells, candidates)
    route = _route_days(cells, of_meter[0], days_of)
    month, day = _when(cells, listed, route, purpose)
    if day > today and cells["current"] is not None:
        raise RowRefused(
            "read_date", day, _("抄表日期 %(day)s 还没到") % {"day": day}, _("核对电费年月与抄表日期")
        )
    place = _installed(cells, of_meter, day, purpose)
    trouble = cells["trouble"] or cells["status"] or ""
    return ListRow(
        sheet=parsed.sheet,
        number=parsed.row_numbers[at],
        customer=cells["customer"],
        place=place,
        register=int(cells["register"]),
        period=month,
        read_date=day,
        purpose=purpose,
        register_wh=_register_wh("current", cells["current"], place, int(cells["register"])),
        previous_wh=_register_wh("previous", cells["previous"], place, int(cells["register"])),
        energy_wh=_exact_wh("energy", cells["energy"]),
        estimated=bool(cells["estimated"]) or "估" in (cells["status"] or ""),
        trouble=trouble[:MISSED_REASON_LENGTH],
        days=route,
    )


def _of_meter(cells: Mapping[str, Any], candidates: Sequence[Place]) -> list[Place]:
    found = [
        place
        for place in candidates
        if place.meter == cells["meter"]
        and (not cells["company"] or place.company == cells["company"])
        and (not cells["station"] or place.station == cells["station"])
    ]
    if not found:
        raise RowRefused(
            "meter",
            cells["meter"],
            _("该用户没有装过这块电能表"),
            _("核对电能表编号；换过表的先在档案中办理换表"),
        )
    if cells["point"]:
        numbered = [place for place in found if place.point in ("", cells["point"])]
        if not numbered:
            raise RowRefused(
                "point",
                cells["point"],
                _("档案中这块表在计量点 %(point)s") % {"point": found[0].point},
                _("核对计量点编号"),
            )
        found = numbered
    return found


def _route_days(cells: Mapping[str, Any], place: Place, days_of: Mapping[int, RouteDays]) -> RouteDays:
    """The archive's 例日 of the month, else the list's."""
    if place.route_id is not None:
        return days_of[place.route_id]
    day = cells["reading_day"] or rules.FIRST_READING_DAY
    if not 1 <= day <= 31:
        raise RowRefused("reading_day", day, _("抄表例日应为 1 至 31"), _("更正抄表例日"))
    return RouteDays.always(int(day))


def _when(cells: Mapping[str, Any], listed: ListMonth, days: RouteDays, purpose: int) -> tuple[int, date]:
    """Month and day of the reading: the file's own day, else the scheduled day of the month."""
    day = cells["read_date"]
    if day is None and purpose in (Purpose.FINAL, Purpose.INITIAL):
        raise RowRefused("read_date", "", _("拆表、装表示数没有抄表日期"), _("在“抄表日期”列填拆装当日"))
    month = listed.given or cells["period"] or (days.period_of(day) if day else listed.named)
    if not month:
        raise RowRefused("period", "", _("这一行没有电费年月，也没有抄表日期"), _("补填其中一列"))
    return month, day or days.scheduled(month)


def _installed(cells: Mapping[str, Any], of_meter: Sequence[Place], day: date, purpose: int) -> Place:
    serving = [place for place in of_meter if place.serves(day, purpose)]
    if not serving:
        last = of_meter[-1]
        raise RowRefused(
            "meter",
            cells["meter"],
            _("%(day)s 这块表不在该处（装表 %(start)s，拆表 %(end)s）")
            % {"day": day, "start": last.valid_from, "end": last.valid_to or _("未拆")},
            _("核对抄表日期与档案中的装拆表日期"),
        )
    listed = cells["multiplier"]
    if listed is not None and listed not in {place.multiplier for place in serving}:
        raise RowRefused(
            "multiplier",
            listed,
            _("档案倍率为 %(multiplier)s") % {"multiplier": serving[-1].multiplier},
            _("核对互感器；档案有误的先办理倍率变更"),
        )
    return serving[0] if purpose == Purpose.FINAL else serving[-1]


def _register_wh(
    field: str, value: Decimal | None, place: Place, register: int = Register.ACTIVE_TOTAL
) -> int | None:
    if value is None:
        return None
    if value < 0:
        raise RowRefused(field, value, _("示数不能为负"), _("核对示数"))
    if value >= 10 ** min(place.integer_digits, MAXIMUM_DIGITS):
        raise RowRefused(
            field,
            value,
            _("超过表计的 %(digits)s 位整数") % {"digits": place.integer_digits},
            _("核对示数与抄表位数"),
        )
    # A demand is shown finer than the energy registers whose digits the archive names.
    demand = register == Register.DEMAND
    allowed = FINEST_DECIMALS if demand else min(place.decimal_digits, FINEST_DECIMALS)
    scaled = value.scaleb(allowed)
    if scaled != scaled.to_integral_value():
        raise RowRefused(
            field, value, _("超过表计的 %(digits)s 位小数") % {"digits": allowed}, _("核对示数与抄表位数")
        )
    return int(value.scaleb(FINEST_DECIMALS))


def _exact_wh(field: str, value: Decimal | None) -> int | None:
    if value is None:
        return None
    scaled = value.scaleb(FINEST_DECIMALS)
    if scaled != scaled.to_integral_value() or abs(scaled) >= 10**15:
        raise RowRefused(field, value, _("电量应精确到 0.001 千瓦时"), _("核对抄见电量"))
    return int(scaled)
