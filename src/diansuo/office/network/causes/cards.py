"""Findings as the page of their area shows them: cards of what to check, and the history with the loss afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from diansuo.office.base.scope import Scope
from diansuo.office.network.causes import queries, record, wording
from diansuo.office.network.causes.limits import limits
from diansuo.office.network.causes.queries import Afterwards
from diansuo.office.network.causes.record import Tally
from diansuo.office.network.models import LossFinding


@dataclass(frozen=True, slots=True)
class Card:
    """One finding in words; ``record`` says what the station's own answers about its kind were, if any.

    ``place`` says of which loss a technical cause is part.
    ``currents`` tells whether currents are measured on site: the crew's sheet has boxes for them.
    """

    finding: LossFinding
    daily_wh: int
    whose: str
    customer_id: int | None
    evidence: str
    check: str
    confidence: str
    place: str
    tone: str
    record: str = ""
    currents: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """One finding that was answered or is seen no more, with what the loss did in the days before and after."""

    card: Card
    photos: int
    afterwards: Afterwards


def cards(found: Iterable[LossFinding], day: date, held: Mapping[int, Tally] | None = None) -> list[Card]:
    """Return findings as cards, in the words of a day; ``held`` is the record of their station."""
    return [_card(finding, day, held or {}) for finding in found]


def pasts(scope: Scope, found: Iterable[LossFinding], day: date) -> list[Past]:
    """Return closed findings (of :func:`queries.history`) with the loss afterwards."""
    rows = list(found)
    after = queries.afterwards(scope, rows)
    return [Past(_card(row, day, {}), getattr(row, "photos", 0), after[row.pk]) for row in rows]


def _card(finding: LossFinding, day: date, held: Mapping[int, Tally]) -> Card:
    contract = finding.point.contract if finding.point else None
    return Card(
        finding,
        wording.reckoned(finding.daily_wh),
        wording.whose(finding),
        contract.customer_id if contract else None,
        wording.evidence_words(finding),
        wording.check_words(finding),
        wording.confidence_words(finding.confidence_bp, limits(day)),
        wording.place(finding),
        wording.STATE_TONES[finding.state],
        record.beside(finding.confidence_bp, finding.kind, held, limits(day)),
        finding.check_kind in wording.WITH_CURRENTS,
    )
