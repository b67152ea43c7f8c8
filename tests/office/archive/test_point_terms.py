"""How points of one customer hang behind one another comes in with the archive list, whatever its order."""

from __future__ import annotations

from pathlib import Path

import pytest

from diansuo.core.metering.energy import PointRelation
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import FeedIn, MeterInstallation, PointTerm, ShareKind
from tests.office.archive.lists import bring_in, day, line, picture, withdraw

pytestmark = pytest.mark.django_db

MASTER = line("001", "m1", 计量点编号="p1")
SUB = line("001", "m2", 计量点编号="p2", 上级计量点编号="p1", 主分表关系="分表", 计量点电价类别="居民合表")
SHARE = line("001", "", 计量点编号="p3", 上级计量点编号="p1", 定量定比="定量", 定量值="120")
RATIO = line("001", "", 计量点编号="p4", 上级计量点编号="p1", 定量定比="定比", 定比值="12.5", 定比基数="剩余")


def terms() -> dict[str, PointTerm]:
    return {
        str(term.point): term
        for term in PointTerm.objects.filter(valid_to=None).select_related("point", "behind")
    }


def test_sub_meters_and_agreed_parts_come_in_before_their_master_or_after(tmp_path: Path) -> None:
    outcome = bring_in(tmp_path, SHARE, RATIO, SUB, MASTER, valid_from=day("2024-01-01"))
    assert outcome.counts() == {"new": 4}
    found = terms()
    assert set(found) == {"p2", "p3", "p4"}
    assert {str(term.behind) for term in found.values()} == {"p1"}
    assert (found["p2"].relation, found["p2"].price_class) == (
        PointRelation.SERIES, PriceClass.RESIDENTIAL_SHARED,
    )  # fmt: skip
    assert (found["p3"].share, found["p3"].fixed_wh_month) == (ShareKind.FIXED_QUANTITY, 120_000)
    assert (found["p4"].ratio_ppm, found["p4"].ratio_base) == (125_000, 0)
    assert MeterInstallation.objects.count() == 2


def test_the_same_list_again_changes_nothing(tmp_path: Path) -> None:
    bring_in(tmp_path, MASTER, SUB, SHARE, RATIO, valid_from=day("2024-01-01"))
    before = picture()
    assert bring_in(tmp_path, MASTER, SUB, SHARE, RATIO).counts() == {"unchanged": 4}
    assert picture() == before


def test_a_changed_quantity_holds_from_its_day(tmp_path: Path) -> None:
    bring_in(tmp_path, MASTER, SHARE, valid_from=day("2024-01-01"))
    more = SHARE | {"定量值": "150"}
    assert bring_in(tmp_path, more, effective=day("2024-07-01")).counts() == {"changed": 1}
    assert [term.fixed_wh_month for term in PointTerm.objects.order_by("valid_from")] == [120_000, 150_000]
    of_all = SHARE | {"定量定比": "定比", "定量值": "", "定比值": "10"}
    assert bring_in(tmp_path, of_all, effective=day("2024-08-01")).counts() == {"changed": 1}
    latest = terms()["p3"]
    assert (latest.share, latest.fixed_wh_month, latest.ratio_ppm) == (ShareKind.FIXED_RATIO, None, 100_000)


def test_a_standing_customer_gets_photovoltaics(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1"), valid_from=day("2024-01-01"))
    said = line("001", "m1", 光伏上网方式="余电上网", 光伏投产日期="2022-05-01")
    assert bring_in(tmp_path, said).counts() == {"changed": 1}
    term = PointTerm.objects.get()
    assert (term.feed_in, str(term.commissioned_date)) == (FeedIn.SURPLUS, "2022-05-01")


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"上级计量点编号": ""}, "上级计量点编号"),
        ({"上级计量点编号": "p9"}, "上级计量点编号"),
        ({"上级计量点编号": "p3"}, "上级计量点编号"),
        ({"定量值": ""}, "定量值"),
        ({"定比值": "10"}, "定比值"),
        ({"电能表编号": "m7"}, "电能表编号"),
        ({"计量点编号": ""}, "计量点编号"),
        ({"定量定比": "随便"}, "定量定比"),
    ],
)
def test_a_point_that_contradicts_itself_is_refused(
    tmp_path: Path, changes: dict[str, str], column: str
) -> None:
    outcome = bring_in(tmp_path, MASTER, SHARE | changes, valid_from=day("2024-01-01"))
    assert outcome.counts() == {"new": 1, "refused": 1}
    assert column in {found for _row, found, _reason in outcome.refusals()}
    assert not PointTerm.objects.exists()


def test_a_point_above_without_a_relation_is_refused(tmp_path: Path) -> None:
    unrelated = line("001", "m2", 计量点编号="p2", 上级计量点编号="p1")
    outcome = bring_in(tmp_path, MASTER, unrelated, valid_from=day("2024-01-01"))
    assert [column for _row, column, _reason in outcome.refusals()] == ["主分表关系"]


def test_a_batch_with_points_is_taken_back_whole(tmp_path: Path) -> None:
    bring_in(tmp_path, line("009", "m9"), valid_from=day("2024-01-01"))
    before = picture()
    withdraw(bring_in(tmp_path, MASTER, SUB, SHARE, valid_from=day("2024-01-01")))
    assert picture() == before
