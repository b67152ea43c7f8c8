"""The table of causes: what it holds, and what it refuses."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from diansuo.core.network.causes import CHECK_OF, NOBODY, CauseKind, Causes, Check, Evidence
from diansuo.core.quantity.arrays import WrongColumn


def table(areas: list[int]) -> Causes:
    count = len(areas)
    columns = {each.name: np.ones(count, dtype=np.int64) for each in fields(Causes)}
    columns |= {"confidence": np.ones(count), "figures": np.full((count, 4), np.nan)}
    return Causes(**columns | {"area": np.array(areas, dtype=np.int64)})


def test_every_kind_has_the_check_that_proves_it() -> None:
    assert set(CHECK_OF) == set(CauseKind)
    assert set(CHECK_OF.values()) == set(Check)


def test_numbers_of_kinds_evidence_and_checks_are_stored_and_stay() -> None:
    assert [(each.name, int(each)) for each in CauseKind][:3] == [
        ("MISSING_READS", 1),
        ("WRONG_MULTIPLIER", 2),
        ("WRONG_AREA", 3),
    ]
    assert (CauseKind.THEFT, Evidence.FOLLOWS_OWN, Check.CLAMP_BEFORE_METER, NOBODY) == (11, 15, 11, -1)


def test_the_list_of_one_area_is_taken_out_of_the_table() -> None:
    both = Causes.joined([table([0, 0]), table([3])])

    assert (len(both.of(0)), len(both.of(3)), len(both.of(1)), len(Causes.none())) == (2, 1, 0, 0)


def test_a_column_of_another_kind_is_refused() -> None:
    good = table([1])
    columns = {each.name: getattr(good, each.name) for each in fields(Causes)}

    with pytest.raises(WrongColumn, match="kind"):
        Causes(**columns | {"kind": np.ones(1)})
    with pytest.raises(WrongColumn, match="figures"):
        Causes(**columns | {"figures": np.ones((1, 2))})
