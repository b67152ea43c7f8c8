"""How personal data looks to those who do not need it: enough to tell two customers apart, too little to find one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STARS: Final = "***"
MOBILE_DIGITS: Final = 11
FEWEST_WITH_END: Final = 7  # digits: a shorter number is hidden whole
# What a village, a road or a settlement ends with; what follows is where in it somebody lives.
PLACE_ENDS: Final = "省市县区镇乡村路街巷道弄屯庄寨湾园"
# Where in a place somebody lives: from a digit on, or a Chinese numeral before the words of a group, house or flat.
HOUSE: Final = re.compile(r"\d|[一二三四五六七八九十百〇零甲乙丙丁]+(?=[组队号栋幢座楼层室户排单])")
DIGITS: Final = re.compile(r"\d+")
GAPS: Final = re.compile(r"(?<=\d)[\s\-－—/()（）]+(?=\d)")


class Part(StrEnum):
    """Which kind of personal data a text is."""

    PHONE = "phone"
    ADDRESS = "address"
    IDENTITY = "identity"
    ACCOUNT = "account"


TITLES: Final[Mapping[str, Promise]] = {
    Part.PHONE: _("联系方式"),
    Part.ADDRESS: _("用电地址"),
    Part.IDENTITY: _("证件号码"),
    Part.ACCOUNT: _("银行账号"),
}


def phone(text: str) -> str:
    """Return a telephone number as 138****5678; of a shorter one the last three digits, words left as they are."""
    return DIGITS.sub(lambda found: _number(found[0]), GAPS.sub("", text))


def _number(digits: str) -> str:
    if len(digits) >= MOBILE_DIGITS:
        return f"{digits[:3]}****{digits[-4:]}"
    return "****" + (digits[-3:] if len(digits) >= FEWEST_WITH_END else "")


def address(text: str) -> str:
    """Return an address as its village or road; the house, or all but the first part, is hidden."""
    text = text.strip()
    return _open_part(text) + STARS if text else ""


def _open_part(text: str) -> str:
    house = HOUSE.search(text)
    before = text[: house.start()] if house else text
    end = max((at for at, sign in enumerate(before) if sign in PLACE_ENDS), default=-1)
    if end >= 0:
        return before[: end + 1]
    return before.strip() if house else before[: len(before) // 2]


def identity(text: str) -> str:
    """Return an identity number as its first four signs, which name the place, and its last two."""
    text = text.strip()
    return f"{text[:4]}{'*' * (len(text) - 6)}{text[-2:]}" if len(text) > 10 else "*" * len(text)


def account(text: str) -> str:
    """Return a bank account as its last four digits."""
    digits = GAPS.sub("", text.strip())
    return f"****{digits[-4:]}" if len(digits) > 8 else "*" * len(digits)


_MASKS: Final[Mapping[Part, Callable[[str], str]]] = {
    Part.PHONE: phone,
    Part.ADDRESS: address,
    Part.IDENTITY: identity,
    Part.ACCOUNT: account,
}


def masked(part: str, text: object) -> str:
    """Return a text of some kind masked; nothing stays nothing."""
    return _MASKS[Part(part)](str(text)) if text not in (None, "") else ""


def names_no_house(words: str) -> bool:
    """Tell whether words could stand in the part of an address that everybody sees: they name no house."""
    return HOUSE.search(words) is None


# Kinds of personal data by what the names of their columns contain.
_BY_NAME: Final[Mapping[str, Part]] = {
    "phone": Part.PHONE,
    "mobile": Part.PHONE,
    "address": Part.ADDRESS,
    "email": Part.ADDRESS,
    "id_number": Part.IDENTITY,
    "identity_number": Part.IDENTITY,
    "bank_account": Part.ACCOUNT,
}


def part_of(column: str) -> Part | None:
    """Return which kind of personal data a column of the database holds, by its name; None for any other."""
    return next((part for word, part in _BY_NAME.items() if word in column), None)
