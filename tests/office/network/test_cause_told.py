"""Curves tell which area and which phase a meter hangs on: whom the books have wrongly is found in the sample."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from diansuo.core.network.causes import CauseKind
from diansuo.core.network.causes.columns import UNTOLD
from diansuo.core.network.causes.ranking import causes_of
from diansuo.office.archive.models import MeteringPoint, PointArea, TransformerArea
from diansuo.office.base import revision
from diansuo.office.base.models import Station
from diansuo.office.metering import lake
from diansuo.office.network.causes import columns
from diansuo.office.network.causes.columns import Asked
from diansuo.office.network.causes.limits import thresholds
from diansuo.sandbox import station as sandbox
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
START, END = date(2024, 9, 1), date(2024, 10, 29)
LAST = END - timedelta(days=1)
NOTHING_WRONG = sandbox.Rates(**dict.fromkeys(sandbox.Rates.__slots__, 0.0))
TURNED = {PointArea.Phase.A: PointArea.Phase.B, PointArea.Phase.B: PointArea.Phase.C,
          PointArea.Phase.C: PointArea.Phase.A}  # fmt: skip


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    """Import two areas with curves of every meter, in which nothing is wrong."""
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    files = sandbox.write(
        tmp_path, customers=120, months=2, last_month=202410, seed=11, rates=NOTHING_WRONG, last_day=END,
        curve_areas=2, factories=0,
    )  # fmt: skip
    builder.bring_in("archive", files.archive, valid_from=START)
    for path in files.freezes.values():
        builder.bring_in("freeze", path)
    for path in files.curves.values():
        builder.bring_in("curve", path)
    return Station.objects.get()


def ordinary(asked: Asked, area: int, rank: int) -> MeteringPoint:
    """Return a house of one phase without a roof: one of those that use most."""
    seen = asked.days.areas[area]
    use = np.where((seen.phase < 3) & ~seen.roof, np.nan_to_num(seen.use_wh).mean(axis=1), 0)
    return MeteringPoint.objects.get(pk=asked.points[area][int(np.argsort(-use)[rank])])


def test_a_customer_booked_on_the_wrong_area_and_one_on_the_wrong_phase_are_told_by_voltage_and_found(
    station: Station,
) -> None:
    sound = columns.asked(station.pk, LAST)
    told = [each.told("voltage_phase") for each in sound.days.areas]
    for at, each in enumerate(sound.days.areas):
        single = told[at] != UNTOLD
        assert single.sum() > 40
        assert (each.told("voltage_area")[single] == at).all()
        assert (told[at][single] == each.phase[single]).mean() > 0.97
    doubted = {CauseKind.WRONG_AREA, CauseKind.WRONG_PHASE}
    assert not doubted & set(causes_of(sound.days, thresholds(LAST)).kind.tolist())

    moved, turned = ordinary(sound, 0, 2), ordinary(sound, 1, 2)
    other = TransformerArea.objects.get(pk=sound.areas[1])
    PointArea.objects.filter(point=moved).update(area=other)
    row = PointArea.objects.get(point=turned)
    PointArea.objects.filter(point=turned).update(phase=TURNED[PointArea.Phase(row.phase)])
    revision.bump([station.pk])

    asked = columns.asked(station.pk, LAST)

    where, who = asked.points[1].index(moved.pk), asked.points[1].index(turned.pk)
    second = asked.days.areas[1]
    assert second.told("voltage_area")[where] == 0
    assert second.told("voltage_phase")[who] == sound.days.areas[1].phase[sound.points[1].index(turned.pk)]
    found = [columns.found_of(asked, causes_of(asked.days, thresholds(LAST)), area) for area in (0, 1)]
    assert (CauseKind.WRONG_AREA, moved.pk) in [(each.kind, each.point_id) for each in found[0][:3]]
    assert (CauseKind.WRONG_AREA, moved.pk) in [(each.kind, each.point_id) for each in found[1][:3]]
    phase = next(each for each in found[1] if each.kind == CauseKind.WRONG_PHASE)
    assert (phase.point_id, phase.other_phase) == (turned.pk, row.phase)


def test_where_no_curves_come_nothing_is_told(station: Station) -> None:
    asked = columns.asked(station.pk, START + timedelta(days=20))

    assert all((each.told("voltage_area") == UNTOLD).all() for each in asked.days.areas)
