"""PostgreSQL and Redis for machines that bring neither: found, started, watched and ended without anybody's help.

One supervisor per ``var`` folder runs both servers in the foreground. Whoever uses them calls :func:`attach`, which
starts the supervisor where none lives and holds a shared lock until the process ends; the supervisor ends when nobody
holds it any more.
Nothing here imports Django, so that settings may call it.
"""

from apps.core.embedded.client import ServicesError, Urls, attach, ensure_running, release, say, wait_for_end

__all__ = ["ServicesError", "Urls", "attach", "ensure_running", "release", "say", "wait_for_end"]
