"""Photos counted under people who upload at the same moment: nobody gets past a limit together with another."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from apps.cases import services
from apps.core.errors import InvalidInput
from apps.core.models import Attachment, AttachmentUse
from tests.concurrency.test_cases_at_once import at_once
from tests.factories.cases import World, photo_file


def uploader(world: World, case: Any, who: str) -> Callable[[], Any]:
    user, at = world[who], world.at
    return lambda: services.attach_case_photo(number=case.number, actor=user, upload=photo_file(), at=at)


def refusals(answers: list[Any]) -> int:
    assert all(isinstance(one, Attachment | InvalidInput) for one in answers), answers
    return sum(isinstance(one, InvalidInput) for one in answers)


@pytest.mark.parametrize("limit", ["row_photos", "day_photos", "unit_mb"])
def test_the_last_places_are_given_once(world: World, settings: Any, limit: str) -> None:
    cases = [world.report() for _number in range(6)]
    size = services.attach_case_photo(
        number=cases[0].number, actor=world["worker"], upload=photo_file(), at=world.tick()
    ).size
    allowed = {"row_photos": 3, "day_photos": 3, "unit_mb": 3.5 * size / 1024 / 1024}[limit]
    settings.ATTACHMENT_LIMITS = settings.ATTACHMENT_LIMITS | {limit: allowed}
    chosen = [cases[0]] * 6 if limit == "row_photos" else cases
    who = ["worker"] * 6 if limit == "day_photos" else ["worker", "station", "street"] * 2
    answers = at_once([uploader(world, case, name) for case, name in zip(chosen, who, strict=True)])
    assert refusals(answers) == 4
    assert Attachment.objects.count() == 3
    used = AttachmentUse.objects.get()
    assert (used.unit_id, used.files, used.size) == (
        world.unit("street 0").pk,
        3,
        Attachment.objects.aggregate(total=Sum("size"))["total"],
    )
