"""What belongs to signing in: the second step of an account, its recovery codes, and where somebody is signed in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SecondFactor(models.Model):
    """The second step (动态码) of an account. The seed alone gives no code: the key of the home belongs to it."""

    user = models.OneToOneField(
        "base.User", models.CASCADE, related_name="second_factor", verbose_name=_("账号")
    )
    secret_seed = models.CharField(_("种子"), max_length=64)
    confirmed_at = models.DateTimeField(_("启用时间"))
    last_step = models.BigIntegerField(_("最近用过的时间步"), default=0)
    failures = models.IntegerField(_("连续错误次数"), default=0)
    failed_at = models.DateTimeField(_("最近一次错误"), null=True, blank=True)

    class Meta:
        verbose_name = _("动态码")
        verbose_name_plural = _("动态码")

    def __str__(self) -> str:
        return f"{self.user}"


class RecoveryCode(models.Model):
    """A code that stands in once for a lost telephone; only its keyed digest is kept."""

    factor = models.ForeignKey(
        SecondFactor, models.CASCADE, related_name="recovery_codes", verbose_name=_("动态码")
    )
    recovery_code_digest = models.CharField(_("摘要"), max_length=64)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("恢复码")
        verbose_name_plural = _("恢复码")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["factor", "recovery_code_digest"], name="recovery_code_once")
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SignIn(models.Model):
    """One place where somebody is signed in, so that they can see it and end it."""

    user = models.ForeignKey("base.User", models.CASCADE, related_name="sign_ins", verbose_name=_("账号"))
    session_key = models.CharField(_("会话"), max_length=40, unique=True)
    agent = models.CharField(_("浏览器"), max_length=300, blank=True, default="")
    origin = models.CharField(_("来自"), max_length=64, blank=True, default="")
    begun_at = models.DateTimeField(_("登录时间"))
    seen_at = models.DateTimeField(_("最近使用"))

    class Meta:
        verbose_name = _("登录会话")
        verbose_name_plural = _("登录会话")

    def __str__(self) -> str:
        return f"{self.user} {self.begun_at}"
