"""Follows the chain from its first entry to its end, and says which entries were changed, taken out or put in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.db import connections

from diansuo.office.base.models import TrailEntry, TrailHead
from diansuo.office.base.trail import chain, guards, rechecking

AT_ONCE: Final = 2000
FINDINGS_AT_MOST: Final = 200
FIELDS: Final = tuple(name for name in chain.COLUMNS if name not in ("body", "digest"))


class Trouble(StrEnum):
    """What is the matter with the trail."""

    CHANGED = "changed"  # the entry's text does not come to its digest
    COLUMNS = "columns"  # a column says something else than the entry's text
    MISSING = "missing"  # numbers are passed over
    LINK = "link"  # the entry does not carry the digest of the one before
    TAIL_CUT = "tail_cut"  # the head knows of entries that are not there
    PUT_IN = "put_in"  # there are entries that the head does not know of
    ANCHOR = "anchor"  # the digest written down before is not in the chain
    GUARD = "guard"  # the database would not refuse to change the trail
    ROWS = "rows"  # rows of a batch are not what was written


@dataclass(frozen=True, slots=True)
class Finding:
    """One trouble; ``sequence`` is the entry's number, ``detail`` names columns, numbers or tables."""

    trouble: Trouble
    sequence: int = 0
    detail: str = ""


@dataclass(slots=True)
class Report:
    """What was found. ``rows`` tells how the batches of money fared that were compared with the tables again."""

    entries: int = 0
    digest: str = ""
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    rows: rechecking.Outcome = field(default_factory=rechecking.Outcome)

    def add(self, trouble: Trouble, sequence: int = 0, detail: str = "") -> None:
        """Add a finding; of very many, only the first are kept."""
        if len(self.findings) < FINDINGS_AT_MOST:
            self.findings.append(Finding(trouble, sequence, detail))
        else:
            self.more += 1


def verify(*, anchor: str = "", rows: bool = True, using: str = "default") -> Report:
    """Check the whole trail; ``anchor`` is a digest written down earlier, ``rows`` compares batches of money again.

    The chain has no key: who can write the database can make it anew from any entry on. That is found by an anchor
    kept outside of it, and by nothing else.
    """
    report, recheck = Report(), rechecking.Recheck()
    expected, previous, anchored = 1, "", not anchor
    for row in _entries(using):
        previous, expected = _check(report, row, previous, expected, recheck if rows else None)
        anchored |= row["digest"] == anchor
        report.entries += 1
        report.digest = row["digest"]
    _check_head(report, expected - 1, using)
    if not anchored:
        report.add(Trouble.ANCHOR, detail=anchor)
    for name in guards.missing(using):
        report.add(Trouble.GUARD, detail=name)
    report.rows = recheck.run(connections[using])
    for sequence, detail in report.rows.differing:
        report.add(Trouble.ROWS, sequence, detail)
    return report


def _entries(using: str) -> Iterator[dict[str, Any]]:
    rows = TrailEntry.objects.using(using).order_by("sequence").values(*chain.COLUMNS)
    return iter(rows.iterator(chunk_size=AT_ONCE))


def _check(
    report: Report, row: dict[str, Any], previous: str, expected: int, recheck: rechecking.Recheck | None
) -> tuple[str, int]:
    """Check one entry against the one before; return its digest and the number that must follow."""
    sequence, body = row["sequence"], row["body"]
    if sequence > expected:
        report.add(Trouble.MISSING, expected, f"{expected}-{sequence - 1}")
    try:
        facts = json.loads(body)
    except ValueError:
        facts = {}
    if not isinstance(facts, dict) or chain.digest_of(body) != row["digest"]:
        report.add(Trouble.CHANGED, sequence)
        return row["digest"], sequence + 1
    said = {name: chain.instant(row[name]) if name == "written_at" else row[name] for name in FIELDS}
    differing = [name for name in FIELDS if facts.get(name) != said[name]]
    if differing:
        report.add(Trouble.COLUMNS, sequence, ", ".join(differing))
    if sequence == expected and facts.get("previous") != previous:
        report.add(Trouble.LINK, sequence)
    if recheck is not None:
        recheck.note(facts)
    return row["digest"], sequence + 1


def _check_head(report: Report, last: int, using: str) -> None:
    head = TrailHead.objects.using(using).filter(pk=chain.HEAD).first()
    sequence, digest = (head.sequence, head.digest) if head else (0, "")
    if sequence > last:
        report.add(Trouble.TAIL_CUT, last + 1, f"{last + 1}-{sequence}")
    elif sequence < last:
        report.add(Trouble.PUT_IN, sequence + 1, f"{sequence + 1}-{last}")
    elif digest != report.digest:
        report.add(Trouble.CHANGED, last)
