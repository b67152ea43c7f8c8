"""What other prices and rules would do to the bills of the whole place: the latest month priced by both books."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

import numpy as np

from diansuo.core.rules import RuleBook
from diansuo.core.tariff.what_if import Change, NewTerms
from diansuo.office.base.proposals.kinds import Effect, Progress
from diansuo.office.base.scope import Scope
from diansuo.office.billing.effects import auditing, content, queries
from diansuo.office.billing.effects.auditing import Newly
from diansuo.office.billing.effects.columns import Asked
from diansuo.office.billing.effects.pricing import Priced
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.repricing.answers import answer_of
from diansuo.office.billing.repricing.comparing import Compared, compare
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.billing.sums import queries as sums

EVERYTHING = Scope.everything()
Days = tuple[date, date]
LARGE: Final = 20_000
"""Bills of a month; so many are priced twice and audited in about a second."""


def is_large(_terms: Mapping[str, Any]) -> bool:
    """Tell whether the latest month of the place has so many bills that its preview is worked out in the background."""
    months = sums.periods(EVERYTHING)[:1]
    return bool(months) and sum(sums.bills_by_month(EVERYTHING, months).values()) > LARGE


def effect_of(
    digest: str,
    other: Callable[[RuleBook, Days], RuleBook],
    on_progress: Progress,
    *,
    commercial: bool | None = None,
    extra: dict[str, Any] | None = None,
) -> Effect:
    """Price the latest billed month of every station by the book in force and by another one.

    Args:
        digest: one name for the values that change.
        other: the other book, made of the one in force and the days of use of the month: its values are to hold then.
        on_progress: told how far it is.
        commercial: True: only commercial bills are touched.
        extra: what else the page shows.
    """
    book = priced_book()
    months = sums.periods(EVERYTHING)[:1]
    days = queries.days_of_use(EVERYTHING, months[0]) if months else None
    compared = None
    if days is not None:
        population = Population(months[0], months[0], commercial=commercial)
        compared = compare(
            EVERYTHING, population, Change(), book=book, other=other(book, days), place=commercial_place(),
            year_start_month=year_start_month(book, months[0]), on_progress=on_progress,
        )  # fmt: skip
    if compared is None or not len(compared):
        said = {"months": months, "bills": 0, "customers": 0, "before_fen": 0, "after_fen": 0, "cheaper_fen": 0,
                "bins": [], "movers": [], "refused": _refused(compared)} | (extra or {})  # fmt: skip
        return Effect(said, _basis(digest, book, None, said), 0, 0, 0)
    return _effect(digest, book, compared, months, extra or {})


def thresholds_effect(digest: str, other: RuleBook | None) -> Effect:
    """Return which findings of the latest month would newly fire by other thresholds; no money moves.

    Args:
        digest: one name for the values that change.
        other: the book that names the thresholds for the month; None: they are not those of the audit.
    """
    months = sums.periods(EVERYTHING)[:1] if other is not None else []
    found: dict[str, Newly] = {}
    book = priced_book()
    for station in queries.stations(EVERYTHING) if months and other is not None else []:
        start = year_start_month(book, months[0])
        for one in auditing.findings_by_other_limits(months[0], station, start, book, other):
            _add(found, one)
    said = {"no_money": True, "months": months, "findings": [asdict(one) for one in _sorted(found)]}
    return Effect(said, _basis(digest, book, None, said), 0, 0, 0)


def _add(found: dict[str, Newly], one: Newly) -> None:
    was = found.get(one.rule)
    count, points = (was.count, was.points) if was else (0, ())
    found[one.rule] = Newly(one.rule, one.blocking, count + one.count, (*points, *one.points)[:20])


def _sorted(found: dict[str, Newly]) -> list[Newly]:
    return sorted(found.values(), key=lambda one: (-one.count, one.rule))


def _effect(
    digest: str, book: RuleBook, compared: Compared, months: list[int], extra: dict[str, Any]
) -> Effect:
    answer = answer_of(compared)
    priced = Priced(compared, compared.energy_wh)
    said = {
        "months": months,
        **content.figures(answer, priced),
        "customers": int((answer.customers.difference_fen != 0).sum()),
        "movers": content.customers(EVERYTHING, answer, answer.movers),
        "turned": content.customers(EVERYTHING, answer, answer.turned[: content.TURNED_SHOWN]),
        "stepped": content.customers(EVERYTHING, answer, content.stepped(answer)[: content.TURNED_SHOWN]),
        "findings": [asdict(one) for one in _findings(priced, months[-1], book)],
        "classes": content.classes(EVERYTHING, priced, months, None, book),
        "refused": _refused(compared),
    } | extra
    return Effect(
        said,
        _basis(digest, book, compared, said),
        customers=said["customers"],
        difference_fen=answer.after_fen - answer.before_fen,
        moved_fen=int(np.abs(answer.customers.difference_fen).sum()),
    )


def _refused(compared: Compared | None) -> list[list[Any]]:
    return [list(one) for one in answer_of(compared).refused] if compared is not None else []


def _findings(priced: Priced, period: int, book: RuleBook) -> list[Newly]:
    """Return the findings that would newly fire over all stations; only who moves can get one."""
    moved = np.unique(priced.compared.point[priced.compared.difference_fen != 0])
    asked = Asked(moved, NewTerms.nothing(len(moved)), ())
    found: dict[str, Newly] = {}
    for station in queries.stations(EVERYTHING):
        start = year_start_month(book, period)
        for one in auditing.new_findings(asked, priced, period, station, start):
            _add(found, one)
    return _sorted(found)


def _basis(digest: str, book: RuleBook, compared: Compared | None, said: dict[str, Any]) -> str:
    """Return one name for what the preview stands on and comes to."""
    named = hashlib.sha256(f"{digest} {book.hash}".encode())
    if compared is not None:
        for column in (compared.bill, compared.before_fen, compared.after_fen, compared.step_after):
            named.update(np.ascontiguousarray(column).tobytes())
    rest = {name: said.get(name) for name in ("months", "refused", "findings")}
    named.update(json.dumps(rest, sort_keys=True, default=list).encode())
    return named.hexdigest()
