"""The form of a trial (试算): what would be otherwise, for whom, in which months."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from diansuo.core.quantity.month import first_day, next_month
from diansuo.core.tariff import PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.core.tariff.what_if import Change
from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import PRICE_CLASSES
from diansuo.office.archive.supply_models import CAPACITY_METHOD_NAMES
from diansuo.office.base import wording
from diansuo.office.base.forms import PeriodField
from diansuo.office.base.scope import Scope
from diansuo.office.billing.repricing import prices as moved
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.prices import OtherPrices
from diansuo.office.billing.sheets import operations
from diansuo.office.billing.sheets import queries as sheets
from diansuo.office.billing.sheets.documents import Publication
from diansuo.office.billing.sheets.forms import TableForm
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.billing.wording import rule_title

KINDS: Final = (
    ("price", _("改价：每千瓦时加减")),
    ("sheet", _("改价：换用价格表")),
    ("class", _("改类别")),
    ("periods", _("改分时")),
    ("method", _("改基本电费计收方式")),
    ("standard", _("改力调标准")),
    ("raised", _("改 1.5 倍")),
    ("persons", _("改一户多人口")),
)
METHODS: Final = [
    (int(code), name) for code, name in CAPACITY_METHOD_NAMES.items() if code is not CapacityMethod.NONE
]
STANDARDS: Final = [(90, "0.90"), (85, "0.85"), (80, "0.80"), (0, _("不考核"))]
MOST_PERSONS: Final = 30
VA_PER_KVA: Final = 1000
OF_KIND: Final = {
    "price": ("rule", "by"),
    "sheet": ("sheet",),
    "class": ("old_class", "new_class"),
    "periods": ("periods",),
    "method": ("method",),
    "standard": ("standard",),
    "raised": ("raised",),
    "persons": ("persons",),
}
"""The fields each kind of change needs."""
TRIAL: Final = "上传试算的价格，没有与公告核对"
POPULATION: Final = ("first", "last", "price_class", "area", "least_kva", "most_kva")


class PopulationForm(forms.Form):
    """Whose bills, in which months."""

    first = forms.TypedChoiceField(label=_("电费年月从"), coerce=int)
    last = forms.TypedChoiceField(label=_("到"), coerce=int)
    price_class = forms.TypedChoiceField(label=_("只看类别"), required=False, coerce=int, empty_value=None)
    area = forms.TypedChoiceField(label=_("只看台区"), required=False, coerce=int, empty_value=None)
    least_kva = forms.IntegerField(label=_("容量从 kVA"), required=False, min_value=0, max_value=10**9)
    most_kva = forms.IntegerField(label=_("容量到 kVA"), required=False, min_value=0, max_value=10**9)

    def __init__(self, scope: Scope, months: list[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one, wording.month(one)) for one in months]
        given = str((self.data or {}).get("area", ""))
        areas = archive.area_choices(
            scope, given=int(given) if given.isdecimal() and len(given) < 10 else None
        )
        for name, choices in (
            ("first", named),
            ("last", named),
            ("price_class", [("", _("全部")), *PRICE_CLASSES]),
            ("area", [("", _("全部")), *areas]),
        ):
            self.fields[name].choices = choices

    def clean(self) -> dict[str, Any]:
        """Refuse months the wrong way round."""
        given = super().clean() or {}
        if (given.get("first") or 0) > (given.get("last") or 10**6):
            self.add_error("last", ValidationError(_("早于开始年月")))
        return given

    @property
    def population(self) -> Population:
        """Whose bills; a change of class looks at that class alone."""
        given = self.cleaned_data
        kva = {name: given[f"{name}_kva"] for name in ("least", "most")}
        price_class = given["old_class"] if given.get("kind") == "class" else given["price_class"]
        return Population(
            given["first"],
            given["last"],
            area=given["area"],
            price_class=price_class,
            least_va=None if kva["least"] is None else kva["least"] * VA_PER_KVA,
            most_va=None if kva["most"] is None else kva["most"] * VA_PER_KVA,
        )

    @property
    def of_population(self) -> list[Any]:
        """The fields of the population."""
        return [self[name] for name in POPULATION]


class SheetTrialForm(PopulationForm, TableForm):
    """A price sheet that is nowhere yet: its table as the import takes it, the month it would hold for, for whom."""

    month = PeriodField(
        label=_("执行月份"), help_text=_("公布的价格按自然月的用电执行，账单的电费年月一般是下一个月")
    )
    field_order = ("month", "file", "table")

    def documents(self, now: datetime) -> dict[str, Any]:
        """Return the sheet as documents of rules, checked; nothing is stored.

        Raises:
            UnableToDo: a component the rulebook owns, or documents the rulebook refuses.
        """
        month = self.cleaned_data["month"]
        publication = Publication(
            commercial_place(),
            first_day(month),
            first_day(next_month(month)),
            str(_("上传试算")),
            doubt=str(TRIAL),
        )
        return operations.prepared(self.cleaned_data["prices"], publication, now)

    @property
    def of_sheet(self) -> list[Any]:
        """The fields of the sheet."""
        return [self[name] for name in ("month", "file", "table")]


class WhatIfForm(PopulationForm):
    """One change over one population; the address holds all of it, so that a trial can be passed on."""

    kind = forms.ChoiceField(label=_("试算什么"), choices=KINDS)
    rule = forms.ChoiceField(label=_("哪项电价"), required=False)
    by = forms.DecimalField(
        label=_("加减多少"),
        required=False,
        max_digits=12,
        decimal_places=9,
        help_text=_("元/千瓦时，降价写负数；容（需）量电价为元/千伏安、元/千瓦"),
    )
    sheet = forms.ChoiceField(
        label=_("哪张价格表"), required=False, help_text=_("未审批的也可以试算，不影响计费")
    )
    old_class = forms.TypedChoiceField(label=_("原类别"), required=False, coerce=int, empty_value=None)
    new_class = forms.TypedChoiceField(label=_("改为"), required=False, coerce=int, empty_value=None)
    periods = forms.ChoiceField(
        label=_("分时"),
        required=False,
        choices=(("yes", _("执行分时（居民为峰谷）")), ("no", _("不执行分时"))),
    )
    method = forms.TypedChoiceField(
        label=_("计收方式"), required=False, coerce=int, empty_value=None, choices=METHODS
    )
    standard = forms.TypedChoiceField(
        label=_("力调标准"), required=False, coerce=int, empty_value=None, choices=STANDARDS
    )
    raised = forms.ChoiceField(
        label=_("1.5 倍"), required=False, choices=(("yes", _("执行 1.5 倍")), ("no", _("不执行 1.5 倍")))
    )
    persons = forms.IntegerField(
        label=_("人数"),
        required=False,
        min_value=0,
        max_value=MOST_PERSONS,
        help_text=_("0 为不执行一户多人口"),
    )

    def __init__(self, scope: Scope, months: list[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(scope, months, *args, **kwargs)
        self.sheets = {str(one.pk): one for one in sheets.usable(scope)}
        for name, choices in (
            ("rule", [(rule, rule_title(rule)) for rule in moved.movable_prices()]),
            ("sheet", [(key, f"{one.from_date} {one.document}") for key, one in self.sheets.items()]),
            ("old_class", PRICE_CLASSES),
            ("new_class", PRICE_CLASSES),
        ):
            self.fields[name].choices = choices

    def clean(self) -> dict[str, Any]:
        """Refuse a change without what it needs."""
        given = super().clean() or {}
        for name in OF_KIND.get(given.get("kind", ""), ()):
            if given.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, ValidationError(_("请填写")))
        if given.get("kind") == "class" and given.get("old_class") == given.get("new_class"):
            self.add_error("new_class", ValidationError(_("与原类别相同")))
        return given

    @property
    def change(self) -> Change:
        """What of the customers would be otherwise."""
        given = self.cleaned_data
        made = {
            "class": lambda: Change(
                price_class=(PriceClass(given["old_class"]), PriceClass(given["new_class"]))
            ),
            "periods": lambda: Change(time_of_use=given["periods"] == "yes"),
            "method": lambda: Change(capacity_method=CapacityMethod(given["method"])),
            "standard": lambda: Change(power_factor_standard=given["standard"]),
            "raised": lambda: Change(raised=given["raised"] == "yes"),
            "persons": lambda: Change(persons=given["persons"]),
        }
        return made.get(given["kind"], Change)()

    @property
    def prices(self) -> OtherPrices:
        """What of the prices would be otherwise."""
        given = self.cleaned_data
        if given["kind"] == "price":
            first = moved.first_day_of_use(given["first"])
            return OtherPrices(rule_id=given["rule"], by=given["by"], first=first)
        if given["kind"] == "sheet":
            return OtherPrices(self.sheets[given["sheet"]].content)
        return OtherPrices()

    @property
    def of_change(self) -> list[Any]:
        """The fields of the change, each with the kind it belongs to."""
        return [(kind, [self[name] for name in names]) for kind, names in OF_KIND.items()]
