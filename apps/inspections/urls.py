"""Doors of the phone (namespace ``field``) and of the review of logs (namespace ``inspections``)."""

from django.urls import include, path

from apps.inspections.views import field, installed, review

field_patterns = [
    path("", field.today, name="today"),
    path("report/", field.report, name="report"),
    path("categories/", field.categories, name="categories"),
    path("cases/<str:number>/", field.case_progress, name="case"),
    path("cases/<str:number>/settle/", field.settle_case, name="settle"),
    path("cases/<str:number>/dissuade/", field.dissuade, name="dissuade"),
    path("cases/<str:number>/presence/", field.tell_presence, name="presence"),
    path("log/", field.log, name="log"),
    path("log/file/", field.file_log, name="log-file"),
    path("log/entries/", field.add_entry, name="entry-add"),
    path("log/entries/<uuid:client_id>/remove/", field.remove_entry, name="entry-remove"),
    path("log/entries/<uuid:client_id>/case/", field.entry_case, name="entry-case"),
    path("verify/", field.verify, name="verify"),
    path("verify/<str:number>/", field.verify_case, name="verify-case"),
    path("me/", field.me, name="me"),
    path("sw.js", installed.service_worker, name="service-worker"),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("offline/", installed.offline, name="offline"),
]
review_patterns = [
    path("logs/", review.logs, name="logs"),
    path("logs/<uuid:client_id>/", review.log, name="log"),
    path("logs/<uuid:client_id>/review/", review.review, name="review"),
]
urlpatterns = [
    path("field/", include((field_patterns, "field"))),
    path("inspections/", include((review_patterns, "inspections"))),
]
