"""``diansuo manage unlock``: lets somebody sign in again whom wrong passwords or a lost telephone keep out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from diansuo.office.base.models import User
from diansuo.office.base.second_factor import operations


class Command(BaseCommand):
    """Unlock an account, and switch its second step off if asked to."""

    help = "diansuo manage unlock zhangsan [--second-factor-off]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("username", help=_("登录账号"))
        parser.add_argument("--second-factor-off", action="store_true", help=_("同时停用动态码"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Unlock."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(_("没有账号 %(user)s") % {"user": options["username"]})
        operations.unlock(user, by=None)
        self.stdout.write(_("%(user)s 已解锁") % {"user": user.username})
        if options["second_factor_off"] and operations.take_off(user, by=None):
            self.stdout.write(_("%(user)s 的动态码已停用，并已退出登录") % {"user": user.username})
