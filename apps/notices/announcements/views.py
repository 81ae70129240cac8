"""The pages of announcements: what concerns me, one of them, writing, and who has read it."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.core.form_errors import take_errors
from apps.core.workbooks import Column, workbook_response
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.selectors import first_unit, visible_unit
from apps.notices.announcements import selectors, services
from apps.notices.announcements.audience import preview_audience
from apps.notices.announcements.choices import Reading
from apps.notices.announcements.forms import AnnouncementForm, AudienceForm, WithdrawForm, values_of

SIZES = (20, 50, 100)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _size(request: HttpRequest) -> int:
    given = request.GET.get("size", "")
    return int(given) if given in {str(size) for size in SIZES} else SIZES[0]


@login_required
@require_GET
@never_cache
def announcements(request: HttpRequest) -> HttpResponse:
    """What the user received, newest first; on the first page the urgent ones he has to confirm stand on top."""
    user, on, size = _user(request), clock.today(), _size(request)
    unread, cursor = request.GET.get("unread") == "1", request.GET.get("cursor")
    pinned = [] if cursor else selectors.pinned(user, on)
    page = selectors.own_page(user, on, unread=unread, cursor=cursor, size=size, without=pinned)
    context = {
        "page": page,
        "pinned": pinned,
        "size": size,
        "on": on,
        "only_unread": unread,
        "choices": [("", _("全部")), ("1", _("未阅"))],
        "current": "1" if unread else "",
        "filter_label": _("筛选"),
        "unread_total": selectors.unread_count(user, on),
        "may_announce": selectors.may_announce(user),
    }
    return render(request, "notices/announcements.html", context)


@login_required
@require_GET
@never_cache
def sent(request: HttpRequest) -> HttpResponse:
    """What was announced to the units over which the user may announce, drafts too, with how many have read it."""
    size = _size(request)
    page = selectors.sent_page(_user(request), request.GET.get("cursor"), size)
    return render(request, "notices/sent.html", {"page": page, "size": size, "on": clock.today()})


@login_required
@require_GET
@never_cache
def announcement(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """One announcement; opening it leaves a receipt."""
    user, at = _user(request), clock.now()
    reader = services.read_announcement(user=user, announcement_id=announcement_id, at=at)
    row = reader.announcement
    context: dict[str, Any] = {"reader": reader, "announcement": row, "on": clock.local(at).date()}
    if reader.manages and row.is_draft:
        context["preview"] = preview_audience(
            unit=row.unit,
            roles=row.roles,
            posts=row.posts,
            agencies=row.agencies,
            author_id=row.author_id,
            on=context["on"],
        )
    return render(request, "notices/announcement.html", context)


@login_required
@require_POST
def confirm(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """The user confirms to have read it."""
    services.confirm_announcement(user=request.user, announcement_id=announcement_id, at=clock.now())
    messages.success(request, _("已确认阅知。"))
    return redirect("notices:announcement", announcement_id)


def _unit_asked(user: User, code: str) -> Unit:
    if not code:
        first = first_unit(user, Permission.ANNOUNCE)
        if first is None:
            raise NotAllowed
        return first
    if not code.isdecimal():
        raise NotVisible
    return visible_unit(user, code, Permission.ANNOUNCE)


def _choices(user: User, unit: Unit) -> tuple[Any, Any]:
    return selectors.units_to_address(user, unit), selectors.posts_to_address()


@login_required
@require_GET
@never_cache
def audience(request: HttpRequest) -> HttpResponse:
    """How many people the audience in the form would reach, as a fragment."""
    user = _user(request)
    unit = _unit_asked(user, request.GET.get("unit", ""))
    form = AudienceForm(*_choices(user, unit), request.GET if "unit" in request.GET else {"unit": unit.code})
    preview = None
    if form.is_valid():
        preview = preview_audience(**form.audience(), author_id=user.pk, on=clock.today())
    return render(request, "notices/_audience.html", {"preview": preview})


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Write an announcement; it becomes a draft, which is looked at before it is published."""
    user = _user(request)
    unit = _unit_asked(user, request.POST.get("unit") or request.GET.get("unit", ""))
    form = _form(request, user, unit, {"unit": unit.code})
    if request.method == "POST" and form.is_valid():
        given = {"actor": user, "content": form.content(), "uploads": form.cleaned_data["photos"], "at": clock.now()}
        try:
            draft = services.draft_announcement(unit=form.audience()["unit"], **given)
        except InvalidInput as error:
            take_errors(form, error)
        else:
            return redirect("notices:announcement", draft.pk)
    return _written(request, form, unit, None)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Change a draft."""
    user = _user(request)
    draft = services.draft_to_edit(actor=user, announcement_id=announcement_id)
    unit = _unit_asked(user, request.POST.get("unit") or draft.unit.code)
    form = _form(request, user, unit, values_of(draft))
    if request.method == "POST" and form.is_valid():
        given = {"actor": user, "content": form.content(), "uploads": form.cleaned_data["photos"], "at": clock.now()}
        try:
            services.edit_draft(announcement_id=announcement_id, unit=form.audience()["unit"], **given)
        except InvalidInput as error:
            take_errors(form, error)
        else:
            return redirect("notices:announcement", announcement_id)
    return _written(request, form, unit, draft)


def _form(request: HttpRequest, user: User, unit: Unit, initial: dict[str, Any]) -> AnnouncementForm:
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    return AnnouncementForm(*_choices(user, unit), *given, initial=initial)


def _written(request: HttpRequest, form: AnnouncementForm, unit: Unit, draft: Any) -> HttpResponse:
    context = {"form": form, "unit": unit, "draft": draft}
    return render(request, "notices/write.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def delete(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Throw a draft away."""
    services.delete_draft(actor=_user(request), announcement_id=announcement_id)
    messages.success(request, _("草稿已删除。"))
    return redirect("notices:announcements-sent")


@login_required
@require_POST
def publish(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Publish a draft; what is wrong with it is said on its page."""
    try:
        row = services.publish_announcement(actor=_user(request), announcement_id=announcement_id, at=clock.now())
    except InvalidInput as error:
        for text in [text for texts in error.fields.values() for text in texts] or [str(error.message)]:
            messages.error(request, text)
    else:
        number = row.recipients
        messages.success(
            request,
            ngettext("已发布，%(number)d 人将收到。", "已发布，%(number)d 人将收到。", number) % {"number": number},
        )
    return redirect("notices:announcement", announcement_id)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def withdraw(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Take an announcement back, with the reason."""
    user = _user(request)
    row = services.announcement_to_withdraw(actor=user, announcement_id=announcement_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        services.withdraw_announcement(actor=user, announcement_id=announcement_id, because=because, at=clock.now())
        messages.success(request, _("公告已撤回。"))
        return redirect("notices:announcement", announcement_id)
    context = {"form": form, "announcement": row}
    return render(request, "notices/withdraw.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def correct(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Begin a correction: the draft of the next version."""
    draft = services.correct_announcement(actor=_user(request), announcement_id=announcement_id, at=clock.now())
    return redirect("notices:announcement-edit", draft.pk)


def _reading(request: HttpRequest) -> str:
    given = request.GET.get("reading", "")
    return given if given in Reading.values else Reading.PENDING


@login_required
@require_GET
@never_cache
def receipts(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Who has read it and who has not, by unit down the tree."""
    reading, size = _reading(request), _size(request)
    shown = selectors.receipts_page(
        _user(request),
        announcement_id,
        code=request.GET.get("unit", ""),
        reading=reading,
        cursor=request.GET.get("cursor"),
        size=size,
    )
    context = {
        "shown": shown,
        "announcement": shown.announcement,
        "size": size,
        "reading": reading,
        "readings": [(str(value), label) for value, label in Reading.choices],
        "filter_label": _("阅知情况"),
        "may_remind": shown.announcement.is_current
        and not shown.announcement.has_ended(clock.today())
        and shown.progress.pending > 0,
    }
    return render(request, "notices/receipts.html", context)


@login_required
@require_GET
def export(request: HttpRequest, announcement_id: int) -> FileResponse:
    """The list of recipients in a unit as a workbook."""
    row, unit, chosen = selectors.receipts_within(
        _user(request), announcement_id, request.GET.get("unit", ""), _reading(request)
    )
    columns = [
        Column(_("姓名"), 12),
        Column(_("街道"), 18),
        Column(_("社区"), 20),
        Column(_("网格"), 14),
        Column(_("处置单位"), 28),
        Column(_("送达时间"), 17),
        Column(_("打开时间"), 17),
        Column(_("阅知时间"), 17),
        Column(_("后加入"), 8),
    ]
    name = _("%(title)s 阅知名单 %(unit)s") % {"title": row.title, "unit": unit.name}
    return workbook_response(name=name, columns=columns, rows=selectors.receipt_rows(chosen))


@login_required
@require_POST
def remind(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Remind those who have not read it."""
    code = request.POST.get("unit", "")
    if not code.isdecimal():
        code = ""
    number = services.remind_pending(actor=_user(request), announcement_id=announcement_id, code=code, at=clock.now())
    if number:
        words = ngettext("已提醒 %(number)d 人。", "已提醒 %(number)d 人。", number)
        messages.success(request, words % {"number": number})
    else:
        messages.info(request, _("未阅的人一小时内都已提醒过。"))
    response = redirect("notices:announcement-receipts", announcement_id)
    if code:
        response["Location"] += f"?unit={code}"
    return response
