"""What every meter of the station truly registers: the columns that the days leave behind."""

from __future__ import annotations

from dataclasses import dataclass

from diansuo.sandbox.layout import Array


@dataclass(slots=True)
class Kept:
    """One area's quarters of an hour, float32: of each meter, then of the master; of some areas of the master alone.

    ``power`` is kW that the meters see, feed-in negative, (meters + 1, quarters); ``volt`` by phase of the line,
    (meters + 1, 3, quarters); ``ampere`` are those of the master, (3, quarters).
    """

    power: Array
    volt: Array
    ampere: Array


@dataclass(slots=True)
class Energy:
    """Wh of each day, float64 (rows, days); ``phases`` is (areas, 3, days). ``late`` are the day's last hours.

    ``transformer`` is lost in those of a feeder that stand before the meters of its areas and customers.
    ``kept`` holds the quarters from a day on of the areas that were asked for, of the ``whole`` ones every meter's.
    ``own_peak``, ``own_valley`` and ``own_demand_kw`` are those of customers with a transformer of their own,
    (dedicated, days): by the periods of their price, and the largest hour of each day.
    """

    forward: Array
    backward: Array
    valley: Array
    late: Array
    master: Array
    master_back: Array
    phases: Array
    technical: Array
    gate: Array
    gate_back: Array
    transformer: Array
    line: Array
    kept: dict[int, list[Kept]]
    whole: frozenset[int]
    kept_from: int
    own_peak: Array
    own_valley: Array
    own_demand_kw: Array
