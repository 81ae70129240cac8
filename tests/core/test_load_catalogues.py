"""Loading catalogues: all or nothing, twice without change, every row accounted for."""

import pytest
from django.core.management import CommandError, call_command

from apps.core import catalogues
from apps.core.catalogues import CatalogueError, LoadReport, load_all, register_loader, registered_loaders, upsert_rows
from apps.organisation.models import PostKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_loaders(monkeypatch):
    monkeypatch.setattr(catalogues, "_loaders", {})


def post(code, **values):
    return {"code": code, "name": code, "name_en": code, "unit_kind": "grid", "single_holder": False} | values


def load(*rows):
    return upsert_rows(PostKind, "code", rows, retire=False)


def names():
    return dict(PostKind.objects.order_by("code").values_list("code", "name"))


def test_a_second_load_changes_nothing():
    assert load(post("x1"), post("x2")) == LoadReport(created=2, changed=0, unchanged=0)
    assert load(post("x1"), post("x2")) == LoadReport(created=0, changed=0, unchanged=2)


def test_a_changed_row_is_updated_and_counted():
    load(post("x1"), post("x2"))
    assert load(post("x1", name="新"), post("x2"), post("x3")) == LoadReport(created=1, changed=1, unchanged=1)
    assert names() == {"x1": "新", "x2": "x2", "x3": "x3"}


def test_a_row_that_left_stays_where_rows_are_not_retired():
    load(post("x1"), post("x2"))
    assert load(post("x1")) == LoadReport(created=0, changed=0, unchanged=1)
    assert set(names()) == {"x1", "x2"}


@pytest.mark.usefixtures("no_loaders")
def test_loaders_run_in_the_order_of_their_registration():
    register_loader("second", lambda: LoadReport(0, 0, 2))
    register_loader("first", lambda: LoadReport(1, 0, 0))
    assert list(load_all().items()) == [("second", LoadReport(0, 0, 2)), ("first", LoadReport(1, 0, 0))]
    assert registered_loaders() == ("second", "first")


def refuse():
    raise CatalogueError(["b.csv line 2: bad", "b.csv line 3: worse"])


@pytest.mark.usefixtures("no_loaders")
def test_one_bad_catalogue_means_nothing_is_loaded():
    register_loader("posts", lambda: load(post("x1")))
    register_loader("bad", refuse)
    with pytest.raises(CatalogueError):
        load_all()
    assert names() == {}


@pytest.mark.usefixtures("no_loaders")
def test_the_command_prints_a_line_for_each_catalogue(capsys):
    register_loader("posts", lambda: load(post("x1")))
    call_command("load_catalogues")
    call_command("load_catalogues")
    assert capsys.readouterr().out.splitlines() == [
        "posts: 1 created, 0 changed, 0 unchanged",
        "posts: 0 created, 0 changed, 1 unchanged",
    ]


@pytest.mark.usefixtures("no_loaders")
def test_the_command_fails_with_every_bad_row():
    register_loader("bad", refuse)
    with pytest.raises(CommandError) as failure:
        call_command("load_catalogues")
    assert str(failure.value).splitlines() == ["b.csv line 2: bad", "b.csv line 3: worse"]
    assert failure.value.returncode == 1


def test_what_is_shipped_loads_and_a_second_load_changes_nothing(capsys):
    call_command("load_catalogues")
    first = capsys.readouterr().out.splitlines()
    assert {line.split(":")[0] for line in first} >= {"posts", "categories", "deadlines"}
    call_command("load_catalogues")
    second = capsys.readouterr().out.splitlines()
    assert len(second) == len(first)
    assert [line for line in second if ": 0 created, 0 changed, " not in line] == []
