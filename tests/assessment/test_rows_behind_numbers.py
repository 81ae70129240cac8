"""Every number opens to exactly its rows: for facts by lot, every score and every indicator."""

from random import Random, SystemRandom

import pytest

from apps.assessment.choices import Part
from apps.assessment.models import ScoreItem
from apps.assessment.selectors.opened import open_number, rows_of
from apps.core.errors import NotVisible
from tests.factories.assessment import Office, make_random_facts


@pytest.mark.parametrize("given", [1, 2, None])
def test_the_rows_are_as_many_as_the_number_says(office: Office, given: int | None) -> None:
    seed = SystemRandom().randrange(1_000_000) if given is None else given
    print(f"seed {seed}")
    make_random_facts(office, Random(seed))
    period = office.run()
    items = list(ScoreItem.objects.filter(score__period=period).select_related("score__period__district", "indicator"))
    assert {item.score.subject_kind for item in items} == {
        "district",
        "street",
        "community",
        "grid",
        "worker",
        "agency",
    }
    for item in items:
        name = (seed, item.score.name, item.indicator.code)
        numerator = set(rows_of(item.score, item, Part.NUMERATOR).values_list("pk", flat=True))
        assert (name, len(numerator)) == (name, item.numerator)
        if not item.indicator.denominator:
            continue
        denominator = set(rows_of(item.score, item, Part.DENOMINATOR).values_list("pk", flat=True))
        rest = set(rows_of(item.score, item, Part.REST).values_list("pk", flat=True))
        assert (name, len(denominator)) == (name, item.denominator)
        assert (name, numerator | rest, numerator & rest) == (name, denominator, set())


def test_pages_by_key_show_every_row_once(office: Office) -> None:
    make_random_facts(office, Random(7))
    period = office.publish(office.run())
    score = office.score(period, "district", office.district)
    for code, part in (("on_time", "denominator"), ("discovery", "numerator"), ("logs", "rest"), ("red", "numerator")):
        seen: list[int] = []
        cursor = None
        while True:
            found = open_number(office["leader"], score_id=score.pk, code=code, part=part, cursor=cursor, size=5)
            seen += [row.pk for row in found.page.rows]
            cursor = found.page.next
            if cursor is None:
                break
        assert (code, len(seen), len(set(seen))) == (code, found.stored, found.stored)


def test_a_number_says_when_its_rows_have_changed_since(office: Office) -> None:
    case = office.case(handled="2026-03-10 16:00")
    score = office.score(office.publish(office.run()), "district", office.district)
    find = {"score_id": score.pk, "code": "on_time", "part": "numerator", "cursor": None, "size": 20}
    assert not open_number(office["leader"], **find).moved
    case.handled_in_time = False
    case.save()
    found = open_number(office["leader"], **find)
    assert (found.stored, found.now, found.moved) == (1, 0, True)


def test_what_is_not_there_does_not_open(office: Office) -> None:
    office.case()
    score = office.score(office.publish(office.run()), "district", office.district)
    for code, part in (("nothing", "numerator"), ("overdue", "denominator"), ("red", "numerator")):
        with pytest.raises(NotVisible):
            open_number(office["leader"], score_id=score.pk, code=code, part=part, cursor=None, size=20)
