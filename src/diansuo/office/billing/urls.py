"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.base import converters
from diansuo.office.billing import external_views, views
from diansuo.office.billing.documents import views as documents
from diansuo.office.billing.sheets import views as sheets

urlpatterns: list[URLPattern] = [
    path("bills/", views.month_list, name="bills"),
    path(f"bills/<{converters.PERIOD}:period>/", views.bill_list, name="bill_month"),
    path(f"bills/<{converters.PERIOD}:period>/documents/", documents.month_documents, name="bill_documents"),
    path("bills/documents/<int:job_id>/progress/", documents.progress_of, name="bill_documents_progress"),
    path("bills/documents/<int:job_id>/file/", documents.fetch, name="bill_documents_file"),
    path("bills/<int:bill_id>/pdf/", documents.bill_pdf, name="bill_pdf"),
    path("issued/", external_views.issued_list, name="issued"),
    path("bills/<int:bill_id>/", views.bill_page, name="bill"),
    path("sheets/", sheets.sheet_list, name="sheets"),
    path("sheets/new/", sheets.sheet_new, name="sheet_new"),
    path("sheets/<int:sheet_id>/", sheets.sheet_page, name="sheet"),
    path("sheets/<int:sheet_id>/approve/", sheets.sheet_approve, name="sheet_approve"),
    path("sheets/<int:sheet_id>/withdraw/", sheets.sheet_withdraw, name="sheet_withdraw"),
]
