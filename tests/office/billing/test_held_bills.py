"""Why a bill is held fits where it is stored, and is put into words with a remedy."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from diansuo.core.metering.energy import EnergyCode
from diansuo.core.tariff.columns import RefusalCode
from diansuo.core.tariff.commercial import CommercialRefusalCode
from diansuo.office.billing import wording
from diansuo.office.billing.commercial.wording import WORDS
from diansuo.office.metering.models import Finding

CODES = [
    f"B-{code.upper().replace('_', '-')}" for code in (*CommercialRefusalCode, *RefusalCode, *EnergyCode)
]


def test_every_reason_fits_its_column() -> None:
    longest = Finding._meta.get_field("rule").max_length or 0

    assert [code for code in [*CODES, *WORDS] if len(code) > longest] == []


@pytest.mark.parametrize("code", sorted({*CODES, *WORDS}))
def test_every_reason_has_words_and_a_remedy(code: str) -> None:
    words = wording.words_of(SimpleNamespace(rule=code, detail={}))

    assert words.title
    assert words.reason
    assert words.remedy
