"""Every reason why a value of a commercial bill is unverified can be read on an English page."""

from __future__ import annotations

import pytest
from django.utils import translation

from diansuo.office.billing import wording
from diansuo.office.config.rulebook_files import load

pytestmark = pytest.mark.django_db
RULES = (
    "national/capacity_change", "national/capacity_charge", "national/commercial_terms", "national/power_factor",
    "national/transformer", "province/henan/commercial", "province/henan/settlement",
)  # fmt: skip
REASONS = sorted(
    {
        why
        for rule_id, rule in load().rules.items()
        if rule_id.startswith(RULES)
        for entry in rule.entries
        for _field, why in entry.unverified
    }
)


@pytest.mark.parametrize("why", REASONS)
def test_the_reason_has_english(why: str) -> None:
    with translation.override("en"):
        told = wording.doubt("x", why).removeprefix("x")
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in told), told
