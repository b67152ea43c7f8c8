"""Signing in and out, the password, and the demo users that a demonstration offers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from diansuo.office.base import queries, sessions
from diansuo.office.base.forms import OwnPassword, SignIn
from diansuo.office.base.second_factor import standing
from diansuo.office.base.views import security


class StationLogin(LoginView):
    """The sign-in page; ``?as=POST`` fills in a demo user where there are any."""

    template_name = "base/login.html"
    authentication_form = SignIn
    redirect_authenticated_user = True

    def get_initial(self) -> dict[str, Any]:
        """Fill in the demo user that was picked, in a demonstration only."""
        picked = self._picked()
        if not picked:
            return super().get_initial()
        return {"username": picked, "password": settings.HOME.demo_password}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo users to the page."""
        users = queries.demo_users() if settings.DEMO else []
        return super().get_context_data(**kwargs, demo_users=users, chosen=self._picked())

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, or ask for the second step first where it is on."""
        user = form.get_user()
        if standing.factor_of(user) is not None:
            return security.begin_second_step(self.request, user, self.get_success_url())
        return super().form_valid(form)

    def _picked(self) -> str:
        picked = self.request.GET.get("as", "")
        return picked if settings.DEMO and any(one.username == picked for one in queries.demo_users()) else ""


class StationPasswordChange(PasswordChangeView):
    """The page on which people change their own password; demo users share one and may not."""

    template_name = "base/password_change.html"
    form_class = OwnPassword
    success_url = reverse_lazy("home")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change the password, unless it is the one all demo users share."""
        if request.user.is_demo:
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Say that it worked."""
        self.request.user.must_renew = False
        answer = super().form_valid(form)
        sessions.note(self.request)
        messages.success(self.request, _("密码已修改"))
        return answer
