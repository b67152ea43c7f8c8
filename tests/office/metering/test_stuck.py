"""A month that waits for an earlier one names the first that is stuck, and by what."""

from __future__ import annotations

import pytest

from diansuo.core.metering import Rule
from diansuo.office.base.scope import Scope
from diansuo.office.metering import page_queries
from diansuo.office.metering.models import Finding
from diansuo.office.metering.panels import stuck_words
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

BLOCKING = Finding.Severity.BLOCKING


def test_the_first_month_that_is_stuck_is_named_with_its_cause() -> None:
    point = builder.household(builder.make_station(), "001", "M1")
    other = builder.household(point.station, "002", "M2")
    found = [
        Finding.objects.create(point=who, period=period, rule=rule, severity=severity)
        for who, period, rule, severity in (
            (point, 202511, Rule.REVERSED.id, BLOCKING),
            (point, 202511, Rule.ESTIMATED.id, Finding.Severity.WARNING),
            (point, 202512, Rule.PREVIOUS_OPEN.id, BLOCKING),
            (point, 202601, Rule.PREVIOUS_OPEN.id, BLOCKING),
            (other, 202601, Rule.PREVIOUS_OPEN.id, BLOCKING),
        )
    ]

    stuck = page_queries.stuck(builder.ALL, found)

    assert [stuck_words(stuck.get(one.pk)) for one in found] == [
        "", "", "卡在 2025-11：倒走", "卡在 2025-11：倒走", "卡在 2025-12：没有执行或没有发行",
    ]  # fmt: skip
    assert page_queries.stuck(Scope(frozenset()), found)[found[2].pk].finding is None
