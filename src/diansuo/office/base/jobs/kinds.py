"""What kinds of long work there are: their stages, how a stage is cut into chunks, and what computes a chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from diansuo.office.base.models import Job

Chunk = Any
Summary = dict[str, int]
Write = Callable[[], Summary]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a kind of job.

    ``plan(job)`` cuts the work into chunks (plain data, kept with the stage). ``compute(job, chunk)`` reads and
    computes and returns the function that writes: it is called inside a transaction and returns counts, which are
    added up over the chunks.

    ``shared``: no chunk asks what another of this stage has written, so several processes may work on them at once.
    """

    name: str
    plan: Callable[[Job], Sequence[Chunk]]
    compute: Callable[[Job, Chunk], Write]
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its stages in order, and a text that changes whenever its inputs change.

    ``basis(job)`` is asked inside a transaction and must hold the inputs still until that ends.
    """

    name: str
    stages: tuple[Stage, ...]
    basis: Callable[[Job], str]


class BasisChanged(RuntimeError):
    """What a chunk was computed from changed before it was written: nothing of it is written."""


class LostLease(RuntimeError):
    """Another process has taken the job over: this one writes nothing more and ends quietly."""


class JobBusy(RuntimeError):
    """Another living process holds the job; the message names it."""


class UnknownStage(ValueError):
    """The stage asked for does not exist; the message lists those that do."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of job known (from an app's ``ready``)."""
    _kinds[kind.name] = kind


def stage_names(kind: str) -> list[str]:
    """Return the names of a kind's stages, in order."""
    return [stage.name for stage in _kinds[kind].stages]


def kind_of(job: Job) -> Kind:
    """Return the kind of a job."""
    return _kinds[job.kind]


def forget(name: str) -> None:
    """Make a kind of job unknown again (a test's own kind)."""
    _kinds.pop(name, None)
