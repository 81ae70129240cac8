"""Duties, agencies, fallbacks and posts are complete and agree with each other."""

import pytest

from apps.core.catalogues import CatalogueError
from apps.organisation import catalogue
from apps.organisation.catalogue import read_agencies, read_duties, read_fallbacks, read_posts


@pytest.fixture
def replace(tmp_path, monkeypatch):
    """Puts a text in the place of one catalogue file."""

    def put(name, text):
        there = catalogue.catalogue_path
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(catalogue, "catalogue_path", lambda asked: path if asked == name else there(asked))

    return put


def test_every_duty_has_an_answer_in_the_district():
    assert [row.duty for row in read_duties() if not row.district_agency] == []


def test_every_agency_answers_for_something():
    assert [row.key for row in read_agencies() if not row.duties] == []


def test_one_agency_may_answer_for_several_duties():
    bureau = next(row for row in read_agencies() if row.key == "appearance_bureau")
    assert bureau.duties == ("sanitation", "greening")


def test_components_fall_to_the_construction_department_and_events_to_the_street():
    assert [(row.kind, row.level, row.agency_kind, row.duty) for row in read_fallbacks()] == [
        ("component", "district", "department", "construction"),
        ("event", "street", "centre", ""),
    ]


def test_one_leader_and_many_workers():
    posts = {row.key: row for row in read_posts()}
    assert (posts["grid_leader"].level, posts["grid_leader"].single_holder) == ("grid", True)
    assert (posts["grid_worker"].level, posts["grid_worker"].single_holder) == ("grid", False)
    assert posts["supervisor"].many_units


def test_a_duty_of_an_agency_of_another_level_is_refused(replace):
    replace(
        "duties.csv",
        "duty,name,name_en,street_agency,district_agency,origin\nfire,消防,Fire,fire_brigade,nobody,test\n",
    )
    with pytest.raises(CatalogueError) as refusal:
        read_duties()
    assert refusal.value.problems == (
        "duties.csv line 2: fire_brigade is no agency of a street",
        "duties.csv line 2: nobody is no agency of a district",
    )


def test_a_bad_post_is_refused_by_its_line(replace):
    replace(
        "posts.csv",
        "key,name,name_en,level,holders,units,service_team,origin\n"
        "a,甲,A,grid,single,one,no,test\n\n"
        "a,,A,city,two,some,perhaps,test\n",
    )
    with pytest.raises(CatalogueError) as refusal:
        read_posts()
    assert refusal.value.problems == (
        "posts.csv line 4: key a stands in line 2 already",
        "posts.csv line 4: name is empty",
        "posts.csv line 4: level city is not known",
        "posts.csv line 4: holders two is not known",
        "posts.csv line 4: units some is not known",
        "posts.csv line 4: service_team perhaps is not known",
    )


def test_an_unknown_kind_of_agency_is_refused(replace):
    replace("agencies.csv", "key,level,kind,name,name_en,enforces,origin\nx,street,club,甲,A,no,test\n")
    with pytest.raises(CatalogueError) as refusal:
        read_agencies()
    assert refusal.value.problems == ("agencies.csv line 2: kind club is not known",)


def test_whether_an_agency_enforces_is_said(replace):
    replace("agencies.csv", "key,level,kind,name,name_en,enforces,origin\nx,street,section,甲,A,maybe,test\n")
    with pytest.raises(CatalogueError) as refusal:
        read_agencies()
    assert refusal.value.problems == ("agencies.csv line 2: enforces maybe is not known",)
