"""What the classes of price and voltage are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from diansuo.core.tariff.classes import PriceClass, VoltageClass

PRICE_CLASS_NAMES = {
    PriceClass.RESIDENTIAL_STEPS: _("居民生活（一户一表）"),
    PriceClass.RESIDENTIAL_STEPS_TOU: _("居民生活（峰谷）"),
    PriceClass.RESIDENTIAL_SHARED: _("居民生活（合表）"),
    PriceClass.RESIDENTIAL_SHARED_TOU: _("居民生活（合表峰谷）"),
    PriceClass.AGRICULTURAL: _("农业生产"),
    PriceClass.COMMERCIAL_SINGLE_PART: _("工商业（单一制）"),
    PriceClass.COMMERCIAL_TWO_PART: _("工商业（两部制）"),
}
VOLTAGE_CLASS_NAMES = {
    VoltageClass.BELOW_1KV: _("不满1千伏"),
    VoltageClass.KV_1_10: _("1-10（20）千伏"),
    VoltageClass.KV_35: _("35千伏"),
    VoltageClass.KV_110: _("110千伏"),
    VoltageClass.KV_220: _("220千伏及以上"),
}
PRICE_CLASSES = [(int(code), name) for code, name in PRICE_CLASS_NAMES.items()]
VOLTAGE_CLASSES = [(int(code), name) for code, name in VOLTAGE_CLASS_NAMES.items()]
