"""What a finding of the audit says: the rule's name, why it stands out with its figures, what to do now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diansuo.core.tariff.auditing.rules import ABSENT, Situation
from diansuo.core.tariff.classes import VoltageClass
from diansuo.office.archive.models import VOLTAGE_CLASS_NAMES, MeteringSide
from diansuo.office.base import wording
from diansuo.office.base.registry import Words
from diansuo.office.billing.audit.sentences import (
    BACKWARDS,
    BY_DAYS,
    EXPECTED,
    FIGURE_NAMES,
    ON_THE_CHART,
    SENTENCES,
    TITLES,
)

SITUATIONS: Final = {(one.rule.id, one.kind): one for one in Situation}

SAID_AS_EXPECTED: Final = ("expected_wh", "zero_wh")

UNITS: Final[dict[str, tuple[Callable[[int], str], Promise | str]]] = {
    "wh": (lambda value: wording.kilowatt_hours(round(value, -1)), "kWh"),  # as energy settles: 0.01 kWh
    "varh": (wording.kilowatt_hours, "kvarh"),
    "w": (wording.kilovolt_amperes, "kW"),
    "va": (wording.kilovolt_amperes, "kVA"),
    "fen": (wording.yuan, _("元")),
    "nano": (lambda value: wording.yuan_per_kilowatt_hour(round(value, -5)), _("元/kWh")),
    "hundredths": (wording.hundredths, ""),
    "count": (str, ""),
    "day": (lambda value: (date(1970, 1, 1) + timedelta(days=value)).isoformat(), ""),
    "class": (lambda value: str(VOLTAGE_CLASS_NAMES[VoltageClass(value)]), ""),
    "side": (lambda value: str(MeteringSide(value).label), ""),
}


def title(rule: str) -> str:
    """Return the name of a rule of the audit."""
    found: Promise | str = TITLES.get(rule, rule)
    return str(found)


def titles() -> dict[str, str]:
    """Return the name of every rule by its id, in the order of the rules."""
    return {rule: title(rule) for rule in TITLES}


def words_of(finding: Any) -> Words:
    """Put a stored finding of the audit into words."""
    situation = _situation(finding)
    if situation is None:
        return Words(title(finding.rule), "", "")
    sentence, remedy = SENTENCES[situation]
    reason = str(sentence) % _said(situation, finding)
    reverse = int(finding.detail.get("figures", {}).get("reverse_wh", 0))
    if reverse > 0:
        also, remedy = BACKWARDS
        reason += str(also) % {"reverse_wh": _text("reverse_wh", reverse)[0]}
    return Words(title(finding.rule), reason, str(remedy))


def expected_text(finding: Any) -> str:
    """Return what should be, in words; empty where the rule is not known (any more)."""
    situation = _situation(finding)
    return "" if situation is None else str(EXPECTED[situation]) % _said(situation, finding)


def expected_energy(finding: Any) -> tuple[str, int] | None:
    """Return the energy that the month should have had, or may have had, with its name, Wh; None where it is another's.

    Only of rules that are about the energy the meter showed: it can be laid beside the other months'.
    """
    situation = _situation(finding)
    if situation is None or situation.figures[0] != "energy_wh" or len(situation.figures) < 2:
        return None
    name = situation.figures[1]
    value = int(finding.detail.get("figures", {}).get(name, ABSENT))
    return None if name not in ON_THE_CHART or value == ABSENT else (str(FIGURE_NAMES[name]), value)


def figures_in_words(finding: Any) -> list[tuple[str, str]]:
    """Return the figures of a finding as (name, text with its unit), those that are known, but what should be."""
    situation = _situation(finding)
    values = finding.detail.get("figures", {})
    return [
        (str(FIGURE_NAMES[name]), " ".join(_figure(name, values)).strip())
        for name in (() if situation is None else (*situation.figures, "reverse_wh"))
        if int(values.get(name, ABSENT)) != ABSENT and name not in SAID_AS_EXPECTED
    ]


def _said(situation: Situation, finding: Any) -> dict[str, str]:
    values = finding.detail.get("figures", {})
    return {name: _figure(name, values)[0] for name in situation.figures}


def _situation(finding: Any) -> Situation | None:
    return SITUATIONS.get((finding.rule, str(finding.detail.get("kind", ""))))


def _figure(name: str, values: Any) -> tuple[str, str]:
    """Return a figure and its unit; a month that was scaled by days as its bill says it, and what it was scaled to."""
    scaled = _text(name, int(values.get(name, ABSENT)))
    settled = _text(name, int(values.get(f"settled_{name}", ABSENT)))
    if f"settled_{name}" not in values or settled == scaled:
        return scaled
    return settled[0] + str(BY_DAYS) % {"energy": scaled[0]}, settled[1]


def _text(name: str, value: int) -> tuple[str, str]:
    write, unit = UNITS[name.rpartition("_")[2]]
    return (wording.NOTHING, "") if value == ABSENT else (write(value), str(unit))
