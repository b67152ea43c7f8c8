"""What the causes of a change and the execution rates are called, and how each is to be read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

EFFECTS = {
    "volume": (_("电量"), _("电量增减 × 比较月均价")),
    "structure": (_("结构"), _("高价类、低价类用电的比重变了")),
    "energy": (_("电度单价"), _("同类用户每千瓦时电度电费变了")),
    "step": (_("阶梯"), _("进入高档的电量变了")),
    "time_of_use": (_("峰谷"), _("尖峰平谷的比例变了")),
    "capacity": (_("容（需）量"), _("每千瓦时摊到的基本电费变了：负荷率、容量、计费方式")),
    "power_factor": (_("力调"), _("功率因数调整电费变了")),
    "other": (_("退补与减免"), _("退补、免费电量")),
    "policy": (_("政策"), _("电价规则变了：同样的电量按原规则应是多少")),
}
RATES = {
    "time_of_use": (
        _("分时执行率"),
        _("工商业用户都应执行分时电价"),
        _("分时使执行户每千瓦时多收或少收的钱，乘以未执行的电量"),
    ),
    "power_factor": (
        _("力调执行率"),
        _("容量达到功率因数考核起点的工商业用户"),
        _("力调使执行户每千瓦时多收或少收的钱，乘以未执行的电量"),
    ),
    "two_part": (
        _("两部制执行率"),
        _("容量达到两部制起点的工商业用户；原执行单一制的可以保留"),
        _("两部制用户每千瓦时的基本电费，乘以未执行的电量；电度单价较低的部分没有扣除"),
    ),
}
