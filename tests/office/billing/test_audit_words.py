"""What a sudden month's finding says: other months as their bills do, and the energy that ran backwards."""

from __future__ import annotations

from types import SimpleNamespace

from diansuo.office.billing.audit import wording

FIGURES = {
    "energy_wh": 0, "expected_wh": 162_000, "last_wh": 214_150, "year_ago_wh": 150_000,
    "settled_last_wh": 207_240, "settled_year_ago_wh": 150_000,
}  # fmt: skip


def zero(**more: int) -> SimpleNamespace:
    return SimpleNamespace(rule="A-ZERO", detail={"kind": "", "figures": FIGURES | more})


def test_last_month_is_said_as_its_bill_says_it_and_what_it_comes_to_by_days() -> None:
    words = wording.words_of(zero())

    assert "上月 207.24（按本期天数折算 214.15），上年同期 150.00，" in words.reason
    assert ("上月电量", "207.24（按本期天数折算 214.15） kWh") in wording.figures_in_words(zero())


def test_a_finding_kept_before_the_billed_figure_was_says_what_it_has() -> None:
    old = SimpleNamespace(rule="A-ZERO", detail={"figures": {"energy_wh": 0, "last_wh": 214_150}})

    assert "上月 214.15，上年同期 —" in wording.words_of(old).reason


def test_a_meter_that_ran_backwards_is_said_to_be_wired_the_wrong_way_round() -> None:
    words = wording.words_of(zero(reverse_wh=118_030))

    assert words.reason.endswith("；反向走字 118.03 千瓦时，疑似进出线接反")
    assert "按反向电量追补" in words.remedy
    assert ("反向有功", "118.03 kWh") in wording.figures_in_words(zero(reverse_wh=118_030))
    assert "反向" not in wording.words_of(zero()).reason
