"""An applied change taken back although bills stand on it (撤回提议): archive as before, months put right (退补).

Its preview is the corrections themselves, worked out on the archive as it would be; they are issued by their own second
person, as every correction is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.tariff.what_if import spread_of
from diansuo.office.archive.terms import operations as terms
from diansuo.office.archive.terms import queries as archive
from diansuo.office.archive.terms import standing
from diansuo.office.archive.terms.changes import changes_of
from diansuo.office.base.models import Proposal, User
from diansuo.office.base.proposals.kinds import Effect, Progress, Said
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.scope import Scope
from diansuo.office.billing.average import queries as average
from diansuo.office.billing.effects import queries, wording
from diansuo.office.billing.rebilling import operations as rebilling
from diansuo.office.billing.rebilling import wording as rebilling_wording
from diansuo.office.billing.rebilling.models import Correction
from diansuo.office.billing.rebilling.preview import Asked, Preview, preview
from diansuo.office.billing.rebilling.uses import Held

NAME = "reversal"
SHOWN = 20


class _Shadow(Exception):
    """Rolls the archive back to what it is."""


def terms_of(proposal: Proposal) -> tuple[str, Mapping[str, Any]]:
    """Return the kind and the terms that take an applied proposal back."""
    return NAME, {"reverses": proposal.pk, "changes": proposal.terms["changes"]}


def _original(said: Mapping[str, Any]) -> Proposal:
    return Proposal.objects.get(pk=said["reverses"])


def unchanged(said: Mapping[str, Any]) -> bool:
    """Tell whether the change still stands."""
    return _original(said).state == Proposal.State.APPLIED


def refusals(said: Mapping[str, Any], effective: date, _today: date) -> list[str]:
    """Return what speaks against it: the change is gone already, or its year is closed."""
    if not unchanged(said):
        return [_("这项变更已经不在执行")]
    station = _original(said).station_id
    closed = queries.closed_years(Scope.everything(), station, effective.year)
    return [_("%(year)d 年度已关账，不能再退补") % {"year": year} for year in closed]


def describe(said: Mapping[str, Any]) -> list[Said]:
    """Return the values that go back."""
    return [Said(one.subject, one.what, one.after, one.before) for one in wording.describe(said)]


def effect_of(proposal: Proposal, day: date, on_progress: Progress) -> Effect:
    """Return what the corrections would come to, on the archive as it would be; nothing is kept of it.

    Raises:
        UnableToDo: a month cannot be put right; the message says which and why.
    """
    found: list[Preview] = []
    try:
        with transaction.atomic():
            _restore(_original(proposal.terms))
            found = _corrections(proposal, day, on_progress)
            raise _Shadow
    except _Shadow:
        pass
    amounts = np.array([one.amount_fen for one in found], np.int64)
    content = _content(proposal, found, amounts)
    basis = hashlib.sha256("".join(one.digest for one in found).encode()).hexdigest()
    return Effect(content, basis, len(found), int(amounts.sum()), int(np.abs(amounts).sum()))


def _restore(original: Proposal) -> None:
    terms.take_back(original.undo, changes_of(original.terms))


def _corrections(proposal: Proposal, day: date, on_progress: Progress) -> list[Preview]:
    scope = Scope(frozenset({proposal.station_id}))
    points = sorted(standing.points_of(changes_of(proposal.terms)).every_point)
    found = []
    for done, point in enumerate(points):
        on_progress(done, len(points))
        months = queries.final_months(scope, point, proposal.effective_date)
        if not months:
            continue
        try:
            one = preview(scope, Asked(point, Correction.Kind.ARCHIVE, months[0], months[-1], {}), day=day)
        except Held as problem:
            raise UnableToDo(rebilling_wording.held(problem.record())) from problem
        if one.months:
            found.append(one)
    return found


def _content(proposal: Proposal, found: list[Preview], amounts: Any) -> dict[str, Any]:
    spread = spread_of(amounts)
    months = sorted({month.period for one in found for month in one.months})
    return {
        "months": months,
        "points": len(found),
        "bills": sum(len(one.months) for one in found),
        "customers": spread.count,
        "before_fen": sum(one.before_fen for one in found),
        "after_fen": sum(one.right_fen for one in found),
        "dearer": spread.dearer,
        "dearer_fen": spread.dearer_fen,
        "cheaper": spread.cheaper,
        "cheaper_fen": spread.cheaper_fen,
        "ranks_fen": [[percent, fen] for percent, fen in spread.ranks_fen.items()],
        "bins": list(spread.bins),
        "movers": _movers(proposal, found),
        "final_bills": 0,
        "reversal": True,
    }


def _movers(proposal: Proposal, found: list[Preview]) -> list[dict[str, Any]]:
    scope = Scope(frozenset({proposal.station_id}))
    shown = sorted(found, key=lambda one: (-abs(one.amount_fen), one.contract_id))[:SHOWN]
    of = {
        one.contract_id: contract.customer_id
        for one in shown
        if (contract := archive.contract(scope, one.contract_id))
    }
    known = average.customers(scope, of.values())
    return [
        {
            "customer_id": of[one.contract_id],
            "number": known[of[one.contract_id]].number,
            "name": known[of[one.contract_id]].name,
            "kind": one.months[-1].standing.bill.price_class,
            "energy_wh": one.energy_wh,
            "before_fen": one.before_fen,
            "after_fen": one.right_fen,
            "difference_fen": one.amount_fen,
        }
        for one in shown
        if one.contract_id in of
    ]


def apply(proposal: Proposal, user: User | None, now: datetime) -> list[Any]:
    """Put the archive back and propose the corrections of the issued months, each for its own second person.

    Raises:
        UnableToDo: a correction cannot be proposed.
    """
    original = Proposal.objects.select_for_update().get(pk=proposal.terms["reverses"])
    _restore(original)
    made = []
    for one in _corrections(proposal, timezone.localdate(now), lambda _done, _total: None):
        try:
            correction = rebilling.propose(
                Scope.everything(),
                one.asked,
                reason=proposal.reason,
                user=proposal.proposed_by,
                now=now,
                found=one,
            )
        except rebilling.UnableToDo as problem:
            raise UnableToDo(str(problem)) from problem
        made.append({"correction": correction.pk})
    original.taken_back()
    original.ended_by, original.ended_at, original.ended_because = user, now, proposal.reason
    original.save()
    return made


def take_back(_proposal: Proposal, _user: User | None, _now: datetime) -> None:
    """Refuse: what was put back is proposed anew, never put forth again by undoing.

    Raises:
        UnableToDo: always.
    """
    raise UnableToDo(_("撤回不能再撤回；要恢复变更，重新提交"))
