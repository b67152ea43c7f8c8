"""What must hold of every second opinion: causes sum to the difference, the same bill has none, and the twin agrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.arrays import Int64
from diansuo.core.tariff import PriceClass, price
from diansuo.core.tariff.comparing import (
    NOT_STATED,
    Cause,
    LineKind,
    Ours,
    Priced,
    StatedLines,
    Theirs,
    lines_in_their_kinds,
    split,
)
from diansuo.core.tariff.what_if import Rows
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input
from tests.core.tariff.commercial.columns_of import commercial_input
from tests.reference.comparing_twin import One, causes

CLASSES = (PriceClass.RESIDENTIAL_STEPS, PriceClass.RESIDENTIAL_SHARED)
KWH = st.integers(0, 3000).map(lambda kwh: kwh * 1000)
BOOK = load()
NO_FACTORY = commercial_input({}).take(np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True)
class Case:
    """A household billed here and elsewhere."""

    ours: One
    theirs: One
    off_fen: int
    says_class: bool
    says_year: bool


@st.composite
def cases(draw: st.DrawFn) -> Case:
    ours = One(int(draw(st.sampled_from(CLASSES))), draw(KWH), draw(KWH))
    theirs = One(
        int(draw(st.sampled_from(CLASSES))) if draw(st.booleans()) else ours.price_class,
        draw(KWH) if draw(st.booleans()) else ours.energy_wh,
        draw(st.sampled_from((ours.year_wh, 2 * ours.year_wh, 0))),
    )
    off = draw(st.sampled_from((0, 0, 1, -1, 3, 250, -99_999)))
    return Case(ours, theirs, off, draw(st.booleans()), draw(st.booleans()))


def inputs(ones: list[One]) -> Any:
    return billing_input(
        *[
            {"price_class": one.price_class, "energy_wh": one.energy_wh, "year_to_date_wh": one.year_wh}
            for one in ones
        ]
    )


def bill(one: One) -> tuple[int, int]:
    """Return a bill's amount and its lines in the kinds of other systems."""
    bills = price(inputs([one]), BOOK)
    return int(bills.amount_fen[0]), len(lines_in_their_kinds((bills.lines, np.zeros(1, np.int64)), None))


def engine(count: int) -> Any:
    def run(rows: Rows) -> Priced:
        amount, priced = np.zeros(count, np.int64), np.zeros(count, np.bool_)
        bills = price(rows.households, BOOK)
        amount[rows.of_household], priced[rows.of_household] = bills.amount_fen, bills.priced
        lines = lines_in_their_kinds((bills.lines, rows.of_household), None)
        return Priced(amount, priced, lines, np.zeros(count, np.int64))

    return run


def wide(values: list[int | None]) -> Int64:
    return np.array([NOT_STATED if value is None else value for value in values], np.int64)


def sides(found: list[Case]) -> tuple[Rows, Ours, Theirs]:
    count = len(found)
    none = np.zeros(count, np.int64)
    rows = Rows(
        inputs([case.ours for case in found]), np.arange(count), NO_FACTORY, np.zeros(0, np.int64),
        np.zeros(0, np.int64), wide([case.ours.year_wh for case in found]),
    )  # fmt: skip
    ours = Ours(
        amount_fen=wide([bill(case.ours)[0] for case in found]),
        energy_wh=wide([case.ours.energy_wh for case in found]),
        loss_wh=none, read_varh=none, multiplier=none + 1,
        price_class=wide([case.ours.price_class for case in found]),
        correction_fen=none, whole=np.ones(count, np.bool_),
    )  # fmt: skip
    theirs = Theirs(
        amount_fen=wide([bill(case.theirs)[0] + case.off_fen for case in found]),
        energy_wh=wide([case.theirs.energy_wh for case in found]),
        multiplier=wide([None] * count), loss_wh=wide([None] * count),
        price_class=wide([case.theirs.price_class if case.says_class else case.ours.price_class for case in found]),
        year_wh=wide([case.theirs.year_wh if case.says_year else None for case in found]),
    )  # fmt: skip
    return rows, ours, theirs


@given(st.lists(cases(), min_size=1, max_size=8))
def test_causes_sum_to_the_difference_and_company_changes_nothing(found: list[Case]) -> None:
    rows, ours, theirs = sides(found)
    together = split(rows, ours, theirs, StatedLines.none(), engine(len(found)))

    assert (together.effect_fen.sum(axis=1) == theirs.amount_fen - ours.amount_fen).all()
    for at, case in enumerate(found):
        alone = split(*sides([case]), StatedLines.none(), engine(1))
        assert alone.effect_fen[0].tolist() == together.effect_fen[at].tolist()


def test_who_is_found_at_the_first_supposition_leaves_the_others_theirs() -> None:
    """The first bill is explained by the year they state, the second only by a year of none, the third by nothing."""
    steps = int(PriceClass.RESIDENTIAL_STEPS)
    stated = Case(One(steps, 2_500_000, 0), One(steps, 2_500_000, 2_400_000), 0, True, True)
    none = Case(One(steps, 900_000, 2_900_000), One(steps, 900_000, 0), 0, True, False)
    other = Case(One(steps, 700_000, 2_000_000), One(steps, 700_000, 2_000_000), 250, True, False)
    for found in ([stated, none, other], [none, stated, other], [other, none, stated]):
        together = split(*sides(found), StatedLines.none(), engine(3))
        for at, case in enumerate(found):
            alone = split(*sides([case]), StatedLines.none(), engine(1))
            assert alone.effect_fen[0].tolist() == together.effect_fen[at].tolist()


@given(cases())
def test_the_twin_finds_the_same_causes(case: Case) -> None:
    rows, ours, theirs = sides([case])
    found = split(rows, ours, theirs, StatedLines.none(), engine(1))
    expected = causes(
        case.ours,
        int(theirs.amount_fen[0]),
        case.theirs.energy_wh,
        int(theirs.price_class[0]),
        case.theirs.year_wh if case.says_year else None,
        bill,
    )

    assert {
        cause.name: int(fen) for cause, fen in zip(Cause, found.effect_fen[0], strict=True) if fen
    } == expected


@given(st.lists(cases(), min_size=1, max_size=8))
def test_our_own_bill_as_another_system_writes_it_has_no_cause(found: list[Case]) -> None:
    same = [Case(case.ours, case.ours, 0, True, True) for case in found]
    rows, ours, theirs = sides(same)
    run = engine(len(same))
    answer = split(rows, ours, theirs, run(rows).lines, run)

    assert not answer.effect_fen.any()
    assert not answer.cause.any()


@given(st.lists(cases(), min_size=1, max_size=8))
def test_steps_written_at_whole_prices_are_all_the_energy_and_all_the_money_to_a_fen_a_line(
    found: list[Case],
) -> None:
    rows, ours, _theirs = sides(found)
    lines = engine(len(found))(rows).lines
    for at in range(len(found)):
        mine = lines.bill == at
        assert lines.quantity[mine].sum() == ours.energy_wh[at]
        assert abs(int(lines.amount_fen[mine].sum()) - int(ours.amount_fen[at])) <= mine.sum()


def test_a_price_that_is_another_is_found_in_the_line_that_says_it() -> None:
    rows, ours, theirs = sides([Case(One(1, 200_000, 0), One(1, 200_000, 0), 800, True, True)])
    line = StatedLines(
        np.zeros(1, np.int64), np.array([LineKind.STEP_1], np.int16), np.array([200_000]),
        np.array([600_000_000]), np.array([12_000]),
    )  # fmt: skip
    answer = split(rows, ours, theirs, line, engine(1))

    assert answer.of(Cause.PRICE).tolist() == [800]
    assert answer.cause.tolist() == [Cause.PRICE]


@pytest.mark.parametrize("fen", (1, -1))
def test_a_fen_is_rounding(fen: int) -> None:
    rows, ours, theirs = sides([Case(One(1, 200_000, 0), One(1, 200_000, 0), fen, True, True)])
    answer = split(rows, ours, theirs, StatedLines.none(), engine(1))

    assert answer.of(Cause.ROUNDING).tolist() == [fen]
