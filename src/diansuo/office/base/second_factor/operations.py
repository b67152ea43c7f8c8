"""Writes of the second step: switched on and off, a code used up, wrong ones counted; what the administrator undoes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from axes.utils import reset
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from diansuo.office.base.models import Post, RecoveryCode, SecondFactor, SignIn, User
from diansuo.office.base.second_factor import codes

MOST_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)


class TooManyFailures(Exception):
    """Too many wrong codes: none is looked at before ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def switch_on(user: User, seed: str, code: str, *, now: datetime) -> list[str]:
    """Switch the second step on, proved by a code; return the recovery codes, shown once, or none if it is wrong."""
    step = codes.step_of(code, codes.secret_of(seed, user.pk), now)
    if step is None:
        return []
    with transaction.atomic():
        factor, made = SecondFactor.objects.get_or_create(
            user=user, defaults={"secret_seed": seed, "confirmed_at": now, "last_step": step}
        )
        if not made:
            return []
        drawn = codes.new_recovery_codes()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(factor=factor, recovery_code_digest=codes.recovery_digest(each, user.pk))
            for each in drawn
        )
    return drawn


def passes(factor: SecondFactor, code: str, *, now: datetime) -> bool:
    """Use up a code of the authenticator or a recovery code; tell whether it was good.

    Raises:
        TooManyFailures: five wrong ones in a row; for a quarter of an hour even a good one is not looked at.
    """
    factor.refresh_from_db()
    if factor.failures >= MOST_FAILURES and factor.failed_at and now < factor.failed_at + LOCKED_FOR:
        raise TooManyFailures(factor.failed_at + LOCKED_FOR)
    rows = SecondFactor.objects.filter(pk=factor.pk)
    if _use_up(factor, code, now):
        rows.update(failures=0)
        return True
    if factor.failures >= MOST_FAILURES:  # the quarter of an hour is over: counting begins anew
        rows.update(failures=1, failed_at=now)
    else:
        rows.update(failures=F("failures") + 1, failed_at=now)
    return False


def _use_up(factor: SecondFactor, code: str, now: datetime) -> bool:
    """Tell whether a code is good and was not used: of two who show the same at once, one gets in."""
    step = codes.step_of(code, codes.secret_of(factor.secret_seed, factor.user_id), now)
    if step is not None:
        newer = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
        return bool(newer.update(last_step=step))
    digest = codes.recovery_digest(code, factor.user_id)
    unused = RecoveryCode.objects.filter(factor=factor, recovery_code_digest=digest, used_at=None)
    return bool(unused.update(used_at=now))


def switch_off(user: User) -> bool:
    """Switch the second step off and forget its recovery codes; tell whether it was on."""
    deleted, _rows = SecondFactor.objects.filter(user=user).delete()
    return bool(deleted)


def unlock(user: User, *, by: User | None) -> None:
    """Let somebody try again at once whom wrong passwords or wrong codes locked out; it is written down."""
    reset(username=user.username)
    SecondFactor.objects.filter(user=user).update(failures=0, failed_at=None)
    _write_down(user, "unlock", by)


def take_off(user: User, *, by: User | None) -> bool:
    """Switch somebody else's second step off, who lost the telephone, and end their sessions; it is written down."""
    if not switch_off(user):
        return False
    end_sessions(user)
    _write_down(user, "second_factor_off", by)
    return True


def require_of_post(post: Post, *, required: bool) -> None:
    """Ask everybody of a post for the second step, or no longer; it holds from their next sign-in.

    Called once a second person agreed (``proposing``).
    """
    post.second_factor = required
    post.save(update_fields=["second_factor"])


def end_sessions(user: User, *, but: str = "", only: int | None = None) -> int:
    """Sign somebody out everywhere, or but one session, or only in one place; return in how many."""
    rows = SignIn.objects.filter(user=user).exclude(session_key=but)
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    if not keys:
        return 0
    with transaction.atomic():
        Session.objects.filter(session_key__in=keys).delete()
        rows.delete()
    return len(keys)


def _write_down(user: User, what: str, by: User | None) -> None:
    if by is not None:
        kind: Any = ContentType.objects.get_for_model(User)
        LogEntry.objects.create(
            user=by,
            content_type=kind,
            object_id=str(user.pk),
            object_repr=user.username,
            action_flag=CHANGE,
            change_message=what,
        )
