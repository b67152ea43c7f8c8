"""What some households have on top of their class, and what kind of use a contract is: facts that hold for a period.

Most contracts have neither row: an ordinary household that is supplied all the year round needs none
(domain.md §2.1, §2.4, §14.2, §14.3).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from diansuo.core.metering.energy.service_days import EVERY_MONTH, MONTHS_PER_YEAR
from diansuo.core.tariff.charging import ChargingSituation
from diansuo.office.base.periods import PeriodModel

CHARGING_NAMES = {
    ChargingSituation.DIRECT_OPERATOR: _("经营性集中式充换电设施（直接报装）"),
    ChargingSituation.RESIDENTIAL_COMMUNITY: _("居民住宅小区充电设施"),
    ChargingSituation.RESIDENTIAL_PRICED_USER: _("执行居民电价的非居民用户充电设施"),
    ChargingSituation.INSTITUTION_OR_PUBLIC_PARKING: _("机关、企事业单位和社会停车场充电设施"),
    ChargingSituation.HOUSEHOLD_OWN_ACCOUNT: _("居民个人充电桩（单独立户）"),
}
CHARGING_SITUATIONS = [(int(code), name) for code, name in CHARGING_NAMES.items()]


class HouseholdTerm(PeriodModel):
    """What a household with steps has on top (一户多人口、电采暖、低保五保), for a period."""

    class FreeEnergy(models.IntegerChoices):
        """For whom some energy a month is free (免费电量)."""

        NONE = 0, _("无")
        LOW_INCOME = 1, _("低保")
        FIVE_GUARANTEES = 2, _("五保")

    contract = models.ForeignKey(
        "archive.Contract", models.PROTECT, related_name="household_terms", verbose_name=_("合同")
    )
    # 0: the household has not applied for more; how many ordinary households are, nobody has to know.
    persons = models.PositiveSmallIntegerField(_("一户多人口人数"), default=0)
    electric_heating = models.BooleanField(_("电采暖"), default=False)
    free_energy = models.PositiveSmallIntegerField(
        _("免费电量类别"), choices=FreeEnergy.choices, default=FreeEnergy.NONE
    )

    period_keys = (("contract",),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("居民用电约定")
        verbose_name_plural = _("居民用电约定")


class UseTerm(PeriodModel):
    """What kind of use a contract is, for a period: the months it stands idle, whether it charges vehicles."""

    contract = models.ForeignKey(
        "archive.Contract", models.PROTECT, related_name="use_terms", verbose_name=_("合同")
    )
    # A set of months, bit 0 for January: in them nobody reads the meter, and a zero month is no finding.
    idle_months = models.PositiveSmallIntegerField(_("停用月份"), default=0)
    charging_situation = models.PositiveSmallIntegerField(
        _("充电设施类型"), choices=CHARGING_SITUATIONS, null=True, blank=True
    )

    period_keys = (("contract",),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("用电特征")
        verbose_name_plural = _("用电特征")
        constraints = [
            *PeriodModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(idle_months__gte=0, idle_months__lte=EVERY_MONTH), name="use_term_idle_months"
            ),
        ]

    @property
    def idle(self) -> list[int]:
        """The months, 1 to 12, in which the contract stands idle."""
        return months_of(self.idle_months)


def months_of(idle_months: int) -> list[int]:
    """Return the months, 1 to 12, of a set with bit 0 for January."""
    return [month for month in range(1, MONTHS_PER_YEAR + 1) if idle_months >> (month - 1) & 1]
