"""How one account stands with the second step, asked for the account itself: at sign-in and on its own page."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from diansuo.office.base.models import Post, SecondFactor, SignIn, User


def factor_of(user: User) -> SecondFactor | None:
    """Return the second step of an account, or None."""
    return SecondFactor.objects.filter(user=user).first()


def is_required(user: User) -> bool:
    """Tell whether one of the account's posts asks for the second step; demo users share a password and have none."""
    return not user.is_demo and Post.objects.filter(staff__user=user, second_factor=True).exists()


def user_with(user_id: int, session_hash: str) -> User | None:
    """Return the active account whose password is still the one this hash was made with, or None."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), session_hash) else None


def codes_left(factor: SecondFactor) -> int:
    """Return how many recovery codes are unused."""
    return factor.recovery_codes.filter(used_at=None).count()


def sign_ins(user: User) -> list[SignIn]:
    """Return where somebody is signed in now, the latest first."""
    rows = SignIn.objects.filter(user=user, session_key__in=Session.objects.values("session_key"))
    return list(rows.order_by("-seen_at", "-pk"))
