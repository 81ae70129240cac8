"""Reading the entries of a log as a phone sends them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.core.clock import local
from apps.core.errors import InvalidInput
from apps.inspections import rules
from apps.inspections.choices import Subject


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One entry that has the right shape. ``happened_at`` is ``None`` where the phone did not say."""

    client_id: uuid.UUID
    subject: str
    text: str
    happened_at: datetime | None


def read_entries(entries: Sequence[Mapping[str, Any]], day: date) -> list[EntryDraft]:
    """The entries in their order. Raises ``InvalidInput`` naming every wrong value, ``entries.0.text`` and so on."""
    wrong: dict[str, list[str]] = {}
    drafts = [_read(given, place, day, wrong) for place, given in enumerate(entries)]
    if len(entries) > rules.MOST_ENTRIES:
        wrong["entries"] = [_("一天最多 %(most)d 条。") % {"most": rules.MOST_ENTRIES}]
    seen: set[uuid.UUID] = set()
    for place, draft in enumerate(drafts):
        if draft is not None and draft.client_id in seen:
            wrong.setdefault(f"entries.{place}.client_id", []).append(_("标识重复。"))
        elif draft is not None:
            seen.add(draft.client_id)
    if wrong:
        raise InvalidInput(fields=wrong)
    return [draft for draft in drafts if draft is not None]


def _read(given: Any, place: int, day: date, wrong: dict[str, list[str]]) -> EntryDraft | None:
    errors: dict[str, str] = {}
    values = given if isinstance(given, Mapping) else {}
    client_id = _uuid(values.get("client_id"))
    if client_id is None:
        errors["client_id"] = _("需要手机生成的标识（UUID）。")
    subject = values.get("subject")
    if not isinstance(subject, str) or subject not in Subject.values:
        errors["subject"] = _("请选择事项。")
    text = values.get("text")
    text = text.strip() if isinstance(text, str) else ""
    if not text:
        errors["text"] = _("请写明内容。")
    elif len(text) > rules.LONGEST_TEXT:
        errors["text"] = _("最长 %(most)d 字。") % {"most": rules.LONGEST_TEXT}
    elif "\x00" in text:
        errors["text"] = _("含有无法保存的字符。")
    happened_at = _moment(values.get("happened_at"), day, errors)
    wrong.update({f"entries.{place}.{name}": [words] for name, words in errors.items()})
    if errors or client_id is None:
        return None
    return EntryDraft(client_id, str(subject), text, happened_at)


def _uuid(value: Any) -> uuid.UUID | None:
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def _moment(value: Any, day: date, errors: dict[str, str]) -> datetime | None:
    if value in (None, ""):
        return None
    moment: datetime | None
    try:
        moment = value if isinstance(value, datetime) else parse_datetime(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        errors["happened_at"] = _("请写带时区的时间。")
        return None
    if local(moment).date() != day:
        errors["happened_at"] = _("发生时间须在当天。")
        return None
    return moment.astimezone(UTC)
