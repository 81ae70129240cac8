"""The demonstration from beginning to end; every step leaves alone what is there already."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from django.conf import settings
from django.db import connection, transaction

from apps.accounts.models import User
from apps.assessment.models import Period, Score, ScoreItem
from apps.assessment.periods import Month
from apps.assessment.seeding.announcing import seed_announcements
from apps.assessment.seeding.history import Diary, moments, write_cases, write_logs
from apps.assessment.seeding.people import choose_places, hire_staff, set_demo_password
from apps.assessment.seeding.scenes import seed_scenes
from apps.assessment.seeding.screening import seed_screenings
from apps.assessment.seeding.story import Teller
from apps.assessment.seeding.threads import BatchWriter
from apps.assessment.seeding.world import World
from apps.assessment.services import publish_period, run_period
from apps.cases.models import Case, CaseEvent, Category, Leg
from apps.core import catalogues
from apps.core.clock import SHANGHAI, local
from apps.core.locks import advisory_lock
from apps.deadlines.models import LadderStep, Limit
from apps.grid.models import Unit
from apps.grid.permissions import Role
from apps.grid.seed import seed_units
from apps.inspections.models import DailyLog, LogEntry
from apps.organisation.models import RoleGrant
from apps.residents.seed import seed_residents

SEED = 310106
HISTORY_MONTHS = 4
HISTORY_CASES_A_MONTH = 2600
BUSY_STREET, BUSY_COMMUNITY, BUSY_GRID = 4, 3, 2
RESIDENTS_A_GRID = 60
LOAD_YEARS = 2

LOCK = "assessment.seed-demo"

Say = Callable[[str], None]


def month_start(day: date, back: int = 0) -> date:
    """The first day of the month ``back`` months before that of ``day``."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def seed_ground(code: str, *, now: datetime, say: Say) -> Unit:
    """Catalogues, tree, boundaries, staff, demo accounts and residents. Returns the district."""
    if not Category.objects.exists():
        catalogues.load_all()
        say("catalogues loaded")
    district = Unit.objects.filter(code=code, kind="district").first()
    if district is None or not Unit.objects.filter(tree_id=district.tree_id, kind="grid").exists():
        district = seed_units(code, Random(f"{SEED} units {code}"), at=now)  # noqa: S311 - reproducible, guards nothing
        say(f"units of {district.name} with their boundaries")
    since = local(now).date() - timedelta(days=366 * LOAD_YEARS)
    begun = datetime.combine(since, time(9), tzinfo=SHANGHAI)
    rng = Random(f"{SEED} people {code}")  # noqa: S311 - reproducible, guards nothing
    hired = hire_staff(district, rng=rng, since=since, at=begun, demo=settings.DEMO)
    if hired:
        say(f"{hired} people with their posts and roles")
    if settings.DEMO:
        set_demo_password(settings.DEMO_PASSWORD)
    return district


def seed_history(district: Unit, *, now: datetime, say: Say) -> bool:
    """Some months of cases and logs up to now, where the district has no case yet; says whether any were written."""
    if Case.objects.filter(district=district).exists():
        return False
    first = month_start(local(now).date(), HISTORY_MONTHS)
    rng = Random(f"{SEED} history {district.code}")  # noqa: S311 - reproducible, guards nothing
    place = choose_places(district)
    busy = {place.street.pk: BUSY_STREET, place.community.pk: BUSY_COMMUNITY, place.grid.pk: BUSY_GRID}
    busy |= {place.street_b.pk: BUSY_GRID, place.community_b.pk: BUSY_COMMUNITY, place.grid_b.pk: BUSY_GRID}
    world = World(district, rng, busy=busy)
    diary = Diary()
    months = (local(now).date() - first).days / 30.4
    recent = local(now).date() - timedelta(days=10)
    count = int(months * HISTORY_CASES_A_MONTH)
    leaders = dict(
        RoleGrant.objects.filter(role=Role.GRID_LEADER, unit__tree_id=district.tree_id).values_list(
            "unit_id", "user_id"
        )
    )
    with BatchWriter(whole=True) as writer:
        told = write_cases(
            Teller(world, rng, now=now, stuck=0.006),
            moments(world, rng, count=count, first=first, until=now - timedelta(days=10)),
            rng=rng,
            writer=writer,
            diary=diary,
        )
        told += write_cases(
            Teller(world, rng, now=now, stuck=0.12),
            moments(world, rng, count=int(count * 10 / (months * 30.4)), first=recent, until=now),
            rng=rng,
            writer=writer,
            diary=diary,
        )
        say(f"{told} cases since {first}")
        logs, entries = write_logs(world, rng, writer=writer, first=first, now=now, diary=diary, leaders=leaders)
        say(f"{logs} daily logs with {entries} entries")
    return True


def seed_load(
    district: Unit, *, count: int, now: datetime, say: Say, first: date | None = None, resting: float = 0.03
) -> int:
    """``count`` more cases over two years, or since ``first``; for load tests. ``resting`` is the share of those that
    come to rest before their end, of which most are still open."""
    before = Case.objects.filter(district=district).count()
    rng = Random(f"{SEED} load {district.code} {before}")  # noqa: S311 - reproducible, guards nothing
    world = World(district, rng)
    first = first or local(now).date() - timedelta(days=365 * LOAD_YEARS)
    teller = Teller(world, rng, now=now, stuck=resting, quantum=900)
    with BatchWriter() as writer:
        made = write_cases(
            teller,
            moments(world, rng, count=count, first=first, until=now),
            rng=rng,
            writer=writer,
            progress=lambda done: say(f"{done} of {count} cases"),
        )
    refresh_statistics()
    return made


def seed_residents_of(district: Unit, *, now: datetime, say: Say) -> None:
    """Residents in the grids of the two communities where the demo accounts work."""
    place = choose_places(district)
    grids = Unit.objects.filter(parent__in=[place.community, place.community_b], kind="grid")
    rng = Random(f"{SEED} residents {district.code}")  # noqa: S311 - reproducible, guards nothing
    made = seed_residents(grids, random=rng, per_grid=RESIDENTS_A_GRID, at=now - timedelta(days=200))
    if made:
        say(f"{made} residents")


def seed_scores(district: Unit, *, now: datetime, say: Say) -> None:
    """The scores of every whole month of the history, computed and published in the first days of the next one."""
    if Period.objects.filter(district=district).exists():
        return
    grant = RoleGrant.objects.filter(role=Role.ASSESSOR, unit=district).select_related("user").first()
    if grant is None:
        return
    this = Month.containing(local(now).date())
    for back in range(HISTORY_MONTHS, 0, -1):
        month = this.back(back)
        computed = month.ends + timedelta(hours=2, minutes=30)
        period = run_period(district=district, label=str(month), actor=grant.user, at=computed)
        published = min(now, month.ends + timedelta(days=2, hours=10, minutes=7))
        publish_period(period_id=period.pk, actor=grant.user, at=published)
        say(f"scores of {month}")


def refresh_statistics() -> None:
    """Tell the planner how many rows there are now."""
    with connection.cursor() as cursor:
        for model in (Case, Leg, CaseEvent, Limit, LadderStep, DailyLog, LogEntry, Score, ScoreItem, User, Unit):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def seed_demo(code: str, *, now: datetime, say: Say) -> Unit:
    """Everything ``make run`` shows; the second run changes nothing, and one that was cut short is taken up again."""
    with transaction.atomic():
        advisory_lock(LOCK)
        district = seed_ground(code, now=now, say=say)
        seed_residents_of(district, now=now, say=say)
    with transaction.atomic():
        advisory_lock(LOCK)
        if seed_history(district, now=now, say=say):
            refresh_statistics()
            rng = Random(f"{SEED} scenes {code}")  # noqa: S311 - reproducible, guards nothing
            say(f"{seed_scenes(district, rng=rng, now=now)} acts on rare matters")
        seed_scores(district, now=now, say=say)
        rng = Random(f"{SEED} screening {code}")  # noqa: S311 - reproducible, guards nothing
        returned = seed_screenings(district, rng=rng, now=now)
        if returned:
            say(f"{returned} screenings for disputes returned")
        announced = seed_announcements(district, now=now)
        if announced:
            say(f"{announced} announcements")
    return district
