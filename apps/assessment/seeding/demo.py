"""The demonstration from beginning to end; every step leaves alone what is there already."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from django.conf import settings
from django.db import transaction

from apps.assessment.seeding.history import Diary, moments, write_cases, write_logs
from apps.assessment.seeding.people import choose_places, hire_staff, set_demo_password
from apps.assessment.seeding.story import Teller
from apps.assessment.seeding.world import World
from apps.assessment.seeding.writing import BatchWriter
from apps.cases.models import Case, Category
from apps.core import catalogues
from apps.core.clock import SHANGHAI, local
from apps.core.locks import advisory_lock
from apps.grid.models import Unit
from apps.grid.permissions import Role
from apps.grid.seed import seed_units
from apps.organisation.models import RoleGrant

SEED = 310106
HISTORY_MONTHS = 5
HISTORY_CASES_A_MONTH = 1800
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


def seed_history(district: Unit, *, now: datetime, say: Say) -> None:
    """Some months of cases and logs up to now, where the district has no case yet."""
    if Case.objects.filter(district=district).exists():
        return
    first = month_start(local(now).date(), HISTORY_MONTHS)
    rng = Random(f"{SEED} history {district.code}")  # noqa: S311 - reproducible, guards nothing
    place = choose_places(district)
    world = World(district, rng, busy=place.street, busy_share=3)
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


def seed_load(district: Unit, *, count: int, now: datetime, say: Say, first: date | None = None) -> int:
    """``count`` more cases over two years, or since ``first``, some 3 % of them still open; for load tests."""
    before = Case.objects.filter(district=district).count()
    rng = Random(f"{SEED} load {district.code} {before}")  # noqa: S311 - reproducible, guards nothing
    world = World(district, rng)
    first = first or local(now).date() - timedelta(days=365 * LOAD_YEARS)
    teller = Teller(world, rng, now=now, stuck=0.03, quantum=900)
    with BatchWriter() as writer:
        return write_cases(
            teller,
            moments(world, rng, count=count, first=first, until=now),
            rng=rng,
            writer=writer,
            progress=lambda done: say(f"{done} of {count} cases"),
        )


def seed_demo(code: str, *, now: datetime, say: Say) -> Unit:
    """Everything ``make run`` shows; the second run changes nothing, and one that was cut short is taken up again."""
    with transaction.atomic():
        advisory_lock(LOCK)
        district = seed_ground(code, now=now, say=say)
    with transaction.atomic():
        advisory_lock(LOCK)
        seed_history(district, now=now, say=say)
    return district
