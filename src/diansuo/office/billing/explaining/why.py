"""The whole answer for one bill: the one it is compared with, the parts of the difference, and why each line is so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from diansuo.core.quantity.band import Band
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.explaining import Cause
from diansuo.office.base import wording
from diansuo.office.base.scope import Scope
from diansuo.office.billing.evidence import steps_of_line
from diansuo.office.billing.explaining import causes, evidence, queries
from diansuo.office.billing.explaining.lines import LineReason, reasons
from diansuo.office.billing.explaining.queries import Against, Missing
from diansuo.office.billing.explaining.stored import Stored, load
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.billing.waterfall import Waterfall, between

LANGUAGES = {"zh": "zh-hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the difference: its cause, what it makes, and the energy of the bill priced with it."""

    cause: Cause
    amount_fen: int
    energy_wh: int
    merged: bool


@dataclass(frozen=True, slots=True)
class Why:
    """A bill explained against an earlier one; without one ``missing`` says what there is not.

    The parts sum to what the bill is more than the earlier one, to the fen. Titles and sentences come in the language
    that is active when they are asked for.
    """

    after: Stored
    before: Stored | None
    asked: int
    missing: Missing | None
    parts: tuple[Part, ...]
    separable: bool

    @property
    def difference_fen(self) -> int:
        """What the bill is more than the earlier one."""
        return self.after.bill.amount_fen - self.before.bill.amount_fen if self.before else 0

    @property
    def question(self) -> str:
        """What is explained, in words: why so much more or less than which month; empty where there is none."""
        if self.before is None:
            return ""
        about = {
            "month": wording.month(self.before.bill.period),
            "amount": wording.yuan(abs(self.difference_fen)),
        }
        if self.difference_fen > 0:
            return _("为什么比 %(month)s 多 %(amount)s 元？") % about
        if self.difference_fen < 0:
            return _("为什么比 %(month)s 少 %(amount)s 元？") % about
        return _("与 %(month)s 一样多") % about

    @property
    def other_month(self) -> bool:
        """Whether the month asked for has no bill and an earlier one stands for it."""
        return self.before is not None and self.before.bill.period != self.asked

    def rows(self) -> list[dict[str, Any]]:
        """Return the parts with title and sentence."""
        if self.before is None:
            return []
        return [
            {
                "cause": part.cause.key,
                "title": str(causes.TITLES[part.cause]),
                "sentence": causes.sentence(part.cause, self.before, self.after, merged=part.merged),
                "amount_fen": part.amount_fen,
                "energy_wh": part.energy_wh,
            }
            for part in self.parts
        ]

    def lines(self) -> list[LineReason]:
        """Return why each line is what it is."""
        return reasons(self.after)

    def chart(self) -> Waterfall | None:
        """Draw the parts between the two bills; None where there is nothing to draw."""
        if self.before is None or not self.parts:
            return None
        before, after = self.before.bill, self.after.bill
        return between(
            (wording.month(before.period), before.amount_fen),
            [(str(causes.TITLES[part.cause]), part.amount_fen) for part in self.parts],
            (wording.month(after.period), after.amount_fen),
        )


def why(scope: Scope, bill: Bill, against: Against) -> Why:
    """Explain a bill against last month, or against the same month last year."""
    pair = queries.pair(scope, bill, against)
    stored = load(scope, [each for each in (pair.bill_id, pair.before_id) if each is not None])
    after = stored[bill.pk]
    if pair.before_id is None:
        return Why(after, None, pair.asked, pair.missing, (), separable=True)
    before = stored[pair.before_id]
    found = evidence.explain(before, after)
    effects = found.effects
    parts = tuple(
        Part(Cause(cause), amount, energy, merged)
        for cause, amount, energy, merged in zip(
            effects.cause.tolist(),
            effects.amount_fen.tolist(),
            effects.energy_wh.tolist(),
            effects.merged.tolist(),
            strict=True,
        )
    )
    return Why(after, before, pair.asked, None, parts, bool(found.separable.all()))


def missing_words(found: Why) -> str:
    """Say what there is not to compare with."""
    month = {"month": wording.month(found.asked)}
    if found.missing is Missing.ISSUED_ELSEWHERE:
        return _("%(month)s 的电费由其他系统发行，本系统没有核算，只有总额，没有可比的明细。") % month
    if found.missing is Missing.NO_BILL_THAT_MONTH:
        return _("本系统没有 %(month)s 的账单，不能与去年同月比较。") % month
    return _("这是该用户在本系统的第一张账单，还没有可比的账单。")


def record(found: Why) -> dict[str, Any]:
    """Return the answer as plain data with the words of both languages, for programs."""
    answer: dict[str, Any] = {
        "bill": _bill(found.after.bill),
        "before": _bill(found.before.bill) if found.before else None,
        "asked_period": wording.month(found.asked),
        "missing": found.missing.value if found.missing else None,
        "difference_fen": found.difference_fen if found.before else None,
        "separable": found.separable,
        "parts": [],
        "lines": [],
    }
    words: dict[str, dict[str, Any]] = {}
    for key, language in LANGUAGES.items():
        with override(language):
            words[key] = {
                "rows": found.rows(),
                "lines": [(line.title, line.sentence) for line in found.lines()],
                "missing": missing_words(found) if found.missing else None,
            }
    answer["missing_words"] = {key: each["missing"] for key, each in words.items()} if found.missing else None
    for at, row in enumerate(words["zh"]["rows"]):
        said = {
            key: {"title": each["rows"][at]["title"], "sentence": each["rows"][at]["sentence"]}
            for key, each in words.items()
        }
        answer["parts"].append(
            {name: row[name] for name in ("cause", "amount_fen", "energy_wh")} | {"words": said}
        )
    by_days = {part.part for part in found.after.parts if part.by_days}
    for at, line in enumerate(found.after.lines):
        said = {
            key: {"title": each["lines"][at][0], "sentence": each["lines"][at][1]}
            for key, each in words.items()
        }
        answer["lines"].append(_evidence(line, by_days) | {"words": said})
    return answer


def _evidence(line: BillLine, by_days: Collection[int]) -> dict[str, Any]:
    """Return the facts a line keeps: quantity, price, amount, step or period, component, rule and rounding."""
    return {
        "sequence": line.sequence,
        "component": Component(line.component).name.lower(),
        "part": line.part,
        "step": line.step or None,
        "band": None if line.band is None else Band(line.band).key,
        "quantity": line.quantity,
        "unit": BillLine.Unit(line.unit).name.lower(),
        "days": line.days or None,
        "price_nano": line.price_nano,
        "amount_fen": line.amount_fen,
        "remainder_wh": line.remainder_wh,
        "rule_id": line.rule.rule_id,
        "slice_hash": line.rule.slice_hash,
        "rulebook_hash": line.rule.rulebook_hash,
        "rounding_steps": list(steps_of_line(line, by_days)),
    }


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "id": bill.pk,
        "customer": bill.contract.customer.number,
        "period": wording.month(bill.period),
        "from_date": bill.from_date.isoformat(),
        "to_date": bill.to_date.isoformat(),
        "energy_wh": bill.energy_wh,
        "amount_fen": bill.amount_fen,
    }
