"""The practice ground: the same round deals the same cards, marks are scored, and what is wrong is explained."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from diansuo.lab import mistakes, practice, published
from diansuo.office.base.access import install_demo_users
from tests.office.base import pages
from tests.office.metering import builder


@pytest.mark.parametrize("frozen", [True, False])
def test_a_round_deals_ten_cards_some_of_them_wrong_and_always_the_same(frozen: bool) -> None:
    for number in range(1, 20):
        cards = practice.deal(number, frozen=frozen)
        assert len(cards) == practice.A_ROUND
        assert practice.FEWEST <= sum(card.wrong for card in cards) <= practice.MOST
        assert cards == practice.deal(number, frozen=frozen)
        assert any(each.freeze for card in cards for each in card.registers) == frozen


def test_every_register_of_a_good_card_is_that_of_its_freeze() -> None:
    for number in range(1, 20):
        for card in practice.deal(number, frozen=True):
            same = [each.now == each.freeze for each in card.registers if each.freeze]
            assert card.wrong or all(same)
            assert not card.wrong or not all(same)


def test_a_round_is_scored_by_what_was_marked_and_what_was_left() -> None:
    cards = practice.deal(1, frozen=True)
    wrong = {card.number for card in cards if card.wrong}
    good = {card.number for card in cards} - wrong
    assert practice.score(cards, wrong).percent == 100
    assert practice.score(cards, set()).found == 0
    one_too_many = practice.score(cards, wrong | {min(good)})
    assert (one_too_many.found, one_too_many.false_alarms, one_too_many.percent) == (len(wrong), 1, 90)


def test_the_published_result_is_that_of_the_table() -> None:
    found = published.result()
    assert found is not None
    assert published.is_current(found), (
        "run `diansuo lab mistakes -o src/diansuo/lab/published.json --cards …`"
    )
    assert found["seeds"] == mistakes.seeds()
    assert len(published.rows(found)) == len(mistakes.kinds())


@pytest.fixture
def client(settings: Any) -> Client:
    settings.DEMO = True
    install_demo_users(builder.make_station(), pages.PASSWORD)
    return pages.signed_in("clerk")


@pytest.mark.django_db
def test_a_newcomer_marks_a_round_and_is_told_what_was_wrong_and_why(client: Client) -> None:
    address = "/lab/practice/?round=3"
    before = client.get(address).content.decode()
    assert "判断" not in before
    assert before.count('type="checkbox"') == practice.A_ROUND
    wrong = [card.number for card in practice.deal(3, frozen=True) if card.wrong]
    after = client.post(address, {"wrong": wrong}).content.decode()
    assert "得分 100" in after
    assert len(re.findall("判断对了", after)) == practice.A_ROUND
    assert "得分 100" not in client.post(address, {"wrong": ["7", "x", "999"]}).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["0", "-1", "x", "99999999999", "²", ""])
def test_a_round_that_is_none_is_the_first(client: Client, asked: str) -> None:
    assert "第 1 组" in client.get("/lab/practice/", {"round": asked}).content.decode()


@pytest.mark.django_db
def test_the_table_shows_every_kind_with_what_slips_through(client: Client) -> None:
    page = client.get("/lab/").content.decode()
    for kind in mistakes.kinds():
        assert kind.zh in page
    assert "有日冻结" in page and "无日冻结" in page
