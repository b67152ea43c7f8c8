"""The thresholds of loss come from the rulebook, exactly or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from diansuo.core.network import LossThresholds, WrongLossThreshold
from diansuo.core.network.thresholds import PARAMETERS
from diansuo.office.config.rulebook_files import load
from tests.core.network import groups


def test_the_rulebook_says_what_the_tests_and_the_page_say() -> None:
    entry = load().in_force("national/checks/line_loss", date(2024, 10, 1))

    assert (
        LossThresholds.from_parameters({name: entry.number(name) for name in PARAMETERS}) == groups.THRESHOLDS
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"high_percent": "6.005"}, "high_percent"),
        ({"high": "6"}, "unknown: high"),
        ({"sudden_days": "x"}, "x"),
    ],
)
def test_what_is_no_threshold_is_refused(change: dict[str, str], said: str) -> None:
    with pytest.raises(WrongLossThreshold, match=said):
        LossThresholds.from_parameters(groups.PARAMETERS | change)


def test_a_missing_threshold_is_named() -> None:
    with pytest.raises(WrongLossThreshold, match="missing: high_percent"):
        LossThresholds.from_parameters({k: v for k, v in groups.PARAMETERS.items() if k != "high_percent"})
