"""A heading holds for every station: clerks add to it, and only who answers for all stations takes one away."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.base.models import ColumnAlias, Station, User
from tests.office.base import pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("station")]
FOR_ALL = "别名对所有供电所有效"


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    return pages.build(tmp_path)


def clerk() -> Client:
    user = next(
        user for user in User.objects.all() if user.has_perm("base.edit_aliases") and not user.is_superuser
    )
    client = Client()
    client.force_login(user, pages.BACKEND)
    return client


def test_a_clerk_adds_a_heading_and_may_not_delete_one() -> None:
    browser = clerk()
    browser.post(reverse("aliases"), {"alias": "户头", "column": "payments:customer"})
    alias = ColumnAlias.objects.get()

    page = browser.get(reverse("aliases")).content.decode()
    address = reverse("alias_delete", args=[alias.pk])

    assert FOR_ALL in page
    assert address not in page
    assert browser.post(address).status_code == 403
    assert ColumnAlias.objects.get() == alias


def test_who_answers_for_all_stations_deletes_a_heading() -> None:
    alias = ColumnAlias.objects.create(kind="payments", alias="户头", field="customer")
    browser = Client()
    browser.force_login(User.objects.create_superuser("root", password="a-long-password"), pages.BACKEND)
    address = reverse("alias_delete", args=[alias.pk])

    assert address in browser.get(reverse("aliases")).content.decode()
    browser.post(address)

    assert not ColumnAlias.objects.exists()
