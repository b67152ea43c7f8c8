"""Laws of what a station's record of checked causes adds: it moves a belief towards what was seen, and no further."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.network.causes import CauseKind
from diansuo.core.network.causes.experience import Record, suggested, weighed
from diansuo.core.network.causes.kinds import TECHNICAL_KINDS
from diansuo.core.quantity.arrays import WrongColumn

BELIEFS = st.floats(0, 1)
COUNTS = st.integers(0, 200)
WEIGHTS = st.floats(0.5, 50)


def one(believed: float, proven: int, answered: int, weight: float) -> float:
    counts = (np.array([each], dtype=np.int64) for each in (proven, answered))
    return float(weighed(np.array([believed]), *counts, weight)[0])


@st.composite
def records(draw: st.DrawFn) -> Record:
    kinds = draw(st.lists(st.sampled_from(list(CauseKind)), unique=True))
    counts = [draw(st.lists(COUNTS, min_size=len(kinds), max_size=len(kinds))) for _ in range(2)]
    return Record(*(np.array(each, dtype=np.int64) for each in (kinds, *counts)))


@given(BELIEFS, WEIGHTS)
def test_without_answers_nothing_moves(believed: float, weight: float) -> None:
    assert one(believed, 0, 0, weight) == pytest.approx(believed)


@given(BELIEFS, COUNTS, COUNTS, WEIGHTS)
def test_it_lies_between_belief_and_record(believed: float, proven: int, cleared: int, weight: float) -> None:
    answered = proven + cleared
    found = one(believed, proven, answered, weight)
    seen = proven / answered if answered else believed

    assert min(believed, seen) - 1e-12 <= found <= max(believed, seen) + 1e-12


@given(BELIEFS, COUNTS, COUNTS, WEIGHTS)
def test_one_more_proven_never_lowers_and_one_more_cleared_never_raises(
    believed: float, proven: int, cleared: int, weight: float
) -> None:
    found = one(believed, proven, proven + cleared, weight)

    assert one(believed, proven + 1, proven + cleared + 1, weight) >= found - 1e-12
    assert one(believed, proven, proven + cleared + 1, weight) <= found + 1e-12


@given(records(), st.lists(st.sampled_from(list(CauseKind))), st.integers(0, 5), WEIGHTS)
def test_what_the_record_suggests_is_never_what_a_rule_listed_and_never_more_than_there_is_room_for(
    record: Record, listed: list[CauseKind], room: int, weight: float
) -> None:
    kinds, share = suggested(record, np.array(listed, dtype=np.int64), room, 2, weight)

    assert len(kinds) == len(share) <= room
    assert not set(kinds.tolist()) & (set(listed) | TECHNICAL_KINDS)
    assert (np.diff(share) <= 1e-12).all()
    assert ((share >= 0) & (share <= 1)).all()
    proven = dict(zip(record.kind.tolist(), record.proven.tolist(), strict=True))
    assert all(proven[kind] >= 2 for kind in kinds.tolist())


@given(records(), WEIGHTS)
def test_the_shares_of_all_kinds_make_no_more_than_one(record: Record, weight: float) -> None:
    _kinds, share = suggested(record, np.zeros(0, dtype=np.int64), 99, 0, weight)

    assert share.sum() <= 1 + 1e-9


def test_more_proven_than_answered_and_a_belief_without_weight_are_refused() -> None:
    with pytest.raises(WrongColumn, match="answered"):
        one(0.5, 3, 2, 4.0)
    with pytest.raises(WrongColumn, match="weighs"):
        one(0.5, 1, 2, 0.0)
    for proven, kind in (([-1], [1]), ([1, 1], [1, 1])):
        with pytest.raises(WrongColumn):
            Record(*(np.array(each, dtype=np.int64) for each in (kind, proven, [0] * len(kind))))
