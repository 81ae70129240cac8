"""Announcements under people who press at the same moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from apps.core.errors import WrongState
from apps.notices.announcements import services
from apps.notices.announcements.models import Receipt
from apps.notices.models import Notice
from tests.concurrency.test_cases_at_once import at_once
from tests.factories.announcements import make_announcement, make_draft
from tests.factories.cases import World


def test_publishing_confirming_and_reminding_at_once_happen_once(world: World) -> None:
    street = world.unit("street 0")
    draft = make_draft(world["street"], street, at=world.tick(), confirmation=True)

    def publish() -> Any:
        return services.publish_announcement(actor=world["street"], announcement_id=draft.pk, at=world.at)

    answers = at_once([publish] * 3)
    assert sorted(type(answer).__name__ for answer in answers) == ["Announcement", "WrongState", "WrongState"]
    assert all(isinstance(answer, WrongState | type(draft)) for answer in answers)
    assert Receipt.objects.count() == 6

    moments = [world.tick() for _number in range(3)]

    def confirm(moment: Any) -> Callable[[], Any]:
        return lambda: services.confirm_announcement(user=world["worker"], announcement_id=draft.pk, at=moment)

    receipts = at_once([confirm(moment) for moment in moments])
    kept = Receipt.objects.get(user=world["worker"])
    assert {receipt.read_at for receipt in receipts} == {kept.read_at}

    def remind() -> int:
        at = world.at + timedelta(minutes=1)
        return services.remind_pending(actor=world["street"], announcement_id=draft.pk, at=at)

    assert sorted(at_once([remind] * 3)) == [0, 0, 5]
    assert Notice.objects.filter(kind=services.REMINDED).count() == 5

    other = make_announcement(world["street"], street, at=world.tick())
    Receipt.objects.filter(announcement=other).delete()
    answers = at_once([lambda: services.enrol_newcomers(at=world.at)] * 3)
    assert sorted(answers) == [0, 0, 6]
