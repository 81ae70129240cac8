"""Gateways that tests may break, and a clock that they move."""

from collections.abc import Iterator

import pytest

from apps.core import clock
from apps.notices import carrier
from tests.factories.gateway import Gateway, recording_gateway
from tests.factories.mailserver import MailServer, mail_server
from tests.factories.notices import channel_settings


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with recording_gateway() as running:
        yield running


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def channels(settings, gateway):
    """Configure the named channels; waits are long, since a test shortens them where it wants to see one end."""
    settings.NOTICE_CONNECT_SECONDS = settings.NOTICE_READ_SECONDS = settings.NOTICE_TOTAL_SECONDS = 20
    settings.SITE_ADDRESS = "https://grid.example.gov.cn"

    def configure(*names: str, mail_port: int = 0, **options) -> None:
        settings.NOTICE_CHANNELS = channel_settings(gateway.url, *names, mail_port=mail_port, **options)

    return configure


@pytest.fixture
def deliver():
    """Carry out what is due at a moment."""

    def run(at) -> dict[str, int]:
        with clock.frozen(at):
            return carrier.carry_out()

    return run
