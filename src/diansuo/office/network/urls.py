"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.network import month_views, views
from diansuo.office.network.area import views as area
from diansuo.office.network.causes import job_views as searching
from diansuo.office.network.causes import views as causes
from diansuo.office.network.diagram import views as diagram
from diansuo.office.network.feeder import views as feeder
from diansuo.office.network.heat import views as heat
from diansuo.office.network.lacking import views as lacking
from diansuo.office.network.summer import views as summer
from diansuo.office.network.tree import views as tree

urlpatterns: list[URLPattern] = [
    path("loss/", views.calendar, name="loss"),
    path("loss/trend/", views.trend, name="loss_trend"),
    path("loss/list/", views.area_list, name="loss_list"),
    path("loss/feeders/", views.feeder_list, name="loss_feeders"),
    path("loss/feeders/<int:feeder_id>/", feeder.feeder_page, name="loss_feeder"),
    path("loss/missing/", lacking.missing, name="loss_missing"),
    path("loss/months/", month_views.months_list, name="loss_months"),
    path("loss/loads/", summer.loads, name="daily_loads"),
    path("loss/voltages/", summer.voltages, name="daily_voltages"),
    path("loss/balance/", summer.balance, name="daily_balance"),
    path("loss/areas/<int:area_id>/", area.area_page, name="loss_area"),
    path("loss/areas/<int:area_id>/diagram/", diagram.diagram, name="loss_diagram"),
    path("loss/map/", heat.heat_map, name="loss_map"),
    path("loss/tree/", tree.network_tree, name="loss_tree"),
    path("loss/findings/", causes.finding_list, name="loss_findings"),
    path("loss/findings/<int:finding_id>/send/", causes.send, name="loss_finding_send"),
    path("loss/search/<int:station_id>/", searching.search, name="loss_search"),
    path("loss/search/<int:station_id>/progress/", searching.search_progress, name="loss_search_progress"),
]
