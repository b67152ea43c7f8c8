"""What the words and numbers about metering points mean; beside :mod:`meanings`, which applies them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from diansuo.core.metering.energy import PointRelation, ShareOrder
from diansuo.office.archive.importing import words
from diansuo.office.archive.importing.not_understood import NotUnderstood
from diansuo.office.archive.importing.supply_meanings import _of, _scaled, meant_word
from diansuo.office.archive.point_models import FeedIn, ShareKind, SuppliedUse

WHOLE = 100


def _ratio(number: Decimal) -> int:
    """Return per cent as millionths, up to all of it."""
    if not 0 < number <= WHOLE:
        raise NotUnderstood(_("定比应大于0、不超过100"), _("例如 30 表示 30%"))
    return _scaled(10_000, "%", number)


def _price_class(text: str) -> int:
    known = words.price_class(text)
    if known is None:
        raise NotUnderstood(
            _("不认识的写法"), _("可用：%(words)s") % {"words": "、".join(words.known("price_class"))}
        )
    return int(known)


POINT_MEANINGS: dict[str, Callable[[Any], Any]] = {
    "point_relation": partial(meant_word, "point_relation", _of(PointRelation)),
    "point_share": partial(meant_word, "point_share", _of(ShareKind)),
    "point_fixed_wh": partial(_scaled, 1000, "kWh"),
    "point_ratio_ppm": _ratio,
    "point_ratio_base": partial(meant_word, "point_ratio_base", _of(ShareOrder)),
    "point_price_class": _price_class,
    "feed_demand_w": partial(_scaled, 1000, "kW"),
    "supplied_use": partial(meant_word, "supplied_use", _of(SuppliedUse)),
    "feed_in": partial(meant_word, "feed_in", _of(FeedIn)),
}
