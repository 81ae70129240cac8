"""People and changes of a unit: posts, vacancies, granting and ending roles."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.catalogues import load_all
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.grid.permissions import Role
from apps.organisation.models import Agency, GrantEvent, PostKind, RoleGrant, Staffing
from apps.organisation.people import changes_of, posts_of, vacancies_below
from apps.organisation.services import end_on_unit, grant_on_unit
from tests.factories.accounts import client_of, make_user
from tests.factories.grid import OPENED, grant, make_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def manager(tree):
    user = make_user(name="何川")
    grant(user, "unit_admin", tree.street(0))
    return user


def give(manager, unit, user, role="station", **more):
    given = {"agency": None, "valid_from": clock.today(), "valid_to": None, "because": "调整分工"} | more
    return grant_on_unit(actor=manager, unit=unit, username=user.username, role=Role(role), at=clock.now(), **given)


def test_a_role_is_granted_by_the_form_and_ended_by_the_form(tree, manager):
    community, user = tree.community(0, 0), make_user(name="王敏")
    client = client_of(manager)
    form = {"username": user.username, "role": "station", "valid_from": "2026-01-05", "because": "调整分工"}
    answer = client.post(reverse("organisation:grant", args=[community.code]), form)
    assert answer["Location"] == reverse("organisation:people", args=[community.code])
    held = RoleGrant.objects.get(user=user)
    assert (held.role, held.unit, held.granted_by, held.because) == ("station", community, manager, "调整分工")
    assert "王敏" in client.get(answer["Location"]).content.decode()

    end = reverse("organisation:end-grant", args=[community.code, held.pk])
    assert client.get(end).status_code == 200
    yesterday = clock.today() - timedelta(days=1)
    assert client.post(end, {"last_day": yesterday.isoformat(), "because": "调离"}).status_code == 302
    held.refresh_from_db()
    assert held.valid_to == yesterday
    assert "已结束 王敏 的角色" in client.get(answer["Location"]).content.decode()
    assert "王敏" not in client.get(answer["Location"]).content.decode()
    events = GrantEvent.objects.filter(user=user).order_by("sequence")
    assert [(event.action, event.payload["because"]) for event in events] == [("grant", "调整分工"), ("end", "调离")]


def test_the_scope_of_a_granted_role_follows_at_once(tree, manager):
    user = make_user()
    url = reverse("grid:overview", args=[tree.community(0, 0).code])
    assert client_of(user).get(url).status_code == 404
    held = give(manager, tree.community(0, 0), user)
    assert client_of(user).get(url).status_code == 200
    yesterday = clock.today() - timedelta(days=1)
    RoleGrant.objects.filter(pk=held.pk).update(valid_from=yesterday - timedelta(days=9))
    end_on_unit(
        actor=manager,
        unit=tree.community(0, 0),
        grant_id=held.pk,
        last_day=yesterday,
        because="调离",
        at=clock.now(),
    )
    assert client_of(user).get(url).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "nobody-at-all"}, "username"),
        ({"role": "worker"}, "role"),
        ({"valid_from": ""}, "valid_from"),
        ({"valid_to": "2020-01-01"}, "role"),
        ({"because": ""}, "because"),
    ],
)
def test_a_wrong_form_says_what_and_keeps_what_was_typed(tree, manager, change, field):
    user = make_user()
    form = {"username": user.username, "role": "station", "valid_from": "2026-01-05", "because": "原因在此"} | change
    answer = client_of(manager).post(reverse("organisation:grant", args=[tree.community(0, 0).code]), form)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert form["username"] in answer.content.decode()
    assert not RoleGrant.objects.filter(user=user).exists()


def test_nobody_grants_himself_and_no_unit_admin_makes_a_system_admin(tree, manager):
    with pytest.raises(InvalidInput) as own:
        give(manager, tree.community(0, 0), manager, "clerk")
    assert list(own.value.fields) == ["username"]
    chief, other = make_user(), make_user()
    grant(chief, "unit_admin", tree.district)
    with pytest.raises(InvalidInput) as system:
        give(chief, tree.district, other, "system_admin")
    assert list(system.value.fields) == ["role"]
    grant(chief, "system_admin", tree.district)
    chief = type(chief).objects.get(pk=chief.pk)
    assert give(chief, tree.district, other, "system_admin").role == "system_admin"


def test_only_those_who_manage_the_staff_of_the_unit_may_grant_and_end(tree, manager):
    user, community = make_user(), tree.community(0, 0)
    held = give(manager, community, user)
    beside, reader = make_user(), make_user()
    grant(beside, "unit_admin", tree.street(1))
    grant(reader, "leader", tree.street(0))
    end = {"grant_id": held.pk, "last_day": clock.today(), "because": "x", "at": clock.now()}
    for actor, error in ((beside, NotVisible), (reader, NotAllowed), (make_user(), NotVisible)):
        with pytest.raises(error):
            give(actor, community, make_user())
        with pytest.raises(error):
            end_on_unit(actor=actor, unit=community, **end)
    with pytest.raises(NotVisible):
        end_on_unit(actor=manager, unit=tree.community(0, 1), **end)
    url = reverse("organisation:end-grant", args=[tree.community(0, 1).code, held.pk])
    assert client_of(manager).get(url).status_code == 404
    held.refresh_from_db()
    assert held.valid_to is None


def test_handlers_are_granted_on_an_agency_of_the_unit_only(tree, manager):
    street, user = tree.street(0), make_user()
    section = Agency.objects.create(code="s-1", name="城建科", kind="section", unit=street)
    foreign = Agency.objects.create(code="s-2", name="城建科", kind="section", unit=tree.street(1))
    with pytest.raises(InvalidInput):
        give(manager, street, user, "agency_handler")
    with pytest.raises(InvalidInput):
        give(manager, street, user, "agency_handler", agency=foreign)
    held = give(manager, street, user, "agency_handler", agency=section)
    assert (held.agency, held.unit) == (section, None)
    html = client_of(manager).get(reverse("organisation:grant", args=[street.code])).content.decode()
    assert "s-1" in html
    assert "s-2" not in html


def test_vacancies_are_seen_in_the_unit_and_above(tree, manager):
    load_all()
    on, grid, street = clock.today(), tree.grid(0, 0, 0), tree.street(0)
    assert [line.post.code for line in posts_of(grid, on) if line.vacant] == ["grid_leader", "grid_worker"]
    count, found = vacancies_below(street, on)
    assert count == 2 + 2 * 4  # a station head in each community, a leader and a worker in each grid
    assert len(found) == count
    worker = make_user()
    post = PostKind.objects.get(code="grid_worker")
    staffing = Staffing.objects.create(user=worker, unit=grid, post=post, valid_from=OPENED)
    assert vacancies_below(street, on)[0] == count - 1
    assert [line.post.code for line in posts_of(grid, on) if line.vacant] == ["grid_leader"]
    Staffing.objects.filter(pk=staffing.pk).update(valid_to=on - timedelta(days=1))
    assert vacancies_below(street, on)[0] == count
    html = client_of(manager).get(reverse("grid:overview", args=[street.code])).content.decode()
    assert f"{count + 1} 个" in html  # with the head of the street's own centre


def test_changes_tell_grants_to_those_only_who_may_know(tree, manager):
    community, user = tree.community(0, 0), make_user(name="王敏")
    give(manager, community, user)
    reader = make_user()
    grant(reader, "leader", community)
    texts = [change.text for change in changes_of(manager, community)]
    assert texts[-1] == f"设立：{community.name}"
    assert "授予 王敏 社区工作站角色" in texts
    assert [change.text for change in changes_of(reader, community)] == [
        text for text in texts if not text.startswith("授予")
    ]
