"""Photos are checked by content, lose their metadata, and are served only to those who see what they hang on."""

import io
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from apps.core import attachments
from apps.core.errors import InvalidInput, NotVisible
from apps.core.models import Attachment
from tests.factories.accounts import client_of, make_user

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def target() -> Iterator[set[int]]:
    """A kind of row that is visible to the users whose ids are in the set."""
    seers: set[int] = set()
    attachments.register_target("test-row", lambda user, _row: user.pk in seers)
    yield seers
    del attachments._targets["test-row"]


def picture(width: int = 40, height: int = 30, form: str = "JPEG", **options: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, format=form, **options)
    buffer.seek(0)
    return buffer


def attach(user: Any, upload: Any, **more: Any) -> Attachment:
    return attachments.attach_photo(kind="test-row", target_id=7, upload=upload, actor=user, at=AT, **more)


@pytest.mark.django_db
def test_a_photo_is_scaled_and_stripped(target: set[int]) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    kept = attach(make_user(), picture(3200, 2400, exif=exif))
    image = Image.open(kept.file.open("rb"))
    assert (image.size, kept.width, kept.height, kept.media_type) == ((1600, 1200), 1600, 1200, "image/jpeg")
    assert dict(image.getexif()) == {}
    assert max(Image.open(kept.thumbnail.open("rb")).size) == 320


@pytest.mark.django_db
def test_the_same_identifier_twice_gives_one_photo(target: set[int]) -> None:
    user, identifier = make_user(), uuid.uuid4()
    first = attach(user, picture(), client_id=identifier)
    assert attach(user, picture(), client_id=identifier).pk == first.pk
    assert Attachment.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "upload",
    [
        pytest.param(io.BytesIO(b"<svg onload='alert(1)'/>"), id="markup"),
        pytest.param(io.BytesIO(b""), id="empty"),
        pytest.param(picture(form="GIF"), id="gif"),
        pytest.param(io.BytesIO(picture().getvalue()[:200]), id="cut off"),
        pytest.param(io.BytesIO(b"0" * (attachments.LARGEST_BYTES + 1)), id="too large"),
    ],
)
def test_what_is_no_photo_is_refused_by_field(target: set[int], upload: io.BytesIO) -> None:
    with pytest.raises(InvalidInput) as refused:
        attach(make_user(), upload)
    assert list(refused.value.fields) == ["photo"]
    assert Attachment.objects.count() == 0


@pytest.mark.django_db
def test_too_many_pixels_are_refused_before_they_are_decoded(target: set[int], monkeypatch: Any) -> None:
    monkeypatch.setattr(attachments, "LARGEST_PIXELS", 1000)
    with pytest.raises(InvalidInput):
        attach(make_user(), picture(100, 100))


@pytest.mark.django_db
def test_only_those_who_see_the_row_get_the_photo(target: set[int]) -> None:
    owner, stranger = make_user(), make_user()
    target.add(owner.pk)
    kept = attach(owner, picture())
    response = client_of(owner).get(f"/attachments/{kept.pk}/")
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert client_of(owner).get(f"/attachments/{kept.pk}/small/").status_code == 200
    assert client_of(stranger).get(f"/attachments/{kept.pk}/").status_code == 404
    with pytest.raises(NotVisible):
        attachments.visible_attachment(stranger, uuid.uuid4())
