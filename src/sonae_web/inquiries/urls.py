"""Addresses of the flyer and of inquiries."""

from django.urls import path

from sonae_web.inquiries import flyer, views

urlpatterns = [
    path("flyer/", flyer.page, name="flyer"),
    path("flyer/<int:year>.pdf", flyer.paper, name="flyer_paper"),
    path("inquiries/", views.inquiry, name="inquiry"),
    path("inquiries/sent/<str:told>", views.inquiry_sent, name="inquiry_sent"),
    path("desk/<uuid:organisation>/inquiries/", views.queue, name="desk_inquiries"),
    path("desk/<uuid:organisation>/inquiries/desk", views.desk, name="desk_contact"),
    path("desk/<uuid:organisation>/inquiries/<uuid:inquiry>", views.one, name="desk_inquiry"),
]
