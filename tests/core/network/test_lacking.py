"""Whatever makes most groups computable by itself is mended first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.network.lacking import Fix, fixes


def test_the_thing_that_alone_helps_most_comes_first() -> None:
    missing = {"T1": {"gate"}, "T2": {"M2"}, "T3": {"gate"}, "T4": {"gate", "M4"}, "T5": set()}
    assert fixes(missing) == [
        Fix("gate", ("T1", "T3"), ("T4",)),
        Fix("M2", ("T2",), ()),
        Fix("M4", (), ("T4",)),
    ]


def test_nothing_missing_nothing_to_mend() -> None:
    assert fixes({}) == []


@given(st.dictionaries(st.integers(0, 8), st.sets(st.sampled_from("abcde"), max_size=4)))
def test_mending_a_thing_makes_exactly_those_computable_that_are_named(missing: dict[int, set[str]]) -> None:
    found = fixes(missing)
    assert {fix.need for fix in found} == set().union(*missing.values(), set())
    for fix in found:
        left = {group: needs - {fix.need} for group, needs in missing.items()}
        freed = [group for group, needs in missing.items() if needs and not left[group]]
        assert list(fix.alone) == freed
        assert set(fix.together) == {group for group, needs in missing.items() if fix.need in needs} - set(
            freed
        )
    assert [len(fix.alone) for fix in found] == sorted((len(fix.alone) for fix in found), reverse=True)
