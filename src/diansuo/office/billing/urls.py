"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.base import converters
from diansuo.office.billing import external_views, views
from diansuo.office.billing.average import views as average
from diansuo.office.billing.documents import views as documents
from diansuo.office.billing.explaining import views as explaining
from diansuo.office.billing.opinion import views as opinion
from diansuo.office.billing.rebilling import set_views
from diansuo.office.billing.rebilling import views as rebilling
from diansuo.office.billing.sheets import views as sheets
from diansuo.office.billing.statements import views as statements
from diansuo.office.billing.temporary import views as temporary

urlpatterns: list[URLPattern] = [
    path("bills/", views.month_list, name="bills"),
    path(f"bills/<{converters.PERIOD}:period>/", views.bill_list, name="bill_month"),
    path("average/", average.change, name="average"),
    path("average/customers/", average.customer_list, name="average_customers"),
    path("average/outliers/", average.outlier_list, name="average_outliers"),
    path("average/execution/", average.execution, name="average_execution"),
    path("feed-in/", statements.feed_in_list, name="feed_in_list"),
    path("feed-in/<int:settlement_id>/", statements.feed_in_page, name="feed_in"),
    path(
        f"customers/<int:customer_id>/bills/<{converters.PERIOD}:period>/",
        statements.summary_page,
        name="bill_summary",
    ),
    path(f"bills/<{converters.PERIOD}:period>/documents/", documents.month_documents, name="bill_documents"),
    path("bills/documents/<int:job_id>/progress/", documents.progress_of, name="bill_documents_progress"),
    path("bills/documents/<int:job_id>/file/", documents.fetch, name="bill_documents_file"),
    path("bills/<int:bill_id>/pdf/", documents.bill_pdf, name="bill_pdf"),
    path("issued/", external_views.issued_list, name="issued"),
    path(f"issued/<{converters.PERIOD}:period>/compare/", opinion.compare, name="issued_compare"),
    path("issued/<int:bill_id>/", opinion.side_by_side, name="issued_side_by_side"),
    path("bills/<int:bill_id>/", views.bill_page, name="bill"),
    path("bills/<int:bill_id>/why/", explaining.why_page, name="bill_why"),
    path("bills/<int:bill_id>/why.json", explaining.why_json, name="bill_why_json"),
    path("corrections/", rebilling.correction_list, name="corrections"),
    path("corrections/new/", rebilling.correction_new, name="correction_new"),
    path("corrections/sets/", set_views.set_new, name="correction_set_new"),
    path("corrections/sets/<int:job_id>/", set_views.set_page, name="correction_set"),
    path("corrections/sets/<int:job_id>/progress/", set_views.set_progress, name="correction_set_progress"),
    path("corrections/sets/<int:job_id>/approve/", set_views.set_approve, name="correction_set_approve"),
    path("corrections/sets/<int:job_id>/issue/", set_views.set_issue, name="correction_set_issue"),
    path("corrections/<int:correction_id>/", rebilling.correction_page, name="correction"),
    path("corrections/<int:correction_id>/approve/", rebilling.correction_approve, name="correction_approve"),
    path("corrections/<int:correction_id>/issue/", rebilling.correction_issue, name="correction_issue"),
    path(
        "corrections/<int:correction_id>/withdraw/", rebilling.correction_withdraw, name="correction_withdraw"
    ),
    path("temporary/", temporary.charge_list, name="temporary"),
    path("temporary/new/", temporary.temporary_new, name="temporary_new"),
    path("temporary/<int:supply_id>/", temporary.supply_page, name="temporary_supply"),
    path("temporary/<int:supply_id>/<slug:kind>/", temporary.temporary_more, name="temporary_more"),
    path("temporary/charges/<int:charge_id>/", temporary.charge_page, name="temporary_charge"),
    path("temporary/charges/<int:charge_id>/pdf/", temporary.charge_pdf, name="temporary_pdf"),
    path("temporary/charges/<int:charge_id>/approve/", temporary.charge_approve, name="temporary_approve"),
    path("temporary/charges/<int:charge_id>/issue/", temporary.charge_issue, name="temporary_issue"),
    path("temporary/charges/<int:charge_id>/withdraw/", temporary.charge_withdraw, name="temporary_withdraw"),
    path("sheets/", sheets.sheet_list, name="sheets"),
    path("sheets/new/", sheets.sheet_new, name="sheet_new"),
    path("sheets/<int:sheet_id>/", sheets.sheet_page, name="sheet"),
    path("sheets/<int:sheet_id>/approve/", sheets.sheet_approve, name="sheet_approve"),
]
