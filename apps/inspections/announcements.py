"""What this room tells the rooms below it."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.core import clock, navigation
from apps.core.presentation import when_text
from apps.core.waiting import WaitingItem, register_waiting
from apps.grid.models import UnitKind
from apps.grid.permissions import Permission
from apps.grid.placed import register_placed
from apps.grid.scopes import holds, scopes_of
from apps.inspections import rules, selectors
from apps.inspections.choices import DayMark, LogState
from apps.inspections.models import DailyLog
from apps.notices import kinds
from apps.notices.choices import Group

MOST_WAITING = 50


def waiting(user: User) -> Iterable[WaitingItem]:
    """What a grid's worker has to do: verify on site, hand in logs that are missing or due today."""
    scopes = scopes_of(user, Permission.LOG_FILE)
    if not scopes or scopes[0].kind != UnitKind.GRID:
        return []
    at = clock.now()
    items = [
        WaitingItem(
            title=case.title,
            place=case.address or (case.grid.name if case.grid else ""),
            due_at=case.due_at,
            url=reverse("field:verify-case", args=[case.number]),
            kind=_("现场核查"),
            icon="eye-check",
            card=case.card,
        )
        for case in selectors.cases_to_verify(user)[:MOST_WAITING]
    ]
    for day in selectors.recent_days(user, at):
        if day.mark in {DayMark.MISSING, DayMark.OPEN}:
            items.append(
                WaitingItem(
                    title=_("网格日志"),
                    place=when_text(day.date, at),
                    due_at=rules.end_of_day(day.date),
                    url=f"{reverse('field:log')}?date={day.date}",
                    kind=_("日志"),
                    icon="notebook",
                )
            )
    return items


def waiting_to_be_read(user: User) -> Iterable[WaitingItem]:
    """The logs that a grid's leader or a community's desk has to read, as one thing to do however many they are."""
    number, due_at = selectors.logs_to_read(user, clock.now())
    if not number:
        return []
    return [
        WaitingItem(
            title=_("网格日志待审阅"),
            place=_("%(number)d 份") % {"number": number},
            due_at=due_at,
            url=reverse("inspections:logs"),
            kind=_("日志"),
            icon="notebook",
        )
    ]


def start_page(user: User) -> str:
    """People whose work is the phone start there; whoever has a desk as well starts at what waits."""
    phone = holds(user, Permission.LOG_FILE) and not holds(user, Permission.CASE_REGISTER)
    return reverse("field:today") if phone else ""


def register() -> None:
    """Logs are placed rows; a draft follows a reorganisation, a filed log keeps the tree of its date."""
    register_placed(DailyLog, open_rows=Q(state=LogState.DRAFT))
    register_waiting(waiting)
    register_waiting(waiting_to_be_read)
    kinds.register("log.reviewed", icon="notebook", label=gettext_noop("日志已审阅"), group=Group.LOGS)
    navigation.register_start_page(start_page)
    navigation.register_item("field", _("现场"), "field:today", lambda user: holds(user, Permission.LOG_FILE), order=45)
    navigation.register_item(
        "inspections", _("日志"), "inspections:logs", lambda user: holds(user, Permission.LOG_VIEW), order=50
    )
