"""Addresses of declarations: a member's own, and the federation's."""

from django.urls import path

from sonae_web.declarations import desk_views, section_views, views

urlpatterns = [
    path("my/<uuid:organisation>/declaration/", views.overview, name="declaration"),
    path("my/<uuid:organisation>/declaration/start", views.start, name="declaration_start"),
    path("my/<uuid:organisation>/declaration/sign", views.sign, name="declaration_sign"),
    path("my/<uuid:organisation>/declaration/changes", views.changes, name="declaration_changes"),
    path("my/<uuid:organisation>/declaration/versions/<uuid:signed>.pdf", views.paper, name="declaration_paper"),
    path(
        "my/<uuid:organisation>/declaration/sections/<str:section>", section_views.section, name="declaration_section"
    ),
    path(
        "desk/<uuid:organisation>/applications/<uuid:application>/declaration",
        desk_views.declaration,
        name="desk_declaration",
    ),
    path(
        "desk/<uuid:organisation>/applications/<uuid:application>/declaration.pdf",
        desk_views.paper,
        name="desk_declaration_paper",
    ),
    path("desk/<uuid:organisation>/changes/", desk_views.changes, name="desk_changes"),
    path("desk/<uuid:organisation>/changes/<uuid:notice>", desk_views.change, name="desk_change"),
]
