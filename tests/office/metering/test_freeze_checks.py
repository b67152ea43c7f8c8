"""A reading list is held against the daily freeze in its preview and before billing."""

from __future__ import annotations

from pathlib import Path

import pytest

from diansuo.office.base.models import Station
from diansuo.office.metering import lake
from diansuo.office.metering.models import Finding
from tests.office.metering import builder
from tests.office.metering.test_freeze import freeze, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    """A customer whose meter froze 1,000 kWh on 1 July, and 1,200 and 1,206 on 1 and 2 August."""
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    made = builder.make_station()
    builder.household(made, "0041", "M1")
    frozen = (("2024-07-01", "1000"), ("2024-08-01", "1200"), ("2024-08-02", "1206"))
    builder.bring_in("freeze", table(tmp_path / "freeze.csv", *(freeze(*each) for each in frozen)))
    return made


def read(tmp_path: Path, period: int, kwh: str) -> str:
    """Bring in a list of one register; return what its preview says about it."""
    row = {"用户编号": "0041", "电能表编号": "M1", "本次示数": kwh}
    file = builder.reading_list(tmp_path / f"{period}.csv", row)
    _batch, plan = builder.preview("readings", file, period=period)
    builder.bring_in("readings", file, period=period)
    return plan.verdicts.reason[-1]


def found(station: Station, period: int) -> list[tuple[str, int]]:
    builder.settle(station, period)
    return list(Finding.objects.filter(period=period).values_list("rule", "severity"))


@pytest.mark.parametrize(
    ("kwh", "rules"),
    [
        ("1200", []),
        ("1203.5", [("R-FREEZE-DAY", Finding.Severity.WARNING)]),
        ("1212", [("R-FREEZE", Finding.Severity.BLOCKING)]),
        ("1188", [("R-FREEZE", Finding.Severity.BLOCKING)]),
    ],
)
def test_what_the_meter_did_not_freeze_is_told_in_the_preview_and_before_billing(
    station: Station, tmp_path: Path, kwh: str, rules: list[tuple[str, int]]
) -> None:
    read(tmp_path, 202407, "1000")
    builder.issue(station, 202407)
    said = read(tmp_path, 202408, kwh)
    assert found(station, 202408) == rules
    assert ("冻结" in said) == bool(rules)
    assert said.startswith("待处理 与日冻结不符") == (
        (Finding.Severity.BLOCKING) in [each[1] for each in rules]
    )


def test_the_freeze_of_another_meter_says_nothing(station: Station, tmp_path: Path) -> None:
    builder.household(station, "0042", "M2")
    read(tmp_path, 202407, "1000")
    row = {"用户编号": "0042", "电能表编号": "M2", "本次示数": "77"}
    builder.bring_in("readings", builder.reading_list(tmp_path / "b.csv", row), period=202407)
    assert {rule for rule, _severity in found(station, 202407)} == {"R-OPENING"}
