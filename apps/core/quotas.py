"""How many photos there may be and how large: of one row, of one person on one day, of one unit in all.

Sizes are those of the pictures as they are kept, after re-encoding. Rows that share the files of another (a corrected
announcement) count once. The limits are settings (``config/env.example``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.errors import InvalidInput
from apps.core.locks import advisory_lock
from apps.core.models import AttachmentUse

if TYPE_CHECKING:
    from apps.accounts.models import User

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed: megabytes of one file as it is sent, photos and megabytes of one row and of one person's day,
    megabytes of one unit."""

    file_mb: int
    row_photos: int
    row_mb: int
    day_photos: int
    day_mb: int
    unit_mb: int


def limits() -> Limits:
    """The limits in force."""
    return Limits(**settings.ATTACHMENT_LIMITS)


# One pass over the photos of the row and over those of the person's day, each by its index.
_COUNT = """
SELECT count(*) FILTER (WHERE of_row), coalesce(sum(size) FILTER (WHERE of_row), 0),
       count(*) FILTER (WHERE of_day), coalesce(sum(size) FILTER (WHERE of_day), 0)
  FROM (SELECT size, target_kind = %(kind)s AND target_id = %(target)s AS of_row,
               uploaded_by_id = %(person)s AND uploaded_at >= %(since)s AND uploaded_at < %(until)s AND NOT copied
                   AS of_day
          FROM core_attachment
         WHERE target_kind = %(kind)s AND target_id = %(target)s
            OR uploaded_by_id = %(person)s AND uploaded_at >= %(since)s AND uploaded_at < %(until)s) AS counted
"""
_ADD = """
INSERT INTO core_attachmentuse AS used (unit_id, files, size)
SELECT %(unit)s, 1, %(size)s WHERE %(size)s <= %(most)s
    ON CONFLICT (unit_id) DO UPDATE SET files = used.files + 1, size = used.size + EXCLUDED.size
 WHERE used.size + EXCLUDED.size <= %(most)s
RETURNING size
"""


def charge(*, kind: str, target_id: int, actor: "User", unit_id: int | None, size: int, at: datetime) -> None:
    """Count one more photo of ``size`` bytes against the row, the actor's day in Shanghai and the unit.

    Whoever counts against the same row or person waits until the end of this transaction, so two at once never pass
    the limit together. Raises ``InvalidInput`` naming ``photo`` and what helps; then nothing is counted.
    """
    allowed = limits()
    advisory_lock(f"attachments.row:{kind}:{target_id}")
    advisory_lock(f"attachments.person:{actor.pk}")
    of_row, row_size, of_day, day_size = _counted(kind, target_id, actor.pk, at)
    if of_row >= allowed.row_photos:
        raise _refused(_("每件最多 %(most)d 张照片，请只留要紧的。") % {"most": allowed.row_photos})
    if row_size + size > allowed.row_mb * MEGABYTE:
        raise _refused(_("每件的照片合计不超过 %(most)d MB，请缩小照片或少传几张。") % {"most": allowed.row_mb})
    if of_day >= allowed.day_photos:
        raise _refused(_("每人每天最多上传 %(most)d 张照片，请明天再传。") % {"most": allowed.day_photos})
    if day_size + size > allowed.day_mb * MEGABYTE:
        raise _refused(_("每人每天上传的照片合计不超过 %(most)d MB，请明天再传。") % {"most": allowed.day_mb})
    if unit_id is not None and not _counted_in(unit_id, size, allowed.unit_mb * MEGABYTE):
        raise _refused(_("本单元的照片空间已满（%(most)d MB），请联系系统管理员。") % {"most": allowed.unit_mb})


def _refused(text: str) -> InvalidInput:
    return InvalidInput(fields={"photo": [text]})


def _counted(kind: str, target_id: int, person: int, at: datetime) -> tuple[int, int, int, int]:
    since = clock.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    values: dict[str, str | int | datetime] = {
        "kind": kind,
        "target": target_id,
        "person": person,
        "since": since,
        "until": since + timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        row = cursor.fetchone()
    of_row, row_size, of_day, day_size = map(int, row or (0, 0, 0, 0))
    return of_row, row_size, of_day, day_size


def _counted_in(unit_id: int, size: int, most: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"unit": unit_id, "size": size, "most": most})
        return cursor.fetchone() is not None


def use_of_units() -> dict[int, AttachmentUse]:
    """What the photos of each unit take up, by the unit's id; units without a photo are left out."""
    return {use.unit_id: use for use in AttachmentUse.objects.all()}
