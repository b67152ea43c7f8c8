"""Which areas lose most: told by an app above, asked when the areas to be read in company are chosen."""

from __future__ import annotations

from collections.abc import Callable

Ranking = Callable[[int, int], list[int]]
"""Station and month to the ids of areas, highest loss first; those whose loss is not known are left out."""

_rankings: list[Ranking] = []


def add_ranking(ranking: Ranking) -> None:
    """Publish a ranking (from an app's ``ready``)."""
    if ranking not in _rankings:
        _rankings.append(ranking)


def highest_losses(station_id: int, period: int) -> list[int]:
    """Return the areas of a station by their loss of a month, highest first; empty where nobody knows."""
    return [area for ranking in _rankings for area in ranking(station_id, period)]
