"""Real messages of residents through the intake, where the data lie beside the repository; else left out.

Each becomes one case through the service, a repeat makes none twice, and every word is found as a linear scan finds it.
Where the data need a place or a category, a digest of their text chooses it, the same for the same text.
"""

import random

import pytest
from django.db import connection

from apps.cases.models import Case, Category
from apps.cases.selectors import Wanted, case_page
from apps.cases.selectors.similar import groups_of
from apps.cases.words import containing
from apps.core.errors import Conflict
from apps.core.text import normalise
from tests.factories.cases import World, make_category
from tests.factories.messages import Message, read_messages, where_they_are

GRIDS = [f"grid {street} {community} {grid}" for street in (0, 1) for community in (0, 1) for grid in (0, 1)]
SEED = 20_261_125

pytestmark = where_they_are


def take_in(world: World, messages: list[Message], categories: list[Category]) -> list[Case]:
    """Each message a report of the hotline, a minute after the one before."""
    cases = []
    for message in messages:
        lon, lat = world.point(GRIDS[message.chosen(len(GRIDS))])
        digest = message.digest()
        case = world.report(
            by="district",
            category=categories[message.chosen(len(categories))],
            title=message.title or "来信",
            description=message.text,
            lon=lon + (digest[0] - 128) / 100_000,
            lat=lat + (digest[1] - 128) / 100_000,
            source="letter_box",
            source_number=message.number,
        )
        cases.append(case)
    return cases


def check(world: World, messages: list[Message], words_of_each: int) -> list[Case]:
    names = ("道路破损", "噪声扰民", "物业管理", "违法建设")
    categories = [make_category(names[number % len(names)]) for number in range(200)]
    cases = take_in(world, messages, categories)
    assert Case.objects.count() == len(messages)
    for message in messages[:: max(len(messages) // 50, 1)]:
        with pytest.raises(Conflict):
            take_in(world, [message], categories)
    assert Case.objects.count() == len(messages)
    texts = {
        case.number: "\n".join(normalise(text) for text in (case.title, case.description, case.address))
        for case in cases
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")  # as the database does by itself once they are committed
    drawn = random.Random(SEED)
    asked: set[str] = set()
    for case in cases:
        pairs = [
            run[place : place + 2]
            for run in texts[case.number].split()
            for place in range(len(run) - 1)
            if run[place : place + 2].isalnum()
        ]
        asked.update(drawn.sample(pairs, min(words_of_each, len(pairs))))
    visible = Case.objects.visible_to(world["district"])
    for place, words in enumerate(sorted(asked)):
        found = set(visible.filter(containing(words)).values_list("number", flat=True))
        assert found == {number for number, text in texts.items() if words in text}, (SEED, words)
        if place % 20 == 0:
            page = case_page(world["district"], Wanted(words=words), cursor=None, size=len(cases))
            assert {row.number for row in page.rows} == found, (SEED, words)
    return cases


def test_a_sample_is_taken_in_once_and_found_by_every_word(world: World) -> None:
    drawn = random.Random(SEED)
    check(world, drawn.sample(read_messages(), 60), 1)


@pytest.mark.soak
def test_all_messages_are_taken_in_once_and_found_by_every_word(world: World) -> None:
    cases = check(world, read_messages(), 2)
    for place, case in enumerate(
        cases
    ):  # places are made up here: compared by their words alone, as if all came at once
        case.reported_at, case.lat = world.at, case.lat + place / 100
    groups = groups_of(cases)
    seen: set[int] = set()
    for group in groups:
        members = [group.first.pk, *(one.case.pk for one in group.others)]
        assert seen.isdisjoint(members)
        seen.update(members)
    print(f"{len(cases)} messages: {len(groups)} groups of probable duplicates with {len(seen)} messages")
