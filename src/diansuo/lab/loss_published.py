"""The committed result of the laboratory of loss, and the table the rules' page shows of it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

LINES: Final = {
    "on_record": "areas whose lines are on record",
    "estimated": "areas whose lines are estimated",
}
RECORD: Final = Path(__file__).with_name("published_losses.json")


@cache
def record() -> dict[str, Any]:
    """Return the committed result of the judged seeds, as ``diansuo lab loss -o`` writes it."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8")))


def lines(given: dict[str, Any]) -> list[str]:
    """Return the table of a result in Markdown: every size, then all of a kind, then the whole."""
    rows = [
        "| fault | size | made | first | first three | kind in three | energy error |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for kind, whole in given["kinds"].items():
        rows += [_row(kind, each["size"], each) for each in given["faults"] if each["kind"] == kind]
        rows.append(_row(f"**{kind}**", "all", whole))
    made = sum(each["made"] for each in given["faults"])
    for name, each in given["lines"].items():
        shares = (f"{100 * each[part] / each['made']:.1f} %" for part in ("first", "first_three"))
        rows.append(f"| *{LINES[name]}* | | {each['made']} | {' | '.join(shares)} | | |")
    first, three = given["first_percent"], given["first_three_percent"]
    rows.append(f"| **all faults** | | {made} | {first} % | {three} % | | |")
    rows.append(_row("*two faults in one area*", "other seeds", given["paired"]))
    return rows


def _row(kind: str, size: str, each: dict[str, Any]) -> str:
    made, error = each["made"], each["energy_error_percent"]
    shares = (f"{100 * each[name] / made:.0f} %" for name in ("first", "first_three", "kind_in_first_three"))
    return f"| {kind} | {size} | {made} | {' | '.join(shares)} | {'–' if error is None else f'{error} %'} |"


def sentences(given: dict[str, Any]) -> list[str]:
    """Return what the page says besides: false alarms, and how many customers were assigned rightly."""
    voltage, energy, near = (given["assigned"][name] for name in ("voltage", "energy", "neighbours"))
    per_hundred = 100 * given["false_alarms"] / given["clean_area_months"]
    two = given["paired"]
    return [
        f"- **Two faults in one area** ({two['areas']} areas of seeds of their own): either comes first in "
        f"{two['either_first']}, both are among the first three in {two['both_in_first_three']}.",
        f"- **False alarms**: {given['false_alarms']} in {given['clean_area_months']} months of clean areas, "
        f"{per_hundred:.1f} per 100.",
        f"- **By synchronous voltage**, seven days: area {voltage['area_percent']} %, phase "
        f"{voltage['phase_percent']} % of {voltage['customers']} meters.",
        f"- **By thirty days of daily energy**: phase {energy['phase_percent']} % of {energy['customers']} meters; "
        f"{energy['areas_left_out']} areas left out because roofs feed back.",
        f"- **By thirty days of daily energy, neighbouring areas**: area {near['area_percent']} % of "
        f"{near['customers']} meters; {near['areas_left_out']} areas left out because roofs feed back.",
    ]
