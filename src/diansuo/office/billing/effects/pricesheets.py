"""A price sheet as a proposal: what its prices would have brought in the latest month, before anybody agrees to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.quantity.month import billing_year, month_of
from diansuo.core.rules import RuleBook, RuleBookRefused
from diansuo.core.rules.supposing import supposed
from diansuo.office.base.models import Proposal, User
from diansuo.office.base.proposals import kinds, limits
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.proposals import queries as kept
from diansuo.office.base.proposals.kinds import Effect, Progress, ProposalKind, Said
from diansuo.office.base.scope import Scope
from diansuo.office.billing.effects import booking, queries
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.sheets import comparing, operations
from diansuo.office.billing.sheets import queries as sheets
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.documents import Publication
from diansuo.office.billing.sheets.models import PriceSheet
from diansuo.office.billing.sheets.reading import Prices

NAME: Final = "price_sheet"
EVERYTHING: Final = Scope.everything()
State = PriceSheet.State


def propose(
    prices: Prices, publication: Publication, *, user: User | None, now: datetime, ran_by: str = ""
) -> tuple[PriceSheet, Proposal]:
    """Keep a sheet and the proposal that shows what it does; it prices nothing yet.

    Raises:
        UnableToDo: of the sheet, or of the proposal.
    """
    with transaction.atomic():
        sheet = operations.propose(prices, publication, user=user, now=now, ran_by=ran_by)
        return sheet, of_sheet(sheet, now=now)


def of_sheet(sheet: PriceSheet, *, now: datetime) -> Proposal:
    """Return the proposal of a sheet that waits; one from before there were proposals of sheets gets its own.

    Raises:
        UnableToDo: the proposal cannot be.
    """
    found = proposal_of(EVERYTHING, sheet)
    if found is not None:
        return found
    return proposals.proposed_and_seen(
        NAME,
        {"sheet": sheet.pk, "content": sheet.content_hash},
        station=None,
        subject=f"{sheet.from_date:%Y-%m} {sheet.document}",
        effective=sheet.from_date,
        reason=sheet.document,
        user=sheet.proposed_by,
        now=now,
        ran_by=sheet.proposed_from,
    )


def proposal_of(scope: Scope, sheet: PriceSheet) -> Proposal | None:
    """Return the proposal of a sheet; None: it is from before there were any."""
    return kept.of_thing(scope, NAME, sheet=sheet.pk)


def register() -> None:
    """Make the kind known (from the app's ``ready``)."""
    kinds.register(
        ProposalKind(
            name=NAME,
            title=gettext_lazy("月度价格表"),
            permission="base.propose_prices",
            second_right="base.approve_prices",
            refusals=_refusals,
            unchanged=lambda said: _sheet(said).content_hash == said["content"],
            effect=_effect,
            apply=_apply,
            final_bills=lambda proposal: sheets.final_bills(
                EVERYTHING, _sheet(proposal.terms), priced_book()
            ),
            take_back=_take_back,
            describe=_describe,
            ended=_ended,
            large=booking.is_large,
            seconds=seconds_by_share,
            page=lambda proposal: reverse("sheet", args=[proposal.terms["sheet"]]),
            after_bills=gettext_lazy("提交更正的价格表，再按“退补·批量重算”逐户退补，每笔另一人审批"),
        )
    )


def _sheet(said: Mapping[str, Any]) -> PriceSheet:
    return PriceSheet.objects.get(pk=said["sheet"])


def _refusals(said: Mapping[str, Any], effective: date, _today: date) -> list[str]:
    sheet = _sheet(said)
    if sheet.state != State.PROPOSED:
        return [_("这张价格表现在是“%(state)s”，刷新页面看一看") % {"state": sheet.get_state_display()}]
    month = month_of(effective)
    year = billing_year(month, year_start_month(priced_book(), month))
    closed = {one for station in queries.stations(EVERYTHING)
              for one in queries.closed_years(EVERYTHING, station.pk, year)}  # fmt: skip
    return [
        _("%(year)d 年度已关账，生效日 %(day)s 会改动它；改用关账之后的日期")
        % {"year": one, "day": effective}
        for one in sorted(closed)
    ]


def _effect(proposal: Proposal, _day: date, on_progress: Progress) -> Effect:
    sheet = _sheet(proposal.terms)

    def other(book: RuleBook, days: booking.Days) -> RuleBook:
        return supposed(book, moved(sheet.content, days))

    try:
        return booking.effect_of(sheet.content_hash, other, on_progress, commercial=True)
    except RuleBookRefused as refusal:
        raise proposals.UnableToDo(str(refusal)) from refusal


def moved(content: Mapping[str, Any], days: booking.Days) -> dict[str, Any]:
    """Return the documents of a sheet as if its prices held on other days: those of the month that is priced again."""
    first, end = days[0].isoformat(), (days[1] + timedelta(days=1)).isoformat()
    return {
        path: {**document, "values": {first: {**entry, "until": end}}}
        for path, document in content.items()
        for entry in document["values"].values()
    }


def seconds_by_share(effect: Effect, day: date) -> int:
    """A month's sheet moves everybody every month: two persons are needed where it moves a large share of the money."""
    before = abs(int(effect.content.get("before_fen", 0)))
    share = limits.limits(day).number("two_seconds_prices_from_ratio")
    return 2 if before and effect.moved_fen >= before * share else 1


def _words(write: Callable[[], Any]) -> None:
    try:
        write()
    except operations.UnableToDo as problem:
        raise proposals.UnableToDo(str(problem)) from problem


def _apply(proposal: Proposal, user: User | None, now: datetime) -> list[Any]:
    if user is None:
        raise proposals.UnableToDo(_("提交人不能审批自己的价格表，请另一人审批"))
    _words(lambda: operations.approve(_sheet(proposal.terms), user=user, now=now))
    return []


def _take_back(proposal: Proposal, user: User | None, now: datetime) -> None:
    _words(lambda: operations.withdraw(_sheet(proposal.terms), user=user, now=now))


def _ended(proposal: Proposal, user: User | None, now: datetime) -> None:
    sheet = _sheet(proposal.terms)
    if sheet.state == State.PROPOSED:
        _words(lambda: operations.withdraw(sheet, user=user, now=now))


def _describe(said: Mapping[str, Any]) -> list[Said]:
    found = []
    for row in comparing.rows(_sheet(said).content, priced_book()):
        what = f"{row.component} {row.scheme} {row.voltage}"
        found.append(Said(_("元/kWh"), what, "—" if row.before is None else str(row.before), str(row.price)))
    return found
