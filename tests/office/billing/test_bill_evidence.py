"""A bill carries its own proof: laws over every bill of the sample station, and bills that must recompute for ever.

The files in ``golden/`` are evidence as it was stored when they were made. They are never rewritten: a change of the
engine, of the rulebook or of the evidence that cannot recompute them breaks bills that customers have paid.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from diansuo.cli import bill as command
from diansuo.core.rules import RuleBook
from diansuo.core.rules.entry import AlteredSlice
from diansuo.core.tariff.classes import Component
from diansuo.office.archive.models import SupplyTerm
from diansuo.office.base.models import Station
from diansuo.office.billing import evidence
from diansuo.office.billing.explaining import why
from diansuo.office.billing.explaining.queries import Against
from diansuo.office.billing.line_rounding import rounding_steps
from diansuo.office.billing.models import Bill, BillFacts, BillLine, PriceSheet, RuleSlice
from diansuo.office.billing.recomputing import NotProvable, proves, recomputed, stored
from diansuo.office.config import rulebook
from tests.office.billing.sheets import sheet
from tests.office.desk import months, sandbox_books
from tests.office.desk.test_cycle_commercial import double
from tests.office.metering import builder

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
ENERGY = {
    Component.BASE, Component.STEP, Component.PEAK, Component.VALLEY, Component.PURCHASE, Component.UPSTREAM_LOSS,
    Component.TRANSMISSION, Component.SYSTEM_OPERATION, Component.SURCHARGE, Component.ENERGY,
}  # fmt: skip

NOT_ENERGY = {
    Component.CAPACITY, Component.DEMAND, Component.DEMAND_EXCESS, Component.POWER_FACTOR, Component.CORRECTION,
}  # fmt: skip


@pytest.fixture
def no_rulebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever still asks the rulebook of today gets an empty one."""
    empty = cache(lambda: RuleBook({}, units={}))
    monkeypatch.setattr(rulebook, "book", empty)
    for name in ("diansuo.office.billing.sheets.book.book", "diansuo.office.billing.sheets.place.book"):
        monkeypatch.setattr(name, empty)


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_bills_stored_long_ago_recompute_byte_for_byte(file: Path, no_rulebook: None) -> None:
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert stored(kept).canonical == recomputed(kept).canonical


def test_there_are_golden_bills_of_every_kind() -> None:
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in GOLDEN]
    assert {each["bill"]["price_class"] for each in kept} >= {1, 2, 3, 5, 6}
    assert any(each["parts"] for each in kept)
    assert {line["step"] for each in kept for line in each["lines"]} >= {1, 2, 3}
    assert any(line["remainder_wh"] for each in kept for line in each["lines"])
    components = {line["component"] for each in kept for line in each["lines"]}
    assert components >= {
        Component.CAPACITY,
        Component.DEMAND,
        Component.DEMAND_EXCESS,
        Component.POWER_FACTOR,
    }


def test_a_golden_bill_with_one_number_changed_no_longer_proves_itself() -> None:
    for file in GOLDEN:
        text = file.read_text(encoding="utf-8")
        for change in (_a_fen_more, _a_watt_hour_more, _another_rule):
            kept = json.loads(text)
            change(kept)
            assert not proves(kept), (file.stem, change.__name__)
        kept = json.loads(text)
        kept["slices"][0]["values"]["altered"] = "1"
        with pytest.raises(AlteredSlice):
            recomputed(kept)


def _a_fen_more(kept: dict[str, Any]) -> None:
    kept["lines"][0]["amount_fen"] += 1


def _a_watt_hour_more(kept: dict[str, Any]) -> None:
    kept["lines"][0]["quantity"] += 1


def _another_rule(kept: dict[str, Any]) -> None:
    kept["lines"][0]["rule"] = "0" * 64


ROUNDINGS = {
    "line-fen", "band-price", "energy-precision", "valley-remainder", "flat-remainder", "price-change-days",
    "capacity-days", "demand-price", "demand-limit", "power-factor", "adjustment-fen", "year-anew",
}  # fmt: skip


@pytest.mark.parametrize("component", list(Component))
def test_a_line_of_every_component_names_a_rounding_that_makes_its_amount(component: Component) -> None:
    steps = rounding_steps(
        component=component, band=None, price_nano=1, remainder_wh=0, rule={"kind": "parameters"}
    )
    assert steps
    assert set(steps) <= ROUNDINGS
    assert ("line-fen" in steps) == (component not in NOT_ENERGY)


def test_every_line_of_the_golden_bills_names_roundings_that_the_rules_explain() -> None:
    found: dict[str, set[str]] = {}
    for file in GOLDEN:
        kept = json.loads(file.read_text(encoding="utf-8"))
        rules = {one["slice_hash"]: one for one in kept["slices"]}
        by_days = {part["part"] for part in kept["parts"] if part["by_days"]}
        found[file.stem] = {
            step
            for line in kept["lines"]
            for step in rounding_steps(
                component=line["component"],
                band=line["band"],
                price_nano=line["price_nano"],
                remainder_wh=line["remainder_wh"],
                rule=rules[line["rule"]],
                by_days=line["part"] in by_days,
            )
        }
    assert set().union(*found.values()) <= ROUNDINGS
    assert found["household"] == {"line-fen"}
    assert "price-change-days" in found["household_divided_by_days"]
    assert "price-change-days" not in found["household_divided_by_freeze"]
    assert "valley-remainder" in found["household_periods_with_remainder"]
    assert "band-price" not in found["shop"]
    assert {"band-price", "capacity-days", "power-factor"} <= found["factory_capacity"]
    assert "demand-limit" in found["factory_contract_demand"]


@pytest.mark.django_db
@pytest.mark.usefixtures("sample_prices")
def test_every_bill_of_the_sample_station_keeps_the_laws_and_proves_itself_without_the_rulebook(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sandbox_books.run_months(tmp_path)
    bills = list(Bill.objects.prefetch_related("lines__rule", "parts", "rules").select_related("settlement"))
    assert {bill.price_class for bill in bills} >= {1, 2, 3, 5, 6}
    for bill in bills:
        the_laws_hold(bill)
    PriceSheet.objects.all().delete()
    request.getfixturevalue("no_rulebook")

    proof = evidence.prove(builder.ALL)

    assert (proof.proved, proof.differ, proof.not_provable) == (len(bills), [], [])


def the_laws_hold(bill: Bill) -> None:
    """Lines sum to the total; steps, periods and parts to the energy; every line names its rule and its rulebook."""
    lines = list(bill.lines.all())
    assert sum(line.amount_fen for line in lines) == bill.amount_fen
    energy: dict[int, int] = defaultdict(int)
    for line in lines:
        assert len(line.rule.slice_hash) == len(line.rule.rulebook_hash) == 64
        assert line.rule.content["slice_hash"] == line.rule.slice_hash
        assert line.rule.rule_id
        if line.component in ENERGY:
            energy[line.component] += line.quantity
    periods = energy.pop(Component.PEAK, 0) + energy.pop(Component.VALLEY, 0)
    assert periods in (0, bill.energy_wh)
    steps = energy.pop(Component.STEP, 0)
    assert 0 <= steps <= bill.energy_wh
    assert set(energy.values()) <= {bill.energy_wh, 0}
    shown = sum(line.remainder_wh for line in lines if line.component == Component.BASE)
    assert bill.energy_wh - shown - bill.transformer_loss_wh - bill.line_loss_wh <= bill.consumption.total_wh


@pytest.fixture
def station(db: None) -> Station:
    return builder.make_station()


def one_bill(station: Station) -> Bill:
    point = months.opened_household(station, "0001")
    months.run(station, 202407)
    months.read(point, 202408, 1310)
    months.run(station, 202408)
    return Bill.objects.get()


def test_the_command_proves_a_month_and_names_the_line_that_was_tampered_with(station: Station) -> None:
    bill, runner = one_bill(station), CliRunner()
    assert runner.invoke(command.app, ["prove", "--period", "2024-08"]).exit_code == 0

    BillLine.objects.filter(bill=bill, sequence=1).update(price_nano=1)
    result = runner.invoke(command.app, ["prove", "--bill", str(bill.pk), "--json"])

    assert result.exit_code == 1
    (doubt,) = json.loads(result.stdout)["differ"]
    assert (doubt["customer"], doubt["reason"], doubt["stored"]) == ("0001", "line 1 price_nano", "1")


def test_the_explanation_tells_the_eight_facts_of_every_line(station: Station) -> None:
    bill = one_bill(station)

    record = why.record(why.why(builder.ALL, bill, Against.LAST_MONTH))

    for line, kept in zip(
        record["lines"], bill.lines.select_related("rule").order_by("sequence"), strict=True
    ):
        assert (line["quantity"], line["price_nano"], line["amount_fen"], line["step"]) == (
            kept.quantity,
            kept.price_nano,
            kept.amount_fen,
            kept.step or None,
        )
        assert line["component"] == Component(kept.component).name.lower()
        assert (line["rule_id"], line["rulebook_hash"]) == (kept.rule.rule_id, kept.rule.rulebook_hash)
        assert line["rounding_steps"] == ["line-fen"]


def test_an_altered_rule_value_is_named(station: Station) -> None:
    bill = one_bill(station)
    slices = RuleSlice.objects.get(rule_id__endswith="residential_steps")
    slices.content["values"]["prices"]["below_1kv"][0] = "0.01"
    slices.save()
    (doubt,) = evidence.prove(builder.ALL, bill=bill.pk).differ
    assert "has been altered" in doubt.reason


def test_a_bill_without_energy_keeps_the_rule_of_the_periods_it_does_not_show(station: Station) -> None:
    point = months.opened_household(station, "0001", price_class=2)
    for register in (2, 4):
        months.read(point, 202407, 100, register)
    months.run(station, 202407)
    for register, kwh in ((0, 1000), (2, 100), (4, 100)):
        months.read(point, 202408, kwh, register)
    months.run(station, 202408)
    bill = Bill.objects.get()
    assert [line.component for line in bill.lines.all()] == [Component.BASE]
    assert [rule.rule_id.rpartition("/")[2] for rule in bill.rules.all()] == ["residential_time_of_use"]
    assert evidence.prove(builder.ALL).proved == 1


@pytest.mark.usefixtures("sample_prices")
def test_a_commercial_bill_keeps_what_it_was_priced_with_and_says_so_where_it_does_not(
    station: Station,
) -> None:
    double(station, "0001")
    sheet.approved(202407)
    for period in (202407, 202408):
        months.run(station, period)
    bill = Bill.objects.get()
    SupplyTerm.objects.update(power_factor_standard=80)
    assert proves(evidence.evidence_of(bill))

    BillFacts.objects.all().delete()
    with pytest.raises(NotProvable, match="facts"):
        recomputed(evidence.evidence_of(Bill.objects.get()))
    assert len(evidence.prove(builder.ALL).not_provable) == 1


@pytest.mark.usefixtures("sample_prices")
def test_running_a_month_again_replaces_the_kept_facts_of_its_drafts(station: Station) -> None:
    double(station, "0001")
    sheet.approved(202407)
    months.run(station, 202407)
    for _again in range(2):
        months.run(station, 202408, until="audit")
        assert BillFacts.objects.count() == Bill.objects.count() == 1
