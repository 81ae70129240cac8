"""The page of the space that photos take up: for system administrators, by unit, the fullest first."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.models import AttachmentUse
from apps.grid.storage import storage_lines, storage_unit
from tests.factories.accounts import client_of
from tests.factories.cases import World, make_world

MB = 1024 * 1024


@pytest.fixture
def world(db: None) -> World:
    return make_world(rules=False)


def use(world: World, place: str, files: int, size: int) -> None:
    AttachmentUse.objects.create(unit_id=world.unit(place).pk, files=files, size=size)


def test_every_district_and_street_of_the_scope_the_fullest_first(world: World, settings: Any) -> None:
    settings.ATTACHMENT_LIMITS = settings.ATTACHMENT_LIMITS | {"unit_mb": 100}
    use(world, "street 1", 3, 85 * MB)
    use(world, "district", 2, 100 * MB)
    lines = storage_lines(world["admin"])
    assert [(line.unit.name, line.photos, line.share, line.tone) for line in lines] == [
        (world.unit("district").name, 2, 100, "late"),
        (world.unit("street 1").name, 3, 85, "near"),
        (world.unit("street 0").name, 0, 0, ""),
    ]
    assert storage_lines(world["street"]) == []


@pytest.mark.parametrize("rows", [1, 2])
def test_the_page(world: World, rows: int) -> None:
    for number in range(rows):
        use(world, f"street {number}", 12, 3 * MB + number)
    client = client_of(world["admin"])
    client.get("/manage/storage/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/manage/storage/").content.decode()
    assert len([one for one in asked if "core_attachmentuse" in one["sql"] or "grid_unit" in one["sql"]]) <= 4
    assert page.count('<td class="num text-nowrap">3.0 MB</td>') == rows
    assert "50.0 GB" in page
    assert client_of(world["leader"]).get("/manage/storage/").status_code == 403
    overview = client.get(f"/manage/{world.unit('district').code}/").content.decode()
    assert 'href="/manage/storage/"' in overview


def test_what_lies_in_no_street_counts_in_the_district() -> None:
    assert storage_unit({"district_id": 1, "street_id": None, "community_id": None, "grid_id": None}) == 1
    assert storage_unit({"district_id": 1, "street_id": 2, "community_id": 3, "grid_id": None}) == 2
    with pytest.raises(ValueError, match="lies in a district"):
        storage_unit({"district_id": None, "street_id": None, "community_id": None, "grid_id": None})
