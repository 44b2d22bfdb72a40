"""Addresses of the visitor's pages."""

from django.urls import path

from sonae_web.diagnosis import calculator, legal, public, simulator, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("quick/", views.begin, name="quick_begin"),
    path("quick/erased", views.erased, name="quick_erased"),
    path("quick/<str:link>", views.resume, name="quick_resume"),
    path("quick/<str:link>/", views.resume),
    path("quick/<str:link>/<int:number>", views.question, name="quick_question"),
    path("quick/<str:link>/result", views.result, name="quick_result"),
    path("quick/<str:link>/report.pdf", views.report, name="quick_report"),
    path("quick/<str:link>/erase", views.erase, name="quick_erase"),
    path("loss/", simulator.loss, name="loss"),
    path("calculator/", calculator.calculator, name="calculator"),
    path("cases/", public.cases, name="cases"),
    path("privacy/", legal.privacy, name="privacy"),
    path("terms/", legal.terms, name="terms"),
    path("sample-report/", public.sample_report, name="sample_report"),
    path("sample-report/report.pdf", public.sample_pdf, name="sample_pdf"),
]
