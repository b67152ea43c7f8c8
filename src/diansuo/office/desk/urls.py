"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.base.converters import PERIOD
from diansuo.office.desk.audit import views as audit
from diansuo.office.desk.closing import views as closing
from diansuo.office.desk.handover import views as handover
from diansuo.office.desk.proposals import appointing, rulefiles
from diansuo.office.desk.proposals import views as proposals
from diansuo.office.desk.views import board, customer, cycles, home
from diansuo.office.desk.whatif import views as whatif

MONTH = f"cycle/<int:station_id>/<{PERIOD}:period>/"

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("today/", home.today_page, name="today"),
    path("board/", board.morning_board, name="board"),
    path("board/daily-report.xlsx", board.daily_report_file, name="daily_report"),
    path("handovers/", handover.handover_list, name="handovers"),
    path("handovers/new/", handover.handover_new, name="handover_new"),
    path("handovers/new/<int:area_id>/", handover.handover_of_area, name="handover_of_area"),
    path("handovers/<int:handover_id>/", handover.handover_page, name="handover"),
    path("handovers/<int:handover_id>/sign/", handover.handover_sign, name="handover_sign"),
    path("handovers/<int:handover_id>/withdraw/", handover.handover_withdraw, name="handover_withdraw"),
    path("customers/<int:customer_id>/", customer.customer_page, name="customer"),
    path("customers/<int:customer_id>/personal/", customer.customer_opened, name="customer_opened"),
    path("customers/<int:customer_id>/closing/", closing.closing_page, name="closing"),
    path("customers/<int:customer_id>/one-off/", closing.one_off_page, name="one_off"),
    path("customers/<int:customer_id>/closing/bill/", closing.closing_bill, name="closing_bill"),
    path("customers/<int:customer_id>/closing/withdraw/", closing.closing_withdraw, name="closing_withdraw"),
    path("customers/<int:customer_id>/choices/", whatif.customer_choices, name="customer_choices"),
    path("proposals/", proposals.proposal_list, name="proposals"),
    path("proposals/new/", proposals.proposal_new, name="proposal_new"),
    path("proposals/rules/", rulefiles.rules_page, name="proposal_rules"),
    path("proposals/posts/", appointing.posts_page, name="proposal_posts"),
    path("proposals/<int:proposal_id>/", proposals.proposal_page, name="proposal"),
    path("proposals/<int:proposal_id>/preview/", proposals.proposal_preview, name="proposal_preview"),
    path("proposals/<int:proposal_id>/progress/", proposals.proposal_progress, name="proposal_progress"),
    path("proposals/<int:proposal_id>/second/", proposals.proposal_second, name="proposal_second"),
    path("proposals/<int:proposal_id>/reject/", proposals.proposal_reject, name="proposal_reject"),
    path("proposals/<int:proposal_id>/withdraw/", proposals.proposal_withdraw, name="proposal_withdraw"),
    path("proposals/<int:proposal_id>/reverse/", proposals.proposal_reverse, name="proposal_reverse"),
    path("whatif/", whatif.what_if, name="whatif"),
    path("whatif/sheet/", whatif.sheet_trial, name="whatif_sheet"),
    path("whatif/<int:job_id>/", whatif.trial_page, name="whatif_trial"),
    path("whatif/<int:job_id>/progress/", whatif.trial_progress, name="whatif_progress"),
    path("cycle/", cycles.month_list, name="cycles"),
    path(MONTH, cycles.month_page, name="cycle"),
    path(f"{MONTH}run/", cycles.run_month, name="cycle_run"),
    path(f"{MONTH}issue/", cycles.issue_month, name="cycle_issue"),
    path(f"{MONTH}held.xlsx", cycles.held_export, name="cycle_held"),
    path(f"{MONTH}audit/", audit.audit_page, name="audit_desk"),
    path(f"{MONTH}audit/finding/<int:finding_id>/", audit.audit_finding, name="audit_finding"),
    path(f"{MONTH}audit/rules/", audit.audit_rules, name="audit_rules"),
    path(f"{MONTH}audit/decide/", audit.audit_decide, name="audit_decide"),
    path(f"{MONTH}audit/release/", audit.audit_release_rule, name="audit_release_rule"),
    path(f"{MONTH}audit/undo/", audit.audit_undo, name="audit_undo"),
    path(f"{MONTH}audit.xlsx", audit.audit_export, name="audit_export"),
    path("cycle/progress/<int:job_id>/", cycles.month_progress, name="cycle_progress"),
]
