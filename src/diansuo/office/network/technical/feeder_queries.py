"""The technical loss of feeders by day, with the band it is known to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.network.technical import feeder_computing
from diansuo.office.network.technical.computing import NONE


@dataclass(frozen=True, slots=True)
class FeederDay:
    """The technical loss of a feeder on a day; energies are Wh, None where they are not known.

    Attributes:
        day: the day.
        technical_wh: lines and transformers.
        low_wh: the least it may be.
        high_wh: the most it may be.
        line_wh: of it the lines.
        transformer_wh: of it the transformers.
        method_code: `core.network.technical.Method`, UNKNOWN where there is no number.
        reason_code: `computing.Reason`, why there is no number.
        transformers: how many stand on it.
        filled: those of them whose energy was filled in.
        unplaced: transformers that the list of lines does not have; 0 where the lines are estimated.
        unplated: transformers whose own loss is not known and not counted.
        lowest_v: the lowest voltage between conductors at a transformer.
    """

    day: date
    technical_wh: int | None
    low_wh: int | None
    high_wh: int | None
    line_wh: int | None
    transformer_wh: int | None
    method_code: int
    reason_code: int
    transformers: int
    filled: int
    unplaced: int
    unplated: int
    lowest_v: float


def of_station(scope: Scope, station: Station, first_day: date, last_day: date) -> dict[int, list[FeederDay]]:
    """Return the technical loss of every feeder of a station, by its id; of none where the viewer sees but a part.

    Args:
        scope: the viewer's.
        station: whose feeders.
        first_day: the first day.
        last_day: the last day, included.
    """
    days = [first_day + timedelta(days=at) for at in range((last_day - first_day).days + 1)]
    if not days or scope.part is not None or not scope.allows(station.pk):
        return {}
    spans = feeder_computing.of_station(station.pk, station.revision, first_day, last_day)
    return {feeder: _days(span, days) for feeder, span in spans.items()}


def _days(span: feeder_computing.FeederSpan, days: list[date]) -> list[FeederDay]:
    columns = zip(
        span.line_wh.tolist(), span.transformer_wh.tolist(), span.low_wh.tolist(), span.high_wh.tolist(),
        span.method.tolist(), span.reason.tolist(), span.transformers.tolist(), span.filled.tolist(),
        span.lowest_v.tolist(), strict=True,
    )  # fmt: skip
    found = []
    for day, (line, transformer, low, high, method, reason, stand, filled, lowest) in zip(
        days, columns, strict=True
    ):
        known = line != NONE
        found.append(
            FeederDay(
                day, line + transformer if known else None, low if known else None, high if known else None,
                line if known else None, transformer if known else None, method, reason, stand, filled,
                span.unplaced, span.unplated, lowest,
            )
        )  # fmt: skip
    return found
