"""Deliveries by several workers at once, and by workers that are killed: real connections, real processes."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.conf import settings as django_settings
from django.db import connection

from apps.core import clock
from apps.core.clock import SHANGHAI
from apps.notices import carrier, claims, services
from apps.notices.models import Delivery
from tests.database import empty_every_table
from tests.factories.accounts import make_user
from tests.factories.gateway import Gateway
from tests.factories.notices import make_reachable

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI)
WORKER = """
import sys
from datetime import datetime
import django
django.setup()
from django.conf import settings
from apps.core import clock
from apps.notices import carrier
from tests.factories.notices import channel_settings
settings.NOTICE_CHANNELS = channel_settings(sys.argv[1], *sys.argv[3:])
settings.NOTICE_TOTAL_SECONDS = settings.NOTICE_READ_SECONDS = 60
with clock.frozen(datetime.fromisoformat(sys.argv[2])):
    carrier.carry_out(budget_seconds=60)
"""


@pytest.fixture
def db() -> None:
    """Asked for so that pytest-django makes a database; nothing is rolled back, ``committed`` empties it."""


@pytest.fixture(autouse=True)
def committed(django_db_setup: None, db: None, django_db_blocker) -> Iterator[None]:
    """Rows are there for other connections, and emptied afterwards."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            empty_every_table()


def send(count: int, *channels: str) -> None:
    """Urgent notices, so that no hour is quiet."""
    user = make_reachable(make_user(), *channels)
    drafts = [services.Draft(frozenset([user.pk]), "test", "通知", f"{number}", urgent=True) for number in range(count)]
    services.send(drafts, at=NOON)


def worker(gateway: Gateway, at: datetime, *channels: str) -> subprocess.Popen:
    """A process that carries deliveries out, on the database of this test."""
    facts = connection.settings_dict
    host = facts["HOST"] or facts["OPTIONS"].get("host", "")
    url = f"postgresql://{facts['USER']}:{facts['PASSWORD']}@/{facts['NAME']}?host={host}&port={facts['PORT'] or 5432}"
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, gateway.url, at.isoformat(), *channels],
        cwd=django_settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def wait_until(done) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_three_workers_at_once_send_each_message_once(channels, gateway):
    channels("sms", "wecom")
    send(20, "sms", "wecom")
    barrier = Barrier(3)

    def work(_place: int) -> None:
        try:
            barrier.wait()
            with clock.frozen(NOON):
                carrier.carry_out()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    assert sorted(gateway.keys) == sorted(str(key) for key in Delivery.objects.values_list("key", flat=True))
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_a_worker_killed_while_the_gateway_has_its_message_is_followed_by_one_that_repeats_the_key(channels, gateway):
    channels("sms")
    send(1, "sms")
    gateway.script = ["hang"]
    process = worker(gateway, NOON, "sms")
    wait_until(lambda: gateway.received)
    process.kill()
    process.wait()
    assert Delivery.objects.values_list("state", "attempts").get() == ("waiting", 1)
    with clock.frozen(NOON + claims.LEASE):
        assert carrier.carry_out() == {"sms": 1}
    assert gateway.keys == [str(Delivery.objects.get().key)] * 2
    assert Delivery.objects.values_list("state", "attempts").get() == ("sent", 2)


@pytest.mark.soak
def test_through_any_answers_and_any_deaths_everybody_gets_each_message_and_a_receiver_can_drop_repeats(
    channels, settings, gateway
):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    settings.NOTICE_MOST_ATTEMPTS = 200
    ways = ("sms", "wecom", "dingtalk")
    channels(*ways)
    send(300, *ways)
    answers = ["ok"] * 12 + ["500", "429:5", "html", "truncated", "cut", "503"]
    at, rounds = NOON, 0
    while Delivery.objects.exclude(state="sent").exists():
        rounds += 1
        assert rounds < 400
        gateway.script = [chance.choice(answers) for _ in range(5000)]
        if rounds <= 8:
            process = worker(gateway, at, *ways)
            before = len(gateway.received)
            wait_until(lambda: len(gateway.received) > before or process.poll() is not None)
            time.sleep(chance.random() / 2)
            process.kill()
            process.wait()
        else:
            with clock.frozen(at):
                carrier.carry_out()
        at += timedelta(hours=3)
    keys = {str(key) for key in Delivery.objects.values_list("key", flat=True)}
    assert (len(keys), set(gateway.keys)) == (900, keys)
    assert set(gateway.accepted) == keys
