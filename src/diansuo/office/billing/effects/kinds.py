"""The kinds of proposals about terms of the archive, declared in one place: what each is called and may change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy

from diansuo.office.archive.terms import agreed, standing
from diansuo.office.archive.terms.changes import changes_of
from diansuo.office.base.models import Proposal
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals.kinds import ProposalKind
from diansuo.office.base.scope import Scope
from diansuo.office.billing.effects import (
    content,
    pricesheets,
    queries,
    refusals,
    reversal,
    rulefiles,
    wording,
)

PROPOSING: Final = "base.propose_terms"
TITLES: Final = {
    "multiplier": gettext_lazy("倍率变更"),
    "class": gettext_lazy("用电类别、电压变更"),
    "capacity": gettext_lazy("合同容量变更"),
    "steps": gettext_lazy("阶梯选择变更（多人口、电采暖、免费电量）"),
    "area": gettext_lazy("台区、相别变更"),
    "archive_batch": gettext_lazy("档案导入变更"),
}


def register() -> None:
    """Make the kinds known (from the app's ``ready``)."""
    for name, title in TITLES.items():
        kinds.register(
            ProposalKind(
                name=name,
                title=title,
                permission=PROPOSING,
                refusals=refusals.refusals,
                unchanged=lambda said: standing.unchanged(changes_of(said)),
                effect=content.effect_of,
                apply=agreed.apply,
                final_bills=_final_bills,
                take_back=agreed.take_back,
                describe=wording.describe,
                reversal=reversal.terms_of,
                slips=refusals.slips,
                large=lambda said: len(said["changes"]) > kinds.MANY,
            )
        )
    kinds.register(
        ProposalKind(
            name=reversal.NAME,
            title=gettext_lazy("撤回已执行的变更（退补）"),
            permission=PROPOSING,
            refusals=reversal.refusals,
            unchanged=reversal.unchanged,
            effect=reversal.effect_of,
            apply=reversal.apply,
            final_bills=lambda _proposal: 0,
            take_back=reversal.take_back,
            describe=reversal.describe,
            undone=False,
        )
    )
    pricesheets.register()
    rulefiles.register()


def _points(said: Mapping[str, Any]) -> set[int]:
    return standing.points_of(changes_of(said)).every_point


def _final_bills(proposal: Proposal) -> int:
    """Count the bills issued on it: those of days of use from its day on, without those that were out before it."""
    since: date = proposal.effective_date
    every = queries.final_bills(Scope.everything(), _points(proposal.terms), since)
    return every - int(proposal.preview.get("final_bills", 0))
