"""Energy over days in which meter or multiplier changed: pieces of one meter and one multiplier each, summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

# A fall is a rollover only from the last tenth of the register into its first; anything else ran backwards.
ROLLOVER_TENTH: Final = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """What a point shows at 0:00 of a day; Wh, −1 where not frozen; ``end_wh``: where its registers roll over."""

    day: int
    meter: int
    multiplier: int
    total_wh: int
    reverse_wh: int
    end_wh: int

    @property
    def label(self) -> tuple[int, int]:
        """What makes a register and the next of one piece."""
        return self.meter, self.multiplier


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange of which both registers are known; reverse ones −1 where they are not."""

    day: int
    final_wh: int
    initial_wh: int
    final_reverse_wh: int
    initial_reverse_wh: int


@dataclass(frozen=True, slots=True)
class _Piece:
    forward: tuple[int, int]
    reverse: tuple[int, int]
    multiplier: int
    end_wh: int


def energy_over(
    shown: Sequence[Shown], exchanges: Sequence[Exchange], *, feeds: bool
) -> tuple[int, int] | None:
    """Return forward and reverse energy from the first row to the last, Wh; None where a piece is not known.

    Between two meters stands the one exchange on record whose registers fit both. A multiplier that changed from one
    day to the next changed at the register of the next, if no exchange says otherwise.

    Args:
        shown: rows of one point, ascending by day; the first and the last have registers.
        exchanges: of the point, ascending by day.
        feeds: the point is known to feed in.

    Source: docs/rules/line-loss.md.
    """
    pieces = _pieces(shown, exchanges)
    if pieces is None:
        return None
    forward = _summed([(each.forward, each) for each in pieces])
    back = [row.reverse_wh for row in shown if row.total_wh >= 0]
    # A reverse register that is not there, or was never used, need not be written down at an exchange.
    absent = back[0] < 0 and back[-1] < 0 and not feeds
    if absent or (max(back) == 0 and back[0] == back[-1] == 0):
        return None if forward is None else (forward, 0)
    if any(min(each.reverse) < 0 for each in pieces):
        return None
    reverse = _summed([(each.reverse, each) for each in pieces])
    return None if forward is None or reverse is None else (forward, reverse)


def _pieces(shown: Sequence[Shown], exchanges: Sequence[Exchange]) -> list[_Piece] | None:
    """Return the pieces of one meter and multiplier; None where it is not known what one began or ended with."""
    if not _all_named(shown):
        return None
    left, pieces = list(exchanges), []
    whole = [row for row in shown if row.total_wh >= 0]
    forward, reverse = whole[0].total_wh, whole[0].reverse_wh
    for old, new in pairwise(whole):
        if old.label == new.label:
            continue
        one = _between(old, new, forward, left)
        if one is not None:
            left.remove(one)
            ended, begun = (one.final_wh, one.final_reverse_wh), (one.initial_wh, one.initial_reverse_wh)
        elif old.meter == new.meter and new.day - old.day == 1:
            ended = begun = (new.total_wh, new.reverse_wh)
        else:
            return None
        pieces.append(_Piece((forward, ended[0]), (reverse, ended[1]), old.multiplier, old.end_wh))
        forward, reverse = begun
    last = whole[-1]
    return [
        *pieces,
        _Piece((forward, last.total_wh), (reverse, last.reverse_wh), last.multiplier, last.end_wh),
    ]


def _all_named(shown: Sequence[Shown]) -> bool:
    """Return whether no meter or multiplier came and went between two registers."""
    whole = [at for at, row in enumerate(shown) if row.total_wh >= 0]
    return all(
        row.label in (shown[begin].label, shown[end].label)
        for begin, end in pairwise(whole)
        for row in shown[begin:end]
    )


def _between(old: Shown, new: Shown, begin_wh: int, exchanges: Sequence[Exchange]) -> Exchange | None:
    """Return the one exchange between two rows whose registers fit; at 0:00 the old meter is still there.

    One of the second row's own day counts only where there is no other: collection names the new meter from then on.
    """
    fit = [
        one
        for one in exchanges
        if old.day <= one.day <= new.day
        and rise_wh(begin_wh, one.final_wh, old.end_wh) is not None
        and rise_wh(one.initial_wh, new.total_wh, new.end_wh) is not None
    ]
    inside = [one for one in fit if one.day < new.day]
    if not inside and old.meter != new.meter:
        inside = fit
    return inside[0] if len(inside) == 1 else None


def _summed(rises: Sequence[tuple[tuple[int, int], _Piece]]) -> int | None:
    total = 0
    for (begin_wh, end_wh), piece in rises:
        rise = rise_wh(begin_wh, end_wh, piece.end_wh)
        if rise is None:
            return None
        total += rise * piece.multiplier
    return total


def rise_wh(begin_wh: int, end_wh: int, top_wh: int) -> int | None:
    """Return by how much a register rose, a rollover included; None where it fell without one."""
    if end_wh >= begin_wh:
        return end_wh - begin_wh
    tenth, around = top_wh // ROLLOVER_TENTH, end_wh - begin_wh + top_wh
    return around if begin_wh > top_wh - tenth and 0 <= around < tenth else None
