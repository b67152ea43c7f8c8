"""The training station's commercial prices: a place of their own in the rulebook, and a price sheet a month.

None of these values was ever published anywhere. Every document says so in its source and marks it as unverified, so
that each bill and page that uses one carries the mark.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

PLACE: Final = "province/sample"
SINCE: Final = "2020-01-01"
MARK: Final = "示例数据（培训供电所，非公布价格）"
DOUBT: Final = "示例数据：培训供电所自拟的数值，没有任何公布文件"
SHEET_COLUMNS: Final = ("价格项目", "计价方式", "电压等级", "价格（元/千瓦时）")
VOLTAGES: Final = ("below_1kv", "kv_1_10", "kv_35")
SHEET: Final = {"owner": "sheet", "power_factor": "adjusted", "raised": "plain"}
COMPONENTS: Final = {
    "purchase": {**SHEET, "time_of_use": "floats", "raised": "raised"},
    "upstream_loss": {**SHEET, "time_of_use": "floats"},
    "transmission": {**SHEET, "owner": "rulebook", "time_of_use": "fixed"},
    "system_operation": {**SHEET, "time_of_use": "fixed"},
    "surcharge": {**SHEET, "owner": "rulebook", "time_of_use": "fixed", "power_factor": "exempt"},
}
TRANSMISSION: Final = {
    "single_part": {"below_1kv": "0.2000", "kv_1_10": "0.1800", "kv_35": "0.1600"},
    "two_part": {"below_1kv": "0.1400", "kv_1_10": "0.1300", "kv_35": "0.1100"},
}
SURCHARGE: Final = "0.0300"
DAY: Final = {
    "peak": [["16:00", "24:00"]],
    "flat": [["07:00", "16:00"]],
    "valley": [["00:00", "07:00"]],
}


def _entry(**body: Any) -> dict[str, Any]:
    source = {"document": MARK, "clause": None, "published": None, "url": None}
    return {"source": source, "checked": SINCE, "unverified": {"source": DOUBT}, **body}


def _document(name: str, kind: str, title: tuple[str, str], **body: Any) -> dict[str, Any]:
    return {
        "id": f"{PLACE}/{name}",
        "kind": kind,
        "title": {"zh": f"{title[0]}（示例）", "en": f"{title[1]} (sample)"},
        "values": {SINCE: _entry(**body)},
    }


def rules() -> list[dict[str, Any]]:
    """Return the long-lived commercial rules of the sample place, as documents of the rulebook."""
    all_voltages = dict.fromkeys(VOLTAGES, SURCHARGE)
    charges = {"below_1kv": "25", "kv_1_10": "25", "kv_35": "24"}
    demands = {"below_1kv": "40", "kv_1_10": "40", "kv_35": "38"}
    return [
        _document(
            "commercial_components",
            "price_components",
            ("工商业电价构成", "Components of commercial prices"),
            components=COMPONENTS,
        ),
        _document(
            "commercial_prices/transmission",
            "component_price",
            ("输配电价（电量部分）", "Transmission price of energy"),
            prices={"unit": "yuan/kWh", **TRANSMISSION},
        ),
        _document(
            "commercial_prices/surcharge",
            "component_price",
            ("政府性基金及附加", "Surcharges"),
            prices={"unit": "yuan/kWh", "single_part": all_voltages, "two_part": all_voltages},
        ),
        _document(
            "commercial_prices/capacity_demand",
            "demand_charge_price",
            ("容（需）量电价", "Prices of capacity and demand"),
            capacity={"unit": "yuan/kVA/month", **charges},
            demand={"unit": "yuan/kW/month", **demands},
        ),
        _document(
            "commercial_time_of_use",
            "time_of_use_bands",
            ("工商业分时电价", "Commercial time of use"),
            ratios={"peak": "1.6", "flat": "1", "valley": "0.5"},
            without_month={"sharp": "peak", "deep_valley": "valley"},
            days=[{"months": [str(month) for month in range(1, 13)], **DAY}],
        ),
        _document(
            "settlement",
            "parameters",
            ("结算参数", "Settlement parameters"),
            parameters={"energy_precision": {"value": "0.01", "unit": "kWh"}},
        ),
    ]


def coverage(default_place: str) -> dict[str, Any]:
    """Return the document that names the sample place beside the ones there are."""
    named = {document["id"].removeprefix(f"{PLACE}/"): "partial" for document in rules()}
    place = {"name": {"zh": "示例地（培训供电所）", "en": "Sample place (training station)"}, "rules": named}
    return {"id": "coverage", "kind": "coverage", "default_place": default_place, "places": {PLACE: place}}


def write_rules(folder: Path, default_place: str = "province/henan") -> None:
    """Write the sample place into an overlay folder of rules (``DIANSUO_HOME/rulebook``)."""
    for document in (*rules(), coverage(default_place)):
        path = folder / f"{document['id']}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.dump(document, allow_unicode=True, sort_keys=False, default_style='"', Dumper=_Dumper)
        path.write_text(f"# {MARK}\n{text}", encoding="utf-8")


class _Dumper(yaml.SafeDumper):
    """Writes nothing as an alias, and null as null, so that the strict reader takes it."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


_Dumper.add_representer(
    type(None), lambda dumper, _none: dumper.represent_scalar("tag:yaml.org,2002:null", "null", style="")
)


def sheet_rows(month: int, seed: int) -> list[tuple[str, str, str, str]]:
    """Return the rows of a month's price sheet; they move a little from month to month, as real ones do."""
    random = np.random.default_rng([seed, 77, month])
    purchase, loss, operation = (
        int(random.integers(*span)) for span in ((3800, 4300), (130, 190), (180, 420))
    )

    def yuan(value: int) -> str:
        return f"{Decimal(value).scaleb(-4):f}"

    return [
        ("代理购电价格", "", "", yuan(purchase)),
        ("上网环节线损费用折价", "", "", yuan(loss)),
        ("系统运行费用折价", "", "", yuan(operation)),
    ]


def total_rows(month: int, seed: int) -> list[tuple[str, str, str, str]]:
    """Return what each class pays a kWh in all, as a published sheet says below its components."""
    own = sum(Decimal(price) for _name, _scheme, _voltage, price in sheet_rows(month, seed))
    words = {"single_part": "单一制", "two_part": "两部制"}
    volts = {"below_1kv": "不满1千伏", "kv_1_10": "1-10千伏", "kv_35": "35千伏"}
    return [
        ("电度用电价格", words[scheme], volts[voltage], f"{own + Decimal(part) + Decimal(SURCHARGE):f}")
        for scheme, by_voltage in TRANSMISSION.items()
        for voltage, part in by_voltage.items()
    ]


def write_sheet(path: Path, month: int, seed: int) -> None:
    """Write a month's price sheet as csv: its components and, to check them by, what they come to."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(SHEET_COLUMNS)
        writer.writerows([*sheet_rows(month, seed), *total_rows(month, seed)])
