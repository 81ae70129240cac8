"""Doors of the inbox."""

from django.urls import path

from apps.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.inbox, name="inbox"),
    path("notices/unread/", views.unread, name="unread"),
    path("notices/read/", views.read_all, name="read-all"),
    path("notices/<int:notice_id>/", views.open_notice, name="open"),
    path("notices/<int:notice_id>/read/", views.read_one, name="read-one"),
]
