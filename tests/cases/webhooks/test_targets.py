"""Which addresses may be called: checked where they are entered and again at each connection."""

import ipaddress
import socket

import pytest

from apps.cases.webhooks import services
from apps.cases.webhooks.models import WebhookDelivery
from apps.core import outgoing
from apps.core.errors import InvalidInput

PRIVATE = [
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://10.1.2.3/",
    "https://169.254.169.254/latest/",
    "https://100.100.100.200/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://localhost/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_an_internal_address_is_refused_in_every_spelling(url) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.check_url(url)
    assert list(refused.value.fields) == ["url"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example",
        "ftp://8.8.8.8/",
        "http://8.8.8.8/",
        "https://",
        "https://user:word@8.8.8.8/",
        "https://8.8.8.8/#part",
        "https://8.8.8.8:99999/",
        "https://[::1/",
        "https://no-such-host.invalid/",
        "https://" + "a" * 70 + ".example/",
        "https://8.8.8.8/" + "a" * 500,
    ],
)
def test_a_url_that_cannot_be_meant_is_refused(url) -> None:
    with pytest.raises(InvalidInput):
        services.check_url(url)


def test_public_addresses_and_named_networks_are_allowed(settings) -> None:
    services.check_url("https://8.8.8.8/hook?x=1")
    settings.WEBHOOK_INTERNAL_NETWORKS = (ipaddress.ip_network("10.20.0.0/16"),)
    services.check_url("https://10.20.3.4/hook")
    with pytest.raises(InvalidInput):
        services.check_url("https://10.21.3.4/hook")


def test_a_name_with_one_internal_address_among_public_ones_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(outgoing, "look_up", lambda host, port: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(InvalidInput):
        services.check_url("https://hook.example/")


def test_a_name_that_leads_inside_later_is_not_connected_to(world, street, gateway, deliver, monkeypatch) -> None:
    street.url = f"http://hook.example:{gateway.server_port}/street"
    street.save()
    monkeypatch.setattr(outgoing, "look_up", lambda host, port: ["10.0.0.1"])
    world.report()
    deliver()
    row = WebhookDelivery.objects.get()
    assert (row.failure, row.detail, gateway.received) == ("forbidden", "10.0.0.1", [])


def test_the_name_is_looked_up_once_and_its_address_called(world, street, gateway, deliver, monkeypatch) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    street.url = f"http://hook.example:{gateway.server_port}/street"
    street.save()
    monkeypatch.setattr(outgoing, "look_up", lambda host, port: answers.pop(0))
    world.report()
    deliver()
    (got,) = gateway.received
    assert (got.headers["Host"], len(answers)) == (f"hook.example:{gateway.server_port}", 1)


def test_a_name_that_nobody_knows_is_a_failure_with_its_name(world, street, deliver, monkeypatch) -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise socket.gaierror

    monkeypatch.setattr(outgoing, "look_up", nobody)
    world.report()
    deliver()
    assert WebhookDelivery.objects.get().failure == "unresolved"
