"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.base.converters import PERIOD
from diansuo.office.metering import views
from diansuo.office.metering.assessment import views as assessment_views
from diansuo.office.metering.collecting import failure_views, freeze_views
from diansuo.office.metering.estimates import views as estimate_views
from diansuo.office.metering.exceptions import views as exception_views
from diansuo.office.metering.rounds import offline
from diansuo.office.metering.rounds import views as round_views
from diansuo.office.metering.routes import route_views as one_route
from diansuo.office.metering.routes import views as route_views
from diansuo.office.metering.visits import views as visit_views

ROUND = f"rounds/<int:route_id>/<{PERIOD}:period>/"
WALK = f"readings/<int:route_id>/<{PERIOD}:period>/"

urlpatterns: list[URLPattern] = [
    path("readings/", route_views.route_list, name="reading_routes"),
    path("routes/<int:route_id>/", one_route.route_page, name="route"),
    path("routes/<int:route_id>/change/", one_route.route_change, name="route_change"),
    path("routes/<int:route_id>/stand-in/", one_route.route_stand_in, name="route_stand_in"),
    path(WALK, views.walk_page, name="walk"),
    path(f"{WALK}<int:point_id>/", views.enter, name="walk_enter"),
    path("rounds/", round_views.round_list, name="rounds"),
    path("rounds/worker.js", offline.worker, name="round_worker"),
    path(ROUND, round_views.round_page, name="round"),
    path(f"{ROUND}sent/", round_views.sent_list, name="round_sent"),
    path("rounds/entries/<int:point_id>/", round_views.take, name="round_take"),
    path("rounds/photos/<int:entry_id>/", round_views.photo, name="round_photo"),
    path("assessment/", assessment_views.latest, name="assessments"),
    path(f"assessment/<{PERIOD}:period>/", assessment_views.assessment, name="assessment"),
    path(f"assessment/<{PERIOD}:period>/readings/", assessment_views.assessed, name="assessed"),
    path("exceptions/", exception_views.latest, name="exceptions"),
    path(f"exceptions/days/<{PERIOD}:period>/", exception_views.days_list, name="exception_days"),
    path(f"exceptions/month/<{PERIOD}:period>/", exception_views.month_list, name="exception_month"),
    path(f"exceptions/estimates/<{PERIOD}:period>/", estimate_views.estimate_list, name="estimates"),
    path("exceptions/act/", exception_views.act, name="exception_act"),
    path(
        f"exceptions/run/<int:station_id>/<{PERIOD}:period>/",
        exception_views.run_checks,
        name="exception_run",
    ),
    path(
        f"exceptions/progress/<int:station_id>/<{PERIOD}:period>/",
        exception_views.job_progress,
        name="exception_progress",
    ),
    path(
        f"exceptions/<{PERIOD}:period>/<int:point_id>/<str:rule>/",
        exception_views.matter_page,
        name="exception",
    ),
    path("checks/", visit_views.latest, name="site_check_latest"),
    path(f"checks/month/<{PERIOD}:period>/", visit_views.check_list, name="site_checks"),
    path(f"checks/draw/<int:station_id>/<{PERIOD}:period>/", visit_views.draw, name="site_check_draw"),
    path("checks/<int:check_id>/", visit_views.check_page, name="site_check"),
    path("failures/", failure_views.failure_list, name="failures"),
    path("failures/freeze/", freeze_views.gap_list, name="freeze_gaps"),
    path("points/<int:point_id>/exchange/", views.exchange, name="meter_exchange"),
]
