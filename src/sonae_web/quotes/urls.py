"""Addresses of quotes: a member's own, the underwriter's queue, what members asked the agent to explain."""

from django.urls import path

from sonae_web.quotes import advice_views, referral_views, views

urlpatterns = [
    path("my/<uuid:organisation>/quotes/", views.listed, name="quotes"),
    path("my/<uuid:organisation>/quotes/plans", views.plans, name="quote_plans"),
    path("my/<uuid:organisation>/quotes/new", views.make, name="quote_new"),
    path("my/<uuid:organisation>/quotes/<uuid:quote>/", views.one, name="quote"),
    path("my/<uuid:organisation>/quotes/<uuid:quote>/quote.pdf", views.paper, name="quote_paper"),
    path("my/<uuid:organisation>/quotes/<uuid:quote>/agent", views.ask_agent, name="quote_ask_agent"),
    path("desk/<uuid:organisation>/underwriting/", referral_views.queue, name="underwriting"),
    path("desk/<uuid:organisation>/underwriting/<uuid:quote>/", referral_views.referral, name="referral"),
    path(
        "desk/<uuid:organisation>/underwriting/<uuid:quote>/declaration",
        referral_views.declaration,
        name="referral_declaration",
    ),
    path(
        "desk/<uuid:organisation>/underwriting/<uuid:quote>/declaration.pdf",
        referral_views.declaration_paper,
        name="referral_declaration_paper",
    ),
    path("desk/<uuid:organisation>/underwriting/<uuid:quote>/confirm", referral_views.confirm, name="referral_confirm"),
    path("desk/<uuid:organisation>/advice/", advice_views.listed, name="advice"),
    path("desk/<uuid:organisation>/advice/<uuid:quote>/", advice_views.one, name="advice_quote"),
]
