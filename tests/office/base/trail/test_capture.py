"""Every write leaves an entry: who, what, before, after, why and from where; what is secret or dull leaves none."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from diansuo.office.archive.models import Customer
from diansuo.office.base import bulk
from diansuo.office.base.models import ColumnAlias, Company, Job, Station, TrailEntry, User
from diansuo.office.base.trail import acts, operations, watch
from diansuo.office.base.trail.digests import column_digest
from diansuo.office.base.trail.rules import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    """A station whose making is in the trail already."""
    made = Station.objects.create(company=Company.objects.create(name="一公司"), name="一所")
    written()
    return made


def written() -> list[dict[str, Any]]:
    """Chain what is pending, as a commit does; return the new entries."""
    last = TrailEntry.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    watch.watch_of().write_down()
    rows = TrailEntry.objects.filter(sequence__gt=last).order_by("sequence")
    return [json.loads(row.body) for row in rows]


def test_a_change_is_written_with_before_and_after_who_why_and_from_where(station: Station) -> None:
    user = User.objects.create(username="head")
    written()

    with acts.acting(user=user, doing="POST /station/", origin="10.0.0.7", why="更名批复"):
        station.name = "二所"
        station.save()

    (entry,) = written()
    assert entry["details"]["rows"] == [
        {"key": station.pk, "before": {"name": "一所"}, "after": {"name": "二所"}}
    ]
    assert (entry["what"], entry["table"], entry["key"]) == ("update", "base_station", str(station.pk))
    assert (entry["person"], entry["doing"]) == ("head", "POST /station/")
    assert (entry["origin"], entry["why"], entry["station_id"]) == ("10.0.0.7", "更名批复", station.pk)


def test_a_new_row_is_written_with_its_key_and_a_deleted_one_with_all_it_was(station: Station) -> None:
    alias = ColumnAlias.objects.create(kind="archive", alias="户号", field="number")
    key = alias.pk
    alias.delete()

    made, gone = written()

    assert made["details"]["rows"] == [
        {"key": key, "after": {"kind": "archive", "alias": "户号", "field": "number"}}
    ]
    assert gone["details"]["rows"] == [
        {"key": key, "before": {"id": key, "kind": "archive", "alias": "户号", "field": "number"}}
    ]


def test_rows_come_back_from_a_bulk_insert_with_their_keys(station: Station) -> None:
    made = ColumnAlias.objects.bulk_create(
        [ColumnAlias(kind="archive", alias=str(number), field="number") for number in range(30)]
    )

    (entry,) = written()

    keys = [alias.pk for alias in made]
    assert ColumnAlias.objects.filter(pk__in=keys).count() == 30
    assert entry["count"] == 30
    assert entry["details"]["keys"] == [min(keys), max(keys)]
    assert set(entry["details"]["columns"]) == {"kind", "alias", "field"}


def test_columns_in_bulk_are_one_entry_with_a_digest_of_each_column(station: Station) -> None:
    def insert(names: list[str], first: int) -> dict[str, Any]:
        count = len(names)
        bulk.insert_columns(
            Customer,
            {
                "id": np.arange(first, first + count),
                "company": [station.company_id] * count,
                "station": [station.pk] * count,
                "number": [str(first + number) for number in range(count)],
                "name": names,
                "phone": [""] * count,
            },
        )
        (entry,) = written()
        return entry

    one, other = insert(["甲"] * 40, 1000), insert(["甲"] * 39 + ["乙"], 2000)

    assert (one["table"], one["count"]) == ("archive_customer", 40)
    assert one["details"]["keys"] == [1000, 1039]
    assert one["details"]["columns"]["company_id"] == other["details"]["columns"]["company_id"]
    assert one["details"]["columns"]["name"] != other["details"]["columns"]["name"]


@pytest.mark.parametrize(
    "column",
    [
        ["2024-08-01", None, "电"],
        ["a", 1, None],
        ["a", True, 2],
        [date(2024, 8, 1), None],
        np.array(["x", "y"]),
    ],
)
def test_a_columns_digest_is_that_of_its_plain_values(column: Any) -> None:
    text = json.dumps([plain(value) for value in column], ensure_ascii=False, separators=(",", ":"))

    assert column_digest(column) == f"j:{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"


def test_a_statement_over_many_rows_is_one_entry_and_its_rows_are_not_read(station: Station) -> None:
    ColumnAlias.objects.bulk_create(
        [ColumnAlias(kind="archive", alias=str(number), field="number") for number in range(30)]
    )
    written()

    ColumnAlias.objects.filter(kind="archive").update(field="name")

    (entry,) = written()
    assert entry["count"] == 30
    assert entry["details"]["changes"] == ["field"]
    assert "rows" not in entry["details"]


def test_a_few_rows_inside_bulk_work_are_one_entry_too(station: Station) -> None:
    with watch.in_batches():
        Station.objects.filter(pk=station.pk).update(name="二所")

    (entry,) = written()

    assert (entry["count"], entry["details"]["changes"]) == (1, ["name"])


def test_raw_statements_do_not_go_round_it(station: Station) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE base_station SET name = %s WHERE id = %s", ["二所", station.pk])
        cursor.executemany("UPDATE base_station SET number = %s WHERE id = %s", [("07", station.pk)])
        cursor.execute(
            "INSERT INTO base_team (name, station_id) SELECT name, id FROM base_station WHERE id = %s",
            [station.pk],
        )
        cursor.execute("DELETE FROM base_team WHERE station_id = %s RETURNING name", [station.pk])
        assert cursor.fetchall() == [("二所",)]
        cursor.execute("SELECT count(*) FROM base_team")
        assert cursor.fetchone() == (0,)

    named, numbered, made, gone = written()

    assert named["details"]["rows"][0]["after"] == {"name": "二所"}
    assert numbered["details"]["rows"][0] == {
        "key": station.pk, "before": {"number": None}, "after": {"number": "07"}
    }  # fmt: skip
    assert (made["table"], made["what"], made["count"]) == ("base_team", "insert", 1)
    assert gone["details"]["rows"][0]["before"]["name"] == "二所"


def test_who_gets_a_permission_is_written(station: Station) -> None:
    user = User.objects.create(username="clerk")
    group = Group.objects.create(name="g")
    written()

    user.groups.set([group])

    (entry,) = written()
    assert entry["table"] == "base_user_groups"
    assert entry["details"]["rows"][0]["after"] == {"user_id": user.pk, "group_id": group.pk}


def test_a_password_is_never_written_down(station: Station) -> None:
    user = User.objects.create(username="clerk")
    user.set_password("correct horse battery")
    user.save()

    made, changed = written()

    assert made["details"]["rows"][0]["after"]["password"] in ("", "•••")
    assert changed["details"]["rows"][0]["after"] == {"password": "•••"}
    assert user.password not in json.dumps([made, changed])


def test_personal_data_is_kept_by_its_ends_and_a_mark_that_tells_a_change(station: Station) -> None:
    customer = Customer.objects.create(
        company_id=station.company_id, station=station, number="1", name="甲", phone="13812345678"
    )
    Customer.objects.filter(pk=customer.pk).update(phone="13899995678")

    made, changed = written()

    assert "13812345678" not in json.dumps([made, changed])
    before, after = (changed["details"]["rows"][0][side]["phone"] for side in ("before", "after"))
    assert before.startswith("138•••78 #")
    assert after.startswith("138•••78 #")
    assert before != after
    assert made["details"]["rows"][0]["after"]["phone"] == before


def test_heartbeats_and_what_changes_nothing_leave_no_entry(station: Station) -> None:
    job = Job.objects.create(kind="cycle", key="k", created_at="2026-03-02T00:00:00Z")
    written()

    Job.objects.filter(pk=job.pk).update(lease_until_at="2026-03-02T01:00:00Z")
    station.save()

    assert written() == []


def test_what_a_savepoint_rolled_back_leaves_no_entry(station: Station) -> None:
    with transaction.atomic():
        Station.objects.filter(pk=station.pk).update(number="1")
        with pytest.raises(KeyError), transaction.atomic():
            Station.objects.filter(pk=station.pk).update(name="三所")
            raise KeyError

    (entry,) = written()

    assert entry["details"]["rows"][0]["after"] == {"number": "1"}


def test_looking_at_personal_data_and_taking_a_list_out_are_written(station: Station) -> None:
    user = User.objects.create(username="counter")
    written()

    operations.looked_at(user, "archive_customer.phone", [7], "核实联系方式")
    operations.exported(user, "trail", rows=3, sha256="ab" * 32, asked={"q": "甲"})

    look, export = written()
    assert (look["what"], look["table"], look["key"]) == ("look", "archive_customer", "7")
    assert (look["person"], look["why"]) == ("counter", "核实联系方式")
    assert look["details"] == {"looked_at": "archive_customer.phone", "keys": ["7"]}
    assert (export["what"], export["count"], export["details"]["sha256"]) == ("export", 3, "ab" * 32)


def test_a_command_line_is_written_without_its_secrets() -> None:
    said = acts.without_secrets(
        [
            "diansuo",
            "demo",
            "--password",
            "p1",
            "--api-token=t1",
            "postgresql://u:p2@host/db",
            "--port",
            "8000",
        ],
        ["password", "token"],
    )

    assert said == "diansuo demo --password ••• --api-token=••• postgresql://u:•••@host/db --port 8000"
