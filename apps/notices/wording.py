"""What a notice says outside the inbox: in the recipient's language, in the form and the length of each channel."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.presentation import when_text
from apps.notices import texts
from apps.notices.choices import Channel, Group
from apps.notices.models import Notice

MOST_LISTED = 20
SMS_CHARACTERS = 70
LONGEST_SUBJECT = 120

# Signs by which markdown is written, and their harmless likenesses: the robots know no escape character.
_HARMLESS = str.maketrans("<>[]()*_`#@!~|\\", "＜＞［］（）＊＿｀＃＠！～｜＼")


@dataclass(frozen=True, slots=True)
class Worded:
    """A message ready for its channel: ``subject`` is one line."""

    subject: str
    text: str


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, so that it can stand in a header or a list."""
    kept = "".join(" " if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} else sign for sign in text)
    return re.sub(r"\s+", " ", kept).strip()


def harmless(text: str) -> str:
    """One line in which nothing is markdown and nobody is called."""
    return one_line(text).translate(_HARMLESS)


def shortened(text: str, most: int) -> str:
    """At most so many characters; what is cut ends in ``…``. The beginning, where a case has its number, stays."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def link_to(notice: Notice) -> str:
    """The absolute address by which a notice is opened and read."""
    return f"{settings.SITE_ADDRESS}/notices/{notice.pk}/"


def word_notice(notice: Notice, *, channel: Channel, language: str, at: datetime) -> Worded:
    """One notice for one channel."""
    with translation.override(language):
        title = one_line(texts.render(notice.title, notice.params, at=at))
        body = one_line(texts.render(notice.body, notice.params, at=at))
        if channel == Channel.SMS:
            return Worded("", _sms(title, body))
        urgent = _("【紧急】") if notice.urgent else ""
        if channel == Channel.MAIL:
            return Worded(
                shortened(urgent + title, LONGEST_SUBJECT),
                "\n\n".join(
                    filter(None, [title, body, _("打开：%(address)s") % {"address": link_to(notice)}, _footer()])
                )
                + "\n",
            )
        head = f"**{urgent}{harmless(title)}**"
        look = _("打开")
        lines = [head, *([f"> {harmless(body)}"] if body else []), f"[{look}]({_address(link_to(notice))})"]
        return Worded(
            shortened(harmless(title), LONGEST_SUBJECT), ("\n" if channel == Channel.WECOM else "\n\n").join(lines)
        )


def word_digest(notices: Sequence[Notice], *, channel: Channel, language: str, at: datetime) -> Worded:
    """Many notices in one message: how many of each group, then the gravest first."""
    ordered = sorted(notices, key=lambda one: (not one.urgent, one.look.gravity, one.created_at, one.pk))
    with translation.override(language):
        colon = _("：")
        subject = ngettext("%(count)d 条通知", "%(count)d 条通知", len(ordered)) % {"count": len(ordered)}
        counts = _counts(ordered)
        if channel == Channel.SMS:
            return Worded("", _sms(subject + colon + counts, _("请登录查看。")))
        shown = [
            (
                one_line(texts.render(one.title, one.params, at=at)),
                one_line(texts.render(one.body, one.params, at=at)),
                when_text(one.created_at, at),
                link_to(one),
            )
            for one in ordered[:MOST_LISTED]
        ]
        left = len(ordered) - len(shown)
        more = (
            ngettext("还有 %(count)d 条，请登录查看。", "还有 %(count)d 条，请登录查看。", left) % {"count": left}
            if left
            else ""
        )
        if channel == Channel.MAIL:
            entries = [
                f"· {title}（{when}）\n  {body}\n  {link}" if body else f"· {title}（{when}）\n  {link}"
                for title, body, when, link in shown
            ]
            return Worded(
                subject + colon + counts,
                "\n\n".join(filter(None, [subject + colon + counts, *entries, more, _footer()])) + "\n",
            )
        lines = [f"**{subject}**", f"> {harmless(counts)}"]
        lines += [f"- [{harmless(title)}]({_address(link)}) {when}" for title, _body, when, link in shown]
        return Worded(subject, ("\n" if channel == Channel.WECOM else "\n\n").join([*lines, *([more] if more else [])]))


def _counts(notices: Sequence[Notice]) -> str:
    found = Counter(one.look.group for one in notices)
    gravest = {
        group: min((not one.urgent, one.look.gravity) for one in notices if one.look.group == group) for group in found
    }
    order = sorted(found, key=lambda group: (gravest[group], list(Group).index(group)))
    return _("、").join(f"{group.label} {found[group]}" for group in order)


def _sms(title: str, body: str) -> str:
    """Title and body where both fit, else the title; its beginning stays whatever the length."""
    most = settings.NOTICE_CHANNELS.get(Channel.SMS.value, {}).get("length", SMS_CHARACTERS)
    both = title + _("。") + body if body else title
    if both.isascii():
        # Seven-bit messages hold 160 characters where others hold 70.
        most = most * 160 // SMS_CHARACTERS
    return both if len(both) <= most else shortened(title, most)


def _footer() -> str:
    return _("渠道与时间可在这里更改：%(address)s") % {"address": f"{settings.SITE_ADDRESS}/notices/preferences/"}


def _address(url: str) -> str:
    return quote(url, safe=":/?&=%")
