"""The daily lists as tables: columns, rows, what a task made from a row says, and what is missing where nothing is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.network.daily_lists import Winding
from diansuo.core.network.list_thresholds import ListThresholds
from diansuo.core.network.runs import POINTS_A_DAY, Verdict
from diansuo.office.base import wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.network.summer.queries import AreaRow, MeterRow, Spell

OVER = "over"
CODES = {
    Verdict.FULFILLED: "is",
    Verdict.UNDECIDED: "open",
    Verdict.NOT_COLLECTED: "none",
    Verdict.CLEAR: "clear",
}
LOAD_NAMES: dict[str, Promise] = {
    OVER: gettext_lazy("过载"),
    "is": gettext_lazy("重载"),
    "open": gettext_lazy("待定"),
    "none": gettext_lazy("无曲线"),
    "clear": gettext_lazy("正常"),
}
VOLTAGE_NAMES: dict[str, Promise] = LOAD_NAMES | {"is": gettext_lazy("低电压")}
BALANCE_NAMES: dict[str, Promise] = LOAD_NAMES | {"is": gettext_lazy("越限")}
TONES = {OVER: "bad", "is": "bad", "open": "warn", "none": "warn", "clear": "ok"}
WINDINGS = {Winding.UNKNOWN: "", Winding.STAR: "Yyn0", Winding.DELTA: "Dyn11"}


def load_code(of: AreaRow) -> str:
    """Return how an area's load was judged: overloaded, heavily loaded, open, no curve, or neither."""
    return OVER if of.overloaded.verdict == Verdict.FULFILLED else CODES[of.heavy.verdict]


def balance_code(of: AreaRow) -> str:
    """Return how the balance of an area's phases and its neutral was judged: the worse of the two."""
    order = (Verdict.FULFILLED, Verdict.UNDECIDED, Verdict.NOT_COLLECTED, Verdict.CLEAR)
    return CODES[min((of.imbalance.verdict, of.neutral.verdict), key=order.index)]


def _head() -> tuple[Column, ...]:
    return (
        Column("area", _("台区"), Kind.CODE, url_name="loss_area", url_args=("area_id",)),
        Column("number", _("台区编号"), Kind.CODE),
        Column("manager", _("台区经理"), Kind.CODE),
    )


def _tail() -> tuple[Column, ...]:
    return (
        Column("lasting", _("连续"), Kind.CODE),
        Column("span", _("起止"), Kind.CODE),
        Column("points", _("采到点数"), Kind.CODE),
        Column("remark", _("说明"), Kind.WORDS),
    )


def load_columns() -> tuple[Column, ...]:
    """Return the columns of the list of loads."""
    return (
        *_head(),
        Column("code", _("判定"), Kind.CODE, labels=dict(LOAD_NAMES), tones=TONES),
        Column("capacity_va", _("配变容量"), Kind.KVA, unit="kVA"),
        Column("rate_bp", _("最大负载率"), Kind.PERCENT, unit="%"),
        Column("worst_va", _("最大视在功率"), Kind.TENTHS, unit="kVA"),
        Column("worst_at", _("时刻"), Kind.CODE),
        *_tail(),
    )


def balance_columns() -> tuple[Column, ...]:
    """Return the columns of the list of unbalanced phases."""
    return (
        *_head(),
        Column("code", _("判定"), Kind.CODE, labels=dict(BALANCE_NAMES), tones=TONES),
        Column("winding", _("联结组别"), Kind.CODE),
        Column("worst_bp", _("最大不平衡度"), Kind.PERCENT, unit="%"),
        Column("neutral_ma", _("最大零线电流"), Kind.TENTHS, unit="A"),
        *_tail(),
    )


def voltage_columns() -> tuple[Column, ...]:
    """Return the columns of the list of low voltages."""
    return (
        *(column for column in _head() if column.name != "number"),
        Column("customer_name", _("用户名称"), url_name="customer", url_args=("customer_id",)),
        Column("customer_number", _("用户编号"), Kind.CODE),
        Column("meter", _("电能表编号"), Kind.CODE),
        Column("code", _("判定"), Kind.CODE, labels=dict(VOLTAGE_NAMES), tones=TONES),
        Column("worst_mv", _("最低相电压"), Kind.TENTHS, unit="V"),
        Column("worst_at", _("时刻"), Kind.CODE),
        *_tail(),
    )


def exported_columns(shown: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns of a list as a file: with the day, and what the page has no room for."""
    names = {column.name for column in shown}
    number = () if "number" in names else tuple(column for column in _head() if column.name == "number")
    total = Column("total", _("当日累计"), Kind.CODE)
    return (Column("day", _("日期"), Kind.DAY), *number, *shown, total)


def load_row(of: AreaRow, limits: ListThresholds) -> dict[str, Any]:
    """Return an area's load as a row."""
    code = load_code(of)
    spell = of.overloaded if code == OVER else of.heavy
    worst = of.heavy.worst
    capacity = of.capacity_va or None
    said = [*_missing(of, spell)]
    if of.overloaded.verdict == Verdict.UNDECIDED and code == "is":
        said.append(_("是否过载待定"))
    if worst is not None and not of.measured:
        assumed = limits.assumed_power_factor_permille / 1000
        said.append(_("没有电流曲线，按功率因数 %s 推算") % assumed)
    return _area(of) | _spell(spell) | {
        "code": code,
        "capacity_va": capacity,
        "rate_bp": None if worst is None or capacity is None else worst * 10_000 // capacity,
        "worst_va": worst,
        "worst_at": _clock(of.heavy.worst_minute) if worst is not None else "",
        "remark": _("；").join(said),
    }  # fmt: skip


def balance_row(of: AreaRow) -> dict[str, Any]:
    """Return the balance of an area's phases as a row; the run shown is the one that was judged worse."""
    code = balance_code(of)
    first = CODES[of.imbalance.verdict] == code
    spell = of.imbalance if first else of.neutral
    said = [*_missing(of, spell)]
    if code == "is":
        names = [
            name
            for name, each in ((_("三相不平衡"), of.imbalance), (_("零线电流"), of.neutral))
            if each.verdict == Verdict.FULFILLED
        ]
        said.insert(0, _("、").join(names))
    if of.winding == Winding.UNKNOWN and spell.verdict != Verdict.NOT_COLLECTED:
        said.append(_("档案没有联结组别，只按较宽的限值认定"))
    return _area(of) | _spell(spell) | {
        "code": code,
        "winding": WINDINGS[of.winding],
        "worst_bp": of.imbalance.worst,
        "neutral_ma": of.neutral.worst,
        "remark": _("；").join(said),
    }  # fmt: skip


def voltage_row(of: MeterRow) -> dict[str, Any]:
    """Return a meter's low voltage as a row."""
    return _spell(of.low) | {
        "area": of.area_name,
        "area_id": of.area_id,
        "number": of.area_number,
        "manager": of.manager,
        "day": of.day,
        "customer_name": of.customer_name,
        "customer_number": of.customer_number,
        "customer_id": of.customer_id,
        "meter": of.meter,
        "code": CODES[of.low.verdict],
        "worst_mv": of.low.worst,
        "worst_at": _clock(of.low.worst_minute) if of.low.worst is not None else "",
        "remark": _("；").join(_gaps(of.low)),
    }


def about_load(of: AreaRow, row: dict[str, Any]) -> Subject:
    """Say what a task made from an area's load is about."""
    said = {"what": LOAD_NAMES[row["code"]], "name": of.name, "number": of.number, "span": row["span"]}
    title = _("%(what)s：%(name)s %(number)s，%(day)s %(span)s，最大负载率 %(rate)s%%") % {
        **said, "day": wording.short_day(of.day), "rate": wording.per_cent(row["rate_bp"]),
    }  # fmt: skip
    return _subject(of, title, "daily_loads", _("核对配变容量，看负荷能否转供、错峰或增容。"))


def about_balance(of: AreaRow, row: dict[str, Any]) -> Subject:
    """Say what a task made from unbalanced phases is about."""
    title = _("三相不平衡：%(name)s %(number)s，%(day)s 最大不平衡度 %(rate)s%%") % {
        "name": of.name, "number": of.number, "day": wording.short_day(of.day),
        "rate": wording.per_cent(row["worst_bp"]),
    }  # fmt: skip
    return _subject(of, title, "daily_balance", _("测各相电流，把重相的单相用户调到轻相。"))


def about_voltage(of: MeterRow, row: dict[str, Any]) -> Subject:
    """Say what a task made from a low voltage is about."""
    title = _("低电压：%(name)s %(number)s，%(day)s %(span)s，最低 %(volt)s V") % {
        "name": of.customer_name, "number": of.customer_number, "day": wording.short_day(of.day),
        "span": row["span"], "volt": wording.tenths(row["worst_mv"]),
    }  # fmt: skip
    return Subject(
        title, source="loss", customer_number=of.customer_number, area_number=of.area_number,
        url=reverse("daily_voltages") + f"?day={of.day.isoformat()}", staff_id=of.manager_id,
        station_id=of.station_id,
        instruction=_("先测配变出口电压和分接档位，再看线径、供电半径和三相负荷，接头有无发热。"),
    )  # fmt: skip


def figures(counts: Mapping[str, int], names: dict[str, Promise]) -> list[tuple[str, str, int, str]]:
    """Return the counts above a list: code, name, how many, tone."""
    shown = [code for code in names if code != OVER or names is LOAD_NAMES]
    counted = [(code, str(names[code]), counts.get(code, 0)) for code in shown]
    tones = {code: tone for code, tone in TONES.items() if tone in ("bad", "warn")}
    return [(code, title, count, tones.get(code, "") if count else "") for code, title, count in counted]


def _subject(of: AreaRow, title: str, url_name: str, instruction: str) -> Subject:
    return Subject(
        title, source="loss", area_number=of.number, url=reverse(url_name) + f"?day={of.day.isoformat()}",
        staff_id=of.manager_id, station_id=of.station_id, instruction=instruction,
    )  # fmt: skip


def _area(of: AreaRow) -> dict[str, Any]:
    return {
        "area": of.name,
        "area_id": of.area_id,
        "number": of.number,
        "manager": of.manager,
        "day": of.day,
    }


def _spell(of: Spell) -> dict[str, Any]:
    """Return when a condition held, in words; nothing where it never did."""
    return {
        "lasting": _hours(of.minutes),
        "span": f"{_clock(of.start_minute)}–{_clock(of.start_minute + of.minutes)}" if of.minutes else "",
        "total": _hours(of.total_minutes),
        "points": f"{of.known}/{POINTS_A_DAY}",
    }


def _missing(of: AreaRow, spell: Spell) -> Iterable[str]:
    """Say what the archive or the curves must bring before an area can be judged."""
    if not of.masters:
        yield _("档案里没有台区总表")
    elif spell.verdict == Verdict.NOT_COLLECTED:
        yield _("台区总表当天没有曲线")
    if not of.capacity_va:
        yield _("档案没有配变容量")
    yield from _gaps(spell)


def _gaps(of: Spell) -> Iterable[str]:
    if of.verdict != Verdict.UNDECIDED:
        return
    if of.known < POINTS_A_DAY:
        yield _("当天缺 %s 点，补采后再判") % (POINTS_A_DAY - of.known)
    elif of.start_minute <= 0 < of.minutes:
        yield _("前一天的点不全，零点前是否已持续不知道")


def _hours(minutes: int) -> str:
    if not minutes:
        return ""
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _("%s 小时") % hours
    return (
        _("%(hours)s 小时 %(minutes)s 分") % {"hours": hours, "minutes": rest} if hours else _("%s 分") % rest
    )


def _clock(minute: int) -> str:
    """Write a minute of the day; of the day before with the word for it."""
    text = f"{minute // 60 % 24:02d}:{minute % 60:02d}" if minute != 24 * 60 else "24:00"
    return _("前一日 %s") % text if minute < 0 else text


def file_name(title: str, day: date) -> str:
    """Return what an exported list is called."""
    return f"{title}_{day.isoformat()}"
