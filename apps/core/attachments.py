"""Photos: checked by content, re-encoded without metadata, and served only to those who see what they hang on."""

import hashlib
import io
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from apps.core.errors import InvalidInput, NotVisible
from apps.core.models import Attachment
from apps.core.quotas import MEGABYTE, charge, limits

if TYPE_CHECKING:
    from apps.accounts.models import User

LARGEST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
THUMBNAIL_SIDE = 320

Visible = Callable[["User", int], bool]
_targets: dict[str, Visible] = {}


def register_target(kind: str, visible: Visible) -> None:
    """Let rows of ``kind`` carry photos; ``visible(user, id)`` says who sees them."""
    _targets[kind] = visible


def attachments_of(kind: str, target_id: int) -> list[Attachment]:
    """The photos of one row, oldest first. The caller has checked that the row is visible."""
    found = Attachment.objects.filter(target_kind=kind, target_id=target_id)
    return list(found.select_related("uploaded_by").order_by("uploaded_at", "id"))


def visible_attachment(user: "User", attachment_id: uuid.UUID) -> Attachment:
    """One photo, if the row it hangs on is visible to ``user``. Raises ``NotVisible``."""
    attachment = Attachment.objects.filter(pk=attachment_id).first()
    if attachment is None or not _targets[attachment.target_kind](user, attachment.target_id):
        raise NotVisible
    return attachment


def attach_photo(
    *,
    kind: str,
    target_id: int,
    upload: BinaryIO,
    actor: "User",
    at: datetime,
    purpose: str = "evidence",
    client_id: uuid.UUID | None = None,
    unit_id: int | None = None,
) -> Attachment:
    """Check, re-encode and keep a photo; a repeat with the same ``client_id`` gives the first one.

    The caller has checked the actor's right to the row and is in a transaction. ``unit_id`` is the unit whose total the
    photo counts in. Raises ``InvalidInput`` naming ``photo`` when it is no image, too large in bytes or pixels, or
    when a quota is used up (``quotas.charge``).
    """
    if client_id is not None:
        kept = Attachment.objects.filter(client_id=client_id, uploaded_by=actor).first()
        if kept is not None:
            return kept
    image = _read(upload)
    body, thumbnail = _encode(image, LONGEST_SIDE), _encode(image, THUMBNAIL_SIDE)
    charge(kind=kind, target_id=target_id, actor=actor, unit_id=unit_id, size=len(body[0]), at=at)
    attachment = Attachment(
        client_id=client_id,
        target_kind=kind,
        target_id=target_id,
        purpose=purpose,
        media_type="image/jpeg",
        size=len(body[0]),
        width=body[1],
        height=body[2],
        sha256=hashlib.sha256(body[0]).digest(),
        uploaded_by=actor,
        uploaded_at=at,
    )
    attachment.file.save(f"{attachment.pk}.jpg", ContentFile(body[0]), save=False)
    attachment.thumbnail.save(f"{attachment.pk}-small.jpg", ContentFile(thumbnail[0]), save=False)
    attachment.save(force_insert=True)
    return attachment


def copy_attachments(*, kind: str, source_id: int, target_id: int) -> None:
    """Let another row of the same kind carry the photos of one; the files are shared. The caller has checked the
    actor's right to both rows.
    """
    rows = attachments_of(kind, source_id)
    for row in rows:
        row.pk, row.client_id, row.target_id, row.copied = uuid.uuid4(), None, target_id, True
    Attachment.objects.bulk_create(rows)


def _refused(text: str) -> InvalidInput:
    return InvalidInput(fields={"photo": [text]})


def _read(upload: BinaryIO) -> Image.Image:
    largest = limits().file_mb * MEGABYTE
    data = upload.read(largest + 1)
    if len(data) > largest:
        raise _refused(_("照片不能超过 %(most)d MB，请缩小后再传。") % {"most": limits().file_mb})
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        if image.width * image.height > LARGEST_PIXELS:
            raise Image.DecompressionBombError
        image.load()
    except Image.DecompressionBombError as error:
        raise _refused(_("照片像素过大，请缩小后再传。")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _refused(_("只接受 JPEG、PNG 或 WebP 照片。")) from error
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.info.clear()  # a comment would be written into the new file again
    return upright


def _encode(image: Image.Image, longest: int) -> tuple[bytes, int, int]:
    scaled = image.copy()
    scaled.thumbnail((longest, longest))
    buffer = io.BytesIO()
    scaled.save(buffer, format="JPEG", quality=82, optimize=True)
    return buffer.getvalue(), scaled.width, scaled.height
