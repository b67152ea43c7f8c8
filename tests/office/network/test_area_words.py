"""What the page of an area says of a cause, and where none is open: never what is not so."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from diansuo.core.network import LossKind, Reason
from diansuo.core.network.causes import CauseKind, Evidence
from diansuo.office.archive.models import TransformerArea
from diansuo.office.network.area.parts import DayParts, Technical
from diansuo.office.network.area.queries import AreaDays
from diansuo.office.network.area.wording import without_causes
from diansuo.office.network.causes import wording
from tests.office.network import findings
from tests.office.network.grid import Grid


@pytest.mark.django_db
def test_a_rank_of_many_and_a_meter_that_only_runs_backwards_are_said_plainly() -> None:
    grid = Grid()
    theft = findings.make(
        grid.areas[0], grid.customers[0], evidence=Evidence.FOLLOWS_OWN, figures=(9.1, 4_000.0, 0.97, None)
    )
    back = findings.make(
        grid.areas[0], grid.customers[1], kind=CauseKind.REVERSED_WIRING, evidence=Evidence.RUNS_BACKWARDS,
        figures=(5_000.0, 2.0, None, None),
    )  # fmt: skip

    assert "这户每用 1 kWh，台区多损 9.10 kWh" in wording.evidence_words(theft)
    assert wording.evidence_words(theft).endswith("比台区里 97% 的户可疑")
    assert wording.evidence_words(back) == "反向示数每天走 5.00 kWh，正向不走"


@pytest.mark.parametrize(
    ("reason", "loss_wh", "answered", "words"),
    [
        (Reason.NO_MASTER_REGISTER, None, False, "2024-10-05 起不可算，找不了原因：先补总表冻结。"),
        (Reason.NONE, 5_000, True, "已查的原因见下；损失仍超出误差带。"),
        (Reason.NONE, 5_000, False, "损失超出误差带，还没有找到"),
        (Reason.NONE, 3_000, True, "没有待查的原因：损失在误差带以内"),
    ],
)
def test_where_no_cause_is_open_the_page_says_why(
    reason: Reason, loss_wh: int | None, answered: bool, words: str
) -> None:
    first = date(2024, 10, 4)
    band = Technical(3_000, 2_700, 3_300)
    before = SimpleNamespace(loss_wh=3_000, kind=LossKind.NORMAL, reason=Reason.NONE)
    kind = LossKind.UNCOMPUTABLE if loss_wh is None else LossKind.HIGH
    latest = SimpleNamespace(loss_wh=loss_wh, kind=kind, reason=reason)
    days = [DayParts(first, before, band), DayParts(first + timedelta(days=1), latest, band)]  # type: ignore[arg-type]

    assert without_causes(AreaDays(TransformerArea(), None, days, None), answered).startswith(words)
