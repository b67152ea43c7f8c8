"""The lines of an area as a picture needs them: on record where they are, else estimated; customers, open causes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from diansuo.core.network.lines import BUSBAR
from diansuo.office.archive.line_models import LinePoint, LineSegment
from diansuo.office.archive.models import AreaTerm, PointArea, TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.network.area import queries as areas
from diansuo.office.network.causes import queries as causes
from diansuo.office.network.lines import standing
from diansuo.office.network.models import LossFinding
from diansuo.office.network.technical import rules


@dataclass(frozen=True, slots=True)
class Segment:
    """A line: the place of what it hangs on (`BUSBAR`: the busbar), and what the record says; empty where estimated."""

    upper: int
    length_m: float
    number: str = ""
    phase: str = ""
    conductor: str = ""


@dataclass(frozen=True, slots=True)
class Hung:
    """A customer at the end of a segment; ``placed`` is False where the list does not say where.

    ``phase`` is A, B, C or ABC, empty where neither archive nor line says; ``causes`` the numbers of the cards that
    name them.
    """

    point_id: int
    customer_id: int
    number: str
    name: str
    segment: int
    phase: str
    placed: bool
    causes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """An area with its lines: ``known`` are those on record; ``causes`` its open cards in their order."""

    area: TransformerArea
    term: AreaTerm | None
    known: bool
    segments: list[Segment]
    hung: list[Hung]
    causes: list[LossFinding]

    @property
    def unplaced(self) -> int:
        """Return how many customers the list on record does not have."""
        return sum(not one.placed for one in self.hung) if self.known else 0

    @property
    def length_m(self) -> float:
        """Return how long all lines are."""
        return sum(segment.length_m for segment in self.segments)


def lines(scope: Scope, area_id: int, day: date) -> Lines | None:
    """Return an area's lines on a day, None outside the scope."""
    area = areas.area(scope, area_id)
    if area is None:
        return None
    hangs = PointArea.objects.in_force(day).filter(area=area, point__contract__isnull=False)
    hangs = hangs.exclude(point__contract__closed_date__lte=day).order_by("point__walk_order", "point")
    rows = list(hangs.select_related("point__contract__customer"))
    points = [row.point_id for row in rows]
    there = standing.of_area(area_id, points, [row.phase for row in rows], rules.in_force(day))
    uppers, metres = there.segments.upper.tolist(), there.segments.length_m.tolist()
    said = _said(area_id) if there.known else [("", "", "")] * len(uppers)
    segments = [Segment(*each, *words) for *each, words in zip(uppers, metres, said, strict=True)]
    cards = causes.cards(scope, area_id)
    named: dict[int | None, tuple[int, ...]] = {}
    for at, card in enumerate(cards, 1):
        named[card.point_id] = (*named.get(card.point_id, ()), at)
    on_list = LinePoint.objects.filter(
        segment__line_list__area=area, segment__line_list__replaced_by__isnull=True
    )
    placed = set(on_list.values_list("point", flat=True))
    hung = [
        _hung(row, segment, segments, placed=row.point_id in placed, causes=named.get(row.point_id, ()))
        for row, segment in zip(rows, there.consumers.segment.tolist(), strict=True)
    ]
    term = AreaTerm.objects.in_force(day).filter(area=area).select_related("feeder").first()
    return Lines(area, term, there.known, segments, hung, cards)


def _said(area_id: int) -> list[tuple[str, str, str]]:
    """Return number, phase and conductor of the segments on record, in the order of `standing.of_area`."""
    rows = LineSegment.objects.filter(line_list__area=area_id, line_list__replaced_by__isnull=True)
    return list(rows.order_by("id").values_list("number", "phase", "conductor"))


def _hung(
    row: PointArea, segment: int, segments: list[Segment], *, placed: bool, causes: tuple[int, ...]
) -> Hung:
    customer = row.point.contract.customer  # type: ignore[union-attr]
    line = segments[segment].phase if segment != BUSBAR else ""
    phase = row.phase or (line if line in ("A", "B", "C") else "")
    return Hung(row.point_id, customer.pk, customer.number, customer.name, segment, phase, placed, causes)
