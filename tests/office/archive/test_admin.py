"""Every register of the back office shows its rows, exports them, and takes no change."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from diansuo.office.archive.models import Contract, Customer, Premise
from diansuo.office.base.models import Post, Staff, Station, User
from tests.office.archive.lists import bring_in, day, line, master

pytestmark = pytest.mark.django_db

REGISTERS = [model for model in admin.site._registry if model._meta.app_label in ("base", "archive")]


@pytest.fixture
def root(tmp_path: Path) -> Client:
    bring_in(
        tmp_path,
        line("001", "m1", 变电站="城东变", 年初累计电量="5"),
        master("T001", "m8"),
        valid_from=day("2024-01-01"),
    )
    client = Client()
    client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True), _backend())
    return client


def _backend() -> str:
    return "diansuo.office.base.access.StationBackend"


def _address(model: type[models.Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", REGISTERS, ids=lambda model: model._meta.label)
def test_every_register_lists_searches_and_shows_its_rows(model: type[models.Model], root: Client) -> None:
    assert root.get(_address(model, "changelist"), {"q": "001"}).status_code == 200
    page = root.get(_address(model, "changelist"))
    assert page.status_code == 200
    row = model._base_manager.first()
    if row is not None:
        assert root.get(_address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", REGISTERS, ids=lambda model: model._meta.label)
def test_no_register_takes_a_change(model: type[models.Model], root: Client) -> None:
    row = model._base_manager.first()
    assert root.post(_address(model, "add"), {}).status_code == 403
    if row is not None:
        assert root.post(_address(model, "change", row.pk), {}).status_code == 403
        assert root.post(_address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model._base_manager.filter(pk=row.pk).exists()


def test_chosen_rows_are_exported_as_the_list_shows_them(root: Client, tmp_path: Path) -> None:
    chosen = {"action": "export_xlsx", "_selected_action": [Customer.objects.get().pk]}
    answer = root.post(_address(Customer, "changelist"), chosen)
    file = tmp_path / "customers.xlsx"
    file.write_bytes(answer.content)

    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert rows[0] == ["供电所", "用户编号", "用户名称", "联系方式"]
    assert rows[1][1:3] == ["001", "张三"]


def test_a_register_shows_personal_data_masked_to_whoever_does_not_need_it(
    root: Client, tmp_path: Path
) -> None:
    phone, address = "13912345678", "东村三组78号"
    Customer.objects.update(phone=phone)
    Premise.objects.update(address=address)
    user = User.objects.create(username="east", is_staff=True)
    Staff.objects.create(station=Station.objects.get(), name="东", user=user)
    user.groups.set([Post.objects.get(code=code).group for code in ("admin", "supervisor")])
    client = Client()
    client.force_login(user, _backend())

    chosen = {"action": "export_xlsx", "_selected_action": [Customer.objects.get().pk]}
    file = tmp_path / "customers.xlsx"
    file.write_bytes(client.post(_address(Customer, "changelist"), chosen).content)
    seen = str(CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python())
    for model in (Customer, Premise, Contract):
        for page in (
            _address(model, "changelist"),
            _address(model, "change", model._base_manager.get().pk),
        ):
            answer = client.get(page)
            assert answer.status_code == 200, page
            seen += answer.content.decode()
    assert phone not in seen
    assert "三组78" not in seen
    assert seen.count("139****5678") == 3
    assert "东村***" in seen

    found = {words: client.get(_address(Customer, "changelist"), {"q": words}) for words in (phone, "345678")}
    assert ["张三" in one.content.decode() for one in found.values()] == [True, False]
    guessed = client.get(_address(Customer, "changelist"), {"phone__startswith": "1391"})
    assert (guessed.status_code, "张三" in guessed.content.decode()) == (400, False)
    assert phone in root.get(_address(Customer, "changelist")).content.decode()


def test_someone_of_one_station_sees_its_rows_only(root: Client) -> None:
    other = Station.objects.create(company=Station.objects.get().company, name="西村供电所")
    user = User.objects.create(username="west", is_staff=True)
    Staff.objects.create(station=other, name="西", user=user)
    user.groups.set([Post.objects.get(code=code).group for code in ("admin", "supervisor")])
    client = Client()
    client.force_login(user, _backend())

    page = client.get(_address(Customer, "changelist"))

    assert page.status_code == 200
    assert "张三" not in page.content.decode()
    assert client.get(_address(Customer, "change", Customer.objects.get().pk)).status_code == 302
    assert ">root<" not in client.get(_address(User, "changelist")).content.decode()
