"""Why a network has no flow: each refusal names its place by index, so that the shell can say it in words."""

from __future__ import annotations


class NoFlow(ValueError):
    """There is no flow to report; no number comes with it."""


class LoopFound(NoFlow):
    """A closed branch joins what is joined already: a ring, or two sources.

    Attributes:
        branch: index of the branch that closes the ring.
    """

    def __init__(self, branch: int) -> None:
        super().__init__(f"branch {branch} closes a ring or joins two sources")
        self.branch = branch


class IslandFound(NoFlow):
    """Buses that no closed branch joins to a source.

    Attributes:
        buses: their indices, rising.
    """

    def __init__(self, buses: tuple[int, ...]) -> None:
        super().__init__(f"no source feeds buses {', '.join(map(str, buses))}")
        self.buses = buses


class Collapse(NoFlow):
    """The voltage falls below what any load can be supplied with.

    Attributes:
        scenario: index of the first such scenario.
        bus: index of the bus with the lowest voltage in it.
    """

    def __init__(self, scenario: int, bus: int) -> None:
        super().__init__(f"scenario {scenario}: the voltage collapses at bus {bus}")
        self.scenario, self.bus = scenario, bus


class NotConverged(NoFlow):
    """The sweep did not come to rest.

    Attributes:
        scenario: index of the first such scenario.
        bus: index of the bus whose voltage moved most in the last pass.
    """

    def __init__(self, scenario: int, bus: int) -> None:
        super().__init__(f"scenario {scenario}: the sweep does not converge, worst at bus {bus}")
        self.scenario, self.bus = scenario, bus
