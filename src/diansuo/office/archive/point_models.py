"""How a metering point is settled beside others: what it hangs behind, agreed energy, class, photovoltaics.

A point without such a row is the only one of its contract, or nobody has said how its points belong together: a
contract with several points is then held, never guessed (domain.md §4.1, §5.2, §6.3, §14.1).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diansuo.core.metering.energy import PointRelation, ShareOrder
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.base.periods import PeriodModel

RELATION_NAMES = {
    PointRelation.OWN: _("独立计量（总表、进线）"),
    PointRelation.SERIES: _("分表（串接）"),
    PointRelation.PARALLEL: _("并接"),
    PointRelation.TRANSFER: _("转供"),
}
RELATIONS = [(int(code), name) for code, name in RELATION_NAMES.items()]
ORDER_NAMES = {
    ShareOrder.RATIO_OF_REST: _("减定量后的剩余"),
    ShareOrder.RATIO_OF_WHOLE: _("总量"),
}
ORDERS = [(int(code), name) for code, name in ORDER_NAMES.items()]


class ShareKind(models.IntegerChoices):
    """Whether a point has a meter, or is an agreed part of the one above it (定量定比)."""

    NONE = 0, _("装表计量")
    FIXED_QUANTITY = 1, _("定量")
    FIXED_RATIO = 2, _("定比")


class SuppliedUse(models.IntegerChoices):
    """How a supplied customer uses what it gets: by it energy becomes demand (转供折算)."""

    ONE_SHIFT = 1, _("一班")
    TWO_SHIFT = 2, _("二班")
    THREE_SHIFT = 3, _("三班")
    AGRICULTURAL = 4, _("农业")


class FeedIn(models.IntegerChoices):
    """What of a point's photovoltaics goes to the grid."""

    NONE = 0, _("无")
    FULL = 1, _("全额上网")
    SURPLUS = 2, _("余电上网")


class PointTerm(PeriodModel):
    """How a metering point is settled beside others, for a period."""

    point = models.ForeignKey(
        "archive.MeteringPoint", models.PROTECT, related_name="terms", verbose_name=_("计量点")
    )
    behind = models.ForeignKey(
        "archive.MeteringPoint",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="terms_behind",
        verbose_name=_("上级计量点"),
    )
    relation = models.PositiveSmallIntegerField(
        _("主分表关系"), choices=RELATIONS, default=int(PointRelation.OWN)
    )
    share = models.PositiveSmallIntegerField(_("定量定比"), choices=ShareKind.choices, default=ShareKind.NONE)
    fixed_wh_month = models.BigIntegerField(_("定量（Wh/月）"), null=True, blank=True)
    ratio_ppm = models.PositiveIntegerField(_("定比（百万分之一）"), null=True, blank=True)
    # Empty: what the rulebook says; the contract decides (national/sub_metering).
    ratio_base = models.PositiveSmallIntegerField(_("定比基数"), choices=ORDERS, null=True, blank=True)
    # A price class of its own; empty: the contract's.
    price_class = models.PositiveSmallIntegerField(_("计量点电价类别"), null=True, blank=True)
    # Of a further feed (另一路进线): its demand is added to the contract's.
    contract_demand_w = models.BigIntegerField(_("本路合同最大需量（W）"), null=True, blank=True)
    supplied_use = models.PositiveSmallIntegerField(
        _("被转供班次"), choices=SuppliedUse.choices, null=True, blank=True
    )
    feed_in = models.PositiveSmallIntegerField(_("光伏上网方式"), choices=FeedIn.choices, default=FeedIn.NONE)
    commissioned_date = models.DateField(_("光伏投产日期"), null=True, blank=True)

    period_keys = (("point",),)

    def get_price_class_display(self) -> str:
        """Return the name of the point's own price class, empty where it has none."""
        from diansuo.office.archive.models import PRICE_CLASS_NAMES

        return "" if self.price_class is None else str(PRICE_CLASS_NAMES[PriceClass(self.price_class)])

    class Meta(PeriodModel.Meta):
        verbose_name = _("计量点参数")
        verbose_name_plural = _("计量点参数")
        constraints = [
            *PeriodModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(behind__isnull=True) | ~Q(behind=F("point")), name="point_not_behind_itself"
            ),
            models.CheckConstraint(
                condition=(Q(fixed_wh_month__isnull=True) | Q(share=1, fixed_wh_month__gte=0))
                & (Q(ratio_ppm__isnull=True) | Q(share=2, ratio_ppm__lte=1_000_000)),
                name="value_of_its_share",
            ),
        ]
