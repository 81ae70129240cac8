"""Doors of webhooks, below ``/manage/webhooks/`` and within the names of ``cases``."""

from django.urls import path

from apps.cases.webhooks import views

urlpatterns = [
    path("", views.webhooks, name="webhooks"),
    path("new/", views.new, name="webhook-new"),
    path("deliveries/<int:delivery_id>/", views.delivery, name="webhook-delivery"),
    path("deliveries/<int:delivery_id>/resend/", views.resend, name="webhook-resend"),
    path("<int:subscriber_id>/", views.webhook, name="webhook"),
    path("<int:subscriber_id>/edit/", views.edit, name="webhook-edit"),
    path("<int:subscriber_id>/secret/", views.rotate, name="webhook-rotate"),
    path("<int:subscriber_id>/switch/", views.switch, name="webhook-switch"),
    path("<int:subscriber_id>/test/", views.test, name="webhook-test"),
    path("<int:subscriber_id>/resend/", views.resend_dead, name="webhook-resend-dead"),
    path("<int:subscriber_id>/replay/", views.replay, name="webhook-replay"),
]
