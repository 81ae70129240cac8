"""The demonstration's units: real names, invented grids, boundaries that tile; the same every time; safe to repeat."""

import time
from collections import Counter
from random import Random

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from apps.core import clock
from apps.grid.coverage import coverage_lines
from apps.grid.integrity import tree_faults
from apps.grid.models import Boundary, Unit
from apps.grid.seed import AGE, seed_units, short_name
from apps.organisation.models import Agency


@pytest.mark.django_db
def test_the_demonstration_district():
    at = clock.now()
    begun = time.process_time()  # of this process alone, whatever else the machine does
    district = seed_units("310106", Random(310106), at=at)
    assert time.process_time() - begun < 15
    assert list(tree_faults()) == []
    kinds = Counter(Unit.objects.values_list("kind", flat=True))
    assert (kinds["street"], kinds["community"]) == (14, 267)
    grids = Unit.objects.filter(kind="grid")
    per_community = Counter(grids.values_list("parent_id", flat=True))
    assert len(per_community) == 267
    assert set(per_community.values()) <= {5, 6, 7, 8}
    basic = grids.filter(grid_type="basic").values_list("parent__name", "households")
    for name, households in basic:
        low, high = (100, 300) if name.endswith(("村", "村委会")) else (200, 500)
        assert low <= households <= high
    assert 0.02 < grids.filter(grid_type="dedicated").count() / kinds["grid"] < 0.15
    assert Boundary.objects.filter(state="published").count() == sum(kinds.values())
    assert list(Boundary.objects.filter(synthetic=False).values_list("unit__code", flat=True)) == ["310106"]
    assert Agency.objects.filter(kind="centre").count() == 1 + 14 + 267
    assert coverage_lines("310106").lines == []
    assert district.opened_on == clock.local(at - AGE).date()

    before = list(Boundary.objects.order_by("pk").values_list("pk", "area"))
    assert seed_units("310106", Random(1), at=at).pk == district.pk
    assert list(Boundary.objects.order_by("pk").values_list("pk", "area")) == before
    assert Unit.objects.count() == sum(kinds.values())


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_district():
    def made(seed: int) -> list[tuple]:
        with transaction.atomic():
            seed_units("350211", Random(seed), at=clock.now())
            rows = Boundary.objects.order_by("unit__code")
            found = list(rows.values_list("unit__code", "unit__name", "unit__households", "geometry"))
            transaction.set_rollback(True)
        return found

    assert made(7) == made(7) != made(8)


@pytest.mark.django_db
def test_check_coverage_tells_gaps_and_ends_with_one(capsys):
    seed_units("350211", Random(3), at=clock.now())
    call_command("check_coverage", "350211")
    assert capsys.readouterr().out.startswith("no gap and no overlap")
    grid = Unit.objects.filter(kind="grid").first()
    Boundary.objects.filter(unit=grid).delete()
    with pytest.raises(CommandError) as found:
        call_command("check_coverage", "350211")
    assert found.value.returncode == 1
    out = capsys.readouterr().out
    assert f"{grid.parent.code}: {grid.code} has no boundary" in out
    assert f"{grid.parent.code}: gap, " in out
    with pytest.raises(CommandError, match="there is no unit 999999"):
        call_command("check_coverage", "999999")


@pytest.mark.parametrize(
    ("name", "short"), [("永乐居委会", "永乐"), ("新安社区居民委员会", "新安"), ("村", "村"), ("杏林", "杏林")]
)
def test_short_names(name, short):
    assert short_name(name) == short
