"""How the auditor's desk says where findings stand and what was decided."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from diansuo.office.base import wording
from diansuo.office.billing.audit.queries import Row
from diansuo.office.billing.audit.standing import Standing

STATES = (
    (str(Standing.OPEN), gettext_lazy("待审核")),
    (str(Standing.HELD), gettext_lazy("扣留")),
    (str(Standing.SITE), gettext_lazy("现场核实")),
    (str(Standing.RELEASED), gettext_lazy("已放行")),
)
ISSUED = "issued"
"""Where a finding stands that nobody decided about before its bill went out: nothing is left to decide."""
STATE_NAMES = {**dict(STATES), ISSUED: gettext_lazy("发行时未审核")}
TONES = {Standing.OPEN: "warn", Standing.HELD: "bad", Standing.SITE: "info", Standing.RELEASED: "ok"}
REASONS = {
    "released": gettext_lazy("核对无误，属实放行"),
    "held": gettext_lazy("存疑，扣留待核"),
    "site": gettext_lazy("转现场核实"),
}


def stands(row: Row) -> str:
    """Return where a finding stands for the desk: open only while its bill is not out."""
    return ISSUED if row.issued and row.standing == Standing.OPEN else str(row.standing)


def per_thousand(tenths: int | None) -> str:
    """Write findings per 1,000 bills, given in tenths."""
    return wording.NOTHING if tenths is None else f"{tenths // 10:,}.{tenths % 10}"


def default_reason(decision: str) -> str:
    """Return the reason kept where the auditor wrote none: in the source's language, whoever decides."""
    with override("zh-hans"):
        return str(REASONS.get(decision, ""))


def reason_words(reason: str) -> str:
    """Write a kept reason; one of our own making in the reader's language, what a person wrote as it stands."""
    own = {default_reason(decision): words for decision, words in REASONS.items()}
    return str(own.get(reason, reason))


def decided(decision: str, counts: Mapping[str, int]) -> str:
    """Say what was decided, and what came of it."""
    count = counts["decided"]
    if decision == "released":
        said = _("已放行 %(count)s 条") % {"count": count}
    elif decision == "held":
        said = _("已扣留 %(count)s 条，这些户本次不发行") % {"count": count}
    else:
        said = _("%(count)s 条已转现场核实，派工 %(orders)s 张") % {
            "count": count,
            "orders": counts["orders"],
        }
    return said


def taken_back(counts: Mapping[str, int]) -> str:
    """Say where the findings stand again whose decision was taken back."""
    places = _("、").join(
        _("%(count)s 条回到%(state)s") % {"count": count, "state": STATE_NAMES[state]}
        for state, count in counts.items()
    )
    return _("已撤回，%(places)s") % {"places": places}
