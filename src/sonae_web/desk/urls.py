"""Addresses of clerks."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from sonae_web.desk import branch_views, load_views, people_views, views


class Form(StringConverter):
    """A file's form in an address."""

    regex = "csv|csv-cp932|xlsx"


register_converter(Form, "form")

urlpatterns = [
    path("desk/<uuid:organisation>/", branch_views.desk, name="desk"),
    path("desk/<uuid:organisation>/export.<form:form>", branch_views.export, name="desk_export"),
    path("desk/<uuid:organisation>/members/new", views.member_new, name="desk_member_new"),
    path("desk/<uuid:organisation>/members/<uuid:member>/edit", views.member_edit, name="desk_member_edit"),
    path("desk/<uuid:organisation>/members/<uuid:member>/invite", views.member_invite, name="desk_member_invite"),
    path("desk/<uuid:organisation>/members/<uuid:member>/archive", views.member_archive, name="desk_member_archive"),
    path("desk/<uuid:organisation>/members/<uuid:member>/restore", views.member_restore, name="desk_member_restore"),
    path("desk/<uuid:organisation>/remind", views.remind, name="desk_remind"),
    path("desk/<uuid:organisation>/totals/", branch_views.totals_page, name="desk_totals"),
    path("desk/<uuid:organisation>/totals/export.<form:form>", branch_views.totals_export, name="desk_totals_export"),
    path(
        "desk/<uuid:organisation>/associations/<uuid:association>/", branch_views.association, name="desk_association"
    ),
    path(
        "desk/<uuid:organisation>/associations/<uuid:association>/export.<form:form>",
        branch_views.association_export,
        name="desk_association_export",
    ),
    path(
        "desk/<uuid:organisation>/associations/<uuid:association>/invite",
        people_views.association_invite,
        name="desk_association_invite",
    ),
    path("desk/<uuid:organisation>/people", people_views.people, name="desk_people"),
    path(
        "desk/<uuid:organisation>/people/invitations/<uuid:invitation>",
        people_views.invitation,
        name="desk_people_invitation",
    ),
    path("desk/<uuid:organisation>/people/<uuid:role>/remove", people_views.remove, name="desk_people_remove"),
    path("desk/<uuid:organisation>/load/", load_views.load, name="desk_load"),
    path("desk/<uuid:organisation>/load/<uuid:upload>/", load_views.upload, name="desk_upload"),
    path("desk/<uuid:organisation>/load/<str:kind>.<form:form>", load_views.template, name="desk_load_template"),
]
