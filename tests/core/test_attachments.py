"""Photos are checked by content, lose their metadata, and are served only to those who see what they hang on."""

import io
import struct
import uuid
import zlib
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
        pytest.param(io.BytesIO(b"0" * (10 * 1024 * 1024 + 1)), id="too large"),
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


def bomb(width: int, height: int) -> io.BytesIO:
    """A PNG of a few kilobytes that says, and holds, millions of points."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    body = b"".join(packer.compress(row) for _line in range(height)) + packer.flush()
    signature = bytes([137]) + b"PNG\r\n" + bytes([26]) + b"\n"
    return io.BytesIO(signature + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b""))


@pytest.mark.django_db
def test_a_bomb_is_refused_before_it_is_unpacked(target: set[int]) -> None:
    upload = bomb(20_000, 20_000)
    assert len(upload.getvalue()) < 100_000
    with pytest.raises(InvalidInput) as refused:
        attach(make_user(), upload)
    assert refused.value.fields == {"photo": ["照片像素过大，请缩小后再传。"]}
    assert attach(make_user(), bomb(400, 300)).width == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    "payload", [b"<?php system($_GET[0]); ?>", b"<script>alert(1)</script>", b"PK\x03\x04" + b"a" * 40]
)
def test_of_a_file_that_is_two_things_only_the_picture_stays(target: set[int], payload: bytes) -> None:
    comment = picture(form="JPEG", comment=payload).getvalue()
    for upload in (io.BytesIO(picture().getvalue() + payload), io.BytesIO(comment)):
        assert payload in upload.getvalue()
        kept = attach(make_user(), upload)
        for file in (kept.file, kept.thumbnail):
            stored = file.open("rb").read()
            assert payload not in stored
            assert Image.open(io.BytesIO(stored)).format == "JPEG"


@pytest.mark.django_db
@pytest.mark.parametrize("first", [b"GIF89a", b"%PDF-1.7\n", b"<html>", b"MZ"])
def test_a_picture_hidden_behind_another_type_is_refused(target: set[int], first: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        attach(make_user(), io.BytesIO(first + picture().getvalue()))
    assert refused.value.fields == {"photo": ["只接受 JPEG、PNG 或 WebP 照片。"]}


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
