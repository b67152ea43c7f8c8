"""Another reading in place of one that stands, entered (示数改动) or brought by a list, as kinds of proposals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.metering import Register
from diansuo.office.base import wording
from diansuo.office.base.models import Proposal
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals.kinds import Effect, Progress, ProposalKind, Said
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.desk.proposals import both_ways, queries
from diansuo.office.metering import overriding
from diansuo.office.metering.importing import holding
from diansuo.office.metering.models import REGISTER_NAMES

AFTER_BILLS: Final = gettext_lazy("按“退补·示数错误”提交退补，另一人审批")
MANY: Final = 200
"""Readings of a list that change, above which the months are billed both ways in the background."""


def register() -> None:
    """Make the kinds known (from the app's ``ready``)."""
    kinds.register(
        ProposalKind(
            name=overriding.NAME,
            title=gettext_lazy("示数改动"),
            permission="base.enter_readings",
            refusals=lambda said, _effective, _today: [] if said["before"] else [_("没有任何变更")],
            unchanged=overriding.unchanged,
            effect=_effect,
            apply=lambda proposal, _user, now: overriding.write(proposal, now),
            final_bills=_final_bills,
            take_back=lambda proposal, _user, _now: overriding.take_back(proposal),
            describe=_describe,
            sections=_sections,
            after_bills=AFTER_BILLS,
        )
    )
    kinds.register(
        ProposalKind(
            name=holding.KIND,
            title=gettext_lazy("清单改动示数"),
            permission="base.import_files",
            refusals=lambda said, _effective, _today: [] if said["changes"] else [_("没有任何变更")],
            unchanged=holding.unchanged,
            effect=_effect_of_list,
            apply=lambda proposal, _user, now: holding.write(proposal, now),
            final_bills=_final_bills_of_list,
            take_back=lambda proposal, _user, _now: holding.take_back(proposal),
            describe=_describe_list,
            sections=_sections,
            large=lambda said: len(said["changes"]) > MANY,
            after_bills=AFTER_BILLS,
        )
    )


def _effect(proposal: Proposal, _day: Any, on_progress: Progress) -> Effect:
    """Bill the month with the reading that stands and with the other one."""
    said = proposal.terms
    point = overriding.point_of(said)
    months = {said["period"]: [point.contract_id]}
    return both_ways.effect_of(
        proposal,
        point.station,
        months,
        lambda: overriding.write(proposal, proposal.proposed_at),
        on_progress,
    )


def _effect_of_list(proposal: Proposal, _day: Any, on_progress: Progress) -> Effect:
    """Bill the months with the readings that stand and with those of the list."""
    months = holding.contracts_by_month(proposal.terms)
    assert proposal.station is not None, "a list's readings are a station's"
    return both_ways.effect_of(
        proposal,
        proposal.station,
        months,
        lambda: holding.write(proposal, proposal.proposed_at),
        on_progress,
    )


def _final_bills(proposal: Proposal) -> int:
    said = proposal.terms
    return _final({said["period"]: [overriding.point_of(said).contract_id]})


def _final_bills_of_list(proposal: Proposal) -> int:
    return _final(holding.contracts_by_month(proposal.terms))


def _final(months: Mapping[int, list[int]]) -> int:
    """Count the bills of some months that were issued."""
    every = Scope.everything()
    return sum(
        row.state != Bill.State.DRAFT
        for period, contracts in months.items()
        for row in queries.bills_of_month(every, contracts, period)
    )


def _sections(proposal: Proposal) -> list[tuple[str, list[str]]]:
    """Return whose bill a check would hold: their difference is that of having none."""
    held = proposal.preview.get("held", 0)
    words = _("%(count)d 户改动后会被核查扣住、不出账单，增减按变为 0 元计；先核实示数")
    return [(_("会被扣住"), [words % {"count": held}])] if held else []


def _describe(said: Mapping[str, Any]) -> list[Said]:
    return [
        _value(str(said["day"]), int(one), wh, said["after"][one])
        for one, wh in sorted(said["before"].items())
    ]


def _describe_list(said: Mapping[str, Any]) -> list[Said]:
    return [
        _value(
            f"{one['customer']} {one['day']}",
            one["register"],
            one["before"]["register_wh"],
            one["after"]["register_wh"],
            estimated=(one["before"]["estimated"], one["after"]["estimated"]),
        )
        for one in said["changes"]
    ]


def _value(
    subject: str, register: int, before_wh: int, after_wh: int, estimated: tuple[bool, bool] = (False, False)
) -> Said:
    marks = [f"（{_('估抄')}）" if each else "" for each in estimated]
    return Said(
        subject,
        str(REGISTER_NAMES[Register(register)]),
        wording.kilowatt_hours(before_wh) + marks[0],
        wording.kilowatt_hours(after_wh) + marks[1],
    )
