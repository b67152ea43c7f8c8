"""From the words and numbers of a line to what the archive stores: classes, phases, digits, volt-amperes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.archive.importing import words
from diansuo.office.archive.importing.household_meanings import HOUSEHOLD_MEANINGS
from diansuo.office.archive.importing.lines import Lines
from diansuo.office.archive.importing.not_understood import NotUnderstood
from diansuo.office.archive.importing.point_meanings import POINT_MEANINGS
from diansuo.office.archive.importing.supply_meanings import SUPPLY_MEANINGS
from diansuo.office.archive.models import VectorGroup
from diansuo.office.archive.route_models import ReadingMethod

DIGITS = re.compile(r"([1-9])(?:\.([0-6]))?")
VECTOR_GROUPS = {"dyn11": VectorGroup.DYN11, "yyn0": VectorGroup.YYN0}
LONGEST_MODEL = 40
LARGEST_VA = 10_000_000_000
EARLIEST_YEAR, LATEST_YEAR = 2000, 2099


def translate(lines: Lines) -> None:
    """Replace words and written numbers by what they mean, refusing the lines whose values mean nothing.

    Afterwards ``price_class`` and ``voltage_class`` hold codes, ``phase`` a letter code, ``digits`` a pair of
    counts, the capacities volt-amperes, ``opening_energy_wh`` Wh, ``master`` whether a line is an area's master meter,
    ``gate`` whether it is a feeder's gate, ``unowned`` whether it is either and so has no customer.
    """
    lines.values["master"] = [bool(role) and words.is_master(role) for role in lines["point_role"]]
    lines.values["gate"] = [bool(role) and words.is_gate(role) for role in lines["point_role"]]
    lines.values["unowned"] = [a or b for a, b in zip(lines["master"], lines["gate"], strict=True)]
    for name in ("area_number", "area_name"):
        # The gate stands before all areas of its feeder.
        lines.values[name] = [
            None if gate else value for gate, value in zip(lines["gate"], lines[name], strict=True)
        ]
    for name, meaning in MEANINGS.items():
        _translate(lines, name, meaning)


def _translate(lines: Lines, name: str, meaning: Callable[[Any], Any]) -> None:
    column = lines[name]
    known: dict[Any, Any] = {None: None}
    for value in set(column) - {None}:
        try:
            known[value] = meaning(value)
        except NotUnderstood as problem:
            known[value] = problem
    if any(isinstance(found, NotUnderstood) for found in known.values()):
        for i in range(len(lines)):
            found = known[column[i]]
            if isinstance(found, NotUnderstood) and not _beside_the_point(lines, i, name):
                lines.refuse(i, name, found.reason, found.remedy)
    meant = {value: None if isinstance(found, NotUnderstood) else found for value, found in known.items()}
    lines.values[name] = [meant[value] for value in column]


def _beside_the_point(lines: Lines, i: int, name: str) -> bool:
    """A master or gate meter has no contract, so whatever terms its line names are not read."""
    of_contract = (
        name in ("price_class", "voltage_class")
        or name in SUPPLY_MEANINGS
        or name in HOUSEHOLD_MEANINGS
        or name in POINT_MEANINGS
    )
    return of_contract and lines["unowned"][i]


def _price_class(text: str) -> int:
    code = words.price_class(text)
    if code is not None:
        return int(code)
    if words.is_not_priced(text):
        raise NotUnderstood(
            _("这个用电类别看不出是单一制还是两部制"),
            _("写成“工商业（单一制）”或“工商业（两部制）”"),
        )
    raise NotUnderstood(
        _("不认识的用电类别"), _("可用：%(words)s") % {"words": "、".join(words.known("price_class"))}
    )


def _voltage_class(text: str) -> int:
    code = words.voltage_class(text)
    if code is None:
        raise NotUnderstood(
            _("不认识的供电电压"), _("可用：%(words)s") % {"words": "、".join(words.known("voltage_class"))}
        )
    return int(code)


def _phase(text: str) -> str:
    code = words.phase(text)
    if code is None:
        raise NotUnderstood(_("不认识的相别"), _("可用：A、B、C、三相"))
    return code


def _dedicated(text: str) -> bool:
    dedicated = words.is_dedicated(text)
    if dedicated is None:
        raise NotUnderstood(_("不认识的公专变标志"), _("可用：公变、专变"))
    return dedicated


def _vector_group(text: str) -> int:
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    if plain not in VECTOR_GROUPS:
        raise NotUnderstood(_("不认识的联结组别"), _("可用：Dyn11、Yyn0；其他的留空"))
    return int(VECTOR_GROUPS[plain])


def _area_model(text: str) -> str:
    plain = re.sub(r"\s+", "", text).upper()
    if len(plain) > LONGEST_MODEL:
        raise NotUnderstood(_("配变型号太长"), _("照铭牌填，如 S11-M-200/10"))
    return plain


def _digits(text: str) -> tuple[int, int]:
    match = DIGITS.fullmatch(text)
    if not match:
        raise NotUnderstood(_("抄表位数应为“整数位.小数位”"), _("例如 6.2：六位整数，两位小数"))
    return int(match[1]), int(match[2] or 0)


def _volt_amperes(kilo: Decimal) -> int:
    va = kilo * 1000
    if va != va.to_integral_value() or not 0 <= va <= LARGEST_VA:
        raise NotUnderstood(_("容量应为0至1千万千伏安、至多三位小数"), _("以千伏安（kVA）填写"))
    return int(va)


def _energy_wh(kwh: Decimal) -> int:
    wh = kwh * 1000
    if wh != wh.to_integral_value() or wh < 0:
        raise NotUnderstood(_("电量应不小于0、至多三位小数"), _("以千瓦时（kWh）填写"))
    return int(wh)


def _year(number: int) -> int:
    if not EARLIEST_YEAR <= number <= LATEST_YEAR:
        raise NotUnderstood(_("累计年度应为四位年份"), _("例如 2024"))
    return number


def _multiplier(number: int) -> int:
    if not 1 <= number <= 100_000:
        raise NotUnderstood(_("综合倍率应为1至100000的整数"), _("按互感器变比填写；直接接入填1"))
    return number


def _reading_day(number: int) -> int:
    if not 1 <= number <= 31:
        raise NotUnderstood(_("抄表例日应为1至31"), _("填每月的几日，例如 1"))
    return number


def _reading_method(text: str) -> str:
    code = words.code("reading_method", text)
    if code is None:
        raise NotUnderstood(
            _("不认识的抄表方式"), _("可用：%(words)s") % {"words": "、".join(words.known("reading_method"))}
        )
    return ReadingMethod[code].value


def _walk_order(number: int) -> int:
    if not 0 <= number <= 2_000_000_000:
        raise NotUnderstood(_("抄表序号应为不小于0的整数"), _("改正或留空"))
    return number


MEANINGS: dict[str, Callable[[Any], Any]] = {
    "price_class": _price_class,
    "voltage_class": _voltage_class,
    "phase": _phase,
    "digits": _digits,
    "area_dedicated": _dedicated,
    "area_winding": _vector_group,
    "area_model": _area_model,
    "capacity_va": _volt_amperes,
    "area_capacity_va": _volt_amperes,
    "opening_energy_wh": _energy_wh,
    "opening_year": _year,
    "multiplier": _multiplier,
    "reading_day": _reading_day,
    "reading_method": _reading_method,
    "walk_order": _walk_order,
    **SUPPLY_MEANINGS,
    **HOUSEHOLD_MEANINGS,
    **POINT_MEANINGS,
}
