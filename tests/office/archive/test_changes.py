"""A later list that says otherwise: written over where no period is kept, from an effective day where one is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import (
    AreaTerm,
    ContractTerm,
    Customer,
    Feeder,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    Premise,
    Responsibility,
    Route,
    TransformerArea,
)
from tests.office.archive.lists import bring_in, day, line, master, picture

pytestmark = pytest.mark.django_db

DAY = day("2025-08-01")


@pytest.fixture
def standing(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1"), line("002", "m2"), valid_from=day("2024-01-01"))


def test_what_keeps_no_period_is_written_over(standing: None, tmp_path: Path) -> None:
    outcome = bring_in(
        tmp_path,
        line("001", "m1", 用户名称="李四", 用电地址="西街5号", 联系方式="139")
        | {"抄表序号": "7", "抄表段名称": "一段"},
    )

    assert outcome.counts() == {"changed": 1}
    assert "用户名称：张三 → 李四" in outcome.verdicts[0]["reason"]
    assert Customer.objects.values_list("name", "phone").get(number="001") == ("李四", "139")
    assert Premise.objects.get(contract__customer__number="001").address == "西街5号"
    assert Route.objects.get().name == "一段"
    assert MeteringPoint.objects.get(contract__customer__number="001").walk_order == 7
    assert Customer.objects.get(number="002").name == "张三"


CHANGES = [
    ({"用电类别": "居民生活（峰谷）"}, ContractTerm, "price_class", 1, 2),
    ({"合同容量": "12"}, ContractTerm, "capacity_va", 8000, 12000),
    ({"供电电压": "交流10kV"}, ContractTerm, "voltage_class", 1, 2),
    ({"综合倍率": "40"}, MeterInstallation, "multiplier", 1, 40),
    ({"电能表编号": "m9"}, MeterInstallation, "meter__asset_number", "m1", "m9"),
    ({"台区编号": "T009", "台区名称": "新台区"}, PointArea, "area__number", "T001", "T009"),
    ({"相别": "B相"}, PointArea, "phase", "A", "B"),
    ({"台区经理": "钱七"}, Responsibility, "staff__name", "赵六", "钱七"),
    ({"台区容量": "400"}, AreaTerm, "capacity_va", 200_000, 400_000),
    ({"台区联结组别": "Y,yn0"}, AreaTerm, "winding", 2, 1),
    ({"台区配变型号": "s13-m-200/10"}, AreaTerm, "model", "S11-M-200/10", "S13-M-200/10"),
    ({"线路名称": "西10kV线"}, AreaTerm, "feeder__name", "东10kV线", "西10kV线"),
]


@pytest.mark.parametrize(("changes", "model", "path", "before", "after"), CHANGES)
def test_what_holds_for_a_period_changes_from_the_effective_day(
    changes: dict[str, str],
    model: Any,
    path: str,
    before: object,
    after: object,
    standing: None,
    tmp_path: Path,
) -> None:
    outcome = bring_in(tmp_path, line("001", "m1", **changes) | changes, effective=DAY)

    assert outcome.counts() == {"changed": 1}
    if model is Responsibility:
        rows = model.objects.filter(point__contract__customer__number="001", duty=Responsibility.Duty.MANAGER)
    elif model is AreaTerm:
        rows = model.objects.all()
    else:
        rows = model.objects.filter(**{f"{_owner(model)}__customer__number": "001"})
    assert list(rows.order_by("valid_from").values_list(path, "valid_from", "valid_to")) == [
        (before, date(2024, 1, 1), DAY),
        (after, DAY, None),
    ]


def _owner(model: Any) -> str:
    return "contract" if model is ContractTerm else "point__contract"


@pytest.mark.parametrize(("changes", "model", "path", "before", "after"), CHANGES)
def test_without_an_effective_day_such_a_line_is_refused_and_nothing_changes(
    changes: dict[str, str],
    model: Any,
    path: str,
    before: object,
    after: object,
    standing: None,
    tmp_path: Path,
) -> None:
    stood = picture()

    outcome = bring_in(tmp_path, line("001", "m1", 用户名称="李四", **changes) | changes)

    assert outcome.counts() == {"refused": 1}
    assert all("--effective" in remedy for remedy in outcome.remedies())
    assert picture() == stood


def test_an_effective_day_before_the_value_began_is_refused(standing: None, tmp_path: Path) -> None:
    outcome = bring_in(tmp_path, line("001", "m1", 综合倍率="40"), effective=day("2024-01-01"))

    assert outcome.counts() == {"refused": 1}
    assert "2024-01-01" in outcome.refusals()[0][2]


def test_what_was_not_known_is_filled_in_without_a_day(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1", 相别="", 合同容量="", 台区经理="", 台区容量=""))

    outcome = bring_in(tmp_path, line("001", "m1"))

    assert outcome.counts() == {"changed": 1}
    assert ContractTerm.objects.get().capacity_va == 8000
    assert PointArea.objects.get().phase == "A"
    assert AreaTerm.objects.get().capacity_va == 200_000
    duties = Responsibility.objects.order_by("duty").values_list("staff__name", "valid_from")
    assert list(duties) == [("赵六", date(2000, 1, 1)), ("王五", date(2000, 1, 1))]


def test_an_empty_cell_says_nothing(standing: None, tmp_path: Path) -> None:
    unsaid = ("相别", "合同容量", "台区经理", "抄表员", "用电地址", "供电电压", "台区编号", "台区名称")
    empty = dict.fromkeys(unsaid, "")

    assert bring_in(tmp_path, line("001", "m1", **empty)).counts() == {"unchanged": 1}


def test_a_point_moved_to_another_area_does_not_take_its_phase_along(standing: None, tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1", 台区编号="T009", 台区名称="新台区", 相别=""), effective=DAY)

    moved = PointArea.objects.get(point__contract__customer__number="001", valid_to=None)
    assert (moved.area.number, moved.phase) == ("T009", "")


def test_with_several_points_an_unknown_meter_needs_the_number_of_the_point(tmp_path: Path) -> None:
    rows = [line("001", "m1", 计量点编号="p1"), line("001", "m2", 计量点编号="p2")]
    bring_in(tmp_path, *rows, valid_from=day("2024-01-01"))

    unclear = bring_in(tmp_path, line("001", "m9"), effective=DAY)
    assert unclear.counts() == {"refused": 1}
    assert "计量点编号" in unclear.remedies()[0]

    clear = bring_in(tmp_path, line("001", "m9", 计量点编号="p2"), effective=DAY)
    assert clear.counts() == {"changed": 1}
    assert MeterInstallation.objects.get(valid_to=None, point__number="p2").meter.asset_number == "m9"
    assert MeterInstallation.objects.get(valid_to=None, point__number="p1").meter.asset_number == "m1"


def test_a_meter_taken_down_can_hang_elsewhere_only_after_that_day(standing: None, tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m9"), effective=DAY)  # m1 lies idle from then on

    early = bring_in(tmp_path, line("003", "m1"), valid_from=day("2025-07-31"))
    assert early.counts() == {"refused": 1}
    assert "2025-08-01" in early.refusals()[0][2]

    assert bring_in(tmp_path, line("003", "m1"), valid_from=DAY).counts() == {"new": 1}
    assert MeterInstallation.objects.filter(meter=Meter.objects.get(asset_number="m1")).count() == 2


def test_a_renamed_area_and_a_numbered_feeder_are_the_same_area_and_feeder(
    standing: None, tmp_path: Path
) -> None:
    new = {"台区名称": "东村公变", "线路编号": "L1", "变电站": "城东变"}

    outcome = bring_in(tmp_path, line("001", "m1") | new, line("002", "m2") | new)

    assert outcome.counts() == {"changed": 2}
    assert TransformerArea.objects.get().name == "东村公变"
    assert Feeder.objects.values_list("number", "substation__name").get() == ("L1", "城东变")


def test_a_master_meter_is_exchanged_like_any_other(tmp_path: Path) -> None:
    bring_in(tmp_path, master("T001", "m9", 综合倍率="80"), valid_from=day("2024-01-01"))

    outcome = bring_in(tmp_path, master("T001", "m10", 综合倍率="120"), effective=DAY)

    assert outcome.counts() == {"changed": 1}
    rows = MeterInstallation.objects.order_by("valid_from").values_list(
        "meter__asset_number", "multiplier", "valid_to"
    )
    assert list(rows) == [("m9", 80, DAY), ("m10", 120, None)]


def test_two_hundred_lines_change_at_once(tmp_path: Path) -> None:
    rows = [line(f"{n:04d}", f"m{n}") for n in range(200)]
    bring_in(tmp_path, *rows, valid_from=day("2024-01-01"))

    later = [row | {"用电类别": "居民生活（峰谷）", "用电地址": "新村"} for row in rows]
    outcome = bring_in(tmp_path, *later, effective=DAY)

    assert outcome.counts() == {"changed": 200}
    changed = ContractTerm.objects.filter(
        valid_from=DAY, price_class=PriceClass.RESIDENTIAL_STEPS_TOU, valid_to=None
    )
    assert changed.count() == ContractTerm.objects.filter(valid_to=DAY).count() == 200
