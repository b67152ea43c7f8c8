"""The judges of the tests of the cycle: what bills keep, and the shadow engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture
def judged(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Judge every bill a test leaves: it proves itself, and the shadow finds no fen of difference.

    What the shadow has not learnt is not comparable; it is never a difference.
    """
    from diansuo.office.billing import evidence
    from diansuo.office.billing.models import Bill
    from diansuo.office.desk.shadowing.report import shadow_month
    from tests.office.metering import builder

    yield
    Bill.objects.filter(state=Bill.State.DRAFT).update(state=Bill.State.KEPT)
    proof = evidence.prove(builder.ALL)
    assert (proof.differ, proof.not_provable) == ([], [])
    for period in Bill.objects.values_list("period", flat=True).distinct():
        report = shadow_month(builder.ALL, period=period)
        assert [row[4:] for row in report.rows if row[4] != "not_comparable"] == []


@pytest.fixture(autouse=True)
def _sums_are_those_of_the_bills(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold what is kept of each month against its bills, after every test that runs a cycle."""
    yield
    if request.path.name.startswith("test_cycle") and request.node.get_closest_marker("django_db"):
        from tests.reference.month_sum_twin import disagreeing

        assert disagreeing() == []
