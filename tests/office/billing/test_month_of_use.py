"""The month a commercial bill divides its charges by is the month of use, whichever month its reading belongs to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from diansuo.core.rules import RuleBook
from diansuo.core.tariff.resolve import day_number
from diansuo.office.billing.commercial.inputs import month_of_use
from diansuo.office.config import rulebook_files
from diansuo.office.config.rulebook import book

SHIPPED = Path(rulebook_files.__file__).parents[2] / "rulebook"
SETTLEMENT = Path("province", "henan", "settlement.yaml")
FIRST_DAY = day_number(date(2024, 7, 1))


def by_month_of_use(folder: Path) -> RuleBook:
    """Return the rulebook of a place that from May 2024 on bills a month under its own name."""
    document = yaml.safe_load((SHIPPED / SETTLEMENT).read_text(encoding="utf-8"))
    entry = document["values"][max(document["values"])]
    entry["parameters"]["bill_month_basis"]["value"] = "month_of_use"
    document["values"] = {"2024-05-01": entry}
    target = folder / SETTLEMENT
    target.parent.mkdir(parents=True)
    target.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return rulebook_files.load(folder)


def test_read_on_the_first_the_month_before_was_used() -> None:
    assert month_of_use(202408, FIRST_DAY, book()) == 202407


def test_a_month_billed_under_its_own_name_was_used_itself(tmp_path: Path) -> None:
    assert month_of_use(202407, FIRST_DAY, by_month_of_use(tmp_path)) == 202407
