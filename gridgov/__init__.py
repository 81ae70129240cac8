"""Wiring of the gridgov monolith: settings, URLs, the API router and the Celery application."""

from gridgov.celery import app as celery_app

__all__ = ["celery_app"]
