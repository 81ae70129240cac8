"""Gunicorn's settings, for ``make run`` and for production (docs/operator.md)."""

import ctypes
import os
import signal
import sys

bind = os.environ.get("GRIDGOV_BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("GRIDGOV_WEB_WORKERS", "2"))
threads = int(os.environ.get("GRIDGOV_WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 15
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = None
control_socket_disable = True


def post_fork(server: object, worker: object) -> None:
    """A worker ends with its master, however that dies (Linux); otherwise it would keep the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
