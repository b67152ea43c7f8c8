"""How the classes of customers use power: the curve of a day, the season, the sun."""

from __future__ import annotations

from datetime import date
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]


class Use(IntEnum):
    """What a customer really uses power for, whatever the archive says."""

    RESIDENTIAL = 0
    SHARED = 1
    IRRIGATION = 2
    COMMERCIAL = 3
    DEDICATED = 4


# Power by hour from 0:00, any scale; each row is brought to a sum of 1.
_HOURS = (
    (3, 2, 2, 2, 2, 3, 5, 6, 5, 4, 4, 6, 7, 5, 4, 4, 4, 6, 9, 11, 11, 10, 7, 4),
    (3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 7, 8, 8, 7, 5, 4),
    (1, 1, 1, 1, 1, 3, 6, 8, 9, 9, 8, 5, 4, 6, 8, 9, 8, 6, 3, 2, 1, 1, 1, 1),
    (1, 1, 1, 1, 1, 1, 2, 4, 7, 9, 9, 9, 8, 8, 9, 9, 9, 8, 7, 7, 6, 4, 2, 1),
    (4, 4, 4, 4, 4, 4, 5, 7, 9, 10, 10, 9, 7, 8, 10, 10, 10, 9, 7, 6, 5, 5, 4, 4),
)
# Use of the months against the mean, January first.
_MONTHS = (
    (1.25, 1.10, 0.90, 0.75, 0.75, 0.95, 1.45, 1.50, 1.00, 0.75, 0.80, 1.10),
    (1.15, 1.05, 0.95, 0.85, 0.85, 0.95, 1.25, 1.30, 1.00, 0.85, 0.90, 1.05),
    (0.15, 0.20, 1.60, 2.40, 2.60, 2.20, 0.90, 0.60, 0.50, 0.30, 0.20, 0.15),
    (1.10, 0.95, 0.90, 0.85, 0.90, 1.05, 1.30, 1.35, 1.05, 0.90, 0.90, 1.05),
    (1.00, 0.80, 1.05, 1.00, 1.00, 1.00, 1.05, 1.05, 1.00, 1.00, 1.00, 1.05),
)
_WEEKEND = (1.08, 1.0, 1.0, 0.85, 0.60)
_SPRING_FESTIVAL = (1.30, 1.10, 0.2, 0.60, 0.30)
# The first day of the lunar year; the festival is taken as the five days before to the seven after.
_NEW_YEARS = (
    date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26),
)  # fmt: skip
PEAK_HOURS = slice(8, 22)
"""Peak of the time-of-use register: 8:00 to 22:00; valley is the rest of the day."""

COMMERCIAL_PEAK_HOURS, COMMERCIAL_VALLEY_HOURS = slice(16, 24), slice(0, 7)
"""Periods of the sample place's commercial price (``prices.DAY``); the hours between are flat."""


def hours() -> Float:
    """Return the shares of a day's energy, float32 (classes, 24)."""
    raw = np.array(_HOURS, dtype=np.float64)
    return (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)


def season(days: list[date]) -> Float:
    """Return the use of each day against the mean day, float32 (classes, days)."""
    table = np.array([[row[day.month - 1] for day in days] for row in _MONTHS])
    weekend = np.array([day.weekday() >= 5 for day in days])
    festival = np.array([any(-5 <= (day - start).days <= 7 for start in _NEW_YEARS) for day in days])
    table = table * np.where(weekend, np.array(_WEEKEND)[:, None], 1)
    return (table * np.where(festival, np.array(_SPRING_FESTIVAL)[:, None], 1)).astype(np.float32)


def sun(days: list[date], random: np.random.Generator) -> Float:
    """Return the yield of a kilowatt of roof by day and hour, float32 (days, 24)."""
    middle = np.array([day.timetuple().tm_yday for day in days])
    half = 6 + 1.3 * np.cos((middle - 172) / 365 * 2 * np.pi)
    offset = np.abs(np.arange(24) + 0.5 - 12.5)[None, :] / half[:, None]
    clear = random.beta(3, 1.6, len(days))
    return (
        clear[:, None]
        * np.where(offset < 1, np.cos(np.minimum(offset, 1) * np.pi / 2).clip(0) ** 1.3, 0)
        * 0.85
    ).astype(np.float32)
