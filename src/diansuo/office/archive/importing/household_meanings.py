"""What the words about households and kinds of use mean; beside :mod:`meanings`, which applies them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.core.metering.energy import month_set
from diansuo.core.tariff.charging import ChargingSituation
from diansuo.office.archive.household_models import HouseholdTerm
from diansuo.office.archive.importing.not_understood import NotUnderstood
from diansuo.office.archive.importing.supply_meanings import meant_word
from diansuo.office.archive.importing.words import even

MOST_PERSONS: Final = 50
NO_MONTH: Final = frozenset({"无", "否", "0"})
SPAN: Final = re.compile(r"(\d{1,2})月?(?:[-~—至到](\d{1,2})月?)?")
BETWEEN: Final = re.compile(r"[、,;/ ]+")


def _persons(number: int) -> int:
    if not 0 <= number <= MOST_PERSONS:
        raise NotUnderstood(
            _("一户多人口人数应为0至%(most)d的整数") % {"most": MOST_PERSONS}, _("填登记人数，或留空")
        )
    return number


def _idle_months(text: str) -> int:
    """Return the set of months a text lists: 11-2 spans new year, 1、2、12 are three."""
    words = even(text.replace(" ", "、"))
    if words in NO_MONTH:
        return 0
    months: set[int] = set()
    for each in filter(None, BETWEEN.split(words)):
        found = SPAN.fullmatch(each)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise NotUnderstood(_("停用月份应为1至12的月份"), _("例如 11-2 或 1、2、12"))
        months |= {(first - 1 + ahead) % 12 + 1 for ahead in range((last - first) % 12 + 1)}
    if len(months) == 12:
        raise NotUnderstood(_("停用月份包含了全年"), _("全年不用电的办理暂停或销户"))
    return month_set(*months)


HOUSEHOLD_MEANINGS: dict[str, Callable[[Any], Any]] = {
    "persons": _persons,
    "electric_heating": partial(meant_word, "yes_no", lambda code: code == "YES"),
    "free_energy": partial(meant_word, "free_energy", lambda code: int(HouseholdTerm.FreeEnergy[code])),
    "idle_months": _idle_months,
    "charging_situation": partial(
        meant_word, "charging_situation", lambda code: int(ChargingSituation[code])
    ),
}
