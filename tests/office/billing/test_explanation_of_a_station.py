"""A sample station, three months of it: every bill is explained, and the parts sum to the difference to the fen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.utils.translation import override

from diansuo.office.base.models import Station
from diansuo.office.billing.explaining import why
from diansuo.office.billing.explaining.queries import Against
from diansuo.office.billing.models import Bill
from diansuo.sandbox import station as sample
from tests.office.billing.sheets import sheet
from tests.office.desk.board_station import bring_in
from tests.office.desk.months import run
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]


def test_every_bill_from_the_second_month_on_is_explained_cause_by_cause(tmp_path: Path) -> None:
    files = sample.write(tmp_path, customers=120, months=3, last_month=202403, seed=7)
    bring_in("archive", files.archive)
    for at, (period, readings) in enumerate(files.readings.items()):
        bring_in("readings", readings)
        # the price of each month differs, so that commercial bills differ by price too
        sheet.approved(period - 1 if period % 100 > 1 else period - 89, purchase=f"0.4{at}00")
        run(Station.objects.get(), period)

    causes: Counter[str] = Counter()
    compared = 0
    for bill in Bill.objects.order_by("period", "pk"):
        found = why.why(builder.ALL, bill, Against.LAST_MONTH)
        assert sum(part.amount_fen for part in found.parts) == found.difference_fen
        assert sum(line.amount_fen for line in found.lines()) == bill.amount_fen
        if found.before is None:
            assert found.missing is not None
            continue
        compared += 1
        assert found.separable, f"bill {bill.pk} is not made again by what is stored with it"
        causes.update(part.cause.key for part in found.parts)
        for language in ("zh-hans", "en"):
            with override(language):
                assert all(row["title"] and row["sentence"] for row in found.rows())
    assert compared > 100
    assert {"days", "energy", "time_of_use", "price"} <= set(causes)
