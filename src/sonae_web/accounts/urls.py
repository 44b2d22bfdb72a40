"""Addresses of people and their organisations."""

from django.urls import path

from sonae_web.accounts import views

urlpatterns = [
    path("home", views.home, name="home"),
    path("settings", views.settings, name="settings"),
]
