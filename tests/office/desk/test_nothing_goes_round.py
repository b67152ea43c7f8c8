"""Nothing goes round a proposal: no page, import, command or register writes terms that money depends on by itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import get_commands
from django.db import models
from django.forms import ModelForm
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import AreaReach, Contract, MeterInstallation
from diansuo.office.archive.terms.declared import MONEY_RELEVANT
from diansuo.office.base.models import Post, Proposal, Staff, Station, User
from diansuo.office.base.periods import PeriodModel
from diansuo.office.base.proposals import kinds
from diansuo.office.billing.models import PriceSheet
from diansuo.office.config import rulebook
from diansuo.office.metering.models import RegisterReading
from tests.office.base import pages

SOURCES = Path(__file__).resolve().parents[3] / "src" / "diansuo"
# Rooms that may write rows of these models, with what they write. Everything else goes through `archive.terms`.
WRITERS = {
    "office/archive/operations.py": "a new customer; the closing of a supply; nothing calls its changes of terms",
    "office/archive/terms/operations.py": "an agreed proposal",
    "office/archive/importing/applying.py": "what an import adds, after `parted` held back what changes",
    "office/archive/importing/writing_lines.py": "new lines",
    "office/archive/importing/writing_points.py": "new lines",
    "office/archive/importing/writing_shared.py": "new routes",
    "office/archive/importing/writing_supply.py": "new lines",
    "office/archive/importing/households.py": "new lines",
    "office/metering/entry.py": "the new meter of an exchange, by the old multiplier",
}
WRITING = {
    "create", "bulk_create", "bulk_update", "update", "update_or_create", "get_or_create", "delete", "save",
    "change_from", "insert_columns", "change_rows_from", "_raw_delete",
}  # fmt: skip
# Period rows of the archive on which no bill's price stands: who reads, for whom, what an area's transformer is,
# and rows that are another system's prices or the station's own table, which have previews of their own.
NO_TERMS = {"Responsibility", "AreaTerm", "MarketPrice", "LossTableRow", "RouteStandIn"}


def test_every_period_row_of_the_archive_is_declared_or_said_to_be_none() -> None:
    rows = {
        model.__name__
        for model in apps.get_app_config("archive").get_models()
        if issubclass(model, PeriodModel)
    }
    declared = {model.__name__ for model in MONEY_RELEVANT}
    assert (rows - declared, declared & NO_TERMS) == (NO_TERMS, set())


def test_every_value_of_a_declared_row_is_declared() -> None:
    own = {"id", "valid_from", "valid_to", "batch"}
    keys = {"contract", "point", "meter", "number", "model", "route"}
    for model, names in MONEY_RELEVANT.items():
        fields = {field.name for field in model._meta.concrete_fields} - own - keys
        assert fields == set(names), model


def test_no_other_room_writes_them() -> None:
    """Look at every module that names one of the models and calls something that writes on it."""
    names = {model.__name__ for model in MONEY_RELEVANT}
    found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        relative = path.relative_to(SOURCES).as_posix()
        if "/migrations/" in relative or not relative.startswith(("office/", "cli/")) or relative in WRITERS:
            continue
        lines = list(_writes(ast.parse(path.read_text(encoding="utf-8")), names))
        if lines:
            found[relative] = lines
    assert found == {}


def _writes(tree: ast.AST, names: set[str]) -> list[int]:
    """Return the lines on which something that writes is called on, or with, one of the models."""
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called not in WRITING:
            continue
        about = [node.func, *node.args] if isinstance(node.func, ast.Attribute) else node.args
        named = {each.id for one in about for each in ast.walk(one) if isinstance(each, ast.Name)}
        if named & names:
            lines.append(node.lineno)
    return lines


def test_the_look_for_writes_finds_them() -> None:
    names = {"ContractTerm"}
    for text in (
        "ContractTerm.objects.filter(pk=1).update(price_class=2)",
        "ContractTerm.objects.create(contract=1)",
        "insert_columns(ContractTerm, {})",
        "ContractTerm(pk=1).save()",
    ):
        assert _writes(ast.parse(text), names) == [1]
    assert _writes(ast.parse("ContractTerm.objects.filter(pk=1).first()"), names) == []


# What writes something dangerous, and who may call it: the kind of its proposal, and what happens before a station
# is used (the demonstration, the first accounts). The laboratory works on a copy.
CALLERS = {
    "write_own": {"office/billing/effects/rulefiles.py"},
    "switch": {"office/base/modes/proposing.py", "cli/station.py"},
    "install_user": {"office/base/management/commands/add_user.py"},
    "set_reach": {"office/archive/reaching/proposing.py", "office/archive/management/commands/set_reach.py"},
    "require_of_post": {"office/base/second_factor/proposing.py"},
}
SHEETS = {"office/billing/effects/pricesheets.py", "cli/demo.py"}
POSTS = {"office/base/access.py", "office/base/appointing.py"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of the house with the module it stands in; the laboratory's copies aside."""
    for path in SOURCES.rglob("*.py"):
        relative = path.relative_to(SOURCES).as_posix()
        if relative.startswith(("office/", "cli/")) and "/migrations/" not in relative:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield relative, node


def test_what_is_dangerous_is_called_by_its_proposal_alone() -> None:
    found: dict[str, set[str]] = {name: set() for name in CALLERS}
    for relative, node in calls():
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in CALLERS:
            found[called].add(relative)
    assert found == CALLERS


def test_prices_are_approved_and_posts_given_in_named_places_alone() -> None:
    sheets, posts = set(), set()
    for relative, node in calls():
        text = ast.unparse(node)
        source = (SOURCES / relative).read_text(encoding="utf-8")
        of_sheets = "billing.sheets import" in source or relative.startswith("office/billing/sheets/")
        if of_sheets and text.startswith("operations.approve("):
            sheets.add(relative)
        if re.match(r"\w+(\.\w+)*\.(posts|groups|user_permissions)\.(set|add|remove|clear)\(", text):
            posts.add(relative)
    assert (sheets, posts) == (SHEETS, POSTS)


def test_every_command_of_the_house_that_writes_by_itself_is_known() -> None:
    """Django's own commands (a shell, a superuser) are the maintainer's; the threat model names them."""
    ours = {name for name, app in get_commands().items() if str(app).startswith("diansuo")}
    assert ours == {"add_user", "set_reach", "unlock"}


def test_there_is_no_interface_for_programs_that_would_need_a_look() -> None:
    assert not [one for one in addresses(get_resolver().url_patterns) if one.startswith("api")]
    assert not [one for one in settings.INSTALLED_APPS if "ninja" in one or "rest_framework" in one]


def test_every_kind_of_dangerous_edit_has_its_proposal() -> None:
    assert {one.name for one in kinds.all_kinds()} == {
        "multiplier", "class", "capacity", "steps", "area", "archive_batch", "reversal", "price_sheet", "rules",
        "post", "mode", "reading", "reach", "second_factor", "reading_list", "route",
    }  # fmt: skip


def test_nobody_calls_the_changes_of_terms_but_tests() -> None:
    changing = {"change_terms", "change_multiplier", "exchange_meter_installation"}
    callers = [
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        if path.name != "operations.py" or "archive" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", "") in changing or getattr(node.func, "id", "") in changing)
    ]
    assert callers == []


@pytest.mark.django_db
def test_no_register_of_the_back_office_changes_them() -> None:
    for model in MONEY_RELEVANT:
        register = admin.site._registry.get(model)
        if register is None:
            continue
        assert set(register.actions or ()) <= {"export_xlsx"}, model
        asked = RequestFactory().get("/")
        asked.user = User(is_staff=True, is_superuser=True, is_active=True)
        for may in (
            register.has_add_permission,
            register.has_change_permission,
            register.has_delete_permission,
        ):
            assert not may(asked), model


def test_no_form_is_made_from_one_of_the_models() -> None:
    def every(one: type[Any]) -> set[type[Any]]:
        return {one, *(sub for each in one.__subclasses__() for sub in every(each))}

    made = {form._meta.model for form in every(ModelForm) if getattr(form, "_meta", None)}
    assert not made & set(MONEY_RELEVANT)


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return pages.build(tmp_path)


def pictured() -> dict[str, list[tuple[Any, ...]]]:
    """Return every declared value of every row, and what else only a proposal changes, to compare two moments."""
    terms = {
        model.__name__: list(model._base_manager.order_by("pk").values_list("pk", "valid_to", *names))
        for model, names in MONEY_RELEVANT.items()
    }
    return terms | {
        "prices": list(PriceSheet.objects.order_by("pk").values_list("pk", "state", "content_hash")),
        "posts": list(Staff.posts.through.objects.order_by("pk").values_list("staff", "post")),
        "reaches": list(Staff.objects.order_by("pk").values_list("pk", "reach", "team")),
        "named areas": list(AreaReach.objects.order_by("pk").values_list("staff", "area")),
        "second steps": list(Post.objects.order_by("pk").values_list("pk", "second_factor")),
        "groups": list(User.groups.through.objects.order_by("pk").values_list("user", "group")),
        "rights": list(Group.permissions.through.objects.order_by("pk").values_list("group", "permission")),
        "modes": list(Station.objects.order_by("pk").values_list("pk", "mode")),
        "supplies": list(
            Contract.objects.order_by("pk").values_list(
                "pk", "opened_date", "closed_date", "transferred_date"
            )
        ),
        "readings": list(
            RegisterReading.objects.order_by("pk").values_list("pk", "register_wh", "read_date")
        ),
        "rules": sorted(rulebook.own_files().items()),
    }


def assigned() -> dict[str, str]:
    """Return every declared field under the names a form might give it, with a value of its own."""
    fields = {name: model._meta.get_field(name) for model, names in MONEY_RELEVANT.items() for name in names}
    return {
        name: "B"
        if isinstance(field, models.CharField)
        else "2024-09-01"
        if isinstance(field, models.DateField)
        else "3"
        for name, field in fields.items()
    }  # fmt: skip


def addresses(patterns: list[Any], before: str = "") -> list[str]:
    found: list[str] = []
    for one in patterns:
        if isinstance(one, URLResolver):
            found += addresses(one.url_patterns, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            found.append(before + str(one.pattern))
    return found


@pytest.mark.django_db
def test_no_page_takes_them_whatever_is_sent_to_it(station: Station) -> None:
    """Send every declared field to every address of ours and of the back office, as the mightiest user."""
    User.objects.filter(username="admin").update(is_superuser=True)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="admin"), pages.BACKEND)
    auditor = pages.signed_in("auditor")
    auditor.raise_request_exception = False
    point = MeterInstallation.objects.earliest("pk").point_id
    before, said = (
        pictured(),
        assigned()
        | {
            "point": str(point),
            "customer": "001",
            "effective": "2024-09-01",
            "register-0": "999",
            "day": "2024-08-01",
            "confirmed": "1",
            "mode": "beside",
            "state": "approved",
            "posts": "head",
            "groups": "1",
            "closed_date": "2024-08-01",
            "opened_date": "2024-08-01",
            "transferred_date": "2024-08-01",
            "reach": "company",
            "areas": "1",
            "team": "B",
            "required": "1",
            "reason": "x",
            "staff": "1",
            "is_superuser": "1",
            "text": "id: national/checks/audit",
            "content": "{}",
            "price": "5.6",
        },
    )
    filled = {"int": "1", "period": "202408", "str": "1", "path": "1", "slug": "1"}
    skipped = ("logout", "jsi18n", "static", "closing")
    sent = 0
    for pattern in sorted(set(addresses(get_resolver().url_patterns))):
        url = "/" + _filled(pattern, filled)
        if any(word in url for word in skipped) or "(" in url or "<" in url:
            continue
        for browser in (client, auditor):
            browser.post(url, said)
            sent += 1
    assert sent > 100
    assert pictured() == before


def _filled(pattern: str, values: dict[str, str]) -> str:
    return re.sub(
        r"<(?:(\w+):)?\w+>", lambda match: values.get(match.group(1) or "str", "1"), pattern.lstrip("^")
    ).rstrip("$\\Z")


@pytest.fixture
def _long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """The months of these pages lie further back than a change may begin; the limit has its own test."""
    monkeypatch.setattr("diansuo.office.billing.effects.refusals._day", lambda *_said: ())


@pytest.mark.django_db
@pytest.mark.usefixtures("_long_ago")
def test_an_exchange_of_meters_leaves_another_multiplier_to_a_second_person(station: Station) -> None:
    manager = pages.signed_in("manager")
    old = MeterInstallation.objects.filter(point__contract__customer__number="001").get()
    said = {
        "day": "2024-08-05", "asset_number": "m9", "multiplier": "40", "integer_digits": "6", "decimal_digits": "2",
        "final-0": "300", "first-0": "0",
    }  # fmt: skip
    manager.post(reverse("meter_exchange", args=[old.point_id]), said)
    new = MeterInstallation.objects.get(point=old.point_id, meter__asset_number="m9")
    assert (new.multiplier, new.valid_from) == (1, date(2024, 8, 5))
    made = Proposal.objects.get()
    assert (made.kind, made.terms["changes"][0]["after"]) == ("multiplier", {"multiplier": 40})
