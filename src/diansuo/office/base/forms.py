"""The forms of the base app: sign-in, a file to import, a heading of this place's exports."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from diansuo.office.base import queries
from diansuo.office.base.imports.kinds import Kind, Options

LARGEST_UPLOAD_BYTES = 200 * 2**20
"""A month's readings of 100,000 customers are a tenth of this; what is larger is not one station's file."""


class DayInput(forms.DateInput):
    """A day, entered with the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PeriodField(forms.RegexField):
    """A month (电费年月) entered as 2024-08 or 202408; cleans to the integer 202408, or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"^\d{4}-?(0[1-9]|1[0-2])$",
            widget=forms.TextInput(attrs={"placeholder": "2024-08", "inputmode": "numeric"}),
            error_messages={"invalid": _("请写成 2024-08 的样子")},
            **kwargs,
        )

    def clean(self, value: Any) -> int | None:
        """Return the month as an integer."""
        text = super().clean(value)
        return int(text.replace("-", "")) if text else None


class SignIn(AuthenticationForm):
    """Name and password, refused with a plain reason."""

    error_messages = {
        "invalid_login": _("账号或密码不对。连续 5 次错误，此账号将锁定 15 分钟。"),
        "inactive": _("此账号已停用，请找系统管理员。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("账号")
        self.fields["password"].label = _("密码")
        self.fields["password"].widget.render_value = bool(self.initial.get("password"))

    def get_invalid_login_error(self) -> ValidationError:
        """Tell a demo user outside a demonstration why no password will ever do."""
        if not settings.DEMO and queries.is_demo_user(self.cleaned_data.get("username", "")):
            return ValidationError(_("演示账号只能在演示环境登录，这里是正式环境。"), code="demo")
        return super().get_invalid_login_error()


class OwnPassword(PasswordChangeForm):
    """A new password of one's own, another than the old one."""

    def clean_new_password1(self) -> str:
        """Refuse the password there is already: one that somebody else gave would stay known to them."""
        password: str = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise ValidationError(_("新密码不能与原密码相同"), code="same")
        return password


class ImportForm(forms.Form):
    """A file of one kind, with the options that this kind takes and no other."""

    file = forms.FileField(label=_("文件"))
    period = PeriodField(
        label=_("电费年月"), required=False, help_text=_("不填则取文件中的列或文件名里的年月")
    )
    valid_from = forms.DateField(
        label=_("档案起始日"),
        required=False,
        widget=DayInput,
        help_text=_("首次导入的档案从哪天起有效；不填取首次抄表当年 1 月 1 日"),
    )
    effective = forms.DateField(
        label=_("变更生效日"),
        required=False,
        widget=DayInput,
        help_text=_("与现有档案不同的值从哪天起改变；有变更时必填"),
    )
    station = forms.CharField(label=_("供电所"), required=False, help_text=_("文件里没有供电所一列时填写"))

    day = forms.DateField(
        label=_("清单日期"),
        required=False,
        widget=DayInput,
        help_text=_("清单说的是哪一天；不填取文件名里的日期"),
    )

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ",".join(kind.suffixes)
        self.fields["file"].help_text = _("支持 %(suffixes)s") % {"suffixes": "、".join(kind.suffixes)}
        for name in ("period", "valid_from", "effective", "station", "day"):
            if name not in kind.option_names:
                del self.fields[name]

    def clean_file(self) -> UploadedFile:
        """Refuse a file that no station's export comes near."""
        file: UploadedFile = self.cleaned_data["file"]
        if file.size > LARGEST_UPLOAD_BYTES:
            raise ValidationError(
                _(
                    "文件有 %(size)d MiB，超过 %(largest)d MiB 的上限。请按抄表段或月份拆成几个文件，分别导入。"
                ),
                code="too_large",
                params={
                    "size": math.ceil(file.size / 2**20),
                    "largest": LARGEST_UPLOAD_BYTES // 2**20,
                },
            )
        return file

    def options(self) -> Options:
        """Return what the user said beside the file."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "file" and value}
        return Options(**given)


class AliasForm(forms.Form):
    """One heading of this place's exports and the column it stands for."""

    alias = forms.CharField(label=_("文件中的列名"), max_length=80)
    column = forms.ChoiceField(label=_("对应的列"))

    def __init__(self, kinds: list[Kind], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["column"].choices = [
            (str(kind.title), [(f"{kind.name}:{column.field}", column.heading) for column in kind.columns])
            for kind in kinds
        ]

    def target(self) -> tuple[str, str]:
        """Return the kind of file and the field that the heading stands for."""
        kind, _colon, field = self.cleaned_data["column"].partition(":")
        return kind, field
