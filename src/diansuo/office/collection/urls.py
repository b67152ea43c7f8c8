"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.collection import views

urlpatterns: list[URLPattern] = [
    path("arrears/", views.arrears, name="arrears"),
    path("arrears/customers/", views.debtors, name="debtors"),
    path("collect/<int:customer_id>/", views.collect, name="collect"),
    path("receipts/<int:payment_id>/", views.receipt, name="receipt"),
]
