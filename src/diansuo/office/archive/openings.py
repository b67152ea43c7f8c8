"""Whether the energy of a year before the first bill is decided: billing, an app above, says so through a hook."""

from __future__ import annotations

from collections.abc import Callable, Collection

from diansuo.office.base.scope import Scope

DecidedSource = Callable[[Scope, Collection[int]], set[tuple[int, int]]]

_sources: list[DecidedSource] = []


def set_decided_source(source: DecidedSource) -> None:
    """Publish where decided years come from: scope and contract ids to contracts with the years bills add up."""
    _sources[:] = [source]


def decided(scope: Scope, contracts: Collection[int]) -> set[tuple[int, int]]:
    """Return (contract, year) of years whose energy bills here have added up; nobody may say otherwise by a list."""
    return _sources[0](scope, contracts) if _sources and contracts else set()
