"""The archive while others act: one wins, the others are told, and numbers have no gap."""

from typing import Any

import pytest
from django.db import connection

from apps.cases.models import ArchiveBook, Case, CaseEvent, CaseFile
from apps.cases.services import archiving
from apps.cases.services.archiving import archive_ripe
from apps.core import anchors
from tests.concurrency.test_cases_at_once import CASES, at_once, poster, statuses
from tests.factories.cases import World


def sequences() -> list[int]:
    return sorted(CaseFile.objects.filter(number__isnull=False).values_list("sequence", flat=True))


def test_put_away_and_opened_again_at_once(world: World) -> None:
    case = world.ripe()
    body: dict[str, Any] = {"version": case.version, "note": "又堆上了"}
    calls = [poster(world, "street", f"{CASES}{case.number}/{action}/", body) for action in ("archive", "reopen") * 4]
    assert statuses(at_once(calls)) == {200: 1, 409: 7}
    kept = Case.objects.get(pk=case.pk)
    files = list(CaseFile.objects.filter(case=case).values_list("state", flat=True))
    assert (kept.state, kept.filing, files) in [("closed", "archived", ["archived"]), ("registered", "", [])]
    assert sequences() == ([1] if files else [])
    assert list(anchors.verify()) == []


def test_many_put_away_at_once_by_people_and_by_the_task(world: World) -> None:
    cases = [world.move(world.report(), "refuse", "station", note="不属实") for _ in range(6)]
    world.tick()
    calls = [poster(world, "station", f"{CASES}{case.number}/archive/", {"version": case.version}) for case in cases]
    calls += [lambda: archive_ripe(at=world.at)] * 3
    answers = at_once(calls)
    away = sum(one for one in answers if isinstance(one, int))
    assert statuses([one for one in answers if not isinstance(one, int)])[200] + away == 6
    assert sequences() == [1, 2, 3, 4, 5, 6]
    assert ArchiveBook.objects.get().last == 6
    assert CaseEvent.objects.filter(action="archive").count() == 6
    assert list(anchors.verify()) == []


def test_killed_half_way_it_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        world.move(world.report(), "refuse", "station", note="不属实")
    monkeypatch.setattr(archiving, "BATCH", 2)
    done = []

    def tell(*arguments: Any, **more: Any) -> None:
        if done:
            raise RuntimeError("killed")
        done.append(enqueue(*arguments, **more))

    enqueue = archiving.enqueue_many
    monkeypatch.setattr(archiving, "enqueue_many", tell)
    with pytest.raises(RuntimeError):
        archive_ripe(at=world.tick())
    assert sequences() == [1, 2]
    assert Case.objects.filter(filing="archived").count() == 2
    assert CaseEvent.objects.filter(action="archive").count() == 2
    monkeypatch.setattr(archiving, "enqueue_many", enqueue)
    assert archive_ripe(at=world.tick()) == 3
    assert sequences() == [1, 2, 3, 4, 5]
    assert list(anchors.verify()) == []
    connection.close()
