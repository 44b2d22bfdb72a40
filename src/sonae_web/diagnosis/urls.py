"""Addresses of the visitor's pages."""

from django.urls import path

from sonae_web.diagnosis import action_views, files, members, public, result_views, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("quick/", views.begin, name="quick_begin"),
    path("quick/<str:link>/<int:number>", views.question, name="quick_question"),
    path("quick/<str:link>/result", views.result, name="quick_result"),
    path("quick/<str:link>/report.pdf", views.report, name="quick_report"),
    path("quick/<str:link>/erase", views.erase, name="quick_erase"),
    path("loss/", public.loss, name="loss"),
    path("calculator/", public.calculator, name="calculator"),
    path("cases/", public.cases, name="cases"),
    path("sample-report/", public.sample_report, name="sample_report"),
    path("sample-report/report.pdf", public.sample_pdf, name="sample_pdf"),
    path("my/<uuid:organisation>/", members.home, name="business"),
    path("my/<uuid:organisation>/start", members.start, name="checklist_start"),
    path("my/<uuid:organisation>/checklist/", members.overview, name="checklist"),
    path("my/<uuid:organisation>/checklist/facts", members.facts, name="checklist_facts"),
    path("my/<uuid:organisation>/checklist/file", files.upload, name="checklist_file"),
    path("my/<uuid:organisation>/checklist/file/<str:form>", files.template, name="checklist_template"),
    path("my/<uuid:organisation>/checklist/hand-in", members.hand_in, name="checklist_hand_in"),
    path("my/<uuid:organisation>/checklist/questions/<str:question>", members.question, name="checklist_question"),
    path("my/<uuid:organisation>/actions/", action_views.listed, name="actions"),
    path("my/<uuid:organisation>/actions/files/<uuid:evidence_id>", action_views.file, name="evidence"),
    path("my/<uuid:organisation>/actions/files/<uuid:evidence_id>/remove", action_views.remove, name="evidence_remove"),
    path("my/<uuid:organisation>/actions/<str:question>", action_views.action, name="action"),
    path("my/<uuid:organisation>/actions/<str:question>/tick", action_views.tick, name="action_tick"),
    path("my/<uuid:organisation>/actions/<str:question>/attach", action_views.attach, name="action_attach"),
    path("my/<uuid:organisation>/results/", result_views.listed, name="results"),
    path("my/<uuid:organisation>/results/<uuid:result>", result_views.result, name="result"),
    path("my/<uuid:organisation>/results/<uuid:result>/report.pdf", result_views.report, name="result_report"),
]
