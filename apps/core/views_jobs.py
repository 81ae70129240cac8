"""The page of background jobs."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from apps.core import clock, jobs
from apps.core.keyset import keyset_page

PAGE_SIZE = 50


@login_required
def job_list(request: HttpRequest) -> HttpResponse:
    """The jobs one started, or all of them for those who administer the system."""
    page = keyset_page(jobs.visible_jobs(_user(request)), ["-id"], request.GET.get("cursor"), PAGE_SIZE)
    for job in page.rows:
        job.title = jobs.title_of(job.kind)  # type: ignore[attr-defined]
    running = any(job.finished_at is None for job in page.rows)
    context = {"jobs": page.rows, "running": running, "next_cursor": page.next, "previous_cursor": page.previous}
    template = "core/_jobs.html" if getattr(request, "htmx", False) else "core/jobs.html"
    return render(request, template, context)


@login_required
@require_POST
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask a job to stop."""
    jobs.cancel_job(job_id=job_id, actor=_user(request), at=clock.now())
    return redirect("jobs")


@login_required
@require_POST
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """Start a failed or cancelled job again."""
    jobs.retry_job(job_id=job_id, actor=_user(request), at=clock.now())
    return redirect("jobs")


def _user(request: HttpRequest) -> Any:
    return request.user
