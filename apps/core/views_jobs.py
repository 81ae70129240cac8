"""The page of background jobs, and of the timetable for those who administer the system."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core import clock, job_listing, jobs, timetable
from apps.core.models import JobState

SIZES = (20, 50, 100)


@login_required
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The jobs one started, or all of them for those who administer the system; 304 to a poll where nothing changed."""
    user = _user(request)
    at = clock.now()
    filters = job_listing.Filters.of(request.GET.dict())
    size = int(request.GET["size"]) if request.GET.get("size") in {str(one) for one in SIZES} else SIZES[0]
    page = job_listing.job_page(user, filters, cursor=request.GET.get("cursor"), size=size, at=at)
    polled = bool(getattr(request, "htmx", False))
    tag = f'"{page.mark}"'
    if polled and request.headers.get("If-None-Match") == tag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        oversees = jobs.oversees(user)
        context = {
            "page": page,
            "size": size,
            "filters": filters,
            "chips": filters.chips(),
            "oversees": oversees,
            "whose": [("", _("全部")), ("mine", _("我发起的"))],
            "current": "mine" if filters.mine else "",
            "whose_label": _("发起人"),
            "kinds": job_listing.kind_choices(),
            "states": JobState.choices,
        }
        if not polled and oversees:
            context["timetable"] = timetable.entries(at=at)
        answer = render(request, "core/_jobs.html" if polled else "core/jobs.html", context)
    if polled:
        answer["ETag"] = tag
        answer["Cache-Control"] = "private, no-cache"
    return answer


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
