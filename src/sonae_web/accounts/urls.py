"""Addresses of people and their organisations."""

from django.urls import path

from sonae_web.accounts import public, token_views, views

urlpatterns = [
    path("home", views.home, name="home"),
    path("settings", views.settings, name="settings"),
    path("settings/close", views.close, name="close"),
    path("closed", views.closed, name="closed"),
    path("settings/tokens/", token_views.listed, name="tokens"),
    path("settings/tokens/new", token_views.new, name="token_new"),
    path("settings/tokens/<uuid:token>/revoke", token_views.revoke, name="token_revoke"),
    path("invitation/<str:link>", public.invitation, name="invitation"),
    path("join/", public.join, name="join"),
    path("join/<uuid:association>", public.join_ask, name="join_ask"),
    path("join/<uuid:association>/sent", public.join_sent, name="join_sent"),
    path("my/<uuid:organisation>/people", views.people, name="people"),
    path(
        "my/<uuid:organisation>/people/invitations/<uuid:invitation>", views.people_invitation, name="people_invitation"
    ),
    path("my/<uuid:organisation>/people/<uuid:role>/remove", views.people_remove, name="people_remove"),
    path("desk/<uuid:organisation>/requests", views.requests, name="desk_requests"),
    path("desk/<uuid:organisation>/requests/<uuid:asked>", views.request_decide, name="desk_request"),
]
