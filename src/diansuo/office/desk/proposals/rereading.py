"""A reading in place of another (示数改动) as a kind of proposal: the month billed both ways by the real stages."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.metering import Register
from diansuo.core.tariff.what_if import spread_of
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base import jobs, wording
from diansuo.office.base.models import Proposal, User
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.proposals.kinds import Effect, Progress, ProposalKind, Said
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.desk.closing import operations as closing
from diansuo.office.desk.proposals import queries
from diansuo.office.metering import overriding
from diansuo.office.metering.models import REGISTER_NAMES

LAST_STAGE: Final = "audit"


class _Shadow(Exception):
    """Rolls everything back to what it is."""


@dataclass(frozen=True, slots=True)
class _Month:
    """What a month comes to: money, energy, class, the findings of checks and audit with their weight."""

    fen: int
    wh: int
    price_class: int
    bills: int
    findings: Counter[tuple[str, bool]]


def register() -> None:
    """Make the kind known (from the app's ``ready``)."""
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
            take_back=_take_back,
            describe=_describe,
            after_bills=gettext_lazy("按“退补·示数错误”提交退补，另一人审批"),
        )
    )


def _effect(proposal: Proposal, _day: date, on_progress: Progress) -> Effect:
    """Bill the month with the reading that stands and with the other one, in a transaction that never ends."""
    now, said = proposal.proposed_at, proposal.terms
    point, period = overriding.point_of(said), said["period"]
    found: list[_Month] = []
    try:
        with transaction.atomic():
            on_progress(0, 2)
            found.append(_month(point, period, now))
            on_progress(1, 2)
            overriding.write(proposal, now)
            found.append(_month(point, period, now))
            raise _Shadow
    except _Shadow:
        on_progress(2, 2)
    before, after = found
    content = _content(point, period, before, after)
    basis = json.dumps([said, content], sort_keys=True, default=str)
    moved = abs(after.fen - before.fen)
    return Effect(
        content,
        hashlib.sha256(basis.encode()).hexdigest(),
        content["customers"],
        after.fen - before.fen,
        moved,
    )


def _month(point: MeteringPoint, period: int, now: datetime) -> _Month:
    """Take the contract's points through the stages before the issue, and say what came out."""
    contract = point.contract
    try:
        job = closing.shadow(contract, period, now=now, until=LAST_STAGE)
    except jobs.JobBusy as busy:
        raise proposals.UnableToDo(_("本所的电费流程正在执行；等它结束再试")) from busy
    rows = queries.bills_of_month(Scope.everything(), contract.pk, period)
    found = queries.findings_of_month(Scope.everything(), job.options["points"], period)
    return _Month(
        sum(row.amount_fen for row in rows),
        sum(row.energy_wh for row in rows),
        rows[-1].price_class if rows else 0,
        len(rows),
        Counter(found),
    )


def _content(point: MeteringPoint, period: int, before: _Month, after: _Month) -> dict[str, Any]:
    difference = after.fen - before.fen
    spread = spread_of(np.array([difference], np.int64))
    customer = point.contract.customer
    mover = {
        "customer_id": customer.pk, "number": customer.number, "name": customer.name,
        "kind": after.price_class or before.price_class, "energy_wh": after.wh,
        "before_fen": before.fen, "after_fen": after.fen, "difference_fen": difference,
    }  # fmt: skip
    new = after.findings - before.findings
    return {
        "months": [period],
        "bills": max(before.bills, after.bills),
        "customers": 1,
        "before_fen": before.fen,
        "after_fen": after.fen,
        "energy_before_wh": before.wh,
        "energy_after_wh": after.wh,
        "dearer": spread.dearer,
        "dearer_fen": spread.dearer_fen,
        "cheaper": spread.cheaper,
        "cheaper_fen": spread.cheaper_fen,
        "ranks_fen": [[percent, fen] for percent, fen in spread.ranks_fen.items()],
        "bins": list(spread.bins),
        "movers": [mover] if difference else [],
        "findings": [
            {"rule": rule, "blocking": blocking, "count": count}
            for (rule, blocking), count in sorted(new.items())
        ],
    }


def _final_bills(proposal: Proposal) -> int:
    said = proposal.terms
    rows = queries.bills_of_month(Scope.everything(), overriding.point_of(said).contract_id, said["period"])
    return sum(row.state != Bill.State.DRAFT for row in rows)


def _take_back(proposal: Proposal, _user: User | None, _now: datetime) -> None:
    overriding.take_back(proposal)


def _describe(said: Mapping[str, Any]) -> list[Said]:
    day = str(said["day"])
    return [
        Said(
            day,
            str(REGISTER_NAMES[Register(int(one))]),
            wording.kilowatt_hours(wh),
            wording.kilowatt_hours(said["after"][one]),
        )
        for one, wh in sorted(said["before"].items())
    ]
