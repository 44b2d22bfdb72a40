"""Addresses of enrolment: the visitor's, the member's, the clerks'."""

from django.urls import path

from sonae_web.policies import desk_views, member_views, paper_views, public_views

MY, DESK = "my/<uuid:organisation>/", "desk/<uuid:organisation>/"
urlpatterns = [
    path("when/", public_views.when, name="when"),
    path("verify/<str:token>", public_views.verify, name="verify"),
    path(f"{MY}application/", member_views.listed, name="applications"),
    path(f"{MY}application/start", member_views.start, name="application_start"),
    path(f"{MY}application/<uuid:application>/", member_views.application, name="application"),
    path(f"{MY}application/<uuid:application>/submit", member_views.submit, name="application_submit"),
    path(f"{MY}application/<uuid:application>/withdraw", member_views.withdraw, name="application_withdraw"),
    path(f"{MY}application/<uuid:application>/copy", member_views.copy, name="application_copy"),
    path(
        f"{MY}application/<uuid:application>/explanation.pdf", paper_views.explanation, name="application_explanation"
    ),
    path(f"{MY}letters/<uuid:remark>.pdf", paper_views.letter, name="application_letter"),
    path(f"{MY}application/<uuid:application>/<str:part>", member_views.part, name="application_part"),
    path(f"{MY}covers/<uuid:cover>/<str:kind>-<str:language>.pdf", paper_views.paper, name="cover_paper"),
    path(f"{DESK}applications/", desk_views.applications, name="desk_applications"),
    path(f"{DESK}applications/export.<form:form>", desk_views.export, name="desk_applications_export"),
    path(f"{DESK}applications/accept", desk_views.accept_many, name="desk_applications_accept"),
    path(f"{DESK}applications/<uuid:application>/", desk_views.application, name="desk_application"),
    path(f"{DESK}applications/<uuid:application>/decide", desk_views.decide, name="desk_application_decide"),
    path(f"{DESK}enrolment/", desk_views.enrolment, name="desk_enrolment"),
    path(f"{DESK}enrolment/<uuid:application>/confirm", desk_views.confirm, name="desk_enrolment_confirm"),
    path(f"{DESK}window/", desk_views.window, name="desk_window"),
]
