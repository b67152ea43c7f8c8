"""A month billed as it stands and as something else would have it, by the real stages, and all of it rolled back."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from diansuo.core.tariff.what_if import spread_of
from diansuo.office.base import jobs, revision
from diansuo.office.base.models import Proposal, Station
from diansuo.office.base.proposals.kinds import Effect, Progress
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.scope import Scope
from diansuo.office.desk.closing import operations as closing
from diansuo.office.desk.proposals import queries

LAST_STAGE: Final = "audit"
MOVERS: Final = 20
Months = Mapping[int, Sequence[int]]
"""The contracts of each month."""
Finding = tuple[str, bool]


class _Shadow(Exception):
    """Rolls everything back to what it is."""


@dataclass(slots=True)
class Sum:
    """What the months of one contract come to."""

    fen: int = 0
    wh: int = 0
    price_class: int = 0
    bills: int = 0


@dataclass(slots=True)
class Come:
    """What months come to: each contract's sum, and the findings of checks and audit with their weight."""

    sums: dict[int, Sum] = field(default_factory=dict)
    findings: Counter[Finding] = field(default_factory=Counter)


def effect_of(
    proposal: Proposal, station: Station, months: Months, write: Callable[[], object], on_progress: Progress
) -> Effect:
    """Return what a write does to the bills of some months, and leave everything as it is.

    Raises:
        UnableToDo: the station's bills are being computed, or the write cannot be.
    """
    found: list[Come] = []
    try:
        with transaction.atomic():
            on_progress(0, 2)
            found.append(_come_to(station, months, proposal.proposed_at))
            on_progress(1, 2)
            write()
            revision.bump([station.pk])  # or the stages would take the month as computed already
            found.append(_come_to(station, months, proposal.proposed_at))
            raise _Shadow
    except _Shadow:
        on_progress(2, 2)
    before, after = found
    content = _content(months, before, after)
    basis = json.dumps([proposal.terms, content], sort_keys=True, default=str)
    moved = sum(abs(each) for each in _differences(before, after).values())
    return Effect(
        content,
        hashlib.sha256(basis.encode()).hexdigest(),
        content["customers"],
        content["after_fen"] - content["before_fen"],
        moved,
    )


def _come_to(station: Station, months: Months, now: datetime) -> Come:
    """Take the contracts' points through the stages before the issue, and say what came out."""
    come, everything = Come(), Scope.everything()
    for period, contracts in months.items():
        try:
            job = closing.shadow(station, contracts, period, now=now, until=LAST_STAGE)
        except jobs.JobBusy as busy:
            raise UnableToDo(_("本所的电费流程正在执行；等它结束再试")) from busy
        for row in queries.bills_of_month(everything, contracts, period):
            one = come.sums.setdefault(row.contract_id, Sum())
            one.fen, one.wh, one.bills = one.fen + row.amount_fen, one.wh + row.energy_wh, one.bills + 1
            one.price_class = row.price_class
        come.findings.update(queries.findings_of_month(everything, job.options["points"], period))
    return come


def _differences(before: Come, after: Come) -> dict[int, int]:
    contracts = sorted(before.sums.keys() | after.sums.keys())
    none = Sum()
    return {one: after.sums.get(one, none).fen - before.sums.get(one, none).fen for one in contracts}


def _content(months: Months, before: Come, after: Come) -> dict[str, Any]:
    differences = _differences(before, after)
    spread = spread_of(np.array(list(differences.values()), np.int64))
    new = after.findings - before.findings
    every = {contract for contracts in months.values() for contract in contracts}
    return {
        "months": list(months),
        "bills": max(_total(before, "bills"), _total(after, "bills")),
        "customers": len(every),
        "held": len(before.sums.keys() - after.sums.keys()),
        "before_fen": _total(before, "fen"),
        "after_fen": _total(after, "fen"),
        "energy_before_wh": _total(before, "wh"),
        "energy_after_wh": _total(after, "wh"),
        "dearer": spread.dearer,
        "dearer_fen": spread.dearer_fen,
        "cheaper": spread.cheaper,
        "cheaper_fen": spread.cheaper_fen,
        "ranks_fen": [[percent, fen] for percent, fen in spread.ranks_fen.items()],
        "bins": list(spread.bins),
        "movers": _movers(differences, before, after),
        "findings": [
            {"rule": rule, "blocking": blocking, "count": count}
            for (rule, blocking), count in sorted(new.items())
        ],
    }


def _total(come: Come, name: str) -> int:
    return sum(getattr(one, name) for one in come.sums.values())


def _movers(differences: Mapping[int, int], before: Come, after: Come) -> list[dict[str, Any]]:
    """Return the contracts that move most, the most first."""
    moved = [one for one in differences if differences[one]]
    shown = sorted(moved, key=lambda one: (-abs(differences[one]), one))[:MOVERS]
    customers = queries.customers_of(Scope.everything(), shown)
    none = Sum()
    return [
        {
            "customer_id": customers[one].pk,
            "number": customers[one].number,
            "name": customers[one].name,
            "kind": after.sums.get(one, none).price_class or before.sums.get(one, none).price_class,
            "energy_wh": after.sums.get(one, none).wh,
            "before_fen": before.sums.get(one, none).fen,
            "after_fen": after.sums.get(one, none).fen,
            "difference_fen": differences[one],
        }
        for one in shown
    ]
