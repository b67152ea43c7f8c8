"""What the tests of every app of the office share: whose eyes, what time it is, and the bundle of real households."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from diansuo.sandbox import prices

if TYPE_CHECKING:  # this file is read before Django is loaded
    from diansuo.office.base.scope import Scope

REAL_HOUSEHOLDS = Path(__file__).resolve().parents[3] / "shared" / "data" / "real_households"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Each test begins with another database: what is kept by station and revision is dropped."""
    from diansuo.office.billing.average import book, policy, queries
    from diansuo.office.billing.opinion import months as opinion
    from diansuo.office.collection import queries as collection
    from diansuo.office.desk import page_queries
    from diansuo.office.desk import queries as desk
    from diansuo.office.desk.board import queries as board
    from diansuo.office.metering.routes import queries as routes
    from diansuo.office.network import months

    for each in (months, book, policy):
        each.forget()
    for room in (queries, page_queries, opinion, collection, board, desk, routes):
        for kept in room.REMEMBERED:
            kept.cache_clear()


@pytest.fixture
def everything() -> Scope:
    """The scope of the system itself."""
    from diansuo.office.base.scope import Scope

    return Scope.everything()


@pytest.fixture
def now() -> datetime:
    """The moment at which the test takes place."""
    return datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _language_of_the_house() -> Iterator[None]:
    """A page asked for in English leaves no English behind for the next test."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture
def real_households() -> Path:
    """The folder of real households; the test is skipped where it is absent."""
    if not REAL_HOUSEHOLDS.is_dir():
        pytest.skip(f"the real households are not there: {REAL_HOUSEHOLDS}")
    return REAL_HOUSEHOLDS


@pytest.fixture
def sample_prices(settings: Any, tmp_path: Path) -> Iterator[str]:
    """A home whose commercial prices are those of the sandbox's sample place; returns that place."""
    from diansuo.office.config import rulebook

    folder = tmp_path / "rulebook_home"
    prices.write_rules(folder / "rulebook")
    settings.HOME = replace(settings.HOME, folder=folder, commercial_place=prices.PLACE)
    rulebook.book.cache_clear()
    yield prices.PLACE
    rulebook.book.cache_clear()
