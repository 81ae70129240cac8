"""What the people of a desk keep: standard replies of the desk, filters of their own."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.cases.actions import Action
from apps.cases.choices import REPLIES_MOST, SAVED_MOST
from apps.cases.models import SavedFilter, StandardReply
from apps.cases.selectors.replies import reply_units
from apps.cases.selectors.saved import saved_filter
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.core.locks import advisory_lock

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def save_filter(*, actor: "User", name: str, query: str) -> SavedFilter:
    """Keep a queue with its filters under a name; one of the same name takes the new filters.

    Raises ``InvalidInput`` naming ``name``, also where ``SAVED_MOST`` are kept already.
    """
    advisory_lock(f"cases.saved:{actor.pk}")
    name = _checked_name(name)
    kept = SavedFilter.objects.filter(user=actor)
    same = kept.filter(name=name).first()
    if same is not None:
        same.query = query
        same.save(update_fields=["query"])
        return same
    if kept.count() >= SAVED_MOST:
        raise InvalidInput(fields={"name": [_("最多保存 %(most)d 个筛选，请先删去一个。") % {"most": SAVED_MOST}]})
    return SavedFilter.objects.create(user=actor, name=name, query=query)


@transaction.atomic
def rename_filter(*, actor: "User", filter_id: int, name: str) -> SavedFilter:
    """Give one of one's own filters another name. Raises ``NotVisible``, ``InvalidInput`` naming ``name``."""
    advisory_lock(f"cases.saved:{actor.pk}")
    saved = saved_filter(actor, filter_id)
    saved.name = _checked_name(name)
    if SavedFilter.objects.filter(user=actor, name=saved.name).exclude(pk=saved.pk).exists():
        raise InvalidInput(fields={"name": [_("已有同名的筛选。")]})
    saved.save(update_fields=["name"])
    return saved


@transaction.atomic
def remove_filter(*, actor: "User", filter_id: int) -> None:
    """Forget one of one's own filters; one that is gone already is no fault."""
    SavedFilter.objects.filter(user=actor, pk=filter_id).delete()


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    most = SavedFilter._meta.get_field("name").max_length or 0
    if not name or len(name) > most:
        raise InvalidInput(fields={"name": [_("请填写名称，最多 %(most)d 个字。") % {"most": most}]})
    return name


@transaction.atomic
def add_reply(*, actor: "User", unit_id: int, action: str, text: str) -> StandardReply:
    """Add a phrase to those of a desk, for one action or for any (empty). The same phrase is kept once.

    Raises ``NotAllowed`` for a desk at which the actor does not sit, ``InvalidInput`` naming ``text`` or ``action``.
    """
    if unit_id not in reply_units(actor):
        raise NotAllowed
    advisory_lock(f"cases.replies:{unit_id}")
    text = text.strip()
    most = StandardReply._meta.get_field("text").max_length or 0
    if not text or len(text) > most:
        raise InvalidInput(fields={"text": [_("请填写内容，最多 %(most)d 个字。") % {"most": most}]})
    if action and action not in set(Action):
        raise InvalidInput(fields={"action": [action]})
    own = StandardReply.objects.filter(unit_id=unit_id)
    same = own.filter(action=action, text=text).first()
    if same is not None:
        return same
    if own.count() >= REPLIES_MOST:
        said = _("一个调度台最多 %(most)d 条常用语，请先删去一些。") % {"most": REPLIES_MOST}
        raise InvalidInput(fields={"text": [said]})
    last = own.aggregate(last=Max("position"))["last"] or 0
    return StandardReply.objects.create(unit_id=unit_id, action=action, text=text, position=last + 1)


@transaction.atomic
def raise_reply(*, actor: "User", reply_id: int) -> None:
    """Move a phrase one place up among those of its desk. Raises ``NotVisible``."""
    reply = _own_reply(actor, reply_id)
    advisory_lock(f"cases.replies:{reply.unit_id}")  # type: ignore[attr-defined]
    rows = list(StandardReply.objects.filter(unit=reply.unit).order_by("position", "pk"))
    place = next(number for number, row in enumerate(rows) if row.pk == reply.pk)
    if place:
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    for number, row in enumerate(rows, start=1):
        row.position = number
    StandardReply.objects.bulk_update(rows, ["position"])


@transaction.atomic
def remove_reply(*, actor: "User", reply_id: int) -> None:
    """Take a phrase away from its desk. Raises ``NotVisible``."""
    _own_reply(actor, reply_id).delete()


def _own_reply(actor: "User", reply_id: int) -> StandardReply:
    reply = StandardReply.objects.filter(pk=reply_id, unit_id__in=reply_units(actor)).first()
    if reply is None:
        raise NotVisible
    return reply
