"""A station beside another system: what that system bills wrongly is found under its cause, and nothing else is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from diansuo.core.tariff.comparing import Cause
from diansuo.office.archive.importing.words import even
from diansuo.office.billing.models import Comparison
from diansuo.office.billing.opinion import operations as opinion
from diansuo.sandbox.issued import SAMPLE_FEN
from tests.office.desk import sandbox_books
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]

CAUSES = {
    "阶梯累计重复": Cause.STEP,
    "类别错误": Cause.PRICE_CLASS,
    "单价错误": Cause.PRICE,
    "电量错误": Cause.ENERGY,
    "取整不同": Cause.ROUNDING,
}


def test_every_mistake_of_the_other_system_is_found_under_its_cause_and_nothing_else(tmp_path: Path) -> None:
    station = sandbox_books.run_months(tmp_path, mode="beside")
    with next(tmp_path.glob("truth*.csv")).open(encoding="utf-8-sig") as file:
        truth = {row["用户编号"]: row["手法"] for row in csv.DictReader(file) if row["种类"] == "出账差错"}
    assert set(truth.values()) == set(CAUSES)

    opinion.compare_month(builder.ALL, station.pk, sandbox_books.MONTHS[-1], now=builder.NOW)
    found = set()
    for one in Comparison.objects.select_related("bill__customer"):
        assert sum(one.effects) == one.issued_fen - one.own_fen
        # Customers with an invented price of their own in the sample are priced otherwise by design.
        if even(one.bill.class_text) in {even(text) for text in SAMPLE_FEN}:
            assert one.effects[Cause.UNEXPLAINED - 1] == 0
            continue
        wrong = truth.get(one.bill.customer.number)
        if wrong is None or one.issued_fen == one.own_fen:
            assert (one.bill.customer.number, one.effects) == (one.bill.customer.number, [0] * len(Cause))
            continue
        assert (one.bill.customer.number, one.cause) == (one.bill.customer.number, CAUSES[wrong])
        found.add(wrong)
    assert found >= {"类别错误", "单价错误", "电量错误", "取整不同"}
