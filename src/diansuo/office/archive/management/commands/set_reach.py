"""``diansuo manage set_reach``: how far an account sees, asked for from the command line."""

from __future__ import annotations

import getpass
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive.reaching import operations, proposing
from diansuo.office.base.models import Staff
from diansuo.office.base.proposals import seconds
from diansuo.office.base.proposals.operations import UnableToDo


class Command(BaseCommand):
    """Ask for another reach; as soon as somebody is there who could agree it is a proposal, as on the page.

    So the first people of the county get theirs: nobody who signs in sees the whole company before them.
    """

    help = "diansuo manage set_reach zhangsan company"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("username", help=_("登录账号"))
        parser.add_argument("reach", choices=Staff.Reach.values, help=_("管辖范围"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Propose the reach, or write it where nobody could agree."""
        staff = Staff.objects.filter(user__username=options["username"]).select_related("station").first()
        if staff is None:
            raise CommandError(
                _("没有账号 %(user)s，或此账号不属于任何供电所") % {"user": options["username"]}
            )
        try:
            self.stdout.write(self._done(staff, options["reach"]))
        except (UnableToDo, operations.UnableToReach) as problem:
            raise CommandError(str(problem)) from problem

    def _done(self, staff: Staff, reach: str) -> str:
        named = proposing.standing(staff)["areas"]
        if not seconds.somebody(proposing.NAME, staff.station, besides=staff.user):
            operations.set_reach(staff, reach, named)
            return _("%(name)s 的管辖范围已改为“%(reach)s”") % {
                "name": staff.name,
                "reach": staff.get_reach_display(),
            }
        made = proposing.propose(
            staff,
            reach,
            named,
            reason=_("命令行变更管辖范围"),
            user=None,
            now=timezone.now(),
            ran_by=f"{getpass.getuser()}@{socket.gethostname()}",
        )
        return _("已提交为第 %(number)d 号提议，另一人在“变更提议”复核后生效") % {"number": made.pk}
