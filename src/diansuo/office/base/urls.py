"""Addresses of signing in, language, imports, headings and tasks."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, path
from django.views.i18n import set_language

from diansuo.office.base.rights import EVERYONE, PUBLIC, allowed
from diansuo.office.base.views import (
    accounts,
    headings,
    importing,
    security,
    signing_in,
    station,
    trail,
    work_orders,
)

urlpatterns: list[URLPattern] = [
    path("login/", allowed(PUBLIC)(signing_in.StationLogin.as_view()), name="login"),
    path("logout/", allowed(EVERYONE)(LogoutView.as_view()), name="logout"),
    path("password/", allowed(EVERYONE)(signing_in.StationPasswordChange.as_view()), name="password_change"),
    path("login/second/", security.second_step, name="login_second"),
    path("admin/login/", security.library_sign_in, name="library_sign_in"),
    path("admin/password_change/", security.library_password_change, name="library_password_change"),
    path("account/security/", security.security_page, name="account_security"),
    path("account/security/on/", security.switch_on, name="second_factor_on"),
    path("account/security/off/", security.switch_off, name="second_factor_off"),
    path("account/sessions/<int:sign_in_id>/end/", security.end_session, name="session_end"),
    path("account/sessions/end/", security.end_other_sessions, name="session_end_others"),
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/<int:user_id>/unlock/", accounts.unlock, name="account_unlock"),
    path("accounts/<int:user_id>/second-factor/off/", accounts.take_off, name="account_second_factor_off"),
    path("accounts/posts/<int:post_id>/", accounts.require, name="post_second_factor"),
    path("language/", allowed(PUBLIC)(set_language), name="set_language"),
    path("imports/", importing.batch_list, name="imports"),
    path("imports/new/", importing.new_import, name="import_new"),
    path("imports/template/<slug:name>.xlsx", importing.template_file, name="import_template"),
    path("imports/<int:batch_id>/", importing.batch_page, name="import_batch"),
    path("imports/<int:batch_id>/apply/", importing.apply_batch, name="import_apply"),
    path("imports/<int:batch_id>/progress/", importing.apply_progress, name="import_progress"),
    path("imports/<int:batch_id>/withdraw/", importing.withdraw_batch, name="import_withdraw"),
    path("imports/<int:batch_id>/verdicts.xlsx", importing.verdict_export, name="import_verdicts"),
    path("aliases/", headings.alias_list, name="aliases"),
    path("aliases/<int:alias_id>/delete/", headings.delete_alias, name="alias_delete"),
    path("station/", station.station_page, name="station"),
    path("station/<int:station_id>/mode/<slug:mode>/", station.change_mode, name="station_mode"),
    path("trail/", trail.trail_list, name="trail"),
    path("trail/<int:sequence>/", trail.trail_entry, name="trail_entry"),
    path("tasks/", work_orders.order_list, name="work_orders"),
    path("tasks/mine/", work_orders.my_orders, name="my_work"),
    path("tasks/new/", work_orders.new_orders, name="work_order_new"),
    path("tasks/<int:order_id>/", work_orders.order_page, name="work_order"),
    path("tasks/<int:order_id>/answer/", work_orders.answer, name="work_order_answer"),
    path("tasks/<int:order_id>/close/", work_orders.close, name="work_order_close"),
    path("tasks/<int:order_id>/return/", work_orders.send_back, name="work_order_return"),
    path("tasks/<int:order_id>/hand/", work_orders.hand_on, name="work_order_hand"),
    path("tasks/photos/<int:photo_id>/", work_orders.photo, name="work_order_photo"),
]
