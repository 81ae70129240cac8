"""What each gateway is told and how its answers are judged, on the wire."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from apps.notices.channels import Final, Message, Retry, Sent, adapter, configured
from apps.notices.choices import Channel, Failure
from gridgov.settings.notices import channels_from_environment

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SMS = Message("key-1", "13812345678", "", "红牌：C1 {phone} 井盖")
ROBOT = Message("key-2", "zhoulan", "红牌：C1", "**红牌：C1**")
MAIL = Message("key-3", "zhou.lan@example.gov.cn", "红牌：C1", "红牌：C1\n.\n期限已过\n")


def test_what_is_not_configured_does_not_exist(settings):
    settings.NOTICE_CHANNELS = {}
    assert configured() == []
    with pytest.raises(KeyError):
        adapter(Channel.SMS)


def test_the_sms_gateway_gets_its_fields_a_key_and_a_signature_over_the_body(channels, gateway):
    channels("sms")
    assert adapter(Channel.SMS).send(SMS, at=AT) == Sent("m1")
    (got,) = gateway.received
    assert (got.key, got.json) == ("key-1", {"phone": SMS.address, "content": SMS.text, "id": "key-1"})
    signed = hmac.new(b"sms-secret", f"{got.headers['X-Timestamp']}\n{got.body}".encode(), hashlib.sha256)
    assert got.headers["X-Timestamp"] == str(int(AT.timestamp()))
    assert got.headers["X-Signature"] == signed.hexdigest()


def test_the_sms_gateway_may_want_a_form_and_a_token(channels, settings, gateway):
    channels("sms")
    settings.NOTICE_CHANNELS["sms"] |= {"format": "form", "token": "t0ken"}
    adapter(Channel.SMS).send(SMS, at=AT)
    assert parse_qs(gateway.received[0].body)["content"] == [SMS.text]
    assert gateway.received[0].headers["Authorization"] == "Bearer t0ken"


def test_dingtalk_is_signed_by_time_and_secret_and_calls_the_person(channels, gateway):
    channels("dingtalk")
    assert adapter(Channel.DINGTALK).send(ROBOT, at=AT) == Sent()
    (got,) = gateway.received
    timestamp = str(int(AT.timestamp() * 1000))
    signed = hmac.new(b"SECdingtalk", f"{timestamp}\nSECdingtalk".encode(), hashlib.sha256).digest()
    assert got.query == {
        "access_token": "robot-token",
        "timestamp": timestamp,
        "sign": base64.b64encode(signed).decode(),
    }
    assert got.json["at"] == {"atUserIds": ["zhoulan"], "isAtAll": False}
    assert (got.json["markdown"]["title"], got.json["msgUuid"], got.key) == ("红牌：C1", "key-2", "key-2")


def test_the_wecom_robot_gets_markdown_that_calls_the_person_within_its_bytes(channels, gateway):
    channels("wecom")
    lines = "\n".join(["井盖缺失" * 20] * 30)
    adapter(Channel.WECOM).send(Message("key-4", "zhoulan", "", lines), at=AT)
    (got,) = gateway.received
    text = got.json["markdown"]["content"]
    assert got.query == {"key": "robot-key"}
    assert text.endswith("\n<@zhoulan>")
    assert len(text.encode()) <= 4096


@pytest.mark.parametrize(
    ("channel", "code", "expected"),
    [
        ("wecom", 45009, (Retry, Failure.BUSY)),
        ("wecom", -1, (Retry, Failure.SERVER_ERROR)),
        ("wecom", 93000, (Final, Failure.REJECTED)),
        ("wecom", 81013, (Final, Failure.BAD_ADDRESS)),
        ("dingtalk", 130101, (Retry, Failure.BUSY)),
        ("dingtalk", -1, (Retry, Failure.SERVER_ERROR)),
        ("dingtalk", 310000, (Final, Failure.REJECTED)),
        ("sms", 429, (Retry, Failure.BUSY)),
        ("sms", 501, (Final, Failure.BAD_ADDRESS)),
        ("sms", 777, (Final, Failure.REJECTED)),
    ],
)
def test_an_answer_of_200_is_judged_by_its_code(channels, gateway, channel, code, expected):
    channels(channel)
    gateway.behaviour = f"errcode:{code}"
    outcome = adapter(Channel(channel)).send(SMS if channel == "sms" else ROBOT, at=AT)
    assert (type(outcome), outcome.failure, outcome.detail) == (*expected, f"{code} says {code}")


def test_no_redirect_is_followed_and_no_key_is_told(channels, gateway, caplog):
    channels("wecom")
    gateway.behaviour = "redirect"
    outcome = adapter(Channel.WECOM).send(ROBOT, at=AT)
    assert "robot-key" not in caplog.text
    assert outcome == Final(Failure.REJECTED, "HTTP 302")
    assert [one.path for one in gateway.received] == ["/wecom"]


def test_a_server_without_a_trusted_certificate_is_not_spoken_to(channels, settings, gateway):
    channels("sms")
    settings.NOTICE_CHANNELS["sms"]["url"] = gateway.url.replace("http://", "https://")
    outcome = adapter(Channel.SMS).send(SMS, at=AT)
    assert (type(outcome), outcome.failure, gateway.received) == (Retry, Failure.UNREACHABLE, [])


def test_mail_carries_its_key_as_message_id_and_keeps_its_lines(channels, mail):
    channels("mail", mail_port=mail.port)
    assert adapter(Channel.MAIL).send(MAIL, at=AT) == Sent("key-3")
    (taken,) = mail.taken
    assert taken.recipients == (MAIL.address,)
    assert taken.message["Message-ID"] == "<key-3@example.gov.cn>"
    assert taken.message["Idempotency-Key"] == "key-3"
    assert taken.message["Subject"] == MAIL.subject
    assert taken.message["From"] == "网格治理 <grid@example.gov.cn>"
    assert taken.message.get_content().replace("\r\n", "\n") == MAIL.text


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ("550 5.1.1 <zhou.lan@example.gov.cn> unknown", Final(Failure.BAD_ADDRESS, "550 5.1.1 unknown")),
        ("554 5.7.1 spam", Final(Failure.REJECTED, "554 5.7.1 spam")),
        ("451 4.3.0 later", Retry(Failure.SERVER_ERROR, "451 4.3.0 later")),
        ("cut", Retry(Failure.BROKEN_ANSWER, "SMTPServerDisconnected")),
    ],
)
def test_a_mail_servers_refusals_are_told_apart(channels, mail, behaviour, expected):
    channels("mail", mail_port=mail.port)
    mail.behaviour = behaviour
    assert adapter(Channel.MAIL).send(MAIL, at=AT) == expected


@pytest.mark.parametrize(
    ("behaviour", "read_seconds", "total_seconds"), [("hang", 0.2, 30), ("hang", 30, 0.2), ("drip", 30, 0.2)]
)
def test_a_mail_server_that_does_not_answer_is_left(channels, settings, mail, behaviour, read_seconds, total_seconds):
    channels("mail", mail_port=mail.port)
    mail.behaviour = behaviour
    settings.NOTICE_CONNECT_SECONDS = settings.NOTICE_READ_SECONDS = read_seconds
    settings.NOTICE_TOTAL_SECONDS = total_seconds
    assert adapter(Channel.MAIL).send(MAIL, at=AT) == Retry(Failure.TIMEOUT)


def test_nobody_listening_is_no_mail_server(channels):
    channels("mail", mail_port=9)
    assert adapter(Channel.MAIL).send(MAIL, at=AT) == Retry(Failure.UNREACHABLE, "ConnectionRefusedError")


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"GRIDGOV_SMS_URL": "sms.example"}, "GRIDGOV_SMS_URL"),
        ({"GRIDGOV_SMS_URL": "https://sms.example", "GRIDGOV_SMS_FIELDS": "{"}, "GRIDGOV_SMS_FIELDS"),
        ({"GRIDGOV_SMS_URL": "https://sms.example", "GRIDGOV_SMS_FIELDS": '{"to": "{phone}"}'}, "{text}"),
        ({"GRIDGOV_SMS_URL": "https://sms.example", "GRIDGOV_SMS_FORMAT": "xml"}, "GRIDGOV_SMS_FORMAT"),
        ({"GRIDGOV_SMS_URL": "https://sms.example", "GRIDGOV_SMS_PER_MINUTE": "many"}, "GRIDGOV_SMS_PER_MINUTE"),
        ({"GRIDGOV_MAIL_HOST": "mail.example"}, "GRIDGOV_MAIL_FROM"),
        ({"GRIDGOV_MAIL_HOST": "mail.example", "GRIDGOV_MAIL_SECURITY": "ssl"}, "GRIDGOV_MAIL_SECURITY"),
        ({"GRIDGOV_WECOM_CORP_ID": "c"}, "GRIDGOV_WECOM_SECRET"),
    ],
)
def test_a_wrong_variable_is_named(environment, named):
    with pytest.raises(ValueError, match=named):
        channels_from_environment(environment)


def test_an_empty_environment_has_no_channel():
    assert channels_from_environment({}) == {}
