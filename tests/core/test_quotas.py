"""Photos are counted: of one row, of one person's day, of one unit; what is over says what helps."""

import io
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image

from apps.accounts.models import User
from apps.core import attachments
from apps.core.errors import InvalidInput
from apps.core.models import Attachment, AttachmentUse
from apps.core.presentation import size_text
from tests.factories.accounts import make_user

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def target() -> Iterator[None]:
    attachments.register_target("test-row", lambda _user, _row: True)
    yield
    del attachments._targets["test-row"]


@pytest.fixture
def limit(settings: Any) -> Any:
    """Set some of the limits for a test."""

    def change(**values: int) -> None:
        settings.ATTACHMENT_LIMITS = settings.ATTACHMENT_LIMITS | values

    return change


def noise(side: int = 16, seed: int = 0) -> io.BytesIO:
    """A picture that hardly shrinks: ``side`` 1000 is about 800 KB once kept."""
    image = Image.effect_noise((side, side), 90 + seed).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=85)
    buffer.seek(0)
    return buffer


def attach(user: User, target_id: int = 7, upload: Any = None, at: datetime = AT, **more: Any) -> Attachment:
    given = {"kind": "test-row", "target_id": target_id, "upload": upload or noise(), "actor": user, "at": at}
    return attachments.attach_photo(**(given | more))


def refused(*args: Any, **more: Any) -> str:
    before = (Attachment.objects.count(), list(AttachmentUse.objects.values_list("unit_id", "files", "size")))
    with pytest.raises(InvalidInput) as error:
        attach(*args, **more)
    assert before == (Attachment.objects.count(), list(AttachmentUse.objects.values_list("unit_id", "files", "size")))
    assert list(error.value.fields) == ["photo"]
    return error.value.fields["photo"][0]


def test_of_one_row(limit: Any) -> None:
    limit(row_photos=2)
    one, other = make_user(), make_user()
    attach(one)
    attach(other)
    assert refused(one) == "每件最多 2 张照片，请只留要紧的。"
    attach(one, target_id=8)


def test_of_one_row_in_bytes(limit: Any) -> None:
    user = make_user()
    first = attach(user, upload=noise(1000))
    assert 500_000 < first.size < 1_048_576
    limit(row_mb=1)
    assert refused(user, upload=noise(1000, 1)) == "每件的照片合计不超过 1 MB，请缩小照片或少传几张。"
    attach(user)


def test_of_one_person_on_one_day_in_shanghai(limit: Any) -> None:
    limit(day_photos=2)
    user = make_user()
    night = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)
    attach(user, 1)
    attach(user, 2, at=night)
    assert refused(user, 3, at=night) == "每人每天最多上传 2 张照片，请明天再传。"
    attach(make_user(), 3, at=night)
    attach(user, 3, at=night + timedelta(minutes=1))


def test_of_one_person_on_one_day_in_bytes(limit: Any) -> None:
    user = make_user()
    attach(user, 1, upload=noise(1000))
    limit(day_mb=1)
    assert refused(user, 2, upload=noise(1000, 1)) == "每人每天上传的照片合计不超过 1 MB，请明天再传。"


def test_of_one_unit(limit: Any) -> None:
    user = make_user()
    first = attach(user, 1, upload=noise(1000), unit_id=5)
    limit(unit_mb=1)
    said = refused(user, 2, upload=noise(1000, 1), unit_id=5)
    assert said == "本单元的照片空间已满（1 MB），请联系系统管理员。"
    other = attach(user, 2, upload=noise(1000, 1), unit_id=6)
    small = attach(user, 3, unit_id=5)
    used = dict(AttachmentUse.objects.values_list("unit_id", "size"))
    assert used == {5: first.size + small.size, 6: other.size}
    assert dict(AttachmentUse.objects.values_list("unit_id", "files")) == {5: 2, 6: 1}


def test_a_first_photo_larger_than_the_unit_may_hold(limit: Any) -> None:
    limit(unit_mb=0)
    assert "照片空间已满" in refused(make_user(), unit_id=5)


def test_of_one_file(limit: Any) -> None:
    limit(file_mb=1)
    large = io.BytesIO(noise().getvalue() + b"0" * 1_048_576)
    assert refused(make_user(), upload=large) == "照片不能超过 1 MB，请缩小后再传。"


def test_a_repeat_counts_once(limit: Any) -> None:
    limit(row_photos=1)
    user, identifier = make_user(), uuid.uuid4()
    first = attach(user, client_id=identifier, unit_id=5)
    assert attach(user, client_id=identifier, unit_id=5) == first
    assert AttachmentUse.objects.get().files == 1


def test_rows_that_share_a_file_count_once(limit: Any) -> None:
    limit(day_photos=2)
    user = make_user()
    attach(user, 1, unit_id=5)
    attachments.copy_attachments(kind="test-row", source_id=1, target_id=2)
    attachments.copy_attachments(kind="test-row", source_id=1, target_id=3)
    attach(user, 4, unit_id=5)
    assert AttachmentUse.objects.get().files == 2
    assert "每人每天" in refused(user, 5)


@pytest.mark.parametrize("there", [1, 6])
def test_counting_costs_the_same_however_many_there_are(there: int) -> None:
    user = make_user()
    for number in range(there):
        attach(user, number % 2, unit_id=5)
    with CaptureQueriesContext(connection) as asked:
        attach(user, 9, unit_id=5)
    assert len(asked) == 5


@pytest.mark.parametrize("change", [{"files": 0}, {"size": 0}])
def test_a_unit_without_a_photo_has_no_row(change: dict[str, int]) -> None:
    attach(make_user(), unit_id=5)
    with pytest.raises(IntegrityError, match="core_attachmentuse_not_empty"), transaction.atomic():
        AttachmentUse.objects.update(**change)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 KB"), (1, "1 KB"), (640 * 1024, "640 KB"), (3_355_443, "3.2 MB"), (51_200 * 1024 * 1024, "50.0 GB")],
)
def test_a_size_in_words(size: int, text: str) -> None:
    assert size_text(size) == text
