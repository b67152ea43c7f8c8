"""The choices the rules leave a customer: each priced by the engine, the cheapest named, and when one may choose."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from diansuo.cli import calc as command
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import ContractTerm
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.repricing.choices import Choices, Option, choices
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.desk.commercial_month import demands, double, single
from tests.office.metering import builder

PEAK, VALLEY = 2, 4


@pytest.fixture
def station(db: None) -> Station:
    return builder.make_station()


def totals(found: Choices) -> dict[str, int | None]:
    return {each.option: each.total_fen for each in found.options}


def household(station: Station, *, registers: bool) -> None:
    """Bill a household of 100 kWh in two months, 30 by day and 70 by night."""
    point = months.opened_household(station, "0001")
    if registers:
        for register in (PEAK, VALLEY):
            months.read(point, 202407, 100, register)
    for at, period in enumerate((202408, 202409), start=1):
        months.read(point, period, 1000 + 100 * at)
        if registers:
            months.read(point, period, 100 + 30 * at, PEAK)
            months.read(point, period, 100 + 70 * at, VALLEY)
        months.run(station, period)


def test_a_household_sees_what_peak_and_valley_would_have_saved(station: Station) -> None:
    household(station, registers=True)

    (found,) = choices(builder.ALL, "0001", 202409)

    assert found.months == (202408, 202409)
    assert found.billed_fen == (5600, 5600)
    # 60 kWh at +0.03 and 140 kWh at -0.12
    assert totals(found) == {Option.WITHOUT_PERIODS: 11200, Option.WITH_PERIODS: 11200 + 180 - 1680}
    assert found.current == Option.WITHOUT_PERIODS
    assert found.cheapest is not None
    assert found.cheapest.option == Option.WITH_PERIODS
    assert found.saving_fen == 1500
    assert [(each.name, each.value) for each in found.conditions] == [("time_of_use_lock_months", "12")]


def test_a_household_without_registers_is_told_that_it_cannot_be_said(station: Station) -> None:
    household(station, registers=False)

    (found,) = choices(builder.ALL, "0001", 202409)

    assert totals(found) == {Option.WITHOUT_PERIODS: 11200, Option.WITH_PERIODS: None}
    refused = found.options[1].refused
    assert refused is not None
    assert refused[0] == "no_time_of_use_registers"
    assert found.cheapest is not None
    assert found.cheapest.option == Option.WITHOUT_PERIODS


def test_other_stations_and_other_months_are_not_seen(station: Station) -> None:
    household(station, registers=False)

    assert choices(Scope(frozenset()), "0001", 202409) == []
    assert choices(builder.ALL, "0001", 202401) == []
    assert choices(builder.ALL, "0002", 202409) == []


def commercial(station: Station, capacity_va: int, *, two_part: bool, demand_kw: float | None) -> Choices:
    make = double if two_part else single
    point = make(station, "0009")
    ContractTerm.objects.filter(contract=point.contract).update(capacity_va=capacity_va)
    if demand_kw is not None:
        demands(point, demand_kw)
    sheet.approved(202407)
    for period in (202407, 202408):
        months.run(station, period)
    (found,) = choices(builder.ALL, "0009", 202408)
    assert found.billed_total_fen == sum(Bill.objects.values_list("amount_fen", flat=True))
    return found


@pytest.mark.usefixtures("sample_prices")
def test_two_part_customers_choose_among_three_methods_at_the_best_contract_demand(station: Station) -> None:
    found = commercial(station, 400_000, two_part=True, demand_kw=16)

    assert found.current == Option.CAPACITY
    assert set(totals(found)) == {Option.CAPACITY, Option.CONTRACT_DEMAND, Option.ACTUAL_DEMAND}
    assert totals(found)[Option.CAPACITY] == found.billed_total_fen
    contract = next(each for each in found.options if each.option == Option.CONTRACT_DEMAND)
    # 160 kW read is the floor of 40 % of 400 kVA
    assert contract.contract_demand_w == 160_000
    assert contract.total_fen is not None
    assert contract.total_fen < found.billed_total_fen
    assert {each.name for each in found.conditions} == {
        "single_part_up_to_capacity", "two_part_from_capacity", "method_change_every", "method_change_notice",
        "contract_change_notice",
    }  # fmt: skip


@pytest.mark.usefixtures("sample_prices")
def test_between_100_and_315_kilovolt_amperes_one_and_two_parts_are_both_open(station: Station) -> None:
    found = commercial(station, 200_000, two_part=False, demand_kw=None)

    assert found.current == Option.SINGLE_PART
    assert set(totals(found)) == {
        Option.SINGLE_PART, Option.CAPACITY, Option.CONTRACT_DEMAND, Option.ACTUAL_DEMAND,
    }  # fmt: skip
    assert totals(found)[Option.SINGLE_PART] == found.billed_total_fen
    assert totals(found)[Option.CAPACITY] is not None
    # no demand was read: what it would have cost nobody knows, and it is not the cheapest
    assert totals(found)[Option.ACTUAL_DEMAND] is None
    assert found.cheapest is not None
    assert found.cheapest.total_fen is not None


@pytest.mark.usefixtures("sample_prices")
def test_up_to_100_kilovolt_amperes_there_is_one_part_alone_and_above_315_two(station: Station) -> None:
    found = commercial(station, 100_000, two_part=False, demand_kw=None)
    assert set(totals(found)) == {Option.SINGLE_PART}


@pytest.mark.usefixtures("sample_prices")
def test_a_method_by_demand_is_compared_with_the_capacity_it_could_have_had(station: Station) -> None:
    point = double(station, "0009", capacity_method=CapacityMethod.CONTRACT_DEMAND, contract_demand_w=300_000)
    ContractTerm.objects.filter(contract=point.contract).update(capacity_va=400_000)
    demands(point, 16)
    sheet.approved(202407)
    for period in (202407, 202408):
        months.run(station, period)

    (found,) = choices(builder.ALL, "0009", 202408)

    assert found.current == Option.CONTRACT_DEMAND
    assert found.cheapest is not None
    assert found.cheapest.option in (Option.CONTRACT_DEMAND, Option.ACTUAL_DEMAND)
    assert found.saving_fen is not None
    assert found.saving_fen > 0


def test_the_command_tells_the_choices_and_refuses_an_unknown_customer(station: Station) -> None:
    household(station, registers=True)
    runner = CliRunner()

    told = runner.invoke(command.app, ["choices", "--customer", "0001", "--period", "2024-09", "--json"])
    assert told.exit_code == 0, told.output
    (record,) = json.loads(told.stdout)
    assert (record["cheapest"], record["saving_fen"]) == ("with_periods", 1500)
    assert runner.invoke(command.app, ["choices", "--customer", "0001", "--period", "2024-09"]).exit_code == 0
    assert runner.invoke(command.app, ["choices", "--customer", "77", "--period", "2024-09"]).exit_code == 1


def test_the_command_tells_what_a_change_brings_and_refuses_what_it_cannot_read(station: Station) -> None:
    household(station, registers=True)
    runner = CliRunner()
    asked = ["whatif", "--period", "2024-08..2024-09"]

    told = runner.invoke(command.app, [*asked, "--time-of-use", "on", "--json"])
    assert told.exit_code == 0, told.output
    record = json.loads(told.stdout)
    assert (record["difference_fen"], record["cheaper"], record["bills"]) == (-1500, 1, 2)
    assert record["movers"][0]["customer"] == "0001"
    assert runner.invoke(command.app, [*asked, "--class", "1=3"]).exit_code == 0
    for wrong in (["--class", "1"], ["--class", "1=99"], ["--standard", "0.7"], ["--change", "nowhere.yaml"],
                  ["--capacity", "much"], ["--area", "nowhere"]):  # fmt: skip
        assert runner.invoke(command.app, [*asked, *wrong]).exit_code == 1, wrong
