"""From the phone to a case: reports, entries that become cases, verifications; each harmless when sent twice."""

import uuid

import pytest

from apps.cases.models import Case
from apps.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, StaleVersion, WrongState
from apps.core.models import Attachment
from apps.inspections import facts, services
from apps.inspections.errors import LogSealed
from apps.inspections.models import LogEntry
from tests.factories.cases import make_category, photo_file


def photo(client_id=None):
    return services.PhonePhoto(photo_file(), client_id or uuid.uuid4())


def report(world, by="worker", **changes):
    lon, lat = world.point()
    given = {
        "actor": world[by],
        "client_id": uuid.uuid4(),
        "category": world.category,
        "text": "路口井盖破损，行人绊倒。已放警示牌。",
        "lon": lon,
        "lat": lat,
        "address": "大宁路 1 号",
        "photos": [],
        "at": world.tick(),
    }
    return services.report_from_phone(**given | changes)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("路口井盖破损，行人绊倒。已放警示牌。", "路口井盖破损，行人绊倒"),
        ("  灯坏了\n第二行", "灯坏了"),
        ("长" * 40, "长" * 29 + "…"),
        ("Lamp is out. Dark corner", "Lamp is out"),
        ("   ", ""),
    ],
)
def test_the_first_sentence_is_the_title(text, title):
    assert services.title_of(text) == title


def test_a_report_carries_its_photos(world):
    case = report(world, photos=[photo(), photo()])
    assert (case.title, case.source, case.reporter, case.grid_id) == (
        "路口井盖破损，行人绊倒",
        "patrol",
        world["worker"],
        world.tree.grid(0, 0, 0).pk,
    )
    kept = Attachment.objects.filter(target_kind="case", target_id=case.pk)
    assert list(kept.values_list("purpose", "uploaded_by")) == [("before", world["worker"].pk)] * 2


def test_a_report_sent_twice_is_one_case_with_its_photos_once(world):
    client_id, one = uuid.uuid4(), uuid.uuid4()
    first = report(world, client_id=client_id, photos=[photo(one)])
    again = report(world, client_id=client_id, photos=[photo(one)])
    assert again == first
    assert (Case.objects.count(), Attachment.objects.count()) == (1, 1)


def test_a_report_whose_photo_is_refused_leaves_nothing_behind(world):
    broken = services.PhonePhoto(photo_file(), None)
    broken.upload.truncate(10)
    with pytest.raises(InvalidInput) as refusal:
        report(world, photos=[photo(), broken])
    assert list(refusal.value.fields) == ["photo"]
    assert (Case.objects.count(), Attachment.objects.count()) == (0, 0)


def test_a_report_elsewhere_or_under_a_used_identifier_is_refused(world):
    lon, lat = world.point("grid 1 0 0")
    with pytest.raises(InvalidInput) as refusal:
        report(world, lon=lon, lat=lat)
    assert list(refusal.value.fields) == ["lon"]
    client_id = uuid.uuid4()
    report(world, client_id=client_id)
    with pytest.raises(Conflict):
        report(world, "mate", client_id=client_id, lon=world.point("grid 0 0 1")[0])


def note(world, text="楼道堆物。影响通行", by="worker") -> LogEntry:
    return services.add_entry(
        actor=world[by], client_id=uuid.uuid4(), date=world.at.date(), subject="safety", text=text, at=world.tick()
    )


def turn(world, entry, by="worker", **changes):
    lon, lat = world.point()
    given = {"category": world.category, "lon": lon, "lat": lat, "address": "", "at": world.tick()}
    return services.entry_to_case(actor=world[by], client_id=entry.client_id, **given | changes)


def test_an_entry_becomes_a_case_in_one_step(world):
    entry = note(world)
    case = turn(world, entry, photos=[photo()])
    entry.refresh_from_db()
    assert entry.case == case
    assert (case.title, case.description, case.source, case.source_number) == (
        "楼道堆物",
        "楼道堆物。影响通行",
        "log",
        str(entry.client_id),
    )
    assert Attachment.objects.filter(target_id=case.pk).count() == 1


def test_an_entry_becomes_one_case_however_often_it_is_asked(world):
    entry = note(world)
    assert turn(world, entry) == turn(world, entry, category=make_category("别的"))
    assert Case.objects.count() == 1


def test_only_the_writer_makes_a_case_of_an_entry(world):
    entry = note(world)
    services.file_log(actor=world["worker"], client_id=uuid.uuid4(), date=world.at.date(), entries=[], at=world.tick())
    with pytest.raises(NotAllowed):
        turn(world, entry, "station")
    for stranger in ("mate", "worker_b", "clerk"):
        with pytest.raises(NotVisible):
            turn(world, entry, stranger)
    assert Case.objects.count() == 0


def test_an_entry_of_a_sealed_log_stays_an_entry(world):
    entry = note(world)
    services.file_log(actor=world["worker"], client_id=uuid.uuid4(), date=world.at.date(), entries=[], at=world.tick())
    with pytest.raises(LogSealed):
        turn(world, entry, at=world.tick(days=8))


def verify(world, case, by="worker", **changes):
    given = {"version": case.version, "passed": True, "note": "", "photos": [], "at": world.tick()}
    return services.verify_from_phone(actor=world[by], number=case.number, **given | changes)


def test_a_verification_with_a_photo_moves_the_case_on(world):
    case = world.handled()
    done = verify(world, case, photos=[photo()])
    assert (done.state, done.version) == ("verified", case.version + 1)
    assert list(Attachment.objects.values_list("purpose", flat=True)) == ["verification"]


def test_a_verification_sent_twice_counts_once(world):
    case = world.handled()
    assert verify(world, case).pk == verify(world, case).pk
    assert facts.verifications_on(world["worker"], world.at.date()).count() == 1


def test_a_failed_verification_needs_a_note_and_sends_the_case_back(world):
    case = world.handled()
    with pytest.raises(InvalidInput) as refusal:
        verify(world, case, passed=False, note=" ")
    assert list(refusal.value.fields) == ["note"]
    done = verify(world, case, passed=False, note="还有一半没清", photos=[photo()])
    assert (done.state, done.rework_count) == ("dispatched", 1)


def test_a_verification_of_what_changed_meanwhile_is_refused(world):
    case = world.handled()
    with pytest.raises(StaleVersion):
        verify(world, case, version=case.version - 1)
    with pytest.raises(WrongState):
        verify(world, world.report())


@pytest.mark.parametrize(("by", "refusal"), [("agency", NotAllowed), ("worker_b", NotVisible), ("clerk", NotVisible)])
def test_those_who_may_not_verify_do_not(world, by, refusal):
    with pytest.raises(refusal):
        verify(world, world.handled(), by)


def test_a_matter_settled_on_the_spot_is_closed_with_its_photo(world):
    world.category = make_category("小事", on_the_spot=True, evidence="photo_after")
    case = world.report()
    with pytest.raises(InvalidInput) as refusal:
        services.settle_from_phone(
            actor=world["worker"], number=case.number, version=1, note="已清", photos=[], at=world.tick()
        )
    assert list(refusal.value.fields) == ["photo"]
    done = services.settle_from_phone(
        actor=world["worker"], number=case.number, version=1, note="已清", photos=[photo()], at=world.tick()
    )
    assert (done.state, done.settled_kind) == ("closed", "spot")


def test_the_day_knows_what_was_reported_and_verified(world):
    verify(world, world.handled())
    world.report(by="mate", place="grid 0 0 1")
    yesterday = world.at.date()
    log = services.file_log(actor=world["worker"], client_id=uuid.uuid4(), date=yesterday, entries=[], at=world.tick())
    assert (log.reported_cases, log.verified_cases) == (1, 1)
    world.tick(days=1)
    world.report()
    assert facts.count_facts(world["worker"], yesterday) == facts.DayCounts(1, 1)
    assert facts.count_facts(world["worker"], world.at.date()) == facts.DayCounts(1, 0)
