"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.base.converters import PERIOD
from diansuo.office.collection import views
from diansuo.office.collection.letters import views as letters

urlpatterns: list[URLPattern] = [
    path("arrears/", views.arrears, name="arrears"),
    path("arrears/customers/", views.debtors, name="debtors"),
    path("collect/<int:customer_id>/", views.collect, name="collect"),
    path("letters/", letters.letters, name="letters"),
    path(f"letters/month/<{PERIOD}:period>/", letters.letters_of_month, name="letters_of_month"),
    path("letters/area/<int:area_id>/", letters.letters_of_area, name="letters_of_area"),
    path("letters/reminders/rows/", letters.reminders_of_rows, name="reminders_of_rows"),
    path("letters/notices/", letters.notices, name="notices"),
    path("letters/reminders/", letters.reminders, name="reminders"),
    path("letters/text-messages.xlsx", letters.text_message_list, name="text_messages"),
    path("receipts/<int:payment_id>/", views.receipt, name="receipt"),
]
