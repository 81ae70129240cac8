"""Doors of core: home, jobs, attachments, health."""

from django.urls import path

from apps.core import health, views_attachments, views_home, views_jobs, views_search

urlpatterns = [
    path("", views_home.home, name="home"),
    path("search/", views_search.find, name="search"),
    path("jobs/", views_jobs.job_list, name="jobs"),
    path("jobs/<int:job_id>/cancel/", views_jobs.cancel, name="job-cancel"),
    path("jobs/<int:job_id>/retry/", views_jobs.retry, name="job-retry"),
    path("attachments/<uuid:attachment_id>/", views_attachments.photo, name="attachment"),
    path("attachments/<uuid:attachment_id>/small/", views_attachments.photo, {"small": True}, name="attachment-small"),
    path("healthz/", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
]
