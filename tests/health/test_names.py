"""Every component, period, class and voltage that a bill may name has a Chinese and an English name."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import pytest
from django.utils.translation import override

from diansuo.core.quantity.band import Band
from diansuo.core.tariff import Component, PriceClass
from diansuo.core.tariff.classes import VoltageClass
from diansuo.office.archive.models import PRICE_CLASS_NAMES, VOLTAGE_CLASS_NAMES
from diansuo.office.billing.models import BAND_NAMES, COMPONENT_NAMES
from diansuo.office.billing.sheets.components import COMPONENT_RULES, TITLES_EN

NAMED: list[tuple[type[IntEnum], Mapping[Any, Any]]] = [
    (Component, COMPONENT_NAMES),
    (Band, BAND_NAMES),
    (PriceClass, PRICE_CLASS_NAMES),
    (VoltageClass, VOLTAGE_CLASS_NAMES),
]


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


@pytest.mark.parametrize(("words", "names"), NAMED, ids=[words.__name__ for words, _ in NAMED])
def test_every_word_has_a_chinese_and_an_english_name_of_its_own(
    words: type[IntEnum], names: Mapping[Any, Any]
) -> None:
    assert set(names) == set(words)
    with override("zh-hans"):
        chinese = [str(names[each]) for each in words]
    with override("en"):
        english = [str(names[each]) for each in words]
    assert all(map(is_chinese, chinese)), chinese
    assert not any(map(is_chinese, english)), english
    assert len(set(chinese)) == len(set(english)) == len(words)


def test_every_component_of_a_price_sheet_has_both_names() -> None:
    assert set(COMPONENT_RULES) == set(TITLES_EN)
