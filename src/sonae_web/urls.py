"""Every address of the site: the apps' own, and what belongs to none."""

from django.urls import include, path

from sonae_web import api, reference
from sonae_web.accounts import factors, language
from sonae_web.ground import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("language", language.choose, name="language"),
    path("account/second-factor/totp/deactivate/", factors.remove_app),
    path("account/second-factor/webauthn/keys/<int:pk>/remove/", factors.remove_passkey),
    path("account/", include("allauth.account.urls")),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("", include("sonae_web.accounts.urls")),
    path("api/", reference.page, name="api_reference"),
    path("api/v1/", api.urls),
    path("", include("sonae_web.inquiries.urls")),
    path("", include("sonae_web.desk.urls")),
    path("", include("sonae_web.quotes.urls")),
    path("", include("sonae_web.declarations.urls")),
    path("", include("sonae_web.policies.urls")),
    path("", include("sonae_web.diagnosis.urls")),
]
