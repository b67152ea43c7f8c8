"""Who hangs on an area no more: its energy counts on its days, nobody is accused instead of it, nor it itself."""

from __future__ import annotations

import pytest

from diansuo.core.network.causes import CauseKind
from tests.core.network.causes.village import DAYS, SHOP, ask, first, villages

HOUSE, OTHER = 7, 11


@pytest.mark.parametrize("who", [SHOP, HOUSE, OTHER])
@pytest.mark.parametrize("days_ago", [3, 10, 40])
def test_that_somebody_moved_out_is_no_cause(who: int, days_ago: int) -> None:
    areas = villages()
    areas[0].leaves(who, DAYS - days_ago)

    assert len(ask(areas)) == 0


def test_who_stole_and_left_is_not_accused_and_nobody_is_accused_instead() -> None:
    areas = villages()
    areas[0].metered[HOUSE] *= 0.3
    areas[0].leaves(HOUSE, DAYS - 10)

    assert len(ask(areas)) == 0


def test_a_thief_is_found_beside_somebody_who_moved_out() -> None:
    areas = villages()
    areas[0].metered[OTHER, 40:] *= 0.3
    areas[0].leaves(HOUSE, DAYS - 10)

    assert first(ask(areas)) == (CauseKind.THEFT, OTHER)
