"""The preview as it is kept and shown: JSON of everything a second person needs to see, and its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import first_day
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.auditing.columns import mean_price_nano
from diansuo.core.tariff.what_if.change import COMMERCIAL
from diansuo.office.archive.models import PointArea
from diansuo.office.archive.terms.changes import changes_of
from diansuo.office.base.models import Proposal
from diansuo.office.base.proposals.kinds import Effect
from diansuo.office.base.proposals.limits import limits
from diansuo.office.base.scope import Scope
from diansuo.office.billing.average import queries as average
from diansuo.office.billing.effects import auditing, catalogue, orders, queries
from diansuo.office.billing.effects.columns import Asked, asked
from diansuo.office.billing.effects.pricing import A_FEW, AUDITED, Priced, price_months
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.repricing.answers import Answer, answer_of
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place

MONTHS_OF_A_FEW: Final = 12
TURNED_SHOWN: Final = 20


def effect_of(proposal: Proposal, day: date, on_progress: Callable[[int, int], None]) -> Effect:
    """Work out what changed terms would do to the bills of everyone touched (the kind's ``effect``)."""
    scope = Scope(frozenset({proposal.station_id}))
    changes = changes_of(proposal.terms)
    what = asked(changes)
    points = what.point.tolist()
    months = queries.billed_months(scope, points, MONTHS_OF_A_FEW if len(points) <= A_FEW else 1)
    book = priced_book()
    start = year_start_month(book, months[0]) if months else 1
    priced = price_months(
        scope, what, months, station=proposal.station_id, book=book, place=commercial_place(),
        year_start_month=start, on_progress=on_progress,
    )  # fmt: skip
    answer = answer_of(priced.compared)
    findings = auditing.new_findings(what, priced, months[-1], proposal.station, start) if months else []
    on_progress(len(months) + AUDITED, len(months) + AUDITED)
    final_bills, issued_until = queries.final_since(scope, points, proposal.effective_date)
    content = {
        "months": months,
        "points": len(points),
        "not_priced": list(what.not_priced),
        "moves_areas": any(change.model is PointArea for change in changes),
        **figures(answer, priced),
        "movers": customers(scope, answer, answer.movers),
        "turned": customers(scope, answer, answer.turned[:TURNED_SHOWN]),
        "stepped": customers(scope, answer, stepped(answer)[:TURNED_SHOWN]),
        "findings": [asdict(one) for one in findings],
        "classes": classes(scope, priced, months, proposal.station_id, book) if months else [],
        "refused": [list(one) for one in answer.refused],
        "issued_until": issued_until.isoformat() if issued_until else None,
        "final_bills": final_bills,
        "before_order": orders.before_order(scope, changes, proposal.effective_date, day),
        "months_ahead": _far_ahead(proposal.effective_date, day),
    }
    return Effect(
        content,
        _basis(proposal.terms, what, priced, content),
        customers=len(answer.customers.customer),
        difference_fen=answer.after_fen - answer.before_fen,
        moved_fen=int(np.abs(answer.customers.difference_fen).sum()),
    )


def _far_ahead(effective: date, today: date) -> int:
    """Return in how many months the change would begin, where that is so late that the day may be a slip; else 0."""
    months = (effective.year - today.year) * 12 + effective.month - today.month
    return months if months > int(limits(today).number("months_ahead_noted")) else 0


def figures(answer: Answer, priced: Priced) -> dict[str, Any]:
    """Return the sums: money and energy before and after, the spread, how many flip step, class or sign."""
    spread = answer.spread
    return {
        "bills": len(answer.compared),
        "customers": spread.count,
        "before_fen": answer.before_fen,
        "after_fen": answer.after_fen,
        "energy_before_wh": answer.energy_wh,
        "energy_after_wh": int(priced.energy_after_wh.sum()),
        "dearer": spread.dearer,
        "dearer_fen": spread.dearer_fen,
        "cheaper": spread.cheaper,
        "cheaper_fen": spread.cheaper_fen,
        "ranks_fen": [[percent, fen] for percent, fen in spread.ranks_fen.items()],
        "bins": list(spread.bins),
        "steps_up": answer.steps_up,
        "steps_down": answer.steps_down,
        "reclassed": answer.reclassed,
        "turned_count": len(answer.turned),
        "stepped_count": len(stepped(answer)),
    }


def stepped(answer: Answer) -> Int64:
    """Return the rows of the customers with a bill that reaches another step, the largest change first."""
    of, compared = answer.customers, answer.compared
    if compared is None:
        return np.zeros(0, np.int64)
    flips = compared.customer[compared.step_after != compared.step_before]
    rows = np.flatnonzero(np.isin(of.customer, flips))
    return rows[np.lexsort((of.customer[rows], -np.abs(of.difference_fen[rows])))]


def customers(scope: Scope, answer: Answer, rows: Any) -> list[dict[str, Any]]:
    """Return some customers of an answer as the page lists them."""
    of = answer.customers
    ids = of.customer[rows].tolist()
    known = average.customers(scope, ids)
    return [
        {
            "customer_id": customer,
            "number": known[customer].number if customer in known else "",
            "name": known[customer].name if customer in known else "",
            "kind": int(of.price_class[row]),
            "energy_wh": int(of.energy_wh[row]),
            "before_fen": int(of.before_fen[row]),
            "after_fen": int(of.after_fen[row]),
            "difference_fen": int(of.difference_fen[row]),
        }
        for row, customer in zip(rows.tolist(), ids, strict=True)
    ]


def classes(
    scope: Scope, priced: Priced, months: list[int], station_id: int | None, book: RuleBook
) -> list[dict[str, Any]]:
    """Compare what a kWh comes to, by the new class, with the peers of the class and with the published prices."""
    compared = priced.compared
    peers = queries.peers(scope, station_id, months[-1])
    found = []
    for kind in np.unique(compared.new_class).tolist():
        mine = compared.new_class == kind
        after_fen, after_wh = int(compared.after_fen[mine].sum()), int(priced.energy_after_wh[mine].sum())
        before_fen, before_wh = int(compared.before_fen[mine].sum()), int(compared.energy_wh[mine].sum())
        bills, fen, wh = peers.get(kind, (0, 0, 0))
        listed, rule = (
            ([], "") if kind in COMMERCIAL else catalogue.published(book, kind, first_day(months[-1]))
        )
        found.append(
            {
                "kind": kind,
                "bills": int(mine.sum()),
                "before_nano": _mean(before_fen, before_wh),
                "after_nano": _mean(after_fen, after_wh),
                "peers": bills,
                "peers_nano": _mean(fen, wh),
                "published": listed,
                "rule": rule,
            }
        )
    return found


def _mean(amount_fen: int, energy_wh: int) -> int | None:
    if energy_wh <= 0:
        return None
    return int(mean_price_nano(np.array([amount_fen], np.int64), np.array([energy_wh], np.int64))[0])


def _basis(terms: Mapping[str, Any], what: Asked, priced: Priced, content: Mapping[str, Any]) -> str:
    """Return one name for what the preview stands on and comes to."""
    digest = hashlib.sha256(json.dumps(terms, sort_keys=True, default=str).encode())
    compared = priced.compared
    for column in (
        what.point, compared.point, compared.period, compared.before_fen, compared.after_fen, compared.step_after,
    ):  # fmt: skip
        digest.update(np.ascontiguousarray(column).tobytes())
    rest = {name: content[name] for name in ("months", "refused", "findings", "issued_until", "final_bills")}
    digest.update(json.dumps(rest, sort_keys=True).encode())
    return digest.hexdigest()
