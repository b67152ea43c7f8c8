"""A mask leaves enough to tell two customers apart and too little to find one, whatever the archive was given."""

from __future__ import annotations

import pytest

from diansuo.office.base import masks
from diansuo.office.base.trail.rules import rules


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("张三 138-1234-5678", "张三 138****5678"),
        ("0371-64351234", "037****1234"),
        ("64351234", "****234"),
        ("95598", "****"),
        ("13812345678 13912345678", "138****5678"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
    ],
)
def test_a_telephone_number_never_stands_there_whole(given: str, shown: str) -> None:
    assert masks.phone(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("东村12号", "东村***"),
        ("云河工业区37号", "云河工业区***"),
        ("巩义市康店镇张岭村三组7号", "巩义市康店镇张岭村***"),
        ("人民路18号院2号楼1单元301室", "人民路***"),
        ("十里村大槐树旁", "十里村***"),
        ("阳光花园甲单元", "阳光花园***"),
        ("东头老王家", "东头***"),
        ("East 1", "East***"),
        ("7", "***"),
    ],
)
def test_an_address_keeps_its_village_or_road_and_hides_the_house(given: str, shown: str) -> None:
    assert masks.address(given) == shown


def test_identity_number_and_account_keep_their_ends_alone() -> None:
    assert masks.identity("410181199001011234") == "4101************34"
    assert masks.identity("A1234567") == "********"
    assert masks.account("6222 0213 1234 5678 901") == "****8901"
    assert masks.account("12345678") == "********"


def test_nothing_stays_nothing_and_a_kind_nobody_knows_is_an_error() -> None:
    assert [masks.masked(part, empty) for part in masks.Part for empty in ("", None)] == [""] * 8
    with pytest.raises(ValueError, match="name"):
        masks.masked("name", "x")


def test_every_word_by_which_the_trail_knows_personal_data_has_a_mask() -> None:
    assert not [word for word in rules().personal_words if masks.part_of(word) is None]
