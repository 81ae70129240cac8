"""Reading announcements and their receipts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from apps.core.attachments import attachments_of
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.core.models import Attachment
from apps.grid.models import Unit
from apps.grid.permissions import Permission, Role
from apps.grid.placed import PATH_RELATED
from apps.grid.scopes import covers, holds, scopes_of
from apps.notices.announcements.choices import ANNOUNCEMENT_TARGET, Reading
from apps.notices.announcements.models import PATH, Announcement, Receipt, ReceiptQuerySet
from apps.notices.announcements.text import Block, blocks_of
from apps.organisation.models import PostKind

if TYPE_CHECKING:
    from apps.grid.scopes import Person

MOST_COUNTED = 1000
MOST_PINNED = 5
MOST_WAITING = 50
NEXT_KIND = {"district": "street", "street": "community", "community": "grid"}
_OF_LIST = ("announcement", *(f"announcement__{level}" for level in PATH))


def visible_announcement(user: "Person", announcement_id: int) -> Announcement:
    """One announcement with the units of its path. Raises ``NotVisible``."""
    found = Announcement.objects.visible_to(user).filter(pk=announcement_id)
    related = ("author", "published_by", "withdrawn_by", "supersedes")
    announcement = found.select_related(*related, *(f"{level}__parent" for level in PATH)).first()
    if announcement is None:
        raise NotVisible
    return announcement


def photo_is_visible(user: "Person", announcement_id: int) -> bool:
    """Whether ``user`` sees the photos of an announcement: those of one taken back only to those who may announce."""
    found = Announcement.objects.visible_to(user).filter(pk=announcement_id).first()
    return found is not None and (found.withdrawn_at is None or covers(user, Permission.ANNOUNCE, found.place))


def pinned(user: "Person", on: date) -> list[Receipt]:
    """The urgent announcements that a person still has to confirm, the latest first."""
    waiting = Receipt.objects.own(user).waiting(on)
    waiting = waiting.filter(announcement__urgent=True, announcement__confirmation=True)
    return list(waiting.select_related(*_OF_LIST).order_by("-published_at", "-id")[:MOST_PINNED])


def own_page(
    user: "Person", on: date, *, unread: bool = False, cursor: str | None, size: int, without: Sequence[Receipt] = ()
) -> KeysetPage[Receipt]:
    """What a person received, the latest first, ``without`` those shown elsewhere; ``unread`` keeps what waits.

    Raises ``InvalidInput`` for a cursor that was not made here.
    """
    receipts = Receipt.objects.own(user)
    receipts = receipts.waiting(on) if unread else receipts.begun(on)
    if without:
        receipts = receipts.exclude(pk__in=[receipt.pk for receipt in without])
    return keyset_page(receipts.select_related(*_OF_LIST), ["-published_at", "-id"], cursor, size)


def unread_count(user: "Person", on: date) -> int:
    """How many announcements wait to be read or confirmed; counting stops at a thousand."""
    return Receipt.objects.own(user).waiting(on).order_by()[:MOST_COUNTED].count()


def to_confirm(user: "Person", on: date) -> list[Receipt]:
    """The announcements a person still has to confirm, for what waits on the home page."""
    waiting = Receipt.objects.own(user).waiting(on).filter(announcement__confirmation=True)
    return list(waiting.select_related(*_OF_LIST).order_by("-published_at", "-id")[:MOST_WAITING])


def may_announce(user: "Person") -> bool:
    """Whether ``user`` may announce to any unit."""
    return holds(user, Permission.ANNOUNCE)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an announcement or a part of its audience is: people reached, who opened it, who has read it."""

    reached: int = 0
    seen: int = 0
    read: int = 0
    joined: int = 0

    @property
    def pending(self) -> int:
        """Who has not read it."""
        return self.reached - self.read

    @property
    def share(self) -> int:
        """Read, in whole percent of those reached."""
        return self.read * 100 // self.reached if self.reached else 0


_COUNTS = {
    "reached": Count("id"),
    "seen": Count("seen_at"),
    "read": Count("read_at"),
    "joined": Count("id", filter=Q(joined=True)),
}


def progress_of(receipts: "ReceiptQuerySet") -> Progress:
    """The figures of some receipts; one query."""
    return Progress(**receipts.order_by().aggregate(**_COUNTS))


def _progress_by(receipts: "ReceiptQuerySet", column: str) -> dict[int, Progress]:
    names = [column, *_COUNTS]
    rows = receipts.order_by().values(column).annotate(**_COUNTS).values_list(*names)
    return {key: Progress(**dict(zip(_COUNTS, counts, strict=True))) for key, *counts in rows}


def sent_page(user: "Person", cursor: str | None, size: int) -> KeysetPage[Announcement]:
    """The announcements to units over which ``user`` may announce, the latest first, each with ``progress``.

    Raises ``NotAllowed`` for those who may announce nowhere, ``InvalidInput`` for a cursor that was not made here.
    """
    if not may_announce(user):
        raise NotAllowed
    rows = Announcement.objects.managed_by(user).select_related(*PATH, "author")
    page = keyset_page(rows, ["-id"], cursor, size)
    receipts = Receipt.objects.filter(announcement__in=[row.pk for row in page.rows])
    found = _progress_by(receipts, "announcement_id")
    for row in page.rows:
        row.progress = found.get(row.pk, Progress())  # type: ignore[attr-defined]
    return page


@dataclass(frozen=True, slots=True)
class Reader:
    """An announcement as one person sees it."""

    announcement: Announcement
    receipt: Receipt | None
    blocks: Sequence[Block]
    photos: Sequence[Attachment]
    manages: bool
    follows: bool
    replacement: Announcement | None
    progress: Progress
    audience: str

    @property
    def readable(self) -> bool:
        """Whether the text is shown: one taken back is only shown to those who may announce there."""
        return self.announcement.withdrawn_at is None or self.manages


def reader_of(user: "Person", announcement_id: int, on: date) -> Reader:
    """One announcement for one person. Raises ``NotVisible``, also before its first day for those who only receive
    it.
    """
    announcement = visible_announcement(user, announcement_id)
    receipt = Receipt.objects.own(user).filter(announcement=announcement).first()
    manages = covers(user, Permission.ANNOUNCE, announcement.place)
    within = Receipt.objects.visible_to(user).filter(announcement=announcement)
    progress = progress_of(within) if may_announce(user) else Progress()
    if not manages and not progress.reached and announcement.valid_from > on:
        raise NotVisible
    replacement = Announcement.objects.visible_to(user).filter(supersedes=announcement).first()
    readable = announcement.withdrawn_at is None or manages
    return Reader(
        announcement=announcement,
        receipt=receipt,
        blocks=blocks_of(announcement.text) if readable else [],
        photos=attachments_of(ANNOUNCEMENT_TARGET, announcement.pk) if readable else [],
        manages=manages,
        follows=manages or progress.reached > 0,
        replacement=replacement,
        progress=progress,
        audience=audience_words(announcement),
    )


def audience_words(announcement: Announcement) -> str:
    """Whom an announcement is meant for, in words: the unit, the roles and posts, the agencies."""
    parts = [str(Role(role).label) for role in announcement.roles]
    if announcement.posts:
        parts += [post.name for post in PostKind.objects.filter(code__in=announcement.posts)]
    who = _("、").join(parts) if parts else _("全体人员")
    if announcement.agencies:
        who = _("%(who)s，以及处置单位经办人") % {"who": who}
    return _("%(unit)s · %(who)s") % {"unit": announcement.unit.name, "who": who}


@dataclass(frozen=True, slots=True)
class PartLine:
    """A unit below the one shown, with the figures of its people."""

    unit: Unit
    progress: Progress


@dataclass(frozen=True, slots=True)
class Receipts:
    """The receipts of one announcement within one unit."""

    announcement: Announcement
    unit: Unit
    above: Sequence[Unit]
    progress: Progress
    parts: Sequence[PartLine]
    page: KeysetPage[Receipt]

    @property
    def below(self) -> str:
        """The kind of unit just below the one shown; of a grid, its own."""
        return NEXT_KIND.get(self.unit.kind, self.unit.kind)


def receipts_within(
    user: "Person", announcement_id: int, code: str = "", reading: str = Reading.ALL
) -> tuple[Announcement, Unit, "ReceiptQuerySet"]:
    """The announcement, the unit shown (``code``, else the topmost that is the user's concern) and its receipts.

    Raises ``NotVisible`` for an announcement or a unit out of scope, ``NotAllowed`` for a mere recipient.
    """
    announcement = visible_announcement(user, announcement_id)
    receipts = Receipt.objects.visible_to(user).filter(announcement=announcement)
    manages = covers(user, Permission.ANNOUNCE, announcement.place)
    if not manages and not receipts.exists():
        raise NotAllowed
    unit = _unit_shown(user, announcement, code, manages=manages)
    return announcement, unit, receipts.filter(**{unit.kind: unit}).of(reading)


def _unit_shown(user: "Person", announcement: Announcement, code: str, *, manages: bool) -> Unit:
    units = Unit.objects.visible_to(user, Permission.ANNOUNCE).select_related(*PATH_RELATED)
    audience = announcement.unit
    inside = units.filter(tree_id=audience.tree_id, lft__gte=audience.lft, rght__lte=audience.rght)
    if not code and manages:
        return inside.get(pk=audience.pk)
    tops = [scope.unit_id for scope in scopes_of(user, Permission.ANNOUNCE)]
    found = (inside.filter(code=code) if code else inside.filter(pk__in=tops)).order_by("lft").first()
    if found is None:
        raise NotVisible
    return found


def receipts_page(
    user: "Person", announcement_id: int, *, code: str, reading: str, cursor: str | None, size: int
) -> Receipts:
    """The figures of a unit and of those just below it, and a page of its people.

    Raises as ``receipts_within``, and ``InvalidInput`` for a cursor that was not made here.
    """
    announcement, unit, receipts = receipts_within(user, announcement_id, code)
    people = receipts.of(reading).select_related("user", "agency", *PATH)
    return Receipts(
        announcement=announcement,
        unit=unit,
        above=_above(user, announcement, unit),
        progress=progress_of(receipts),
        parts=_parts(unit, receipts),
        page=keyset_page(people, ["id"], cursor, size),
    )


def _above(user: "Person", announcement: Announcement, unit: Unit) -> list[Unit]:
    chain: list[Unit] = []
    here = unit.parent
    audience = announcement.unit
    scopes = scopes_of(user, Permission.ANNOUNCE)
    while here is not None and here.lft >= audience.lft:
        if any(s.tree_id == here.tree_id and s.lft <= here.lft and here.rght <= s.rght for s in scopes):
            chain.insert(0, here)
        here = here.parent
    return chain


def _parts(unit: Unit, receipts: "ReceiptQuerySet") -> list[PartLine]:
    column = NEXT_KIND.get(unit.kind)
    if column is None:
        return []
    found = _progress_by(receipts.filter(**{f"{column}__isnull": False}), f"{column}_id")
    units = Unit.objects.filter(pk__in=list(found)).order_by("lft")
    return [PartLine(one, found[one.pk]) for one in units]


Row = tuple[Any, ...]


def receipt_rows(receipts: "ReceiptQuerySet") -> Iterator[Row]:
    """The rows of the exported list: name, street, community, grid, agency, reached, opened, read, joined later."""
    columns = ("user__name", "street__name", "community__name", "grid__name", "agency__name")
    return receipts.values_list(*columns, "reached_at", "seen_at", "read_at", "joined").iterator(chunk_size=2000)


def units_to_address(user: "Person", unit: Unit) -> "QuerySet[Unit]":
    """The units a form offers beside ``unit``: those above it and just below it, where ``user`` may announce."""
    units = Unit.objects.visible_to(user, Permission.ANNOUNCE).open().filter(tree_id=unit.tree_id)
    return units.filter(Q(lft__lte=unit.lft, rght__gte=unit.rght) | Q(parent=unit)).order_by("lft")


def posts_to_address() -> "QuerySet[PostKind]":
    """The kinds of post an audience may be narrowed to."""
    return PostKind.objects.order_by("id")
