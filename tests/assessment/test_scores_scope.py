"""Who sees which scores: the leader of all, a leader above, one beside, and those who compute them; pages and API."""

import pytest
from django.urls import reverse

from apps.assessment.models import Score
from tests.factories.accounts import api_of, client_of
from tests.factories.assessment import NOW, Office


@pytest.fixture
def published(office: Office):
    for _number in range(4):
        office.case(handled="2026-03-10 16:00")
    return office.publish(office.run())


SEEN = {
    # who: a score of street 0, of street 1, of the district
    "leader": (200, 200, 200),
    "assessor": (200, 200, 200),
    "street": (200, 404, 404),
    "leader_b": (404, 200, 404),
    "station": (404, 404, 404),
    "worker": (404, 404, 404),
    "clerk": (403, 404, 404),
    "stranger": (404, 404, 404),
}


@pytest.mark.parametrize("who", SEEN)
def test_each_sees_the_scores_of_his_scope(office: Office, published, who: str) -> None:
    places = [office.world.unit("street 0"), office.world.unit("street 1"), office.district]
    scores = [office.score(published, unit.kind, unit) for unit in places]
    api = api_of(office[who])
    assert tuple(api.get(f"/api/v1/scores/{score.pk}/").status_code for score in scores) == SEEN[who]
    pages = tuple(
        client_of(office[who]).get(reverse("assessment:score", args=[score.pk])).status_code for score in scores
    )
    assert pages == SEEN[who]
    rows = tuple(api.get(f"/api/v1/scores/{score.pk}/rows/", {"indicator": "logs"}).status_code for score in scores)
    assert rows == SEEN[who]
    board = client_of(office[who]).get(reverse("assessment:leaders"))
    assert board.status_code == (403 if who in {"worker", "clerk", "stranger"} else 200)


def test_the_station_sees_its_community_and_what_is_below(office: Office, published) -> None:
    own = Score.objects.visible_to(office["station"]).values_list("subject_kind", "code")
    community = office.world.unit("community 0 0")
    assert sorted(own) == sorted(
        [("community", community.code)]
        + [("grid", unit.code) for unit in office.world.tree.grids if unit.parent_id == community.pk]
        + [("worker", "worker"), ("worker", "mate")]
    )


def test_a_month_not_yet_published_is_seen_by_those_who_compute_it(office: Office) -> None:
    period = office.run()
    score = office.score(period, "district", office.district)
    url = f"/api/v1/scores/{score.pk}/"
    assert [api_of(office[who]).get(url).status_code for who in ("assessor", "leader")] == [200, 404]
    page = reverse("assessment:leaders")
    assert "还没有发布的考核" in client_of(office["leader"]).get(page).content.decode()
    assert "已计算" in client_of(office["assessor"]).get(page).content.decode()
    assert client_of(office["leader"]).get(page, {"period": "2026-03"}).status_code == 404


def test_nobody_signed_in_sees_nothing(office: Office, published, client) -> None:
    assert client.get("/api/v1/scores/").status_code == 401
    for url in (reverse("assessment:leaders"), reverse("assessment:score", args=[1])):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("accounts:sign-in"))


def test_the_list_is_by_rank_within_the_scope(office: Office, published) -> None:
    for _number in range(3):
        office.case(place="grid 0 0 1", worker="mate", handled="2026-03-11 09:00")
    corrected = office.publish(office.run(because="补录"))
    answer = api_of(office["street"]).get("/api/v1/scores/", {"period": "2026-03", "kind": "worker"}).json()
    assert [(row["code"], row["rank"]) for row in answer["results"]] == [("worker", 1), ("mate", 2)]
    first = api_of(office["leader"]).get("/api/v1/scores/", {"kind": "worker", "size": 1}).json()
    second = api_of(office["leader"]).get(first["next"]).json()
    assert [first["results"][0]["code"], second["results"][0]["code"]] == ["worker", "mate"]
    detail = api_of(office["leader"]).get(f"/api/v1/scores/{first['results'][0]['id']}/").json()
    assert (detail["period"]["version"], detail["period"]["checksum"]) == (2, corrected.checksum)
    assert {"indicator": "on_time", "numerator": 4, "denominator": 4} == {
        name: detail["items"][0][name] for name in ("indicator", "numerator", "denominator")
    }


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"kind": "planet"}, 400),
        ({"period": "2026"}, 400),
        ({"period": "2026-02"}, 404),
        ({"unit": "310106002"}, 404),
        ({"unit": "310106001"}, 200),
        ({"cursor": "zzz"}, 400),
    ],
)
def test_the_list_refuses_what_is_wrong_or_out_of_scope(office: Office, published, query, status) -> None:
    assert api_of(office["street"]).get("/api/v1/scores/", query).status_code == status


def test_computing_and_publishing_from_the_page(office: Office) -> None:
    from apps.core import clock
    from apps.core.job_runs import run_waiting

    with clock.frozen(NOW):
        form = {"district": "310106", "period": "2026-03", "because": ""}
        assert client_of(office["leader"]).post(reverse("assessment:run"), form).status_code == 403
        assert client_of(office["street"]).post(reverse("assessment:run"), form).status_code == 404
        assessor = client_of(office["assessor"])
        assert assessor.post(reverse("assessment:run"), form | {"period": "x"}).status_code == 400
        assert assessor.post(reverse("assessment:run"), form).status_code == 302
        assert run_waiting() == 1
        period = Score.objects.filter(subject_kind="district").get().period
        publish = reverse("assessment:advance", args=[period.pk, "publish"])
        assert client_of(office["leader"]).post(publish).status_code == 404
        assert assessor.get(publish).status_code == 405
        assert assessor.post(reverse("assessment:advance", args=[period.pk, "burn"])).status_code == 404
        assert assessor.post(publish).status_code == 302
        assert assessor.post(publish).status_code == 409
        assert assessor.post(reverse("assessment:run"), form).status_code == 409
    period.refresh_from_db()
    assert (period.state, period.published_at) == ("published", NOW)
