"""How the entries of a rule follow on each other: no date twice, no overlap, no gap where none may be."""

from __future__ import annotations

from collections.abc import Sequence

from diansuo.core.rules.entry import Entry
from diansuo.core.rules.kinds import Kind
from diansuo.core.rules.node import Node


def check_sequence(entries: Sequence[Entry], kind: Kind, values: Node) -> None:
    """Check all entries of one rule together; problems are reported on the document that adds to it."""
    ordered = sorted(entries, key=lambda entry: entry.effective)
    for earlier, later in zip(ordered, ordered[1:], strict=False):
        at = values.child(later.effective, None)
        if earlier.effective == later.effective:
            at.refuse(
                f"{later.rule_id} has a value from {later.effective} in {earlier.file} already",
                "a value is never replaced; give the date from which yours holds",
            )
        elif earlier.until is not None and earlier.until > later.effective:
            at.refuse(
                f"overlaps with the value from {earlier.effective}, which holds until {earlier.until}",
                "remove that until, or begin later",
            )
        elif earlier.until is not None and earlier.until < later.effective and kind.continuous:
            at.refuse(
                f"leaves a gap from {earlier.until} to {later.effective}",
                "add the value that holds in between",
            )
