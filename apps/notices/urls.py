"""Doors of the inbox and of announcements."""

from django.urls import include, path

from apps.notices import views
from apps.notices.announcements.urls import urlpatterns as announcements

app_name = "notices"
urlpatterns = [
    path("notices/", views.inbox, name="inbox"),
    path("notices/unread/", views.unread, name="unread"),
    path("notices/read/", views.read_all, name="read-all"),
    path("notices/<int:notice_id>/", views.open_notice, name="open"),
    path("notices/<int:notice_id>/read/", views.read_one, name="read-one"),
    path("announcements/", include(announcements)),
]
