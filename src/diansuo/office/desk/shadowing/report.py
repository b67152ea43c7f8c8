"""A month's book through the shadow engine: what is equal, what differs, what could not be compared and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.core.rules import RuleBook
from diansuo.office.base.scope import Scope
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.desk.shadowing import gathering, wording
from diansuo.office.desk.shadowing.comparing import Difference, differences, yuan
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.desk.shadowing.opinion import opinion_of
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.supply import NotCovered

EQUAL, DIFFERENT, NOT_COMPARABLE = "equal", "different", "not_comparable"
EVERY: Final = 20


@dataclass(frozen=True)
class Verdict:
    """What became of one bill."""

    station: str
    customer: str
    name: str
    bill: int
    state: int
    amount_fen: int
    outcome: str
    reason: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def fen(self) -> int:
        """Billed less shadow, of the whole bill."""
        return sum(each.fen for each in self.differences if (each.what, each.item) == ("total", "amount_fen"))


@dataclass
class Report:
    """A month's comparison. ``verdicts`` holds the bills that are not equal, in order of customer."""

    period: int
    compared: int = 0
    equal: int = 0
    different: int = 0
    amount_fen: int = 0
    not_comparable: Counter[str] = field(default_factory=Counter)
    verdicts: list[Verdict] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, verdict: Verdict) -> None:
        """Count a verdict; one that is not equal is kept."""
        if verdict.outcome == NOT_COMPARABLE:
            self.not_comparable[verdict.reason] += 1
        else:
            self.compared += 1
            self.amount_fen += verdict.amount_fen
            self.equal += verdict.outcome == EQUAL
            self.different += verdict.outcome == DIFFERENT
        if verdict.outcome != EQUAL:
            self.verdicts.append(verdict)

    @property
    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The differences and what could not be compared, one row each, as :data:`HEADINGS` names them."""
        for one in self.verdicts:
            head = (one.station, one.customer, one.name, one.bill)
            if one.outcome == NOT_COMPARABLE:
                yield (*head, NOT_COMPARABLE, wording.reason(one.reason), "", "", "")
            for each in one.differences:
                yield (*head, each.what, each.item, yuan(each.fen), each.billed, each.shadow)

    def as_mapping(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "period": self.period,
            "compared": self.compared,
            "equal": self.equal,
            "different": self.different,
            "amount_yuan": yuan(self.amount_fen),
            "not_comparable": {
                wording.reason(code): count for code, count in sorted(self.not_comparable.items())
            },
            "seconds": round(self.seconds, 3),
            "customers_a_second": round((self.compared or 1) / self.seconds) if self.seconds else None,
            "rows": [dict(zip(KEYS, row, strict=True)) for row in self.rows],
        }


KEYS: Final = ("station", "customer", "name", "bill", "what", "item", "difference_yuan", "billed", "shadow")


def headings() -> tuple[str, ...]:
    """Return what the columns of the rows are called."""
    return (
        _("供电所"), _("用户编号"), _("用户名称"), _("账单"), _("对象"), _("项目"), _("差额（元）"), _("账单算法"),
        _("影子算法"),
    )  # fmt: skip


def shadow_month(
    scope: Scope,
    *,
    period: int,
    station: str = "",
    customer: str = "",
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Report:
    """Recompute every bill of a month from readings and archive, and report every fen of difference."""
    book, place = priced_book(), commercial_place()
    chosen = gathering.bills_of(scope, period=period, station=station, customer=customer)
    report, total, began = Report(period), chosen.count(), perf_counter()
    for done, material in enumerate(gathering.materials(chosen), start=1):
        report.add(verdict_of(material, book, place))
        if done % EVERY == 0 or done == total:
            on_progress(done, total)
    report.seconds = perf_counter() - began
    return report


def verdict_of(material: Material, book: RuleBook, place: str) -> Verdict:
    """Judge one bill."""
    bill = material.bill
    customer = bill.contract.customer

    def verdict(outcome: str, reason: str = "", found: tuple[Difference, ...] = ()) -> Verdict:
        return Verdict(
            station=bill.consumption.point.station.name,
            customer=customer.number,
            name=customer.name,
            bill=bill.pk,
            state=bill.state,
            amount_fen=bill.amount_fen,
            outcome=outcome,
            reason=reason,
            differences=found,
        )

    try:
        found = tuple(differences(material, opinion_of(material, book, place)))
    except NotCovered as why:
        return verdict(NOT_COMPARABLE, why.reason)
    except CannotBill as why:
        none = Difference("total", "amount_fen", bill.amount_fen, yuan(bill.amount_fen), f"– ({why.reason})")
        return verdict(DIFFERENT, why.reason, (none,))
    return verdict(DIFFERENT if found else EQUAL, "", found)
