"""What a notice says outside the inbox, in two languages and four forms, and what it can never do there."""

from datetime import timedelta

import pytest

from apps.notices import wording
from apps.notices.choices import Channel
from apps.notices.models import Notice
from tests.factories.notices import SENT

AT = SENT + timedelta(hours=3)
RED = "红牌：%(subject)s"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_ADDRESS = "https://grid.example.gov.cn"
    settings.NOTICE_CHANNELS = {}


def notice(subject: str = "C310106-00042 井盖缺失", **changes) -> Notice:
    facts = {"pk": 7, "kind": "deadline.red", "title": RED, "params": {"subject": subject}, "created_at": SENT}
    return Notice(**(facts | changes))


def word(channel: str, language: str = "zh-hans", **changes) -> wording.Worded:
    return wording.word_notice(notice(**changes), channel=Channel(channel), language=language, at=AT)


def test_each_recipient_reads_the_own_language():
    assert word("sms").text == "红牌：C310106-00042 井盖缺失"
    assert word("sms", "en").text == "Red card: C310106-00042 井盖缺失"
    assert word("mail", "en").subject == "Red card: C310106-00042 井盖缺失"


def test_a_text_message_is_short_and_keeps_the_case_number():
    long = word("sms", subject="C310106-00042 " + "井盖缺失" * 40)
    assert len(long.text) == 70
    assert long.text.startswith("红牌：C310106-00042 井盖")
    assert long.text.endswith("…")
    body = word("sms", body="%(what)s", params={"subject": "C1", "what": "期限已过"})
    assert body.text == "红牌：C1。期限已过"


def test_mail_has_text_and_the_absolute_address():
    mail = word("mail", urgent=True)
    assert mail.subject == "【紧急】红牌：C310106-00042 井盖缺失"
    assert "打开：https://grid.example.gov.cn/notices/7/" in mail.text
    assert "https://grid.example.gov.cn/notices/preferences/" in mail.text


@pytest.mark.parametrize("channel", ["mail", "wecom", "dingtalk"])
def test_a_subject_is_one_line_whatever_was_typed(channel):
    subject = word(channel, subject="C1\r\nBcc: all@example.com\u2028x\u202e\x00y").subject
    assert subject == (
        "红牌：C1 Bcc: all@example.com x y" if channel == "mail" else "红牌：C1 Bcc: all＠example.com x y"
    )


@pytest.mark.parametrize("channel", ["wecom", "dingtalk"])
def test_markdown_calls_nobody_and_leads_nowhere_else(channel):
    text = word(channel, subject="<@all> [领奖](https://evil.example) **x** `y` @13812345678").text
    assert "<@all>" not in text
    assert "](https://evil" not in text
    assert "@13812345678" not in text
    assert text.count("](") == 1
    assert "](https://grid.example.gov.cn/notices/7/)" in text


def test_a_digest_counts_and_begins_with_the_gravest():
    many = [
        notice(f"C{number}", pk=number, kind="case.dispatch", title="派给本单位：%(subject)s") for number in range(22)
    ]
    many.append(notice("C99", pk=99))
    said = wording.word_digest(many, channel=Channel.MAIL, language="zh-hans", at=AT)
    assert said.subject == "23 条通知：黄红牌与申诉 1、交办给我的 22"
    assert said.text.index("红牌：C99") < said.text.index("派给本单位：C0")
    assert "还有 3 条，请登录查看。" in said.text
    short = wording.word_digest(many, channel=Channel.SMS, language="zh-hans", at=AT)
    assert short.text == "23 条通知：黄红牌与申诉 1、交办给我的 22。请登录查看。"
    english = wording.word_digest(many, channel=Channel.SMS, language="en", at=AT)
    assert english.text == "23 notices: Cards and appeals 1, Dispatched to me 22. Sign in to read them."
