"""``diansuo manage add_user``: an account for someone of a station, with a post and a first password."""

from __future__ import annotations

import getpass
import socket
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.base import access, appointing
from diansuo.office.base.models import Post, Proposal, Staff, Station, User
from diansuo.office.base.proposals import seconds
from diansuo.office.base.proposals.operations import UnableToDo


class Command(BaseCommand):
    """Add an account; run again for the same name it gives a new password, post and station.

    As soon as somebody is there who could agree, the post is a proposal: this account gets it from a second person.
    """

    help = "diansuo manage add_user zhangsan --name 张三 --post counter --station 东村供电所"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("username", help=_("登录账号"))
        parser.add_argument("--name", required=True, help=_("姓名"))
        parser.add_argument("--post", required=True, help=_("岗位代码，如 counter、auditor、manager"))
        parser.add_argument("--station", required=True, help=_("供电所名称"))
        parser.add_argument("--password", help=_("初始密码；不写则提示输入"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account."""
        post = Post.objects.filter(code=options["post"]).first()
        if post is None:
            known = "、".join(f"{code}（{name}）" for code, name in Post.objects.values_list("code", "name"))
            raise CommandError(
                _("没有岗位 %(post)s；可用：%(known)s") % {"post": options["post"], "known": known}
            )
        station = Station.objects.filter(name=options["station"]).first()
        if station is None:
            known = "、".join(Station.objects.values_list("name", flat=True)) or _("无，先导入档案")
            raise CommandError(
                _("没有供电所 %(station)s；已有：%(known)s") % {"station": options["station"], "known": known}
            )
        password = options["password"] or getpass.getpass(_("密码："))
        second = seconds.somebody(appointing.NAME, station)
        try:
            with transaction.atomic():
                user = access.install_user(
                    options["username"], options["name"], None if second else post, station, password
                )
                made = self._proposed(user, post) if second else None
        except ValidationError as problem:
            raise CommandError("；".join(problem.messages)) from problem
        except UnableToDo as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(_("账号 %(user)s 可以登录了") % {"user": user.username})
        if made is not None:
            words = _("岗位“%(post)s”已提交为第 %(number)d 号提议，另一人在“变更提议”复核后才有")
            self.stdout.write(words % {"post": post.name, "number": made.pk})

    def _proposed(self, user: User, post: Post) -> Proposal | None:
        """Propose the post; None where the account has it."""
        staff = Staff.objects.get(user=user)
        if appointing.codes_of(staff) == [post.code]:
            return None
        return appointing.propose(
            staff,
            [post.code],
            reason=_("命令行开账号"),
            user=None,
            now=timezone.now(),
            ran_by=f"{getpass.getuser()}@{socket.gethostname()}",
        )
