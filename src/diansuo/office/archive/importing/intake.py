"""Everything an import would write, handed from its planning to its writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from diansuo.office.archive.importing.edits import Edits
from diansuo.office.archive.importing.lines import Lines
from diansuo.office.archive.importing.matching import Matches
from diansuo.office.archive.importing.naming import Names
from diansuo.office.archive.importing.places import Place
from diansuo.office.archive.importing.references import Named, References, Shared
from diansuo.office.archive.importing.starts import Starts


@dataclass(slots=True)
class Intake:
    """What the lines say, what stands, and what differs.

    ``todo`` are the positions of the lines to be written, ``own`` the changes each of them makes to rows of its
    own, ``shared`` the changes to what lines share, ``made_points`` the new points by line, filled as they are made.
    """

    lines: Lines
    places: list[Place]
    names: Names
    matches: Matches
    references: References
    starts: Starts
    effective: date | None
    own: dict[int, Edits]
    shared: Edits
    todo: list[int]
    made_points: dict[int, int] = field(default_factory=dict)

    def used(self, names: Sequence[Named | None]) -> list[Named]:
        """Return the names that the lines to be written use, once each, in the file's order."""
        return [name for name in dict.fromkeys(names[i] for i in self.todo) if name is not None]

    def missing(self, names: Sequence[Named | None]) -> dict[Named, list[int]]:
        """Return the used names that stand for nothing yet, each with the lines that use it."""
        found: dict[Named, list[int]] = {n: [] for n in self.used(names) if n not in self.references.ids}
        for i in self.todo:
            name = names[i]
            if name in found:
                found[name].append(i)
        return found

    def first(self, column: str, at: Iterable[int]) -> Any:
        """Return the first value that some lines give in a column, None if none does."""
        values = self.lines[column]
        return next((values[i] for i in at if values[i] is not None), None)

    def first_id(self, names: Sequence[Named | None], at: Iterable[int]) -> int | None:
        """Return what the first name that some lines give stands for, None if none does."""
        return self.references.id_of(next((names[i] for i in at if names[i] is not None), None))

    def company_of(self, name: Named) -> int:
        """Return the company a named thing belongs to."""
        return self.references.ids[Named(Shared.COMPANY, name.key[:1])]

    def station_of(self, name: Named) -> int:
        """Return the station a named thing belongs to."""
        return self.references.ids[Named(Shared.STATION, name.key[:2])]
