"""What is noted that writes no table: personal data looked at, lists taken out of the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from diansuo.office.base.trail import acts, digests, watch
from diansuo.office.base.trail.drafts import Draft
from diansuo.office.base.trail.rules import rules


def looked_at(user: Any, what: str, ids: Sequence[Any], why: str) -> None:
    """Note that somebody saw personal data: ``what`` names it (``archive_customer.phone``), ``ids`` whose it was."""
    act = replace(acts.current(), user=user, why=why[: acts.LONGEST])
    few = len(ids) <= rules().rows_spelled_out
    details: dict[str, Any] = {"looked_at": what}
    details |= {"keys": [str(each) for each in ids]} if few else {"given": digests.digest_of(list(ids))}
    table = what.partition(".")[0]
    watch.note(Draft("look", table, len(ids), details, act, key=str(ids[0]) if len(ids) == 1 else ""))


def exported(user: Any, what: str, *, rows: int, sha256: str, asked: dict[str, str]) -> None:
    """Note that a file went out: what it was, how many rows, its SHA-256, and what was asked for."""
    act = replace(acts.current(), user=user)
    watch.note(Draft("export", what, rows, {"sha256": sha256, "asked": asked}, act))
