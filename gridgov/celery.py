"""The Celery application; schedules live in the settings beside what they schedule."""

import ctypes
import os
import signal
import sys
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from gridgov.heartbeats import WorkerMark

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings.dev")

PR_SET_PDEATHSIG = 1

app = Celery("gridgov")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add(WorkerMark)


@worker_process_init.connect
def end_with_the_worker(**kwargs: Any) -> None:
    """A pool process dies with its worker, however that dies (Linux); otherwise it would wait for tasks for ever."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
