"""Doors of announcements, below ``/announcements/`` and within the names of ``notices``."""

from django.urls import path

from apps.notices.announcements import views

urlpatterns = [
    path("", views.announcements, name="announcements"),
    path("sent/", views.sent, name="announcements-sent"),
    path("new/", views.new, name="announcement-new"),
    path("audience/", views.audience, name="announcement-audience"),
    path("<int:announcement_id>/", views.announcement, name="announcement"),
    path("<int:announcement_id>/confirm/", views.confirm, name="announcement-confirm"),
    path("<int:announcement_id>/edit/", views.edit, name="announcement-edit"),
    path("<int:announcement_id>/delete/", views.delete, name="announcement-delete"),
    path("<int:announcement_id>/publish/", views.publish, name="announcement-publish"),
    path("<int:announcement_id>/withdraw/", views.withdraw, name="announcement-withdraw"),
    path("<int:announcement_id>/correct/", views.correct, name="announcement-correct"),
    path("<int:announcement_id>/receipts/", views.receipts, name="announcement-receipts"),
    path("<int:announcement_id>/receipts/export/", views.export, name="announcement-export"),
    path("<int:announcement_id>/remind/", views.remind, name="announcement-remind"),
]
