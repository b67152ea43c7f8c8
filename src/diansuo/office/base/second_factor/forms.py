"""The forms of the second step: a code at sign-in, a code and the password to switch it on or off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """A code of the authenticator, or a recovery code."""

    code = forms.CharField(
        label=_("动态码"),
        max_length=40,
        help_text=_("验证器显示的 6 位数字；手机不在身边时填一个恢复码"),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class ProvenForm(CodeForm):
    """A code, and the password of whoever is signed in: a screen left open is not enough."""

    password = forms.CharField(
        label=_("密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("password", "code")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["code"].widget.attrs.pop("autofocus")

    def clean_password(self) -> str:
        """Refuse a wrong password; the lock-out counts it as one at sign-in."""
        password: str = self.cleaned_data["password"]
        name = self.request.user.get_username()
        if authenticate(self.request, username=name, password=password) is None:
            raise ValidationError(_("密码不对"), code="password")
        return password


class FirstCodeForm(ProvenForm):
    """The first code of an authenticator that was just set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("扫码后验证器显示的 6 位数字")
