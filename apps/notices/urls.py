"""Doors of the inbox, of preferences, deliveries and announcements."""

from django.urls import include, path

from apps.notices import views, views_deliveries, views_preferences
from apps.notices.announcements.urls import urlpatterns as announcements

app_name = "notices"
urlpatterns = [
    path("notices/", views.inbox, name="inbox"),
    path("notices/unread/", views.unread, name="unread"),
    path("notices/read/", views.read_all, name="read-all"),
    path("notices/<int:notice_id>/", views.open_notice, name="open"),
    path("notices/<int:notice_id>/read/", views.read_one, name="read-one"),
    path("announcements/", include(announcements)),
    path("notices/preferences/", views_preferences.preferences, name="preferences"),
    path("manage/notices/", views_deliveries.deliveries, name="deliveries"),
    path("manage/notices/retry/", views_deliveries.retry_all, name="retry-all"),
    path("manage/notices/test/", views_deliveries.send_test, name="send-test"),
    path("manage/notices/<int:delivery_id>/retry/", views_deliveries.retry_one, name="retry-one"),
]
