"""Rule documents with placeholder numbers, laid over the shipped rulebook; none is a published value."""

from __future__ import annotations

from typing import Any

from diansuo.core.rules import RuleBook, parse

PLACE = "province/henan"

SETTLEMENT = {
    "energy_precision": ("kWh", "0.01"),
    "bill_month_basis": ("choice", "reading_day", "month_of_use"),
    "step_line_form": ("choice", "increment", "full"),
    "year_start_month": ("month_of_year", "1"),
}
TERMS = {
    "min_persons": ("count", "5"),
    "add_kwh_per_month": ("kWh/month", "100"),
    "heating_season_add": ("kWh/month", "50"),
    "free_energy": ("kWh/month", "10"),
    "free_energy_counts_in_steps": ("choice", "counted", "not_counted"),
    "free_energy_form": ("choice", "bill", "refund_later"),
    "shared_time_of_use": ("choice", "allowed", "not_allowed"),
    "transfer_of_ownership": ("choice", "continue", "restart"),
    "rebill_tier_year": ("choice", "original", "current"),
}


def document(name: str, kind: str, days: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Write a rule of the place with a body for each day."""
    return {
        "id": f"{PLACE}/{name}",
        "kind": kind,
        "title": {"zh": "占位", "en": "placeholder"},
        "values": {
            day: {
                "source": {"document": "placeholder", "clause": "1", "published": day, "url": None},
                "checked": day,
                **body,
            }
            for day, body in days.items()
        },
    }


def steps(*below_1kv: str, upper: tuple[str, ...] = ("2160", "3120")) -> dict[str, Any]:
    """Body of annual steps."""
    return {
        "limits": {"unit": "kWh/year", "upper": list(upper)},
        "prices": {"unit": "yuan/kWh", "below_1kv": list(below_1kv)},
    }


def flat(below_1kv: str) -> dict[str, Any]:
    """Body of a flat price."""
    return {"prices": {"unit": "yuan/kWh", "below_1kv": below_1kv}}


def periods(peak: str, valley: str) -> dict[str, Any]:
    """Body of what is added at peak and at valley."""
    return {
        "unit": "yuan/kWh",
        "peak": {"increment": peak, "hours": [["08:00", "22:00"]]},
        "valley": {"increment": valley, "hours": [["22:00", "24:00"], ["00:00", "08:00"]]},
    }


def settlement(**values: str) -> dict[str, Any]:
    """Body of settlement parameters: the first of the choices unless another value is given."""
    return _parameters(SETTLEMENT, values)


def terms(**values: str | None) -> dict[str, Any]:
    """Body of terms for households: the first of the choices unless another value is given; None: not known."""
    return _parameters(TERMS, values)


def _parameters(known: dict[str, tuple[str, ...]], values: dict[str, Any]) -> dict[str, Any]:
    named = {}
    for name, (unit, *choices) in known.items():
        value = values.get(name, choices[0])
        named[name] = {"value": value, "unit": unit}
        if unit == "choice":
            named[name]["choices"] = choices
        if value is None:
            named[name]["unverified"] = "not known"
    return {"parameters": named}


def lay_over(book: RuleBook, *documents: dict[str, Any]) -> RuleBook:
    """Lay documents over a book."""
    return parse({f"mine/{each['id']}.yaml": each for each in documents}, onto=book)
