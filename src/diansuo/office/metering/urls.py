"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.base.converters import PERIOD
from diansuo.office.metering import views
from diansuo.office.metering.collecting import failure_views, freeze_views
from diansuo.office.metering.rounds import views as round_views
from diansuo.office.metering.routes import views as route_views

ROUND = f"rounds/<int:route_id>/<{PERIOD}:period>/"
WALK = f"readings/<int:route_id>/<{PERIOD}:period>/"

urlpatterns: list[URLPattern] = [
    path("readings/", route_views.route_list, name="reading_routes"),
    path(WALK, views.walk_page, name="walk"),
    path(f"{WALK}<int:point_id>/", views.enter, name="walk_enter"),
    path("rounds/", round_views.round_list, name="rounds"),
    path(ROUND, round_views.round_page, name="round"),
    path(f"{ROUND}sent/", round_views.sent_list, name="round_sent"),
    path("rounds/entries/<int:point_id>/", round_views.take, name="round_take"),
    path("rounds/photos/<int:entry_id>/", round_views.photo, name="round_photo"),
    path("failures/", failure_views.failure_list, name="failures"),
    path("failures/freeze/", freeze_views.gap_list, name="freeze_gaps"),
    path("points/<int:point_id>/exchange/", views.exchange, name="meter_exchange"),
]
