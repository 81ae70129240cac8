"""A world with a gateway that plays the receiver."""

import ipaddress
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from apps.cases.webhooks import carrier
from apps.core import clock, outbox
from tests.factories.gateway import Gateway, recording_gateway
from tests.factories.webhooks import make_subscriber


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    settings.WEBHOOK_INTERNAL_NETWORKS = (ipaddress.ip_network("127.0.0.0/8"),)
    settings.WEBHOOK_HTTP_HOSTS = frozenset({"127.0.0.1"})
    with recording_gateway() as running:
        yield running


@pytest.fixture
def street(world, gateway):
    """A subscriber to the first street."""
    return make_subscriber(world["admin"], f"{gateway.url}/street", at=world.at, unit=world.unit("street 0"))


@pytest.fixture
def spread(world) -> Callable[[], datetime]:
    """Carry the outbox out; answers the moment."""

    def run() -> datetime:
        at = world.tick()
        with clock.frozen(at):
            outbox.drain()
        return at

    return run


@pytest.fixture
def deliver(spread) -> Callable[..., dict[str, int]]:
    """Carry the outbox and what is due out, later by ``after``."""

    def run(after: timedelta = timedelta()) -> dict[str, int]:
        at = spread() + after
        with clock.frozen(at):
            return carrier.carry_out()

    return run
