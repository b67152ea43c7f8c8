"""The lines of an area or a feeder as columns of the sweep: those on record, else estimated ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from diansuo.core.network.estimated_feeder import estimated_feeder
from diansuo.core.network.estimated_lines import estimated_lines
from diansuo.core.network.feeder_terms import FeederRules
from diansuo.core.network.lines import BUSBAR, Consumers, Segments
from diansuo.core.network.technical import way_ohm
from diansuo.core.network.technical_terms import TechnicalRules
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.office.archive.line_models import LineArea, LinePoint, LineSegment

PHASE_CODES = {"A": 0, "B": 1, "C": 2, "ABC": 3}


@dataclass(frozen=True, slots=True)
class AreaLines:
    """The lines of an area and where its meters hang.

    Attributes:
        segments: the lines.
        consumers: the meters, in the order they were asked for.
        single: bool (S,), segments of one phase and its neutral.
        known: whether the lines are those on record.
        unplaced: meters that are not on the list and were hung at a middling place.
    """

    segments: Segments
    consumers: Consumers
    single: Bool
    known: bool
    unplaced: int


def of_area(area_id: int, points: list[int], phase: list[str], rules: TechnicalRules) -> AreaLines:
    """Return the lines of an area; a conductor the rulebook no longer knows leaves them estimated.

    Args:
        area_id: whose.
        points: metering points of customers, in the order of their walk.
        phase: of each by the archive, empty where it does not say.
        rules: conductors, and what is typical.
    """
    rows = _rows(rules.conductors, line_list__area=area_id)
    if not rows:
        codes = [PHASE_CODES.get(each, at % 3) for at, each in enumerate(phase)]
        segments, consumers = estimated_lines(np.array(codes, dtype=np.int64), rules.typical)
        single = np.zeros(len(segments), dtype=np.bool_)
        return AreaLines(segments, consumers, single, known=False, unplaced=0)
    place = {row[0]: at for at, row in enumerate(rows)}
    segments = _segments(rows, rules.conductors, neutral=True)
    hung = {
        point: place[segment]
        for segment, point in LinePoint.objects.filter(segment__in=list(place)).values_list(
            "segment", "point"
        )
    }
    middle = _middle(segments, [hung[point] for point in points if point in hung])
    at = [hung.get(point, middle) for point in points]
    codes = [
        _phase(said, rows[segment][3], turn)
        for turn, (said, segment) in enumerate(zip(phase, at, strict=True))
    ]
    consumers = Consumers(np.array(at, dtype=np.int64), np.array(codes, dtype=np.int64))
    single = np.array([row[3] in ("A", "B", "C") for row in rows], dtype=np.bool_)
    return AreaLines(
        segments, consumers, single, known=True, unplaced=sum(point not in hung for point in points)
    )


@dataclass(frozen=True, slots=True)
class FeederLines:
    """The lines of a feeder and where its transformers stand.

    Attributes:
        segments: the lines; even on three phases, no neutral.
        place: int64 (T,), the segment at whose end each stands, in the order they were asked for.
        known: whether the lines are those on record.
        unplaced: transformers that are not on the list and were hung at a middling place.
    """

    segments: Segments
    place: Int64
    known: bool
    unplaced: int


def of_feeder(feeder_id: int, areas: list[int], rules: FeederRules) -> FeederLines:
    """Return the lines of a feeder; a conductor the rulebook no longer knows leaves them estimated.

    Args:
        feeder_id: whose.
        areas: of the transformers.
        rules: conductors, and what is typical.
    """
    rows = _rows(rules.conductors, line_list__feeder=feeder_id)
    if not rows:
        segments, places = estimated_feeder(len(areas), rules.typical)
        return FeederLines(segments, places, known=False, unplaced=0)
    segments = _segments(rows, rules.conductors, neutral=False)
    place = {row[0]: at for at, row in enumerate(rows)}
    ends = LineArea.objects.filter(segment__in=list(place)).values_list("area", "segment")
    hung = {area: place[segment] for area, segment in ends}
    middle = _middle(segments, [hung[area] for area in areas if area in hung])
    found = np.array([hung.get(area, middle) for area in areas], dtype=np.int64)
    return FeederLines(segments, found, known=True, unplaced=sum(area not in hung for area in areas))


_Row = tuple[int, str, str, str, str, int]


def _rows(conductors: Mapping[str, complex], **of: int) -> list[_Row]:
    """Return the segments on record of an owner in their order; none where a conductor is not known."""
    rows = list(
        LineSegment.objects.filter(**of, line_list__replaced_by__isnull=True)
        .order_by("id")
        .values_list("id", "number", "upper_number", "phase", "conductor", "length_cm")
    )
    return rows if all(row[4] in conductors for row in rows) else []


def _segments(rows: list[_Row], conductors: Mapping[str, complex], *, neutral: bool) -> Segments:
    """Return segments as the sweep takes them; a neutral is as thick as a phase."""
    number = {row[1]: at for at, row in enumerate(rows)}
    ohm = np.array([conductors[row[4]] for row in rows], dtype=np.complex128)
    return Segments(
        np.array([number[row[2]] if row[2] else BUSBAR for row in rows], dtype=np.int64),
        np.array([row[5] / 100 for row in rows], dtype=np.float64),
        ohm,
        ohm if neutral else np.zeros_like(ohm),
    )


def _middle(segments: Segments, hung: list[int]) -> int:
    """Return where what is on no list hangs: the segment of the middling way among those with something at the end."""
    places = np.array(sorted(set(hung)) or range(len(segments)), dtype=np.int64)
    ways = way_ohm(segments, segments.length_m * segments.phase_ohm_km.real)[places]
    return int(places[np.argsort(ways, kind="stable")[len(places) // 2]])


def _phase(said: str, of_segment: str, turn: int) -> int:
    """Return the code of a phase: the archive's, else that of a single-phase segment, else by turns."""
    return PHASE_CODES.get(said, PHASE_CODES[of_segment] if of_segment in ("A", "B", "C") else turn % 3)
