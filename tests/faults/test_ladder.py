"""Limits fall due by the thousand while workers are killed, services restart, beats double and clocks jump.

Each step of each limit is taken exactly once and none is missing; each notice reaches the gateway at least once, and
those that reach it twice carry the same key.
"""

from collections import Counter

import pytest

from tests.faults.crew import Crew
from tests.faults.ladder import Course, broken_limits, count, fill, live_through, recorder, wait_until_swept
from tests.faults.prepared import prepared_var
from tests.faults.system import RunningSystem, wait_for

DAY = 86_400.0
OPEN_MESSAGES = "SELECT count(*) FROM core_outboxmessage WHERE delivered_at IS NULL"
OPEN_DELIVERIES = "SELECT count(*) FROM notices_delivery WHERE state <> 'sent'"


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_fifty_workers_killed_while_limits_fall_due(seed: int) -> None:
    with prepared_var() as var, recorder(var.parent) as gateway:
        sms = {
            "GRIDGOV_SMS_URL": f"{gateway.url}/sms",
            "GRIDGOV_SMS_FIELDS": '{"phone": "{phone}", "content": "{text}", "id": "{key}"}',
            "GRIDGOV_SMS_PER_MINUTE": "6000",
        }
        system = RunningSystem(var, **sms)
        crew = Crew(system, **sms)
        try:
            system.wait_until_ready()
            course = Course(seed, limits=4000, watched=60, bursts=40, apart=5.0, kills=50)
            course.hurts = {
                8: lambda: system.kill("redis"),
                20: lambda: crew.set_clock(DAY),
                26: lambda: crew.set_clock(-DAY),
                32: lambda: crew.set_clock(0),
                38: lambda: system.kill("postgres"),
                43: lambda: system.kill("beat"),
                46: lambda: system.kill("worker"),
            }
            for name in ("worker-a", "worker-b", "worker-c"):
                crew.start_worker(name)
            for name in ("beat-a", "beat-b"):
                crew.start_beat(name)
            fill(system, course, first=5.0)
            at_work = live_through(crew, course)
            wait_until_swept(system, 120)
            assert broken_limits(system) == []
            wait_for(lambda: count(system, OPEN_MESSAGES) == 0, 120, "messages of the outbox were not delivered")
            wait_for(lambda: count(system, OPEN_DELIVERIES) == 0, 150, "notices were not delivered")
            with system.connect() as connection:
                rows = connection.execute("SELECT key::text FROM notices_delivery").fetchall()
                steps = connection.execute("SELECT count(*) FROM deadlines_ladderstep").fetchone()
                early = connection.execute("SELECT count(*) FROM deadlines_ladderstep WHERE done_at > now()").fetchone()
            keys = Counter(gateway.keys())
            assert set(keys) == {key for (key,) in rows}
            assert steps == (5 * (course.limits + course.watched),)
            assert early == (0,)
            said = crew.said()
            assert "s ahead of the database's; the earlier one counts" in said
            assert "the clock went back: a sweep ran " in said
            print(
                f"seed {seed}: {course.kills} workers killed, {at_work} in a transaction; {steps[0]} steps taken; "
                f"{len(keys)} notices reached the gateway in {keys.total()} requests"
            )
        finally:
            crew.stop()
            system.stop()
