"""Changes of routes as proposals: what moves is seen first, and a second person lets it happen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.quantity.month import month_of, next_month
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    MeteringPoint,
    ReadingMethod,
    Responsibility,
    RouteCycle,
    RouteTerm,
)
from diansuo.office.archive.terms import agreed, standing
from diansuo.office.archive.terms.changes import TermChange, changes_of
from diansuo.office.archive.terms.holding import OF_ROUTES
from diansuo.office.base.models import Proposal, Staff
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals.kinds import Effect, Progress, ProposalKind, Said
from diansuo.office.metering import issued
from diansuo.office.metering.routes import calendar, changing, keeping, visiting
from diansuo.office.metering.routes.calendar import RouteDays, Spell

MONTHS_SHOWN: Final = 3
NAMES: Final = {
    "reading_day": gettext_lazy("抄表例日"),
    "cycle": gettext_lazy("抄表周期"),
    "method": gettext_lazy("抄表方式"),
    "owner_id": gettext_lazy("段负责人"),
}


def register() -> None:
    """Make the kind known (from the app's ``ready``)."""
    kinds.register(
        ProposalKind(
            name=OF_ROUTES,
            title=gettext_lazy("抄表段变更（例日、周期、负责人）"),
            permission="base.propose_terms",
            refusals=changing.refusals,
            unchanged=lambda said: standing.unchanged(changes_of(said)),
            effect=_effect,
            apply=agreed.apply,
            final_bills=_final_bills,
            take_back=agreed.take_back,
            describe=_describe,
            sections=_sections,
            slips=changing.slips,
            after_bills=gettext_lazy("按新例日已发行，改回须另提一次变更"),
        )
    )


def _routes(said: Mapping[str, Any]) -> list[tuple[TermChange, RouteTerm]]:
    """Return the changes that are about routes themselves, each with the row it changes."""
    changes = [change for change in changes_of(said) if change.model is RouteTerm]
    rows = standing.standing_rows(changes)
    found = [(change, rows.get((RouteTerm, change.row or 0))) for change in changes]
    return [(change, row) for change, row in found if row is not None]


def _effect(proposal: Proposal, _day: date, _on_progress: Progress) -> Effect:
    routes = [row.route_id for _change, row in _routes(proposal.terms)]
    customers = Contract.objects.filter(points__route__in=routes).values("customer").distinct().count()
    billed = sum(_billed(proposal, row)[0] for _change, row in _routes(proposal.terms))
    content = {"no_money": True, "final_bills": billed, "customers": customers}
    said = json.dumps([proposal.terms, str(proposal.effective_date), content], sort_keys=True)
    return Effect(content, hashlib.sha256(said.encode()).hexdigest(), customers, 0, 0)


def _billed(proposal: Proposal, row: RouteTerm) -> tuple[int, int]:
    return issued.of_route(row.route_id, month_of(proposal.effective_date))


def _final_bills(proposal: Proposal) -> int:
    """Count the months billed by another fixed day; another owner moves no bill."""
    moved = [row for change, row in _routes(proposal.terms) if changing.DAYS & set(change.after)]
    return sum(_billed(proposal, row)[0] for row in moved)


def _describe(said: Mapping[str, Any]) -> list[Said]:
    found = []
    for change, row in _routes(said):
        for name, value in change.after.items():
            before, after = (_shown(name, each) for each in (change.before.get(name), value))
            found.append(Said(str(row.route), str(NAMES[name]), before, after))
    return found


def _shown(name: str, value: Any) -> str:
    if name == "owner_id":
        staff = Staff.objects.filter(pk=value).first() if value else None
        return staff.name if staff else _("未定")
    if name == "cycle":
        return str(RouteCycle(value).label)
    return str(ReadingMethod(value).label) if name == "method" else str(value)


def _sections(proposal: Proposal) -> list[tuple[str, list[str]]]:
    changes, found = changes_of(proposal.terms), []
    duties = [change for change in changes if change.model is Responsibility]
    for change, row in _routes(proposal.terms):
        lines = [_touched(row)]
        if changing.DAYS & set(change.after):
            lines += _days(change, row, proposal.effective_date)
        if "owner_id" in change.after:
            lines += _owners(change, row, proposal.effective_date, len(duties))
        found.append((str(row.route), lines))
    return found


def _touched(row: RouteTerm) -> str:
    points = MeteringPoint.objects.filter(route=row.route_id, contract__isnull=False)
    return _("本段 %(customers)d 户、%(points)d 个计量点") % {
        "customers": points.values("contract__customer").distinct().count(),
        "points": points.count(),
    }


def _days(change: TermChange, row: RouteTerm, effective: date) -> Iterator[str]:
    """Say which settlement days move, and how many days the first month then has."""
    kept = tuple(one for one in calendar.of_route(row.route_id).spells if one.since < effective)
    before, last, first = RouteDays(kept), kept[-1], month_of(effective)
    new = Spell(
        effective, change.after.get("reading_day", last.reading_day), change.after.get("cycle", last.cycle)
    )
    after = RouteDays((*kept, new))
    for step in range(MONTHS_SHOWN):
        period = next_month(first, step)
        yield _("%(month)s 结算示数：%(before)s → %(after)s") % {
            "month": f"{period // 100}-{period % 100:02d}",
            "before": _settles(before, period),
            "after": _settles(after, period),
        }
    months = [
        next_month(first, step) for step in range(MONTHS_SHOWN) if after.is_read(next_month(first, step))
    ]
    if months:
        long = (after.scheduled(months[0]) - after.before(months[0])).days
        usual = (before.scheduled(months[0]) - before.before(months[0])).days
        yield _("变更当月 %(long)d 天（不变更为 %(usual)d 天）；阶梯按年累计，不受影响") % {
            "long": long,
            "usual": usual,
        }
    yield from _by_the_month(row, effective)


def _settles(days: RouteDays, period: int) -> str:
    return str(days.scheduled(period)) if days.is_read(period) else _("不抄")


def _by_the_month(row: RouteTerm, effective: date) -> Iterator[str]:
    two_part = ContractTerm.objects.in_force(effective).filter(
        contract__points__route=row.route_id, price_class=PriceClass.COMMERCIAL_TWO_PART
    )
    count = two_part.values("contract").distinct().count()
    if count:
        yield _("%(count)d 户两部制：变更当月不是整月，基本电费是否折算按当地规定，审核时逐户核对") % {
            "count": count
        }


def _owners(change: TermChange, row: RouteTerm, effective: date, moved: int) -> Iterator[str]:
    most = visiting.limits(effective).reader_months_most
    kept = keeping.months(row.route_id, effective)
    if kept:
        yield _("%(name)s 已连续负责 %(months)d 个月（满 %(most)d 个月应轮换）") % {
            "name": kept[0],
            "months": kept[1],
            "most": most,
        }
    yield _("改由新负责人抄的计量点：%(count)d 个；原来由别人抄的不变") % {"count": moved}


def changes_said(changes: Sequence[TermChange]) -> list[Said]:
    """Return changes that are not proposed yet, in words."""
    return _describe({"changes": [change.as_json() for change in changes]})
