"""The standard replies of a desk."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.desk_forms import ReplyForm
from apps.cases.selectors import desks_of
from apps.cases.selectors.replies import replies_of
from apps.cases.services import desk
from apps.cases.views.common import dispatcher
from apps.core.errors import InvalidInput
from apps.core.form_errors import take_errors


@login_required
@require_http_methods(["GET", "POST"])
def replies(request: HttpRequest) -> HttpResponse:
    """The phrases of the person's desks, and adding one."""
    user = dispatcher(request)
    form = ReplyForm(request.POST if request.method == "POST" else None, desks=desks_of(user))
    if form.is_bound and form.is_valid():
        try:
            desk.add_reply(actor=user, **form.inputs())
        except InvalidInput as error:
            take_errors(form, error)
        else:
            messages.success(request, _("已添加常用语。"))
            return redirect("cases:replies")
    rows = [(reply, ACTION_LABELS[Action(reply.action)] if reply.action else "") for reply in replies_of(user)]
    context = {"nav_active": "dispatch", "form": form, "rows": rows}
    return render(request, "cases/replies.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def reply_up(request: HttpRequest, reply_id: int) -> HttpResponse:
    """One place up."""
    desk.raise_reply(actor=dispatcher(request), reply_id=reply_id)
    return redirect("cases:replies")


@login_required
@require_POST
def reply_remove(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Away with it."""
    desk.remove_reply(actor=dispatcher(request), reply_id=reply_id)
    return redirect("cases:replies")
