"""An import changes nobody's price by itself: what it says otherwise of standing terms waits for a second person."""

from __future__ import annotations

from pathlib import Path

import pytest

from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    Customer,
    HouseholdTerm,
    MeterInstallation,
    PointArea,
    RouteTerm,
)
from diansuo.office.base.imports import operations
from diansuo.office.base.models import Proposal
from diansuo.office.base.proposals import kinds
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.scope import Scope
from tests.office.archive.lists import NOW, agree, bring_in, day, line, picture, preview, withdraw, write

pytestmark = pytest.mark.django_db
DAY = day("2025-08-01")
CHANGED = {"综合倍率": "40", "用电类别": "居民生活（峰谷）", "台区编号": "T009", "台区名称": "新台区"}


@pytest.fixture
def standing(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1"), line("002", "m2", 综合倍率="60"), valid_from=day("2024-01-01"))


def imported(folder: Path, *rows: dict[str, str]):
    outcome = preview(write(folder / "变更.xlsx", rows), effective=DAY)
    operations.apply(outcome.batch, scope=Scope.everything(), now=NOW)
    return outcome


def terms() -> list[list[tuple]]:
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (ContractTerm, MeterInstallation, PointArea, HouseholdTerm)
    ]


def test_changed_terms_wait_as_one_proposal_and_the_rest_is_written(standing: None, tmp_path: Path) -> None:
    before = terms()
    outcome = imported(
        tmp_path, line("001", "m1", 用户名称="李四", **CHANGED), line("002", "m2", 综合倍率="80"),
        line("003", "m3", 综合倍率="20"),
    )  # fmt: skip

    made = Proposal.objects.get()
    assert (made.kind, made.state, made.batch, made.effective_date) == (
        "archive_batch",
        Proposal.State.DRAFT,
        outcome.batch,
        DAY,
    )
    assert len(made.terms["changes"]) == 4
    assert Customer.objects.get(number="001").name == "李四"
    assert [rows[: len(old)] for rows, old in zip(terms(), before, strict=True)] == before
    assert MeterInstallation.objects.get(point__contract__customer__number="003").multiplier == 20
    assert any("变更提议" in note for note in outcome.batch.notes)


def test_agreed_to_they_hold_and_the_batch_taken_back_takes_them_back(standing: None, tmp_path: Path) -> None:
    before = picture()
    outcome = imported(tmp_path, line("001", "m1", **CHANGED))
    agree(outcome.batch)
    rows = MeterInstallation.objects.filter(point__contract__customer__number="001").order_by("valid_from")
    assert [(row.multiplier, row.valid_from) for row in rows] == [(1, day("2024-01-01")), (40, DAY)]
    withdraw(outcome)
    assert picture() == before
    assert Proposal.objects.get().state == Proposal.State.WITHDRAWN


def test_a_batch_taken_back_before_anybody_agreed_takes_its_proposal_along(
    standing: None, tmp_path: Path
) -> None:
    before = picture()
    outcome = imported(tmp_path, line("001", "m1", **CHANGED))
    withdraw(outcome)
    assert (picture(), Proposal.objects.get().state) == (before, Proposal.State.WITHDRAWN)


def test_a_slip_of_a_digit_in_a_file_is_refused_row_by_row(standing: None, tmp_path: Path) -> None:
    outcome = preview(
        write(
            tmp_path / "变更.xlsx", [line("001", "m1", 用户名称="李四"), line("002", "m2", 综合倍率="600")]
        ),
        effective=DAY,
    )
    assert outcome.counts() == {"changed": 1, "refused": 1}
    assert "多打或少打了零" in outcome.refusals()[0][2]
    assert Proposal.objects.count() == 0


def test_an_interrupted_import_holds_its_changes_once(standing: None, tmp_path: Path) -> None:
    outcome = preview(write(tmp_path / "变更.xlsx", [line("001", "m1", **CHANGED)]), effective=DAY)
    plan = operations.replan(outcome.batch, scope=Scope.everything(), today=NOW.date())
    for _again in range(2):
        for write_step in plan.writes:
            write_step(outcome.batch)
    assert [len(one.terms["changes"]) for one in Proposal.objects.all()] == [3]


def test_the_order_a_change_rests_on_is_kept_with_it_and_stays_out_of_the_archive(
    standing: None, tmp_path: Path
) -> None:
    imported(tmp_path, line("001", "m1", 工单日期="2025-08-20", **CHANGED), line("002", "m2", 综合倍率="80"))
    said = [one["ordered"] for one in Proposal.objects.get().terms["changes"]]
    assert sorted(said, key=str) == ["2025-08-20"] * 3 + [None]
    assert imported(tmp_path, line("001", "m1", 工单日期="2025-08-21")).counts() == {"unchanged": 1}


def test_the_end_and_the_transfer_of_a_supply_wait_and_the_first_day_that_was_unknown_does_not(
    standing: None, tmp_path: Path
) -> None:
    before = picture()
    rows = line("001", "m1", 过户日期="2025-05-01", 销户日期="2025-08-20", 送电日期="2024-01-01")
    outcome = imported(tmp_path, rows)
    contract = Contract.objects.get(customer__number="001")
    assert (contract.opened_date, contract.transferred_date, contract.closed_date) == (
        day("2024-01-01"), None, None,
    )  # fmt: skip
    made = Proposal.objects.get()
    assert [one["after"] for one in made.terms["changes"]] == [
        {"closed_date": "2025-08-20"}, {"transferred_date": "2025-05-01"},
    ]  # fmt: skip
    seen = proposals.preview(made, now=NOW)
    assert seen.preview["not_priced"] == ["合同"]
    said = kinds.named(made.kind).describe(made.terms)
    assert [(one.subject, one.what, one.before, one.after) for one in said] == [
        (str(contract.customer), "销户日期", "—", "2025-08-20"),
        (str(contract.customer), "过户日期", "—", "2025-05-01"),
    ]
    agree(outcome.batch)
    contract.refresh_from_db()
    assert contract.closed_date is None  # looked at, it waits for a second person and no longer for a look
    withdraw(outcome)
    assert (picture(), Proposal.objects.get().state) == (before, Proposal.State.WITHDRAWN)


def test_another_first_day_than_the_one_that_stands_waits(standing: None, tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1", 送电日期="2024-01-01"))
    outcome = imported(tmp_path, line("001", "m1", 送电日期="2025-07-01"))
    assert Contract.objects.get(customer__number="001").opened_date == day("2024-01-01")
    agree(outcome.batch)
    assert Contract.objects.get(customer__number="001").opened_date == day("2025-07-01")
    withdraw(outcome)
    assert Contract.objects.get(customer__number="001").opened_date == day("2024-01-01")


def test_another_fixed_day_of_a_route_waits_as_a_change_of_the_route(standing: None, tmp_path: Path) -> None:
    outcome = imported(
        tmp_path, line("001", "m1", 抄表例日="20"), line("002", "m2", 综合倍率="60", 抄表例日="20")
    )
    made = Proposal.objects.get()
    assert (made.kind, made.batch, made.effective_date) == ("route", outcome.batch, DAY)
    assert RouteTerm.objects.get().reading_day == 1
    agree(outcome.batch)
    rows = RouteTerm.objects.order_by("valid_from").values_list("reading_day", "valid_to")
    assert list(rows) == [(1, DAY), (20, None)]
    withdraw(outcome)
    assert RouteTerm.objects.get().valid_to is None


def test_how_a_route_is_read_is_written_where_nobody_had_said_and_waits_where_somebody_had(
    standing: None, tmp_path: Path
) -> None:
    first = imported(tmp_path, line("001", "m1", 抄表方式="现场抄表"), line("002", "m2", 综合倍率="60"))
    assert not Proposal.objects.exists()
    assert RouteTerm.objects.get().method == "manual"
    second = imported(tmp_path, line("001", "m1", 抄表方式="远程采集"), line("002", "m2", 综合倍率="60"))
    assert Proposal.objects.get().kind == "route"
    assert RouteTerm.objects.get().method == "manual"
    agree(second.batch)
    rows = RouteTerm.objects.order_by("valid_from").values_list("method", "reading_day", "valid_to")
    assert list(rows) == [("manual", 1, DAY), ("remote", 1, None)]
    withdraw(second)
    withdraw(first)
    assert RouteTerm.objects.get().method == ""


def test_a_fixed_day_that_changes_inside_a_month_is_refused_with_the_day_it_may(
    standing: None, tmp_path: Path
) -> None:
    before = picture()
    row = line("001", "m1", 抄表例日="20")
    outcome = preview(write(tmp_path / "变更.xlsx", [row]), effective=day("2025-08-10"))
    assert outcome.batch.counts["refused"] == 1
    assert "2025-09-01" in outcome.verdicts[0]["remedy"]
    assert picture() == before
