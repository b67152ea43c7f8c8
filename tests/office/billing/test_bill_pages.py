"""Pages of bills where another system issues: they open in every state and say that nothing here is issued."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from tests.office.base import pages

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", [Bill.State.DRAFT, Bill.State.KEPT])
def test_a_second_opinion_is_called_so(tmp_path: Path, settings: Settings, state: Bill.State) -> None:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    pages.build(tmp_path)
    Station.objects.update(mode=Station.Mode.BESIDE)
    Bill.objects.update(state=state, issued_date=None)
    bill, client = Bill.objects.first(), pages.signed_in("auditor")

    for url in (reverse("bill", args=[bill.pk]), reverse("bill_month", args=[bill.period]), reverse("bills")):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "已核算，不发行" in answer.content.decode()
        assert "未发行<" not in answer.content.decode().replace("未发行</option>", "")
