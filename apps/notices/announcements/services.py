"""Writing, publishing, correcting and withdrawing announcements; opening, confirming and reminding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core import outbox
from apps.core.attachments import attach_photo, copy_attachments
from apps.core.clock import SHANGHAI, local
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers
from apps.grid.storage import storage_unit
from apps.notices.announcements import audience
from apps.notices.announcements.choices import ANNOUNCEMENT_TARGET, AnnouncementState
from apps.notices.announcements.models import PATH, Announcement, Receipt
from apps.notices.announcements.selectors import Reader, reader_of, receipts_within, visible_announcement
from apps.notices.models import Notice
from apps.notices.services import Draft, send

if TYPE_CHECKING:
    from datetime import date

    from apps.accounts.models import User
    from apps.grid.scopes import Person

PUBLISHED = "announcement.published"
WITHDRAWN = "announcement.withdrawn"
REMINDED = "announcement.reminded"
TOPIC = "notices.announcement"
REMINDER_GAP = timedelta(hours=1)
MORNING = time(8)
"""When the notice of an announcement goes out that is valid from a later day than it was published."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the author writes: see ``Announcement``. ``valid_from`` empty: from the day of the publication."""

    title: str
    text: str
    valid_from: "date | None" = None
    valid_until: "date | None" = None
    urgent: bool = False
    confirmation: bool = False
    roles: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    agencies: bool = False


@transaction.atomic
def draft_announcement(
    *, actor: "User", unit: Unit, content: Content, at: datetime, uploads: Iterable[BinaryIO] = ()
) -> Announcement:
    """A draft to the subtree of ``unit``, with its photos.

    Raises ``NotVisible``, ``NotAllowed``, and ``InvalidInput``, which names ``photos`` where one of them is none.
    """
    _check_unit(actor, unit)
    draft = Announcement.objects.create(
        author=actor, created_at=at, **place_at(unit), **_columns(content, local(at).date())
    )
    _attach(draft, actor, uploads, at)
    return draft


@transaction.atomic
def edit_draft(
    *,
    actor: "User",
    announcement_id: int,
    unit: Unit,
    content: Content,
    at: datetime,
    uploads: Iterable[BinaryIO] = (),
) -> Announcement:
    """Change a draft, its unit too, and add photos. Raises as ``draft_announcement``, and ``WrongState`` once it is
    published.
    """
    draft = _locked(actor, announcement_id)
    _check_draft(draft)
    _check_unit(actor, unit)
    for name, value in (place_at(unit) | _columns(content, local(at).date())).items():
        setattr(draft, name, value)
    draft.save()
    _attach(draft, actor, uploads, at)
    return draft


def draft_to_edit(*, actor: "User", announcement_id: int) -> Announcement:
    """A draft for its form. Raises ``NotVisible``, ``NotAllowed``, ``WrongState`` once it is published."""
    draft = visible_announcement(actor, announcement_id)
    _check_manager(actor, draft)
    _check_draft(draft)
    return draft


def announcement_to_withdraw(*, actor: "User", announcement_id: int) -> Announcement:
    """One that may be taken back, for its form. Raises as ``withdraw_announcement``."""
    announcement = visible_announcement(actor, announcement_id)
    _check_manager(actor, announcement)
    if not announcement.is_current:
        raise WrongState
    return announcement


@transaction.atomic
def delete_draft(*, actor: "User", announcement_id: int) -> None:
    """Throw a draft away. Raises ``NotVisible``, ``NotAllowed``, ``WrongState`` once it is published."""
    draft = _locked(actor, announcement_id)
    _check_draft(draft)
    draft.delete()


@transaction.atomic
def publish_announcement(*, actor: "User", announcement_id: int, at: datetime) -> Announcement:
    """Fix the recipients and send each of them one notice; a correction replaces what it corrects.

    The receipts are one statement; the notices follow through the outbox, at once or on the morning of the first day.
    Raises ``NotVisible``, ``NotAllowed``, ``WrongState``, and ``InvalidInput`` where nobody would be reached or the
    last day is over.
    """
    draft = _locked(actor, announcement_id)
    _check_draft(draft)
    today = local(at).date()
    if draft.has_ended(today):
        raise InvalidInput(fields={"valid_until": [_("截止日期已过，请修改后再发布。")]})
    corrected = draft.supersedes
    if corrected is not None:
        corrected = Announcement.objects.select_for_update().get(pk=corrected.pk)
        if not corrected.is_current:
            raise WrongState(_("原公告已撤回，不能再更正。"))
        corrected.superseded_at = at
        corrected.save(update_fields=["superseded_at"])
    draft.state = AnnouncementState.PUBLISHED
    draft.published_at, draft.published_by = at, actor
    draft.valid_from = max(draft.valid_from, today)
    draft.save()
    reached = audience.enrol([draft.pk], on=today, at=at, joined=False).get(draft.pk, [])
    if not reached:
        raise InvalidInput(_("这样的范围内没有人会收到，请调整发布范围。"))
    Announcement.objects.filter(pk=draft.pk).update(recipients=len(reached))
    draft.recipients = len(reached)
    begins = datetime.combine(draft.valid_from, MORNING, SHANGHAI) if draft.valid_from > today else at
    outbox.enqueue(
        TOPIC,
        {"announcement": draft.pk, "kind": PUBLISHED},
        at=at,
        dedupe_key=f"{TOPIC}:{draft.pk}:{PUBLISHED}",
        after=max(timedelta(), begins - at),
    )
    return draft


@transaction.atomic
def withdraw_announcement(*, actor: "User", announcement_id: int, because: str, at: datetime) -> Announcement:
    """Take a published announcement back and tell its recipients why.

    Raises ``NotVisible``, ``NotAllowed``, ``WrongState`` for a draft, one withdrawn or replaced, ``InvalidInput``
    without a reason.
    """
    announcement = _locked(actor, announcement_id)
    if not announcement.is_current:
        raise WrongState
    if not because.strip():
        raise InvalidInput(fields={"because": [_("请写明撤回原因。")]})
    announcement.state = AnnouncementState.WITHDRAWN
    announcement.withdrawn_at, announcement.withdrawn_by = at, actor
    announcement.withdrawn_because = because.strip()
    announcement.save(update_fields=["state", "withdrawn_at", "withdrawn_by", "withdrawn_because"])
    key = f"{TOPIC}:{announcement.pk}:{WITHDRAWN}"
    outbox.enqueue(TOPIC, {"announcement": announcement.pk, "kind": WITHDRAWN}, at=at, dedupe_key=key)
    return announcement


@transaction.atomic
def correct_announcement(*, actor: "User", announcement_id: int, at: datetime) -> Announcement:
    """The draft of the next version, with the text, audience and photos of the present one, which holds until the
    correction is published; where that draft exists already, it is answered.

    Raises ``NotVisible``, ``NotAllowed``, ``WrongState`` for a draft, one withdrawn or replaced.
    """
    announcement = _locked(actor, announcement_id)
    begun = Announcement.objects.filter(supersedes=announcement, state=AnnouncementState.DRAFT).first()
    if begun is not None:
        return begun
    if not announcement.is_current:
        raise WrongState
    today = local(at).date()
    ended = announcement.has_ended(today)
    draft = Announcement.objects.create(
        **announcement.place,
        title=announcement.title,
        text=announcement.text,
        urgent=announcement.urgent,
        confirmation=announcement.confirmation,
        roles=announcement.roles,
        posts=announcement.posts,
        agencies=announcement.agencies,
        valid_from=max(announcement.valid_from, today),
        valid_until=None if ended else announcement.valid_until,
        author=actor,
        created_at=at,
        version=announcement.version + 1,
        supersedes=announcement,
    )
    copy_attachments(kind=ANNOUNCEMENT_TARGET, source_id=announcement.pk, target_id=draft.pk)
    return draft


@transaction.atomic
def read_announcement(*, user: "Person", announcement_id: int, at: datetime) -> Reader:
    """One announcement for one person. A recipient's first opening is noted, and where no confirmation is needed it
    counts as read; its notices leave the unread ones. Whoever is no recipient leaves no trace. Raises ``NotVisible``.
    """
    today = local(at).date()
    mine = Receipt.objects.own(user).begun(today).filter(announcement_id=announcement_id, seen_at__isnull=True)
    mine = mine.filter(announcement__state=AnnouncementState.PUBLISHED)
    moment = Greatest(F("reached_at"), at)
    mine.filter(announcement__confirmation=True).update(seen_at=moment)
    mine.filter(announcement__confirmation=False).update(seen_at=moment, read_at=moment)
    notices = Notice.objects.visible_to(user).unread()
    notices.filter(url=address(announcement_id), created_at__lte=at).update(read_at=at)
    return reader_of(user, announcement_id, today)


@transaction.atomic
def confirm_announcement(*, user: "Person", announcement_id: int, at: datetime) -> Receipt:
    """A recipient confirms to have read it; a second time changes nothing, so that the first moment stays.

    Raises ``NotVisible`` for whoever is no recipient, ``WrongState`` for one withdrawn or replaced.
    """
    mine = Receipt.objects.own(user).begun(local(at).date()).filter(announcement_id=announcement_id)
    receipt = mine.select_for_update(of=("self",)).select_related("announcement").first()
    if receipt is None:
        raise NotVisible
    if receipt.read_at is not None:
        return receipt
    if not receipt.announcement.is_current:
        raise WrongState(_("该公告已撤回或更正，无需确认。"))
    receipt.read_at = max(at, receipt.seen_at or receipt.reached_at)
    receipt.seen_at = receipt.seen_at or receipt.read_at
    receipt.save(update_fields=["seen_at", "read_at"])
    return receipt


@transaction.atomic
def remind_pending(*, actor: "User", announcement_id: int, at: datetime, code: str = "") -> int:
    """Remind those who have not read it, over whom ``actor`` may announce, in the unit ``code`` where one is given;
    nobody is reminded twice within an hour. Returns how many were.

    Raises ``NotVisible``, ``NotAllowed``, ``WrongState`` for one that does not hold any more.
    """
    announcement, _shown, receipts = receipts_within(actor, announcement_id, code)
    today = local(at).date()
    pending = receipts.waiting(today).filter(Q(reminded_at__isnull=True) | Q(reminded_at__lte=at - REMINDER_GAP))
    if not announcement.is_current or announcement.has_ended(today):
        raise WrongState(_("该公告已失效，无需提醒。"))
    chosen = dict(pending.order_by("pk").select_for_update(of=("self",)).values_list("pk", "user_id"))
    Receipt.objects.filter(pk__in=list(chosen)).update(reminded_at=at)
    draft = _notice(
        announcement, REMINDED, chosen.values(), key=f"announcement:{announcement.pk}:remind:{at.isoformat()}"
    )
    send([draft], at=at)
    return len(chosen)


@transaction.atomic
def enrol_newcomers(*, at: datetime) -> int:
    """Let those who joined an audience since see what still holds there, with a notice each; returns how many
    receipts were written. Safe to run twice and at once.
    """
    advisory_lock("notices.enrol-newcomers")
    today = local(at).date()
    holding = {row.pk: row for row in Announcement.objects.in_force(today).select_related(*PATH)}
    if not holding:
        return 0
    reached = audience.enrol(list(holding), on=today, at=at, joined=True)
    send([_notice(holding[pk], PUBLISHED, users) for pk, users in reached.items()], at=at)
    return sum(map(len, reached.values()))


def deliver(announcement_id: int, kind: str, *, at: datetime) -> int:
    """Carry out what the outbox says: the notices of a publication or a withdrawal; returns how many people it is for.

    A publication taken back or replaced before its first morning sends nothing.
    """
    announcement = Announcement.objects.select_related(*PATH, "supersedes").get(pk=announcement_id)
    if kind == PUBLISHED and not announcement.is_current:
        return 0
    users = list(Receipt.objects.filter(announcement=announcement).values_list("user_id", flat=True))
    _settle(announcement if kind == WITHDRAWN else announcement.supersedes, at)
    send([_notice(announcement, kind, users)], at=at)
    return len(users)


def _settle(announcement: Announcement | None, at: datetime) -> None:
    """Take the notices of one that holds no longer as read."""
    if announcement is None:
        return
    people = Receipt.objects.filter(announcement=announcement).values("user_id")
    notices = Notice.objects.unread().filter(recipient__in=people, url=address(announcement.pk), created_at__lt=at)
    notices.exclude(kind=WITHDRAWN).update(read_at=at)


def address(announcement_id: int) -> str:
    """Where an announcement is read."""
    return reverse("notices:announcement", args=[announcement_id])


_TITLES: Mapping[str, str] = {
    PUBLISHED: gettext_noop("公告：%(title)s"),
    WITHDRAWN: gettext_noop("公告已撤回：%(title)s"),
    REMINDED: gettext_noop("请阅公告：%(title)s"),
}
_TO_CONFIRM = gettext_noop("%(unit)s发布，阅后请确认。")
_TO_READ = gettext_noop("%(unit)s发布。")
_CORRECTED = gettext_noop("%(unit)s发布的更正，替代此前的版本。")
_CORRECTED_TO_CONFIRM = gettext_noop("%(unit)s发布的更正，替代此前的版本，阅后请确认。")
_BECAUSE = gettext_noop("原因：%(because)s")


def _notice(announcement: Announcement, kind: str, users: Iterable[int], key: str = "") -> Draft:
    if kind == WITHDRAWN:
        body = _BECAUSE
    elif announcement.supersedes_id is not None:
        body = _CORRECTED_TO_CONFIRM if announcement.confirmation else _CORRECTED
    else:
        body = _TO_CONFIRM if announcement.confirmation else _TO_READ
    return Draft(
        recipients=frozenset(users),
        kind=kind,
        title=_TITLES[kind],
        body=body,
        params={
            "title": announcement.title,
            "unit": announcement.unit.name,
            "because": announcement.withdrawn_because,
        },
        url=address(announcement.pk),
        urgent=announcement.urgent,
        dedupe_key=key or f"announcement:{announcement.pk}:{kind}",
    )


def _locked(actor: "User", announcement_id: int) -> Announcement:
    found = Announcement.objects.select_for_update().filter(pk=announcement_id).first()
    if found is None or not Announcement.objects.visible_to(actor).filter(pk=announcement_id).exists():
        raise NotVisible
    _check_manager(actor, found)
    return found


def _check_manager(actor: "User", announcement: Announcement) -> None:
    if not covers(actor, Permission.ANNOUNCE, announcement.place):
        raise NotAllowed


def _attach(draft: Announcement, actor: "User", uploads: Iterable[BinaryIO], at: datetime) -> None:
    given: dict[str, Any] = {
        "kind": ANNOUNCEMENT_TARGET,
        "target_id": draft.pk,
        "actor": actor,
        "at": at,
        "unit_id": storage_unit(draft.place),
    }
    try:
        for upload in uploads:
            attach_photo(upload=upload, purpose="announcement", **given)
    except InvalidInput as error:
        raise InvalidInput(fields={"photos": error.fields.get("photo", [])}) from error


def _check_draft(announcement: Announcement) -> None:
    if not announcement.is_draft:
        raise WrongState(_("已发布的公告不能修改，请发布更正。"))


def _check_unit(actor: "User", unit: Unit) -> None:
    place = place_at(unit)
    if covers(actor, Permission.ANNOUNCE, place):
        return
    raise NotAllowed if covers(actor, Permission.UNIT_VIEW, place) else NotVisible


def _columns(content: Content, today: "date") -> dict[str, Any]:
    begins = max(content.valid_from or today, today)
    if content.valid_until is not None and content.valid_until < begins:
        raise InvalidInput(fields={"valid_until": [_("截止日期不能早于生效日期或今天。")]})
    wrong = {}
    if not content.title.strip():
        wrong["title"] = [_("请填写标题。")]
    if not content.text.strip():
        wrong["text"] = [_("请填写正文。")]
    if wrong:
        raise InvalidInput(fields=wrong)
    return {
        "title": content.title.strip(),
        "text": content.text.strip(),
        "valid_from": begins,
        "valid_until": content.valid_until,
        "urgent": content.urgent,
        "confirmation": content.confirmation,
        "roles": list(content.roles),
        "posts": list(content.posts),
        "agencies": content.agencies,
    }
