"""Laws of line loss: the slow twin agrees, and energy is neither lost nor made on the way to the balance."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.network import LossKind, Reason, balance
from tests.core.network.groups import ENDS, P, balanced, column, freezes, losses, members
from tests.reference import loss_twin as twin

DAYS = 6
CENTS = st.integers(0, 9_000)


@st.composite
def registers(draw: st.DrawFn, gaps: bool = True) -> list[str | None]:
    """The registers of one meter: rising, sometimes over the top, sometimes falling, sometimes not there."""
    at = draw(st.sampled_from((0, 500_000, 99_990_000)))
    shown: list[str | None] = []
    for _ in range(DAYS + 1):
        missing = gaps and draw(st.integers(0, 9)) == 0
        shown.append(None if missing else str(Decimal(at) / 100))
        falls = gaps and draw(st.integers(0, 30)) == 0
        at = at // 2 if falls else (at + draw(CENTS)) % 100_000_000
    return shown


def labels(values: st.SearchStrategy[int]) -> st.SearchStrategy[list[int]]:
    """A meter or a multiplier by day: mostly the same, sometimes another for some days, or for good."""
    return st.builds(
        lambda usual, other, begin, count: [
            other if begin <= day < begin + count else usual for day in range(DAYS + 1)
        ],
        values,
        values,
        st.integers(0, DAYS),
        st.sampled_from((0, 0, 1, 2, DAYS)),
    )


@st.composite
def point(draw: st.DrawFn, inlet: bool, gaps: bool = True) -> P:
    """A master or customer, with or without feed-in, with an exchange now and then, belonging for some days."""
    back = draw(registers(gaps)) if draw(st.integers(0, 3)) == 0 else ()
    swapped = draw(st.integers(1, DAYS)) if gaps and draw(st.integers(0, 8)) == 0 else DAYS + 1
    return P(
        draw(registers(gaps)),
        reverse=back,
        inlet=inlet,
        multiplier=draw(st.sampled_from((1, 1, 20))),
        meters=[1 if day < swapped else 2 for day in range(DAYS + 1)],
        from_day=draw(st.sampled_from((0, 0, 0, 2))) if gaps else 0,
        to_day=draw(st.sampled_from((DAYS, DAYS, 4))) if gaps else DAYS,
        feeds=bool(back) and draw(st.booleans()),
    )


def area(gaps: bool = True) -> st.SearchStrategy[list[P]]:
    """Up to two masters and a few customers."""
    return st.builds(
        lambda inlets, outlets: [*inlets, *outlets],
        st.lists(point(True, gaps), max_size=2, min_size=0 if gaps else 1),
        st.lists(point(False, gaps), max_size=5),
    )


def _twin_points(points: list[P]) -> list[twin.Point]:
    def at(shown: object) -> Decimal | None:
        return None if shown is None else Decimal(str(shown))

    made = []
    for one in points:
        back = [*one.reverse, *[None] * (DAYS + 1)]
        rows = {
            day: twin.Register(
                one.meters[day],
                one.multipliers[day] if one.multipliers else one.multiplier,
                at(shown),
                at(back[day]),
            )
            for day, shown in enumerate(one.forward)
            if shown is not None or back[day] is not None
        }
        made.append(twin.Point(one.inlet, one.from_day, one.to_day, one.feeds, rows))
    return made


@settings(max_examples=300, deadline=None)
@given(area())
def test_the_slow_twin_finds_every_loss_alike(points: list[P]) -> None:
    found, of, slow = losses(points, DAYS), balanced(points, range(DAYS + 1)), _twin_points(points)
    days = [twin.loss(slow, day, Decimal("0.95")) for day in range(DAYS)]
    for day, expected in enumerate(days):
        assert LossKind(int(found.kind[0, day])).name == expected.kind
        assert Reason(int(found.reason[0, day])).name == expected.reason
        assert of.supply_wh[0, day] == twin.wh(expected.supply)
        assert of.sold_wh[0, day] == twin.wh(expected.sold)
        assert found.rate_bp[0, day] == twin.basis_points(expected.rate)
        assert (bool(found.sudden[0, day]), int(found.mean_days[0, day])) == twin.sudden(days, day)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(point(False), labels(st.integers(1, 2)), labels(st.sampled_from((20, 30)))), max_size=4
    )
)
def test_the_slow_twin_finds_every_month_alike(drawn: list[tuple[P, list[int], list[int]]]) -> None:
    """Whoever comes, leaves, is frozen late or gets another meter or multiplier within the month."""
    points = [replace(one, meters=meters, multipliers=by) for one, meters, by in drawn]
    of = balanced(points, (0, DAYS), exact=())
    months = [twin.month_of(one, 0, DAYS) for one in _twin_points(points)]
    assert of.outlet_forward_wh[0, 0] == sum(twin.wh(forward) for forward, _reverse in months)
    assert of.outlet_reverse_wh[0, 0] == sum(twin.wh(reverse) for _forward, reverse in months)


@settings(max_examples=100, deadline=None)
@given(area(), st.integers(2, 50))
def test_a_multiplier_for_all_changes_no_rate(points: list[P], factor: int) -> None:
    larger = [replace(one, multiplier=one.multiplier * factor) for one in points]
    before, after = balanced(points, range(DAYS + 1)), balanced(larger, range(DAYS + 1))
    assert (after.supply_wh == before.supply_wh * factor).all()
    assert (after.sold_wh == before.sold_wh * factor).all()
    judged = losses(points, DAYS).kind != LossKind.SMALL
    assert (losses(larger, DAYS).kind[judged] == losses(points, DAYS).kind[judged]).all()
    assert (losses(larger, DAYS).rate_bp == losses(points, DAYS).rate_bp).all()


@settings(max_examples=100, deadline=None)
@given(area(), st.randoms(use_true_random=False))
def test_the_order_of_points_and_rows_says_nothing(points: list[P], random: object) -> None:
    numbered = [replace(one, number=at + 1, meters=one.meters) for at, one in enumerate(points)]
    shuffled = list(numbered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before, after = losses(numbered, DAYS), losses(shuffled, DAYS)
    assert (before.loss_wh == after.loss_wh).all()
    assert (before.kind == after.kind).all()
    rows = freezes(numbered)
    turned = type(rows)(*(getattr(rows, name)[::-1].copy() for name in rows.__dataclass_fields__))
    backwards = balance(turned, members(numbered), column(range(DAYS + 1)), 1, ENDS)
    assert (backwards.supply_wh == balanced(numbered, range(DAYS + 1)).supply_wh).all()


@settings(max_examples=100, deadline=None)
@given(area(gaps=False), st.integers(1, 9_000))
def test_energy_fed_in_and_used_by_a_neighbour_changes_no_loss(points: list[P], cents: int) -> None:
    def rising(step: int) -> list[str | None]:
        return [str(Decimal(day * step) / 100) for day in range(DAYS + 1)]

    roof = P(rising(0), reverse=rising(cents), meters=[1] * (DAYS + 1), feeds=True)
    neighbour = P(rising(cents), meters=[1] * (DAYS + 1))
    before, after = losses(points, DAYS), losses([*points, roof, neighbour], DAYS)
    both = (before.kind != LossKind.UNCOMPUTABLE) & (after.kind != LossKind.UNCOMPUTABLE)
    assert (before.loss_wh[both] == after.loss_wh[both]).all()


@settings(max_examples=100, deadline=None)
@given(area(gaps=False))
def test_seen_from_the_other_side_the_loss_is_the_opposite(points: list[P]) -> None:
    turned = [replace(one, inlet=not one.inlet) for one in points]
    here, there = balanced(points, range(DAYS + 1)), balanced(turned, range(DAYS + 1))
    assert (here.supply_wh == there.sold_wh).all()
    assert (here.sold_wh == there.supply_wh).all()


@settings(max_examples=100, deadline=None)
@given(area(), area())
def test_two_areas_together_lose_what_each_of_them_loses(one: list[P], other: list[P]) -> None:
    apart = balanced(one + [replace(each, group=1) for each in other], range(DAYS + 1), groups=2)
    together = balanced(one + other, range(DAYS + 1))
    assert (apart.supply_wh.sum(axis=0) == together.supply_wh[0]).all()
    assert (apart.sold_wh.sum(axis=0) == together.sold_wh[0]).all()
    assert (apart.outlets_known.sum(axis=0) == together.outlets_known[0]).all()


@settings(max_examples=100, deadline=None)
@given(area(), area())
def test_groups_merged_are_the_group_of_all_their_points(one: list[P], other: list[P]) -> None:
    apart = balanced(one + [replace(each, group=1) for each in other], range(DAYS + 1), groups=2)
    merged, together = apart.merged(slice(None), slice(None)), balanced(one + other, range(DAYS + 1))
    for name in together.__dataclass_fields__:
        assert (getattr(merged, name) == getattr(together, name)).all(), name


@settings(max_examples=100, deadline=None)
@given(area(gaps=False))
def test_a_month_is_the_sum_of_its_days(points: list[P]) -> None:
    # A month's rise may be more than a tenth of a register, so only those that do not roll over are summed.
    plain = [one for one in points if "999" not in "".join(map(str, [*one.forward[:1], *one.reverse[:1]]))]
    plain = [replace(one, meters=[1] * (DAYS + 1)) for one in plain]
    days, month = balanced(plain, range(DAYS + 1)), balanced(plain, (0, DAYS))
    assert (days.supply_wh.sum(axis=1) == month.supply_wh[:, 0]).all()
    assert (days.sold_wh.sum(axis=1) == month.sold_wh[:, 0]).all()


def test_the_twin_and_the_columns_agree_on_a_whole_book() -> None:
    random = np.random.default_rng(7)
    points: list[P] = []
    for group in range(40):
        for at in range(11):
            steps = np.cumsum(random.integers(0, 9_000 if at else 60_000, DAYS + 1))
            shown = [None if random.random() < 0.02 else str(Decimal(int(step)) / 100) for step in steps]
            points.append(P(shown, inlet=at == 0, group=group, meters=[1] * (DAYS + 1), to_day=DAYS))
    found = losses(points, DAYS, groups=40)
    for group in range(40):
        slow = _twin_points([one for one in points if one.group == group])
        for day in range(DAYS):
            assert LossKind(int(found.kind[group, day])).name == twin.loss(slow, day, Decimal("0.95")).kind
    assert len(set(found.kind.ravel().tolist())) >= 4
