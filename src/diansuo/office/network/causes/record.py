"""What the station's own answers say of causes: how often a kind was proven, and what that suggests besides rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from diansuo.core.network.causes import CHECK_OF, CauseKind
from diansuo.core.network.causes.experience import Record, suggested, weighed
from diansuo.core.network.causes.kinds import SHOWN
from diansuo.office.base import wording
from diansuo.office.base.scope import Scope
from diansuo.office.network.causes.limits import WHOLE_BP, Limits, limits
from diansuo.office.network.causes.wording import WHAT_TO_DO
from diansuo.office.network.finding_models import KIND_NAMES
from diansuo.office.network.models import LossFinding

State = LossFinding.State


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a kind of cause was answered at the station, and how often 查实."""

    proven: int = 0
    answered: int = 0

    @property
    def words(self) -> str:
        """Say it beside a cause; nothing where nobody has answered yet."""
        if not self.answered:
            return ""
        return _("本所此类查实 %(proven)s/%(answered)s") % {
            "proven": self.proven,
            "answered": self.answered,
        }


@dataclass(frozen=True, slots=True)
class Hint:
    """A kind that the record alone suggests: its name, what to look at, and of how many proven causes it was one."""

    kind: int
    name: str
    check: str
    proven: int
    of: int
    share_bp: int


def tallies(scope: Scope, station_id: int, today: date) -> dict[int, Tally]:
    """Return the answers of a station in the last year by kind; counts alone, so for whoever sees any part of it."""
    if not scope.stations_in_part().filter(pk=station_id).exists():
        return {}
    since = today - timedelta(days=limits(today).record_days)
    rows = LossFinding.objects.filter(
        station=station_id, state__in=(State.PROVEN, State.CLEARED), answered_at__date__gt=since
    ).order_by()
    counted = rows.values_list("kind").annotate(
        proven=Count("id", filter=Q(state=State.PROVEN)), answered=Count("id")
    )
    return {kind: Tally(proven, answered) for kind, proven, answered in counted}


def together(confidence_bp: int, tally: Tally, held: Limits) -> str:
    """Say how sure a cause is with the record of its kind heard; nothing where there is none."""
    if not tally.answered:
        return ""
    counts = (np.array([each], dtype=np.int64) for each in (tally.proven, tally.answered))
    found = weighed(np.array([confidence_bp / WHOLE_BP]), *counts, held.record_weight)
    # Nothing is certain before somebody was there, and nothing is out of the question.
    return _("合起来约 %(share)s%%") % {"share": min(max(round(float(found[0]) * 100), 1), 99)}


def beside(confidence_bp: int, kind: int, held: Mapping[int, Tally], terms: Limits) -> str:
    """Return what stands beside a cause's confidence: the record of its kind, and both together."""
    tally = held.get(kind, Tally())
    return _("，").join(filter(None, (tally.words, together(confidence_bp, tally, terms))))


def hints(held: Mapping[int, Tally], listed: Collection[int], today: date) -> list[Hint]:
    """Return what the record suggests for an area beside the kinds listed there, as long as there is room."""
    terms, kinds = limits(today), sorted(held)
    proven = np.array([held[kind].proven for kind in kinds], dtype=np.int64)
    answered = np.array([held[kind].answered for kind in kinds], dtype=np.int64)
    record = Record(np.array(kinds, dtype=np.int64), proven, answered - proven)
    found, share = suggested(
        record,
        np.array(sorted(set(listed)), dtype=np.int64),
        SHOWN - len(listed),
        terms.record_least,
        terms.record_weight,
    )
    return [
        Hint(
            kind,
            str(KIND_NAMES[CauseKind(kind)]),
            str(WHAT_TO_DO[CHECK_OF[CauseKind(kind)]]),
            held[kind].proven,
            int(proven.sum()),
            round(each * WHOLE_BP),
        )
        for kind, each in zip(found.tolist(), share.tolist(), strict=True)
    ]


def hint_words(hint: Hint) -> str:
    """Say why a kind is suggested."""
    return _("本所查实的 %(all)s 条里 %(number)s 条是它，按记录约占 %(share)s%%") % {
        "all": wording.count(hint.of),
        "number": wording.count(hint.proven),
        "share": round(hint.share_bp / 100),
    }
