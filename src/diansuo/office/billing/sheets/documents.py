"""Prices of a sheet as documents of the rulebook, one a component, and their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import override

from diansuo.core.rules.entry import canonical_json
from diansuo.office.billing.sheets import components
from diansuo.office.billing.sheets.reading import Prices

NO_CLAUSE = "价格表没有写明条款号或公布日期"


@dataclass(frozen=True, slots=True)
class Publication:
    """Where prices were published and from when to when they hold; ``doubt`` says what nobody could check."""

    place: str
    from_date: date
    to_date: date
    document: str
    clause: str = ""
    published: date | None = None
    url: str = ""
    doubt: str = ""


def documents(prices: Prices, publication: Publication, checked: date) -> dict[str, Any]:
    """Return the documents of a sheet by path; ``checked`` is the day somebody held it against the source."""
    return {
        f"{components.rule_id(publication.place, name)}.yaml": _document(
            name, schemes, publication, checked.isoformat()
        )
        for name, schemes in sorted(prices.items())
    }


def _document(name: str, schemes: Any, publication: Publication, checked: str) -> dict[str, Any]:
    unverified = {}
    if publication.doubt or not publication.clause or publication.published is None:
        unverified["source"] = publication.doubt or NO_CLAUSE
    with override("zh-hans"):
        title = str(components.COMPONENT_RULES[name])
    return {
        "id": components.rule_id(publication.place, name),
        "kind": "component_price",
        "title": {"zh": title, "en": components.TITLES_EN[name]},
        "values": {
            publication.from_date.isoformat(): {
                "source": {
                    "document": publication.document,
                    "clause": publication.clause or None,
                    "published": publication.published.isoformat() if publication.published else None,
                    "url": publication.url or None,
                },
                "checked": checked,
                "until": publication.to_date.isoformat(),
                "unverified": unverified,
                "prices": {"unit": "yuan/kWh"}
                | {
                    scheme: {voltage: f"{price:f}" for voltage, price in by_voltage.items()}
                    for scheme, by_voltage in schemes.items()
                },
            }
        },
    }


def content_hash(content: dict[str, Any]) -> str:
    """Return the hash of a sheet's documents."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()
